"""
Rows of plain values <-> a file of their own, which a saved report is.

The first line is plain text and names the format; what follows is JSON Lines, compressed by
Zstandard with a checksum. Nothing in the file is code. A program refuses a format that it does not
know:

    dedup saved report, format 1
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from typing import IO, TYPE_CHECKING, Any

from dedup import atomic
from dedup.errors import InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FORMAT = 1
_HEAD = re.compile(rb"dedup saved report, format ([0-9]{1,9})\n")
_LONGEST = 64
"""Bytes in which the first line must end."""


def write_rows(path: Path, rows: Iterable[object]) -> None:
    """Write rows to a file, whole or not at all. Raises `OutputError`."""
    import zstandard

    compressor = zstandard.ZstdCompressor(level=6, write_checksum=True)
    try:
        with atomic.whole(path) as out:
            out.write(b"dedup saved report, format %d\n" % FORMAT)
            with compressor.stream_writer(out, closefd=False) as stream:
                for row in rows:
                    # A file name that is no UTF-8 is kept by JSON's own escapes.
                    line = json.dumps(row, separators=(",", ":"))
                    stream.write(line.encode("ascii") + b"\n")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


@contextlib.contextmanager
def rows(path: Path) -> Iterator[Iterator[Any]]:
    """
    Yield the rows of a file; what is no saved report, is newer or damaged raises `InputError`.

    So does a `ValueError`, a `LookupError` or a `TypeError` of who makes values of the rows.
    """
    import zstandard

    try:
        with path.open("rb") as file:
            _check_format(path, file)
            reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=False)
            with io.BufferedReader(reader) as lines:
                yield map(json.loads, lines)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except (zstandard.ZstdError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise InputError(f"{path}: this saved report is damaged: save it again") from error


def _check_format(path: Path, file: IO[bytes]) -> None:
    """Read the first line, and raise `InputError` unless it names a format that is known."""
    head = file.readline(_LONGEST)
    found = _HEAD.fullmatch(head)
    if found is None:
        raise InputError(f"{path}: is not a saved report; report --save {path.name} writes one")
    number = int(found[1])
    if number != FORMAT:
        age = "a newer" if number > FORMAT else "an older"
        raise InputError(
            f"{path}: was saved by {age} dedup, in format {number}; this one reads format"
            f" {FORMAT}: save the report again, or use that version"
        )
