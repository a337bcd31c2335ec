"""
Pairs -> matches: the similarity of every candidate, by rapidfuzz, in bulk.

Similarity is `rapidfuzz.fuzz.ratio` of the normalised texts / 100, rounded down to 4 digits in
whole numbers, so that it is the same on every machine: nothing unverified leaves the program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist

from dedup.model import HalfRead, Matches

if TYPE_CHECKING:
    from dedup.model import F64, I64, Pairs, Texts
    from dedup.settings import Settings

DIGITS = 10_000


def read_first(pairs: Pairs, texts: Texts) -> HalfRead:
    """Put the normalised text of `a` beside each pair; both sorted by it."""
    return HalfRead(pairs.a, pairs.b, texts.normal.take(np.searchsorted(texts.text, pairs.a)))


def verify(pairs: HalfRead, texts: Texts, settings: Settings) -> Matches:
    """Compare each pair, and keep it from the threshold up; both sorted by `b`."""
    firsts = pairs.normal.list()
    at = np.searchsorted(texts.text, pairs.b)
    rows, row = np.unique(at, return_inverse=True)
    known = texts.normal.take(rows).list()
    seconds = [known[r] for r in row]
    found = ratios(firsts, seconds, settings.threshold)
    good = found >= settings.threshold
    return Matches(pairs.a[good], pairs.b[good], found[good])


def ratios(firsts: list[str], seconds: list[str], threshold: float = 0.0) -> F64:
    """
    Give the similarity of texts in pairs, 0 to 1.

    Those below `threshold` are 0: rapidfuzz stops early on them.
    """
    if not firsts:
        return np.zeros(0)
    lengths = np.array([len(a) + len(b) for a, b in zip(firsts, seconds, strict=True)], np.int64)
    near = cpdist(
        firsts,
        seconds,
        scorer=Indel.normalized_similarity,
        score_cutoff=max(0.0, threshold - 1e-6),
        dtype=np.float64,
    )
    similarity = similarities(lengths, np.rint((1 - near) * lengths).astype(np.int64))
    return np.where((near > 0) & (similarity >= threshold), similarity, 0.0)


def similarities(lengths: I64, distances: I64) -> F64:
    """Give the similarity for summed lengths and indel distances; two empty texts are equal."""
    whole = np.maximum(lengths, 1)
    return (whole - distances) * DIGITS // whole / DIGITS


def similarity(first: str, second: str) -> float:
    """Give the similarity of two normalised texts, 0 to 1."""
    length = max(1, len(first) + len(second))
    return (length - Indel.distance(first, second)) * DIGITS // length / DIGITS


def at_least(matches: Matches, threshold: float) -> Matches:
    """Keep the matches from a threshold up."""
    return matches.take(matches.similarity >= threshold)


def lowest(matches: Matches, count: int) -> list[tuple[float, int, int]]:
    """Give the `count` least similar matches: similarity, a, b."""
    rows = np.lexsort((matches.b, matches.a, matches.similarity))[:count]
    columns = (matches.similarity[rows], matches.a[rows], matches.b[rows])
    return list(zip(*(c.tolist() for c in columns), strict=True))


def histogram(matches: Matches) -> I64:
    """Count matches by similarity, rounded down to whole hundredths: 101 counts."""
    whole = (matches.similarity * DIGITS).round().astype(np.int64)
    return np.bincount(whole // 100, minlength=101)
