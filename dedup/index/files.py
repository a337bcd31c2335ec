"""
Columns of numbers <-> one file that never changes, with a checksum of each column.

    8 bytes   MAGIC
    8 bytes   length of the head, little endian
    head      JSON: of each column its type, shape, place behind the head, and BLAKE2b-128
    columns   each at a multiple of 64 bytes

A file is named after the checksum of its head, so it never stands for anything else. It is mapped
into memory, and only what is looked at is read.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import atomic
from dedup.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Columns = Mapping[str, NDArray[Any]]

MAGIC = b"dedupix1"
ALIGNED = 64
_DIGEST = 16


@dataclass(frozen=True, slots=True)
class Stated:
    """A file as the manifest states it."""

    file: str
    bytes: int
    digest: str
    """Of its head, in hex."""


def write(folder: Path, kind: str, columns: Columns) -> Stated:
    """Write columns to a new file of a folder, and return what to state of it. Raises `OSError`."""
    head: dict[str, list[Any]] = {}
    place = 0
    arrays = [np.ascontiguousarray(column) for column in columns.values()]
    for name, column in zip(columns, arrays, strict=True):
        head[name] = [column.dtype.str, list(column.shape), place, _checksum(column)]
        place += -(-column.nbytes // ALIGNED) * ALIGNED
    text = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-(len(MAGIC) + 8 + len(text)) % ALIGNED)
    digest = hashlib.blake2b(text, digest_size=_DIGEST).hexdigest()
    path = folder / f"{kind}-{digest}.columns"
    with atomic.whole(path) as out:
        out.write(MAGIC + len(text).to_bytes(8, "little") + text)
        for column in arrays:
            out.write(_bytes(column))
            out.write(bytes(-column.nbytes % ALIGNED))
    return Stated(path.name, path.stat().st_size, digest)


def read(folder: Path, stated: Stated) -> dict[str, NDArray[Any]]:
    """
    Map the columns of a file into memory. Raises `InputError` where it is not what was stated.

    NOTE: the columns themselves are not read here; `damaged` does.
    """
    path = folder / stated.file
    try:
        with path.open("rb") as stream:
            size = path.stat().st_size
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; {AGAIN}") from error
    length = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 8], "little")
    begin = len(MAGIC) + 8 + length
    head = data[len(MAGIC) + 8 : begin] if begin <= len(data) else b""
    digest = hashlib.blake2b(head, digest_size=_DIGEST).hexdigest()
    if data[: len(MAGIC)] != MAGIC or size != stated.bytes or digest != stated.digest:
        raise InputError(f"{path}: is damaged; {AGAIN}")
    columns = {}
    for name, (kind, shape, place, _) in json.loads(head).items():
        count = int(np.prod(shape))
        columns[name] = np.frombuffer(data, kind, count, begin + place).reshape(shape)
    return columns


def damaged(folder: Path, stated: Stated) -> list[str]:
    """Return the names of the columns whose checksum is wrong. Raises as `read`."""
    columns = read(folder, stated)
    with (folder / stated.file).open("rb") as stream:
        stream.seek(len(MAGIC))
        head = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    return [name for name, column in columns.items() if _checksum(column) != head[name][3]]


AGAIN = "build the index again: dedup index build"


def _checksum(column: NDArray[Any]) -> str:
    """Return the BLAKE2b-128 of a column's bytes, in hex."""
    return hashlib.blake2b(_bytes(column), digest_size=_DIGEST).hexdigest()


def _bytes(column: NDArray[Any]) -> memoryview:
    """Return the bytes of a column, without copying them."""
    return column.reshape(-1).view(np.uint8).data
