"""
Stretches of a document: its paragraphs by number, what is written there, how alike two are.

Many documents are cut out of one table again and again, so its columns are lists, made once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from dedup import kernels
from dedup.model import Strings
from dedup.stages.hyphens import normalised
from dedup.stages.verify import DIGITS, ratios

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.model import I64, Neighbourhoods
    from dedup.settings import Settings

Answer = tuple[float, bool]
"""A similarity, 0 to 1, and whether it is a lower bound."""

BOUND = 50_000
"""Characters beyond which the similarity of two stretches is a lower bound."""


@dataclass(frozen=True, slots=True)
class ParagraphColumns:
    """The paragraphs of many documents as lists: of these a document is quickly cut."""

    start: list[int]
    end: list[int]
    text: list[int]
    words: list[int]
    boilerplate: list[bool]
    long: list[bool]
    open: list[int]
    """The rows of the paragraphs that runs are made of: long ones, boilerplate left out."""
    rank: list[int]
    """How many of them stand before each row, and in all."""
    data: bytes
    """What is written, end to end."""
    offsets: list[int]
    past: list[int]
    """Where in `data` a paragraph itself ends, without what follows it."""
    join_hyphens: bool

    @classmethod
    def of(cls, rows: Neighbourhoods, past: I64, settings: Settings) -> Self:
        """Take the columns of a table, and where its paragraphs end."""
        long = rows.words >= settings.min_words
        open_ = long & (rows.boilerplate == 0)
        return cls(
            rows.start.tolist(),
            rows.end.tolist(),
            rows.text.tolist(),
            rows.words.tolist(),
            rows.boilerplate.astype(bool).tolist(),
            long.tolist(),
            np.flatnonzero(open_).tolist(),
            [0, *np.cumsum(open_).tolist()],
            rows.written.data.tobytes(),
            rows.written.offsets.tolist(),
            past.tolist(),
            settings.join_hyphens,
        )


def ends(rows: Neighbourhoods) -> I64:
    """Return where in `written` each paragraph itself ends, in bytes."""
    written = rows.written
    return kernels.prefixes(written.data, written.offsets, rows.end - rows.start)


class Document:
    """The paragraphs of one document by number; a class because it remembers what it read."""

    def __init__(self, columns: ParagraphColumns, first: int, past: int) -> None:
        self.columns, self.row, self.past = columns, first, past
        """Its rows are those from `row` up to `past`."""
        self._before = columns.rank[first]
        self.open = [row - first for row in columns.open[self._before : columns.rank[past]]]
        """Numbers of the paragraphs that runs are made of."""

    def __len__(self) -> int:
        return self.past - self.row

    def position(self, no: int) -> int:
        """Return the place of an open paragraph among these."""
        return self.columns.rank[self.row + no] - self._before

    def text(self, no: int) -> int:
        """Return the text of a paragraph."""
        return self.columns.text[self.row + no]

    def words(self, numbers: Iterable[int]) -> int:
        """Count the words of some paragraphs."""
        words, row = self.columns.words, self.row
        return sum([words[row + no] for no in numbers])

    def is_long(self, no: int) -> bool:
        """Tell whether a paragraph has words enough to be looked for."""
        return self.columns.long[self.row + no]

    def is_boilerplate(self, no: int) -> bool:
        """Tell whether a paragraph is boilerplate."""
        return self.columns.boilerplate[self.row + no]

    def block(self, place: int) -> tuple[int, bytes]:
        """Return the length of an open paragraph, and all that is written up to the next one."""
        no = self.open[place]
        past = self.open[place + 1] if place + 1 < len(self.open) else len(self)
        offsets = self.columns.offsets
        written = self.columns.data[offsets[self.row + no] : offsets[self.row + past]]
        return self.characters(no, no), written

    def raw(self, first: int, last: int) -> bytes:
        """Return the original text of paragraphs `first` to `last` in UTF-8."""
        columns, row = self.columns, self.row
        return columns.data[columns.offsets[row + first] : columns.past[row + last]]

    def characters(self, first: int, last: int) -> int:
        """Return the length of paragraphs `first` to `last` and what lies between."""
        return self.columns.end[self.row + last] - self.columns.start[self.row + first]

    @cached_property
    def normal(self) -> Strings:
        """The normalised text of each paragraph."""
        raws = [self.raw(no, no) for no in range(len(self))]
        return normalised(Strings.of(raws), join_hyphens=self.columns.join_hyphens)

    @cached_property
    def lengths(self) -> I64:
        """Characters of these."""
        return kernels.characters(self.normal.data, self.normal.offsets).astype(np.int64)


class Question(NamedTuple):
    """Asks how similar two stretches of paragraphs are, given by their first and last ones."""

    source: tuple[int, int]
    copy: tuple[int, int]
    pairs: tuple[tuple[int, int], ...]
    """The paired paragraphs in them."""
    there: Document
    here: Document
    threshold: float = 0.0
    """Below it any value below will do."""

    @property
    def is_long(self) -> bool:
        """Too long to be compared as a whole, which costs the product of the lengths."""
        longer = max(self.there.characters(*self.source), self.here.characters(*self.copy))
        return longer > BOUND


def likenesses(questions: Sequence[Question]) -> Iterator[Answer]:
    """
    Yield the similarity of the stretches of each question.

    Beyond `BOUND` characters it is a lower bound from the paired paragraphs alone.
    """
    rows: dict[tuple[int, int, int], int] = {}
    raws: list[bytes] = []

    def row(document: Document, first: int, last: int) -> int:
        known = rows.setdefault((document.row, first, last), len(raws))
        if known == len(raws):
            raws.append(document.raw(first, last))
        return known

    long = [one.is_long for one in questions]
    short = [one for one, is_long in zip(questions, long, strict=True) if not is_long]
    a = np.array([row(one.there, *one.source) for one in short], np.int64)
    b = np.array([row(one.here, *one.copy) for one in short], np.int64)
    joins = any(one.there.columns.join_hyphens for one in short)
    normal = normalised(Strings.of(raws), join_hyphens=joins)
    found = iter(ratios(normal, normal, a, b, np.array([one.threshold for one in short])).tolist())
    for one, is_long in zip(questions, long, strict=True):
        yield (_bounded(one), True) if is_long else (next(found), False)


def _bounded(one: Question) -> float:
    """Return a lower bound: what is the same in the paired paragraphs, of all that is there."""
    there, here = one.there, one.here
    pairs = np.array(one.pairs, np.int64).reshape(-1, 2)
    total = there.lengths[one.source[0] : one.source[1] + 1].sum()
    total += here.lengths[one.copy[0] : one.copy[1] + 1].sum()
    i, j = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
    both = there.lengths[i] + here.lengths[j]
    first, second = ((one.normal.data, one.normal.offsets) for one in (there, here))
    same = int((both - kernels.indel(first, second, i, j, both)).sum())
    return same * DIGITS // int(total) / DIGITS
