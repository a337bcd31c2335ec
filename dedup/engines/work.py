"""
The work folder: files of what does not fit in memory, each removed when nobody reads it any more.

A folder is locked while its run lives; what a killed run left behind has no lock, and goes when
the next run begins to write.
"""

from __future__ import annotations

import itertools
import tempfile
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from dedup import locks
from dedup.engines.disk import file
from dedup.errors import OutputError
from dedup.model import Table

if TYPE_CHECKING:
    from dedup.engines.disk import Filed

T = TypeVar("T", bound=Table)
PREFIX = "dedup-work-"
LOCK = "dedup.lock"


class WorkFolder:
    """A folder below `parent`, made when the first table is filed; a class since it is locked."""

    def __init__(self, parent: str | None) -> None:
        self.parent = parent or tempfile.gettempdir()
        self._path: Path | None = None
        self._lock: IO[bytes] | None = None
        self._making = threading.Lock()
        self._names = itertools.count()

    def file(self, table: T) -> Filed[T]:
        """Write a table to a file that goes with the result. Raises `OutputError`."""
        try:
            path = self._made() / str(next(self._names))
            filed = file(table, path)
        except OSError as error:
            raise OutputError(
                f"{self.parent}: cannot keep what does not fit in memory ({error.strerror});"
                " give more memory=… or another work_dir=…"
            ) from error
        weakref.finalize(filed, remove, path)
        return filed

    def leave(self) -> None:
        """Unlock the folder; it goes with the last file in it."""
        if self._path is not None and self._lock is not None:
            self._lock.close()
            (self._path / LOCK).unlink(missing_ok=True)
            with suppress(OSError):
                self._path.rmdir()
        self._path = self._lock = None

    def _made(self) -> Path:
        with self._making:
            if self._path is None:
                _clear(Path(self.parent))
                path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self.parent))
                self._lock = locks.take(path / f"{LOCK}.new")
                (path / f"{LOCK}.new").rename(path / LOCK)  # only now may it be found
                self._path = path
            return self._path


def remove(path: Path) -> None:
    """Remove a file, and its folder when that is left and empty."""
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def _clear(parent: Path) -> None:
    """Remove what killed runs left: tables, which have numbers for names, and the lock."""
    for folder in parent.glob(f"{PREFIX}*"):
        if folder.is_symlink():
            continue
        with suppress(OSError), locks.abandoned(folder / LOCK) as left:
            for path in sorted(folder.iterdir()) if left else ():
                if path.name.isdecimal() and not path.is_dir():
                    path.unlink()
            if left and [path.name for path in folder.iterdir()] == [LOCK]:
                remove(folder / LOCK)
