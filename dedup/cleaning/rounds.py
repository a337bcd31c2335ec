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
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.cleaning import keeping
from dedup.cleaning.plan import plan
from dedup.cleaning.stretches import Intervals, Left, Run, Side, runs
from dedup.cleaning.tables import NONE, Sentences, of_documents
from dedup.formats.slices import without
from dedup.model import BOILERPLATE, KINDS, TABLE, Strings
from dedup.running import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dedup.cleaning.detection import Detection
    from dedup.cleaning.removals import Decision
    from dedup.cleaning.tables import ParagraphTable, Removals
    from dedup.engines.interface import Engine
    from dedup.formats import Watch
    from dedup.formats.interface import Span
    from dedup.model import I64, Documents, MarkdownBlocks
    from dedup.settings import Settings


class Again(NamedTuple):
    """How documents are read and compared again."""

    documents: Iterable[Documents]
    """Those of the input, to be read as often as it takes."""
    compare: Callable[[Iterable[Documents], Settings, str, Engine], Detection]
    watch: Watch


def without_passages(decision: Decision, ranks: Sequence[I64], again: Again) -> Decision:
    """Let whole sentences go that are repeated across paragraph borders, and return what goes."""
    rank = keeping.places(ranks)
    settings, policy = replace(decision.settings, passages="on"), decision.policy
    number = 0
    while True:
        number += 1
        remaining = Remaining(decision, again.documents)
        with run(remaining, settings, again.watch) as (documents, engine):
            found = again.compare(documents, settings, policy.remove, engine)
            repeats = _paragraph_sides(found, decision, ranks)
            sides = [*repeats, *_copied_sides(found, decision, rank)]
        left = remaining.of({side.doc for pair in sides for side in pair}, found)
        some = [
            one for copy, kept in sides for one in runs(copy, kept, left, decision.settings, policy)
        ]
        chosen = _chosen(some, decision, rank)
        if not chosen:
            logging.getLogger("dedup").info("passages: nothing more goes in round %d", number)
            return decision
        decision = _with(decision, chosen, ranks)


class Remaining:
    """The documents of a clean without what goes; a class since they are read again and again."""

    def __init__(self, decision: Decision, documents: Iterable[Documents]) -> None:
        self._decision = decision
        self._documents = documents

    def __iter__(self) -> Iterator[Documents]:
        """Yield them as they were read, those that lose something with what is left of them."""
        modes = self._decision.facts.mode
        touched = np.unique(self._decision.removals.doc)
        for batch in self._documents:
            rows = np.flatnonzero(np.isin(batch.doc, touched))
            if not len(rows):
                yield batch
                continue
            raws, mode = batch.text.raws(), batch.mode.copy()
            mode[rows] = modes[batch.doc[rows]]
            for row in rows.tolist():
                rest = without(batch.text[row], self._cuts(int(batch.doc[row])))
                raws[row] = rest.encode("utf-8", "surrogatepass")
            yield replace(batch, text=Strings.of(raws), mode=mode)

    def of(self, docs: set[int], found: Detection) -> dict[int, Left]:
        """Return what is left of some documents; `found` is what was found in all of them."""
        out: dict[int, Left] = {}
        before, now = self._decision.paragraphs, found.paragraphs
        for batch in self._documents if docs else ():
            for row, doc in enumerate(batch.doc.tolist()):
                if doc in docs:
                    old = _spans(of_documents(before, doc, doc + 1))
                    left = of_documents(now, doc, doc + 1)
                    tables = _within(old, self._tables(doc))
                    cuts, walls = self._cuts(doc), _walls(left)
                    out[doc] = Left(batch.text[row], cuts, old, _spans(left), walls, tables)
        return out

    def _cuts(self, doc: int) -> list[Span]:
        """Return what goes of a document."""
        return _spans(of_documents(self._decision.removals, doc, doc + 1))

    def _tables(self, doc: int) -> list[Span]:
        """Return where the tables of a Markdown document stand."""
        blocks = of_documents(self._decision.blocks, doc, doc + 1)
        return _spans(blocks.take(blocks.kind == TABLE))


def _paragraph_sides(
    found: Detection, decision: Decision, ranks: Sequence[I64]
) -> Iterator[tuple[Side, Side]]:
    """Give what is left of a paragraph and has become the text of another one, that one second."""
    again = plan(found, ranks, decision.settings, decision.policy)
    again = again.take(again.keeper != NONE)
    columns = again.doc, again.start, again.end, again.keeper, again.keeper_start, again.keeper_end
    for doc, start, end, of, first, last in zip(*(c.tolist() for c in columns), strict=True):
        yield Side(doc, start, end), Side(of, first, last)


def _copied_sides(found: Detection, decision: Decision, rank: I64) -> Iterator[tuple[Side, Side]]:
    """Give both sides of each passage and of each block's copy, that which goes first."""
    scope = decision.policy.scope
    wanted = found.copied.kind != KINDS.index(BOILERPLATE)
    if scope != "all":
        wanted &= found.copied.kind == KINDS.index(scope)
    rows = found.copied.take(wanted)
    copies = rows.doc, rows.start, rows.end, rows.source, rows.source_start, rows.source_end
    for doc, start, end, of, first, last in zip(*(c.tolist() for c in copies), strict=True):
        kept, mine = Side(of, first, last), Side(doc, start, end)
        yield (kept, mine) if rank[doc] < rank[of] else (mine, kept)


def _chosen(some: Iterable[Run], decision: Decision, rank: I64) -> list[Run]:
    """
    Choose in keep order what goes: nothing that keeps something, or is kept by what went.

    What a plan or an earlier round has kept stays, too.
    """
    held: defaultdict[int, Intervals] = defaultdict(Intervals)
    gone: defaultdict[int, Intervals] = defaultdict(Intervals)
    for table in (decision.plan, decision.sentences):
        columns = table.keeper, table.keeper_start, table.keeper_end
        for doc, start, end in zip(*(column.tolist() for column in columns), strict=True):
            held[doc].add(start, end)
    out = []
    for one in sorted(some, key=lambda one: (rank[one.doc], one.start, rank[one.keeper], one)):
        kept = one.keeper, one.keeper_start, one.keeper_end
        if (
            held[one.doc].touches(one.start, one.end)
            or gone[one.doc].touches(one.start, one.end)
            or gone[one.keeper].touches(*kept[1:])
            or (one.doc == one.keeper and one.start < kept[2] and kept[1] < one.end)
        ):
            continue
        gone[one.doc].add(one.start, one.end)
        held[one.keeper].add(*kept[1:])
        out.append(one)
    return out


def _with(decision: Decision, chosen: Sequence[Run], ranks: Sequence[I64]) -> Decision:
    """Add what goes to a clean."""
    doc = np.array([one.doc for one in chosen])
    keeper = np.array([one.keeper for one in chosen])
    rules = keeping.decided(ranks, keeper, doc, decision.policy.rules.index(keeping.FIRST))
    rows = Sentences.of((*one, rule) for one, rule in zip(chosen, rules.tolist(), strict=True))
    both = Sentences.concat([decision.sentences, rows])
    both = both.take(np.lexsort([both.start, both.doc]))
    return decision.with_parts(decision.plan, both, keeper)


def _within(paragraphs: Sequence[Span], spans: Sequence[Span]) -> frozenset[int]:
    """Give the numbers of the paragraphs that begin inside one of some stretches."""
    starts = [start for start, _ in paragraphs]
    numbers = (range(bisect_left(starts, a), bisect_left(starts, b)) for a, b in spans)
    return frozenset(chain.from_iterable(numbers))


def _spans(table: ParagraphTable | Removals | MarkdownBlocks) -> list[Span]:
    """Return where each row starts and ends."""
    return list(zip(table.start.tolist(), table.end.tolist(), strict=True))


def _walls(paragraphs: ParagraphTable) -> set[int]:
    """Return where the paragraphs start that are boilerplate."""
    return set(paragraphs.start[paragraphs.boilerplate != 0].tolist())
