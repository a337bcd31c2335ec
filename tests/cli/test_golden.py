"""The golden cases (tests/cases/golden.json) through the installed command."""

from __future__ import annotations

import json
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CASES = json.loads((Path(__file__).parents[1] / "cases/golden.json").read_text(encoding="utf-8"))


def cases(command: str) -> pytest.MarkDecorator:
    """Run the test for every case of a command."""
    of = [case for case in CASES if case["command"] == command]
    assert of
    return pytest.mark.parametrize("case", of, ids=[case["name"] for case in of])


def options(case: dict[str, Any]) -> list[str]:
    """Give the settings of a case as the command line has them."""
    pairs = case["settings"].items()
    return [word for key, value in pairs for word in ("--" + key.replace("_", "-"), str(value))]


def written(case: dict[str, Any], folder: Path) -> Path:
    """Write the documents of a case, to the byte."""
    source = folder / "in"
    source.mkdir()
    for name, text in case["documents"].items():
        (source / name).write_bytes(text.encode())
    return source


def place(occurrence: dict[str, Any]) -> tuple[Any, ...]:
    """Say where a stretch stands."""
    name = PurePath(occurrence["document"]).name
    return (name, *occurrence["paragraphs"], occurrence["start"], occurrence["end"])


def copies(occurrences: Iterable[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Say where copies stand, how like they are, and of which part."""
    return sorted(
        (place(o), round(o["similarity"], 4), tuple(o.get("of", {}).get("paragraphs", ())))
        for o in occurrences
    )


@cases("report")
def test_what_is_found(case: dict[str, Any], dedup: Callable, tmp_path: Path) -> None:
    """The very groups of the case, in their order."""
    source = written(case, tmp_path)
    done = dedup("report", source, "--format", "json", "--passages", "off", *options(case))
    assert done.returncode == 0, done.stderr
    found = []
    for group in json.loads(done.stdout)["groups"]:
        keeper, *rest = group["occurrences"]
        assert keeper["keeper"]
        shown = [] if group["kind"] == "boilerplate" else copies(rest)
        found.append((group["kind"], group["unit"], place(keeper), shown, group.get("count")))
    wanted = [
        (g["kind"], g["unit"], place(g["keeper"]), copies(g.get("copies", ())), g.get("count"))
        for g in case["groups"]
    ]
    assert found == wanted


@cases("clean")
def test_what_is_removed(case: dict[str, Any], dedup: Callable, tmp_path: Path) -> None:
    """The very bytes and ledger lines of the case; and it can be proven and undone."""
    source, out = written(case, tmp_path), tmp_path / "out"
    done = dedup("clean", source, "-o", out, "--max-removed", "100%", *options(case))
    assert done.returncode == 0, done.stderr
    texts = {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()}
    assert texts == {name: text.encode() for name, text in case["texts"].items()}

    def where(row: dict[str, Any]) -> tuple[Any, ...]:
        return (PurePath(row["document"]).name, row["start"], row["end"])

    def line(row: dict[str, Any]) -> tuple[Any, ...]:
        return (*where(row), row["reason"], row["keeper"] and where(row["keeper"]))

    lines = (out / ".dedup/ledger.jsonl").read_text(encoding="utf-8").split("\n")
    removed = [json.loads(text) for text in lines if text]
    assert sorted(map(line, removed), key=str) == sorted(map(line, case["removed"]), key=str)

    assert dedup("clean", "--verify", out).returncode == 0
    assert dedup("restore", out, "-o", tmp_path / "back").returncode == 0
    back = {p.name: p.read_bytes() for p in (tmp_path / "back").iterdir()}
    assert back == {name: text.encode() for name, text in case["documents"].items()}
