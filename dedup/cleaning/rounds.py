"""
Rounds: repeats are found on what is left, sentences go, until nothing does any more.

    what is left ─► detect ─► repeats ─► runs of sentences ─► those that may go ─┐
         ▲                                                                        │
         └────────────────────────────────────────────────────────────────────────┘

Repeats are passages, and blocks whose paragraphs are alike but not the same text: no passage is
sought in these. Each round compares what the rounds before have left: with text gone, other
stretches meet, and what is left of a paragraph may be the text of another one.
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from dedup.cleaning import keeping
from dedup.cleaning.cuts import cuts_of
from dedup.cleaning.plan import plan
from dedup.cleaning.standing import NONE
from dedup.cleaning.stretches import Intervals, Left, Run, Side, Stretches, runs
from dedup.formats.slices import without
from dedup.model import BOILERPLATE, KINDS, Strings
from dedup.text.markdown import Blocks, blocks
from dedup.text.paragraphs import AUTO, MODES, paragraph_mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.cleaning.detection import Detection
    from dedup.cleaning.parts import Work
    from dedup.cleaning.standing import Standing
    from dedup.formats.interface import Span
    from dedup.model import I64, Documents

Find = Callable[["Iterable[Documents]"], "Detection"]


def without_passages(
    work: Work, documents: Iterable[Documents], ranks: Sequence[I64], find: Find
) -> Work:
    """
    Let whole sentences go that are repeated across paragraph borders, and give what then goes.

    `documents` are those of the input, to be read as often as it takes; `find` finds passages.
    """
    rank = keeping.places(ranks)
    number = 0
    while True:
        number += 1
        remaining = Remaining(work, documents)
        found = find(remaining)
        sides = [*_paragraph_sides(found, work, ranks), *_copied_sides(found, work, rank)]
        left = remaining.of({side.doc for pair in sides for side in pair}, found)
        some = [
            run
            for copy, kept in sides
            for run in runs(copy, kept, left, work.settings, work.policy)
        ]
        chosen = _chosen(some, work, rank)
        if not chosen:
            logging.getLogger("dedup").info("passages: nothing more goes in round %d", number)
            return work
        work = _with(work, chosen, ranks)


class Remaining:
    """The documents of a clean without what goes; a class since they are read again and again."""

    def __init__(self, work: Work, documents: Iterable[Documents]) -> None:
        self._work = work
        self._documents = documents
        self._touched = np.union1d(work.plan.doc, work.stretches.doc)

    def __iter__(self) -> Iterator[Documents]:
        """Give them as they were read, those that lose something with what is left of them."""
        for batch in self._documents:
            rows = np.flatnonzero(np.isin(batch.doc, self._touched)).tolist()
            if not rows:
                yield batch
                continue
            raws, modes = batch.text.raws(), batch.mode.copy()
            for row in rows:
                text, marked = batch.text[row], bool(batch.markdown[row])
                rest = without(text, self._cuts(int(batch.doc[row]), text, marked=marked))
                raws[row] = rest.encode("utf-8", "surrogatepass")
                settings = self._work.settings
                asked = int(modes[row]) or MODES[settings.paragraphs]
                found = paragraph_mode(text, marked, settings.join_hyphens)
                modes[row] = asked if asked != AUTO else found
            yield replace(batch, text=Strings.of(raws), mode=modes)

    def of(self, docs: set[int], found: Detection) -> dict[int, Left]:
        """Give what is left of some documents; `found` is what was found in all of them."""
        out: dict[int, Left] = {}
        before, now = self._work.places, found.standing
        for batch in self._documents if docs else ():
            for row, doc in enumerate(batch.doc.tolist()):
                if doc in docs:
                    text, marked = batch.text[row], bool(batch.markdown[row])
                    cuts = self._cuts(doc, text, marked=marked)
                    old, new = _paragraphs(before, doc), _paragraphs(now, doc)
                    tables = _within(old, blocks(text).tables) if marked else frozenset[int]()
                    out[doc] = Left(text, cuts, old, new, _walls(now, doc), tables)
        return out

    def _cuts(self, doc: int, text: str, *, marked: bool) -> list[Span]:
        front, code, _ = blocks(text) if marked else Blocks()
        for _, cuts in cuts_of(self._work.decision, doc, doc + 1, (front, code)):
            return [(cut.start, cut.end) for cut in cuts.cuts]
        return []


def _paragraph_sides(
    found: Detection, work: Work, ranks: Sequence[I64]
) -> Iterator[tuple[Side, Side]]:
    """Give what is left of a paragraph and has become the text of another one, that one second."""
    again = plan(found, ranks, work.settings, work.policy)
    again = again.take(again.keeper != NONE)
    columns = again.doc, again.start, again.end, again.keeper, again.keeper_start, again.keeper_end
    for doc, start, end, of, first, last in zip(*(c.tolist() for c in columns), strict=True):
        yield Side(doc, start, end), Side(of, first, last)


def _copied_sides(found: Detection, work: Work, rank: I64) -> Iterator[tuple[Side, Side]]:
    """Give both sides of each passage and of each block's copy, that which goes first."""
    scope = work.policy.scope
    wanted = found.copied.kind != KINDS.index(BOILERPLATE)
    if scope != "all":
        wanted &= found.copied.kind == KINDS.index(scope)
    rows = found.copied.take(wanted)
    copies = rows.doc, rows.start, rows.end, rows.source, rows.source_start, rows.source_end
    for doc, start, end, of, first, last in zip(*(c.tolist() for c in copies), strict=True):
        kept, mine = Side(of, first, last), Side(doc, start, end)
        yield (kept, mine) if rank[doc] < rank[of] else (mine, kept)


def _chosen(some: Iterable[Run], work: Work, rank: I64) -> list[Run]:
    """
    Choose in keep order what goes: nothing that keeps something, or is kept by what went.

    What a plan or an earlier round has kept stays, too.
    """
    held: defaultdict[int, Intervals] = defaultdict(Intervals)
    gone: defaultdict[int, Intervals] = defaultdict(Intervals)
    for table in (work.plan, work.stretches):
        columns = table.keeper, table.keeper_start, table.keeper_end
        for doc, start, end in zip(*(column.tolist() for column in columns), strict=True):
            held[doc].add(start, end)
    out = []
    for run in sorted(some, key=lambda run: (rank[run.doc], run.start, rank[run.keeper], run)):
        kept = run.keeper, run.keeper_start, run.keeper_end
        if (
            held[run.doc].touches(run.start, run.end)
            or gone[run.doc].touches(run.start, run.end)
            or gone[run.keeper].touches(*kept[1:])
            or (run.doc == run.keeper and run.start < kept[2] and kept[1] < run.end)
        ):
            continue
        gone[run.doc].add(run.start, run.end)
        held[run.keeper].add(*kept[1:])
        out.append(run)
    return out


def _with(work: Work, chosen: Sequence[Run], ranks: Sequence[I64]) -> Work:
    """Add what goes to a clean."""
    doc = np.array([run.doc for run in chosen])
    keeper = np.array([run.keeper for run in chosen])
    rules = keeping.decided(ranks, keeper, doc, work.policy.rules.index(keeping.FIRST))
    rows = Stretches.of((*run, rule) for run, rule in zip(chosen, rules.tolist(), strict=True))
    both = Stretches.concat([work.stretches, rows])
    both = both.take(np.lexsort([both.start, both.doc]))
    return replace(work, stretches=both, keepers=work.keepers | set(keeper.tolist()))


def _within(paragraphs: Sequence[Span], spans: Sequence[Span]) -> frozenset[int]:
    """Give the numbers of the paragraphs that begin inside one of some stretches."""
    starts = [start for start, _ in paragraphs]
    numbers = (range(bisect_left(starts, a), bisect_left(starts, b)) for a, b in spans)
    return frozenset(chain.from_iterable(numbers))


def _paragraphs(standing: Standing, doc: int) -> list[Span]:
    first, past = np.searchsorted(standing.doc, [doc, doc + 1])
    starts, ends = standing.start[first:past].tolist(), standing.end[first:past].tolist()
    return list(zip(starts, ends, strict=True))


def _walls(standing: Standing, doc: int) -> set[int]:
    first, past = np.searchsorted(standing.doc, [doc, doc + 1])
    boilerplate = np.flatnonzero(standing.boilerplate[first:past])
    return set(standing.start[first:past][boilerplate].tolist())
