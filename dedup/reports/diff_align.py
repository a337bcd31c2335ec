"""
Paragraphs of two texts -> which belong together, in the same order in both.

Equal ones at both ends first, then equal ones that stand once in either text (as far as they keep
their order), and so on between them. What lies between is paired by likeness, so that the text in
common is the most there can be; a stretch too long for that is divided in proportion.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Pair = tuple[int | None, int | None]

ALIKE = 0.5
"""Least similarity of two paragraphs that belong together; below it a reader sees two."""
_MOST = 10_000
"""Most pairs of paragraphs that are compared to pair one stretch."""


class _Stretch(NamedTuple):
    """Paragraphs `i` up to `i_end` of A, `j` up to `j_end` of B."""

    i: int
    i_end: int
    j: int
    j_end: int


def align(a: Sequence[str], b: Sequence[str]) -> list[Pair]:
    """Pair paragraphs; give every one once, in the order of both; `None` has no partner."""
    pairs: list[Pair] = []
    work = [_Stretch(0, len(a), 0, len(b))]
    while work:
        i, i_end, j, j_end = work.pop()
        while i < i_end and j < j_end and a[i] == b[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        tail = 0
        while i < i_end - tail and j < j_end - tail and a[i_end - tail - 1] == b[j_end - tail - 1]:
            tail += 1
        inner = _Stretch(i, i_end - tail, j, j_end - tail)
        anchors = _anchors(a, b, inner)
        if tail:
            work.append(_Stretch(inner.i_end, i_end, inner.j_end, j_end))
        if anchors:
            work += reversed(_between(anchors, inner))
        else:
            pairs += _alike(a, b, inner)
    return pairs


def _between(anchors: Sequence[tuple[int, int]], inner: _Stretch) -> list[_Stretch]:
    """Divide a stretch at its anchors; each part but the first begins with one."""
    cuts = [(inner.i, inner.j), *anchors, (inner.i_end, inner.j_end)]
    parts = [_Stretch(p[0], q[0], p[1], q[1]) for p, q in pairwise(cuts)]
    return [part for part in parts if part.i < part.i_end or part.j < part.j_end]


def _anchors(a: Sequence[str], b: Sequence[str], inner: _Stretch) -> list[tuple[int, int]]:
    """Find the equal paragraphs that stand once in either stretch, the longest row in order."""
    i, i_end, j, j_end = inner
    count_a, count_b = Counter(a[i:i_end]), Counter(b[j:j_end])
    where = {b[at]: at for at in range(j, j_end)}
    found = [
        (at, where[a[at]])
        for at in range(i, i_end)
        if count_a[a[at]] == 1 and count_b.get(a[at]) == 1
    ]
    ends: list[int] = []
    last: list[int] = []
    back: list[int] = []
    for number, (_, at) in enumerate(found):
        place = bisect_left(ends, at)
        ends[place : place + 1] = [at]
        last[place : place + 1] = [number]
        back.append(last[place - 1] if place else -1)
    chain: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(found[number])
        number = back[number]
    return chain[::-1]


def _alike(a: Sequence[str], b: Sequence[str], inner: _Stretch) -> Iterator[Pair]:
    """Pair a stretch without anchors, in parts that are small enough to compare all with all."""
    i, i_end, j, j_end = inner
    rows, columns = i_end - i, j_end - j
    parts = 1
    while (rows // parts + 1) * (columns // parts + 1) > _MOST:
        parts *= 2
    for part in range(parts):
        low, high = (i + rows * k // parts for k in (part, part + 1))
        left, right = (j + columns * k // parts for k in (part, part + 1))
        for one, two in _pairing(a[low:high], b[left:right]):
            yield (None if one is None else low + one, None if two is None else left + two)


def _pairing(a: Sequence[str], b: Sequence[str]) -> Iterator[Pair]:
    """Pair two short rows so that the text in common is the most there can be."""
    gain = _gains(a, b)
    best = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            own = gain[i][j] + best[i + 1][j + 1] if gain[i][j] else 0.0
            best[i][j] = max(own, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(a) or j < len(b):
        own = gain[i][j] if i < len(a) and j < len(b) else 0
        if own and best[i][j] == own + best[i + 1][j + 1]:
            yield i, j
            i, j = i + 1, j + 1
        elif i < len(a) and (j == len(b) or best[i][j] == best[i + 1][j]):
            yield i, None
            i += 1
        else:
            yield None, j
            j += 1


def _gains(a: Sequence[str], b: Sequence[str]) -> list[list[float]]:
    """Give the characters that each pair has in common, 0 where it is not alike."""
    if not (a and b):
        return [[0.0] * len(b) for _ in a]
    likeness = cdist(a, b, scorer=ratio, score_cutoff=100 * ALIKE).tolist()
    return [
        [s * (len(one) + len(two)) if s else 0.0 for s, two in zip(row, b, strict=True)]
        for row, one in zip(likeness, a, strict=True)
    ]
