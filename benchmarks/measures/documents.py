"""
Near-duplicate documents: what is found of all pairs, by resemblance, and what is shown of others.

All pairs are those of the exact sets of word 3-grams. That none is forgotten without comparing all
with all is the prefix filter (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007): of
two sets of resemblance t, sorted from the rarest gram to the commonest, the first
|x| - ceil(t |x|) + 1 grams of both have one in common.
"""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernels, near_documents
from dedup.engines.local import Local
from dedup.model import Equals, Resemblances, Wholes
from dedup.rows import fresh
from dedup.settings import Settings
from dedup.stages import resemblance
from measures.corpora import Corpus, appended
from measures.recall import edited
from measures.tables import Table, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.model import I64

LEAST = 0.5
"""Resemblance from which all pairs are sought."""
BANDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
FROM = (0.5, 0.6, 0.7, 0.8)
THRESHOLDS = (0.5, 0.6, 0.7, 0.8)
EDITED = (0.0, 0.2)
"""Shares of the words of a planted copy that are replaced, from and to."""
AT_ONCE = 4_000_000
"""Pairs that one step makes."""


class Pairs(NamedTuple):
    """Pairs of documents by number, and the resemblance of each."""

    a: I64
    b: I64
    resemblance: NDArray[np.float64]


def measure(corpus: Corpus) -> list[Table]:
    """Hold what is found at several thresholds against all pairs."""
    wholes, equals = read(corpus)
    every = all_pairs(wholes)
    bands, floors = [], []
    for threshold in THRESHOLDS:
        found = proposed(corpus, threshold)
        wanted = Pairs(*(column[every.resemblance >= threshold] for column in every))
        hit = np.isin(keys(wanted.a, wanted.b), keys(found.a, found.b))
        wrong = ~np.isin(keys(found.a, found.b), keys(wanted.a, wanted.b))
        for low, high in pairwise(BANDS):
            inside = (wanted.resemblance >= low) & (wanted.resemblance < high)
            if low >= threshold:
                bands.append((threshold, f"{low:.1f}–{high:.1f}", *counted(inside, hit)))
        for low in FROM:
            if low >= threshold:
                inside = wanted.resemblance >= low
                floors.append((threshold, low, *counted(inside, hit), int(wrong.sum())))
    note = (
        f"{len(wholes):,} distinct texts; {len(equals):,} documents more are equal to one of them,"
        " which are found without a signature."
    )
    columns = ("threshold", "resemblance", "pairs", "found", "recall")
    return [
        Table("From a resemblance up", (*columns, "others shown"), floors, note),
        Table("By band", columns, bands),
    ]


def planted(corpus: Corpus, seed: int = 1) -> Corpus:
    """Add an edited copy of every document, so that there are pairs of each resemblance."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    texts = corpus.documents.text.list()
    words = [word for text in dice.sample(texts, min(len(texts), 500)) for word in text.split()]
    copies = [edited(text, dice.uniform(*EDITED), "r", words, dice) for text in texts]
    name = f"{corpus.name}, and an edited copy of each"
    return replace(corpus, name=name, documents=appended(corpus.documents, copies))


def counted(inside: NDArray[np.bool_], hit: NDArray[np.bool_]) -> tuple[int, int, float]:
    """Count pairs and those that were found."""
    pairs, found = int(inside.sum()), int((inside & hit).sum())
    return pairs, found, share(found, pairs)


def keys(a: I64, b: I64) -> I64:
    """Make one number of each pair."""
    return a << 32 | b


def read(corpus: Corpus) -> tuple[Wholes, Equals]:
    """Put each distinct text together, and name the documents that are equal to one of them."""
    settings = Settings()
    with Local() as engine:
        _, stored = near_documents.read([corpus.documents], settings, engine)
        near = near_documents.resembling_documents(stored, settings, engine)
        wholes = Wholes.concat(engine.fetch(stored))
        equals = Equals.concat(engine.fetch(near.equals))
    return wholes.take((wholes.words > 0) & ~np.isin(wholes.doc, equals.copy)), equals


def proposed(corpus: Corpus, threshold: float) -> Resemblances:
    """Run the flow, and give what it verified."""
    settings = Settings(document_threshold=threshold)
    with Local() as engine:
        _, stored = near_documents.read([corpus.documents], settings, engine)
        near = near_documents.resembling_documents(stored, settings, engine)
        return Resemblances.concat(engine.fetch(near.pairs))


def all_pairs(wholes: Wholes, least: float = LEAST) -> Pairs:
    """Find every pair of documents of this resemblance and more."""
    sets = kernels.gram_sets(wholes.normal.data, wholes.normal.offsets, size=resemblance.SIZE)
    values, offsets = sets
    count, sizes = len(wholes), np.diff(offsets)
    doc = np.repeat(np.arange(count), sizes)
    _, gram, documents = np.unique(values, return_inverse=True, return_counts=True)
    # The rarest grams come first.
    rarity = np.empty(len(documents), np.int64)
    rarity[np.argsort(documents, kind="stable")] = np.arange(len(documents))
    order = np.lexsort((rarity[gram], doc))
    gram = gram[order]
    place = np.arange(len(gram)) - np.repeat(offsets[:-1], sizes)
    prefix = sizes - np.ceil(least * sizes).astype(np.int64) + 1
    kept = (place < np.repeat(prefix, sizes)) & (documents[gram] > 1)
    gram, doc = gram[kept], doc[kept]
    order = np.lexsort((doc, gram))
    met = np.unique(np.concatenate(meetings(gram[order], doc[order], count)))
    a, b = np.divmod(met, max(count, 1))
    shared = kernels.shared(sets, sets, a, b)
    alike = shared / np.maximum(sizes[a] + sizes[b] - shared, 1)
    near = resemblance.share(shared, sizes[a] + sizes[b] - shared) >= least
    return Pairs(wholes.doc[a[near]], wholes.doc[b[near]], alike[near])


def meetings(gram: I64, doc: I64, count: int) -> list[I64]:
    """Pair the documents that have a gram in common; rows are sorted by it."""
    starts = np.flatnonzero(fresh(gram))
    sizes = np.diff(starts, append=len(gram))
    found = [np.zeros(0, np.int64)]
    for size in np.unique(sizes[sizes > 1]).tolist():
        first, second = np.triu_indices(size, 1)
        at = starts[sizes == size]
        for some in np.array_split(at, len(at) * len(first) // AT_ONCE + 1):
            a, b = (doc[some[:, np.newaxis] + place].ravel() for place in (first, second))
            found.append(np.unique(a * count + b))
    return found
