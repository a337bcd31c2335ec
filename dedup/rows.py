"""Arithmetic on row numbers: order, runs of equal keys, repeated rows, keys of two columns."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from dedup import kernels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.model import I32, I64, Table

    T = TypeVar("T", bound=Table)


SPARSE = 4
"""Numbers to a row of a column from which a table by number is not worth its memory."""


def fresh(*columns: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Mark the rows that differ from the row before in any column; the first one does."""
    new = np.zeros(len(columns[0]), bool)
    new[:1] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return new


def each_once(table: T) -> T:
    """Keep one of the rows that are equal in all columns; rows are sorted by all of them."""
    return table.take(fresh(*table.columns().values()))


def places(ordered: I64, wanted: I64) -> I64:
    """
    Return the row of a sorted column that has each value; each is there, and no row's comes twice.

    Where the column leaves out few numbers a table by number is quicker than a search.
    """
    span = int(ordered[-1] - ordered[0]) + 1 if len(ordered) else 0
    if span > SPARSE * len(ordered):
        return np.searchsorted(ordered, wanted)
    wanted = wanted - ordered[:1]
    if span > len(ordered):
        rows = np.empty(span, np.int64)
        rows[ordered - ordered[0]] = np.arange(len(ordered))
        wanted = rows[wanted]
    return wanted


def both_places(first: I64, second: I64, a: I64, b: I64) -> tuple[I64, I64]:
    """Return the `places` of `a` in the first column and of `b` in the second, often the same."""
    if first is not second:
        return places(first, a), places(second, b)
    rows = places(first, np.concatenate([a, b]))
    return rows[: len(a)], rows[len(a) :]


def in_order(*columns: NDArray[np.integer]) -> bool:
    """Say whether rows are sorted by some columns."""
    tied = np.ones(max(0, len(columns[0]) - 1), bool)
    for column in columns:
        before, after = column[:-1], column[1:]
        if (tied & (after < before)).any():
            return False
        tied &= after == before
    return True


def arranged(table: T, *columns: NDArray[np.integer]) -> T:
    """Return a table sorted by some columns, the first one foremost; ties keep their order."""
    rows = kernels.order([column.astype(np.int64, copy=False) for column in columns])
    return table if rows is None else table.take(rows)


def narrow(column: I64) -> I32 | I64:
    """Hold whole numbers in 32 bits, where they all fit."""
    edge = np.iinfo(np.int32)
    fit = not len(column) or (column.min() >= edge.min and column.max() <= edge.max)
    return column.astype(np.int32) if fit else column


def rank_within(*columns: NDArray[np.integer]) -> I64:
    """Number the rows of each run of equal keys from 0."""
    starts = np.flatnonzero(fresh(*columns))
    return np.arange(len(columns[0])) - np.repeat(starts, np.diff(starts, append=len(columns[0])))


def spans(starts: I64, length: int) -> Iterator[tuple[int, int]]:
    """Return the rows of each run that begins at one of `starts`, half-open."""
    return pairwise([*starts.tolist(), length])


def repeated(counts: NDArray[np.integer]) -> tuple[I64, I64]:
    """Repeat row k `counts[k]` times: the row, and a number from 0 within each."""
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)


def matching(left: I64, right: I64) -> tuple[I64, I64]:
    """Pair the rows of equal keys; `right` is sorted, rows come in the order of `left`."""
    # A key that stands several times in a row is looked for once.
    starts = np.flatnonzero(fresh(left))
    keys, sizes = left[starts], np.diff(starts, append=len(left))
    first = np.searchsorted(right, keys, "left")
    counts = np.searchsorted(right, keys, "right") - first
    first, counts = np.repeat(first, sizes), np.repeat(counts, sizes)
    row = np.repeat(np.arange(len(left)), counts)
    return row, np.arange(len(row)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
