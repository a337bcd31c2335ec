"""
What `pipeline` compares an incoming corpus against: an index.

From the index come only the published documents that can take part: where a matching text stands
first, where seeds lie in a row, what boilerplate names, what is equal or resembles. With what the
index knows of all others (`Elsewhere`) the flow finds in them what it finds in all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import model as m
from dedup.engines.base import as_it_is
from dedup.index import sharing
from dedup.index.marking import Marks
from dedup.index.naming import named_boilerplate
from dedup.index.published import text_rows
from dedup.index.relations import Relations, related
from dedup.index.resembling import resembling
from dedup.matched import Elsewhere, Matched, Near
from dedup.rows import arranged, fresh, rank_within
from dedup.stages import points, resemblance, seeds
from dedup.stages.bodies import bodies
from dedup.stages.normalise import PARAGRAPH

if TYPE_CHECKING:
    from dedup.engines.interface import Engine, Stored
    from dedup.index.published import Published
    from dedup.matched import Corpus
    from dedup.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Indexed:
    """The documents of an index, less those that come in: what `pipeline.compare` asks."""

    known: Published
    documents: int
    characters: int

    def compare(self, corpus: Corpus, settings: Settings, engine: Engine) -> Matched:
        """Compare an incoming corpus with the index, and with itself."""
        known = self.known
        between = related(corpus, known, settings, engine)
        near, equals = m.Resemblances.empty(), m.Equals.empty()
        if settings.unit != "paragraph":
            wholes = resemblance.whole_texts(between.paragraphs, settings)
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
        seen = np.concatenate([sources, theirs.doc, near.a, near.b, equals.source])
        numbers = np.concatenate([_before(seen, known.docs), between.facts.doc])
        # The flow goes on with them as if there were no others.
        scene = _Scene(self, between, marks, numbers)
        resemble = renumbered(near, equals, numbers, engine)
        return scene.matched(sources, own, named, theirs, resemble, settings, engine)

    def compare_documents(
        self,
        facts: Stored[m.Facts],
        wholes: Stored[m.Wholes],
        settings: Settings,
        engine: Engine,
    ) -> tuple[Stored[m.Facts], Stored[m.Wholes], Near]:
        """Compare incoming documents whole with those of the index, and with each other."""
        docs = self.known.docs
        mine = m.Facts.concat(engine.fetch(facts))
        whole = m.Wholes.concat(engine.fetch(wholes))
        near, equals = resembling(replace(whole, doc=whole.doc + docs), self.known, settings)
        # Of the published ones only those of which there is something to tell are named.
        seen = _before(np.concatenate([near.a, near.b, equals.source]), docs)
        numbers = np.concatenate([seen, mine.doc + docs])

        every = m.Facts.concat([self.known.facts(seen), mine])
        own = np.searchsorted(numbers, whole.doc + docs)
        return (
            engine.map([replace(every, doc=np.arange(len(every)))], m.Facts, as_it_is),
            engine.map([replace(whole, doc=own)], m.Wholes, as_it_is),
            renumbered(near, equals, numbers, engine),
        )


def renumbered(near: m.Resemblances, equals: m.Equals, numbers: m.I64, engine: Engine) -> Near:
    """Hand documents that resemble each other to the engine, by their rows in `numbers`."""
    a, b, copy, source = (
        np.searchsorted(numbers, docs) for docs in (near.a, near.b, equals.copy, equals.source)
    )
    return Near(
        engine.map([replace(near, a=a, b=b)], m.Resemblances, as_it_is),
        engine.map([m.Equals(copy, source)], m.Equals, as_it_is),
    )


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

    index: Indexed
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
        near: Near,
        settings: Settings,
        engine: Engine,
    ) -> Matched:
        """Return what the flow goes on with: published `sources` have paragraphs."""
        between, known = self.between, self.between.known
        published = int((self.numbers < known.docs).sum())
        facts = m.Facts.concat([known.facts(self.numbers[:published]), between.facts])
        paragraphs = m.Paragraphs.concat([known.paragraphs(sources), between.paragraphs])
        places = m.Places.concat([self.marks.put(known.places_of(sources)), own])
        neighbours = between.near(np.unique(own.text))
        pairs = self._matches()
        # Texts that stand in no document at hand come first: they have stood before.
        old = places.text >> PARAGRAPH < known.docs
        at_hand = places.text[~old | (places.doc < known.docs)]
        here = at_hand[np.sort(np.unique(at_hand, return_index=True)[1])]
        every = np.unique(np.concatenate([places.text, pairs.a, pairs.b, neighbours.other]))
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
            near=near,
            documents=self.index.documents,
            characters=self.index.characters,
        )
        texts = text_rows(np.arange(len(names)), m.Strings.empty(len(names)))
        pairs = replace(pairs, a=text(pairs.a), b=text(pairs.b))
        neighbours = m.Neighbours(text(neighbours.text), text(neighbours.other))
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
            neighbours=self.stored(arranged(neighbours, neighbours.text, neighbours.other), engine),
            # What is stored has been compared, and found.
            candidates=between.candidates + len(pairs) - len(between.matches) // 2,
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
