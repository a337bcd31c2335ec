"""
Undo a clean: every input byte for byte, or only some documents, groups or reasons.

`documents` choose which files are written (all where none is named), groups and reasons which
removals are put back in them (all where none is named). A document that was dropped comes back
whole or not at all. Compressed files that were changed come back with the same decompressed bytes.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from dedup import formats
from dedup.cleaning.ledger import REASONS
from dedup.cleaning.originals import Ledger, check_files, opened, originals, restored
from dedup.cleaning.results import Restored
from dedup.cleaning.scan import check_name
from dedup.cleaning.tree import Tree, is_inside
from dedup.errors import LedgerError, OutputError, SettingsError
from dedup.formats import Watch, silent
from dedup.formats.slices import without
from dedup.settings import choice, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dedup.cleaning.ledger import Line
    from dedup.cleaning.manifest import File, Manifest
    from dedup.cleaning.originals import Original, Wanted
    from dedup.formats import Span


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
    root, target = Path(out), Path(destination)
    manifest, lines = opened(root)
    chosen = _chosen(manifest, documents or ())
    known = {line.group for line in opened(root)[1] if line.group} if groups else ()
    wanted = _wanted(groups or (), reasons or (), known)
    check_name(target, next(iter(chosen)))
    check_files(root, chosen.values())
    if is_inside(target, root) or is_inside(root, target):
        raise OutputError(f"{target} and {root} lie in one another: give a folder apart")
    done = _Done()
    try:
        with Tree(target, {"restore": os.fspath(out)}, list(chosen)) as tree:
            ledger = Ledger(lines)
            for number, file in enumerate(manifest.files):
                watch("restoring", number, len(manifest.files))
                if file.output not in chosen:
                    ledger.skip(file)
                elif not file.changed:
                    _copy(root / file.output, tree.place(file.output), file.permissions)
                    done.files.append(file.output)
                else:
                    place = tree.place(file.output)
                    _write(place, file, originals(root, manifest, file, ledger, wanted), done)
            tree.commit()
    except OSError as error:
        where = os.fsdecode(error.filename) if error.filename else target
        raise OutputError(f"{where}: {error.strerror or error}; nothing was written") from error
    return Restored(len(done.files), done.documents, done.lines, done.characters, str(target))


class _Done:
    """What was put back so far; a class because it is counted up."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.documents = self.lines = self.characters = 0

    def add(self, undone: tuple[Line, ...]) -> None:
        """Count the removals of a document."""
        self.documents += bool(undone)
        self.lines += len(undone)
        self.characters += sum(line.end - line.start for line in undone)


def _copy(path: Path, place: Path, permissions: int) -> None:
    """Write one file that lost nothing."""
    with path.open("rb") as stream, place.open("xb") as out:
        shutil.copyfileobj(stream, out)
    place.chmod(permissions)


def _write(place: Path, file: File, pieces: Iterator[Original], done: _Done) -> None:
    """Write one file with what is put back; nothing if nothing of it is."""
    found, size = formats.FORMATS[file.format].checksum(), 0
    with (
        place.open("xb") as stream,
        formats.writing(stream, file.format, file.compression, file.charset) as sink,
    ):
        for piece in pieces:
            found.update(piece.raw)
            sink.write(piece.chosen)
            size += len(piece.chosen)
            done.add(piece.undone)
    if found.hexdigest() != file.content:
        raise LedgerError(f"{file.output} and its ledger do not give {file.document} again")
    if size:
        place.chmod(file.permissions)
        done.files.append(file.output)
    else:
        place.unlink()


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
        choice("reason", reason, REASONS)
    for group in groups:
        if group not in known:
            raise SettingsError(f"the ledger knows no group {group!r}{nearest(group, known)}")

    def wanted(line: Line) -> bool:
        return (not reasons or line.reason in reasons) and (not groups or line.group in groups)

    return wanted


def taken(out: str | os.PathLike[str], name: str) -> list[tuple[str | None, str, str]]:
    """
    Show what a clean took from a document, named as in `restore`.

    Returns the record, the text as it was and the text that is left (empty where it was dropped),
    of each record that lost something. Raises as `restore`.
    """
    root = Path(out)
    manifest, lines = opened(root)
    [file] = _chosen(manifest, [name]).values()
    check_files(root, [file])
    ledger = Ledger(lines)
    for before in manifest.files[: manifest.files.index(file)]:
        ledger.skip(before)
    if not file.changed:
        return []
    spans: dict[str | None, list[Span]] = {}
    for line in opened(root)[1]:
        if line.document == file.document:
            spans.setdefault(line.record, []).append((line.start, line.end))
    with restored(root, manifest, file, ledger) as source:
        records = (p.record for p in formats.pieces(source, manifest.settings) if p.record)
        return [
            (record.id, record.text, without(record.text, spans[record.id]))
            for record in records
            if record.id in spans
        ]
