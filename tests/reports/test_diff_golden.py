"""Golden files: what `dedup diff` shows, at three widths, with and without colour."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import versions
from rich.console import Console

from dedup.reports.diff import compare
from dedup.reports.diff_page import diff_page
from dedup.reports.terminal import paint

GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (60, 100, 160)


def shown(one: versions.Versions, width: int, *, colors: bool) -> str:
    """Show two versions on a terminal."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colors,
        color_system="standard" if colors else None,
        legacy_windows=False,
        _environ={},
    )
    names = (f"{one.name}/a.txt", f"{one.name}/b.txt")
    paint(diff_page(compare(one.a, one.b), names, width), console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


@pytest.mark.parametrize("colors", [False, True], ids=["plain", "colours"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "one", [versions.FRENCH, versions.CHINESE, versions.POEM], ids=lambda one: one.name
)
def test_what_a_reader_sees(one: versions.Versions, width: int, colors: bool) -> None:  # noqa: FBT001
    """Byte for byte; `GOLDEN=write` writes what is shown now, to be looked at."""
    file = GOLDEN / f"diff-{one.name}-{width}{'-colours' if colors else ''}.txt"
    text = shown(one, width, colors=colors)
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("one", versions.ALL, ids=lambda one: one.name)
def test_no_column_of_prose_is_wider_than_80(one: versions.Versions) -> None:
    """However wide the terminal is."""
    for line in shown(one, 240, colors=False).splitlines()[2:]:
        assert all(len(column.rstrip()) <= 80 + 8 for column in line.split(" │ "))
