"""What a measurement gives: tables with a title, written as JSON, as Markdown, and as a plot."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from math import log10
from typing import TYPE_CHECKING, Any

import numpy as np
import rapidfuzz

import dedup
from dedup import kernels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#6b4e9b", "#8a6d1f", "#555555")
WIDTH, HEIGHT, EDGE, LETTERS = 680, 420, 60, 13


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures and texts under named columns."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    note: str = ""
    """What the figures are, where the title does not say it."""


def store(folder: Path, name: str, corpus: str, tables: list[Table]) -> None:
    """Write a measurement as JSON, and the page of all of them anew."""
    folder.mkdir(exist_ok=True)
    body = {
        "measure": name,
        "corpus": corpus,
        "dedup": dedup.__version__,
        "kernel": kernels.NAME,
        "python": platform.python_version(),
        "rapidfuzz": rapidfuzz.__version__,
        "tables": [asdict(table) for table in tables],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1, default=_plain)
    (folder / f"quality-{name}.json").write_text(text + "\n", encoding="utf-8")
    pages = [_page(path) for path in sorted(folder.glob("quality-*.json"))]
    head = "# Quality, as measured\n\nWritten by `benchmarks/quality.py`; see `../README.md`.\n"
    (folder / "quality.md").write_text("\n".join([head, *pages]), encoding="utf-8")


def _page(path: Path) -> str:
    body = json.loads(path.read_text(encoding="utf-8"))
    parts = [f"## {body['measure']}: {body['corpus']}\n"]
    parts += [markdown(Table(**table)) for table in body["tables"]]
    return "\n".join(parts)


def markdown(table: Table) -> str:
    """Write a table as Markdown."""
    lines = [f"**{table.title}**", "", "| " + " | ".join(table.columns) + " |"]
    lines.append("| --- " * len(table.columns) + "|")
    lines += ["| " + " | ".join(shown(value) for value in row) + " |" for row in table.rows]
    return "\n".join([*lines, *(["", table.note] if table.note else []), ""])


def shown(value: object) -> str:
    """Write a figure with as many digits as it deserves."""
    if isinstance(value, (float, np.floating)):
        if np.isnan(value):
            return "–"
        return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
    if isinstance(value, (int, np.integer)):
        return f"{value:,}"
    return str(value).replace("|", "\\|")


def share(part: float, whole: float) -> float:
    """Give a share; of nothing, not a number."""
    return float(part) / float(whole) if whole else float("nan")


def plot(path: Path, title: str, lines: dict[str, list[tuple[float, float]]]) -> None:
    """Draw lines of points on logarithmic axes, as SVG."""
    points = [point for line in lines.values() for point in line]
    left, right = _ends([x for x, _ in points])
    low, high = _ends([y for _, y in points])

    def place(x: float, y: float) -> tuple[float, float]:
        across = (log10(x) - left) / (right - left)
        up = (log10(y) - low) / (high - low)
        return EDGE + across * (WIDTH - 4 * EDGE), HEIGHT - EDGE - up * (HEIGHT - 2 * EDGE)

    parts = [f'<text x="{EDGE}" y="24" font-size="14">{title}</text>']
    for power in range(int(np.floor(low)), int(np.ceil(high)) + 1):
        if low <= power <= high:
            _, y = place(10**left, 10.0**power)
            line = f'<line x1="{EDGE}" x2="{WIDTH - 3 * EDGE}" y1="{y:.1f}" y2="{y:.1f}" '
            parts.append(f'{line}stroke="#dddddd"/>')
            parts.append(f'<text x="8" y="{y + 4:.1f}">{10.0**power:g}</text>')
    for x in sorted({x for x, _ in points}):
        at, _ = place(x, 10**low)
        parts.append(f'<text x="{at - 16:.1f}" y="{HEIGHT - EDGE + 18}">{x:,.0f}</text>')
    free = 0.0
    by_end = sorted(lines.items(), key=lambda named: -named[1][-1][1])
    for (name, line), colour in zip(by_end, COLOURS * 3, strict=False):
        at = [place(*point) for point in line]
        shape = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        parts.append(f'<polyline points="{shape}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = at[-1]
        free = max(free + LETTERS, y + 4)
        parts.append(f'<text x="{x + 6:.1f}" y="{free:.1f}" fill="{colour}">{name}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
    style = (
        'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>'
    )
    path.write_text(head + style + "".join(parts) + "</svg>\n", encoding="utf-8")


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """Give the least and greatest logarithm, a little apart."""
    low, high = log10(min(values)), log10(max(values))
    return low - 0.05, max(high, low + 0.1) + 0.05


def _plain(value: object) -> object:
    """Write NumPy's numbers as numbers."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(type(value))
