"""
Diff -> page: what two texts share and where they differ, marked by signs as well as by colour.

    [-only the first text has this-] {+only the second has this+} {↑8 moved here from line 8 ↑}

In one column every paragraph is shown once, with all marks in it; side by side each text keeps its
own words, and what moved is shown at its new place. What is the same is folded, with a count.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from dedup.reports.diff_marks import marked_words, soft_note
from dedup.reports.page import Gap, Line, Rows, Sides, Span, span
from dedup.reports.wording import counted, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.reports.diff import Diff, Part
    from dedup.reports.page import Block, Spans

LEGEND: Spans = (
    Span("[-only the first-]", "gone"),
    Span(" "),
    Span("{+only the copy+}", "new"),
)
_SIGNS = {
    "equal": "",
    "changed": "~",
    "merged": "~",
    "split": "~",
    "removed": "-",
    "added": "+",
    "left": "",
}
_NONE = Span("")
_NEAR = 1
"""Equal paragraphs that stay around a change."""
_CONTEXT = 25
"""Words that stay around a change in a long paragraph."""
_FIRST = 10
"""Paragraphs that are shown where the words were said to be the same."""
_FEW = 5
"""Words around a change there."""
WIDE = 100
"""Columns from which two texts stand side by side."""
PROSE = 80
"""Columns of running text, at most: longer lines are hard to read."""
_KINDS = (
    ("changed", "{} changed"),
    ("moved", "{} moved"),
    ("merged", "{} put together"),
    ("split", "{} divided"),
    ("removed", "{} only in A"),
    ("added", "{} only in B"),
)


@dataclass(frozen=True, slots=True)
class Fold:
    """So many equal paragraphs that are not shown."""

    number: int


def diff_page(diff: Diff, names: tuple[str, str], width: int, *, sides: bool = True) -> list[Block]:
    """Return the blocks of a comparison; side by side where `sides` and the width allow it."""
    heads = [
        (Span(mark, "soft"), span(name, "name")) for mark, name in zip("AB", names, strict=True)
    ]
    summary = Line(span(diff_headline(diff), "strong"))
    if not any(part.kind != "equal" for part in diff.parts):
        return [Rows(tuple(heads)), summary]
    if sides and width >= WIDE:
        rows = [(heads[0], heads[1]), ((_NONE, ()), (_NONE, ())), *side_by_side(diff, _CONTEXT)]
        return [summary, Gap(), Sides(tuple(rows), prose=PROSE)]
    body = Rows(tuple(_below(diff)), prose=PROSE)
    return [Rows(tuple(heads)), summary, Gap(), Line(legend(diff)), Gap(), body]


def first_differences(diff: Diff, names: tuple[str, str]) -> list[Block]:
    """Say whether the words and signs are the same in their order, and show where first not."""
    if diff.in_order:
        return [Line(span(diff_headline(diff), "strong"))]
    found = [part for part in diff.parts if part.differs and part.kind != "left"]
    rows = []
    for part in found[:_FIRST]:
        name, place = (names[1], part.b) if part.b is not None else (names[0], part.a)
        at = f"{name}:{place.lines[0]}" if place else name
        rows.append(Line((Span(f"{at}: ", "name"), *marked_words(part, diff, "", _FEW)), hang=2))
    more = len(found) - len(rows)
    blocks: list[Block] = [Line(span(diff_headline(diff), "strong")), Gap(), *rows]
    if more:
        left = f"\u2026 {counted(more, 'more paragraph')} {'differs' if more == 1 else 'differ'}."
        blocks.append(Line(span(left, "soft")))
    return blocks


def diff_headline(diff: Diff) -> str:
    """Say in one sentence how much is the same, and what became of the paragraphs."""
    if not diff.differs:
        return "The texts are the same."
    counts = [
        what.format(counted(number, "paragraph") if at == 0 else f"{number:,}")
        for at, (number, what) in enumerate(
            (diff.count(kind), what)  # type: ignore[arg-type]
            for kind, what in _KINDS
            if diff.count(kind)  # type: ignore[arg-type]
        )
    ]
    inner = sum(not move.whole for move in diff.moves)
    if inner:
        counts.append(f"{counted(inner, 'part')} of one moved")
    if diff.in_order:
        other = "white space, case or punctuation" if diff.respelled else "white space"
        said = f"The words are the same; only {other} differs"
    else:
        said = f"{percent(diff.same_words)} of the words are the same"
    return "; ".join((said, ", ".join(counts))) + "." if counts else f"{said}."


def legend(diff: Diff) -> Spans:
    """Explain the marks that occur."""
    spans: list[Span] = [Span("[-only in A-]", "gone"), Span(" "), Span("{+only in B+}", "new")]
    if any(not move.whole for move in diff.moves):
        spans += [Span(" "), Span("{\u21918 moved here from line 8 \u2191}", "moved")]
    return (*spans, Span("  numbers are lines of A", "soft"))


def merged_marks(
    diff: Diff, context: int | None = None, first_lines: tuple[int, int] = (1, 1)
) -> tuple[tuple[Span, Spans], ...]:
    """
    Return both texts in one, a row a paragraph, with its line in A and a sign where it differs.

    With a `context`, only what differs and so many words around it. `first_lines` are those of
    stretches of longer texts.
    """
    rows: list[tuple[Span, Spans]] = []
    for same, group in groupby(diff.parts, lambda part: part.kind == "equal"):
        own = list(group)
        if same and context is not None:
            rows.append((_NONE, _folded(len(own))))
            continue
        rows += [
            (_margin(part, "a", first_lines), marked_words(part, diff, "", context, first_lines))
            for part in own
        ]
    return tuple(rows)


def _margin(part: Part, side: str, first_lines: tuple[int, int] = (1, 1)) -> Span:
    """Return the sign of a part and the line where it begins, in the text of one side."""
    place, first = (part.a, first_lines[0]) if side == "a" else (part.b, first_lines[1])
    sign = _SIGNS.get(part.kind, "")
    if part.kind == "moved" and side == "a":
        place = None
    line = str(place.lines[0] + first - 1) if place else ""
    return Span(f"{sign or ' '} {line}".rstrip(), "strong" if sign else "soft")


def _folded(number: int) -> Spans:
    return span(f"\u2026 {counted(number, 'paragraph')} the same \u2026", "soft")


def _near(diff: Diff) -> Iterator[Part | Fold]:
    """Yield the parts that differ and those around them, and count the others."""
    groups: Sequence[tuple[bool, list[Part]]] = [
        (same, list(own)) for same, own in groupby(diff.parts, lambda part: part.kind == "equal")
    ]
    for number, (same, own) in enumerate(groups):
        head = _NEAR if number else 0
        tail = _NEAR if number < len(groups) - 1 else 0
        if not same or len(own) <= head + tail + 1:
            yield from own
            continue
        yield from own[:head]
        yield Fold(len(own) - head - tail)
        yield from own[len(own) - tail :]


def _below(diff: Diff) -> Iterator[tuple[Span, Spans]]:
    """Yield the rows of one column."""
    for part in _near(diff):
        if isinstance(part, Fold):
            yield _NONE, _folded(part.number)
        else:
            text = marked_words(part, diff, "", _CONTEXT)
            yield _margin(part, "a"), (*text, *soft_note(part, diff))


def side_by_side(
    diff: Diff, context: int | None = None, first_lines: tuple[int, int] = (1, 1)
) -> Iterator[tuple[tuple[Span, Spans], tuple[Span, Spans]]]:
    """
    Yield the rows of two columns, each paragraph with its line and sign.

    With a `context`, only what differs and so many words and a paragraph around it. `first_lines`
    are those of stretches of longer texts.
    """
    for part in diff.parts if context is None else _near(diff):
        if isinstance(part, Fold):
            yield (_NONE, _folded(part.number)), (_NONE, ())
            continue
        left: tuple[Span, Spans] = (_NONE, ())
        right: tuple[Span, Spans] = (_NONE, ())
        if part.a and part.kind != "moved":
            text = marked_words(part, diff, "a", context, first_lines)
            left = (_margin(part, "a", first_lines), text)
        if part.b:
            text = marked_words(part, diff, "b", context, first_lines)
            right = (_margin(part, "b", first_lines), (*text, *soft_note(part, diff)))
        yield left, right
