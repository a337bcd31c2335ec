"""
Matches -> pairs of places, for who wants every match and no blocks.

Of equal paragraphs each is paired with the first one, near ones by their first places. In a
family, a star in Order with more than `FAMILY` texts, each member is paired with its leader only:
so the output grows with the corpus, not with its square.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.model import HalfPlaced, Twins
from dedup.rows import matching

if TYPE_CHECKING:
    from dedup.model import I64, Keepers, Matches, Places, Texts
    from dedup.settings import Settings

FAMILY = 50


def long(texts: Texts, settings: Settings) -> Texts:
    """Keep the texts that are compared."""
    return texts.take(texts.words >= settings.min_words)


def some(texts: Texts, wanted: I64) -> Texts:
    """Keep the texts with these ranks."""
    return texts.take(np.isin(texts.text, wanted))


def led(matches: Matches, keepers: Keepers) -> Matches:
    """Leave out matches between members of a family other than with its leader."""
    leaders, sizes = np.unique(keepers.keeper, return_counts=True)
    family = np.isin(keepers.keeper, leaders[sizes > FAMILY]) & (keepers.keeper != keepers.text)
    leader = np.where(family, keepers.keeper, -1)
    of_a, of_b = (leader[np.searchsorted(keepers.text, x)] for x in (matches.a, matches.b))
    alone = ((of_a < 0) | (of_a == matches.b)) & ((of_b < 0) | (of_b == matches.a))
    return matches.take(alone)


def first_place(matches: Matches, texts: Texts) -> HalfPlaced:
    """Find the first place of `a`; texts are sorted."""
    at = np.searchsorted(texts.text, matches.a)
    return HalfPlaced(texts.doc[at], texts.no[at], matches.b, matches.similarity)


def second_place(half: HalfPlaced, texts: Texts) -> Twins:
    """Find the first place of `b`; texts are sorted."""
    at = np.searchsorted(texts.text, half.b)
    return Twins(half.doc, half.no, texts.doc[at], texts.no[at], half.similarity)


def equal(places: Places, texts: Texts) -> Twins:
    """Pair each later place of a text with the first; both sorted by text."""
    row, at = matching(places.text, texts.text)
    later = (places.doc[row] != texts.doc[at]) | (places.no[row] != texts.no[at])
    row, at = row[later], at[later]
    return Twins(texts.doc[at], texts.no[at], places.doc[row], places.no[row], np.ones(len(row)))
