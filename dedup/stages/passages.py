"""
Chains -> passages: stretches of words that two places share, whatever paragraphs they lie in.

A chain is extended word by word to both sides, and holds if its two stretches are similar enough;
else it is split at its widest gap and both parts are tried. In each document the longest passage is
taken first, of equals the one with the earliest source, then the earliest; of others what it leaves
free is tried again. So copies of one kind never overlap, and no document waits for another.

A passage has as many words as a block must have, within one document at least `WITHIN_WORDS`: below
that journalism repeats itself (standfirsts, pull quotes). Paragraphs may be of any length: verses,
dialogue, lists and subtitles make passages as prose does.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.model import Passages
from dedup.rows import fresh
from dedup.stages.lockstep import lockstep
from dedup.stages.passage_texts import PassageTexts, around, edges
from dedup.stages.runs import documents_once
from dedup.stages.seeds import LENGTH, WORD, stream
from dedup.stages.stretches import BOUND
from dedup.stages.verify import DIGITS, ratios

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from typing import TypeAlias

    from dedup.model import I64, Links, Neighbourhoods
    from dedup.settings import Settings

    Question: TypeAlias = "Candidate | list[Chain]"
    Answer: TypeAlias = "tuple[float, bool] | list[Candidate]"

WITHIN_WORDS = 50
"""Fewest words of a passage within one document."""
BUDGET = kernels.Budget(skip=4 * WORD, agree=2 * WORD, end=3 * WORD, drop=8 * WORD)
"""What an extension may spend; a passage begins and ends with three equal words."""
NOTHING = BUDGET._replace(skip=0)
"""An extension by equal words only, for a chain that does not hold with more."""
LONG = 5_000
"""Characters from which two stretches are compared piece by piece first."""
PIECE = 100
"""Seeds, at most, that lie in one such piece."""


class Candidate(NamedTuple):
    """A chain and how far it reaches. Sorts as passages are chosen; numbers are of units."""

    length: int
    """Halves of words of the copy, negative: the longest comes first."""
    source: int
    """Number of the source's document in the neighbourhood."""
    from_first: int
    first: int
    from_past: int
    past: int
    seeds: tuple[int, int]
    """Rows of its seeds, half-open."""
    limits: tuple[int, int, int, int]
    """What it may reach at most: source first and past, copy first and past."""
    freely: bool
    """It was extended over words that differ."""


class Chain(NamedTuple):
    """Seeds that are to be extended, and what they may reach."""

    first: int
    """Rows of the seeds, half-open."""
    past: int
    limits: tuple[int, int, int, int]
    """As of a `Candidate`."""
    freely: bool = True


class Chosen(NamedTuple):
    """A candidate that holds."""

    candidate: Candidate
    similarity: float
    bound: bool


def choose(links: Links, neighbourhoods: Neighbourhoods, settings: Settings) -> Passages:
    """Choose the passages of each document `copy`; links sorted by copy, source, chain, at."""
    neighbourhood = Neighbourhood(links, neighbourhoods, settings)
    choices = lockstep(
        [chosen(kind, neighbourhood) for kind in neighbourhood.candidates()], neighbourhood.answers
    )
    return neighbourhood.table([one for found in choices for one in found])


def chosen(
    candidates: list[Candidate], neighbourhood: Neighbourhood
) -> Generator[Question, Any, list[Chosen]]:
    """Yield the passages of one kind in one document, longest first."""
    heapify(candidates)
    found: list[Chosen] = []
    taken: list[tuple[int, int]] = []  # sorted; they are disjoint
    while candidates:
        best = heappop(candidates)
        over = overlapping(taken, best.first, best.past)
        if over:
            chains = neighbourhood.clear_of(best, over)
        else:
            value, bound = yield best
            if value >= neighbourhood.threshold:
                insort(taken, (best.first, best.past))
                found.append(Chosen(best, value, bound))
                continue
            chains = neighbourhood.less(best)
        if chains:
            for part in (yield chains):
                heappush(candidates, part)
    return found


def overlapping(taken: list[tuple[int, int]], first: int, past: int) -> list[tuple[int, int]]:
    """Return those of some sorted, disjoint stretches that overlap another one."""
    after = bisect_left(taken, (past,))
    at = after
    while at and taken[at - 1][1] > first:
        at -= 1
    return taken[at:after]


class Neighbourhood:
    """
    The words of all documents of a batch, and the chains between them.

    A class because it remembers what was read and compared. Documents go by number among those of
    the batch.
    """

    def __init__(self, links: Links, neighbourhoods: Neighbourhoods, settings: Settings) -> None:
        self.neighbourhoods, self.threshold = documents_once(neighbourhoods), settings.threshold
        self.least = settings.min_group_words
        self.words = stream(self.neighbourhoods)
        docs = self.neighbourhoods.doc[self.words.documents[:-1]]
        self.source = np.searchsorted(docs, links.source)
        self.copy = np.searchsorted(docs, links.copy)
        self.same = (links.copy == links.source).astype(np.uint8)
        self.chain = np.flatnonzero(fresh(links.copy, links.source, links.chain))
        places = self.words.units.places
        of = self.words.units.base[self.source] + links.of
        at = self.words.units.base[self.copy] + links.at
        edges = (of, of + LENGTH, at, at + LENGTH)
        self.seeds = np.stack([np.searchsorted(places, edge) for edge in edges], axis=1)
        self.limits = self._limits(links)
        halves = self.words.units.halves.astype(np.int64)
        self.halves = np.concatenate([[0], np.cumsum(halves)])
        self.texts = PassageTexts(self.neighbourhoods, self.words)
        self._distances: dict[tuple[int, int], int] = {}

    def _limits(self, links: Links) -> I64:
        """Find what each seed's chain may reach: up to the walls on both sides."""
        words = self.words
        units = words.units
        step = np.diff(units.places) != units.halves[:-1]
        walls = np.concatenate([[0], np.flatnonzero(step) + 1, [len(units.places)]])
        sides = []
        for edge in (self.seeds[:, 0], self.seeds[:, 2]):
            part = np.searchsorted(walls, edge, "right")
            sides += [walls[part - 1], walls[part]]
        first = words.documents[self.copy]
        last = words.documents[self.copy + 1]
        low = np.searchsorted(units.row, first + links.low, "right")
        high = np.searchsorted(units.row, np.minimum(first + links.high, last))
        sides[2] = np.maximum(sides[2], np.where(links.low >= 0, low, 0))
        sides[3] = np.minimum(sides[3], high)
        return np.stack(sides, axis=1)

    def candidates(self) -> Iterator[list[Candidate]]:
        """Yield the extended chains that are long enough, kind by kind of each document."""
        fits = (self.seeds[:, 2] >= self.limits[:, 2]) & (self.seeds[:, 3] <= self.limits[:, 3])
        first = np.repeat(self.chain, np.diff(self.chain, append=len(fits)))
        fits &= (self.same == 0) | (self.seeds[:, 1] <= self.seeds[first, 2])
        rows = np.flatnonzero(fits)
        if not len(rows):
            return
        new = np.flatnonzero(fresh(first[rows]))
        past = np.append(new[1:], len(rows)) - 1
        found = self.extended(rows[new], rows[past] + 1, self.limits[rows[new]])
        kinds: dict[tuple[int, int], list[Candidate]] = {}
        for one in found:
            if one is not None:
                row = one.seeds[0]
                kinds.setdefault((int(self.copy[row]), int(self.same[row])), []).append(one)
        yield from kinds.values()

    def extended(
        self, firsts: I64, pasts: I64, limits: I64, *, freely: bool = True
    ) -> list[Candidate | None]:
        """Extend the chains of these seeds; `None` for one that is not long enough."""
        spans = np.stack(
            [
                *(self.seeds[firsts, 0], self.seeds[pasts - 1, 1]),
                *(self.seeds[firsts, 2], self.seeds[pasts - 1, 3]),
            ],
            axis=1,
        )
        same = self.same[firsts]
        budget = BUDGET if freely else NOTHING
        spans = kernels.extend(self.words.units, spans, limits, same, budget)
        edges = self.halves[spans]
        lengths = edges[:, 1::2] - edges[:, ::2]
        least = np.where(same, max(self.least, WITHIN_WORDS), self.least)
        enough = (lengths.min(axis=1) + 1) // WORD >= least
        return [
            Candidate(-length, source, a, c, b, d, (first, past), tuple(limit), freely)
            if fits
            else None
            for fits, length, source, (a, b, c, d), first, past, limit in zip(
                *(enough.tolist(), lengths[:, 1].tolist(), self.source[firsts].tolist()),
                *(spans.tolist(), firsts.tolist(), pasts.tolist(), limits.tolist()),
                strict=True,
            )
        ]

    def answers(self, questions: Sequence[Question]) -> Iterator[Answer]:
        """Compare the candidates that are asked for, and extend the chains."""
        candidates = [one for one in questions if isinstance(one, Candidate)]
        chains = [one for some in questions if not isinstance(some, Candidate) for one in some]
        values = iter(self.similarities(candidates)) if candidates else iter(())
        extended: list[Candidate | None] = [None] * len(chains)
        for freely in (True, False):
            rows = [row for row, one in enumerate(chains) if one.freely == freely]
            if rows:
                firsts, pasts, limits = (
                    np.array([chains[row][column] for row in rows], np.int64) for column in range(3)
                )
                for row, one in zip(
                    rows, self.extended(firsts, pasts, limits, freely=freely), strict=True
                ):
                    extended[row] = one
        several = iter(extended)
        for question in questions:
            if isinstance(question, Candidate):
                yield next(values)
            else:
                yield [part for _ in question if (part := next(several)) is not None]

    def less(self, one: Candidate) -> list[Chain]:
        """Extend a chain by equal words only, and split it at its widest gap."""
        first, past = one.seeds
        if not one.freely:
            return []
        chains = [Chain(first, past, one.limits, freely=False)]
        if past == first + 1:
            return chains
        steps = np.diff(self.words.units.places[self.seeds[first:past, ::2]], axis=0).max(axis=1)
        cut = first + int(steps.argmax()) + 1
        a, b, c, d = one.limits
        _, left, _, right = self.seeds[cut - 1].tolist()
        behind, _, after, _ = self.seeds[cut].tolist()
        before = (a, min(b, max(left, behind)), c, min(d, max(right, after)))
        beyond = (max(a, min(left, behind)), b, max(c, min(right, after)), d)
        return [*chains, Chain(first, cut, before), Chain(cut, past, beyond)]

    def clear_of(self, one: Candidate, taken: list[tuple[int, int]]) -> list[Chain]:
        """Return what is left of a chain between the copies that it overlaps."""
        a, b, low, high = one.limits
        first, past = one.seeds
        begins, ends = self.seeds[first:past, 2], self.seeds[first:past, 3]
        parts = []
        for start, end in [*taken, (high, high)]:
            clear = np.flatnonzero((begins >= low) & (ends <= start))
            if len(clear):
                rows = first + int(clear[0]), first + int(clear[-1]) + 1
                parts.append(Chain(*rows, (a, b, low, start)))
            low = end
        return parts

    def similarities(self, some: list[Candidate]) -> Iterator[tuple[float, bool]]:
        """
        Yield the similarity of the two stretches of each, and whether it is a lower bound.

        NOTE: Long ones are compared piece by piece first, since comparing costs the product of the
        lengths: where that bound is below the threshold they are not compared as a whole.
        """
        sources = np.array([(one.from_first, one.from_past) for one in some], np.int64)
        copies = np.array([(one.first, one.past) for one in some], np.int64)
        count = len(some)
        lengths, normal = self.texts.read(np.concatenate([sources, copies]))
        longer = np.maximum(lengths[:count], lengths[count:])
        sizes = kernels.characters(normal.data, normal.offsets).astype(np.int64)
        bounded: dict[int, float] = {}
        for row in np.flatnonzero(longer > LONG).tolist():
            if normal.raw(row) != normal.raw(count + row):
                total = int(sizes[row] + sizes[count + row])
                value = (total - self.distance(some[row])) * DIGITS // total / DIGITS
                if longer[row] > BOUND or value < self.threshold:
                    bounded[row] = value
        rows = np.array([row for row in range(count) if row not in bounded], np.int64)
        whole = iter(ratios(normal, normal, rows, count + rows, self.threshold).tolist())
        for row in range(count):
            yield (bounded[row], True) if row in bounded else (next(whole), False)

    def distance(self, one: Candidate) -> int:
        """
        Return the summed distance of the pieces of two stretches, cut at seeds.

        An upper bound.
        """
        from rapidfuzz.distance import Indel

        first, last = one.seeds[0], one.seeds[1] - 1
        inner = range(first - first % PIECE + PIECE, last, PIECE)
        cuts = [
            (row, *self.seeds[row, ::2].tolist()) for row in dict.fromkeys([first, *inner, last])
        ]
        cuts = [(-1, one.from_first, one.first), *cuts, (-1, one.from_past, one.past)]
        copy = int(self.copy[first])
        total = 0
        for (row, a, c), (then, b, d) in pairwise(cuts):
            known = self._distances.get((row, then))
            if known is None or row < 0 or then < 0:
                known = Indel.distance(
                    self.texts.piece(one.source, a, b), self.texts.piece(copy, c, d)
                )
                self._distances[row, then] = known
            total += known
        return total

    def table(self, found: list[Chosen]) -> Passages:
        """Write what was chosen as rows."""
        some = [one.candidate for one in found]
        columns = np.array(
            [
                (one.source, one.from_first, one.from_past, one.seeds[0], one.first, one.past)
                for one in some
            ],
            np.int64,
        ).reshape(-1, 6)
        source, from_first, from_past, seed, first, past = np.ascontiguousarray(columns.T)
        copy = self.copy[seed]
        there = self.texts.places(source, from_first, from_past)
        here = self.texts.places(copy, first, past)
        docs = [self.neighbourhoods.doc[self.words.documents[number]] for number in (source, copy)]
        plain = [*docs, *there, *here, [one.similarity for one in found]]
        plain.append([one.bound for one in found])
        named = zip(Passages.names(), map(np.asarray, plain), strict=False)
        # What is written from the first unit to the last one, and in the sentences around them.
        rows = self.words.units.row[first], self.words.units.row[past - 1]
        starts, ends = here[:2]
        at = edges(self.neighbourhoods, rows[0], starts), edges(self.neighbourhoods, rows[1], ends)
        before, after = around(self.neighbourhoods, rows, at, ends)
        written = self.neighbourhoods.written.pieces(*at)
        return Passages.filled(
            len(found), **dict(named), written=written, before=before, after=after
        )
