"""Boilerplate: which texts it fixes where it is kept, which go where it is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.cleaning.detection import match_ends
from dedup.rows import fresh, matching, rank_within
from dedup.stages.boilerplate import BY_LONG_LIMIT, LONG_TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from dedup.cleaning.tables import ParagraphTable
    from dedup.model import I32, I64, Matches
    from dedup.settings import Settings

    Mask = NDArray[np.bool_]

BLOCK = 1 << 20
"""Holders of texts that are counted at a time."""


def fixed_texts(places: ParagraphTable, matches: Iterable[Matches], texts: int) -> Mask:
    """Mark the texts that boilerplate fixes where it is kept."""
    flagged = np.zeros(texts, bool)
    flagged[places.text[places.boilerplate != 0]] = True
    fixed = flagged.copy()
    for batch in matches:
        fixed[batch.a[flagged[batch.b]]] = True
        fixed[batch.b[flagged[batch.a]]] = True
    return fixed


def widespread(
    places: ParagraphTable, removable: Matches, settings: Settings, copies: I64, texts: int
) -> Mask:
    """
    Mark the numbers (`places.same`) of boilerplate that is the same text in enough documents.

    Documents that are equal to an earlier one (`copies`) do not count. Counting stops at the
    highest limit; most texts reach theirs alone, or with all that is the same text cannot, so
    documents are compared for few.
    """
    rows = places.boilerplate != 0
    limit = np.zeros(texts, np.int64)
    limit[places.same[rows]] = settings.boilerplate_documents * np.where(
        places.boilerplate[rows] == BY_LONG_LIMIT, LONG_TIMES, 1
    )
    flagged = limit > 0
    text, other = match_ends(removable)
    text, other = text[flagged[text]], other[flagged[text]]
    counted = flagged.copy()
    counted[other] = True
    holders = _holders(places, counted, copies, settings.boilerplate_documents * LONG_TIMES)
    documents = np.bincount(holders[0], minlength=texts)
    goes = flagged & (documents >= limit)
    goes[text[documents[other] >= limit[text]]] = True
    most = documents + np.bincount(text, documents[other], minlength=texts)
    unsure = np.flatnonzero(flagged & ~goes & (most >= limit))
    goes[unsure[_reach(unsure, text, other, holders, limit, most)]] = True
    return goes


def _holders(places: ParagraphTable, counted: Mask, copies: I64, most: int) -> tuple[I64, I64]:
    """Return the first documents of the marked texts, at most so many of each; sorted by text."""
    docs = int(places.doc[-1]) + 1
    alone = np.ones(docs, bool)
    alone[copies] = False
    rows = np.flatnonzero(counted[places.same] & alone[places.doc])
    text, doc = _distinct(places.same[rows], places.doc[rows], docs)
    few = rank_within(text) < most
    return text[few], doc[few]


def _distinct(text: I32 | I64, doc: I64, docs: int) -> tuple[I64, I64]:
    """Return each text with each of its documents once, sorted; packed, which sorts quickest."""
    packed: I64 = np.sort(text.astype(np.int64) * docs + doc)
    packed = packed[fresh(packed)]
    text = packed // docs
    return text, packed - text * docs


def _reach(  # noqa: PLR0913 - columns
    unsure: I64, text: I64, other: I64, holders: tuple[I64, I64], limit: I64, most: I64
) -> Mask:
    """Tell of some texts whether they and those beside them stand in enough documents."""
    beside = np.isin(text, unsure)
    text, other = (np.concatenate([column[beside], unsure]) for column in (text, other))
    order = np.argsort(text, kind="stable")
    text, other = text[order], other[order]
    texts, doc = holders
    docs = int(doc.max(initial=0)) + 1
    reached = np.zeros(len(unsure), bool)
    steps = np.cumsum(most[unsure]) // BLOCK
    for block in np.split(np.arange(len(unsure)), np.flatnonzero(np.diff(steps)) + 1):
        if len(block):
            some = unsure[block]
            first, stop = np.searchsorted(text, [some[0], some[-1] + 1])
            row, at = matching(other[first:stop], texts)
            found, _ = _distinct(text[first:stop][row], doc[at], docs)
            counts = np.searchsorted(found, some, "right") - np.searchsorted(found, some)
            reached[block] = counts >= limit[some]
    return reached
