"""
Diff -> page: what two texts share and where they differ, marked by signs as well as by colour.

    [-only the first text has this-] {+only the second has this+}

In one column a changed paragraph is shown once, with both marks in it; side by side each text keeps
its own words. What is the same is folded, with a count.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from dedup.reports.page import Gap, Line, Rows, Sides, Span, span
from dedup.reports.wording import counted, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.reports.diff import Diff, Paragraph, Row
    from dedup.reports.page import Block, Spans

LEGEND: Spans = (
    Span("[-only the first-]", "gone"),
    Span(" "),
    Span("{+only the copy+}", "new"),
)
_SIGNS = {"same": "", "changed": "~", "deleted": "-", "inserted": "+", "space": ""}
_NONE = Span("")
_BREAK = re.compile(r"[\t\n\r\f\v]+ *")
_NEAR = 1
"""Equal paragraphs that stay around a change."""
_CONTEXT = 25
"""Words that stay around a change in a long paragraph."""
_WIDE = 100
"""Columns from which two texts stand side by side."""


def diff_page(diff: Diff, names: tuple[str, str], width: int, *, sides: bool = True) -> list[Block]:
    """Give the blocks of a comparison; side by side where `sides` and the width allow it."""
    heads = [
        (Span(mark, "soft"), span(name, "name")) for mark, name in zip("AB", names, strict=True)
    ]
    if not diff.differs or diff.only_space:
        return [Rows(tuple(heads)), *_summary(diff)]
    if sides and width >= _WIDE:
        rows = [(heads[0], heads[1]), ((_NONE, ()), (_NONE, ())), *_beside(diff)]
        return [*_summary(diff), Gap(), Sides(tuple(rows))]
    marks = (Span("[-only in A-]", "gone"), Span(" "), Span("{+only in B+}", "new"))
    legend = Line((*marks, Span("  numbers are lines of A", "soft")))
    return [Rows(tuple(heads)), *_summary(diff), Gap(), legend, Gap(), Rows(tuple(_below(diff)))]


def _summary(diff: Diff) -> Iterator[Block]:
    if not diff.differs:
        yield Line(span("The texts are the same.", "strong"))
        return
    if diff.only_space:
        yield Line(span("The words are the same; only white space differs.", "strong"))
        return
    parts = [f"{percent(diff.share)} of the words are the same"]
    for kind, what in (("changed", "changed"), ("deleted", "only in A"), ("inserted", "only in B")):
        number = diff.count(kind)  # type: ignore[arg-type]
        if number:
            parts.append(f"{counted(number, 'paragraph')} {what}")
    if moved := diff.count("deleted", moved=True):
        parts.append(f"{counted(moved, 'paragraph')} moved")
    yield Line(span("; ".join(parts) + ".", "strong"))


def merged(
    diff: Diff, context: int | None = None, first_line: int = 1
) -> tuple[tuple[Span, Spans], ...]:
    """
    Give both texts in one, a row a paragraph, with its line in A and a sign where it differs.

    With a `context`, only what differs and so many words around it.
    """
    rows: list[tuple[Span, Spans]] = []
    for same, group in groupby(diff.rows, lambda row: row.kind in {"same", "space"}):
        own = list(group)
        if same and context is not None:
            rows.append((_NONE, _folded(len(own))))
            continue
        rows += [(_margin(row, row.a, first_line), marked(row, context=context)) for row in own]
    return tuple(rows)


def _margin(row: Row, own: Paragraph | None, first_line: int = 1) -> Span:
    """Give the sign of a row and the line where its paragraph begins."""
    sign = _SIGNS[row.kind]
    line = str(own.line + first_line - 1) if own else ""
    return Span(f"{sign or ' '} {line}".rstrip(), "strong" if sign else "soft")


def _folded(number: int) -> Spans:
    return span(f"… {counted(number, 'paragraph')} the same …", "soft")


def _near(diff: Diff) -> Iterator[Row | int]:
    """Give the rows that differ and those around them; a number stands for so many equal ones."""
    groups = [(same, list(own)) for same, own in groupby(diff.rows, lambda row: row.kind == "same")]
    for number, (same, own) in enumerate(groups):
        head = _NEAR if number else 0
        tail = _NEAR if number < len(groups) - 1 else 0
        if not same or len(own) <= head + tail + 1:
            yield from own
            continue
        yield from own[:head]
        yield len(own) - head - tail
        yield from own[len(own) - tail :]


def _below(diff: Diff) -> Iterator[tuple[Span, Spans]]:
    """Give the rows of one column."""
    for row in _near(diff):
        if isinstance(row, int):
            yield _NONE, _folded(row)
        else:
            yield _margin(row, row.a), marked(row)


def _beside(diff: Diff) -> Iterator[tuple[tuple[Span, Spans], tuple[Span, Spans]]]:
    """Give the rows of two columns, each paragraph with its line and sign."""
    for row in _near(diff):
        if isinstance(row, int):
            yield (_NONE, _folded(row)), (_NONE, ())
            continue
        left, right = (
            (_margin(row, own), marked(row, side)) if own else (_NONE, ())
            for own, side in ((row.a, "a"), (row.b, "b"))
        )
        yield left, right


def marked(row: Row, side: str = "", context: int | None = _CONTEXT) -> Spans:
    """
    Give the words of a row: of both texts, or of the `side` `a` or `b` only.

    What only one has is marked; more equal words than the context are folded.
    """
    spans: list[Span] = list(_move(row))
    pieces = [p for p in row.pieces if not side or getattr(p, side)]
    for number, piece in enumerate(pieces):
        text = _BREAK.sub(" ", piece.b if side == "b" else piece.a or piece.b)
        last = number == len(pieces) - 1
        text = text.rstrip() if last else text
        if piece.kind == "equal":
            known = {"before": number > 0, "after": not last}
            spans += span(text) if context is None else _around(text, context, **known)
            continue
        words = text.strip()
        space = text[len(text.rstrip()) :]
        if piece.kind == "delete":
            replaced = not last and pieces[number + 1].kind == "insert"
            spans += (Span(f"[-{words}-]", "gone"), Span("" if replaced else space))
        else:
            spans += (Span(f"{{+{words}+}}", "new"), Span(space))
    return tuple(s for s in spans if s.text)


def _move(row: Row) -> Spans:
    """Say where else a paragraph stands."""
    if row.moved is None:
        return ()
    other = "B" if row.kind == "deleted" else "A"
    return span(f"(paragraph {row.moved:,} of {other}) ", "soft")


def _around(text: str, context: int, *, before: bool, after: bool) -> Spans:
    """Fold the words that are far from a change, which lies before or after or both."""
    words = text.split(" ")
    head = context if before else 0
    tail = context if after else 0
    left_out = len(words) - head - tail
    if not (before or after) or left_out <= context:
        return span(text)
    fold = Span(f"{' ' if head else ''}… {counted(left_out, 'word')} … ", "soft")
    return (Span(" ".join(words[:head])), fold, Span(" ".join(words[len(words) - tail :])))
