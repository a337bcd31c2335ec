"""
A folder that appears all at once or not at all.

    OUT/.dedup/unfinished/    command.json  which command is at work here
                              lock          held while it runs
                              tree/…        the corpus in the making
                              ledger.jsonl, manifest.json, …
                              complete      there from the moment on that files are moved

Nothing stands under its final name before everything is written; then files are moved, the
manifest last. Whatever fails before is undone here; whatever is killed leaves `unfinished`, which
the same command sweeps away, with what was already moved, before it begins anew. A corpus is
complete if, and only if, `OUT/.dedup/manifest.json` is there.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from dedup import atomic
from dedup.cleaning.ledger import dump
from dedup.errors import OutputError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows: two runs at once are not noticed
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

OWN = ".dedup"
MANIFEST, LEDGER, REJECTS = "manifest.json", "ledger.jsonl", "rejects.jsonl"
UNFINISHED, TREE, COMMAND, LOCK, COMPLETE = "unfinished", "tree", "command.json", "lock", "complete"


class Tree:
    """
    The output of one run; a class for its life: begin, fill, commit or leave nothing behind.

    Used as a context: leaving it without `commit` discards everything.
    """

    def __init__(self, out: Path, command: dict[str, Any]) -> None:
        """Name the folder, and what tells this command from another one."""
        self.out = out
        self._command = command
        self._room = out / OWN / UNFINISHED
        self._made: list[Path] = []
        self._moved: list[Path] = []
        self._lock: IO[bytes] | None = None
        self._ours = False

    def __enter__(self) -> Self:
        """Take the folder. Raises `OutputError` where it is not absent, empty or unfinished."""
        try:
            for folder in (*reversed(self.out.parents), self.out, self.out / OWN, self._room):
                if not folder.exists():
                    folder.mkdir()
                    self._made.append(folder)
            self._take_lock()
            self._refuse_foreign()
            self._ours = True
            self._sweep()
            (self._room / TREE).mkdir()
            atomic.write(self._room / COMMAND, dump(self._command))
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Discard what was not committed."""
        self._leave()

    def room(self, name: str) -> Path:
        """Give the path of a file of ours that comes to stand in `OUT/.dedup`."""
        return self._room / name

    def place(self, relative: str) -> Path:
        """Give the path at which to write an output file, its folders made."""
        path = self._room / TREE / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def commit(self, outputs: Sequence[str], manifest: bytes | None = None) -> None:
        """
        Let everything appear: `outputs`, the files of ours, and the manifest last.

        Raises `OSError`, and then nothing has. Without a manifest nothing of ours is left.
        """
        if manifest is not None:
            atomic.write(self._room / MANIFEST, manifest)
        atomic.write(self._room / COMPLETE, dump(list(outputs)))
        for source, target in moves(self._room / TREE, self.out):
            self._moved.append(target)
            source.replace(target)
        for name in (LEDGER, REJECTS, MANIFEST):
            if (self._room / name).exists():
                target = self.out / OWN / name
                if name == MANIFEST:
                    _sync_folder(self.out)
                self._moved.append(target)
                (self._room / name).replace(target)
        _sync_folder(self.out / OWN)
        self._moved.clear()
        self._made.clear()

    def _take_lock(self) -> None:
        while fcntl is not None:
            stream = (self._room / LOCK).open("a+b")
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                stream.seek(0)
                holder = stream.read(200).decode("ascii", "replace").strip() or "another process"
                stream.close()
                self._made.clear()
                raise OutputError(f"{self.out} is being written by {holder}") from error
            except OSError:  # pragma: no cover - a file system without locks
                stream.close()
                return
            if _is_still(stream, self._room / LOCK):
                stream.truncate(0)
                stream.write(f"pid {os.getpid()} since {time.strftime('%H:%M:%S')}\n".encode())
                stream.flush()
                self._lock = stream
                return
            stream.close()  # pragma: no cover - the holder left and swept it in between
            self._room.mkdir(parents=True, exist_ok=True)  # pragma: no cover - as above

    def _refuse_foreign(self) -> None:
        """Refuse a folder that is not absent, empty, or a killed run of the same command."""
        if (self.out / OWN / MANIFEST).exists():
            raise OutputError(
                f"{self.out} holds a cleaned corpus: give another folder or remove it"
            )
        moved: set[str] = set()
        if (self._room / COMMAND).exists():
            if _read(self._room / COMMAND) != json.loads(dump(self._command)):
                raise OutputError(
                    f"{self.out} holds the unfinished run of another command: "
                    "give another folder or remove it"
                )
            moved = {Path(name).parts[0] for name in self._left()}
        foreign = {p.name for p in self.out.iterdir()} - {OWN} - moved
        foreign |= {p.name for p in (self.out / OWN).iterdir()} - {UNFINISHED, LEDGER, REJECTS}
        if foreign:
            raise OutputError(f"{self.out} is not empty ({min(foreign)}): give a folder that is")

    def _left(self) -> list[str]:
        """Give the files that a killed run may have moved already."""
        names = _read(self._room / COMPLETE) or []
        return [n for n in names if not Path(n).is_absolute() and ".." not in Path(n).parts]

    def _sweep(self) -> None:
        """Take away what a killed run left, the note of what it moved last."""
        for relative in self._left():
            path = self.out / relative
            if is_inside(path.parent, self.out):
                path.unlink(missing_ok=True)
        _prune(self.out)
        for name in (LEDGER, REJECTS):
            (self.out / OWN / name).unlink(missing_ok=True)
        shutil.rmtree(self._room / TREE, ignore_errors=True)
        for path in sorted(self._room.iterdir(), key=lambda path: path.name == COMMAND):
            if path.name != LOCK:
                path.unlink()

    def _leave(self) -> None:
        """Undo what was not committed, as far as it goes; a later run sweeps the rest."""
        for path in reversed(self._moved):
            _remove(path)
        if self._ours:
            shutil.rmtree(self._room, ignore_errors=True)
            _rmdir(self.out / OWN)
        elif self._room in self._made:
            (self._room / LOCK).unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
        for folder in reversed(self._made):
            _rmdir(folder)


def moves(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    """Give what to rename so that `source` comes to lie in `target`: whole folders where it can."""
    for entry in sorted(source.iterdir()):
        beside = target / entry.name
        if entry.is_dir() and beside.is_dir():
            yield from moves(entry, beside)
        else:
            yield entry, beside


def is_inside(path: Path, folder: Path) -> bool:
    """Tell whether a path is a folder or lies in it, whatever links lead there."""
    path, folder = path.resolve(), folder.resolve()
    return any(_is_one(own, folder) for own in (path, *path.parents))


def _is_one(a: Path, b: Path) -> bool:
    try:
        return a == b or a.samefile(b)
    except OSError:
        return False


def _read(path: Path) -> Any:  # noqa: ANN401 - whatever JSON it holds
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _prune(folder: Path) -> None:
    """Remove the empty folders below."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink() and entry.name != OWN:
            _prune(entry)
            _rmdir(entry)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _rmdir(folder: Path) -> None:
    """Remove a folder if it is empty and can be removed."""
    try:
        folder.rmdir()
    except OSError:
        return


def _sync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where folders can be synced."""
    if os.name == "nt":  # pragma: no cover - they cannot
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_still(stream: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except OSError:
        return False
