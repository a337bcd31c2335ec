"""
Cutting stretches of a text out of the bytes that hold it, and putting them back.

Both need one thing: the byte at which a code point begins. What a format adds is how to find
these, so `Sliced` is a class with one method to override, or two where some are found quicker than
all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.formats.interface import Span
    from dedup.model import I64


class Sliced:
    """A text in some bytes: the `Record` of every format derives from it."""

    __slots__ = ("_bytes", "_starts", "file_line", "id", "markdown", "number", "text")

    def __init__(  # noqa: PLR0913 - what a `Record` has
        self,
        raw: bytes,
        text: str,
        name: str | None = None,
        number: int = 0,
        file_line: int = 0,
        *,
        markdown: bool = False,
    ) -> None:
        self._bytes = raw
        self._starts: I64 | None = None
        self.text = text
        self.id = name
        self.number = number
        self.file_line = file_line
        self.markdown = markdown

    def field(self, name: str) -> str | None:  # noqa: ARG002 - a text alone has no fields
        """Return the value of another field as a text, where there is one."""
        return None

    def fields(self) -> tuple[str, ...]:
        """Return the names of the other fields."""
        return ()

    def _find_starts(self) -> I64:
        """Return the byte at which each code point begins, and where the last one ends."""
        raise NotImplementedError

    def starts(self) -> I64:
        """
        Return the byte at which each code point begins, and where the last one ends.

        Raises `InputError` where bytes and text do not tally: better no cut than a wrong one.
        """
        if self._starts is None:
            starts = self._find_starts()
            if len(starts) != len(self.text) + 1:
                raise InputError(
                    f"{len(starts) - 1} characters found in the bytes of a text of "
                    f"{len(self.text)}: it cannot be cut byte for byte"
                )
            self._starts = starts
        return self._starts

    def places(self, offsets: Sequence[int]) -> list[int]:
        """Return the byte at which each of some code points begins (ascending; the end is one)."""
        found: list[int] = self.starts()[np.array(offsets, np.int64)].tolist()
        return found

    def raws(self, spans: Sequence[Span]) -> list[bytes]:
        """Return the bytes that hold each of some stretches of the text (sorted, disjoint)."""
        edges = self.places([at for span in spans for at in span])
        return [self._bytes[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]

    def cut(self, spans: Sequence[Span]) -> bytes:
        """Return the bytes of the whole piece without these stretches (sorted, disjoint)."""
        edges = [0, *self.places([at for span in spans for at in span]), len(self._bytes)]
        return b"".join(self._bytes[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))

    def insert(self, slices: Sequence[tuple[int, bytes]]) -> bytes:
        """Undo `cut`: put raw bytes in at these code points of the (cleaned) text, in order."""
        out, at = [], 0
        places = self.places([place for place, _ in slices])
        for place, (_, raw) in zip(places, slices, strict=True):
            out += [self._bytes[at:place], raw]
            at = place
        return b"".join([*out, self._bytes[at:]])


def text_without(text: str, spans: Sequence[Span]) -> str:
    """Return a text without some stretches (sorted, disjoint)."""
    stops = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    return "".join(text[a:b] for a, b in zip(stops, starts, strict=True))


def utf8_starts(data: bytes, shift: int = 0) -> I64:
    """Return the byte at which each code point of UTF-8 begins, and its end; `shift` is added."""
    own = np.frombuffer(data, np.uint8)
    starts = np.flatnonzero((own & 0xC0) != 0x80)
    return np.append(starts, len(data)) + shift
