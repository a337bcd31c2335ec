"""A checksum of the values in a table, however they are stored."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import compute

from dedup.formats.rows import ROWS, Gathered, is_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator


class Checksum:
    """
    A checksum of values, whatever groups they are in and however they are stored.

    One hash for each part of a column (which are null, how long, what bytes), which takes that part
    of one row after the other; the whole is the hash of them all. Has the shape of those of
    `hashlib`.
    """

    def __init__(self) -> None:
        self._rows = Gathered()
        self._parts: dict[str, Any] = {}

    def update(self, raw: bytes) -> None:
        """Take frames."""
        self._rows.add(raw)
        if len(self._rows) >= ROWS:
            self._take()

    def hexdigest(self) -> str:
        """Return the checksum of all so far."""
        if len(self._rows):
            self._take()
        whole = hashlib.sha256()
        if self._rows.header is not None:
            header = self._rows.header
            whole.update(repr((_described(header.schema), sorted(header.file.items()))).encode())
        for name, part in sorted(self._parts.items()):
            whole.update(f"\n{name} {part.hexdigest()}".encode())
        return whole.hexdigest()

    def _take(self) -> None:
        batch = self._rows.batch()
        for number, column in enumerate(batch.columns):
            for name, part in _parts(column, str(number)):
                self._parts.setdefault(name, hashlib.sha256()).update(part)


def _described(schema: pa.Schema) -> object:
    """Return what equal schemas have in common, in words."""
    fields = [(f.name, str(f.type), f.nullable, sorted((f.metadata or {}).items())) for f in schema]
    return fields, sorted((schema.metadata or {}).items())


def _parts(array: pa.Array, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield what makes the values of an array, apart and without what lies under its nulls."""
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    # Which values are null; of these nothing else counts.
    yield f"{name} valid", _plain(array.is_valid().cast(pa.uint8()))
    array = array.drop_null()
    kind = array.type
    # Texts and bytes: lengths and contents. Numbers: as they lie in memory.
    if is_bytes(kind):
        wide = array.cast(pa.large_binary())
        yield f"{name} length", _plain(compute.binary_length(wide).cast(pa.int64()))
        yield f"{name} bytes", b"".join(wide.to_pylist())
    elif pa.types.is_boolean(kind):
        yield f"{name} bytes", _plain(array.cast(pa.uint8()))
    elif not pa.types.is_nested(kind):
        yield f"{name} bytes", _plain(array)
    # What is nested: its parts, and of a list or a map the lengths.
    elif pa.types.is_struct(kind):
        for number, inner in enumerate(array.flatten()):
            yield from _parts(inner, f"{name}.{number}")
    else:
        if pa.types.is_map(kind):
            pairs = pa.StructArray.from_arrays([array.keys, array.items], ["key", "value"])
            array = pa.ListArray.from_arrays(array.offsets, pairs)
        yield f"{name} length", _plain(compute.list_value_length(array).cast(pa.int64()))
        yield from _parts(array.flatten(), f"{name}[]")


def _plain(array: pa.Array) -> bytes:
    """Return the bytes of values that all have the same width and are not null."""
    if pa.types.is_null(array.type):
        return b""
    width = array.type.byte_width
    data = array.buffers()[1]
    first = array.offset * width
    return bytes(memoryview(data)[first : first + len(array) * width]) if data else b""
