"""
A patch -> the lines that it adds or changes, by file.

Only the heads of files and hunks are read, and a hunk's lines are counted, so that a line of text
that looks like a head is text. Names may be quoted as git quotes them.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from dedup.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.formats import Reading, Source
    from dedup.text.lines import Span

Lines: TypeAlias = "tuple[Span, ...] | None"
"""Ranges of lines, from 1 and inclusive; `None` for all lines of a file."""

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_CONTROLS = dict(
    zip((b"a", b"b", b"t", b"n", b"v", b"f", b"r"), map(bytes, zip(b"\a\b\t\n\v\f\r")), strict=True)
)


@dataclass(frozen=True, slots=True)
class Changes:
    """Which files were added or changed, and in which lines."""

    since: str
    """Since when, for people: `main`, or `the patch`."""
    files: dict[str, Lines]
    """By their real paths."""


def parted(reading: Reading, changes: Changes) -> tuple[Reading, dict[str, Lines]]:
    """Let the files that were not changed be published; return the lines of those that were too."""
    changed: dict[str, Lines] = {}
    incoming: list[Source] = []
    published: list[Source] = []
    for source in reading.sources.files:
        real = os.path.realpath(source.path)
        is_file = source.spooled is None and source.held is None
        if source.published or (is_file and real not in changes.files):
            published.append(replace(source, published=True))
        else:
            incoming.append(source)
            changed[source.path] = changes.files.get(real)
    published.sort(key=lambda source: source.path.split("/"))
    return reading.with_files((*published, *incoming)), changed


def patched(patch: str, name: str) -> dict[str, Lines]:
    """
    Read a patch in the unified format; the names are those after it, as the patch has them.

    Raises `InputError` that names the line for what is no patch.
    """
    files: dict[str, list[Span] | None] = {}
    current: str | None = None
    lines = enumerate(patch.split("\n"), 1)
    is_patch = False
    for number, line in lines:
        hunk = _HUNK.match(line)
        if hunk is not None and not is_patch:
            raise InputError(f"{name}:{number}: a hunk without the name of its file; {_GIVE}")
        if hunk is not None:
            # The lines of a hunk are taken even where its file is not known: they are no heads.
            added = list(_added(lines, hunk))
            known = files.get(current) if current is not None else None
            if known is not None:
                known += added
            continue
        head = _head(line)
        is_patch = is_patch or head is not None or line.startswith("diff --git ")
        if head is not None:
            current, binary = head
            if current is not None and binary:
                files[current] = None
            elif current is not None:
                files.setdefault(current, [])
    if patch.strip() and not is_patch:
        raise InputError(f"{name}: no patch; {_GIVE}")
    return {path: None if spans is None else tuple(spans) for path, spans in files.items()}


def _head(line: str) -> tuple[str | None, bool] | None:
    """Read the file that a line is the head of, and whether it is binary; `None` for no head."""
    if line.startswith("+++ "):
        return _name(line[4:]), False
    if line.startswith("rename to "):
        return _unquoted(line.removeprefix("rename to ")), False
    if line.startswith("Binary files ") and line.endswith(" differ"):
        return _name(line.removesuffix(" differ").rpartition(" and ")[2]), True
    return None


_GIVE = "give the output of `git diff`"


def _added(lines: Iterable[tuple[int, str]], hunk: re.Match[str]) -> Iterator[Span]:
    """Yield the ranges of lines that a hunk adds, and take its lines."""
    old = int(hunk[1] or 1) if hunk[1] != "0" else 0
    new = int(hunk[3] or 1) if hunk[3] != "0" else 0
    at = first = int(hunk[2])
    running = False
    while old > 0 or new > 0:
        _, line = next(iter(lines), (0, None))
        if line is None:
            break
        if line.startswith("+"):
            first, running = (first, True) if running else (at, True)
            at, new = at + 1, new - 1
            continue
        if running:
            yield first, at - 1
            running = False
        if line.startswith("-"):
            old -= 1
        elif not line.startswith("\\"):
            old, new, at = old - 1, new - 1, at + 1
    if running:
        yield first, at - 1


def _name(shown: str) -> str | None:
    """
    Return a name of a patch without the first folder, which says the side.

    `None` for no file.
    """
    path = _unquoted(shown.partition("\t")[0].rstrip("\r"))
    if path == "/dev/null":
        return None
    return path.partition("/")[2] if path.startswith(("b/", "w/", "i/")) else path


def _unquoted(name: str) -> str:
    """Undo the quoting of a name with odd characters."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    inner = name[1:-1].encode("utf-8", "surrogateescape")
    return _ESCAPE.sub(_char, inner).decode("utf-8", "surrogateescape")


def _char(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8) & 255]) if len(code) == 3 else _CONTROLS.get(code, code)


def touches(lines: Lines, extent: Span) -> bool:
    """Tell whether a range of lines has an added or changed one."""
    first, last = extent
    return lines is None or any(a <= last and first <= b for a, b in lines)
