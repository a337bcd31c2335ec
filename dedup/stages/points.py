"""
Places and matches -> points: a paragraph and an earlier one that it matches.

Of each matching text only the `EARLIEST` places count: across documents the first ones in earlier
documents, within a document the first ones before the paragraph. Places are in Order, so that the
first `EARLIEST` places of a text hold those that count for any document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.model import Firsts, Meetings, Partners, Points
from dedup.rows import arranged, fresh, matching, rank_within, repeated
from dedup.stages.equal_documents import among

if TYPE_CHECKING:
    from dedup.model import I64, Neighbours, Places
    from dedup.settings import Settings

EARLIEST = 16


def open_places(places: Places, settings: Settings) -> Places:
    """Keep the places where a run may begin: long paragraphs that are not boilerplate."""
    return places.take((places.words >= settings.min_words) & (places.boilerplate == 0))


def incoming(places: Places, published: int) -> Places:
    """Leave out the published documents: they hold no copies."""
    return places.take(places.doc >= published)


def firsts(places: Places) -> Firsts:
    """Keep the earliest places of each text; rows come sorted by text, doc, no."""
    few = places.take(rank_within(places.text) < EARLIEST)
    return Firsts(few.text, few.doc, few.no)


def meetings(places: Places, neighbours: Neighbours) -> Meetings:
    """Pair each place with the texts that match it; both sorted by text."""
    row, at = matching(places.text, neighbours.text)
    return Meetings(
        places.doc[row],
        places.no[row],
        places.text[row],
        neighbours.other[at],
        places.words[row],
    )


def across(meetings: Meetings, firsts: Firsts, copies: I64) -> Points:
    """
    Point at the earliest places in earlier documents.

    Both are sorted by the matching text, `firsts` then by doc, no. Documents that are equal to an
    earlier one (`copies`) hold no points and are no sources: they are one run each, and the
    earliest of their equals stands for them.
    """
    if len(copies):
        meetings = meetings.take(~among(meetings.doc, copies))
        firsts = firsts.take(~among(firsts.doc, copies))
    # Places are in Order, so those in earlier documents are the first ones of their text: where a
    # text stands a million times in one document, none of the others is looked at.
    wide = int(max(firsts.doc.max(initial=0), meetings.doc.max(initial=0))) + 1
    places = firsts.text * wide + firsts.doc
    begin = np.searchsorted(firsts.text, meetings.other)
    past = np.searchsorted(places, meetings.other * wide + meetings.doc)
    row, step = repeated(past - begin)
    at = begin[row] + step
    return Points(
        meetings.doc[row], firsts.doc[at], meetings.no[row], firsts.no[at], meetings.words[row]
    )


def within(meetings: Meetings) -> Points:
    """Point at the earliest places in the same document; rows sorted by doc, other, no."""
    # The places of a text in this document are the meetings of that text with itself.
    own = meetings.take(meetings.text == meetings.other)
    own = arranged(own, own.doc, own.text, own.no)
    starts = np.flatnonzero(fresh(own.doc, own.text))
    sizes = np.diff(starts, append=len(own))
    family = _find(own.doc[starts], own.text[starts], meetings.doc, meetings.other)
    known = np.flatnonzero(family >= 0)
    counts = np.minimum(sizes[family[known]], EARLIEST)
    row, step = repeated(counts)
    row = known[row]
    i = own.no[starts[family[row]] + step]
    earlier = i < meetings.no[row]
    row, i = row[earlier], i[earlier]
    return Points(meetings.doc[row], meetings.doc[row], meetings.no[row], i, meetings.words[row])


def enough(points: Points, settings: Settings) -> Points:
    """
    Drop documents whose points cannot make a block of `min_group_words`, and double points.

    Rows come sorted by copy, source, j, i.
    """
    points = points.take(fresh(points.copy, points.source, points.j, points.i))
    starts = np.flatnonzero(fresh(points.copy, points.source))
    first = fresh(points.copy, points.source, points.j)
    words = np.add.reduceat(np.where(first, points.words, 0), starts) if len(starts) else starts
    sizes = np.diff(starts, append=len(points))
    return points.take(np.repeat(words >= settings.min_group_words, sizes))


def partners(points: Points) -> Partners:
    """Name the documents that must be seen together; rows sorted by copy, source."""
    new = fresh(points.copy, points.source)
    copy, source = points.copy[new], points.source[new]
    alone = np.setdiff1d(copy, copy[copy == source])
    return Partners(np.concatenate([copy, alone]), np.concatenate([source, alone]))


def _find(docs: I64, texts: I64, doc: I64, text: I64) -> I64:
    """Find each (doc, text) among sorted ones; -1 where it is not."""
    if not len(docs):
        return np.full(len(doc), -1)
    wide = int(max(texts.max(), text.max(initial=0))) + 1
    low = int(min(docs.min(), doc.min(initial=0)))
    keys = (docs - low) * wide + texts
    want = (doc - low) * wide + text
    at = np.minimum(np.searchsorted(keys, want), len(keys) - 1)
    return np.where(keys[at] == want, at, -1)
