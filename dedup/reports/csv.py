"""
Report -> CSV for other programs: one row an occurrence, RFC 4180, a line of names first.

`words` and `characters` are the group's, as in the JSON. Numbers of paragraphs and lines are
inclusive and count from 1, `start` and `end` are code points, half-open. Nothing is put before a
text that a spreadsheet would take for a formula: this is for programs that read text as text.
Control characters other than tabs and line ends are shown as on the terminal.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from dedup.escaping import shown_in_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.report import Report

COLUMNS = (
    "group",
    "kind",
    "unit",
    "words",
    "characters",
    "document",
    "record",
    "paragraph_first",
    "paragraph_last",
    "line_first",
    "line_last",
    "start",
    "end",
    "similarity",
    "identical",
    "keeper",
    "fingerprint",
    "text",
)


def to_csv(report: Report) -> str:
    """Give every occurrence of every group as a row; what does not apply is empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(report))
    return out.getvalue()


def _rows(report: Report) -> Iterator[tuple[object, ...]]:
    for group in report.groups:
        for place in group.occurrences:
            yield (
                group.id,
                group.kind,
                group.unit,
                group.words,
                group.characters,
                shown_in_csv(place.document),
                shown_in_csv(place.record or ""),
                *place.paragraphs,
                *place.lines,
                place.start,
                place.end,
                place.similarity,
                _truth(place.identical),
                _truth(place.keeper),
                place.fingerprint,
                shown_in_csv(place.text),
            )


def _truth(value: bool) -> str:  # noqa: FBT001 - it is what is written
    """Write a truth value as JSON does."""
    return "true" if value else "false"
