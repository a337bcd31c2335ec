"""
Pages -> a terminal: cards in boxes, colours where the console has them, never needed to understand.

The lines are laid out here; rich only paints them, so no text is ever read as markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from dedup.reports.diff_page import diff_page
from dedup.reports.layout import Sheet, lay
from dedup.reports.report_page import report_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from dedup.report import Report
    from dedup.reports.diff import Diff
    from dedup.reports.page import Block, Role
    from dedup.reports.view import View

STYLES: dict[Role, str] = {
    "head": "bold",
    "strong": "bold",
    "soft": "dim",
    "name": "cyan",
    "gone": "red",
    "new": "green",
    "moved": "blue",
    "warn": "bold yellow",
}
"""Colours of the terminal's own palette, so that they suit its background."""


def print_report(report: Report, console: Console, view: View | None = None) -> None:
    """Show a report on a console. Raises `SettingsError` for a group that is not there."""
    paint(report_page(report, view), console)


def print_diff(diff: Diff, names: tuple[str, str], console: Console) -> None:
    """Show a comparison of two texts, named so: side by side where the console is wide."""
    paint(diff_page(diff, names, console.width), console)


def paint(blocks: Iterable[Block], console: Console, *, boxes: bool = True) -> None:
    """Show a page on a console; without `boxes` it is laid out as plain text is."""
    for line in lay(blocks, Sheet(console.width, console.encoding, boxes=boxes)):
        text = Text(end="\n")
        for part in line:
            text.append(part.text, STYLES.get(part.role))
        text.rstrip()
        console.print(text, soft_wrap=True)
