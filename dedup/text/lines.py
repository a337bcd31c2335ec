"""The lines of one text: where it is cut, and what is white space at their edges."""

from __future__ import annotations

import re

BOM = "\ufeff"
WHITE = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + BOM
"""All white space (there is none after U+3000) and the byte order mark."""

Span = tuple[int, int]
"""Code points, half-open."""

Row = tuple[int, int, int, int]
"""A line or paragraph: start and end, first and last line (from 1, inclusive)."""

_LINE_END = re.compile(r"\n|\r(?!\n)")


def split(text: str) -> list[str]:
    r"""
    Cut a text into lines without their ends, which are one character each.

    A "\r" before a "\n" is left at the end of its line. Only where more "\r" stand alone than
    there are "\n" does a lone one end a line too.
    """
    if "\r" in text and text.count("\r") - text.count("\r\n") > text.count("\n"):
        return _LINE_END.split(text)
    return text.split("\n")


def split_into(text: str, lines: int) -> list[str]:
    """Cut a part of a text, known to have so many lines, as the whole text is cut."""
    feeds = text.count("\n")
    return text.split("\n") if feeds + 1 == lines else _LINE_END.split(text)


def excerpt(text: str, most: int = 120) -> str:
    """Return the beginning of a text on one line, of at most so many characters."""
    line = " ".join(text[: 4 * most].split())
    if len(line) <= most and len(text) <= 4 * most:
        return line
    head = line[:most]
    return (head.rpartition(" ")[0] or head) + " …"
