"""
The Unicode table that both kernels read: what normalising does to each code point.

`unicode_table.bin` is built by `tools/make_unicode_table.py`. It is a row of little-endian 32-bit
words: `MAGIC`, three numbers of the Unicode version, the lengths of the eight sections, and the
sections `pages`, `entries`, `pool`, `decompositions`, `foldings`, `compositions`, `sign_pages`,
`sign_entries` (see `UnicodeTable`).

An entry is 32 bits. Bits 0-1 are how the code point counts in words (`SEPARATOR`, `ORDINARY`,
`NO_SPACE`), bits 2-3 what becomes of it: `KEEP` (it stands for itself), `MAP` (one other code
point), `EXPAND` (a sequence of the pool) or `DROP` (a format character). Of a code point that is
mapped the other bits describe the target, but for `NUMBER`, which is always the code point's own.

A sign entry tells what a code point is to the signs of a text as written: bits 0-3 its role, from
bit 8 on what it is told as, 0 for itself.

`table.h` repeats the numbers; a test holds them together.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = "unicode_table.bin"
MAGIC = 0x44554332  # the letters DUC2
HEADER = 12
"""Words before the first section."""
PAGE = 128

SEPARATOR, ORDINARY, NO_SPACE, KIND = 0, 1, 2, 3
KEEP, MAP, EXPAND, DROP, OPERATION = 0 << 2, 1 << 2, 2 << 2, 3 << 2, 3 << 2
LETTER = 1 << 4
"""A Latin, Greek, Cyrillic, Arabic or Hebrew letter: nonspacing marks after it are deleted."""
NONSPACING = 1 << 5
"""Category Mn."""
HARD = 1 << 6
"""Its text always takes the exact path."""
SPLIT = 1 << 7
"""Decomposes to a nonspacing mark and more: hard after a `LETTER`."""
MARK = 1 << 8
"""Category M: counts as the character before it does."""
FIRST_SHIFT = 9
"""Two bits; it may compose with a following code point that shares a bit at `SECOND_SHIFT`."""
SECOND_SHIFT = 11
NUMBER = 1 << 13
"""Category N."""
TARGET_SHIFT = 14
"""Of `MAP` the target, of `EXPAND` the place in the pool: 18 bits."""
COMBINING_SHIFT = 24
"""Of `KEEP` the canonical combining class of the last code point of its decomposition."""

APART, WORD_PART, DIGIT, JOINED, UNSEEN = 0, 1, 2, 3, 4
"""Roles of what is no sign: it parts words; a letter or number; a digit (Nd); a mark, which counts
as the character that it follows; a format character, which counts as nothing."""
SIGN, NUMBER_SIGN, DASH, POINT, BANG = 5, 6, 7, 8, 9
"""Roles of what is a sign: always; always, and a number (No); before a digit and after neither
letter nor number; between two digits; before what is told as an equals sign."""
ROLE, TOLD_SHIFT = 15, 8


class UnicodeTable(NamedTuple):
    """The sections of the file. All are read-only arrays of uint32."""

    version: str
    """The Unicode version, as "18.0.0"."""
    pages: NDArray[np.uint32]
    """For each 128 code points the number of their page: uint32[8704]."""
    entries: NDArray[np.uint32]
    """The entries, page after page: uint32[128 * number of distinct pages]."""
    pool: NDArray[np.uint32]
    """Sequences of code points, each after its length."""
    decompositions: NDArray[np.uint32]
    """Code points and where the pool has their full compatibility decomposition: uint32[2, k].
    Without the Hangul syllables, which decompose by arithmetic."""
    foldings: NDArray[np.uint32]
    """Code points and where the pool has their full case folding: uint32[2, k]."""
    compositions: NDArray[np.uint32]
    """First, second, primary composite; without the Hangul syllables: uint32[3, k]."""
    sign_pages: NDArray[np.uint32]
    """As `pages`, for the sign entries."""
    sign_entries: NDArray[np.uint32]
    """The sign entries, page after page."""


@cache
def load() -> UnicodeTable:
    """Return the table that is shipped beside this module, read once."""
    words = np.fromfile(Path(__file__).with_name(FILE), "<u4").astype(np.uint32, copy=False)
    words.flags.writeable = False
    header = [int(word) for word in words[:HEADER]]
    if header[0] != MAGIC or len(words) != HEADER + sum(header[4:]):
        message = f"{FILE} is damaged or of another version of this package; install it again"
        raise RuntimeError(message)
    parts = np.split(words, np.cumsum([HEADER, *header[4:]]))[1:-1]
    pages, entries, pool, decompositions, foldings, compositions, sign_pages, sign_entries = parts
    return UnicodeTable(
        ".".join(map(str, header[1:4])),
        pages,
        entries,
        pool,
        decompositions.reshape(2, -1),
        foldings.reshape(2, -1),
        compositions.reshape(3, -1),
        sign_pages,
        sign_entries,
    )


@cache
def entry(code_point: int) -> int:
    """Return the entry of a code point (0 to 0x10FFFF)."""
    table = load()
    page = int(table.pages[code_point // PAGE])
    return int(table.entries[page * PAGE + code_point % PAGE])


@cache
def sign_entry(code_point: int) -> int:
    """Return the sign entry of a code point (0 to 0x10FFFF)."""
    table = load()
    page = int(table.sign_pages[code_point // PAGE])
    return int(table.sign_entries[page * PAGE + code_point % PAGE])


def sequence(place: int) -> str:
    """Return the code points that stand at a place in the pool."""
    pool = load().pool
    return "".join(map(chr, pool[place + 1 : place + 1 + int(pool[place])].tolist()))
