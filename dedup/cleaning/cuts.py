"""
One document and the rows of the plan for it -> the stretches of its text that are cut out.

With a paragraph goes the white space up to the next paragraph or fenced code; after the last
paragraph that stays, the white space before it goes instead, so that the end of the text stays as
it is. A document of which nothing stays is not written, and its cuts then cover all of its text.
Fenced code is never removed: a document that holds some is always written.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.cleaning.ledger import REASONS
from dedup.cleaning.plan import DOCUMENT, NONE
from dedup.stages import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.cleaning.plan import Plan
    from dedup.formats.interface import Span


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
    gone = rows.no.tolist()
    front, fences = segment.code(text) if markdown else (None, [])
    spans = spans_of(text, paragraphs, gone, front, fences)
    went = sum(end - start for start, end in spans)
    dropped = drop_over is not None and went > 0 and went / len(text) >= drop_over and not fences
    if dropped:
        gone = list(range(len(paragraphs)))
        spans = spans_of(text, paragraphs, gone, front, fences)
    written = len(gone) < len(paragraphs) or bool(fences)
    if spans and not written:
        spans[0] = 0, spans[0][1]
        spans[-1] = spans[-1][0], len(text)
    return Cuts(tuple(_joined(spans, gone, rows, rules)), written)


def spans_of(
    text: str,
    paragraphs: Sequence[Span],
    gone: Sequence[int],
    front: Span | None,
    fences: Sequence[Span],
) -> list[Span]:
    """Give the stretch that goes with each paragraph of `gone` (ascending)."""
    going = set(gone)
    stays = [paragraphs[n][0] for n in range(len(paragraphs)) if n not in going]
    last = max(stays or [start for start, _ in fences], default=len(text))
    code = fences if front is None else [front, *fences]
    code_starts, code_ends = [a for a, _ in code], [b for _, b in code]
    spans = []
    for number in gone:
        start, end = paragraphs[number]
        if start < last:
            following = paragraphs[number + 1][0] if number + 1 < len(paragraphs) else len(text)
            block = bisect_left(code_starts, end)
            end = min((following, *code_starts[block : block + 1]))
        else:
            before = paragraphs[number - 1][1] if number else 0
            block = bisect_right(code_ends, start)
            start = max((before, *code_ends[max(0, block - 1) : block]))
        spans.append((start, end))
    return spans


def _joined(
    spans: Sequence[Span], gone: Sequence[int], rows: Plan, rules: Sequence[str]
) -> list[Cut]:
    """Join removals that touch, go for one reason, and whose keepers are neighbours too."""
    planned = dict(zip(rows.no.tolist(), _rows(rows, rules), strict=True))
    out: list[Cut] = []
    awaited = (NONE, NONE)
    for (start, end), number in zip(spans, gone, strict=True):
        reason, keeper_no, rest = planned.get(number, (REASONS[DOCUMENT], NONE, ()))
        cut = Cut(start, end, number, number, reason, *rest)
        keeper = (cut.keeper[0] if cut.keeper else NONE), keeper_no
        if (
            out
            and out[-1].last + 1 == number
            and out[-1].end == start
            and out[-1].reason == reason
            and awaited == keeper
        ):
            out[-1] = _together(out[-1], cut)
        else:
            out.append(cut)
        awaited = (keeper[0], keeper_no + 1) if cut.keeper else keeper
    return out


def _rows(
    rows: Plan, rules: Sequence[str]
) -> Iterator[tuple[str, int, tuple[()] | tuple[tuple[int, int, int], float, str]]]:
    """Give reason, number of the keeper, and what a `Cut` says of it, row by row."""
    for reason, of, no, start, end, similarity, rule in zip(
        rows.reason.tolist(),
        rows.keeper.tolist(),
        rows.keeper_no.tolist(),
        rows.keeper_start.tolist(),
        rows.keeper_end.tolist(),
        rows.similarity.tolist(),
        rows.rule.tolist(),
        strict=True,
    ):
        rest = () if of == NONE else ((of, start, end), similarity, rules[rule])
        yield REASONS[reason], no, rest


def _together(a: Cut, b: Cut) -> Cut:
    """Make one cut of two."""
    if a.keeper is None or b.keeper is None or a.similarity is None or b.similarity is None:
        return Cut(a.start, b.end, a.first, b.last, a.reason)
    keeper = a.keeper[0], a.keeper[1], b.keeper[2]
    lowest = min(a.similarity, b.similarity)
    return Cut(a.start, b.end, a.first, b.last, a.reason, keeper, lowest, a.rule)
