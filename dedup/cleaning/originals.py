"""
Output file and ledger -> the input file, byte for byte, piece by piece.

What was cut out of a record is filled in again at its code points; a record that was dropped comes
back at the byte at which it began, since nothing in the output tells where it was.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import IO, TYPE_CHECKING, NamedTuple

from dedup import formats
from dedup.cleaning import ledger
from dedup.cleaning.manifest import Manifest, file_sha256
from dedup.cleaning.tree import LEDGER, MANIFEST, OWN
from dedup.errors import InputError, LedgerError
from dedup.formats import Source

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from dedup.cleaning.ledger import Line, Name
    from dedup.cleaning.manifest import Entry, File
    from dedup.formats import Piece, Record

Wanted = Callable[["Line"], bool]
SHOWN = 5
"""Names in an error message; more are counted."""


class Original(NamedTuple):
    """A piece of an input file."""

    raw: bytes
    """As it was."""
    chosen: bytes
    """The same, with those removals put back that are wanted."""
    undone: tuple[Line, ...] = ()
    """These removals."""


class Ledger:
    """
    The lines of a ledger, document by document.

    A class because files take their share one after the other, in the order of the manifest.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        """Begin at the first line."""
        self._groups = ledger.by_document(lines)

    def take(self, file: File, entry: Entry) -> tuple[Line, ...]:
        """Return the lines of the next document. Raises `LedgerError` where it is another one."""
        name, lines = next(self._groups, (None, []))
        if name != (file.document, entry.record) or len(lines) != entry.lines:
            what = file.document if entry.record is None else f"{file.document}, {entry.record}"
            raise LedgerError(f"the ledger and the manifest differ on {what}")
        return tuple(lines)

    def skip(self, file: File) -> None:
        """Pass over the lines of a file."""
        for entry in file.entries:
            if entry.lines:
                self.take(file, entry)


def opened(out: Path) -> tuple[Manifest, Iterator[Line]]:
    """Read manifest and ledger of a cleaned corpus. Raises `LedgerError` for what is not whole."""
    manifest = Manifest.read(out / OWN / MANIFEST)
    ledger.check(out / OWN / LEDGER, manifest.ledger_sha256)
    return manifest, ledger.read(out / OWN / LEDGER)


def check_files(out: Path, files: Iterable[File]) -> None:
    """Refuse files that are not as the clean wrote them. Raises `LedgerError` that lists them."""
    root = out.resolve()
    edited = [
        file.output
        for file in files
        if file.output_sha256 is not None
        and (
            root not in (out / file.output).resolve().parents
            or file_sha256(out / file.output) != file.output_sha256
        )
    ]
    if edited:
        more = f" and {len(edited) - SHOWN} more" if len(edited) > SHOWN else ""
        raise LedgerError(
            f"{out}: edited or removed since the clean: {', '.join(edited[:SHOWN])}{more}; "
            "put the files back as they were, or clean anew"
        )


def originals(
    out: Path, manifest: Manifest, file: File, lines: Ledger, wanted: Wanted
) -> Iterator[Original]:
    """Yield the pieces of a changed file as they were. Raises `LedgerError`."""
    listed = {entry.number: entry for entry in file.entries}
    dropped = deque(entry for entry in file.entries if entry.at is not None)
    number = at = 0
    extent = formats.FORMATS[file.format].extent

    def come_back(entry: Entry) -> Original:
        own = lines.take(file, entry)
        raw = own[0].bytes if entry.record is not None else b"".join(one.bytes for one in own)
        undone = own if any(map(wanted, own)) else ()
        return Original(raw, raw if undone else b"", undone)

    def due(stop: int) -> bool:
        return bool(dropped) and dropped[0].at is not None and dropped[0].at <= stop

    for piece in _pieces(out, manifest, file):
        rest = piece.raw
        item = piece.record is not None or piece.fault is not None
        while due(at if item else at + extent(rest) - 1):
            entry = dropped.popleft()
            begin = (entry.at or 0) - at
            if begin < 0:
                raise LedgerError(f"{file.output} does not fit its ledger")
            original = come_back(entry)
            if begin:
                yield Original(rest[:begin], rest[:begin])
            yield original
            at, rest = at + begin + extent(original.raw), rest[begin:]
            number += 1
        if piece.record is not None:
            number += 1
            entry_here = listed.get(number)
            own = lines.take(file, entry_here) if entry_here and entry_here.lines else ()
            original = _filled(piece, piece.record, own, wanted)
        else:
            original = Original(rest, rest)
        at += extent(original.raw)
        yield original
    while due(at):
        original = come_back(dropped.popleft())
        at += extent(original.raw)
        yield original
    if dropped:
        raise LedgerError(f"{file.output} does not fit its ledger")


def _pieces(out: Path, manifest: Manifest, file: File) -> Iterator[Piece]:
    """Split an output file as its input was."""
    if file.output_sha256 is None:
        return
    source = source_of(file, str(out / file.output))
    try:
        yield from formats.pieces(source, manifest.settings)
    except InputError as error:
        raise LedgerError(f"{error}") from error


def source_of(file: File, path: str, spooled: IO[bytes] | None = None) -> Source:
    """Name a file to the readers; what is spooled is not compressed."""
    return Source(
        path=path,
        place=0,
        below=(),
        named=True,
        published=False,
        format=file.format,
        compression="" if spooled else file.compression,
        size=0,
        spooled=spooled,
    )


@contextlib.contextmanager
def restored(out: Path, manifest: Manifest, file: File, lines: Ledger) -> Iterator[Source]:
    """
    Yield the input file, as it was when it was cleaned.

    Raises `LedgerError` where ledger and output do not give it again, to the byte.
    """
    if not file.changed:
        yield source_of(file, str(out / file.output))
        return
    found = formats.FORMATS[file.format].checksum()
    with tempfile.TemporaryFile() as stream:
        with formats.writing(stream, file.format, "") as sink:
            for piece in originals(out, manifest, file, lines, lambda _: True):
                found.update(piece.raw)
                sink.write(piece.raw)
        if found.hexdigest() != file.content:
            raise LedgerError(f"{file.output} and its ledger do not give {file.document} again")
        stream.flush()
        yield source_of(file, file.document, stream)


def texts_of(
    out: Path, manifest: Manifest, documents: Collection[str], names: Collection[Name] | None = None
) -> dict[Name, str]:
    """
    Read texts of some files of a cleaned corpus as they were: all, or those that are named.

    Raises `LedgerError`.
    """
    found: dict[Name, str] = {}
    lines = Ledger(opened(out)[1])
    for file in manifest.files:
        if file.document not in documents:
            lines.skip(file)
            continue
        with restored(out, manifest, file, lines) as source:
            for piece in formats.pieces(source, manifest.settings):
                name = file.document, piece.record.id if piece.record else None
                if piece.record is not None and (names is None or name in names):
                    found[name] = piece.record.text
    return found


def _filled(piece: Piece, record: Record, lines: tuple[Line, ...], wanted: Wanted) -> Original:
    """Put removals back into a record."""
    if not lines:
        return Original(piece.raw, piece.raw)
    slices: list[tuple[int, bytes]] = []
    shift = 0
    for line in lines:
        slices.append((line.start - shift, line.bytes))
        shift += line.end - line.start
    if slices[-1][0] > len(record.text):
        raise LedgerError(f"{lines[0].document} does not fit its ledger")
    raw = record.fill(slices)
    chosen = [one for one, line in zip(slices, lines, strict=True) if wanted(line)]
    undone = tuple(line for line in lines if wanted(line))
    if len(chosen) == len(slices):
        return Original(raw, raw, undone)
    return Original(raw, record.fill(chosen) if chosen else piece.raw, undone)
