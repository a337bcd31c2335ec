"""
Pairs -> matches: the similarity of every candidate, in bulk.

Similarity is `rapidfuzz.fuzz.ratio` of the normalised texts / 100, rounded down to 4 digits in
whole numbers, so that it is the same on every machine: nothing unverified leaves the program.
The kernel has its distance for pairs of rows of a column, without a Python string for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Matches, NormalTexts
from dedup.rows import both_places, fresh

if TYPE_CHECKING:
    from dedup.model import F64, I32, I64, Pairs, Strings, Texts
    from dedup.settings import Settings

DIGITS = 10_000


def normal_texts(texts: Texts) -> NormalTexts:
    """Take the normalised texts alone, and how long each is."""
    return NormalTexts(texts.text, characters(texts.normal), texts.normal)


def characters(texts: Strings) -> I32:
    """Return the code points of each text."""
    return kernels.characters(texts.data, texts.offsets)


def verify(pairs: Pairs, first: NormalTexts, second: NormalTexts, settings: Settings) -> Matches:
    """Compare each pair, and keep it from the threshold up; texts are sorted."""
    a, b = both_places(first.text, second.text, pairs.a, pairs.b)
    lengths = first.characters[a].astype(np.int64) + second.characters[b]
    good, found = _near(first.normal, second.normal, a, b, lengths, settings.threshold)
    return Matches(pairs.a[good], pairs.b[good], found)


def ratios(first: Strings, second: Strings, a: I64, b: I64, threshold: float | F64 = 0.0) -> F64:
    """
    Return the similarity of row `a` of `first` and row `b` of `second`, in pairs, 0 to 1.

    Those below `threshold` are 0: the kernel stops early on them.
    """
    lengths = characters(first)[a].astype(np.int64) + characters(second)[b]
    found = np.zeros(len(a))
    good, similarity = _near(first, second, a, b, lengths, threshold)
    found[good] = similarity
    return found


def _near(  # noqa: PLR0913 - two columns, rows of both
    first: Strings, second: Strings, a: I64, b: I64, lengths: I64, threshold: float | F64
) -> tuple[I64, F64]:
    """Return the pairs with a similarity from the threshold up, and that; `lengths` are of both."""
    # What is farther than that is of no interest, and the kernel stops early on it.
    least = np.floor(np.multiply(threshold, DIGITS)).astype(np.int64)
    limits = lengths * (DIGITS - least) // DIGITS
    # The kernel is quicker where the first texts of pairs that stand together are one.
    one, other = (first.data, first.offsets), (second.data, second.offsets)
    if np.count_nonzero(fresh(b)) < np.count_nonzero(fresh(a)):
        one, other, a, b = other, one, b, a
    distances = kernels.indel(one, other, a, b, limits)
    near = np.flatnonzero(distances >= 0)
    similarity = similarities(lengths[near], distances[near])
    good = similarity >= np.broadcast_to(threshold, len(lengths))[near]
    return near[good], similarity[good]


def similarities(lengths: I64, distances: I64) -> F64:
    """Return the similarity for summed lengths and indel distances; two empty texts are equal."""
    whole = np.maximum(lengths, 1)
    return (whole - distances) * DIGITS // whole / DIGITS


def similarity(first: str, second: str) -> float:
    """Return the similarity of two normalised texts, 0 to 1."""
    from rapidfuzz.distance import Indel

    length = max(1, len(first) + len(second))
    return (length - Indel.distance(first, second)) * DIGITS // length / DIGITS


def at_least(matches: Matches, threshold: float) -> Matches:
    """Keep the matches from a threshold up."""
    return matches.take(matches.similarity >= threshold)


def lowest(matches: Matches, count: int) -> list[tuple[float, int, int]]:
    """Return the `count` least similar matches: similarity, a, b."""
    rows = np.lexsort((matches.b, matches.a, matches.similarity))[:count]
    columns = (matches.similarity[rows], matches.a[rows], matches.b[rows])
    return list(zip(*(c.tolist() for c in columns), strict=True))


def histogram(matches: Matches) -> I64:
    """Count matches by similarity, rounded down to whole hundredths: 101 counts."""
    whole = (matches.similarity * DIGITS).round().astype(np.int64)
    return np.bincount(whole // 100, minlength=101)
