"""
Matches -> which texts are boilerplate: menus, bylines, footers, datelines.

A paragraph is boilerplate when the paragraphs it matches, itself included, stand in at least
`boilerplate_documents` documents; ten times that from 40 words up, since a wire story in twelve
papers is not a menu. Counting stops at the limit, so no family costs more than its members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.model import Holders, Neighbours, Places, Spread
from dedup.rows import fresh, matching, rank_within

if TYPE_CHECKING:
    from dedup.model import Matches, Texts
    from dedup.settings import Settings

LONG_WORDS = 40
LONG_TIMES = 10


def itself(texts: Texts) -> Neighbours:
    """Every text matches itself."""
    return Neighbours(texts.text, texts.text)


def both_ways(matches: Matches) -> Neighbours:
    """A match counts for both of its texts."""
    return Neighbours(
        np.concatenate([matches.a, matches.b]), np.concatenate([matches.b, matches.a])
    )


def holders(places: Places, settings: Settings) -> Holders:
    """Give the first documents of each text, as many as may be counted; sorted by text, doc."""
    rows = np.flatnonzero(fresh(places.text, places.doc))
    few = rank_within(places.text[rows]) < settings.boilerplate_documents * LONG_TIMES
    return Holders(places.text[rows[few]], places.doc[rows[few]])


def around(neighbours: Neighbours, held: Holders) -> Holders:
    """Give each text the documents of its neighbours; both sorted by the neighbour."""
    row, at = matching(neighbours.other, held.text)
    return Holders(neighbours.text[row], held.doc[at])


def spread(around: Holders, settings: Settings) -> Spread:
    """Count distinct documents a text; those below the lower limit are left out."""
    once = around.text[fresh(around.text, around.doc)]
    text, documents = np.unique(once, return_counts=True)
    many = documents >= settings.boilerplate_documents
    return Spread(text[many], documents[many].astype(np.int64))


def mark(places: Places, spread: Spread, settings: Settings) -> Places:
    """Flag the places of boilerplate; both sorted by text."""
    row, at = matching(places.text, spread.text)
    counted = np.zeros(len(places), np.int64)
    counted[row] = spread.documents[at]
    limit = np.where(places.words >= LONG_WORDS, LONG_TIMES, 1) * settings.boilerplate_documents
    flags = (counted >= limit).astype(np.int8)
    return Places(places.doc, places.no, places.text, places.words, flags)


def only(places: Places) -> Places:
    """Keep the places of boilerplate."""
    return places.take(places.boilerplate != 0)
