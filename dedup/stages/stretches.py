"""
Stretches of a document: its paragraphs by number, what is written there, how alike two are.

Many documents are cut out of one table again and again, so its columns are lists, made once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
from rapidfuzz.distance import Indel

from dedup import kernels
from dedup.stages.verify import DIGITS, similarity

if TYPE_CHECKING:
    from dedup.model import Scenes
    from dedup.settings import Settings

BOUND = 50_000
"""Characters beyond which the similarity of two stretches is a lower bound."""
REMEMBERED = 1_000
"""Stretches of a document whose normalised text is kept."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The paragraphs of many documents as lists: of these a document is quickly cut."""

    start: list[int]
    end: list[int]
    line: list[int]
    line_end: list[int]
    text: list[int]
    words: list[int]
    boilerplate: list[bool]
    long: list[bool]
    data: bytes
    """What is written, end to end."""
    offsets: list[int]

    @classmethod
    def of(cls, rows: Scenes, settings: Settings) -> Self:
        """Take the columns of a table."""
        return cls(
            rows.start.tolist(),
            rows.end.tolist(),
            rows.line.tolist(),
            rows.line_end.tolist(),
            rows.text.tolist(),
            rows.words.tolist(),
            rows.boilerplate.astype(bool).tolist(),
            (rows.words >= settings.min_words).tolist(),
            rows.written.data.tobytes(),
            rows.written.offsets.tolist(),
        )


class Document:
    """The paragraphs of one document by number; a class because it remembers what it read."""

    def __init__(self, shelf: Shelf, first: int, past: int) -> None:
        self.start = shelf.start[first:past]
        self.end = shelf.end[first:past]
        self.line = shelf.line[first:past]
        self.line_end = shelf.line_end[first:past]
        self.text = shelf.text[first:past]
        self.words = shelf.words[first:past]
        self.boilerplate = shelf.boilerplate[first:past]
        self.long = shelf.long[first:past]
        self._data, self._offsets = shelf.data, shelf.offsets[first : past + 1]
        self._normal: dict[tuple[int, int], str] = {}

    @cached_property
    def open(self) -> list[int]:
        """Numbers of the paragraphs that runs are made of: long ones, boilerplate left out."""
        return [no for no, long in enumerate(self.long) if long and not self.boilerplate[no]]

    @cached_property
    def position(self) -> dict[int, int]:
        """The place of a paragraph among the open ones, by its number."""
        return {no: place for place, no in enumerate(self.open)}

    def block(self, place: int) -> tuple[int, bytes]:
        """Give the length of an open paragraph, and all that is written up to the next one."""
        no = self.open[place]
        past = self.open[place + 1] if place + 1 < len(self.open) else len(self.start)
        a, b = self._offsets[no], self._offsets[past]
        return self.end[no] - self.start[no], self._data[a:b]

    def stretch(self, first: int, last: int) -> str:
        """Give the original text of paragraphs `first` to `last`."""
        a, b = self._offsets[first], self._offsets[last + 1]
        text = self._data[a:b].decode("utf-8", "surrogatepass")
        return text[: self.characters(first, last)]

    def characters(self, first: int, last: int) -> int:
        """Give the length of paragraphs `first` to `last` and what lies between."""
        return self.end[last] - self.start[first]

    def normal(self, first: int, last: int) -> str:
        """Give the normalised text of paragraphs `first` to `last`."""
        key = (first, last)
        if key not in self._normal:
            if len(self._normal) >= REMEMBERED:
                self._normal.clear()
            raw = self.stretch(first, last).encode("utf-8", "surrogatepass")
            ends = np.array([0, len(raw)])
            data, _, _ = kernels.normalise(np.frombuffer(raw, np.uint8), ends)
            self._normal[key] = data.tobytes().decode()
        return self._normal[key]


def stretch_similarity(
    source: tuple[int, int],
    copy: tuple[int, int],
    pairs: tuple[tuple[int, int], ...],
    there: Document,
    here: Document,
) -> tuple[float, bool]:
    """
    Give the similarity of two stretches of paragraphs, 0 to 1.

    Beyond `BOUND` characters it is a lower bound from the paired paragraphs alone, since
    comparing costs the product of the lengths.
    """
    if max(there.characters(*source), here.characters(*copy)) <= BOUND:
        if there.stretch(*source) == here.stretch(*copy):
            return 1.0, False
        return similarity(there.normal(*source), here.normal(*copy)), False
    lengths = sum(len(there.normal(n, n)) for n in range(source[0], source[1] + 1))
    lengths += sum(len(here.normal(n, n)) for n in range(copy[0], copy[1] + 1))
    same = 0
    for i, j in pairs:
        a, b = there.normal(i, i), here.normal(j, j)
        same += len(a) + len(b) - Indel.distance(a, b)
    return same * DIGITS // lengths / DIGITS, True
