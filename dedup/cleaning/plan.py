"""
Places and matches -> which paragraphs go, and what stays in place of each.

The plan is made paragraph by paragraph, never by the extent of a block: a block may enclose a
paragraph that stands nowhere else. One pass in keep order: a paragraph goes if it is the same text
as one that stays, so every keeper stays and is verified directly, and there are no chains.

    fix       boilerplate: it stays and serves nobody, or goes everywhere (`--boilerplate`)
    choose    paragraphs of `min_group_words` and more go or stay, each with its keeper
    follow    shorter ones beside one that goes

Copies of one text are settled together, as columns; only texts that are the same as another, not
equal, are gone through one by one, each once (with a document, where the scope asks for it). So a
paragraph with a million places costs a million rows, and a family of 50,000 lines 50,000 steps.

What stays is the lexicographically first choice in keep order: of all choices in which no two
that stay are the same text and all that go have a keeper, the one whose first paragraph stays if
any can, then its second, and so on. One pass in keep order gives just that, so there are no rounds
here. Where the rows lie on many machines the same comes of rounds: what has no same text before it
but such as goes stays, what has one that stays goes, until nothing is undecided; then each that
goes takes the first that stays. Dropping whole documents takes their text: see `cuts.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.cleaning.kinship import Kinship, both_ways, same_texts, similarities
from dedup.cleaning.ledger import REASONS
from dedup.model import Table
from dedup.rows import fresh, matching, rank_within
from dedup.stages.boilerplate import LONG_TIMES, LONG_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from numpy.typing import NDArray

    from dedup.cleaning.kinship import Normals
    from dedup.cleaning.policy import Policy
    from dedup.model import F64, I8, I32, I64, Facts, Matches
    from dedup.settings import Settings

    Mask = NDArray[np.bool_]

WITHIN, ACROSS, BOILERPLATE, DOCUMENT = map(REASONS.index, REASONS[:4])
NONE = -1
BLOCK = 1 << 20
"""Holders of texts that are counted at a time."""


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


class Removal(NamedTuple):
    """A paragraph that goes, as a caller sees it; offsets without the white space around."""

    document: str
    record: str | None
    start: int
    end: int
    reason: str
    rule: str | None
    similarity: float | None
    keeper: tuple[str, str | None, int, int] | None
    """Document, record, start, end; `None` where nothing stays in its place."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan(Table):
    """
    One row a paragraph that goes, sorted by `doc`, `no`; numbers from 0.

    Every part of a plan is a plan: what keeps never goes.
    """

    doc: I64
    no: I32
    start: I64
    """Without the white space that goes with it."""
    end: I64
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

    @property
    def characters(self) -> I64:
        """Give the lengths, without the white space that goes too."""
        return self.end - self.start

    def only(self, wanted: Mask) -> Self:
        """
        Give the plan with the wanted removals alone; any may be left out, and more text stays.

        Raises `ValueError` for what is no mask of these rows.
        """
        if wanted.dtype != np.bool_ or wanted.shape != (len(self),):
            raise ValueError(f"a plan of {len(self)} rows is filtered by as many bools")
        return self.take(wanted)

    def removals(self, facts: Facts, rules: Sequence[str]) -> Iterator[Removal]:
        """Give the rows one by one, with names; `rules` are those that the plan was made with."""
        paths, records = facts.path, facts.record
        columns = [column.tolist() for column in self.columns().values()]
        for doc, _, start, end, reason, of, _, first, last, near, rule in zip(
            *columns, strict=True
        ):
            name = paths[doc], records[doc] or None
            if of == NONE:
                yield Removal(*name, start, end, REASONS[reason], None, None, None)
            else:
                keeper = paths[of], records[of] or None, first, last
                yield Removal(*name, start, end, REASONS[reason], rules[rule], near, keeper)


def plan(  # noqa: PLR0913 - tables and how to judge them
    places: Standing,
    matches: Matches,
    normals: Normals,
    ranks: Sequence[I64],
    settings: Settings,
    policy: Policy,
) -> Plan:
    """
    Decide what goes; `ranks` rank the documents by each of `policy.rules`, the lowest first.

    `matches` are all matches of distinct long texts at the threshold, by their `text`, sorted by
    a, b; `normals` has at least the texts of these.
    """
    texts = int(places.text.max(initial=-1)) + 1
    fixed = np.zeros(len(places), bool)
    gone = fixed.copy()
    if policy.boilerplate == "keep" and places.boilerplate.any():
        held = _boilerplate_and_what_matches_it(places, matches, texts)
        fixed = held[places.text]
        matches = matches.take(~(held[matches.a] | held[matches.b]))
    kin = same_texts(matches, normals, policy.remove, texts)
    if policy.boilerplate == "remove" and places.boilerplate.any():
        gone = _same_in_many_documents(places, kin, settings, texts)[places.text]
        gone &= places.boilerplate != 0
        fixed = gone.copy()

    order = np.lexsort(ranks[::-1])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    long = places.words >= settings.min_group_words
    rows = np.flatnonzero(_repeated(places, kin, long & ~fixed, texts))
    rows = rows[np.argsort(rank[places.doc[rows]], kind="stable")]
    keeper = np.full(len(places), NONE, np.int64)
    keeper[rows] = _choose(places, rows, kin, policy.scope, texts)
    leaders = rows[keeper[rows] != NONE]
    gone[leaders] = True
    _follow(places, leaders, keeper, gone, fixed | long)
    rows = np.flatnonzero(gone)
    kept = np.where(keeper[rows] != NONE, keeper[rows], rows)
    near = similarities(places.text[rows], places.text[kept], kin, texts)
    return _plan(places, rows, keeper[rows], near, ranks, policy.rules.index("first"))


def _boilerplate_and_what_matches_it(places: Standing, matches: Matches, texts: int) -> Mask:
    """Mark the texts that boilerplate fixes where it is kept."""
    flagged = np.zeros(texts, bool)
    flagged[places.text[places.boilerplate != 0]] = True
    held = flagged.copy()
    held[matches.a[flagged[matches.b]]] = True
    held[matches.b[flagged[matches.a]]] = True
    return held


def _same_in_many_documents(places: Standing, kin: Matches, settings: Settings, texts: int) -> Mask:
    """
    Mark the texts of boilerplate that stand, as the same text, in enough documents.

    Counting stops at the highest limit; most texts reach theirs alone, or with all that is the
    same text cannot, so documents are compared for few.
    """
    rows = places.boilerplate != 0
    limit = np.zeros(texts, np.int64)
    limit[places.text[rows]] = settings.boilerplate_documents * np.where(
        places.words[rows] >= LONG_WORDS, LONG_TIMES, 1
    )
    flagged = limit > 0
    text, other = both_ways(kin)
    text, other = text[flagged[text]], other[flagged[text]]
    counted = flagged.copy()
    counted[other] = True
    held, doc = _holders(places, counted, settings.boilerplate_documents * LONG_TIMES)
    documents = np.bincount(held, minlength=texts)
    goes = flagged & (documents >= limit)
    goes[text[documents[other] >= limit[text]]] = True
    most = documents + np.bincount(text, documents[other], minlength=texts)
    unsure = np.flatnonzero(flagged & ~goes & (most >= limit))
    goes[unsure[_reach(unsure, text, other, (held, doc), limit, most)]] = True
    return goes


def _holders(places: Standing, counted: Mask, most: int) -> tuple[I64, I64]:
    """Give the first documents of the marked texts, at most so many of each; sorted by text."""
    rows = np.flatnonzero(counted[places.text])
    docs = int(places.doc[-1]) + 1
    text, doc = _distinct(places.text[rows], places.doc[rows], docs)
    few = rank_within(text) < most
    return text[few], doc[few]


def _distinct(text: I64, doc: I64, docs: int) -> tuple[I64, I64]:
    """Give each text with each of its documents once, sorted; packed, which sorts quickest."""
    packed = np.sort(text * docs + doc)
    packed = packed[fresh(packed)]
    text = packed // docs
    return text, packed - text * docs


def _reach(  # noqa: PLR0913 - columns
    unsure: I64, text: I64, other: I64, holders: tuple[I64, I64], limit: I64, most: I64
) -> Mask:
    """Tell of some texts whether they and those beside them stand in enough documents."""
    beside = np.isin(text, unsure)
    text, other = (np.concatenate([column[beside], unsure]) for column in (text, other))
    order = np.argsort(text, kind="stable")
    text, other = text[order], other[order]
    held, doc = holders
    docs = int(doc.max(initial=0)) + 1
    reached = np.zeros(len(unsure), bool)
    steps = np.cumsum(most[unsure]) // BLOCK
    for block in np.split(np.arange(len(unsure)), np.flatnonzero(np.diff(steps)) + 1):
        if len(block):
            some = unsure[block]
            first, stop = np.searchsorted(text, [some[0], some[-1] + 1])
            row, at = matching(other[first:stop], held)
            found, _ = _distinct(text[first:stop][row], doc[at], docs)
            counts = np.searchsorted(found, some, "right") - np.searchsorted(found, some)
            reached[block] = counts >= limit[some]
    return reached


def _repeated(places: Standing, kin: Matches, large: Mask, texts: int) -> Mask:
    """Mark the large places whose text stands in another one too, or is the same as another."""
    often = np.bincount(places.text[large], minlength=texts) > 1
    often[kin.a] = True
    often[kin.b] = True
    return large & often[places.text]


def _choose(places: Standing, rows: I64, kin: Matches, scope: str, texts: int) -> I64:
    """
    Give each row the one that keeps it, `NONE` where it stays; rows come in keep order.

    A unit is decided as one: a text, or, where the scope looks at documents, a text in a document.
    """
    text, doc = places.text[rows], places.doc[rows]
    first = np.full(texts, len(rows))
    np.minimum.at(first, text, np.arange(len(rows)))
    kin = kin.take((first[kin.a] < len(rows)) & (first[kin.b] < len(rows)))
    if scope == "all":
        unit, begins = text, first
        begun = np.flatnonzero(first < len(rows))
    else:
        docs = int(places.doc[-1]) + 1 if len(places) else 1
        _, begins, unit = np.unique(text * docs + doc, return_index=True, return_inverse=True)
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


def _follow(places: Standing, leaders: I64, keeper: I64, gone: Mask, barred: Mask) -> None:
    """
    Let shorter paragraphs go with those beside them that go; `leaders` come in keep order.

    From each leader first back, then forth, as long as the paragraph at the same place beside the
    keeper has the same text and stays. Where two leaders could take a paragraph the earlier one
    has had it. A keeper's neighbours are settled by then: its document ranks before, or it is the
    same one and the keeper, which stays, parts it from all that is still open.
    """
    doc, text = places.doc.data, places.text.data
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
                and not (shut[row] or shut[other])
                and doc[row] == doc[leader]
                and doc[other] == doc[of]
            ):
                went[row] = shut[row] = True
                kept[row] = other
                row, other = row + step, other + step


def _can_follow(places: Standing, leaders: I64, keeper: I64, shut: Mask, step: int) -> Mask:
    """Mark the leaders that might take the paragraph beside them; later fewer can, never more."""
    last = len(places) - 1
    row, other = leaders + step, keeper[leaders] + step
    inside = (row >= 0) & (row <= last) & (other >= 0) & (other <= last)
    row, other = row.clip(0, last), other.clip(0, last)
    inside &= places.text[row] == places.text[other]
    inside &= places.doc[row] == places.doc[leaders]
    return inside & ~(shut[row] | shut[other])


def _plan(  # noqa: PLR0913 - the columns come from all sides
    places: Standing,
    rows: I64,
    kept: I64,
    similarity: F64,
    ranks: Sequence[I64],
    order: int,
) -> Plan:
    """Write the rows that go as a table; `order` is the rule where no rule tells them apart."""
    has = kept != NONE
    safe = np.where(has, kept, 0)
    doc, of = places.doc[rows], places.doc[safe]
    reason = np.where(has, np.where(of == doc, WITHIN, ACROSS), BOILERPLATE)
    rule = np.full(len(rows), order, np.int8)
    for number in reversed(range(len(ranks))):
        rule[ranks[number][of] < ranks[number][doc]] = number
    return Plan(
        doc,
        places.no[rows],
        places.start[rows],
        places.end[rows],
        reason.astype(np.int8),
        np.where(has, of, NONE),
        np.where(has, places.no[safe], NONE).astype(np.int32),
        np.where(has, places.start[safe], NONE),
        np.where(has, places.end[safe], NONE),
        np.where(has, similarity, np.nan),
        np.where(has, rule, NONE).astype(np.int8),
    )
