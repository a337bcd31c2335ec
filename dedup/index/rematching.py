"""
A change of an index -> the matches among published texts that begin and end with it.

In a bucket that is cut a text meets the first one and some before it, by their ranks in it
(`candidates`). So what comes into the middle of Order, or goes, lets texts meet that did not, and
others no more. They are found in the buckets of what came, went or has another first place; all
other buckets are what they were.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup.index import bands, matching
from dedup.index.matching import codes, texts
from dedup.index.published import text_rows
from dedup.rows import fresh
from dedup.stages import candidates, verify
from dedup.stages.equal_documents import among
from dedup.stages.sketch import sketch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.index.published import Published

TOGETHER = 1 << 15
"""Keys that are looked up at once."""


def rematched(now: Published) -> Published:
    """Return an index whose matches are amended by what has changed since it was as before."""
    return amended(now, changed(now))


def amended(known: Published, changed: m.Matches) -> Published:
    """Return an index some of whose pairs of texts match from now on, or no more."""
    before = known.before
    if before is None or not len(changed):
        return known
    found = matching.amended(matching.every(known.amended), changed)
    # What was gone before the change is asked for no more.
    found = found.take((before.first[found.a] >= 0) & (before.first[found.b] >= 0))
    ends = np.union1d(changed.a, changed.b)
    return replace(known, amended=matching.columns(found), ends=ends)


def changed(now: Published) -> m.Matches:
    """
    Return the pairs of texts, by number, that match since a change; of 0 are those that ceased to.

    `now` is an index with what it was `before`.
    """
    before = now.before
    if before is None or not before.texts:
        return m.Matches.empty()
    moved = now.touched[before.first_places(now.touched) != now.first_places(now.touched)]
    there = now.first[moved] >= 0
    here = m.Sketches.concat([_long(now, moved[there]), _long(before, moved[~there])])
    met, met_before = _met(now, here), _met(before, here)
    # Of what meets anew some matches already, since it meets elsewhere; what is new does not.
    turned = np.setxor1d(met, met_before, assume_unique=True)
    turned = turned[np.all([now.first[some] >= 0 for some in texts(turned)], axis=0)]
    old = turned[texts(turned)[1] < before.texts]
    matched = old[_matching(now, old)]
    ended = np.setdiff1d(matched, met, assume_unique=True)
    began = np.setdiff1d(turned, np.union1d(met_before, matched), assume_unique=True)
    pairs = _alike(now, began)
    # What ceased to meet there may meet elsewhere still.
    normals = _read(now, np.unique(np.concatenate([pairs.a, pairs.b, *texts(ended)])))
    a, b = texts(np.setdiff1d(ended, _meeting_still(now, ended, normals), assume_unique=True))
    found = verify.verify(pairs, normals, normals, now.settings)
    return m.Matches.concat([found, m.Matches(a, b, np.zeros(len(a)))])


def _read(known: Published, numbers: m.I64) -> m.NormalTexts:
    """Return normalised texts by number, which are sorted."""
    normal = known.normals(known.first[numbers])
    return m.NormalTexts(numbers, verify.characters(normal), normal)


def _long(known: Published, numbers: m.I64) -> m.Sketches:
    """Return the signatures of the long ones among some texts."""
    long = known.words(known.first[numbers]) >= known.settings.min_words
    return _signed(known, _read(known, numbers[long]))


def _signed(known: Published, normals: m.NormalTexts) -> m.Sketches:
    """Return the signatures of long texts, made anew from what they say."""
    words = np.full(len(normals), known.settings.min_words, np.int32)
    rows = replace(text_rows(normals.text, normals.normal), words=words)
    return sketch(rows, known.settings, candidates.banding(known.settings, known.texts))


def _met(known: Published, sketches: m.Sketches) -> m.I64:
    """Return the codes of the pairs that meet in the buckets of some texts."""
    banding = candidates.banding(known.settings, known.texts)
    found = [np.zeros(0, np.int64)]
    for numbers in bands.steps(sketches, TOGETHER):
        every = bands.in_bands(known, "text", numbers, sketches, banding, chosen=bands.all_ones)
        found.append(_codes(known, bands.met(every, banding, known.settings.threshold)))
        known.rest()
    return _once(np.concatenate(found))


def _meeting_still(known: Published, pairs: m.I64, normals: m.NormalTexts) -> m.I64:
    """Return those of some pairs that meet in any band."""
    banding = candidates.banding(known.settings, known.texts)
    ends = np.unique(np.concatenate(texts(pairs)))
    sketches = _signed(known, normals.take(np.isin(normals.text, ends)))
    a, b = (np.searchsorted(ends, some) for some in texts(pairs))
    names = np.sort(known.first[ends])
    near = partial(bands.those_around, names=names)
    found = [np.zeros(0, np.int64)]
    for numbers in bands.steps(sketches, TOGETHER):
        # Only the buckets that hold both texts of a pair are looked at.
        keys = sketches.keys[:, numbers.start : numbers.stop].T
        band, pair = np.nonzero(keys[:, a] == keys[:, b])
        asked = np.zeros(keys.shape, bool)
        asked[band, a[pair]] = True
        every = bands.in_bands(
            *(known, "text", numbers, sketches, banding), chosen=near, asked=asked
        )
        met = bands.met(every, banding, known.settings.threshold)
        met = met.take(among(met.a, names) & among(met.b, names))
        found.append(_codes(known, met))
        known.rest()
    return _once(np.concatenate(found))


def _codes(known: Published, pairs: m.Pairs) -> m.I64:
    """Return the codes of pairs of texts that are given by name."""
    return codes(known.numbers(pairs.a), known.numbers(pairs.b))


def _once(pairs: m.I64) -> m.I64:
    """Return pairs sorted, each once."""
    pairs = np.sort(pairs)
    return pairs[fresh(pairs)]


def _matching(known: Published, pairs: m.I64) -> NDArray[np.bool_]:
    """Say which pairs are matches of an index."""
    first = np.unique(texts(pairs)[0])
    row, other, _ = known.matched(first)
    return np.isin(pairs, codes(first[row], other))


def _alike(known: Published, pairs: m.I64) -> m.Pairs:
    """Return the pairs whose signatures allow a match."""
    equal = candidates.banding(known.settings, known.texts).equal
    signatures = bands.signatures_of(known, np.unique(np.concatenate(texts(pairs))))
    return candidates.alike(m.Pairs(*texts(pairs)), signatures, signatures, equal)
