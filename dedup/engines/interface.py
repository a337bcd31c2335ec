"""
Where the work runs: a few verbs and nothing else.

    map       a stage on every batch
    by_key    on batches that are sorted by key and in which no key is split
    by_each   the same for several tables that are made of one; what comes of them is a set
    join      on batches of two tables that hold the same keys
    lookup    on batches beside the one row of another table that each row wants
    pairwise  the same for pairs: on batches beside the two rows that each pair wants
    union     several tables of one kind as one
    rank      a stage on every batch, with the numbers of its rows in the order of a key
    together  several things of which none needs another
    kept      what a run that goes on from an interrupted one need not make again
    fetch     the rows to the caller, and `count` how many: the only ways out of the engine

A stage is a function of batches of columns; it may give batches of several tables. A stage never
learns which engine runs it, so a laptop, a disk and a cluster give the same rows. An engine
promises the order that is said here and no other: a key that decides an order names every column
that does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, TypeVar, overload

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
"""Column names. Rows are sorted by all of them, rows that are equal in all come in any order; and
batches are never cut between rows that are equal in the first."""


class Stored(Protocol[T]):
    """A table that an engine holds, in memory or elsewhere."""

    kind: type[T]


class Beside(NamedTuple):
    """Rows that pairs are looked up in, both of each pair."""

    table: Stored[Any]
    key: tuple[str, str, str]
    """The two columns of a pair that name its rows, and the column of the table that they name."""
    half: type[Table]
    """A pair with its first row: the columns of both, but for the one that is named. It is made
    only where the table is not read in place."""


class Engine(Protocol):
    """
    The verbs. What they give is stored.

    `kind` is the table that a stage gives, or a tuple of tables where the stage gives as many
    batches. Whoever watches is told the `name` of a step, and how many rows of its first table are
    done.
    """

    def __enter__(self) -> Self:
        """Begin to work."""
        ...

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        """Let go of threads, files and connections."""
        ...

    @overload
    def map(
        self,
        table: Stored[T] | Iterable[T],
        kind: type[U],
        stage: Callable[[T], U],
        *,
        name: str | None = None,
    ) -> Stored[U]: ...

    @overload
    def map(
        self,
        table: Stored[T] | Iterable[T],
        kind: tuple[type[Table], ...],
        stage: Callable[[T], tuple[Table, ...]],
        *,
        name: str | None = None,
    ) -> tuple[Any, ...]: ...

    def map(self, table: Any, kind: Any, stage: Any, *, name: str | None = None) -> Any:
        """Apply `stage` to every batch; rows keep their order. Batches of the caller's come in."""
        ...

    @overload
    def by_key(
        self,
        table: Stored[T],
        key: Key,
        kind: type[U],
        stage: Callable[[T], U],
        *,
        shared: bool = False,
        name: str | None = None,
    ) -> Stored[U]: ...

    @overload
    def by_key(
        self,
        table: Stored[T],
        key: Key,
        kind: tuple[type[Table], ...],
        stage: Callable[[T], tuple[Table, ...]],
        *,
        shared: bool = False,
        name: str | None = None,
    ) -> tuple[Any, ...]: ...

    def by_key(  # noqa: PLR0913 - a table and its key, what comes out
        self,
        table: Any,
        key: Key,
        kind: Any,
        stage: Any,
        *,
        shared: bool = False,
        name: str | None = None,
    ) -> Any:
        """
        Sort by `key`, then apply `stage` to batches in which no key is split.

        On one machine the batches come in order of key, on a cluster in any order.
        With `shared` the stage is not shown rows whose key (the first column) no other row has.
        """
        ...

    def by_each(  # noqa: PLR0913 - a table, what is made of it, and what comes out
        self,
        table: Stored[T],
        count: int,
        part: tuple[type[U], Callable[..., U]],
        key: Key,
        kind: tuple[type[Table], ...],
        stage: Callable[..., tuple[Table, ...]],
        *,
        pairwise: tuple[Beside, Callable[[Any, Any, Any], Any]] | None = None,
        kept: str | None = None,
        name: str | None = None,
    ) -> tuple[Any, ...]:
        """
        Make `count` tables of one, and apply `stage` by key to each, as `by_key` with `shared`.

        `part` is the kind of these tables and what makes them of a batch; both it and `stage` are
        told which one it is, as `number=`. What comes of all is united; of the first kind, rows
        that are equal in all columns come once, and of these stays what a stage leaves that is
        called `pairwise`. Where it is done one by one, each may be `kept` under this name and its
        number.
        """
        ...

    def join(  # noqa: PLR0913 - two tables, two keys, what comes out
        self,
        table: Stored[T],
        other: Stored[U],
        key: tuple[Key, Key],
        kind: type[V],
        stage: Callable[[T, U], V],
        *,
        in_processes: bool = False,
        name: str | None = None,
    ) -> Stored[V]:
        """
        Sort each table by its own key, then apply `stage` to batches of both in one range of keys.

        A batch pair holds all rows of both whose key (the first column) lies in the range; ranges
        without rows of `table` are left out. A stage that goes through rows in Python is run
        `in_processes`: threads do not speed it up.
        """
        ...

    def lookup(  # noqa: PLR0913 - two tables, two keys, what comes out
        self,
        table: Stored[T],
        other: Stored[U],
        key: tuple[Key, Key],
        kind: type[V],
        stage: Callable[[T, U], V],
        *,
        name: str | None = None,
    ) -> Stored[V]:
        """
        Apply `stage` to every batch, beside rows of `other` that are sorted by their key.

        Among these is the row that each row of the batch wants, where there is one: no two rows of
        `other` have one key. Batches and rows come in any order, so `other` is read in place where
        it lies in memory.
        """
        ...

    def pairwise(
        self,
        table: Stored[T],
        beside: Beside,
        kind: type[V],
        stage: Callable[[T, Any, Any], V],
        *,
        name: str | None = None,
    ) -> Stored[V]:
        """
        Apply `stage` to every batch, beside rows of the other table that are sorted by their key.

        It is shown them twice: among the first is the first row that each pair wants, among the
        second the second. Where the table lies in memory it is read in place: both are all of it.
        """
        ...

    def union(self, *tables: Stored[T]) -> Stored[T]:
        """Return all rows of several tables of one kind, at least one, in any order."""
        ...

    def rank(
        self, table: Stored[T], key: Key, kind: type[U], stage: Callable[[T, I64], U]
    ) -> Stored[U]:
        """Sort by `key`, and apply `stage` to every batch and the numbers of its rows, from 0."""
        ...

    @overload
    def together(self, first: Callable[[], A], second: Callable[[], B], /) -> tuple[A, B]: ...

    @overload
    def together(self, *makers: Callable[[], A], name: str | None = None) -> tuple[A, ...]: ...

    def together(self, *makers: Callable[[], Any], name: str | None = None) -> tuple[Any, ...]:
        """Make several things of which none needs another, at once where that can be."""
        ...

    def fetch(self, table: Stored[T]) -> Iterator[T]:
        """
        Return the batches of a table to the caller, in the order that its kind is sorted by.

        A table without rows gives none.
        """
        ...

    def count(self, table: Stored[Any]) -> int:
        """Return the number of rows of a table to the caller."""
        ...

    def kept(
        self,
        name: str,
        kinds: tuple[type[Table], ...],
        make: Callable[[], tuple[Stored[Any], ...]],
    ) -> tuple[Any, ...]:
        """
        Return the tables that `make` gives, of these kinds.

        Under this name a run that goes on from an interrupted one finds them, and does not make
        them again.
        """
        ...
