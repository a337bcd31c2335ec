"""
Matches of texts, by their numbers, as columns: from both sides, so that either finds the other.

A segment has those of its own texts with all that were there. What begins or ends between older
texts when others come or go is amended: those columns lie beside the Order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import model as m
from dedup.index.packing import Packed
from dedup.index.segment import runs
from dedup.rows import fresh, repeated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.index.files import Column
    from dedup.index.segment import Segment

NAMES = ("match.text", "match.first", "match.other", "match.similarity")
STEPS = 10_000
"""Similarities have four digits: they are stored as whole numbers."""
TEXT_BITS = 32
"""Of the number of a text, in the code of a pair."""


def columns(found: m.Matches) -> dict[str, Column]:
    """Return the columns of some matches; those of which no other text is told are none."""
    one, other = np.concatenate([found.a, found.b]), np.concatenate([found.b, found.a])
    steps = np.tile((found.similarity * STEPS).round().astype(np.int64), 2)
    order = np.lexsort((other, one))
    heads = np.flatnonzero(fresh(one[order]))
    return {
        "match.text": one[order][heads].astype(np.int32),
        "match.first": Packed.of(np.append(heads, len(order))),
        "match.other": Packed.of(other[order]),
        "match.similarity": Packed.of(steps[order]),
    }


def of(part: Segment | Mapping[str, Any], numbers: m.I64) -> tuple[m.I64, m.I64, m.F64]:
    """Return the matches of texts that some columns hold: the row, the other text, how alike."""
    some, first, past = runs(part, "match", numbers)
    row, step = repeated(past - first)
    row, at = some[row], first[row] + step
    return row, part["match.other"][at], part["match.similarity"][at] / STEPS


def every(part: Mapping[str, Any]) -> m.Matches:
    """Return all matches that some columns hold, each once."""
    texts = part["match.text"].astype(np.int64)
    row, other, similarity = of(part, texts)
    found = m.Matches(texts[row], other, similarity)
    return found.take(found.a < found.b)


def amended(before: m.Matches, changed: m.Matches) -> m.Matches:
    """Return what is amended after a change: what it says of a pair holds, and else what was."""
    both = m.Matches.concat([changed, before])
    _, firsts = np.unique(codes(both.a, both.b), return_index=True)
    return both.take(firsts)


def codes(a: m.I64, b: m.I64) -> m.I64:
    """Return a number for each pair of texts, whichever of them is first."""
    return np.minimum(a, b) << TEXT_BITS | np.maximum(a, b)


def texts(pairs: m.I64) -> tuple[m.I64, m.I64]:
    """Return the two texts of each pair, by its code."""
    return pairs >> TEXT_BITS, pairs & ((1 << TEXT_BITS) - 1)
