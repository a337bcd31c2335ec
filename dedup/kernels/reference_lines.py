"""The twin of the native kernel for lines of texts and of JSON; see `reference`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from dedup.text.lines import WHITE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Numbers = NDArray[np.int64]

_ASCII_WHITE = np.array([b < 128 and chr(b).isspace() for b in range(256)])
_WIDE = [c.encode() for c in WHITE if not c.isascii()]
_WIDE_FIRST = np.isin(np.arange(256), [c[0] for c in _WIDE])
_TWO, _THREE = ([int.from_bytes(c) for c in _WIDE if len(c) == n] for n in (2, 3))
_MARGIN = 32
"""Characters trimmed off all lines at once; wider margins are trimmed line by line."""


def lines(data: Bytes, offsets: Numbers) -> tuple[Numbers, ...]:
    """Return the lines of each text as columns, and the line ends of each text."""
    texts = np.arange(len(offsets) - 1)
    low = offsets[0]
    data, offsets = data[low : offsets[-1]], offsets - low
    ends = np.flatnonzero(data == ord("\n"))
    first = np.sort(np.concatenate([offsets[:-1], ends + 1]))
    last = np.sort(np.concatenate([ends, offsets[1:]]))
    own = np.searchsorted(ends, offsets)
    counts = np.diff(own)
    text = np.repeat(texts, counts + 1)
    line = np.arange(1, len(first) + 1) - (own[:-1] + texts)[text]
    _trim(data, first, last)
    full = first < last
    text, line, first, last = text[full], line[full], first[full], last[full]
    # A code point's number is that of its byte less the continuation bytes before it.
    inner = np.flatnonzero((data & 0xC0) == 0x80)
    origin = (offsets - np.searchsorted(inner, offsets))[text]
    start = first - np.searchsorted(inner, first) - origin
    end = last - np.searchsorted(inner, last) - origin
    return text, start, end, line, first + low, last + low, counts


def _trim(data: Bytes, first: Numbers, last: Numbers) -> None:
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


def _white_after(data: Bytes, at: Numbers) -> Numbers:
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


def _white_before(data: Bytes, at: Numbers) -> Numbers:
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


def json_lines(
    data: Bytes, ways: list[list[bytes]]
) -> tuple[Numbers, NDArray[np.int8], Numbers, Numbers, NDArray[np.int8]]:
    """Return the end of each line; none is taken, since all are read as fast by their caller."""
    ends = np.flatnonzero(data == ord("\n")) + 1
    if len(data) and data[-1] != ord("\n"):
        ends = np.append(ends, len(data))
    nothing = np.zeros((0, len(ways)), np.int64)
    return ends, np.ones(len(ends), np.int8), nothing, nothing, nothing.astype(np.int8)


def unescaped(data: Bytes, starts: Numbers, ends: Numbers) -> tuple[Bytes, Numbers] | None:
    """Return what string literals without their quotes stand for, or `None` where one is none."""
    texts = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        try:
            literal = b'"%s"' % data[start:end].tobytes()
            texts.append(json.loads(literal, strict=False).encode())
        except ValueError:
            return None
    lengths = np.array([len(text) for text in texts], np.int64)
    return np.frombuffer(b"".join(texts), np.uint8), np.append(0, np.cumsum(lengths))
