"""
The steps that engines share: each verb is tasks, work on them, and tables stored.

An engine says how ranges of keys are cut (`_ranges`), how a stage is run (`_work`) and where rows
are held (`_store`); whatever else it does better it overrides.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar, cast

import numpy as np

from dedup.engines.joins import ByJoins
from dedup.engines.stored import Held, United, loaded
from dedup.model import Table
from dedup.rows import each_once
from dedup.watching import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dedup.engines.disk import Filed
    from dedup.engines.interface import Beside, Key, Stored
    from dedup.watching import Watch

T = TypeVar("T", bound=Table)
U = TypeVar("U", bound=Table)


class Part(NamedTuple):
    """Rows of a table that whoever works on them reads."""

    rows: int
    read: Callable[[], Any]


Task: TypeAlias = tuple[Part, ...]
"""What a stage is called with; the rows of the first part are what it is about."""
Results: TypeAlias = "Iterator[tuple[int, Any]]"
"""What a stage gave, and how many rows it was about."""


class Base(ByJoins):
    """What engines share; a class since an engine overrides a few of its steps."""

    def __init__(self, watch: Watch | None = None) -> None:
        self.watch = watch or silent

    def map(self, table: Any, kind: Any, stage: Any, *, name: str | None = None) -> Any:  # noqa: ANN401 - as the interface says
        """Apply `stage` to every batch."""
        if isinstance(table, Held):
            return self._run(kind, stage, self._batches(table), name, len(table))
        tasks = ((_whole(batch),) for batch in table)
        return self._run(kind, stage, tasks, name, None)

    def by_key(  # noqa: PLR0913 - as the interface says
        self,
        table: Any,  # noqa: ANN401 - as the interface says
        key: Key,
        kind: Any,  # noqa: ANN401 - likewise
        stage: Any,  # noqa: ANN401 - likewise
        *,
        shared: bool = False,
        name: str | None = None,
    ) -> Any:  # noqa: ANN401 - likewise
        """Sort by `key`, then apply `stage` to batches in which no key is split."""
        tasks = self._ranges([(table, key)], shared=shared)
        return self._run(kind, stage, tasks, name, len(table))

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
        """Make tables of one, and apply `stage` by key: one by one, which bounds the memory."""
        of, make = part

        def one(number: int) -> tuple[Stored[Any], ...]:
            rows = self.map(table, of, partial(make, number=number))
            own = partial(stage, number=number)
            found: tuple[Stored[Any], ...] = self.by_key(rows, key, kind, own, shared=True)
            return found

        def kept_one(number: int) -> tuple[Any, ...]:
            if kept is None:
                return one(number)
            return self.kept(f"{kept}-{number}", kind, partial(one, number))

        every = self.together(*(partial(kept_one, n) for n in range(count)), name=name)
        first, *others = (self.union(*tables) for tables in zip(*every, strict=True))
        pairs = self.by_key(first, kind[0].names(), kind[0], each_once)
        if pairwise is not None:
            pairs = self.pairwise(pairs, pairwise[0], kind[0], pairwise[1])
        return (pairs, *others)

    def join(  # noqa: PLR0913 - two tables, two keys, what comes out
        self,
        table: Any,  # noqa: ANN401 - as the interface says
        other: Any,  # noqa: ANN401 - likewise
        key: tuple[Key, Key],
        kind: Any,  # noqa: ANN401 - likewise
        stage: Any,  # noqa: ANN401 - likewise
        *,
        in_processes: bool = False,
        name: str | None = None,
    ) -> Any:  # noqa: ANN401 - likewise
        """Sort each table by its key, then apply `stage` to batches of both in one range."""
        if in_processes:
            stage = self._in_processes(stage, table.nbytes + other.nbytes)
        tasks = self._ranges([(table, key[0]), (other, key[1])])
        return self._run(kind, stage, tasks, name, len(table))

    def union(self, *tables: Stored[T]) -> United[T]:
        """Return all rows of several tables."""
        return United(cast("tuple[Held[T], ...]", tables))

    def rank(self, table: Any, key: Key, kind: type[U], stage: Callable[..., U]) -> Held[U]:  # noqa: ANN401 - as the interface says
        """Sort by `key`, and apply `stage` to every batch and the numbers of its rows."""
        if table.sorted_by[: len(key)] != key:
            table = self.by_key(table, key, table.kind, as_it_is)
        return cast("Held[U]", self._run(kind, stage, _numbered(table), None, None))

    def together(self, *makers: Callable[[], Any], name: str | None = None) -> tuple[Any, ...]:
        """Make several things, one after the other."""
        made = []
        for number, maker in enumerate(makers):
            if name is not None:
                self.watch(name, number, len(makers))
            made.append(maker())
        return tuple(made)

    def fetch(self, table: Stored[T]) -> Iterator[T]:
        """Return the batches of a table to the caller, in order."""
        return iter(cast("Held[T]", table))

    def count(self, table: Stored[Any]) -> int:
        """Return the number of rows of a table to the caller."""
        return len(cast("Held[Any]", table))

    def kept(
        self,
        name: str,  # noqa: ARG002 - as the interface says
        kinds: tuple[type[Table], ...],  # noqa: ARG002 - likewise
        make: Callable[[], tuple[Stored[Any], ...]],
    ) -> tuple[Any, ...]:
        """Return the tables that `make` gives."""
        return make()

    def _ranges(self, tables: Sequence[tuple[Any, Key]], *, shared: bool = False) -> Iterator[Task]:
        """Cut ranges of keys, each a part of every table sorted by its key."""
        raise NotImplementedError

    def _work(self, stage: Callable[..., Any], tasks: Iterable[Task]) -> Results:
        """Call a stage with every task, in order."""
        for task in tasks:
            yield task[0].rows, stage(*(part.read() for part in task))

    def _store(
        self, kinds: Sequence[type[Table]], results: Iterator[tuple[Table, ...]]
    ) -> tuple[Held[Any], ...]:
        """Hold the batches of some tables that come together."""
        raise NotImplementedError

    def _in_processes(self, stage: Callable[..., Any], size: int) -> Callable[..., Any]:  # noqa: ARG002 - for an engine that has some
        """Have a stage run by other processes, where there are some and the size is worth it."""
        return stage

    def _batches(self, table: Held[Any]) -> Iterator[Task]:
        """Return each batch of a table, as a task."""
        return ((_whole(batch),) for batch in table.batches)

    def _run(
        self,
        kind: Any,  # noqa: ANN401 - a table or a tuple of tables
        stage: Callable[..., Any],
        tasks: Iterable[Task],
        name: str | None,
        total: int | None,
    ) -> Any:  # noqa: ANN401 - as many tables
        """Work on all tasks, and store what comes of them."""
        results = self._work(stage, tasks)
        if name is not None:
            self.watch(name, 0, total)
            results = self._told(results, name, total)
        if isinstance(kind, tuple):
            return self._store(kind, (batches for _, batches in results))
        return self._store((kind,), ((batch,) for _, batch in results))[0]

    def _told(self, results: Results, name: str, total: int | None) -> Results:
        """Tell whoever watches how many rows are done, where it is known of how many."""
        done = 0
        for rows, out in results:
            yield rows, out
            done += rows
            if total is not None:
                self.watch(name, done, total)


def as_it_is(batch: T) -> T:
    """Return a batch as it is: for sorting, or for storing."""
    return batch


def _whole(batch: Table | Filed[Any]) -> Part:
    return Part(len(batch), partial(loaded, batch))


def _numbered(table: Held[Any]) -> Iterator[Task]:
    """Yield each batch with the numbers of its rows."""
    first = 0
    for batch in table.batches:
        numbers = np.arange(first, first + len(batch))
        first += len(batch)
        yield _whole(batch), Part(len(batch), partial(loaded, numbers))
