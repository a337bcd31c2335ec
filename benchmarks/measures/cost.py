"""
What the candidate stage costs: pairs counted, not seconds.

Raw meetings are pairs of rows that a band puts together, a pair once a band; those left by length
have lengths that allow a match; survivors also have enough equal components; verified pairs are
the distinct ones of them, which rapidfuzz compares. All are given a distinct long paragraph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Bands, Pairs, Sketches
from dedup.settings import Settings
from dedup.stages import candidates
from dedup.stages.sketch import sketch
from measures.corpora import Corpus, long_texts
from measures.plot import Line, plot
from measures.recall import OTHERS
from measures.tables import Table

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.model import Texts

SIZES = (2500, 5000, 10_000)
PLOTTED = ("raw meetings", "survivors", "verified pairs")


def counted(sketches: Sketches, banding: candidates.Banding, threshold: float) -> dict[str, float]:
    """Run the candidate stage, and count."""
    raw = fitting = survivors = cut = 0
    kept = [Pairs.empty()]
    signatures = candidates.signatures(sketches)
    for number in range(banding.bands):
        bands = in_order(candidates.band(sketches, number))
        found = candidates.met(bands, number, banding, threshold)
        raw, fitting, cut = raw + found.met, fitting + len(found.a), cut + len(found.cut)
        pairs = Pairs(bands.text[found.a], bands.text[found.b])
        kept.append(candidates.alike(pairs, signatures, signatures, banding.equal))
        survivors += len(kept[-1])
    verified = len(candidates.distinct(Pairs.concat(kept)))
    texts = max(1, len(sketches))
    return {
        "raw meetings": raw / texts,
        "left by length": fitting / texts,
        "survivors": survivors / texts,
        "verified pairs": verified / texts,
        "buckets cut": cut,
    }


def in_order(bands: Bands) -> Bands:
    """Sort by key, rows of one key in Order."""
    return bands.take(np.argsort(bands.key, kind="stable"))


def uncut(sketches: Sketches, banding: candidates.Banding) -> float:
    """Count raw meetings a text where no bucket is cut, as in other tools."""
    total = 0
    for number in range(banding.bands):
        _, sizes = np.unique(candidates.band(sketches, number).key, return_counts=True)
        total += int((sizes * (sizes - 1) // 2).sum())
    return total / max(1, len(sketches))


def growth(corpus: Corpus, folder: Path | None) -> list[Table]:
    """Count at four sizes of the corpus, for each setting, with and without what is apart."""
    sizes = [*(size for size in SIZES if size < len(corpus.documents)), len(corpus.documents)]
    rows = []
    lines: dict[tuple[str, str, bool], list[tuple[float, float]]] = {}
    for size in sizes:
        texts = long_texts(corpus.first(size).documents, Settings())
        apart = corpus.is_apart(texts.normal.list())
        for whose, some in (("apart left out", texts.take(~apart)), ("all", texts)):
            for name, banding in candidates.RECALL.items():
                sketches = sketch(some, Settings(), banding)
                found = counted(sketches, banding, Settings().threshold)
                rows.append((whose, f"--recall {name}", size, len(some), *found.values()))
                for what in PLOTTED:
                    key = (what, f"--recall {name}", whose != "all")
                    lines.setdefault(key, []).append((size, found[what]))
        for name in OTHERS:
            few = _others(texts.take(~apart), name)
            rows.append(("apart left out", name, size, int((~apart).sum()), few, *[np.nan] * 3, 0))
    columns = ("texts", "setting", "documents", "distinct paragraphs", "raw meetings")
    columns += ("left by length", "survivors", "verified pairs", "buckets cut")
    note = "A distinct paragraph of at least 8 words; the settings of others cut no bucket."
    if folder is not None and len(sizes) > 1:
        title = f"Pairs a distinct paragraph of at least 8 words, {corpus.name}"
        drawn = [Line(*key, points) for key, points in lines.items()]
        plot(folder / "quality-cost.svg", title, ("all", "datelines and the like left out"), drawn)
    return [Table("Pairs a distinct paragraph", columns, rows, note)]


def _others(texts: Texts, name: str) -> float:
    size, words, banding = OTHERS[name]
    data, offsets = texts.normal.data, texts.normal.offsets
    rows = np.arange(len(texts))
    keys, bits = kernels.sketch_bands(
        data, offsets, rows, banding.components, size=size, words=words
    )
    characters = kernels.characters(data, offsets)
    return uncut(Sketches(texts.text, characters, keys, bits), banding)
