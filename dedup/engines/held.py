"""A stored table: batches in memory, or on disk where there is no more room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from dedup.engines.disk import Filed
from dedup.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.model import I64

T = TypeVar("T", bound=Table)


class Held(Generic[T]):
    """A stored table: batches in memory or on disk, read again and again."""

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind
        self.batches: list[T | Filed[T]] = []

    @classmethod
    def of(cls, kind: type[T], filed: Sequence[Filed[T]]) -> Held[T]:
        """Take batches on disk."""
        held = cls(kind)
        held.batches += filed
        return held

    def __iter__(self) -> Iterator[T]:
        return map(loaded, self.batches)

    def __len__(self) -> int:
        return sum(len(batch) for batch in self.batches)

    def column(self, name: str) -> I64:
        """Give one column of whole numbers, whole."""
        parts = [
            batch.column(name)
            if isinstance(batch, Filed)
            else getattr(batch, name).astype(np.int64)
            for batch in self.batches
        ]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    @property
    def in_memory(self) -> bool:
        """Say whether all of it is in memory, so that sorting it takes no more."""
        return not any(isinstance(batch, Filed) for batch in self.batches)


def loaded(batch: T | Filed[T]) -> T:
    """Read a batch, where it is not in memory."""
    return batch.load() if isinstance(batch, Filed) else batch
