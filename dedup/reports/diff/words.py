"""
Two stretches of tokens -> those that they have in common, in order, as a reader would see them.

The longest common subsequence of the tokens that are free on either side. Shared words that only
stand between changes, fewer than what changes, are left to the change: a reader wants one replaced
phrase, not five.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import LCSseq

from dedup.reports.diff.sides import Stretch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.reports.diff.sides import Side, Taken

_MOST = 200_000_000
"""Cells of the table that the comparison may take: bits, so 25 MB."""
_FEW = 3
"""So many shared words between two changes are no coincidence."""


class _Step(NamedTuple):
    """Tokens `i..i_end` of one row against `j..j_end` of the other."""

    same: int
    """1 where they are the same."""
    i: int
    i_end: int
    j: int
    j_end: int

    @property
    def size(self) -> int:
        """The tokens of the longer side."""
        return max(self.i_end - self.i, self.j_end - self.j)


def common(
    left: Side,
    right: Side,
    stretch_a: tuple[int, int],
    stretch_b: tuple[int, int],
    taken: Taken,
) -> Iterator[Stretch]:
    """Yield the equal tokens of two stretches, of those that are not taken, token by token."""
    a = [at for at in range(*stretch_a) if taken.a[at] < 0]
    b = [at for at in range(*stretch_b) if taken.b[at] < 0]
    ids_a, ids_b = [left.ids[at] for at in a], [right.ids[at] for at in b]
    weights = [left.weights[at] for at in a]
    for step in joined_words(steps(ids_a, ids_b), weights):
        if step.same:
            for i, j in zip(range(step.i, step.i_end), range(step.j, step.j_end), strict=True):
                yield Stretch(a[i], b[j], 1)


def steps(a: Sequence[int], b: Sequence[int]) -> list[_Step]:
    """Find the longest common subsequence; of equal beginnings and ends without a table."""
    head = _equal(a, b)
    tail = _equal(a[head:][::-1], b[head:][::-1])
    i_end, j_end = len(a) - tail, len(b) - tail
    out = [_Step(1, 0, head, 0, head)] if head else []
    one, two = a[head:i_end], b[head:j_end]
    if one and two and len(one) * len(two) <= _MOST:
        for op in LCSseq.opcodes(one, two):
            ends = (op.src_start, op.src_end, op.dest_start, op.dest_end)
            out.append(_Step(int(op.tag == "equal"), *(head + end for end in ends)))
    elif one or two:
        out.append(_Step(0, head, i_end, head, j_end))
    if tail:
        out.append(_Step(1, i_end, len(a), j_end, len(b)))
    return out


def _equal(a: Sequence[int], b: Sequence[int]) -> int:
    """Count the tokens that are equal from the beginning."""
    for number, (one, two) in enumerate(zip(a, b, strict=False)):
        if one != two:
            return number
    return min(len(a), len(b))


def joined_words(found: Sequence[_Step], weights: Sequence[int]) -> list[_Step]:
    """Put neighbours of one sort together, and few shared words between changes to the change."""
    merged: list[_Step] = []
    for step in found:
        merged.append(step)
        while _collapses(merged, weights):
            pass
    return merged


def _collapses(found: list[_Step], weights: Sequence[int]) -> bool:
    """Put the last steps together if they belong together; tell whether they did."""
    if len(found) > 1 and found[-1].same == found[-2].same:
        last, before = found.pop(), found.pop()
        found.append(_Step(last.same, before.i, last.i_end, before.j, last.j_end))
        return True
    if len(found) > 2 and found[-2].same and not found[-1].same:
        before, same, after = found[-3:]
        whole = _Step(0, before.i, after.i_end, before.j, after.j_end)
        replaced = whole.i_end - whole.i > same.size and whole.j_end - whole.j > same.size
        shared = sum(weight > 0 for weight in weights[same.i : same.i_end])
        if replaced and shared < min(_FEW, before.size, after.size):
            found[-3:] = [whole]
            return True
    return False
