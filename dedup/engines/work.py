"""
The work folder: files of what does not fit in memory, each removed when nobody reads it any more.

A folder is locked while its run lives; what a killed run left behind has no lock, and goes when
the next run begins to write.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from dedup.engines.disk import file
from dedup.errors import OutputError
from dedup.model import Table

if TYPE_CHECKING:
    from dedup.engines.disk import Filed

try:
    import fcntl
except ImportError:  # pragma: no cover - no such locks on Windows: leftovers stay there
    fcntl = None  # type: ignore[assignment]

T = TypeVar("T", bound=Table)
LOCKS = fcntl is not None
"""Files can be locked here."""
PREFIX = "dedup-work-"
LOCK = "dedup.lock"
MARK = b"A folder of dedup for what does not fit in memory; it goes with its run.\n"
"""What the lock says, so that no folder of somebody else's is taken for ours."""


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
                " give more --memory or another --work-dir"
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
                self._lock = (path / f"{LOCK}.new").open("wb")
                locked(self._lock)
                self._lock.write(MARK)
                self._lock.flush()
                (path / f"{LOCK}.new").rename(path / LOCK)  # only now may it be found
                self._path = path
            return self._path


def remove(path: Path) -> None:
    """Remove a file, and its folder when that is left and empty."""
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def _clear(parent: Path) -> None:
    """Remove the folders of runs that were killed."""
    for lock in parent.glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError), lock.open("r+b") as stream:
            if locked(stream) and stream.read() == MARK:
                shutil.rmtree(lock.parent, ignore_errors=True)


def locked(stream: IO[bytes]) -> bool:
    """Lock a file if nobody has; say whether that went well."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
