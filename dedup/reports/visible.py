r"""
Any text -> characters that are safe to show: nothing hidden, nothing that drives a terminal.

Corpus text and file names are data. A control character is shown as `^[`, one that reorders or
hides text as `<U+202E>`, a byte of a name that is no UTF-8 as `\xff`, so that what a reader sees is
what is there. Spaces of all widths stand as they are, so do joiners where a script or an emoji
needs them.
"""

from __future__ import annotations

import re

from dedup.escaping import picture

_JOINERS = "\u200c\u200d"
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\ud800-\udfff]"
)
"""One fixed list, so that every Python version shows the same."""
_JOINED = re.compile("[\u0600-\u109f\u1780-\u18af\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")
"""Arabic, the scripts of India and their neighbours, emoji: there a joiner is spelling."""

_PLAIN = {
    0x2013: "-",
    0x2014: "--",
    0x2018: "'",
    0x2019: "'",
    0x201C: '"',
    0x201D: '"',
    0x2026: "...",
    0xA0: " ",
    0x202F: " ",
    0xB7: "|",
    **dict.fromkeys(map(ord, "╭╮╰╯"), "+"),
    0x2500: "-",
    0x2502: "|",
    0x2191: "^",
    0x2193: "v",
    0xB6: "|",
}
"""Signs with a plain form, for streams that cannot take them."""

_NARROW = "\u0300"
"""All that stands before it is one column wide."""

_TABLES = "latest"
"""The Unicode version of the widths, whatever the environment asks for."""


def visible(text: str) -> str:
    """Return one line with everything in it to be seen; a tab becomes spaces."""
    return text if text.isascii() and text.isprintable() else _HIDDEN.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    char = found[0]
    if char == "\t":
        return "    "
    if char in _JOINERS and _JOINED.match(found.string, found.start() - 1):
        return char
    return picture(char)


def encodable(text: str, encoding: str) -> str:
    """Return a text that the encoding can take; an unknown encoding counts as ASCII."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plain = text.translate(_PLAIN)
        return plain.encode(encoding, "backslashreplace").decode(encoding)
    except LookupError:
        return encodable(text, "ascii")
    return text


def cells(text: str) -> int:
    """Count the columns that a text takes on a terminal."""
    if text.isascii() or max(text) < _NARROW:
        return len(text)
    from rich.cells import cell_len  # its tables take longer to import than a plain page to make

    return cell_len(text, _TABLES)


def graphemes(text: str) -> list[tuple[int, int, int]]:
    """Cut a text into what a reader sees as one character: start, end and columns of each."""
    from rich.cells import split_graphemes

    return split_graphemes(text, _TABLES)[0]
