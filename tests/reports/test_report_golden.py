"""Golden files: what `dedup report` shows, at three widths, with and without colour."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from dedup.reports.terminal import print_report

if TYPE_CHECKING:
    from types import SimpleNamespace

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("colors", [False, True], ids=["plain", "colours"])
@pytest.mark.parametrize("width", [60, 100, 160])
@pytest.mark.parametrize("name", ["showcase", "mixed", "hostile"])
def test_what_a_reader_sees(
    made: SimpleNamespace,
    name: str,
    width: int,
    colors: bool,  # noqa: FBT001
) -> None:
    """Byte for byte; `GOLDEN=write` writes what is shown now, to be looked at."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colors,
        color_system="standard" if colors else None,
        legacy_windows=False,
        _environ={},
    )
    print_report(getattr(made, name)(), console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    file = GOLDEN / f"report-{name}-{width}{'-colours' if colors else ''}.txt"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_no_column_of_prose_is_wider_than_80(made: SimpleNamespace) -> None:
    """However wide the terminal is, text is set in lines that can be read."""
    console = Console(file=io.StringIO(), width=200, legacy_windows=False, _environ={})
    long = made.place("a.txt", "A sentence of some length that goes on and on. " * 12)
    copy = made.place("b.txt", long.text.replace("some", "great", 1), 1, long.text, 0.97)
    print_report(made.report(made.group("across", long, copy)), console)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    texts = [part.strip() for line in lines for part in line.split("│") if "goes on" in part]
    assert len(texts) > 8  # both, side by side
    assert max(map(len, texts)) <= 80 + len("~ 1  ")
