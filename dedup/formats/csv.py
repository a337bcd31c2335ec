r"""
CSV and TSV: a header, then a record a row.

As Python's `csv` reads them, strictly: a field in quotes may hold delimiters, line ends and doubled
quotes. The delimiter of a .csv is the first of `,` `;` tab `|` by which the header has the text
field. Lines end at the byte "\n"; blank ones are no records. Every row has as many fields as the
header: with more or fewer, one cannot tell what is text. A row is UTF-8, or else what `encoding`
names. The file is streamed, no more than a row is in memory.
"""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8
from io import StringIO
from itertools import chain
from typing import IO, TYPE_CHECKING

import numpy as np

from dedup.errors import InputError, RecordError
from dedup.formats.interface import Fault, Format, Piece, Unreadable
from dedup.formats.joined import BETWEEN, one_string, several
from dedup.formats.naming import Names, no_column, refuse_twins
from dedup.formats.slices import Sliced, text_without
from dedup.formats.text import LARGEST, encoding_name, garbled, lines_of, refuse_binary, starts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats.interface import Span
    from dedup.model import I64
    from dedup.settings import Settings

_QUOTED = re.compile(rb'"([^"]*(?:""[^"]*)*)"')


class Csv(Format):
    """Values parted by a delimiter; a class because `Format` is a protocol of several parts."""

    suffixes: tuple[str, ...] = (".csv",)
    records = True
    delimiters = ",;\t|"

    def pieces(
        self, stream: IO[bytes], path: str, settings: Settings, *, to_cut: bool = True
    ) -> Iterator[Piece]:
        """Yield the header, and each row with its line end. Raises `Unreadable`."""
        # NOTE: of the whole process; Python's own limit of 128 KiB is less than a long article.
        csv.field_size_limit(LARGEST)
        lines = _Lines(stream, path)
        yield from map(Piece, lines.blank())
        header = lines.header()
        if not header:
            return
        layout = _Layout.of(header, self.delimiters, path, settings, to_cut=to_cut)
        yield Piece(header)
        names, number = Names(), 0
        rows = csv.reader(lines, strict=True, delimiter=layout.delimiter)
        while True:
            row, fault = [], None
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                fault = Fault("not CSV", str(error))
            # The bytes of the row; an empty one is no record.
            raw, file_line, garbled = lines.taken()
            if not row and fault is None:
                yield Piece(raw)
                continue
            number += 1
            # What is not UTF-8 is decoded as the settings say; what cannot be used is a fault.
            encoding = "utf-8"
            if garbled:
                row, encoding, fault = layout.decoded(raw, settings.encoding)
            fault = fault or layout.fault(row)
            if fault is not None:
                yield Piece(raw, None, fault, file_line)
                continue
            # A record, with its name.
            name = names.new(layout.value(row, settings.id_field), number)
            record = CsvRecord(raw, row, name, number, file_line, layout, encoding)
            yield Piece(raw, record)

    def header(self, row: bytes, path: str, settings: Settings) -> tuple[tuple[str, ...], bytes]:
        """Return the names of the columns by a header, and the delimiter. Raises `Unreadable`."""
        layout = _Layout.of(row, self.delimiters, path, settings, to_cut=True)
        return layout.names, layout.delimiter.encode()


class Tsv(Csv):
    """Values parted by tabs."""

    suffixes: tuple[str, ...] = (".tsv",)
    delimiters = "\t"


class CsvRecord(Sliced):
    """The text of a row; where it stands in the bytes is found when something is cut."""

    __slots__ = ("_encoding", "_layout", "_row")

    def __init__(  # noqa: PLR0913 - what `Sliced` takes, the row, and how it is laid out
        self,
        raw: bytes,
        row: Sequence[str],
        name: str,
        number: int,
        file_line: int,
        layout: _Layout,
        encoding: str,
    ) -> None:
        super().__init__(raw, layout.text_of(row), name, number, file_line)
        self._row = row
        self._layout = layout
        self._encoding = encoding

    def field(self, name: str) -> str | None:
        """Return the value in another column, where there is one."""
        return self._layout.value(self._row, name)

    def fields(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return self._layout.names

    def cut(self, spans: Sequence[Span]) -> bytes:
        """
        Return the bytes of the whole row without these stretches.

        Raises `InputError` where the rest would be read as something else: a field without quotes
        may begin with one now, or the row of another encoding may happen to be UTF-8.
        """
        data = super().cut(spans)
        row = list(self._row)
        row[self._layout.texts[0]] = text_without(self.text, spans)
        if self._layout.read(data, self._encoding) != row:
            raise InputError(
                f"line {self.file_line} cannot be cut byte for byte: put its text in quotes, "
                "in UTF-8"
            )
        return data

    def _find_starts(self) -> I64:
        first, last = self._layout.span(self._bytes)
        quoted = self._bytes[first : first + 1] == b'"'
        inner = self._bytes[first + quoted : last - quoted]
        text = inner.decode(self._encoding)
        starts = starts_of(inner, text, self._encoding)
        if quoted and '"' in text:
            second = np.flatnonzero(np.fromiter((c == '"' for c in text), bool, len(text)))[1::2]
            starts = np.delete(starts, second)
            text = text.replace('""', '"')
        if text != self.text:
            raise RecordError(f"line {self.file_line}: the text was not found as it was parsed")
        return starts + first + quoted


class _Lines:
    """The lines of a file for `csv`; a class to remember the bytes of those that it took."""

    def __init__(self, stream: IO[bytes], path: str) -> None:
        self._lines = lines_of(stream)
        self._path = path
        self._raw: list[bytes] = []
        self._bytes = 0
        self._next = 1
        self._garbled = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        """Return the next line; what is not UTF-8 is escaped. Raises `Unreadable`."""
        raw = next(self._lines)
        self._raw.append(raw)
        self._bytes += len(raw)
        if self._bytes >= LARGEST:
            why = f"the row in line {self._next} has more than {LARGEST >> 20} MiB"
            step = "close its quotes, or split it"
            raise Unreadable(self._path, Fault(why, step=step))
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self._garbled = True
            return raw.decode("utf-8", "surrogateescape")

    def blank(self) -> Iterator[bytes]:
        """Take the blank lines before the header."""
        for raw in self._lines:
            if not raw.isspace():
                self._lines = chain([raw], self._lines)
                return
            self._next += 1
            yield raw

    def header(self) -> bytes:
        """Take the first row."""
        quotes = 0
        for line in self:
            if len(self._raw) == 1:
                refuse_binary(self._raw[0], self._path)
            quotes += line.count('"')
            if quotes % 2 == 0 and not (line.isspace() or line == "\ufeff"):
                break
        return self.taken()[0]

    def taken(self) -> tuple[bytes, int, bool]:
        """Return the bytes since the last call, the line they began in, and if not all is UTF-8."""
        raw, file_line, garbled = b"".join(self._raw), self._next, self._garbled
        self._next += len(self._raw)
        self._raw.clear()
        self._bytes = 0
        self._garbled = False
        return raw, file_line, garbled


class _Layout:
    """How the rows of a file are laid out; a class because every row asks."""

    def __init__(self, delimiter: str, columns: Sequence[str], texts: Sequence[int]) -> None:
        self.delimiter = delimiter
        self.texts = texts
        """Numbers of the text's columns, from 0: one where it is to be cut."""
        self._width = len(columns)
        self._columns = {name: number for number, name in reversed(list(enumerate(columns)))}
        part = re.escape(delimiter.encode())
        self._plain = re.compile(b"[^\\r\\n" + part + b"]*")

    @classmethod
    def of(
        cls, header: bytes, delimiters: str, path: str, settings: Settings, *, to_cut: bool
    ) -> _Layout:
        """Learn it from a header. Raises `Unreadable` where that has no text field."""
        field = settings.text_field
        # The header as text.
        try:
            decoded = header.removeprefix(BOM_UTF8).decode()
        except UnicodeDecodeError:
            if settings.encoding is None:
                raise Unreadable(path, garbled(header) or Fault("not UTF-8")) from None
            decoded = header.decode(encoding_name(settings.encoding), "replace")
        # The delimiter is the first one with which the header has the text field, or its several.
        found: list[str] = []
        for delimiter in delimiters:
            try:
                columns = _row(decoded.lstrip("\r\n"), delimiter)
            except csv.Error:
                continue
            wanted = (field,) if field in columns else several(field)
            for name in wanted:
                refuse_twins(columns, name, path)
            if all(name in columns for name in wanted):
                if to_cut and len(wanted) > 1:
                    raise Unreadable(path, one_string(field, "names several columns"))
                return cls(delimiter, columns, [columns.index(name) for name in wanted])
            found = max(found, columns, key=len)
        # No delimiter has it: what is missing is told by the longest row of names.
        missing = next((name for name in several(field) if name not in found), field)
        if b"\r" in header.rstrip(b"\r\n"):
            step = "end the lines with line feeds"
            raise Unreadable(path, Fault("lines end at carriage returns alone", step=step))
        raise Unreadable(path, no_column(missing, found), foreign=True)

    def text_of(self, row: Sequence[str]) -> str:
        """Return the text of a row: its columns that hold something, an empty line between."""
        if len(self.texts) == 1:
            return row[self.texts[0]]
        return BETWEEN.join(row[number] for number in self.texts if row[number])

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._columns)

    def value(self, row: Sequence[str], name: str) -> str | None:
        """Return what a column holds; `None` where it is empty, or there is none such."""
        number = self._columns.get(name)
        return None if number is None else row[number] or None

    def fault(self, row: Sequence[str]) -> Fault | None:
        """Say why a row is malformed, if it is."""
        if len(row) == self._width:
            return None
        return Fault(f"not the {self._width} fields of the header", f"it has {len(row)}")

    def read(self, raw: bytes, encoding: str) -> list[str] | None:
        """Read the bytes of a row, as `pieces` would; `None` where that is impossible."""
        try:
            try:
                return _row(raw.decode(), self.delimiter)
            except UnicodeDecodeError:
                return _row(raw.decode(encoding), self.delimiter)
        except (UnicodeError, csv.Error):
            return None

    def decoded(self, raw: bytes, encoding: str | None) -> tuple[list[str], str, Fault | None]:
        """Read a row that is not UTF-8: its fields, its encoding, or why it is malformed."""
        if encoding is None:
            return [], "", garbled(raw)
        name = encoding_name(encoding)
        try:
            return _row(raw.decode(name), self.delimiter), name, None
        except (UnicodeError, csv.Error) as wrong:
            return [], name, Fault(f"neither UTF-8 nor {name.upper()}", str(wrong))

    def span(self, raw: bytes) -> Span:
        """Find the text's field in the bytes of a row, its quotes included."""
        first = last = 0
        for _ in range(self.texts[0] + 1):
            found = _QUOTED.match(raw, first) or self._plain.match(raw, first)
            assert found is not None  # noqa: S101 - a plain field may be empty
            start, last = found.span()
            first = last + 1
        return start, last


def _row(text: str, delimiter: str) -> list[str]:
    return next(csv.reader(StringIO(text, newline="\n"), strict=True, delimiter=delimiter), [])
