"""
`dedup pairs`: every verified match of two paragraphs, one a line, as it comes.

    dedup pairs articles/ | jq 'select(.similarity < 0.85)'
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.cli.options import Out, Paths, Rejects, Shared
from dedup.cli.output import check_place, write
from dedup.cli.rejects import kept
from dedup.cli.rendering import faults
from dedup.cli.terminal import Meter
from dedup.settings import choice

if TYPE_CHECKING:
    from dedup.report import Pair, Skipped

FORMATS = ("jsonl", "csv")

EXAMPLES = r"""
dedup pairs articles/ > pairs.jsonl
dedup pairs articles/ --threshold .7 --format csv -o pairs.csv
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
            help=r"JSON Lines or CSV [dim]\[jsonl][/dim]",
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
    for out in (output, rejects):
        check_place(out, paths, config.settings)
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

    for row in rows:
        line = {
            side: {"document": p.document, "record": p.record, "paragraph": p.paragraph}
            for side, p in (("a", row.a), ("b", row.b))
        }
        yield json.dumps(line | {"similarity": row.similarity}, ensure_ascii=False) + "\n"


def _csv(rows: "Iterator[Pair]") -> Iterator[str]:
    """Write a pair a row, the names of the columns first; RFC 4180."""
    import csv
    import io

    line = io.StringIO(newline="")
    writer = csv.writer(line)
    sides = [f"{side}_{name}" for side in "ab" for name in ("document", "record", "paragraph")]
    writer.writerow([*sides, "similarity"])
    for row in rows:
        places = [v for p in (row.a, row.b) for v in (p.document, p.record, p.paragraph)]
        writer.writerow([*places, row.similarity])
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


_LINES = {"jsonl": _jsonl, "csv": _csv}
