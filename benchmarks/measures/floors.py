"""
Floors: what must hold on a small generated set, so that no change makes quality worse unnoticed.

`floors.json` holds a bound for each figure: `at least` for what is found, `at most` for what it
costs. `--update-floors` tightens them to what is measured, less a margin; to loosen one takes
`--allow-lower`, so that it is seen in a review.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.settings import Settings
from dedup.stages import candidates
from dedup.stages.sketch import sketch
from measures import curve, documents, families, recall
from measures.alarms import novel
from measures.articles import find
from measures.corpora import generated, long_texts, table
from measures.cost import counted
from measures.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).parents[1] / "floors.json"
LEAST, MOST = "at least", "at most"
ARTICLES, EDITS, LINES = 200, 1500, 1500
SHARE_MARGIN, COST_MARGIN = 0.002, 1.05
EXACT = {"precision", *(f"other documents shown from {t:.1f}" for t in documents.THRESHOLDS)}
"""What has no margin."""

Floors = dict[str, dict[str, float]]


def measured() -> dict[str, tuple[str, float]]:
    """Measure every figure: the side it is bounded on, and its value."""
    corpus = generated(ARTICLES)
    out: dict[str, tuple[str, float]] = {}
    pairs, texts, precision = recall.real(corpus, "high", None)
    out["recall of real pairs, high"] = LEAST, _cell(pairs, ("long", "0.80–1.00"))
    out["recall of paragraphs, high"] = LEAST, _cell(texts, ("all pairs, none apart",), 2)
    out["precision"] = LEAST, precision.rows[0][-1]
    for setting in candidates.RECALL:
        planted = recall.planted(corpus, setting, EDITS)[0]
        for length in ("long", "short"):
            figure = _cell(planted, (length, "0.80–1.00"))
            out[f"recall of {length} planted edits, {setting}"] = LEAST, figure
        out[f"recall of long planted edits from .90, {setting}"] = (
            LEAST,
            _cell(planted, ("long", "0.90–1.00")),
        )
    han = curve.scripts(1500)[0]
    out["candidates among edits of Han, .80 to .85, high"] = LEAST, _cell(han, ("Han", "0.80–0.85"))
    for name, made in (
        ("generated articles", corpus.documents),
        ("log lines", table(["\n".join(families.log_lines(LINES))])),
    ):
        high = candidates.RECALL["high"]
        some = sketch(long_texts(made, Settings()), Settings(), high)
        cost = counted(some, high, Settings().threshold)
        for what in ("raw meetings", "verified pairs"):
            out[f"{what} a text, {name}"] = MOST, cost[what]
    near = documents.measure(documents.planted(corpus))[0]
    for threshold in documents.THRESHOLDS:
        row = next(r for r in near.rows if r[:2] == (threshold, threshold))
        out[f"recall of documents from {threshold:.1f}"] = LEAST, row[4]
        out[f"other documents shown from {threshold:.1f}"] = MOST, float(row[5])
    report = find(table([novel()], ["novel.txt"]))
    out["groups in a novel"] = MOST, float(len(report.groups))
    return out


def _cell(found: Table, row: tuple[str, ...], column: int = 3) -> float:
    """Give a figure of the row that begins like this."""
    return next(float(r[column]) for r in found.rows if tuple(r[: len(row)]) == row)


def load() -> Floors:
    """Read the floors."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def broken(floors: Floors, figures: Mapping[str, tuple[str, float]]) -> list[str]:
    """Say which figures are beyond their floor, or have none."""
    out = [f"{name}: no longer measured" for name in floors if name not in figures]
    for name, (side, value) in figures.items():
        bound = floors.get(name, {}).get(side)
        if bound is None:
            out.append(f"{name}: {value:.4f} has no floor")
        elif (value < bound) if side == LEAST else (value > bound):
            out.append(f"{name}: {value:.4f}, must be {side} {bound}")
    return out


def updated(
    floors: Floors, figures: Mapping[str, tuple[str, float]], *, allow_lower: bool
) -> Floors:
    """Tighten the floors to the figures; loosen and drop them only where that is allowed."""
    out: Floors = {} if allow_lower else dict(floors)
    for name, (side, value) in figures.items():
        if side == LEAST:
            margin = 0.0 if name in EXACT else SHARE_MARGIN
            bound = round(max(0.0, value - margin), 4)
        else:
            bound = round(value * COST_MARGIN, 3)
        old = floors.get(name, {}).get(side)
        if old is not None and not allow_lower:
            bound = max(bound, old) if side == LEAST else min(bound, old)
        out[name] = {side: bound}
    return out


def store(floors: Floors) -> None:
    """Write the floors."""
    FILE.write_text(json.dumps(floors, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def as_table(floors: Floors, figures: Mapping[str, tuple[str, float]]) -> Table:
    """List the figures beside their floors."""
    rows = [
        (name, value, f"{side} {floors.get(name, {}).get(side, float('nan')):g}")
        for name, (side, value) in figures.items()
    ]
    return Table("Floors, on a small generated set", ("figure", "measured", "must be"), rows)
