"""
A clean undone: output file and ledger -> the input file, byte for byte, piece by piece.

What was cut out of a record is filled in again at its code points; a record that was dropped comes
back at the byte at which it began, since nothing in the output tells where it was.

A clean is undone whole, or only for some documents, groups or reasons: documents choose which files
are written (all where none is named), groups and reasons which removals are put back in them (all
where none is named). A document that was dropped comes back whole or not at all. Compressed files
that were changed come back with the same decompressed bytes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from dedup import formats
from dedup.cleaning import ledger
from dedup.cleaning.ledger import REASONS
from dedup.cleaning.manifest import Manifest, file_sha256
from dedup.cleaning.places import check_name
from dedup.cleaning.results import Restored
from dedup.cleaning.tree import LEDGER, MANIFEST, OWN, Tree, is_inside
from dedup.errors import InputError, LedgerError, OutputError, SettingsError
from dedup.formats import Source, Watch, silent
from dedup.formats.slices import text_without
from dedup.settings import nearest, one_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from dedup.cleaning.ledger import Line, Name
    from dedup.cleaning.manifest import Entry, File
    from dedup.formats import Piece, Record


Wanted = Callable[["Line"], bool]
Groups = Iterator[tuple["Name", list["Line"]]]
"""The lines of a ledger, document by document: files take theirs in the order of the manifest."""
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


def own_lines(groups: Groups, file: File, entry: Entry) -> tuple[Line, ...]:
    """Return the lines of the next document. Raises `LedgerError` where it is another one."""
    name, lines = next(groups, (None, []))
    if name != (file.document, entry.record) or len(lines) != entry.lines:
        what = file.document if entry.record is None else f"{file.document}, {entry.record}"
        raise LedgerError(f"the ledger and the manifest differ on {what}")
    return tuple(lines)


def pass_over(groups: Groups, file: File) -> None:
    """Pass over the lines of a file."""
    for entry in file.entries:
        if entry.lines:
            own_lines(groups, file, entry)


def cleaned_corpus(out: Path) -> tuple[Manifest, Iterator[Line]]:
    """Read manifest and ledger of a cleaned corpus. Raises `LedgerError` for what is not whole."""
    manifest = Manifest.read(out / OWN / MANIFEST)
    if manifest.summary.get("annotated"):
        raise LedgerError(
            f"{out} was annotated and lost nothing: there is nothing to undo, to prove or to judge"
        )
    ledger.check_ledger(out / OWN / LEDGER, manifest.ledger_sha256)
    return manifest, ledger.ledger_lines(out / OWN / LEDGER)


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
    out: Path, manifest: Manifest, file: File, lines: Groups, wanted: Wanted
) -> Iterator[Original]:
    """Yield the pieces of a changed file as they were. Raises `LedgerError`."""
    listed = {entry.number: entry for entry in file.entries}
    dropped = deque(entry for entry in file.entries if entry.at is not None)
    number = at = 0
    extent = formats.FORMATS[file.format].extent

    def come_back(entry: Entry) -> Original:
        own = own_lines(lines, file, entry)
        raw = own[0].bytes if entry.record is not None else b"".join(one.bytes for one in own)
        undone = own if any(map(wanted, own)) else ()
        return Original(raw, raw if undone else b"", undone)

    def due(stop: int) -> bool:
        return bool(dropped) and dropped[0].at is not None and dropped[0].at <= stop

    for piece in _pieces(out, manifest, file):
        rest = piece.raw
        item = piece.record is not None or piece.fault is not None
        # Records that were dropped come back where they began, in the middle of a piece too.
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
        # What stands in the output gets back what was cut out of it.
        if piece.record is not None:
            number += 1
            entry_here = listed.get(number)
            own = own_lines(lines, file, entry_here) if entry_here and entry_here.lines else ()
            original = _filled(piece, piece.record, own, wanted)
        else:
            original = Original(rest, rest)
        at += extent(original.raw)
        yield original
    # Those that were dropped at the end.
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
def restored(out: Path, manifest: Manifest, file: File, lines: Groups) -> Iterator[Source]:
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


def published_source(file: File) -> Source:
    """Return a file that was only read, and keeps. Raises `LedgerError` where it is another now."""
    source = source_of(file, file.document)
    if source.sha256() != file.sha256:
        raise LedgerError(
            f"{file.document} keeps what was removed, and is not there as it was: run this where "
            "the clean ran, or clean anew"
        )
    return source


def texts_of(
    out: Path, manifest: Manifest, documents: Collection[str], names: Collection[Name] | None = None
) -> dict[Name, str]:
    """
    Read texts of some files of a cleaned corpus as they were: all, or those that are named.

    Raises `LedgerError`.
    """
    found: dict[Name, str] = {}
    lines = ledger.by_document(cleaned_corpus(out)[1])
    for file in (*manifest.files, *manifest.published):
        if file.document not in documents:
            pass_over(lines, file)
            continue
        only_read = file in manifest.published
        there = contextlib.nullcontext(published_source(file)) if only_read else None
        with there or restored(out, manifest, file, lines) as source:
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
    raw = record.insert(slices)
    chosen = [one for one, line in zip(slices, lines, strict=True) if wanted(line)]
    undone = tuple(line for line in lines if wanted(line))
    if len(chosen) == len(slices):
        return Original(raw, raw, undone)
    return Original(raw, record.insert(chosen) if chosen else piece.raw, undone)


def restore(  # noqa: PLR0913 - the options of the command
    out: str | os.PathLike[str],
    destination: str | os.PathLike[str],
    *,
    documents: Collection[str] | None = None,
    groups: Collection[str] | None = None,
    reasons: Collection[str] | None = None,
    watch: Watch = silent,
) -> Restored:
    """
    Write the inputs of a cleaned corpus again, laid out as the corpus is.

    A document is named by its path as the ledger has it or below `out`. Raises `LedgerError` where
    files, ledger or manifest were edited, `SettingsError` for a name that the ledger does not
    hold, `OutputError` where `destination` is not absent or empty; then nothing was written.
    """
    # What is put back, and whether it can be.
    root, target = Path(out), Path(destination)
    manifest, lines = cleaned_corpus(root)
    chosen = _chosen(manifest, documents or ())
    known = {line.group for line in cleaned_corpus(root)[1] if line.group} if groups else ()
    wanted = _wanted(groups or (), reasons or (), known)
    check_name(target, next(iter(chosen)))
    check_files(root, chosen.values())
    if is_inside(target, root) or is_inside(root, target):
        raise OutputError(f"{target} and {root} lie in one another: give a folder apart")
    # File after file in the order of the manifest, in which the ledger is.
    done = Restored(0, 0, 0, 0, str(target))
    try:
        with Tree(target, {"restore": os.fspath(out)}, list(chosen)) as tree:
            own = ledger.by_document(lines)
            for number, file in enumerate(manifest.files):
                watch("restoring", number, len(manifest.files))
                if file.output not in chosen:
                    pass_over(own, file)
                elif not file.changed:
                    _copy(root / file.output, tree.place(file.output), file.permissions)
                    done = replace(done, files=done.files + 1)
                else:
                    place = tree.place(file.output)
                    pieces = originals(root, manifest, file, own, wanted)
                    done = _written(place, file, pieces, done)
            tree.commit()
    except OSError as error:
        where = os.fsdecode(error.filename) if error.filename else target
        raise OutputError(f"{where}: {error.strerror or error}; nothing was written") from error
    return done


def _copy(path: Path, place: Path, permissions: int) -> None:
    """Write one file that lost nothing."""
    with path.open("rb") as stream, place.open("xb") as out:
        shutil.copyfileobj(stream, out)
    place.chmod(permissions)


def _written(place: Path, file: File, pieces: Iterator[Original], done: Restored) -> Restored:
    """Write one file with what is put back, nothing if nothing of it is, and count it."""
    found, size = formats.FORMATS[file.format].checksum(), 0
    documents, lines, characters = 0, 0, 0
    # Every piece as it was goes into the checksum, as it is wanted into the file.
    with (
        place.open("xb") as stream,
        formats.writing(stream, file.format, file.compression, file.charset) as sink,
    ):
        for piece in pieces:
            found.update(piece.raw)
            sink.write(piece.chosen)
            size += len(piece.chosen)
            documents += bool(piece.undone)
            lines += len(piece.undone)
            characters += sum(line.end - line.start for line in piece.undone)
    # A file of which nothing came back is not written.
    if found.hexdigest() != file.content:
        raise LedgerError(f"{file.output} and its ledger do not give {file.document} again")
    if size:
        place.chmod(file.permissions)
    else:
        place.unlink()
    return replace(
        done,
        files=done.files + (size > 0),
        documents=done.documents + documents,
        lines=done.lines + lines,
        characters=done.characters + characters,
    )


def _chosen(manifest: Manifest, documents: Collection[str]) -> dict[str, File]:
    """Find the files that are meant, by output path. Raises `SettingsError`."""
    if not documents:
        return {file.output: file for file in manifest.files}
    known = {file.document: file for file in manifest.files}
    known |= {file.output: file for file in manifest.files if file.output not in known}
    for name in documents:
        if name not in known:
            raise SettingsError(f"the ledger knows no document {name!r}{nearest(name, known)}")
    return {known[name].output: known[name] for name in documents}


def _wanted(groups: Collection[str], reasons: Collection[str], known: Collection[str]) -> Wanted:
    """Return what tells the removals that are put back. Raises `SettingsError`."""
    for reason in reasons:
        one_of("reason", reason, REASONS)
    for group in groups:
        if group not in known:
            raise SettingsError(f"the ledger knows no group {group!r}{nearest(group, known)}")

    def wanted(line: Line) -> bool:
        return (not reasons or line.reason in reasons) and (not groups or line.group in groups)

    return wanted


def before_and_after(
    out: str | os.PathLike[str], document: str, record: str | None = None
) -> tuple[str, str, str]:
    """
    Return a text as it was, what the clean left of it, and the paragraph mode it was cut by.

    A document is named as in `restore`, and of records one besides. Nothing is left of what was
    dropped. Raises `LedgerError`, `SettingsError` as `restore`.
    """
    root = Path(out)
    manifest, lines = cleaned_corpus(root)
    [file] = _chosen(manifest, [document]).values()
    check_files(root, [file])
    modes = {entry.record: entry.paragraphs for entry in file.entries}
    own = [line for line in lines if (line.document, line.record) == (file.document, record)]

    texts = {name: text for (_, name), text in texts_of(root, manifest, {file.document}).items()}
    if record not in texts:
        if record is None:
            raise SettingsError(f"{file.document} holds {len(texts)} records: name one after it")
        near = nearest(record, [name for name in texts if name])
        raise SettingsError(f"{file.document} holds no record {record!r}{near}")
    before = texts[record]
    after = text_without(before, [(line.start, line.end) for line in own])
    return before, after, modes.get(record, "auto")
