"""
Reading spread over the tasks of a cluster: some files each, by the code that reads them anywhere.

Files are read twice: once to count their documents and to see what cannot be read, so that each
task knows the rank of its first document and the caller is told of faults in Order; then for what
is in them. What a caller holds, and what came through a pipe, is read here and handed over.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup.errors import DedupError, InputError, SettingsError
from dedup.formats import Reading
from dedup.model import Documents, Editions, Equals, Strings
from dedup.stages import equal_documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.engines.interface import Stored
    from dedup.engines.spark import SparkEngine
    from dedup.formats import Source
    from dedup.formats.reading import Wanted
    from dedup.settings import Settings

PART_BYTES = 32 << 20
"""Bytes of files that one task reads, or one file."""

Files = tuple["Source", ...]


class Learnt(NamedTuple):
    """What a task has learnt of its files."""

    documents: int
    published: int
    """Documents of them that are published."""
    state: dict[str, Any]
    """As `Reading.state`."""
    error: str | None
    """Why they cannot be read."""


def spread(
    reading: Reading, settings: Settings, engine: SparkEngine
) -> Stored[Documents] | Iterable[Documents]:
    """
    Return the documents of a reading, read by the engine's tasks; these must see the files.

    Raises `InputError` for the first file that cannot be read, as the reading itself would.
    """
    dated = reading.values and not reading.to_cut
    if dated or settings.on_error == "quarantine":
        what = "order='oldest:FIELD'" if dated else "on_error='quarantine'"
        raise SettingsError(f"{what} does not work on engine spark: leave it out, or use local")
    sources = reading.sources.files
    if not sources or not all(is_seen_everywhere(source) for source in sources):
        return reading
    # What there is in the files, and what cannot be read.
    parts = list(files_of_tasks(sources))
    how: dict[str, Any] = {"settings": replace(settings, threads=1), "wanted": reading.wants}
    known = engine.asked(parts, partial(_learnt, **how))
    for learnt in known:
        if learnt.error is not None:
            raise InputError(learnt.error)
    reading.recall(_joined([learnt.state for learnt in known]))
    documents = sum(learnt.documents for learnt in known)
    published = sum(learnt.published for learnt in known)
    reading.refuse_missing(published=published, incoming=documents - published)
    # Each part begins where the one before it ends.
    firsts = np.cumsum([0, *(learnt.documents for learnt in known)]).tolist()
    numbered = list(zip(parts, firsts, strict=False))
    make = partial(_documents, **how)
    return engine.made_of(numbered, Documents, make)


def rows(frame: Any, settings: Settings, engine: SparkEngine) -> Stored[Documents]:  # noqa: ANN401 - a DataFrame
    """
    Return the rows of a Spark DataFrame as documents, in the order of its partitions.

    Raises `InputError` for a column that is not there, and for a row without a text.
    """
    from pyspark.sql import functions as f

    names = settings.text_field, settings.id_field
    if names[0] not in frame.columns:
        shown = ", ".join(frame.columns[:8])
        raise InputError(
            f"rows: no column {names[0]!r} (columns: {shown}); name the text with text_field=…"
        )
    record = f.col(f"`{names[1]}`").cast("string") if names[1] in frame.columns else f.lit("")
    text = f.col(f"`{names[0]}`").cast("string")
    columns = frame.select(text.alias("text"), f.coalesce(record, f.lit("")).alias("record"))
    numbered = engine.numbered(columns, Documents, _of_rows, _ranked)
    if not engine.count(numbered):
        raise InputError("no document was read: rows is empty")
    # An id that stood before is named with its number, too, as in every format.
    by_id = engine.map(numbered, Editions, _by_id)
    twins = engine.by_key(
        by_id, ("digest", "digest2", "doc"), Equals, equal_documents.equals, shared=True
    )
    if not engine.count(twins):
        return numbered
    named: Stored[Documents] = engine.join(
        numbered, twins, (("doc",), ("copy",)), Documents, _renamed
    )
    return named


def is_seen_everywhere(source: Source) -> bool:
    """Tell whether tasks can read a file, where they see what the caller sees."""
    return source.held is None and source.spooled is None


def files_of_tasks(sources: Sequence[Source]) -> Iterator[Files]:
    """Yield files that follow one another, as many as a task takes, wherever that is at work."""
    part: list[Source] = []
    for source in (replace(source, folder=str(Path.cwd())) for source in sources):
        if part and sum(one.content_size for one in part) + source.content_size > PART_BYTES:
            yield tuple(part)
            part = []
        part.append(source)
    if part:
        yield tuple(part)


def _joined(states: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what is known of all files, of what is known of some each."""
    return {
        **{name: [one for state in states for one in state[name]] for name in ("counts", "files")},
        "values": {
            name: [value for state in states for value in state["values"][name]]
            for name in states[0]["values"]
        },
        "seen": {path: seen for state in states for path, seen in state["seen"].items()},
    }


def _learnt(files: Files, settings: Settings, wanted: Wanted) -> Learnt:
    """Read files, and return what there is to know of them."""
    reading = Reading.of_part(files, settings, wanted)
    documents = published = 0
    try:
        for batch in reading:
            documents += len(batch)
            published += int(np.count_nonzero(batch.published))
    except DedupError as error:
        return Learnt(0, 0, reading.state, str(error))
    return Learnt(documents, published, reading.state, None)


def _documents(part: tuple[Files, int], settings: Settings, wanted: Wanted) -> Iterator[Documents]:
    """Yield the documents of some files, numbered from where they begin."""
    files, first = part
    for batch in Reading.of_part(files, settings, wanted):
        yield replace(batch, doc=batch.doc + first)


def _of_rows(text: Strings, record: Strings) -> Documents:
    """Return rows as documents that have no numbers yet."""
    zeros = np.zeros(len(text), np.int64)
    marks = zeros.astype(np.int8)
    path = Strings.of(["rows"] * len(text))
    return Documents(zeros, path, record, zeros, marks, marks, marks, text)


def _ranked(documents: Documents, ranks: np.ndarray[Any, np.dtype[np.int64]]) -> Documents:
    """Number documents, and name those by their number, from 1, that have no id."""
    names = zip(documents.record.list(), ranks.tolist(), strict=True)
    record = Strings.of([name or str(rank + 1) for name, rank in names])
    return replace(documents, doc=ranks, record=record)


def _by_id(documents: Documents) -> Editions:
    """Return the digest of each document's id."""
    from dedup import kernels

    return Editions(documents.doc, *kernels.digest(documents.record.data, documents.record.offsets))


def _renamed(documents: Documents, twins: Equals) -> Documents:
    """Put its number behind each id that stood before; both sorted by document."""
    again = np.isin(documents.doc, twins.copy).tolist()
    names = zip(documents.record.list(), documents.doc.tolist(), again, strict=True)
    record = [f"{name}#{doc + 1}" if twice else name for name, doc, twice in names]
    return replace(documents, record=Strings.of(record))
