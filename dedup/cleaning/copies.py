"""Which group of the report has a copy that covers a stretch: what a line of the ledger names."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from dedup.model import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats import Span
    from dedup.model import I8, I64, Copied

Rows: TypeAlias = "tuple[I8, I64, I64, I64]"
"""Copies in columns: kind, start, end, and their group's place in the report."""
Row = tuple[int, int, int]
"""A copy: start, end, its group's place in the report."""


class Copies:
    """
    The copies of a report; a class because those of a document are laid out when it is asked for.

    They are asked for document by document.
    """

    def __init__(self, ids: Sequence[str], docs: I64, rows: Rows) -> None:
        """Take the ids in the order of the report, and the copies sorted by `doc`, `start`."""
        self._ids, self._docs, self._rows = ids, docs, rows
        self._doc = -1
        self._here: dict[str, tuple[list[Row], list[int]]] = {}
        """Of this document by kind: its copies, and how far those up to each one reach."""

    @classmethod
    def of(cls, ids: Sequence[str], copied: Copied) -> Copies:
        """Take the copies of a report."""
        return cls(ids, copied.doc, (copied.kind, copied.start, copied.end, copied.group))

    def share(self, first: int, stop: int) -> Copies:
        """Give those of some documents, numbered from 0."""
        rows = slice(*np.searchsorted(self._docs, (first, stop)).tolist())
        kind, start, end, group = self._rows
        groups, own = np.unique(group[rows], return_inverse=True)
        ids = [self._ids[number] for number in groups.tolist()]
        columns = kind[rows], start[rows], end[rows], own.astype(np.int64)
        return Copies(ids, self._docs[rows] - first, columns)

    def group(self, doc: int, span: Span, kind: str) -> str | None:
        """Give the id of the first group that covers a stretch, one of this kind if any does."""
        if doc != self._doc:
            self._doc, self._here = doc, self._of(doc)
        own = min(self._covering(kind, span), default=None)
        if own is None:
            others = (number for of in self._here for number in self._covering(of, span))
            own = min(others, default=None)
        return None if own is None else self._ids[own]

    def _of(self, doc: int) -> dict[str, tuple[list[Row], list[int]]]:
        first, past = np.searchsorted(self._docs, (doc, doc + 1)).tolist()
        rows: dict[str, list[Row]] = {}
        here = [column[first:past].tolist() for column in self._rows]
        for kind, *row in zip(*here, strict=True):
            rows.setdefault(KINDS[kind], []).append((row[0], row[1], row[2]))
        return {
            kind: (some, [*accumulate((end for _, end, _ in some), max)])
            for kind, some in rows.items()
        }

    def _covering(self, kind: str, span: Span) -> Iterator[int]:
        rows, furthest = self._here.get(kind, ([], []))
        row = bisect_right(rows, span[0], key=lambda copy: copy[0]) - 1
        while row >= 0 and furthest[row] >= span[1]:
            _, end, number = rows[row]
            if end >= span[1]:
                yield number
            row -= 1
