"""
Repeats -> the runs of whole sentences that go, each with the run that stays in its place.

Passages and blocks are found on what the plan leaves (`rounds.py`); offsets here are always those
of the input. Sentences of both sides are paired in order; a run that stands in both without a
break, of `min_group_words` words, goes from the document that the keep rules rank later, a line of
the ledger for each paragraph that it touches. What keeps something stays, and what went keeps
nothing. Sentences that are only alike stay, unless any match may go: four other words are much of
one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from dedup.cleaning.kinship import EQUAL, NEAR, likeness
from dedup.formats.slices import without
from dedup.text.normalising import count_words, normalise_text
from dedup.text.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from dedup.cleaning.policy import Policy
    from dedup.formats.interface import Span
    from dedup.settings import Settings

_MOST = 1_000_000
"""Pairs of equal sentences, at most, of which all are weighed."""
_WORDS = re.compile(r"\w(?:.*\w)?", re.DOTALL)


class Side(NamedTuple):
    """One side of a passage or a block: a document, and a stretch of what is left of it."""

    doc: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a document that a passage touches."""

    text: str
    """Of the input."""
    cuts: Sequence[Span]
    """What went of it."""
    paragraphs: Sequence[Span]
    """In the input."""
    remaining: Sequence[Span]
    """Paragraphs of what is left, in its own offsets."""
    walls: AbstractSet[int]
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


class Run(NamedTuple):
    """Sentences of one paragraph that may go, and those that stay for them; as in `Sentences`."""

    doc: int
    no: int
    start: int
    end: int
    before: int
    after: int
    keeper: int
    keeper_start: int
    keeper_end: int
    similarity: float


def runs(
    copy: Side, kept: Side, left: Mapping[int, Left], settings: Settings, policy: Policy
) -> Iterator[Run]:
    """Pair the sentences of two stretches, and give those of `copy` that may go for `kept`."""
    alike = partial(likeness, settings=settings, remove=of_sentences(policy.remove))
    here, there = left[copy.doc], left[kept.doc]
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
                side = (copy.doc, first.no, start, end, before, after)
                yield Run(*side, kept.doc, of.start, to.end, found)


def of_sentences(remove: str) -> str:
    """Give what `--remove` means for sentences: `near` would let too much of one be other words."""
    return EQUAL if remove == NEAR else remove


def sentences_of(left: Left, side: Side) -> list[Sentence]:
    """Give the sentences that lie in a stretch, by their words, and stand so in the input."""
    text = without(left.text, left.cuts)
    lengths = [end - start for start, end in left.cuts]
    shifts = [0, *accumulate(lengths)]
    seams = [start - shift for (start, _), shift in zip(left.cuts, shifts, strict=False)]
    out: list[Sentence] = []
    number = 0
    at = bisect_right(left.remaining, side.start, key=itemgetter(1))
    for first, past in left.remaining[at:]:
        if first >= side.end:
            break
        if first in left.walls:
            number += 1
            continue
        origin = first + shifts[bisect_right(seams, first)]
        no = bisect_right(left.paragraphs, origin, key=itemgetter(0)) - 1
        whole_table = [(0, past - first)] if no in left.tables else None
        for a, b in whole_table or sentences(text[first:past]):
            start, end = first + a, first + b
            number += 1
            shift = shifts[bisect_right(seams, start)]
            whole = shift == shifts[bisect_left(seams, end)]
            no = bisect_right(left.paragraphs, start + shift, key=itemgetter(0)) - 1
            whole &= end + shift <= left.paragraphs[no][1]
            low, high = _words(text[start:end])
            if whole and side.start <= start + low and start + high <= side.end:
                written = text[start:end]
                place = number, no, start + shift, end + shift, shift
                out.append(Sentence(*place, written, normalise_text(written)))
    return out


def _words(text: str) -> Span:
    """Give where the first word of a sentence starts and the last one ends."""
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
    held: list[tuple[Sentence, Sentence]] = []
    for pair in pairs:
        if held and not all(joins(a, b) for a, b in zip(held[-1], pair, strict=True)):
            yield held
            held = []
        held.append(pair)
    if held:
        yield held


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
