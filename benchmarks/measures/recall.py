"""
Recall and precision of matches against brute force, on texts as they are and on planted edits.

A pair is long from 100 characters on (of its shorter text). The settings that other tools run
(word 3-grams, 16x8, 25x5 and 32x4 bands) are measured on the same pairs, with the same kernel.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import fuzz

from dedup import kernels
from dedup.settings import Settings
from dedup.stages import candidates
from measures import truth
from measures.corpora import Corpus, appended, compare, long_texts
from measures.tables import Table, share

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.model import Strings

    Flags = NDArray[np.bool_]

LONG = 100
STEPS = (0.80, 0.85, 0.90, 0.95, 1.0)
RATES = (0.02, 0.25)
"""The share of the places of a planted edit that change."""


class Sliced(candidates.Banding):
    """Bands beside each other, as other tools cut signatures: row after row."""

    @property
    def components(self) -> NDArray[np.int32]:
        """Give the components of each band: a row a band."""
        return np.arange(self.bands * self.rows, dtype=np.int32).reshape(self.bands, self.rows)


OTHERS = {
    "word 3-grams 16x8": (3, True, Sliced(16, 8, 0)),
    "word 3-grams 25x5": (3, True, Sliced(25, 5, 0)),
    "word 3-grams 32x4": (3, True, Sliced(32, 4, 0)),
}
"""What text-dedup, datatrove and users of datasketch run: shingle, words, bands."""


class Sample(NamedTuple):
    """Pairs of texts that match by brute force, and what is known of them."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    similarity: NDArray[np.float64]
    long: Flags
    apart: Flags


def sample(texts: list[str], pairs: truth.Pairs, apart: Flags) -> Sample:
    """Say of each pair whether it is long, and whether it is counted apart."""
    lengths = np.array([len(text) for text in texts])
    long = np.minimum(lengths[pairs.a], lengths[pairs.b]) >= LONG
    return Sample(*pairs, long, apart[pairs.a] | apart[pairs.b])


def real(corpus: Corpus, recall: str, cache: Path | None) -> list[Table]:
    """Measure on the pairs that brute force finds in a corpus."""
    settings = Settings(recall=recall)
    result = compare(corpus.documents, settings)
    texts = result.texts.normal.list()
    pairs = sample(texts, truth.pairs(texts, settings.threshold, cache), corpus.is_apart(texts))
    ours = np.isin(pairs.a * len(texts) + pairs.b, result.matches.a * len(texts) + result.matches.b)
    found = {f"dedup --recall {recall}": ours} | others(result.texts.normal, pairs.a, pairs.b)
    exact = np.array(
        [
            fuzz.ratio(texts[a], texts[b]) / 100
            for a, b in zip(result.matches.a, result.matches.b, strict=True)
        ]
    )
    good = int((exact >= settings.threshold - 1e-9).sum())
    precise = Table(
        "Precision: every reported pair recomputed with rapidfuzz.fuzz.ratio",
        ("reported pairs", "similarity at least the threshold", "precision"),
        [(len(exact), good, share(good, len(exact)))],
    )
    return [by_band(pairs, found), by_text(pairs, found, len(texts)), precise]


def by_band(pairs: Sample, found: dict[str, Flags]) -> Table:
    """Count the pairs that were found by similarity and length."""
    rows = []
    for name, some in (
        ("long", pairs.long & ~pairs.apart),
        ("short", ~pairs.long & ~pairs.apart),
        ("apart", pairs.apart),
    ):
        for low, high in ((STEPS[0], 1.0), (STEPS[2], 1.0), *zip(STEPS, STEPS[1:], strict=False)):
            chosen = some & (pairs.similarity >= low) & (pairs.similarity < high + (high == 1))
            if chosen.any():
                shares = (share(hit[chosen].sum(), chosen.sum()) for hit in found.values())
                rows.append((name, f"{low:.2f}–{high:.2f}", int(chosen.sum()), *shares))
    title = "Recall: pairs by brute force, and the share of them that is found"
    return Table(title, ("pairs", "similarity", "number", *found), rows)


def by_text(pairs: Sample, found: dict[str, Flags], texts: int) -> Table:
    """Count the texts with a match of which at least one was found."""
    rows = []
    for name, some in (
        ("long pairs, none apart", pairs.long & ~pairs.apart),
        ("all pairs, none apart", ~pairs.apart),
        ("apart", pairs.apart),
    ):
        have = _ends(pairs, some, texts)
        shares = [
            share((_ends(pairs, some & hit, texts) & have).sum(), have.sum())
            for hit in found.values()
        ]
        rows.append((name, int(have.sum()), *shares))
    title = "Recall: paragraphs with a near-duplicate, and the share for which one is found"
    return Table(title, ("by", "paragraphs", *found), rows)


def _ends(pairs: Sample, some: Flags, texts: int) -> Flags:
    """Mark the texts of some pairs."""
    have = np.zeros(texts, bool)
    have[pairs.a[some]] = True
    have[pairs.b[some]] = True
    return have


def others(texts: Strings, a: NDArray[np.int64], b: NDArray[np.int64]) -> dict[str, Flags]:
    """Tell which pairs meet with the settings that other tools run."""
    found = {}
    for name, (size, words, banding) in OTHERS.items():
        signatures = kernels.sketch(texts.data, texts.offsets, size=size, words=words)
        found[name] = meets(signatures, banding, a, b)
    return found


def meets(
    signatures: NDArray[np.int32],
    banding: candidates.Banding,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
) -> Flags:
    """Tell which pairs are equal in a band, were no bucket cut."""
    equal = signatures[a] == signatures[b]
    met = np.zeros(len(a), bool)
    for components in banding.components:
        met |= equal[:, components].all(axis=1)
    return met


def edited(text: str, rate: float, kinds: str, words: list[str], dice: random.Random) -> str:
    """Drop (d), replace (r) or insert (i) words in this share of the places."""
    out: list[str] = []
    for word in text.split(" "):
        kind = dice.choice(kinds) if dice.random() < rate else "k"
        out += {"d": [], "k": [word], "r": [dice.choice(words)], "i": [dice.choice(words), word]}[
            kind
        ]
    return " ".join(out)


def edits(
    texts: list[str], count: int, rates: tuple[float, float] = RATES, seed: int = 1
) -> list[tuple[str, str]]:
    """Edit randomly chosen texts; replaced and inserted words are from other texts."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    words = [word for text in dice.sample(texts, min(len(texts), 5000)) for word in text.split()]
    out = []
    for text in dice.choices(texts, k=count):
        kinds = dice.choice(["d", "r", "i", "dri"])
        out.append((text, edited(text, dice.uniform(*rates), kinds, words, dice)))
    return out


def planted(corpus: Corpus, recall: str, count: int) -> list[Table]:
    """Measure on edits of the corpus's own paragraphs, put among all of them."""
    settings = Settings(recall=recall)
    texts = long_texts(corpus.documents, settings).normal.list()
    apart = corpus.is_apart(texts)
    sources = [text for text, out in zip(texts, apart, strict=True) if not out]
    made = edits(sources, count)
    together = appended(corpus.documents, ["\n".join(edit for _, edit in made)])
    result = compare(together, settings)
    known = {text: row for row, text in enumerate(result.texts.normal.list())}
    rows = {
        tuple(sorted((known[text], known[edit])))
        for text, edit in made
        if edit in known and edit != text
    }
    ends = np.array(sorted(rows), np.int64).T
    listed = list(known)
    similarity = np.array([fuzz.ratio(listed[a], listed[b]) / 100 for a, b in ends.T])
    near = similarity >= settings.threshold
    pairs = sample(
        listed,
        truth.Pairs(ends[0][near], ends[1][near], similarity[near]),
        np.zeros(len(listed), bool),
    )
    hits = np.isin(
        pairs.a * len(listed) + pairs.b, result.matches.a * len(listed) + result.matches.b
    )
    found = {f"dedup --recall {recall}": hits} | others(result.texts.normal, pairs.a, pairs.b)
    table = by_band(pairs, found)
    return [Table(f"Planted edits. {table.title}", table.columns, table.rows)]
