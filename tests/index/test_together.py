"""What is killed, and who reads while another writes: an index is as it was before, or after."""

from __future__ import annotations

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dedup import Index, check

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.report import Report

TEXTS = 12
CHANGES = """
import random, sys
from dedup import Index
index, dice, there = Index("ix"), random.Random(sys.argv[1]), set(sys.argv[2].split())
print("begun", flush=True)
while True:
    name = str(dice.randrange(12))
    step = dice.choice(["add", "remove", "compact"])
    if step == "remove" and (name not in there or len(there) == 1):
        continue
    print(step, name, end=" ", flush=True)
    if step == "compact":
        index.compact()
    else:
        getattr(index, step)(f"texts/{name}.txt")
    (there.add if step == "add" else there.discard if step == "remove" else str)(name)
    print("done", flush=True)
"""
"""Changes an index in one way after another, and says what it begins and what is done."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Texts of their own, an index of the first, and a text that repeats each of them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").mkdir()
    for number in range(TEXTS):
        (tmp_path / "texts" / f"{number}.txt").write_text(text(number))
    (tmp_path / "new.txt").write_text("\n\n".join(map(text, range(TEXTS))))
    Index("ix").build("texts/0.txt")
    return tmp_path


def text(number: int) -> str:
    """Write a text of 30 words."""
    return " ".join(f"{a}{b}m{chr(97 + number)}" for a in "bcdfg" for b in "aeiouy")


def held(index: Index) -> set[str]:
    """Return the texts that a check finds in an index."""
    found = check("new.txt", index=index).overlaps
    return {one.a.document.partition("/")[2].partition(".")[0] for one in found}


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.soak)])
@pytest.mark.usefixtures("here")
def test_killed_at_any_moment(kills: int) -> None:
    """After each of many kills in a change all is whole, and nothing that was done is lost."""
    index, dice = Index("ix"), random.Random(kills)  # noqa: S311 - no secrets
    there = held(index)
    assert there == {"0"}
    interrupted = 0
    for number in range(kills):
        words = [sys.executable, "-c", CHANGES, str(number), " ".join(sorted(there))]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            assert run.stdout.readline() == "begun\n"
            with ThreadPoolExecutor(1) as pool:
                told = pool.submit(run.stdout.read)
                try:
                    run.wait(dice.uniform(0, 0.4))
                except subprocess.TimeoutExpired:
                    run.kill()
                lines = told.result().splitlines()
        before, done = there, True
        for line in lines:
            step, name, *said = line.split()
            before, done = there, bool(said)
            there = (
                there - {name} if step == "remove" else there | ({name} if step == "add" else set())
            )
        interrupted += not done
        assert index.verify()
        now = held(index)
        # The last change may have been done, or not; all others were.
        assert now == there or (not done and now == before)
        there = now
    assert interrupted > kills // 2
    # The next writer sweeps what the killed ones left.
    index.compact()
    assert len(list(index.folder.glob("*.columns"))) == index.verify()
    assert not list(index.folder.glob(".*.tmp"))


@pytest.mark.usefixtures("here")
def test_readers_while_a_writer_adds() -> None:
    """Every answer is that of the index before a change or after."""
    index = Index("ix")
    answers, expected = [], [asked(index)]
    with ThreadPoolExecutor(1) as pool:
        for number in range(1, 6):
            added = pool.submit(index.add, f"texts/{number}.txt")
            while not added.done():
                answers.append(asked(index))
            added.result()
            expected.append(asked(index))
        changed = pool.submit(index.compact)
        while not changed.done():
            answers.append(asked(index))
        changed.result()
    assert len({len(report.overlaps) for report in expected}) == len(expected)
    assert all(answer in expected for answer in answers)


def asked(index: Index) -> Report:
    """Return the report of a check, without what it was made from."""
    report = check("new.txt", index=index)
    summary = replace(report.summary, candidates=0, rejected=0, buckets_cut=0)
    return replace(report, summary=summary, evidence=None)
