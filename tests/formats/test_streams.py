"""The checksum of a file is that of all its bytes, however it is read."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import pytest

from dedup.formats.streams import Hashing

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = bytes(range(256)) * 9


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [(0, 2304)],
        [(0, 10)],
        [(0, 100), (0, 50), (40, 200), (0, 2304)],
        [(2000, 304), (0, 7), (3, 10)],
        [(100, 100), (0, 100), (50, 100)],
    ],
)
def test_every_byte_counts_once(steps: Sequence[tuple[int, int]]) -> None:
    """What is read twice, out of order or not at all is hashed once, in order."""
    hashing = Hashing(io.BytesIO(DATA))
    stream = io.BufferedReader(hashing, 16)
    for start, size in steps:
        stream.seek(start)
        assert stream.read(size) == DATA[start : start + size]
    assert hashing.digest() == hashlib.sha256(DATA).hexdigest()
