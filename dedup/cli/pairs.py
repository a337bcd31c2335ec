"""
`dedup pairs`: every verified match of two paragraphs, one a line, as it comes.

    dedup pairs articles/ | jq 'select(.similarity < 0.85)'
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.cli.options import Out, Paths, Rejects, Shared
from dedup.cli.output import check_places, write
from dedup.cli.rejects import kept
from dedup.cli.rendering import faults
from dedup.cli.terminal import Meter
from dedup.settings import choice

if TYPE_CHECKING:
    from dedup.report import Pair, Skipped

FORMATS = ("jsonl", "csv", "parquet")
_COLUMNS = [f"{side}_{name}" for side in "ab" for name in ("document", "record", "paragraph")]
_ROWS = 1 << 16
"""Pairs that are written to Parquet at once, as a row group."""

EXAMPLES = r"""
dedup pairs articles/ > pairs.jsonl
dedup pairs articles/ --threshold .7 --format csv -o pairs.csv
dedup pairs corpus/ --format parquet -o pairs.parquet
dedup pairs articles/ | jq 'select(.similarity < 0.85)'
"""


def pairs(
    *,
    paths: Paths,
    shared: Shared,
    output: Out = None,
    format: Annotated[  # noqa: A002 - the option's name
        str,
        typer.Option(
            help=r"JSON Lines, CSV or Parquet [dim]\[jsonl][/dim]",
            metavar="|".join(FORMATS),
            show_default=False,
            autocompletion=lambda: list(FORMATS),
        ),
    ] = "jsonl",
    rejects: Rejects = None,
) -> int:
    """
    List every pair of paragraphs that match, with its similarity.

    Only long paragraphs; of equal ones each is paired with the first, and near pairs are those of
    the first ones. In a large family of near-equal paragraphs each is paired with its leader.
    """
    from dedup import api

    config = shared.resolve("pairs")
    choice("format", format, FORMATS)
    check_places((output, rejects, shared.timings), paths, config.settings)
    skipped: list[Skipped] = []
    with (
        kept(rejects, config.settings.on_error) as take,
        shared.meter(paths, config) as watch,
    ):
        rows = api.pairs(paths, config.settings, watch=watch, rejects=take, skipped=skipped.append)
        write(_LINES[format](_unwatched(rows, watch)), output, data=True)
    return faults(skipped, shared)


def _unwatched(rows: "Iterator[Pair]", meter: Meter) -> "Iterator[Pair]":
    """Clear the progress bar before the first row."""
    for row in rows:
        meter.stop()
        yield row


def _jsonl(rows: "Iterator[Pair]") -> Iterator[str]:
    """Write a pair a line as the contract has it."""
    import json

    from dedup.escaping import escaped, name_to_json

    for row in rows:
        line = {
            side: {**name_to_json(p.document), "record": p.record, "paragraph": p.paragraph}
            for side, p in (("a", row.a), ("b", row.b))
        }
        whole = line | {"similarity": row.similarity}
        yield escaped(json.dumps(whole, ensure_ascii=False)) + "\n"


def _csv(rows: "Iterator[Pair]") -> Iterator[str]:
    """Write a pair a row, the names of the columns first; RFC 4180."""
    import csv
    import io

    from dedup.escaping import shown_in_csv

    line = io.StringIO(newline="")
    writer = csv.writer(line)
    writer.writerow([*_COLUMNS, "similarity"])
    for row in rows:
        writer.writerow(_values(row, shown_in_csv))
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def _parquet(rows: "Iterator[Pair]") -> Iterator[bytes]:
    """Write the columns of the CSV: paths, records that may be null, paragraphs, similarity."""
    import io

    import pyarrow as pa
    from pyarrow import parquet

    from dedup.escaping import shown

    kinds = [pa.string(), pa.string(), pa.int64()] * 2 + [pa.float64()]
    schema = pa.schema(zip([*_COLUMNS, "similarity"], kinds, strict=True))
    stream = io.BytesIO()
    writer = parquet.ParquetWriter(stream, schema, compression="zstd")
    while True:
        some = [_values(row, shown) for row in islice(rows, _ROWS)]
        columns = zip(*some, strict=True) if some else [[] for _ in kinds]
        arrays = [pa.array(c, kind) for c, kind in zip(columns, kinds, strict=True)]
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        if len(some) < _ROWS:
            break
        yield stream.getvalue()
        stream.seek(0)
        stream.truncate()
    writer.close()
    yield stream.getvalue()


def _values(row: "Pair", shown: Callable[[str], str]) -> list[str | int | float | None]:
    """Return the columns of a pair, each name shown so that it is a text."""
    places: list[str | int | float | None] = []
    for place in (row.a, row.b):
        record = None if place.record is None else shown(place.record)
        places += [shown(place.document), record, place.paragraph]
    return [*places, row.similarity]


_LINES: dict[str, Callable[[Iterator["Pair"]], Iterator[str | bytes]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
}
