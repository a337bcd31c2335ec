"""
One document and the rows of the plan for it -> the stretches of its text that are cut out.

With a paragraph goes the white space up to the next paragraph or fenced code; after the last
paragraph that stays, the white space before it goes instead, so that the end of the text stays as
it is. A document of which nothing stays is not written, and its cuts then cover all of its text.
Fenced code is never removed: a document that holds some is always written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dedup.cleaning.ledger import REASONS
from dedup.cleaning.plan import DOCUMENT, NONE
from dedup.stages import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.cleaning.plan import Plan
    from dedup.formats.interface import Span
    from dedup.model import I32, I64


@dataclass(frozen=True, slots=True)
class Cut:
    """A contiguous removal with one reason and one contiguous keeper: a line of the ledger."""

    start: int
    end: int
    first: int
    """First paragraph, from 0."""
    last: int
    reason: str
    keeper: tuple[int, int, int] | None = None
    """Its document, and where it starts and ends there."""
    similarity: float | None = None
    """The lowest of its paragraphs to their keepers."""
    rule: str | None = None
    """The keep rule that ranked the keeper first."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """What becomes of one document."""

    cuts: tuple[Cut, ...]
    written: bool

    @property
    def characters(self) -> int:
        """Count the code points that go."""
        return sum(cut.end - cut.start for cut in self.cuts)


def cuts_of(  # noqa: PLR0913 - a document, its rows, and how it was planned
    text: str,
    paragraphs: Sequence[Span],
    rows: Plan,
    rules: Sequence[str],
    *,
    markdown: bool = False,
    drop_over: float | None = None,
) -> Cuts:
    """
    Find what is cut out of a text; `rules` are the keep rules that the plan was made with.

    A text without fenced code of which the share `drop_over` went is dropped whole. It is `None`
    for a document that holds a keeper.
    """
    front, fences = segment.code(text) if markdown else (None, [])
    code = fences if front is None else [front, *fences]
    edges = np.array(paragraphs, np.int64).reshape(-1, 2)
    spans = _spans(edges, rows.no, code, len(text), _last_stays(edges, rows.no, fences, text))
    went = int((spans[:, 1] - spans[:, 0]).sum())
    dropped = drop_over is not None and went > 0 and went / len(text) >= drop_over and not fences
    gone = np.arange(len(edges)) if dropped else rows.no
    written = len(gone) < len(edges) or bool(fences)
    if dropped:
        spans = _spans(edges, gone, code, len(text), len(text))
    if len(spans) and not written:
        spans[0, 0], spans[-1, 1] = 0, len(text)
    return Cuts(tuple(_joined(spans, gone, rows, rules)), written)


def _last_stays(edges: I64, gone: I32, fences: Sequence[Span], text: str) -> int:
    """Give where the last paragraph that stays begins, or the last code; else the text's end."""
    stays = np.ones(len(edges), bool)
    stays[gone] = False
    last = np.flatnonzero(stays)[-1:].tolist()
    if last:
        return int(edges[last[0], 0])
    return fences[-1][0] if fences else len(text)


def _spans(edges: I64, gone: NDArray[np.integer], code: Sequence[Span], end: int, last: int) -> I64:
    """
    Give the stretch that goes with each paragraph of `gone` (ascending): start and end.

    Before `last` the white space behind a paragraph goes too, from there on what stands before it.
    """
    starts, ends = edges[:, 0], edges[:, 1]
    behind = np.append(starts[1:], end)[gone]
    before = np.append(0, ends[:-1])[gone]
    if code:
        code_starts, code_ends = np.array(code, np.int64).T
        after = np.append(code_starts, end)[np.searchsorted(code_starts, ends[gone])]
        behind = np.minimum(behind, after)
        up_to = np.append(0, code_ends)[np.searchsorted(code_ends, starts[gone], "right")]
        before = np.maximum(before, up_to)
    early = starts[gone] < last
    return np.stack(
        [np.where(early, starts[gone], before), np.where(early, behind, ends[gone])], axis=1
    )


def _joined(
    spans: I64, gone: NDArray[np.integer], rows: Plan, rules: Sequence[str]
) -> Iterator[Cut]:
    """Join removals that touch, go for one reason, and whose keepers are neighbours too."""
    if not len(gone):
        return
    reason, keeper, keeper_no = (np.full(len(gone), fill) for fill in (DOCUMENT, NONE, NONE))
    at = np.searchsorted(gone, rows.no)
    reason[at], keeper[at], keeper_no[at] = rows.reason, rows.keeper, rows.keeper_no
    awaited = np.where(keeper == NONE, NONE, keeper_no + 1)
    follows = (gone[1:] == gone[:-1] + 1) & (spans[1:, 0] == spans[:-1, 1])
    follows &= (reason[1:] == reason[:-1]) & (keeper[1:] == keeper[:-1])
    follows &= keeper_no[1:] == awaited[:-1]
    firsts = np.flatnonzero(np.append(True, ~follows))
    row = np.searchsorted(rows.no, gone[firsts]).tolist()
    lasts = np.append(firsts[1:], len(gone)) - 1
    for first, last, n in zip(firsts.tolist(), lasts.tolist(), row, strict=True):
        cut = Cut(
            int(spans[first, 0]),
            int(spans[last, 1]),
            int(gone[first]),
            int(gone[last]),
            REASONS[reason[first]],
        )
        if keeper[first] == NONE:
            yield cut
            continue
        stop = n + last - first
        yield replace(
            cut,
            keeper=(int(keeper[first]), int(rows.keeper_start[n]), int(rows.keeper_end[stop])),
            similarity=float(rows.similarity[n : stop + 1].min()),
            rule=rules[rows.rule[n]],
        )
