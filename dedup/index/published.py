"""
The documents of an index, whichever segments they are in; what is asked of them is looked up.

Documents are named by their rank in Order, texts by their first place in it. A text has a number
besides, by which the segments know it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import model as m
from dedup.index import matching
from dedup.index.segment import find, runs
from dedup.rows import arranged, repeated
from dedup.stages import seeds
from dedup.stages.normalise import PARAGRAPH, normalise
from dedup.stages.segment import segment as cut

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from dedup.index.segment import Segment
    from dedup.index.standing import Standing
    from dedup.settings import Settings

AT_ONCE = 128
"""Keys of seeds that are looked for before what was read is let go."""
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
    copies: m.I64
    """Documents that are equal to an earlier one, paragraph by paragraph; in Order."""
    alike: m.I64
    """Documents of the text of an earlier one; in Order."""
    amended: Mapping[str, Any]
    """Matches that began or ended when other texts came or went; what ended has no similarity."""
    settings: Settings
    standing: Standing | None
    """How its texts stand, where that is stored,"""
    before: Published | None
    """and else the index before a change,"""
    touched: m.I64
    """with the numbers of the texts of documents that came or went by it,"""
    ends: m.I64
    """and of those whose matches are amended by it."""

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

    def number(self, text: int) -> int:
        """Return the number of one text."""
        return int(self.numbers(np.array([text]))[0])

    @cached_property
    def all_words(self) -> m.I32:
        """Return how many words each text has, by its number."""
        return np.concatenate([_NONE, *(p["text.words"].all() for p in self.segments)]).astype(
            np.int32
        )

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
        row, number, similarity = self.matched(self.numbers(texts))
        other = self.first[number]
        alive = other >= 0
        return m.Matches(texts[row[alive]], other[alive], similarity[alive])

    def first_places(self, numbers: m.I64) -> m.I64:
        """Return the first place of texts by the number of its document, which does not change."""
        found = np.full(len(numbers), GONE, np.int64)
        some = np.flatnonzero(numbers < self.texts)
        first = self.first[numbers[some]]
        alive = first >= 0
        some, first = some[alive], first[alive]
        found[some] = self.ranked[first >> PARAGRAPH] << PARAGRAPH | (first & _NO)
        return found

    def matched(self, numbers: m.I64) -> tuple[m.I64, m.I64, m.F64]:
        """Return the matches of texts by number: the row of each, the other one, how alike."""
        found = [matching.of(self.amended, numbers)]
        found += [matching.of(part, numbers) for part in self.segments]
        rows, others, values = (np.concatenate(columns) for columns in zip(*found, strict=True))
        if not len(found[0][0]):
            return rows, others, values
        # What is amended holds, whatever segments say; it comes first.
        _, firsts = np.unique(rows << matching.TEXT_BITS | others, return_index=True)
        firsts = firsts[values[firsts] > 0]
        return rows[firsts], others[firsts], values[firsts]

    def near(self, texts: m.I64) -> m.Neighbours:
        """Return all texts that some match, themselves included; sorted."""
        found = self.neighbours(texts)
        text, other = np.concatenate([texts, found.a]), np.concatenate([texts, found.b])
        return arranged(m.Neighbours(text, other), text, other)

    def places(self, texts: m.I64) -> m.Places:
        """Return all places of texts, sorted by text, then in Order; texts are sorted."""
        numbers = self.numbers(texts)
        words = self.words(texts)
        found = [m.Places.empty()]
        for part in self.segments:
            some, first, past = runs(part, "held", numbers)
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

    # --- Seeds ------------------------------------------------------------------------------------

    def seeds(self, keys: m.I64) -> m.Seeds:
        """Return the seeds with some keys, sorted by key and place; keys are sorted."""
        found = [m.Seeds.empty()]
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            found += [self._seeds_in(part, some) for part in self.segments]
            self.rest()
        every = m.Seeds.concat(found)
        return arranged(every, every.key, every.doc, every.at)

    def _seeds_in(self, part: Segment, keys: m.I64) -> m.Seeds:
        """Return the seeds of a segment with some keys."""
        first, past = part.keys("seed").find(0, keys.astype(np.uint64), seeds.KEY_BITS)
        row, step = repeated(past - first)
        place = part["seed.place"][first[row] + step]
        doc = np.searchsorted(part["seed.base"], place, "right") - 1
        rank = self.order[part.first_doc + doc]
        alive = rank >= 0
        zeros = np.zeros(int(alive.sum()), np.int32)
        at = (place - part["seed.base"][doc])[alive].astype(np.int32)
        return m.Seeds(keys[row[alive]], rank[alive], zeros, at, zeros.astype(np.int8))

    def rest(self) -> None:
        """Let go of the memory that was read: the files are as large as they are."""
        for part in self.segments:
            part.columns.rest()

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
        """
        Return which text stands where in documents; sorted.

        What is marked as boilerplate was it when the seeds of its document were chosen.
        """
        found = [m.Places.empty()]
        for part, rows, own in self._by_doc(docs):
            first, past = (part["doc.first"][own + k] for k in (0, 1))
            row, step = repeated(past - first)
            place = first[row] + step
            text = self.first[part["place.text"][place]]
            words, walls = np.zeros(len(row), np.int32), part.walls(place)
            doc = docs[rows][row]
            found.append(m.Places(doc, step.astype(np.int32), text, words, walls))
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
            every = np.arange(len(part[f"{name}.doc"]))
            found.append(self._editions(part, name, every))
        every_one = m.Editions.concat(found)
        return arranged(every_one, every_one.digest, every_one.digest2, every_one.doc)

    def with_edition(self, name: str, wanted: m.Editions) -> m.Editions:
        """Return those documents whose digest may be one of some."""
        found = [m.Editions.empty()]
        keys = np.unique(wanted.digest)
        for part in self.segments:
            first, past = (find(part[f"{name}.digest"], keys, side) for side in ("left", "right"))
            row, step = repeated(past - first)
            found.append(self._editions(part, name, first[row] + step))
        return m.Editions.concat(found)

    def _editions(self, part: Segment, name: str, rows: m.I64) -> m.Editions:
        """Return some digests of a segment, of documents that are there."""
        rank = self.order[part.first_doc + part[f"{name}.doc"][rows]]
        first, second = part[f"{name}.digest"][rows], part[f"{name}.digest2"][rows]
        return m.Editions(rank, first, second).take(rank >= 0)

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


_NONE = np.zeros(0, np.int64)


def text_rows(texts: m.I64, normal: m.Strings) -> m.Texts:
    """Return texts of which nothing but their names and their characters matters."""
    none, no = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int32)
    return m.Texts(texts, none, no, no, none, none, normal)


def _named(part: Segment, own: m.I64) -> tuple[m.Strings, m.Strings, m.I64]:
    """Return path, record and line of documents by their numbers in a segment."""
    file = find(part["file.first"], own, "right") - 1
    lines = part["doc.line"][own].astype(np.int64)
    return part.strings("file.path", file), part.strings("doc.record", own), lines
