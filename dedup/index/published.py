"""
The documents of an index, whichever segments they are in; what is asked of them is looked up.

Documents are named by their rank in Order, texts by their first place in it. A text has a number
besides, by which the segments know it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dedup import model as m
from dedup.index import files
from dedup.index.segment import Segment
from dedup.rows import arranged, fresh, rank_within, repeated
from dedup.stages import candidates
from dedup.stages.normalise import PARAGRAPH, normalise
from dedup.stages.segment import segment as cut

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.index.manifest import Manifest
    from dedup.settings import Settings

LAST = candidates.LONG_CROWD + 1
"""Texts of a bucket, behind its first, that later ones may meet: it is a crowd with or without."""
GONE = -1
BATCH = 1024
"""Documents that are read at once to write an index anew."""
_NO = (1 << PARAGRAPH) - 1


@dataclass(frozen=True, eq=False)
class Published:
    """An index as it is at one moment; a class since its parts are looked up together."""

    segments: tuple[Segment, ...]
    order: m.I64
    """The rank in Order of each document, by its number; `GONE` for one that was removed."""
    ranked: m.I64
    """The number of each document, by its rank; `GONE` for one that was left out."""
    first: m.I64
    """The first place of each text, by its number; `GONE` for one that no document holds."""
    settings: Settings

    @property
    def texts(self) -> int:
        """Count the numbers of texts that are taken."""
        return len(self.first)

    @property
    def docs(self) -> int:
        """Count the ranks of documents that are taken."""
        return len(self.ranked)

    # --- Texts ------------------------------------------------------------------------------------

    def with_digests(self, digest: m.I64, digest2: m.I64) -> m.I64:
        """Return the text that has each digest; `GONE` where no document holds one."""
        found = np.full(len(digest), GONE)
        for part in self.segments:
            if not part.texts:
                continue
            first, second = part["digest.first"], part["digest.second"]
            at = np.minimum(np.searchsorted(first, digest), len(first) - 1)
            # Halves of digests are equal once in 2^64; then the right one stands behind.
            while (off := (first[at] == digest) & (second[at] < digest2)).any():
                if (at + off >= len(first)).any():
                    break
                at = at + off
            same = (first[at] == digest) & (second[at] == digest2)
            text = self.first[part["digest.text"][at]]
            found = np.where(same & (text >= 0), text, found)
        return found

    def numbers(self, texts: m.I64) -> m.I64:
        """Return the numbers of texts by their first places."""
        return self.at_places(texts >> PARAGRAPH, texts & _NO)

    def at_places(self, docs: m.I64, nos: m.I64) -> m.I64:
        """Return the numbers of the texts at some places."""
        found = np.zeros(len(docs), np.int64)
        for part, rows, own in self._by_doc(docs):
            found[rows] = part["place.text"][part["doc.first"][own] + nos[rows]]
        return found

    def words(self, texts: m.I64) -> m.I32:
        """Return how many words each text has."""
        numbers = self.numbers(texts)
        found = np.zeros(len(texts), np.int32)
        for part in self.segments:
            mine = (numbers >= part.first_text) & (numbers < part.first_text + part.texts)
            found[mine] = part["text.words"][numbers[mine] - part.first_text]
        return found

    def normals(self, texts: m.I64) -> m.Strings:
        """Return the normalised texts."""
        places = m.Docs(np.unique(texts >> PARAGRAPH))
        paragraphs = self.paragraphs(places.doc)
        rows = np.searchsorted(paragraphs.doc, texts >> PARAGRAPH) + (texts & _NO)
        return normalise(paragraphs.take(rows), self.settings)[1].normal

    def neighbours(self, texts: m.I64) -> m.Matches:
        """Return the matches of texts: each is an `a`, and what it matches is the `b`."""
        numbers = self.numbers(texts)
        found = [m.Matches.empty()]
        for part in self.segments:
            first = find(part["match.text"], numbers)
            past = find(part["match.text"], numbers, "right")
            row, step = repeated(past - first)
            at = first[row] + step
            other = self.first[part["match.other"][at]]
            alive = other >= 0
            value = part["match.similarity"][at[alive]] / 10_000
            found.append(m.Matches(texts[row[alive]], other[alive], value))
        return m.Matches.concat(found)

    def places(self, texts: m.I64) -> m.Places:
        """Return all places of texts, sorted by text, then in Order; texts are sorted."""
        numbers = self.numbers(texts)
        words = self.words(texts)
        found = [m.Places.empty()]
        for part in self.segments:
            held = part["held.text"]
            at = np.minimum(find(held, numbers), max(0, len(held) - 1))
            some = np.flatnonzero(held[at] == numbers) if len(held) else np.zeros(0, np.int64)
            first, past = (part["held.first"][at[some] + k] for k in (0, 1))
            row, step = repeated(past - first)
            place = part["held.place"][first[row] + step]
            doc = find(part["doc.first"], place, "right") - 1
            rank = self.order[part.first_doc + doc]
            alive = rank >= 0
            row = some[row[alive]]
            no = (place - part["doc.first"][doc])[alive].astype(np.int32)
            flags = np.zeros(len(row), np.int8)
            found.append(m.Places(rank[alive], no, texts[row], words[row], flags))
        every = m.Places.concat(found)
        return arranged(every, every.text, every.doc, every.no)

    # --- Signatures and seeds ---------------------------------------------------------------------

    def in_band(self, kind: str, number: int, keys: m.I64) -> m.Bands:
        """
        Return what has one of some keys in a band, sorted by key, then in Order.

        `kind` is `text` or `document`; of large buckets only what later ones may meet.
        """
        tables = []
        for part in self.segments:
            if not len(part[f"{kind}.row"]):
                continue
            own = part[f"{kind}.keys"][number]
            first, past = (find(own, keys, side) for side in ("left", "right"))
            row, step = repeated(past - first)
            at = part[f"{kind}.sorted"][number][first[row] + step]
            names = part[f"{kind}.row"][at]
            name = self.first[names] if kind == "text" else self._alone[part.first_doc + names]
            alive = name >= 0
            tables.append((keys[row[alive]], name[alive], at[alive], part))
        key, name = (np.concatenate([t[n] for t in tables] or [_NONE]) for n in (0, 1))
        order = np.lexsort((name, key))
        kept = order[last_ones(key[order])]
        # Only of those kept the signatures are read.
        bits = np.zeros((len(kept), 128), np.int8)
        characters = np.zeros(len(kept), np.int32)
        begin = 0
        for _, names, at, part in tables:
            mine = np.flatnonzero((kept >= begin) & (kept < begin + len(names)))
            rows = at[kept[mine] - begin]
            bits[mine] = part[f"{kind}.bits"][rows]
            sizes = rows if kind == "document" else part["text.row"][rows]
            characters[mine] = self._characters(kind, part, sizes)
            begin += len(names)
        return m.Bands(key[kept], name[kept], characters, bits)

    def _characters(self, kind: str, part: Segment, rows: NDArray[Any]) -> NDArray[Any]:
        rows = rows if kind == "document" else rows - part.first_text
        found: NDArray[Any] = part[f"{kind}.characters"][rows]
        return found

    def seeds(self, keys: m.I64) -> m.Seeds:
        """Return the seeds with some keys, sorted by key and place; keys are sorted."""
        found = [m.Seeds.empty()]
        for part in self.segments:
            first, past = (find(part["seed.key"], keys, s) for s in ("left", "right"))
            row, step = repeated(past - first)
            at = first[row] + step
            rank = self.order[part.first_doc + part["seed.doc"][at]]
            alive = rank >= 0
            zeros = np.zeros(int(alive.sum()), np.int32)
            places = part["seed.at"][at[alive]]
            key = keys[row[alive]]
            found.append(m.Seeds(key, rank[alive], zeros, places, zeros.astype(np.int8)))
        every = m.Seeds.concat(found)
        return arranged(every, every.key, every.doc, every.at)

    # --- Documents --------------------------------------------------------------------------------

    def documents(self, docs: m.I64) -> m.Documents:
        """Return documents as they were read; sorted."""
        found = [m.Documents.empty()]
        for part, rows, own in self._by_doc(docs):
            found.append(
                m.Documents(
                    docs[rows],
                    *_named(part, own),
                    part["doc.markdown"][own],
                    part["doc.mode"][own],
                    np.ones(len(rows), np.int8),
                    part.in_blocks(own),
                )
            )
        every = m.Documents.concat(found)
        return every.take(np.argsort(every.doc))

    def facts(self, docs: m.I64) -> m.Facts:
        """Return what a report says of documents; sorted."""
        found = [m.Facts.empty()]
        for part, rows, own in self._by_doc(docs):
            found.append(
                m.Facts(
                    docs[rows],
                    *_named(part, own),
                    np.ones(len(rows), np.int8),
                    part["doc.characters"][own].astype(np.int64),
                    part["doc.mode"][own],
                )
            )
        every = m.Facts.concat(found)
        return every.take(np.argsort(every.doc))

    def paragraphs(self, docs: m.I64) -> m.Paragraphs:
        """Return the paragraphs of documents."""
        return cut(self.documents(docs), self.settings)

    def places_of(self, docs: m.I64) -> m.Places:
        """Return which text stands where in documents; sorted."""
        found = [m.Places.empty()]
        for part, rows, own in self._by_doc(docs):
            first, past = (part["doc.first"][own + k] for k in (0, 1))
            row, step = repeated(past - first)
            text = self.first[part["place.text"][first[row] + step]]
            zeros = np.zeros(len(row), np.int8)
            doc = docs[rows][row]
            found.append(m.Places(doc, step.astype(np.int32), text, zeros.astype(np.int32), zeros))
        every = m.Places.concat(found)
        every = arranged(every, every.doc, every.no)
        texts, at = np.unique(every.text, return_inverse=True)
        return replace(every, words=self.words(texts)[at])

    def lengths(self, docs: m.I64) -> m.I64:
        """Return how many paragraphs each document has."""
        found = np.zeros(len(docs), np.int64)
        for part, rows, own in self._by_doc(docs):
            found[rows] = part["doc.first"][own + 1] - part["doc.first"][own]
        return found

    def editions(self, name: str) -> m.Editions:
        """Return the digest of each document by one reading of it, `edition` or `whole`."""
        found = [m.Editions.empty()]
        for part in self.segments:
            ranks = self.order[part.first_doc : part.first_doc + part.docs]
            first, second = part[f"{name}.digest"], part[f"{name}.digest2"]
            some = np.flatnonzero((ranks >= 0) & ((first != 0) | (second != 0)))
            found.append(m.Editions(ranks[some], first[some], second[some]))
        every = m.Editions.concat(found)
        return arranged(every, every.digest, every.digest2, every.doc)

    @cached_property
    def copies(self) -> m.I64:
        """Documents that are equal to an earlier one, paragraph by paragraph; in Order."""
        return _later(self.editions("edition"))

    @cached_property
    def _alone(self) -> m.I64:
        """The rank of each document by its number, without those of the text of an earlier one."""
        found = np.array(self.order)
        found[self.ranked[_later(self.editions("whole"))]] = GONE
        return found

    def _by_doc(self, docs: m.I64) -> Iterator[tuple[Segment, m.I64, m.I64]]:
        """Yield segment by segment the rows of documents it holds, and their numbers in it."""
        numbers = self.ranked[docs]
        for part in self.segments:
            rows = np.flatnonzero(
                (numbers >= part.first_doc) & (numbers < part.first_doc + part.docs)
            )
            if len(rows):
                yield part, rows, numbers[rows] - part.first_doc

    # --- Leaving out ------------------------------------------------------------------------------

    def files(self, keys: Collection[str]) -> m.I64:
        """Return the numbers of the documents in files that are known by some names."""
        wanted = {os.fsencode(key) for key in keys}
        return self._in_files("file.key", wanted.__contains__)

    def records(self, wanted: Mapping[str, Collection[bytes]]) -> m.I64:
        """Return the numbers of some records, of files that are known by some names."""
        numbers = self.files(wanted)
        found = [_NONE]
        for part in self.segments:
            mine = numbers[(numbers >= part.first_doc) & (numbers < part.first_doc + part.docs)]
            own = mine - part.first_doc
            names = part.strings("file.key", find(part["file.first"], own, "right") - 1).raws()
            rows = zip(names, part.strings("doc.record", own).raws(), strict=True)
            there = [record in wanted[os.fsdecode(name)] for name, record in rows]
            found.append(mine[np.array(there, bool)])
        return np.concatenate(found)

    def below(self, path: str) -> m.I64:
        """Return the numbers of the documents of a file, or of those in a folder, by its path."""
        name = os.fsencode(path.rstrip("/") or path)
        return self._in_files("file.path", lambda p: p == name or p.startswith(name + b"/"))

    def _in_files(self, column: str, fits: Callable[[bytes], bool]) -> m.I64:
        found = [_NONE]
        for part in self.segments:
            names = m.Strings(part[column], part[column + ".offsets"]).raws()
            firsts = part["file.first"] + part.first_doc
            rows = [row for row, name in enumerate(names) if fits(name)]
            found += [np.arange(firsts[row], firsts[row + 1]) for row in rows]
        every = np.concatenate(found)
        return every[self.order[every] >= 0]

    def keys(self) -> dict[str, str]:
        """Return by the path of each file the name by which it is known again."""
        found: dict[str, str] = {}
        for part in self.segments:
            paths, keys = (
                m.Strings(part[name], part[name + ".offsets"]) for name in ("file.path", "file.key")
            )
            found |= zip(paths.list(), map(os.fsdecode, keys.raws()), strict=True)
        return found

    def batches(self) -> Iterator[m.Documents]:
        """Yield all documents in Order, as they were read."""
        for start in range(0, len(self.ranked), BATCH):
            yield self.documents(np.arange(start, min(start + BATCH, len(self.ranked))))

    def without(self, numbers: m.I64) -> Published:
        """Return the same documents but some; the others keep their ranks."""
        if not len(numbers):
            return self
        order, ranked, first = (np.array(c) for c in (self.order, self.ranked, self.first))
        ranks = order[numbers]
        texts = np.unique(self.places_of(np.sort(ranks)).text)
        held = self.numbers(texts)
        order[numbers], ranked[ranks] = GONE, GONE
        left = Published(self.segments, order, ranked, first, self.settings)
        # Of the texts they hold the first place is now that in another document.
        places = Published(self.segments, order, self.ranked, self.first, self.settings).places(
            texts
        )
        places = places.take(fresh(places.text))
        first[held] = GONE
        at = np.searchsorted(texts, places.text)
        first[held[at]] = (places.doc << PARAGRAPH) | places.no
        return left


_NONE = np.zeros(0, np.int64)


def find(
    column: NDArray[Any], values: NDArray[np.integer], side: Literal["left", "right"] = "left"
) -> NDArray[np.intp]:
    """
    Return where values stand in a sorted column, or would.

    NOTE: values take the type of the column: the other way round all of it would be read.
    """
    return np.searchsorted(column, values.astype(column.dtype, copy=False), side)


def text_rows(texts: m.I64, normal: m.Strings) -> m.Texts:
    """Return texts of which nothing but their names and their characters matters."""
    none, no = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int32)
    return m.Texts(texts, none, no, no, none, none, normal)


def last_ones(key: m.I64) -> m.I64:
    """Return the rows of each bucket that later ones may meet; rows are sorted by key."""
    starts = np.flatnonzero(fresh(key))
    sizes = np.diff(starts, append=len(key))
    rank = rank_within(key)
    return np.flatnonzero((rank == 0) | (np.repeat(sizes, sizes) - rank <= LAST))


def _later(editions: m.Editions) -> m.I64:
    """Return all but the first document of each digest, in Order; rows come sorted by digest."""
    return np.sort(editions.doc[~fresh(editions.digest, editions.digest2)])


def opened(folder: Path, manifest: Manifest, settings: Settings) -> Published:
    """Map an index into memory. Raises `InputError` where a file of it is missing or damaged."""
    parts: list[Segment] = []
    docs = texts = 0
    for one in manifest.segments:
        part = Segment(files.read(folder, one.stated), docs, texts)
        docs, texts = docs + part.docs, texts + part.texts
        parts.append(part)
    if manifest.order is None:
        return Published((), _NONE, _NONE, _NONE, settings)
    order = files.read(folder, manifest.order)
    return Published(tuple(parts), order["order"], order["ranked"], order["first"], settings)


def order_columns(segments: tuple[Segment, ...], removed: m.I64) -> dict[str, NDArray[Any]]:
    """
    Return the columns of the order file: Order of all documents, and the first place of each text.

    `removed` are the numbers of documents that are not there any more.
    """
    count = sum(part.docs for part in segments)
    there = np.ones(count, bool)
    there[removed] = False
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
    first = np.full(sum(part.texts for part in segments), np.iinfo(np.int64).max)
    for part in segments:
        lengths = np.diff(part["doc.first"])
        doc, no = repeated(lengths)
        rank = order[part.first_doc + doc]
        alive = rank >= 0
        place = (rank[alive] << PARAGRAPH) | no[alive]
        np.minimum.at(first, part["place.text"][alive], place)
    first[first == np.iinfo(np.int64).max] = GONE
    return {"order": order, "ranked": ranked, "first": first}


def _named(part: Segment, own: m.I64) -> tuple[m.Strings, m.Strings, m.I64]:
    """Return path, record and line of documents by their numbers in a segment."""
    file = find(part["file.first"], own, "right") - 1
    lines = part["doc.line"][own].astype(np.int64)
    return part.strings("file.path", file), part.strings("doc.record", own), lines
