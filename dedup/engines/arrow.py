"""
Tables as Arrow record batches, and back: what crosses between Python and a cluster.

A number is a number of the same width. A row of `Strings`, and a row of several numbers, is
binary: Spark has no fixed-size lists, and bytes lie in memory as NumPy's rows do.

Tables of several kinds share columns where rows of all of them are in one batch: each column has a
slot, and a slot has one type. A batch without rows of a kind has nulls in what that does not use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa

from dedup.model import Column, Strings, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


T = TypeVar("T", bound=Table)

SLOTS = {np.int8: "byte", np.int32: "int", np.int64: "long", np.float64: "double"}
"""What slots of numbers are called, by their type."""
BINARY = "binary"
TYPES = {
    "byte": pa.int8(),
    "int": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    BINARY: pa.binary(),
}
"""The types of slots, by what these are called."""
PIECE_BYTES = 16 << 20
"""Bytes of a batch that is handed on; one row may have more."""

NUMBER = "number"
"""The column that says of which kind a row is, or to which of several tables it belongs."""
Slots = dict[str, str]
"""The slot of each column of a table."""


def kind_of_slot(slot: str) -> str:
    """Return what the type of a slot is called."""
    return slot.rstrip("0123456789")


def slots(kind: type[Table], taken: Collection[str] = ()) -> Slots:
    """Give each column of a table a slot, but for those that are `taken` care of."""
    used: dict[str, int] = {}
    out: Slots = {}
    for name, column in kind.schema().items():
        if name in taken:
            continue
        slot = BINARY if column is None or column.width else SLOTS[column.dtype]
        out[name] = f"{slot}{used.get(slot, 0)}"
        used[slot] = used.get(slot, 0) + 1
    return out


def every_slot(layouts: Sequence[Slots]) -> list[str]:
    """List the slots that some tables have, once each."""
    return sorted({slot for layout in layouts for slot in layout.values()})


def to_batches(
    table: Table, layout: Slots, every: Sequence[str], number: int
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a table in slots, some at a time."""
    rows = max(1, len(table) * PIECE_BYTES // max(1, table.nbytes))
    for at in range(0, len(table), rows):
        yield to_batch(table.slice(at, min(at + rows, len(table))), layout, every, number)


def to_batch(table: Table, layout: Slots, every: Sequence[str], number: int) -> pa.RecordBatch:
    """Return the rows of a table in slots, each with the same `number` before."""
    filled = {slot: _array(getattr(table, name)) for name, slot in layout.items()}
    columns = [
        filled[slot] if slot in filled else pa.nulls(len(table), TYPES[kind_of_slot(slot)])
        for slot in every
    ]
    numbers = pa.array(np.full(len(table), number, np.int32))
    return pa.RecordBatch.from_arrays([numbers, *columns], names=[NUMBER, *every])


def to_table(batch: pa.RecordBatch, kind: type[T], layout: Slots) -> T:
    """Return the rows of a batch as a table; its columns may be wider numbers than the table's."""
    columns = {
        name: _column(batch.column(layout[name]), column) for name, column in kind.schema().items()
    }
    return kind(**columns)


def _array(column: Any) -> pa.Array:  # noqa: ANN401 - a column
    """Return a column as Arrow holds it, without a copy of what it is."""
    if not isinstance(column, Strings):
        if column.ndim == 1:
            return pa.array(column)
        width = column.itemsize * column.shape[1]
        data = np.ascontiguousarray(column).view(np.uint8).reshape(-1)
        column = Strings(data, np.arange(len(column) + 1, dtype=np.int64) * width)
    offsets = pa.py_buffer(column.offsets.astype(np.int32))
    data = pa.py_buffer(np.ascontiguousarray(column.data))
    return pa.Array.from_buffers(pa.binary(), len(column), [None, offsets, data])


def _column(array: pa.Array, declared: Column | None) -> Any:  # noqa: ANN401 - a column
    """Return an array as a table holds it; `declared` says what, `None` is `Strings`."""
    if declared is not None and not declared.width:
        return array.to_numpy(zero_copy_only=False).astype(declared.dtype, copy=False)
    rows = to_strings(array)
    if declared is None:
        return rows
    width = -1 if len(rows) else max(0, declared.width)
    return rows.data.view(declared.dtype).reshape(len(rows), width)


def to_strings(array: pa.Array) -> Strings:
    """Return an array of strings or bytes as a column, without copying these."""
    if not len(array):
        return Strings.empty()
    kind = array.type
    wide = pa.types.is_large_binary(kind) or pa.types.is_large_string(kind)
    _, offsets, data = array.buffers()
    edges = np.frombuffer(offsets, np.int64 if wide else np.int32)
    edges = edges[array.offset : array.offset + len(array) + 1].astype(np.int64)
    return Strings(np.frombuffer(data or b"", np.uint8)[edges[0] : edges[-1]], edges - edges[0])
