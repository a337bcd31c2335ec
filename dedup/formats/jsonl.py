r"""
JSON lines: a record a line.

Lines end at the byte "\n" and nowhere else; a "\r" before it, and lines of white space, are no
part of a record. Malformed records count, so that a record's number does not depend on them. The
file is UTF-8 (RFC 8259), or was recoded to it, and streamed: no more than a line is in memory, or,
where it is only read, a block of lines.

What is only read is read by a kernel, into columns, without a Python object a text. It takes only
lines that every parser reads alike; of these only such are taken here whose text is a string, in
the first place where it is sought. All others are read one by one: so a record, its name and a
fault are the same either way.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import deque
from io import BufferedReader, BytesIO
from itertools import pairwise
from typing import IO, TYPE_CHECKING, NamedTuple

import numpy as np
import orjson

from dedup import kernels
from dedup.formats.interface import Chunk, Fault, Format, Piece, Unreadable
from dedup.formats.naming import Names
from dedup.formats.records import not_json, record
from dedup.formats.text import LARGEST, STEP, lines_of, refuse_binary
from dedup.model import Strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.model import I8, I64
    from dedup.settings import Settings

_END = ord("\n")
_BLANK = re.compile(rb"(?:[ \t\r\x0b\x0c]*+\n)++")
"""Lines that hold nothing."""
BLOCK = 1 << 20
"""Bytes of a block, up to a line more: it stays in the cache of a core."""
SMALL = 1 << 15
"""Bytes of a block from which columns are worth what they take: a quarter of a millisecond."""
_MOST_ODD = 16
"""Lines of a block that are read one by one among others; of a block with more all are."""


class JsonLines(Format):
    """JSON lines; a class because `Format` is a protocol of several parts."""

    suffixes = (".jsonl", ".ndjson")
    records = True
    by_line = True

    def pieces(
        self, stream: IO[bytes], path: str, settings: Settings, *, to_cut: bool = True
    ) -> Iterator[Piece]:
        """Return each line with its end as a piece. Raises `Unreadable`."""
        return _Lines(path, settings, to_cut=to_cut).pieces(stream)

    def on_lines(
        self, stream: IO[bytes], path: str, settings: Settings, lines: Sequence[int]
    ) -> Iterator[Piece]:
        """Return the records on some lines, and what lies between unread. Raises `Unreadable`."""
        return _Lines(path, settings, to_cut=True).on_lines(stream, lines)

    def documents(  # noqa: PLR0913 - a stream, and what is wanted of it
        self,
        stream: IO[bytes],
        path: str,
        settings: Settings,
        *,
        size: int,  # noqa: ARG002 - a block at a time, however many
        fields: Sequence[str] = (),
        to_cut: bool = False,
    ) -> Iterator[Piece | Chunk]:
        """Yield the records, in columns but for lines that are odd. Raises `Unreadable`."""
        lines = _Lines(path, settings, to_cut=to_cut)
        for block in _blocks(stream):
            yield from lines.block(block, (settings.text_field, settings.id_field, *fields))
        yield from lines.pieces(stream)


class _Lines:
    """Makes pieces of lines; a class because they are numbered, and named, through the file."""

    def __init__(self, path: str, settings: Settings, *, to_cut: bool) -> None:
        self._path = path
        self._to_cut = to_cut
        self._settings = settings
        self._names = Names()
        self._number = self._file_line = 0
        self._goes_on = False

    def pieces(self, stream: IO[bytes]) -> Iterator[Piece]:
        """
        Take the next lines. Raises `Unreadable`.

        Blank ones in a row are one piece; what comes after the beginning of a line that is no text
        (`lines_of`) is a piece and no record.
        """
        for raw in lines_of(stream):
            yield Piece(raw) if self._goes_on else self.piece(raw)
            self._goes_on = not raw.endswith(b"\n") and (self._goes_on or len(raw) == STEP)
            if raw.isspace() and isinstance(stream, BufferedReader):
                while blank := _BLANK.match(stream.peek(1)):
                    self._file_line += blank[0].count(b"\n")
                    yield Piece(stream.read(blank.end()))

    def on_lines(self, stream: IO[bytes], lines: Sequence[int]) -> Iterator[Piece]:
        """Take some lines, and all that lies between, which may begin and end anywhere."""
        ahead, line = deque(lines), 1
        while block := stream.read(BLOCK):
            last = line + block.count(b"\n")
            if not ahead or ahead[0] > last:
                yield Piece(block)
                line = last
                continue
            # A line that goes on behind the block, or begins there, is read to its end.
            if last in ahead:
                block += stream.readline(LARGEST)
            ends = np.flatnonzero(np.frombuffer(block, np.uint8) == _END) + 1
            starts, at = [0, *ends.tolist(), len(block)], 0
            while ahead and ahead[0] <= last:
                own = ahead.popleft() - line
                first, stop = starts[own : own + 2]
                if at < first:
                    yield Piece(block[at:first])
                self._file_line = line + own - 1
                yield self.piece(block[first:stop])
                at = stop
            if at < len(block):
                yield Piece(block[at:])
            line += len(ends)

    def piece(self, raw: bytes) -> Piece:
        """Take the next line. Raises `Unreadable`."""
        self._file_line += 1
        body = raw
        if self._file_line == 1:
            refuse_binary(raw, self._path)
            body = raw.removeprefix(BOM_UTF8)
        if len(raw) >= LARGEST:
            why = f"line {self._file_line} has more than {LARGEST >> 20} MiB"
            raise Unreadable(self._path, Fault(why, step="split the record"))
        if not body or body.isspace():
            return Piece(raw)
        self._number += 1
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            return Piece(raw, None, not_json(error, body), self._file_line)
        place = self._number, self._file_line
        made = record(raw, value, self._names, *place, self._settings, to_cut=self._to_cut)
        if isinstance(made, Fault):
            return Piece(raw, None, made, self._file_line)
        return Piece(raw, made)

    def block(self, block: bytes, names: Sequence[str]) -> Iterator[Piece | Chunk]:
        """
        Take a block of lines: text, id and other fields by their `names`. Raises `Unreadable`.

        Records come in columns, but for what is on odd lines.
        """
        if len(block) < SMALL:
            yield from self.pieces(BufferedReader(BytesIO(block)))
            return
        data = np.frombuffer(block, np.uint8)
        read = kernels.json_lines(data, [way for name in names for way in _ways(name)])
        found = _fields(read, names)

        # Which lines are taken, and which are to be read one by one.
        good = (found[0].kinds == kernels.STRING) & (found[1].kinds != kernels.OTHER)
        kinds = read.lines.copy()
        kinds[kinds == kernels.TAKEN] = np.where(good, kernels.TAKEN, kernels.ODD)
        kinds[np.diff(read.ends, prepend=0) + len(BOM_UTF8) >= LARGEST] = kernels.ODD
        odd = np.flatnonzero(kinds == kernels.ODD)
        if len(odd) > _MOST_ODD:
            yield from self.pieces(BufferedReader(BytesIO(block)))
            return

        # The records of all lines that are taken.
        rows = np.flatnonzero(kinds[read.lines == kernels.TAKEN] == kernels.TAKEN)
        text, *others = (
            Strings(*kernels.unescaped(data, field.starts[rows], field.stops[rows]))
            for field in found
        )
        values = [[value or None for value in other.list()] for other in others]

        # Those between two odd lines at a time.
        ends, lines = [0, *read.ends.tolist()], np.flatnonzero(kinds == kernels.TAKEN)
        for before, line in pairwise([-1, *odd.tolist(), len(kinds)]):
            first, stop = np.searchsorted(lines, (before + 1, line)).tolist()
            if first < stop:
                own, *rest = (value[first:stop] for value in values)
                yield Chunk(
                    Strings.of(self._names.many(own, self._number + 1)),
                    lines[first:stop] - before + self._file_line,
                    text.slice(first, stop),
                    tuple(rest),
                )
            self._number += stop - first
            self._file_line += line - before - 1
            if line < len(kinds):
                yield from self.pieces(BufferedReader(BytesIO(block[ends[line] : ends[line + 1]])))


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """
    Yield a stream in blocks of whole lines.

    At a line with a zero byte that goes on beyond its block the last one ends, and what is left of
    the stream is for the caller to read: it may be much, and no text.
    """
    while block := stream.read(BLOCK):
        if not block.endswith(b"\n"):
            tail = block.rfind(b"\n") + 1
            block += stream.readline(max(STEP - len(block) + tail, 0))
            if block.find(0, tail) >= 0:
                yield block
                return
            block += b"" if block.endswith(b"\n") else stream.readline(LARGEST)
        yield block


class _Field(NamedTuple):
    """Where the values of a field lie in a block, one a line that the kernel took."""

    starts: I64
    stops: I64
    kinds: I8


def _ways(name: str) -> list[list[bytes]]:
    """Return where a field is sought: under that very name, then, dotted, inside of objects."""
    whole = name.encode("utf-8", "surrogatepass")
    return [[whole], whole.split(b".")] if "." in name else [[whole]]


def _fields(read: kernels.JsonLines, names: Sequence[str]) -> list[_Field]:
    """Return each field by the first of its ways that leads to something other than null."""
    found = iter(map(_Field, read.starts.T, read.stops.T, read.kinds.T))
    return [_first(next(found), next(found)) if "." in name else next(found) for name in names]


def _first(one: _Field, other: _Field) -> _Field:
    """Return the values of one way, or of the other where that leads to nothing."""
    wanted = one.kinds > kernels.NULL
    return _Field(
        np.where(wanted, one.starts, other.starts),
        np.where(wanted, one.stops, other.stops),
        np.where(wanted, one.kinds, other.kinds),
    )
