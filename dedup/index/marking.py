"""
Which texts are boilerplate, of published documents and of those that come in.

How published texts stand is stored; what comes in only adds to it: holders of what it matches, and
companions where its paragraphs stand side by side. Incoming documents are the last in Order, so
they change no leader of a published text.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import model as m
from dedup.index.spreading import companions, flags, standing
from dedup.index.standing import Companions
from dedup.rows import arranged, fresh
from dedup.stages import boilerplate
from dedup.stages.equal_documents import without_copies
from dedup.stages.normalise import PARAGRAPH

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.index.relations import Relations
    from dedup.settings import Settings


class Marks:
    """What is boilerplate; a class since what comes in is counted once and asked of often."""

    def __init__(self, between: Relations, settings: Settings) -> None:
        self._between, self._settings = between, settings
        self._known = between.known
        self.standing = standing(between.known)
        self._near = between.near(between.texts.text)
        self._more = self._holders()
        self._company = self._companions()

    def of(self, texts: m.I64) -> m.I8:
        """Return of each text by which limit it is boilerplate; 0 where it is none."""
        spread, words = self._spread(texts), self._between.words(texts)
        asked = spread >= self._settings.boilerplate_documents
        leader = texts.copy()
        leader[asked] = self._leaders(texts[asked])
        beside = self._beside(np.unique(leader[asked]))
        return flags(texts, words, spread, leader, beside, self._settings)

    def put(self, places: m.Places) -> m.Places:
        """Return places with what is boilerplate among them."""
        texts, at = np.unique(places.text, return_inverse=True)
        return replace(places, boilerplate=self.of(texts)[at])

    @cached_property
    def changed(self) -> m.I64:
        """Published texts that are boilerplate only with what comes in, or only without."""
        led = self._known.near(self._published(np.unique(self._company.leader))).other
        texts = self._published(np.unique(np.concatenate([self._near.other, led])))
        before = self.standing.flag[self._known.numbers(texts)]
        return np.sort(texts[(before != 0) != (self.of(texts) != 0)])

    def _published(self, texts: m.I64) -> m.I64:
        """Leave out the texts that no published document holds."""
        return texts[texts >> PARAGRAPH < self._known.docs]

    def _holders(self) -> m.Spread:
        """Count the incoming documents that hold a match of a text, and all where it is new."""
        between, near = self._between, self._near
        places = arranged(between.places, between.places.text)
        holders = boilerplate.holders(places, self._settings, between.copies)
        # A match is one of both: rows sorted by text are sorted by the neighbour.
        around = [boilerplate.around(m.Neighbours(near.other, near.text), holders)]
        new = near.take(near.text >> PARAGRAPH >= self._known.docs)
        new = new.take(np.argsort(new.other, kind="stable"))
        places = self._known.places(self._published(np.unique(new.other)))
        holders = boilerplate.holders(places, self._settings, between.copies)
        around.append(boilerplate.around(new, holders))
        every = m.Holders.concat(around)
        return boilerplate.counted(arranged(every, every.text, every.doc))

    def _spread(self, texts: m.I64) -> NDArray[Any]:
        """Return in how many documents each text or a match of it stands."""
        found = np.zeros(len(texts), np.int64)
        old = texts >> PARAGRAPH < self._known.docs
        found[old] = self.standing.spread[self._known.numbers(texts[old])]
        if len(self._more):
            at = np.minimum(np.searchsorted(self._more.text, texts), len(self._more) - 1)
            found += np.where(self._more.text[at] == texts, self._more.documents[at], 0)
        return found

    def _leaders(self, texts: m.I64) -> m.I64:
        """Return the first text in Order that each matches."""
        found = texts.copy()
        old = texts >> PARAGRAPH < self._known.docs
        numbers = self.standing.leader[self._known.numbers(texts[old])]
        found[old] = self._known.first[numbers]
        first = boilerplate.leaders(self._near)
        found[~old] = first.other[np.searchsorted(first.text, texts[~old])]
        return found

    def _beside(self, leaders: m.I64) -> Companions:
        """Return what some leaders have beside them, in all documents; sorted by leader."""
        stored = self.standing.company
        first, past = (np.searchsorted(stored.leader, leaders, s) for s in ("left", "right"))
        rows = [np.arange(a, b) for a, b in zip(first.tolist(), past.tolist(), strict=True)]
        some = stored.take(np.concatenate([np.zeros(0, np.int64), *rows]))
        every = Companions.concat(
            [some, self._company.take(np.isin(self._company.leader, leaders))]
        )
        every = arranged(every, every.leader, every.side, every.other)
        heads = np.flatnonzero(fresh(every.leader, every.side, every.other))
        if not len(heads):
            return every
        return replace(every.take(heads), documents=np.add.reduceat(every.documents, heads))

    def _companions(self) -> Companions:
        """Count what stands side by side in incoming documents, or counts because of them."""
        between, limit = self._between, self._settings.boilerplate_documents
        own = self._led(without_copies(between.places, between.copies))
        leaders = self._published(np.unique(own.leader))
        before = self.standing.spread[self._known.numbers(leaders)]
        new = leaders[before < limit]
        found = companions(boilerplate.beside(own))
        if not len(new):
            return found
        # Leaders that are widespread only now were counted nowhere; few documents hold them.
        near = self._known.near(new)
        led = np.unique(near.other)
        led = led[np.isin(self._leaders(led), new)]
        places = without_copies(self._known.places(led), between.copies)
        every = self._known.places_of(np.unique(places.doc))
        others = companions(boilerplate.beside(self._led(every)))
        others = others.take(np.isin(others.leader, new) | np.isin(others.other, new))
        both = Companions.concat([found, others])
        return arranged(both, both.leader, both.side, both.other)

    def _led(self, places: m.Places) -> m.Led:
        """Return the places whose leader is widespread, in Order."""
        leader = self._leaders(places.text)
        wide = self._spread(leader) >= self._settings.boilerplate_documents
        places, leader = places.take(wide), leader[wide]
        asked = np.full(len(places), boilerplate.LONG_WORDS - 1, np.int32)
        words = self._between.words(leader)
        found = m.Led(places.doc, places.no, leader, words, asked)
        return arranged(found, found.doc, found.no)
