"""
Documents -> the columns of a segment: all that a check may ask of them, made once.

Documents come in Order. A text that an earlier segment has keeps its number there; the others are
numbered on. Matches are stored from both sides, so that either text finds the other.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import kernels, pipeline
from dedup import model as m
from dedup.engines.base import as_it_is
from dedup.index import matching
from dedup.index.packing import Keys, Packed
from dedup.rows import arranged, fresh
from dedup.stages import candidates, equal_documents, resemblance, seeds
from dedup.stages.bodies import bodies
from dedup.stages.sketch import sketch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from dedup.engines.interface import Engine, Stored
    from dedup.index.files import Column
    from dedup.index.published import Published
    from dedup.matched import Corpus
    from dedup.settings import Settings

BLOCK_BYTES = 1 << 16
"""Text that is compressed at once: what is read to see one document."""
LEVEL = 9


def segment(
    documents: Iterable[m.Documents],
    keys: Mapping[str, str],
    known: Published,
    settings: Settings,
    engine: Engine,
) -> tuple[dict[str, Column], Corpus]:
    """
    Return the columns of a segment that holds these documents but for their seeds; and the corpus.

    `keys` has the name by which each path is known again, `known` is the index as it is without
    documents of these paths. Raises `InputError` where there are no documents.
    """
    library = _Library()
    corpus = pipeline.read(library.kept(documents), settings, engine)
    texts = m.Texts.concat(engine.fetch(corpus.texts))
    ordered = engine.by_key(corpus.places, m.PLACE, m.Places, as_it_is)
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
    columns |= _signatures("text", sketches)
    columns["text.row"] = Packed.of(numbers[np.searchsorted(texts.text, sketches.text)])
    columns |= matching.columns(_matches(corpus, known, settings, engine))
    return columns, corpus


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

    def columns(self, keys: Mapping[str, str]) -> dict[str, Column]:
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


def _strings(name: str, column: m.Strings) -> dict[str, Column]:
    return {name: column.data, name + ".offsets": column.offsets}


def _documents(
    corpus: Corpus, texts: m.Texts, places: m.Places, settings: Settings, engine: Engine
) -> dict[str, Column]:
    """Return what is known of whole documents: lengths, digests, signatures."""
    facts = m.Facts.concat(engine.fetch(corpus.facts))
    editions = editions_of(places, texts.digest, texts.digest2)
    put = partial(resemblance.whole_texts, settings=settings)
    wholes = engine.by_key(corpus.paragraphs, m.PLACE, m.Wholes, put)
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
        "document.row": Packed.of(sketches.text),
        "document.characters": Packed.of(sketches.characters),
        **_signatures("document", sketches),
    }


def editions_of(places: m.Places, digest: m.I64, digest2: m.I64) -> m.Editions:
    """Return the digest of each document's paragraphs, given those of texts by their ranks."""
    forms = m.Forms(places.doc, places.no, places.words, digest[places.text], digest2[places.text])
    return equal_documents.editions(forms)


def _digests(name: str, editions: m.Editions) -> dict[str, Column]:
    """Return the digests of documents that have words, in order, with the document of each."""
    rows = arranged(editions, editions.digest, editions.digest2)
    return {
        f"{name}.digest": rows.digest,
        f"{name}.digest2": rows.digest2,
        f"{name}.doc": rows.doc.astype(np.int32),
    }


def _texts(new: m.Texts, base: int) -> dict[str, Column]:
    """Return what is known of the texts that are new, and where their digests stand."""
    order = np.lexsort((new.digest2, new.digest))
    return {
        "text.words": Packed.of(new.words),
        "text.characters": Packed.of(kernels.characters(new.normal.data, new.normal.offsets)),
        "digest.first": new.digest[order],
        "digest.second": new.digest2[order],
        "digest.text": Packed.of(base + order),
    }


def _held(places: m.Places, numbers: m.I64) -> dict[str, Column]:
    """Return which text stands at each place, and the places of each text."""
    text = numbers[places.text]
    order = np.argsort(text, kind="stable")
    heads = np.flatnonzero(fresh(text[order]))
    return {
        "place.text": Packed.of(text),
        "held.text": text[order][heads].astype(np.int32),
        "held.first": Packed.of(np.append(heads, len(order))),
        "held.place": Packed.of(order),
    }


def _signatures(name: str, sketches: m.Sketches) -> dict[str, Column]:
    """Return signatures, and for each band its keys in order with the signature of each."""
    keys = sketches.keys.T.view(np.uint32)
    order = np.empty(keys.shape, np.int32)
    for band, own in enumerate(keys):
        order[band] = np.argsort(own, kind="stable")
    # Enough bits that a key has one row in four too many; these show by the signature itself.
    kept = len(sketches).bit_length() + 2
    ordered = np.take_along_axis(keys, order, axis=1).astype(np.uint64)
    packed = Keys.of(ordered, candidates.KEY_BITS, kept)
    return {
        f"{name}.bits": sketches.bits,
        f"{name}.starts": packed.starts,
        f"{name}.rest": packed.rest,
        f"{name}.sorted": Packed.of(order.reshape(-1)),
    }


def _matches(corpus: Corpus, known: Published, settings: Settings, engine: Engine) -> m.Matches:
    """Return the matches of the texts of a new index; those of a change depend on its Order."""
    if known.texts:
        return m.Matches.empty()
    found, _ = pipeline.verified(corpus.texts, settings, engine)
    return m.Matches.concat(engine.fetch(found))


def walled_seeds(corpus: Corpus, flags: m.I8, engine: Engine) -> dict[str, Column]:
    """
    Return the seeds of passages, sorted by key, and between which walls they were chosen.

    `flags` say of each place, in Order, whether its text is boilerplate. Places of seeds are
    counted through all documents.
    """
    place = (m.PLACE, m.PLACE)
    ordered = engine.by_key(corpus.places, m.PLACE, m.Places, as_it_is)
    places = replace(m.Places.concat(engine.fetch(ordered)), boilerplate=flags)
    walled = engine.map([places], m.Places, as_it_is)
    whole = engine.join(corpus.paragraphs, walled, place, m.Bodies, bodies)
    choose = partial(seeds.choose_seeds, covered=m.Covered.empty())
    every: Stored[m.Seeds] = engine.map(whole, m.Seeds, choose)
    by_key = engine.by_key(every, ("key", "doc", "at"), m.Seeds, as_it_is)
    found = m.Seeds.concat(engine.fetch(by_key))
    lengths = np.zeros(engine.count(corpus.facts), np.int64)
    np.maximum.at(lengths, found.doc, found.at + 1)
    bases = _offsets(lengths)
    keys = Keys.of(found.key.astype(np.uint64)[np.newaxis], seeds.KEY_BITS, seeds.KEY_BITS)
    return {
        "seed.wall": np.flatnonzero(flags).astype(np.int32),
        "seed.starts": keys.starts,
        "seed.rest": keys.rest,
        "seed.base": bases,
        "seed.place": Packed.of(bases[found.doc] + found.at),
    }
