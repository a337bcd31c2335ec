"""
Blocks of a page -> lines of a given width, still in spans.

A line breaks at spaces, inside scripts that have none anywhere, and inside a word only where the
word is longer than the line. Text is made visible and encodable here, before its width counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from dedup.reports.page import Card, Either, Gap, Grid, Line, Rows, Sides, Span, Spans, span
from dedup.reports.visible import cells, encodable, graphemes, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dedup.reports.page import Block

_WIDE = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff\uff00-\uff9f"
    r"\U00020000-\U0003ffff"
)
_AFTER = r"\u0300-\u036f\u0e31-\u0e4e\u102b-\u103e\u17b4-\u17d3\u3001\u3002\uff0c\uff0e"
_WORD = re.compile(rf"( *)([{_WIDE}][{_AFTER}]*|(?:[«„] )?[^ {_WIDE}]+(?: [»:;!?]+[^ {_WIDE}]*)*)")
"""A word and the spaces before it; a character of a script without spaces is a word. French sets a
space inside quotation marks and before some signs: no line breaks there."""

_NARROW = 40
"""Below so many columns nothing is boxed or indented."""
_LEAST = 14
"""Columns that a cell of running text needs at least."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the lines are made for; a class because every function here needs all of it."""

    width: int
    encoding: str = "utf-8"
    boxes: bool = False

    def narrower(self, by: int) -> Sheet:
        """Return a part of this sheet."""
        return replace(self, width=max(self.width - by, 1))


def lay(blocks: Iterable[Block], sheet: Sheet) -> list[Spans]:
    """Break blocks into lines."""
    lines: list[Spans] = []
    for block in blocks:
        match block:
            case Line():
                lines += wrap(block.spans, sheet, block.hang)
            case Rows():
                lines += _rows(block, sheet)
            case Sides():
                lines += _sides(block, sheet)
            case Either():
                wide = sheet.boxes and sheet.width >= block.width
                lines += lay([block.beside if wide else block.below], sheet)
            case Grid():
                lines += _grid(block, sheet)
            case Card():
                lines += _card(block, sheet)
            case Gap():
                lines.append(())
    return lines


def wrap(spans: Spans, sheet: Sheet, hang: int = 0) -> list[Spans]:
    """Break one line into as many as it takes; all but the first begin with `hang` spaces."""
    shown = [Span(encodable(visible(s.text), sheet.encoding), s.role) for s in spans]
    hang = hang if sheet.width >= _NARROW else min(hang, 2, sheet.width - 1)
    bounds = fold("".join(s.text for s in shown), sheet.width, hang)
    lines = list(_cut(shown, bounds))
    if hang:
        lines[1:] = [(Span(" " * hang), *line) for line in lines[1:]]
    return lines


def fold(text: str, width: int, hang: int = 0) -> list[tuple[int, int]]:
    """Find where a visible text breaks: the characters of each line, at least one line."""
    lines: list[tuple[int, int]] = []
    start = end = used = 0
    room = width
    for found in _WORD.finditer(text):
        size = cells(found[2])
        gap = found.end(1) - found.start()
        if used + gap + size <= room:
            used, end = used + gap + size, found.end()
            continue
        if end > start:
            lines.append((start, end))
            room = width - hang
        start, end, used = found.start(2), found.end(), size
        if size > room:
            cuts, used = _chop(text[start:end], room, width - hang)
            lines += pairwise([start, *(start + cut for cut in cuts)])
            start += cuts[-1] if cuts else 0
            room = width - hang if cuts else room
    if end > start or not lines:
        lines.append((start, end))
    return lines


def _chop(word: str, room: int, later: int) -> tuple[list[int], int]:
    """Cut a word that is longer than a line; give the places and the columns after the last."""
    cuts: list[int] = []
    used = 0
    for start, _, size in graphemes(word):
        if used + size > room and used:
            cuts.append(start)
            used, room = 0, later
        used += size
    return cuts, used


def _cut(spans: Sequence[Span], bounds: Iterable[tuple[int, int]]) -> Iterable[Spans]:
    """Yield the spans of each stretch of characters."""
    at = number = 0
    for start, end in bounds:
        line: list[Span] = []
        while number < len(spans) and at + len(spans[number].text) <= start:
            at += len(spans[number].text)
            number += 1
        while number < len(spans) and at < end:
            text, role = spans[number].text, spans[number].role
            part = text[max(start - at, 0) : end - at]
            if part:
                line.append(Span(part, role))
            if at + len(text) > end:
                break
            at += len(text)
            number += 1
        yield tuple(line)


def size_of(spans: Spans) -> int:
    """Count the columns of a line."""
    return sum(cells(s.text) for s in spans)


def padded(spans: Spans, width: int, *, right: bool = False) -> Spans:
    """Fill a line up to a width."""
    space = Span(" " * (width - size_of(spans)))
    if not space.text:
        return spans
    return (space, *spans) if right else (*spans, space)


def _beside(  # noqa: PLR0913 - a text, its margin, and where both go
    margin: Span,
    spans: Spans,
    size: int,
    sheet: Sheet,
    *,
    right: bool,
    prose: int | None = None,
) -> list[Spans]:
    """Lay a text beside its margin of `size` columns; a wider margin stands above it."""
    shown = wrap((margin,), sheet)
    gap = 2 if size and sheet.width >= _NARROW else min(size, 1)
    inner = sheet.narrower(size + gap)
    lines = wrap(spans, replace(inner, width=min(inner.width, prose or inner.width)))
    blank = Span(" " * (size + gap))
    if len(shown) > 1 or size_of(shown[0]) > size:
        return [*shown, *((blank, *line) for line in lines)]
    head = padded(shown[0], size, right=right)
    return [(*head, Span(" " * gap), *lines[0]), *((blank, *line) for line in lines[1:])]


def _rows(block: Rows, sheet: Sheet) -> list[Spans]:
    rows, unlaid = block.rows, 0
    if block.most is not None and len(rows) > 2 * block.most:
        # A text of half a million lines is not laid for the few that are shown.
        unlaid = len(rows) - 2 * block.most
        rows = (*rows[: block.most], *rows[-block.most :])
    sizes = [cells(visible(margin.text)) for margin, _ in rows]
    size = min(max(sizes, default=0), max(sheet.width // 3, 1))
    lines: list[Spans] = []
    for margin, spans in rows:
        lines += _beside(margin, spans, size, sheet, right=block.right, prose=block.prose)
    return _shortened(lines, block.most, size, sheet, unlaid)


def _shortened(
    lines: list[Spans], most: int | None, size: int, sheet: Sheet, unlaid: int = 0
) -> list[Spans]:
    """Cut lines in the middle where there are too many, and count what is left out."""
    if most is None or len(lines) <= most + 1:
        return lines
    tail = most // 3
    head = most - tail
    note = span(f"… {len(lines) - most + unlaid:,} lines left out …", "soft")
    return [*lines[:head], *_beside(Span(""), note, size, sheet, right=False), *lines[-tail:]]


def _sides(block: Sides, sheet: Sheet) -> list[Spans]:
    bar = encodable("│", sheet.encoding)
    half = sheet.narrower((sheet.width - 3) // 2 + (sheet.width - 3) % 2 + 3)
    size = max((cells(m.text) for row in block.rows for m, _ in row), default=0)
    if block.prose is not None:
        half = replace(half, width=min(half.width, size + 2 + block.prose))
    lines: list[Spans] = []
    for (left, a), (right, b) in block.rows:
        if not (left.text or b):
            lines += wrap(a, sheet)
            continue
        sides = [
            _beside(margin, spans, size, half, right=False) if margin.text or spans else []
            for margin, spans in ((left, a), (right, b))
        ]
        for one, two in zip_longest(*sides, fillvalue=()):
            lines.append((*padded(one, half.width), Span(f" {bar} ", "soft"), *two))
    return _shortened(lines, block.most, size, sheet)


def _grid(block: Grid, sheet: Sheet) -> list[Spans]:
    """Lay a table; where it is too wide for the sheet, one row after the other."""
    # How wide each column would be, and what is left for those of running text.
    rows = [tuple(span(title, "soft") for title in block.head), *block.rows]
    wide = [
        max(size_of(tuple(replace(s, text=visible(s.text)) for s in row[n])) for row in rows)
        for n in range(len(block.head))
    ]
    fixed = sum(w for n, w in enumerate(wide) if n not in block.running)
    rest = sheet.width - fixed - 2 * (len(wide) - 1)
    # Running text is wrapped; a sheet too narrow for that has the rows one under the other.
    running = [wide[n] for n in block.running]
    if running and sum(running) > rest:
        if rest < _LEAST * len(running):
            return _stacked(block, sheet)
        share = _shares(running, rest)
        for n, own in zip(block.running, share, strict=True):
            wide[n] = own
    elif rest < 0:
        return _stacked(block, sheet)
    # A row takes as many lines as its longest cell.
    lines: list[Spans] = []
    for row in rows:
        columns = [wrap(cell, replace(sheet, width=w)) for cell, w in zip(row, wide, strict=True)]
        for parts in zip_longest(*columns, fillvalue=()):
            line: list[Span] = []
            for number, part in enumerate(parts):
                last = number == len(parts) - 1
                right = number in block.right
                line += part if last and not right else padded(part, wide[number], right=right)
                line += () if last else (Span("  "),)
            lines.append(tuple(line))
    return lines


def _shares(wanted: Sequence[int], room: int) -> list[int]:
    """Divide columns: who wants less than an equal share gets it, the others divide the rest."""
    given = dict.fromkeys(range(len(wanted)), 0)
    for done, number in enumerate(sorted(given, key=lambda n: wanted[n])):
        given[number] = min(wanted[number], room // (len(wanted) - done))
        room -= given[number]
    return list(given.values())


def _stacked(block: Grid, sheet: Sheet) -> list[Spans]:
    lines: list[Spans] = []
    for row in block.rows:
        spans: list[Span] = []
        for title, cell in zip(block.head, row, strict=True):
            mark = " · " if spans else ""
            spans += [Span(f"{mark}{title} " if title else mark, "soft"), *cell]
        lines += wrap(tuple(spans), sheet, 2)
    return lines


def _card(block: Card, sheet: Sheet) -> list[Spans]:
    """Lay blocks in a box, or below their title where there is no box."""
    tag = encodable(visible(block.tag), sheet.encoding)
    if not sheet.boxes or sheet.width < _NARROW:
        body = lay(block.body, sheet.narrower(2) if sheet.width >= _NARROW else sheet)
        indent = (Span("  "),) if sheet.width >= _NARROW else ()
        head = wrap((*block.title, Span(f" ({tag})", "soft")), sheet, 2)
        return [*head, *((*indent, *line) if line else () for line in body)]
    inner = sheet.narrower(4)
    edge = {c: encodable(c, sheet.encoding) for c in "╭╮╰╯─│"}
    title, *more = wrap(block.title, inner.narrower(cells(tag) + 4))
    fill = edge["─"] * (sheet.width - 8 - size_of(title) - cells(tag))
    top = (
        Span(edge["╭"] + edge["─"] + " ", "soft"),
        *title,
        Span(f" {fill} {tag} {edge['─']}{edge['╮']}", "soft"),
    )
    side = Span(edge["│"], "soft")
    lines = [
        (side, Span(" "), *padded(line, inner.width), Span(" "), side)
        for line in (*more, *lay(block.body, inner))
    ]
    bottom = edge["╰"] + edge["─"] * (sheet.width - 2) + edge["╯"]
    return [top, *lines, span(bottom, "soft")]
