"""Whole documents compared: against the oracle, in memory, on disk and with processes, by hand."""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import naive
import pytest
import strategies
from hypothesis import given
from test_pipeline import ENGINES, documents, in_batches

from dedup import near_documents, pipeline
from dedup.settings import Settings
from dedup.stages import candidates, resemblance

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.engines.interface import Engine
    from dedup.report import Report

WORDS = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(300)]


@pytest.fixture
def exhaustive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every pair of documents meet that shares anything."""
    all_meet = candidates.Banding(128, 1, 0)
    monkeypatch.setattr(resemblance, "banding", lambda _: all_meet)


def found(
    texts: dict[str, str],
    published: int = 0,
    make_engine: Callable[[], Engine] = ENGINES["memory"],
    **settings: Any,  # noqa: ANN401 - options
) -> Report:
    """Run the flow on texts by path, three documents a batch."""
    flow = pipeline.check if published else pipeline.find
    with make_engine() as engine:
        table = documents(texts, published)
        return flow(in_batches(table, 3), Settings.of({"unit": "document"} | settings), engine)


def plain(report: Report) -> list[dict[str, Any]]:
    """Write the documents of a report as the oracle does."""
    return [
        {
            "keeper": near.keeper.document,
            "copies": [
                {name: value for name, value in asdict(copy).items() if name != "record"}
                for copy in near.copies
            ],
        }
        for near in report.documents or ()
    ]


def changed(words: list[str], count: int, seed: int) -> str:
    """Replace some words of a text by new ones."""
    out = list(words)
    for at in random.Random(seed).sample(range(len(out)), count):  # noqa: S311 - texts
        out[at] = f"new{seed}x{at}"
    return " ".join(out)


@pytest.mark.usefixtures("exhaustive")
@pytest.mark.parametrize("make_engine", ENGINES.values(), ids=ENGINES)
@pytest.mark.parametrize("threshold", [0.5, 0.7])
@given(corpus=strategies.corpora())
def test_random_corpora_equal_the_oracle(
    corpus: strategies.Corpus, make_engine: Callable[[], Engine], threshold: float
) -> None:
    """Any corpus gives the keepers, copies and shares that the slow code gives, checks too."""
    settings = {k: v for k, v in corpus.settings.items() if k != "published"}
    settings["document_threshold"] = threshold
    published = corpus.settings.get("published", 0)
    report = found(corpus.documents, published, make_engine, **settings)
    wanted = naive.near_documents(corpus.documents, **corpus.settings, document_threshold=threshold)
    assert plain(report) == wanted
    assert report.groups == ()


@pytest.mark.usefixtures("exhaustive")
@given(corpus=strategies.corpora())
def test_random_pairs_equal_the_oracle(corpus: strategies.Corpus) -> None:
    """Every verified pair is listed; of equal texts each with the first one only."""
    settings = Settings.of({k: v for k, v in corpus.settings.items() if k != "published"})
    with ENGINES["memory"]() as engine:
        table = [documents(corpus.documents)]
        pairs = list(near_documents.pairs(table, settings, engine))
    paths = list(corpus.documents)
    got = {
        (paths.index(pair.a.document), paths.index(pair.b.document)): [
            pair.resemblance,
            pair.contained_a,
            pair.contained_b,
        ]
        for pair in pairs
    }
    every = naive.near_pairs(corpus.documents, **corpus.settings)
    assert list(got) == sorted(got)
    assert all(every[pair] == shares for pair, shares in got.items())
    # What is left out is a pair of which one text stands earlier, too.
    first = {pair[1]: pair[0] for pair, shares in sorted(got.items()) if shares == [1.0] * 3}
    for a, b in every.keys() - got.keys():
        assert {a, b} & first.keys()


def test_a_report_on_both_has_the_same_documents_and_groups_as_either() -> None:
    """`both` is paragraphs beside documents: neither changes the other."""
    texts = {f"{n}.txt": changed(WORDS, 6 * n, n) + f"\n{n} end" for n in range(6)}
    both, alone, without = (
        found(texts, unit=unit, passages="off") for unit in ("both", "document", "paragraph")
    )
    assert both.documents == alone.documents
    assert alone.documents
    assert both.groups == without.groups
    assert without.documents is None
    for name in ("documents", "paragraphs", "characters", "words"):
        assert getattr(alone.summary, name) == getattr(both.summary, name)


def test_an_equal_document_joins_what_its_equal_joined() -> None:
    """Copies of a copy are verified against the keeper, by its own numbers."""
    copy = changed(WORDS, 5, 1)
    texts = {"a": " ".join(WORDS), "b": copy, "c": copy.upper(), "d": "one two"}
    [near] = found(texts).documents or ()
    assert near.keeper.document == "a"
    assert [one.document for one in near.copies] == ["b", "c"]
    assert near.copies[0].resemblance == near.copies[1].resemblance < 1


@pytest.mark.parametrize(("a", "b", "near"), [("x y", "X, y!", True), ("x y", "x y z", False)])
def test_texts_of_fewer_than_three_words_are_near_only_when_equal(
    a: str,
    b: str,
    near: bool,  # noqa: FBT001 - a parameter
) -> None:
    """A short text is one run, so it shares all or nothing."""
    assert bool(found({"a": a, "b": b}).documents) == near


def test_documents_without_words_are_no_copies() -> None:
    """Nothing resembles nothing."""
    report = found({"a": "…\n", "b": "…\n", "c": ""})
    assert report.documents == ()
    assert report.summary.paragraphs == 2


def test_code_of_markdown_does_not_count() -> None:
    """What is no paragraph is never compared."""
    prose = " ".join(WORDS[:40])
    texts = {
        "a.md": f"{prose}\n",
        "b.md": f"---\ntitle: {' '.join(WORDS[100:160])}\n---\n\n{prose}\n",
    }
    [near] = found(texts).documents or ()
    assert near.copies[0].resemblance == 1


def test_a_published_document_keeps_whatever_it_resembles() -> None:
    """A new text that is near only the second of two near published ones is found."""
    far = changed(changed(WORDS, 14, 1).split(), 14, 2)
    texts = {"p1": " ".join(WORDS), "p2": changed(WORDS, 14, 1), "new": far}
    [near] = found(texts, 2).documents or ()
    assert near.keeper.document == "p2"


def test_a_family_of_near_equal_documents_is_one_star() -> None:
    """However many: each joins the first one."""
    texts = {f"{n:03}": changed(WORDS, 2, n) for n in range(400)}
    [near] = found(texts).documents or ()
    assert len(near.copies) == 399
