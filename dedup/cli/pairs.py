"""
`dedup pairs`: every verified match of two paragraphs or documents, one a line, as it comes.

    dedup pairs articles/ | jq 'select(.similarity < 0.85)'
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.cli.options import Out, Paths, Rejects, Shared
from dedup.cli.output import check_places, write_output
from dedup.cli.rejects import kept
from dedup.cli.rendering import skipped_code
from dedup.cli.terminal import Meter
from dedup.report import Place
from dedup.settings import one_of

if TYPE_CHECKING:
    from dedup.report import NearPair, Pair, Skipped

    AnyPair = NearPair | Pair

FORMATS = ("jsonl", "csv", "parquet")
UNITS = ("paragraph", "document")
_SHARES = {
    "paragraph": ("similarity",),
    "document": ("resemblance", "contained_a", "contained_b"),
}
"""By unit, how alike a pair is."""
_ROWS = 1 << 16
"""Pairs that are written to Parquet at once, as a row group."""

EXAMPLES = r"""
dedup pairs articles/ > pairs.jsonl
dedup pairs articles/ --threshold .7 --format csv -o pairs.csv
dedup pairs corpus/ --format parquet -o pairs.parquet
dedup pairs articles/ --unit document --document-threshold .5
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
    the first ones. In a large family of near-equal paragraphs each is paired with its leader. With
    --unit document: whole documents, by the word 3-grams that they share.
    """
    from dedup import api

    config = shared.resolve("pairs")
    unit = one_of("unit", config.commands["pairs"]["unit"], UNITS)
    one_of("format", format, FORMATS)
    check_places((output, rejects, shared.timings), paths, config.settings)
    skipped: list[Skipped] = []
    with (
        kept(rejects, config.settings.on_error) as take,
        shared.meter(paths, config) as watch,
    ):
        give: Callable[..., Iterator[AnyPair]]
        give = api.document_pairs if unit == "document" else api.pairs
        rows = give(paths, config.settings, watch=watch, rejects=take, skipped=skipped.append)
        write_output(_LINES[format](_unwatched(rows, watch), unit), output, data=True)
    return skipped_code(skipped, shared)


def _unwatched(rows: "Iterator[AnyPair]", meter: Meter) -> "Iterator[AnyPair]":
    """Clear the progress bar before the first row."""
    for row in rows:
        meter.stop()
        yield row


def _jsonl(rows: "Iterator[AnyPair]", unit: str = "paragraph") -> Iterator[str]:
    """Write a pair a line as the contract has it."""
    import json

    from dedup.escaping import escaped, name_to_json

    for row in rows:
        line: dict[str, object] = {
            side: {
                **name_to_json(place.document),
                "record": place.record,
                **({"paragraph": place.paragraph} if isinstance(place, Place) else {}),
            }
            for side, place in (("a", row.a), ("b", row.b))
        }
        line |= {name: getattr(row, name) for name in _SHARES[unit]}
        yield escaped(json.dumps(line, ensure_ascii=False)) + "\n"


def _csv(rows: "Iterator[AnyPair]", unit: str = "paragraph") -> Iterator[str]:
    """Write a pair a row, the names of the columns first; RFC 4180."""
    import csv
    import io

    from dedup.escaping import shown_in_csv

    line = io.StringIO(newline="")
    writer = csv.writer(line)
    writer.writerow(_columns(unit))
    for row in rows:
        writer.writerow(_values(row, unit, shown_in_csv))
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def _parquet(rows: "Iterator[AnyPair]", unit: str = "paragraph") -> Iterator[bytes]:
    """Write the columns of the CSV: paths, records that may be null, paragraphs, shares."""
    import io

    import pyarrow as pa
    from pyarrow import parquet

    from dedup.escaping import shown

    side = [pa.string(), pa.string(), *([pa.int64()] if unit == "paragraph" else [])]
    kinds = side * 2 + [pa.float64()] * len(_SHARES[unit])
    schema = pa.schema(zip(_columns(unit), kinds, strict=True))
    stream = io.BytesIO()
    writer = parquet.ParquetWriter(stream, schema, compression="zstd")
    while True:
        some = [_values(row, unit, shown) for row in islice(rows, _ROWS)]
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


def _columns(unit: str) -> list[str]:
    """Name the columns of CSV and Parquet."""
    names = ("document", "record", *(["paragraph"] if unit == "paragraph" else []))
    return [*(f"{side}_{name}" for side in "ab" for name in names), *_SHARES[unit]]


def _values(
    row: "AnyPair", unit: str, shown: Callable[[str], str]
) -> list[str | int | float | None]:
    """Return the columns of a pair, each name shown so that it is a text."""
    values: list[str | int | float | None] = []
    for place in (row.a, row.b):
        record = None if place.record is None else shown(place.record)
        values += [shown(place.document), record]
        values += [place.paragraph] if isinstance(place, Place) else []
    return values + [getattr(row, name) for name in _SHARES[unit]]


_LINES: dict[str, Callable[[Iterator["AnyPair"], str], Iterator[str | bytes]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
}
