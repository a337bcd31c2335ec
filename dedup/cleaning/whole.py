"""
Documents that go whole, and for which one: they are equal, or they resemble each other.

Two documents are equal here when their paragraphs, one by one, have the same strict form (rule 6 of
the specification). It is asked twice: of the corpus as it is, before all other rules, and of what
these leave.

Those that resemble each other are the stars of a report, in keep order: a document goes for the
first that stays and that it resembles. They come before paragraphs: of what stays, paragraphs may
go in their turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernels
from dedup.cleaning.tables import NONE
from dedup.model import Equals, Resemblances, Strings
from dedup.rows import fresh
from dedup.stages import resemblance
from dedup.text.hyphens import joined
from dedup.text.normalising import normalise_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from dedup.cleaning.tables import ParagraphTable
    from dedup.model import F64, I64
    from dedup.settings import Settings

    Mask = NDArray[np.bool_]

PARAGRAPH, DOCUMENT, BOTH = UNITS = ("paragraph", "document", "both")
"""What goes: paragraphs, whole documents, or whole documents and then paragraphs."""
WIDTH = 8
"""Bytes of a paragraph in what a document's digest is taken of."""


def equals(places: ParagraphTable, rows: I64, rank: I64) -> I64:
    """
    Return the first document in keep order with the same paragraphs as each, `NONE` without one.

    Paragraphs are those in `rows`, ascending; documents without a word among them have no equals.
    """
    first = np.full(len(rank), NONE)
    doc = places.doc[rows]
    heads = np.flatnonzero(fresh(doc))
    if not len(heads):
        return first
    forms = places.strict[rows].astype(np.int64)
    one, two = kernels.digest(forms.view(np.uint8), np.append(heads, len(rows)) * WIDTH)
    has_words = np.maximum.reduceat(places.words[rows], heads) > 0
    doc, one, two = doc[heads][has_words], one[has_words], two[has_words]
    order = np.lexsort([rank[doc], two, one])
    doc, new = doc[order], fresh(one[order], two[order])
    if len(doc):
        leads = doc[np.flatnonzero(new)[np.cumsum(new) - 1]]
        first[doc[~new]] = leads[~new]
    return first


def counterparts(places: ParagraphTable, rows: I64, first: I64) -> tuple[I64, I64]:
    """
    Pair the paragraphs of documents that have an equal with those of that one, in their order.

    Paragraphs are those in `rows`, ascending; `first` is what `equals` gave of them.
    """
    doc = places.doc[rows]
    begins = np.searchsorted(doc, np.arange(len(first)))
    own = np.flatnonzero(first[doc] != NONE)
    number = own - begins[doc[own]]
    return rows[own], rows[begins[first[doc[own]]] + number]


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
