"""
Rounds: repeats are found on what is left, sentences go, until nothing does any more.

    what is left ─► detect ─► repeats ─► runs of sentences ─► those that may go ─┐
         ▲                                                                        │
         └────────────────────────────────────────────────────────────────────────┘

Repeats are passages, and blocks whose paragraphs are alike but not the same text: no passage is
sought in these. Each round compares what the rounds before have left: with text gone, other
stretches meet, and what is left of a paragraph may be the text of another one.

Sentences of both sides are paired in order; a run that stands in both without a break, of
`min_group_words` words, goes from the document that the keep rules rank later, a line of the ledger
for each paragraph that it touches; offsets are those of the input. What keeps something stays, and
what went keeps nothing. Sentences that are only alike stay, unless any match may go: four other
words are much of one.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import partial
from itertools import accumulate, chain
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from dedup.cleaning.detection import paragraph_similarity
from dedup.cleaning.plan import plan
from dedup.cleaning.policy import EQUAL, FIRST, NEAR, deciding_rules, keep_order
from dedup.cleaning.tables import NONE, Sentences, of_documents
from dedup.formats.slices import text_without
from dedup.model import BOILERPLATE, KINDS, TABLE, Strings
from dedup.running import run
from dedup.text.normalising import count_words, normalise_text
from dedup.text.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from dedup.cleaning.detection import Compare, Detection
    from dedup.cleaning.policy import Policy
    from dedup.cleaning.removals import Decision
    from dedup.cleaning.tables import ParagraphTable, Removals
    from dedup.formats import Watch
    from dedup.formats.interface import Span
    from dedup.model import I64, Documents, MarkdownBlocks
    from dedup.settings import Settings


def without_passages(
    decision: Decision,
    ranks: Sequence[I64],
    documents: Iterable[Documents],
    compare: Compare,
    watch: Watch,
) -> Decision:
    """
    Let whole sentences go that are repeated across paragraph borders, and return what goes.

    `documents` are those of the input, to be read as often as it takes.
    """
    rank = keep_order(ranks)
    settings, policy = replace(decision.settings, passages="on"), decision.policy
    number = 0
    while True:
        number += 1
        with run(remaining(decision, documents), settings, watch) as (left, engine):
            found = compare(left, settings, policy.remove, engine)
            repeats = _paragraph_sides(found, decision, ranks)
            sides = [*repeats, *_copied_sides(found, decision, rank)]
        docs = {doc for pair in sides for doc, _ in pair}
        texts = _left_of(docs, decision, documents, found)
        rows = [
            row
            for (doc, copy), (of, kept) in sides
            for row in sentence_runs(texts[doc], copy, texts[of], kept, settings, policy)
        ]
        chosen = _chosen(Sentences.of(rows), decision, rank)
        if not len(chosen):
            logging.getLogger("dedup").info("passages: nothing more goes in round %d", number)
            return decision
        decision = _with(decision, chosen, ranks)


def remaining(decision: Decision, documents: Iterable[Documents]) -> Iterator[Documents]:
    """Yield documents as they were read, those that lose something with what is left of them."""
    touched = np.unique(decision.removals.doc)
    for batch in documents:
        rows = np.flatnonzero(np.isin(batch.doc, touched))
        if not len(rows):
            yield batch
            continue
        raws, mode = batch.text.raws(), batch.mode.copy()
        mode[rows] = decision.facts.mode[batch.doc[rows]]
        for row in rows.tolist():
            cuts = of_documents(decision.removals, int(batch.doc[row]), int(batch.doc[row]) + 1)
            rest = text_without(batch.text[row], _spans(cuts))
            raws[row] = rest.encode("utf-8", "surrogatepass")
        yield replace(batch, text=Strings.of(raws), mode=mode)


def _left_of(
    docs: set[int], decision: Decision, documents: Iterable[Documents], found: Detection
) -> dict[int, Left]:
    """Return what is left of some documents; `found` is what was found in all of them."""
    out: dict[int, Left] = {}
    for batch in documents if docs else ():
        for row, doc in enumerate(batch.doc.tolist()):
            if doc not in docs:
                continue
            paragraphs = _spans(of_documents(decision.paragraphs, doc, doc + 1))
            now = of_documents(found.paragraphs, doc, doc + 1)
            blocks = of_documents(decision.blocks, doc, doc + 1)
            out[doc] = Left(
                doc,
                batch.text[row],
                _spans(of_documents(decision.removals, doc, doc + 1)),
                paragraphs,
                _spans(now),
                _boilerplate_starts(now),
                _within(paragraphs, _spans(blocks.take(blocks.kind == TABLE))),
            )
    return out


def _paragraph_sides(
    found: Detection, decision: Decision, ranks: Sequence[I64]
) -> Iterator[tuple[PassageSide, PassageSide]]:
    """Yield what is left of a paragraph and has become the text of another one, that one second."""
    again = plan(found, ranks, decision.settings, decision.policy)
    again = again.take(again.keeper != NONE)
    columns = again.doc, again.start, again.end, again.keeper, again.keeper_start, again.keeper_end
    for doc, start, end, of, first, last in zip(*(c.tolist() for c in columns), strict=True):
        yield (doc, (start, end)), (of, (first, last))


def _copied_sides(
    found: Detection, decision: Decision, rank: I64
) -> Iterator[tuple[PassageSide, PassageSide]]:
    """Yield both sides of each passage and of each block's copy, that which goes first."""
    scope = decision.policy.scope
    wanted = found.copied.kind != KINDS.index(BOILERPLATE)
    if scope != "all":
        wanted &= found.copied.kind == KINDS.index(scope)
    rows = found.copied.take(wanted)
    copies = rows.doc, rows.start, rows.end, rows.source, rows.source_start, rows.source_end
    for doc, start, end, of, first, last in zip(*(c.tolist() for c in copies), strict=True):
        kept, mine = (of, (first, last)), (doc, (start, end))
        yield (kept, mine) if rank[doc] < rank[of] else (mine, kept)


def _chosen(some: Sentences, decision: Decision, rank: I64) -> Sentences:
    """
    Choose in keep order what goes: nothing that keeps something, or is kept by what went.

    What a plan or an earlier round has kept stays, too.
    """
    kept: defaultdict[int, Intervals] = defaultdict(Intervals)
    gone: defaultdict[int, Intervals] = defaultdict(Intervals)
    for table in (decision.plan, decision.sentences):
        columns = table.keeper, table.keeper_start, table.keeper_end
        for doc, start, end in zip(*(column.tolist() for column in columns), strict=True):
            kept[doc].add(start, end)
    some = some.take(np.lexsort([rank[some.keeper], some.start, rank[some.doc]]))
    stretches = some.doc, some.start, some.end, some.keeper, some.keeper_start, some.keeper_end
    goes = np.zeros(len(some), bool)
    for row, (doc, start, end, of, first, last) in enumerate(
        zip(*(column.tolist() for column in stretches), strict=True)
    ):
        if (
            kept[doc].touches(start, end)
            or gone[doc].touches(start, end)
            or gone[of].touches(first, last)
            or (doc == of and start < last and first < end)
        ):
            continue
        gone[doc].add(start, end)
        kept[of].add(first, last)
        goes[row] = True
    return some.take(goes)


def _with(decision: Decision, chosen: Sentences, ranks: Sequence[I64]) -> Decision:
    """Add what goes to a clean."""
    first = decision.policy.rules.index(FIRST)
    rules = deciding_rules(ranks, chosen.keeper, chosen.doc, first)
    both = Sentences.concat([decision.sentences, replace(chosen, rule=rules)])
    both = both.take(np.lexsort([both.start, both.doc]))
    return decision.with_parts(decision.plan, both, chosen.keeper)


def _within(paragraphs: Sequence[Span], spans: Sequence[Span]) -> frozenset[int]:
    """Return the numbers of the paragraphs that begin inside one of some stretches."""
    starts = [start for start, _ in paragraphs]
    numbers = (range(bisect_left(starts, a), bisect_left(starts, b)) for a, b in spans)
    return frozenset(chain.from_iterable(numbers))


def _spans(table: ParagraphTable | Removals | MarkdownBlocks) -> list[Span]:
    """Return where each row starts and ends."""
    return list(zip(table.start.tolist(), table.end.tolist(), strict=True))


def _boilerplate_starts(paragraphs: ParagraphTable) -> set[int]:
    """Return where the paragraphs start that are boilerplate."""
    return set(paragraphs.start[paragraphs.boilerplate != 0].tolist())


_MOST = 1_000_000
"""Pairs of equal sentences, at most, of which all are weighed."""
_WORDS = re.compile(r"\w(?:.*\w)?", re.DOTALL)
PassageSide: TypeAlias = "tuple[int, Span]"
"""One side of a passage or a block: a document, and a stretch of what is left of it."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a document that a passage touches."""

    doc: int
    text: str
    """Of the input."""
    cuts: Sequence[Span]
    """What went of it."""
    paragraphs: Sequence[Span]
    """In the input."""
    remaining: Sequence[Span]
    """Paragraphs of what is left, in its own offsets."""
    boilerplate: AbstractSet[int]
    """Where those of them start that are boilerplate: no sentence of these goes or keeps."""
    tables: frozenset[int] = frozenset()
    """Numbers of the paragraphs that are tables: each is one sentence."""


class Sentence(NamedTuple):
    """A sentence that is left, in the input's offsets."""

    number: int
    """Those that follow one another in what is left have numbers that do."""
    no: int
    """Its paragraph in the input."""
    start: int
    end: int
    shift: int
    """Characters that went before it."""
    written: str
    normal: str


def sentence_runs(  # noqa: PLR0913 - two stretches, and what may go
    here: Left, copy: Span, there: Left, kept: Span, settings: Settings, policy: Policy
) -> Iterator[tuple[float, ...]]:
    """
    Pair the sentences of two stretches, and yield those of `copy` that may go for those of `kept`.

    They come as rows of `Sentences`, those of one paragraph a row, without a rule.
    """
    alike = partial(paragraph_similarity, settings=settings, remove=of_sentences(policy.remove))
    mine, others = sentences_of(here, copy), sentences_of(there, kept)
    for series in _split(_paired(mine, others, alike), _is_next):
        if sum(count_words(one.normal) for one, _ in series) < settings.min_group_words:
            continue
        for piece in _split(series, _is_beside):
            (first, of), (last, to) = piece[0], piece[-1]
            start, end = first.start, last.end
            found = alike(here.text[start:end], there.text[of.start : to.end])
            if found is not None:
                low, high = here.paragraphs[first.no]
                before = low + len(here.text[low:start].rstrip())
                after = high - len(here.text[end:high].lstrip())
                goes = (here.doc, first.no, start, end, before, after)
                yield *goes, there.doc, of.start, to.end, found, NONE


def of_sentences(remove: str) -> str:
    """Return what `--remove` means for sentences: by `near` too much of one may be other words."""
    return EQUAL if remove == NEAR else remove


def sentences_of(left: Left, side: Span) -> list[Sentence]:
    """Return the sentences that lie in a stretch, by their words, and stand so in the input."""
    # What is left, and where in it something went: from there on offsets are shifted.
    text = text_without(left.text, left.cuts)
    lengths = [end - start for start, end in left.cuts]
    shifts = [0, *accumulate(lengths)]
    seams = [start - shift for (start, _), shift in zip(left.cuts, shifts, strict=False)]
    out: list[Sentence] = []
    number = 0
    begin, finish = side
    at = bisect_right(left.remaining, begin, key=itemgetter(1))
    for first, past in left.remaining[at:]:
        if first >= finish:
            break
        # Boilerplate parts the sentences on its two sides.
        if first in left.boilerplate:
            number += 1
            continue
        origin = first + shifts[bisect_right(seams, first)]
        no = bisect_right(left.paragraphs, origin, key=itemgetter(0)) - 1
        whole_table = [(0, past - first)] if no in left.tables else None
        for a, b in whole_table or sentences(text[first:past]):
            # A sentence counts where nothing went inside it and it lies in one paragraph.
            start, end = first + a, first + b
            number += 1
            shift = shifts[bisect_right(seams, start)]
            whole = shift == shifts[bisect_left(seams, end)]
            no = bisect_right(left.paragraphs, start + shift, key=itemgetter(0)) - 1
            whole &= end + shift <= left.paragraphs[no][1]
            low, high = _words(text[start:end])
            if whole and begin <= start + low and start + high <= finish:
                written = text[start:end]
                place = number, no, start + shift, end + shift, shift
                out.append(Sentence(*place, written, normalise_text(written)))
    return out


def _words(text: str) -> Span:
    """Return where the first word of a sentence starts and the last one ends."""
    found = _WORDS.search(text)
    return found.span() if found is not None else (0, len(text))


def _paired(
    mine: Sequence[Sentence],
    others: Sequence[Sentence],
    alike: Callable[[str, str], float | None],
) -> list[tuple[Sentence, Sentence]]:
    """Pair sentences that are alike, in order; equal beginnings first."""
    both = list(zip(mine, others, strict=False))
    head = next((n for n, (a, b) in enumerate(both) if a.normal != b.normal), len(both))
    out = [(a, b) for a, b in both[:head] if alike(a.written, b.written) is not None]
    mine, others = mine[head:], others[head:]
    first, second = ([one.normal for one in side] for side in (mine, others))
    here, there = Counter(first), Counter(second)
    equal = sum(count * there[normal] for normal, count in here.items())
    # Where a few sentences stand over and over they pair only beside others: time in proportion.
    matcher = SequenceMatcher(None, first, second, autojunk=equal > _MOST)
    for _, a, b, c, d in matcher.get_opcodes():
        if b - a == d - c:
            pairs = zip(mine[a:b], others[c:d], strict=True)
            out += [pair for pair in pairs if alike(pair[0].written, pair[1].written) is not None]
    return out


def _is_next(one: Sentence, other: Sentence) -> bool:
    """Nothing that is left stands between two sentences."""
    return other.number == one.number + 1


def _is_beside(one: Sentence, other: Sentence) -> bool:
    """In the input nothing but white space does, and they are in one paragraph."""
    return (one.no, one.shift) == (other.no, other.shift)


def _split(
    pairs: Iterable[tuple[Sentence, Sentence]], joins: Callable[[Sentence, Sentence], bool]
) -> Iterator[list[tuple[Sentence, Sentence]]]:
    """Part pairs where one of both sides is not joined to the one before."""
    group: list[tuple[Sentence, Sentence]] = []
    for pair in pairs:
        if group and not all(joins(a, b) for a, b in zip(group[-1], pair, strict=True)):
            yield group
            group = []
        group.append(pair)
    if group:
        yield group


class Intervals:
    """Stretches of a document; a class since they are merged as they come."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> None:
        """Take one more."""
        first = bisect_left(self._ends, start)
        past = bisect_right(self._starts, end)
        if first < past:
            start, end = min(start, self._starts[first]), max(end, self._ends[past - 1])
        self._starts[first:past], self._ends[first:past] = [start], [end]

    def touches(self, start: int, end: int) -> bool:
        """Tell whether one of them shares a character with this stretch."""
        at = bisect_right(self._ends, start)
        return at < len(self._starts) and self._starts[at] < end
