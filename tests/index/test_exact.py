"""A check against an index finds what a check against the texts finds."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Corpus, corpora

import dedup
from dedup import Index

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.report import Report
    from dedup.settings import Settings


def compared(report: Report) -> Report:
    """Leave out how many pairs were compared, and what decides of an exit code."""
    summary = replace(report.summary, candidates=0, rejected=0, buckets_cut=0)
    return replace(report, summary=summary, evidence=None, verdict=None)


def written(folder: Path, corpus: Corpus, seed: int) -> tuple[list[str], list[str]]:
    """Write a corpus in two parts at least one text each, and return the paths of both."""
    names = sorted(corpus.documents)
    chosen = random.Random(seed).sample(names, len(names))  # noqa: S311 - no secrets
    cut = 1 + seed % (len(names) - 1)
    paths = []
    for part, some in (("published", chosen[:cut]), ("new", chosen[cut:])):
        (folder / part).mkdir(parents=True)
        for name in some:
            (folder / part / name).write_text(corpus.documents[name], "utf-8")
        paths.append([str(folder / part / name) for name in some])
    return paths[0], paths[1]


def indexed(folder: Path, published: list[str], settings: Settings, seed: int) -> Index:
    """Make an index by a few changes that end with the published texts, in any order."""
    index = Index(folder / "index", root=folder)
    cut = 1 + seed % len(published)
    index.build(published[:cut], settings)
    # Other texts come and go, and some are taken in again.
    (folder / "other").mkdir()
    for number, path in enumerate(published):
        shutil.copy(path, folder / "other" / f"{number}.txt")
    index.add([str(folder / "other"), *published[cut:]], settings)
    if seed % 3 == 0:
        index.add(published[:1], settings)
    index.remove(str(folder / "other"))
    if seed % 2 == 0:
        index.compact(settings)
    return index


@settings(max_examples=40)
@given(corpora(), st.integers(0, 1000))
def test_the_same_findings(
    tmp_path_factory: pytest.TempPathFactory, corpus: Corpus, seed: int
) -> None:
    """For every order of insertion, after removals, replacements and compaction."""
    if len(corpus.documents) < 2:
        return
    folder = tmp_path_factory.mktemp("exact")
    published, new = written(folder, corpus, seed)
    own = {key: value for key, value in corpus.settings.items() if key != "published"}
    chosen = dedup.Settings().updated(own)
    index = indexed(folder, published, chosen, seed)
    # A published text that is checked is left out of the published ones.
    incoming = [*new, *(published[:1] if len(published) > 1 and seed % 5 == 0 else [])]
    found = dedup.check(incoming, index=index, settings=chosen)
    expected = dedup.check(incoming, published, chosen)
    assert compared(found) == compared(expected)


@pytest.mark.parametrize("boilerplate_documents", [3, 10])
def test_where_buckets_are_cut(tmp_path: Path, boilerplate_documents: int) -> None:
    """Of families of lines that hardly differ, too, where not all of them meet."""
    rng = random.Random(boilerplate_documents)  # noqa: S311 - no secrets
    texts = families(rng, 190)
    published, new = tmp_path / "old", tmp_path / "new"
    for folder, some in ((published, texts[:170]), (new, texts[170:])):
        folder.mkdir()
        for name, text in enumerate(some):
            (folder / f"{name:03}.txt").write_text(text)
    chosen = dedup.Settings(boilerplate_documents=boilerplate_documents)
    index = Index(tmp_path / "index")
    index.build(published, chosen)
    found = dedup.check(new, index=index, settings=chosen)
    expected = dedup.check(new, published, chosen)
    assert expected.summary.buckets_cut
    assert compared(found) == compared(expected)


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(n, marks=pytest.mark.soak) for n in range(2, 200))]
)
def test_changes_where_buckets_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Of such families, too, when texts come into the middle of Order, are replaced and go."""
    monkeypatch.chdir(tmp_path)
    rng = random.Random(seed)  # noqa: S311 - no secrets
    texts = crowds(rng, 200)
    for folder, some in (("old", texts[8:]), ("new", texts[:8])):
        (tmp_path / folder).mkdir()
        for name, text in enumerate(some):
            (tmp_path / folder / f"{name:03}.txt").write_text(text)
    away = [f"old/{name:03}.txt" for name in range(len(texts) - 8)]
    rng.shuffle(away)
    chosen = dedup.Settings(
        boilerplate_documents=rng.choice([3, 10]), unit=rng.choice(["paragraph", "both"])
    )
    there = [away.pop() for _ in range(rng.randrange(80, 140))]
    index = Index("ix")
    index.build(there, chosen)
    for step in range(6):
        some = rng.choice([1, 2, 20])
        if step % 2 == 0:
            come = [away.pop() for _ in range(min(some, len(away)))] or there[:1]
            (tmp_path / there[0]).write_text(rng.choice(texts))
            index.add([*come, there[0]], chosen)
            there = list(dict.fromkeys([*there, *come]))
        else:
            rng.shuffle(there)
            index.remove(there[-some:])
            away += there[-some:]
            del there[-some:]
        # One of those that come in is a new version of a published one.
        incoming = ["new/000.txt", f"new/{1 + step:03}.txt", *there[3 : 3 + step % 3]]
        found = dedup.check(incoming, index=index, settings=chosen)
        expected = dedup.check(incoming, there, chosen)
        assert expected.summary.buckets_cut
        assert found.summary.rejected >= 0
        assert compared(found) == compared(expected)


def crowds(rng: random.Random, count: int) -> list[str]:
    """Make texts of lines, and of a long notice, of which a number or a word is another in each."""
    line, other, notice = (own(rng, words) for words in (10, 13, 48))
    texts = []
    for _ in range(count):
        parts = [" ".join(own(rng, 20))]
        for words, places in ((line, (3,)), (other, (2, 7)), (notice, (5, 30))):
            changed = list(words)
            for place in places:
                number = str(rng.randrange(1, 400))
                changed[place] = number if rng.random() < 0.8 else own(rng, 1)[0]
            parts += [" ".join(changed)] * (rng.random() < 0.8)
        rng.shuffle(parts)
        texts.append("\n\n".join(parts))
    return texts


def own(rng: random.Random, words: int) -> list[str]:
    """Make words that stand nowhere else."""
    return ["".join(rng.choices("bcdfglmnprstaeiou", k=rng.randrange(4, 8))) for _ in range(words)]


def edited(rng: random.Random, text: str, words: int) -> str:
    """Put other words in place of some."""
    every = text.split()
    for at in rng.sample(range(len(every)), words):
        every[at] = "".join(rng.choices("bcdfglmnprst", k=6))
    return " ".join(every)


def families(rng: random.Random, count: int) -> list[str]:
    """Make texts of a line that is edited, a long notice, menus, and paragraphs of their own."""
    menus = [paragraph(f"menu{letter}", 12) for letter in "abc"]
    story = [paragraph(f"st{letter}", 25) for letter in "ab"]
    notice, line = paragraph("avis", 45), paragraph("ligne", 16)
    texts = []
    for number in range(count):
        parts = [edited(rng, line, rng.randrange(1, 4))]
        parts += rng.sample(menus, rng.randrange(3))
        parts += [paragraph(f"n{number}", 20)]
        parts += [edited(rng, notice, 2)] * rng.randrange(2)
        parts += story * (rng.randrange(8) == 0)
        texts.append("\n\n".join(parts))
    return texts


def paragraph(name: str, words: int = 30) -> str:
    """Make a paragraph of words of its own."""
    return " ".join(f"{name}{chr(97 + n // 26)}{chr(97 + n % 26)}{name}" for n in range(words))


@pytest.mark.parametrize("unit", ["paragraph", "document", "both"])
def test_records_and_units(tmp_path: Path, unit: str) -> None:
    """Records are known by file and id, and whole documents are compared as asked."""
    texts = ["\n".join(paragraph(n) for n in some) for some in ("abc", "ade", "fgh", "abc")]
    old = [json.dumps({"id": f"o{n}", "text": text}) for n, text in enumerate(texts)]
    new = [json.dumps({"id": "n1", "text": "\n".join(paragraph(n) for n in "fgx")})]
    (tmp_path / "old.jsonl").write_text("\n".join(old))
    (tmp_path / "new.jsonl").write_text("\n".join([*new, old[0]]))
    chosen = dedup.Settings(unit=unit)
    index = Index(tmp_path / "index")
    index.build(tmp_path / "old.jsonl", chosen)
    found = dedup.check(tmp_path / "new.jsonl", index=index, settings=chosen)
    expected = dedup.check(tmp_path / "new.jsonl", tmp_path / "old.jsonl", chosen)
    assert compared(found) == compared(expected)
    assert found.documents or unit == "paragraph"


def test_three_words_changed(tmp_path: Path) -> None:
    """An article that is pasted into a fresh one, three words of a paragraph changed, is found."""
    words = [paragraph(n, 40).split() for n in "abcd"]
    (tmp_path / "old.txt").write_text("\n\n".join(" ".join(some) for some in words))
    for some in words:
        some[3], some[17], some[30] = "un", "deux", "trois"
    pasted = "\n\n".join(" ".join(some) for some in words)
    (tmp_path / "new.txt").write_text(f"{paragraph('x')}\n\n{pasted}\n\n{paragraph('y')}")
    index = Index(tmp_path / "index")
    index.build(tmp_path / "old.txt")
    report = dedup.check(tmp_path / "new.txt", index=index)
    [finding] = report.verdict.failing
    assert finding.copy.paragraphs == (2, 5)
    assert finding.group.paragraphs == 4
