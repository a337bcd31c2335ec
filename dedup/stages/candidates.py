"""
Signatures -> pairs of texts that may match: locality-sensitive hashing, then two cheap filters.

A band is a choice of `rows` components of the signature (Leskovec, Rajaraman, Ullman, *Mining of
Massive Datasets*, section 3.4); texts equal in all components of one band meet. A pair that met
goes on when its lengths allow the threshold and at least `equal` of the 128 components agree: what
meets is keys and lengths, and signatures are looked up for the pairs alone.

Bands overlap. Band n begins at component 128 n / bands and takes the components at the marks of a
Golomb ruler from there, cyclically, so two bands share at most one and there may be more bands
than the signature has slices: 84 of three rows instead of 42.

Measured on 18,072 French news articles (173,126 distinct paragraphs of at least 8 words, less
16,328 datelines), on 16,411 edits of their paragraphs, and on all 264 real pairs of 2,500 of them.
Long is from 100 characters. Meetings are those a text with a length that allows a match, no bucket
cut; they double with the corpus:

    shingle    bands  edits at .80, long / short  .82    .84    meetings  real pairs
    5 letters  42x3             .980 / .962       .990   .998        27.9     263
               64x3             .996 / .990       1.00   1.00        39.5     264
    6 letters  42x3             .955 / .935       .978   .991         5.0     263
               48x3             .962 / .947       .986   .995         7.1     263
               84x3             .994 / .988       .998   1.00        10.2     263
               64x4             .856 / .819       .916   .966         1.1     259
    7 letters  84x3             .977 / .959       .991   .997         4.3     262
               42x2             .999 / .990       1.00   1.00        53.5     263
    3 words    25x5             .032 / .058       .053   .083         0.1     204

* Six letters: for the same recall they meet a quarter as often as five. With one component less
  in a band unrelated texts meet all the time, with one more even 128 bands find only .954.
* `equal` 20: of the pairs at .80 one in a thousand has fewer than 24 (short) or 30 (long) equal
  components; at 20 one meeting in thirteen passes, .4 a text. It is the same for every
  threshold, so a run at a higher one finds what this one finds from there up.
* A bucket of more than `CROWD` texts is cut: in band n each member meets the bucket's first one
  and the one n + 1 before it, by Order. So a family of n near-identical lines costs n, not n²,
  and since every band looks another distance back, each member meets about a hundred others (of
  near-identical notices twice as many as when every band takes the same predecessors). In families
  of 12 to 200 edited copies each text that has a match keeps one, and its first match in Order
  is among them; up to 30 copies no pair is lost. Published texts meet by their own number.
* A bucket that begins with a long text is cut later, and its bands share out the distances up to
  `LONG_CROWD`: a text of 40 words is boilerplate when it has matches in 100 documents. So each of
  110 or 1,000 notices that differ in a date has 99 (cut like the others, 38 of 300 had fewer),
  for 3 more meetings and .05 more verified pairs a text, of 28 and 9.1.

`benchmarks/quality.py` measures recall and cost. `caught` is its part `curve`, on these articles;
what it generates where it is given no corpus is easier by a point or two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Bands, Counts, Crowds, Docs, Pairs, Signatures
from dedup.rows import arranged, both_places, each_once

if TYPE_CHECKING:
    from dedup.model import I32, I64, Sketches, Texts
    from dedup.settings import Settings

COMPONENTS = 128
KEY_BITS = 32
"""Of the key of a band."""
RULERS = {1: (0,), 2: (0, 1), 3: (0, 1, 3), 4: (0, 1, 4, 6), 5: (0, 1, 4, 9, 11)}
"""Golomb rulers: no distance between two marks occurs twice."""


@dataclass(frozen=True, slots=True)
class Banding:
    """How signatures meet, and how many equal components a candidate has."""

    bands: int
    rows: int
    equal: int
    caught: tuple[float, ...] = ()
    """The share of planted edits that become candidates, by similarity (`CAUGHT_AT`)."""

    @property
    def components(self) -> I32:
        """Return the components of each band: a row a band."""
        first = np.arange(self.bands, dtype=np.int32)[:, np.newaxis] * COMPONENTS // self.bands
        rows: I32 = ((first + np.array(RULERS[self.rows])) % COMPONENTS).astype(np.int32)
        return rows


RECALL = {
    "high": Banding(84, 3, 20, (0.507, 0.538, 0.751, 0.898, 0.980, 0.999, 0.999, 0.999)),
    "standard": Banding(48, 3, 20, (0.409, 0.425, 0.597, 0.801, 0.935, 0.991, 0.999, 0.999)),
    "fast": Banding(32, 4, 20, (0.077, 0.125, 0.191, 0.353, 0.599, 0.861, 0.985, 0.999)),
}
"""By the name of the setting."""
CAUGHT_AT = (0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95)
"""Each value of `caught` is of the pairs from one of these similarities to .01 above it."""
MANY_TEXTS = 1_000_000
"""Distinct texts up to which `auto` is `high`; beyond it is `standard`."""
CROWD = 24
"""A bucket of up to so many texts is compared all with all."""
LONG_CROWD = 128
"""So is a bucket of up to so many texts whose first one is long."""
LONG = 200
"""A text is long from so many characters on: few texts of 40 words have less."""


def banding(settings: Settings, texts: int) -> Banding:
    """Return the banding in force for this number of distinct texts."""
    auto = "high" if texts <= MANY_TEXTS else "standard"
    return RECALL[auto if settings.recall == "auto" else settings.recall]


def explain(settings: Settings, texts: int) -> list[tuple[float, float]]:
    """Return similarities from the threshold up, and the share of such pairs that is found."""
    known = zip(CAUGHT_AT, banding(settings, texts).caught, strict=False)
    return [(similarity, share) for similarity, share in known if similarity >= settings.threshold]


def band(sketches: Sketches, number: int) -> Bands:
    """Take the key of each text in one band."""
    return Bands(sketches.keys[:, number], sketches.text, sketches.characters)


def signatures(sketches: Sketches) -> Signatures:
    """Take the bits of the signature of each text."""
    return Signatures(sketches.text, sketches.bits)


def meet(
    bands: Bands, number: int, banding: Banding, threshold: float, published: int = 0
) -> tuple[Pairs, Crowds]:
    """
    Pair the texts of each bucket whose lengths allow a match, and name the buckets cut.

    The first texts, so many as are `published`, meet each other as if there were no others: what
    comes in makes no crowd of them.
    """
    bands = arranged(bands, bands.key, bands.text)
    found = met(bands, number, banding, threshold)
    cut = bands.text[found.cut]
    pairs = Pairs(bands.text[found.a], bands.text[found.b])
    if published:
        bands = bands.take(bands.text < published)
        old = met(bands, number, banding, threshold)
        new = pairs.take(pairs.b >= published)
        pairs = Pairs.concat([Pairs(bands.text[old.a], bands.text[old.b]), new])
    return pairs, Crowds(np.full(len(cut), number), cut)


def published(texts: Texts, docs: int) -> Docs:
    """Name the first document of each text that stands in one of the first `docs`."""
    return Docs(texts.doc[texts.doc < docs])


def met(bands: Bands, number: int, banding: Banding, threshold: float) -> kernels.Met:
    """Let the rows of each bucket meet; keys are sorted, rows of one key are in Order."""
    return met_in(buckets(number, bands.key), bands.characters, banding, threshold)


def buckets(number: int | I64, keys: I32) -> I64:
    """Return the numbers of buckets: that of the band, and below it the key; sorted as they are."""
    least = np.iinfo(np.int32).min
    return np.int64(number) << KEY_BITS | (keys.astype(np.int64) - least)


def met_in(bucket: I64, characters: I32, banding: Banding, threshold: float) -> kernels.Met:
    """Let the rows of each bucket meet, of any bands; sorted by bucket, then in Order."""
    crowding = kernels.Crowding(banding.bands, CROWD, LONG_CROWD, LONG)
    return kernels.meet(bucket, characters, crowding, threshold=threshold)


def alike(pairs: Pairs, first: Signatures, second: Signatures, equal: int) -> Pairs:
    """Keep the pairs of which so many components are equal; signatures are sorted by text."""
    a, b = both_places(first.text, second.text, pairs.a, pairs.b)
    return pairs.take(kernels.alike(first.bits, second.bits, a, b, equal=equal))


def distinct(pairs: Pairs) -> Pairs:
    """Keep one of each pair, sorted."""
    return each_once(arranged(pairs, pairs.a, pairs.b))


def pair_counts(pairs: Pairs) -> Counts:
    """Count the pairs that will be compared."""
    return Counts(np.array([len(pairs)]), np.array([0]))


def crowded(crowds: Crowds) -> Counts:
    """Count the buckets of which not all texts met."""
    return Counts(np.array([0]), np.array([len(crowds)]))
