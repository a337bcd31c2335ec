"""The plan against the oracle's, rule by rule and on random corpora; and what it costs."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import naive
import numpy as np
import pytest
import strategies
from cleaning.tables import as_dictionary, plan_of, split
from hypothesis import given

from dedup.cleaning import Policy, share
from dedup.cleaning.kinship import Normals
from dedup.cleaning.plan import Standing, plan
from dedup.errors import SettingsError
from dedup.model import Matches, Strings
from dedup.settings import Settings

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


def family(places: int, texts: int) -> tuple[Standing, Matches, Normals, list[I64]]:
    """Make documents of one paragraph each, in turns of some texts that all match."""
    none = np.zeros(places, np.int64)
    doc = np.arange(places)
    small = none.astype(np.int32)
    standing = Standing(doc, small, none, none + 200, doc % texts, small + 30, none.astype(np.int8))
    a, b = np.triu_indices(texts, 1)
    matches = Matches(a.astype(np.int64), b.astype(np.int64), np.full(len(a), 0.9))
    normals = Normals(np.arange(texts), Strings.of([f"a b c {'x' * n}" for n in range(texts)]))
    return standing, matches, normals, [doc]


@pytest.mark.parametrize("scope", ["all", "within", "across"])
def test_a_family_costs_no_more_than_its_members(scope: str) -> None:
    """100,000 places of 300 texts that match one another: a second or so, not hours."""
    standing, matches, normals, ranks = family(100_000, 300)
    began = time.perf_counter()
    made = plan(standing, matches, normals, ranks, Settings(), Policy(scope=scope, remove="match"))
    assert time.perf_counter() - began < 5
    assert len(made) == (0 if scope == "within" else 99_999)


def test_a_text_is_asked_for_only_where_it_decides() -> None:
    """With `equal` none is, nor with `match`."""
    standing, matches, _, ranks = family(10, 5)
    nothing = Normals(np.zeros(0, np.int64), Strings.of([]))
    made = plan(standing, matches, nothing, ranks, Settings(), Policy(remove="equal"))
    assert made.doc.tolist() == [5, 6, 7, 8, 9]
    made = plan(standing, matches, nothing, ranks, Settings(), Policy(remove="match"))
    assert made.doc.tolist() == list(range(1, 10))


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


def test_nothing_comes_of_nothing() -> None:
    """No documents, and a document without paragraphs."""
    for documents in ({}, {"D1.txt": ""}):
        assert len(plan_of(naive.read(documents, {}), {})) == 0


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
    """As a share or in percent."""
    assert (share("30%", "s"), share(".3", "s"), share("1", "s")) == (0.3, 0.3, 1.0)
    assert Policy.of({"max-removed": "46%", "keep": None}).max_removed == 0.46
