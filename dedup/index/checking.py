"""
A check against an index, by the flow of `pipeline`.

From the index come only the published documents that can take part: where a matching text stands
first, where seeds lie in a row, what boilerplate names, what is equal or resembles. With what the
index knows of all others (`Elsewhere`) the flow finds in them what it finds in all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import model as m
from dedup import near_documents, pipeline
from dedup.engines.base import as_it_is
from dedup.index import sharing
from dedup.index.marking import Marks
from dedup.index.naming import named_boilerplate
from dedup.index.published import text_rows
from dedup.index.relations import Relations, related
from dedup.index.resembling import resembling
from dedup.matched import Elsewhere, Matched
from dedup.rows import arranged, fresh, rank_within
from dedup.stages import points, resemblance, seeds
from dedup.stages.bodies import bodies
from dedup.stages.explain_documents import report_of_documents
from dedup.stages.normalise import PARAGRAPH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.engines.interface import Engine
    from dedup.index.published import Published
    from dedup.report import Report
    from dedup.settings import Settings


@dataclass(frozen=True, slots=True)
class Size:
    """What an index holds, as a report says it."""

    documents: int
    characters: int


def check(
    documents: Iterable[m.Documents],
    known: Published,
    size: Size,
    settings: Settings,
    engine: Engine,
) -> Report:
    """Find what incoming documents repeat, of each other or of the documents of an index."""
    if settings.unit == "document":
        return check_documents(documents, known, size, settings, engine)
    between = related(documents, known, settings, engine)
    near, equals = m.Resemblances.empty(), m.Equals.empty()
    if settings.unit != "paragraph":
        wholes = resemblance.whole(between.paragraphs, settings)
        near, equals = resembling(wholes, known, settings)
    marks = Marks(between, settings)
    own = marks.put(between.places)
    named = named_boilerplate(own, between, marks)
    mine, theirs = seeds_of(own, between, marks, settings)
    # Which published documents take part, with their paragraphs or in name only.
    shared = seeds.share(m.Seeds.concat([theirs, mine]), known.docs)
    parts = (
        sources_of(own, between, marks, settings),
        sharing.may_chain(shared),
        named.doc,
        between.equals.source,
    )
    sources = _before(np.concatenate(parts), known.docs)
    seen = _before(np.concatenate([sources, theirs.doc, near.a, near.b, equals.source]), known.docs)
    numbers = np.concatenate([seen, between.facts.doc])
    # The flow goes on with them as if there were no others.
    scene = _Scene(between, marks, numbers)
    matched = scene.matched(sources, own, named, theirs, settings, engine)
    resemble = near_documents.Near(
        scene.stored(replace(near, a=scene.doc(near.a), b=scene.doc(near.b)), engine),
        scene.stored(
            replace(equals, copy=scene.doc(equals.copy), source=scene.doc(equals.source)), engine
        ),
    )
    beside = None if settings.unit == "paragraph" else resemble
    report = pipeline.Evidence(matched, settings, engine, checked=True, near=beside).report()
    summary = replace(
        report.summary, published=size.documents, published_characters=size.characters
    )
    return replace(report, summary=summary)


def check_documents(
    documents: Iterable[m.Documents],
    known: Published,
    size: Size,
    settings: Settings,
    engine: Engine,
) -> Report:
    """Find which incoming documents resemble another one; no paragraph is compared."""
    stored, texts = near_documents.read(documents, settings, engine)
    mine = m.Facts.concat(engine.fetch(stored))
    mine = replace(mine, doc=mine.doc + known.docs)
    wholes = m.Wholes.concat(engine.fetch(texts))
    wholes = replace(wholes, doc=wholes.doc + known.docs)
    near, equals = resembling(wholes, known, settings)
    # Only those of which there is something to tell are named.
    seen = _before(np.concatenate([near.a, near.b, equals.source]), known.docs)
    numbers = np.concatenate([seen, mine.doc])
    near = replace(near, a=np.searchsorted(numbers, near.a), b=np.searchsorted(numbers, near.b))
    copy, source = (np.searchsorted(numbers, docs) for docs in (equals.copy, equals.source))
    facts = m.Facts.concat([known.facts(seen), mine])
    facts = replace(facts, doc=np.arange(len(facts)))
    sizes = resemblance.sizes(replace(wholes, doc=np.searchsorted(numbers, wholes.doc)))
    stars = resemblance.stars(near, m.Equals(copy, source), len(seen))
    report = report_of_documents(stars, facts, [sizes], settings, checked=True)
    return replace(report, summary=replace(report.summary, published=size.documents))


def _before(docs: m.I64, end: int) -> m.I64:
    """Return the documents before one, once each."""
    return np.unique(docs[docs < end])


def sources_of(own: m.Places, between: Relations, marks: Marks, settings: Settings) -> m.I64:
    """Return the documents of the earliest places of what open incoming paragraphs match."""
    texts = np.unique(points.open_places(own, settings).text)
    others = np.unique(between.near(texts).other)
    places = between.places_of(others[marks.of(others) == 0])
    return np.unique(places.doc[rank_within(places.text) < points.EARLIEST])


def seeds_of(
    own: m.Places, between: Relations, marks: Marks, settings: Settings
) -> tuple[m.Seeds, m.Seeds]:
    """Return the seeds of incoming documents, and the published ones that they share."""
    if settings.passages == "off":
        return m.Seeds.empty(), m.Seeds.empty()
    whole = bodies(between.paragraphs, own)
    mine = seeds.choose_seeds(whole, m.Covered.empty())
    return mine, sharing.published_seeds(np.unique(mine.key), between.known, marks)


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """The documents that take part, numbered anew; a class since all tables are numbered alike."""

    between: Relations
    marks: Marks
    numbers: m.I64
    """The documents, in Order."""

    def doc(self, docs: m.I64) -> m.I64:
        """Return the new numbers of documents."""
        return np.searchsorted(self.numbers, docs)

    def stored(self, table: Any, engine: Engine) -> Any:  # noqa: ANN401 - any table
        """Hand a table to the engine."""
        return engine.map([table], type(table), as_it_is)

    def matched(  # noqa: PLR0913 - what was found out
        self,
        sources: m.I64,
        own: m.Places,
        named: m.Named,
        theirs: m.Seeds,
        settings: Settings,
        engine: Engine,
    ) -> Matched:
        """Return what the flow goes on with: published `sources` have paragraphs."""
        between, known = self.between, self.between.known
        published = int((self.numbers < known.docs).sum())
        facts = m.Facts.concat([known.facts(self.numbers[:published]), between.facts])
        paragraphs = m.Paragraphs.concat([known.paragraphs(sources), between.paragraphs])
        places = m.Places.concat([self.marks.put(known.places_of(sources)), own])
        near = between.near(np.unique(own.text))
        pairs = self._matches()
        # Texts that stand in no document at hand come first: they have stood before.
        old = places.text >> PARAGRAPH < known.docs
        at_hand = places.text[~old | (places.doc < known.docs)]
        here = at_hand[np.sort(np.unique(at_hand, return_index=True)[1])]
        every = np.unique(np.concatenate([places.text, pairs.a, pairs.b, near.other]))
        away = every[~np.isin(every, here)]
        names = np.concatenate([away, here])
        by_name = np.argsort(names)

        def text(some: m.I64) -> m.I64:
            return by_name[np.searchsorted(names, some, sorter=by_name)]

        flags, words = self.marks.of(away), between.words(away)
        elsewhere = Elsewhere(
            texts=len(away),
            flagged=np.flatnonzero(flags != 0),
            large=np.flatnonzero(words >= settings.min_group_words),
            seeds=self.stored(replace(theirs, doc=self.doc(theirs.doc)), engine),
            named=self.stored(
                replace(named, doc=self.doc(named.doc), source=self.doc(named.source)), engine
            ),
        )
        texts = text_rows(np.arange(len(names)), m.Strings.empty(len(names)))
        pairs = replace(pairs, a=text(pairs.a), b=text(pairs.b))
        near = m.Neighbours(text(near.text), text(near.other))
        copies = between.known.copies
        copies = copies[np.isin(copies, sources)]
        equals = m.Equals.concat([m.Equals(copies, copies), between.equals])
        return Matched(
            self.stored(replace(facts, doc=self.doc(facts.doc)), engine),
            self.stored(replace(paragraphs, doc=self.doc(paragraphs.doc)), engine),
            self.stored(texts, engine),
            self.stored(replace(places, doc=self.doc(places.doc), text=text(places.text)), engine),
            self.stored(m.Equals(self.doc(equals.copy), self.doc(equals.source)), engine),
            published,
            self.stored(m.MarkdownBlocks.empty(), engine),
            matches=self.stored(pairs, engine),
            neighbours=self.stored(arranged(near, near.text, near.other), engine),
            candidates=between.candidates,
            buckets_cut=0,
            elsewhere=elsewhere,
        )

    def _matches(self) -> m.Matches:
        """Return the matches of incoming texts, and of the published ones that they match."""
        between = self.between
        mine = between.matches
        old = np.unique(mine.a[mine.a >> PARAGRAPH < between.known.docs])
        every = m.Matches.concat([mine, between.known.neighbours(old)])
        a, b = np.minimum(every.a, every.b), np.maximum(every.a, every.b)
        order = np.lexsort((b, a))
        every = m.Matches(a[order], b[order], every.similarity[order])
        return every.take(fresh(every.a, every.b))
