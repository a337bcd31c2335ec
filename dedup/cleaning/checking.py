"""
The plan, proved once more before anything is written: an assertion over its columns.

What it finds is a fault of this program, never of an input, so it raises `RuntimeError`. After the
clean, `verifying.py` proves the same from the ledger and the output alone.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from dedup.cleaning.kinship import MATCH
from dedup.cleaning.plan import ACROSS, DOCUMENT, WITHIN
from dedup.cleaning.stretches import Intervals
from dedup.cleaning.tables import NONE

if TYPE_CHECKING:
    from dedup.cleaning.policy import Policy
    from dedup.cleaning.removals import Decision
    from dedup.cleaning.tables import Plan
    from dedup.model import I32, I64, Facts
    from dedup.settings import Settings


def check_plan(plan: Plan, facts: Facts, settings: Settings, policy: Policy) -> None:
    """
    Raise `RuntimeError` for a plan that must not be carried out.

    Nothing goes twice; every keeper stays, is like what it stands for, and is where `scope` lets it
    be; only boilerplate goes without one. A whole document is kept by one of which paragraphs may
    go for others, and that does not go whole itself.
    """
    places = _keys(plan.doc, plan.no)
    has = plan.keeper != NONE
    kept = _keys(plan.keeper, plan.keeper_no)
    inside = plan.keeper == plan.doc
    # Of one strict form, words may be parted otherwise ("10² m", "10 ² m"): these need no likeness.
    least = np.full(len(plan), settings.threshold if policy.remove == MATCH else 0.0)
    least[plan.reason == DOCUMENT] = settings.document_threshold
    at = np.minimum(np.searchsorted(places, kept), max(len(places) - 1, 0))
    near = plan.reason == DOCUMENT
    goes = places[at] == kept if len(places) else has
    goes = np.where(near, np.isin(plan.keeper, plan.doc[near]), goes)
    wrong = {
        "goes itself": has & goes,
        "is too unlike it": has & ~(plan.similarity >= least),
        "stands where it may not": has
        & ((inside & (policy.scope == "across")) | (~inside & (policy.scope == "within"))),
        "is not what its reason says": has
        & ~near
        & (plan.reason != np.where(inside, WITHIN, ACROSS)),
        "is missing": ~has & (policy.boilerplate != "remove"),
    }
    if len(places) and (places[1:] <= places[:-1]).any():
        raise RuntimeError("the plan removes a paragraph twice; nothing was written")
    for what, rows in wrong.items():
        if rows.any():
            row = int(np.flatnonzero(rows)[0])
            doc = int(plan.doc[row])
            raise RuntimeError(
                f"the keeper of paragraph {int(plan.no[row]) + 1} of {facts.path[doc]} "
                f"{facts.record[doc]} {what}; nothing was written"
            )


def check_sentences(decision: Decision) -> None:
    """
    Raise `RuntimeError` for sentences that must not go.

    None goes twice, and none of a keeper goes, be it with a paragraph or by itself.
    """
    gone: defaultdict[int, Intervals] = defaultdict(Intervals)
    plan, sentences = decision.plan, decision.sentences
    for table in (plan, sentences):
        for doc, start, end in zip(
            *(c.tolist() for c in (table.doc, table.start, table.end)), strict=True
        ):
            if gone[doc].touches(start, end):
                raise RuntimeError(_said(decision, doc, start, "goes twice"))
            gone[doc].add(start, end)
    # What keeps a whole document may lose paragraphs.
    for table in (plan.take(plan.reason != DOCUMENT), sentences):
        kept = table.keeper, table.keeper_start, table.keeper_end
        for doc, start, end in zip(*(c.tolist() for c in kept), strict=True):
            if doc != NONE and gone[doc].touches(start, end):
                raise RuntimeError(_said(decision, doc, start, "keeps what goes, and goes itself"))


def _said(decision: Decision, doc: int, start: int, what: str) -> str:
    path, record = decision.facts.path[doc], decision.facts.record[doc]
    return f"the text at {start} of {path} {record} {what}; nothing was written"


def _keys(doc: I64, no: I32) -> I64:
    """Pack document and paragraph number into one number."""
    keys: I64 = (doc << 32) | no.astype(np.int64)
    return keys
