"""A file that appears whole, on disk, under its name, or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PART = re.compile(r"\.(.+)-[0-9a-f]{8}\.tmp")


@contextlib.contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """
    Yield a stream; what was written comes to stand at `path` when the context ends well.

    A link keeps its target, an existing file its mode. Raises `OSError`, and then nothing is left.
    """
    target = path.resolve()
    with _replacing(target) as stream:
        yield stream
        with contextlib.suppress(FileNotFoundError):
            os.chmod(stream.fileno(), target.stat().st_mode & 0o7777)  # noqa: PTH101 - a descriptor


def write(path: Path, data: bytes) -> None:
    """Write a file of ours whole, in place of whatever stands there. Raises `OSError`."""
    with _replacing(path) as stream:
        stream.write(data)


def fresh(path: Path) -> IO[bytes]:
    """
    Open a new file of ours at a path, in place of whatever file stands there.

    What stood there loses its name and keeps its bytes, so nothing is written through a link.
    """
    path.unlink(missing_ok=True)
    return path.open("xb")


def finished_name(name: str) -> str:
    """Return the name under which a file was to appear, of one that was being written."""
    found = _PART.fullmatch(name)
    return found[1] if found else name


@contextlib.contextmanager
def _replacing(target: Path) -> Iterator[IO[bytes]]:
    part = target.with_name(f".{target.name}-{secrets.token_hex(4)}.tmp")
    try:
        with part.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
