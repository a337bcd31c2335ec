"""
The choice of what stays, made in rounds by the tasks of an engine.

Units are numbered in keep order; an edge joins two that are the same text. A unit goes if an
earlier one that stays is the same text: in each round those go that have an edge to a unit without
an earlier one, and edges of what goes are left out, until none is left. What is undecided after
`ROUNDS` is decided by one task, unit after unit. It is what one pass in keep order gives
(`plan.py`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.cleaning.tables import NONE
from dedup.engines.base import as_it_is
from dedup.model import I8, I64, Table
from dedup.rows import fresh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.engines.interface import Engine, Stored
    from dedup.model import I32, Matches

    Mask = NDArray[np.bool_]

ROUNDS = 10
LATE, EARLY, UNIT = ("late", "early"), ("early", "late"), ("unit",)


@dataclass(frozen=True, slots=True, eq=False)
class Edges(Table):
    """Two units that are the same text."""

    late: I64
    """The later one in keep order."""
    early: I64


@dataclass(frozen=True, slots=True, eq=False)
class Undecided(Table):
    """Edges that one task decides."""

    task: I8
    late: I64
    early: I64


@dataclass(frozen=True, slots=True, eq=False)
class Gone(Table):
    """One row for each reason for which a unit goes."""

    unit: I64


def chosen_in_rounds(text: I32 | I64, fixed: Mask, removable: Matches, engine: Engine) -> I64:
    """
    Return the first unit that stays and is the same text as each one, `NONE` for what stays.

    `text` has the text of each unit, in keep order, each once; `fixed` units stay whatever is the
    same text. Both sides of `removable` are among the texts.
    """
    place = np.full(int(text.max(initial=-1)) + 1, NONE)
    place[text] = np.arange(len(text))
    ends = place[removable.a], place[removable.b]
    edges = Edges(np.maximum(*ends), np.minimum(*ends))
    edges = edges.take(~fixed[edges.late])
    chosen = np.full(len(text), NONE)
    if len(edges):
        for kept in engine.fetch(first_that_stay(edges, engine)):
            chosen[kept.late] = kept.early
    return chosen


def first_that_stay(edges: Edges, engine: Engine) -> Stored[Edges]:
    """Return an edge for each unit that goes: to the first one that stays."""
    every = engine.map([edges], Edges, as_it_is)
    gone: list[Stored[Gone]] = []
    left, number = every, 0
    while number < ROUNDS and engine.count(left):
        number += 1
        going = engine.join(left, left, (EARLY, LATE), Gone, going_for_roots)
        left = engine.join(left, going, (LATE, UNIT), Edges, without_late)
        left = engine.join(left, going, (EARLY, UNIT), Edges, without_early)
        gone.append(going)
    undecided = engine.count(left)
    logging.getLogger("dedup").info(
        "what stays was chosen in %d rounds, and of %d pairs in one task", number, undecided
    )
    if undecided:
        last = engine.map(left, Undecided, of_one_task)
        gone.append(engine.by_key(last, ("task", *LATE), Gone, going_one_by_one))
    stay = engine.join(every, engine.union(*gone), (EARLY, UNIT), Edges, without_early)
    return engine.by_key(stay, LATE, Edges, firsts)


def going_for_roots(edges: Edges, others: Edges) -> Gone:
    """Return the units with an edge to one that has no earlier one; `others` are by `late`."""
    return Gone(edges.late[~np.isin(edges.early, others.late)])


def without_late(edges: Edges, gone: Gone) -> Edges:
    """Leave out the edges whose later unit goes."""
    return edges.take(~np.isin(edges.late, gone.unit))


def without_early(edges: Edges, gone: Gone) -> Edges:
    """Leave out the edges whose earlier unit goes."""
    return edges.take(~np.isin(edges.early, gone.unit))


def of_one_task(edges: Edges) -> Undecided:
    """Give all edges one key."""
    return Undecided.filled(len(edges), late=edges.late, early=edges.early)


def going_one_by_one(edges: Undecided) -> Gone:
    """Return the units that go; edges come by `late`, so what is earlier is decided."""
    gone: set[int] = set()
    for late, early in zip(edges.late.tolist(), edges.early.tolist(), strict=True):
        if early not in gone:
            gone.add(late)
    return Gone(np.array(sorted(gone), np.int64))


def firsts(edges: Edges) -> Edges:
    """Keep the first edge of each later unit; edges come by `late`, `early`."""
    return edges.take(fresh(edges.late))
