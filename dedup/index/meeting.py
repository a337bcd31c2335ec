"""
Texts that come in -> their matches among the published, and among themselves.

The same meetings as in `dedup.meetings`: texts of one key meet, in a crowd with the first one
and some before. Published texts come first in Order, so of a large bucket only its first text and
the last few can meet one that comes in; the others are not looked at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup.index import bands
from dedup.stages import candidates, verify

if TYPE_CHECKING:
    from dedup.index.published import Published
    from dedup.settings import Settings

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
    mine = replace(sketches, text=sketches.text + NEW)
    pairs, signatures = met(known, "text", mine, banding, settings.threshold, NEW)
    pairs = candidates.distinct(pairs.take(pairs.b >= NEW))
    pairs = candidates.alike(pairs, signatures, signatures, banding.equal)
    return compared(pairs, texts, known, settings), len(pairs)


def met(  # noqa: PLR0913 - who meets whom, and how
    known: Published,
    kind: str,
    asked: m.Sketches,
    banding: candidates.Banding,
    threshold: float,
    new: int,
) -> tuple[m.Pairs, m.Signatures]:
    """
    Return the pairs that meet in the buckets of some texts or documents, and their signatures.

    `kind` is as of `bands.in_bands`. Those that come in are named from `new`.
    """
    found, signatures = [m.Pairs.empty()], [candidates.signatures(asked)]
    for numbers in bands.steps(asked):
        theirs = bands.in_bands(known, kind, numbers, asked, banding)
        mine = bands.own(asked.take(asked.text >= new), numbers)
        both = bands.Buckets.concat([theirs, mine])
        pairs = bands.met(both.take(np.argsort(both.bucket, kind="stable")), banding, threshold)
        found.append(pairs)
        signatures.append(bands.signatures(known, kind, theirs, np.union1d(pairs.a, pairs.b)))
        known.rest()
    every = m.Signatures.concat(signatures)
    once = np.unique(every.text, return_index=True)[1]
    return m.Pairs.concat(found), every.take(once)


def compared(pairs: m.Pairs, texts: m.Texts, known: Published, settings: Settings) -> m.Matches:
    """Verify pairs, of which `b` is incoming."""
    old = np.unique(pairs.a[pairs.a < NEW])
    normal = m.Strings.concat([known.normals(old), texts.normal])
    names = np.concatenate([old, texts.text + NEW])
    every = m.NormalTexts(names, verify.characters(normal), normal)
    return verify.verify(pairs, every, every, settings)
