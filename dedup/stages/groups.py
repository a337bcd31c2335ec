"""
Runs -> groups: one keeper and its copies, each verified against the keeper.

Stars, never chains: a group is all runs whose sources lie in one document and share at least half
of the long paragraphs of the first and longest one (specification: Group). Boilerplate makes
stars too, of texts: the first one keeps, each later one joins the first keeper that it matches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.model import (
    ACROSS,
    BLOCK,
    BOILERPLATE,
    KINDS,
    UNITS,
    WITHIN,
    Finds,
    Matches,
    Members,
    Strings,
    Table,
)
from dedup.rows import fresh, rank_within
from dedup.stages.normalise import without_rest
from dedup.stages.runs import Document, documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.model import F64, I64, Bodies, Places, Runs
    from dedup.settings import Settings

SHOWN = 3
"""Places of boilerplate that a group names."""


def gather(runs: Runs, bodies: Bodies, settings: Settings) -> Finds:
    """Group the runs of each source document; both sorted by it."""
    rows: list[tuple[Any, ...]] = []
    sources = bodies.take(np.isin(bodies.doc, runs.source))
    for source, document in documents(sources, settings).items():
        mine = runs.slice(*np.searchsorted(runs.source, [source, source + 1]).tolist())
        for kind, chosen in ((ACROSS, mine.copy != source), (WITHIN, mine.copy == source)):
            groups = grouped(mine, np.flatnonzero(chosen).tolist(), document)
            for number, group in enumerate(groups):
                head = (source, KINDS.index(kind), UNITS.index(BLOCK), number)
                rows += [(*head, *row) for row in occurrences(mine, group, document, source)]
    return finds(rows)


def grouped(runs: Runs, rows: list[int], document: Document) -> list[list[int]]:
    """Put runs that share half of the first one's source together, longest source first."""
    sources = {
        row: set(
            document.open[
                np.searchsorted(document.open, runs.from_first[row]) : np.searchsorted(
                    document.open, runs.from_last[row], "right"
                )
            ]
        )
        for row in rows
    }
    groups: list[list[int]] = []
    for row in sorted(
        rows,
        key=lambda r: (
            -len(sources[r]),
            runs.from_first[r],
            runs.from_last[r],
            runs.copy[r],
            runs.first[r],
        ),
    ):
        for group in groups:
            first = sources[group[0]]
            if 2 * len(sources[row] & first) >= len(first):
                group.append(row)
                break
        else:
            groups.append([row])
    return groups


def occurrences(
    runs: Runs, group: list[int], document: Document, source: int
) -> Iterator[tuple[Any, ...]]:
    """Write a group as rows of `Finds`: the keeper, then its copies in Order."""
    first = int(min(runs.from_first[row] for row in group))
    last = int(max(runs.from_last[row] for row in group))
    keeper = part(document, first, last)
    _, _, line, line_end, start, end = keeper
    lowest = min(runs.similarity[row] for row in group)
    words = sum(document.words[first : last + 1])
    yield (
        *(0, source, first, last, start, end, line, line_end, lowest, 0, 0, words, keeper, b""),
        document.stretch(first, last),
    )
    for row in sorted(group, key=lambda r: (runs.copy[r], runs.first[r], runs.last[r])):
        where = (runs.first[row], runs.last[row], runs.start[row], runs.end[row])
        lines = (runs.line[row], runs.line_end[row])
        repeated = part(document, int(runs.from_first[row]), int(runs.from_last[row]))
        yield (
            *(1, runs.copy[row], *where, *lines, runs.similarity[row], runs.bound[row], 0, 0),
            *(repeated, runs.pairs.raw(row), runs.written.raw(row)),
        )


def part(document: Document, first: int, last: int) -> tuple[int, ...]:
    """Give paragraphs, lines and offsets of a stretch."""
    lines = (document.line[first], document.line_end[last])
    return (first, last, *lines, document.start[first], document.end[last])


def finds(rows: list[tuple[Any, ...]]) -> Finds:
    """Build the table from rows in the order of its columns."""
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * 19
    kinds: list[type] = [
        np.int64,
        np.int8,
        np.int8,
        np.int64,
        np.int8,
        np.int64,
        np.int32,
        np.int32,
        np.int64,
    ]
    kinds += [np.int64, np.int32, np.int32, np.float64, np.int8, np.int64, np.int64]
    *plain, parts, pairs, written = columns
    typed: list[Any] = [np.array(c, kind) for c, kind in zip(plain, kinds, strict=True)]
    part = np.array(parts, np.int64).reshape(-1, 6)
    return Finds(*[*typed, part, Strings.of(pairs), Strings.of(written)])


@dataclass(frozen=True, slots=True, eq=False)
class Keepers(Table):
    """Stars of texts: each text's keeper, and its similarity to it. Sorted by `text`."""

    text: I64
    keeper: I64
    similarity: F64


def stars(texts: I64, matches: Iterable[Matches]) -> Keepers:
    """
    Give each text the first one in Order that keeps and that it matches, or itself.

    `texts` are sorted ranks; matches with others are left out.
    """
    parts = [_inside(texts, batch) for batch in matches]
    if not parts or not len(texts):
        return Keepers(texts, texts, np.ones(len(texts)))
    known = Matches.concat(parts)
    keeper, value = np.arange(len(texts)), np.ones(len(texts))
    for row in np.lexsort((known.a, known.b)).tolist():
        a, b = known.a[row], known.b[row]
        if keeper[b] == b and keeper[a] == a:
            keeper[b], value[b] = a, known.similarity[row]
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
    """Give the places of boilerplate the keeper of their text."""
    at = np.searchsorted(keepers.text, places.text)
    nothing = np.zeros(len(places), np.int64)
    return Members(
        keepers.keeper[at],
        places.doc,
        places.no,
        keepers.similarity[at],
        nothing - 1,
        nothing,
        nothing.astype(np.int8),
    )


def named(members: Members, published: int) -> Members:
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
    return replace(members.take(rows), source=source, count=count, copy=copy)


def boilerplate(members: Members, bodies: Bodies) -> Finds:
    """Write the named places of boilerplate as rows of `Finds`; both sorted by `doc`."""
    shown = bodies.take(np.searchsorted(bodies.doc, members.doc) + members.no)
    zeros = np.zeros(len(members), np.int8)
    where = (shown.no, shown.no, shown.line, shown.line_end, shown.start, shown.end)
    return Finds(
        members.source,
        np.full(len(members), KINDS.index(BOILERPLATE), np.int8),
        zeros,
        members.keeper,
        members.copy,
        shown.doc,
        *(shown.no, shown.no, shown.start, shown.end, shown.line, shown.line_end),
        members.similarity,
        zeros,
        members.count,
        shown.words.astype(np.int64),
        np.stack([w.astype(np.int64) for w in where], axis=1),
        Strings.of([b""] * len(members)),
        without_rest(shown.written, shown.end - shown.start),
    )
