r"""
Documents -> paragraphs: where each begins and ends, in code points and lines.

Lines end at "\n" (a "\r" before it is white space at the edge); in a text without any "\n" they
end at "\r". White space is what `str.isspace` says: U+0085, U+2028 and form feed are white space
inside a line and end none. A line of white space and byte order marks is empty, and a paragraph's
offsets leave both out at its edges. In mode `LINE` a paragraph is a non-empty line, in mode
`BLANK` a run of lines between empty ones; front matter and fenced code of Markdown are neither,
and end a run.

A paragraph over 10,000 characters is cut into several (`long_paragraphs`): similarity is quadratic.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedup.model import AUTO, BLANK, LINE, Paragraphs
from dedup.rows import fresh
from dedup.stages.lines import BOM, WHITE, Found, Row, all_lines, found_in, written
from dedup.stages.long_paragraphs import LONGEST, pieces
from dedup.stages.markdown import code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.model import I64, Documents, Strings
    from dedup.settings import Settings

MODES = {"auto": AUTO, "line": LINE, "blank": BLANK}

_WIDEST = 120
"""Longest line, in characters, that can be the width to which a text is wrapped."""
_BLOCKS = 3
"""Fewest runs of at least two lines in a text that is wrapped."""
_FORCED = 80
"""Least share of its line ends that wrapping explains, in percent."""
_EMPTY = re.compile(r"\n[^\S\n]*\n")
"""An empty line, or several."""


def segment(documents: Documents, settings: Settings) -> Paragraphs:
    """
    Cut every document of a batch into paragraphs.

    A document whose `mode` is not `AUTO` is cut in that mode, all others as the setting says.
    NOTE: of most documents every line is a paragraph, and the lines of a whole batch are found at
    once, five times as fast; only the others go through `paragraphs_of`.
    """
    text = documents.text
    modes = np.where(documents.mode == AUTO, MODES[settings.paragraphs], documents.mode)
    found, line_ends = all_lines(text)
    alone = (documents.markdown != 0) | (modes == BLANK) | _ended_by_cr(text, line_ends)
    alone[found.doc[found.end - found.start > LONGEST]] = True
    alone |= (modes == AUTO) & _may_be_wrapped(found, len(documents))
    if alone.any():
        parts = [found.take(~alone[found.doc])]
        for doc in np.flatnonzero(alone).tolist():
            marked = bool(documents.markdown[doc])
            rows = paragraphs_of(text[doc], int(modes[doc]), marked)
            parts.append(found_in(text, doc, rows))
        found = Found.concat(parts)
        found = found.take(np.argsort(found.doc, kind="stable"))
    lengths = np.bincount(found.doc, minlength=len(documents))
    firsts = np.cumsum(lengths) - lengths
    return Paragraphs(
        documents.doc[found.doc],
        (np.arange(len(found)) - np.repeat(firsts, lengths)).astype(np.int32),
        found.start,
        found.end,
        found.line.astype(np.int32),
        found.line_end.astype(np.int32),
        written(text.data, found, firsts[lengths > 0]),
    )


def paragraphs_of(text: str, mode: int, markdown: bool = False) -> list[Row]:  # noqa: FBT001, FBT002
    """Cut one text into paragraphs; `mode` is `AUTO`, `LINE` or `BLANK`."""
    lines = _lines(text, markdown=markdown)
    if mode == AUTO:
        mode = _mode(text, lines)
    rows = lines
    if mode == BLANK:
        rows = [(run[0][0], run[-1][1], run[0][2], run[-1][3]) for run in _runs(lines)]
    if len(text) > LONGEST and any(row[1] - row[0] > LONGEST for row in rows):
        return [piece for row in rows for piece in pieces(text, row, lines)]
    return rows


def paragraph_mode(text: str, markdown: bool = False) -> int:  # noqa: FBT001, FBT002
    """Decide what `AUTO` is for a text: `BLANK` if it is wrapped to a width, else `LINE`."""
    if "\n" in text and BOM not in text and not markdown:
        gaps = islice(_EMPTY.finditer(text), _BLOCKS - 1)
        if sum(1 for _ in gaps) < _BLOCKS - 1:
            return LINE
    return _mode(text, _lines(text, markdown=markdown))


def _lines(text: str, *, markdown: bool) -> list[Row]:
    """Give the non-empty lines that are not code."""
    white = WHITE if BOM in text else None
    out: list[Row] = []
    put, at = out.append, 0
    for number, line in enumerate(text.split("\n" if "\n" in text else "\r"), 1):
        body = line.strip(white)
        if body:
            size = len(body)
            start = at if size == len(line) else at + line.index(body)
            put((start, start + size, number, number))
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


def _ended_by_cr(text: Strings, line_ends: I64) -> NDArray[np.bool_]:
    r"""Mark the texts without "\n" that have a "\r"."""
    returns = np.flatnonzero(text.data == ord("\r"))
    own = np.diff(np.searchsorted(returns, text.offsets))
    without: NDArray[np.bool_] = (line_ends == 0) & (own > 0)
    return without


def _may_be_wrapped(lines: Found, documents: int) -> NDArray[np.bool_]:
    """Mark the texts that `_mode` might find wrapped, were the first words whole lines."""
    doc, size = lines.doc, lines.end - lines.start
    pair = (np.diff(doc) == 0) & (np.diff(lines.line) == 1)
    begins = pair.copy()
    begins[1:] &= ~pair[:-1]
    width = np.zeros(documents, np.int64)
    starts = np.flatnonzero(fresh(doc))
    if len(starts):
        narrow = np.where(size <= _WIDEST, size, 0)
        width[doc[starts]] = np.maximum.reduceat(narrow, starts)
    limit = width[doc[:-1]]
    forced = pair & (size[:-1] <= limit) & (limit < size[:-1] + 1 + size[1:])
    blocks, ends, all_forced = (
        np.bincount(doc[:-1][mask], minlength=documents) for mask in (begins, pair, forced)
    )
    return (blocks >= _BLOCKS) & (all_forced * 100 >= ends * _FORCED)
