"""
A large file in lots of records: each is cut by a process that is free, and written in its turn.

A lot takes along what is decided of its documents and the names of those that keep, and no more.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.cleaning.counts import Counts
from dedup.cleaning.cuts import cuts_of
from dedup.cleaning.layout import source_folder
from dedup.cleaning.ledger import dump
from dedup.cleaning.manifest import Entry
from dedup.cleaning.parts import document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.cleaning.parts import Place, Work
    from dedup.engines.workers import Workers
    from dedup.formats import Piece, Source

LARGE = 64 << 20
"""Bytes of a file from which it is cut in lots: less is not worth starting processes."""
LOT = 1 << 20
"""Bytes of the records of a lot that lose something; of all of them four times as many."""


class Cut(NamedTuple):
    """What becomes of the documents of a lot that lose something."""

    kept: list[bytes]
    ledger: bytes
    """Its lines."""
    entries: list[Entry]
    counts: Counts


class Lot(NamedTuple):
    """Consecutive pieces of a file, as they were read and as they are written, end to end."""

    raw: bytes
    kept: bytes
    cut: Cut


@dataclass(slots=True)
class _Open:
    """A lot that is being filled."""

    raws: list[bytes] = field(default_factory=list)
    losing: list[tuple[Piece, Place]] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    """Which of the pieces these are."""
    size: int = 0
    losing_size: int = 0

    def add(self, piece: Piece, place: Place, *, loses: bool) -> None:
        """Take the next piece."""
        if loses:
            self.at.append(len(self.raws))
            self.losing.append((piece, place))
            self.losing_size += len(piece.raw)
        self.raws.append(piece.raw)
        self.size += len(piece.raw)

    @property
    def full(self) -> bool:
        """Tell whether it is time for the next one."""
        return self.losing_size >= LOT or self.size >= 4 * LOT

    def cut_by(self, workers: Workers, work: Work, source: Source) -> Cut:
        """Cut the documents that lose something; what they take along is theirs alone."""
        if not self.losing:
            return Cut([], b"", [], Counts())
        first, stop = self.losing[0][1][0], self.losing[-1][1][0] + 1
        own = [(piece, (doc - first, number, at)) for piece, (doc, number, at) in self.losing]
        return workers.call(cut, work.share(first, stop), source, own)

    def closed(self, found: Cut) -> Lot:
        """Put what stays in the place of what was."""
        kept = self.raws.copy()
        for at, stays in zip(self.at, found.kept, strict=True):
            kept[at] = stays
        return Lot(b"".join(self.raws), b"".join(kept), found)


def is_large(work: Work, source: Source) -> bool:
    """
    Tell whether a file is to be cut in lots.

    Not where the records do not stand in it one by one, or their paragraph modes are noted.
    """
    plain = source.layout.records and source.layout.as_bytes and source.spooled is None
    return plain and not work.notes_modes and source.content_size >= LARGE


def in_lots(
    work: Work, source: Source, pieces: Iterator[tuple[Piece, Place]], workers: Workers
) -> Iterator[Lot]:
    """Cut the pieces of a file, none of which waits for one before it, in lots."""
    edges = work.documents[source.path]
    losing = set[int]()
    for doc in (work.plan.doc, work.stretches.doc):
        losing.update(np.unique(doc[slice(*np.searchsorted(doc, edges).tolist())]).tolist())
    waiting: deque[tuple[_Open, Future[Cut]]] = deque()
    threads = ThreadPoolExecutor(workers.count or 1)
    try:
        lot = _Open()
        for piece, place in pieces:
            lot.add(piece, place, loses=piece.record is not None and place[0] in losing)
            if lot.full:
                waiting.append((lot, threads.submit(lot.cut_by, workers, work, source)))
                lot = _Open()
            if len(waiting) > 2 * workers.count:
                first, job = waiting.popleft()
                yield first.closed(job.result())
        waiting.append((lot, threads.submit(lot.cut_by, workers, work, source)))
        for first, job in waiting:
            yield first.closed(job.result())
    finally:
        threads.shutdown(cancel_futures=True)


def cut(work: Work, source: Source, losing: list[tuple[Piece, Place]]) -> Cut:
    """Cut documents that lose something; their ranks are those of `work`."""
    kept, lines = list[bytes](), list[bytes]()
    entries, counts = list[Entry](), Counts()
    folder = source_folder(source)
    edges = losing[0][1][0], losing[-1][1][0] + 1
    for (piece, place), (doc, cuts) in zip(losing, cuts_of(work.decision, *edges), strict=True):
        part = document(work, source, piece, 0, place, cuts)
        kept.append(part.kept)
        lines += [dump(line.to_json()) for line in part.lines]
        entries += [part.entry] if part.entry else []
        counts.add(work.source_of(doc, folder), part)
    return Cut(kept, b"".join(lines), entries, counts)
