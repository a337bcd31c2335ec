"""What a measurement gives: tables with a title, written as JSON and as Markdown."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import rapidfuzz

import dedup
from dedup import kernels

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures and texts under named columns."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    note: str = ""
    """What the figures are, where the title does not say it."""


def store(folder: Path, name: str, corpus: str, tables: list[Table], of: str = "quality") -> None:
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
    (folder / f"{of}-{name}.json").write_text(text + "\n", encoding="utf-8")
    pages = [_page(path) for path in sorted(folder.glob(f"{of}-*.json"))]
    head = f"# {of.capitalize()}, as measured\n\nWritten by `benchmarks/{of}.py`; see `../README.md`.\n"
    (folder / f"{of}.md").write_text("\n".join([head, *pages]), encoding="utf-8")


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
        if np.isinf(value):
            return "too long"
        return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
    if isinstance(value, (int, np.integer)):
        return f"{value:,}"
    return str(value).replace("|", "\\|")


def share(part: float, whole: float) -> float:
    """Give a share; of nothing, not a number."""
    return float(part) / float(whole) if whole else float("nan")


def _plain(value: object) -> object:
    """Write NumPy's numbers as numbers."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(type(value))
