"""
Places and matches -> which paragraphs go, and what stays in place of each.

The plan is made paragraph by paragraph, never by the extent of a block: a block may enclose a
paragraph that stands nowhere else. One pass in keep order: a paragraph goes if it is the same text
as one that stays, so every keeper stays and is verified directly, and there are no chains.

    fix       boilerplate: it stays and serves nobody, or goes everywhere (`--boilerplate`)
    choose    paragraphs of `min_group_words` and more go or stay, each with its keeper
    follow    shorter ones beside one that goes

Only paragraphs whose text stands elsewhere too, or matches another, are looked at, and a text
finds its keeper once (once a document with `--scope within`), so that a paragraph with 50,000
places costs 50,000 steps. Dropping whole documents takes their text: see `cuts.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.cleaning.kinship import Kinship
from dedup.cleaning.ledger import REASONS
from dedup.cleaning.policy import KEEP_RULES
from dedup.model import Table
from dedup.stages.boilerplate import LONG_TIMES, LONG_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from dedup.cleaning.policy import Policy
    from dedup.model import F64, I8, I32, I64, Facts, Matches
    from dedup.settings import Settings

    Mask = NDArray[np.bool_]

WITHIN, ACROSS, BOILERPLATE, DOCUMENT = map(REASONS.index, REASONS[:4])
NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Standing(Table):
    """One row a paragraph, sorted by `doc`, `no`, none left out: what stands where."""

    doc: I64
    no: I32
    start: I64
    end: I64
    text: I64
    words: I32
    boilerplate: I8


@dataclass(frozen=True, slots=True, eq=False)
class Plan(Table):
    """One row a paragraph that goes, sorted by `doc`, `no`; numbers from 0."""

    doc: I64
    no: I32
    characters: I64
    """Its length, without the white space that goes with it."""
    reason: I8
    """Index in `REASONS`."""
    keeper: I64
    """The keeper's document, -1 where there is none."""
    keeper_no: I32
    keeper_start: I64
    keeper_end: I64
    similarity: F64
    """To the keeper."""
    rule: I8
    """Index of the keep rule that ranked the keeper first; -1 without a keeper."""


def plan(  # noqa: PLR0913 - tables and how to judge them
    places: Standing,
    matches: Matches,
    normal_of: Callable[[int], str],
    facts: Facts,
    settings: Settings,
    policy: Policy,
) -> Plan:
    """
    Decide what goes.

    `matches` are all matches of distinct long texts at the threshold, by their `text`;
    `normal_of` gives the normalised text of one, and is asked only for texts with a match.
    """
    texts = int(places.text.max(initial=-1)) + 1
    kin = Kinship(matches, normal_of, policy, texts)
    ranks = [KEEP_RULES[rule](facts) for rule in policy.rules]
    order = np.lexsort(ranks[::-1])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))

    fixed, gone = _fixed_by_boilerplate(places, kin, settings, policy)
    keeper = np.full(len(places), NONE, np.int64)
    large = (places.words >= settings.min_group_words) & ~fixed
    rows = np.flatnonzero(large & _repeated(places, matches, large, texts))
    rows = rows[np.argsort(rank[places.doc[rows]], kind="stable")]
    for row, other in _choose(places, rows, kin, policy.scope):
        keeper[row] = other
    leaders = rows[keeper[rows] != NONE]
    gone[leaders] = True
    _follow(places, leaders, keeper, gone, fixed | (places.words >= settings.min_group_words))
    return _plan(places, np.flatnonzero(gone), keeper, kin, ranks, policy.rules.index("first"))


def _fixed_by_boilerplate(
    places: Standing, kin: Kinship, settings: Settings, policy: Policy
) -> tuple[Mask, Mask]:
    """Give the places that boilerplate fixes, and those of them that go."""
    gone = np.zeros(len(places), bool)
    if policy.boilerplate == "first" or not places.boilerplate.any():
        return gone.copy(), gone
    flagged = np.unique(places.text[places.boilerplate != 0])
    if policy.boilerplate == "keep":
        matched = [other for text in flagged.tolist() for other in kin.matching(text)]
        return np.isin(places.text, np.union1d(flagged, np.array(matched, np.int64))), gone
    goes = _same_in_many_documents(places, flagged, kin, settings)
    gone = np.isin(places.text, goes) & (places.boilerplate != 0)
    return gone.copy(), gone


def _same_in_many_documents(
    places: Standing, flagged: I64, kin: Kinship, settings: Settings
) -> I64:
    """Give the texts of boilerplate that stand, as the same text, in enough documents."""
    order = np.argsort(places.text, kind="stable")
    texts = places.text[order]

    def documents(text: int, most: int) -> set[int]:
        """Give documents that hold a text: all, or at least `most`."""
        first, stop = np.searchsorted(texts, [text, text + 1]).tolist()
        found: set[int] = set()
        for at in range(first, stop, 256):
            found.update(places.doc[order[at : min(stop, at + 256)]].tolist())
            if len(found) >= most:
                break
        return found

    goes = []
    for text in flagged.tolist():
        words = places.words[order[np.searchsorted(texts, text)]]
        limit = settings.boilerplate_documents * (LONG_TIMES if words >= LONG_WORDS else 1)
        held = documents(text, limit)
        for other in kin.of(text):
            if len(held) >= limit:
                break
            if kin.same(text, other):
                held |= documents(other, limit)
        if len(held) >= limit:
            goes.append(text)
    return np.array(goes, np.int64)


def _repeated(places: Standing, matches: Matches, large: Mask, texts: int) -> Mask:
    """Mark the places whose text stands in another large place too, or matches another text."""
    often = np.bincount(places.text[large], minlength=texts) > 1
    often[matches.a] = True
    often[matches.b] = True
    return often[places.text]


def _choose(places: Standing, rows: I64, kin: Kinship, scope: str) -> Iterator[tuple[int, int]]:
    """
    Give each row that goes with its keeper; rows come in keep order.

    What stays is known by its first place: a later place of a text never serves as a keeper, but
    for its own document with `within`, where each document begins anew.
    """
    stays: dict[int, tuple[int, int, int]] = {}  # text: place in keep order, row, document
    settled: dict[int, int] = {}  # text: its keeper from here on
    tried: dict[int, int] = {}  # text: document in which it was found to stay
    here = NONE
    columns = zip(rows.tolist(), places.doc[rows].tolist(), places.text[rows].tolist(), strict=True)
    for at, (row, doc, text) in enumerate(columns):
        if scope == "within" and doc != here:
            stays, settled, here = {}, {}, doc
        keeper = settled.get(text)
        if keeper is None and tried.get(text) != doc:
            keeper = _first_same(text, doc, stays, kin, scope)
            if keeper is not None:
                settled[text] = keeper
        if keeper is not None:
            yield row, keeper
        elif text not in stays:
            stays[text] = (at, row, doc)
            if scope == "across":
                tried[text] = doc
            else:
                settled[text] = row


def _first_same(
    text: int, doc: int, stays: dict[int, tuple[int, int, int]], kin: Kinship, scope: str
) -> int | None:
    """Find the first row in keep order that stays and is the same text."""
    near = [text] if text in stays else []
    found = [(stays[other], other) for other in near + kin.near(text, stays)]
    for (_, row, of), other in sorted(found):
        if (scope != "across" or of != doc) and kin.same(text, other):
            return row
    return None


def _follow(places: Standing, leaders: I64, keeper: I64, gone: Mask, barred: Mask) -> None:
    """
    Let shorter paragraphs go with those beside them that go; `leaders` come in keep order.

    From each leader first back, then forth, as long as the paragraph at the same place beside the
    keeper has the same text and stays. Where two leaders could take a paragraph the earlier one
    has had it. A keeper's neighbours are settled by then: its document ranks before, or it is the
    same one and the keeper, which stays, parts it from all that is still open.
    """
    doc, text = places.doc, places.text
    last = len(doc) - 1
    for leader in leaders.tolist():
        for step in (-1, 1):
            row, other = leader + step, int(keeper[leader]) + step
            while (
                0 <= row <= last
                and 0 <= other <= last
                and text[row] == text[other]
                and not (barred[row] or gone[row] or barred[other] or gone[other])
                and doc[row] == doc[leader]
                and doc[other] == doc[keeper[leader]]
            ):
                gone[row] = True
                keeper[row] = other
                row, other = row + step, other + step


def _plan(  # noqa: PLR0913 - the columns come from all sides
    places: Standing, rows: I64, keeper: I64, kin: Kinship, ranks: list[I64], order: int
) -> Plan:
    """Write the rows that go as a table; `order` is the rule where no rule tells them apart."""
    kept = keeper[rows]
    has = kept != NONE
    safe = np.where(has, kept, 0)
    doc, of = places.doc[rows], places.doc[safe]
    reason = np.where(has, np.where(of == doc, WITHIN, ACROSS), BOILERPLATE)
    rule = np.full(len(rows), order, np.int8)
    for number in reversed(range(len(ranks))):
        rule[ranks[number][of] < ranks[number][doc]] = number
    similarity = kin.similarities(places.text[rows], places.text[np.where(has, kept, rows)])
    return Plan(
        doc,
        places.no[rows],
        places.end[rows] - places.start[rows],
        reason.astype(np.int8),
        np.where(has, of, NONE),
        np.where(has, places.no[safe], NONE).astype(np.int32),
        np.where(has, places.start[safe], NONE),
        np.where(has, places.end[safe], NONE),
        np.where(has, similarity, np.nan),
        np.where(has, rule, NONE).astype(np.int8),
    )


def rows_of(plan: Plan, doc: int) -> Plan:
    """Give the rows of one document."""
    start, stop = np.searchsorted(plan.doc, [doc, doc + 1]).tolist()
    return plan.slice(start, stop)
