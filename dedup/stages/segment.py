"""
Documents -> paragraphs: where each begins and ends, in code points and lines.

`text/paragraphs.py` says what a paragraph is. Here the paragraphs of a whole batch are found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import CODE, FRONT, TABLE, MarkdownBlocks, Paragraphs
from dedup.rows import fresh
from dedup.stages.bodies import facts
from dedup.stages.lines import Found, ends_with_returns, found_in, paragraph_texts
from dedup.text.hyphens import LAST_BYTES
from dedup.text.long_paragraphs import LONGEST
from dedup.text.paragraphs import AUTO, BLANK, ENDS, FORCED, LINE, MODES, WIDEST, segmented

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.model import Documents, Facts, Strings
    from dedup.settings import Settings
    from dedup.text.markdown import Blocks

_RUNS = 2
"""Fewest runs of lines, with empty lines between, in a text that is wrapped."""


def segment(documents: Documents, settings: Settings) -> Paragraphs:
    """Return the paragraphs of every document of a batch."""
    return facts_and_paragraphs(documents, settings)[1]


def facts_and_paragraphs(
    documents: Documents, settings: Settings
) -> tuple[Facts, Paragraphs, MarkdownBlocks]:
    """
    Return what there is to know of every document of a batch, its paragraphs and its code.

    A document whose `mode` is not `AUTO` is cut in that mode, all others as the setting says.
    NOTE: of most documents every line is a paragraph, and the lines of a whole batch are found at
    once, five times as fast; only the others are cut one by one.
    """
    text = documents.text
    joins = settings.join_hyphens
    modes = np.where(documents.mode == AUTO, MODES[settings.paragraphs], documents.mode)
    marked: list[tuple[int, int, int, int]] = []

    # Which texts are more than lines, one a paragraph.
    lines = kernels.lines(text.data, text.offsets)
    found = Found(*lines[:3], lines.line, *lines[3:-1])
    alone = (documents.markdown != 0) | (modes == BLANK) | ends_with_returns(text, lines.ends)
    alone[found.doc[found.end - found.start > LONGEST]] = True
    alone |= (modes == AUTO) & _may_be_wrapped(found, text, joins=joins)
    modes[~alone] = LINE
    if alone.any():
        parts = [found.take(~alone[found.doc])]
        for doc in np.flatnonzero(alone).tolist():
            own, is_markdown = int(modes[doc]), bool(documents.markdown[doc])
            one = segmented(text[doc], own, markdown=is_markdown, join_hyphens=joins)
            parts.append(found_in(text, doc, one.rows))
            modes[doc] = one.mode
            marked += _marked(int(documents.doc[doc]), one.blocks)
        found = Found.concat(parts)
        found = found.take(np.argsort(found.doc, kind="stable"))

    # All paragraphs of the batch, numbered in their documents.
    lengths = np.bincount(found.doc, minlength=len(documents))
    firsts = np.cumsum(lengths) - lengths
    paragraphs = Paragraphs(
        documents.doc[found.doc],
        (np.arange(len(found)) - np.repeat(firsts, lengths)).astype(np.int32),
        found.start,
        found.end,
        found.line.astype(np.int32),
        found.line_end.astype(np.int32),
        paragraph_texts(text.data, found, firsts[lengths > 0]),
    )
    at, start, end, kind = np.array(marked, np.int64).reshape(-1, 4).T.copy()
    blocks = MarkdownBlocks(at, start, end, kind.astype(np.int8))
    return facts(documents, modes.astype(np.int8)), paragraphs, blocks


def _marked(doc: int, found: Blocks) -> Iterator[tuple[int, int, int, int]]:
    """Yield the blocks of one Markdown document as rows."""
    front = [found.front] if found.front is not None else []
    for kind, spans in ((FRONT, front), (CODE, found.code), (TABLE, found.tables)):
        for start, end in spans:
            yield doc, start, end, kind


def _may_be_wrapped(lines: Found, text: Strings, *, joins: bool) -> NDArray[np.bool_]:
    """Mark the texts that `_mode` might find wrapped, were the first words whole lines."""
    documents = len(text)
    doc, size = lines.doc, lines.end - lines.start
    pair = (np.diff(doc) == 0) & (np.diff(lines.line) == 1)
    width = np.zeros(documents, np.int64)
    starts = np.flatnonzero(fresh(doc))
    if len(starts):
        narrow = np.where(size <= WIDEST, size, 0)
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
    wrapped: NDArray[np.bool_] = (ends >= ENDS) & (all_forced * 100 >= ends * FORCED)
    return wrapped & ((runs >= _RUNS) | (all_broken > 0))
