"""The plan against the oracle's, rule by rule and on random corpora; and what it costs."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import naive
import numpy as np
import pytest
import strategies
from cleaning.tables import as_dictionary, found_of, matches_of, plan_of, split
from hypothesis import given
from test_pipeline import documents

from dedup import pipeline
from dedup.cleaning import Policy
from dedup.cleaning.detection import same_paragraphs
from dedup.cleaning.plan import plan
from dedup.cleaning.policy import REMOVE
from dedup.cleaning.tables import ParagraphTable
from dedup.engines.local import Local
from dedup.errors import SettingsError
from dedup.model import Matches, Places
from dedup.rows import narrow
from dedup.settings import Settings
from dedup.stages import candidates

if TYPE_CHECKING:
    from dedup.model import I64

OWN = {"modes", "published", "passages", "places", "family", "bound_over"}


def options(corpus: strategies.Corpus) -> dict[str, object]:
    """Leave out what is no option of a plan."""
    return {name: value for name, value in corpus.settings.items() if name not in OWN}


@given(strategies.cleanings())
def test_agrees_with_the_oracle(corpus: strategies.Corpus) -> None:
    """Keepers, reasons and what stays, on corpora with edits, periods, families and menus."""
    own = options(corpus)
    read = naive.read(corpus.documents, own)
    assert as_dictionary(plan_of(read, own)) == naive.make_plan(read)


@pytest.mark.soak
def test_agrees_with_the_oracle_for_long() -> None:
    """The same, some thousand times."""
    rng = random.Random(7)  # noqa: S311
    for _ in range(4000):
        corpus = strategies.random_cleaning(rng)
        own = options(corpus)
        read = naive.read(corpus.documents, own)
        assert as_dictionary(plan_of(read, own)) == naive.make_plan(read), corpus


def test_what_stays_is_the_first_choice_in_keep_order() -> None:
    """Against all choices there are, on corpora with families, chains and copies."""
    rng = random.Random(11)  # noqa: S311 - samples
    compared = 0
    for _ in range(600):
        corpus = strategies.random_cleaning(rng)
        own = options(corpus)
        read = naive.read(corpus.documents, own)
        full = [p for p in read.places() if read.at(p).words >= read.settings.min_group_words]
        if len(full) > 11:
            continue
        gone = as_dictionary(plan_of(read, own))
        copies = naive.equal_that_go(read)
        fixed = naive.fixed_by_boilerplate(read) | set(naive.boilerplate_that_goes(read, copies))
        stays = {place for place in full if place not in gone and place not in fixed}
        assert stays == set(naive.first_choice(read)), corpus
        compared += len(stays) < len(set(full) - fixed)
    assert compared > 100


def test_a_part_of_a_plan_is_asked_for_by_a_mask() -> None:
    """Rows stay in order; anything else than a mask of all rows is refused."""
    text = strategies.render("A")
    read = naive.read({"D1.txt": text, "D2.txt": text, "D3.txt": f"{text}\n{text}"}, {})
    made = plan_of(read, {})
    assert made.doc.tolist() == [1, 2, 2]
    assert made.only(np.array([True, False, True])).doc.tolist() == [1, 2]
    assert len(made.only(np.zeros(3, bool))) == 0
    for wrong in (np.array([0, 2]), np.array([True]), np.ones((3, 1), bool)):
        with pytest.raises(ValueError, match="3 rows"):
            made.only(wrong)


@pytest.mark.parametrize("equal", [False, True])
@pytest.mark.parametrize("scope", ["all", "within", "across"])
def test_a_million_places_of_one_paragraph(scope: str, *, equal: bool) -> None:
    """Each with a heading, in half as many documents, equal or not: columns, no steps."""
    row = np.arange(1_000_000)
    doc, no = row // 2, (row % 2).astype(np.int32)
    words = np.where(no, 3, 30).astype(np.int32)
    paragraphs = ParagraphTable(
        doc,
        no,
        no * 201,
        no * 9 + 200,
        row % 2,
        row % 2,
        row % 2,
        words,
        np.zeros(len(row), np.int8),
    )
    found = found_of(paragraphs, matches_of([]))
    if equal:
        found = replace(found, paragraphs=paragraphs)
    began = time.perf_counter()
    made = plan(found, [np.arange(500_000)], Settings(), Policy(scope=scope))
    assert time.perf_counter() - began < 5
    assert len(made) == (0 if scope == "within" else 999_998)


def test_menus_are_counted_over_texts_that_are_the_same() -> None:
    """Two notices of six documents each, the same text, are one of twelve; a third is another."""
    text = np.repeat(np.arange(3), 6)
    doc = np.arange(18)
    small = np.zeros(18, np.int32)
    flags = np.ones(18, np.int8)
    paragraphs = ParagraphTable(
        doc, small, doc * 0, doc * 0 + 200, text, text, text, small + 30, flags
    )
    a, b = np.triu_indices(3, 1)
    matches = Matches(a.astype(np.int64), b.astype(np.int64), np.full(3, 0.9))
    found = found_of(paragraphs, matches, matches.slice(0, 1))
    made = plan(found, [doc], Settings(), Policy(boilerplate="remove"))
    assert made.doc[made.keeper < 0].tolist() == list(range(12))
    assert made.doc[made.keeper >= 0].tolist() == list(range(13, 18))
    made = plan(found, [doc], Settings(boilerplate_documents=13), Policy(boilerplate="remove"))
    assert not (made.keeper < 0).any()


@pytest.mark.parametrize("scope", ["all", "within", "across"])
@pytest.mark.parametrize("boilerplate", ["keep", "remove"])
def test_numbers_of_32_bits_are_enough(scope: str, boilerplate: str) -> None:
    """Where text times document needs more the plan is the same as with 64 bits."""
    dice = np.random.default_rng(7)
    doc = np.sort(np.append(dice.integers(0, 2**16, 150_000), 2**16 - 1))
    text = np.minimum(dice.integers(0, 140_000, len(doc)), 70_000 + dice.integers(0, 9, len(doc)))
    text[1::7] = text[0::7][: len(text[1::7])]
    text[2::7] = text[1::7][: len(text[2::7])] + 2**16  # times 2**16 documents the same in 32 bits
    no = (np.arange(len(doc)) - np.searchsorted(doc, doc)).astype(np.int32)
    start = no.astype(np.int64) * 300
    flags = (text > 69_999).astype(np.int8)
    words = np.full(len(doc), 30, np.int32)
    wide = ParagraphTable(doc, no, start, start + 200, text, text, text, words, flags)
    small = (narrow(column) for column in (start, start + 200, text, text, text))
    slim = ParagraphTable(doc, no, *small, words, flags)
    assert slim.text.dtype == np.int32
    pairs = np.unique(np.sort(dice.integers(0, 70_009, (40_000, 2)), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    kin = Matches(pairs[:, 0].copy(), pairs[:, 1].copy(), np.linspace(0.8, 1, len(pairs)))
    policy = Policy(scope=scope, boilerplate=boilerplate)
    one, other = (
        plan(found_of(paragraphs, kin, kin), [np.arange(2**16)], Settings(), policy)
        for paragraphs in (wide, slim)
    )
    assert len(one)
    for name, column in one.columns().items():
        np.testing.assert_array_equal(column, getattr(other, name), name)


def test_wide_numbers_stay_wide() -> None:
    """What does not fit into 32 bits is held in 64."""
    fits, low, high = ([-(2**31), 2**31 - 1], [-(2**31) - 1, 0], [0, 2**31])
    assert narrow(np.array(fits)).dtype == np.int32
    assert narrow(np.array(fits)).tolist() == fits
    assert narrow(np.zeros(0, np.int64)).dtype == np.int32
    assert [narrow(np.array(some)).tolist() for some in (low, high)] == [low, high]


def family(places: int, texts: int) -> tuple[ParagraphTable, Matches, list[I64]]:
    """Make documents of one paragraph each, in turns of some texts that all match."""
    none = np.zeros(places, np.int64)
    doc = np.arange(places)
    small = none.astype(np.int32)
    text = doc % texts
    flags = none.astype(np.int8)
    paragraphs = ParagraphTable(doc, small, none, none + 200, text, text, text, small + 30, flags)
    a, b = np.triu_indices(texts, 1)
    matches = Matches(a.astype(np.int64), b.astype(np.int64), np.full(len(a), 0.9))
    return paragraphs, matches, [doc]


@pytest.mark.parametrize("scope", ["all", "within", "across"])
def test_a_family_costs_no_more_than_its_members(scope: str) -> None:
    """100,000 places of 300 texts that match one another: a second or so, not hours."""
    paragraphs, matches, ranks = family(100_000, 300)
    began = time.perf_counter()
    found = found_of(paragraphs, matches, matches)
    made = plan(found, ranks, Settings(), Policy(scope=scope, remove="match"))
    assert time.perf_counter() - began < 5
    assert len(made) == (0 if scope == "within" else 99_999)


@pytest.mark.parametrize("remove", REMOVE)
def test_what_is_the_same_text_is_what_the_oracle_says(
    remove: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every two paragraphs of random corpora, by the tables of the pipeline."""
    monkeypatch.setitem(candidates.RECALL, "high", candidates.Banding(128, 1, 0))
    rng = random.Random(9)  # noqa: S311 - samples
    compared = same = 0
    for _ in range(60):
        corpus = strategies.random_cleaning(rng)
        own = options(corpus) | {"remove": remove}
        read = naive.read(corpus.documents, own)
        settings, _ = split(own)
        with Local(threads=1) as engine:
            had = pipeline.read([documents(corpus.documents)], settings, engine)
            matched = pipeline.compare(had, settings, engine)
            places = Places.concat(matched.places)
            tables = matched.paragraphs, places, matched.texts, matched.matches
            found, removable, _ = same_paragraphs(*tables, remove, settings, engine)
        kin = set(zip(removable.a.tolist(), removable.b.tolist(), strict=True))
        number = dict(zip(read.places(), found.same.tolist(), strict=True))
        form = dict(zip(read.places(), found.strict.tolist(), strict=True))
        for a, b in itertools.combinations(read.places(), 2):
            pair = tuple(sorted((number[a], number[b])))
            wanted = naive.same_text(read, a, b)
            assert (pair[0] == pair[1] or pair in kin) == wanted, (corpus, a, b)
            one, other = read.at(a).text, read.at(b).text
            exact = remove == "exact"
            equal = one == other if exact else naive.strict(one) == naive.strict(other)
            assert (form[a] == form[b]) == equal, (corpus, a, b)
            compared += 1
            same += wanted
    assert compared > 5000
    assert same > 200


def test_words_that_are_parted_otherwise_are_oddly_equal() -> None:
    """Of one strict form and two normalised texts: the same text, with their true similarity."""
    text = strategies.render("A")
    for remove in ("equal", "near"):
        own = {"remove": remove}
        read = naive.read({"D1.txt": f"{text} 10² m", "D2.txt": f"{text} 10 ² m"}, own)
        made = plan_of(read, own)
        assert as_dictionary(made) == naive.make_plan(read)
        assert made.similarity.tolist() == [
            naive.similarity(read.at((0, 1)).normal, read.at((1, 1)).normal)
        ]
        assert made.similarity[0] < 1


def test_the_rule_is_the_one_that_decided() -> None:
    """Of documents of one length Order decides, and within one document as well."""
    text = strategies.render("A")
    same = {"D1.txt": text, "D2.txt": text, "D3.txt": f"{text}\n{text}"}
    for keep, rules in (
        ("longest", ["longest", "longest", "first"]),
        ("longest,last", ["longest", "longest", "first"]),
        ("last", ["last", "last", "first"]),
        ("first", ["first", "first", "first"]),
    ):
        own = {"keep": keep}
        made = plan_of(naive.read(same, own), own)
        names = split(own)[1].rules
        assert [names[rule] for rule in made.rule.tolist()] == rules


def test_documents_are_counted_in_blocks_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """One text at a time or all at once, the same boilerplate goes."""
    rng = random.Random(5)  # noqa: S311 - samples
    counted = 0
    for _ in range(200):
        corpus = strategies.random_cleaning(rng)
        own = options(corpus) | {"boilerplate": "remove", "boilerplate_documents": 3}
        read = naive.read(corpus.documents, own)
        whole = as_dictionary(plan_of(read, own))
        with monkeypatch.context() as patch:
            patch.setattr("dedup.cleaning.boilerplate.BLOCK", 1)
            assert as_dictionary(plan_of(read, own)) == whole == naive.make_plan(read)
        counted += any(gone.reason == "boilerplate" for gone in whole.values())
    assert counted > 20


def test_nothing_comes_of_nothing() -> None:
    """No documents, and a document without paragraphs."""
    for texts in ({}, {"D1.txt": ""}):
        assert len(plan_of(naive.read(texts, {}), {})) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"keep": "newest"},
        {"scope": "some"},
        {"remove": "all"},
        {"boilerplate": "drop"},
        {"drop_document_over": 0},
        {"drop_document_over": "1.5"},
        {"max_removed": "30 percent"},
        {"max_removed": "-1%"},
        {"kep": "first"},
    ],
)
def test_a_wrong_policy_is_refused(wrong: dict[str, object]) -> None:
    """By name, before anything is read."""
    with pytest.raises(SettingsError):
        Policy.of(wrong)


def test_shares_are_read() -> None:
    """As a share or in percent, by whoever makes a policy."""
    assert Policy.of({"max-removed": "46%", "keep": None}).max_removed == 0.46
