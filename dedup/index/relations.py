"""
What published and incoming texts have to do with each other: places, matches, words.

Incoming documents are numbered on from the published ones, so one Order holds for both, and a text
is named by its first place in it, whichever side that is on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from dedup import model as m
from dedup.engines.base import as_it_is
from dedup.index import meeting
from dedup.index.building import editions_of
from dedup.rows import arranged, matching
from dedup.stages import candidates
from dedup.stages.equal_documents import equals
from dedup.stages.normalise import PARAGRAPH
from dedup.stages.sketch import sketch

if TYPE_CHECKING:
    from dedup.engines.interface import Engine
    from dedup.index.published import Published
    from dedup.matched import Corpus
    from dedup.settings import Settings

T = TypeVar("T", m.Facts, m.Paragraphs, m.Places)


@dataclass(frozen=True, eq=False)
class Relations:
    """Published documents beside incoming ones; a class since both sides are asked at once."""

    known: Published
    facts: m.Facts
    """Of the incoming documents; here and below numbered on from the published ones."""
    paragraphs: m.Paragraphs
    places: m.Places
    texts: m.Texts
    """The distinct texts of incoming documents, by name; sorted by it."""
    matches: m.Matches
    """Of incoming texts that no published document holds, from both sides; sorted by `a`, `b`."""
    candidates: int

    @cached_property
    def copies(self) -> m.I64:
        """Documents that are equal to an earlier one, in Order."""
        return np.union1d(self.known.copies, self.equals.copy)

    @cached_property
    def equals(self) -> m.Equals:
        """Incoming documents that are equal to an earlier one, and the earliest such document."""
        forms = replace(self.places, text=np.searchsorted(self.texts.text, self.places.text))
        mine = editions_of(forms, self.texts.digest, self.texts.digest2)
        return earliest(mine, self.known.with_edition("edition", mine))

    def near(self, texts: m.I64) -> m.Neighbours:
        """Return all texts that some match, themselves included; sorted."""
        found = self.matches_of(texts)
        text, other = np.concatenate([texts, found.a]), np.concatenate([texts, found.b])
        return arranged(m.Neighbours(text, other), text, other)

    def matches_of(self, texts: m.I64) -> m.Matches:
        """Return the matches of texts: each is an `a`; sorted by `a`, `b`."""
        _, rows = matching(texts, self.matches.a)
        old = texts[texts >> PARAGRAPH < self.known.docs]
        found = m.Matches.concat([self.matches.take(rows), self.known.neighbours(old)])
        return arranged(found, found.a, found.b)

    def places_of(self, texts: m.I64) -> m.Places:
        """Return all places of texts, sorted by text, then in Order; texts are sorted."""
        old = self.known.places(texts[texts >> PARAGRAPH < self.known.docs])
        mine = self.places.take(np.isin(self.places.text, texts))
        every = m.Places.concat([old, mine])
        return arranged(every, every.text, every.doc, every.no)

    def in_documents(self, docs: m.I64) -> m.Places:
        """Return which text stands where in documents; sorted, as they are."""
        old = self.known.places_of(docs[docs < self.known.docs])
        return m.Places.concat([old, self.places.take(np.isin(self.places.doc, docs))])

    def words(self, texts: m.I64) -> m.I32:
        """Return how many words each text has."""
        old = texts >> PARAGRAPH < self.known.docs
        found = np.zeros(len(texts), np.int32)
        found[old] = self.known.words(texts[old])
        found[~old] = self.texts.words[np.searchsorted(self.texts.text, texts[~old])]
        return found


def related(corpus: Corpus, known: Published, settings: Settings, engine: Engine) -> Relations:
    """Compare the texts of incoming documents with the published ones."""
    texts = m.Texts.concat(engine.fetch(corpus.texts))
    ordered = engine.by_key(corpus.places, m.PLACE, m.Places, as_it_is)
    places = m.Places.concat(engine.fetch(ordered))
    there = known.with_digests(texts.digest, texts.digest2)
    names = np.where(there < 0, (texts.doc + known.docs) << PARAGRAPH | texts.no, there)
    # Published texts have been compared with each other; those that are new now are.
    new = texts.take(there < 0)
    sketches = sketch(new, settings, candidates.banding(settings, known.texts))
    found, pairs = meeting.matches(new, sketches, known, settings)
    a, mine = found.a.copy(), found.a >= meeting.NEW
    a[mine] = names[a[mine] - meeting.NEW]
    b = names[found.b - meeting.NEW]
    one, other = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.lexsort((other, one))
    matches = m.Matches(one[order], other[order], np.tile(found.similarity, 2)[order])
    by_name = np.argsort(names)
    return Relations(
        known,
        _after(m.Facts.concat(engine.fetch(corpus.facts)), known),
        _after(m.Paragraphs.concat(engine.fetch(corpus.paragraphs)), known),
        replace(_after(places, known), text=names[places.text]),
        replace(texts, text=names).take(by_name),
        matches,
        pairs,
    )


def _after(table: T, known: Published) -> T:
    """Number incoming documents on from the published ones."""
    return replace(table, doc=table.doc + known.docs)


def earliest(mine: m.Editions, theirs: m.Editions) -> m.Equals:
    """Pair each incoming document with the earliest one of its digest."""
    every = m.Editions.concat([theirs, mine])
    every = arranged(every, every.digest, every.digest2, every.doc)
    found = equals(every)
    return found.take(np.isin(found.copy, mine.doc))
