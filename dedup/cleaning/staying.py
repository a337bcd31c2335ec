"""
The plan -> what repeats and stays all the same, counted from the tables at hand.

A clean removes less than a report shows: near copies, paragraphs of few words and boilerplate stay
unless they are asked for. What is not told would be missed, so each is counted here and named with
the option that takes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.cleaning import keeping
from dedup.cleaning.boilerplate import fixed_texts
from dedup.model import BLOCK, BOILERPLATE, KINDS, UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.cleaning.detection import Detection
    from dedup.cleaning.removals import Decision
    from dedup.cleaning.tables import ParagraphTable
    from dedup.model import I64

    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Staying:
    """What repeats and stays; paragraphs are large from `min_group_words` words, else small."""

    near_kept: int
    """Large paragraphs, boilerplate apart, that match one that stays too and ranks before them."""
    blocks_kept: int
    """Copies of the report's blocks, within the scope, of which nothing goes on either side."""
    short_blocks_kept: int
    """Those of them without a large paragraph."""
    short_kept: int
    """Small paragraphs, boilerplate apart, that are equal to one before them that stays too."""
    boilerplate_characters: int
    """Of all boilerplate, whether it goes or stays."""


def staying(found: Detection, decision: Decision, ranks: Sequence[I64]) -> Staying:
    """Count what stays of what was `found`, once it is known what goes."""
    places, policy = found.paragraphs, decision.policy
    gone = np.zeros(len(places), bool)
    gone[np.searchsorted(places.doc, decision.plan.doc) + decision.plan.no] = True
    large = places.words >= decision.settings.min_group_words
    flagged = places.boilerplate != 0

    # Large paragraphs that stay, but for what boilerplate fixes.
    fixed = np.zeros(len(places), bool)
    if policy.boilerplate == "keep" and flagged.any():
        fixed = fixed_texts(places, found.matches, _texts(places))[places.text]
    near = _near(found, np.flatnonzero(large & ~gone & ~fixed), keeping.places(ranks))

    # Blocks from which nothing goes, no sentence either.
    touched = gone.copy()
    touched[np.searchsorted(places.doc, decision.sentences.doc) + decision.sentences.no] = True
    blocks, short_blocks = _blocks(found, touched, large, policy.scope)

    small = ~gone & ~large & ~flagged & (places.words > 0)
    again = int(small.sum()) - len(np.unique(places.strict[small]))
    lengths = places.end[flagged] - places.start[flagged]
    return Staying(near, blocks, short_blocks, again, int(lengths.sum()))


def _near(found: Detection, rows: I64, rank: I64) -> int:
    """Count the rows, a strict form once, that match an earlier one in keep order."""
    places = found.paragraphs
    order = kernels.order([rank[places.doc[rows]]])
    rows = rows if order is None else rows[order]
    _, once = np.unique(places.strict[rows], return_index=True)
    text = places.text[rows[np.sort(once)]]
    number = np.arange(len(text))
    first = np.full(_texts(places), len(text))
    np.minimum.at(first, text, number)
    earliest = first.copy()
    for batch in found.matches:
        np.minimum.at(earliest, batch.a, first[batch.b])
        np.minimum.at(earliest, batch.b, first[batch.a])
    return int((earliest[text] < number).sum())


def _blocks(found: Detection, touched: Mask, large: Mask, scope: str) -> tuple[int, int]:
    """Count the blocks of which nothing was touched, and those of them of small paragraphs only."""
    copied = found.copied
    wanted = (copied.unit == UNITS.index(BLOCK)) & (copied.kind != KINDS.index(BOILERPLATE))
    if scope != "all":
        wanted &= copied.kind == KINDS.index(scope)
    copied = copied.take(wanted)
    if not len(copied):
        return 0, 0
    mine = _rows(found.paragraphs, copied.doc, copied.start, copied.end)
    theirs = _rows(found.paragraphs, copied.source, copied.source_start, copied.source_end)
    stays = (_count(touched, mine) == 0) & (_count(touched, theirs) == 0)
    return int(stays.sum()), int((stays & (_count(large, mine) == 0)).sum())


def _rows(places: ParagraphTable, doc: I64, start: I64, end: I64) -> tuple[I64, I64]:
    """Give the paragraphs that begin in each stretch: the first one, and the last one + 1."""
    wide = int(max(places.end.max(initial=0), end.max(initial=0))) + 1
    keys = places.doc * wide + places.start
    return np.searchsorted(keys, doc * wide + start), np.searchsorted(keys, doc * wide + end)


def _count(mask: Mask, rows: tuple[I64, I64]) -> I64:
    """Count the marked rows of each range."""
    before = np.append(0, np.cumsum(mask))
    counts: I64 = before[rows[1]] - before[rows[0]]
    return counts


def _texts(places: ParagraphTable) -> int:
    return int(places.text.max(initial=-1)) + 1
