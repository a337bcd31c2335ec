"""What is written in stretches of words: their text, and where it lies in the document."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Strings
from dedup.text.lines import split_into
from dedup.text.normalising import normalise_text
from dedup.text.sentences import REACH, beginning, ending

if TYPE_CHECKING:
    from dedup.model import I32, I64, Bodies, Neighbourhoods
    from dedup.stages.seeds import Stream

_MORE = 64
"""Bytes of a stretch that are read to tell whether a sentence ends behind it."""


def edges(table: Bodies | Neighbourhoods, rows: I64, places: I32 | I64) -> I64:
    """Return where in `written` code points of paragraphs lie, in bytes."""
    own = table.written.take(rows)
    past = kernels.prefixes(own.data, own.offsets, places - table.start[rows])
    return table.written.offsets[rows] + past - own.offsets[:-1]


def around(
    table: Bodies | Neighbourhoods, rows: tuple[I64, I64], at: tuple[I64, I64], ends: I32 | I64
) -> tuple[Strings, Strings]:
    """
    Return the rest of the sentences that stretches begin and end in.

    `rows` are the first and the last paragraph of each, `at` the bytes of `written` where it begins
    and ends, and `ends` the code point where it ends. Only bytes near by are read.
    """
    data, reach = table.written.data, 4 * REACH + _MORE
    left = (table.end[rows[1]] - ends).tolist()
    before, after = [], []
    for first, own, past, rest in zip(
        *(side.tolist() for side in (table.written.offsets[rows[0]], *at)), left, strict=True
    ):
        head = data[max(first, own - reach) : own].tobytes().decode("utf-8", "ignore")
        text = data[own : own + 4].tobytes().decode("utf-8", "ignore")
        before.append(head[beginning(head + text[:1], len(head)) :])
        text = data[max(own, past - _MORE) : past].tobytes().decode("utf-8", "ignore")
        tail = data[past : past + reach].tobytes().decode("utf-8", "ignore")[:rest]
        after.append(tail[: ending(text + tail, len(text)) - len(text)])
    return Strings.of(before), Strings.of(after)


class PassageTexts:
    """
    The documents of a neighbourhood as they are written; a class because it remembers what it read.

    Stretches are units of the neighbourhood's stream, first and past; documents go by their place.
    """

    def __init__(self, neighbourhoods: Neighbourhoods, words: Stream) -> None:
        self.neighbourhoods, self.words = neighbourhoods, words
        self._texts: dict[int, str] = {}

    def read(self, spans: I64) -> tuple[I64, Strings]:
        """Return the characters of stretches of units, first to past, and their normal text."""
        units, written = self.words.units, self.neighbourhoods.written
        at = units.starts[spans[:, 0]], units.ends[spans[:, 1] - 1]
        rows = self.words.units.row[spans - (0, 1)].T
        raw = written.pieces(
            *(edges(self.neighbourhoods, *some) for some in zip(rows, at, strict=True))
        )
        data, cuts, _ = kernels.normalise(raw.data, raw.offsets)
        return (at[1] - at[0]).astype(np.int64), Strings(data, cuts)

    def piece(self, document: int, first: int, past: int) -> str:
        """Return a part of a normalised text, with the space before the next, if there is one."""
        start = int(self.words.units.starts[first]) if first < past else 0
        more = (
            past < len(self.words.units.places)
            and self.words.units.row[past] < self.words.documents[document + 1]
        )
        end = int(self.words.units.starts[past] if more else self.words.units.ends[past - 1])
        if first >= past:
            return ""
        return normalise_text(self.between(document, start, end) + "x")[:-1]

    def between(self, document: int, start: int, end: int) -> str:
        """Return the original text between two code points of a document."""
        first, past = self.words.documents[document : document + 2].tolist()
        if document not in self._texts:
            self._texts[document] = "".join(self.neighbourhoods.written.slice(first, past).list())
        origin = int(self.neighbourhoods.start[first])
        return self._texts[document][start - origin : end - origin]

    def places(self, documents: I64, firsts: I64, pasts: I64) -> tuple[I32, ...]:
        """Return offsets, paragraphs and lines of stretches of units, each its first and last."""
        units, table = self.words.units, self.neighbourhoods
        rows = units.row[firsts], units.row[pasts - 1]
        at = units.starts[firsts], units.ends[pasts - 1]
        lines = (self._lines(documents, *some) for some in zip(rows, at, strict=True))
        return (*at, *(table.no[own] for own in rows), *lines)

    def _lines(self, documents: I64, rows: I64, at: I32) -> I32:
        """Return the line on which each place of a paragraph lies; most have one line."""
        lines = self.neighbourhoods.line[rows]
        for one in np.flatnonzero(self.neighbourhoods.line_end[rows] != lines).tolist():
            lines[one] = self.line(*(int(column[one]) for column in (documents, rows, at)))
        return lines

    def line(self, document: int, row: int, at: int) -> int:
        """Return the line on which a place of a paragraph lies."""
        line, last = int(self.neighbourhoods.line[row]), int(self.neighbourhoods.line_end[row])
        start, end = int(self.neighbourhoods.start[row]), int(self.neighbourhoods.end[row])
        lines = split_into(self.between(document, start, end), last - line + 1)
        return line + bisect_right([0, *accumulate(len(one) + 1 for one in lines)], at - start) - 1
