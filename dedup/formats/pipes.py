"""What comes through a pipe, kept in a temporary file so that it can be read again."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
import weakref
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol

import orjson

from dedup.errors import InputError, OutputError
from dedup.formats.text import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 20
"""Bytes that are taken out of a pipe at once."""
PATIENCE = 1.0
"""Seconds of waiting for a writer before that is said."""


class Spooled(Protocol):
    """An open file that can be read from its beginning, by one reader at a time."""

    def fileno(self) -> int:
        """Return its descriptor."""
        ...


class SpooledPipe:
    """The bytes of a pipe; a class so that its temporary file is closed in the end."""

    def __init__(self, stream: IO[bytes]) -> None:
        with _kept(stream) as file:
            self.size = file.tell()
            """Bytes."""
            file.seek(0)
            self.begins_as_jsonl = _begins_as_jsonl(file)
            """The first line that is not blank is a JSON object."""
            self._descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._descriptor)

    def fileno(self) -> int:
        """Return its descriptor."""
        return self._descriptor


def _kept(stream: IO[bytes]) -> IO[bytes]:
    """Put a pipe into a temporary file. Raises `OutputError` where there is no room for it."""
    try:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - for the caller
        while chunk := _read(stream):
            file.write(chunk)
        file.flush()
    except OSError as error:
        raise OutputError(
            f"cannot keep what comes through a pipe in a temporary file ({error.strerror}): "
            "set TMPDIR to a folder with more room, or give a file"
        ) from error
    return file


def _read(stream: IO[bytes]) -> bytes:
    """Read on. Raises `InputError`."""
    try:
        return stream.read(_CHUNK)
    except OSError as error:
        raise InputError(f"{stream.name}: cannot be read: {error.strerror}; mend that") from error


@contextmanager
def patient(path: str) -> Iterator[IO[bytes]]:
    """Open a pipe for reading; while nobody opens it for writing, it is logged that this waits."""
    log = logging.getLogger("dedup").info
    said = threading.Timer(PATIENCE, log, ("%s: waits for a writer", path))
    said.daemon = True
    said.start()
    try:
        pipe = open(path, "rb")  # noqa: PTH123, SIM115 - closed below
    finally:
        said.cancel()
    with pipe:
        yield pipe


def _begins_as_jsonl(stream: IO[bytes]) -> bool:
    first = next((line for line in lines_of(stream) if not line.isspace()), b"")
    try:
        return type(orjson.loads(first.removeprefix(b"\xef\xbb\xbf"))) is dict
    except orjson.JSONDecodeError:
        return False
