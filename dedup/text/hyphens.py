"""
Words that are broken by a hyphen at the end of a line, as in scans of print.

With `join_hyphens` such a word is made whole before a paragraph is normalised; offsets stay those
of the text as it is written.
"""

from __future__ import annotations

import re
from unicodedata import category

HYPHENS = "-\u2010\u00ad\u00ac\u2e17"
"""Hyphens: of typewriters, of typesetters, soft, as recognised from print, and of Fraktur."""
LAST_BYTES = sorted({c.encode()[-1] for c in HYPHENS})
"""The last bytes of these in UTF-8."""

BROKEN = re.compile(rf"[{HYPHENS}][^\S\r\n]*(?:\r\n|\n|\r)[^\S\r\n]*")
"""A hyphen at the end of a line, with the white space to the next one's text."""


def joined(text: str) -> str:
    """Make words whole that a hyphen at a line end breaks: between two letters both go."""
    return BROKEN.sub(_without, text)


def is_broken(line: str, following: str) -> bool:
    """Tell whether a word goes on from one line to the next; both without their margins."""
    return line[-1] in HYPHENS and _is_word(line[-2:-1], following[0])


def _without(found: re.Match[str]) -> str:
    """Return what stands in place of a hyphen at a line end: nothing inside a word."""
    text, start, end = found.string, found.start(), found.end()
    return "" if _is_word(text[start - 1 : start], text[end : end + 1]) else found[0]


def _is_word(before: str, after: str) -> bool:
    """
    Tell whether two characters are letters of one word.

    A capital after a small letter begins a word of its own, as in names made of two.
    """
    if not before or not after.isalpha() or category(before)[0] not in "LM":
        return False
    return not (before.islower() and after.isupper())
