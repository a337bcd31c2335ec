"""
The S-curve of each setting: the share of planted edits of a similarity that becomes candidates.

On paragraphs that are generated, so that anyone gets the same figures; `stages/candidates.py`
holds those of the whole table as `Banding.caught`. Scripts without spaces and syllables have a
table of their own.
"""

from __future__ import annotations

import random
from itertools import accumulate
from typing import TYPE_CHECKING

import generate
import numpy as np

from dedup import kernels
from dedup.model import Strings
from dedup.stages import candidates
from dedup.text.normalising import normalise_text
from measures import truth
from measures.recall import LONG, edits, meets
from measures.tables import Table, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

AT = (0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95)
STEP = 0.01
LEAST = 50
"""Pairs below which a similarity gets no figure."""
RATES = (0.0, 0.5)


def curves(texts: list[str] | None, count: int) -> list[Table]:
    """Measure all settings on given texts, or on generated ones."""
    if texts is None:
        writer = generate.Writer()
        texts = [normalise_text(writer.paragraph()) for _ in range(4000)]
    pairs = edits(texts, count, RATES)
    similarity = truth.ratios([a for a, _ in pairs], [b for _, b in pairs])
    length = np.array([min(len(a), len(b)) for a, b in pairs])
    found = candidate_shares(pairs)
    rows = []
    for name, some in (
        ("all", length > 0),
        ("long", length >= LONG),
        ("short", length < LONG),
    ):
        for at in AT:
            chosen = some & (similarity >= at) & (similarity < at + STEP)
            if chosen.sum() >= LEAST:
                shares = (share(hit[chosen].sum(), chosen.sum()) for hit in found.values())
                rows.append((name, at, int(chosen.sum()), *shares))
    title = "Share of planted edits that becomes candidates, by similarity"
    return [Table(title, ("texts", "similarity", "pairs", *found), rows)]


def candidate_shares(pairs: Sequence[tuple[str, str]]) -> dict[str, NDArray[np.bool_]]:
    """Tell which pairs become candidates with each setting."""
    both = Strings.of([text for pair in pairs for text in pair])
    signatures = kernels.sketch(both.data, both.offsets)
    a = np.arange(0, 2 * len(pairs), 2)
    bits = signatures.astype(np.int8)
    enough = (bits[a] == bits[a + 1]).sum(axis=1)
    return {
        name: meets(signatures, banding, a, a + 1) & (enough >= banding.equal)
        for name, banding in candidates.RECALL.items()
    }


def caught(table: Table) -> dict[str, tuple[tuple[float, float], ...]]:
    """Give the figures that `Banding.caught` holds."""
    rows = [row for row in table.rows if row[0] == "all"]
    return {
        name: tuple((row[1], float(f"{row[3 + at]:.3f}")) for row in rows)
        for at, name in enumerate(candidates.RECALL)
    }


def scripts(count: int) -> list[Table]:
    """Measure made-up Chinese and Korean."""
    rows = []
    for script, (texts, join) in (("Han", _han()), ("Hangul", _hangul())):
        pairs = [(a.replace(" ", join), b.replace(" ", join)) for a, b in edits(texts, count)]
        similarity = truth.ratios([a for a, _ in pairs], [b for _, b in pairs])
        found = candidate_shares(pairs)
        for low, high in ((0.80, 0.85), (0.85, 0.90), (0.90, 1.0)):
            chosen = (similarity >= low) & (similarity < high)
            shares = (share(hit[chosen].sum(), chosen.sum()) for hit in found.values())
            rows.append((script, f"{low:.2f}–{high:.2f}", int(chosen.sum()), *shares))
    title = "Share of planted edits that becomes candidates, made-up Chinese and Korean"
    return [Table(title, ("script", "similarity", "pairs", *candidates.RECALL), rows)]


def _han() -> tuple[list[str], str]:
    characters = [chr(0x4E00 + number) for number in range(3000)]
    return _made_up(characters, [1] * 3 + [2] * 6 + [3]), ""


def _hangul() -> tuple[list[str], str]:
    syllables = [chr(0xAC00 + 28 * number) for number in range(399)]
    return _made_up(syllables, [1, 2, 2, 3, 3, 3, 4, 4, 5]), " "


def _made_up(characters: list[str], lengths: list[int]) -> list[str]:
    """Write texts of words of such lengths, characters and words by Zipf's law."""
    dice = random.Random(1)  # noqa: S311 - no secret
    dice.shuffle(characters)
    common = list(accumulate(1 / (rank + 15) for rank in range(len(characters))))
    words = [
        "".join(dice.choices(characters, cum_weights=common, k=dice.choice(lengths)))
        for _ in range(20_000)
    ]
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
    return [
        " ".join(dice.choices(words, cum_weights=weights, k=dice.randint(12, 120)))
        for _ in range(2000)
    ]
