"""
Two paragraphs -> the words they share and those that only one has.

A word keeps the white space after it, and white space alone is no difference. Figures such as
4,500.75 are one word, a sign of punctuation is one by itself, and in scripts without spaces a
character is. Shared words that only stand between changes, fewer than what changes, are given to
the change: a reader wants one replaced phrase, not five.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from rapidfuzz.distance import LCSseq

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPACE = r"\s\ufeff"
_PUNCTUATION = (
    r"!-/:-@\[-`{-~\u00a1-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7"
    r"\u2010-\u2027\u2030-\u205e\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_ALONE = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Han, kana, Thai, Lao, Khmer, Burmese."""
_MARKS = (
    r"\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u102b-\u103e\u17b4-\u17d3"
    r"\u3099\u309a"
)
_WORD = re.compile(
    rf"\d+(?:[.,:]\d+)*|[{_ALONE}][{_MARKS}]*"
    rf"|[^{_SPACE}{_PUNCTUATION}{_ALONE}]+(?:['\u2019][^{_SPACE}{_PUNCTUATION}{_ALONE}]+)*"
)
_TOKEN = re.compile(rf"{_WORD.pattern}|[^{_SPACE}]")

_MOST = 200_000_000
"""Cells of the table that the comparison of words may take: bits, so 25 MB."""
_FEW = 3
"""So many shared words between two changes are no coincidence."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words; each side as written, white space included."""

    kind: Literal["equal", "delete", "insert"]
    """`equal` but for white space; `delete`: only A has it; `insert`: only B has it."""
    a: str
    b: str


class _Step(NamedTuple):
    """Words `i..i_end` of A against words `j..j_end` of B."""

    same: int
    """1 where they are the same words."""
    i: int
    i_end: int
    j: int
    j_end: int


def words_of(text: str) -> int:
    """Count the words, as this module divides them; punctuation is none."""
    return len(_WORD.findall(text))


def pieces_of(a: str, b: str) -> tuple[Piece, ...]:
    """Compare two texts word by word; either may be empty."""
    if not (a and b):
        return (Piece("delete" if a else "insert", a, b),) if a or b else ()
    if a == b:
        return (Piece("equal", a, b),)
    words, starts = zip(*(_tokens(text) for text in (a, b)), strict=True)
    pieces: list[Piece] = []
    for step in _joined(_steps(*words), words[0]):
        one = a[starts[0][step.i] : starts[0][step.i_end]]
        two = b[starts[1][step.j] : starts[1][step.j_end]]
        if step.same:
            pieces.append(Piece("equal", one, two))
            continue
        if one:
            pieces.append(Piece("delete", one, ""))
        if two:
            pieces.append(Piece("insert", "", two))
    return tuple(pieces)


def _tokens(text: str) -> tuple[list[str], list[int]]:
    """Divide a text into words; they begin at the places given, the last place is the end."""
    found = list(_TOKEN.finditer(text))
    if not found:
        return [""], [0, len(text)]
    return [f[0] for f in found], [0, *(f.start() for f in found[1:]), len(text)]


def _steps(a: Sequence[str], b: Sequence[str]) -> list[_Step]:
    """Find the longest common subsequence; of equal beginnings and ends without a table."""
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    i_end, j_end = len(a) - tail, len(b) - tail
    steps = [_Step(1, 0, head, 0, head)] if head else []
    one, two = a[head:i_end], b[head:j_end]
    if one and two and len(one) * len(two) <= _MOST:
        numbers: dict[str, int] = {}
        ranks = [[numbers.setdefault(word, len(numbers)) for word in side] for side in (one, two)]
        steps += [
            _Step(
                int(op.tag == "equal"),
                head + op.src_start,
                head + op.src_end,
                head + op.dest_start,
                head + op.dest_end,
            )
            for op in LCSseq.opcodes(*ranks)
        ]
    elif one or two:
        steps.append(_Step(0, head, i_end, head, j_end))
    if tail:
        steps.append(_Step(1, i_end, len(a), j_end, len(b)))
    return steps


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Count the words that are equal from the beginning."""
    for number, (one, two) in enumerate(zip(a, b, strict=False)):
        if one != two:
            return number
    return min(len(a), len(b))


def _joined(steps: Iterable[_Step], words: Sequence[str]) -> list[_Step]:
    """Put neighbours of one sort together, and few shared words between changes to the change."""
    merged: list[_Step] = []
    for step in steps:
        merged.append(step)
        while _collapses(merged, words):
            pass
    return merged


def _collapses(steps: list[_Step], words: Sequence[str]) -> bool:
    """Put the last steps together if they belong together; tell whether they did."""
    if len(steps) > 1 and steps[-1].same == steps[-2].same:
        last, before = steps.pop(), steps.pop()
        steps.append(_Step(last.same, before.i, last.i_end, before.j, last.j_end))
        return True
    if len(steps) > 2 and steps[-2].same and not steps[-1].same:
        before, same, after = steps[-3:]
        whole = _Step(0, before.i, after.i_end, before.j, after.j_end)
        shared = sum(bool(_WORD.match(word)) for word in words[same.i : same.i_end])
        size = same.i_end - same.i
        replaced = whole.i_end - whole.i > size and whole.j_end - whole.j > size
        if replaced and shared < min(_FEW, _size(before), _size(after)):
            steps[-3:] = [whole]
            return True
    return False


def _size(step: _Step) -> int:
    return max(step.i_end - step.i, step.j_end - step.j)
