"""
Documents by their dates: the oldest is the first, so what a report calls the first is the oldest.

`oldest:FIELD` names the field of the records, or of Markdown's front matter, that holds the date;
what is read as one is what `clean --keep oldest:FIELD` reads. Documents without a date that can be
read come last; those of one date stay as they stand.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import model as m
from dedup.engines.base import as_it_is
from dedup.errors import SettingsError
from dedup.group import Name
from dedup.settings import typed
from dedup.text import dates
from dedup.text.lines import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.engines.interface import Engine, Stored
    from dedup.group import Group
    from dedup.report import Report

PLACE = "place"
OLDEST = "oldest"
_TITLE = 80
"""Code points of a first line."""


def field_of(order: str) -> str | None:
    """Return the field that holds the dates, `None` for documents as they stand."""
    own: str = typed("order", order, str)
    name, _, field = own.partition(":")
    if order == PLACE:
        return None
    if name != OLDEST or not field:
        raise SettingsError(f"order is {order!r}: give {PLACE} or {OLDEST}:FIELD")
    return field


class ByDate(NamedTuple):
    """Documents in the order of their dates."""

    documents: Stored[m.Documents]
    dates: list[str]
    """As written, a document each; empty where there is none that can be read."""


def oldest_first(
    documents: Iterable[m.Documents], values: Sequence[str | None], order: str, engine: Engine
) -> ByDate:
    """
    Return all documents numbered by their dates, the oldest first.

    `values` are the dates as written, a document each, once `documents` were read. Raises
    `SettingsError` where no document has the field.
    """
    stored = engine.map(documents, m.Documents, as_it_is, name="reading")
    if all(value is None for value in values):
        raise SettingsError(f"order is {order!r}: no document has the field {field_of(order)!r}")
    # What could not be read as a date is told, and comes last.
    known = dates.read_dates(values)
    if without := known.missing + known.unreadable:
        such = f", such as {known.example!r}" if known.example else ""
        logging.getLogger("dedup").info(
            "%d of %d documents have no date that can be read%s: they come last",
            *(without, len(values), such),
        )
    stamps = np.where(known.stamps == dates.NONE, dates.LAST, known.stamps)
    rows = np.argsort(stamps, kind="stable")
    place = np.empty(len(rows), np.int64)
    place[rows] = np.arange(len(rows))
    moved = engine.map(stored, m.Documents, partial(_renumbered, place=place))
    ordered = engine.by_key(moved, ("doc",), m.Documents, as_it_is)
    read = known.stamps != dates.NONE
    return ByDate(ordered, [(values[row] or "") if read[row] else "" for row in rows.tolist()])


def dated(report: Report, ordered: ByDate, order: str, engine: Engine) -> Report:
    """Return the report with date and first line beside each place."""
    about = dict(_about(ordered, {extent.name for extent in report.extents}, engine))
    groups = tuple(_with(group, about) for group in report.groups)
    return replace(report, groups=groups, settings=report.settings | {"order": order})


def _renumbered(documents: m.Documents, place: m.I64) -> m.Documents:
    return replace(documents, doc=place[documents.doc])


def _about(
    ordered: ByDate, wanted: set[Name], engine: Engine
) -> Iterator[tuple[Name, tuple[str, str]]]:
    """Yield date and first line of some documents."""
    for batch in engine.fetch(ordered.documents):
        names = zip(batch.path.list(), batch.record.list(), strict=True)
        for row, (path, record) in enumerate(names):
            name = Name(path, record or None)
            if name in wanted:
                line = batch.text[row].removeprefix("\ufeff").lstrip().partition("\n")[0]
                yield name, (ordered.dates[int(batch.doc[row])], excerpt(line, _TITLE))


def _with(group: Group, about: dict[Name, tuple[str, str]]) -> Group:
    """Return a group with date and first line beside each of its places."""
    places = []
    for place in group.occurrences:
        date, line = about[Name(place.document, place.record)]
        places.append(replace(place, date=date, first_line=line))
    return replace(group, occurrences=tuple(places))
