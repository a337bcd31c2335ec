"""
Passages -> groups: one keeper and its copies, as for blocks.

A group is all passages of a kind whose sources lie in one document and, longest source first, share
at least half of the characters of its first one; the keeper is the smallest stretch that covers
them (specification: Group). Every copy was verified against its part of the keeper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import ACROSS, KINDS, PASSAGE, UNITS, WITHIN, Finds
from dedup.rows import fresh
from dedup.stages.groups import as_copies, group_numbers, grouped
from dedup.stages.passage_texts import around, edges

if TYPE_CHECKING:
    from dedup.model import I8, I64, Bodies, Passages


PIECE = 1_000
"""Characters of a document in which sources are looked up: few groups begin with one there."""


def gather(passages: Passages, bodies: Bodies) -> Finds:
    """Group the passages of each source document; both sorted by it."""
    within = (passages.copy == passages.source).astype(np.int64)
    apart = int(passages.from_end.max(initial=0)) + PIECE
    start = passages.from_start + apart * np.cumsum(fresh(passages.source))
    past = start + passages.from_end - passages.from_start
    group = grouped(passages.source, within, start, past, PIECE)
    order = np.argsort(group, kind="stable")
    passages, group, within = passages.take(order), group[order], within[order]
    heads = np.flatnonzero(fresh(group))
    number = group_numbers(passages.source, within, group)
    kind = np.where(within, KINDS.index(WITHIN), KINDS.index(ACROSS)).astype(np.int8)
    found = keepers(passages, kind, number, heads, bodies)
    return Finds.concat([found, copies(passages, kind, number)])


def keepers(passages: Passages, kind: I8, number: I64, heads: I64, bodies: Bodies) -> Finds:
    """Write the keeper of each group: the smallest stretch that covers its sources."""
    # The smallest stretch that covers all sources of a group,
    first, line, start = (
        np.minimum.reduceat(column, heads)
        for column in (passages.from_first, passages.from_line, passages.from_start)
    )
    last, line_end, end = (
        np.maximum.reduceat(column, heads)
        for column in (passages.from_last, passages.from_line_end, passages.from_end)
    )
    # and what is written there.
    source = passages.source[heads]
    base = np.searchsorted(bodies.doc, source)
    rows = base + first, base + last
    at = edges(bodies, rows[0], start), edges(bodies, rows[1], end)
    written = bodies.written.pieces(*at)
    _, _, words = kernels.normalise(written.data, written.offsets)
    before, after = around(bodies, rows, at, end)
    return Finds.filled(
        len(heads),
        source=source,
        kind=kind[heads],
        unit=UNITS.index(PASSAGE),
        group=number[heads],
        doc=source,
        first=first,
        last=last,
        start=start,
        end=end,
        line=line,
        line_end=line_end,
        similarity=np.minimum.reduceat(passages.similarity, heads),
        words=words,
        part=np.stack([first, last, line, line_end, start, end], axis=1),
        written=written,
        before=before,
        after=after,
    )


def copies(passages: Passages, kind: I8, number: I64) -> Finds:
    """Write every passage as a copy."""
    own = passages
    places = (own.from_first, own.from_last, own.from_line, own.from_line_end)
    part = np.stack([*places, own.from_start, own.from_end], axis=1)
    rest = {"before": own.before, "after": own.after}
    return as_copies(own, kind, number, PASSAGE, bound=own.bound, part=part, **rest)
