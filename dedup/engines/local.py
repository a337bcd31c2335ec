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

from dedup.engines.allocator import release_memory
from dedup.engines.base import Base, Part, Task
from dedup.engines.disk import Filed
from dedup.engines.sorted import InMemory, InOrder, OnDisk, in_memory, merged, ranges
from dedup.engines.stored import Held, MemoryBudget, loaded, machine_memory
from dedup.engines.work import WorkFolder
from dedup.engines.workers import Workers
from dedup.model import Table
from dedup.rows import arranged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dedup.engines.base import Results
    from dedup.engines.checkpoints import Checkpoints
    from dedup.engines.interface import Beside, Key, Stored
    from dedup.engines.sorted import Run
    from dedup.watching import Watch

T = TypeVar("T", bound=Table)
U = TypeVar("U", bound=Table)

BATCH_BYTES = 16 << 20
"""What a batch may hold where memory allows it."""
HEAVY_BYTES = 2 * BATCH_BYTES
"""More than that one batch holds only where the rows of one key do: a document, a text."""
RANGE_BYTES = 1 << 20
"""What a range holds at least, where there is so much: less is not worth a thread."""
SORTING = 56
"""Bytes that sorting takes for a row, besides the row: key, place, both once more, a narrow row."""
PROCESS_BYTES = 256 << 20
"""What a stage works on at least, for it to be worth starting processes."""
PAIRS_AT_ONCE = 1 << 16
"""Pairs whose rows are looked up at once."""
AT_ONCE = 3
"""Things made together: while one is sorted the next is gathered, and the third is read."""
WORKER_BYTES = 512 << 20
"""Memory for tables that there must be for each worker."""


class Local(Base):
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
        watch: Watch | None = None,
    ) -> None:
        super().__init__(watch)
        self.threads = threads or os.cpu_count() or 1
        self.memory = (machine_memory() // 4 if memory is None else memory) // 2
        """Half of what may be taken: while rows are sorted they are there twice."""
        self._folder = WorkFolder(work_dir)
        self._budget = MemoryBudget(self.memory * 3 // 4, self._folder.file)
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
        self._budget.close()
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

    def lookup(  # noqa: PLR0913 - two tables, two keys, what comes out
        self,
        table: Any,  # noqa: ANN401 - as the interface says
        other: Any,  # noqa: ANN401 - likewise
        key: tuple[Key, Key],
        kind: Any,  # noqa: ANN401 - likewise
        stage: Any,  # noqa: ANN401 - likewise
        *,
        name: str | None = None,
    ) -> Any:  # noqa: ANN401 - likewise
        """Apply `stage` to every batch: beside all of `other` where that is small, else by key."""
        rows = self._in_place(other, key[1])
        if rows is None:
            return super().lookup(table, other, key, kind, stage, name=name)
        return self.map(table, kind, partial(_looked_up, stage, rows), name=name)

    def pairwise(
        self,
        table: Any,  # noqa: ANN401 - as the interface says
        beside: Beside,
        kind: Any,  # noqa: ANN401 - as the interface says
        stage: Any,  # noqa: ANN401 - likewise
        *,
        name: str | None = None,
    ) -> Any:  # noqa: ANN401 - likewise
        """Read the rows of pairs in place where they are few, those of some pairs at a time."""
        rows = self._in_place(beside.table, beside.key[2:])
        if rows is None:
            return super().pairwise(table, beside, kind, stage, name=name)
        count = PAIRS_AT_ONCE
        tasks = (
            (Part(min(count, len(batch) - at), partial(_some, batch, at, at + count)),)
            for batch in table.batches
            for at in range(0, len(batch), count)
        )
        return self._run(kind, partial(_both_looked_up, stage, rows), tasks, name, len(table))

    def by_each(  # noqa: PLR0913 - as the interface says
        self,
        table: Any,  # noqa: ANN401 - as the interface says
        count: int,
        part: tuple[type[Table], Callable[..., Any]],
        key: Key,
        kind: tuple[type[Table], ...],
        stage: Callable[..., Any],
        *,
        pairwise: tuple[Beside, Callable[[Any, Any, Any], Any]] | None = None,
        kept: str | None = None,
        name: str | None = None,
    ) -> tuple[Any, ...]:
        """Make tables of one, one by one; pairs are looked up as they come where that can be."""
        rows = pairwise and self._in_place(pairwise[0].table, pairwise[0].key[2:])
        if pairwise is not None and rows is not None:
            stage, pairwise = partial(_paired, stage, pairwise[1], rows), None
            kept = kept and f"{kept}-paired"  # a run that goes on may have other memory
        return super().by_each(
            table, count, part, key, kind, stage, pairwise=pairwise, kept=kept, name=name
        )

    def _in_place(self, other: Any, key: Key) -> Any:  # noqa: ANN401 - a table, its rows
        """Return all rows of a table by key, where it is small enough to be read in place."""
        if not other.in_memory or other.nbytes > self.memory // 8:
            return None
        rows = other.kind.concat(other)
        return arranged(rows, *(getattr(rows, name) for name in key))

    def together(self, *makers: Callable[[], Any], name: str | None = None) -> tuple[Any, ...]:
        """
        Make several things at once: while the one sorts, a thread is free for the other.

        Where one fails the others are not waited for: they end once the engine is left.
        """
        drivers = ThreadPoolExecutor(min(AT_ONCE, len(makers)))
        made = []
        try:
            for number, future in enumerate([drivers.submit(maker) for maker in makers]):
                if name is not None:
                    self.watch(name, number, len(makers))
                made.append(future.result())
        finally:
            drivers.shutdown(wait=False, cancel_futures=True)
        return tuple(made)

    def kept(
        self,
        name: str,
        kinds: tuple[type[Table], ...],
        make: Callable[[], tuple[Stored[Any], ...]],
    ) -> tuple[Any, ...]:
        """Return the tables that `make` gives; with checkpoints, those of an interrupted run."""
        if self.checkpoints is None:
            return make()
        found = self.checkpoints.load(name, kinds)
        if found is not None:
            return tuple(
                Held.of(kind, own, is_sorted=is_sorted)
                for kind, (is_sorted, own) in zip(kinds, found, strict=True)
            )
        before = len(self.checkpoints.used)
        made = cast("tuple[Held[Any], ...]", make())
        saved = self.checkpoints.save(name, made)
        for held, filed in zip(made, saved, strict=True):
            for place, batch in enumerate(held.batches):
                if isinstance(batch, Filed):
                    held.batches[place] = filed[place]
        self.checkpoints.supersede(self.checkpoints.used[before:-1])
        return made

    def _in_processes(self, stage: Callable[..., Any], size: int) -> Callable[..., Any]:
        return partial(self.workers.call, stage) if size >= PROCESS_BYTES else stage

    def _ranges(
        self, tables: Sequence[tuple[Held[Any], Key]], *, shared: bool = False
    ) -> Iterator[Task]:
        """Sort the tables, and cut ranges of keys off their fronts."""
        if not len(tables[0][0]):
            return
        runs = [self._sorted(table, key, shared=shared) for table, key in tables]
        # In memory the rows whose key no other row has are not gathered to begin with.
        shared = shared and not any(isinstance(run, InMemory) for own in runs for run in own)
        size = sum(run.nbytes for own in runs for run in own)
        budget = min(self.batch_bytes, max(RANGE_BYTES, size // (2 * self.threads)))
        for parts in ranges(runs, budget):
            yield tuple(
                Part(
                    sum(part.rows for part in own),
                    partial(_merged, own, table.kind, key, shared=shared),
                )
                for own, (table, key) in zip(parts, tables, strict=True)
            )

    def _work(self, stage: Callable[..., Any], tasks: Iterable[Task]) -> Results:
        """Call a stage with every task on all threads; what comes out is in order."""
        waiting: deque[tuple[int, Future[Any]]] = deque()
        for task in tasks:
            waiting.append((task[0].rows, self._pool.submit(_called, stage, task)))
            if len(waiting) > self.threads:
                rows, future = waiting.popleft()
                yield rows, future.result()
        while waiting:
            rows, future = waiting.popleft()
            yield rows, future.result()

    def _store(
        self, kinds: Sequence[type[Table]], results: Iterator[tuple[Table, ...]]
    ) -> tuple[Held[Any], ...]:
        """Hold what comes, small batches put together."""
        held = tuple(Held(kind) for kind in kinds)
        small: list[list[Any]] = [[] for _ in kinds]
        sizes = [0] * len(kinds)
        for batches in results:
            for number, batch in enumerate(batches):
                if not len(batch):
                    continue
                held[number].notice_order(batch)
                small[number].append(batch)
                sizes[number] += batch.nbytes
                # What is worth a thread by itself is not copied.
                if sizes[number] >= min(RANGE_BYTES, self.batch_bytes // 2):
                    self._budget.keep(kinds[number].concat(small[number]), held[number])
                    small[number], sizes[number] = [], 0
        for own, kind, rest in zip(held, kinds, small, strict=True):
            if rest:
                self._budget.keep(kind.concat(rest), own)
        self._budget.settle()
        return held

    def _sorted(self, table: Held[T], key: Key, *, shared: bool = False) -> list[Run]:
        """Sort a table: one run where it fits in memory or is in order, else runs on disk."""
        if table.sorted_by[: len(key)] == key and not (shared and table.in_memory):
            return [InOrder[T](table.batches, key[0])]
        runs: list[Run] = []
        filing: deque[Future[Run]] = deque()
        group: list[T | Filed[T]] = []
        new = rows = 0
        for batch in table.batches:
            group.append(batch)
            new += batch.nbytes if isinstance(batch, Filed) else self._budget.more(batch)
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
            runs.append(in_memory([loaded(batch) for batch in group], key, shared=shared))
        return runs

    def _is_too_much(self, new: int, rows: int, *, whole: bool) -> bool:
        """Say whether rows of so many new bytes are not sorted at once: all, or one run of many."""
        if not whole:
            return new + SORTING * rows > self.memory // (8 * self.threads)
        return new > self.memory // 8 or new + SORTING * rows > self.memory // 2

    def _filed(self, group: Sequence[T | Filed[T]], key: Key) -> Run:
        run = in_memory([loaded(batch) for batch in group], key)
        return OnDisk(self._folder.file(run.rows(0, len(run))), key[0])


def _called(stage: Callable[..., U], task: Task) -> U:
    """Call a stage with a task; what a heavy key has taken goes back to the system at once."""
    tables = [part.read() for part in task]
    made = stage(*tables)
    if sum(table.nbytes for table in tables) > HEAVY_BYTES:
        del tables
        release_memory()
    return made


def _looked_up(stage: Callable[[T, U], Any], other: U, batch: T) -> Any:  # noqa: ANN401 - what the stage gives
    return stage(batch, other)


def _both_looked_up(stage: Callable[[T, U, U], Any], other: U, batch: T) -> Any:  # noqa: ANN401 - what the stage gives
    return stage(batch, other, other)


def _paired(
    stage: Callable[..., tuple[Any, ...]],
    keep: Callable[[T, U, U], T],
    other: U,
    batch: Table,
    **number: int,
) -> tuple[Any, ...]:
    """Apply a stage, and look up the pairs that it gives first."""
    pairs, *others = stage(batch, **number)
    return (keep(pairs, other, other), *others)


def _some(batch: T | Filed[T], at: int, stop: int) -> T:
    """Return some rows of a batch, which may end before."""
    stop = min(stop, len(batch))
    return batch.load(at, stop) if isinstance(batch, Filed) else batch.slice(at, stop)


def _merged(parts: Sequence[Part], kind: type[Table], key: Key, *, shared: bool) -> Table:
    """Read and merge the rows of a range."""
    if not parts:
        return kind.empty()
    return merged([part.read() for part in parts], key, shared=shared)
