"""
What a person wants to see of a clean before it runs: where, what most of all, and what to doubt.

Made from the lines of the ledger as they come, so that a long one is never held.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dedup.cleaning.guard import Tally
    from dedup.cleaning.ledger import Keeper, Line, Name

SHOWN = 10
"""Groups, and doubtful removals."""
_EXCERPT = 400
"""Characters held of a text."""


@dataclass(frozen=True, slots=True)
class Undated:
    """How far the dates of a field could be read."""

    field: str
    missing: int
    unreadable: int
    example: str | None
    """The first value that is no date."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one source loses: a folder, or what stands in the source field."""

    name: str
    documents: int
    characters: int
    removed: int


@dataclass(frozen=True, slots=True)
class Family:
    """Removals for which one text stays, or, of boilerplate, none."""

    group: str | None
    """Id of the report's group."""
    reason: str
    keeper: Keeper | None
    removals: int
    characters: int
    example: str
    """The beginning of the first text that goes."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A removal that is not the very text of its keeper."""

    line: Line
    kept: str
    """The keeper's text."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What is worth looking at."""

    sources: tuple[Share, ...]
    """Those that lose something, the highest share first."""
    families: tuple[Family, ...]
    """The biggest, by characters that go."""
    doubts: tuple[Doubt, ...]
    """The removals of the lowest similarity."""


class Collector:
    """Takes the lines of a ledger; a class because they come one by one."""

    def __init__(self) -> None:
        self._families: dict[object, list[int]] = {}
        self._firsts: dict[object, Line] = {}
        self._doubts: list[tuple[float, int, Line]] = []
        self._lines = 0

    def add(self, line: Line) -> None:
        """Take one."""
        keeper = line.keeper
        key = line.group or (keeper if keeper is not None else (line.reason, line.text.strip()))
        counts = self._families.setdefault(key, [0, 0])
        counts[0] += 1
        counts[1] += line.end - line.start
        self._firsts.setdefault(key, line)
        self._lines += 1
        if keeper is not None and line.similarity is not None and line.similarity < 1:
            entry = (-line.similarity, -self._lines, line)
            if len(self._doubts) < SHOWN:
                heapq.heappush(self._doubts, entry)
            elif entry > self._doubts[0]:
                heapq.heapreplace(self._doubts, entry)

    def preview(
        self, sources: Mapping[str, Tally], texts: Callable[[set[Name]], dict[Name, str]]
    ) -> Preview:
        """Return what is worth looking at; `texts` reads documents."""
        shares = [
            Share(name, tally.documents, tally.characters, tally.removed)
            for name, tally in sources.items()
            if tally.removed
        ]
        shares.sort(key=lambda one: -one.removed / one.characters)
        biggest = heapq.nsmallest(
            SHOWN, self._families.items(), key=lambda item: (-item[1][1], -item[1][0])
        )
        families = [self._family(key, *counts) for key, counts in biggest]
        lines = [line for _, _, line in sorted(self._doubts, reverse=True)]
        keepers = [line.keeper for line in lines if line.keeper is not None]
        known = texts({(keeper.document, keeper.record) for keeper in keepers})
        doubts = [
            Doubt(line, known[keeper.document, keeper.record][keeper.start : keeper.end])
            for line, keeper in zip(lines, keepers, strict=True)
        ]
        return Preview(tuple(shares), tuple(families), tuple(doubts))

    def _family(self, key: object, removals: int, characters: int) -> Family:
        first = self._firsts[key]
        return Family(
            first.group,
            first.reason,
            first.keeper,
            removals,
            characters,
            first.text.strip()[:_EXCERPT],
        )
