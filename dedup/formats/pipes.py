"""What comes through a pipe, kept in a temporary file so that it can be read again."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from typing import IO, Protocol

import orjson

from dedup.formats.text import lines_of


class Spooled(Protocol):
    """An open file that can be read from its beginning, by one reader at a time."""

    def fileno(self) -> int:
        """Give its descriptor."""
        ...


class Kept:
    """The bytes of a pipe; a class so that its temporary file is closed in the end."""

    def __init__(self, stream: IO[bytes]) -> None:
        with tempfile.TemporaryFile() as file:
            shutil.copyfileobj(stream, file)
            self.size = file.tell()
            """Bytes."""
            file.seek(0)
            self.begins_as_jsonl = _begins_as_jsonl(file)
            """The first line that is not blank is a JSON object."""
            self._descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._descriptor)

    def fileno(self) -> int:
        """Give its descriptor."""
        return self._descriptor


def _begins_as_jsonl(stream: IO[bytes]) -> bool:
    first = next((line for line in lines_of(stream) if not line.isspace()), b"")
    try:
        return type(orjson.loads(first.removeprefix(b"\xef\xbb\xbf"))) is dict
    except orjson.JSONDecodeError:
        return False
