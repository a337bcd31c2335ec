"""
Whole documents compared: the flow beside that of paragraphs, in the engine's verbs.

    paragraphs ─► whole ─► sketch ─► candidates ─► compare ─► stars

Its evidence is its own: it needs where paragraphs lie, and nothing of how they match.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from dedup import model as m
from dedup.errors import InputError
from dedup.stages import candidates, equal_documents, resemblance
from dedup.stages.bodies import facts
from dedup.stages.segment import segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dedup.engines.interface import Engine, Stored
    from dedup.settings import Settings

    Watch = Callable[[str, int, int | None], None]

T = TypeVar("T", bound=m.Table)
PLACE = ("doc", "no")
_CHEAPEST = 0.0
"""Lengths say little of how two sets resemble each other: no pair is left out for its lengths."""


class Near(NamedTuple):
    """Documents that resemble each other."""

    pairs: Stored[m.Resemblances]
    """Verified pairs of distinct texts, sorted by `a`, `b`."""
    equals: Stored[m.Equals]
    """Documents of the same text as an earlier one: these stand for them in `pairs`."""
    sizes: Stored[m.Sizes]
    """How long each document is."""


def read(
    documents: Iterable[m.Documents], settings: Settings, engine: Engine, say: Watch
) -> tuple[Stored[m.Facts], Near]:
    """From documents to those that resemble each other: no paragraph is compared."""
    say("reading", 0, None)

    def parts() -> tuple[Stored[m.Facts], Stored[m.Paragraphs]]:
        texts = engine.map(documents, m.Documents, _same)
        paragraphs = engine.map(texts, m.Paragraphs, partial(segment, settings=settings))
        return engine.map(texts, m.Facts, facts), paragraphs

    known, paragraphs = engine.kept("reading", (m.Facts, m.Paragraphs), parts)
    if not len(known):
        raise InputError(NOTHING)
    return known, compared(paragraphs, settings, engine, say)


NOTHING = "no documents were read: give files or folders with texts"


def compared(
    paragraphs: Stored[m.Paragraphs], settings: Settings, engine: Engine, say: Watch
) -> Near:
    """From paragraphs to documents whose sets of word 3-grams resemble each other."""
    say("comparing documents", 0, None)
    kinds = (m.Resemblances, m.Equals, m.Sizes)
    return Near(*engine.kept("documents", kinds, partial(near, paragraphs, settings, engine)))


def near(
    paragraphs: Stored[m.Paragraphs], settings: Settings, engine: Engine
) -> tuple[Stored[m.Resemblances], Stored[m.Equals], Stored[m.Sizes]]:
    """Put documents together, let them meet, and compare those that met."""
    put = partial(resemblance.whole, settings=settings)
    wholes = engine.by_key(paragraphs, PLACE, m.Wholes, put)
    # Documents of equal text collapse: the earliest stands for them.
    editions = engine.map(wholes, m.Editions, resemblance.editions)
    order = ("digest", "digest2", "doc")
    equals = engine.by_key(editions, order, m.Equals, equal_documents.equals, shared=True)
    copies = np.sort(equals.column("copy"))
    # Those that are left meet by their signatures.
    banding = resemblance.banding(settings.document_threshold)
    sketching = partial(resemblance.sketch, banding=banding, copies=copies)
    sketches = engine.map(wholes, m.Sketches, sketching)
    met = chain.from_iterable(meetings(sketches, banding, engine))
    pairs = engine.by_key(met, ("a", "b"), m.Pairs, candidates.distinct)
    pairs = engine.map(pairs, m.Pairs, candidates.real)
    # What a pair shares is counted on the sets themselves.
    wanted = np.unique(np.concatenate([pairs.column("a"), pairs.column("b")]))
    sets = engine.map(wholes, m.Grams, partial(resemblance.grams, wanted=wanted))
    half = engine.join(pairs, sets, (("a",), ("doc",)), m.HalfCompared, resemblance.read_first)
    compare = partial(resemblance.compare, threshold=settings.document_threshold)
    found = engine.join(half, sets, (("b",), ("doc",)), m.Resemblances, compare)
    ordered = engine.by_key(found, ("a", "b"), m.Resemblances, _same)
    return ordered, equals, engine.map(wholes, m.Sizes, resemblance.sizes)


def meetings(
    sketches: Stored[m.Sketches], banding: candidates.Banding, engine: Engine
) -> Iterator[Stored[m.Pairs]]:
    """Let the documents meet, one band at a time, which bounds the memory."""
    for number in range(banding.bands):
        bands = map(partial(candidates.band, number=number), sketches)
        meet = partial(candidates.meet, number=number, banding=banding, threshold=_CHEAPEST)
        yield engine.by_key(bands, ("key",), m.Pairs, meet, shared=True)


def stars(near: Near, published: int) -> m.Resemblances:
    """Give every copy its keeper: `a` keeps `b`."""
    equals = m.Equals.concat(near.equals)
    return resemblance.stars(m.Resemblances.concat(near.pairs), equals, published)


def pairs(near: Near, engine: Engine) -> Stored[m.Resemblances]:
    """Give every pair, those of equal documents too, in Order."""
    equal = engine.map(near.equals, m.Resemblances, resemblance.equal)
    return engine.by_key(chain(near.pairs, equal), ("a", "b"), m.Resemblances, _same)


def _same(table: T) -> T:
    return table
