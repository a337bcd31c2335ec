"""A file that appears whole, on disk, under its name, or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """
    Give a stream; what was written comes to stand at `path` when the context ends well.

    A link keeps its target, an existing file its mode. Raises `OSError`, and then nothing is left.
    """
    target = path.resolve()
    part = target.with_name(f".{target.name}-{secrets.token_hex(4)}.tmp")
    try:
        with part.open("xb") as stream:
            yield stream
            stream.flush()
            with contextlib.suppress(FileNotFoundError):
                part.chmod(target.stat().st_mode & 0o7777)
            os.fsync(stream.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write(path: Path, data: bytes) -> None:
    """Write a file whole. Raises `OSError`."""
    with whole(path) as stream:
        stream.write(data)
