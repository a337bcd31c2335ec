"""
The plan -> the stretches that are cut out of each text: a line of the ledger each.

With a paragraph goes the white space up to the next paragraph or code; after the last
paragraph that stays, the white space before it goes instead, so that the end of the text stays as
it is. A document of which nothing stays is not written, and its cuts then cover all of its text.
Code, and what else of Markdown is no prose, is never removed: a document that holds some is always
written.

Of a paragraph that stays, sentences may go (`stretches.py`), by the same rule one level down: the
white space up to the next sentence, after the last that stays that before it.

Documents are laid end to end and cut as columns, many at a time: a step costs a line of the ledger,
not a paragraph. Only where a text holds code is it looked at, alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.cleaning.ledger import PASSAGE, REASONS
from dedup.cleaning.plan import DOCUMENT
from dedup.cleaning.standing import NONE
from dedup.rows import fresh, repeated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dedup.cleaning.plan import Plan
    from dedup.cleaning.standing import Standing
    from dedup.cleaning.stretches import Stretches
    from dedup.formats.interface import Span
    from dedup.model import I64

    Mask = NDArray[np.bool_]

BLOCK = 1 << 16
"""Paragraphs that are cut at a time."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A contiguous removal with one reason and one contiguous keeper: a line of the ledger."""

    start: int
    end: int
    first: int
    """First paragraph, from 0."""
    last: int
    span: Span
    """From the first paragraph to the last one, without white space before and behind."""
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


@dataclass(frozen=True, slots=True)
class Decision:
    """All that decides what is cut out of a corpus."""

    places: Standing
    plan: Plan
    stretches: Stretches
    """Sentences that go from paragraphs that stay otherwise."""
    lengths: I64
    """Code points of each document."""
    rules: Sequence[str]
    """The keep rules that the plan was made with."""
    drop_over: float | None
    """A document of which this share went, and that holds no code, is dropped whole."""
    spared: frozenset[int]
    """Documents that are never dropped: they hold a keeper."""


def cuts_of(
    decision: Decision, first: int, stop: int, code: tuple[Span | None, Sequence[Span]] = (None, ())
) -> Iterator[tuple[int, Cuts]]:
    """
    Give the documents from `first` up to `stop` that lose something, with what is cut out of them.

    `code` are front matter and what else is no prose, where it is one document that holds some.
    """
    plan, places = decision.plan, decision.places
    docs = np.unique(
        np.concatenate(
            [
                doc[slice(*np.searchsorted(doc, [first, stop]).tolist())]
                for doc in (plan.doc, decision.stretches.doc)
            ]
        )
    )
    begins = np.searchsorted(places.doc, docs)
    counts = np.searchsorted(places.doc, docs, "right") - begins
    blocks = np.flatnonzero(np.diff(np.cumsum(counts) // BLOCK)) + 1
    for block in np.split(np.arange(len(docs)), blocks) if len(docs) else ():
        row, no = repeated(counts[block])
        some = places.take(begins[block][row] + no)
        edges = docs[block[0]], docs[block[-1]] + 1
        rows = plan.slice(*np.searchsorted(plan.doc, edges).tolist())
        parts = decision.stretches.slice(*np.searchsorted(decision.stretches.doc, edges).tolist())
        yield from _cut(decision, docs[block], row, some, (rows, parts), code)


def _cut(  # noqa: PLR0913 - some documents, their paragraphs, what goes of them
    decision: Decision,
    docs: I64,
    of: I64,
    places: Standing,
    going: tuple[Plan, Stretches],
    code: tuple[Span | None, Sequence[Span]],
) -> Iterator[tuple[int, Cuts]]:
    """Cut whole documents; `of` numbers them from 0, a paragraph a row."""
    front, fences = code
    rows, parts = going
    lengths = decision.lengths[docs]
    text = _Text.laid(of, places, lengths, [*fences, *([front] if front else [])])
    gone = np.searchsorted(places.doc, rows.doc) + rows.no
    mask = np.zeros(len(places), bool)
    mask[gone] = True
    spans = text.spans(gone, text.last_staying(mask, fences))
    if decision.drop_over is not None and not fences:
        went = np.bincount(of[gone], spans[1] - spans[0], len(docs))
        dropped = (went > 0) & (went / np.maximum(lengths, 1) >= decision.drop_over)
        dropped &= ~np.isin(docs, list(decision.spared))
        mask |= dropped[of]
        gone = np.flatnonzero(mask)
        spans = text.spans(gone, text.last_staying(mask, fences))
    at = np.searchsorted(places.doc, parts.doc) + parts.no
    whole = _whole(parts, at, places)
    if whole.any():
        mask[at[whole]] = True
        gone = np.flatnonzero(mask)
        spans = text.spans(gone, text.last_staying(mask, fences))
    written = np.bincount(of[~mask], minlength=len(docs)) > 0
    if fences:
        written[:] = True
    edge = fresh(of[gone])
    spans[0][edge & ~written[of[gone]]] = text.begins[~written]
    edge = np.append(edge[1:], True)
    spans[1][edge & ~written[of[gone]]] = text.ends[~written]
    found: list[list[Cut]] = [[] for _ in docs]
    own = ~np.isin(gone, at[whole])
    of_rows = gone[own], (spans[0][own], spans[1][own])
    for n, cut in _joined(places, text, *of_rows, rows, decision.rules):
        found[n].append(cut)
    for n, cut in _of_sentences(parts, at, whole, places, (text, gone, spans), decision.rules):
        found[n].append(cut)
    for n in np.unique(of[at]).tolist():
        found[n].sort(key=lambda cut: cut.start)
    for doc, cuts, stays in zip(docs.tolist(), found, written.tolist(), strict=True):
        yield doc, Cuts(tuple(cuts), stays)


@dataclass(frozen=True, slots=True)
class _Text:
    """Documents laid end to end, one place between: offsets rise from one to the next."""

    of: I64
    """The document of a paragraph."""
    starts: I64
    """Of paragraphs."""
    stops: I64
    begins: I64
    """Of documents."""
    ends: I64
    code: I64
    """Starts and ends of what is no paragraph, in two rows."""

    @classmethod
    def laid(cls, of: I64, places: Standing, lengths: I64, code: Sequence[Span]) -> _Text:
        """Lay them end to end; where there is code, there is one document."""
        begins = np.cumsum(lengths + 1) - lengths - 1
        shift = begins[of]
        code_rows = np.array(sorted(code), np.int64).reshape(-1, 2).T
        return cls(
            of, places.start + shift, places.end + shift, begins, begins + lengths, code_rows
        )

    def last_staying(self, gone: Mask, fences: Sequence[Span]) -> I64:
        """Give where the last paragraph that stays begins, or the last code; else the end."""
        last = np.full(len(self.begins), fences[-1][0]) if fences else self.ends.copy()
        stays = np.flatnonzero(~gone)
        final = stays[np.append(fresh(self.of[stays])[1:], True)] if len(stays) else stays
        last[self.of[final]] = self.starts[final]
        return last

    def spans(self, gone: I64, last: I64) -> tuple[I64, I64]:
        """
        Give where the stretch that goes with each of some paragraphs (ascending) starts and ends.

        Before `last` the white space behind it goes too, from there on what stands before it.
        """
        starts, stops, of = self.starts[gone], self.stops[gone], self.of[gone]
        behind = np.minimum(np.append(self.starts[1:], self.ends[-1])[gone], self.ends[of])
        before = np.maximum(np.append(0, self.stops[:-1])[gone], self.begins[of])
        if self.code.size:
            after = np.append(self.code[0], self.ends[-1])
            behind = np.minimum(behind, after[np.searchsorted(self.code[0], stops)])
            up_to = np.append(0, self.code[1])
            before = np.maximum(before, up_to[np.searchsorted(self.code[1], starts, "right")])
        early = starts < last[of]
        return np.where(early, starts, before), np.where(early, behind, stops)


def _whole(parts: Stretches, at: I64, places: Standing) -> Mask:
    """Mark the sentences of paragraphs of which all go; `at` are their rows in `places`."""
    first = fresh(at)
    last = np.append(first[1:], True)[: len(at)]
    joined = np.append(parts.after[:-1] == parts.start[1:], True)[: len(at)]
    reached = np.where(last, parts.end == places.end[at], joined)
    reached &= ~first | (parts.start == places.start[at])
    all_of = np.logical_and.reduceat(reached, np.flatnonzero(first)) if len(at) else first
    whole: Mask = all_of[np.cumsum(first) - 1]
    return whole


def _of_sentences(  # noqa: PLR0913 - sentences, where they stand, and how paragraphs are cut
    parts: Stretches,
    at: I64,
    whole: Mask,
    places: Standing,
    cut: tuple[_Text, I64, tuple[I64, I64]],
    rules: Sequence[str],
) -> Iterator[tuple[int, Cut]]:
    """Cut sentences, each run with the white space on one of its sides."""
    text, gone, spans = cut
    row = np.minimum(np.searchsorted(gone, at), max(len(gone) - 1, 0))
    shift = text.begins[text.of[at]]
    starts, ends = parts.start.copy(), parts.end.copy()
    tail = False
    for n in reversed(range(len(parts))):
        end_of_all = n + 1 == len(parts) or at[n + 1] != at[n]
        if whole[n]:
            starts[n] = spans[0][row[n]] - shift[n] if n == 0 or at[n - 1] != at[n] else starts[n]
            ends[n] = spans[1][row[n]] - shift[n] if end_of_all else starts[n + 1]
            continue
        reached = parts.end[n] == places.end[at[n]]
        tail = reached if end_of_all else tail and parts.after[n] == parts.start[n + 1]
        starts[n], ends[n] = (
            (parts.before[n], parts.end[n]) if tail else (parts.start[n], parts.after[n])
        )
    columns = (
        *(text.of[at], starts, ends, parts.no, parts.start, parts.end),
        *(parts.keeper, parts.keeper_start, parts.keeper_end, parts.similarity, parts.rule),
    )
    for n, start, end, no, first, last, keeper, of, to, near, rule in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        place = keeper, of, to
        yield n, Cut(start, end, no, no, (first, last), PASSAGE, place, near, rules[rule])


def _joined(  # noqa: PLR0913 - columns
    places: Standing,
    text: _Text,
    gone: I64,
    spans: tuple[I64, I64],
    rows: Plan,
    rules: Sequence[str],
) -> Iterator[tuple[int, Cut]]:
    """Join removals that touch, go for one reason, and whose keepers are neighbours too."""
    if not len(gone):
        return
    at = np.searchsorted(gone, np.searchsorted(places.doc, rows.doc) + rows.no)
    row = np.full(len(gone), NONE)
    row[at] = np.arange(len(rows))
    reason, keeper, keeper_no = (np.full(len(gone), fill) for fill in (DOCUMENT, NONE, NONE))
    reason[at], keeper[at], keeper_no[at] = rows.reason, rows.keeper, rows.keeper_no
    awaited = np.where(keeper == NONE, NONE, keeper_no + 1)
    follows = (gone[1:] == gone[:-1] + 1) & (spans[0][1:] == spans[1][:-1])
    follows &= (reason[1:] == reason[:-1]) & (keeper[1:] == keeper[:-1])
    follows &= (keeper_no[1:] == awaited[:-1]) | (reason[1:] == DOCUMENT)
    first = np.flatnonzero(np.append(True, ~follows))
    last = np.append(first[1:], len(gone)) - 1
    of = text.of[gone[first]]
    shift = text.begins[of]
    similarity = np.full(len(gone), np.nan)
    similarity[at] = rows.similarity
    columns = (
        of,
        spans[0][first] - shift,
        spans[1][last] - shift,
        places.no[gone[first]],
        places.no[gone[last]],
        places.start[gone[first]],
        places.end[gone[last]],
        reason[first],
        keeper[first],
        row[first],
        row[last],
        np.minimum.reduceat(similarity, first),
    )
    for n, start, end, a, b, begin, stop, why, kept, one, other, near in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        cut = start, end, a, b, (begin, stop), REASONS[why]
        if kept == NONE:
            yield n, Cut(*cut)
        else:
            place = kept, int(rows.keeper_start[one]), int(rows.keeper_end[other])
            yield n, Cut(*cut, place, near, rules[rows.rule[one]])
