"""
Checkpoints: the finished tables of a run, from which the same run goes on when it was interrupted.

    WORK/dedup-resume-KEY/    key.json        what the tables are made of and by
                              lock            held while a run is at work here
                              NAME.json       there once the tables of that name are whole, on disk
                              NAME.0.0        a batch of the first of them

A key is made of the contents of the inputs, the settings and the version, so a checkpoint is never
one of something else. What an older version left, or a run on files that have changed since, can
never be gone on from: it is removed when the next run begins here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import threading
import weakref
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from dedup import atomic
from dedup.engines.disk import Filed, file
from dedup.engines.work import LOCKS, locked, remove
from dedup.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.model import Table

T = TypeVar("T", bound="Table")
PREFIX = "dedup-resume-"
KEY, LOCK = "key.json", "lock"


class Checkpoints:
    """
    What is finished of one run; a class because its folder is locked while the run lives.

    `about` names the work (paths, settings), `state` what it must be done on (version, contents):
    both of plain values. Raises `OutputError` where the folder cannot be used.
    """

    def __init__(self, parent: str, about: dict[str, Any], state: dict[str, Any]) -> None:
        key = json.dumps([about, state], sort_keys=True, ensure_ascii=True)
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        self.folder = Path(parent) / (PREFIX + name)
        self.used: list[str] = []
        """Names whose tables were loaded or saved, in that order."""
        self._files: list[weakref.ref[Filed[Any]]] = []
        self._writing = threading.Lock()
        with self._explained():
            self.folder.mkdir(exist_ok=True)
            self._lock = self._taken()
            _clear(Path(parent), about, self.folder)
            if not (self.folder / KEY).exists():
                atomic.write(self.folder / KEY, _written({"about": about, "state": state}))

    @property
    def names(self) -> list[str]:
        """What is finished, in order of name."""
        return sorted(path.stem for path in self.folder.glob("*.json") if path.name != KEY)

    def noted(self, name: str) -> Any:  # noqa: ANN401 - what was noted
        """Give what was noted under a name, or `None`."""
        try:
            return json.loads((self.folder / f"{name}.json").read_bytes())
        except FileNotFoundError:
            return None

    def note(self, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON
        """Write a value down. Raises `OutputError`."""
        with self._explained():
            atomic.write(self.folder / f"{name}.json", _written(value))

    def load(self, name: str, kinds: Sequence[type[Table]]) -> list[list[Filed[Any]]] | None:
        """Give the batches of the tables of a name, if they are finished; the last has no rows."""
        found = self.noted(name)
        if found is None:
            return None
        self.used.append(name)
        return [
            [self._known(_filed(kind, self.folder, batch)) for batch in batches]
            for kind, batches in zip(kinds, found, strict=True)
        ]

    def save(self, name: str, tables: Sequence[Sequence[Any]]) -> list[list[Filed[Any]]]:
        """Bring the batches of some tables to disk; they are there once all of them are."""
        out: list[list[Filed[Any]]] = []
        with self._explained():
            for number, batches in enumerate(tables):
                own = [
                    self._filed(batch, self.folder / f"{name}.{number}.{place}")
                    for place, batch in enumerate(batches)
                ]
                out.append(own)
            described = [[_described(batch) for batch in own] for own in out]
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
            for path in sorted(self.folder.glob("*.json")):
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
            for path in self.folder.iterdir():
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

    def _taken(self) -> IO[bytes] | None:
        stream = (self.folder / LOCK).open("a+b")
        if not LOCKS or locked(stream):
            return stream
        stream.close()
        raise OutputError(
            f"{self.folder} is in use by another run; wait for it, or give another --work-dir"
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
                " give another --work-dir"
            ) from error


def _clear(parent: Path, about: dict[str, Any], own: Path) -> None:
    """Remove what can never be gone on from: the same work on other contents."""
    plain = json.loads(json.dumps(about))
    for key in parent.glob(f"{PREFIX}*/{KEY}"):
        with contextlib.suppress(OSError, ValueError):
            if key.parent == own or json.loads(key.read_bytes())["about"] != plain:
                continue
            with (key.parent / LOCK).open("a+b") as stream:
                if locked(stream):
                    shutil.rmtree(key.parent, ignore_errors=True)


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
    return json.dumps(value).encode()
