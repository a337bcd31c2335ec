r"""
Documents -> paragraphs: where each begins and ends, in code points and lines.

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
from typing import TYPE_CHECKING

import numpy as np

from dedup.model import AUTO, BLANK, LINE, Paragraphs
from dedup.rows import fresh
from dedup.stages.hyphens import LAST_BYTES, is_broken
from dedup.stages.lines import (
    BOM,
    WHITE,
    Found,
    Row,
    all_lines,
    ends_with_returns,
    found_in,
    split,
    written,
)
from dedup.stages.long_paragraphs import LONGEST, pieces
from dedup.stages.markdown import Blocks, blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.model import Documents, Strings
    from dedup.settings import Settings

MODES = {"auto": AUTO, "line": LINE, "blank": BLANK}

_WIDEST = 120
"""Longest line, in characters, that can be the width to which a text is wrapped."""
_RUNS = 2
"""Fewest runs of lines, with empty lines between, in a text that is wrapped."""
_ENDS = 3
"""Fewest line ends inside runs in such a text."""
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
    joins = settings.join_hyphens
    modes = np.where(documents.mode == AUTO, MODES[settings.paragraphs], documents.mode)
    found, line_ends = all_lines(text)
    alone = (documents.markdown != 0) | (modes == BLANK) | ends_with_returns(text, line_ends)
    alone[found.doc[found.end - found.start > LONGEST]] = True
    alone |= (modes == AUTO) & _may_be_wrapped(found, text, joins=joins)
    if alone.any():
        parts = [found.take(~alone[found.doc])]
        for doc in np.flatnonzero(alone).tolist():
            marked = bool(documents.markdown[doc])
            rows = paragraphs_of(text[doc], int(modes[doc]), marked, joins)
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


def paragraphs_of(
    text: str,
    mode: int,
    markdown: bool = False,  # noqa: FBT001, FBT002 - of a text, given beside it
    join_hyphens: bool = False,  # noqa: FBT001, FBT002 - likewise
) -> list[Row]:
    """Cut one text into paragraphs; `mode` is `AUTO`, `LINE` or `BLANK`."""
    lines, tables = _lines(text, markdown=markdown)
    if mode == AUTO:
        mode = _mode(text, lines, join_hyphens=join_hyphens)
    rows = lines
    if mode == BLANK:
        rows = [(run[0][0], run[-1][1], run[0][2], run[-1][3]) for run in _runs(lines)]
    if len(text) > LONGEST and any(row[1] - row[0] > LONGEST for row in rows):
        rows = [piece for row in rows for piece in pieces(text, row, lines)]
    return sorted([*rows, *tables]) if tables else rows


def paragraph_mode(
    text: str,
    markdown: bool = False,  # noqa: FBT001, FBT002 - of a text, given beside it
    join_hyphens: bool = False,  # noqa: FBT001, FBT002 - likewise
) -> int:
    """Decide what `AUTO` is for a text: `BLANK` if it is wrapped to a width, else `LINE`."""
    plain = "\r" not in text and BOM not in text and not markdown
    if plain and not join_hyphens and not _EMPTY.search(text):
        return LINE
    return _mode(text, _lines(text, markdown=markdown)[0], join_hyphens=join_hyphens)


def _lines(text: str, *, markdown: bool) -> tuple[list[Row], list[Row]]:
    """Give the non-empty lines that are prose, and the tables, which are paragraphs whole."""
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
    found = blocks(text) if markdown else Blocks()
    spans = sorted([*found.code, *([found.front] if found.front else []), *found.tables])
    if not spans:
        return out, []
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
    width = max((n for n in lengths if n <= _WIDEST), default=0)
    ends = forced = broken = 0
    for run in _runs(lines):
        for (start, end, _, _), (following, last, _, _) in pairwise(run):
            breaks = join_hyphens and is_broken(text[start:end], text[following:last])
            word = text[following:last].split(None, 1)[0]
            ends += 1
            broken += breaks
            forced += breaks or end - start <= width < end - start + 1 + len(word)
    wrapped = ends >= _ENDS and forced * 100 >= ends * _FORCED
    return BLANK if wrapped and (broken or not one_run) else LINE


def _may_be_wrapped(lines: Found, text: Strings, *, joins: bool) -> NDArray[np.bool_]:
    """Mark the texts that `_mode` might find wrapped, were the first words whole lines."""
    documents = len(text)
    doc, size = lines.doc, lines.end - lines.start
    pair = (np.diff(doc) == 0) & (np.diff(lines.line) == 1)
    width = np.zeros(documents, np.int64)
    starts = np.flatnonzero(fresh(doc))
    if len(starts):
        narrow = np.where(size <= _WIDEST, size, 0)
        width[doc[starts]] = np.maximum.reduceat(narrow, starts)
    limit = width[doc[:-1]]
    forced = pair & (size[:-1] <= limit) & (limit < size[:-1] + 1 + size[1:])
    broken = np.zeros(len(pair), bool)
    if joins and len(pair):
        broken = pair & np.isin(text.data[lines.last[:-1] - 1], LAST_BYTES)
    ends, all_forced, all_broken = (
        np.bincount(doc[:-1][mask], minlength=documents) for mask in (pair, forced | broken, broken)
    )
    runs = np.bincount(doc, minlength=documents) - ends
    wrapped: NDArray[np.bool_] = (ends >= _ENDS) & (all_forced * 100 >= ends * _FORCED)
    return wrapped & ((runs >= _RUNS) | (all_broken > 0))
