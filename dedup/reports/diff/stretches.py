"""
Two rows of tokens -> the stretches that they share, in whatever order these stand.

Sought first where they are longest: rows of 32, 16, 8 and 4 words that stand once in either text
lead to stretches of equal tokens, which are taken from the longest down. What a stretch has of a
sentence beyond the last border is given back, for it belongs to other words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.reports.diff.sides import Stretch, Taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.reports.diff.sides import Side

_LONGEST, _SHORTEST = 32, 4
"""Words of the rows that lead to stretches; in scripts without spaces twice as many characters."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
"""An odd number whose bits look random: hashes are multiplied by it."""


def shared(left: Side, right: Side) -> Taken:
    """Find what two texts share, in any order."""
    taken = Taken(left, right)
    per_word = 1 if sum(left.weights) >= 1.5 * len(left.weights) else 2
    size = _LONGEST
    while size >= _SHORTEST:
        least = size * per_word
        found = {grown(taken, i, j) for i, j in anchors(taken, least)}
        for one in sorted(found, key=lambda s: (-s.size, s.a, s.b)):
            rest = trimmed(taken.free(one), left, right, _SHORTEST * per_word)
            if rest.size >= _SHORTEST * per_word:
                taken.take(rest)
        size //= 2
    return taken


def anchors(taken: Taken, size: int) -> Iterator[tuple[int, int]]:
    """Find the rows of so many free tokens that stand once in either text."""
    sides = [
        once(np.array(ids, np.uint64), np.array(partners), size)
        for ids, partners in ((taken.left.ids, taken.a), (taken.right.ids, taken.b))
    ]
    (keys_a, places_a), (keys_b, places_b) = sides
    _, i, j = np.intersect1d(keys_a, keys_b, assume_unique=True, return_indices=True)
    order = np.argsort(places_a[i], kind="stable")
    last = (-2, -2)
    for a, b in zip(places_a[i][order].tolist(), places_b[j][order].tolist(), strict=True):
        # The next place of the same stretch would lead to it again.
        if (a - 1, b - 1) != last:
            yield a, b
        last = (a, b)


def once(
    ids: NDArray[np.uint64], partners: NDArray[np.int64], size: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """
    Hash the rows of so many tokens; give those that stand once and are free, and where.

    What stands twice is no evidence, though only one of its places may be left.
    """
    if len(ids) < size:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    hashes, width = (ids + np.uint64(1)) * _MIX, 1
    while width < size:
        hashes = hashes[:-width] * _MIX + hashes[width:]
        hashes ^= hashes >> np.uint64(29)
        width *= 2
    taken = np.concatenate([[0], np.cumsum(partners >= 0)])
    free = taken[size:] == taken[:-size]
    keys, first, counts = np.unique(hashes, return_index=True, return_counts=True)
    alone = (counts == 1) & free[first]
    return keys[alone], first[alone]


def grown(taken: Taken, i: int, j: int) -> Stretch:
    """Return the longest stretch of equal free tokens around a place that both have."""
    a, b = taken.left.ids, taken.right.ids
    first = 0
    while i + first and j + first and a[i + first - 1] == b[j + first - 1]:
        if taken.a[i + first - 1] >= 0 or taken.b[j + first - 1] >= 0:
            break
        first -= 1
    last = 0
    while i + last < len(a) and j + last < len(b) and a[i + last] == b[j + last]:
        if taken.a[i + last] >= 0 or taken.b[j + last] >= 0:
            break
        last += 1
    return Stretch(i + first, j + first, last - first)


def trimmed(one: Stretch, left: Side, right: Side, least: int) -> Stretch:
    """Give back a few words at either end that belong to the sentence before or behind."""
    a, b, size = one
    for at in range(size - 1, max(size - least, 0), -1):
        if left.begins_sentence(a + size) or right.begins_sentence(b + size):
            break
        if left.begins_sentence(a + at) or right.begins_sentence(b + at):
            size = at
            break
    for at in range(1, min(least, size)):
        if left.begins_sentence(a) or right.begins_sentence(b):
            break
        if left.begins_sentence(a + at) or right.begins_sentence(b + at):
            return Stretch(a + at, b + at, size - at)
    return Stretch(a, b, size)
