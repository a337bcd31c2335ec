"""
An engine that promises nothing it does not say: what passes here will pass on a cluster.

Every stage and every batch goes through pickle, there and back. A batch that is sorted by key has
one key, keys come in any order, rows that are equal in all columns of the key are shuffled, and
`lookup` and `union` give rows in any order. What is fetched is sorted as its kind says. What a
stage gives must have the columns that its table declares.
"""

from __future__ import annotations

import pickle
import random
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from dedup.engines.base import Base, Part, as_it_is
from dedup.engines.stored import Held
from dedup.model import Strings, Table
from dedup.rows import arranged, fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dedup.engines.base import Results, Task
    from dedup.engines.interface import Key

SEED = 20
ROWS = 5
"""Rows of a batch that no key orders."""


class Pickled(Base):
    """The strictest engine; a class since what it shuffles by goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._random = random.Random(SEED)  # noqa: S311 - no secret
        self.workers = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def lookup(self, table: Any, other: Any, key: Any, kind: Any, stage: Any, **_: Any) -> Any:  # noqa: ANN401
        """Apply `stage` key by key, and give the rows in any order."""
        found = super().lookup(table, other, key, kind, stage)
        rows = self._shuffled(len(found))
        return self.map([found.kind.concat(found).take(rows)], kind, as_it_is)

    def rank(self, table: Any, key: Key, kind: Any, stage: Any) -> Any:  # noqa: ANN401
        """Number the rows in the order of the key."""
        rows = self._sorted(table, key)
        return self.map([rows], kind, partial(_numbered, stage))

    def fetch(self, table: Any) -> Any:  # noqa: ANN401
        """Give the rows in the order that their kind says."""
        rows = table.kind.concat(table)
        if table.kind.SORTED_BY:
            rows = arranged(rows, *(getattr(rows, name) for name in table.kind.SORTED_BY))
        if len(rows):
            yield rows

    def together(self, *makers: Callable[[], Any], name: str | None = None) -> tuple[Any, ...]:  # noqa: ARG002
        """Make several things, the last one first."""
        return tuple(maker() for maker in makers[::-1])[::-1]

    def union(self, *tables: Any) -> Any:  # noqa: ANN401
        """Give the rows of several tables in any order."""
        every = tables[0].kind.concat(batch for table in tables for batch in table)
        return self.map([every.take(self._shuffled(len(every)))], tables[0].kind, as_it_is)

    def _ranges(self, tables: Sequence[tuple[Any, Key]], *, shared: bool = False) -> Iterator[Task]:
        """Give each key of the first table alone, with the rows of all tables that have it."""
        ordered = [self._sorted(table, key) for table, key in tables]
        keys = [getattr(table, key[0]) for table, (_, key) in zip(ordered, tables, strict=True)]
        values = keys[0][fresh(keys[0])]
        for value in values[self._shuffled(len(values))]:
            edges = [np.searchsorted(own, [value, value + 1]) for own in keys]
            parts = [table.slice(*edge) for table, edge in zip(ordered, edges, strict=True)]
            if not shared or len(parts[0]) > 1:
                yield tuple(Part(len(part), partial(as_it_is, part)) for part in parts)

    def _sorted(self, table: Any, key: Key) -> Table:  # noqa: ANN401
        rows = table.kind.concat(table)
        rows = rows.take(self._shuffled(len(rows)))
        return rows.take(np.lexsort([getattr(rows, name) for name in reversed(key)]))

    def _shuffled(self, count: int) -> Any:  # noqa: ANN401
        rows = list(range(count))
        self._random.shuffle(rows)
        return np.array(rows, np.int64)

    def _work(self, stage: Callable[..., Any], tasks: Iterable[Task]) -> Results:
        """Send a stage and its batches through pickle, and what it gives back again."""
        for task in tasks:
            sent = pickle.dumps((stage, [part.read() for part in task]))
            received, batches = pickle.loads(sent)  # noqa: S301 - from ourselves
            yield task[0].rows, pickle.loads(pickle.dumps(received(*batches)))  # noqa: S301

    def _store(
        self, kinds: Sequence[type[Table]], results: Iterator[tuple[Table, ...]]
    ) -> tuple[Held[Any], ...]:
        """Hold small batches that have the columns of their tables."""
        held = tuple(Held(kind) for kind in kinds)
        for batches in results:
            for own, batch in zip(held, batches, strict=True):
                checked(batch, own.kind)
                for at in range(0, len(batch), ROWS):
                    part = batch.slice(at, min(at + ROWS, len(batch)))
                    own.notice_order(part)
                    own.batches.append(part)
        return held


def _numbered(stage: Callable[..., Any], rows: Any) -> Any:  # noqa: ANN401
    return stage(rows, np.arange(len(rows)))


def checked(batch: Table, kind: type[Table]) -> None:
    """Hold a batch to what its table declares."""
    assert type(batch) is kind, (type(batch), kind)
    for name, column in kind.schema().items():
        held = getattr(batch, name)
        assert len(held) == len(batch), (kind, name)
        if column is None:
            assert isinstance(held, Strings), (kind, name)
        else:
            assert held.dtype == column.dtype, (kind, name, held.dtype)
            assert held.ndim == 1 + bool(column.width), (kind, name)
