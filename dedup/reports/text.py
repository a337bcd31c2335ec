"""
Pages -> plain text: no colour, no box drawing; the same bytes for a file, a pipe, any terminal.

Where the encoding cannot take a sign, a plain one stands for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.reports.diff_page import diff_page
from dedup.reports.layout import Sheet, lay
from dedup.reports.report_page import report_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.report import Report
    from dedup.reports.diff import Diff
    from dedup.reports.page import Block
    from dedup.reports.view import View

WIDTH = 80


def to_text(
    report: Report, view: View | None = None, *, width: int = WIDTH, encoding: str = "utf-8"
) -> str:
    """Return a report as plain text. Raises `SettingsError` for a group that is not there."""
    return plain(report_page(report, view), width, encoding)


def diff_to_text(
    diff: Diff, names: tuple[str, str], *, width: int = WIDTH, encoding: str = "utf-8"
) -> str:
    """Return a comparison of two texts, named so, as plain text in one column."""
    return plain(diff_page(diff, names, width, sides=False), width, encoding)


def plain(blocks: Iterable[Block], width: int = WIDTH, encoding: str = "utf-8") -> str:
    """Return a page as plain text."""
    lines = lay(blocks, Sheet(width, encoding))
    return "".join("".join(s.text for s in line).rstrip(" ") + "\n" for line in lines)
