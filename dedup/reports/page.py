"""
What a page for people is made of: the same blocks for a terminal and for plain text.

A report or a diff becomes a list of blocks once (`report_page.py`, `diff_page.py`); `layout.py`
breaks them into lines, `text.py` and `terminal.py` put these out. A span says what it is, never
how it looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["", "head", "strong", "soft", "name", "gone", "new", "moved", "warn"]
"""`gone` and `new` are words only the first or only the second text has; `moved`: of both."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one line, not yet made visible."""

    text: str
    role: Role = ""


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; the lines it breaks into hang by `hang` columns."""

    spans: Spans
    hang: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """Lines with a margin: a label, a line number or a sign, beside the text it stands for."""

    rows: tuple[tuple[Span, Spans], ...]
    right: bool = False
    """The margin is set flush right."""
    most: int | None = None
    """More lines than this are cut in the middle, with a line that counts them."""
    prose: int | None = None
    """Columns of text, at most."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Two texts side by side, row by row, each with its margin."""

    rows: tuple[tuple[tuple[Span, Spans], tuple[Span, Spans]], ...]
    """A row whose right side has no text and a left margin of `""` runs over both."""
    prose: int | None = None
    """Columns of either text, at most."""
    most: int | None = None
    """As of `Rows`."""


@dataclass(frozen=True, slots=True)
class Either:
    """Two texts side by side where boxes are drawn and there is room, else as one."""

    beside: Sides
    below: Rows
    width: int
    """Columns from which there is room."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    head: tuple[str, ...]
    rows: tuple[tuple[Spans, ...], ...]
    right: tuple[int, ...] = ()
    """Columns set flush right."""
    running: tuple[int, ...] = ()
    """Columns of names or text: they break into lines where the table is too wide."""


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty line."""


@dataclass(frozen=True, slots=True)
class Card:
    """Blocks that belong together, with a title and a tag in the opposite corner."""

    title: Spans
    tag: str
    body: tuple[Block, ...]


Block = Line | Rows | Sides | Either | Grid | Gap | Card


def span(text: str, role: Role = "") -> Spans:
    """Return a line of one span."""
    return (Span(text, role),)
