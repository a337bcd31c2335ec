"""
Passages -> groups: one keeper and its copies, as for blocks.

A group is all passages of a kind whose sources lie in one document and, longest source first, share
at least half of the characters of its first one; the keeper is the smallest stretch that covers
them (specification: Group). Every copy was verified against its part of the keeper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import kernels
from dedup.model import ACROSS, KINDS, PASSAGE, UNITS, WITHIN, Strings
from dedup.stages.groups import finds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.model import Bodies, Finds, Passages


def gather(passages: Passages, bodies: Bodies) -> Finds:
    """Group the passages of each source document; both sorted by it."""
    rows: list[tuple[Any, ...]] = []
    for doc in np.unique(passages.source).tolist():
        mine = passages.slice(*np.searchsorted(passages.source, [doc, doc + 1]).tolist())
        first, past = np.searchsorted(bodies.doc, [doc, doc + 1]).tolist()
        origin = int(bodies.start[first])
        text = "".join(bodies.written.slice(first, past).list())
        for kind, chosen in ((ACROSS, mine.copy != doc), (WITHIN, mine.copy == doc)):
            groups = grouped(mine, np.flatnonzero(chosen).tolist())
            for number, group in enumerate(groups):
                head = (doc, KINDS.index(kind), UNITS.index(PASSAGE), number)
                rows += [
                    (*head, *row) for row in occurrences(mine.take(np.array(group)), text, origin)
                ]
    return finds(rows)


def grouped(passages: Passages, rows: list[int]) -> list[list[int]]:
    """Put passages that share half of the first one's source together, longest source first."""
    start, end = passages.from_start.tolist(), passages.from_end.tolist()
    copy, at = passages.copy.tolist(), passages.start.tolist()
    groups: list[list[int]] = []
    for row in sorted(rows, key=lambda r: (start[r] - end[r], start[r], copy[r], at[r])):
        for group in groups:
            first = group[0]
            shared = min(end[first], end[row]) - max(start[first], start[row])
            if 2 * shared >= end[first] - start[first]:
                group.append(row)
                break
        else:
            groups.append([row])
    return groups


def occurrences(group: Passages, text: str, origin: int) -> Iterator[tuple[Any, ...]]:
    """Write a group as rows of `Finds`: the keeper, then its copies in Order."""
    source = int(group.source[0])
    first, last = int(group.from_start.argmin()), int(group.from_end.argmax())
    start, end = int(group.from_start[first]), int(group.from_end[last])
    place = (group.from_first[first], group.from_last[last])
    lines = (group.from_line[first], group.from_line_end[last])
    written = text[start - origin : end - origin]
    column = Strings.of([written])
    _, _, words = kernels.normalise(column.data, column.offsets)
    keeper = (*place, *lines, start, end)
    lowest = float(group.similarity.min())
    yield (0, source, *place, start, end, *lines, lowest, 0, 0, int(words[0]), keeper, b"", written)
    for row in np.lexsort((group.start, group.copy)).tolist():
        part = tuple(
            int(getattr(group, f"from_{name}")[row])
            for name in ("first", "last", "line", "line_end", "start", "end")
        )
        yield (
            *(1, group.copy[row], group.first[row], group.last[row]),
            *(group.start[row], group.end[row], group.line[row], group.line_end[row]),
            *(group.similarity[row], group.bound[row], 0, 0),
            *(part, b"", group.written.raw(row)),
        )
