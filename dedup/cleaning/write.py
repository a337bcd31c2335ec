"""
Inputs -> output files: each is cut, or copied as it is where it loses nothing.

What goes was decided for the bytes that were read, so each file must still have the SHA-256 that
was taken of them. Without a target (a dry run) the same is done, and nothing written.

A large file is cut in chunks of records: each by a process that is free, and written in its turn. A
chunk takes along what is decided of its documents and the names of those that keep, and no more.

What an interrupted clean had written is taken over by the run that goes on from it: each file is
kept in the work folder, by a link where that is possible, with its lines of the ledger. A file that
is not what was noted (edited, damaged) is written anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, cast

import numpy as np

from dedup import formats
from dedup.atomic import fresh
from dedup.cleaning.cut import (
    changed_error,
    cut_document,
    losing_pieces,
    mode_entry,
    parts,
    placed_pieces,
)
from dedup.cleaning.ledger import dump
from dedup.cleaning.manifest import MODE_NAMES, Entry, File, file_sha256
from dedup.cleaning.tables import NONE, ParagraphTable, Plan, Sentences, of_documents
from dedup.model import Copied, MarkdownBlocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.cleaning.cut import PiecePlace
    from dedup.cleaning.ledger import Writer
    from dedup.cleaning.policy import Policy
    from dedup.cleaning.removals import Decision
    from dedup.engines.checkpoints import Checkpoints
    from dedup.engines.workers import Workers
    from dedup.formats import Piece, Seen, Source


BUFFER = 1 << 20
_NOWHERE = Path(os.devnull)
LARGE = 64 << 20
"""Bytes of a file from which it is cut in chunks: less is not worth starting processes."""
CHUNK = 1 << 20
"""Bytes of the records of a chunk that lose something; of all of them four times as many."""


def copy_file(
    decision: Decision, source: Source, output: str, seen: Seen, target: Path | None
) -> File | None:
    """
    Copy a file that loses nothing, and return what the manifest says of it.

    `None` for one that could not be read, and was left out of the scan too. Raises `InputError`
    where it no longer has the checksum from before.
    """
    if seen.sha256 is None:
        return None
    # What the manifest says of its paragraph modes.
    first, stop = decision.documents.get(source.path, (0, 0))
    paragraphs, entries = decision.settings.paragraphs, list[Entry]()
    if not source.layout.records:
        paragraphs = MODE_NAMES[int(decision.facts.mode[first])]
    for piece, (doc, number, _) in placed_pieces(decision, source) if decision.notes_modes else ():
        entry = None if piece.record is None else mode_entry(decision, piece.record, doc, number)
        entries += [entry] if entry is not None else []
    # The bytes as they are, which must be those that were read.
    permissions = _permissions(source)
    with source.raw() as stream, (target or _NOWHERE).open("xb" if target else "wb") as out:
        hashed = _Hashed(out)
        while data := stream.read(BUFFER):
            hashed.write(data)
        if target is not None:
            os.fchmod(out.fileno(), permissions)
    found = hashed.sha256.hexdigest()
    if found != seen.sha256:
        raise changed_error(source)
    return File(
        source.path,
        output,
        source.format,
        source.compression,
        permissions,
        sha256=found,
        content=found,
        output_sha256=found,
        changed=False,
        documents=stop - first,
        paragraphs=paragraphs,
        entries=tuple(entries),
    )


def cut_file(  # noqa: PLR0913 - one file: what is known, where from, where to
    decision: Decision,
    source: Source,
    output: str,
    seen: Seen,
    target: Path | None,
    ledger: Writer,
    workers: Workers | None = None,
) -> File:
    """
    Write what stays of a file, and what goes to the ledger; a large file is cut by `workers`.

    Returns what the manifest says of it. Raises `InputError` where it no longer has the checksum
    from before.
    """
    permissions = _permissions(source)
    in_chunks = workers is not None and not ledger.is_watched and is_large(decision, source)
    content = source.layout.checksum()
    entries: list[Entry] = []
    kept = 0
    with (target or _NOWHERE).open("xb" if target else "wb") as stream:
        hashed = _Hashed(stream)
        out = cast("IO[bytes]", hashed)
        with formats.writing(out, source.format, source.compression, seen.charset) as sink:
            pieces = losing_pieces(decision, source)
            for part in parts(decision, source, pieces, until_kept=in_chunks):
                content.update(part.raw)
                sink.write(part.kept)
                kept += len(part.kept)
                entries += [part.entry] if part.entry else []
                ledger.add(*part.lines)
            # What comes after the first record that is written: none of it waits for another.
            for chunk in chunks(decision, source, pieces, workers) if in_chunks and workers else ():
                content.update(chunk.raw)
                sink.write(chunk.kept)
                kept += len(chunk.kept)
                entries += chunk.entries
                ledger.write(chunk.ledger)
        stream.flush()
        if target is not None:
            os.fchmod(stream.fileno(), permissions)
    # It must be what was read; where its pieces are not its bytes these are read once more.
    as_it_is = source.layout.as_bytes and not source.compression and not seen.charset
    found = content.hexdigest() if as_it_is else source.sha256()
    if found is None or found != seen.sha256:
        raise changed_error(source)
    if target is not None and not kept:
        target.unlink()
    return File(
        source.path,
        output,
        source.format,
        source.compression,
        permissions,
        sha256=found,
        content=content.hexdigest(),
        output_sha256=hashed.sha256.hexdigest() if kept else None,
        changed=True,
        documents=len(range(*decision.documents[source.path])),
        paragraphs=decision.settings.paragraphs if source.layout.records else entries[0].paragraphs,
        entries=tuple(entries),
        charset=seen.charset,
    )


class _Hashed:
    """A stream that takes the checksum of what passes: a class because packers want a stream."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write on."""
        self.sha256.update(data)
        return self._stream.write(data)

    def flush(self) -> None:
        """Flush on."""
        self._stream.flush()


def _permissions(source: Source) -> int:
    """Return the mode of a file; of what does not lie on a disk that of a new one."""
    on_disk = source.spooled is None and source.remote is None
    return Path(source.file).stat().st_mode & 0o777 if on_disk else 0o644


class CutChunk(NamedTuple):
    """Consecutive pieces of a file, end to end."""

    raw: bytes
    """As they were read."""
    kept: bytes
    """As they are written."""
    ledger: bytes
    """Their lines of the ledger."""
    entries: list[Entry]


Losing = list[tuple["Piece", "PiecePlace"]]
"""Documents that lose something."""


def is_large(decision: Decision, source: Source) -> bool:
    """
    Tell whether a file is to be cut in chunks.

    Not where the records do not stand in it one by one, or their paragraph modes are noted.
    """
    plain = source.layout.records and source.layout.as_bytes and source.spooled is None
    return plain and not decision.notes_modes and source.content_size >= LARGE


def chunks(
    decision: Decision, source: Source, pieces: Iterator[tuple[Piece, PiecePlace]], workers: Workers
) -> Iterator[CutChunk]:
    """Cut the pieces of a file, none of which waits for one before it, and yield them in chunks."""
    docs = of_documents(decision.removals, *decision.documents[source.path]).doc
    waiting: deque[Future[CutChunk]] = deque()
    threads = ThreadPoolExecutor(workers.count or 1)
    try:
        for raws, losing in _together(pieces, set(np.unique(docs).tolist())):
            waiting.append(threads.submit(_cut, decision, source, raws, losing, workers))
            if len(waiting) > 2 * workers.count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        threads.shutdown(cancel_futures=True)


def _together(
    pieces: Iterable[tuple[Piece, PiecePlace]], docs: set[int]
) -> Iterator[tuple[list[bytes], dict[int, tuple[Piece, PiecePlace]]]]:
    """Yield pieces as many as are cut at a time, and by their place those that lose something."""
    raws, losing = list[bytes](), dict[int, tuple["Piece", "PiecePlace"]]()
    size = losing_size = 0
    for piece, place in pieces:
        if piece.record is not None and place[0] in docs:
            losing[len(raws)] = piece, place
            losing_size += len(piece.raw)
        raws.append(piece.raw)
        size += len(piece.raw)
        if losing_size >= CHUNK or size >= 4 * CHUNK:
            yield raws, losing
            raws, losing = [], {}
            size = losing_size = 0
    yield raws, losing


def _cut(
    decision: Decision,
    source: Source,
    raws: list[bytes],
    losing: dict[int, tuple[Piece, PiecePlace]],
    workers: Workers,
) -> CutChunk:
    """Let a worker cut the documents that lose something, and put what stays in their place."""
    raw = b"".join(raws)
    if not losing:
        return CutChunk(raw, raw, b"", [])
    docs = [doc for _, (doc, _, _) in losing.values()]
    own = [(piece, (doc - docs[0], number, at)) for piece, (doc, number, at) in losing.values()]
    share = decision_on(decision, docs[0], docs[-1] + 1)
    kept, ledger, entries = workers.call(cut_documents, share, source, own)
    for at, stays in zip(losing, kept, strict=True):
        raws[at] = stays
    return CutChunk(raw, b"".join(raws), ledger, entries)


def decision_on(decision: Decision, first: int, stop: int) -> Decision:
    """
    Return what a writer of some documents, placed_pieces from 0, needs of a decision.

    Those that keep something for them come after them.
    """
    removals = of_documents(decision.removals, first, stop)
    keeper, group = removals.keeper, removals.group
    own = (keeper >= first) & (keeper < stop)
    others = np.unique(keeper[(keeper != NONE) & ~own])
    beyond = stop - first + np.searchsorted(others, keeper)
    groups = np.unique(group[group != NONE])
    return replace(
        decision,
        facts=decision.facts.take(np.concatenate([np.arange(first, stop), others])),
        paragraphs=ParagraphTable.empty(),
        blocks=MarkdownBlocks.empty(),
        groups=[decision.groups[number] for number in groups.tolist()],
        copied=Copied.empty(),
        labels=None,
        documents={},
        plan=Plan.empty(),
        sentences=Sentences.empty(),
        removals=replace(
            removals,
            doc=removals.doc - first,
            keeper=np.where(own, keeper - first, np.where(keeper == NONE, NONE, beyond)),
            group=np.where(group == NONE, NONE, np.searchsorted(groups, group)),
        ),
    )


def cut_documents(
    decision: Decision, source: Source, losing: Losing
) -> tuple[list[bytes], bytes, list[Entry]]:
    """
    Cut documents that lose something; their ranks are those of `decision`.

    Returns what stays of each, all their lines of the ledger, and what the manifest says of them.
    """
    removals = decision.removals.by_document(0, losing[-1][1][0] + 1)
    found = [
        cut_document(decision, source, piece, 0, place, rows)
        for (piece, place), (_, rows) in zip(losing, removals, strict=True)
    ]
    lines = b"".join(dump(line.to_json()) for part in found for line in part.lines)
    return [part.kept for part in found], lines, [part.entry for part in found if part.entry]


NAME = "written"


class Finished:
    """What is written of one clean; a class for where that is kept, and under which names."""

    def __init__(self, checkpoints: Checkpoints, policy: Policy) -> None:
        """Name the run's work folder, and what is decided by besides what that is named for."""
        key = json.dumps(asdict(policy), sort_keys=True, default=str)
        self._checkpoints = checkpoints
        self._name = f"{NAME}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"

    def again(self, number: int, sha256: str | None, target: Path, ledger: Writer) -> File | None:
        """Take over what was written of an input with this checksum, if it is still that."""
        noted = self._checkpoints.read_json(f"{self._name}-{number}")
        if noted is None:
            return None
        file = File.of(noted["file"])
        text, lines = self._path(number, "text"), self._path(number, "ledger")
        if (file.sha256, file.output_sha256, noted["ledger"]) != (
            sha256,
            None if file.output_sha256 is None else file_sha256(text),
            file_sha256(lines),
        ):
            logging.getLogger("dedup").info("%s was changed: writing %s anew", text, file.output)
            return None
        if file.output_sha256 is not None:
            _linked(text, target)
        with lines.open("rb") as stream:
            for line in stream:
                ledger.write(line)
        return file

    @contextmanager
    def lines(self, number: int, ledger: Writer) -> Iterator[None]:
        """Keep the lines that are written meanwhile."""
        with fresh(self._path(number, "ledger")) as stream, ledger.beside(stream):
            yield

    def keep(self, number: int, file: File, target: Path) -> None:
        """Keep a file that was written."""
        if file.output_sha256 is not None:
            _linked(target, self._path(number, "text"))
        noted = {
            "file": asdict(file),
            "ledger": file_sha256(self._path(number, "ledger")),
        }
        self._checkpoints.write_json(f"{self._name}-{number}", noted)

    def _path(self, number: int, what: str) -> Path:
        return self._checkpoints.folder / f"{self._name}-{number}.{what}"


def _linked(path: Path, beside: Path) -> None:
    """Let a file stand in a second place; copied where it cannot be linked."""
    beside.unlink(missing_ok=True)
    with suppress(OSError):
        # NOTE: the output must not share its bytes with a file that is somebody else's.
        if path.lstat().st_nlink == 1:
            os.link(path, beside)
            return
    with path.open("rb") as stream, fresh(beside) as out:
        shutil.copyfileobj(stream, out)
    shutil.copymode(path, beside)
