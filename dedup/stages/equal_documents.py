"""
Forms -> which documents are equal to an earlier one, and the one run that each of them is.

Two documents are equal when their paragraphs, one after the other, have the same normalised texts.
A corpus of copies collapses here, as equal paragraphs collapse in `normalise`: an equal document is
a copy of the earliest of its equals, whole, and takes part in no comparison across documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Editions, Equals, Runs, Strings
from dedup.rows import fresh
from dedup.stages.normalise import without_rest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.model import I64, Bodies, Forms, Places

DIGEST_BYTES = 16


def editions(forms: Forms) -> Editions:
    """Take the digest of each document's paragraphs; documents without a word are left out."""
    heads = np.flatnonzero(fresh(forms.doc))
    if not len(heads):
        return Editions(forms.doc, forms.digest, forms.digest2)
    digests = np.stack([forms.digest, forms.digest2], axis=1)
    offsets = np.append(heads, len(forms)) * DIGEST_BYTES
    first, second = kernels.digest(digests.view(np.uint8).reshape(-1), offsets)
    has_words = np.maximum.reduceat(forms.words, heads) > 0
    return Editions(forms.doc[heads][has_words], first[has_words], second[has_words])


def equals(editions: Editions) -> Equals:
    """Pair each document with the earliest one of its digest; sorted by digest, then doc."""
    new = fresh(editions.digest, editions.digest2)
    first = editions.doc[np.flatnonzero(new)[np.cumsum(new) - 1]] if len(new) else editions.doc
    return Equals(editions.doc[~new], first[~new])


def runs(equals: Equals, bodies: Bodies, published: int) -> Runs:
    """
    Write each equal document as one run, first to last paragraph; both sorted by document.

    Published documents hold no copies.
    """
    equals = equals.take(equals.copy >= published)
    first = np.searchsorted(bodies.doc, equals.copy)
    past = np.searchsorted(bodies.doc, equals.copy, "right")
    last = (past - first - 1).astype(np.int32)
    offsets = bodies.written.offsets
    written = bodies.written.pieces(offsets[first], offsets[past])
    zeros = np.zeros(len(equals), np.int32)
    return Runs(
        source=equals.source,
        copy=equals.copy,
        from_first=zeros,
        from_last=last,
        first=zeros,
        last=last,
        similarity=np.ones(len(equals)),
        pairs=Strings.of(
            [np.repeat(np.arange(n + 1, dtype="<i4"), 2).tobytes() for n in last.tolist()]
        ),
        start=bodies.start[first],
        end=bodies.end[past - 1],
        line=bodies.line[first],
        line_end=bodies.line_end[past - 1],
        written=without_rest(written, bodies.end[past - 1] - bodies.start[first]),
    )


def without_copies(places: Places, copies: I64) -> Places:
    """Leave out the places of some documents, given in order: what only equals count for."""
    return places.take(~among(places.doc, copies)) if len(copies) else places


def among(docs: I64, copies: I64) -> NDArray[np.bool_]:
    """Mark the documents that are among some others, at least one, given in order."""
    at = np.minimum(np.searchsorted(copies, docs), len(copies) - 1)
    found: NDArray[np.bool_] = copies[at] == docs
    return found
