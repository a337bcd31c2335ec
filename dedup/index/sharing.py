"""
Seeds of passages that published documents have, where incoming ones have them too.

An index has the seeds of each document as they are chosen between the paragraphs that were
boilerplate then; where others are now, they are chosen anew when they are asked for. Only the
`EARLIEST` places of a seed count, so few documents are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup.rows import arranged, fresh, rank_within
from dedup.stages import seeds
from dedup.stages.bodies import bodies

if TYPE_CHECKING:
    from dedup.index.marking import Marks
    from dedup.index.published import Published


def published_seeds(keys: m.I64, known: Published, marks: Marks) -> m.Seeds:
    """Return the earliest seeds of published documents with some keys; keys are sorted."""
    found = known.seeds(keys)
    settled = np.zeros(0, np.int64)
    while True:
        few = seeds.thinned(found)
        few = few.take(rank_within(few.key) < seeds.EARLIEST)
        open_docs = np.setdiff1d(few.doc, settled)
        if not len(open_docs):
            return few
        settled = np.union1d(settled, open_docs)
        before = known.places_of(open_docs)
        places = marks.put(before)
        walled = np.unique(places.doc[(places.boilerplate != 0) != (before.boilerplate != 0)])
        if not len(walled):
            continue
        whole = bodies(known.paragraphs(walled), places.take(np.isin(places.doc, walled)))
        anew = seeds.choose_seeds(whole, m.Covered.empty())
        anew = anew.take(np.isin(anew.key, keys))
        found = m.Seeds.concat([found.take(~np.isin(found.doc, walled)), anew])
        found = arranged(found, found.key, found.doc, found.at)


def may_chain(shared: m.Shared) -> m.I64:
    """
    Return the sources of which two seeds might be in one chain.

    Each seed of a chain lies at most `GAP` behind another, nearly on its diagonal.
    """
    order = np.lexsort((shared.of, shared.at, shared.source, shared.copy))
    shared = shared.take(order)
    found = np.zeros(len(shared), bool)
    pair = np.cumsum(fresh(shared.copy, shared.source))
    step = 1
    while step < len(shared):
        gap = shared.at[step:] - shared.at[:-step]
        near = (pair[step:] == pair[:-step]) & (gap <= seeds.GAP)
        if not near.any():
            break
        drift = np.abs(gap - (shared.of[step:] - shared.of[:-step]))
        found[step:] |= near & (gap > 0) & (drift <= seeds.DRIFT)
        step += 1
    return np.unique(shared.source[found])
