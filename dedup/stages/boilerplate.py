"""
Matches -> boilerplate: paragraphs that recur in many documents, reported apart from copies.

A text is boilerplate when it, or one that it matches, itself included, stand in at least
`boilerplate_documents` documents; ten times that from 40 words up, alone or in company: a wire
story in twelve papers has the same paragraphs side by side in most of them, a menu line has not
(specification: Boilerplate). Counting stops at the limit, so no family costs more than its members,
and documents that are equal to an earlier one do not count.

    holders ─► around ─► spread ────────────────────────────────► mark
               leaders ─► led_places ─► beside ─► company ─► spared ─┘
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dedup.model import (
    Asked,
    Beside,
    Company,
    Holders,
    Leaders,
    Led,
    Neighbours,
    Places,
    Spread,
)
from dedup.rows import fresh, matching, rank_within
from dedup.stages.equal_documents import among, without_copies

if TYPE_CHECKING:
    from dedup.model import I64, Matches, Ranks, Texts
    from dedup.settings import Settings

LONG_WORDS = 40
LONG_TIMES = 10
BY_LIMIT, BY_LONG_LIMIT = 1, 2
"""What flags a place of boilerplate: which of the two limits its text has reached."""


def itself(texts: Texts) -> Neighbours:
    """Every text matches itself."""
    return Neighbours(texts.text, texts.text)


def both_ways(matches: Matches) -> Neighbours:
    """A match counts for both of its texts."""
    return Neighbours(
        np.concatenate([matches.a, matches.b]), np.concatenate([matches.b, matches.a])
    )


def holders(places: Places, settings: Settings, copies: I64) -> Holders:
    """
    Return the first documents of each text, as many as may be counted; sorted by text, doc.

    Documents that are equal to an earlier one (`copies`) do not count.
    """
    places = without_copies(places, copies)
    rows = np.flatnonzero(fresh(places.text, places.doc))
    few = rank_within(places.text[rows]) < settings.boilerplate_documents * LONG_TIMES
    return Holders(places.text[rows[few]], places.doc[rows[few]])


def around(neighbours: Neighbours, holders: Holders) -> Holders:
    """Pair each text with the documents of its neighbours; both sorted by the neighbour."""
    row, at = matching(neighbours.other, holders.text)
    return Holders(neighbours.text[row], holders.doc[at])


def spread(around: Holders, settings: Settings) -> Spread:
    """Count distinct documents a text; those below the lower limit are left out."""
    every = counted(around)
    return every.take(every.documents >= settings.boilerplate_documents)


def counted(around: Holders) -> Spread:
    """Count distinct documents a text; rows sorted by text, doc."""
    once = around.text[fresh(around.text, around.doc)]
    heads = np.flatnonzero(fresh(once))
    documents = np.diff(heads, append=len(once))
    return Spread(once[heads], documents, np.zeros(len(heads), np.int8))


def leaders(neighbours: Neighbours) -> Neighbours:
    """Keep the first text that each matches; rows come sorted by text, other."""
    return neighbours.take(fresh(neighbours.text))


def widely_led(spread: Spread, first: Neighbours) -> Leaders:
    """Keep the texts whose leader stands in many documents; both sorted by the leader."""
    row, at = matching(spread.text, first.other)
    none = np.full(len(row), -1, np.int32)
    return Leaders(first.text[at], spread.text[row], none, none)


def with_words(led: Leaders, texts: Ranks) -> Leaders:
    """Put the leader's words beside it; both sorted by the leader."""
    at = np.searchsorted(texts.text, led.leader)
    return replace(led, words=texts.words[at])


def asked(spread: Spread, first: Neighbours, settings: Settings) -> Asked:
    """Keep the texts that company may spare: not widespread by any limit; both sorted by text."""
    most = settings.boilerplate_documents * LONG_TIMES
    few = spread.take(spread.documents < most)
    at = np.searchsorted(first.text, few.text)
    return Asked(few.text, first.other[at], np.zeros(len(few), np.int32), few.documents)


def few_words(asked: Asked, texts: Ranks) -> Asked:
    """Keep those that are not long themselves, and note their words; both sorted by text."""
    words = texts.words[np.searchsorted(texts.text, asked.text)]
    return Asked(asked.text, asked.leader, words, asked.documents).take(words < LONG_WORDS)


def longest(asked: Asked) -> Asked:
    """Keep the longest text of each leader; rows sorted by leader, words."""
    return asked.take(np.append(fresh(asked.leader)[1:], True)[: len(asked)])


def with_asked(led: Leaders, longest: Asked) -> Leaders:
    """Note the longest text that each leader is asked for; both sorted by the leader."""
    row, at = matching(led.leader, longest.leader)
    words = led.asked.copy()
    words[row] = longest.words[at]
    return replace(led, asked=words)


def led_places(places: Places, led: Leaders, copies: I64) -> Led:
    """Return the places of texts that are led (sorted by text); equal documents do not count."""
    if not len(led):
        return Led.empty()
    row = np.minimum(np.searchsorted(led.text, places.text), len(led) - 1)
    at = np.flatnonzero(led.text[row] == places.text)
    row = row[at]
    found = Led(places.doc[at], places.no[at], led.leader[row], led.words[row], led.asked[row])
    return found.take(~among(found.doc, copies)) if len(copies) else found


def beside(led: Led) -> Beside:
    """
    Return both sides of each pair of paragraphs that touch; rows sorted by doc, no.

    Left out are sides of which nothing is asked, or that are too short with the other one to count.
    """
    touch = np.flatnonzero((led.doc[1:] == led.doc[:-1]) & (led.no[1:] == led.no[:-1] + 1))
    one, other = np.concatenate([touch, touch + 1]), np.concatenate([touch + 1, touch])
    side = np.repeat(np.array([1, -1], np.int8), len(touch))
    counts = (led.asked[one] >= 0) & (led.asked[one] + led.words[other] >= LONG_WORDS)
    one, other, side = one[counts], other[counts], side[counts]
    return Beside(led.leader[one], side, led.leader[other], led.words[other], led.doc[one])


def company(beside: Beside, settings: Settings) -> Company:
    """Count the documents of each pair of leaders; rows sorted by leader, side, other, doc."""
    once = beside.take(fresh(beside.leader, beside.side, beside.other, beside.doc))
    heads = np.flatnonzero(fresh(once.leader, once.side, once.other))
    documents = np.diff(heads, append=len(once))
    found = Company(once.leader[heads], once.words[heads], documents)
    return found.take(documents >= settings.boilerplate_documents)


def in_company(asked: Asked, company: Company) -> Asked:
    """Keep the texts that stand in company; both sorted by the leader."""
    row, at = matching(asked.leader, company.leader)
    together = asked.words[row] + company.words[at] >= LONG_WORDS
    together &= 2 * company.documents[at] >= asked.documents[row]
    return asked.take(np.unique(row[together]))


def spared(spread: Spread, kept: Asked) -> Spread:
    """Note which texts stand in company; both sorted by text."""
    company = np.isin(spread.text, kept.text).astype(np.int8)
    return Spread(spread.text, spread.documents, company)


def mark(places: Places, spread: Spread, settings: Settings) -> Places:
    """Flag the places of boilerplate; `spread` is sorted by text."""
    if not len(spread):
        return replace(places, boilerplate=np.zeros(len(places), np.int8))
    at = np.minimum(np.searchsorted(spread.text, places.text), len(spread) - 1)
    known = spread.text[at] == places.text
    counted = np.where(known, spread.documents[at], 0)
    is_long = (places.words >= LONG_WORDS) | (known & (spread.company[at] != 0))
    limit = np.where(is_long, LONG_TIMES, 1) * settings.boilerplate_documents
    by = np.where(is_long, BY_LONG_LIMIT, BY_LIMIT)
    flags = np.where(counted >= limit, by, 0).astype(np.int8)
    return Places(places.doc, places.no, places.text, places.words, flags)


def only(places: Places) -> Places:
    """Keep the places of boilerplate."""
    return places.take(places.boilerplate != 0)
