"""Where the paragraphs of documents lie: what stretches of them hold, in paragraphs and shares."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedup.rows import fresh
from dedup.text.spans import united

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.group import Occurrence, Part
    from dedup.model import Extents
    from dedup.text.lines import Span


class ParagraphOffsets:
    """Where the paragraphs of documents lie; a class because it finds them by document."""

    def __init__(self, extents: Extents) -> None:
        self.doc, self.start, self.end = extents.doc, extents.start, extents.end
        self._before = np.concatenate([[0], np.cumsum(self.end - self.start)])
        """Characters of the paragraphs before each one."""
        firsts = np.flatnonzero(fresh(self.doc)).tolist()
        docs = self.doc[firsts].tolist()
        self._rows = dict(zip(docs, pairwise([*firsts, len(self.doc)]), strict=True))

    def paired(self, doc: int, place: Occurrence | Part, numbers: Iterable[int]) -> list[Span]:
        """Return what counts of a place: its paired paragraphs, counted from 1; else all of it."""
        first = self._rows[doc][0] - 1
        inside = sorted(set(numbers))
        # Most often they follow one another.
        if inside and inside[-1] - inside[0] == len(inside) - 1:
            return [(int(self.start[first + inside[0]]), int(self.end[first + inside[-1]]))]
        breaks = [at for at in range(1, len(inside)) if inside[at] != inside[at - 1] + 1]
        runs = [(inside[a], inside[b - 1]) for a, b in pairwise([0, *breaks, len(inside)]) if b]
        return [
            (int(self.start[first + low]), int(self.end[first + high])) for low, high in runs
        ] or [(place.start, place.end)]

    def paragraphs(self, doc: int, spans: list[Span]) -> int:
        """Count the paragraphs that begin in any of these stretches."""
        rows = self._rows[doc]
        return sum(
            bisect_left(self.start, end, *rows) - bisect_left(self.start, start, *rows)
            for start, end in united(spans)
        )

    def share(self, doc: int, spans: list[Span]) -> float:
        """Return the share of the characters of all paragraphs that lie in these stretches."""
        if not spans:
            return 0.0
        first, past = self._rows[doc]
        covered = sum(
            self._before_edge(end, first, past) - self._before_edge(start, first, past)
            for start, end in united(spans)
        )
        return round(covered / max(1, int(self._before[past] - self._before[first])), 4)

    def _before_edge(self, edge: int, first: int, past: int) -> int:
        """Count the characters of all paragraphs before an offset."""
        row = bisect_left(self.start, edge, first, past)
        # Of the last paragraph that begins before an edge, what lies behind it does not count.
        over = int(self.end[row - 1]) - edge if row > first else 0
        return int(self._before[row]) - max(over, 0)


def length(spans: list[Span]) -> int:
    """Count the characters of disjoint stretches."""
    return sum(end - start for start, end in spans)
