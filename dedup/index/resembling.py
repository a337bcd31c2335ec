"""Whole documents that resemble published ones: the stages of `near_documents`, by the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup import near_documents
from dedup.index import meeting
from dedup.index.relations import earliest
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
    wholes = m.Wholes.concat([resemblance.whole_texts(known.paragraphs(sources), settings), wholes])
    banding = resemblance.banding(settings.document_threshold)
    sketches = resemblance.sketch(wholes, banding, np.sort(equals.copy))
    every = near_documents.ANY_LENGTH
    met, signatures = meeting.met(known, "document", sketches, banding, every, known.docs)
    pairs = candidates.distinct(met.take((met.b >= known.docs) | np.isin(met.b, sources)))
    pairs = candidates.alike(pairs, signatures, signatures, banding.equal)
    return compared(pairs, wholes, known, settings), equals


def compared(
    pairs: m.Pairs, wholes: m.Wholes, known: Published, settings: Settings
) -> m.Resemblances:
    """Compare pairs on the sets themselves; `wholes` has the `b` of each."""
    old = np.setdiff1d(pairs.a, wholes.doc)
    every = m.Wholes.concat([resemblance.whole_texts(known.paragraphs(old), settings), wholes])
    every = every.take(np.argsort(every.doc))
    sets = resemblance.grams(resemblance.both(pairs), every)
    return resemblance.resemblances(pairs, sets, sets, settings.document_threshold)
