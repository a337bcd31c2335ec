"""
Build `dedup/text/unicode_table.bin`, the one Unicode table that both kernels read.

Run as `python tools/make_unicode_table.py` with the dependency group `table` installed. The data
come from two packages that must be of one Unicode version: `unicodedata2` (categories, combining
classes, decompositions, compositions) and `regex` (scripts, full case folding). The script stops
where they disagree about a general category. The layout of the file stands in
`dedup/text/unicode_table.py`, which also names the bits of an entry.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import regex
import unicodedata2
from regex import _regex

from dedup.text import unicode_table as table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

TARGET = Path(table.__file__).with_name(table.FILE)
CODE_POINTS = 0x110000
SURROGATES = range(0xD800, 0xE000)
HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)
HANGUL_LEADING = range(0x1100, 0x1113)
HANGUL_VOWELS = range(0x1161, 0x1176)
HANGUL_TRAILING = range(0x11A8, 0x11C3)
TRAILING_PER_VOWEL = 28
DASHES = dict.fromkeys("-\u2010\u2011\u2012\u2013\u2212", "-")
PERCENTS = {"\u066a": "%", "\u2030": "%", "\u0609": "%", "\u060a": "\u2031"}
ALWAYS = "%\u2030\u2031"
POINTS = ".,:/\u066b\u066c"
# Drawn lines, boxes and bullets; a vertical bar, a tilde, and marks of ownership.
NO_SIGNS = {*map(chr, range(0x2500, 0x2600)), *"|~\u00a9\u00ae\u2117\u2120\u2122"}
IOTA_SUBSCRIPT = "\u0345"  # the one mark that folds to a letter
TWO_LETTERS_I = {"I": "i", "\u0130": "i\u0307"}

LOSES_MARKS = regex.compile(
    r"[[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]"
    r"&&\p{L}]",
    regex.V1,
)
# Letters that several scripts share count when all their scripts are Han or kana: the long vowel
# mark U+30FC, the repeat marks U+3031 to U+3035, U+3006, U+303C.
NO_SPACES = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}"
    r"\p{Script=Khmer}\p{Script=Myanmar}\u3006\u3031-\u3035\u303c\u30fc]",
    regex.V1,
)


def nfkd(text: str) -> str:
    """Return *text* in NFKD."""
    return unicodedata2.normalize("NFKD", text)


def nfc(text: str) -> str:
    """Return *text* in NFC."""
    return unicodedata2.normalize("NFC", text)


def category(text: str) -> str:
    """Return the general category of one character."""
    return unicodedata2.category(text)


def casefold(text: str) -> str:
    """
    Return the full case folding: C and F of CaseFolding.txt, not the Turkic T.

    `regex` leaves I and U+0130 to its matcher, which treats them as Turkic and as other letters.
    """
    flags = regex.UNICODE | regex.FULLCASE | regex.IGNORECASE
    return "".join(TWO_LETTERS_I.get(part) or _regex.fold_case(flags, part) for part in text)


def is_mn(text: str) -> bool:
    """Tell whether one character is a nonspacing mark."""
    return category(text) == "Mn"


def is_lmn(text: str) -> bool:
    """Tell whether one character is a letter, mark or number."""
    return category(text)[0] in "LMN"


def fold(text: str) -> str:
    """Return what normalising makes of *text* before runs of separators become spaces."""
    text = "".join(character for character in text if category(character) != "Cf")
    text = nfkd(casefold(unicodedata2.normalize("NFKC", text)))
    kept: list[str] = []
    after_letter = False
    for character in text:
        if after_letter and is_mn(character):
            continue
        after_letter = LOSES_MARKS.match(character) is not None
        kept.append(character)
    return nfc("".join(kept))


def compositions() -> dict[tuple[int, int], int]:
    """Return the primary composites but for Hangul syllables: (first, second) -> composite."""
    pairs = {}
    for code_point in range(CODE_POINTS):
        parts = unicodedata2.decomposition(chr(code_point)).split()
        if code_point in HANGUL_SYLLABLES:
            continue
        if len(parts) == 2 and not parts[0].startswith("<"):
            first, second = (int(part, 16) for part in parts)
            if nfc(chr(first) + chr(second)) == chr(code_point):
                pairs[first, second] = code_point
    return pairs


def joints(pairs: Iterable[tuple[int, int]]) -> tuple[dict[int, int], dict[int, int]]:
    """
    Return which code points can be the first and which the second of a composition.

    The value is a set of two bits, and a composition needs a bit that both have: 1 for all but
    2, which is a Hangul syllable with a trailing consonant.
    """
    first: dict[int, int] = {}
    second: dict[int, int] = {}
    for a, b in pairs:
        # What a Latin (...) letter composes with is deleted before it could.
        if not LOSES_MARKS.match(chr(a)):
            first[a] = 1
        second[b] = 1
    first.update(dict.fromkeys(HANGUL_LEADING, 1))
    second.update(dict.fromkeys(HANGUL_VOWELS, 1))
    first.update(dict.fromkeys(HANGUL_SYLLABLES[::TRAILING_PER_VOWEL], 2))
    second.update(dict.fromkeys(HANGUL_TRAILING, 2))
    return first, second


def kind(character: str) -> int:
    """Return how one character counts in words."""
    if not is_lmn(character):
        return table.SEPARATOR
    return table.NO_SPACE if NO_SPACES.match(character) else table.ORDINARY


def kept_entry(code_point: int, first: Mapping[int, int], second: Mapping[int, int]) -> int:
    """Return the entry of a code point that stands for itself."""
    character = chr(code_point)
    decomposed = unicodedata2.normalize("NFD", character)
    combining = [unicodedata2.combining(part) for part in decomposed]
    entry = table.KEEP | kind(character) | (combining[-1] << table.COMBINING_SHIFT)
    entry |= first.get(code_point, 0) << table.FIRST_SHIFT
    entry |= second.get(code_point, 0) << table.SECOND_SHIFT
    if LOSES_MARKS.match(character):
        entry |= table.LETTER
    if category(character)[0] == "M":
        entry |= table.MARK
    if is_mn(character):
        entry |= table.NONSPACING
    elif combining[0]:
        entry |= table.HARD
    if is_mn(decomposed[0]) and not all(map(is_mn, decomposed)):
        entry |= table.SPLIT
    return entry


def told(character: str) -> str:
    """Return as what a sign is told: NFKC where that is one mark of punctuation or one symbol."""
    plain = unicodedata2.normalize("NFKC", character)
    is_plain = len(plain) == 1 and category(plain)[0] in "PS"
    character = plain if is_plain else character
    return (DASHES | PERCENTS).get(character, character)


def sign_entry(code_point: int) -> int:
    """Return the sign entry of a code point."""
    character = chr(code_point)
    group, plain = category(character), told(chr(code_point))
    is_sign = group in {"Sc", "Sm", "So"} and plain not in NO_SIGNS
    roles = {
        table.NUMBER_SIGN: group == "No",
        table.DIGIT: group == "Nd",
        table.WORD_PART: group[0] in "LN",
        table.JOINED: group[0] == "M",
        table.UNSEEN: group == "Cf",
        table.SIGN: is_sign or plain in ALWAYS,
        table.DASH: plain == "-",
        table.POINT: plain in POINTS,
        table.BANG: plain == "!",
    }
    role = next((role for role, is_it in roles.items() if is_it), table.APART)
    is_other = role >= table.SIGN and plain != character
    return role | (ord(plain) << table.TOLD_SHIFT if is_other else 0)


class Pool:
    """Sequences of code points, each stored once and named by the place of its length."""

    def __init__(self) -> None:
        """Begin with no sequence."""
        self.words: list[int] = []
        self.places: dict[str, int] = {}

    def place(self, text: str) -> int:
        """Return where *text* stands in `words`, first adding it if it is new."""
        if text not in self.places:
            self.places[text] = len(self.words)
            self.words += [len(text), *map(ord, text)]
        return self.places[text]


def entries(pairs: Iterable[tuple[int, int]], pool: Pool) -> np.ndarray:
    """Return one entry for each code point: uint32[0x110000]."""
    first, second = joints(pairs)
    kept = [kept_entry(code_point, first, second) for code_point in range(CODE_POINTS)]
    result = np.zeros(CODE_POINTS, np.uint32)
    for code_point, entry in enumerate(kept):
        character = chr(code_point)
        folded = character if code_point in SURROGATES else fold(character)
        value = entry
        if category(character) == "Cf":
            value = table.DROP
        elif folded != character:
            if any(fold(part) != part for part in folded):
                message = f"U+{code_point:04X} does not fold to what stands for itself"
                raise SystemExit(message)
            if len(folded) == 1 and not kept[ord(folded)] >> table.COMBINING_SHIFT:
                flags = kept[ord(folded)]
                value = flags | table.MAP | (ord(folded) << table.TARGET_SHIFT)
            else:
                value = table.EXPAND | (pool.place(folded) << table.TARGET_SHIFT)
        if IOTA_SUBSCRIPT in unicodedata2.normalize("NFKC", character):
            value |= table.HARD
        if category(character)[0] == "N":
            value |= table.NUMBER
        result[code_point] = value
    return result


def mapping(change: Callable[[str], str], pool: Pool, leave: Iterable[int] = ()) -> np.ndarray:
    """Return the code points that *change* alters and their places in the pool: uint32[2, k]."""
    skipped = {*SURROGATES, *leave}
    rows = [
        (code_point, pool.place(change(chr(code_point))))
        for code_point in range(CODE_POINTS)
        if code_point not in skipped and change(chr(code_point)) != chr(code_point)
    ]
    return np.array(rows, np.uint32).T


def check(pairs: Mapping[tuple[int, int], int]) -> None:
    """Stop unless the packages agree and what the fast path takes for granted holds."""
    for code_point in range(CODE_POINTS):
        character = chr(code_point)
        if not regex.match(rf"\p{{{category(character)}}}", character):
            message = f"unicodedata2 and regex differ on U+{code_point:04X}"
            raise SystemExit(message)
        if code_point in SURROGATES or category(character) == "Cf":
            continue
        if any(category(part) == "Cf" for part in nfkd(casefold(nfkd(character)))):
            message = f"U+{code_point:04X} decomposes to a format character"
            raise SystemExit(message)
        letters = [LOSES_MARKS.match(part) is not None for part in nfkd(character)]
        for is_letter, part in itertools.pairwise(zip(letters, nfkd(character), strict=True)):
            if is_letter[0] and unicodedata2.combining(part[1]) and not is_mn(part[1]):
                message = f"U+{code_point:04X} has a spacing mark on a letter that loses marks"
                raise SystemExit(message)
    for first, second in pairs:
        if LOSES_MARKS.match(chr(first)) and not is_mn(chr(second)):
            message = f"U+{first:04X} composes with what is no mark"
            raise SystemExit(message)


def main() -> None:
    """Write the table next to the module that reads it."""
    pairs = compositions()
    check(pairs)
    pool = Pool()
    entry = entries(pairs, pool)
    decompositions = mapping(nfkd, pool, HANGUL_SYLLABLES)
    foldings = mapping(casefold, pool)
    pages, page_of = np.unique(entry.reshape(-1, table.PAGE), axis=0, return_inverse=True)
    signs = np.array([sign_entry(code_point) for code_point in range(CODE_POINTS)], np.uint32)
    sign_pages, sign_page_of = np.unique(signs.reshape(-1, table.PAGE), axis=0, return_inverse=True)
    composites = np.array([(*pair, whole) for pair, whole in sorted(pairs.items())], np.uint32).T
    version = [int(part) for part in unicodedata2.unidata_version.split(".")]
    sections = [page_of, pages, pool.words, decompositions, foldings, composites]
    sections += [sign_page_of, sign_pages]
    flat = [np.asarray(section, "<u4").ravel() for section in sections]
    header = np.array([table.MAGIC, *version, *(len(section) for section in flat)], "<u4")
    TARGET.write_bytes(b"".join(part.tobytes() for part in (header, *flat)))
    sys.stdout.write(f"{TARGET.name}: Unicode {unicodedata2.unidata_version}, ")
    sys.stdout.write(f"{len(pages)} pages, {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
