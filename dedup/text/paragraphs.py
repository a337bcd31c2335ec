r"""
Cutting one text into paragraphs: where each begins and ends, in code points and lines.

Lines end at "\n" (a "\r" before it is white space at the edge), and in a text with more lone "\r"
than "\n" at each of them too. White space is what `str.isspace` says: U+0085, U+2028 and form feed
are white space inside a line and end none. A line of white space and byte order marks is empty, and
a paragraph's offsets leave both out at its edges. In mode `LINE` a paragraph is a non-empty line,
in mode `BLANK` a run of lines between empty ones. Of Markdown, front matter, code and what else is
no prose are neither, and end a run; a table is a paragraph in both modes.

A paragraph over 10,000 characters is cut into several (`long_paragraphs`): similarity is quadratic.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from dedup.text.hyphens import is_broken
from dedup.text.lines import BOM, WHITE, split
from dedup.text.long_paragraphs import LONGEST, cut_long
from dedup.text.markdown import Blocks, blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.text.lines import Row

AUTO, LINE, BLANK = 0, 1, 2
"""Paragraph modes: as the text is wrapped or not, a line each, or lines between empty ones."""
MODES = {"auto": AUTO, "line": LINE, "blank": BLANK}

WIDEST = 120
"""Longest line, in characters, that can be the width to which a text is wrapped."""
ENDS = 3
"""Fewest line ends inside runs of lines in a text that is wrapped."""
FORCED = 80
"""Least share of the line ends of a wrapped text that wrapping explains, in percent."""
_EMPTY = re.compile(r"\n[^\S\n]*\n")
"""An empty line, or several."""


class Segmented(NamedTuple):
    """A text that was cut into paragraphs."""

    rows: list[Row]
    mode: int
    """By which it was cut: `LINE` or `BLANK`."""
    blocks: Blocks
    """What of Markdown is no prose."""


def paragraphs_of(
    text: str,
    mode: int,
    markdown: bool = False,  # noqa: FBT001, FBT002 - of a text, given beside it
    join_hyphens: bool = False,  # noqa: FBT001, FBT002 - likewise
) -> list[Row]:
    """Return the paragraphs of one text; `mode` is `AUTO`, `LINE` or `BLANK`."""
    return segmented(text, mode, markdown=markdown, join_hyphens=join_hyphens).rows


def segmented(text: str, mode: int, *, markdown: bool, join_hyphens: bool) -> Segmented:
    """Cut one text into paragraphs, and return them with what was learnt of it on the way."""
    found = blocks(text) if markdown else Blocks()
    lines, tables = _lines(text, found)
    if mode == AUTO:
        mode = _mode(text, lines, join_hyphens=join_hyphens)
    rows = lines
    if mode == BLANK:
        rows = [(run[0][0], run[-1][1], run[0][2], run[-1][3]) for run in _runs(lines)]
    if len(text) > LONGEST and any(row[1] - row[0] > LONGEST for row in rows):
        rows = [piece for row in rows for piece in cut_long(text, row, lines)]
    return Segmented(sorted([*rows, *tables]) if tables else rows, mode, found)


def paragraph_mode(
    text: str,
    markdown: bool = False,  # noqa: FBT001, FBT002 - of a text, given beside it
    join_hyphens: bool = False,  # noqa: FBT001, FBT002 - likewise
) -> int:
    """Decide what `AUTO` is for a text: `BLANK` if it is wrapped to a width, else `LINE`."""
    plain = "\r" not in text and BOM not in text and not markdown
    if plain and not join_hyphens and not _EMPTY.search(text):
        return LINE
    found = blocks(text) if markdown else Blocks()
    return _mode(text, _lines(text, found)[0], join_hyphens=join_hyphens)


def _lines(text: str, found: Blocks) -> tuple[list[Row], list[Row]]:
    """Return the non-empty lines that are prose, and the tables, which are paragraphs whole."""
    # Every line without the white space at its edges; what is empty then is left out.
    white = WHITE if BOM in text else None
    out: list[Row] = []
    put, at = out.append, 0
    for number, line in enumerate(split(text), 1):
        body = line.strip(white)
        if body:
            size = len(body)
            start = at if size == len(line) else at + line.index(body)
            put((start, start + size, number, number))
        at += len(line) + 1
    # What Markdown says is no prose, or a table.
    spans = sorted([*found.code, *([found.front] if found.front else []), *found.tables])
    if not spans:
        return out, []
    # Lines and stretches go up together: a line is prose, or its stretch takes it.
    prose: list[Row] = []
    tables: list[Row] = []
    whole, at = set(found.tables), 0
    for row in out:
        while at < len(spans) and spans[at][1] <= row[0]:
            at += 1
        if at == len(spans) or row[0] < spans[at][0]:
            prose.append(row)
        elif spans[at] in whole:
            head = tables.pop() if tables and tables[-1][0] >= spans[at][0] else row
            tables.append((head[0], row[1], head[2], row[3]))
    return prose, tables


def _runs(lines: Sequence[Row]) -> list[Sequence[Row]]:
    """Part lines where an empty one or code stands between them."""
    cuts = [n for n in range(1, len(lines)) if lines[n][2] != lines[n - 1][2] + 1]
    return [lines[a:b] for a, b in pairwise([0, *cuts, len(lines)])] if lines else []


def _mode(text: str, lines: Sequence[Row], *, join_hyphens: bool) -> int:
    """
    Decide whether the line ends of a text come from wrapping it to a width.

    Where hyphens are joined, a line end that breaks a word is forced, and proves by itself that the
    text is wrapped: one run is enough then.
    """
    one_run = bool(lines) and lines[-1][2] - lines[0][2] < len(lines)
    if not lines or (one_run and not join_hyphens):
        return LINE
    lengths = (row[1] - row[0] for row in lines)
    width = max((n for n in lengths if n <= WIDEST), default=0)
    ends = forced = broken = 0
    for run in _runs(lines):
        for (start, end, _, _), (following, last, _, _) in pairwise(run):
            breaks = join_hyphens and is_broken(text[start:end], text[following:last])
            word = text[following:last].split(None, 1)[0]
            ends += 1
            broken += breaks
            forced += breaks or end - start <= width < end - start + 1 + len(word)
    wrapped = ends >= ENDS and forced * 100 >= ends * FORCED
    return BLANK if wrapped and (broken or not one_run) else LINE
