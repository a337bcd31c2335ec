"""
A cleaned corpus -> a sample of its removals to be judged by a person, each beside what stays.

Removals are parted into strata: paragraphs, sentences and whole documents, each by similarity in
steps of 0.05, and what went without a keeper. Each stratum gives as many, and the least alike one
more where that does not come out even: so what lies near the threshold, where a clean may err, is
judged more often than its share. `precision.py` makes up for that.

The sample is decided by the seed and the numbers of the removals alone.
"""

from __future__ import annotations

import hashlib
import heapq
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.cleaning.results import Removal, Stratum
from dedup.cleaning.undo import cleaned_corpus, texts_of
from dedup.errors import SettingsError

if TYPE_CHECKING:
    import os

    from dedup.cleaning.ledger import Line


@dataclass(frozen=True, slots=True)
class Audit:
    """A sample of removals, in the order of the ledger."""

    removals: tuple[Removal, ...]
    sizes: dict[Stratum, int]
    """How many removals each stratum has, the least alike first."""

    def __repr__(self) -> str:
        return f"<Audit: {len(self.removals):,} of {sum(self.sizes.values()):,} removals>"


def audit(out: str | os.PathLike[str], count: int = 100, seed: int = 0) -> Audit:
    """
    Draw so many removals of a cleaned corpus, with the texts that stay for them.

    Raises `LedgerError` for what is no cleaned corpus or was edited, `SettingsError` where there is
    nothing to judge.
    """
    if count < 1:
        raise SettingsError(f"count is {count}: a sample has one removal at least")
    root = Path(out)
    manifest, lines = cleaned_corpus(root)
    # Of each stratum those whose numbers have the lowest hashes: any first part is a fair sample.
    sizes: dict[Stratum, int] = {}
    lowest: dict[Stratum, list[tuple[int, int, Line]]] = {}
    for number, line in enumerate(lines, 1):
        stratum = Stratum.of(line)
        sizes[stratum] = sizes.get(stratum, 0) + 1
        own = lowest.setdefault(stratum, [])
        entry = -_hash(seed, number), number, line
        if len(own) < count:
            heapq.heappush(own, entry)
        else:
            heapq.heappushpop(own, entry)
    if not sizes:
        raise SettingsError(f"{out}: nothing was removed, so there is nothing to judge")
    sizes = dict(sorted(sizes.items()))
    drawn = [
        (number, line)
        for stratum, share in sample_sizes(sizes, count).items()
        for _, number, line in sorted(lowest[stratum], reverse=True)[:share]
    ]
    # What stays is read of the documents as they were.
    keepers = [line.keeper for _, line in drawn if line.keeper is not None]
    names = {(keeper.document, keeper.record) for keeper in keepers}
    texts = texts_of(root, manifest, {document for document, _ in names}, names)
    removals = (Removal.of(number, line, texts) for number, line in drawn)
    return Audit(tuple(sorted(removals, key=lambda removal: removal.number)), sizes)


def sample_sizes(sizes: dict[Stratum, int], count: int) -> dict[Stratum, int]:
    """Return how many of each stratum are drawn: as many of each, as far as there are."""
    drawn = dict.fromkeys(sizes, 0)
    left = min(count, sum(sizes.values()))
    while left:
        for stratum, size in sizes.items():
            if left and drawn[stratum] < size:
                drawn[stratum] += 1
                left -= 1
    return drawn


def _hash(seed: int, number: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}:{number}".encode(), digest_size=8).digest())
