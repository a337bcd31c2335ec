"""
The non-empty lines of all texts of a batch at once, found in its bytes.

Most documents have a line a paragraph, so for most this is all of segmenting, and five times as
fast as going through a text line by line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.model import I64, Strings, Table
from dedup.text.lines import WHITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.model import U8
    from dedup.text.lines import Row

    Bools = NDArray[np.bool_]

_ASCII_WHITE = np.array([b < 128 and chr(b).isspace() for b in range(256)])
_WIDE = [c.encode() for c in WHITE if not c.isascii()]
_WIDE_FIRST = np.isin(np.arange(256), [c[0] for c in _WIDE])
_TWO, _THREE = ([int.from_bytes(c) for c in _WIDE if len(c) == n] for n in (2, 3))
_MARGIN = 32
"""Characters trimmed off all lines at once; wider margins are trimmed line by line."""


@dataclass(frozen=True, slots=True, eq=False)
class Found(Table):
    """Paragraphs by the row of their document; `first` and `last` are bytes of the batch."""

    doc: I64
    start: I64
    end: I64
    line: I64
    line_end: I64
    first: I64
    last: I64


def ends_with_returns(text: Strings, line_ends: I64) -> Bools:
    r"""Mark the texts that have more lone "\r" than "\n", of which they have `line_ends`."""
    returns = np.flatnonzero(text.data == ord("\r"))
    if not len(returns):
        return np.zeros(len(text), bool)
    after = np.append(text.data, 0)[returns + 1]
    paired = (after == ord("\n")) & ~np.isin(returns + 1, text.offsets)
    alone = np.diff(np.searchsorted(returns[~paired], text.offsets))
    more: Bools = alone > line_ends
    return more


def all_lines(text: Strings) -> tuple[Found, I64]:
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
    return Found(doc, start, end, line, line, first, last), counts


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
    """Return the bytes of the white character that begins at each place; 0 where there is none."""
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
    """Return the bytes of the white character that ends at each place; 0 where there is none."""
    byte = data[at - 1].astype(np.int64)
    width = _ASCII_WHITE[byte].astype(np.int64)
    wide = np.flatnonzero(byte >= 128)
    if len(wide):
        place = at[wide]
        two = data[place - 2].astype(np.int64) << 8 | byte[wide]
        three = data[place - 3].astype(np.int64) << 16 | two
        width[wide] = 2 * np.isin(two, _TWO) + 3 * np.isin(three, _THREE)
    return width


def found_in(text: Strings, doc: int, rows: Sequence[Row]) -> Found:
    """Return the paragraphs of one text as rows of the batch."""
    table = np.array(rows, np.int64).reshape(-1, 4)
    low, high = text.offsets[doc], text.offsets[doc + 1]
    leads = np.flatnonzero((text.data[low:high] & 0xC0) != 0x80)
    at = np.append(leads, high - low) + low
    start, end = table[:, 0], table[:, 1]
    own = np.full(len(table), doc)
    return Found(own, start, end, table[:, 2], table[:, 3], at[start], at[end])


def written(data: U8, found: Found, firsts: I64) -> Strings:
    """Return each paragraph's text up to the next of its document; `firsts` are its first rows."""
    stops = np.append(found.first[1:], 0)
    lasts = np.append(firsts[1:], len(found))[: len(firsts)] - 1
    stops[lasts] = found.last[lasts]
    offsets = np.zeros(len(found) + 1, np.int64)
    np.cumsum((stops - found.first)[: len(found)], out=offsets[1:])
    spans = zip(found.first[firsts].tolist(), found.last[lasts].tolist(), strict=True)
    parts = [data[a:b] for a, b in spans]
    return Strings(np.concatenate(parts) if parts else data[:0], offsets)
