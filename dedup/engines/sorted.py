"""
Sorted runs of a table, and ranges of keys cut off the front of several at once.

A table in memory is one run: batches and the order of their rows, which are gathered only when a
range of them is worked on. A table on disk has as many runs as batches. The limit of a range is
the smallest key that some run's next rows end with, so a range never splits a key, and the rows
come out alike for any memory bound.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, Protocol, TypeVar

import numpy as np

from dedup import kernels
from dedup.engines.base import Part
from dedup.model import Strings, Table
from dedup.rows import arranged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.engines.disk import Filed
    from dedup.engines.interface import Key
    from dedup.model import I64

T = TypeVar("T", bound=Table)

NARROW = 3
"""Columns of numbers up to which a row is narrow."""
KEYS_AT_ONCE = 1 << 14
"""Keys of a run on disk that are in memory."""
_WORD = 64
"""Bits of a word: with a sign, so that fewer are filled."""


class Run(Protocol):
    """Rows sorted by key."""

    def __len__(self) -> int: ...

    @property
    def nbytes(self) -> int:
        """Bytes of all rows."""
        ...

    def keys(self, start: int, stop: int) -> I64:
        """Return the first key of some rows."""
        ...

    def rows(self, start: int, stop: int) -> Table:
        """Return some rows."""
        ...


class InMemory(Generic[T]):
    """Batches in memory as one sorted run; a class since rows are gathered when asked for."""

    def __init__(self, batches: Sequence[T], key: Key, *, shared: bool = False) -> None:
        # A row of a few numbers is read more quickly where all batches are one, and soon copied.
        kind = type(batches[0])
        held = kind.schema().values()
        if len(held) <= NARROW and all(column and not column.width for column in held):
            batches = [kind.concat(batches)]
        self._batches = batches
        sizes = [len(batch) for batch in batches]
        self._bounds = np.cumsum([0, *sizes])
        self._batch_of = np.repeat(np.arange(len(batches), dtype=np.int32), sizes)
        columns = [
            np.concatenate([getattr(b, name) for b in batches], dtype=np.int64) for name in key
        ]
        self.nbytes = sum(b.nbytes for b in batches)
        if shared:
            self._sort_shared(columns)
            return
        self._order, (self._keys,) = kernels.ordered(columns, most=1)

    def _sort_shared(self, columns: Sequence[I64]) -> None:
        """Sort the rows whose first key another row has; most of the others are never sorted."""
        able = kernels.may_recur(columns[0])
        order, (keys,) = kernels.ordered([column[able] for column in columns], most=1)
        several = _several(keys)
        self._order = (able if order is None else able[order])[several]
        self._keys = keys[several]
        self.nbytes = self.nbytes * len(self._keys) // max(1, len(columns[0]))

    def __len__(self) -> int:
        return len(self._keys)

    def keys(self, start: int, stop: int) -> I64:
        """Return the first key of some rows."""
        return self._keys[start:stop]

    def rows(self, start: int, stop: int) -> T:
        """Gather some rows."""
        if self._order is None:
            return _between(self._batches, self._bounds, start, stop)
        rows = self._order[start:stop]
        batch = self._batch_of[rows].astype(np.int64)
        return _gathered(self._batches, batch, rows - self._bounds[batch])


class Packed(Generic[T]):
    """
    Rows whose key is all that there is of them, a word each.

    A class since rows are read out of the sorted words when asked for: these are all the memory
    that sorting takes.
    """

    def __init__(self, batches: Sequence[T], fields: Sequence[Field]) -> None:
        """Pack the columns of the key, the first one foremost, and sort."""
        self._kind, self._fields = type(batches[0]), fields
        self.nbytes = sum(batch.nbytes for batch in batches)
        self._words = np.zeros(sum(map(len, batches)), np.int64)
        at = 0
        for batch in batches:
            words = self._words[at : at + len(batch)]
            for field in fields:
                words |= (_whole(getattr(batch, field.name)) - field.low) << field.shift
            at += len(batch)
        self._words.sort()

    def __len__(self) -> int:
        return len(self._words)

    def keys(self, start: int, stop: int) -> I64:
        """Return the first key of some rows."""
        return self._fields[0].read(self._words[start:stop])

    def rows(self, start: int, stop: int) -> T:
        """Return some rows."""
        words = self._words[start:stop]
        return self._kind.filled(
            len(words), **{field.name: field.read(words) for field in self._fields}
        )


class Field(NamedTuple):
    """Where in a word a column is."""

    name: str
    low: int
    """Its smallest number, which is left away."""
    bits: int
    shift: int

    def read(self, words: I64) -> I64:
        """Return the numbers of the column."""
        return (words >> self.shift & ((1 << self.bits) - 1)) + self.low


def in_memory(batches: Sequence[T], key: Key, *, shared: bool = False) -> InMemory[T] | Packed[T]:
    """Sort batches in memory; with `shared` only rows whose first key another row has."""
    names = type(batches[0]).names()
    if not shared and set(key) == set(names):
        fields = _packing(batches, key)
        if fields is not None:
            return Packed(batches, fields)
    return InMemory(batches, key, shared=shared)


def _packing(batches: Sequence[Table], key: Key) -> list[Field] | None:
    """Lay out the columns of a key in a word, the last one lowest; `None` where they do not fit."""
    fields: list[Field] = []
    shift = 0
    for name in reversed(key):
        columns = [getattr(batch, name) for batch in batches if len(batch)]
        low = min((int(column.min()) for column in columns), default=0)
        high = max((int(column.max()) for column in columns), default=0)
        fields.append(Field(name, low, (high - low).bit_length(), shift))
        shift += fields[-1].bits
    return fields[::-1] if shift < _WORD else None


class OnDisk(Generic[T]):
    """A sorted batch on disk."""

    def __init__(self, filed: Filed[T], key: str) -> None:
        self._filed, self._key = filed, key
        self.nbytes = filed.nbytes

    def __len__(self) -> int:
        return len(self._filed)

    def keys(self, start: int, stop: int) -> I64:
        """Read the first key of some rows."""
        return self._filed.column(self._key, start, stop)

    def rows(self, start: int, stop: int) -> T:
        """Read some rows."""
        return self._filed.load(start, stop)


class InOrder(Generic[T]):
    """Batches in memory or on disk that follow one another by key, as one run."""

    def __init__(self, batches: Sequence[T | Filed[T]], key: str) -> None:
        self._batches, self._key = batches, key
        self._bounds = np.cumsum([0, *map(len, batches)])
        self.nbytes = sum(batch.nbytes for batch in batches)

    def __len__(self) -> int:
        return int(self._bounds[-1])

    def keys(self, start: int, stop: int) -> I64:
        """Read the first key of some rows."""
        some = _spread(self._bounds, start, stop)
        parts = [_column(self._batches[n], self._key, a, b) for n, a, b in some]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    def rows(self, start: int, stop: int) -> T:
        """Read some rows."""
        return _between(self._batches, self._bounds, start, stop)


def _column(batch: T | Filed[T], name: str, start: int, stop: int) -> I64:
    """Return some rows of one column of whole numbers, from memory or from disk."""
    if isinstance(batch, Table):
        return _whole(getattr(batch, name)[start:stop])
    return batch.column(name, start, stop)


class Front:
    """The rows of a sorted run that are still to come; a class because it moves on."""

    def __init__(self, run: Run) -> None:
        self.run, self.at = run, 0
        self._low = 0
        self._keys = run.keys(0, min(len(run), KEYS_AT_ONCE))
        self._width = max(1, run.nbytes // max(1, len(run)))

    @property
    def left(self) -> int:
        """Count the rows to come."""
        return len(self.run) - self.at

    @property
    def first(self) -> int:
        """Return the smallest key to come."""
        return self._key(self.at)

    def limit(self, budget: int) -> int:
        """Return the key that the next `budget` bytes end with."""
        return self._key(min(self.at + max(1, budget // self._width), len(self.run)) - 1)

    def skip(self, key: int) -> None:
        """Pass over the rows with smaller keys."""
        self.at = self._find(key, "left")

    def take(self, limit: int) -> Part | None:
        """Return the rows with keys up to `limit`, to be had later; `None` where there are none."""
        start, self.at = self.at, self._find(limit, "right")
        if self.at == start:
            return None
        return Part(self.at - start, partial(self.run.rows, start, self.at))

    def _key(self, row: int) -> int:
        if not self._low <= row < self._low + len(self._keys):
            self._read(row)
        return int(self._keys[row - self._low])

    def _read(self, row: int) -> None:
        self._low = row
        self._keys = self.run.keys(row, min(len(self.run), row + KEYS_AT_ONCE))

    def _find(self, key: int, side: Literal["left", "right"]) -> int:
        if not self._low <= self.at <= self._low + len(self._keys):
            self._read(self.at)
        while True:
            found = self._low + int(np.searchsorted(self._keys, key, side))
            if found < self._low + len(self._keys) or found == len(self.run):
                return max(self.at, found)
            self._read(found)


def ranges(tables: Sequence[Sequence[Run]], budget: int) -> Iterator[tuple[list[Part], ...]]:
    """
    Cut ranges of keys off the front of all runs of all tables, smallest keys first.

    A range has about `budget` bytes, and rows of the first table; of each table it has the parts,
    a run each.
    """
    fronts = [[Front(run) for run in runs if len(run)] for runs in tables]
    each = budget // max(1, sum(map(len, fronts))) or 1
    while any(front.left for front in fronts[0]):
        least = min(front.first for front in fronts[0] if front.left)
        for front in (front for others in fronts[1:] for front in others if front.left):
            front.skip(least)
        limit = min(f.limit(each) for table in fronts for f in table if f.left)
        limit = max(limit, least)
        parts = [[f.take(limit) for f in table if f.left] for table in fronts]
        yield tuple([part for part in some if part is not None] for some in parts)


def merged(parts: Sequence[Table], key: Key, *, shared: bool = False) -> Table:
    """Merge sorted rows of one range; with `shared` only keys of several rows stay."""
    table = parts[0]
    if len(parts) > 1:
        table = type(parts[0]).concat(parts)
        table = arranged(table, *(getattr(table, name) for name in key))
    if shared:
        table = table.take(_several(getattr(table, key[0])))
    return table


def _several(keys: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Mark the rows whose key another row has; keys are sorted."""
    alike = keys[1:] == keys[:-1]
    several = np.zeros(len(keys), bool)
    several[1:] = alike
    several[:-1] |= alike
    return several


def _whole(column: NDArray[np.integer]) -> I64:
    return column.astype(np.int64, copy=False)


def _spread(bounds: I64, start: int, stop: int) -> list[tuple[int, int, int]]:
    """Say which rows of which batches these are: batch, first, past."""
    parts = []
    number = int(np.searchsorted(bounds, start, "right")) - 1
    while start < stop:
        low, end = int(bounds[number]), min(stop, int(bounds[number + 1]))
        if end > start:
            parts.append((number, start - low, end - low))
        start, number = max(start, end), number + 1
    return parts


def _between(batches: Sequence[T | Filed[T]], bounds: I64, start: int, stop: int) -> T:
    """Return consecutive rows of several batches."""
    parts = []
    for number, first, past in _spread(bounds, start, stop) or [(0, 0, 0)]:
        batch = batches[number]
        part = batch.slice(first, past) if isinstance(batch, Table) else batch.load(first, past)
        parts.append(part)
    return type(parts[0]).concat(parts)


def _gathered(batches: Sequence[T], batch: I64, rows: I64) -> T:
    """Put rows of several batches together, by the number of each batch and theirs in it."""
    if len(batches) == 1:
        return batches[0].take(rows)
    columns: dict[str, Any] = {}
    for name in type(batches[0]).names():
        parts = [getattr(b, name) for b in batches]
        if isinstance(parts[0], Strings):
            texts = [(part.data, part.offsets) for part in parts]
            columns[name] = Strings(*kernels.gather_texts(texts, batch, rows))
        else:
            columns[name] = kernels.gather(parts, batch, rows)
    return type(batches[0])(**columns)
