"""
A lock file in a folder of ours: held while a run lives, and the mark that the folder is ours.

The file is opened without following a link, and is refused where it has a second name or says
something else: what is ours is emptied and written, what is not is left as it is. So the opening is
our own; the lock on what was opened is `filelock`'s, on every system.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from typing import IO, TYPE_CHECKING

from dedup.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = b"A lock of dedup, held by "
"""What a lock file begins with, so that no folder of somebody else's is taken for ours."""
_SHOWN = 100
_PLAIN = (
    os.O_RDWR
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class HeldError(Exception):
    """Another process holds the lock; the message says which, and since when."""


def take(path: Path) -> IO[bytes]:
    """
    Make a lock file, or take over one that nobody holds; closing the stream lets go of it.

    Raises `HeldError`, `OutputError` where something else stands at the path, `FileNotFoundError`
    where its folder is gone.
    """
    while True:
        stream = _opened(path, os.O_CREAT)
        if _locked(stream) is False:
            stream.seek(len(MARK))
            holder = stream.read(_SHOWN).decode("ascii", "replace").strip() or "another process"
            stream.close()
            raise HeldError(holder)
        if _is_still(stream, path):
            stream.seek(0)
            stream.truncate()
            stream.write(MARK + f"pid {os.getpid()} since {time.strftime('%H:%M:%S')}\n".encode())
            return stream
        stream.close()  # pragma: no cover - the holder left, and swept it, in between


@contextlib.contextmanager
def abandoned(path: Path) -> Iterator[bool]:
    """Hold a lock file that a killed run left; `False` where there is none, or its run lives."""
    with contextlib.ExitStack() as stack:
        try:
            stream = stack.enter_context(_opened(path, 0))
        except (OSError, OutputError):
            yield False
            return
        yield bool(_locked(stream)) and os.fstat(stream.fileno()).st_size >= len(MARK)


def _opened(path: Path, flags: int) -> IO[bytes]:
    """Open a lock file. Raises `OSError`, and `OutputError` for what is none of ours."""
    why = f"{path} is no lock of dedup: move it away, or give another folder"
    if path.is_symlink() or path.is_dir():
        raise OutputError(why)
    descriptor = os.open(path, _PLAIN | flags, 0o666)
    stream = os.fdopen(descriptor, "r+b", buffering=0)
    state = os.fstat(descriptor)
    ours = stat.S_ISREG(state.st_mode) and state.st_nlink <= 1
    # NOTE: a run that was killed while it wrote its mark has left the beginning of it.
    if not ours or not MARK.startswith(stream.read(len(MARK)) or b""):
        stream.close()
        raise OutputError(why)
    return stream


def _locked(stream: IO[bytes]) -> bool | None:
    """Lock a file; `False` where somebody else has, `None` where files cannot be locked."""
    from filelock import lock_descriptor

    try:
        return lock_descriptor(stream.fileno(), blocking=False)
    except OSError:  # pragma: no cover - a file system without locks
        return None


def _is_still(stream: IO[bytes], path: Path) -> bool:
    """Tell whether an open file is the one that stands at a path."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.lstat())
    except OSError:
        return False
