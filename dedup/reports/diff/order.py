"""
Shared stretches -> the line, which is the order that keeps the most words, and what moved.

What leaves the line is moved where it is worth telling: much of a sentence, or a whole paragraph.
Everything else is forgotten again, and what is free between two stretches of the line, or inside
what moved, is compared word by word.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedup.reports.diff.pairing import equal_paragraphs
from dedup.reports.diff.sides import Stretch, paragraph_pairs
from dedup.reports.diff.words import common, steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.reports.diff.sides import Side, Taken

    Ends = tuple[int, int]

WORD = 2
"""Halves of words in a word."""
_MUCH = 8 * WORD
"""So many words in common, and two paragraphs belong together."""
_MOVED = 5 * WORD
"""Fewest words of a part of a paragraph that is told to have moved,"""
_MOVED_WHOLE = 3 * WORD
"""and of a whole one."""


@dataclass(frozen=True, slots=True)
class Order:
    """The partner of each token (-1: none), and the chain it moved with, from 1 (0: the line)."""

    a: list[int]
    b: list[int]
    chain_a: list[int]
    chain_b: list[int]

    def swapped(self) -> Order:
        """Return the same for B and A."""
        return Order(self.b, self.a, self.chain_b, self.chain_a)


def line_and_moves(taken: Taken) -> Order:
    """Tell the line from what moved, and compare word by word what lies between."""
    forget_chance(taken)
    stretches = taken.stretches()
    line = set(heaviest(stretches, taken.left))
    moved: list[list[Stretch]] = []
    for some in together(stretches, line, taken):
        if is_moved(some, taken):
            moved.append(some)
        else:
            for one in some:
                taken.release(one)
    chain_a, chain_b = [0] * len(taken.a), [0] * len(taken.b)
    for number, some in enumerate(moved, 1):
        a, b = around(some, taken, chain_a, chain_b)
        chain_a[slice(*a)] = [number] * (a[1] - a[0])
        chain_b[slice(*b)] = [number] * (b[1] - b[0])
        fill(some, a, b, taken)
    kept = [stretches[at] for at in sorted(line)]
    between(kept, taken, chain_a, chain_b)
    left = taken.left
    # What repeats in both texts and is left over where it stood has moved, too.
    number = len(moved)
    for some_a, some_b in list(equal_paragraphs(taken)):
        for (i, end), (j, _) in zip(some_a, some_b, strict=False):
            one = Stretch(i, j, end - i)
            unique = len(some_a) == len(some_b) == 1 and left.weight(i, end) > 0
            if (unique or is_moved([one], taken)) and not max(chain_a[i:end]):
                number += 1
                taken.take(one)
                chain_a[i:end] = chain_b[j : j + one.size] = [number] * one.size
    return Order(taken.a, taken.b, chain_a, chain_b)


def forget_chance(taken: Taken) -> None:
    """Release the stretches of paragraphs that share no more than a phrase."""
    left, right = taken.left, taken.right
    stretches = taken.stretches()
    pairs, which = paragraph_pairs(left, right, taken.a)
    weights = np.bincount(which + 1, left.weights, len(pairs) + 1)[1:]
    rows = zip(weights.tolist(), pairs.tolist(), strict=True)
    linked = np.array([False, *(is_linked(halves, (p, q), taken) for halves, (p, q) in rows)])
    belongs = np.concatenate([[0], np.cumsum(linked[which + 1])])
    for one in stretches:
        if belongs[one.a + one.size] > belongs[one.a]:
            continue
        own = left.weight(one.a, one.a + one.size)
        least = min(left.weight(*left.sentence(one.a)), right.weight(*right.sentence(one.b)))
        if 2 * own < least:
            taken.release(one)


def pair_of(taken: Taken, i: int, j: int) -> Ends:
    """Return the paragraphs of two tokens."""
    return taken.left.tokens.paragraph[i], taken.right.tokens.paragraph[j]


def is_linked(halves: float, pair: Ends, taken: Taken) -> bool:
    """Tell whether so many words in common are enough for two paragraphs to belong together."""
    p, q = taken.left.paragraphs[pair[0]], taken.right.paragraphs[pair[1]]
    least = min(taken.left.weight(*p), taken.right.weight(*q))
    return halves >= _MUCH or 3 * halves >= least


def heaviest(stretches: Sequence[Stretch], left: Side) -> list[int]:
    """Choose the stretches, sorted by A, that keep their order in B and hold the most words."""
    ends = sorted({one.b for one in stretches})
    best: list[tuple[int, int]] = [(0, -1)] * (len(ends) + 1)  # a Fenwick tree of maxima
    before: list[int] = []
    for number, one in enumerate(stretches):
        rank = bisect_left(ends, one.b)
        top, at = (0, -1), rank
        while at:
            top = max(top, best[at])
            at &= at - 1
        before.append(top[1])
        # Of equally many words the order of more tokens: signs count too, though they are no words.
        value = top[0] + 1000 * left.weight(one.a, one.a + one.size) + one.size
        at = rank + 1
        while at < len(best):
            if value > best[at][0]:
                best[at] = (value, number)
            at += at & -at
    top, at = (0, -1), len(ends)
    while at:
        top = max(top, best[at])
        at &= at - 1
    chosen, number = [], top[1]
    while number >= 0:
        chosen.append(number)
        number = before[number]
    return chosen[::-1]


def together(stretches: Sequence[Stretch], line: set[int], taken: Taken) -> Iterator[list[Stretch]]:
    """Yield the stretches that left the line; those that follow each other in both texts as one."""
    by_b = sorted(range(len(stretches)), key=lambda number: stretches[number].b)
    follows = dict(pairwise(by_b))
    some: list[Stretch] = []
    for number, one in enumerate(stretches):
        if number in line:
            continue
        if some:
            last = some[-1]
            near = follows.get(number - 1) == number and number - 1 not in line
            ends = pair_of(taken, last.a + last.size - 1, last.b + last.size - 1)
            begins = pair_of(taken, one.a, one.b)
            if not near or begins[0] > ends[0] + 1 or begins[1] > ends[1] + 1:
                yield some
                some = []
        some.append(one)
    if some:
        yield some


def is_moved(some: Sequence[Stretch], taken: Taken) -> bool:
    """Tell whether stretches that left the line are worth telling."""
    left, right = taken.left, taken.right
    own = sum(left.weight(one.a, one.a + one.size) for one in some)
    for side, first, last in (
        (left, some[0].a, some[-1].a + some[-1].size - 1),
        (right, some[0].b, some[-1].b + some[-1].size - 1),
    ):
        sentences = side.weight(side.sentence(first)[0], side.sentence(last)[1])
        p, q = (side.tokens.paragraph[at] for at in (first, last))
        paragraphs = side.weight(side.paragraphs[p][0], side.paragraphs[q][1])
        if own >= _MOVED and 2 * own >= sentences:
            return True
        if own >= _MOVED_WHOLE and own == paragraphs:
            return True
    return False


def around(
    some: Sequence[Stretch], taken: Taken, chain_a: Sequence[int], chain_b: Sequence[int]
) -> tuple[Ends, Ends]:
    """
    Return what moved with some stretches.

    The rest of their sentences, or of their paragraphs.
    """
    left, right = taken.left, taken.right
    own = sum(left.weight(one.a, one.a + one.size) for one in some)
    out: list[Ends] = []
    for side, partners, chain, first, last in (
        (left, taken.a, chain_a, some[0].a, some[-1].a + some[-1].size),
        (right, taken.b, chain_b, some[0].b, some[-1].b + some[-1].size),
    ):
        p, q = (side.tokens.paragraph[at] for at in (first, last - 1))
        low, high = side.paragraphs[p][0], side.paragraphs[q][1]
        if 2 * own < side.weight(low, high):
            low, high = side.sentence(first)[0], side.sentence(last - 1)[1]
        begin, end = first, last
        while begin > low and partners[begin - 1] < 0 and not chain[begin - 1]:
            begin -= 1
        while end < high and partners[end] < 0 and not chain[end]:
            end += 1
        out.append((begin, end))
    return out[0], out[1]


def fill(some: Iterable[Stretch], a: Ends, b: Ends, taken: Taken) -> None:
    """Compare word by word what lies between the stretches of a chain, and before and behind."""
    i, j = a[0], b[0]
    for one in (*some, Stretch(a[1], b[1], 0)):
        for found in list(common(taken.left, taken.right, (i, one.a), (j, one.b), taken)):
            taken.take(found)
        i, j = one.a + one.size, one.b + one.size


def between(
    line: Sequence[Stretch], taken: Taken, chain_a: Sequence[int], chain_b: Sequence[int]
) -> None:
    """Compare what lies between the stretches of the line: equal paragraphs, then linked ones."""
    linked = {pair_of(taken, one.a + at, one.b + at) for one in line for at in range(one.size)}
    i = j = 0
    for one in (*line, Stretch(len(taken.a), len(taken.b), 0)):
        a, b = (i, one.a), (j, one.b)
        i, j = one.a + one.size, one.b + one.size
        if a[0] == a[1] or b[0] == b[1]:
            continue
        anchors = list(equal_rows(a, b, taken))
        for found in anchors:
            taken.take(found)
        first = (a[0], b[0])
        for after in (*anchors, Stretch(a[1], b[1], 0)):
            gap = (first[0], after.a), (first[1], after.b)
            for found in list(common(taken.left, taken.right, *gap, taken)):
                free = not (chain_a[found.a] or chain_b[found.b])
                if free and pair_of(taken, found.a, found.b) in linked:
                    taken.take(found)
            first = (after.a + after.size, after.b + after.size)


def equal_rows(a: Ends, b: Ends, taken: Taken) -> Iterator[Stretch]:
    """Yield the equal paragraphs of two stretches, the longest row in order, where all is free."""
    rows = []
    for side, partners, (low, high) in ((taken.left, taken.a, a), (taken.right, taken.b, b)):
        whole = []
        if low < high:
            numbers = side.tokens.paragraph
            for first, last in side.paragraphs[numbers[low] : numbers[high - 1] + 1]:
                if low <= first < last <= high and max(partners[first:last]) < 0:
                    whole.append((tuple(side.ids[first:last]), first))
        rows.append(whole)
    known: dict[tuple[int, ...], int] = {}
    keys = [[known.setdefault(key, len(known)) for key, _ in row] for row in rows]
    for step in steps(*keys):
        if step.same:
            for x, y in zip(range(step.i, step.i_end), range(step.j, step.j_end), strict=True):
                yield Stretch(rows[0][x][1], rows[1][y][1], len(rows[0][x][0]))
