"""
Report <-> a file of its own, so that it can be shown again, in any format, without a scan.

The first line is plain text and names the format; what follows is JSON Lines, compressed by
Zstandard with a checksum: the report without its groups, then a group a line. Nothing in the file
is code. A program refuses a format that it does not know:

    dedup saved report, format 1
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from dedup import atomic
from dedup.errors import InputError, OutputError
from dedup.report import Extent, Group, Incoming, Overlap, Report, Summary

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

SUFFIX = ".dedup"
FORMAT = 1
_HEAD = re.compile(rb"dedup saved report, format ([0-9]{1,9})\n")
_LONGEST = 64
"""Bytes in which the first line must end."""
_PARTS: dict[str, Any] = {
    "version": str,
    "settings": dict[str, Any],
    "summary": Summary,
    "overlaps": tuple[Overlap, ...],
    "incoming": tuple[Incoming, ...] | None,
    "extents": tuple[Extent, ...],
}
"""What the first line of the JSON holds of a report, and its types."""


def save(report: Report, path: str | os.PathLike[str]) -> None:
    """Write a report, whole or not at all. Raises `OutputError`."""
    import zstandard

    place = Path(path)
    compressor = zstandard.ZstdCompressor(level=6, write_checksum=True)
    try:
        with atomic.whole(place) as out:
            out.write(b"dedup saved report, format %d\n" % FORMAT)
            with compressor.stream_writer(out, closefd=False) as stream:
                for line in _lines(report):
                    stream.write(line)
    except OSError as error:
        raise OutputError(f"{place}: cannot be written: {error.strerror}") from error


def _lines(report: Report) -> Iterator[bytes]:
    """Give the lines of the JSON. A file name that is no UTF-8 is kept by JSON's own escapes."""
    from msgspec import to_builtins

    yield _line({name: to_builtins(getattr(report, name)) for name in _PARTS})
    for group in report.groups:
        yield _line(to_builtins(group))


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def load(path: str | os.PathLike[str]) -> Report:
    """Read a saved report. Raises `InputError` for a file that is none, is newer, or is damaged."""
    import zstandard

    place = Path(path)
    try:
        with place.open("rb") as file:
            _check_format(place, file)
            return _report(file)
    except OSError as error:
        raise InputError(f"{place}: cannot be read: {error.strerror}") from error
    except (zstandard.ZstdError, ValueError, LookupError, TypeError, RecursionError) as error:
        # msgspec's errors are ValueErrors, as are those of JSON and of UTF-8.
        raise InputError(f"{place}: this saved report is damaged: save it again") from error


def _check_format(place: Path, file: IO[bytes]) -> None:
    """Read the first line, and raise `InputError` unless it names a format that is known."""
    head = file.readline(_LONGEST)
    found = _HEAD.fullmatch(head)
    if found is None:
        raise InputError(f"{place}: is not a saved report; report --save {place.name} writes one")
    number = int(found[1])
    if number != FORMAT:
        age = "a newer" if number > FORMAT else "an older"
        raise InputError(
            f"{place}: was saved by {age} dedup, in format {number}; this one reads format"
            f" {FORMAT}: save the report again, or use that version"
        )


def _report(file: IO[bytes]) -> Report:
    """Read what follows the first line. Every value is held to its declared type."""
    import io

    import zstandard
    from msgspec import convert

    reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=False)
    with io.BufferedReader(reader) as lines:
        first = json.loads(lines.readline())
        parts = {name: convert(first[name], kind) for name, kind in _PARTS.items()}
        groups = tuple(convert(json.loads(line), Group) for line in lines)
    report = Report(groups=groups, **parts)
    if len(groups) != report.summary.groups or not all(g.occurrences for g in groups):
        raise ValueError("groups are missing")
    return replace(report, evidence=None)
