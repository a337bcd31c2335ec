"""
Long paragraphs -> pieces of at most `LONGEST` characters.

A cut is a sentence end whose neighbourhood has the lowest hash far and wide, so the same text is
cut alike wherever it stands. Where there is no sentence end for `LONGEST` characters it is a space,
and where there is none either, any place.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from dedup.text.lines import WHITE, Row, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LONGEST = 10_000
"""Characters of a paragraph; above that it is cut."""
REACH = 1_500
"""A cut has the lowest hash for so many characters before and after it."""

_NEIGHBOURHOOD = 32
"""Characters before a place that decide whether it is a cut."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Odd, with well mixed bits: multiplying by it spreads a character over a hash."""
_SENTENCE_END = re.compile(r"[.!?…]+[\"'»”’)\]]*(?=\s)|[。！？]+[」』”’）]*")  # noqa: RUF001
_SPACES = re.compile(r"\s+")


def cut_long(text: str, row: Row, lines: Sequence[Row]) -> list[Row]:
    """Cut a paragraph into pieces of at most `LONGEST` characters."""
    start, end, line, line_end = row
    if end - start <= LONGEST:
        return [row]
    out = []
    for a, b in pairwise([start, *_cuts(text, start, end), end]):
        body = text[a:b].strip(WHITE)
        if body:
            first = a + text[a:b].index(body)
            out.append((first, first + len(body), line, line_end))
    if line != line_end:
        firsts = [r[0] for r in lines]
        out = [(a, b, _line(lines, firsts, a), _line(lines, firsts, b - 1)) for a, b, _, _ in out]
    return out


def _line(lines: Sequence[Row], firsts: Sequence[int], at: int) -> int:
    """Return the number of the line that holds a code point."""
    return lines[bisect_right(firsts, at) - 1][2]


def _cuts(text: str, start: int, end: int) -> list[int]:
    """Choose where to cut a long paragraph: places by content, then what they leave too long."""
    ends = [m.end() for m in _SENTENCE_END.finditer(text, start, end)]
    weights = [_weight(text, at) for at in ends]
    chosen = [
        at
        for n, at in enumerate(ends)
        if start + REACH <= at <= end - REACH and _lowest(ends, weights, n)
    ]
    out = []
    for a, b in pairwise([start, *chosen, end]):
        left = a
        while b - left > LONGEST:
            left = _lightest(text, ends, weights, (left + REACH, min(left + LONGEST, b - REACH)))
            out.append(left)
        if b != end:
            out.append(b)
    return out


def _lowest(ends: Sequence[int], weights: Sequence[int], n: int) -> bool:
    """Tell whether a place is the lightest within reach, and the first of equals."""
    at, weight = ends[n], weights[n]
    k = n - 1
    while k >= 0 and ends[k] > at - REACH:
        if weights[k] <= weight:
            return False
        k -= 1
    k = n + 1
    while k < len(ends) and ends[k] < at + REACH:
        if weights[k] < weight:
            return False
        k += 1
    return True


def _lightest(text: str, ends: Sequence[int], weights: Sequence[int], window: Span) -> int:
    """Return the lightest place in a window: a sentence end, else a space, else any."""
    low, high = window
    first, stop = bisect_left(ends, low), bisect_right(ends, high)
    if first < stop:
        return ends[min(range(first, stop), key=weights.__getitem__)]
    spaces = [m.start() for m in _SPACES.finditer(text, low, high)]
    places = np.array(spaces or range(low, high))
    return int(places[np.argmin(_weights(text, low, high)[places - low])])


def _weight(text: str, at: int) -> int:
    """Hash the characters before a place; neither position nor spacing nor case counts."""
    before = text[max(at - _NEIGHBOURHOOD, 0) : at].casefold()
    return crc32("".join(before.split()).encode("utf-8", "surrogatepass"))


def _weights(text: str, low: int, high: int) -> NDArray[np.uint64]:
    """Hash the characters before each place from `low` to `high`, all at once; case counts."""
    codes = np.frombuffer(
        text[low - _NEIGHBOURHOOD : high].encode("utf-32-le", "surrogatepass"), "<u4"
    )
    codes = np.where(codes <= ord(" "), ord(" "), codes).astype(np.uint64)
    weights = np.zeros(high - low, np.uint64)
    for step in range(_NEIGHBOURHOOD):
        weights = weights * _FACTOR + codes[step : step + len(weights)]
    return (weights ^ weights >> np.uint64(32)) * _FACTOR
