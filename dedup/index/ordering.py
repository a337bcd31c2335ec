"""
The Order of an index, anew with each change: ranks of documents, first places of texts.

Ranks follow the paths, never the time of insertion, so all that is named by them changes when a
document comes or goes; segments know their documents and texts by number and stay as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup.index import files, matching
from dedup.index.published import GONE, Published
from dedup.index.segment import Segment
from dedup.index.spreading import standing
from dedup.index.standing import Standing
from dedup.rows import fresh, repeated
from dedup.stages.normalise import PARAGRAPH

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.index.files import Column
    from dedup.index.manifest import Manifest
    from dedup.settings import Settings

_NONE = np.zeros(0, np.int64)


def opened(folder: Path, manifest: Manifest, settings: Settings) -> Published:
    """Map an index into memory. Raises `InputError` where a file of it is missing or damaged."""
    parts: list[Segment] = []
    docs = texts = 0
    for one in manifest.segments:
        part = Segment(files.read(folder, one.stated), docs, texts)
        docs, texts = docs + part.docs, texts + part.texts
        parts.append(part)
    order = {} if manifest.order is None else files.read(folder, manifest.order)
    # An index may have been written before anything was amended.
    none = matching.columns(m.Matches.empty())
    return Published(
        tuple(parts),
        **{name: order.get(name, _NONE) for name in COLUMNS},
        settings=settings,
        amended={name: order.get(name, none[name]) for name in matching.NAMES},
        standing=Standing.of(order) if order else None,
        before=None,
        touched=_NONE,
        ends=_NONE,
    )


COLUMNS = ("order", "ranked", "first", "copies", "alike")


def columns(known: Published) -> dict[str, Column]:
    """Return what is stored of the Order of an index."""
    own = {name: getattr(known, name) for name in COLUMNS}
    return {**own, **known.amended, **standing(known).columns()}


def ordered(segments: tuple[Segment, ...], removed: m.I64, before: Published) -> Published:
    """
    Put the documents of segments in Order; `removed` are the numbers of those that go.

    `before` is the index before the change.
    """
    # The documents that stay.
    count = sum(part.docs for part in segments)
    there = np.ones(count, bool)
    there[: len(before.order)] = before.order != GONE
    there[removed] = False
    # Their places in Order: by path, then by record.
    names = []
    for part in segments:
        paths = m.Strings(part["file.path"], part["file.path.offsets"]).list()
        firsts = part["file.first"]
        rows = zip(paths, firsts[:-1].tolist(), firsts[1:].tolist(), strict=True)
        names += [(path.split("/"), part.first_doc + a, part.first_doc + b) for path, a, b in rows]
    ranked = np.concatenate([_NONE, *(np.arange(a, b) for _, a, b in sorted(names))])
    ranked = ranked[there[ranked]]
    order = np.full(count, GONE)
    order[ranked] = np.arange(len(ranked))
    # The first place of each text, packed into one number.
    first = np.full(sum(part.texts for part in segments), np.iinfo(np.int64).max)
    for part in segments:
        doc, no = repeated(np.diff(part["doc.first"]))
        rank = order[part.first_doc + doc]
        alive = rank >= 0
        place = (rank[alive] << PARAGRAPH) | no[alive]
        np.minimum.at(first, part["place.text"][np.flatnonzero(alive)], place)
    first[first == np.iinfo(np.int64).max] = GONE
    # The index as it is now.
    now = replace(
        before,
        segments=segments,
        order=order,
        ranked=ranked,
        first=first,
        settings=lasting(before),
        standing=None,
    )
    return _after(now, before)


def lasting(known: Published) -> Settings:
    """Return the settings of an index, which goes on to count boilerplate as when it was made."""
    if known.standing is None:
        return known.settings
    return known.settings.updated({"boilerplate_documents": known.standing.limit})


def without(known: Published, numbers: m.I64) -> Published:
    """Return an index without some documents, by number; the others keep their ranks."""
    if not len(numbers):
        return known
    order, ranked, first = (np.array(c) for c in (known.order, known.ranked, known.first))
    ranks = order[numbers]
    texts = np.unique(known.places_of(np.sort(ranks)).text)
    held = known.numbers(texts)
    order[numbers], ranked[ranks] = GONE, GONE
    # Of the texts they hold the first place is now that in another document.
    places = replace(known, order=order).places(texts)
    places = places.take(fresh(places.text))
    first[held] = GONE
    at = np.searchsorted(texts, places.text)
    first[held[at]] = (places.doc << PARAGRAPH) | places.no
    now = replace(known, order=order, ranked=ranked, first=first, standing=None)
    return _after(now, known)


def _after(now: Published, before: Published) -> Published:
    """Note which documents are equal to earlier ones, and what has changed since."""
    copies, alike = (_later(now.editions(name)) for name in ("edition", "whole"))
    came = np.arange(len(before.order), len(now.order))
    went = np.flatnonzero(before.order != GONE)
    went = went[now.order[went] == GONE]
    turned = np.setxor1d(before.ranked[before.copies], now.ranked[copies])
    docs = np.unique(np.concatenate([came, went, turned]))
    texts = np.unique(np.concatenate([_NONE, *(part.texts_in(docs) for part in now.segments)]))
    return replace(now, copies=copies, alike=alike, before=before, touched=texts, ends=_NONE)


def _later(editions: m.Editions) -> m.I64:
    """Return all but the first document of each digest, in Order; rows come sorted by digest."""
    return np.sort(editions.doc[~fresh(editions.digest, editions.digest2)])
