"""
Documents -> the columns of a segment: all that a check may ask of them, made once.

Documents come in Order. A text that an earlier segment has keeps its number there; the others are
numbered on. Matches are stored from both sides, so that either text finds the other.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import kernels, pipeline
from dedup import model as m
from dedup.engines.base import as_it_is
from dedup.index import meeting
from dedup.rows import arranged, fresh
from dedup.stages import candidates, equal_documents, resemblance, seeds
from dedup.stages.bodies import bodies
from dedup.stages.sketch import sketch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from dedup.engines.interface import Engine, Stored
    from dedup.index.published import Published
    from dedup.matched import Corpus
    from dedup.settings import Settings

BLOCK_BYTES = 1 << 15
"""Text that is compressed at once: what is read to see one document."""
LEVEL = 9
STEPS = 10_000
"""Similarities have four digits: they are stored as whole numbers."""


def segment(
    documents: Iterable[m.Documents],
    keys: Mapping[str, str],
    known: Published,
    settings: Settings,
    engine: Engine,
) -> dict[str, NDArray[Any]]:
    """
    Return the columns of a segment that holds these documents.

    `keys` has the name by which each path is known again, `known` is the index as it is without
    documents of these paths. Raises `InputError` where there are no documents.
    """
    library = _Library()
    corpus = pipeline.read(library.kept(documents), settings, engine)
    texts = m.Texts.concat(engine.fetch(corpus.texts))
    ordered = engine.by_key(corpus.places, pipeline.PLACE, m.Places, as_it_is)
    places = m.Places.concat(engine.fetch(ordered))
    # Which texts are new, and what number each has.
    there = known.with_digests(texts.digest, texts.digest2)
    fresh_text = there < 0
    numbers = np.zeros(len(texts), np.int64)
    numbers[~fresh_text] = known.numbers(there[~fresh_text])
    numbers[fresh_text] = known.texts + np.arange(int(fresh_text.sum()))
    new = texts.take(fresh_text)
    sketches = sketch(new, settings, candidates.banding(settings, len(texts)))
    columns = library.columns(keys)
    columns |= _documents(corpus, texts, places, settings, engine)
    columns |= _texts(new, known.texts) | _held(places, numbers)
    columns |= _signatures("text", sketches.keys, sketches.bits)
    columns["text.row"] = numbers[np.searchsorted(texts.text, sketches.text)].astype(np.int32)
    columns |= _matches(corpus, new, sketches, numbers, known, settings, engine)
    columns |= _seeds(corpus, engine)
    return columns


class _Library:
    """Takes documents down as they pass; a class since it fills while another reads."""

    def __init__(self) -> None:
        self._rows: list[m.Documents] = []
        self._frames: list[bytes] = []
        self._firsts: list[int] = []
        self._count = 0

    def kept(self, documents: Iterable[m.Documents]) -> Iterator[m.Documents]:
        """Yield the same documents, whose texts are then here too."""
        import zstandard

        compress = zstandard.ZstdCompressor(LEVEL).compress
        for batch in documents:
            cuts = batch.text.offsets
            first = 0
            while first < len(batch):
                past = int(np.searchsorted(cuts, cuts[first] + BLOCK_BYTES, "left"))
                past = min(max(past, first + 1), len(batch))
                self._firsts.append(self._count + first)
                self._frames.append(compress(batch.text.data[cuts[first] : cuts[past]].tobytes()))
                first = past
            self._count += len(batch)
            bare = {name: column for name, column in batch.columns().items() if name != "text"}
            lengths = np.diff(cuts)
            self._rows.append(m.Documents(**bare, text=m.Strings(_NOTHING, _offsets(lengths))))
            yield batch

    def columns(self, keys: Mapping[str, str]) -> dict[str, NDArray[Any]]:
        """Return the columns of files, of documents and of their texts."""
        paths = [path for rows in self._rows for path in rows.path.list()]
        firsts = [n for n, path in enumerate(paths) if not n or path != paths[n - 1]]
        files = m.Strings.of([paths[n] for n in firsts])
        places = m.Strings.of([os.fsencode(keys[paths[n]]) for n in firsts])
        records = m.Strings.concat([rows.record for rows in self._rows])
        frames = m.Strings.of(self._frames)

        def column(name: str) -> NDArray[Any]:
            return np.concatenate([getattr(rows, name) for rows in self._rows])

        lengths = np.concatenate([np.diff(rows.text.offsets) for rows in self._rows])
        return {
            **_strings("file.path", files),
            **_strings("file.key", places),
            "file.first": np.array([*firsts, len(paths)], np.int32),
            **_strings("doc.record", records),
            "doc.line": column("file_line").astype(np.int32),
            "doc.markdown": column("markdown"),
            "doc.mode": column("mode"),
            "doc.bytes": lengths.astype(np.int32),
            **_strings("block", frames),
            "block.first": np.array([*self._firsts, len(paths)], np.int32),
        }


_NOTHING = np.zeros(0, np.uint8)


def _offsets(lengths: m.I64) -> m.I64:
    return np.concatenate([[0], np.cumsum(lengths)])


def _strings(name: str, column: m.Strings) -> dict[str, NDArray[Any]]:
    return {name: column.data, name + ".offsets": column.offsets}


def _documents(
    corpus: Corpus, texts: m.Texts, places: m.Places, settings: Settings, engine: Engine
) -> dict[str, NDArray[Any]]:
    """Return what is known of whole documents: lengths, digests, signatures."""
    facts = m.Facts.concat(engine.fetch(corpus.facts))
    editions = editions_of(places, texts.digest, texts.digest2)
    put = partial(resemblance.whole, settings=settings)
    wholes = engine.by_key(corpus.paragraphs, pipeline.PLACE, m.Wholes, put)
    banding = resemblance.banding(settings.document_threshold)
    none = np.zeros(0, np.int64)
    sketching = partial(resemblance.sketch, banding=banding, copies=none)
    sketches = m.Sketches.concat(engine.fetch(engine.map(wholes, m.Sketches, sketching)))
    alike = m.Editions.concat(engine.fetch(engine.map(wholes, m.Editions, resemblance.editions)))
    count = len(facts)
    counts = np.bincount(places.doc, minlength=count)
    return {
        "doc.first": _offsets(counts).astype(np.int32),
        "doc.characters": facts.characters.astype(np.int32),
        **_digests("edition", editions),
        **_digests("whole", alike),
        "document.row": sketches.text.astype(np.int32),
        "document.characters": sketches.characters,
        **_signatures("document", sketches.keys, sketches.bits),
    }


def editions_of(places: m.Places, digest: m.I64, digest2: m.I64) -> m.Editions:
    """Return the digest of each document's paragraphs, given those of texts by their ranks."""
    forms = m.Forms(places.doc, places.no, places.words, digest[places.text], digest2[places.text])
    return equal_documents.editions(forms)


def _digests(name: str, editions: m.Editions) -> dict[str, NDArray[Any]]:
    """Return the digests of documents that have words, in order, with the document of each."""
    rows = arranged(editions, editions.digest, editions.digest2)
    return {
        f"{name}.digest": rows.digest,
        f"{name}.digest2": rows.digest2,
        f"{name}.doc": rows.doc.astype(np.int32),
    }


def _texts(new: m.Texts, base: int) -> dict[str, NDArray[Any]]:
    """Return what is known of the texts that are new, and where their digests stand."""
    order = np.lexsort((new.digest2, new.digest))
    return {
        "text.words": new.words,
        "text.characters": kernels.characters(new.normal.data, new.normal.offsets),
        "text.doc": new.doc.astype(np.int32),
        "text.no": new.no,
        "digest.first": new.digest[order],
        "digest.second": new.digest2[order],
        "digest.text": (base + order).astype(np.int32),
    }


def _held(places: m.Places, numbers: m.I64) -> dict[str, NDArray[Any]]:
    """Return which text stands at each place, and the places of each text."""
    text = numbers[places.text].astype(np.int32)
    order = np.argsort(text, kind="stable")
    heads = np.flatnonzero(fresh(text[order]))
    return {
        "place.text": text,
        "held.text": text[order][heads],
        "held.first": np.append(heads, len(order)).astype(np.int32),
        "held.place": order.astype(np.int32),
    }


def _signatures(name: str, keys: m.Keys, bits: m.Bits) -> dict[str, NDArray[Any]]:
    """Return signatures, and for each band its keys in order with the signature of each."""
    order = np.argsort(keys, axis=0, kind="stable")
    return {
        f"{name}.bits": bits,
        f"{name}.keys": np.take_along_axis(keys, order, axis=0).T,
        f"{name}.sorted": order.T.astype(np.int32),
    }


def _matches(  # noqa: PLR0913 - the texts, old and new
    corpus: Corpus,
    new: m.Texts,
    sketches: m.Sketches,
    numbers: m.I64,
    known: Published,
    settings: Settings,
    engine: Engine,
) -> dict[str, NDArray[Any]]:
    """Return the matches of new texts with all texts, from both sides, by number."""
    if known.texts:
        met, _ = meeting.matches(new, sketches, known, settings)
        old = met.a < meeting.NEW
        a = np.zeros(len(met), np.int64)
        a[old] = known.numbers(met.a[old])
        a[~old] = numbers[met.a[~old] - meeting.NEW]
        b, similarity = numbers[met.b - meeting.NEW], met.similarity
    else:
        found, _ = pipeline.verified(corpus.texts, settings, engine)
        table = m.Matches.concat(engine.fetch(found))
        a, b, similarity = numbers[table.a], numbers[table.b], table.similarity
    one, other = np.concatenate([a, b]), np.concatenate([b, a])
    steps = np.tile((similarity * STEPS).round().astype(np.uint16), 2)
    order = np.lexsort((other, one))
    return {
        "match.text": one[order].astype(np.int32),
        "match.other": other[order].astype(np.int32),
        "match.similarity": steps[order],
    }


def _seeds(corpus: Corpus, engine: Engine) -> dict[str, NDArray[Any]]:
    """Return the seeds of passages, sorted by key, as if no paragraph were boilerplate."""
    place = (pipeline.PLACE, pipeline.PLACE)
    whole = engine.join(corpus.paragraphs, corpus.places, place, m.Bodies, bodies)
    choose = partial(seeds.choose_seeds, covered=m.Covered.empty())
    every: Stored[m.Seeds] = engine.map(whole, m.Seeds, choose)
    ordered = engine.by_key(every, ("key", "doc", "at"), m.Seeds, as_it_is)
    found = m.Seeds.concat(engine.fetch(ordered))
    return {
        "seed.key": found.key,
        "seed.doc": found.doc.astype(np.int32),
        "seed.at": found.at,
    }
