"""
Documents that resemble each other: which go whole, for which one, and how that is proved again.

The stars are those of a report, in keep order: a document goes for the first that stays and that it
resembles. They come before paragraphs: of what stays, paragraphs may go in their turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernels
from dedup.cleaning.tables import NONE
from dedup.model import Equals, Resemblances, Strings
from dedup.stages import resemblance
from dedup.text.hyphens import joined
from dedup.text.normalising import normalise_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from dedup.model import F64, I64
    from dedup.settings import Settings

PARAGRAPH, DOCUMENT, BOTH = UNITS = ("paragraph", "document", "both")
"""What goes: paragraphs, whole documents, or whole documents and then paragraphs."""


class Near(NamedTuple):
    """Documents that resemble each other, as the pipeline found them."""

    pairs: Resemblances
    """Pairs of distinct texts, `a` before `b` in Order."""
    equals: Equals
    """Documents of the same text as an earlier one."""


def keepers(near: Near, rank: I64) -> tuple[I64, F64]:
    """
    Return the document that keeps each one, `NONE` for what stays, and how they resemble.

    `rank` is the place of each document in keep order.
    """
    # Of documents of one text the first in keep order stands for all.
    source = np.arange(len(rank))
    source[near.equals.copy] = near.equals.source
    lead = rank.copy()
    np.minimum.at(lead, source, rank)
    lead = lead[source]
    others = np.flatnonzero(lead != rank)
    equals = Equals(rank[others], lead[others])

    # Stars are made of ranks instead of documents; a pair may change its sides.
    ends = lead[near.pairs.a], lead[near.pairs.b]
    pairs = Resemblances(
        np.minimum(*ends),
        np.maximum(*ends),
        near.pairs.resemblance,
        near.pairs.contained_a,
        near.pairs.contained_b,
    )
    found = resemblance.stars(pairs.take(np.lexsort((pairs.b, pairs.a))), equals, 0)
    document = np.argsort(rank)
    keeper, value = np.full(len(rank), NONE), np.full(len(rank), np.nan)
    keeper[document[found.b]] = document[found.a]
    value[document[found.b]] = found.resemblance
    return keeper, value


class Grams(NamedTuple):
    """The set of word 3-grams of one document."""

    values: NDArray[np.uint64]

    @classmethod
    def of(cls, paragraphs: Iterable[str], settings: Settings) -> Grams:
        """Take the set of a document's paragraphs, as the pipeline does."""
        whole = (joined(text) if settings.join_hyphens else text for text in paragraphs)
        normal = Strings.of([" ".join(filter(None, map(normalise_text, whole)))])
        return cls(kernels.gram_sets(normal.data, normal.offsets, size=resemblance.SIZE)[0])

    def resemblance(self, other: Grams) -> float:
        """Return what both have by what either has, 0 to 1, rounded down to 4 digits."""
        shared = np.array([len(np.intersect1d(self.values, other.values, assume_unique=True))])
        union = len(self.values) + len(other.values) - shared
        return float(resemblance.share(shared, union)[0])
