"""
Signatures -> pairs of texts that may match: locality-sensitive hashing, then two cheap filters.

A signature is cut into bands of `rows` components (Leskovec, Rajaraman, Ullman, *Mining of Massive
Datasets*, section 3.4); texts equal in one band meet. A pair that met goes on when its lengths
allow the threshold and at least `equal` of the 128 components agree.

A bucket of more than `CROWD` texts is cut: each member meets the bucket's first `LEADERS` and its
own `LEADERS` predecessors in Order. So a family of n near-identical lines costs n, not n².
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.model import Bands, Pairs
from dedup.rows import fresh, repeated

if TYPE_CHECKING:
    from dedup.model import I8, I64, Sketches
    from dedup.settings import Settings


@dataclass(frozen=True, slots=True)
class Banding:
    """How a signature is cut, and how many equal components a candidate has."""

    bands: int
    rows: int
    equal: int

    def chance(self, jaccard: float) -> float:
        """Give the probability that two sets of this Jaccard similarity meet."""
        return float(1 - (1 - jaccard**self.rows) ** self.bands)


RECALL = {
    "high": Banding(42, 3, 40),
    "standard": Banding(32, 4, 40),
    "fast": Banding(25, 5, 40),
}
MANY_TEXTS = 1_000_000
"""Distinct texts up to which `auto` is `high`; beyond it is `standard`."""
CROWD = 32
LEADERS = 8


def banding(settings: Settings, texts: int) -> Banding:
    """Give the banding in force for this number of distinct texts."""
    auto = "high" if texts <= MANY_TEXTS else "standard"
    return RECALL[auto if settings.recall == "auto" else settings.recall]


def band(sketches: Sketches, number: int, banding: Banding) -> Bands:
    """Give each text its key in one band: 40 bits, so that key and row number pack into a word."""
    first = number * banding.rows
    part = sketches.signature[:, first : first + banding.rows].view(np.uint32).astype(np.uint64)
    key = np.zeros(len(sketches), np.uint64)
    for component in part.T:
        key = (key ^ component) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    bits = np.ascontiguousarray(sketches.signature.view(np.int8)[:, _LOW_BYTE::4])
    return Bands((key >> np.uint64(24)).astype(np.int64), sketches.text, sketches.characters, bits)


_LOW_BYTE = 0 if sys.byteorder == "little" else 3


def meet(bands: Bands, number: int, banding: Banding, threshold: float) -> Pairs:
    """Pair the texts of each bucket, and keep the pairs that pass both filters."""
    starts = np.flatnonzero(fresh(bands.key))
    sizes = np.diff(starts, append=len(bands))
    bucket = np.repeat(np.arange(len(starts)), sizes)
    rank = np.arange(len(bands)) - starts[bucket]
    crowded = sizes[bucket] > CROWD
    back = np.where(crowded, np.minimum(rank, LEADERS), rank)
    b, step = repeated(back)
    a = b - 1 - step
    late = np.flatnonzero(crowded & (rank > LEADERS))
    ahead = np.minimum(rank[late] - LEADERS, LEADERS)
    extra_b, step = repeated(ahead)
    leaders = starts[bucket[late]][extra_b] + step
    a, b = np.concatenate([a, leaders]), np.concatenate([b, late[extra_b]])
    shorter, longer = bands.characters[a].astype(np.int64), bands.characters[b].astype(np.int64)
    near = 2 * np.minimum(shorter, longer) >= threshold * (shorter + longer)
    a, b = a[near], b[near]
    alike = equal_bytes_at(bands.bits, a, b) >= banding.equal
    a, b = bands.text[a[alike]], bands.text[b[alike]]
    cut = bands.text[starts[sizes > CROWD]]
    return Pairs(
        np.concatenate([np.full(len(cut), -1 - number), np.minimum(a, b)]),
        np.concatenate([cut, np.maximum(a, b)]),
    )


def equal_bytes_at(bits: I8, a: I64, b: I64) -> I64:
    """Count the equal columns of rows `a` and `b`."""
    counts = np.zeros(len(a), np.int64)
    for at in range(0, len(a), 1 << 16):
        some = slice(at, at + (1 << 16))
        counts[some] = (bits[a[some]] == bits[b[some]]).sum(axis=1)
    return counts


def distinct(pairs: Pairs) -> Pairs:
    """Keep one of each pair; rows come sorted."""
    return pairs.take(fresh(pairs.a, pairs.b))


def real(pairs: Pairs) -> Pairs:
    """Leave out the rows that count buckets."""
    return pairs.take(pairs.a >= 0)
