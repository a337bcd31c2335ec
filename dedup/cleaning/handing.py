"""
A plan for texts that a caller holds -> what stays and what goes, as what came in.

Strings come back as strings, dicts as dicts, a frame as one of its library. A document that loses a
part of its text stays with a shorter one; what is wholly gone is handed back as it was. A row that
was malformed and skipped stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.cleaning.cut import parts
from dedup.errors import SettingsError

if TYPE_CHECKING:
    from dedup.cleaning.removals import Decision
    from dedup.formats import Held, Source


class Rows(NamedTuple):
    """The rows that stay and those that go, numbered from 0, and the texts that are shorter now."""

    stay: list[int]
    go: list[int]
    texts: dict[int, str]


def selected(decision: Decision, source: Source) -> Any:  # noqa: ANN401 - as it came in
    """Return what stays of what is held. Raises `SettingsError` for files."""
    rows = _rows(decision, source)
    return _held(source).selected(rows.stay, rows.texts, decision.settings)


def removed(decision: Decision, source: Source) -> Any:  # noqa: ANN401 - as it came in
    """Return the documents of which nothing stays. Raises `SettingsError` for files."""
    return _held(source).selected(_rows(decision, source).go, {}, decision.settings)


def _held(source: Source) -> Held:
    if source.held is None:
        raise SettingsError(
            f"{source.path} is a file: write(OUTPUT) writes what stays, removals says what goes"
        )
    return source.held


def _rows(decision: Decision, source: Source) -> Rows:
    """Return what becomes of each row of what is held: a row is a piece."""
    found = Rows([], [], {})
    for row, part in enumerate(parts(decision, source)):
        (found.go if part.is_dropped else found.stay).append(row)
        if part.lines and not part.is_dropped:
            found.texts[row] = part.left
    return found
