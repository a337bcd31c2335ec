r"""
Documents -> paragraphs: where each begins and ends, in code points and lines.

Lines end at "\n" (a "\r" before it is white space at the edge); in a text without any "\n" they
end at "\r". White space is what `str.isspace` says: U+0085, U+2028 and form feed are white space
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
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from dedup.model import AUTO, BLANK, LINE, Paragraphs, Strings, Table
from dedup.rows import fresh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.model import I64, U8, Documents
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
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Odd, with well mixed bits: multiplying by it spreads a character over a hash."""

_OPENING = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'»”’)\]]*(?=\s)|[。！？]+[」』”’）]*")  # noqa: RUF001
_EMPTY = re.compile(r"\n[^\S\n]*\n")
"""An empty line, or several."""
_SPACES = re.compile(r"\s+")

Span = tuple[int, int]
"""Code points, half-open."""

Row = tuple[int, int, int, int]
"""A line or paragraph: start and end, first and last line (from 1, inclusive)."""


def segment(documents: Documents, settings: Settings) -> Paragraphs:
    """
    Cut every document of a batch into paragraphs.

    A document whose `mode` is not `AUTO` is cut in that mode, all others as the setting says.
    NOTE: of most documents every line is a paragraph, and the lines of a whole batch are found at
    once, five times as fast; only the others go through `paragraphs_of`.
    """
    text = documents.text
    modes = np.where(documents.mode == AUTO, MODES[settings.paragraphs], documents.mode)
    found, line_ends = _all_lines(text)
    alone = (documents.markdown != 0) | (modes == BLANK) | _ended_by_cr(text, line_ends)
    alone[found.doc[found.end - found.start > LONGEST]] = True
    alone |= (modes == AUTO) & _may_be_wrapped(found, len(documents))
    if alone.any():
        parts = [found.take(~alone[found.doc])]
        for doc in np.flatnonzero(alone).tolist():
            marked = bool(documents.markdown[doc])
            rows = paragraphs_of(text[doc], int(modes[doc]), marked)
            parts.append(_found_in(text, doc, rows))
        found = _Found.concat(parts)
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
        _written(text.data, found, firsts[lengths > 0]),
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
        return [piece for row in rows for piece in _pieces(text, row, lines)]
    return rows


def paragraph_mode(text: str, markdown: bool = False) -> int:  # noqa: FBT001, FBT002
    """Decide what `AUTO` is for a text: `BLANK` if it is wrapped to a width, else `LINE`."""
    if "\n" in text and BOM not in text and not markdown:
        gaps = islice(_EMPTY.finditer(text), _BLOCKS - 1)
        if sum(1 for _ in gaps) < _BLOCKS - 1:
            return LINE
    return _mode(text, _lines(text, markdown=markdown))


def code(text: str) -> tuple[Span | None, list[Span]]:
    """
    Find the front matter of a Markdown text, and its fenced code.

    A block reaches from the start of its first line (its indentation included) to its last
    character that is not white space.
    """
    if "```" not in text and "~~~" not in text and not text.lstrip(BOM).startswith("---"):
        return None, []
    lines, starts = _split(text)
    head, fences = _blocks(lines)

    def span(first: int, last: int) -> Span:
        low, high = starts[first], starts[last] + len(lines[last])
        return low, low + len(text[low:high].rstrip(WHITE))

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
            mark = opening[1]
            closing = re.compile(rf" {{0,3}}{mark[0]}{{{len(mark)},}}[^\S\x1c-\x1f]*\Z")
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
            out.append((first, first + len(body), line, line_end))
    if line != line_end:
        firsts = [r[0] for r in lines]
        out = [(a, b, _line(lines, firsts, a), _line(lines, firsts, b - 1)) for a, b, _, _ in out]
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
    """Tell whether a place is the lightest within reach, and the first of equals."""
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
    spaces = [m.start() for m in _SPACES.finditer(text, low, high)]
    places = np.array(spaces or range(low, high))
    return int(places[np.argmin(_weights(text, low, high)[places - low])])


def _weight(text: str, at: int) -> int:
    """Hash the characters before a place; neither position nor spacing nor case counts."""
    before = text[max(at - _NEIGHBOURHOOD, 0) : at].casefold()
    return crc32("".join(before.split()).encode("utf-8", "surrogatepass"))


def _weights(text: str, low: int, high: int) -> NDArray[np.uint64]:
    """Hash the characters before each place from `low` to `high`, all at once; case counts."""
    codes = np.frombuffer(
        text[low - _NEIGHBOURHOOD : high].encode("utf-32-le", "surrogatepass"), "<u4"
    )
    codes = np.where(codes <= ord(" "), ord(" "), codes).astype(np.uint64)
    weights = np.zeros(high - low, np.uint64)
    for step in range(_NEIGHBOURHOOD):
        weights = weights * _FACTOR + codes[step : step + len(weights)]
    return (weights ^ weights >> np.uint64(32)) * _FACTOR


# --- All lines of a batch at once -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Found(Table):
    """Paragraphs by the row of their document; `first` and `last` are bytes of the batch."""

    doc: I64
    start: I64
    end: I64
    line: I64
    line_end: I64
    first: I64
    last: I64


_ASCII_WHITE = np.array([b < 128 and chr(b).isspace() for b in range(256)])
_WIDE = [c.encode() for c in WHITE if not c.isascii()]
_WIDE_FIRST = np.isin(np.arange(256), [c[0] for c in _WIDE])
_TWO, _THREE = ([int.from_bytes(c) for c in _WIDE if len(c) == n] for n in (2, 3))
_MARGIN = 32
"""Characters trimmed off all lines at once; wider margins are trimmed line by line."""


def _all_lines(text: Strings) -> tuple[_Found, I64]:
    r"""Find the non-empty lines of every text by "\n" alone; count the line ends of each text."""
    data, offsets = text.data, text.offsets
    ends = np.flatnonzero(data == ord("\n"))
    first = np.sort(np.concatenate([offsets[:-1], ends + 1]))
    last = np.sort(np.concatenate([ends, offsets[1:]]))
    own = np.searchsorted(ends, offsets)
    counts = np.diff(own)
    doc = np.repeat(np.arange(len(text)), counts + 1)
    line = np.arange(1, len(first) + 1) - (own[:-1] + np.arange(len(text)))[doc]
    _trim(data, first, last)
    full = first < last
    doc, line, first, last = doc[full], line[full], first[full], last[full]
    # A code point's number is that of its byte less the continuation bytes before it.
    inner = np.flatnonzero((data & 0xC0) == 0x80)
    origin = (offsets - np.searchsorted(inner, offsets))[doc]
    start = first - np.searchsorted(inner, first) - origin
    end = last - np.searchsorted(inner, last) - origin
    return _Found(doc, start, end, line, line, first, last), counts


def _trim(data: U8, first: I64, last: I64) -> None:
    """Move the edges of stretches of UTF-8 inwards, over white space and byte order marks."""
    for edge, step, widths in ((first, 1, _white_after), (last, -1, _white_before)):
        rows = np.flatnonzero(first < last)
        for _ in range(_MARGIN):
            width = widths(data, edge[rows])
            rows, width = rows[width > 0], width[width > 0]
            edge[rows] += step * width
            rows = rows[first[rows] < last[rows]]
        for row in rows.tolist():
            body = data[first[row] : last[row]].tobytes().decode("utf-8", "surrogatepass")
            left = body.lstrip(WHITE) if step == 1 else body.rstrip(WHITE)
            width = last[row] - first[row] - len(left.encode("utf-8", "surrogatepass"))
            edge[row] += step * width


def _white_after(data: U8, at: I64) -> I64:
    """Give the bytes of the white character that begins at each place; 0 where there is none."""
    byte = data[at].astype(np.int64)
    width = _ASCII_WHITE[byte].astype(np.int64)
    wide = np.flatnonzero(_WIDE_FIRST[byte])
    if len(wide):
        place, end = at[wide], len(data) - 1
        two = byte[wide] << 8 | data[place + 1]
        three = two << 8 | data[np.minimum(place + 2, end)]
        width[wide] = 2 * np.isin(two, _TWO) + 3 * np.isin(three, _THREE)
    return width


def _white_before(data: U8, at: I64) -> I64:
    """Give the bytes of the white character that ends at each place; 0 where there is none."""
    byte = data[at - 1].astype(np.int64)
    width = _ASCII_WHITE[byte].astype(np.int64)
    wide = np.flatnonzero(byte >= 128)
    if len(wide):
        place = at[wide]
        two = data[place - 2].astype(np.int64) << 8 | byte[wide]
        three = data[place - 3].astype(np.int64) << 16 | two
        width[wide] = 2 * np.isin(two, _TWO) + 3 * np.isin(three, _THREE)
    return width


def _ended_by_cr(text: Strings, line_ends: I64) -> NDArray[np.bool_]:
    r"""Mark the texts without "\n" that have a "\r"."""
    returns = np.flatnonzero(text.data == ord("\r"))
    own = np.diff(np.searchsorted(returns, text.offsets))
    without: NDArray[np.bool_] = (line_ends == 0) & (own > 0)
    return without


def _may_be_wrapped(lines: _Found, documents: int) -> NDArray[np.bool_]:
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


def _found_in(text: Strings, doc: int, rows: Sequence[Row]) -> _Found:
    """Give the paragraphs of one text as rows of the batch."""
    table = np.array(rows, np.int64).reshape(-1, 4)
    low, high = text.offsets[doc], text.offsets[doc + 1]
    leads = np.flatnonzero((text.data[low:high] & 0xC0) != 0x80)
    at = np.append(leads, high - low) + low
    start, end = table[:, 0], table[:, 1]
    own = np.full(len(table), doc)
    return _Found(own, start, end, table[:, 2], table[:, 3], at[start], at[end])


def _written(data: U8, found: _Found, firsts: I64) -> Strings:
    """Give each paragraph's text up to the next of its document, whose first rows are `firsts`."""
    stops = np.append(found.first[1:], 0)
    lasts = np.append(firsts[1:], len(found))[: len(firsts)] - 1
    stops[lasts] = found.last[lasts]
    offsets = np.zeros(len(found) + 1, np.int64)
    np.cumsum((stops - found.first)[: len(found)], out=offsets[1:])
    spans = zip(found.first[firsts].tolist(), found.last[lasts].tolist(), strict=True)
    parts = [data[a:b] for a, b in spans]
    return Strings(np.concatenate(parts) if parts else data[:0], offsets)
