"""Sentences that are repeated across paragraph borders: what goes, what is left, and back."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cleaning.conftest import contents, write
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.cleaning.passages import Intervals
from dedup.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS = "bcdfghjklmnprstv"


def sentence(number: int) -> str:
    """Write a sentence of eleven words that has no word in common with another."""
    rng = random.Random(number)  # noqa: S311 - samples
    words = ["".join(rng.choices(LETTERS, k=4)) + f"{number:02}" for _ in range(11)]
    return " ".join(words).capitalize() + "."


S = [sentence(number) for number in range(40)]


def planned(folder: Path, **policy: str) -> dedup.cleaning.Planned:
    """Plan a clean with passages."""
    how = dedup.Policy(passages="on", max_removed=1.0, **policy)
    return dedup.clean(folder, dedup.Settings(), how)


def test_sentences_go_across_a_paragraph_border(tmp_path: Path) -> None:
    """The later document loses them; what is left of its paragraphs stays as it was written."""
    write(
        tmp_path / "in",
        {
            "a.txt": f"{S[0]} {S[1]}  {S[2]}\r\n\r\n{S[3]} {S[4]}\r\n".encode(),
            "b.txt": f"{S[5]} {S[1]}\r\n\r\n{S[2]}\r\n\r\n{S[3]} {S[6]}\r\n".encode(),
        },
    )
    plan = planned(tmp_path / "in")
    lines = list(plan.removals)
    assert [(line.text.strip(), line.reason, line.similarity) for line in lines] == [
        (text, "passage", 1.0) for text in S[1:4]
    ]
    keeper = lines[0].keeper
    text = (tmp_path / "in/a.txt").read_bytes().decode()
    assert keeper is not None
    assert text[keeper.start : keeper.end] == S[1]
    plan.write(tmp_path / "out")
    out = contents(tmp_path / "out")
    assert out["a.txt"] == text.encode()
    assert out["b.txt"] == f"{S[5]}\r\n\r\n{S[6]}\r\n".encode()


@pytest.mark.parametrize(
    ("policy", "loser"),
    [
        ({}, "b.txt"),
        ({"keep": "last"}, "a.txt"),
        ({"keep": "longest"}, "a.txt"),
        ({"scope": "across"}, "b.txt"),
        ({"scope": "within"}, None),
    ],
)
def test_keep_rules_and_scope_hold_for_sentences(
    policy: dict[str, str], loser: str | None, tmp_path: Path
) -> None:
    """The document that the rules rank later loses its own."""
    files = {
        "a.txt": f"{S[0]} {S[1]}\n{S[2]} {S[3]}\n",
        "b.txt": f"{S[4]} {S[1]} {S[2]} {S[5]} {S[6]}\n",
    }
    write(tmp_path / "in", {name: text.encode() for name, text in files.items()})
    lines = list(planned(tmp_path / "in", **policy).removals)
    assert {Path(line.document).name for line in lines} == ({loser} if loser else set())
    assert {line.rule for line in lines} <= {policy.get("keep", "first")}


@pytest.mark.parametrize("shared", range(2, 10))
@pytest.mark.parametrize("own", [1, 2, 4, 8])
def test_sentences_go_however_alike_their_paragraphs_are(
    shared: int, own: int, tmp_path: Path
) -> None:
    """Of two paragraphs that match and are not the same text, as of two that do not match."""
    same = " ".join(S[:shared])
    first, second = (" ".join(S[n : n + own]) for n in (20, 30))
    write(
        tmp_path / "in",
        {"a.txt": f"{same} {first}\n".encode(), "b.txt": f"{same} {second}\n".encode()},
    )
    planned(tmp_path / "in").write(tmp_path / "out")
    out = contents(tmp_path / "out")
    assert out["a.txt"].decode() == f"{same} {first}\n"
    assert out["b.txt"].decode() == f"{second}\n"
    assert dedup.verify(tmp_path / "out").lines == 1
    assert not list(planned(tmp_path / "out").removals)


def test_sentences_of_a_block_go_on_both_sides_of_a_change(tmp_path: Path) -> None:
    """Short paragraphs between may go with them; of boilerplate nothing does."""
    notice = " ".join(S[35:38])
    bodies = [
        f"{S[0]} {S[1]} {S[2]} {S[20 + n]} {S[3]} {S[4]}\n\n{notice}\n\n{S[10 + n]}"
        for n in range(2)
    ]
    others = [f"{notice}\n\n{S[12 + n]}" for n in range(4)]
    texts = {f"{n}.txt": text for n, text in enumerate([*bodies, *others])}
    write(tmp_path / "in", {name: text.encode() for name, text in texts.items()})
    how = dedup.Policy(passages="on", max_removed=1.0)
    plan = dedup.clean(tmp_path / "in", dedup.Settings(boilerplate_documents=5), how)
    assert [line.text.strip() for line in plan.removals] == [
        f"{S[0]} {S[1]} {S[2]}",
        f"{S[3]} {S[4]}",
    ]


def test_short_runs_and_half_sentences_stay(tmp_path: Path) -> None:
    """One sentence of eleven words is no passage; one that is cut short is none that goes."""
    half = " ".join(S[2].split()[:8])
    write(
        tmp_path / "in",
        {
            "a.txt": f"{S[0]} {S[1]} {S[2]} {S[3]}\n".encode(),
            "b.txt": f"{S[4]} {S[1]} {half} et puis rien.\n".encode(),
        },
    )
    assert not list(planned(tmp_path / "in").removals)


def test_off_unless_it_is_asked_for(tmp_path: Path, dedup: Callable) -> None:
    """By the command: `--passages on`, the ledger, the proof, and back."""
    files = {
        "in/a.txt": f"{S[0]} {S[1]}\n{S[2]} {S[3]}\n".encode(),
        "in/b.txt": f"{S[4]} {S[1]} {S[2]} {S[5]}\n".encode(),
    }
    write(tmp_path, files)
    assert "removed 0 paragraphs" in dedup("clean", "in", "-o", "plain").stderr
    done = dedup("clean", "in", "-o", "out", "--passages", "on", "--max-removed", "100%")
    assert "removed 0 paragraphs of 3 and 2 runs of sentences" in done.stderr
    assert (tmp_path / "out/b.txt").read_text() == f"{S[4]} {S[5]}\n"
    assert dedup("clean", "--verify", "out").returncode == 0
    assert dedup("restore", "out", "-o", "back", "--reason", "passage").returncode == 0
    assert contents(tmp_path / "back") == contents(tmp_path / "in")


@given(
    papers=st.lists(
        st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=5), min_size=1, max_size=4),
        min_size=1,
        max_size=5,
    ),
    policy=st.fixed_dictionaries(
        {
            "keep": st.sampled_from(["first", "last", "longest"]),
            "scope": st.sampled_from(["all", "within", "across"]),
            "remove": st.sampled_from(["near", "equal", "match"]),
        }
    ),
    some=st.integers(0, 2**30),
)
def test_what_goes_is_kept_and_comes_back(
    papers: list[list[list[int]]], policy: dict[str, str], some: int, tmp_path: Path
) -> None:
    """Each sentence that goes stays elsewhere; all else is as it was, and the spaces are right."""
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    texts = {
        f"{number}.txt": "\n\n".join(" ".join(S[n] for n in paragraph) for paragraph in paper)
        for number, paper in enumerate(papers)
    }
    write(folder / "in", {name: text.encode() for name, text in texts.items()})
    plan = planned(folder / "in", **policy)
    if some % 3 == 0:
        rng = random.Random(some)  # noqa: S311 - samples
        dropped = {line for line in plan.removals if rng.random() < 0.5}
        plan = plan.without(dropped.__contains__)
    lines = list(plan.removals)
    done = plan.write(folder / "out")
    out = contents(folder / "out")
    left = {name: out.get(name, b"").decode() for name in texts}

    gone = {(Path(line.document).name, line.start): line for line in lines}
    for name, text in texts.items():
        mine = [line for (of, _), line in gone.items() if of == name]
        stays = []
        at = 0
        for paragraph in text.split("\n\n"):
            kept = []
            for one in paragraph.split(". "):
                body = one.removesuffix(".") + "."
                start = text.index(body, at)
                at = start + len(body)
                if not any(line.start <= start and at <= line.end for line in mine):
                    kept.append(body)
                    assert not any(line.start < at and start < line.end for line in mine)
            stays += [" ".join(kept)] if kept else []
        assert left[name] == "\n\n".join(stays)

    for line in lines:
        assert line.keeper is not None
        keeper = Path(line.keeper.document).name
        kept_text = texts[keeper][line.keeper.start : line.keeper.end]
        assert line.similarity is not None
        assert line.similarity == 1 or policy["remove"] != "equal"
        assert (kept_text.split() == line.text.split()) == (line.similarity == 1)
        assert kept_text in left[keeper]
    assert sum(map(len, texts.values())) == sum(map(len, left.values())) + done.removed
    assert dedup.verify(folder / "out").lines == len(lines)
    dedup.restore(folder / "out", folder / "back")
    assert contents(folder / "back") == contents(folder / "in")


def test_a_wrong_passage_is_refused(tmp_path: Path) -> None:
    """A ledger whose keeper is another text is no proof."""
    write(
        tmp_path / "in",
        {
            "a.txt": f"{S[0]} {S[1]} {S[2]} {S[3]}\n".encode(),
            "b.txt": f"{S[4]} {S[1]} {S[2]} {S[5]}\n".encode(),
        },
    )
    plan = planned(tmp_path / "in")
    assert len(plan.decision.sentences) == 1
    plan.decision.removals.keeper_end[0] -= 5
    plan.write(tmp_path / "out")
    with pytest.raises(LedgerError, match="is not the same text as its keeper"):
        dedup.verify(tmp_path / "out")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), max_size=12), st.integers(0, 30))
def test_intervals(spans: list[tuple[int, int]], at: int) -> None:
    """They know each character that they hold, and no other."""
    held = Intervals()
    for start, size in spans:
        held.add(start, start + size)
    points = {place for start, size in spans for place in range(start, start + size)}
    assert held.touches(at, at + 1) == (at in points)
    assert held.touches(at, at + 5) == bool(points & set(range(at, at + 5)))
