# ruff: noqa: ANN401, SLF001 - a source is any; what ends a plan is private
"""
Tables that Spark holds: planned rows, and rows that it keeps once they are made.

What is kept is made when it is first needed, in one job with whatever else is; its plan ends there,
and a lost part can still be made again from what it was made of.
"""

from __future__ import annotations

import weakref
from contextlib import suppress
from functools import reduce
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as f
from pyspark.sql.classic.dataframe import DataFrame as Planned

from dedup.engines import tasks
from dedup.engines.arrow import NUMBER, slots
from dedup.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyspark.sql import Column, SparkSession

T = TypeVar("T", bound=Table)

STATIC = (False,)
"""Rows that do not stream."""


class Kept:
    """Rows that Spark keeps once they are made; a class since they go when nobody needs them."""

    def __init__(self, frame: DataFrame, needs: Sequence[Kept], session: SparkSession) -> None:
        whole = frame.persist(StorageLevel.MEMORY_AND_DISK)
        self.needs = tuple(needs)
        """What these rows are made of, until they are made."""
        # NOTE: the plan ends here; what lost rows are made of again does not. No public call ends
        # a plan so: `checkpoint` needs a folder that all workers share, `localCheckpoint` forgets.
        made = whole._jdf.queryExecution().toRdd()
        java: Any = session._jsparkSession
        self.frame: DataFrame = Planned(
            java.internalCreateDataFrame(made, whole._jdf.schema(), *STATIC), session
        )
        self.partitions: int = made.getNumPartitions()
        self._sizes: dict[int, list[int]] | None = None
        weakref.finalize(self, _let_go, whole)

    def sizes(self, number: int) -> list[int]:
        """Make the rows, and return how many of one kind there are in each partition."""
        if self._sizes is None:
            make_all([self])
        assert self._sizes is not None  # noqa: S101 - they were counted
        return self._sizes.get(number, [0] * self.partitions)

    def learn(self, counts: Iterable[tuple[int, int, int]]) -> None:
        """Take how many rows each partition has of each kind: now they are made."""
        self._sizes = {}
        for partition, number, rows in counts:
            self._sizes.setdefault(number, [0] * self.partitions)[partition] = rows
        self.needs = ()

    @property
    def is_made(self) -> bool:
        """The rows are made."""
        return self._sizes is not None


def make_all(every: Sequence[Kept]) -> None:
    """Make the rows of all, in one job, and count them."""
    waiting = [kept for kept in dict.fromkeys(every) if not kept.is_made]
    if not waiting:
        return
    numbers = [
        kept.frame.select(f.lit(number).alias("table"), partition(), NUMBER)
        for number, kept in enumerate(waiting)
    ]
    schema = ", ".join(f"{name} bigint" for name in tasks.COUNTED)
    counts = reduce(DataFrame.union, numbers).mapInArrow(tasks.counted, schema).toArrow()
    own: list[list[tuple[int, int, int]]] = [[] for _ in waiting]
    for number, *counted in zip(*counts.to_pydict().values(), strict=True):
        own[number].append(tuple(counted))
    for kept, found in zip(waiting, own, strict=True):
        kept.learn(found)


class Rows(Generic[T]):
    """A table that Spark holds; a class since it is kept only once it is wanted more than once."""

    def __init__(self, kind: type[T], frame: DataFrame, source: Any, needs: Sequence[Kept]) -> None:
        self.kind = kind
        self.frame = frame
        """Where the rows come from: all columns of `source`, and perhaps others."""
        self.source = source
        self.needs = tuple(needs)
        """What is kept that these rows are made of."""
        self.number: int | None = None
        """The number of their kind in the one of `needs` that has them as they are."""

    @classmethod
    def kept(cls, kind: type[T], kept: Kept, number: int, *, is_one: bool) -> Rows[T]:
        """Return the rows of one kind of what is kept."""
        frame = kept.frame if is_one else kept.frame.filter(f.col(NUMBER) == number)
        rows = cls(kind, frame, tasks.Source(kind, slots(kind)), (kept,))
        rows.number = number
        return rows

    @property
    def plain(self) -> DataFrame:
        """The columns of the table, where its rows are kept."""
        return self.frame.select(*self.source.layout.values())

    def sizes(self) -> list[int]:
        """Return how many rows there are in each partition, where they are kept."""
        assert self.number is not None  # noqa: S101 - they are kept
        return self.needs[0].sizes(self.number)


def partition() -> Column:
    """Return the number of the partition of its frame that a row lies in."""
    return f.spark_partition_id().alias(tasks.PARTITION)


def _let_go(frame: DataFrame) -> None:
    """Let Spark forget rows; where it has ended it has forgotten them."""
    with suppress(Exception):
        frame.unpersist()
