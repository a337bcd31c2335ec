"""
Runs -> groups: one keeper and its copies, each verified against the keeper.

Stars, never chains: a group is all runs whose sources lie in one document and share at least half
of the long paragraphs of the first and longest one (specification: Group). Boilerplate makes
stars too, of texts: the first one keeps, each later one joins the first keeper that it matches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.model import (
    ACROSS,
    BLOCK,
    BOILERPLATE,
    I64,
    KINDS,
    UNITS,
    WITHIN,
    Finds,
    Keepers,
    Matches,
    Members,
    Named,
)
from dedup.rows import fresh, rank_within, spans
from dedup.stages.normalise import without_rest
from dedup.stages.stretches import BOUND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from dedup.model import I8, I32, Bodies, Passages, Places, Runs, Strings
    from dedup.settings import Settings

SHOWN = 3
"""Places of boilerplate that a group names."""


def gather(runs: Runs, bodies: Bodies, settings: Settings) -> Finds:
    """Group the runs of each source document; both sorted by it."""
    base = np.searchsorted(bodies.doc, runs.source)
    open_ = (bodies.words >= settings.min_words) & (bodies.boilerplate == 0)
    before = np.concatenate([[0], np.cumsum(open_)])
    first, past = before[base + runs.from_first], before[base + runs.from_last + 1]
    within = (runs.copy == runs.source).astype(np.int64)
    group = grouped(runs.source, within, first, past)
    order = np.lexsort((runs.last, runs.first, runs.copy, group))
    runs, base, group, within = runs.take(order), base[order], group[order], within[order]
    heads = np.flatnonzero(fresh(group))
    number = group_numbers(runs.source, within, group)
    kind = np.where(within, KINDS.index(WITHIN), KINDS.index(ACROSS)).astype(np.int8)
    copies = copied(runs, kind, number, base, bodies)
    return Finds.concat([keepers(runs, kind, number, base, heads, bodies), copies])


def grouped(source: I64, within: I64, first: I64, past: I64, piece: int = 1) -> I64:
    """
    Return the group of each run: those that share half of the first one's source, longest first.

    Sources are stretches, `first` up to `past`, of what is numbered through all documents: of open
    paragraphs, or of characters. Groups are numbered in order of source and kind. Equal stretches
    are one step, and a stretch is held only against the groups whose first one lies in one of its
    own pieces, of so many numbers: few, since two first ones share less than half of the longer.
    """
    order = np.lexsort((first, first - past, within, source))
    new = fresh(source[order], within[order], first[order], past[order])
    rows = order[new]
    firsts: list[tuple[int, int]] = []
    over: dict[tuple[int, int], list[int]] = {}
    group = []
    for kind, a, b in zip(
        within[rows].tolist(), first[rows].tolist(), past[rows].tolist(), strict=True
    ):
        pieces = range(a // piece, (b - 1) // piece + 1)
        for known in sorted({g for at in pieces for g in over.get((kind, at), ())}):
            c, d = firsts[known]
            if 2 * (min(b, d) - max(a, c)) >= d - c:
                group.append(known)
                break
        else:
            group.append(len(firsts))
            for at in pieces:
                over.setdefault((kind, at), []).append(len(firsts))
            firsts.append((a, b))
    out = np.zeros(len(order), np.int64)
    out[order] = np.array(group, np.int64)[np.cumsum(new) - 1]
    return out


def group_numbers(source: I64, within: I64, group: I64) -> I64:
    """Number the groups of each source and kind from 0; sorted by group."""
    number: I64 = group - np.maximum.accumulate(np.where(fresh(source, within), group, 0))
    return number


def keepers(  # noqa: PLR0913
    runs: Runs, kind: I8, number: I64, base: I64, heads: I64, bodies: Bodies
) -> Finds:
    """Write the keeper of each group: the smallest stretch that covers its sources."""
    # The smallest stretch that covers all sources of a group,
    first = np.minimum.reduceat(runs.from_first, heads)
    last = np.maximum.reduceat(runs.from_last, heads)
    base = base[heads]
    where = stretches(first, last, base, bodies)
    _, _, line, line_end, start, end = where.T
    words = np.concatenate([[0], np.cumsum(bodies.words, dtype=np.int64)])
    # and what is written there.
    written = bodies.written.pieces(
        bodies.written.offsets[base + first], bodies.written.offsets[base + last + 1]
    )
    return Finds.filled(
        len(heads),
        source=runs.source[heads],
        kind=kind[heads],
        unit=UNITS.index(BLOCK),
        group=number[heads],
        doc=runs.source[heads],
        first=first,
        last=last,
        start=start,
        end=end,
        line=line,
        line_end=line_end,
        similarity=np.minimum.reduceat(runs.similarity, heads),
        words=words[base + last + 1] - words[base + first],
        part=where,
        written=without_rest(written, end - start),
    )


def copied(runs: Runs, kind: I8, number: I64, base: I64, bodies: Bodies) -> Finds:
    """Write every run as a copy."""
    part = stretches(runs.from_first, runs.from_last, base, bodies)
    longer = np.maximum(runs.end - runs.start, part[:, 5] - part[:, 4])
    bound = longer > BOUND
    return as_copies(runs, kind, number, BLOCK, bound=bound, part=part, pairs=runs.pairs)


def as_copies(
    rows: Runs | Passages,
    kind: I8,
    number: I64,
    unit: str,
    **others: NDArray[np.generic] | Strings,
) -> Finds:
    """Write every row as a copy of its group; `others` are the columns that not all units have."""
    return Finds.filled(
        len(rows),
        source=rows.source,
        kind=kind,
        unit=UNITS.index(unit),
        group=number,
        copy=1,
        doc=rows.copy,
        first=rows.first,
        last=rows.last,
        start=rows.start,
        end=rows.end,
        line=rows.line,
        line_end=rows.line_end,
        similarity=rows.similarity,
        written=rows.written,
        **others,
    )


def stretches(first: I32, last: I32, base: I64, bodies: Bodies) -> I64:
    """Return paragraphs, lines and offsets of stretches, six columns; `base` has paragraph 0."""
    a, b = base + first, base + last
    lines = (bodies.line[a], bodies.line_end[b])
    return np.stack([first, last, *lines, bodies.start[a], bodies.end[b]], axis=1).astype(np.int64)


def stars(texts: I64, matches: Iterable[Matches]) -> Keepers:
    """
    Find for each text the first one in Order that keeps and that it matches, or itself.

    `texts` are sorted ranks, matches sorted by a, b; those with others are left out. Whether a text
    keeps is settled by the matches with earlier ones, so one pass in the order of `a` will do.
    """
    keeper, value = np.arange(len(texts)), np.ones(len(texts))
    for batch in matches:
        known = _inside(texts, batch)
        starts = np.flatnonzero(fresh(known.a))
        firsts = known.a[starts].tolist()
        for a, (first, past) in zip(firsts, spans(starts, len(known)), strict=True):
            if keeper[a] == a:
                b, found = known.b[first:past], known.similarity[first:past]
                free = keeper[b] == b
                keeper[b[free]], value[b[free]] = a, found[free]
    return Keepers(texts, texts[keeper], value)


def _inside(texts: I64, matches: Matches) -> Matches:
    """Keep the matches between two of the texts, by their numbers among them."""
    if not len(texts):
        return matches.slice(0, 0)
    a, b = (np.searchsorted(texts, ends) for ends in (matches.a, matches.b))
    a, b = (np.minimum(ends, len(texts) - 1) for ends in (a, b))
    known = (texts[a] == matches.a) & (texts[b] == matches.b)
    return Matches(a[known], b[known], matches.similarity[known])


def members(places: Places, keepers: Keepers) -> Members:
    """Put the keeper of its text beside each place of boilerplate; keepers are sorted by text."""
    at = np.searchsorted(keepers.text, places.text)
    return Members(keepers.keeper[at], places.doc, places.no, keepers.similarity[at])


def named_places(members: Members, published: int) -> Named:
    """
    Keep the first places of each group, and count all; rows sorted by keeper, doc, no.

    A group with published documents only is no finding of a check.
    """
    starts = np.flatnonzero(fresh(members.keeper))
    sizes = np.diff(starts, append=len(members))
    group = np.repeat(np.arange(len(starts)), sizes)
    incoming = members.doc[starts + sizes - 1] >= published
    rank = rank_within(members.keeper)
    rows = np.flatnonzero((rank < SHOWN) & incoming[group])
    source, count = members.doc[starts[group[rows]]], sizes[group[rows]]
    copy = (rank[rows] > 0).astype(np.int8)
    return Named(**members.take(rows).columns(), source=source, count=count, copy=copy)


def boilerplate(members: Named, bodies: Bodies) -> Finds:
    """Write the named places of boilerplate as rows of `Finds`; both sorted by `doc`."""
    shown = bodies.take(np.searchsorted(bodies.doc, members.doc) + members.no)
    where = (shown.no, shown.no, shown.line, shown.line_end, shown.start, shown.end)
    return Finds.filled(
        len(members),
        source=members.source,
        kind=KINDS.index(BOILERPLATE),
        unit=UNITS.index(BLOCK),
        group=members.keeper,
        copy=members.copy,
        doc=shown.doc,
        first=shown.no,
        last=shown.no,
        start=shown.start,
        end=shown.end,
        line=shown.line,
        line_end=shown.line_end,
        similarity=members.similarity,
        count=members.count,
        words=shown.words,
        part=np.stack(where, axis=1),
        written=without_rest(shown.written, shown.end - shown.start),
    )
