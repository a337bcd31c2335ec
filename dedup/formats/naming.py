"""What records and their columns are called, in every format that has records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.formats.interface import Fault, Unreadable
from dedup.settings import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN = 8
"""Columns in an error message."""


class Names:
    """
    The names given to the records of one file; a class because each must be new.

    A record is named by its own id, if it has one and no record before it has that; with an id
    that was there before by `id#17`, where 17 is its number, and else by its number.
    """

    __slots__ = ("_given", "_numbered")

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._numbered = 0  # the first so many records have their numbers, and are not in `_given`

    def new(self, own: str | None, number: int) -> str:
        """Name a record by its own id, if it has one and that is new, and by its number."""
        if not own and not self._given and number == self._numbered + 1:
            self._numbered = number
            return str(number)
        self._list()
        name = own or str(number)
        while name in self._given:
            name = f"{name}#{number}"
        self._given.add(name)
        return name

    def many(self, own: Sequence[str | None], number: int) -> list[str]:
        """Name records that follow one another; `number` is that of the first."""
        names = [name for name in own if name]
        if len(names) == len(own) == len(set(names)):
            self._list()
            if self._given.isdisjoint(names):
                self._given.update(names)
                return names
        return [self.new(one, place) for place, one in enumerate(own, number)]

    def _list(self) -> None:
        """List the names of those that have their numbers, once they no longer all do."""
        if not self._given:
            self._given.update(map(str, range(1, self._numbered + 1)))


def refuse_twins(columns: Sequence[str], name: str, path: str) -> None:
    """Raise `Unreadable` where several columns have the name of the text."""
    if (count := columns.count(name)) > 1:
        raise Unreadable(path, Fault(f"has {count} columns {name!r}", step="rename one"))


def no_column(field: str, columns: Sequence[str]) -> Fault:
    """Say that the text field is not among the columns of a table."""
    shown = ", ".join(columns[:_SHOWN]) + ", …" * (len(columns) > _SHOWN)
    return Fault(
        f"no column {field!r}{nearest(field, columns)}",
        f"columns: {shown}",
        "name the text with text_field=…",
    )
