"""
The boilerplate that a report names: the groups that hold a place in an incoming document.

Published groups are stored. They change only where a published text is boilerplate by what comes
in; an incoming text joins the first keeper that it matches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup.index import stars
from dedup.index.standing import NONE
from dedup.rows import arranged
from dedup.stages import groups
from dedup.stages.normalise import PARAGRAPH

if TYPE_CHECKING:
    from dedup.index.marking import Marks
    from dedup.index.relations import Relations


def named_boilerplate(own: m.Places, between: Relations, marks: Marks) -> m.Named:
    """Name the places of boilerplate that a report shows, of groups with incoming ones."""
    texts = np.unique(own.text[own.boilerplate != 0])
    if not len(texts):
        return m.Named.empty()
    known = between.known
    standing = marks.standing

    def was(text: int) -> int:
        if text >> PARAGRAPH >= known.docs:
            return NONE
        number = standing.keeper[known.number(text)]
        return NONE if number == NONE else int(known.first[number])

    every = np.union1d(texts, marks.changed)
    found = stars.settled(every, between.near, marks.of, was)
    keepers = np.unique([found[text] for text in texts.tolist()])
    # The members of their groups: as they are stored, but for those that were asked anew.
    kept = standing.members(known.numbers(keepers[keepers >> PARAGRAPH < known.docs]))
    stored = ~np.isin(known.first[kept], list(found))
    joined = [(text, keeper) for text, keeper in found.items() if keeper in set(keepers.tolist())]
    new, of = np.array(joined, np.int64).reshape(-1, 2).T
    members = np.concatenate([known.first[kept[stored]], new])
    keeper = np.concatenate([known.first[standing.keeper[kept[stored]]], of])
    order = np.argsort(members)
    group = _alike(members[order], keeper[order], between)
    named = groups.members(between.places_of(group.text), group)
    named = arranged(named, named.keeper, named.doc, named.no)
    return groups.named_places(named, known.docs)


def _alike(texts: m.I64, keepers: m.I64, between: Relations) -> m.Keepers:
    """Put the similarity to its keeper beside each text; texts are sorted."""
    similarity = np.ones(len(texts))
    pairs = between.matches_of(np.unique(keepers))
    at = np.minimum(np.searchsorted(texts, pairs.b), len(texts) - 1)
    own = (texts[at] == pairs.b) & (keepers[at] == pairs.a)
    similarity[at[own]] = pairs.similarity[own]
    return m.Keepers(texts, keepers, similarity)
