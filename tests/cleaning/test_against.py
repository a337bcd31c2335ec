"""`clean --against`: A minus B. What is published is only read, keeps, and is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import naive
import pytest
from cleaning.conftest import A, B, C, D, E, H, contents, write
from hypothesis import given
from hypothesis import strategies as st
from strategies import render

import dedup
from dedup import DedupError, Policy, api
from dedup.reports.html import plan_to_html

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLD = {
    "old/1.txt": f"{A}\n{B}\n{A}\n".encode(),
    "old/2.txt": f"{B}\n{H}\n{C}\n".encode(),
    "old/3.txt": f"{B}\n{H}\n{C}\n".encode(),
}
NEW = {
    "new/1.txt": f"{D}\n{B}\n{H}\n{C}\n".encode(),
    "new/2.txt": f"{A}\n{B}\n{A}\n".encode(),
    "new/3.txt": f"{D}\n{E}\n".encode(),
}
LETTERS = ["A", "A'", "A''", "A'''", "B", "B'", "C"]
TEXTS = st.lists(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=4), min_size=1, max_size=4)


pytestmark = pytest.mark.filterwarnings("default")  # of libraries that are not ours


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Published texts, and new ones."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, OLD | NEW)
    return tmp_path


def test_what_is_published_keeps_and_is_left_alone(dedup: Callable, here: Path) -> None:
    """Each removal names its match there; verify and restore understand it."""
    done = dedup("clean", "new", "--against", "old", "-o", "out", "--ledger", "l.jsonl")
    assert done.returncode == 0, done.stderr
    assert "compared with 3 published documents, which only keep" in done.stderr
    assert contents(here / "old") == {name[4:]: data for name, data in OLD.items()}
    assert sorted(contents(here / "out")) == ["1.txt", "3.txt"]
    assert (here / "out/1.txt").read_text() == f"{D}\n"
    assert (here / "out/3.txt").read_text() == f"{E}\n"
    lines = [json.loads(line) for line in (here / "l.jsonl").read_text().splitlines()]
    assert [(line["document"], line["rule"], line["keeper"]["document"]) for line in lines] == [
        ("new/1.txt", "published", "old/1.txt"),
        ("new/1.txt", "published", "old/2.txt"),
        ("new/2.txt", "published", "old/1.txt"),
        ("new/3.txt", "first", "new/1.txt"),
    ]
    manifest = json.loads((here / "out/.dedup/manifest.json").read_text())
    assert [file["document"] for file in manifest["published"]] == ["old/1.txt", "old/2.txt"]
    assert (manifest["summary"]["documents"], manifest["summary"]["published"]) == (3, 3)
    assert "7 removed paragraphs in 3 documents" in dedup("clean", "--verify", "out").stderr
    assert dedup("restore", "out", "-o", "back").returncode == 0
    assert contents(here / "back") == {name[4:]: data for name, data in NEW.items()}


def test_a_keeper_that_is_another_now_is_told(here: Path) -> None:
    """By verify and audit, with what to do; restore does not need it."""
    dedup.clean("new", against="old").write("out")
    kept = {one.line.keeper.document: one.kept for one in dedup.audit("out").removals}  # type: ignore[union-attr]
    assert kept["old/1.txt"] == f"{A}\n{B}\n{A}"
    (here / "old/3.txt").unlink()  # keeps nothing
    dedup.verify("out")
    (here / "old/2.txt").write_text("another")
    for ask in (dedup.verify, dedup.audit):
        with pytest.raises(dedup.LedgerError, match=r"^old/2.txt keeps what was removed, and is"):
            ask("out")
    dedup.restore("out", "back")


def test_a_plan_against_published_texts_counts_the_others(dedup: Callable, here: Path) -> None:
    """The guard, the dry run and its page speak of what is cleaned."""
    done = dedup("clean", "new", "--against", "old", "--dry-run")
    assert "of 9 paragraphs in 3 documents would go" in done.stdout
    done = dedup("clean", "new", "--against", "old", "--dry-run", "--max-removed", ".5")
    assert done.returncode == 3
    assert "old/1.txt:1" in plan_to_html(api.clean("new", against="old"))
    for out, ledger, policy, why in (
        ("out", None, Policy(scope="within"), "leave out against"),
        ("old/out", None, Policy(), "old/out lies in the input old"),
        ("out", "old/1.txt", Policy(), "old/1.txt"),
    ):
        with pytest.raises(DedupError, match=why):
            api.clean_to("new", out, policy=policy, against="old", ledger=ledger)
    with pytest.raises(DedupError, match="all published files are among the new ones"):
        api.clean_to("old", "out", against="old")
    assert not (here / "out").exists()


@pytest.mark.parametrize("unit", ["paragraph", "document", "both"])
@pytest.mark.parametrize("boilerplate", ["keep", "first", "remove"])
def test_every_level_leaves_what_is_published(here: Path, unit: str, boilerplate: str) -> None:
    """Whole documents, menus and sentences, too; what is cleaned again loses nothing more."""
    menu = "\n".join(f"{H} {n}" for n in range(2))
    for number in range(12):
        (here / f"old/m{number}.txt").write_text(f"{menu}\n{render('ABCDEFGHIJKL'[number])}\n")
        (here / f"new/m{number}.txt").write_text(f"{menu}\n{render('MNOPQRSTUVWX'[number])}\n")
    policy = {"unit": unit, "boilerplate": boilerplate, "max_removed": 1.0}
    before = contents(here / "old")
    for passages in ("off", "on") if unit == "paragraph" else ("off",):
        out = f"out-{passages}"
        plan = dedup.clean("new", against="old", passages=passages, **policy)
        assert all(line.document.startswith("new/") for line in plan.removals)
        plan.write(out)
        dedup.verify(out)
        again = dedup.clean(out, against="old", passages=passages, **policy)
        assert list(again.removals) == []
    assert contents(here / "old") == before


@given(old=TEXTS, new=TEXTS, remove=st.sampled_from(["equal", "match"]))
def test_what_goes_is_what_stands_there(
    old: list[list[str]], new: list[list[str]], remove: str
) -> None:
    """As brute force has it: a paragraph goes for one that is published, or stays before it."""
    published, texts = (["\n".join(map(render, text)) for text in some] for some in (old, new))
    plan = dedup.clean(
        texts=texts, against_texts=published, remove=remove, boilerplate="first", max_removed=1.0
    )
    stays = [naive.normalise(p) for text in published for p in text.split("\n")]
    wanted = []
    for number, text in enumerate(texts, 1):
        at = 0
        for paragraph in text.split("\n"):
            normal = naive.normalise(paragraph)
            if any(same(normal, other, remove) for other in stays):
                wanted.append((str(number), at))
            else:
                stays.append(normal)
            at += len(paragraph) + 1
    assert gone(plan, texts) == wanted
    for line in plan.removals:
        assert line.keeper is not None
        side = published if line.keeper.document == "against" else texts
        kept = side[int(line.keeper.record or 0) - 1][line.keeper.start : line.keeper.end]
        pairs = zip(line.text.strip().split("\n"), kept.split("\n"), strict=True)
        assert all(same(naive.normalise(a), naive.normalise(b), remove) for a, b in pairs)
        assert (line.rule == "published") is (side is published)


def same(a: str, b: str, remove: str) -> bool:
    """Tell whether one text may go for another."""
    return a == b or (remove == "match" and naive.similarity(a, b) >= 0.8)


def gone(plan: dedup.Planned, texts: list[str]) -> list[tuple[str, int]]:
    """List the paragraphs that go, by record and start."""
    found = []
    for line in plan.removals:
        text, at = texts[int(line.record or 0) - 1], 0
        for paragraph in text.split("\n"):
            if line.start <= at < line.end:
                found.append((line.record or "", at))
            at += len(paragraph) + 1
    return found


@pytest.mark.usefixtures("here")
def test_held_texts_are_cleaned_of_held_ones() -> None:
    """Strings, dicts and frames come back; what cannot be written is said."""
    import pandas as pd

    plan = dedup.clean(texts=[A, D, B], against_texts=[B, C, A])
    assert plan.selected == [D]
    assert repr(plan).startswith("<Planned: ")
    assert "of 3 documents would go" in repr(plan)
    frame = pd.DataFrame({"body": [A, f"{D}\n{B}"], "id": [1, 2]})
    old = [{"body": B, "id": "x"}]
    plan = dedup.clean(frame, against=old, text="body")
    assert plan.selected["body"].tolist() == [A, D]
    (line,) = plan.removals
    assert line.keeper[:2] == ("against", "x")  # type: ignore[index]
    assert dedup.clean("new", against=old, text="body").removals
    with pytest.raises(dedup.SettingsError, match="against is held in memory"):
        dedup.clean("new", against_texts=[A]).write("out")


def values(plan: dedup.Planned) -> list[Any]:
    """Give the lines of a plan, for comparing."""
    return list(plan.removals)


def test_by_date_and_by_length_what_is_published_comes_first(here: Path) -> None:
    """Whatever the keep rules say."""
    rows = [{"text": A, "date": "2001-01-01"}, {"text": f"{A}\n{D}", "date": "2002-01-01"}]
    for keep in ("longest", "last", "oldest:date", "newest:date", "prefer:*.jsonl"):
        (here / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        plan = dedup.clean("a.jsonl", against="old", keep=keep, max_removed=1.0)
        assert {line.rule for line in values(plan)} == {"published"}
        assert len(values(plan)) == 2
