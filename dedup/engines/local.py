"""
The local engine: threads, packed sorts, and sorted runs on disk when memory is short.

Everything is one merge of sorted runs. A table that fits in memory is one run, of which rows are
gathered a range at a time; a larger one is many, on disk. Ranges are cut by the main thread;
reading, merging and the stage itself are the threads' work.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from dedup.engines.disk import Filed
from dedup.engines.held import Held, loaded
from dedup.engines.memory import Room, machine_memory
from dedup.engines.sorted import InMemory, InOrder, OnDisk, are_in_order, merged, ranges
from dedup.engines.work import WorkFolder
from dedup.engines.workers import Workers
from dedup.model import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dedup.engines.checkpoints import Checkpoints
    from dedup.engines.interface import Key, Stored
    from dedup.engines.sorted import Part, Run

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T", bound=Table)
U = TypeVar("U", bound=Table)
V = TypeVar("V", bound=Table)

BATCH_BYTES = 16 << 20
"""What a batch may hold where memory allows it."""
RANGE_BYTES = 1 << 20
"""What a range holds at least, where there is so much: less is not worth a thread."""
SORTING = 32
"""Bytes that sorting takes for a row, besides the row: key, place, and both once more."""
APART_BYTES = 64 << 20
"""What a stage works on at least, for it to be worth starting processes."""
WORKER_BYTES = 512 << 20
"""Memory for tables that there must be for each worker."""


class Local:
    """
    Runs stages on this machine. A class because it owns what they share: threads and a folder.

    Use it as a context manager: leaving it ends the threads. Tables stay readable; the file of one
    goes with it, and the folder with the last file. The engine may be entered again. Raises
    `OutputError` where the folder for what does not fit cannot be written.
    """

    def __init__(
        self,
        memory: int | None = None,
        threads: int = 0,
        work_dir: str | None = None,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        self.threads = threads or os.cpu_count() or 1
        self.memory = (machine_memory() // 4 if memory is None else memory) // 2
        """Half of what may be taken: while rows are sorted they are there twice."""
        self._folder = WorkFolder(work_dir)
        self._room = Room(self.memory * 3 // 4, self._folder.file)
        self.checkpoints = checkpoints
        """Where finished tables are kept for a run that goes on; `None` for nowhere."""
        self._begin()

    def _begin(self) -> None:
        self._pool = ThreadPoolExecutor(self.threads)
        self.workers = Workers(min(self.threads, self.memory // WORKER_BYTES))
        self._left = False

    def __enter__(self) -> Self:
        if self._left:
            self._begin()
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        self._left = True
        self.workers.close()
        self._pool.shutdown(cancel_futures=True)
        self._room.close()
        if self.checkpoints is not None and failed is None:
            self.checkpoints.finish()
        elif self.checkpoints is not None:
            self.checkpoints.leave()
        self.checkpoints = None
        self._folder.leave()

    @property
    def batch_bytes(self) -> int:
        """Bytes that one batch should hold: a share of the memory bound."""
        return max(1 << 16, min(BATCH_BYTES, self.memory // (16 * self.threads)))

    def map(self, table: Iterable[T], kind: type[U], stage: Callable[[T], U]) -> Held[U]:
        """Apply `stage` to every batch, on all threads, in order."""
        return self._hold(kind, self._each(_mapped, ((stage, batch) for batch in _stored(table))))

    def by_key(
        self,
        table: Iterable[T],
        key: Key,
        kind: type[U],
        stage: Callable[[T], U],
        *,
        shared: bool = False,
    ) -> Held[U]:
        """Sort by `key`, then apply `stage` to batches in which no key is split."""
        runs = self._sorted(table, key, shared=shared)
        return self._hold(kind, self._ranged([(runs, key, None)], stage, shared=shared))

    def join(  # noqa: PLR0913 - two tables, two keys, what comes out
        self,
        table: Iterable[T],
        other: Iterable[U],
        key: tuple[Key, Key],
        kind: type[V],
        stage: Callable[[T, U], V],
        *,
        apart: bool = False,
    ) -> Held[V]:
        """Sort each table by its key, then apply `stage` to batches of both in one range."""
        tables = [
            (self._sorted(t, k), k, _empty(t)) for t, k in zip((table, other), key, strict=True)
        ]
        return self._hold(kind, self._ranged(tables, stage, apart=apart))

    def lookup(
        self, table: Iterable[T], other: Stored[U], kind: type[V], stage: Callable[[T, U], V]
    ) -> Held[V]:
        """Apply `stage` to every batch of `table`, on all threads, with all rows of `other`."""
        return self.map(table, kind, partial(_looked_up, stage, other.kind.concat(other)))

    def both(self, first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
        """
        Make two things at once: while the one sorts, a thread is free for the other.

        Where the first fails the second is not waited for: it ends once the engine is left.
        """
        other = ThreadPoolExecutor(1)
        try:
            future = other.submit(second)
            return first(), future.result()
        finally:
            other.shutdown(wait=False, cancel_futures=True)

    def kept(
        self,
        name: str,
        kinds: tuple[type[Table], ...],
        make: Callable[[], tuple[Stored[Any], ...]],
    ) -> tuple[Any, ...]:
        """Give the tables that `make` gives; with checkpoints, those of an interrupted run."""
        if self.checkpoints is None:
            return make()
        found = self.checkpoints.load(name, kinds)
        if found is not None:
            return tuple(Held.of(kind, own) for kind, own in zip(kinds, found, strict=True))
        before = len(self.checkpoints.used)
        made = cast("tuple[Held[Any], ...]", make())
        saved = self.checkpoints.save(name, [held.batches for held in made])
        for held, filed in zip(made, saved, strict=True):
            for place, batch in enumerate(held.batches):
                if isinstance(batch, Filed):
                    held.batches[place] = filed[place]
        self.checkpoints.supersede(self.checkpoints.used[before:-1])
        return made

    def _ranged(
        self,
        tables: Sequence[tuple[list[Run], Key, Table | None]],
        stage: Callable[..., U],
        *,
        shared: bool = False,
        apart: bool = False,
    ) -> Iterator[U]:
        """Apply `stage` to ranges of keys of sorted tables."""
        keys = [key for _, key, _ in tables]
        empty = [runs[0].rows(0, 0) if runs else none for runs, _, none in tables]
        size = sum(run.nbytes for runs, _, _ in tables for run in runs)
        budget = min(self.batch_bytes, max(RANGE_BYTES, size // (2 * self.threads)))
        if apart and size >= APART_BYTES:
            stage = partial(self.workers.call, stage)
        work = partial(_worked, stage, keys, empty, shared)
        cut = ranges([runs for runs, _, _ in tables], budget)
        return self._each(work, ((parts,) for parts in cut))

    def _each(self, work: Callable[..., U], arguments: Iterable[tuple[Any, ...]]) -> Iterator[U]:
        waiting: deque[Future[U]] = deque()
        for some in arguments:
            waiting.append(self._pool.submit(work, *some))
            if len(waiting) > self.threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _hold(self, kind: type[U], batches: Iterator[U]) -> Held[U]:
        held = Held(kind)
        small: list[U] = []
        size = 0
        for batch in batches:
            if not len(batch):
                continue
            small.append(batch)
            size += batch.nbytes
            if size >= self.batch_bytes // 2:
                self._room.keep(kind.concat(small), held)
                small, size = [], 0
        if small:
            self._room.keep(kind.concat(small), held)
        self._room.settle()
        return held

    def _sorted(self, table: Iterable[T], key: Key, *, shared: bool = False) -> list[Run]:
        """Sort a table: one run where it fits in memory or is in order, else runs on disk."""
        if isinstance(table, Held) and not table.in_memory and are_in_order(table.batches, key):
            return [InOrder(table.batches, key[0])]
        runs: list[Run] = []
        filing: deque[Future[Run]] = deque()
        group: list[T | Filed[T]] = []
        new = rows = 0
        for batch in _stored(table):
            group.append(batch)
            new += batch.nbytes if isinstance(batch, Filed) else self._room.more(batch)
            rows += len(batch)
            if self._is_too_much(new, rows, whole=not filing and not runs):
                filing.append(self._pool.submit(self._filed, group, key))
                group, new, rows = [], 0, 0
                if len(filing) > self.threads:
                    runs.append(filing.popleft().result())
        runs += [future.result() for future in filing]
        if group and runs:
            runs.append(self._filed(group, key))
        elif group:
            runs.append(InMemory([loaded(batch) for batch in group], key, shared=shared))
        return runs

    def _is_too_much(self, new: int, rows: int, *, whole: bool) -> bool:
        """Say whether rows of so many new bytes are not sorted at once: all, or one run of many."""
        if not whole:
            return new + SORTING * rows > self.memory // (8 * self.threads)
        return new > self.memory // 8 or new + SORTING * rows > self.memory // 2

    def _filed(self, group: Sequence[T | Filed[T]], key: Key) -> Run:
        run = InMemory([loaded(batch) for batch in group], key)
        return OnDisk(self._folder.file(run.rows(0, len(run))), key[0])


def _stored(table: Iterable[T]) -> Iterable[T | Filed[T]]:
    """Give the batches of a table, those on disk unread."""
    return table.batches if isinstance(table, Held) else table


def _empty(table: Iterable[T]) -> T | None:
    return table.kind.empty() if isinstance(table, Held) else None


def _looked_up(stage: Callable[[T, U], V], other: U, batch: T) -> V:
    return stage(batch, other)


def _mapped(stage: Callable[[T], U], batch: T | Filed[T]) -> U:
    return stage(loaded(batch))


def _worked(
    stage: Callable[..., U],
    keys: Sequence[Key],
    empty: Sequence[Table | None],
    shared: bool,  # noqa: FBT001 - an argument of a task
    parts: Sequence[Sequence[Part]],
) -> U:
    """Read and merge the parts of a range of each table, and apply the stage."""
    tables = [
        merged([part() for part in some], key, shared=shared) if some else none
        for some, key, none in zip(parts, keys, empty, strict=True)
    ]
    return stage(*tables)
