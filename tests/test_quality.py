"""Floors of quality: recall, precision and cost on a small generated set, and how floors move."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.append(str(BENCHMARKS))

from measures import floors, pan, tables  # noqa: E402 - beside the scripts
from measures.floors import LEAST, MOST  # noqa: E402


def test_quality_keeps_its_floors() -> None:
    """No figure is worse than its floor; `quality.py --update-floors` sets what is new."""
    assert floors.broken(floors.load(), floors.measured()) == []


def test_broken_floors_are_named() -> None:
    """What is found may not sink, what it costs may not rise, and each figure has a floor."""
    known = {"recall": {LEAST: 0.9}, "pairs": {MOST: 3.0}, "gone": {LEAST: 1.0}}

    assert floors.broken(known, {"recall": (LEAST, 0.9), "pairs": (MOST, 3.0)}) == [
        "gone: no longer measured"
    ]
    figures = {"recall": (LEAST, 0.89), "pairs": (MOST, 3.1), "new": (LEAST, 0.5)}
    assert len(floors.broken(known, figures)) == 4


def test_floors_are_lowered_only_where_that_is_allowed() -> None:
    """Without the flag a floor is raised or stays."""
    known = {"recall": {LEAST: 0.9}, "other": {LEAST: 0.5}, "pairs": {MOST: 3.0}, "gone": {MOST: 1}}
    figures = {"recall": (LEAST, 0.8), "other": (LEAST, 0.7), "pairs": (MOST, 9.0)}
    tightened = floors.updated(known, figures, allow_lower=False)
    loosened = floors.updated(known, figures, allow_lower=True)

    assert tightened == known | {"other": {LEAST: 0.698}}
    assert loosened == {"recall": {LEAST: 0.798}, "other": {LEAST: 0.698}, "pairs": {MOST: 9.45}}


@pytest.mark.parametrize(
    ("detections", "precision", "recall", "granularity"),
    [
        ([], 0.0, 0.0, 1.0),
        ([(0, 100, 0, 100)], 1.0, 1.0, 1.0),
        ([(0, 100, 0, 50), (0, 100, 50, 100)], 1.0, 1.0, 2.0),
        ([(0, 200, 0, 200)], 0.5, 1.0, 1.0),
        ([(0, 50, 0, 50)], 1.0, 0.5, 1.0),
        ([(0, 100, 300, 400)], 0.0, 0.0, 1.0),
    ],
)
def test_plagdet(
    detections: list[tuple[int, int, int, int]], precision: float, recall: float, granularity: float
) -> None:
    """Characters of both sides count; a detection that is off on one side detects nothing."""
    case = pan.Case("copy", 0, 100, "source", 0, 100)
    made = [pan.Case("copy", a, b, "source", c, d) for a, b, c, d in detections]
    found = pan.score([case], made)

    assert found["precision"] == pytest.approx(precision)
    assert found["recall"] == pytest.approx(recall)
    assert found["granularity"] == pytest.approx(granularity)


def test_results_are_stored(tmp_path: Path) -> None:
    """Each part has its JSON, and all parts stand on one page, without a path of this machine."""
    table = tables.Table("How many", ("what", "share"), [("a|b", 0.98765), ("none", float("nan"))])
    tables.store(tmp_path, "some", "a corpus", [table])
    body = json.loads((tmp_path / "quality-some.json").read_text(encoding="utf-8"))
    page = (tmp_path / "quality.md").read_text(encoding="utf-8")

    assert body["tables"][0]["columns"] == ["what", "share"]
    assert "| none | – |" in page
    assert "0.9877" in page
    assert str(tmp_path) not in page
