"""
Whole documents compared: the flow beside that of paragraphs, in the engine's verbs.

    documents ─► whole ─► sketch ─► candidates ─► compare ─► stars

Its evidence is its own: it needs what paragraphs say, and nothing of how they match.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup.engines.base import as_it_is
from dedup.engines.interface import Beside
from dedup.errors import InputError
from dedup.matched import Near
from dedup.meetings import meetings
from dedup.stages import equal_documents, resemblance
from dedup.stages.explain_documents import groups_of, pairs_of, report_of_documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.engines.interface import Engine, Stored
    from dedup.matched import Against
    from dedup.report import NearDocuments, NearPair, Report
    from dedup.settings import Settings

NOTHING = "no documents were read: give files or folders with texts"
_DOC = ("doc",)
ANY_LENGTH = 0.0
"""Lengths say little of how two sets resemble each other: no pair is left out for its lengths."""


def report(
    documents: Iterable[m.Documents],
    settings: Settings,
    engine: Engine,
    against: Against | None = None,
    *,
    checked: bool,
) -> Report:
    """Report the documents that resemble an earlier one; no paragraph is compared."""
    facts, wholes = read(documents, settings, engine)
    if against is None:
        near = resembling_documents(wholes, settings, engine)
    else:
        facts, wholes, near = against.compare_documents(facts, wholes, settings, engine)
    known = m.Facts.concat(engine.fetch(facts))
    sizes = engine.fetch(engine.map(wholes, m.Sizes, resemblance.sizes))
    found = resembling_stars(near, int(known.published.sum()), engine)
    made = report_of_documents(found, known, sizes, settings, checked=checked)
    if against is None:
        return made
    return replace(made, summary=replace(made.summary, published=against.documents))


def pairs(
    documents: Iterable[m.Documents], settings: Settings, engine: Engine
) -> Iterator[NearPair]:
    """
    Return every verified pair of documents that resemble each other, in Order.

    Of documents of equal text each is paired with the first one only, and near pairs are those of
    the first ones.
    """
    facts, wholes = read(documents, settings, engine)
    near = resembling_documents(wholes, settings, engine)
    equal = engine.map(near.equals, m.Resemblances, resemblance.equal)
    every = engine.union(near.pairs, equal)
    ordered = engine.by_key(every, ("a", "b"), m.Resemblances, as_it_is)
    yield from pairs_of(engine.fetch(ordered), m.Facts.concat(engine.fetch(facts)))


def beside(paragraphs: Stored[m.Paragraphs], settings: Settings, engine: Engine) -> Near:
    """From paragraphs that were read for a comparison of their own."""
    put = partial(resemblance.whole_texts, settings=settings)
    return resembling_documents(engine.by_key(paragraphs, m.PLACE, m.Wholes, put), settings, engine)


def groups(
    near: Near, facts: Stored[m.Facts], published: int, engine: Engine
) -> tuple[NearDocuments, ...]:
    """Return each keeper with its copies, by name."""
    found = resembling_stars(near, published, engine)
    return groups_of(found, m.Facts.concat(engine.fetch(facts)))


def read(
    documents: Iterable[m.Documents], settings: Settings, engine: Engine
) -> tuple[Stored[m.Facts], Stored[m.Wholes]]:
    """From documents to their texts. Raises `InputError` where there are none."""

    def parts() -> tuple[Stored[m.Facts], Stored[m.Wholes]]:
        kinds = (m.Facts, m.Wholes)
        put = partial(resemblance.facts_and_whole, settings=settings)
        facts, wholes = engine.map(documents, kinds, put, name="reading")
        return facts, wholes

    facts, wholes = engine.kept("reading", (m.Facts, m.Wholes), parts)
    if not engine.count(facts):
        raise InputError(NOTHING)
    return facts, wholes


def resembling_documents(wholes: Stored[m.Wholes], settings: Settings, engine: Engine) -> Near:
    """From the texts of documents to those whose sets of word 3-grams resemble each other."""
    kinds = (m.Resemblances, m.Equals)
    return Near(*engine.kept("documents", kinds, partial(verified, wholes, settings, engine)))


def verified(
    wholes: Stored[m.Wholes], settings: Settings, engine: Engine
) -> tuple[Stored[m.Resemblances], Stored[m.Equals]]:
    """Let documents meet, and compare those that met."""
    # Documents of equal text collapse: the earliest stands for them.
    editions = engine.map(wholes, m.Editions, resemblance.editions)
    order = ("digest", "digest2", "doc")
    equals = engine.by_key(editions, order, m.Equals, equal_documents.equals, shared=True)
    copies = np.sort(m.Equals.concat(engine.fetch(equals)).copy)
    # Those that are left meet by their signatures.
    banding = resemblance.banding(settings.document_threshold)
    sketching = partial(resemblance.sketch, banding=banding, copies=copies)
    sketches = engine.map(wholes, m.Sketches, sketching, name="sketching documents")
    pairs, _ = meetings(sketches, banding, ANY_LENGTH, engine, name="comparing documents")
    # What a pair shares is counted on the sets themselves.
    wanted = engine.map(pairs, m.Docs, resemblance.both)
    sets = engine.join(wanted, wholes, (_DOC, _DOC), m.Grams, resemblance.grams)
    beside = Beside(sets, ("a", "b", "doc"), m.HalfCompared)
    comparing = partial(resemblance.resemblances, threshold=settings.document_threshold)
    good = engine.pairwise(pairs, beside, m.Resemblances, comparing)
    return engine.by_key(good, ("a", "b"), m.Resemblances, as_it_is), equals


def resembling_stars(near: Near, published: int, engine: Engine) -> m.Resemblances:
    """Return every copy its keeper: `a` keeps `b`."""
    return resemblance.stars(*tables(near, engine), published)


def tables(near: Near, engine: Engine) -> tuple[m.Resemblances, m.Equals]:
    """Bring what was found to the caller."""
    pairs = m.Resemblances.concat(engine.fetch(near.pairs))
    return pairs, m.Equals.concat(engine.fetch(near.equals))
