"""Comparison -> HTML: two texts side by side, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from dedup.reports.html.page import page
from dedup.reports.wording import counted, percent

if TYPE_CHECKING:
    from dedup.reports.diff import Diff, Paragraph, Row
    from dedup.reports.diff_words import Piece

_BREAK = re.compile(r"[\t\n\r\f\v]+ *")


@dataclass(frozen=True, slots=True)
class Mark:
    """Words of one cell: `equal`, `gone` or `new`."""

    sort: str
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A paragraph of one text, and the line where it begins."""

    line: int
    marks: tuple[Mark, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What stands side by side."""

    kind: str
    left: Cell | None
    right: Cell | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines that are all the same, or all differ."""

    same: bool
    lines: tuple[Line, ...]


def stretches(diff: Diff, first_a: int = 1, first_b: int = 1) -> list[Stretch]:
    """Give a comparison as stretches of lines; the texts begin at these lines of their files."""
    return [
        Stretch(same, tuple(_line(row, first_a, first_b) for row in rows))
        for same, rows in groupby(diff.rows, lambda row: row.kind in {"same", "space"})
    ]


def _line(row: Row, first_a: int, first_b: int) -> Line:
    return Line(row.kind, _cell(row, row.a, "a", first_a), _cell(row, row.b, "b", first_b))


def _cell(row: Row, own: Paragraph | None, side: str, first: int) -> Cell | None:
    if own is None:
        return None
    marks = tuple(mark for piece in row.pieces if (mark := _mark(piece, side)) is not None)
    note = ""
    if row.moved is not None:
        note = f"stands in paragraph {row.moved:,} of {'B' if side == 'a' else 'A'}"
    return Cell(own.line + first - 1, marks, note)


def _mark(piece: Piece, side: str) -> Mark | None:
    """Give the words that a piece has on one side."""
    text = piece.a if side == "a" else piece.b
    sort = {"equal": "equal", "delete": "gone", "insert": "new"}[piece.kind]
    return Mark(sort, _BREAK.sub(" ", text)) if text else None


def diff_to_html(diff: Diff, names: tuple[str, str]) -> str:
    """Give a comparison of two texts, named so, as one HTML file."""
    return page(
        "diff.html",
        [f"A: {names[0]}   B: {names[1]}"],
        names=names,
        said=_said(diff),
        stretches=stretches(diff),
        differs=diff.differs and not diff.only_space,
    )


def _said(diff: Diff) -> str:
    """Say in one sentence how two texts differ."""
    if not diff.differs:
        return "The texts are the same."
    if diff.only_space:
        return "The words are the same; only white space differs."
    changed = sum(row.kind not in {"same", "space"} for row in diff.rows)
    same = percent(diff.share)
    return f"{same} of the words are the same; {counted(changed, 'paragraph')} differ."
