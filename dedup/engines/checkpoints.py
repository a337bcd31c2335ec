"""
Checkpoints: the finished tables of a run, from which the same run goes on when it was interrupted.

    WORK/dedup-resume-KEY/    key.json        what the tables are made of and by
                              lock            held while a run is at work here
                              NAME.json       there once the tables of that name are whole, on disk
                              NAME.0.0        a batch of the first of them

A key is made of the contents of the inputs, the settings and the version, so a checkpoint is never
one of something else. What an older version left, or a run on files that have changed since, can
never be gone on from: it is removed when the next run begins here.

A folder is ours if the key in it gives its name, and of it only files with names like these: the
rest stays as it is. No link is followed, and a note that is not as it was written is an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import threading
import weakref
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from dedup import atomic, locks
from dedup.engines.disk import Filed, file
from dedup.engines.work import remove
from dedup.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.engines.stored import Held
    from dedup.model import Table

T = TypeVar("T", bound="Table")
PREFIX = "dedup-resume-"
KEY, LOCK = "key.json", "lock"
_NAMES = re.compile(r"lock|[a-z]+(-[0-9a-z.]+)*(\.json|\.[0-9]+\.[0-9]+|\.text|\.ledger)")
"""What files of ours are called."""


class Checkpoints:
    """
    What is finished of one run; a class because its folder is locked while the run lives.

    `about` names the work (paths, settings), `state` what it must be done on (version, contents):
    both of plain values. Raises `OutputError` where the folder cannot be used.
    """

    def __init__(self, parent: str, about: dict[str, Any], state: dict[str, Any]) -> None:
        key = {"about": about, "state": state}
        self.folder = Path(parent) / _name(key)
        self.used: list[str] = []
        """Names whose tables were loaded or saved, in that order."""
        self._files: list[weakref.ref[Filed[Any]]] = []
        self._writing = threading.Lock()
        with self._explained():
            if not os.path.lexists(self.folder):
                self.folder.mkdir()
            self._refuse_foreign()
            self._lock: IO[bytes] | None = self._taken()
            try:
                _clear(Path(parent), about, self.folder)
                if not (self.folder / KEY).exists():
                    atomic.write(self.folder / KEY, json.dumps(key).encode())
            except BaseException:
                self.leave()
                raise

    @property
    def names(self) -> list[str]:
        """What is finished, in order of name."""
        return sorted(path.stem for path in self.folder.glob("*.json") if path.name != KEY)

    def read_json(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        """
        Return what was written under a name, or `None`.

        Raises `OutputError` for what is damaged.
        """
        path = self.folder / f"{name}.json"
        if not os.path.lexists(path):
            return None
        try:
            return _read(path)
        except (OSError, ValueError) as error:
            raise self._damaged(path) from error

    def write_json(self, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON
        """Write a value down. Raises `OutputError`."""
        with self._explained():
            atomic.write(self.folder / f"{name}.json", _written(value))

    def load(
        self, name: str, kinds: Sequence[type[Table]]
    ) -> list[tuple[bool, list[Filed[Any]]]] | None:
        """Return the tables of a name, if they are finished: whether in order, and the batches."""
        found = self.read_json(name)
        if found is None:
            return None
        self.used.append(name)
        tables = [
            (
                table["sorted"],
                [self._known(_filed(kind, self.folder, batch)) for batch in table["batches"]],
            )
            for kind, table in zip(kinds, found, strict=True)
        ]
        for filed in (filed for _, batches in tables for filed in batches):
            if filed.path.is_symlink() or not filed.path.is_file():
                raise self._damaged(filed.path)
        return tables

    def save(self, name: str, tables: Sequence[Held[Any]]) -> list[list[Filed[Any]]]:
        """Bring the batches of some tables to disk; they are there once all of them are."""
        out: list[list[Filed[Any]]] = []
        with self._explained():
            for number, table in enumerate(tables):
                own = [
                    self._filed(batch, self.folder / f"{name}.{number}.{place}")
                    for place, batch in enumerate(table.batches)
                ]
                out.append(own)
            described = [
                {"sorted": bool(table.sorted_by), "batches": [_described(batch) for batch in own]}
                for table, own in zip(tables, out, strict=True)
            ]
            atomic.write(self.folder / f"{name}.json", _written(described))
        self.used.append(name)
        return out

    def supersede(self, names: Sequence[str]) -> None:
        """What these were for is finished too: nothing goes on from them."""
        for name in names:
            (self.folder / f"{name}.json").unlink(missing_ok=True)
        self._let_go(set(names))

    def finish(self) -> None:
        """The run is done: nothing goes on from it any more."""
        with contextlib.suppress(OSError):
            for path in _ours(self.folder):
                if path.suffix == ".json":
                    path.unlink()
        self.leave()
        self._let_go(None)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def _let_go(self, names: set[str] | None) -> None:
        """Remove the files of some names, or all, each when nobody reads it any more."""
        with self._writing:
            alive = [filed for ref in self._files if (filed := ref()) is not None]
        read = {filed.path for filed in alive}
        with contextlib.suppress(OSError):
            for path in _ours(self.folder):
                if names is not None and path.name.split(".")[0] not in names:
                    continue
                if path not in read:
                    path.unlink()
        for filed in alive:
            if names is None or filed.path.name.split(".")[0] in names:
                weakref.finalize(filed, remove, filed.path)

    def leave(self) -> None:
        """Let another run have the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _taken(self) -> IO[bytes]:
        try:
            return locks.take(self.folder / LOCK)
        except locks.HeldError as error:
            raise OutputError(
                f"{self.folder} is in use by another run; wait for it, or give another work_dir=…"
            ) from error

    def _refuse_foreign(self) -> None:
        """Refuse a folder that is none of ours. Raises `OutputError`."""
        if self.folder.is_symlink() or not self.folder.is_dir():
            raise OutputError(
                f"{self.folder} is no folder of dedup: move it away, or give another work_dir=…"
            )
        begun = {LOCK, KEY}
        if (self.folder / KEY).is_symlink() or (self.folder / KEY).exists():
            if _key(self.folder) is None:
                raise self._damaged(self.folder / KEY)
        elif any(atomic.finished_name(p.name) not in begun for p in self.folder.iterdir()):
            raise OutputError(
                f"{self.folder} is not of dedup: move it away, or give another work_dir=…"
            )

    def _damaged(self, path: Path) -> OutputError:
        return OutputError(
            f"{path} of an interrupted run is damaged: "
            f"remove {self.folder} and run the command again"
        )

    def _filed(self, batch: Any, path: Path) -> Filed[Any]:  # noqa: ANN401 - a table or a file
        """Bring a batch to disk at a path, by a link where it is a file already."""
        path.unlink(missing_ok=True)
        if isinstance(batch, Filed):
            os.link(batch.path, path)
            filed = Filed(batch.kind, path, batch.rows, batch.nbytes, batch.layout)
        else:
            filed = file(batch, path)
        with path.open("r+b") as stream:
            os.fsync(stream.fileno())
        return self._known(filed)

    def _known(self, filed: Filed[Any]) -> Filed[Any]:
        with self._writing:
            self._files.append(weakref.ref(filed))
        return filed

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Name the folder in what the system says against it."""
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"{self.folder}: cannot keep what is done ({error.strerror});"
                " give another work_dir=…"
            ) from error


def _clear(parent: Path, about: dict[str, Any], own: Path) -> None:
    """Remove what can never be gone on from: the same work on other contents."""
    plain = json.loads(json.dumps(about))
    for folder in parent.glob(f"{PREFIX}*"):
        key = None if folder == own or folder.is_symlink() else _key(folder)
        if key is None or key["about"] != plain:
            continue
        with contextlib.suppress(OSError), locks.abandoned(folder / LOCK) as left:
            for path in _ours(folder) if left else ():
                path.unlink()
            if left:
                folder.rmdir()


def _name(key: dict[str, Any]) -> str:
    """Return the name of the folder of a key."""
    text = json.dumps([key["about"], key["state"]], sort_keys=True, ensure_ascii=True)
    return PREFIX + hashlib.sha256(text.encode()).hexdigest()[:16]


def _key(folder: Path) -> dict[str, Any] | None:
    """Return the key of a folder of ours; `None` where it is none."""
    try:
        key: dict[str, Any] = _json(folder / KEY)
        return key if _name(key) == folder.name else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _ours(folder: Path) -> list[Path]:
    """Return the files of ours in a folder, the key and the lock last."""
    names = [path for path in folder.iterdir() if _NAMES.fullmatch(atomic.finished_name(path.name))]
    last = (KEY, LOCK)
    names.sort(key=lambda path: last.index(path.name) if path.name in last else -1)
    return [path for path in names if path.is_symlink() or not path.is_dir()]


def _described(filed: Filed[Any]) -> dict[str, Any]:
    return {
        "file": filed.path.name,
        "rows": filed.rows,
        "bytes": filed.nbytes,
        "layout": filed.layout,
    }


def _filed(kind: type[T], folder: Path, batch: dict[str, Any]) -> Filed[T]:
    layout = tuple((a, b, tuple(shape), at, rows) for a, b, shape, at, rows in batch["layout"])
    return Filed(kind, folder / batch["file"], batch["rows"], batch["bytes"], layout)


def _written(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Write a note, with the checksum of what it says."""
    text = json.dumps(value)
    return json.dumps({"note": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}).encode()


def _read(path: Path) -> Any:  # noqa: ANN401 - any JSON
    """Read a note. Raises `OSError`, `ValueError` where it is not as it was written."""
    row = _json(path)
    try:
        text, sha256 = row["note"], row["sha256"]
        if hashlib.sha256(text.encode()).hexdigest() == sha256:
            return json.loads(text)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("not a note") from error
    raise ValueError("not as it was written")


def _json(path: Path) -> Any:  # noqa: ANN401 - any JSON
    """Read a file of ours. Raises `OSError`, and `ValueError` where it is none, or no JSON."""
    if path.is_symlink() or not path.is_file():
        raise ValueError("not a file")
    try:
        return json.loads(path.read_bytes())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
