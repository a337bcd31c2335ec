"""Comparison -> HTML: two texts side by side, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from dedup.reports.diff_marks import soft_note
from dedup.reports.diff_page import diff_headline
from dedup.reports.html.page import page
from dedup.reports.repeated import Rest

if TYPE_CHECKING:
    from dedup.reports.diff import Diff, Part, Piece, Place

_BREAK = re.compile(r"[\t\n\r\f\v]+ *")


@dataclass(frozen=True, slots=True)
class MarkedWord:
    """
    Words of one cell: `equal`, `gone` or `new`.

    Or `left`: a pointer to where some went; or `rest`: what stands around them in their sentence.
    """

    sort: str
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A paragraph of one text, and the line where it begins."""

    line: int
    marks: tuple[MarkedWord, ...]
    note: str = ""
    """Where it moved from."""
    about: str = ""
    """How alike both are, and what a report and a clean make of that."""


@dataclass(frozen=True, slots=True)
class LinePair:
    """What stands side by side."""

    kind: str
    left: Cell | None
    right: Cell | None

    @property
    def same(self) -> bool:
        """Both sides say the same, though it may be parted otherwise."""
        cells = [cell for cell in (self.left, self.right) if cell is not None]
        return len(cells) > 1 and all(m.sort == "equal" for cell in cells for m in cell.marks)


@dataclass(frozen=True, slots=True)
class AlignedLines:
    """Lines that are all the same, or all differ."""

    same: bool
    lines: tuple[LinePair, ...]


def stretches(
    diff: Diff,
    first_a: int = 1,
    first_b: int = 1,
    around: tuple[Rest, Rest] = (Rest(), Rest()),
    *,
    judged: bool = False,
) -> list[AlignedLines]:
    """
    Return a comparison as stretches of lines; the texts begin at these lines of their files.

    `around` is what stands around the texts in their sentences. `judged` says of each pair of
    paragraphs how alike they are, and whether a report finds it.
    """
    firsts = {"a": first_a, "b": first_b}
    lines = [_line(part, diff, firsts, judged=judged) for part in diff.parts]
    for side, rest in zip(("left", "right"), around, strict=True):
        _surround(lines, side, rest)
    return [
        AlignedLines(same, tuple(own))
        for same, own in groupby(lines, lambda line: line.kind == "equal")
    ]


def _surround(lines: list[LinePair], side: str, rest: Rest) -> None:
    """Put the rest of the sentences into the first and the last cell of a side."""
    cells = [at for at, line in enumerate(lines) if getattr(line, side) is not None]
    if not cells:
        return
    before, after = ((MarkedWord("rest", text),) if text else () for text in rest)
    for at, head, tail in ((cells[0], before, ()), (cells[-1], (), after)):
        cell = getattr(lines[at], side)
        cell = replace(cell, marks=(*head, *cell.marks, *tail))
        lines[at] = replace(lines[at], **{side: cell})


def _line(part: Part, diff: Diff, firsts: dict[str, int], *, judged: bool) -> LinePair:
    """Return a part as what stands side by side; what moved stands at its new place alone."""
    moved = part.kind == "moved"
    left = None if moved else _cell(part, part.a, "a", diff, firsts)
    right = _cell(part, part.b, "b", diff, firsts)
    if judged and right is not None:
        right = replace(right, about="".join(span.text for span in soft_note(part, diff)).strip())
    return LinePair(part.kind, left, right)


def _cell(
    part: Part, place: Place | None, side: str, diff: Diff, firsts: dict[str, int]
) -> Cell | None:
    if place is None:
        return None
    every = (mark for piece in part.pieces if (mark := _mark(piece, side, diff, firsts)))
    marks = [
        MarkedWord(sort, "".join(mark.text for mark in own))
        for sort, own in groupby(every, key=lambda mark: mark.sort)
    ]
    # A line through the white space at the end would stick out.
    marks[-1:] = [replace(mark, text=mark.text.rstrip()) for mark in marks[-1:]]
    note = ""
    if part.kind == "moved" and part.a is not None and part.move is not None:
        line = part.a.lines[0] + firsts["a"] - 1
        note = f"{_arrow(diff, part.move)} from line {line:,}"
    return Cell(place.lines[0] + firsts[side] - 1, tuple(marks), note)


def _mark(piece: Piece, side: str, diff: Diff, firsts: dict[str, int]) -> MarkedWord | None:
    """Return the words that a piece has on one side: of what moved, all at its new place."""
    if piece.mark == "left" and piece.move is not None:
        if side == "b":
            return None
        line = diff.moves[piece.move - 1].b.lines[0] + firsts["b"] - 1
        return MarkedWord("left", f"{_arrow(diff, piece.move)} to line {line:,} ")
    if side == "a":
        text = "" if piece.move is not None else piece.a
    else:
        text = piece.b or (piece.a if piece.move is not None else "")
    sort = {"removed": "gone", "added": "new"}.get(piece.mark, "equal")
    return MarkedWord(sort, _BREAK.sub(" ", text)) if text else None


def _arrow(diff: Diff, move: int) -> str:
    return "\u2191" if diff.moves[move - 1].up else "\u2193"


def diff_to_html(diff: Diff, names: tuple[str, str]) -> str:
    """Return a comparison of two texts, named so, as one HTML file."""
    return page(
        "diff.html",
        [f"A: {names[0]}   B: {names[1]}"],
        names=names,
        said=diff_headline(diff),
        stretches=stretches(diff, judged=True),
        differs=any(part.kind != "equal" for part in diff.parts),
    )
