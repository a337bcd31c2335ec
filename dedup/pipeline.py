"""
The whole flow, top to bottom. READ SECOND (after `model`).

    read      documents ─► segment ─► normalise ─► collapse equal ones ─► Corpus
    compare   Corpus ─► sketch ─► meet ─► verify ─► flag boilerplate ─► Matched
    report    Matched ─► points ─► runs, seeds ─► passages ─► groups ─► Report

Written in the engine's verbs, so that it is the same on a laptop, on a disk, on a cluster.
Documents marked as published are earlier than all others and hold no copies; that is all that a
check needs, so `find` and `check` are one flow. What a report shows is made of the matches in
`repetitions`; whole documents are compared in `near_documents`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup import near_documents
from dedup.engines.base import as_it_is
from dedup.engines.interface import Beside
from dedup.errors import InputError
from dedup.evidence import Evidence
from dedup.matched import Corpus, Matched
from dedup.meetings import meetings
from dedup.repetitions import TEXT, marked
from dedup.stages import candidates, equal_documents, groups, twins, verify
from dedup.stages.explain import named_pairs
from dedup.stages.normalise import collapse, first_places, normalise, numbered, place
from dedup.stages.segment import facts_and_paragraphs
from dedup.stages.sketch import sketch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.engines.interface import Engine, Stored
    from dedup.matched import Against, Near
    from dedup.report import Pair, Report
    from dedup.settings import Settings

DIGEST = ("digest", "digest2")


def find(documents: Iterable[m.Documents], settings: Settings, engine: Engine) -> Report:
    """Find what documents in Order repeat, of others or of themselves."""
    return found(documents, settings, engine, checked=False)


def check(
    documents: Iterable[m.Documents],
    settings: Settings,
    engine: Engine,
    against: Against | None = None,
) -> Report:
    """
    Find what incoming documents repeat, of each other or of published ones.

    These are the documents before them, or those of an index.
    """
    return found(documents, settings, engine, against, checked=True)


def found(
    documents: Iterable[m.Documents],
    settings: Settings,
    engine: Engine,
    against: Against | None = None,
    *,
    checked: bool,
) -> Report:
    """Compare what `settings.unit` asks for: paragraphs, whole documents, or both."""
    if settings.unit == "document":
        return near_documents.report(documents, settings, engine, against, checked=checked)
    corpus = read(documents, settings, engine)
    matched = compare(corpus, settings, engine, against)
    near = resembling(matched, settings, engine)
    return Evidence(matched, settings, engine, checked, near).report()


def read(documents: Iterable[m.Documents], settings: Settings, engine: Engine) -> Corpus:
    """
    From documents to their distinct texts, and where these stand.

    Raises `InputError` where there are no documents.
    """
    kinds = (m.Facts, m.Paragraphs, m.MarkdownBlocks, m.Texts, m.Places, m.Equals)
    known, paragraphs, blocks, texts, places, equals = engine.kept(
        "reading", kinds, partial(distinct, documents, settings, engine)
    )
    if not engine.count(known):
        raise InputError(near_documents.NOTHING)
    published = sum(int(batch.published.sum()) for batch in engine.fetch(known))
    return Corpus(known, paragraphs, texts, places, equals, published, blocks)


def distinct(
    documents: Iterable[m.Documents], settings: Settings, engine: Engine
) -> tuple[
    Stored[m.Facts],
    Stored[m.Paragraphs],
    Stored[m.MarkdownBlocks],
    Stored[m.Texts],
    Stored[m.Places],
    Stored[m.Equals],
]:
    """From documents to distinct texts, the places of each, and documents that are equal."""
    known, paragraphs, blocks = engine.map(
        documents,
        (m.Facts, m.Paragraphs, m.MarkdownBlocks),
        partial(facts_and_paragraphs, settings=settings),
        name="reading",
    )
    normalising = partial(normalise, settings=settings)
    forms, normals = engine.map(paragraphs, (m.Forms, m.Normals), normalising, name="normalising")
    editions = engine.by_key(forms, m.PLACE, m.Editions, equal_documents.editions)
    equals = engine.by_key(
        editions, (*DIGEST, "doc"), m.Equals, equal_documents.equals, shared=True
    )
    kinds = (m.Forms, m.FormsByDigest)
    firsts, by_digest = engine.by_key(forms, (*DIGEST, *m.PLACE), kinds, first_places)
    del forms
    ranks = engine.rank(firsts, m.PLACE, m.Ranks, numbered)
    texts = engine.join(ranks, normals, (m.PLACE, m.PLACE), m.Texts, collapse)
    del normals
    places = engine.join(by_digest, ranks, (DIGEST, DIGEST), m.Places, place)
    return known, paragraphs, blocks, texts, places, equals


def compare(
    corpus: Corpus, settings: Settings, engine: Engine, against: Against | None = None
) -> Matched:
    """Compare the distinct texts of a corpus, and flag what is boilerplate in it."""
    if against is not None:
        return against.compare(corpus, settings, engine)
    matches, counts = engine.kept(
        "verifying",
        (m.Matches, m.Counts),
        partial(verified, corpus.texts, settings, engine, corpus.published),
    )
    places, near = marked(corpus, matches, settings, engine)
    told = m.Counts.concat(engine.fetch(counts))
    return Matched(
        corpus.facts,
        corpus.paragraphs,
        corpus.texts,
        places,
        corpus.equals,
        corpus.published,
        corpus.blocks,
        matches=matches,
        neighbours=near,
        candidates=int(told.candidates.sum()),
        buckets_cut=int(told.cut.sum()),
    )


def resembling(matched: Matched, settings: Settings, engine: Engine) -> Near | None:
    """Compare the whole documents of a corpus beside its paragraphs, where that is asked for."""
    if settings.unit == "paragraph":
        return None
    if matched.elsewhere is not None:
        return matched.elsewhere.near
    return near_documents.beside(matched.paragraphs, settings, engine)


def verified(
    texts: Stored[m.Texts], settings: Settings, engine: Engine, published: int = 0
) -> tuple[Stored[m.Matches], Stored[m.Counts]]:
    """From distinct texts to the matches among them; the first documents are published."""
    banding = candidates.banding(settings, engine.count(texts))
    (sketches,) = engine.kept(
        "sketching", (m.Sketches,), partial(sketched, texts, banding, settings, engine)
    )
    first = partial(candidates.published, docs=published)
    old = engine.count(engine.map(texts, m.Docs, first)) if published else 0
    name = "comparing signatures"
    pairs, crowds = meetings(
        sketches, banding, settings.threshold, engine, name=name, published=old, kept="band"
    )
    del sketches
    normals = engine.map(texts, m.NormalTexts, verify.normal_texts)
    beside = Beside(normals, ("a", "b", "text"), m.HalfRead)
    compare = partial(verify.verify, settings=settings)
    good = engine.pairwise(pairs, beside, m.Matches, compare, name="verifying")
    matches = engine.by_key(good, ("a", "b"), m.Matches, as_it_is)
    counts = engine.union(
        engine.map(pairs, m.Counts, candidates.pair_counts),
        engine.map(crowds, m.Counts, candidates.crowded),
    )
    return matches, engine.map(counts, m.Counts, as_it_is)


def sketched(
    texts: Stored[m.Texts], banding: candidates.Banding, settings: Settings, engine: Engine
) -> tuple[Stored[m.Sketches]]:
    """From distinct texts to the signatures of the long ones."""
    sketching = partial(sketch, settings=settings, banding=banding)
    return (engine.map(texts, m.Sketches, sketching, name="sketching"),)


def pairs(documents: Iterable[m.Documents], settings: Settings, engine: Engine) -> Iterator[Pair]:
    """Yield every verified match, in Order: of equal paragraphs each with the first one only."""
    matched = compare(read(documents, settings, engine), settings, engine)
    long = engine.map(matched.texts, m.Texts, partial(twins.long, settings=settings))
    ranks = np.concatenate([np.zeros(0, np.int64), *(b.text for b in engine.fetch(long))])
    keepers = groups.stars(ranks, engine.fetch(matched.matches))
    few = engine.map(matched.matches, m.Matches, partial(twins.led, keepers=keepers))
    half = engine.lookup(few, long, (("a",), TEXT), m.HalfPlaced, twins.first_place)
    near = engine.lookup(half, long, (("b",), TEXT), m.Twins, twins.second_place)
    equal = engine.join(matched.places, long, (TEXT, TEXT), m.Twins, twins.equal)
    order = ("a_doc", "a_no", "b_doc", "b_no")
    found = engine.by_key(engine.union(near, equal), order, m.Twins, as_it_is)
    yield from named_pairs(engine.fetch(found), engine.fetch(matched.facts))
