"""Whole documents that resemble published ones: the stages of `near_documents`, by the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup import near_documents
from dedup.index.bands import in_bands, signed
from dedup.index.relations import earliest
from dedup.rows import arranged
from dedup.stages import candidates, resemblance

if TYPE_CHECKING:
    from dedup.index.published import Published
    from dedup.settings import Settings


def resembling(
    wholes: m.Wholes, known: Published, settings: Settings
) -> tuple[m.Resemblances, m.Equals]:
    """
    Return the pairs of documents that resemble each other, and incoming ones equal to others.

    `wholes` are the incoming documents; they are numbered on from the published ones.
    """
    editions = resemblance.editions(wholes)
    equals = earliest(editions, known.with_edition("whole", editions))
    # A document that is equal to a published one joins what that one resembles.
    sources = np.unique(equals.source[equals.source < known.docs])
    wholes = m.Wholes.concat([resemblance.whole(known.paragraphs(sources), settings), wholes])
    banding = resemblance.banding(settings.document_threshold)
    sketches = resemblance.sketch(wholes, banding, np.sort(equals.copy))
    found = [m.Pairs.empty()]
    signatures = [candidates.signatures(sketches)]
    numbers = range(banding.bands if len(sketches) else 0)
    for number, (theirs, own) in zip(
        numbers, in_bands(known, "document", numbers, sketches, banding), strict=True
    ):
        mine = candidates.band(sketches, number)
        both = m.Bands.concat([theirs, mine.take(mine.text >= known.docs)])
        both = arranged(both, both.key, both.text)
        met, _ = candidates.meet(both, number, banding, near_documents.ANY_LENGTH)
        found.append(met.take((met.b >= known.docs) | np.isin(met.b, sources)))
        signatures.append(own)
    known.rest()
    every = signed(signatures)
    pairs = candidates.distinct(m.Pairs.concat(found))
    pairs = candidates.alike(pairs, every, every, banding.equal)
    return compared(pairs, wholes, known, settings), equals


def compared(
    pairs: m.Pairs, wholes: m.Wholes, known: Published, settings: Settings
) -> m.Resemblances:
    """Compare pairs on the sets themselves; `wholes` has the `b` of each."""
    old = np.setdiff1d(pairs.a, wholes.doc)
    every = m.Wholes.concat([resemblance.whole(known.paragraphs(old), settings), wholes])
    every = every.take(np.argsort(every.doc))
    sets = resemblance.grams(resemblance.both(pairs), every)
    return resemblance.compare(pairs, sets, sets, settings.document_threshold)
