"""
What a file format is: a way to split the bytes of a file into pieces and to cut texts out of them.

The pieces of a file, end to end, are its (decompressed) bytes; some of them are records with a
text. Reading and writing are the same split, so what is not cut is written back byte for byte. A
format whose rows do not stand in the bytes one by one makes pieces of its own, and a file of them.
"""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dedup.errors import SKIPPING, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import IO

    from dedup.model import I64, Strings
    from dedup.settings import Settings

Span = tuple[int, int]
"""Code points of a record's decoded text, half-open."""


class Record(Protocol):
    """One document in a file: its text, and where each code point of it stands in the bytes."""

    text: str
    """The decoded text."""
    id: str | None
    """The id field as a string, or the 1-based record number; `None` for a plain file."""
    number: int
    """1-based record number; 0 for a plain file."""
    file_line: int
    """1-based line in the file; 0 for a plain file."""
    markdown: bool

    def field(self, name: str) -> str | None:
        """
        Return the value of another field, a dotted name for one inside an object, as a text.

        Strings as they are, numbers as they are written; `None` for all else, and where there is
        none or it is empty.
        """
        ...

    def fields(self) -> tuple[str, ...]:
        """Return the names that `field` knows, those inside objects with dots."""
        ...

    def raws(self, spans: Sequence[Span]) -> list[bytes]:
        """Return the bytes that hold each of some stretches of the text (sorted, disjoint)."""
        ...

    def cut(self, spans: Sequence[Span]) -> bytes:
        """Return the bytes of the whole piece without these stretches (sorted, disjoint)."""
        ...

    def insert(self, slices: Sequence[tuple[int, bytes]]) -> bytes:
        """Undo `cut`: put raw bytes in at these code points of the (cleaned) text, in order."""
        ...


class Fault(NamedTuple):
    """Why an input cannot be used, in the parts of the message."""

    why: str
    """The reason without its place, so that equal ones can be counted."""
    place: str = ""
    """Where, within the line or file, and what stands there."""
    step: str = "mend the line"
    """What to do about it, other than skipping it."""

    def __str__(self) -> str:
        """Return reason and place."""
        return f"{self.why} ({self.place})" if self.place else self.why


class Piece(NamedTuple):
    """Some bytes of a file, in file order; `record` where they hold a text."""

    raw: bytes
    record: Record | None = None
    fault: Fault | None = None
    """Why a malformed record could not be used; it passes through as it is."""
    file_line: int = 0
    """1-based line of a malformed record."""
    lead: int = 0
    """Bytes of `raw` that part it from the record before (the comma of a JSON array): they go
    where no record before it is written."""


class Chunk(NamedTuple):
    """Records that follow one another in a file, in columns."""

    names: Strings
    """Their ids."""
    lines: I64
    """The line of each in the file, from 1."""
    text: Strings
    values: tuple[list[str | None], ...] = ()
    """Of each field that was asked for, as `Record.field` gives it."""


class Unreadable(InputError):  # noqa: N818 - so it is said in messages
    """A file that cannot be read; a class of its own, so that a walk can skip and count it."""

    def __init__(
        self, path: str, fault: Fault, *, foreign: bool = False, data: bytes = b""
    ) -> None:
        self.fault = fault
        self.foreign = foreign
        """It holds no texts at all: no fault of a file met in a walk."""
        self.data = data
        """Its bytes, where they can be put aside."""
        super().__init__(f"{path}: {fault}; {fault.step} or use {SKIPPING}")


class Checksum(Protocol):
    """A checksum in the making, as those of `hashlib`."""

    def update(self, data: bytes, /) -> None:
        """Take the next bytes."""
        ...

    def hexdigest(self) -> str:
        """Return the checksum of all so far."""
        ...


class Sink(Protocol):
    """Takes what is written."""

    def write(self, data: bytes, /) -> int:
        """Take the next bytes; give their number."""
        ...


class Format(Protocol):
    """One file format; what derives from it reads documents as it splits pieces."""

    as_bytes: bool = True
    """Its pieces, end to end, are the bytes of the file."""
    by_line: bool = False
    """Each record is a line and needs no other one to be read: `on_lines` finds it."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The suffixes of its files, in lower case."""
        ...

    @property
    def records(self) -> bool:
        """Its texts are records: they have ids, and a file may hold none."""
        ...

    def pieces(
        self, stream: IO[bytes], path: str, settings: Settings, *, to_cut: bool = True
    ) -> Iterator[Piece]:
        """
        Split a decompressed stream. Raises `Unreadable` where it cannot be read at all.

        With `to_cut` each text must be one string; else several may be joined to one (`joined`).
        """
        ...

    def on_lines(
        self,
        stream: IO[bytes],
        path: str,
        settings: Settings,
        lines: Sequence[int],  # noqa: ARG002 - for those whose records are lines
    ) -> Iterator[Piece]:
        """
        Split a decompressed stream at the records on some lines, rising from 1.

        What lies between them comes in pieces without a record. The names of the records are not
        to be trusted: they may depend on others.
        """
        return self.pieces(stream, path, settings)

    def documents(  # noqa: PLR0913 - a stream, and what is wanted of it
        self,
        stream: IO[bytes],
        path: str,
        settings: Settings,
        *,
        size: int,  # noqa: ARG002 - for those who read in columns
        fields: Sequence[str] = (),  # noqa: ARG002 - likewise
        to_cut: bool = False,
    ) -> Iterator[Piece | Chunk]:
        """
        Return the records of a stream of about `size` bytes for reading alone.

        They are those of `pieces`, with the same faults in the same places; in columns where they
        are many. `fields` are other fields whose values are wanted.
        """
        return self.pieces(stream, path, settings, to_cut=to_cut)

    def writing(self, stream: IO[bytes]) -> AbstractContextManager[Sink]:
        """Return what takes whole pieces; leaving it completes the file in `stream`."""
        return nullcontext(stream)

    def extent(self, raw: bytes) -> int:
        """Return how far a piece moves the place of the next one: by its bytes."""
        return len(raw)

    def checksum(self) -> Checksum:
        """Return an empty checksum of pieces."""
        return hashlib.sha256()
