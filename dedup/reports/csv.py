"""
Report -> CSV for other programs: one row an occurrence, RFC 4180, a line of names first.

`words` and `characters` are the group's, as in the JSON. Numbers of paragraphs and lines are
inclusive and count from 1, `start` and `end` are code points, half-open. Control characters other
than tabs and line ends are shown as on the terminal.

For programs a text is written as it is. For spreadsheets the file begins with a byte order mark,
by which they know UTF-8, and a text or name that they would take for a formula gets a `'` before
it, which makes it a text.
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
    "template",
    "deciding",
)


_FORMULA = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
"""What makes a spreadsheet take a cell for a formula, where it stands first; also full width."""


DOCUMENT_COLUMNS = (
    "keeper_document",
    "keeper_record",
    "document",
    "record",
    "resemblance",
    "contained",
    "contains",
)
"""Of a report on documents alone: a copy a row."""


def to_csv(report: Report, *, spreadsheet: bool = False) -> str:
    """
    Return every occurrence of every group as a row; what does not apply is empty.

    Behind them stand documents that resemble each other, each keeper before its copies: of kind
    `documents` and unit `document`, with the resemblance as their similarity. Of a report on
    documents alone: every copy of a document, beside its keeper.
    """
    whole = report.settings.get("unit") == "document"
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(DOCUMENT_COLUMNS if whole else COLUMNS)
    for row in _documents(report) if whole else _rows(report):
        writer.writerow(map(defused, row) if spreadsheet else row)
    return ("\ufeff" if spreadsheet else "") + out.getvalue()


def defused(cell: object) -> object:
    """Put a sign before a text that is no formula, and that a spreadsheet would calculate."""
    formula = isinstance(cell, str) and cell.lstrip(" \u00a0").startswith(_FORMULA)
    return f"'{cell}" if formula else cell


def _documents(report: Report) -> Iterator[tuple[object, ...]]:
    for near in report.documents or ():
        for copy in near.copies:
            yield (
                shown_in_csv(near.keeper.document),
                shown_in_csv(near.keeper.record or ""),
                shown_in_csv(copy.document),
                shown_in_csv(copy.record or ""),
                copy.resemblance,
                copy.contained,
                copy.contains,
            )


def _rows(report: Report) -> Iterator[tuple[object, ...]]:
    # A row a place of a group, the keeper first,
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
                _truth(group.template),
                shown_in_csv(" ".join(group.deciding)),
            )

    # and a row a document that resembles another one.
    for number, near in enumerate(report.documents or (), 1):
        copies = ((copy.name, copy.resemblance, False) for copy in near.copies)
        rows = [(near.keeper, 1.0, True), *copies]
        for one, resemblance, kept in rows:
            yield (
                f"document-{number}",
                "documents",
                "document",
                "",
                "",
                shown_in_csv(one.document),
                shown_in_csv(one.record or ""),
                *[""] * 6,
                resemblance,
                "",
                _truth(kept),
                "",
                "",
            )


def _truth(value: bool) -> str:  # noqa: FBT001 - it is what is written
    """Write a truth value as JSON does."""
    return "true" if value else "false"
