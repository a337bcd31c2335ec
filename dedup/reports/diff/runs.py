"""
Two texts -> how far the sets of their runs of three words resemble and contain each other.

A unit is a word of the normalised text, or a character of a script without spaces; a text of fewer
than three units is one run. Exact, and after Broder (1997).
"""

from __future__ import annotations

from typing import NamedTuple

from dedup.text.normalising import normalise_text
from dedup.text.same_text import units

RUN = 3
"""Units of a run."""


class Shares(NamedTuple):
    """Shares of sets of runs, 0 to 1."""

    resemblance: float
    """Size of the intersection / size of the union; 1 of two empty sets."""
    contained_a: float
    """The share of A's set that B has,"""
    contained_b: float
    """and of B's that A has."""


def shares(a: str, b: str) -> Shares:
    """Compare two texts by their runs."""
    one, two = runs(a), runs(b)
    both, either = len(one & two), len(one | two)
    if not either:
        return Shares(1.0, 1.0, 1.0)
    return Shares(both / either, *(both / len(own) if own else 0.0 for own in (one, two)))


def runs(text: str) -> set[int]:
    """Give the runs of a text, as hashes that hold within this process."""
    own = [unit for unit, _ in units(normalise_text(text))]
    if not own:
        return set()
    ends = range(min(RUN, len(own)), len(own) + 1)
    return {hash(tuple(own[max(end - RUN, 0) : end])) for end in ends}
