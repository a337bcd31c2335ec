"""
Whole documents compared: the flow beside that of paragraphs, in the engine's verbs.

    paragraphs ─► whole ─► sketch ─► candidates ─► compare ─► stars

Its evidence is its own: it needs where paragraphs lie, and nothing of how they match.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import model as m
from dedup.stages import candidates, documents, equal_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedup.engines.interface import Engine, Stored
    from dedup.settings import Settings

    Watch = Callable[[str, int, int | None], None]

PLACE = ("doc", "no")
_CHEAPEST = 0.0
"""Lengths say little of how two sets resemble each other: no pair is left out for its lengths."""


class Near(NamedTuple):
    """Documents that resemble each other."""

    pairs: Stored[m.Resemblances]
    """Verified pairs of distinct texts, sorted by `a`, `b`."""
    equals: Stored[m.Equals]
    """Documents of the same text as an earlier one: these stand for them in `pairs`."""


def compared(
    paragraphs: Stored[m.Paragraphs], settings: Settings, engine: Engine, say: Watch
) -> Near:
    """From paragraphs to documents whose sets of word 3-grams resemble each other."""
    say("comparing documents", 0, None)
    put = partial(documents.whole, settings=settings)
    wholes = engine.by_key(paragraphs, PLACE, m.Wholes, put)
    editions = engine.map(wholes, m.Editions, documents.editions)
    order = ("digest", "digest2", "doc")
    equals = engine.by_key(editions, order, m.Equals, equal_documents.equals, shared=True)
    copies = np.sort(equals.column("copy"))
    banding = documents.banding(settings.document_threshold)
    sketching = partial(documents.sketch, banding=banding, copies=copies)
    sketches = engine.map(wholes, m.Sketches, sketching)
    met = chain.from_iterable(meetings(sketches, banding, engine))
    pairs = engine.by_key(met, ("a", "b"), m.Pairs, candidates.distinct)
    pairs = engine.map(pairs, m.Pairs, candidates.real)
    wanted = np.unique(np.concatenate([pairs.column("a"), pairs.column("b")]))
    sets = engine.map(wholes, m.Grams, partial(documents.grams, wanted=wanted))
    half = engine.join(pairs, sets, (("a",), ("doc",)), m.HalfCompared, documents.read_first)
    compare = partial(documents.compare, threshold=settings.document_threshold)
    near = engine.join(half, sets, (("b",), ("doc",)), m.Resemblances, compare)
    return Near(engine.by_key(near, ("a", "b"), m.Resemblances, _same), equals)


def meetings(
    sketches: Stored[m.Sketches], banding: candidates.Banding, engine: Engine
) -> Iterator[Stored[m.Pairs]]:
    """Let the documents meet, one band at a time, which bounds the memory."""
    for number in range(banding.bands):
        bands = map(partial(candidates.band, number=number), sketches)
        meet = partial(candidates.meet, number=number, banding=banding, threshold=_CHEAPEST)
        yield engine.by_key(bands, ("key",), m.Pairs, meet, shared=True)


def stars(near: Near, published: int) -> m.Resemblances:
    """Give every copy its keeper, as `documents.stars` has it."""
    pairs = m.Resemblances.concat([documents.NONE, *near.pairs])
    equals = m.Equals(near.equals.column("copy"), near.equals.column("source"))
    return documents.stars(pairs, equals, published)


def _same(table: m.Resemblances) -> m.Resemblances:
    return table
