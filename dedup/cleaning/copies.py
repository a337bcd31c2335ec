"""Which group of the report has a copy that covers a stretch: what a line of the ledger names."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.formats import Span
    from dedup.report import Group

Place = tuple[str, str | None, str]
"""Path and record of a document, and a kind."""


class Copies:
    """Copies by document and kind; a class because they are sorted once and asked for often."""

    def __init__(self, groups: Iterable[Group]) -> None:
        found: dict[Place, list[tuple[int, int, int, str]]] = {}
        for number, group in enumerate(groups):
            for copy in group.copies:
                here = found.setdefault((copy.document, copy.record, group.kind), [])
                here.append((copy.start, copy.end, number, group.id))
        self._rows = {place: sorted(rows) for place, rows in found.items()}
        self._furthest = {
            place: [*accumulate((end for _, end, *_ in rows), max)]
            for place, rows in self._rows.items()
        }
        """How far the copies up to each one reach."""
        self._kinds = sorted({kind for *_, kind in found})
        self._names = {(document, record) for document, record, _ in found}

    def group(self, name: tuple[str, str | None], span: Span, kind: str) -> str | None:
        """Give the id of the first group that covers a stretch, one of this kind if any does."""
        if name not in self._names:
            return None
        own = min(self._covering((*name, kind), span), default=None)
        if own is None:
            others = (other for other in self._kinds if other != kind)
            own = min(
                (one for k in others for one in self._covering((*name, k), span)), default=None
            )
        return own and own[1]

    def _covering(self, place: Place, span: Span) -> Iterator[tuple[int, str]]:
        rows = self._rows.get(place, [])
        furthest = self._furthest.get(place, [])
        row = bisect_right(rows, span[0], key=lambda copy: copy[0]) - 1
        while row >= 0 and furthest[row] >= span[1]:
            _, end, number, group = rows[row]
            if end >= span[1]:
                yield number, group
            row -= 1
