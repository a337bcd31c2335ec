"""The flow against the oracle: in memory, with sorted runs on disk, with processes, and pickled."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import naive
import numpy as np
import pytest
import strategies
from engines.pickled import Pickled
from hypothesis import given
from rapidfuzz import fuzz

from dedup import pipeline
from dedup.engines import local as local_engine
from dedup.engines.local import Local
from dedup.errors import SettingsError
from dedup.model import Documents, Strings
from dedup.settings import Settings
from dedup.stages import candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedup.engines.interface import Engine

    MakeEngine = Callable[[], Engine]

    from dedup.group import Group, Occurrence
    from dedup.report import Report

GOLDEN = json.loads((Path(__file__).parent / "cases" / "golden.json").read_text(encoding="utf-8"))
REPORTS = [case for case in GOLDEN if case["command"] == "report"]
BLOCKS = {"passages": "off"}
"""The oracle is about blocks; passages have their own tests."""
ENGINES = {
    "memory": partial(Local, memory=2 << 30, threads=2),
    "disk": partial(Local, memory=1 << 20, threads=2),
    "pickled": Pickled,
}


@pytest.fixture(params=[*ENGINES, "processes"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The local engine with plenty of memory, with one MB, with processes; and the pickled one."""
    if request.param == "processes":
        monkeypatch.setattr(local_engine, "PROCESS_BYTES", 0)
    with ENGINES.get(request.param, ENGINES["memory"])() as one:
        yield one


@pytest.fixture(params=ENGINES, scope="module")
def make_engine(request: pytest.FixtureRequest) -> MakeEngine:
    """What makes an engine: for tests of many corpora, each on an engine of its own."""
    return ENGINES[request.param]


@pytest.fixture
def exhaustive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every pair of texts meet, so that only what comes after the meeting is compared."""
    monkeypatch.setitem(candidates.RECALL, "high", candidates.Banding(128, 1, 0))


def documents(texts: dict[str, str], published: int = 0) -> Documents:
    """Make the table that a reader would hand over."""
    count = len(texts)
    zeros = np.zeros(count, np.int64)
    return Documents(
        np.arange(count),
        Strings.of(list(texts)),
        Strings.of([""] * count),
        zeros,
        np.array([path.endswith(".md") for path in texts], np.int8),
        zeros.astype(np.int8),
        (np.arange(count) < published).astype(np.int8),
        Strings.of(list(texts.values())),
    )


def in_batches(table: Documents, rows: int) -> Iterator[Documents]:
    """Hand a table over in several batches."""
    for at in range(0, len(table), rows):
        yield table.slice(at, at + rows)


def as_golden(report: Report) -> list[dict[str, Any]]:
    """Write groups as the oracle does."""
    return [_group(group) for group in report.groups]


def _group(group: Group) -> dict[str, Any]:
    out: dict[str, Any] = {
        "kind": group.kind,
        "unit": group.unit,
        "keeper": _place(group.keeper),
        "copies": [_copy(copy, group.kind) for copy in group.copies],
    }
    return out | ({"count": group.count} if group.count else {})


def _place(place: Occurrence) -> dict[str, Any]:
    paragraphs = list(place.paragraphs)
    return {
        "document": place.document,
        "paragraphs": paragraphs,
        "start": place.start,
        "end": place.end,
    }


def _copy(copy: Occurrence, kind: str) -> dict[str, Any]:
    out = _place(copy) | {"similarity": copy.similarity}
    if copy.of:
        of = {"paragraphs": list(copy.of.paragraphs), "start": copy.of.start, "end": copy.of.end}
        out["of"] = of
    if copy.bound:
        out["bound"] = True
    if kind != "boilerplate":
        out["paired"] = [list(pair) for pair in copy.paired]
    return out


@pytest.mark.parametrize("case", REPORTS, ids=lambda case: case["name"])
def test_golden_cases_hold(case: dict[str, Any], engine: Engine) -> None:
    """Every golden report comes out, one document a batch."""
    table = documents(case["documents"])
    report = pipeline.find(in_batches(table, 1), Settings.of(case["settings"] | BLOCKS), engine)
    wanted = [group | {"copies": group.get("copies", [])} for group in case["groups"]]
    for group, want in zip(got := as_golden(report), wanted, strict=False):
        for copy in group["copies"]:
            copy.pop("paired", None)
            if "of" in copy and "of" not in str(want):
                copy["of"] = {"paragraphs": copy["of"]["paragraphs"]}
        if group["kind"] == "boilerplate":
            group["copies"] = want["copies"]
    assert got == wanted


def chosen(corpus: strategies.Corpus) -> Settings:
    """Give the settings of a corpus; what is published is no setting but marked in the table."""
    return Settings.of({k: v for k, v in corpus.settings.items() if k != "published"} | BLOCKS)


def compare(corpus: strategies.Corpus, make_engine: MakeEngine) -> None:
    """Hold a report to the oracle's."""
    settings, published = chosen(corpus), corpus.settings.get("published", 0)
    wanted = naive.report(corpus.documents, **corpus.settings)
    with make_engine() as engine:
        table = documents(corpus.documents, published)
        flow = pipeline.check if published else pipeline.find
        report = flow(in_batches(table, 3), settings, engine)
    assert as_golden(report) == wanted
    holds(report, corpus.documents, settings)


def holds(report: Report, texts: dict[str, str], settings: Settings) -> None:
    """Recompute what a report says from the original texts."""
    for group in report.groups:
        for place in group.occurrences:
            assert texts[place.document][place.start : place.end] == place.text
        if group.kind == "boilerplate":
            continue
        for copy in group.copies:
            part = copy.of or group.keeper
            source = texts[group.keeper.document][part.start : part.end]
            value = fuzz.ratio(naive.normalise(source), naive.normalise(copy.text)) / 100
            assert value >= settings.threshold - 1e-9
            assert copy.bound or abs(value - copy.similarity) < 1.01e-4
            assert copy.identical == (source == copy.text)


@pytest.mark.usefixtures("exhaustive")
@given(corpus=strategies.corpora())
def test_random_corpora_equal_the_oracle(
    make_engine: MakeEngine, corpus: strategies.Corpus
) -> None:
    """Any corpus of letters gives the groups that the slow code gives, checks too."""
    compare(corpus, make_engine)


@pytest.mark.usefixtures("exhaustive")
@given(corpus=strategies.corpora())
def test_random_pairs_equal_the_oracle(make_engine: MakeEngine, corpus: strategies.Corpus) -> None:
    """Every verified match is listed, by places in Order."""
    settings = chosen(corpus)
    with make_engine() as engine:
        found = list(pipeline.pairs([documents(corpus.documents)], settings, engine))
    got = [
        {
            "a": {"document": pair.a.document, "paragraph": pair.a.paragraph},
            "b": {"document": pair.b.document, "paragraph": pair.b.paragraph},
            "similarity": pair.similarity,
        }
        for pair in found
    ]
    assert got == naive.matches(corpus.documents, **corpus.settings)


@pytest.mark.usefixtures("exhaustive")
@given(corpus=strategies.corpora())
def test_a_higher_threshold_equals_a_new_run(
    make_engine: MakeEngine, corpus: strategies.Corpus
) -> None:
    """A report knows what a run at a higher threshold would say."""
    settings = chosen(corpus).updated({"threshold": 0.7})
    with make_engine() as engine:
        low = pipeline.find([documents(corpus.documents)], settings, engine)
    for threshold in (0.7, 0.8, 0.9, 1.0):
        higher = settings.updated({"threshold": threshold})
        with Local(threads=2) as engine:
            again = pipeline.find([documents(corpus.documents)], higher, engine)
        assert low.at_threshold(threshold).groups == again.groups


def test_borderline_matches_and_histogram_help_to_choose_a_threshold(
    make_engine: MakeEngine,
) -> None:
    """The least similar matches come first, and all matches are counted."""
    texts = {case["name"]: case for case in REPORTS}["10"]["documents"]
    with make_engine() as engine:
        report = pipeline.find([documents(texts)], Settings(), engine)
    values = sorted(match["similarity"] for match in naive.matches(texts))
    lines = report.borderline(2)
    assert [line.similarity for line in lines] == values[:2]
    first = lines[0]
    assert first.a.normal == naive.normalise(texts[first.a.place.document])
    assert fuzz.ratio(first.a.normal, first.b.normal) / 100 >= first.similarity
    assert sum(count for _, count in report.histogram()) == len(values)


def test_a_lower_threshold_is_refused() -> None:
    """What was not looked for cannot be shown."""
    texts = {case["name"]: case for case in REPORTS}["10"]["documents"]
    with Local(threads=1) as engine:
        report = pipeline.find([documents(texts)], Settings(), engine)
    with pytest.raises(SettingsError, match=r"looked from 0\.8 up"):
        report.at_threshold(0.7)
    with pytest.raises(SettingsError, match="stored"):
        replace(report, evidence=None).borderline()


@pytest.mark.soak
@pytest.mark.usefixtures("exhaustive")
def test_many_random_corpora_equal_the_oracle() -> None:
    """The same for thousands of corpora, both engines in turn."""
    for number in range(2000):
        corpus = strategies.random_corpus(random.Random(number))  # noqa: S311
        compare(corpus, list(ENGINES.values())[number % 2])


def test_shingles_and_default_bands_find_what_brute_force_finds() -> None:
    """With the settings in force a changed paragraph is found like an equal one."""
    corpus = {case["name"]: case for case in REPORTS}["10"]["documents"]
    for seed in range(20):
        rng = random.Random(seed)  # noqa: S311
        texts = dict(sorted(corpus.items(), key=lambda _: rng.random()))
        with Local(threads=1) as engine:
            report = pipeline.find([documents(texts)], Settings.of(BLOCKS), engine)
        assert as_golden(report) == naive.report(texts)
