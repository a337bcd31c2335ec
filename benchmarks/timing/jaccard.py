"""
Near-documents by brute force: all pairs of documents by the Jaccard of their word 5-grams, exact.

A pair with a Jaccard of t has a gram in common among the rarest of each, |x| - ceil(t |x|) + 1 of
them (the prefix filter of Chaudhuri, Ganti and Kaushik, ICDE 2006); those that have are compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import orjson
from measures.tables import share

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

WORD = re.compile(r"\w+")
SIZE = 5
LEAST = 0.5
LEVELS = (0.5, 0.8)
MIX = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Near:
    """Pairs of documents by their number in the corpus, earlier first, and their Jaccard."""

    ids: list[str]
    pairs: dict[tuple[int, int], float]
    row: dict[str, int]
    """The number of each id."""

    def later(self, level: float) -> set[int]:
        """Give the documents with an earlier near-document."""
        return {b for (_, b), jaccard in self.pairs.items() if jaccard >= level}

    def recall(self, level: float, flagged: Iterable[str]) -> float:
        """Give the share of them that is flagged, or whose earlier one is: some tools keep the last."""
        rows = self._rows(flagged)
        near = [pair for pair, jaccard in self.pairs.items() if jaccard >= level]
        found = {b for a, b in near if a in rows or b in rows}
        return share(len(found), len(self.later(level)))

    def paired(self, level: float, found: Iterable[tuple[str, str]]) -> float:
        """Give the share of them that is found together with such an earlier one."""
        ordered = {tuple(sorted((self.row[a], self.row[b]))) for a, b in found}
        near = {pair for pair, jaccard in self.pairs.items() if jaccard >= level}
        return share(len({b for _, b in near & ordered}), len(self.later(level)))

    def alone(self, flagged: Iterable[str]) -> int:
        """Count the flagged documents that are in no pair."""
        return len(self._rows(flagged) - {row for pair in self.pairs for row in pair})

    def _rows(self, names: Iterable[str]) -> set[int]:
        return {self.row[name] for name in names}


def near(corpus: Path) -> Near:
    """Compare all documents of a corpus."""
    ids, grams = _grams(corpus)
    sizes = np.array([len(some) for some in grams])
    every = np.concatenate([*grams, np.zeros(0, np.uint64)])
    owner = np.repeat(np.arange(len(grams)), sizes)
    _, number, often = np.unique(every, return_inverse=True, return_counts=True)
    order = np.lexsort((number, often[number], owner))
    place = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    longest = sizes - np.ceil(LEAST * sizes).astype(np.int64) + 1
    rare = order[place < longest[owner]]
    rare = rare[often[number[rare]] > 1]
    met = _met(number[rare], owner[rare], sizes)
    pairs = {}
    for a, b in met:
        both = len(np.intersect1d(grams[a], grams[b], assume_unique=True))
        jaccard = both / (sizes[a] + sizes[b] - both)
        if jaccard >= LEAST:
            pairs[a, b] = float(jaccard)
    return Near(ids, pairs, {name: row for row, name in enumerate(ids)})


def _grams(corpus: Path) -> tuple[list[str], list[NDArray[np.uint64]]]:
    """Give for each document its distinct 5-grams, as hashes of 64 bits."""
    known: dict[str, int] = {}
    ids, grams = [], []
    for line in corpus.open("rb"):
        record = orjson.loads(line)
        words = [known.setdefault(w, len(known)) for w in WORD.findall(record["text"].casefold())]
        ids.append(str(record["id"]))
        grams.append(_hashed(words))
    return ids, grams


def _hashed(words: Sequence[int]) -> NDArray[np.uint64]:
    """Hash the 5-grams of a text, or the whole of one that has fewer words."""
    size = min(SIZE, len(words)) or 1
    hashed = np.zeros(max(0, len(words) - size + 1), np.uint64)
    numbers = np.array(words, np.uint64)
    for place in range(size):
        hashed += numbers[place : place + len(hashed)] + np.uint64(1)
        hashed *= np.uint64(MIX)
        hashed ^= hashed >> np.uint64(29)
    return np.unique(hashed)


def _met(
    gram: NDArray[np.int64], owner: NDArray[np.int64], sizes: NDArray[np.int64]
) -> set[tuple[int, int]]:
    """Pair the owners of each gram whose sizes allow the least Jaccard."""
    order = np.lexsort((owner, gram))
    gram, owner = gram[order], owner[order]
    met = set()
    for owners in np.split(owner, np.flatnonzero(np.diff(gram)) + 1):
        for a, b in combinations(owners.tolist(), 2):
            small, large = sorted((sizes[a], sizes[b]))
            if small >= ceil(LEAST * large):
                met.add((a, b))
    return met
