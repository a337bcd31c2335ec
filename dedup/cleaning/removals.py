"""
The plan -> what is cut out of each text: a line of the ledger each.

With a paragraph goes the white space up to the next paragraph or code; after the last
paragraph that stays, the white space before it goes instead, so that the end of the text stays as
it is. A document of which nothing stays is not written, and its removals cover all of its text.
Code, and what else of Markdown is no prose, is never removed: a document that holds some is always
written.

Of a paragraph that stays, sentences may go (`passages.py`), by the same rule one level down: the
white space up to the next sentence, after the last that stays that before it.

Documents are laid end to end and cut as columns, many at a time: a step costs a line of the ledger,
not a paragraph.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.cleaning.ledger import PASSAGE, REASONS
from dedup.cleaning.plan import DOCUMENT
from dedup.cleaning.tables import (
    NONE,
    ParagraphTable,
    Plan,
    Removals,
    Sentences,
    of_documents,
)
from dedup.model import CODE, KINDS, TABLE, Copied, MarkdownBlocks
from dedup.rows import fresh, repeated, spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.cleaning.detection import Detection
    from dedup.cleaning.policy import Policy
    from dedup.formats import Source
    from dedup.formats.interface import Span
    from dedup.model import I8, I64, Facts
    from dedup.settings import Settings

    Mask = NDArray[np.bool_]
    Edges = tuple[I64, I64]
    """Where stretches start and end."""


BLOCK = 1 << 16
"""Paragraphs that are cut at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What goes of a corpus, and what whoever writes it needs to know of the rest."""

    settings: Settings
    policy: Policy
    facts: Facts
    paragraphs: ParagraphTable
    blocks: MarkdownBlocks
    groups: Sequence[str]
    """The ids of the report's groups, in its order."""
    copied: Copied
    """The report's copies."""
    labels: list[str | None] | None
    """The source of each document, where a field names it."""
    notes_modes: bool
    """Some documents are cut into paragraphs otherwise than `auto` would."""
    documents: dict[str, Span]
    """First of the documents of a file, and last + 1."""
    plan: Plan
    sentences: Sentences
    """What goes besides whole paragraphs."""
    spared: I64
    """Documents that are not dropped whole: they hold a keeper, or their owner wants them."""
    removals: Removals
    """What comes of plan and sentences, line by line."""

    @classmethod
    def of(  # noqa: PLR0913 - what is known before anything is decided
        cls,
        found: Detection,
        plan: Plan,
        settings: Settings,
        policy: Policy,
        labels: list[str | None] | None = None,
        *,
        notes_modes: bool = False,
    ) -> Decision:
        """Return what a plan makes go; `labels` and `notes_modes` are as the fields."""
        path = found.facts.path
        edges = np.flatnonzero(fresh(*kernels.digest(path.data, path.offsets)))
        files = {path[first]: (first, stop) for first, stop in spans(edges, len(path))}
        spared = np.unique(plan.keeper[plan.keeper != NONE])
        decision = cls(
            settings,
            policy,
            found.facts,
            found.paragraphs,
            found.blocks,
            found.groups,
            found.copied,
            labels,
            notes_modes,
            files,
            plan,
            Sentences.empty(),
            spared,
            Removals.empty(),
        )
        return replace(decision, removals=removals_of(decision))

    def with_parts(self, plan: Plan, sentences: Sentences, spared: I64) -> Decision:
        """Return what another plan and other sentences make go; `spared` are spared as well."""
        spared = np.union1d(self.spared, spared)
        one = replace(self, plan=plan, sentences=sentences, spared=spared)
        return replace(one, removals=removals_of(one))

    def touches(self, source: Source) -> bool:
        """Tell whether something goes from a file."""
        first, stop = self.documents.get(source.path, (0, 0))
        return len(of_documents(self.removals, first, stop)) > 0


def removals_of(decision: Decision) -> Removals:
    """Return what goes, a row a line of the ledger."""
    plan, sentences, places = decision.plan, decision.sentences, decision.paragraphs
    docs = np.union1d(plan.doc, sentences.doc)
    begins = np.searchsorted(places.doc, docs)
    counts = np.searchsorted(places.doc, docs, "right") - begins
    edges = np.flatnonzero(np.diff(np.cumsum(counts) // BLOCK)) + 1
    found: list[Removals] = []
    for some in np.split(np.arange(len(docs)), edges) if len(docs) else ():
        row, no = repeated(counts[some])
        found.append(_cut(decision, docs[some], row, places.take(begins[some][row] + no)))
    every = Removals.concat(found)

    # Which group of the report covers each, without the white space that goes with it.
    at = np.searchsorted(places.doc, every.doc)
    start, end = (
        column[at + no].astype(np.int64)
        for column, no in ((places.start, every.first), (places.end, every.last))
    )
    passages = every.reason == REASONS.index(PASSAGE)
    start[passages], end[passages] = sentences.start, sentences.end
    return replace(
        every, group=covering_groups(decision.copied, every.doc, start, end, every.reason)
    )


def _cut(decision: Decision, docs: I64, of: I64, places: ParagraphTable) -> Removals:
    """Cut some documents, sorted; `of` numbers them from 0, a paragraph a row of `places`."""
    first, stop = int(docs[0]), int(docs[-1]) + 1
    plan = of_documents(decision.plan, first, stop)
    sentences = of_documents(decision.sentences, first, stop)
    blocks = of_documents(decision.blocks, first, stop)
    laid = _Laid.end_to_end(docs, of, places, decision.facts.characters[docs], blocks)

    # The paragraphs of the plan, and all of a document of which they are enough.
    mask = np.zeros(len(places), bool)
    mask[np.searchsorted(places.doc, plan.doc) + plan.no] = True
    least = decision.policy.drop_document_over
    if least is not None:
        gone = np.flatnonzero(mask)
        starts, ends = laid.stretches(mask)
        went = np.bincount(of[gone], ends - starts, len(docs))
        dropped = (went > 0) & (went / np.maximum(laid.ends - laid.begins, 1) >= least)
        dropped &= ~(laid.has_code | np.isin(docs, decision.spared))
        mask |= dropped[of]

    # Those of which all sentences go: what is cut out is as of a paragraph, who keeps it is not.
    at = np.searchsorted(places.doc, sentences.doc) + sentences.no
    whole = _whole(sentences, at, places)
    mask[at[whole]] = True
    gone = np.flatnonzero(mask)
    starts, ends = laid.stretches(mask)

    # Of a document of which nothing stays all goes, from its first character to its last.
    empty = (np.bincount(of[~mask], minlength=len(docs)) == 0) & ~laid.has_code
    edge = fresh(of[gone])
    starts[edge & empty[of[gone]]] = laid.begins[empty]
    edge = np.append(edge[1:], True)
    ends[edge & empty[of[gone]]] = laid.ends[empty]

    own = ~np.isin(gone, at[whole])
    stretches = gone[own], starts[own], ends[own]
    paragraphs = _of_paragraphs(places, laid, stretches, plan)
    others = _of_sentences(sentences, at, whole, places, laid, (gone, starts, ends))
    every = Removals.concat([paragraphs, others])
    return every.take(np.lexsort([every.start, every.doc])) if len(others) else every


@dataclass(frozen=True, slots=True)
class _Laid:
    """Documents laid end to end, one place between: offsets rise from one to the next."""

    of: I64
    """The document of a paragraph."""
    starts: I64
    """Of paragraphs."""
    stops: I64
    begins: I64
    """Of documents."""
    ends: I64
    code: Edges
    """Where what is no paragraph starts and ends."""
    last: I64
    """Where the last code of each document starts, else where the document ends."""

    @classmethod
    def end_to_end(
        cls, docs: I64, of: I64, places: ParagraphTable, lengths: I64, blocks: MarkdownBlocks
    ) -> _Laid:
        """Lay documents end to end, with their paragraphs and Markdown blocks."""
        begins = np.cumsum(lengths + 1) - lengths - 1
        blocks = blocks.take(np.isin(blocks.doc, docs) & (blocks.kind != TABLE))
        own = np.searchsorted(docs, blocks.doc)
        starts, stops = blocks.start + begins[own], blocks.end + begins[own]
        last = begins + lengths
        code = blocks.kind == CODE
        last[own[code]] = starts[code]
        order = np.argsort(starts)
        return cls(
            of,
            places.start + begins[of],
            places.end + begins[of],
            begins,
            begins + lengths,
            (starts[order], stops[order]),
            last,
        )

    @property
    def has_code(self) -> Mask:
        """The documents that hold code."""
        has: Mask = self.last < self.ends
        return has

    def stretches(self, gone: Mask) -> Edges:
        """
        Return where the stretch that goes with each of some paragraphs starts and ends.

        Before the last paragraph that stays, or the last code, the white space behind it goes too,
        from there on what stands before it.
        """
        last = self.last.copy()
        stays = np.flatnonzero(~gone)
        final = stays[np.append(fresh(self.of[stays])[1:], True)] if len(stays) else stays
        last[self.of[final]] = self.starts[final]
        rows = np.flatnonzero(gone)
        starts, stops, of = self.starts[rows], self.stops[rows], self.of[rows]
        behind = np.minimum(np.append(self.starts[1:], self.ends[-1])[rows], self.ends[of])
        before = np.maximum(np.append(0, self.stops[:-1])[rows], self.begins[of])

        # Nor does it reach over code.
        first, past = self.code
        after, up_to = np.append(first, self.ends[-1]), np.append(0, past)
        behind = np.minimum(behind, after[np.searchsorted(first, stops)])
        before = np.maximum(before, up_to[np.searchsorted(first, starts, "right")])
        early = starts < last[of]
        return np.where(early, starts, before), np.where(early, behind, stops)


def _whole(sentences: Sentences, at: I64, places: ParagraphTable) -> Mask:
    """Mark the sentences of paragraphs of which all go; `at` are their rows in `places`."""
    first = fresh(at)
    last = np.append(first[1:], True)[: len(at)]
    joined = np.append(sentences.after[:-1] == sentences.start[1:], True)[: len(at)]
    reached = np.where(last, sentences.end == places.end[at], joined)
    reached &= ~first | (sentences.start == places.start[at])
    all_of = np.logical_and.reduceat(reached, np.flatnonzero(first)) if len(at) else first
    whole: Mask = all_of[np.cumsum(first) - 1]
    return whole


def _of_sentences(  # noqa: PLR0913 - sentences, where they stand, and how paragraphs are cut
    sentences: Sentences,
    at: I64,
    whole: Mask,
    places: ParagraphTable,
    laid: _Laid,
    stretches: tuple[I64, I64, I64],
) -> Removals:
    """Return a row for each run of sentences, with the white space on one of its sides."""
    gone, begin, finish = stretches
    row = np.minimum(np.searchsorted(gone, at), max(len(gone) - 1, 0))
    shift = laid.begins[laid.of[at]]
    starts, ends = sentences.start.copy(), sentences.end.copy()
    tail = False
    for n in reversed(range(len(sentences))):
        end_of_all = n + 1 == len(sentences) or at[n + 1] != at[n]
        # Of a paragraph that goes whole: as far as the paragraph is cut, or up to the next run.
        if whole[n]:
            starts[n] = begin[row[n]] - shift[n] if n == 0 or at[n - 1] != at[n] else starts[n]
            ends[n] = finish[row[n]] - shift[n] if end_of_all else starts[n + 1]
            continue
        # Of one that stays: at its end what stands before goes too, elsewhere what stands behind.
        reached = sentences.end[n] == places.end[at[n]]
        tail = reached if end_of_all else tail and sentences.after[n] == sentences.start[n + 1]
        starts[n], ends[n] = (
            (sentences.before[n], sentences.end[n])
            if tail
            else (sentences.start[n], sentences.after[n])
        )
    return Removals.filled(
        len(sentences),
        doc=sentences.doc,
        start=starts,
        end=ends,
        first=sentences.no,
        last=sentences.no,
        reason=REASONS.index(PASSAGE),
        keeper=sentences.keeper,
        keeper_start=sentences.keeper_start,
        keeper_end=sentences.keeper_end,
        similarity=sentences.similarity,
        rule=sentences.rule,
        group=NONE,
    )


def _of_paragraphs(
    places: ParagraphTable,
    laid: _Laid,
    stretches: tuple[I64, I64, I64],
    plan: Plan,
) -> Removals:
    """Join removals that touch, go for one reason, and whose keepers are neighbours too."""
    gone, starts, ends = stretches
    if not len(gone):
        return Removals.empty()

    # What the plan says of each; one that it does not name goes with its document.
    at = np.searchsorted(gone, np.searchsorted(places.doc, plan.doc) + plan.no)
    row = np.full(len(gone), NONE)
    row[at] = np.arange(len(plan))
    reason, keeper, keeper_no = (np.full(len(gone), fill) for fill in (DOCUMENT, NONE, NONE))
    reason[at], keeper[at], keeper_no[at] = plan.reason, plan.keeper, plan.keeper_no
    similarity = np.full(len(gone), np.nan)
    similarity[at] = plan.similarity

    # Which of them goes on where the one before it ends.
    awaited = np.where(keeper == NONE, NONE, keeper_no + 1)
    follows = (gone[1:] == gone[:-1] + 1) & (starts[1:] == ends[:-1])
    follows &= (reason[1:] == reason[:-1]) & (keeper[1:] == keeper[:-1])
    follows &= (keeper_no[1:] == awaited[:-1]) | (reason[1:] == DOCUMENT)
    first = np.flatnonzero(np.append(True, ~follows))
    last = np.append(first[1:], len(gone)) - 1

    # A row for each that does not.
    doc, shift = places.doc[gone[first]], laid.begins[laid.of[gone[first]]]
    kept = keeper[first] != NONE
    one, other = row[first[kept]], row[last[kept]]
    keeper_start, keeper_end, rule = (np.full(len(first), NONE) for _ in range(3))
    keeper_start[kept], keeper_end[kept] = plan.keeper_start[one], plan.keeper_end[other]
    rule[kept] = plan.rule[one]
    return Removals.filled(
        len(first),
        doc=doc,
        start=starts[first] - shift,
        end=ends[last] - shift,
        first=places.no[gone[first]],
        last=places.no[gone[last]],
        reason=reason[first],
        keeper=keeper[first],
        keeper_start=keeper_start,
        keeper_end=keeper_end,
        similarity=np.minimum.reduceat(similarity, first),
        rule=rule,
        group=NONE,
    )


def covering_groups(copied: Copied, doc: I64, start: I64, end: I64, reason: I8) -> I64:
    """
    Return the place in the report of the first group that covers each of some stretches.

    That is a group of the kind that is the reason, if one of these covers it; `NONE` for none.
    """
    group = _covering(copied, doc, start, end)
    for number, kind in enumerate(KINDS):
        rows = np.flatnonzero(reason == REASONS.index(kind))
        some = copied.take(copied.kind == number)
        own = _covering(some, doc[rows], start[rows], end[rows])
        group[rows] = np.where(own == NONE, group[rows], own)
    return group


def _covering(copied: Copied, doc: I64, start: I64, end: I64) -> I64:
    """Return the first group of which a copy covers each of some stretches, `NONE` for none."""
    group = np.full(len(doc), np.iinfo(np.int64).max)
    wide = int(max(copied.end.max(initial=0), end.max(initial=0))) + 1
    starts, ends = copied.doc * wide + copied.start, copied.doc * wide + copied.end
    furthest = np.maximum.accumulate(ends)
    wanted = doc * wide + end
    at = np.searchsorted(starts, doc * wide + start, "right") - 1
    # From the last copy that starts early enough back to where none reaches far enough any more.
    rows = np.flatnonzero(at >= 0)
    rows = rows[furthest[at[rows]] >= wanted[rows]]
    while len(rows):
        covers = rows[ends[at[rows]] >= wanted[rows]]
        group[covers] = np.minimum(group[covers], copied.group[at[covers]])
        at[rows] -= 1
        rows = rows[at[rows] >= 0]
        rows = rows[furthest[at[rows]] >= wanted[rows]]
    return np.where(group == np.iinfo(np.int64).max, NONE, group)
