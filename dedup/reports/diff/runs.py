"""
Two texts -> how far the sets of their runs of three units resemble and contain each other.

Counted as for near-duplicate documents (`stages/resemblance.py`): exact, rounded down to 4 digits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dedup import kernels
from dedup.model import Strings
from dedup.stages.resemblance import SIZE, share


class Shares(NamedTuple):
    """Shares of sets of runs, 0 to 1."""

    resemblance: float
    """Size of the intersection / size of the union; 1 of two empty sets."""
    contained_a: float
    """The share of A's set that B has,"""
    contained_b: float
    """and of B's that A has."""


def run_shares(a: str, b: str) -> Shares:
    """Compare two texts by their runs."""
    texts = Strings.of([a, b])
    normal, offsets, _ = kernels.normalise(texts.data, texts.offsets)
    values, ends = kernels.gram_sets(normal, offsets, size=SIZE)
    one, two = np.diff(ends)
    if not one and not two:
        return Shares(1.0, 1.0, 1.0)
    both = kernels.shared((values, ends), (values, ends), np.array([0]), np.array([1]))[0]
    return Shares(*share(np.full(3, both), np.array([one + two - both, one, two])).tolist())
