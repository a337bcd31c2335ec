"""
Matches -> pairs of places, for who wants every match and no blocks.

Of equal paragraphs each is paired with the first one, near ones by their first places. In a
family, a star in Order with more than `FAMILY` texts, each member is paired with its leader only:
so the output grows with the corpus, not with its square.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.model import Twins
from dedup.rows import matching

if TYPE_CHECKING:
    from dedup.model import I64, Matches, Places, Texts
    from dedup.settings import Settings
    from dedup.stages.groups import Keepers

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


def first_place(matches: Matches, texts: Texts) -> Twins:
    """Find the first place of `a`; `b` stays a text in `b_doc` until its place is found."""
    at = np.searchsorted(texts.text, matches.a)
    return Twins(
        texts.doc[at], texts.no[at], matches.b, np.zeros(len(at), np.int32), matches.similarity
    )


def second_place(half: Twins, texts: Texts) -> Twins:
    """Find the first place of the text in `b_doc`."""
    at = np.searchsorted(texts.text, half.b_doc)
    return Twins(half.a_doc, half.a_no, texts.doc[at], texts.no[at], half.similarity)


def equal(places: Places, texts: Texts) -> Twins:
    """Pair each later place of a text with the first; both sorted by text."""
    row, at = matching(places.text, texts.text)
    later = (places.doc[row] != texts.doc[at]) | (places.no[row] != texts.no[at])
    row, at = row[later], at[later]
    return Twins(texts.doc[at], texts.no[at], places.doc[row], places.no[row], np.ones(len(row)))
