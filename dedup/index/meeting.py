"""
Texts that come in -> their matches among the published, and among themselves.

The same meetings as in `dedup.meetings`: texts of one key meet, in a crowd with the first one
and some before. Published texts come first in Order, so of a large bucket only its first text and
the last few can meet one that comes in; the others are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup.index.bands import in_bands, signed
from dedup.stages import candidates, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.index.published import Published
    from dedup.settings import Settings

TOGETHER = 21
"""Bands that are looked up at once: of all of them the pages read would be many."""
NEW = 1 << 62
"""Incoming text n is named `NEW + n` here: published ones come before it."""


def matches(
    texts: m.Texts, sketches: m.Sketches, known: Published, settings: Settings
) -> tuple[m.Matches, int]:
    """
    Return the matches of incoming texts with published ones, and with each other.

    Besides, how many pairs were compared for it.
    """
    banding = candidates.banding(settings, known.texts + len(texts))
    met = [m.Pairs.empty()]
    signatures = [m.Signatures(sketches.text + NEW, sketches.bits)]
    for number, (both, theirs) in enumerate(buckets(sketches, known, banding)):
        pairs, _ = candidates.meet(both, number, banding, settings.threshold)
        met.append(pairs.take(pairs.b >= NEW))
        signatures.append(theirs)
    every = signed(signatures)
    pairs = candidates.alike(candidates.distinct(m.Pairs.concat(met)), every, every, banding.equal)
    return compared(pairs, texts, known, settings), len(pairs)


def buckets(
    sketches: m.Sketches, known: Published, banding: candidates.Banding
) -> Iterator[tuple[m.Bands, m.Signatures]]:
    """
    Yield band by band the incoming texts, with the published ones that they may meet.

    Beside them stand the signatures of the published ones.
    """
    count = sketches.keys.shape[1]
    for start in range(0, count, TOGETHER):
        numbers = range(start, min(start + TOGETHER, count))
        for number, (theirs, signatures) in zip(
            numbers, in_bands(known, "text", numbers, sketches, banding), strict=True
        ):
            mine = candidates.band(sketches, number)
            both = m.Bands.concat([theirs, m.Bands(**mine.columns() | {"text": mine.text + NEW})])
            yield both.take(np.argsort(both.key, kind="stable")), signatures
        known.rest()


def compared(pairs: m.Pairs, texts: m.Texts, known: Published, settings: Settings) -> m.Matches:
    """Verify pairs, of which `b` is incoming."""
    old = np.unique(pairs.a[pairs.a < NEW])
    normal = m.Strings.concat([known.normals(old), texts.normal])
    names = np.concatenate([old, texts.text + NEW])
    every = m.NormalTexts(names, verify.characters(normal), normal)
    return verify.verify(pairs, every, every, settings)
