"""
Stored tables, and the memory that they may take.

When there is no more room the batch that was made first goes to disk: what was made last is read
next, and what is read late (the paragraphs, until blocks are built) is written once.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from dedup.engines.disk import Filed
from dedup.model import Strings, Table
from dedup.rows import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

T = TypeVar("T", bound=Table)

FILED_AT_ONCE = 2
"""Batches that wait to be written to disk; beyond it whoever makes the next one waits."""
CONTAINER = Path("/sys/fs/cgroup/memory.max")
UNKNOWN = 8 << 30
"""Memory of a machine that does not tell."""


class Held(Generic[T]):
    """A stored table: batches in memory or on disk, read again and again."""

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind
        self.batches: list[T | Filed[T]] = []
        self.sorted_by: tuple[str, ...] = kind.SORTED_BY
        """The columns that the rows are sorted by, batch after batch; none where they are not."""
        self._last: tuple[int, ...] | None = None

    @classmethod
    def of(cls, kind: type[T], filed: Sequence[Filed[T]], *, is_sorted: bool) -> Held[T]:
        """Take batches on disk."""
        held = cls(kind)
        held.batches += filed
        held.sorted_by = kind.SORTED_BY if is_sorted else ()
        return held

    def notice_order(self, batch: T) -> None:
        """See whether a batch that comes next goes on in order."""
        if self.sorted_by:
            columns = [getattr(batch, name) for name in self.sorted_by]
            first, last = (tuple(int(column[row]) for column in columns) for row in (0, -1))
            if (self._last is not None and first < self._last) or not in_order(*columns):
                self.sorted_by = ()
            self._last = last

    def __iter__(self) -> Iterator[T]:
        return map(loaded, self.batches)

    def __len__(self) -> int:
        return sum(len(batch) for batch in self.batches)

    @property
    def nbytes(self) -> int:
        """Bytes of all batches."""
        return sum(batch.nbytes for batch in self.batches)

    @property
    def in_memory(self) -> bool:
        """Say whether all of it is in memory, so that sorting it takes no more."""
        return not any(isinstance(batch, Filed) for batch in self.batches)


class United(Held[T]):
    """The batches of several stored tables, wherever these are held."""

    def __init__(self, tables: Sequence[Held[T]]) -> None:
        self.kind = tables[0].kind
        self.sorted_by = ()
        self._tables = tables

    @property
    def batches(self) -> list[T | Filed[T]]:  # type: ignore[override]
        """All batches."""
        return [batch for table in self._tables for batch in table.batches]


def loaded(batch: Any) -> Any:  # noqa: ANN401 - rows in memory, or on disk
    """Read what is not in memory."""
    return batch.load() if isinstance(batch, Filed) else batch


class MemoryBudget:
    """
    The memory that held tables may take, an array counted once however many tables have it.

    A class since it counts down when an array goes, and knows which batch was made first. Batches
    are written by a thread of its own, while others work.
    """

    def __init__(self, limit: int, file: Callable[[Any], Filed[Any]]) -> None:
        self._limit, self._file = limit, file
        self._bytes = 0
        self._leaving = 0
        """Bytes of batches that are being written."""
        self._known: set[int] = set()
        self._made: deque[tuple[weakref.ref[Held[Any]], int]] = deque()
        self._filing: deque[Future[None]] = deque()
        self._counting = threading.RLock()
        self._filer: ThreadPoolExecutor | None = None

    def keep(self, batch: T, held: Held[T]) -> None:
        """Take one more batch of a table, and make room for it. Raises `OutputError`."""
        with self._counting:
            if self._filer is None:
                self._filer = ThreadPoolExecutor(1)
            for owner in _owners(batch):
                if id(owner) not in self._known:
                    self._known.add(id(owner))
                    self._bytes += owner.nbytes
                    weakref.finalize(owner, self._less, id(owner), owner.nbytes).atexit = False
            self._made.append((weakref.ref(held), len(held.batches)))
            held.batches.append(batch)
            while (first := self._first()) is not None:
                self._filing.append(self._filer.submit(self._leave, *first))
        self._wait(FILED_AT_ONCE)

    def more(self, batch: Table) -> int:
        """Count the bytes of a batch that no held table has."""
        with self._counting:
            return sum(o.nbytes for o in _owners(batch) if id(o) not in self._known)

    def settle(self) -> None:
        """Wait for what is being written. Raises `OutputError`."""
        self._wait(0)

    def close(self) -> None:
        """End the thread."""
        if self._filer is not None:
            self._filer.shutdown(cancel_futures=True)
        self._filer = None
        self._filing.clear()

    def _wait(self, most: int) -> None:
        while len(self._filing) > most:
            with suppress(IndexError):  # another thread waits for it
                first = self._filing.popleft()
                first.result()

    def _first(self) -> tuple[Held[Any], int, Table] | None:
        """Return the first batch that is in memory, where there is too much."""
        while self._bytes - self._leaving > self._limit and self._made:
            ref, place = self._made.popleft()
            held = ref()
            batch = None if held is None else held.batches[place]
            if held is not None and isinstance(batch, Table):
                self._leaving += batch.nbytes
                return held, place, batch
        return None

    def _leave(self, held: Held[Any], place: int, batch: Table) -> None:
        try:
            held.batches[place] = self._file(batch)
        finally:
            with self._counting:
                self._leaving -= batch.nbytes

    def _less(self, name: int, size: int) -> None:
        with self._counting:
            self._known.discard(name)
            self._bytes -= size


def machine_memory() -> int:
    """Return the bytes of memory that this process may use: the machine's, or its container's."""
    sizes = []
    with suppress(AttributeError, OSError, ValueError):  # not known on every system
        sizes.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    with suppress(OSError, ValueError):  # no container, or one without a limit
        sizes.append(int(CONTAINER.read_text(encoding="ascii")))
    return min(sizes, default=UNKNOWN)


def _owners(table: Table) -> Iterator[NDArray[Any]]:
    """Yield the arrays that own the memory of a table's columns."""
    for column in table.columns().values():
        for array in (column.data, column.offsets) if isinstance(column, Strings) else (column,):
            owner = array
            while isinstance(owner.base, np.ndarray):
                owner = owner.base
            yield owner
