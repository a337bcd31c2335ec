"""
In keep order -> which paragraphs stay, and which of these each other one goes for.

Copies of one text are settled together, as columns; only texts that are the same as another, not
equal, are gone through one by one, each once (with a document, where the scope asks for it). So a
paragraph with a million places costs a million rows, and a family of 50,000 lines 50,000 steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.cleaning.kinship import Kinship
from dedup.cleaning.tables import NONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.cleaning.tables import ParagraphTable
    from dedup.model import I64, Matches

    Mask = NDArray[np.bool_]


def repeated(places: ParagraphTable, kin: Matches, large: Mask, texts: int) -> Mask:
    """Mark the large places whose text stands in another one too, or is the same as another."""
    often = np.bincount(places.same[large], minlength=texts) > 1
    often[kin.a] = True
    often[kin.b] = True
    return large & often[places.same]


def choose(places: ParagraphTable, rows: I64, kin: Matches, scope: str, texts: int) -> I64:
    """
    Give each row the one that keeps it, `NONE` where it stays; rows come in keep order.

    A unit is decided as one: a text, or, where the scope looks at documents, a text in a document.
    """
    text, doc = places.same[rows], places.doc[rows]
    first = np.full(texts, len(rows))
    np.minimum.at(first, text, np.arange(len(rows)))
    kin = kin.take((first[kin.a] < len(rows)) & (first[kin.b] < len(rows)))
    if scope == "all":
        unit, begins = text, first
        begun = np.flatnonzero(first < len(rows))
    else:
        docs = int(places.doc[-1]) + 1 if len(places) else 1
        _, begins, unit = np.unique(
            text.astype(np.int64) * docs + doc, return_index=True, return_inverse=True
        )
        begun = np.arange(len(begins))
    keeper = np.full(len(begins), NONE)
    related = np.zeros(texts, bool)
    related[kin.a] = True
    related[kin.b] = True
    at = begins[begun]
    if scope == "across":
        opening = first[text[at]]
        away = (doc[opening] != doc[at]) & ~related[text[at]]
        keeper[begun[away]] = opening[away]
    at = np.sort(at[related[text[at]]])
    chosen = _one_by_one(text[at].tolist(), doc[at].tolist(), Kinship(kin, texts), scope)
    has = chosen != NONE
    keeper[unit[at[has]]] = at[chosen[has]]
    of = keeper[unit]
    if scope != "across":
        later = (of == NONE) & (begins[unit] < np.arange(len(rows)))
        of[later] = begins[unit[later]]
    return np.where(of == NONE, NONE, rows[of])


def _one_by_one(text: list[int], doc: list[int], kin: Kinship, scope: str) -> I64:
    """
    Give each text, in keep order, the first that stays and is the same, `NONE` where it stays.

    Each comes once, with `within` and `across` once a document; with `within` each document begins
    anew. Only the first that stays of a text can be the first of all.
    """
    stays: dict[int, int] = {}
    settled: dict[int, int] = {}
    out = np.full(len(text), NONE)
    here = NONE
    for n, (mine, of) in enumerate(zip(text, doc, strict=True)):
        if scope == "within" and of != here:
            stays, here = {}, of
        found = settled.get(mine, NONE)
        if found == NONE:
            near = [stays[other] for other in kin.near(mine, stays)]
            if scope == "across":
                near += [stays[mine]] if mine in stays else []
                near = [at for at in near if doc[at] != of]
            found = min(near, default=NONE)
            if found == NONE:
                stays.setdefault(mine, n)
            elif scope == "across":
                settled[mine] = found
        out[n] = found
    return out


def follow(places: ParagraphTable, leaders: I64, keeper: I64, gone: Mask, barred: Mask) -> None:
    """
    Let shorter paragraphs go with those beside them that go; `leaders` come in keep order.

    From each leader first back, then forth, as long as the paragraph at the same place beside the
    keeper has the same words, is the same text and stays. Where two leaders could take a paragraph
    the earlier one has had it. A keeper's neighbours are settled by then: its document ranks
    before, or it is the same one and the keeper, which stays, parts it from all that is still open.
    """
    doc, text, same = places.doc.data, places.text.data, places.same.data
    kept, went, shut = keeper.data, gone.data, (gone | barred).data
    last = len(doc) - 1
    some = leaders[
        _can_follow(places, leaders, keeper, gone | barred, -1)
        | _can_follow(places, leaders, keeper, gone | barred, 1)
    ]
    for leader in some.tolist():
        of = kept[leader]
        for step in (-1, 1):
            row, other = leader + step, of + step
            while (
                0 <= row <= last
                and 0 <= other <= last
                and text[row] == text[other]
                and same[row] == same[other]
                and not (shut[row] or shut[other])
                and doc[row] == doc[leader]
                and doc[other] == doc[of]
            ):
                went[row] = shut[row] = True
                kept[row] = other
                row, other = row + step, other + step


def _can_follow(places: ParagraphTable, leaders: I64, keeper: I64, shut: Mask, step: int) -> Mask:
    """Mark the leaders that might take the paragraph beside them; later fewer can, never more."""
    last = len(places) - 1
    row, other = leaders + step, keeper[leaders] + step
    inside = (row >= 0) & (row <= last) & (other >= 0) & (other <= last)
    row, other = row.clip(0, last), other.clip(0, last)
    inside &= places.text[row] == places.text[other]
    inside &= places.same[row] == places.same[other]
    inside &= places.doc[row] == places.doc[leaders]
    return inside & ~(shut[row] | shut[other])
