"""
Which texts are boilerplate: the stages of `boilerplate`, shown only what decides of some texts.

What a text has to do with is looked up from it outwards: its matches and who holds them; where
company may spare it, the texts of its leader, what stands beside these, and the leaders of that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup import pipeline
from dedup.engines.base import as_it_is
from dedup.rows import arranged, fresh
from dedup.stages import boilerplate
from dedup.stages.equal_documents import without_copies
from dedup.stages.normalise import PARAGRAPH

if TYPE_CHECKING:
    from dedup.engines.interface import Engine
    from dedup.index.relations import Relations
    from dedup.settings import Settings


class Marks:
    """What is boilerplate, as far as it was asked; a class since it remembers."""

    def __init__(self, between: Relations, settings: Settings, engine: Engine) -> None:
        self._between, self._settings, self._engine = between, settings, engine
        self._texts = np.zeros(0, np.int64)
        self._flags = np.zeros(0, np.int8)

    def of(self, texts: m.I64) -> m.I8:
        """Return of each text by which limit it is boilerplate; 0 where it is none."""
        new = np.setdiff1d(texts, self._texts)
        if len(new):
            flags = self._marked(new)
            order = np.argsort(np.concatenate([self._texts, new]))
            self._texts = np.concatenate([self._texts, new])[order]
            self._flags = np.concatenate([self._flags, flags])[order]
        return self._flags[np.searchsorted(self._texts, texts)]

    def put(self, places: m.Places) -> m.Places:
        """Return places with what is boilerplate among them."""
        texts, at = np.unique(places.text, return_inverse=True)
        return replace(places, boilerplate=self.of(texts)[at])

    def _marked(self, texts: m.I64) -> m.I8:
        between, settings = self._between, self._settings
        near = between.near(texts)
        spread = self._spread(near)
        asked = boilerplate.asked(spread, boilerplate.leaders(near), settings)
        few = between.words(asked.text) < boilerplate.LONG_WORDS
        if few.any():
            spread = self._in_company(near, spread, np.unique(asked.leader[few]))
        no = np.zeros(len(texts), np.int32)
        flags = no.astype(np.int8)
        places = m.Places(texts, no, texts, between.words(texts), flags)
        return boilerplate.mark(places, spread, settings).boilerplate

    def _spread(self, near: m.Neighbours) -> m.Spread:
        """Count the documents that hold a match of each text."""
        places = self._between.places_of(np.unique(near.other))
        held = boilerplate.holders(places, self._settings, self._between.copies)
        near = near.take(np.argsort(near.other, kind="stable"))
        around = boilerplate.around(near, held)
        around = arranged(around, around.text, around.doc)
        return boilerplate.spread(around, self._settings)

    def _in_company(self, near: m.Neighbours, spread: m.Spread, leaders: m.I64) -> m.Spread:
        """Note which texts stand in company, where it may spare those with some leaders."""
        between, engine = self._between, self._engine
        # The texts that these lead, and what stands directly beside them.
        theirs = self._led(np.unique(between.near(leaders).other))
        led = np.unique(theirs.text[np.isin(theirs.other, leaders)])
        places = without_copies(between.places_of(led), between.copies)
        beside = self._beside(places)
        sides = np.unique(beside.text)
        # Which texts lead those, and how widely they are held.
        first = self._led(np.union1d(np.union1d(led, sides), near.text))
        more = np.setdiff1d(first.other, near.text)
        spread = m.Spread.concat([spread, self._spread(between.near(more))])
        spread = spread.take(np.argsort(spread.text))
        first = m.Neighbours.concat([first, self._led(np.setdiff1d(more, first.text))])
        first = first.take(np.argsort(first.text))
        names = np.unique(np.concatenate([first.text, first.other, spread.text]))
        none = np.zeros(len(names), np.int64)
        no = none.astype(np.int32)
        ranks = m.Ranks(names, none, no, between.words(names), none, none)
        every = m.Places.concat([places, beside])
        every = arranged(every, every.doc, every.no)
        every = every.take(fresh(every.doc, every.no))
        found = pipeline.spared(
            engine.map([spread], m.Spread, as_it_is),
            engine.map([first], m.Neighbours, as_it_is),
            engine.map([every], m.Places, as_it_is),
            engine.map([ranks], m.Ranks, as_it_is),
            between.copies,
            self._settings,
            engine,
        )
        return m.Spread.concat(engine.fetch(found))

    def _led(self, texts: m.I64) -> m.Neighbours:
        """Return each text with its leader."""
        return boilerplate.leaders(self._between.near(texts))

    def _beside(self, places: m.Places) -> m.Places:
        """Return the places directly before and behind some."""
        docs = np.unique(places.doc)
        every = self._between.in_documents(docs)
        codes = every.doc << PARAGRAPH | every.no
        mine = places.doc << PARAGRAPH | places.no
        wanted = np.concatenate([mine[places.no > 0] - 1, mine + 1])
        return every.take(np.isin(codes, wanted))
