"""
Same text: a match so close that one of the two may be deleted.

Two matching paragraphs are the same text when their words with digits are the same, in the same
order, and some common subsequence of their words skips fewer than five words at a time on
either side. A similarity cannot tell that: of real wire stories at .80 and above every third pair
has other figures, and most have a clause that only one side has. In scripts without spaces a
character counts as half a word, so lengths here are in half words, and a gap has fewer than ten.

"Some common subsequence" is exact, not a greedy diff: two texts with repeated words have many,
and a diff shows one of them. All are followed at once: the half words of one text are the bits of
an integer, a set bit is a place that some allowed subsequence reaches, and each word of the other
text moves the bits on: a few operations on such integers a word, and symmetric by construction.
The native kernel's `same.h` gives the same answers; the reference kernel asks here.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache

from dedup.text import unicode_table as table
from dedup.text.normalising import has_number

Unit = tuple[str, int]
"""A word, or a character of a script without spaces, with what it counts in half words."""

WORD, CHARACTER = 2, 1
LIMIT = 5 * WORD
"""A stretch that is skipped has fewer half words than this."""


def same_text(a: str, b: str) -> bool:
    """Tell whether two normalised texts that match are the same text."""
    if a == b:
        return True
    return numbers(a) == numbers(b) and follows(words_of(a), words_of(b))


def words_of(normal: str) -> list[Unit]:
    """Split a normalised text into words and, in scripts without spaces, characters."""
    words = normal.split()
    if normal.isascii() or not any(map(_stands_alone, set(normal))):
        return [(word, WORD) for word in words]
    return [unit for word in words for unit in _split(word)]


@lru_cache(maxsize=1 << 10)
def numbers(normal: str) -> tuple[str, ...]:
    """Return the words with digits; here a word is what stands between spaces, in every script."""
    return tuple(word for word in normal.split() if _is_number(word))


def follows(first: list[Unit], second: list[Unit]) -> bool:
    """Tell whether a common subsequence skips fewer than five words at a time on either side."""
    starts: dict[Unit, int] = {}
    length = 0
    for unit in second:
        starts[unit] = starts.get(unit, 0) | 1 << length
        length += unit[1]
    # One entry for each unit of `first` that can be the last one so far: where it ends, and, as
    # bits, where its partners in `second` end. The very beginning is where all begin.
    reached: deque[tuple[int, int]] = deque([(0, 1)])
    at = 0
    for unit in first:
        while reached and at - reached[0][0] >= LIMIT:
            reached.popleft()
        if not reached:
            return False
        ends = 0
        for _, some in reached:
            ends |= some
        at += unit[1]
        if here := starts.get(unit, 0) & _next_starts(ends):
            reached.append((at, here << unit[1]))
    least = max(0, length - LIMIT + 1)
    return any(at - end < LIMIT and some >> least for end, some in reached)


def _next_starts(ends: int) -> int:
    """Spread each bit up to the last place where, after it, the next unit may start."""
    ends |= ends << 1
    ends |= ends << 2
    ends |= ends << 4
    return ends | ends << (LIMIT - 8)


def _split(word: str) -> list[Unit]:
    """Cut a word at its characters of scripts without spaces; a mark counts as what it follows."""
    out: list[Unit] = []
    alone = False
    for character in word:
        before = alone
        alone = _stands_alone(character) or (before and _is_mark(character))
        if alone:
            out.append((character, CHARACTER))
        elif before or not out:
            out.append((character, WORD))
        else:
            out[-1] = (out[-1][0] + character, WORD)
    return out


@lru_cache(maxsize=1 << 16)
def _is_number(word: str) -> bool:
    return has_number(word)


@lru_cache(maxsize=1 << 12)
def _stands_alone(character: str) -> bool:
    return table.entry(ord(character)) & table.KIND == table.NO_SPACE


@lru_cache(maxsize=1 << 12)
def _is_mark(character: str) -> bool:
    return bool(table.entry(ord(character)) & table.MARK)
