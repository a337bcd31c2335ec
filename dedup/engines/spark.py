# ruff: noqa: ANN401, PLR0913, SLF001 - the interface takes any table; what ends a plan is private
"""
The engine on Apache Spark: the same stages, on the partitions of DataFrames.

Spark shuffles, sorts, keeps and makes anew what a lost worker held; the stages run in its Python
workers, on record batches. Rows of one key lie in one partition, by its hash, sorted by key. Rows
of two tables are joined by sorting them together, as one table in which each row says whose it is:
so a stage sees both sides of each key whole, in the order of their keys, however many there are.

What a verb gives is made when it is first needed, and kept; its plan ends there, so that plans
do not grow with the flow, while a lost part can still be made again from what it was made of.
"""

from __future__ import annotations

from functools import partial, reduce
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import numpy as np
import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql import functions as f
from pyspark.sql.classic.dataframe import DataFrame as Planned
from pyspark.sql.types import (
    BinaryType,
    ByteType,
    DoubleType,
    IntegerType,
    LongType,
    StructField,
    StructType,
)

from dedup.engines import tasks
from dedup.engines.arrow import (
    BINARY,
    NUMBER,
    every_slot,
    kind_of_slot,
    slots,
    to_batch,
    to_batches,
    to_table,
)
from dedup.engines.base import as_it_is
from dedup.engines.joins import ByJoins
from dedup.engines.spark_rows import Kept, Rows, make_all, partition
from dedup.errors import OutputError
from dedup.model import Table
from dedup.rows import arranged, each_once
from dedup.watching import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyspark.sql import Column, SparkSession

    from dedup.engines.arrow import Slots
    from dedup.engines.interface import Beside, Key, Stored
    from dedup.model import I64
    from dedup.watching import Watch

T = TypeVar("T", bound=Table)
U = TypeVar("U", bound=Table)

TYPES = {
    "byte": ByteType(),
    "int": IntegerType(),
    "long": LongType(),
    "double": DoubleType(),
    BINARY: BinaryType(),
}
FETCHED = 1 << 16
"""Rows that come to the caller at once, or one partition."""
FETCHED_BYTES = 4 << 20
"""Bytes of a table that comes to the caller as it is made, and is not counted first."""
CONF = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
    "spark.sql.execution.arrow.useLargeVarTypes": "false",
}
"""Of a session of our own. Partitions stay as they are made: they have numbers. Plans are short and
many: code made for each one takes longer than it saves."""
UNSET = "200"
"""Partitions of a shuffle where nobody has chosen their number."""


class SparkEngine(ByJoins):
    """
    Runs stages on a Spark cluster; a class since it owns a session, and what that keeps.

    `session` is a `SparkSession` of the caller's; what is set in it stays as it is. `partitions`
    are those of a shuffle (0: `spark.sql.shuffle.partitions` where that is set, else as many as
    cores).
    """

    def __init__(
        self, session: SparkSession, partitions: int = 0, watch: Watch | None = None
    ) -> None:
        self.session = session.newSession()
        for name, value in CONF.items():
            self.session.conf.set(name, value)
        chosen = str(session.conf.get("spark.sql.shuffle.partitions", UNSET))
        cores = session.sparkContext.defaultParallelism
        self.partitions = partitions or (cores if chosen == UNSET else int(chosen))
        self.watch = watch or silent

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *more: object) -> None:
        """Say in one line why Spark gave up. Raises `OutputError`."""
        if failed is not None and issubclass(failed, (PySparkException, Py4JError)):
            lines = [line.strip() for line in str(more[0]).splitlines()]
            told = [line for line in lines if "Error" in line or "Exception" in line]
            why = (told or lines or [failed.__name__])[-1]
            raise OutputError(f"engine spark: {why}; Spark's log says more")

    def map(self, table: Any, kind: Any, stage: Any, *, name: str | None = None) -> Any:
        """Apply `stage` to every batch; where it gives one table, once its rows are needed."""
        self._tell(name)
        rows = table if isinstance(table, Rows) else self._brought(table)
        if not isinstance(kind, tuple):
            return Rows(kind, rows.frame, rows.source.then(stage), rows.needs)
        return self._run(rows.frame, tasks.mapped, rows.source, stage, kind, rows.needs)

    def by_key(
        self,
        table: Any,
        key: Key,
        kind: Any,
        stage: Any,
        *,
        shared: bool = False,
        name: str | None = None,
    ) -> Any:
        """Sort by `key`, then apply `stage` to batches in which no key is split."""
        self._tell(name)
        frame, layout = self._plain(table)
        columns = [f.col(layout[column]) for column in key]
        frame = frame.repartition(self.partitions, columns[0]).sortWithinPartitions(*columns)
        task = partial(tasks.by_key, key=key, shared=shared)
        return self._run(frame, task, tasks.Source(table.kind, layout), stage, kind, table.needs)

    def by_each(
        self,
        table: Any,
        count: int,
        part: tuple[type[Table], Callable[..., Any]],
        key: Key,
        kind: Any,
        stage: Any,
        *,
        pairwise: tuple[Beside, Callable[[Any, Any, Any], Any]] | None = None,
        kept: str | None = None,  # noqa: ARG002 - all are made together
        name: str | None = None,
    ) -> Any:
        """Make `count` tables of one, and apply `stage` by key to each, all at once."""
        self._tell(name)
        of, make = part
        task = partial(tasks.split, count=count)
        frame, source = self._planned(table.frame, task, table.source, make, of)
        columns = [f.col(NUMBER), *(f.col(source.layout[column]) for column in key)]
        frame = frame.repartition(self.partitions, *columns[:2]).sortWithinPartitions(*columns)
        task = partial(tasks.by_number, key=key)
        first, *others = self._run(frame, task, source, stage, kind, table.needs)
        pairs = self.by_key(first, kind[0].names(), kind[0], each_once)
        if pairwise is not None:
            pairs = self.pairwise(pairs, pairwise[0], kind[0], pairwise[1])
        return (pairs, *others)

    def join(
        self,
        table: Any,
        other: Any,
        key: tuple[Key, Key],
        kind: Any,
        stage: Any,
        *,
        in_processes: bool = False,  # noqa: ARG002 - a worker is a process
        name: str | None = None,
    ) -> Any:
        """Sort both tables together, then apply `stage` to batches of both."""
        self._tell(name)
        frame, sources = self._together(table, other, key)
        first, *others = (f.col(f"{tasks.KEY}{n}") for n in range(max(map(len, key))))
        frame = frame.repartition(self.partitions, first)
        frame = frame.sortWithinPartitions(first, NUMBER, *others)
        needs = (*table.needs, *other.needs)
        return self._run(frame, partial(tasks.joined, key=key), sources, stage, kind, needs)

    def union(self, *tables: Any) -> Any:
        """Return all rows of several tables."""
        frames = [self._plain(table)[0] for table in tables]
        kind = tables[0].kind
        frame = reduce(DataFrame.union, frames)
        needs = [need for table in tables for need in table.needs]
        return Rows(kind, frame, tasks.Source(kind, slots(kind)), needs)

    def rank(self, table: Any, key: Key, kind: type[U], stage: Callable[..., U]) -> Rows[U]:
        """Sort by `key`, and apply `stage` to every batch and the numbers of its rows."""
        frame, layout = self._plain(table)
        frame = frame.orderBy(*(layout[column] for column in key))
        source = tasks.Source(table.kind, layout)
        kept = self._run(frame, tasks.mapped, source, as_it_is, table.kind, table.needs)
        return self._ranked(kept, kind, stage)

    def _ranked(self, rows: Any, kind: type[U], stage: Callable[..., U]) -> Rows[U]:
        """Apply `stage` to every batch of a table, and the numbers of its rows."""
        firsts = np.cumsum([0, *rows.sizes()]).tolist()
        task = partial(tasks.ranked, firsts=firsts)
        frame = rows.frame.select("*", partition())
        ranked: Rows[U] = self._run(frame, task, rows.source, stage, kind, rows.needs)
        return ranked

    def together(self, *makers: Callable[[], Any], name: str | None = None) -> tuple[Any, ...]:
        """Make several things: what they are is planned, and made when it is needed."""
        self._tell(name)
        return tuple(maker() for maker in makers)

    def fetch(self, table: Stored[T]) -> Iterator[T]:
        """Yield the batches of a table to the caller, in order; of a large one some at a time."""
        rows = self._made(table)
        kind, layout = rows.kind, rows.source.layout
        few = self._few(rows)
        if few is not None:
            every = kind.concat(to_table(batch, kind, layout) for batch in few)
            if kind.SORTED_BY:
                every = arranged(every, *(getattr(every, name) for name in kind.SORTED_BY))
            yield from (every,) if len(every) else ()
            return
        if kind.SORTED_BY:
            frame = rows.plain.orderBy(*(layout[name] for name in kind.SORTED_BY))
            source = tasks.Source(kind, layout)
            rows = self._run(frame, tasks.mapped, source, as_it_is, kind, rows.needs)
        for batch in self._many(rows):
            yield to_table(batch, kind, layout)

    def _few(self, rows: Any) -> Sequence[pa.RecordBatch] | None:
        """Return all rows of a table as they are made, where these are few; else none."""
        (kept,) = rows.needs
        if kept.is_made and sum(rows.sizes()) > FETCHED:
            return None
        task = partial(tasks.sent, most=FETCHED_BYTES // kept.partitions)
        schema = " bigint, ".join(tasks.SENT) + " binary"
        frame = rows.plain.select("*", partition())
        parts = frame.mapInArrow(task, schema).toArrow().to_pydict()
        found = sorted(zip(*parts.values(), strict=True))
        if any(data is None for _, data in found):
            return None
        return [batch for _, data in found for batch in pa.ipc.open_stream(data)]

    def _many(self, rows: Any) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table, some partitions at a time."""
        frame = rows.plain.select("*", partition())
        bounds = np.cumsum([0, *rows.sizes()])
        first, end = 0, len(bounds) - 1
        while first < end:
            past = int(np.searchsorted(bounds, bounds[first] + FETCHED, "right")) - 1
            past = max(past, first + 1)
            if bounds[past] > bounds[first]:
                task = partial(tasks.chosen, first=first, past=past)
                part = frame if past - first == end else frame.mapInArrow(task, frame.schema)
                yield from part.toArrow().to_batches()
            first = past

    def count(self, table: Stored[Any]) -> int:
        """Return the number of rows of a table to the caller."""
        return sum(self._made(table).sizes())

    def kept(
        self,
        name: str,  # noqa: ARG002 - as the interface says
        kinds: tuple[type[Table], ...],  # noqa: ARG002 - likewise
        make: Callable[[], tuple[Stored[Any], ...]],
    ) -> tuple[Any, ...]:
        """Return the tables that `make` gives, made: what they were made of may go."""
        made = tuple(self._made(table) for table in make())
        make_all([need for table in made for need in table.needs])
        return made

    def made_of(
        self, parts: Sequence[Any], kind: type[T], make: Callable[[Any], Iterable[T]]
    ) -> Rows[T]:
        """Return the table that tasks make, a part each; they make it anew when it is needed."""
        return Rows(kind, self._range(parts), tasks.Made(parts, make), ())

    def numbered(
        self,
        frame: DataFrame,
        kind: type[T],
        make: Callable[..., T],
        stage: Callable[[T, I64], T],
    ) -> Rows[T]:
        """
        Return the rows of a caller's frame as a table, with the stage that is told their numbers.

        The columns of the frame are strings, and are handed to `make` in their order.
        """
        own = Planned(frame._jdf, self.session)
        source = tasks.Given(make)
        kept = self._run(own, tasks.mapped, source, as_it_is, kind, ())
        return self._ranked(kept, kind, stage)

    def asked(self, parts: Sequence[Any], question: Callable[[Any], Any]) -> list[Any]:
        """Return to the caller what a function says of each part, as tasks find it out."""
        spread = self.session.sparkContext.parallelize(parts, len(parts))
        return spread.map(question).collect()

    def _range(self, parts: Sequence[Any]) -> DataFrame:
        """Make a frame of a partition a part."""
        frame: Any = self.session.range(0, len(parts), 1, len(parts))
        return cast("DataFrame", frame)

    def _tell(self, name: str | None) -> None:
        """Tell whoever watches which step begins."""
        if name is not None:
            self.watch(name, 0, None)

    def _brought(self, batches: Iterable[T]) -> Rows[T]:
        """Hand batches of the caller's to Spark."""
        tables = list(batches)
        kind = type(tables[0])
        layout = slots(kind)
        every = every_slot([layout])
        rows = [batch for table in tables for batch in to_batches(table, layout, every, 0)]
        if not rows:
            rows = [to_batch(tables[0], layout, every, 0)]
        frame: Any = self.session.createDataFrame(pa.Table.from_batches(rows))
        return Rows(kind, frame, tasks.Source(kind, layout), ())

    def _plain(self, rows: Any) -> tuple[DataFrame, Slots]:
        """Return the rows of a table as a frame, without the number of their kind."""
        frame, source = rows.frame, rows.source
        if not source.is_plain:
            frame, source = self._planned(frame, tasks.mapped, source, as_it_is, rows.kind)
        return frame.select(*source.layout.values()), source.layout

    def _together(
        self,
        table: Any,
        other: Any,
        key: tuple[Key, Key],
    ) -> tuple[DataFrame, tuple[tasks.Source, tasks.Source]]:
        """Put the rows of two tables into one frame; the columns of their keys are the same."""
        layouts, frames = [], []
        for rows, own in zip((table, other), key, strict=True):
            layout = slots(rows.kind, own)
            layouts.append({name: f"{tasks.KEY}{n}" for n, name in enumerate(own)} | layout)
        every = every_slot(layouts)
        for number, (rows, layout) in enumerate(zip((table, other), layouts, strict=True)):
            frame, plain = self._plain(rows)
            of = {slot: name for name, slot in layout.items()}
            columns = [_column(plain.get(of.get(slot, "")), slot).alias(slot) for slot in every]
            frames.append(frame.select(f.lit(number).alias(NUMBER), *columns))
        first, second = (
            tasks.Source(rows.kind, layout)
            for rows, layout in zip((table, other), layouts, strict=True)
        )
        return frames[0].union(frames[1]), (first, second)

    def _planned(
        self,
        frame: DataFrame,
        task: Any,
        source: Any,
        stage: Any,
        kind: Any,
    ) -> tuple[DataFrame, tasks.Source]:
        """Plan a task for each partition; of several kinds the source is that of the first."""
        sink = tasks.Sink.of(kind)
        slots_ = [StructField(slot, TYPES[kind_of_slot(slot)]) for slot in sink.every]
        schema = StructType([StructField(NUMBER, IntegerType()), *slots_])
        task = partial(task, source=source, stage=stage, sink=sink)
        return frame.mapInArrow(task, schema), tasks.Source(sink.kinds[0], sink.layouts[0])

    def _run(
        self,
        frame: DataFrame,
        task: Any,
        source: Any,
        stage: Any,
        kind: Any,
        needs: Sequence[Kept],
    ) -> Any:
        """Plan a task for each partition, and keep what comes of it."""
        kept = Kept(self._planned(frame, task, source, stage, kind)[0], needs, self.session)
        if not isinstance(kind, tuple):
            return Rows.kept(kind, kept, 0, is_one=True)
        return tuple(Rows.kept(one, kept, number, is_one=False) for number, one in enumerate(kind))

    def _made(self, rows: Any) -> Any:
        """Keep a table that is not kept yet."""
        if rows.number is None:
            own = self._run(rows.frame, tasks.mapped, rows.source, as_it_is, rows.kind, rows.needs)
            rows.frame, rows.source, rows.needs, rows.number = own.frame, own.source, own.needs, 0
        return rows


def _column(name: str | None, slot: str) -> Column:
    """Return a column of a frame for a slot; of keys all are alike, and what is not there null."""
    if slot.startswith(tasks.KEY):
        return (f.lit(0) if name is None else f.col(name)).cast("long")
    return f.lit(None).cast(TYPES[kind_of_slot(slot)]) if name is None else f.col(name)
