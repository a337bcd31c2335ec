"""
What the tasks of a cluster do: record batches in, stages called, record batches out.

Each function here runs in a worker, on the rows of one partition, and is sent there by name; the
stage and what it needs to know go with it.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from dedup.engines.arrow import NUMBER, Slots, every_slot, slots, to_batches, to_strings, to_table
from dedup.engines.whole_keys import Side, whole_keys
from dedup.rows import fresh, spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.engines.interface import Key
    from dedup.model import I64, Table

KEY = "key"
"""What columns of keys are called where two tables are in one batch; a number follows."""


PARTITION = "partition"
"""The column of the partition of its table that a row lies in. What a task knows of itself is not
that: one task makes rows of several tables."""
COUNTED = ("table", PARTITION, NUMBER, "rows")
SENT = (PARTITION, "data")
"""The columns that tell the caller what there is."""


class Source(NamedTuple):
    """A table as its rows come: the kind, where its columns are, and what is done to each batch."""

    kind: type[Table]
    layout: Slots
    stages: tuple[Callable[[Any], Any], ...] = ()

    @property
    def is_plain(self) -> bool:
        """The rows are those of the table as they come."""
        return not self.stages

    def then(self, stage: Callable[[Any], Any]) -> Source:
        """Return the same, with a stage more."""
        return self._replace(stages=(*self.stages, stage))

    def tables(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Any]:
        """Yield the tables that come of batches."""
        for batch in batches:
            if batch.num_rows:
                yield _through(self.stages, to_table(batch, self.kind, self.layout))


class Made(NamedTuple):
    """A table of which each task makes a part: what `Source` is for rows that come."""

    parts: Sequence[Any]
    make: Callable[[Any], Iterable[Table]]
    stages: tuple[Callable[[Any], Any], ...] = ()
    is_plain: bool = False

    def then(self, stage: Callable[[Any], Any]) -> Made:
        """Return the same, with a stage more."""
        return self._replace(stages=(*self.stages, stage))

    def tables(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Any]:
        """Yield the tables of the parts that come by their numbers."""
        for batch in batches:
            for number in batch.column(0).to_pylist():
                for table in self.make(self.parts[number]):
                    yield _through(self.stages, table)


class Given(NamedTuple):
    """A table that is made of a caller's strings: what `Source` is for rows of ours."""

    make: Callable[..., Table]
    is_plain: bool = False

    def tables(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Any]:
        """Yield the tables that come of batches."""
        for batch in batches:
            if batch.num_rows:
                yield self.make(*(to_strings(column) for column in batch.columns))


def _through(stages: Iterable[Callable[[Any], Any]], table: Any) -> Any:  # noqa: ANN401 - a table
    for stage in stages:
        table = stage(table)
    return table


class Sink(NamedTuple):
    """Tables as their rows go: where the columns of each kind are, in batches that all share."""

    kinds: tuple[type[Table], ...]
    layouts: tuple[Slots, ...]
    every: tuple[str, ...]
    """All slots."""
    is_one: bool
    """The stage gives one table, and no tuple of them."""

    @classmethod
    def of(cls, kind: Any) -> Sink:  # noqa: ANN401 - a kind of table or a tuple of them
        """Lay out what a stage gives."""
        is_one = not isinstance(kind, tuple)
        kinds = (kind,) if is_one else kind
        layouts = tuple(slots(one) for one in kinds)
        return cls(kinds, layouts, tuple(every_slot(layouts)), is_one)

    def batches(self, result: Any) -> Iterator[pa.RecordBatch]:  # noqa: ANN401 - what a stage gives
        """Yield the batches of what a stage gave."""
        for number, table in enumerate((result,) if self.is_one else result):
            yield from to_batches(table, self.layouts[number], self.every, number)


def mapped(
    batches: Iterable[pa.RecordBatch],
    source: Source | Made,
    stage: Callable[[Any], Any],
    sink: Sink,
) -> Iterator[pa.RecordBatch]:
    """Apply a stage to every batch."""
    for table in source.tables(batches):
        yield from sink.batches(stage(table))


def by_key(  # noqa: PLR0913 - a table and its key, what comes out
    batches: Iterable[pa.RecordBatch],
    source: Source,
    key: Key,
    stage: Callable[[Any], Any],
    sink: Sink,
    *,
    shared: bool,
) -> Iterator[pa.RecordBatch]:
    """Apply a stage to sorted rows, no key split; with `shared` to keys of several rows only."""
    sides = ([_side(table, key)] for table in source.tables(batches))
    for (rows,) in whole_keys(sides):
        some: Table = rows.take(~_alone(_first(rows, key))) if shared else rows
        if len(some):
            yield from sink.batches(stage(some))


def split(
    batches: Iterable[pa.RecordBatch],
    source: Source | Made,
    count: int,
    stage: Callable[..., Any],
    sink: Sink,
) -> Iterator[pa.RecordBatch]:
    """Make `count` tables of each batch; each row comes with the number of its table."""
    for table in source.tables(batches):
        for number in range(count):
            made = stage(table, number=number)
            yield from to_batches(made, sink.layouts[0], sink.every, number)


def by_number(
    batches: Iterable[pa.RecordBatch],
    source: Source,
    key: Key,
    stage: Callable[..., Any],
    sink: Sink,
) -> Iterator[pa.RecordBatch]:
    """Apply a stage to keys of several rows, table after table, with the number of the table."""
    for number, parts in groupby(_numbered(batches), itemgetter(0)):
        rows = (batch for _, batch in parts)
        yield from by_key(rows, source, key, partial(stage, number=number), sink, shared=True)


def joined(
    batches: Iterable[pa.RecordBatch],
    source: tuple[Source, Source],
    key: tuple[Key, Key],
    stage: Callable[[Any, Any], Any],
    sink: Sink,
) -> Iterator[pa.RecordBatch]:
    """Apply a stage to rows of two tables that are sorted together by their keys."""
    both = list(zip(source, key, strict=True))

    def sides() -> Iterator[list[Side]]:
        for batch in batches:
            if batch.num_rows:
                of = batch.column(NUMBER).to_numpy()
                parts = (batch.filter(pa.array(of == number)) for number in range(2))
                yield [
                    _side(to_table(part, one.kind, one.layout), own)
                    for part, (one, own) in zip(parts, both, strict=True)
                ]

    for table, other in whole_keys(sides()):
        yield from sink.batches(stage(table, other))


def ranked(
    batches: Iterable[pa.RecordBatch],
    source: Source,
    firsts: Sequence[int],
    stage: Callable[[Any, I64], Any],
    sink: Sink,
) -> Iterator[pa.RecordBatch]:
    """Apply a stage to every batch and the numbers of its rows; partitions begin at `firsts`."""
    at = 0
    for batch in batches:
        for table in source.tables([batch]):
            first = at + firsts[_number(batch, PARTITION)]
            yield from sink.batches(stage(table, np.arange(first, first + len(table))))
            at += len(table)


def counted(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield how many rows there are of each table, in each of its partitions, of each kind."""
    rows: Counter[tuple[int, ...]] = Counter()
    for batch in batches:
        columns = [column.to_numpy() for column in batch.columns]
        found, counts = np.unique(np.stack(columns), axis=1, return_counts=True)
        for own, count in zip(found.T.tolist(), counts.tolist(), strict=True):
            rows[tuple(own)] += count
    plain = [[*own, count] for own, count in rows.items()]
    arrays = [pa.array(column) for column in np.array(plain).reshape(-1, len(COUNTED)).T]
    yield pa.RecordBatch.from_arrays([a.cast(pa.int64()) for a in arrays], names=list(COUNTED))


def sent(batches: Iterable[pa.RecordBatch], most: int) -> Iterator[pa.RecordBatch]:
    """Yield a partition's number and its rows as bytes; null where these are more than `most`."""
    every: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        every.append(batch)
        size += batch.nbytes
        if size > most:
            break
    if not every:
        return
    data = None
    if size <= most:
        stream = pa.BufferOutputStream()
        with pa.ipc.new_stream(stream, every[0].schema) as writer:
            for batch in every:
                writer.write_batch(batch)
        data = stream.getvalue().to_pybytes()
    columns = [pa.array([_number(every[0], PARTITION)], pa.int64()), pa.array([data], pa.binary())]
    yield pa.RecordBatch.from_arrays(columns, names=list(SENT))


def chosen(batches: Iterable[pa.RecordBatch], first: int, past: int) -> Iterator[pa.RecordBatch]:
    """Yield the batches of some partitions."""
    for batch in batches:
        if batch.num_rows and first <= _number(batch, PARTITION) < past:
            yield batch


def _number(batch: pa.RecordBatch, name: str) -> int:
    """Return the number that all rows of a batch have in a column."""
    number: int = batch.column(name)[0].as_py()
    return number


def _first(table: Table, key: Key) -> I64:
    """Return the first column of a key."""
    column: I64 = getattr(table, key[0]).astype(np.int64, copy=False)
    return column


def _alone(keys: I64) -> NDArray[np.bool_]:
    """Mark the rows whose key no other row has; keys are sorted."""
    new = fresh(keys)
    alone: NDArray[np.bool_] = new & np.append(new[1:], True)
    return alone


def _side(table: Table, key: Key) -> Side:
    return Side(_first(table, key), table)


def _numbered(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Part batches where the number of the table changes."""
    for batch in batches:
        numbers = batch.column(NUMBER).to_numpy()
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        for start, stop in spans(starts, len(numbers)):
            yield int(numbers[start]), batch.slice(start, stop - start)
