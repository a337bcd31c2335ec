"""
The tables of a clean. READ FIRST (after `dedup/model.py`).

    ParagraphTable ─ plan ─► Plan ──────┐
                                        ├─ removals ─► Removals ─ cut, write ─► files, ledger
    ParagraphTable ─ rounds ─► Sentences┘

Numbers of documents and paragraphs are those of `dedup/model.py`, from 0; offsets are code points
of the input.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

import numpy as np

from dedup.model import F64, I8, I32, I64, Copied, MarkdownBlocks, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

NONE = -1
"""The keeper of what stays, or goes without one; the group, or the rule, of what has none."""
_AT_ONCE = 1 << 14
"""Rows that are made plain values at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class ParagraphTable(Table):
    """One row a paragraph, sorted by `doc`, `no`, none left out: what stands where."""

    doc: I64
    no: I32
    start: I32 | I64
    end: I32 | I64
    text: I32 | I64
    strict: I32 | I64
    """Equal for paragraphs of one strict form (with `--remove exact`: of the same characters)."""
    same: I32 | I64
    """Equal for paragraphs that are the same text whatever else is compared: `strict`, or wider."""
    words: I32
    boilerplate: I8


@dataclass(frozen=True, slots=True, eq=False)
class Plan(Table):
    """
    One row a paragraph that goes, sorted by `doc`, `no`; numbers from 0.

    Every part of a plan is a plan: what keeps never goes.
    """

    doc: I64
    no: I32
    start: I32 | I64
    """Without the white space that goes with it."""
    end: I32 | I64
    reason: I8
    """Index in `REASONS`."""
    keeper: I64
    """The keeper's document, -1 where there is none."""
    keeper_no: I32
    keeper_start: I32 | I64
    keeper_end: I32 | I64
    similarity: F64
    """To the keeper."""
    rule: I8
    """Index of the keep rule that ranked the keeper first; -1 without a keeper."""

    def only(self, wanted: NDArray[np.bool_]) -> Self:
        """
        Return the plan with the wanted removals alone; any may be left out, and more text stays.

        Raises `ValueError` for what is no mask of these rows.
        """
        if wanted.dtype != np.bool_ or wanted.shape != (len(self),):
            raise ValueError(f"a plan of {len(self)} rows is filtered by as many bools")
        return self.take(wanted)


@dataclass(frozen=True, slots=True, eq=False)
class Sentences(Table):
    """One row a run of whole sentences of one paragraph that goes, sorted by `doc`, `start`."""

    doc: I64
    no: I32
    start: I64
    """Without the white space that goes with it."""
    end: I64
    before: I64
    """Where the text before it in its paragraph ends, else where the paragraph starts."""
    after: I64
    """Where the text behind it in its paragraph starts, else where the paragraph ends."""
    keeper: I64
    """The keeper's document."""
    keeper_start: I64
    keeper_end: I64
    similarity: F64
    rule: I8
    """Index of the keep rule that ranked the keeper first."""

    @classmethod
    def of(cls, rows: Iterable[tuple[float, ...]]) -> Self:
        """Build the table from rows in the order of the fields."""
        columns = list(zip(*sorted(rows), strict=True))
        if not columns:
            return cls.empty()
        kinds = {name: column.dtype for name, column in cls.schema().items() if column is not None}
        return cls(
            **{
                name: np.array(column, kind)
                for (name, kind), column in zip(kinds.items(), columns, strict=True)
            }
        )


class RemovalRow(NamedTuple):
    """A row of `Removals` in plain values."""

    doc: int
    start: int
    end: int
    first: int
    last: int
    reason: int
    keeper: int
    keeper_start: int
    keeper_end: int
    similarity: float
    rule: int
    group: int


@dataclass(frozen=True, slots=True, eq=False)
class Removals(Table):
    """
    One row a contiguous removal with one reason and one contiguous keeper: a line of the ledger.

    Sorted by `doc`, `start`. Of a document of which nothing stays the rows cover all of its text.
    """

    doc: I64
    start: I64
    """Where it goes from, white space included."""
    end: I64
    first: I32
    """Its first paragraph."""
    last: I32
    reason: I8
    """Index in `REASONS`."""
    keeper: I64
    """The keeper's document, -1 where there is none."""
    keeper_start: I64
    keeper_end: I64
    similarity: F64
    """The lowest of its paragraphs to their keepers; of a whole document its resemblance."""
    rule: I8
    """Index of the keep rule that ranked the keeper first; -1 without a keeper."""
    group: I64
    """The place in the report of the group whose copy covers it; -1 where none does."""

    def rows(self) -> Iterator[RemovalRow]:
        """Yield the rows in plain values."""
        columns = self.columns().values()
        for at in range(0, len(self), _AT_ONCE):
            yield from map(RemovalRow, *(column[at : at + _AT_ONCE].tolist() for column in columns))

    def by_document(self, first: int, stop: int) -> Iterator[tuple[int, list[RemovalRow]]]:
        """Yield the documents from `first` up to `stop` that lose something, with their rows."""
        for doc, rows in groupby(of_documents(self, first, stop).rows(), itemgetter(0)):
            yield doc, list(rows)


T = TypeVar("T", ParagraphTable, Plan, Sentences, Removals, Copied, MarkdownBlocks)


def of_documents(table: T, first: int, stop: int) -> T:
    """Return the rows of the documents from `first` up to `stop`, of a table sorted by `doc`."""
    return table.slice(*np.searchsorted(table.doc, (first, stop)).tolist())
