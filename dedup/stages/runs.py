"""
Points -> runs: matching paragraphs in the same order in two places, and the choice among them.

Each document is decided alone, left to right, so no document waits for another. A run grows from
a point to the nearest next one, is cut where the two stretches as a whole are not similar enough,
and is widened over equal short paragraphs beside it (specification: Run, Choice).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedup.model import Neighbourhoods, Runs, Strings
from dedup.rows import arranged, fresh, matching, repeated, spans
from dedup.stages.lockstep import lockstep
from dedup.stages.stretches import Answer, Document, ParagraphColumns, Question, ends, likenesses

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TypeAlias, TypeVar

    from dedup.model import Bodies, Partners, Points
    from dedup.settings import Settings

    T = TypeVar("T")
    Choice: TypeAlias = Generator[Question, Answer, T]


def neighbourhood(partners: Partners, bodies: Bodies) -> Neighbourhoods:
    """Bring the paragraphs of all partners of a document together; both sorted by `doc`."""
    row, at = matching(partners.doc, bodies.doc)
    return Neighbourhoods(partners.copy[row], **bodies.take(at).columns())


def choose(points: Points, neighbourhoods: Neighbourhoods, settings: Settings) -> Runs:
    """Choose the runs of each document `copy`; points and neighbourhoods sorted by it."""
    # Points in order of where a run may begin; the paragraphs of each document once.
    within = points.source == points.copy
    points = arranged(points, points.copy, within, points.j, points.source, points.i)
    rows = documents_once(neighbourhoods)
    past_of = ends(rows)
    columns = ParagraphColumns.of(rows, past_of, settings)
    heads = np.flatnonzero(fresh(rows.doc))
    seen = {
        doc: Document(columns, *where)
        for doc, where in zip(rows.doc[heads].tolist(), spans(heads, len(rows)), strict=True)
    }
    # The places of each document that point at others, those that point within it apart.
    within = points.source == points.copy
    heads = np.flatnonzero(fresh(points.copy, within, points.j))
    edges, numbers = [*heads.tolist(), len(points)], points.j[heads].tolist()
    starts = np.flatnonzero(fresh(points.copy[heads], within[heads]))
    aims = points.source.data, points.i.data
    open_ = [
        Near(numbers[a:b], edges[a : b + 1], aims, copy, seen)
        for copy, (a, b) in zip(
            points.copy[heads[starts]].tolist(), spans(starts, len(heads)), strict=True
        )
    ]
    # All documents are gone through together, so that one kernel call answers for many.
    choices = lockstep([chosen(near, settings) for near in open_], likenesses)
    found = [
        (near.copy, run, near.here)
        for near, runs in zip(open_, choices, strict=True)
        for run in runs
    ]
    # A row a run.
    begin = np.array([d.row + r.first for _, r, d in found], np.int64)
    end = np.array([d.row + r.last for _, r, d in found], np.int64)
    return Runs(
        np.array([r.source for _, r, _ in found], np.int64),
        np.array([copy for copy, _, _ in found], np.int64),
        np.array([r.from_first for _, r, _ in found], np.int32),
        np.array([r.from_last for _, r, _ in found], np.int32),
        np.array([r.first for _, r, _ in found], np.int32),
        np.array([r.last for _, r, _ in found], np.int32),
        np.array([r.similarity for _, r, _ in found], np.float64),
        Strings.of([np.array(r.pairs, "<i4").tobytes() for _, r, _ in found]),
        rows.start[begin],
        rows.end[end],
        rows.line[begin],
        rows.line_end[end],
        rows.written.pieces(rows.written.offsets[begin], past_of[end]),
    )


def documents_once(neighbourhoods: Neighbourhoods) -> Neighbourhoods:
    """Return the paragraphs of every document of some neighbourhoods once, sorted by `doc`."""
    heads = np.flatnonzero(fresh(neighbourhoods.copy, neighbourhoods.doc))
    _, first = np.unique(neighbourhoods.doc[heads], return_index=True)
    row, no = repeated(np.diff(heads, append=len(neighbourhoods))[first])
    return neighbourhoods.take(heads[first][row] + no)


@dataclass(frozen=True, slots=True)
class Run:
    """Paragraphs by number: pairs of (source, copy), the stretches, their similarity."""

    source: int
    pairs: tuple[tuple[int, int], ...]
    from_first: int
    from_last: int
    first: int
    last: int
    similarity: float = 1.0


def chosen(near: Near, settings: Settings) -> Choice[list[Run]]:
    """
    Yield the runs of one kind, left to right.

    Most pairs first, of equals the earliest source.
    """
    here, seen = near.here, near.seen
    runs = []
    known: dict[int, Known] = {}
    taken: set[int] = set()
    furthest = -1
    for place in near.begins:
        if place in taken:
            continue
        # Where the same paragraphs followed before, the run found there is the run here.
        sign = near.signs[place] if near.signs else None
        again = known.get(sign) if sign is not None and furthest < place else None
        if again is not None and again.holds(place, near):
            best = again.run_at(place, here, seen)
        else:
            best, then = yield from longest(place, near, taken, settings)
            if (
                then is not None
                and sign is not None
                and furthest < place
                and then.holds(place, near)
            ):
                known[sign] = then
        # What is paired in it is taken; then short paragraphs beside and inside it join.
        if best is not None:
            places = [here.position(b) for _, b in best.pairs]
            taken.update(places)
            furthest = max(furthest, places[-1])
            there = seen[best.source]
            runs.append(filled((yield from widened(best, there, here)), there, here))
    return runs


class Near:
    """
    The points of one kind in one document; a class because equal places share what they point at.

    A place is the number of a paragraph among the open ones of its document. Where a paragraph
    stands again and again its places point at the same sources: these are kept once.
    """

    def __init__(
        self,
        numbers: list[int],
        edges: list[int],
        aims: tuple[memoryview, memoryview],
        copy: int,
        seen: dict[int, Document],
    ) -> None:
        """
        Take the paragraphs that point at others, and where the points of each begin and end.

        `aims` are the source and its paragraph, by point.
        """
        self.here, self.copy, self.seen = seen[copy], copy, seen
        # Points are looked at once a kind: a paragraph may stand a million times in a document.
        kinds: dict[tuple[bytes, bytes], int] = {}
        pointed: list[tuple[list[int], list[int]]] = []
        self.begins: dict[int, int] = {}
        """The kind of each place that points at anything, left to right."""
        for number, (a, b) in zip(numbers, pairwise(edges), strict=True):
            sources, paragraphs = aims[0][a:b], aims[1][a:b]
            kind = kinds.setdefault((sources.tobytes(), paragraphs.tobytes()), len(kinds))
            if kind == len(pointed):
                pointed.append((sources.tolist(), paragraphs.tolist()))
            self.begins[self.here.position(number)] = kind
        self.docs = sorted({source for sources, _ in pointed for source in sources})
        """The sources by number."""
        number_of = {doc: n for n, doc in enumerate(self.docs)}
        self.sources = [
            {i * len(self.docs) + number_of[doc] for doc, i in zip(*own, strict=True)}
            for own in pointed
        ]
        """What each kind of place points at: paragraph times sources plus number of the source."""
        self.signs = self._signs() if len(self.sources) < len(self.begins) else []
        """What distinguishes a place: what it points at and what is written there."""

    def _signs(self) -> list[int]:
        signs: dict[tuple[int, int, bytes], int] = {}
        return [
            signs.setdefault((self.begins.get(place, -1), *self.here.block(place)), len(signs))
            for place in range(len(self.here.open))
        ]

    @cached_property
    def alike(self) -> set[tuple[int, int]]:
        """Pairs of texts that match: the copy's and the source's."""
        no = self.here.open
        some = {(self.here.text(no[place]), kind) for place, kind in self.begins.items()}
        return {
            (mine, self.seen[self.docs[source]].text(i))
            for mine, kind in some
            for source, i in self.pointed(kind)
        }

    def pointed(self, kind: int) -> list[tuple[int, int]]:
        """Return number of the source and paragraph that a kind of place points at, in Order."""
        return sorted(divmod(code, len(self.docs))[::-1] for code in self.sources[kind])


@dataclass(frozen=True, slots=True)
class Known:
    """
    The run that was found at a place: it is the run of every place where the same follows.

    The same follows where the copy has the same paragraphs from there on (`signs`), none of them is
    taken yet, and all sources end before the place.
    """

    signs: list[int]
    highest: int
    """A place of the copy's own document before which all sources end; -1 for other documents."""
    run: Run | None
    places: list[tuple[int, int]]
    """Its pairs: place in the source, and in the copy from where it begins."""

    def holds(self, place: int, near: Near) -> bool:
        """Say whether the same follows at a place."""
        return self.highest < place and (near.signs[place : place + len(self.signs)] == self.signs)

    def run_at(self, place: int, here: Document, seen: dict[int, Document]) -> Run | None:
        """Return the run that begins there."""
        if self.run is None:
            return None
        there = seen[self.run.source]
        pairs = tuple((there.open[a], here.open[place + b]) for a, b in self.places)
        return replace(self.run, pairs=pairs, first=pairs[0][1], last=pairs[-1][1])


def longest(
    place: int, near: Near, taken: set[int], settings: Settings
) -> Choice[tuple[Run | None, Known | None]]:
    """Choose among the runs that begin at a place; say what that depends on, if any are alike."""
    here, max_gap = near.here, settings.max_gap
    # The chain of points to each source, as far as it goes.
    grown = []
    for number, i in near.pointed(near.begins[place]):
        there = near.seen[near.docs[number]]
        limit = place if there is here else len(there.open)
        first = (there.position(i), place)
        grown.append((near.docs[number], extend_chain(first, near, number, taken, limit, max_gap)))
    # The longest are settled first: a shorter chain cannot beat one that holds.
    best: Run | None = None
    for source, places in sorted(grown, key=lambda g: -len(g[1])):
        there = near.seen[source]
        if best is not None and len(places) <= len(best.pairs):
            begin = (source, there.open[places[0][0]])
            if len(places) < len(best.pairs) or begin > (best.source, best.from_first):
                continue
        pairs = tuple([(there.open[a], here.open[b]) for a, b in places])
        run = yield from settle(pairs, source, there, here, near, settings)
        if run is not None and (
            best is None
            or (-len(run.pairs), run.source, run.from_first)
            < (-len(best.pairs), best.source, best.from_first)
        ):
            best = run
    # What the choice depends on: the paragraphs ahead, and how far own sources reach.
    if not near.signs:
        return best, None
    past = max(places[-1][1] for _, places in grown) + max_gap + 2
    own = [places[-1][0] for source, places in grown if source == near.copy]
    steps = []
    if best is not None:
        position = near.seen[best.source].position
        steps = [(position(a), here.position(b) - place) for a, b in best.pairs]
    highest = max(own, default=-max_gap - 2) + max_gap + 1
    return best, Known(near.signs[place:past], highest, best, steps)


@cache
def steps(max_gap: int) -> list[tuple[int, int]]:
    """
    Return what may be skipped in source and copy.

    Fewest in all first, then fewest in the copy.
    """
    return sorted(
        ((a, b) for a in range(max_gap + 1) for b in range(max_gap + 1)),
        key=lambda skipped: (sum(skipped), skipped[1]),
    )


def extend_chain(  # noqa: PLR0913
    first: tuple[int, int],
    near: Near,
    number: int,
    taken: set[int],
    limit: int,
    max_gap: int,
) -> list[tuple[int, int]]:
    """Follow the nearest next points from `first`; the source stays before `limit`."""
    run = [first]
    there = near.seen[near.docs[number]].open
    begins, sources, docs = near.begins, near.sources, len(near.docs)
    skipped = steps(max_gap)
    while True:
        i, j = run[-1]
        for a, b in skipped:
            x, y = i + 1 + a, j + 1 + b
            if x >= limit or y in taken or y not in begins:
                continue
            if there[x] * docs + number in sources[begins[y]]:
                run.append((x, y))
                break
        else:
            return run


def settle(  # noqa: PLR0913
    pairs: tuple[tuple[int, int], ...],
    source: int,
    there: Document,
    here: Document,
    near: Near,
    settings: Settings,
) -> Choice[Run | None]:
    """Cut a run until it holds, and give it if it counts."""
    while True:
        (i, j), (k, m) = pairs[0], pairs[-1]
        value, _ = yield Question((i, k), (j, m), pairs, there, here, settings.threshold)
        if value < settings.threshold:
            pairs = pairs[: widest_gap(pairs, there, here)]
            continue
        once = one_period(pairs, there, near.alike) if there is here else pairs
        if once == pairs:
            break
        pairs = once
    words = min(there.words([i for i, _ in pairs]), here.words([j for _, j in pairs]))
    if words < settings.min_group_words:
        return None
    return Run(source, pairs, i, k, j, m, value)


def widest_gap(pairs: tuple[tuple[int, int], ...], there: Document, here: Document) -> int:
    """Find how many pairs stand before the widest gap; of equals the first."""
    gaps = [
        max(there.position(c) - there.position(a), here.position(d) - here.position(b))
        for (a, b), (c, d) in pairwise(pairs)
    ]
    return gaps.index(max(gaps)) + 1


def one_period(
    pairs: tuple[tuple[int, int], ...], there: Document, alike: set[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """Cut a run whose source repeats its own beginning a whole number of times to one time."""
    source = there.open[there.position(pairs[0][0]) : there.position(pairs[-1][0]) + 1]
    texts = [there.text(no) for no in source]
    for period in range(1, len(texts) // 2 + 1):
        if len(texts) % period == 0 and all(
            texts[k] == texts[k % period] or (texts[k], texts[k % period]) in alike
            for k in range(period, len(texts))
        ):
            return tuple(p for p in pairs if p[0] <= source[period - 1])
    return pairs


def widened(run: Run, there: Document, here: Document) -> Choice[Run]:
    """Widen a run over directly adjacent equal short paragraphs: the beginning, then the end."""
    first, last, from_first, from_last = run.first, run.last, run.from_first, run.from_last
    pairs = run.pairs
    within = there is here

    def equal(i: int, j: int) -> bool:
        return (
            not there.is_long(i)
            and not here.is_long(j)
            and there.text(i) == here.text(j)
            and not there.is_boilerplate(i)
        )

    # The beginning, as far as it goes, then the end.
    while (
        from_first > 0
        and first - 1 > (from_last if within else -1)
        and equal(from_first - 1, first - 1)
    ):
        from_first, first = from_first - 1, first - 1
        pairs = ((from_first, first), *pairs)
    while (
        last + 1 < len(here)
        and from_last + 1 < (first if within else len(there))
        and equal(from_last + 1, last + 1)
    ):
        from_last, last = from_last + 1, last + 1
        pairs = (*pairs, (from_last, last))
    # The wider stretches have a similarity of their own.
    if pairs == run.pairs:
        return run
    value, _ = yield Question((from_first, from_last), (first, last), pairs, there, here)
    return replace(
        run,
        pairs=pairs,
        from_first=from_first,
        from_last=from_last,
        first=first,
        last=last,
        similarity=value,
    )


def filled(run: Run, there: Document, here: Document) -> Run:
    """
    Pair what lies inside a run where the same text stands at the same place beside a pair.

    A long paragraph that was skipped is not paired: it opens a run of its own.
    """

    def equal(i: int, j: int) -> bool:
        skipped = here.is_long(j) and not here.is_boilerplate(j)
        return there.text(i) == here.text(j) and not skipped

    more = []
    for (i, j), (k, m) in pairwise(run.pairs):
        after, before = 1, 1
        room = min(k - i, m - j)
        while after < room and equal(i + after, j + after):
            more.append((i + after, j + after))
            after += 1
        while after + before <= room and equal(k - before, m - before):
            more.append((k - before, m - before))
            before += 1
    return replace(run, pairs=tuple(sorted((*run.pairs, *more)))) if more else run
