"""
Index -> how its texts stand.

Of a change only what it touches is counted anew: what the documents that came and went hold, and
what matches that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import model as m
from dedup.index import stars
from dedup.index.standing import NONE, Companions, Standing
from dedup.rows import arranged, fresh
from dedup.stages import boilerplate, groups
from dedup.stages.equal_documents import among

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.index.published import Published
    from dedup.settings import Settings

MANY = 2000
"""Texts that a change touches from which all are counted anew."""
FEW = 1 << 10
"""Texts whose matches are looked up at once: boilerplate has many."""
AT_ONCE = 1 << 13
"""Texts that are counted at once."""


def standing(known: Published) -> Standing:
    """Return how the texts of an index stand: as that is stored, or found out."""
    settings, stored, before = known.settings, known.standing, known.before
    limit = settings.boilerplate_documents
    if stored is not None and stored.limit == limit:
        return stored
    old = before.standing if before is not None else None
    many = len(known.touched) + len(known.ends) > MANY
    if old is None or old.limit != limit or many:
        before = None
    alive, touched = np.flatnonzero(known.first >= 0), known.touched
    asked = alive if before is None else _around(known)
    spread, leader = _counted(known, before, asked, settings)
    company = _company(known, spread, leader, limit)
    names = known.first[alive]
    flag = np.zeros(known.texts, np.int8)
    words = known.all_words[alive]
    led = known.first[leader[alive]]
    flag[alive] = flags(names, words, spread[alive], led, company, settings)
    keeper = _kept(known, before, touched, flag)
    kept = np.flatnonzero(keeper != NONE)
    star = kept[np.lexsort((kept, keeper[kept]))].astype(np.int32)
    return Standing(limit, spread, leader, flag, keeper, star, company)


def flags(  # noqa: PLR0913 - what is known of each text
    texts: m.I64,
    words: m.I32,
    spread: NDArray[Any],
    leader: m.I64,
    company: Companions,
    settings: Settings,
) -> m.I8:
    """Return by which limit each text is boilerplate; texts are sorted."""
    limit = settings.boilerplate_documents
    order = np.argsort(texts)
    texts, words, leader = texts[order], words[order], leader[order]
    documents = spread[order].astype(np.int64)
    # Company may spare what is neither long nor widespread by any limit.
    most = limit * boilerplate.LONG_TIMES
    few = (documents >= limit) & (documents < most) & (words < boilerplate.LONG_WORDS)
    asked = m.Asked(texts, leader, words, documents).take(few)
    asked = arranged(asked, asked.leader)
    often = company.take(company.documents >= limit)
    found = m.Company(often.leader, often.words, often.documents)
    kept = boilerplate.in_company(asked, found)
    none = np.zeros(len(texts), np.int8)
    rows = m.Spread(texts, documents, none)
    rows = boilerplate.spared(rows.take(documents >= limit), kept)
    places = m.Places(texts, none.astype(np.int32), texts, words, none)
    flag = none.copy()
    flag[order] = boilerplate.mark(places, rows, settings).boilerplate
    return flag


def companions(beside: m.Beside) -> Companions:
    """Count the documents in which leaders stand side by side."""
    beside = arranged(beside, beside.leader, beside.side, beside.other, beside.doc)
    once = beside.take(fresh(beside.leader, beside.side, beside.other, beside.doc))
    heads = np.flatnonzero(fresh(once.leader, once.side, once.other))
    documents = np.diff(heads, append=len(once))
    first = once.take(heads)
    return Companions(first.leader, first.side, first.other, first.words, documents)


def _around(known: Published) -> m.I64:
    """Return the texts that are touched, match one that is, or match others than before."""
    _, other, _ = known.matched(known.touched)
    every = np.unique(np.concatenate([known.touched, other, known.ends]))
    there: m.I64 = every[known.first[every] >= 0]
    return there


def _counted(
    known: Published, before: Published | None, asked: m.I64, settings: Settings
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return how widely each text is spread, and its leader; of those asked for, counted anew."""
    most = settings.boilerplate_documents * boilerplate.LONG_TIMES
    spread = np.zeros(known.texts, np.min_scalar_type(most))
    leader = np.arange(known.texts, dtype=np.int32)
    if before is not None and before.standing is not None:
        old = before.standing
        spread[: before.texts], leader[: before.texts] = old.spread, old.leader
    names = np.sort(known.first[asked])
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        near = known.near(some)
        first = boilerplate.leaders(near)
        places = known.places(np.unique(near.other))
        holders = boilerplate.holders(places, settings, known.copies)
        near = near.take(np.argsort(near.other, kind="stable"))
        around = boilerplate.around(near, holders)
        counted = boilerplate.counted(arranged(around, around.text, around.doc))
        own = known.numbers(some)
        leader[own] = known.numbers(first.other)
        spread[own] = 0
        spread[known.numbers(counted.text)] = np.minimum(counted.documents, most)
        known.rest()
    return spread, leader


def _company(
    known: Published, spread: NDArray[Any], leader: NDArray[Any], limit: int
) -> Companions:
    """Count how often leaders that are widespread stand side by side."""
    words = known.all_words
    found = [m.Led.empty()]
    for part in known.segments:
        text = part["place.text"].all()
        lead = leader[text]
        led = np.flatnonzero(spread[lead] >= limit)
        doc = np.searchsorted(part["doc.first"], led.astype(np.int32), "right") - 1
        rank = known.order[part.first_doc + doc]
        no = (led - part["doc.first"][doc]).astype(np.int32)
        led = lead[led]
        alive = rank >= 0
        asked = np.full(len(led), boilerplate.LONG_WORDS - 1, np.int32)
        every = m.Led(rank, no, known.first[led], words[led], asked)
        found.append(every.take(alive))
    places = m.Led.concat(found)
    if len(known.copies):
        places = places.take(~among(places.doc, known.copies))
    return companions(boilerplate.beside(arranged(places, places.doc, places.no)))


def _later(known: Published, texts: m.I64) -> Iterator[m.Matches]:
    """Yield the matches of texts with later ones, in Order."""
    for start in range(0, len(texts), FEW):
        found = known.neighbours(texts[start : start + FEW])
        found = found.take(found.a < found.b)
        yield arranged(found, found.a, found.b)
        known.rest()


def _kept(known: Published, before: Published | None, touched: m.I64, flag: m.I8) -> NDArray[Any]:
    """Return the keeper of each text that is boilerplate."""
    keeper = np.full(known.texts, NONE, np.int32)
    if before is None or before.standing is None:
        texts = np.sort(known.first[flag != 0])
        made = groups.stars(texts, _later(known, texts))
        keeper[known.numbers(made.text)] = known.numbers(made.keeper)
        return keeper
    old, count = before.standing, before.texts
    keeper[:count] = old.keeper
    # What is asked anew: whose flag, place or matches are others, and what matches a keeper that
    # moved.
    other_flag = flag.copy()
    other_flag[:count] = flag[:count] != old.flag
    moved = touched[before.first_places(touched) != known.first_places(touched)]
    keeping = moved[keeper[moved] == moved]
    led = known.matched(keeping)[1]
    some = np.unique(np.concatenate([np.flatnonzero(other_flag), moved, led, known.ends]))
    keeper[known.first < 0] = NONE
    some = some[(known.first[some] >= 0) & ((flag[some] != 0) | (keeper[some] != NONE))]

    kept = np.flatnonzero(keeper != NONE)
    was = dict(zip(known.first[kept].tolist(), known.first[keeper[kept]].tolist(), strict=True))

    def flagged(texts: m.I64) -> m.I8:
        return flag[known.numbers(texts)]

    texts = np.sort(known.first[some])
    again = stars.settled(texts, known.near, flagged, lambda text: was.get(text, NONE))
    own, theirs = np.array(list(again.items()), np.int64).reshape(-1, 2).T
    kept = theirs != NONE
    keeper[known.numbers(own[~kept])] = NONE
    keeper[known.numbers(own[kept])] = known.numbers(theirs[kept])
    return keeper
