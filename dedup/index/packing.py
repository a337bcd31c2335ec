"""
Whole numbers in as few bits as they need, and sorted keys without the bits that their rank tells.

    Packed   each number in the same few bits; any of them is read without the others
    Keys     groups of sorted keys: a directory by their first bits, and packed what follows
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.model import I64, U8

SPARE = 8
"""Bytes behind the last number: they are read in words of so many."""
SHARED = 6
"""So many bits fewer than it would take to number the keys are told by a directory."""
MOST = 16
"""Bits that a directory tells at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A column of whole numbers from 0, at most 56 bits each."""

    data: U8
    width: int
    """Bits of a number, 1 at least."""
    count: int

    @classmethod
    def of(cls, values: NDArray[Any], most: int = 0) -> Packed:
        """Pack some numbers, in bits enough for the largest of them and for `most`."""
        width = max(1, int(max(most, int(values.max(initial=0)))).bit_length())
        # Eight numbers fill whole bytes: each is put in its place in all such groups at once.
        groups = -(-len(values) // 8)
        padded = np.zeros((groups, 8), np.uint64)
        padded.reshape(-1)[: len(values)] = values
        packed = np.zeros((groups, width), np.uint8)
        for number in range(8):
            first, shift = divmod(number * width, 8)
            last = (number * width + width - 1) // 8
            for byte in range(first, last + 1):
                moved = 8 * (byte - first) - shift
                part = padded[:, number]
                part = part << np.uint64(-moved) if moved < 0 else part >> np.uint64(moved)
                packed[:, byte] |= part.astype(np.uint8)
        return cls(np.append(packed, np.zeros(SPARE, np.uint8)), width, len(values))

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, rows: NDArray[np.integer]) -> I64:
        """Return the numbers of some rows."""
        words: NDArray[np.uint64] = np.ndarray(
            (len(self.data) - SPARE + 1,), "<u8", self.data, strides=(1,)
        )
        bit = np.asarray(rows, np.int64) * self.width
        found = words[bit >> 3] >> (bit & 7).astype(np.uint64)
        numbers: I64 = (found & np.uint64((1 << self.width) - 1)).astype(np.int64)
        return numbers

    def all(self) -> I64:
        """Return all numbers."""
        return self[np.arange(self.count)]


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """Groups of sorted keys; a class since directory and rest are read together."""

    starts: NDArray[Any]
    """Of each group where the keys with each beginning start, and its length."""
    rest: Packed
    """What follows the beginning, of one group after another."""

    @property
    def bits(self) -> int:
        """Count the bits of a key that are kept: the first ones."""
        return int(self.starts.shape[1] - 1).bit_length() - 1 + self.rest.width

    def find(self, group: int | I64, keys: NDArray[np.uint64], bits: int) -> tuple[I64, I64]:
        """
        Return where in a group the rows begin and end that may have each key, of so many bits.

        Each key may have a group of its own.

        NOTE: where fewer bits are kept, some have another key.
        """
        keys = keys >> np.uint64(bits - self.bits)
        beginning = (keys >> np.uint64(self.rest.width)).astype(np.int64)
        wanted = (keys & np.uint64((1 << self.rest.width) - 1)).astype(np.int64)
        low, high = (self.starts[group, beginning + k].astype(np.int64) for k in (0, 1))
        first = group * int(self.starts[0, -1])
        left, right = (
            self._bisect(first + low, first + high, wanted, side) for side in ("left", "right")
        )
        return left - first, right - first

    @classmethod
    def of(cls, keys: NDArray[np.uint64], bits: int, kept: int) -> Keys:
        """Keep so many of the bits of sorted keys, a row a group."""
        count = keys.shape[1]
        told = min(MOST, max(0, count.bit_length() - SHARED))
        kept = min(bits, max(kept, told + 1))
        edges = np.arange((1 << told) + 1, dtype=np.uint64)
        shift = np.uint64(bits - told)
        starts = np.array([np.searchsorted(own >> shift, edges) for own in keys], np.int32)
        rest = (keys >> np.uint64(bits - kept)) & np.uint64((1 << (kept - told)) - 1)
        packed = Packed.of(rest.reshape(-1), (1 << (kept - told)) - 1)
        return cls(starts.reshape(len(keys), len(edges)), packed)

    def _bisect(self, low: I64, high: I64, wanted: I64, side: str) -> I64:
        """Return where what is wanted stands, or would, between two rows each."""
        while len(open_ := np.flatnonzero(low < high)):
            middle = (low[open_] + high[open_]) // 2
            value = self.rest[middle]
            less = value < wanted[open_] if side == "left" else value <= wanted[open_]
            low[open_[less]] = middle[less] + 1
            high[open_[~less]] = middle[~less]
        return low
