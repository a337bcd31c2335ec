r"""
JSON lines: a record a line.

Lines end at the byte "\n" and nowhere else; a "\r" before it, and lines of white space, are no
part of a record. Malformed records count, so that a record's number does not depend on them. The
file is UTF-8 (RFC 8259), or was recoded to it, and streamed: no more than a line is in memory, or,
where it is only read, a block of lines (`bulk`).
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from io import BufferedReader, BytesIO
from typing import IO, TYPE_CHECKING

import orjson

from dedup.formats import bulk
from dedup.formats.interface import Chunk, Fault, Format, Piece, Unreadable
from dedup.formats.naming import Names
from dedup.formats.records import not_json, record
from dedup.formats.text import LARGEST, STEP, lines_of, refuse_binary
from dedup.model import Strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats.bulk import Columns
    from dedup.settings import Settings

_BLANK = re.compile(rb"(?:[ \t\r\x0b\x0c]*+\n)++")
"""Lines that hold nothing."""


class JsonLines(Format):
    """JSON lines; a class because `Format` is a protocol of several parts."""

    suffixes = (".jsonl", ".ndjson")
    records = True

    def pieces(
        self, stream: IO[bytes], path: str, settings: Settings, *, to_cut: bool = True
    ) -> Iterator[Piece]:
        """Return each line with its end as a piece. Raises `Unreadable`."""
        return _Lines(path, settings, to_cut=to_cut).pieces(stream)

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
        names = settings.text_field, settings.id_field, *fields
        for block in bulk.blocks(stream):
            for part in bulk.parsed(block, names):
                if isinstance(part, bytes):
                    yield from lines.pieces(BufferedReader(BytesIO(part)))
                else:
                    yield from lines.chunks(part)
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

    def chunks(self, columns: Columns) -> Iterator[Chunk]:
        """Take the next lines, which were parsed already, and yield their records, if any."""
        if columns.ids:
            names = Strings.of(self._names.many(columns.ids, self._number + 1))
            lines = columns.lines + self._file_line + 1
            yield Chunk(names, lines, columns.text, columns.values)
        self._number += len(columns.ids)
        self._file_line += columns.height
