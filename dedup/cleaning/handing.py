"""
A plan for texts that a caller holds -> what stays and what goes, as what came in.

Strings come back as strings, dicts as dicts, a frame as one of its library. A document that loses a
part of its text stays with a shorter one; what is wholly gone is handed back as it was. A row that
was malformed and skipped stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.cleaning.parts import numbered, parts
from dedup.errors import SettingsError
from dedup.formats.slices import without

if TYPE_CHECKING:
    from dedup.cleaning.parts import Work
    from dedup.formats import Held, Source


class Rows(NamedTuple):
    """The rows that stay and those that go, numbered from 0, and the texts that are shorter now."""

    stay: list[int]
    go: list[int]
    texts: dict[int, str]


def selected(work: Work, source: Source) -> Any:  # noqa: ANN401 - as it came in
    """Return what stays of what is held. Raises `SettingsError` for files."""
    rows = _rows(work, source)
    return _held(source).selected(rows.stay, rows.texts, work.settings)


def removed(work: Work, source: Source) -> Any:  # noqa: ANN401 - as it came in
    """Return the documents of which nothing stays. Raises `SettingsError` for files."""
    return _held(source).selected(_rows(work, source).go, {}, work.settings)


def _held(source: Source) -> Held:
    if source.held is None:
        raise SettingsError(
            f"{source.path} is a file: write(OUTPUT) writes what stays, removals says what goes"
        )
    return source.held


def _rows(work: Work, source: Source) -> Rows:
    """Return what becomes of each row of what is held: a row is a piece."""
    found = Rows([], [], {})
    for row, part in enumerate(parts(work, source, numbered(work, source))):
        (found.go if part.dropped else found.stay).append(row)
        if part.cuts is not None and not part.dropped:
            found.texts[row] = without(part.text, part.spans)
    return found
