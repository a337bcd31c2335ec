"""
Signatures -> pairs of texts that may match: locality-sensitive hashing, then two cheap filters.

A band is a choice of `rows` components of the signature (Leskovec, Rajaraman, Ullman, *Mining of
Massive Datasets*, section 3.4); texts equal in all components of one band meet. A pair that met
goes on when its lengths allow the threshold and at least `equal` of the 128 components agree.

Bands overlap. Band n begins at component 128 n / bands and takes the components at the marks of a
Golomb ruler from there, cyclically, so two bands share at most one and there may be more bands
than the signature has slices: 84 of three rows instead of 42.

Measured on 18,072 French news articles (173,126 distinct paragraphs of at least 8 words, 16,328 of
them datelines, which are left out of all but the last column), on 16,411 edits planted in them
with a similarity of .80 to .86, and on all 264 real pairs of 2,500 of the articles:

    letters  bands  planted .80-.82  .82-.84  .84-.86   meetings a text   real pairs
                    long  short      long     long      all buckets full
    5        42x3   .976  .969       .990     .997      25                262
    6        42x3   .957  .930       .973     .991      4.4               264
    6        48x3   .960  .947       .984     .994      5.0
    6        84x3   .994  .985       .999     .999      8.7               264
    6        64x4   .827  .824       .915     .965      0.8
    7        84x3   .974  .965       .992     .998      4.6               263
    7        42x2   .998  .995       1.00     1.00      75
    words 3  25x5   (see benchmarks/README.md: a third to two thirds of them)

(Long is from 100 characters. Meetings are pairs of one band whose lengths allow a match; they
double with the corpus. `7 42x2` is the best at recall and eight times as dear.)

* Six letters: their meetings are a fifth of those of five, and 84 bands of them find more.
  With one row less a meeting is no longer rare, with one more 128 bands do not suffice.
* `equal` 20: the least that one planted or real pair in a thousand has at .80 is 24 (short) and 30
  (long); at 20 three in a hundred meetings of unrelated texts pass, .4 a text. It is the same for
  every threshold, so a run at a higher one finds a subset and nothing else.
* A bucket of more than `CROWD` texts is cut: in band n each member meets the bucket's first one
  and the one n + 1 before it, both by Order. So a family of n near-identical lines costs n, not
  n², and since every band looks at another distance, each member still meets a hundred others. In
  families of 12 to 200 edited copies every text that has a match has one, and its first match
  in Order is among them, always; up to 30 members all pairs are found. With two leaders and two
  predecessors in every band the same number of meetings gave half as many distinct pairs.

`benchmarks/quality.py` measures all this; `caught` is its `curve` part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Bands, Pairs
from dedup.rows import fresh, repeated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.model import I64, Sketches
    from dedup.settings import Settings

COMPONENTS = 128
RULERS = {1: (0,), 2: (0, 1), 3: (0, 1, 3), 4: (0, 1, 4, 6), 5: (0, 1, 4, 9, 11)}
"""Golomb rulers: no distance between two marks occurs twice."""


@dataclass(frozen=True, slots=True)
class Banding:
    """How signatures meet, and how many equal components a candidate has."""

    bands: int
    rows: int
    equal: int
    caught: tuple[tuple[float, float], ...] = ()
    """Similarities, and the measured share of planted edits of that similarity that are found."""

    def components(self, number: int) -> list[int]:
        """Give the components of a band."""
        first = number * COMPONENTS // self.bands
        return [(first + mark) % COMPONENTS for mark in RULERS[self.rows]]

    def chance(self, jaccard: float) -> float:
        """Give the probability that two sets of this Jaccard similarity meet, were bands apart."""
        return float(1 - (1 - jaccard**self.rows) ** self.bands)


RECALL = {
    "high": Banding(84, 3, 20),
    "standard": Banding(48, 3, 20),
    "fast": Banding(32, 4, 20),
}
MANY_TEXTS = 1_000_000
"""Distinct texts up to which `auto` is `high`; beyond it is `standard`."""
CROWD = 24


def banding(settings: Settings, texts: int) -> Banding:
    """Give the banding in force for this number of distinct texts."""
    auto = "high" if texts <= MANY_TEXTS else "standard"
    return RECALL[auto if settings.recall == "auto" else settings.recall]


def explain(settings: Settings, texts: int) -> list[tuple[float, float]]:
    """Give similarities from the threshold up, and the share of such pairs that is found."""
    known = banding(settings, texts).caught
    return [(similarity, share) for similarity, share in known if similarity >= settings.threshold]


def band(sketches: Sketches, number: int, banding: Banding) -> Bands:
    """Give each text its key in one band: 40 bits, so that key and row number pack into a word."""
    key = np.zeros(len(sketches), np.uint64)
    for component in banding.components(number):
        key ^= sketches.signature[:, component].view(np.uint32)
        key *= np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return Bands(
        (key >> np.uint64(24)).astype(np.int64), sketches.text, sketches.characters, sketches.bits
    )


def meet(bands: Bands, number: int, banding: Banding, threshold: float) -> Pairs:
    """Pair the texts of each bucket, and keep the pairs that pass both filters."""
    a, b, cut = meetings(bands.key, number)
    near = fitting(bands, a, b, threshold)
    a, b = a[near], b[near]
    alike = kernels.equal_bytes_at(bands.bits, a, b) >= banding.equal
    return Pairs(
        np.concatenate([np.full(len(cut), -1 - number), bands.text[a[alike]]]),
        np.concatenate([bands.text[cut], bands.text[b[alike]]]),
    )


def meetings(key: I64, number: int) -> tuple[I64, I64, I64]:
    """
    Pair the rows of equal keys, earlier row first; and give the first rows of buckets that are cut.

    Keys are sorted, rows of one key are in Order.
    """
    again = ~fresh(key)
    rows = np.flatnonzero(again | np.roll(again, -1))
    starts = np.flatnonzero(~again[rows])
    sizes = np.diff(starts, append=len(rows))
    bucket = np.repeat(np.arange(len(starts)), sizes)
    rank = np.arange(len(rows)) - starts[bucket]
    crowded = sizes[bucket] > CROWD
    later, step = repeated(np.where(crowded, 0, rank))
    followers = np.flatnonzero(crowded & (rank > 0))
    far = np.flatnonzero(crowded & (rank > number + 1))
    a = np.concatenate([later - 1 - step, starts[bucket[followers]], far - number - 1])
    b = np.concatenate([later, followers, far])
    return rows[a], rows[b], rows[starts[sizes > CROWD]]


def fitting(bands: Bands, a: I64, b: I64, threshold: float) -> NDArray[np.bool_]:
    """Mark the pairs of rows whose lengths allow the threshold."""
    lengths = bands.characters.astype(np.int64)
    first, second = lengths[a], lengths[b]
    return 2 * np.minimum(first, second) >= threshold * (first + second)


def distinct(pairs: Pairs) -> Pairs:
    """Keep one of each pair; rows come sorted."""
    return pairs.take(fresh(pairs.a, pairs.b))


def real(pairs: Pairs) -> Pairs:
    """Leave out the rows that count buckets."""
    return pairs.take(pairs.a >= 0)
