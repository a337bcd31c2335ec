"""
Equal documents: which go whole, and for which one (rule 6 of the specification).

Two documents are equal here when their paragraphs, one by one, have the same strict form. It is
asked twice: of the corpus as it is, before all other rules, and of what these leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.cleaning.tables import NONE
from dedup.rows import fresh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.cleaning.tables import ParagraphTable
    from dedup.model import I64

    Mask = NDArray[np.bool_]

WIDTH = 8
"""Bytes of a paragraph in what a document's digest is taken of."""


def equals(places: ParagraphTable, rows: I64, rank: I64) -> I64:
    """
    Give each document the first one in keep order with the same paragraphs, `NONE` without one.

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
