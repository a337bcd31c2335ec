"""
Documents -> paragraphs: where each begins and ends, in code points and lines.

Lines end at "\\n" (a "\\r" before it is white space at the edge); in a text without any "\\n" they
end at "\\r". White space is what `str.isspace` says: U+0085, U+2028 and form feed are white space
inside a line and end none. A line of white space and byte order marks is empty, and a paragraph's
offsets leave both out at its edges. In mode `LINE` a paragraph is a non-empty line, in mode
`BLANK` a run of lines between empty ones; front matter and fenced code of Markdown are neither,
and end a run.

A paragraph over 10,000 characters is cut into several (similarity is quadratic): a cut is a
sentence end whose neighbourhood has the lowest hash far and wide, so the same text is cut alike
wherever it stands. Where there is no sentence end for 10,000 characters it is a space, and where
there is none either, any place.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import numpy as np

from dedup.model import AUTO, BLANK, LINE, Paragraphs, Strings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.model import Documents
    from dedup.settings import Settings

BOM = "\ufeff"
WHITE = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + BOM
"""All white space (there is none after U+3000) and the byte order mark."""

MODES = {"auto": AUTO, "line": LINE, "blank": BLANK}
LONGEST = 10_000
"""Characters of a paragraph; above that it is cut."""
REACH = 1_500
"""A cut has the lowest hash for so many characters before and after it."""

_WIDEST = 120
"""Longest line, in characters, that can be the width to which a text is wrapped."""
_BLOCKS = 3
"""Fewest runs of at least two lines in a text that is wrapped."""
_FORCED = 80
"""Least share of its line ends that wrapping explains, in percent."""
_NEIGHBOURHOOD = 32
"""Characters before a place that decide whether it is a cut."""

_OPENING = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'»”’)\]]*(?=\s)|[。！？]+[」』”’）]*")  # noqa: RUF001
_SPACES = re.compile(r"\s+")

Span = tuple[int, int]
"""Code points, half-open."""


class Row(NamedTuple):
    """A line or paragraph: where it stands in its text."""

    start: int
    end: int
    line: int
    """First line, from 1."""
    line_end: int
    """Last line, inclusive."""


def segment(documents: Documents, settings: Settings) -> Paragraphs:
    """
    Cut every document of a batch into paragraphs.

    A document whose `mode` is not `AUTO` is cut in that mode, all others as the setting says.
    """
    default = MODES[settings.paragraphs]
    rows: list[Row] = []
    counts: list[int] = []
    written: list[str] = []
    asked, markdown = documents.mode.tolist(), documents.markdown.tolist()
    for text, mode, marked in zip(documents.text.list(), asked, markdown, strict=True):
        own = paragraphs_of(text, mode or default, bool(marked))
        counts.append(len(own))
        if own:
            rows += own
            cuts = [row[0] for row in own]
            cuts.append(own[-1][1])
            written += [text[a:b] for a, b in pairwise(cuts)]
    table = np.array(rows, np.int64).reshape(-1, 4)
    lengths = np.array(counts, np.int64)
    firsts = np.cumsum(lengths) - lengths
    return Paragraphs(
        np.repeat(documents.doc, lengths),
        (np.arange(len(table)) - np.repeat(firsts, lengths)).astype(np.int32),
        np.ascontiguousarray(table[:, 0]),
        np.ascontiguousarray(table[:, 1]),
        table[:, 2].astype(np.int32),
        table[:, 3].astype(np.int32),
        Strings.of(written),
    )


def paragraphs_of(text: str, mode: int, markdown: bool = False) -> list[Row]:
    """Cut one text into paragraphs; `mode` is `AUTO`, `LINE` or `BLANK`."""
    lines = _lines(text, markdown)
    if mode == AUTO:
        mode = _mode(text, lines)
    rows = lines if mode == LINE else [Row(r[0][0], r[-1][1], r[0][2], r[-1][3]) for r in _runs(lines)]
    if len(text) > LONGEST and any(row[1] - row[0] > LONGEST for row in rows):
        return [piece for row in rows for piece in _pieces(text, row, lines)]
    return rows


def paragraph_mode(text: str, markdown: bool = False) -> int:
    """Decide what `AUTO` is for a text: `BLANK` if it is wrapped to a width, else `LINE`."""
    return _mode(text, _lines(text, markdown))


def code(text: str) -> tuple[Span | None, list[Span]]:
    """
    Find the front matter of a Markdown text, and its fenced code.

    A block reaches from the start of its first line to the last character of its last one that is
    not white space.
    """
    if "```" not in text and "~~~" not in text and not text.lstrip(BOM).startswith("---"):
        return None, []
    lines, starts = _split(text)
    head, fences = _blocks(lines)

    def span(first: int, last: int) -> Span:
        return starts[first], starts[last] + len(lines[last].rstrip(WHITE))

    return (span(0, head - 1) if head else None), [span(*fence) for fence in fences]


# --- Lines and blocks of code ---------------------------------------------------------------------


def _split(text: str) -> tuple[list[str], list[int]]:
    """Cut a text into lines without their ends; give where each begins."""
    lines = text.split("\n") if "\n" in text else text.split("\r")
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return lines, starts


def _lines(text: str, markdown: bool) -> list[Row]:
    """Give the non-empty lines that are not code."""
    white = WHITE if BOM in text else None
    out: list[Row] = []
    put, at, number = out.append, 0, 0
    for line in text.split("\n") if "\n" in text else text.split("\r"):
        number += 1
        body = line.strip(white)
        if body:
            size = len(body)
            start = at if size == len(line) else at + line.index(body)
            put(Row(start, start + size, number, number))
        at += len(line) + 1
    if markdown:
        head, fences = code(text)
        blocks = fences if head is None else [head, *fences]
        if blocks:
            firsts = [a for a, _ in blocks]

            def coded(row: Row) -> bool:
                block = bisect_right(firsts, row[0]) - 1
                return block >= 0 and row[0] < blocks[block][1]

            out = [row for row in out if not coded(row)]
    return out


def _blocks(lines: Sequence[str]) -> tuple[int, list[Span]]:
    """Count the lines of the front matter; give first and last line of each fence, from 0."""
    head = 0
    if lines[0].lstrip(BOM).rstrip() == "---":
        closings = (n for n, line in enumerate(lines[1:], 2) if line.rstrip() in ("---", "..."))
        head = next(closings, 0)
    fences, n = [], head
    while n < len(lines):
        opening = _OPENING.match(lines[n].rstrip())
        if opening:
            closing = re.compile(rf" {{0,3}}{opening[1][0]}{{{len(opening[1])},}}\s*\Z")
            rest = range(n + 1, len(lines))
            last = next((k for k in rest if closing.match(lines[k])), len(lines) - 1)
            fences.append((n, last))
            n = last
        n += 1
    return head, fences


def _runs(lines: Sequence[Row]) -> list[Sequence[Row]]:
    """Part lines where an empty one or code stands between them."""
    cuts = [n for n in range(1, len(lines)) if lines[n][2] != lines[n - 1][2] + 1]
    return [lines[a:b] for a, b in pairwise([0, *cuts, len(lines)])] if lines else []


def _mode(text: str, lines: Sequence[Row]) -> int:
    """Decide whether the line ends of a text come from wrapping it to a width."""
    if not lines or lines[-1][2] - lines[0][2] < len(lines) + _BLOCKS - 2:
        return LINE
    runs = [run for run in _runs(lines) if len(run) > 1]
    if len(runs) < _BLOCKS:
        return LINE
    lengths = (row[1] - row[0] for row in lines)
    width = max((n for n in lengths if n <= _WIDEST), default=0)
    ends = forced = 0
    for run in runs:
        for (start, end, _, _), (following, last, _, _) in pairwise(run):
            word = text[following:last].split(None, 1)[0]
            ends += 1
            forced += end - start <= width < end - start + 1 + len(word)
    return BLANK if forced * 100 >= ends * _FORCED else LINE


# --- Long paragraphs ------------------------------------------------------------------------------


def _pieces(text: str, row: Row, lines: Sequence[Row]) -> list[Row]:
    """Cut a paragraph into pieces of at most `LONGEST` characters."""
    start, end, line, line_end = row
    if end - start <= LONGEST:
        return [row]
    out = []
    for a, b in pairwise([start, *_cuts(text, start, end), end]):
        body = text[a:b].strip(WHITE)
        if body:
            first = a + text[a:b].index(body)
            out.append(Row(first, first + len(body), line, line_end))
    if line != line_end:
        firsts = [r[0] for r in lines]
        out = [Row(a, b, _line(lines, firsts, a), _line(lines, firsts, b - 1)) for a, b, _, _ in out]
    return out


def _line(lines: Sequence[Row], firsts: Sequence[int], at: int) -> int:
    """Give the number of the line that holds a code point."""
    return lines[bisect_right(firsts, at) - 1][2]


def _cuts(text: str, start: int, end: int) -> list[int]:
    """Choose where to cut a long paragraph: places by content, then what they leave too long."""
    ends = [m.end() for m in _SENTENCE_END.finditer(text, start, end)]
    weights = [_weight(text, at) for at in ends]
    chosen = [
        at
        for n, at in enumerate(ends)
        if start + REACH <= at <= end - REACH and _lowest(ends, weights, n)
    ]
    out = []
    for a, b in pairwise([start, *chosen, end]):
        left = a
        while b - left > LONGEST:
            left = _lightest(text, ends, weights, (left + REACH, min(left + LONGEST, b - REACH)))
            out.append(left)
        if b != end:
            out.append(b)
    return out


def _lowest(ends: Sequence[int], weights: Sequence[int], n: int) -> bool:
    """Is this the lightest place within reach, and the first of equals?"""
    at, weight = ends[n], weights[n]
    k = n - 1
    while k >= 0 and ends[k] > at - REACH:
        if weights[k] <= weight:
            return False
        k -= 1
    k = n + 1
    while k < len(ends) and ends[k] < at + REACH:
        if weights[k] < weight:
            return False
        k += 1
    return True


def _lightest(text: str, ends: Sequence[int], weights: Sequence[int], window: Span) -> int:
    """Give the lightest place in a window: a sentence end, else a space, else any."""
    low, high = window
    first, stop = bisect_left(ends, low), bisect_right(ends, high)
    if first < stop:
        return ends[min(range(first, stop), key=weights.__getitem__)]
    places = [m.start() for m in _SPACES.finditer(text, low, high)] or range(low, high)
    return min(places, key=lambda at: _weight(text, at))


def _weight(text: str, at: int) -> int:
    """Hash the letters and digits before a place: neither position nor spacing counts."""
    before = filter(str.isalnum, text[max(at - _NEIGHBOURHOOD, 0) : at])
    return crc32("".join(before).casefold().encode("utf-8", "surrogatepass"))
