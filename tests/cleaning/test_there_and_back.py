"""Clean, verify, restore, and clean again: for each way to keep and each way to remove."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from itertools import product
from typing import TYPE_CHECKING

import pytest
from cleaning.conftest import A, B, C, D, X, Y, contents, every_kind, literal, unpacked, write
from jsonschema import Draft202012Validator

import dedup
from dedup.cleaning.ledger import ledger_schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEEP = ["first", "last", "longest", "oldest:date", "newest:date,last", "prefer:b/*,longest"]
REMOVE = ["exact", "equal", "near", "match"]
BOILERPLATE = ["keep", "first", "remove"]


def dated() -> bytes:
    """Give records with dates, one of them missing, one unreadable."""
    dates = ["2021-05-04", "4 mai 2019", None, "soon", "2020-01-01T10:00:00+02:00"]
    texts = [(A, B), (X, A), (B, C), (A, C, D), (Y, B)]
    lines = [
        f'{{"id": "{n}", "date": {json.dumps(date)}, "text": {literal(*text)}}}\n'
        for n, (date, text) in enumerate(zip(dates, texts, strict=True))
    ]
    return "".join(lines).encode()


def corpus(folder: Path) -> None:
    """Write files of every kind in two folders, and records with dates."""
    for name in "ab":
        write(folder / name, every_kind())
    write(folder, {"b/dated.jsonl": dated()})


@pytest.mark.parametrize(("keep", "remove"), [*product(KEEP, REMOVE)])
def test_there_and_back_and_nothing_more(
    keep: str, remove: str, tmp_path: Path, dedup: Callable
) -> None:
    """
    What was cleaned is proven, is restored to the byte, and holds nothing more to remove.

    No text is boilerplate here: where copies go its count may fall below the limit.
    """
    corpus(tmp_path / "in")
    how = ("--keep", keep, "--remove", remove, "--max-removed", "100%")
    how += ("--boilerplate-documents", "100")
    for arguments in (
        ("clean", "in", "-o", "out", *how),
        ("clean", "--verify", "out"),
        ("restore", "out", "-o", "back"),
        ("clean", "out", "-o", "again", *how),
    ):
        done = dedup(*arguments)
        assert done.returncode == 0, done.stderr

    was, back = (contents(tmp_path / name) for name in ("in", "back"))
    assert back.keys() == was.keys()
    made_anew = (".gz", ".zst", ".bz2", ".xz", ".parquet")
    assert all(back[name] == was[name] for name in was if not name.endswith(made_anew))
    assert all(unpacked(name, back[name]) == unpacked(name, was[name]) for name in was)
    assert (tmp_path / "out/.dedup/ledger.jsonl").stat().st_size
    assert not (tmp_path / "again/.dedup/ledger.jsonl").stat().st_size


@pytest.mark.parametrize("boilerplate", BOILERPLATE)
def test_every_line_of_a_ledger_holds_to_its_schema(
    boilerplate: str, tmp_path: Path, dedup: Callable
) -> None:
    """Of copies within and across, boilerplate, dropped documents, records and files."""
    schema = ledger_schema()
    Draft202012Validator.check_schema(schema)
    corpus(tmp_path / "in")
    for number in range(3):
        write(tmp_path / "in", {f"notices/{number}.txt": f"{D}\n{A}\n{number} {X}\n{A}\n".encode()})
    how = ("--boilerplate", boilerplate, "--boilerplate-documents", "3", "--max-removed", "100%")
    done = dedup("clean", "in", "-o", "out", *how, "--drop-document-over", "60%")
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "out/.dedup/ledger.jsonl").read_bytes().splitlines()

    faults = [
        (error.message, line)
        for line in lines
        for error in Draft202012Validator(schema).iter_errors(json.loads(line))
    ]
    assert lines
    assert not faults


def kills(times: int, seed: int, folder: Path, script: Path) -> None:
    """Kill a clean at random moments: the old state or the new one, and a second run finishes."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    corpus(folder / "in")
    was = contents(folder / "in")
    command = [script, "clean", "in", "--max-removed", "100%", "--quiet", "-o"]
    begin = time.monotonic()
    subprocess.run([*command, "whole"], cwd=folder, check=True)
    took = time.monotonic() - begin
    wanted = contents(folder / "whole")
    for number in range(times):
        out = f"out{number}"
        with subprocess.Popen([*command, out], cwd=folder) as running:
            time.sleep(dice.uniform(0, 1.1 * took))
            running.send_signal(signal.SIGKILL)
        path = folder / out
        manifest = path / ".dedup" / "manifest.json"
        if running.returncode == 0 or manifest.exists():
            assert contents(path) == wanted
            continue
        assert running.returncode == -signal.SIGKILL
        assert not path.exists() or not contents(path) or contents(path).items() <= wanted.items()
        subprocess.run([*command, out], cwd=folder, check=True)
        assert contents(path) == wanted
        assert contents(folder / "in") == was


def test_killed_at_ten_moments(tmp_path: Path, script: Path) -> None:
    """A few, at each run of the tests."""
    kills(10, random.randrange(2**32), tmp_path, script)  # noqa: S311


@pytest.mark.soak
def test_killed_at_a_hundred_moments(tmp_path: Path, script: Path) -> None:
    """Many."""
    kills(100, 1, tmp_path, script)


def test_a_plan_is_looked_at_and_narrowed_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept out of a plan stays, also where its document would have been dropped whole."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"in/a.txt": f"{A}\n{B}\n".encode(), "in/b.txt": f"{A}\n{B}\n{C}\n".encode()})
    policy = dedup.Policy(drop_document_over=0.5, max_removed=1.0)
    plan = dedup.clean("in", policy=policy)
    reasons = [line.reason for line in plan.removals]
    assert reasons
    assert not (tmp_path / "out").exists()

    narrowed = plan.keep_only(lambda line: A not in line.text)
    assert all(A not in line.text for line in narrowed.removals)
    narrowed.write("out")
    assert A in (tmp_path / "out/b.txt").read_text(encoding="utf-8")
    assert [line.reason for line in plan.removals] == reasons
    dedup.verify("out")
