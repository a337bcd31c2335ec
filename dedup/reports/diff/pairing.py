"""
Paragraphs of which little is shared word by word -> pairs of those that are alike, in any order.

Equal ones first, then the most alike, by the similarity that a report shows. Who knows already
where most of its words went is not asked.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cdist

from dedup.reports.diff.sides import Stretch, paragraph_pairs
from dedup.reports.diff.words import common

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.reports.diff.sides import Side, Taken

    Ends = tuple[int, int]

ALIKE = 0.5
"""Least similarity of two paragraphs that belong together; below it a reader sees two."""
_IN_COMMON = 1 / 3
"""Least share of the shorter one's words that such paragraphs have in common."""
_NEAR = 10
"""Points of likeness that are added where the paragraphs before or behind belong together too."""
_MOST = 40_000
"""Pairs of paragraphs, at most, of which all are compared; beyond, those that share rare words."""
_RARE = 8
"""Paragraphs of a text, at most, that hold a rare word."""


def pair_paragraphs(taken: Taken) -> None:
    """Pair paragraphs of which little is taken: equal ones first, then the most alike."""
    left, right = taken.left, taken.right
    for some, others in equal_paragraphs(taken):
        if len(some) == len(others) == 1:
            taken.take(Stretch(some[0][0], others[0][0], some[0][1] - some[0][0]))
    rows, columns = taken.left_over(left, taken.a), taken.left_over(right, taken.b)
    alone = len(left.paragraphs) == len(right.paragraphs) == 1
    used: tuple[set[int], set[int]] = set(), set()
    near = neighbours(taken)
    found_alike = alike_paragraphs(left, right, rows, columns, 0 if alone else ALIKE)
    sizes = len(left.paragraphs), len(right.paragraphs)
    # Of equally good partners the one at about the same place.
    ranked = sorted(
        (value - _NEAR * ((p, q) in near), abs(p * sizes[1] - q * sizes[0]), p, q)
        for value, p, q in found_alike
    )
    for _, _, p, q in ranked:
        if p in used[0] or q in used[1]:
            continue
        found = list(common(left, right, left.paragraphs[p], right.paragraphs[q], taken))
        words = sum(left.weight(one.a, one.a + one.size) for one in found)
        least = min(left.weight(*left.paragraphs[p]), right.weight(*right.paragraphs[q]))
        if alone or words >= _IN_COMMON * least:
            used[0].add(p)
            used[1].add(q)
            for one in found:
                taken.take(one)


def equal_paragraphs(taken: Taken) -> Iterator[tuple[list[Ends], list[Ends]]]:
    """Yield the free paragraphs that both texts have, equal ones together; in the order of A."""
    by_words: list[dict[tuple[int, ...], list[Ends]]] = []
    for side, partners in ((taken.left, taken.a), (taken.right, taken.b)):
        own: dict[tuple[int, ...], list[Ends]] = defaultdict(list)
        for first, last in side.paragraphs:
            if first < last and max(partners[first:last]) < 0:
                own[tuple(side.ids[first:last])].append((first, last))
        by_words.append(own)
    for key, some in by_words[0].items():
        if key in by_words[1]:
            yield some, by_words[1][key]


def neighbours(taken: Taken) -> set[tuple[int, int]]:
    """Return the pairs of paragraphs of which those directly before or behind share words."""
    linked = paragraph_pairs(taken.left, taken.right, taken.a)[0].tolist()
    return {(i + step, j + step) for i, j in linked for step in (-1, 1)}


def alike_paragraphs(
    left: Side, right: Side, rows: Sequence[int], columns: Sequence[int], least: float
) -> Iterator[tuple[float, int, int]]:
    """Yield pairs of paragraphs that are alike: the negative similarity, and their numbers."""
    if not (rows and columns):
        return
    one, two = [left.normals[p] for p in rows], [right.normals[q] for q in columns]
    if len(rows) * len(columns) <= _MOST:
        found = cdist(one, two, scorer=ratio, score_cutoff=100 * least)
        pairs: Iterable[tuple[int, int]] = zip(*(n.tolist() for n in found.nonzero()), strict=True)
    else:
        pairs = meeting(left, right, rows, columns)
    for i, j in pairs:
        value = ratio(one[i], two[j], score_cutoff=100 * least)
        if value:
            yield -value, rows[i], columns[j]


def meeting(
    left: Side, right: Side, rows: Sequence[int], columns: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield the pairs of paragraphs that share two rare words and more."""
    holders: list[dict[int, list[int]]] = []
    for side, some in ((left, rows), (right, columns)):
        places: dict[int, list[int]] = defaultdict(list)
        for at, number in enumerate(some):
            for word in set(side.ids[slice(*side.paragraphs[number])]):
                places[word].append(at)
        holders.append(places)
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for word, some in holders[0].items():
        others = holders[1].get(word, ())
        if len(some) <= _RARE and len(others) <= _RARE:
            for i in some:
                for j in others:
                    counts[i, j] += 1
    yield from (pair for pair, number in counts.items() if number > 1)
