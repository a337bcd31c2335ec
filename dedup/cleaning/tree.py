"""
A folder that appears all at once or not at all.

    OUT/.dedup/unfinished/    lock          held while it runs; it says that the folder is ours
                              command.json  which command is at work here, and what it may write
                              tree/…        the corpus in the making
                              attempts/…    what tasks of a cluster write, each under a name of its
                                            own: NUMBER-…, the number of a file
                              ledger.jsonl, manifest.json, …
                              complete      there from the moment on that files are moved: which
                                            ones, and their size and time

Nothing stands under its final name before everything is written; then files are moved, the
manifest last. Whatever fails before is undone here; whatever is killed leaves `unfinished`, which
the same command sweeps away, with what was already moved, before it begins anew. A corpus is
complete if, and only if, `OUT/.dedup/manifest.json` is there.

No link is followed below OUT, and nothing is removed but what these notes say is ours. A link, or a
file that is not in them, is in the way: an error that names it, and everything stays.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Self

from dedup import atomic, locks
from dedup.cleaning.ledger import dump
from dedup.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

OWN = ".dedup"
MANIFEST, LEDGER, REJECTS = "manifest.json", "ledger.jsonl", "rejects.jsonl"
UNFINISHED, TREE, COMMAND, LOCK, COMPLETE = "unfinished", "tree", "command.json", "lock", "complete"
ATTEMPTS = "attempts"
SCHEMA = "dedup.unfinished/1"
_NOTES = (LOCK, COMMAND, COMPLETE, LEDGER, REJECTS, MANIFEST)
_ROOM = f"{OWN}/{UNFINISHED}"

FileMark = list[int]
"""Size and time of a file: what renaming leaves alone, and writing does not."""


class Tree:
    """
    The output of one run; a class for its life: begin, fill, commit or leave nothing behind.

    `names` are the files that may be written, as paths below OUT. Used as a context: leaving it
    without `commit` discards everything.
    """

    def __init__(self, out: Path, command: dict[str, Any], names: Collection[str]) -> None:
        """Name the folder, what tells this command from another one, and what it may write."""
        self.out = out
        self._command = json.loads(dump(command))
        self._names = names
        self._room = out / OWN / UNFINISHED
        self._made: list[Path] = []
        self._moved: list[tuple[Path, Path]] = []
        self._lock: IO[bytes] | None = None
        self._ours = False

    def __enter__(self) -> Self:
        """Take the folder. Raises `OutputError` where it is not absent, empty or unfinished."""
        try:
            if not os.path.lexists(self._room) and self.out.is_dir():
                self._remains()
            self._take_lock()
            self._sweep(self._remains())
            self._ours = True
            note = {"schema": SCHEMA, "command": self._command, "files": list(self._names)}
            atomic.write(self._room / COMMAND, dump(note))
            (self._room / TREE).mkdir()
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
        """Discard what was not committed. Raises `OutputError` where something of it stays."""
        self._leave()
        if kind is None and os.path.lexists(self._room):
            raise OutputError(f"{self.out} is complete, but {self._room} stays: remove that folder")

    def room(self, name: str) -> Path:
        """Return the path of a file of ours that comes to stand in `OUT/.dedup`."""
        return self._room / name

    def place(self, relative: str) -> Path:
        """Return the path at which to write an output file, its folders made."""
        path = self._room / TREE / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def attempts(self) -> Path:
        """Return the folder, made, for what tasks write: files whose names begin `NUMBER-`."""
        path = self._room / ATTEMPTS
        path.mkdir(exist_ok=True)
        return path

    def commit(self, manifest: bytes | None = None) -> None:
        """
        Let everything appear: what was written, the files of ours, and the manifest last.

        Raises `OSError` or `OutputError`, and then nothing has. Without a manifest nothing of ours
        is left.
        """
        if manifest is not None:
            atomic.write(self._room / MANIFEST, manifest)
        self._remains()  # the run may have been long: is there something else by now?
        whence = {name: f"{_ROOM}/{TREE}/{name}" for name in self._names}
        whence |= {f"{OWN}/{name}": f"{_ROOM}/{name}" for name in (LEDGER, REJECTS)}
        marks = {name: _mark(self.out / place) for name, place in whence.items()}
        atomic.write(self._room / COMPLETE, dump({name: m for name, m in marks.items() if m}))
        for source, target in moves(self._room / TREE, self.out):
            self._move(source, target)
        for name in (LEDGER, REJECTS):
            if marks[f"{OWN}/{name}"]:
                self._move(self._room / name, self.out / OWN / name)
        if manifest is not None:
            _sync_folder(self.out)
            self._move(self._room / MANIFEST, self.out / OWN / MANIFEST)
        _sync_folder(self.out / OWN)
        self._moved.clear()
        self._made.clear()

    def _move(self, source: Path, target: Path) -> None:
        self._moved.append((source, target))
        source.replace(target)

    def _take_lock(self) -> None:
        """Make the folders that are not there, and hold the lock."""
        while self._lock is None:
            for folder in (*reversed(self.out.parents), self.out):
                if folder.is_file():
                    raise OutputError(f"{folder} is a file: give a folder")
                if not folder.exists():
                    folder.mkdir()
                    self._made.append(folder)
            for folder in (self.out / OWN, self._room):
                if not os.path.lexists(folder):
                    folder.mkdir()
                    self._made.append(folder)
                elif folder.is_symlink() or not folder.is_dir():
                    raise _in_the_way(self.out, folder.relative_to(self.out).as_posix())
            try:
                self._lock = locks.take(self._room / LOCK)
            except FileNotFoundError:  # pragma: no cover - the holder left, and swept the folder
                continue
            except locks.HeldError as error:
                self._made.clear()
                raise OutputError(f"{self.out} is being written by {error}") from error

    def _remains(self) -> list[str]:
        """
        Return what a killed run of this command left in OUT, and what this one made; folders last.

        Raises `OutputError` for a cleaned corpus, for the unfinished run of another command, for a
        note that is damaged, and for whatever is none of ours.
        """
        if os.path.lexists(self.out / OWN / MANIFEST):
            raise OutputError(
                f"{self.out} holds a cleaned corpus: give another folder or remove it"
            )
        command, complete = self._noted(COMMAND), self._noted(COMPLETE)
        known: dict[str, FileMark | None] = _notes()
        if command is not None:
            if not _is_command(command):
                raise self._damaged(COMMAND, "not what dedup writes")
            if command["command"] != self._command:
                raise OutputError(
                    f"{self.out} holds the unfinished run of another command: "
                    "give another folder or remove it"
                )
            known |= _texts(command["files"])
        if complete is not None:
            if command is None or not _is_complete(complete):
                raise self._damaged(COMPLETE, "not what dedup writes")
            known |= complete
        found = _below(self.out, "", known)
        for relative, ours in found:
            if not ours:
                raise _in_the_way(self.out, relative)
        return [relative for relative, _ in found]

    def _sweep(self, remains: Sequence[str]) -> None:
        """Take away what a killed run left, but for the lock that is held. Raises `OSError`."""
        for relative in sorted(remains, key=_whose):
            if relative not in {OWN, _ROOM, f"{_ROOM}/{LOCK}"}:
                _remove(self.out / relative)

    def _noted(self, name: str) -> Any:  # noqa: ANN401 - whatever JSON it holds
        """Read a note; `None` where there is none. Raises `OutputError` for one that is damaged."""
        path = self._room / name
        if not os.path.lexists(path):
            return None
        if not stat.S_ISREG(path.lstat().st_mode):
            raise _in_the_way(self.out, f"{_ROOM}/{name}")
        try:
            return json.loads(path.read_bytes())
        except OSError as error:
            raise self._damaged(name, error.strerror or "cannot be read") from error
        except (ValueError, RecursionError) as error:
            raise self._damaged(name, "not JSON") from error

    def _damaged(self, name: str, why: str) -> OutputError:
        return OutputError(
            f"{self._room / name} of an unfinished run is damaged ({why}): "
            f"give another folder, or remove {self.out} and run the command again"
        )

    def _leave(self) -> None:
        """Undo what was not committed, as far as it goes; a later run sweeps the rest."""
        for source, target in reversed(self._moved):
            _quietly(partial(target.rename, source))
        self._moved.clear()
        if self._ours:
            self._clear()
        elif self._room in self._made:
            _quietly((self._room / LOCK).unlink)
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        for folder in reversed(self._made):
            _quietly(folder.rmdir)
        self._made.clear()

    def _clear(self) -> None:
        """Remove what is ours in the room, and the room; what fails once is tried once more."""
        known = _notes() | _texts(self._names)
        for _ in range(2):
            with suppress(OSError):
                found = _below(self.out, f"{_ROOM}/", known)
                for relative in sorted((name for name, ours in found if ours), key=_whose):
                    _quietly(partial(_remove, self.out / relative))
                _quietly(self._room.rmdir)
        _quietly((self.out / OWN).rmdir)


def moves(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    """Yield what to rename so that `source` comes to lie in `target`: whole folders if it can."""
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


def _notes() -> dict[str, FileMark | None]:
    """Return the paths below OUT of our own files of an unfinished run."""
    return {f"{_ROOM}/{name}": None for name in (*_NOTES, f"{TREE}/")}


def _texts(names: Iterable[str]) -> dict[str, FileMark | None]:
    """Return the paths below OUT of output files in the making, and the numbers of attempts."""
    known: dict[str, FileMark | None] = {}
    for number, name in enumerate(names):
        known[f"{_ROOM}/{TREE}/{name}"] = known[f"{_ROOM}/{ATTEMPTS}/{number}"] = None
    return known


def _whose(relative: str) -> int:
    """
    Return the order in which to remove what is ours, folders being last already.

    What says whose the rest is goes after it, so that a killed sweep is swept again; and then the
    lock, without which the room may be another run's.
    """
    last = (f"{_ROOM}/{COMPLETE}", f"{_ROOM}/{COMMAND}", f"{_ROOM}/{LOCK}")
    return 1 + last.index(relative) if relative in last else 0


def _is_command(note: object) -> bool:
    """Tell whether a note is one of ours on the command."""
    if not isinstance(note, dict) or note.keys() != {"schema", "command", "files"}:
        return False
    files = note["files"]
    return note["schema"] == SCHEMA and isinstance(files, list) and set(map(type, files)) <= {str}


def _is_complete(note: object) -> bool:
    """Tell whether a note is one of ours on what was moved."""
    return isinstance(note, dict) and all(
        isinstance(mark, list) and list(map(type, mark)) == [int, int] for mark in note.values()
    )


def _below(out: Path, start: str, known: Mapping[str, FileMark | None]) -> list[tuple[str, bool]]:
    """
    Return what lies below a folder in OUT, what is in a folder before it, and whether it is ours.

    Ours is a file that is known, with the mark that is known of it, and a folder of such files.
    """
    folders = {name[:at] for name in known for at, sign in enumerate(name) if sign == "/"}
    found: list[tuple[str, bool]] = []
    waiting = [start]
    while waiting:
        base = waiting.pop()
        with os.scandir(out / base) as entries:
            for entry in entries:
                name = base + entry.name
                if entry.is_dir(follow_symlinks=False):
                    ours = name in folders
                    waiting += [f"{name}/"] if ours else []
                else:
                    of = base + _known_name(base, entry.name)
                    ours = of in known and _is_marked(out / name, known[of])
                found.append((name, ours))
    return found[::-1]


def _known_name(base: str, name: str) -> str:
    """Return the name by which a file in a folder is known, of one in the making."""
    if base == f"{_ROOM}/{ATTEMPTS}/":
        return name.partition("-")[0]
    return atomic.finished_name(name) if base == f"{_ROOM}/" else name


def _is_marked(path: Path, mark: FileMark | None) -> bool:
    """Tell whether a file is no link, and has the mark, if one is known of it."""
    own = _mark(path)
    return own is not None and mark in (None, own)


def _mark(path: Path) -> FileMark | None:
    """Return the mark of a file; `None` where there is none, or something else."""
    try:
        state = path.lstat()
    except OSError:
        return None
    return [state.st_size, state.st_mtime_ns] if stat.S_ISREG(state.st_mode) else None


def _in_the_way(out: Path, relative: str) -> OutputError:
    """Say what stands where only our own files may."""
    if not relative.startswith(OWN):
        first = relative.partition("/")[0]
        return OutputError(f"{out} is not empty ({first}): give a folder that is")
    path = out / relative
    what = "is a link" if path.is_symlink() else "is not of dedup"
    return OutputError(f"{path} {what}: move it away, or give another folder")


def _remove(path: Path) -> None:
    """Remove a file, or a folder that is empty. Raises `OSError`."""
    if stat.S_ISDIR(path.lstat().st_mode):
        path.rmdir()
    else:
        path.unlink()


def _quietly(change: Callable[[], object]) -> None:
    """Change something as far as it goes."""
    with suppress(OSError):
        change()


def _sync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where folders can be synced."""
    if os.name == "nt":  # pragma: no cover - they cannot
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
