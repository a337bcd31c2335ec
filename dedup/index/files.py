"""
Columns of numbers <-> one file that never changes, with a checksum of each column.

    8 bytes   MAGIC
    8 bytes   length of the head, little endian
    head      JSON: of each column its type, shape, place behind the head, and BLAKE2b-128; the
              type of packed numbers is `p` and their bits
    columns   each at a multiple of 64 bytes

A file is named after the checksum of its head, so it never stands for anything else. It is mapped
into memory, and only what is looked at is read.
"""

from __future__ import annotations

import hashlib
import json
import math
import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import atomic
from dedup.errors import InputError
from dedup.index.packing import SPARE, Packed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Column = NDArray[Any] | Packed
    """Numbers, as they are or packed."""

MAGIC = b"dedupix2"
ALIGNED = 64
_DIGEST = 16


@dataclass(frozen=True, slots=True)
class Stated:
    """A file as the manifest states it."""

    file: str
    bytes: int
    digest: str
    """Of its head, in hex."""


class Columns(dict[str, Any]):
    """
    Columns by name; a class since the memory they are mapped into is one.

    Those that are not in a file yet are in no such memory.
    """

    def __init__(
        self, columns: Mapping[str, Column] | None = None, data: mmap.mmap | None = None
    ) -> None:
        super().__init__(columns or {})
        self._data = data

    def rest(self) -> None:
        """Let go of the memory that was read; it is read again where it is looked at."""
        if self._data is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._data.madvise(mmap.MADV_DONTNEED)


def write(folder: Path, kind: str, columns: Mapping[str, Column]) -> Stated:
    """Write columns to a new file of a folder, and return what to state of it. Raises `OSError`."""
    head: dict[str, list[Any]] = {}
    place = 0
    arrays = []
    for name, column in columns.items():
        array = np.ascontiguousarray(column.data if isinstance(column, Packed) else column)
        arrays.append(array)
        if isinstance(column, Packed):
            head[name] = [f"p{column.width}", [len(column)], place, _checksum(array)]
        else:
            head[name] = [array.dtype.str, array.shape, place, _checksum(array)]
        place += -(-array.nbytes // ALIGNED) * ALIGNED
    text = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-(len(MAGIC) + 8 + len(text)) % ALIGNED)
    digest = hashlib.blake2b(text, digest_size=_DIGEST).hexdigest()
    path = folder / f"{kind}-{digest}.columns"
    with atomic.whole(path) as out:
        out.write(MAGIC + len(text).to_bytes(8, "little") + text)
        for array in arrays:
            out.write(_bytes(array))
            out.write(bytes(-array.nbytes % ALIGNED))
    return Stated(path.name, path.stat().st_size, digest)


def read(folder: Path, stated: Stated) -> Columns:
    """
    Map the columns of a file into memory. Raises `InputError` where it is not what was stated.

    NOTE: the columns themselves are not read here; `damaged` does.
    """
    path = folder / stated.file
    try:
        with path.open("rb") as stream:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; {AGAIN}") from error
    except ValueError as error:  # It is empty.
        raise InputError(f"{path}: is damaged; {AGAIN}") from error
    length = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 8], "little")
    begin = len(MAGIC) + 8 + length
    head = data[len(MAGIC) + 8 : begin] if begin <= len(data) else b""
    digest = hashlib.blake2b(head, digest_size=_DIGEST).hexdigest()
    if data[: len(MAGIC)] != MAGIC or len(data) != stated.bytes or digest != stated.digest:
        raise InputError(f"{path}: is damaged; {AGAIN}")
    columns = Columns(data=data)
    for name, (kind, shape, place, _) in json.loads(head).items():
        count = math.prod(shape)
        if kind.startswith("p"):
            width = int(kind[1:])
            room = -(-count // 8) * width + SPARE
            packed = np.frombuffer(data, np.uint8, room, begin + place)
            columns[name] = Packed(packed, width, count)
        else:
            columns[name] = np.frombuffer(data, kind, count, begin + place).reshape(shape)
    return columns


def damaged(folder: Path, stated: Stated) -> list[str]:
    """Return the names of the columns whose checksum is wrong. Raises as `read`."""
    columns = read(folder, stated)
    with (folder / stated.file).open("rb") as stream:
        stream.seek(len(MAGIC))
        head = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    return [name for name, column in columns.items() if _checksum(column) != head[name][3]]


def size(column: Column) -> int:
    """Return the bytes of a column on disk."""
    return int((column.data if isinstance(column, Packed) else column).nbytes)


AGAIN = "build the index again: dedup index build"


def _checksum(column: Column) -> str:
    """Return the BLAKE2b-128 of a column's bytes, in hex."""
    array = column.data if isinstance(column, Packed) else column
    return hashlib.blake2b(_bytes(array), digest_size=_DIGEST).hexdigest()


def _bytes(column: NDArray[Any]) -> memoryview:
    """Return the bytes of a column, without copying them."""
    return column.reshape(-1).view(np.uint8).data
