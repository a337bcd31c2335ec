"""
Brute force: every pair of texts, compared by rapidfuzz. What recall is measured against.

A pair whose lengths do not allow the threshold is left out, which loses nothing; all others are
computed. Figures are kept in a cache folder outside the project, by a digest of texts and threshold.
"""

from __future__ import annotations

import sys
import tempfile
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist, cpdist

from dedup.stages import verify

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS = 400
"""Texts that are compared at a time with all of their length."""
SLACK = 0.01
"""How far below the threshold a first, coarser comparison looks."""


class Pairs(NamedTuple):
    """Rows of texts, `a` before `b`, and their similarity."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    similarity: NDArray[np.float64]


def pairs(texts: list[str], threshold: float, cache: Path | None = None) -> Pairs:
    """Give every pair of texts from the threshold up, or what was computed of them before."""
    folder = cache or Path(tempfile.gettempdir()) / "dedup-truth"
    digest = blake2b("\n".join([*texts, str(threshold)]).encode(), digest_size=12).hexdigest()
    file = folder / f"{digest}.npz"
    if file.exists():
        known = np.load(file)
        return Pairs(known["a"], known["b"], known["similarity"])
    found = compute(texts, threshold)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(file, **found._asdict())
    return found


def compute(texts: list[str], threshold: float) -> Pairs:
    """Compare every text with every one that is not too long for it."""
    lengths = np.array([len(text) for text in texts], np.int64)
    order = np.argsort(lengths, kind="stable")
    by_length, sizes = [texts[row] for row in order], lengths[order]
    low = threshold - SLACK
    found = [np.zeros((2, 0), np.int64)]
    for at in range(0, len(texts), ROWS):
        some = by_length[at : at + ROWS]
        longest = len(some[-1]) * (2 - low) / low
        stop = int(np.searchsorted(sizes, longest, "right"))
        near = cdist(
            some,
            by_length[at:stop],
            scorer=Indel.normalized_similarity,
            score_cutoff=low,
            dtype=np.float32,
            workers=-1,
        )
        first, second = np.nonzero(near)
        later = second > first
        found.append(order[np.stack([first[later], second[later]]) + at])
        if sys.stderr.isatty():
            print(f"\rbrute force: {at + len(some):,} of {len(texts):,}", end="", file=sys.stderr)
    ends = np.concatenate(found, axis=1)
    a, b = ends.min(axis=0), ends.max(axis=0)
    similarity = ratios([texts[i] for i in a], [texts[i] for i in b])
    keep = np.flatnonzero(similarity >= threshold)
    keep = keep[np.lexsort((b[keep], a[keep]))]
    return Pairs(a[keep], b[keep], similarity[keep])


def ratios(firsts: list[str], seconds: list[str]) -> NDArray[np.float64]:
    """Give the similarity of texts in pairs, by rapidfuzz."""
    lengths = np.array([len(a) + len(b) for a, b in zip(firsts, seconds, strict=True)], np.int64)
    distances = cpdist(firsts, seconds, scorer=Indel.distance, dtype=np.int64)
    return verify.similarities(lengths, np.asarray(distances, np.int64))
