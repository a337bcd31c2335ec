"""Texts to measure on: a corpus given by path, or one that is generated; and the pipeline on it."""

from __future__ import annotations

import re
import tarfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import generate
import numpy as np
import zstandard

from dedup import formats, pipeline
from dedup.engines.local import Local
from dedup.model import Documents, Matches, Strings, Texts
from dedup.settings import Settings
from dedup.text.normalising import normalise_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.matched import Matched

NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents, and which of their paragraphs are counted apart."""

    name: str
    documents: Documents
    apart: re.Pattern[str] = NOTHING
    """Found in the normalised text of a family that hides the rest: datelines."""

    def first(self, count: int) -> Corpus:
        """Give the first documents."""
        name = f"{self.name}, first {count:,}"
        return Corpus(name, self.documents.slice(0, count), self.apart)

    def bare(self, text: str) -> str:
        """Give a text without the lines that are counted apart."""
        lines = text.split("\n")
        return "\n".join(line for line in lines if not self.apart.search(normalise_text(line)))

    def is_apart(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Mark the texts that are counted apart."""
        return np.array([self.apart.search(text) is not None for text in texts], bool)


def read(path: Path, apart: str = "", ids: Path | None = None) -> Corpus:
    """Read a corpus: a file of records, or a folder; only some records where `ids` are given."""
    documents = Documents.concat(list(formats.read([path], Settings())))
    name = path.name.partition(".")[0]
    if ids is not None:
        wanted = set(ids.read_text(encoding="utf-8").split())
        some = np.array([record in wanted for record in documents.record.list()])
        documents = documents.take(some)
        name += f", {len(documents):,} of {ids.name.partition('.txt')[0]}"
    return Corpus(name, documents, re.compile(apart) if apart else NOTHING)


def generated(articles: int, seed: int = 1) -> Corpus:
    """Write articles; their datelines are counted apart."""
    texts = generate.corpus(articles, seed)
    return Corpus(f"{articles:,} generated articles", table(texts), re.compile("^agence publie le"))


def table(texts: Sequence[str], names: Sequence[str] | None = None) -> Documents:
    """Make the table that a reader would hand over."""
    count = len(texts)
    zeros = np.zeros(count, np.int64)
    small = zeros.astype(np.int8)
    path = Strings.of(names or [f"{number:06}.txt" for number in range(count)])
    record = Strings.of([""] * count)
    return Documents(np.arange(count), path, record, zeros, small, small, small, Strings.of(texts))


def appended(documents: Documents, texts: Sequence[str]) -> Documents:
    """Put further documents behind those that are there."""
    more = table(texts)
    moved = {**more.columns(), "doc": more.doc + len(documents)}
    return Documents.concat([documents, Documents(**moved)])


@dataclass(frozen=True, slots=True)
class Compared:
    """What the pipeline makes of a corpus: its distinct long texts and their matches."""

    texts: Texts
    matches: Matches
    """By the rows of `texts`."""
    verified: int
    """Distinct pairs handed to rapidfuzz."""
    buckets_cut: int


def batches(documents: Documents, rows: int = 2000) -> Iterator[Documents]:
    """Hand documents over in batches, numbered from 0."""
    for at in range(0, len(documents), rows):
        part = documents.slice(at, at + rows)
        yield Documents(**{**part.columns(), "doc": np.arange(at, at + len(part))})


@contextmanager
def matched(documents: Documents, settings: Settings) -> Iterator[tuple[Matched, Local]]:
    """Run the pipeline up to the matches."""
    with Local() as engine:
        corpus = pipeline.read(batches(documents), settings, engine)
        yield pipeline.compare(corpus, settings, engine), engine


def compare(documents: Documents, settings: Settings) -> Compared:
    """Run the pipeline up to the matches, and bring them together."""
    with matched(documents, settings) as (result, engine):
        every = Texts.concat(engine.fetch(result.texts))
        matches = Matches.concat(engine.fetch(result.matches))
    texts = every.take(every.words >= settings.min_words)
    a, b = (np.searchsorted(texts.text, side) for side in (matches.a, matches.b))
    by_row = Matches(a, b, matches.similarity)
    return Compared(texts, by_row, result.candidates, result.buckets_cut)


def long_texts(documents: Documents, settings: Settings) -> Texts:
    """Give the distinct long texts of documents."""
    with Local(settings.memory or None, settings.threads) as engine:
        corpus = pipeline.read([documents], settings, engine)
        texts = Texts.concat(engine.fetch(corpus.texts))
    return texts.take(texts.words >= settings.min_words)


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack a .tar.zst into a folder, and give that folder; a folder stays as it is."""
    if archive.is_dir():
        return archive
    with (
        archive.open("rb") as packed,
        zstandard.ZstdDecompressor().stream_reader(packed) as stream,
        tarfile.open(fileobj=stream, mode="r|") as files,
    ):
        files.extractall(folder, filter="data")
    return folder
