"""
Paragraphs -> documents that resemble each other: sets of word 3-grams, compared whole.

What two documents share is the set of all runs of three units (`shingles(text, size=3, words=True)`
of the normalised text), as 64-bit hashes. *Resemblance* is the size of the intersection by that of
the union, *containment* by that of one set (Broder, *On the resemblance and containment of
documents*, 1997). A signature only proposes: both numbers are counted on the sets themselves.

A document is the normalised texts of its paragraphs with a space between; so what is no paragraph
of Markdown does not count. Documents of equal text collapse before anything costs; the earliest
stands for them.

NOTE: which bands let documents meet was measured on 18,072 French news articles, against all pairs
(`benchmarks/quality.py documents`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import (
    Docs,
    Editions,
    Grams,
    Resemblances,
    Sizes,
    Sketches,
    Strings,
    Wholes,
)
from dedup.rows import arranged, both_places, fresh, spans
from dedup.stages.candidates import COMPONENTS, Banding
from dedup.stages.equal_documents import among
from dedup.stages.normalise import normalise
from dedup.stages.segment import facts_and_paragraphs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.model import F64, I64, Documents, Equals, Facts, Pairs, Paragraphs
    from dedup.settings import Settings

SIZE = 3
"""Units of a gram."""
DIGITS = 10_000
_SPACE = 0x20


def facts_and_whole(documents: Documents, settings: Settings) -> tuple[Facts, Wholes]:
    """Read documents once: what a report says of them, and their texts."""
    facts, paragraphs, _ = facts_and_paragraphs(documents, settings)
    return facts, whole_texts(paragraphs, settings)


def whole_texts(paragraphs: Paragraphs, settings: Settings) -> Wholes:
    """Put the normalised texts of each document's paragraphs together, a space between two."""
    forms, normals = normalise(paragraphs, settings)
    old = normals.normal.offsets
    lengths = np.diff(old)
    # A space follows each paragraph that has words; the one after the last is left out again.
    ends = np.cumsum(lengths + (lengths > 0))
    starts = ends - lengths - (lengths > 0)
    data = np.full(int(ends[-1]) if len(ends) else 0, _SPACE, np.uint8)
    kernels.copy(normals.normal.data, old[:-1], old[1:], starts, data)
    heads = np.flatnonzero(fresh(forms.doc))
    first = starts[heads]
    past = np.maximum(np.append(first[1:], len(data))[: len(first)] - 1, first)
    words = np.add.reduceat(forms.words, heads, dtype=np.int64) if len(heads) else first
    return Wholes(
        forms.doc[heads],
        np.diff(heads, append=len(forms)),
        words,
        Strings(*kernels.pieces(data, first, past)),
    )


def sizes(wholes: Wholes) -> Sizes:
    """Keep how long each document is."""
    return Sizes(wholes.doc, wholes.paragraphs, wholes.words)


def editions(wholes: Wholes) -> Editions:
    """Take the digest of the text of each document that has words."""
    wholes = wholes.take(wholes.words > 0)
    return Editions(wholes.doc, *kernels.digest(wholes.normal.data, wholes.normal.offsets))


def sketch(wholes: Wholes, banding: Banding, copies: I64) -> Sketches:
    """Sketch each document with words, but for `copies`, in order: equal to an earlier one."""
    alone = wholes.words > 0
    if len(copies):
        alone &= ~among(wholes.doc, copies)
    rows = np.flatnonzero(alone)
    data, offsets = wholes.normal.data, wholes.normal.offsets
    keys, bits = kernels.sketch_bands(
        data, offsets, rows, banding.components, size=SIZE, words=True
    )
    return Sketches(wholes.doc[rows], kernels.characters(data, offsets)[rows], keys, bits)


def banding(threshold: float) -> Banding:
    """Return how documents meet, and how many components of 128 a pair has that may resemble so."""
    spread = (COMPONENTS * threshold * (1 - threshold)) ** 0.5
    equal = int(COMPONENTS * threshold - DEVIATIONS * spread)
    bands, rows = next(shape for least, shape in SHAPES if threshold >= least)
    return Banding(bands, rows, equal)


SHAPES = ((0.7, (42, 4)), (0.0, (64, 3)))
"""From each threshold up, how many bands of how many components."""
DEVIATIONS = 4
"""A pair at the threshold has so many standard deviations fewer equal components at least."""


def both(pairs: Pairs) -> Docs:
    """Name the documents of pairs."""
    return Docs(np.unique(np.concatenate([pairs.a, pairs.b])))


def grams(wanted: Docs, wholes: Wholes) -> Grams:
    """Take the set of grams of each document that is wanted; both sorted by `doc`."""
    some = wholes.take(np.searchsorted(wholes.doc, np.unique(wanted.doc)))
    values, offsets = kernels.gram_sets(some.normal.data, some.normal.offsets, size=SIZE)
    return Grams(some.doc, Strings(values.view(np.uint8), offsets * values.itemsize))


def resemblances(pairs: Pairs, first: Grams, second: Grams, threshold: float) -> Resemblances:
    """Count what each pair shares, and keep those that resemble each other; sets are sorted."""
    a, b = both_places(first.doc, second.doc, pairs.a, pairs.b)
    one, other = _values(first.grams), _values(second.grams)
    shared = kernels.shared(one, other, a, b)
    of_a, of_b = np.diff(one[1])[a], np.diff(other[1])[b]
    resemblance = share(shared, of_a + of_b - shared)
    near = resemblance >= threshold
    shared, of_a, of_b = shared[near], of_a[near], of_b[near]
    return Resemblances(
        pairs.a[near], pairs.b[near], resemblance[near], share(shared, of_a), share(shared, of_b)
    )


def _values(sets: Strings) -> tuple[NDArray[np.uint64], I64]:
    """Return the hashes of sets, and where each set begins."""
    return sets.data.view(np.uint64), sets.offsets // np.dtype(np.uint64).itemsize


def share(part: I64, of: I64) -> F64:
    """Return a share of a set, 0 to 1, rounded down to 4 digits in whole numbers."""
    shares: F64 = part * DIGITS // np.maximum(of, 1) / DIGITS
    return shares


def equal(equals: Equals) -> Resemblances:
    """Pair each document with the earliest one of the same text: all is shared."""
    ones = np.ones(len(equals))
    return Resemblances(equals.source, equals.copy, ones, ones, ones)


def stars(near: Resemblances, equals: Equals, published: int) -> Resemblances:
    """
    Return every copy its keeper: the first document in Order that keeps and that it resembles.

    `near` pairs documents of distinct texts, sorted by `a`, `b`; `equals` has all others. Published
    documents hold no copies, so each of them may keep, whatever it resembles itself. Of `a` is then
    the keeper and of `b` the copy; sorted by both.
    """
    docs = np.unique(np.concatenate([near.a, near.b]))
    a, b = np.searchsorted(docs, near.a), np.searchsorted(docs, near.b)
    row = np.full(len(docs), -1)
    starts = np.flatnonzero(fresh(near.a))
    for keeper, (first, past) in zip(a[starts].tolist(), spans(starts, len(near)), strict=True):
        if row[keeper] < 0 or docs[keeper] < published:
            free = row[b[first:past]] < 0
            row[b[first:past][free]] = np.arange(first, past)[free]
    joined = near.take(row[(row >= 0) & (docs >= published)])
    # A document that is equal to another one joins what that one joined, or that one itself.
    copies = equal(equals.take(equals.copy >= published))
    if len(docs) and len(copies):
        at = np.minimum(np.searchsorted(docs, copies.a), len(docs) - 1)
        led = (docs[at] == copies.a) & (row[at] >= 0)
        others = replace(near.take(row[at[led]]), b=copies.b[led])
        copies = Resemblances.concat([copies.take(~led), others])
    found = Resemblances.concat([joined, copies])
    return arranged(found, found.a, found.b)
