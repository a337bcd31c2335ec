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
from dedup.model import HalfRead, Matches

if TYPE_CHECKING:
    from dedup.model import F64, I64, Pairs, Strings, Texts
    from dedup.settings import Settings

DIGITS = 10_000


def read_first(pairs: Pairs | Matches, texts: Texts) -> HalfRead:
    """Put the normalised text of `a` beside each pair; texts are sorted."""
    return HalfRead(pairs.a, pairs.b, texts.normal.take(np.searchsorted(texts.text, pairs.a)))


def verify(pairs: HalfRead, texts: Texts, settings: Settings) -> Matches:
    """Compare each pair, and keep it from the threshold up; texts are sorted."""
    every, at = np.arange(len(pairs)), np.searchsorted(texts.text, pairs.b)
    found = ratios(pairs.normal, texts.normal, every, at, settings.threshold)
    good = found >= settings.threshold
    return Matches(pairs.a[good], pairs.b[good], found[good])


def ratios(first: Strings, second: Strings, a: I64, b: I64, threshold: float | F64 = 0.0) -> F64:
    """
    Return the similarity of row `a` of `first` and row `b` of `second`, in pairs, 0 to 1.

    Those below `threshold` are 0: the kernel stops early on them.
    """
    columns = (first.data, first.offsets), (second.data, second.offsets)
    of_a, of_b = (kernels.characters(*column).astype(np.int64) for column in columns)
    lengths = of_a[a] + of_b[b]
    limits = np.floor(lengths * (1.0 - threshold + 1e-6)).astype(np.int64) + 1
    distances = kernels.indel(*columns, a, b, limits)
    similarity = similarities(lengths, distances)
    return np.where((distances >= 0) & (similarity >= threshold), similarity, 0.0)


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
