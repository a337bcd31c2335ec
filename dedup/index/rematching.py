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
from dedup.stages.sketch import sketch

if TYPE_CHECKING:
    from dedup.index.published import Published


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
    here = m.Sketches.concat([_signed(now, moved[there]), _signed(before, moved[~there])])
    met, met_before = _met(now, here), _met(before, here)
    began = _unmatched(now, np.setdiff1d(met, met_before, assume_unique=True))
    # What ceased to meet there may meet elsewhere still.
    ended = np.setdiff1d(met_before, met, assume_unique=True)
    a, b = texts(ended)
    ended = ended[(now.first[a] >= 0) & (now.first[b] >= 0)]
    ended = np.setdiff1d(ended, _unmatched(now, ended), assume_unique=True)
    ended = np.setdiff1d(ended, _meeting_still(now, ended), assume_unique=True)
    a, b = texts(ended)
    return m.Matches.concat([_verified(now, began), m.Matches(a, b, np.zeros(len(a)))])


def _signed(known: Published, numbers: m.I64) -> m.Sketches:
    """Return the signatures of the long ones among some texts, made anew from what they say."""
    numbers = numbers[known.words(known.first[numbers]) >= known.settings.min_words]
    rows = text_rows(numbers, known.normals(known.first[numbers]))
    long = replace(rows, words=np.full(len(rows), known.settings.min_words, np.int32))
    return sketch(long, known.settings, candidates.banding(known.settings, known.texts))


def _met(known: Published, sketches: m.Sketches) -> m.I64:
    """Return the codes of the pairs that meet in the buckets of some texts."""
    banding = candidates.banding(known.settings, known.texts)
    found = [np.zeros(0, np.int64)]
    for numbers in bands.steps(sketches):
        every = bands.in_bands(known, "text", numbers, sketches, banding, chosen=bands.all_ones)
        found.append(_pairs(known, every, banding))
        known.rest()
    return _once(np.concatenate(found))


def _meeting_still(known: Published, pairs: m.I64) -> m.I64:
    """Return those of some pairs that meet in any band."""
    banding = candidates.banding(known.settings, known.texts)
    ends = np.unique(np.concatenate(texts(pairs)))
    sketches = _signed(known, ends)
    a, b = (np.searchsorted(ends, some) for some in texts(pairs))
    near = partial(bands.those_around, names=np.sort(known.first[ends]))
    found = [np.zeros(0, np.int64)]
    for numbers in bands.steps(sketches):
        # Only the buckets that hold both texts of a pair are looked at.
        keys = sketches.keys[:, numbers.start : numbers.stop].T
        band, pair = np.nonzero(keys[:, a] == keys[:, b])
        asked = np.zeros(keys.shape, bool)
        asked[band, a[pair]] = True
        every = bands.in_bands(
            *(known, "text", numbers, sketches, banding), chosen=near, asked=asked
        )
        met = _pairs(known, every, banding)
        found.append(met[np.isin(met, pairs)])
        known.rest()
    return _once(np.concatenate(found))


def _pairs(known: Published, buckets: bands.Buckets, banding: candidates.Banding) -> m.I64:
    """Return the codes of the pairs that meet in some buckets."""
    met = bands.met(buckets, banding, known.settings.threshold)
    return _once(codes(known.numbers(met.a), known.numbers(met.b)))


def _once(pairs: m.I64) -> m.I64:
    """Return pairs sorted, each once."""
    pairs = np.sort(pairs)
    return pairs[fresh(pairs)]


def _unmatched(known: Published, pairs: m.I64) -> m.I64:
    """Return the pairs that are no matches of an index."""
    first = np.unique(texts(pairs)[0])
    row, other, _ = known.matched(first)
    return pairs[~np.isin(pairs, codes(first[row], other))]


def _verified(known: Published, pairs: m.I64) -> m.Matches:
    """Compare pairs that meet, and keep those that match."""
    equal = candidates.banding(known.settings, known.texts).equal
    signatures = bands.signatures_of(known, np.unique(np.concatenate(texts(pairs))))
    alike = candidates.alike(m.Pairs(*texts(pairs)), signatures, signatures, equal)
    numbers = np.union1d(alike.a, alike.b)
    normal = known.normals(known.first[numbers])
    normals = m.NormalTexts(numbers, verify.characters(normal), normal)
    return verify.verify(alike, normals, normals, known.settings)
