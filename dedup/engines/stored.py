"""A stored table: batches in memory, or on disk where there is no more room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dedup.engines.disk import Filed
from dedup.model import Table
from dedup.rows import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T", bound=Table)


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
