"""
The non-empty lines of all texts of a batch as rows, which become paragraphs.

Most documents have a line a paragraph, so for most a kernel's rows are all of segmenting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import I64, Strings, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.model import U8
    from dedup.text.lines import Row

    Bools = NDArray[np.bool_]


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


def found_in(text: Strings, doc: int, rows: Sequence[Row]) -> Found:
    """Return the paragraphs of one text as rows of the batch."""
    table = np.array(rows, np.int64).reshape(-1, 4)
    low, high = text.offsets[doc], text.offsets[doc + 1]
    leads = np.flatnonzero((text.data[low:high] & 0xC0) != 0x80)
    at = np.append(leads, high - low) + low
    start, end = table[:, 0], table[:, 1]
    own = np.full(len(table), doc)
    return Found(own, start, end, table[:, 2], table[:, 3], at[start], at[end])


def paragraph_texts(data: U8, found: Found, firsts: I64) -> Strings:
    """Return each paragraph's text up to the next of its document; `firsts` are its first rows."""
    stops = np.append(found.first[1:], 0)
    lasts = np.append(firsts[1:], len(found))[: len(firsts)] - 1
    stops[lasts] = found.last[lasts]
    offsets = np.zeros(len(found) + 1, np.int64)
    np.cumsum((stops - found.first)[: len(found)], out=offsets[1:])
    joined, _ = kernels.pieces(data, found.first[firsts], found.last[lasts])
    return Strings(joined, offsets)
