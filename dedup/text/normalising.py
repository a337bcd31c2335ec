"""
Normalising one text exactly, in Python: the path that both kernels share.

Normalising is, in this order: delete format characters (Cf); NFKC; full case folding; NFKD; delete
the nonspacing marks (Mn) that follow a Latin, Greek, Cyrillic, Arabic or Hebrew letter, directly or
through others that are deleted; NFC; make one space of every run of characters that are not of the
categories L, M or N; strip. A letter's script is its Script property, so letters that scripts share
(the Arabic tatweel) are none of these. Format characters go first so that none of them stands
between a letter and its mark: otherwise a second pass would find more to delete.

The normalisation forms follow UAX #15 (full decomposition, canonical ordering, canonical
composition, Hangul by arithmetic). All data come from the table of this package, none from the
interpreter, whose Unicode version differs between Python versions.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from dedup.text import unicode_table as table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_IOTA_SUBSCRIPT, _IOTA_SUBSCRIPT_CLASS = 0x345, 240
_SYLLABLES, _SYLLABLE_COUNT = 0xAC00, 11172
_LEADING, _LEADING_COUNT = 0x1100, 19
_VOWEL, _VOWEL_COUNT = 0x1161, 21
_TRAILING, _TRAILING_COUNT = 0x11A7, 28
_WORD = re.compile("(n[nm]*)|([om]+)")
_CONTEXT = "\0"
"""Marks a character whose result depends on its neighbours; itself a separator, so in no result."""


def normalise_text(text: str) -> str:
    """Return *text* normalised. A lone surrogate is no letter, so it becomes a space."""
    simple = text.translate(_context_free())
    if _CONTEXT not in simple:
        return " ".join(simple.split())
    text = _compose(_order(text.translate(_decomposed())))
    text = _order(text.translate(_folded()).translate(_decomposed()))
    text = _compose("".join(_without_marks(text)))
    return " ".join(text.translate(_spaced()).split())


def count_words(text: str) -> int:
    """
    Return the number of words of a normalised text.

    A word is a run of letters, marks and numbers; but characters of Han, kana, Thai, Lao, Khmer and
    Burmese, with the marks that follow them, are counted apart and two of them make a word,
    rounded up. Where such a character meets another one, a word ends.
    """
    if text.isascii():
        return len(text.split())
    words = characters = 0
    for match in _WORD.finditer(text.translate(_kinds())):
        if match[1]:
            characters += len(match[1])
        else:
            words += 1
    return words + (characters + 1) // 2


def unit_spans(text: str) -> list[tuple[int, int]]:
    """
    Return what word n-grams are made of, as code points [start, end) of a normalised text.

    A unit is a run of letters, marks and numbers, or one character of a script without spaces.
    """
    spans: list[tuple[int, int]] = []
    for match in _WORD.finditer(text.translate(_kinds())):
        start, end = match.span()
        spans += ((at, at + 1) for at in range(start, end)) if match[1] else [(start, end)]
    return spans


def has_number(word: str) -> bool:
    """Tell whether *word* has a character of category N."""
    return any(table.entry(ord(character)) & table.NUMBER for character in word)


class _Translation(dict[int, str]):
    """A cache for `str.translate`: a class because that asks a mapping for what it lacks."""

    def __missing__(self, code_point: int) -> str:
        """Find, keep and return what *code_point* becomes."""
        found = self[code_point] = self.find(code_point)
        return found

    def find(self, code_point: int) -> str:
        """Return what *code_point* becomes."""
        raise NotImplementedError


class _ContextFree(_Translation):
    """The whole chain, for code points that neighbours do not change; `_CONTEXT` for others."""

    def find(self, code_point: int) -> str:
        entry = table.entry(code_point)
        operation = entry & table.OPERATION
        if operation == table.DROP:
            return ""
        if entry & (table.HARD | table.SPLIT | table.NONSPACING | 3 << table.SECOND_SHIFT):
            return _CONTEXT
        if operation == table.EXPAND:
            parts = [self[ord(part)] for part in table.sequence(entry >> table.TARGET_SHIFT)]
            return _CONTEXT if _CONTEXT in parts else "".join(parts)
        if not entry & table.KIND:
            return " "
        return chr(entry >> table.TARGET_SHIFT if operation else code_point)


class _Decomposed(_Translation):
    """Full compatibility decomposition; format characters are left out."""

    def find(self, code_point: int) -> str:
        syllable = code_point - _SYLLABLES
        if 0 <= syllable < _SYLLABLE_COUNT:
            vowel, trailing = divmod(syllable, _TRAILING_COUNT)
            leading, vowel = divmod(vowel, _VOWEL_COUNT)
            pair = chr(_LEADING + leading) + chr(_VOWEL + vowel)
            return pair + chr(_TRAILING + trailing) if trailing else pair
        is_format = table.entry(code_point) & table.OPERATION == table.DROP
        return "" if is_format else chr(code_point)


class _Spaced(_Translation):
    """A space for what is not of the categories L, M or N."""

    def find(self, code_point: int) -> str:
        return chr(code_point) if table.entry(code_point) & table.KIND else " "


class _Kinds(_Translation):
    """How a character counts: n without spaces, m mark, o other, or a space."""

    def find(self, code_point: int) -> str:
        entry = table.entry(code_point)
        kind = entry & table.KIND
        if kind == table.ORDINARY:
            return "m" if entry & table.MARK else "o"
        return "n" if kind == table.NO_SPACE else " "


_context_free = cache(_ContextFree)
_spaced = cache(_Spaced)
_kinds = cache(_Kinds)


@cache
def _decomposed() -> _Decomposed:
    """Return the decompositions of the table."""
    return _Decomposed(_pairs(table.load().decompositions.T.tolist()))


@cache
def _folded() -> dict[int, str]:
    """Return the case foldings of the table."""
    return dict(_pairs(table.load().foldings.T.tolist()))


def _pairs(rows: Iterable[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Yield code points with the sequences of the pool at the places beside them."""
    for code_point, place in rows:
        yield code_point, table.sequence(place)


@cache
def _compositions() -> dict[tuple[int, int], int]:
    """Return the primary composites of the table."""
    rows = table.load().compositions.T.tolist()
    return {(first, second): composite for first, second, composite in rows}


def _combining(code_point: int) -> int:
    """Return the canonical combining class of a code point that does not decompose."""
    if code_point == _IOTA_SUBSCRIPT:  # the one mark that folds to a letter
        return _IOTA_SUBSCRIPT_CLASS
    entry = table.entry(code_point)
    return 0 if entry & table.OPERATION else entry >> table.COMBINING_SHIFT


def _order(text: str) -> str:
    """Return a decomposed text in canonical order: runs of marks sorted by class, stably."""
    ordered: list[str] = []
    marks: list[tuple[int, str]] = []
    for character in text:
        combining = _combining(ord(character))
        if combining:
            marks.append((combining, character))
            continue
        if marks:
            marks.sort(key=_class_of)
            ordered += (mark for _, mark in marks)
            marks.clear()
        ordered.append(character)
    marks.sort(key=_class_of)
    ordered += (mark for _, mark in marks)
    return "".join(ordered)


def _class_of(mark: tuple[int, str]) -> int:
    """Return the combining class of a pair of class and mark."""
    return mark[0]


def _compose(text: str) -> str:
    """Return a decomposed text in canonical order with its primary composites put together."""
    composed: list[int] = []
    starter = -1  # where the last character of class 0 stands in composed
    last = 0  # the class of the last character of composed
    for code_point in map(ord, text):
        combining = _combining(code_point)
        if starter >= 0 and (starter == len(composed) - 1 or last < combining):
            composite = _composite(composed[starter], code_point)
            if composite:
                composed[starter] = composite
                continue
        if not combining:
            starter = len(composed)
        last = combining
        composed.append(code_point)
    return "".join(map(chr, composed))


def _composite(first: int, second: int) -> int:
    """Return the primary composite of two code points, or 0."""
    leading, vowel = first - _LEADING, second - _VOWEL
    if 0 <= leading < _LEADING_COUNT and 0 <= vowel < _VOWEL_COUNT:
        return _SYLLABLES + (leading * _VOWEL_COUNT + vowel) * _TRAILING_COUNT
    syllable, trailing = first - _SYLLABLES, second - _TRAILING
    if 0 <= syllable < _SYLLABLE_COUNT and 0 < trailing < _TRAILING_COUNT:
        return 0 if syllable % _TRAILING_COUNT else first + trailing
    return _compositions().get((first, second), 0)


def _without_marks(text: str) -> Iterator[str]:
    """Yield the characters of a decomposed text but for the marks of letters that lose them."""
    after_letter = False
    for character in text:
        entry = table.entry(ord(character))
        if after_letter and entry & table.NONSPACING:
            continue
        after_letter = bool(entry & table.LETTER)
        yield character
