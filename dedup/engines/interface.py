"""
Where the work runs: four verbs and nothing else.

`map` gives a stage one batch at a time, `lookup` one batch beside all of a small table. `by_key`
gives it batches that are sorted by key and in which no key is split. `join` gives it batches of two
tables that hold the same keys. A stage is a function of batches of columns; it never learns which
engine runs it, so a laptop, a disk and a cluster give the same rows in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from dedup.model import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dedup.model import I64

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T", bound=Table)
U = TypeVar("U", bound=Table)
V = TypeVar("V", bound=Table)

Key = tuple[str, ...]
"""Column names. Rows are sorted by all of them (ties keep their order); batches are never cut
between rows that are equal in the first."""


class Stored(Protocol[T]):
    """A table that an engine holds, in memory or elsewhere; it may be read again and again."""

    kind: type[T]

    def __iter__(self) -> Iterator[T]:
        """Give its batches, in order; an empty table gives none."""
        ...

    def __len__(self) -> int:
        """Count its rows."""
        ...

    def column(self, name: str) -> I64:
        """Give one column of whole numbers, whole: for what the caller must know at once."""
        ...


class Engine(Protocol):
    """
    The three verbs, two at once, and a name for what they made.

    Every result is stored; batches keep their order.
    """

    def __enter__(self) -> Self:
        """Begin to work."""
        ...

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        """Let go of threads, files and connections."""
        ...

    def map(self, table: Iterable[T], kind: type[U], stage: Callable[[T], U]) -> Stored[U]:
        """Apply `stage` to every batch."""
        ...

    def by_key(
        self,
        table: Iterable[T],
        key: Key,
        kind: type[U],
        stage: Callable[[T], U],
        *,
        shared: bool = False,
    ) -> Stored[U]:
        """
        Sort by `key`, then apply `stage` to batches in which no key is split.

        With `shared` it is not shown rows whose key (the first column) no other row has.
        """
        ...

    def join(  # noqa: PLR0913 - two tables, two keys, what comes out
        self,
        table: Iterable[T],
        other: Iterable[U],
        key: tuple[Key, Key],
        kind: type[V],
        stage: Callable[[T, U], V],
        *,
        apart: bool = False,
    ) -> Stored[V]:
        """
        Sort each table by its own key, then apply `stage` to batches of both in one range of keys.

        A batch pair holds all rows of both whose key (the first column) lies in the range; ranges
        without rows of `table` are left out. A stage that is `apart` goes through rows in Python:
        threads do not speed it up, processes do.
        """
        ...

    def lookup(
        self, table: Iterable[T], other: Stored[U], kind: type[V], stage: Callable[[T, U], V]
    ) -> Stored[V]:
        """
        Apply `stage` to every batch of `table`, with all rows of `other` beside it.

        Many rows want one row of `other` each, which has rows and is small enough to be held whole.
        """
        ...

    def both(self, first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
        """Make two things of which neither needs the other, at once where that can be."""
        ...

    def kept(
        self,
        name: str,
        kinds: tuple[type[Table], ...],
        make: Callable[[], tuple[Stored[Any], ...]],
    ) -> tuple[Any, ...]:
        """
        Give the tables that `make` gives, of these kinds.

        Under this name a run that goes on from an interrupted one finds them, and does not make
        them again.
        """
        ...
