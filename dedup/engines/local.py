"""
The local engine: threads, packed sorts, and sorted runs on disk when memory is short.

Everything is one merge of sorted runs. A table that fits in memory is one run; a larger one is
as many as it has batches, on disk and memory-mapped. A range of keys is cut off the front of
every run at once: the limit is the smallest key that some run's next rows end with, so a batch
never splits a key and the rows come out alike for any memory bound.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import numpy as np

from dedup.errors import OutputError
from dedup.model import Strings, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.engines.interface import Key
    from dedup.model import I64

T = TypeVar("T", bound=Table)
U = TypeVar("U", bound=Table)
V = TypeVar("V", bound=Table)

BATCH_BYTES = 16 << 20
"""What a batch may hold where memory allows it."""


class Local:
    """
    Runs stages on this machine. A class because it owns what they share: threads and a folder.

    Use it as a context manager: leaving it ends the threads and removes the folder; what is held
    in memory stays, and it may be entered again. Raises `OutputError` where the
    folder for sorted runs cannot be written.
    """

    def __init__(
        self, memory: int = 2 << 30, threads: int = 0, work_dir: str | None = None
    ) -> None:
        self.threads = threads or os.cpu_count() or 1
        self.memory = memory
        self.held = 0
        self.spilled = 0
        self._work_dir = work_dir
        self._folder: Path | None = None
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._threads = self._folder = None

    @property
    def _pool(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.threads)
        return self._threads

    @property
    def batch_bytes(self) -> int:
        """Bytes that one batch should hold: a share of the memory bound."""
        return max(1 << 16, min(BATCH_BYTES, self.memory // (8 * self.threads)))

    def map(self, table: Iterable[T], kind: type[U], stage: Callable[[T], U]) -> Held[U]:
        """Apply `stage` to every batch, on all threads, in order."""
        return self._hold(kind, self._each(stage, ((batch,) for batch in table)))

    def by_key(
        self, table: Iterable[T], key: Key, kind: type[U], stage: Callable[[T], U]
    ) -> Held[U]:
        """Sort by `key`, then apply `stage` to batches in which no key is split."""
        ranges = self._ranges([(self._sorted(table, key), key)])
        return self._hold(kind, self._each(stage, ranges))

    def join(
        self,
        table: Iterable[T],
        other: Iterable[U],
        key: tuple[Key, Key],
        kind: type[V],
        stage: Callable[[T, U], V],
    ) -> Held[V]:
        """Sort each table by its key, then apply `stage` to batches of both in one range."""
        left, right = self._sorted(table, key[0]), self._sorted(other, key[1])
        if not left:
            return self._hold(kind, iter(()))
        ranges = self._ranges([(left, key[0]), (right, key[1])])
        return self._hold(kind, self._each(stage, (r for r in ranges if len(r[0]))))

    def _each(self, stage: Callable[..., U], arguments: Iterable[tuple[Table, ...]]) -> Iterator[U]:
        waiting: deque[Future[U]] = deque()
        for batch in arguments:
            waiting.append(self._pool.submit(stage, *batch))
            if len(waiting) > self.threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _hold(self, kind: type[U], batches: Iterator[U]) -> Held[U]:
        held = Held(kind)
        small: list[U] = []
        for batch in batches:
            held.empty = batch.slice(0, 0)
            if not len(batch):
                continue
            small.append(batch)
            if sum(b.nbytes for b in small) >= self.batch_bytes // 2:
                held.batches.append(self._keep(held, kind.concat(small)))
                small = []
        if small:
            held.batches.append(self._keep(held, kind.concat(small)))
        return held

    def _keep(self, held: Held[U], batch: U) -> U:
        size = batch.nbytes
        if self.held + size > self.memory // 2:
            return self._spill(held, batch)
        self.held += size
        weakref.finalize(held, self._release, size)
        return batch

    def _release(self, size: int) -> None:
        self.held -= size

    def _spill(self, owner: object, batch: U) -> U:
        """Write a batch to disk and give it back with memory-mapped columns."""
        try:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="dedup-", dir=self._work_dir))
            folder = Path(tempfile.mkdtemp(dir=self._folder))
            columns: dict[str, object] = {}
            for name, column in batch.columns().items():
                if isinstance(column, Strings):
                    data = _mapped(folder / f"{name}.data.npy", column.data)
                    offsets = _mapped(folder / f"{name}.offsets.npy", column.offsets)
                    columns[name] = Strings(data, offsets)
                else:
                    columns[name] = _mapped(folder / f"{name}.npy", column)
        except OSError as error:
            where = self._work_dir or tempfile.gettempdir()
            raise OutputError(
                f"{where}: cannot keep what does not fit in memory ({error.strerror});"
                " give more --memory or another --work-dir"
            ) from error
        self.spilled += batch.nbytes
        weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
        return type(batch)(**columns)

    def _sorted(self, table: Iterable[T], key: Key) -> Runs[T]:
        """Sort a table into runs: one where it fits in memory, else one a batch."""
        runs: Runs[T] = Runs()
        size = 0
        for batch in table:
            runs.append(_arranged(batch, key))
            size += batch.nbytes
            if size > self.memory // 8:
                runs[:] = [r if _on_disk(r) else self._spill(runs, r) for r in runs]
        if len(runs) > 1 and size <= self.memory // 8:
            runs[:] = [_arranged(type(runs[0]).concat(runs), key)]
        if not runs and isinstance(table, Held) and table.empty is not None:
            runs.append(table.empty)
        return runs

    def _ranges(self, tables: Sequence[tuple[Runs[Any], Key]]) -> Iterator[tuple[Table, ...]]:
        """Cut ranges of keys off the front of all runs of all tables, smallest keys first."""
        kinds = [runs[0].slice(0, 0) for runs, _ in tables if runs]
        if not kinds:
            return
        fronts = [[Front(run, key[0]) for run in runs] for runs, key in tables]
        budget = self.batch_bytes // sum(len(f) for f in fronts) or 1
        while any(front.rows for front in fronts[0]):
            if len(fronts) > 1:
                least = min(front.first for front in fronts[0] if front.rows)
                for front in fronts[1]:
                    front.skip(least)
            limit = min(f.limit(budget) for table in fronts for f in table if f.rows)
            parts = [[f.take(limit) for f in table] for table in fronts]
            yield tuple(
                _merged(part, key, empty)
                for part, (_, key), empty in zip(parts, tables, kinds, strict=True)
            )


class Held(Generic[T]):
    """A stored table: batches in memory or memory-mapped, read again and again."""

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind
        self.batches: list[T] = []
        self.empty: T | None = None
        """No rows of it, for a join that finds none."""

    def __iter__(self) -> Iterator[T]:
        return iter(self.batches)

    def __len__(self) -> int:
        return sum(len(batch) for batch in self.batches)

    def column(self, name: str) -> I64:
        """Give one column of whole numbers, whole."""
        parts = [getattr(batch, name).astype(np.int64) for batch in self.batches]
        return np.concatenate([np.zeros(0, np.int64), *parts])


class Runs(list[T]):
    """Sorted runs of one table; a class so that files can be removed with the list."""

    __hash__ = object.__hash__  # type: ignore[assignment]


class Front:
    """The rows of a sorted run that are still to come."""

    def __init__(self, run: Table, key: str) -> None:
        self.run, self.at = run, 0
        self.keys: I64 = getattr(run, key)
        self.width = max(1, run.nbytes // max(1, len(run)))

    @property
    def rows(self) -> int:
        """Count the rows to come."""
        return len(self.keys) - self.at

    @property
    def first(self) -> int:
        """Give the smallest key to come."""
        return int(self.keys[self.at])

    def limit(self, budget: int) -> int:
        """Give the key that the next `budget` bytes end with."""
        return int(self.keys[min(self.at + max(1, budget // self.width), len(self.keys)) - 1])

    def skip(self, key: int) -> None:
        """Pass over the rows with smaller keys."""
        self.at += int(np.searchsorted(self.keys[self.at :], key, "left"))

    def take(self, limit: int) -> Table:
        """Give the rows with keys up to `limit`."""
        stop = self.at + int(np.searchsorted(self.keys[self.at :], limit, "right"))
        rows = self.run.slice(self.at, stop)
        self.at = stop
        return rows


def order(table: Table, key: Key) -> I64 | None:
    """
    Find the row numbers that sort `table` by `key`, ties in their order; `None` where it is sorted.

    Keys are packed with the row number into one 64-bit word where they fit: sorting words is
    several times quicker than sorting row numbers by key.
    """
    columns = [np.asarray(getattr(table, name)).astype(np.int64, copy=False) for name in key]
    rows = len(table)
    if rows < 2 or (len(columns) == 1 and bool(np.all(columns[0][:-1] <= columns[0][1:]))):
        return None
    lows = [int(c.min()) for c in columns]
    bits = [(int(c.max()) - low).bit_length() for c, low in zip(columns, lows, strict=True)]
    row_bits = (rows - 1).bit_length()
    if sum(bits) + row_bits > 64:
        return np.lexsort(columns[::-1])
    word = np.zeros(rows, np.uint64)
    for column, low, width in zip(columns, lows, bits, strict=True):
        word = (word << np.uint64(width)) | (column - low).astype(np.uint64)
    word = (word << np.uint64(row_bits)) | np.arange(rows, dtype=np.uint64)
    word.sort()
    return (word & np.uint64((1 << row_bits) - 1)).astype(np.int64)


def _arranged(table: T, key: Key) -> T:
    rows = order(table, key)
    return table if rows is None else table.take(rows)


def _merged(parts: list[Table], key: Key, empty: Table) -> Table:
    parts = [part for part in parts if len(part)]
    if not parts:
        return empty
    return parts[0] if len(parts) == 1 else _arranged(type(parts[0]).concat(parts), key)


def _on_disk(table: Table) -> bool:
    column = next(iter(table.columns().values()))
    return isinstance(column, np.memmap)


def _mapped(path: Path, column: NDArray[Any]) -> NDArray[Any]:
    np.save(path, column)
    return np.load(path, mmap_mode="r") if column.size else column
