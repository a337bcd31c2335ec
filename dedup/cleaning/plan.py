"""
Places and matches -> which paragraphs go, and what stays in place of each.

The plan is made paragraph by paragraph, never by the extent of a block: a block may enclose a
paragraph that stands nowhere else. One pass in keep order: a paragraph goes if it is the same text
as one that stays, so every keeper stays and is verified directly, and there are no chains.

    near      with `--unit document|both`: documents that resemble one that stays go whole
    equals    documents that are equal to one that ranks before go whole; they serve nobody
    fix       boilerplate: it stays and serves nobody, or goes everywhere (`--boilerplate`)
    choose    paragraphs of `min_group_words` and more go or stay, each with its keeper
    follow    shorter ones beside one that goes
    rest      documents of which the same is left go whole too

Copies of one text are settled together, as columns; only texts that are the same as another, not
equal, are gone through one by one, each once (with a document, where the scope asks for it). So a
paragraph with a million places costs a million rows, and a family of 50,000 lines 50,000 steps.

What stays is the lexicographically first choice in keep order: of all choices in which no two
that stay are the same text and all that go have a keeper, the one whose first paragraph stays if
any can, then its second, and so on. One pass in keep order gives just that; where many machines do
the work the same comes of rounds (`rounds.py`): what has no same text before it but such as goes
stays, what has one that stays goes, until nothing is undecided; then each that goes takes the first
that stays. Dropping whole documents takes the white space that goes: see `removals.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.cleaning.boilerplate import fixed_texts, widespread
from dedup.cleaning.detection import RemovableMatches, keeper_similarities
from dedup.cleaning.ledger import REASONS
from dedup.cleaning.policy import DOCUMENT as DOCUMENTS
from dedup.cleaning.policy import FIRST, MATCH, deciding_rules, keep_order
from dedup.cleaning.rounds import chosen_in_rounds
from dedup.cleaning.tables import NONE, Plan
from dedup.cleaning.whole import counterparts, equal_documents, resembling_keepers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.cleaning.detection import Detection
    from dedup.cleaning.policy import Policy
    from dedup.cleaning.tables import ParagraphTable
    from dedup.engines.interface import Engine
    from dedup.model import F64, I64, Matches
    from dedup.settings import Settings

    Mask = NDArray[np.bool_]

WITHIN, ACROSS, BOILERPLATE, DOCUMENT = map(REASONS.index, REASONS[:4])


def plan(
    found: Detection,
    ranks: Sequence[I64],
    settings: Settings,
    policy: Policy,
    engine: Engine | None = None,
) -> Plan:
    """
    Decide what goes; `ranks` rank the documents by each of `policy.rules`, the lowest first.

    With an `engine` its tasks choose among copies that are not equal.
    """
    places, removable = found.paragraphs, found.removable
    texts = int(max(places.same.max(initial=-1), places.text.max(initial=-1))) + 1
    rank, published = keep_order(ranks), found.facts.incoming
    every = np.arange(len(places))

    # Documents go whole before all else: none of their paragraphs is chosen or keeps.
    equal, kept_by, alike = _whole(found, rank, policy)
    in_near = kept_by[places.doc] != NONE
    copied, originals = counterparts(places, every, equal)
    in_copy = np.zeros(len(places), bool)
    in_copy[copied] = True

    # Boilerplate is fixed: it stays and keeps nothing, or goes without a keeper.
    fixed, gone = _boilerplate(found, settings, policy, texts)
    gone &= ~(in_copy | in_near | (places.doc < published))
    if fixed.any():
        is_fixed = np.zeros(texts, bool)
        is_fixed[places.same[fixed]] = True
        removable = removable.take(~(is_fixed[removable.a] | is_fixed[removable.b]))
    shut = fixed | gone | in_copy | in_near
    if policy.unit == DOCUMENTS:
        gone[:] = False
        shut[:] = True

    # Large paragraphs in keep order: each goes for the first that stays and is the same text.
    large = places.words >= settings.min_group_words
    rows = np.flatnonzero(stands_again(places, removable, large & ~shut, texts))
    order = kernels.order([rank[places.doc[rows]]])
    rows = rows if order is None else rows[order]
    keeper = np.full(len(places), NONE, np.int64)
    keeper[rows] = choose_keepers(places, rows, removable, policy.scope, texts, published, engine)
    leaders = rows[keeper[rows] != NONE]
    gone[leaders] = True

    # Small paragraphs go beside large ones.
    follow(places, leaders, keeper, gone, shut | large)

    # Paragraphs of equal documents are kept by their originals, or by what keeps these.
    value = np.full(len(places), np.nan)
    _compare(value, places, np.flatnonzero(keeper != NONE), keeper, found.alike)
    keeper[copied] = np.where(gone[originals], keeper[originals], originals)
    value[copied] = value[originals]
    direct = copied[~gone[originals]]
    _compare(value, places, direct, keeper, found.alike)
    gone |= in_copy | in_near

    # Documents of which the same is left go too, and their equals keep what they kept.
    if policy.scope != "within" and policy.unit != DOCUMENTS:
        rest, same = _rest(places, gone, keeper, rank, policy.scope, published)
        moved = every
        moved[rest] = same
        kept = np.flatnonzero(keeper != NONE)
        keeper[kept] = moved[keeper[kept]]
        keeper[rest] = same
        _compare(value, places, rest, keeper, found.alike)
        gone[rest] = True
    rows = np.flatnonzero(gone)
    first = policy.rules.index(FIRST)
    made = _plan(places, rows, keeper[rows], value[rows], in_copy[rows], ranks, first)
    return _with_near(made, places, kept_by, alike, ranks, first)


def _whole(found: Detection, rank: I64, policy: Policy) -> tuple[I64, I64, F64]:
    """
    Return the equal of each document, or else the one that it resembles and how much, or `NONE`.

    There can be equals only where documents have equal normalised texts, or two texts are alike.
    """
    places, none = found.paragraphs, np.full(len(rank), NONE)
    if policy.scope == "within":
        return none, none, np.full(len(rank), np.nan)
    may_be = len(found.copies) or len(found.alike) or policy.remove == MATCH
    equal = equal_documents(places, np.arange(len(places)), rank) if may_be else none.copy()
    equal[: found.facts.incoming] = NONE
    if found.near is None:
        return equal, none, np.full(len(rank), np.nan)
    kept_by, alike = resembling_keepers(*found.near, rank, found.facts.incoming)
    kept_by[kept_by == equal] = NONE
    equal[kept_by != NONE] = NONE
    return equal, kept_by, alike


def _with_near(  # noqa: PLR0913 - the columns come from all sides
    plan: Plan, places: ParagraphTable, kept_by: I64, alike: F64, ranks: Sequence[I64], order: int
) -> Plan:
    """
    Write the documents that go for one that they resemble: all of it keeps, from first to last.

    `kept_by` is their keeper, `alike` their resemblance; `order` is as in `_plan`.
    """
    of = kept_by[plan.doc]
    whole = of != NONE
    if not whole.any():
        return plan
    of = of[whole]
    first = np.searchsorted(places.doc, of)
    last = np.searchsorted(places.doc, of, "right") - 1
    columns = {
        "reason": DOCUMENT,
        "keeper": of,
        "keeper_no": 0,
        "keeper_start": places.start[first],
        "keeper_end": places.end[last],
        "similarity": alike[plan.doc[whole]],
        "rule": deciding_rules(ranks, of, plan.doc[whole], order),
    }
    for name, values in columns.items():
        # Offsets are those of paragraphs, whose type holds them all.
        column = getattr(plan, name).copy()
        column[whole] = values
        columns[name] = column
    return replace(plan, **columns)


def _boilerplate(
    found: Detection, settings: Settings, policy: Policy, texts: int
) -> tuple[Mask, Mask]:
    """Mark the paragraphs that boilerplate fixes, and those that go as boilerplate."""
    places = found.paragraphs
    fixed, gone = np.zeros((2, len(places)), bool)
    if policy.boilerplate == "keep" and places.boilerplate.any():
        fixed = fixed_texts(places, found.matches(), texts)[places.text]
    if policy.boilerplate == "remove" and places.boilerplate.any():
        gone = widespread(places, found.removable, settings, found.copies, texts)[places.same]
        gone &= places.boilerplate != 0
    return fixed, gone


def _rest(  # noqa: PLR0913 - what is left, and what may go of it
    places: ParagraphTable, gone: Mask, keeper: I64, rank: I64, scope: str, published: int
) -> tuple[I64, I64]:
    """Pair what is left of documents with what is left of the first one that has the same left."""
    left = np.flatnonzero(~gone)
    first = equal_documents(places, left, rank)
    first[:published] = NONE
    if scope == "across":
        # A document stays where it keeps something of the one that its equals are in.
        kept = np.flatnonzero(keeper != NONE)
        of = places.doc[keeper[kept]]
        first[of[first[of] == places.doc[kept]]] = NONE
    return counterparts(places, left, first)


def _compare(near: F64, places: ParagraphTable, rows: I64, keeper: I64, alike: Matches) -> None:
    """Note the similarity of some paragraphs to their keepers."""
    texts = int(places.text.max(initial=-1)) + 1
    near[rows] = keeper_similarities(places.text[rows], places.text[keeper[rows]], alike, texts)


def _plan(  # noqa: PLR0913 - the columns come from all sides
    places: ParagraphTable,
    rows: I64,
    kept: I64,
    similarity: F64,
    in_copy: Mask,
    ranks: Sequence[I64],
    order: int,
) -> Plan:
    """
    Write the rows that go as a table; `order` is the rule where no rule tells them apart.

    What goes with an equal document (`in_copy`) goes across documents, with or without a keeper.
    """
    has = kept != NONE
    safe = np.where(has, kept, 0)
    doc, of = places.doc[rows], places.doc[safe]
    reason = np.where(has, np.where(of == doc, WITHIN, ACROSS), BOILERPLATE)
    reason[in_copy] = ACROSS
    rule = deciding_rules(ranks, of, doc, order)
    return Plan(
        doc=doc,
        no=places.no[rows],
        start=places.start[rows],
        end=places.end[rows],
        reason=reason.astype(np.int8),
        keeper=np.where(has, of, NONE),
        keeper_no=np.where(has, places.no[safe], NONE).astype(np.int32),
        keeper_start=np.where(has, places.start[safe], NONE),
        keeper_end=np.where(has, places.end[safe], NONE),
        similarity=np.where(has, similarity, np.nan),
        rule=np.where(has, rule, NONE).astype(np.int8),
    )


def stands_again(places: ParagraphTable, removable: Matches, large: Mask, texts: int) -> Mask:
    """Mark the large places whose text stands in another one too, or is the same as another."""
    often = np.bincount(places.same[large], minlength=texts) > 1
    often[removable.a] = True
    often[removable.b] = True
    return large & often[places.same]


def choose_keepers(  # noqa: PLR0913 - rows, what they are alike, and which of them may go
    places: ParagraphTable,
    rows: I64,
    removable: Matches,
    scope: str,
    texts: int,
    published: int = 0,
    engine: Engine | None = None,
) -> I64:
    """
    Return the row that keeps each one, `NONE` where it stays; rows come in keep order.

    Those of the first documents, which are `published`, all stay and all keep. With an `engine` its
    tasks choose, where the scope does not look at documents.
    A unit is decided as one: a text, or, where the scope looks at documents, a text in a document.
    """
    # Where each text comes first; what is the same text as none here plays no part.
    text, doc = places.same[rows], places.doc[rows]
    first = np.full(texts, len(rows))
    np.minimum.at(first, text, np.arange(len(rows)))
    removable = removable.take((first[removable.a] < len(rows)) & (first[removable.b] < len(rows)))
    # The units, and where each begins.
    if scope == "all":
        unit, begins = text, first
        begun = np.flatnonzero(first < len(rows))
    else:
        docs = int(places.doc[-1]) + 1 if len(places) else 1
        _, begins, unit = np.unique(
            text.astype(np.int64) * docs + doc, return_index=True, return_inverse=True
        )
        begun = np.arange(len(begins))
    # Of texts that are the same as no other a unit goes for the first one elsewhere, at once.
    keeper = np.full(len(begins), NONE)
    related = np.zeros(texts, bool)
    related[removable.a] = True
    related[removable.b] = True
    at = begins[begun]
    if scope == "across":
        opening = first[text[at]]
        away = (doc[opening] != doc[at]) & ~related[text[at]]
        keeper[begun[away]] = opening[away]
    # All others one by one.
    at = np.sort(at[related[text[at]]])
    if engine is not None and scope == "all":
        chosen = chosen_in_rounds(text[at], doc[at] < published, removable, engine)
    else:
        relations = RemovableMatches(removable, texts)
        chosen = _one_by_one(text[at].tolist(), doc[at].tolist(), relations, scope, published)
    has = chosen != NONE
    keeper[unit[at[has]]] = at[chosen[has]]
    # The later ones of a unit go as the first one does, or for it.
    of = keeper[unit]
    if scope != "across":
        later = (of == NONE) & (begins[unit] < np.arange(len(rows)))
        of[later] = begins[unit[later]]
    return np.where((of == NONE) | (doc < published), NONE, rows[of])


def _one_by_one(
    text: list[int], doc: list[int], removable: RemovableMatches, scope: str, published: int
) -> I64:
    """
    Return, in keep order, the first that stays and is the same text, `NONE` for what stays.

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
        if of < published:
            stays.setdefault(mine, n)
        elif found == NONE:
            near = [stays[other] for other in removable.near(mine, stays)]
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
