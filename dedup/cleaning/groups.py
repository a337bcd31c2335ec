"""Which group of the report has a copy that covers a stretch: what a line of the ledger names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.cleaning.ledger import REASONS
from dedup.cleaning.tables import NONE
from dedup.model import KINDS

if TYPE_CHECKING:
    from dedup.model import I8, I64, Copied


def groups_of(copied: Copied, doc: I64, start: I64, end: I64, reason: I8) -> I64:
    """
    Return the place in the report of the first group that covers each of some stretches.

    That is a group of the kind that is the reason, if one of these covers it; `NONE` for none.
    """
    group = _covering(copied, doc, start, end)
    for number, kind in enumerate(KINDS):
        rows = np.flatnonzero(reason == REASONS.index(kind))
        some = copied.take(copied.kind == number)
        own = _covering(some, doc[rows], start[rows], end[rows])
        group[rows] = np.where(own == NONE, group[rows], own)
    return group


def _covering(copied: Copied, doc: I64, start: I64, end: I64) -> I64:
    """Return the first group of which a copy covers each of some stretches, `NONE` for none."""
    group = np.full(len(doc), np.iinfo(np.int64).max)
    wide = int(max(copied.end.max(initial=0), end.max(initial=0))) + 1
    starts, ends = copied.doc * wide + copied.start, copied.doc * wide + copied.end
    furthest = np.maximum.accumulate(ends)
    wanted = doc * wide + end
    at = np.searchsorted(starts, doc * wide + start, "right") - 1
    # From the last copy that starts early enough back to where none reaches far enough any more.
    rows = np.flatnonzero(at >= 0)
    rows = rows[furthest[at[rows]] >= wanted[rows]]
    while len(rows):
        covers = rows[ends[at[rows]] >= wanted[rows]]
        group[covers] = np.minimum(group[covers], copied.group[at[covers]])
        at[rows] -= 1
        rows = rows[at[rows] >= 0]
        rows = rows[furthest[at[rows]] >= wanted[rows]]
    return np.where(group == np.iinfo(np.int64).max, NONE, group)
