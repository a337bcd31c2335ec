"""
Rows of a table one by one: as bytes that stand for one alone, and back into tables.

A frame is the bytes of a header, or of a row: its text apart, so that slices can be cut out of it,
and its other values as an Arrow message. Frames have the order of the rows; end to end they are for
a table what its bytes are for a text file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa
from pyarrow import compute

from dedup.formats.slices import Sliced, utf8_starts
from dedup.model import Strings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats.interface import Span
    from dedup.model import I64

ROWS = 1024
"""Rows that are put together at once."""
_HEAD = struct.Struct("<BII")  # kind, bytes of the first part, bytes of the second
_HEADER, _ROW, _NULL_ROW = b"HRN"


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of all rows."""

    schema: pa.Schema
    path: tuple[str, ...]
    """Names of the text's column, and of the fields inside it that lead to the text."""
    file: dict[str, Any]
    """How it is written, other than in which groups."""
    group: int
    """Rows of a group; no part of the content, and of a fixed width in a frame."""

    def frame(self) -> bytes:
        """Return its bytes."""
        schema: bytes = self.schema.serialize().to_pybytes()
        rest = struct.pack("<Q", self.group) + orjson.dumps([self.path, self.file])
        return _HEAD.pack(_HEADER, len(schema), len(rest)) + schema + rest

    @classmethod
    def of(cls, schema: bytes, rest: bytes) -> Header:
        """Read it from the parts of a frame."""
        path, file = orjson.loads(rest[8:])
        found = pa.ipc.read_schema(pa.py_buffer(schema))
        return cls(found, tuple(path), file, *struct.unpack("<Q", rest[:8]))


class Row(Sliced):
    """The text of a row, in its frame."""

    __slots__ = ("_batch", "_place")

    def __init__(  # noqa: PLR0913 - what `Sliced` takes, and where the other values are
        self,
        raw: bytes,
        text: str,
        name: str,
        number: int,
        batch: pa.RecordBatch,
        place: int,
    ) -> None:
        super().__init__(raw, text, name, number)
        self._batch = batch
        self._place = place

    def field(self, name: str) -> str | None:
        """Return the value of another field as a text, where there is one."""
        own = leaf(self._batch, name)
        return column_texts(own.slice(self._place, 1))[0] if own is not None else None

    def fields(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(self._batch.schema.names)

    def cut(self, spans: Sequence[Span]) -> bytes:
        """Return the frame without these stretches of the text (sorted, disjoint)."""
        return _measured(super().cut(spans))

    def insert(self, slices: Sequence[tuple[int, bytes]]) -> bytes:
        """Undo `cut`: put bytes in at these code points of the (cleaned) text, in order."""
        return _measured(super().insert(slices))

    def _find_starts(self) -> I64:
        _, others, _ = _HEAD.unpack_from(self._bytes)
        first = _HEAD.size + others
        return utf8_starts(self._bytes[first:], first)


def _measured(frame: bytes) -> bytes:
    """Return a frame whose text has another length the number that says so."""
    kind, others, _ = _HEAD.unpack_from(frame)
    head: bytes = _HEAD.pack(kind, others, len(frame) - _HEAD.size - others)
    return head + frame[_HEAD.size :]


def frames(
    batch: pa.RecordBatch, path: Sequence[str], texts: Sequence[bytes | None]
) -> list[bytes]:
    """Return the rows of a batch as frames; `texts` are the values at `path`."""
    bare = replaced(batch, path, pa.nulls(len(batch), arrow_kind(batch.schema, path)))
    bare = _cast(bare, _carried(batch.schema))
    out = []
    for number, text in enumerate(texts):
        others = bare.slice(number, 1).serialize().to_pybytes()
        mark = _ROW if text is not None else _NULL_ROW
        out.append(_HEAD.pack(mark, len(others), len(text or b"")) + others + (text or b""))
    return out


class Gathered:
    """Puts frames together again; a class because they come one by one."""

    def __init__(self) -> None:
        self.header: Header | None = None
        self.bytes = 0
        """Of the frames that wait."""
        self._others: list[pa.RecordBatch] = []
        self._texts: list[bytes | None] = []

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, raw: bytes) -> None:
        """Take frames that follow one another."""
        at = 0
        while at < len(raw):
            kind, first, second = _HEAD.unpack_from(raw, at)
            at += _HEAD.size
            one, other = raw[at : at + first], raw[at + first : at + first + second]
            at += first + second
            if kind == _HEADER:
                self.header = Header.of(one, other)
                continue
            assert self.header is not None  # noqa: S101 - a header is the first frame
            batch = pa.ipc.read_record_batch(pa.py_buffer(one), _carried(self.header.schema))
            self._others.append(batch)
            self._texts.append(other if kind == _ROW else None)
            self.bytes += first + second

    def batch(self) -> pa.RecordBatch:
        """Return those that wait as one batch, and forget them."""
        assert self.header is not None  # noqa: S101 - a header is the first frame
        schema, path = self.header.schema, self.header.path
        whole = pa.Table.from_batches(self._others, _carried(schema)).combine_chunks()
        texts = pa.array(self._texts, pa.large_binary()).cast(pa.large_string())
        batches = whole.to_batches() or [pa.RecordBatch.from_pylist([], whole.schema)]
        self._others, self._texts, self.bytes = [], [], 0
        return replaced(_cast(batches[0], schema), path, texts.cast(arrow_kind(schema, path)))


@lru_cache(maxsize=4)
def _carried(schema: pa.Schema) -> pa.Schema:
    """Return the types in a frame: an Arrow message has no room for dictionaries."""
    return pa.schema([f.with_type(_undictionaried(f.type)) for f in schema], schema.metadata)


def _cast(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return other types, also where a text that is not there yet must not be null."""
    columns = [column.cast(f.type) for column, f in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _undictionaried(kind: pa.DataType) -> pa.DataType:
    def inner(field: pa.Field) -> pa.Field:
        return field.with_type(_undictionaried(field.type))

    types = pa.types
    if types.is_dictionary(kind):
        return kind.value_type
    if types.is_struct(kind):
        return pa.struct([inner(field) for field in kind])
    if types.is_map(kind):
        return pa.map_(inner(kind.key_field), inner(kind.item_field), kind.keys_sorted)
    if types.is_fixed_size_list(kind):
        return pa.list_(inner(kind.value_field), kind.list_size)
    if types.is_large_list(kind):
        return pa.large_list(inner(kind.value_field))
    return pa.list_(inner(kind.value_field)) if types.is_list(kind) else kind


def leaf(batch: pa.RecordBatch, field: str) -> pa.Array | None:
    """Return the values of a field, by its name or its path; `None` where there is none such."""
    path = path_of(batch.schema, field)
    if path is None:
        return None
    array = batch.column(path[0])
    for name in path[1:]:
        array = compute.struct_field(array, name)
    return array


def path_of(schema: pa.Schema, field: str) -> tuple[str, ...] | None:
    """Find a field: a column of that very name, or, dotted, one inside a struct."""
    if schema.get_field_index(field) >= 0:
        return (field,)
    path = tuple(field.split("."))
    return path if len(path) > 1 and _at(schema, path) is not None else None


def _at(schema: pa.Schema, path: Sequence[str]) -> pa.DataType | None:
    at: Any = schema
    for name in path:
        if not (isinstance(at, pa.Schema) or pa.types.is_struct(at)):
            return None
        number = at.get_field_index(name)
        if number < 0:
            return None
        at = at.field(number).type
    return at


def arrow_kind(schema: pa.Schema, path: Sequence[str]) -> pa.DataType:
    """Return the type of what `path_of` found."""
    kind = _at(schema, path)
    assert kind is not None  # noqa: S101 - it was found
    return kind


def replaced(batch: pa.RecordBatch, path: Sequence[str], values: pa.Array) -> pa.RecordBatch:
    """Return a batch with other values of one field, all else as it is."""
    number = batch.schema.get_field_index(path[0])
    columns = list(batch.columns)
    columns[number] = _with(columns[number], path[1:], values)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _with(array: pa.Array, path: Sequence[str], values: pa.Array) -> pa.Array:
    if not path:
        return values
    fields = list(array.type)
    inner = [array.field(number) for number in range(len(fields))]
    number = array.type.get_field_index(path[0])
    inner[number] = _with(inner[number], path[1:], values)
    return pa.StructArray.from_arrays(inner, fields=fields, mask=array.is_null())


def texts_in(array: pa.Array) -> list[bytes | None]:
    """Return strings as bytes: Arrow does not look whether they are UTF-8."""
    raws: list[bytes | None] = _decoded(array).cast(pa.large_binary()).to_pylist()
    return raws


def _decoded(array: pa.Array) -> pa.Array:
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def strings(array: pa.Array) -> Strings | None:
    """Return strings as they lie in memory; `None` where one is null or not UTF-8."""
    array = _decoded(array).cast(pa.large_string())
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return None
    if array.null_count:
        return None
    _, offsets, data = array.buffers()
    own = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    return Strings(np.frombuffer(data or b"", np.uint8)[own[0] : own[-1]], own - own[0])


def column_texts(array: pa.Array) -> list[str | None]:
    """Return values as JSON lines would: strings and numbers, and times as ISO writes them."""
    kind, types = array.type, pa.types
    if types.is_dictionary(kind):
        return column_texts(array.dictionary_decode())
    if is_bytes(kind):
        raws = texts_in(array)
        return [raw.decode("utf-8", "backslashreplace") if raw else None for raw in raws]
    numbers = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    if not (numbers or types.is_date(kind) or types.is_timestamp(kind)):
        return [None] * len(array)
    values: list[str | None] = array.cast(pa.string()).to_pylist()
    return values


def is_bytes(kind: pa.DataType) -> bool:
    """Tell strings and bytes of any length from all else."""
    types = pa.types
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_string_view(kind)
        or types.is_binary_view(kind)
    )
