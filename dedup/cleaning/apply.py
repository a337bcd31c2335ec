"""
Inputs -> output files: each is cut, or copied as it is where it loses nothing.

The plan was made for the bytes that were read, so each file must still have the SHA-256 that was
taken of them. Without a target (a dry run) the same is done, and nothing written.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from dedup import formats
from dedup.cleaning.layout import source_folder
from dedup.cleaning.lots import in_lots, is_large
from dedup.cleaning.manifest import MODE_NAMES, Entry, File, text_sha256
from dedup.cleaning.parts import Work, changed, is_lenient, numbered, parts
from dedup.formats import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.cleaning.counts import Counts
    from dedup.cleaning.ledger import Writer
    from dedup.engines.workers import Workers
    from dedup.formats import Record, Seen, Source

CHUNK = 1 << 20


def write_file(  # noqa: PLR0913 - one file: what is known, where from, where to, who counts
    work: Work,
    source: Source,
    output: str,
    seen: Seen,
    target: Path | None,
    ledger: Writer,
    counts: Counts,
    workers: Workers | None = None,
) -> File | None:
    """
    Write one file and its lines of the ledger; a large one is cut by `workers`.

    `None` for one that could not be read, and was left out of the scan too, and for what is held,
    which is counted. Raises `InputError` where it no longer has the checksum from before.
    """
    first, stop = work.documents.get(source.path, (0, 0))
    characters, folder = work.facts.characters, source_folder(source)
    if work.labels is None:
        counts.tallies.add(folder, stop - first, int(characters[first:stop].sum()))
    else:
        for doc in range(first, stop):
            counts.tallies.add(work.source_of(doc, folder), 1, int(characters[doc]))
    if source.held is not None:
        _count(work, source, ledger, counts)
        return None
    if not work.touches(source):
        return _copy(work, source, output, seen.sha256, target)

    return _cut(work, source, output, seen, target, ledger, counts, workers)


def _count(work: Work, source: Source, ledger: Writer, counts: Counts) -> None:
    """Count what goes of texts that are held: there is no file to write."""
    for part in parts(work, source, numbered(work, source)):
        if part.doc is not None:
            counts.add(work.source_of(part.doc, source_folder(source)), part)
        for line in part.lines:
            ledger.add(line)


def _copy(
    work: Work, source: Source, output: str, sha256: str | None, target: Path | None
) -> File | None:
    """Copy a file that loses nothing."""
    first, stop = work.documents.get(source.path, (0, 0))
    entries: list[Entry] = []
    paragraphs = work.settings.paragraphs
    if not source.layout.records or work.notes_modes or first == stop:
        # Read it once more: for its paragraph modes, or to learn whether it can be read at all.
        try:
            for number, record in enumerate(_records(work, source, has_none=first == stop), 1):
                if source.layout.records and not work.notes_modes:
                    continue
                mode, same = work.mode(source, record)
                if not source.layout.records:
                    paragraphs = MODE_NAMES[mode]
                if not same:
                    name, text = MODE_NAMES[mode], text_sha256(record.text)
                    entries.append(Entry(number, record.id, name, 0, text))
        except Unreadable:
            if first != stop:
                raise changed(source) from None
            return None
    permissions = _permissions(source)
    with source.raw() as stream:
        if target is None:
            found = _copied(stream, None)
        else:
            with target.open("xb") as out:
                found = _copied(stream, out)
                os.fchmod(out.fileno(), permissions)
    if found != sha256:
        raise changed(source)
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


def _records(work: Work, source: Source, *, has_none: bool) -> Iterator[Record]:
    """Give the records of a file. Raises `Unreadable` where `read` did, and found none."""
    if has_none:
        formats.refuse_foreign(source, work.settings)
    whole = is_lenient(source, work.settings)
    for piece in formats.pieces(source, work.settings, whole=whole):
        if piece.record is not None:
            yield piece.record


def _cut(  # noqa: PLR0913 - as `write_file`
    work: Work,
    source: Source,
    output: str,
    seen: Seen,
    target: Path | None,
    ledger: Writer,
    counts: Counts,
    workers: Workers | None,
) -> File:
    """Write what stays of a file."""
    permissions = _permissions(source)
    folder = source_folder(source)
    apart = workers is not None and not ledger.is_watched and is_large(work, source)
    content = source.layout.checksum()
    entries: list[Entry] = []
    kept = 0
    with target.open("xb") if target else Path(os.devnull).open("wb") as stream:
        written = _Hashed(stream)
        out = cast("IO[bytes]", written)
        with formats.writing(out, source.format, source.compression, seen.charset) as sink:
            pieces = numbered(work, source)
            for part in parts(work, source, pieces, until_written=apart):
                content.update(part.raw)
                sink.write(part.kept)
                kept += len(part.kept)
                entries += [part.entry] if part.entry else []
                if part.doc is not None:
                    counts.add(work.source_of(part.doc, folder), part)
                for line in part.lines:
                    ledger.add(line)
            for lot in in_lots(work, source, pieces, workers) if apart and workers else ():
                content.update(lot.raw)
                sink.write(lot.kept)
                kept += len(lot.kept)
                entries += lot.cut.entries
                counts.merge(lot.cut.counts)
                ledger.write(lot.cut.ledger)
        stream.flush()
        if target is not None:
            os.fchmod(stream.fileno(), permissions)
    as_it_is = source.layout.as_bytes and not source.compression and not seen.charset
    found = content.hexdigest() if as_it_is else source.sha256()
    if found is None or found != seen.sha256:
        raise changed(source)
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
        output_sha256=written.sha256.hexdigest() if kept else None,
        changed=True,
        documents=len(range(*work.documents[source.path])),
        paragraphs=work.settings.paragraphs if source.layout.records else entries[0].paragraphs,
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


def _copied(stream: IO[bytes], out: IO[bytes] | None) -> str:
    """Copy a stream and give its checksum."""
    found = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        found.update(chunk)
        if out is not None:
            out.write(chunk)
    return found.hexdigest()


def _permissions(source: Source) -> int:
    """Give the mode of a file; of what does not lie on a disk that of a new one."""
    on_disk = source.spooled is None and source.remote is None
    return Path(source.path).stat().st_mode & 0o777 if on_disk else 0o644
