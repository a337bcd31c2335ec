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

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.cleaning.tables import NONE
from dedup.model import Equals, Resemblances
from dedup.rows import fresh
from dedup.stages import resemblance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.cleaning.tables import ParagraphTable
    from dedup.model import F64, I64

    Mask = NDArray[np.bool_]

WIDTH = 8
"""Bytes of a paragraph in what a document's digest is taken of."""


def equal_documents(places: ParagraphTable, rows: I64, rank: I64) -> I64:
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


def resembling_keepers(
    near: Resemblances, equal: Equals, rank: I64, published: int = 0
) -> tuple[I64, F64]:
    """
    Return the document that keeps each one, `NONE` for what stays, and how they resemble.

    `near` are pairs of distinct texts, `a` before `b` in Order; `equal` the documents of the same
    text as an earlier one; `rank` is the place of each document in keep order. The first documents,
    which are `published`, all stay and all keep.
    """
    # Of documents of one text the first in keep order stands for all.
    source = np.arange(len(rank))
    source[equal.copy] = equal.source
    lead = rank.copy()
    np.minimum.at(lead, source, rank)
    lead = lead[source]
    others = np.flatnonzero(lead != rank)
    equals = Equals(rank[others], lead[others])

    # Stars are made of ranks instead of documents; a pair may change its sides.
    ends = lead[near.a], lead[near.b]
    pairs = Resemblances(
        np.minimum(*ends),
        np.maximum(*ends),
        near.resemblance,
        near.contained_a,
        near.contained_b,
    )
    found = resemblance.stars(pairs.take(np.lexsort((pairs.b, pairs.a))), equals, published)
    document = np.argsort(rank)
    keeper, value = np.full(len(rank), NONE), np.full(len(rank), np.nan)
    keeper[document[found.b]] = document[found.a]
    value[document[found.b]] = found.resemblance
    return keeper, value
