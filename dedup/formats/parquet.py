"""
Parquet: a row is a record.

The text is a column of strings, or, by a dotted name, a field of a struct; for reading alone also
lists and several columns (`joined`). A null text is a malformed record. Rows are read some at a
time and written anew with the values, schema, types and compression that they had, in groups of as
many rows as the first one has, or fewer where they are large. Its pieces are frames (`rows`), not
the bytes of the file. Arrow is imported on first use.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from dedup.formats.interface import Chunk, Fault, Format, Piece, Unreadable
from dedup.formats.joined import one_string, path_of, several, text_of
from dedup.formats.naming import Names, no_column, refuse_twins
from dedup.formats.text import not_utf8
from dedup.model import Strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    import pyarrow.parquet as pq

    from dedup.formats import interface, rows
    from dedup.formats.interface import Sink
    from dedup.settings import Settings

_GROUP_BYTES = 128 << 20
"""Bytes of rows that are written as a group, however few they are."""
_GROUP_ROWS = 1 << 20
"""Rows of a group where the file does not say."""


class Parquet(Format):
    """Parquet; a class because `Format` is a protocol of several parts."""

    suffixes = (".parquet",)
    records = True
    as_bytes = False

    def pieces(
        self,
        stream: IO[bytes],
        path: str,
        settings: Settings,
        *,
        to_cut: bool = True,  # noqa: ARG002 - joined texts come in columns alone
    ) -> Iterator[Piece]:
        """Give what the file says of all rows, and each row. Raises `Unreadable`."""
        with _opened(stream, path) as file:
            reader = _Reader(file, settings, _text_of(file.schema_arrow, path, settings.text_field))
            header = reader.header()
            _check_schema(header, path)
            yield Piece(header.frame())
            for batch in reader.batches():
                yield from reader.pieces(batch)

    def documents(  # noqa: PLR0913 - a stream, and what is wanted of it
        self,
        stream: IO[bytes],
        path: str,
        settings: Settings,
        *,
        size: int,  # noqa: ARG002 - it is in columns as it is
        fields: Sequence[str] = (),
        to_cut: bool = False,
    ) -> Iterator[Piece | Chunk]:
        """Give the records in columns. Raises `Unreadable`."""
        with _opened(stream, path) as file:
            schema, field = file.schema_arrow, settings.text_field
            if to_cut or _is_one_string(schema, field):
                reader = _Reader(file, settings, _text_of(schema, path, field))
            else:
                _check_texts(schema, path, field)
                reader = _JoiningReader(file, settings, ())
            for batch in reader.batches():
                yield from reader.documents(batch, fields)

    @contextlib.contextmanager
    def writing(self, stream: IO[bytes]) -> Iterator[Sink]:
        """Give what takes frames; leaving it completes the file in `stream`."""
        writer = _Writer(stream)
        yield writer
        writer.close()

    def extent(self, raw: bytes) -> int:
        """Give how far a piece moves the place of the next one: by one, so rows count from 1."""
        return min(len(raw), 1)

    def checksum(self) -> interface.Checksum:
        """Give an empty checksum of frames, by their values."""
        from dedup.formats.values import Checksum

        return Checksum()


@contextlib.contextmanager
def _opened(stream: IO[bytes], path: str) -> Iterator[pq.ParquetFile]:
    """Open a file, kept aside first where it cannot be sought in. Raises `Unreadable`."""
    import pyarrow as pa
    from pyarrow import parquet

    with contextlib.ExitStack() as stack:
        if not stream.seekable():
            aside = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(stream, aside)
            stream = aside
        try:
            yield stack.enter_context(parquet.ParquetFile(stream, buffer_size=1 << 20))
        except (OSError, pa.ArrowException) as error:
            why = str(error).partition("\n")[0]
            fault = Fault("not Parquet that can be read", why, "get the file again")
            raise Unreadable(path, fault) from None


class _Reader:
    """The records of one file; a class because they are numbered, and named, through the file."""

    def __init__(self, file: pq.ParquetFile, settings: Settings, text: tuple[str, ...]) -> None:
        """Read what `text` leads to."""
        from dedup.formats import rows

        self._rows = rows
        self._file = file
        self._settings = settings
        self._names = Names()
        self._number = 0
        self.schema = file.schema_arrow
        self._text = text

    def header(self) -> rows.Header:
        """Say what of the file is no row."""
        about = self._file.metadata
        group = about.row_group(0) if about.num_row_groups else None
        columns = [group.column(n) for n in range(group.num_columns)] if group is not None else []
        file = {
            "compression": {c.path_in_schema: _codec(c.compression) for c in columns},
            "version": about.format_version,
            "store_schema": b"ARROW:schema" in (about.metadata or {}),
            "int96": any(c.physical_type == "INT96" for c in columns),
        }
        return self._rows.Header(self.schema, self._text, file, group.num_rows if group else 0)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the rows, some at a time."""
        yield from self._file.iter_batches(batch_size=self._rows.ROWS)

    def pieces(self, batch: pa.RecordBatch) -> Iterator[Piece]:
        """Give the next rows as frames."""
        rows, field = self._rows, self._settings.text_field
        texts = rows.texts_of(rows.leaf(batch, field))
        ids = self._values(batch, self._settings.id_field)
        raws = rows.frames(batch, self._text, texts)
        for place, (raw, text, own) in enumerate(zip(raws, texts, ids, strict=True)):
            self._number += 1
            number = self._number
            decoded = _decoded(text, field)
            if isinstance(decoded, Fault):
                yield Piece(raw, None, decoded, number)
                continue
            name = self._names.new(own, number)
            yield Piece(raw, rows.Row(raw, decoded, name, number, batch, place))

    def documents(self, batch: pa.RecordBatch, fields: Sequence[str]) -> Iterator[Piece | Chunk]:
        """Give the next rows in columns, or as frames where one of them is malformed."""
        rows = self._rows
        texts = rows.strings(rows.leaf(batch, self._settings.text_field))
        if texts is None:
            yield from self.pieces(batch)
            return
        names = self._names.many(self._values(batch, self._settings.id_field), self._number + 1)
        self._number += len(batch)
        values = tuple(self._values(batch, field) for field in fields)
        yield Chunk(Strings.of(names), np.zeros(len(batch), np.int64), texts, values)

    def _values(self, batch: pa.RecordBatch, field: str) -> list[str | None]:
        own = self._rows.leaf(batch, field)
        return [None] * len(batch) if own is None else self._rows.written(own)


class _JoiningReader(_Reader):
    """The records of a file whose texts are lists, or in several columns; for reading alone."""

    def documents(self, batch: pa.RecordBatch, fields: Sequence[str]) -> Iterator[Piece | Chunk]:
        """Give the next rows in columns, around those that are malformed."""
        field = self._settings.text_field
        wanted = [name for name in batch.schema.names if _leads(name, field)]
        rows = batch.select(wanted)
        ids = self._values(batch, self._settings.id_field)
        values = tuple(self._values(batch, name) for name in fields)
        good: list[int] = []
        names: list[str] = []
        texts: list[str] = []
        for place in range(len(batch)):
            self._number += 1
            text = _row_text(rows.slice(place, 1), field)
            if isinstance(text, Fault):
                raw = batch.slice(place, 1).serialize().to_pybytes()
                yield Piece(raw, None, text, self._number)
                continue
            good.append(place)
            names.append(self._names.new(ids[place], self._number))
            texts.append(text)
        own = tuple([column[place] for place in good] for column in values)
        lines = np.zeros(len(good), np.int64)
        yield Chunk(Strings.of(names), lines, Strings.of(texts), own)


def _row_text(row: pa.RecordBatch, field: str) -> str | Fault:
    """Give the text of one row."""
    try:
        (value,) = row.to_pylist()
    except UnicodeDecodeError as error:
        return Fault("not UTF-8", str(error.reason), "write the file anew")
    return text_of(value, field, to_cut=False)


def _leads(column: str, field: str) -> bool:
    """Tell whether a column is the text, or one of its fields, or holds one."""
    names = (field, *several(field))
    return column in names or column in {path_of(name)[0] for name in names}


def _codec(name: str) -> str:
    """Name a codec as writers know it."""
    return "NONE" if name == "UNCOMPRESSED" else name


def _text_of(schema: pa.Schema, path: str, field: str) -> tuple[str, ...]:
    """Find the text that is one string. Raises `Unreadable` where there is none."""
    from dedup.formats import rows

    found = rows.path_of(schema, field)
    if found is not None and _is_one_string(schema, field):
        refuse_twins(schema.names, found[0], path)
        return found
    _check_texts(schema, path, field)
    why = "names several texts" if found is None else "is a list"
    raise Unreadable(path, one_string(field, why))


def _is_one_string(schema: pa.Schema, field: str) -> bool:
    """Tell whether a field is there and a string."""
    from dedup.formats import rows

    found = rows.path_of(schema, field)
    return found is not None and _is_string(rows.kind_of(schema, found))


def _is_string(kind: pa.DataType) -> bool:
    import pyarrow as pa

    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return value in (pa.string(), pa.large_string(), pa.string_view())


def _check_texts(schema: pa.Schema, path: str, field: str) -> None:
    """Raise `Unreadable` where a column that the text is made of is not there, or is no text."""
    import pyarrow as pa

    names = (field,) if field in schema.names else several(field)
    for name in names:
        column, *inner = (name,) if name in schema.names else path_of(name)
        refuse_twins(schema.names, column, path)
        if column not in schema.names:
            raise Unreadable(path, no_column(name, schema.names), foreign=True)
        kind = _inside(schema.field(column).type)
        for key in inner:
            if not pa.types.is_struct(kind) or kind.get_field_index(key) < 0:
                raise Unreadable(path, no_column(name, schema.names), foreign=True)
            kind = _inside(kind.field(key).type)
        nested = not inner and kind != schema.field(column).type and pa.types.is_struct(kind)
        if not (_is_string(kind) or nested or (names != (field,) and pa.types.is_null(kind))):
            step = "name the text with --text-field"
            raise Unreadable(path, Fault(f"column {name!r} is {kind}, not a string", step=step))


def _inside(kind: pa.DataType) -> pa.DataType:
    """Give the type of what is in a list, and in the lists in it."""
    import pyarrow as pa

    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    while any(is_one(kind) for is_one in lists):
        kind = kind.value_type
    return kind


def _decoded(text: bytes | None, field: str) -> str | Fault:
    """Decode a text, or say what is wrong with it."""
    if text is None:
        return Fault(f"field {field!r} is null, not a string", step="leave the row out")
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        place = f"byte 0x{text[error.start]:02x} at byte {error.start + 1}"
        return not_utf8(text, place)._replace(step="write the file anew")


class _Open(io.RawIOBase):
    """A stream that stays open when Arrow closes it; a class because Arrow wants a file."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def writable(self) -> bool:
        """Say yes: it can be written to."""
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - any buffer
        """Write on."""
        return self._stream.write(bytes(data))


def _begun(stream: IO[bytes], header: rows.Header) -> pq.ParquetWriter:
    """Begin a file like the one that a header is of."""
    from pyarrow import parquet

    how = header.file
    return parquet.ParquetWriter(
        _Open(stream),
        header.schema,
        compression=how["compression"] or "snappy",
        version=how["version"],
        store_schema=how["store_schema"],
        use_deprecated_int96_timestamps=how["int96"],
        use_compliant_nested_type=False,
    )


def _check_schema(header: rows.Header, path: str) -> None:
    """Raise `Unreadable` where a file with this header would be read as another one."""
    from pyarrow import parquet

    stream = io.BytesIO()
    _begun(stream, header).close()
    found = parquet.read_schema(io.BytesIO(stream.getvalue()))
    if not found.equals(header.schema, check_metadata=True):
        pairs = zip(found, header.schema, strict=True)
        other = next((b.name for a, b in pairs if not a.equals(b, check_metadata=True)), "the file")
        fault = Fault(f"{other} cannot be written as it is", step="write the file anew")
        raise Unreadable(path, fault)


class _Writer:
    """A file of frames; a class because they come one by one."""

    def __init__(self, stream: IO[bytes]) -> None:
        from dedup.formats import rows

        self._stream = stream
        self._rows = rows.Gathered()
        self._batch = rows.ROWS
        self._waiting: list[pa.RecordBatch] = []
        self._count = self._bytes = 0
        self._file: pq.ParquetWriter | None = None

    def write(self, frames: bytes) -> int:
        """Take whole frames."""
        self._rows.add(frames)
        if len(self._rows) >= self._batch:
            self._gather()
        return len(frames)

    def close(self) -> None:
        """Write what is left, and the footer."""
        self._gather()
        if self._count or self._file is None:
            self._write()
        assert self._file is not None  # noqa: S101 - it was made to write
        self._file.close()

    def _gather(self) -> None:
        """Put rows together, and write them once they make a group."""
        assert self._rows.header is not None  # noqa: S101 - a header is the first frame
        group = self._rows.header.group or _GROUP_ROWS
        self._bytes += self._rows.bytes
        batch = self._rows.batch()
        while self._count + len(batch) >= group:
            room = group - self._count
            self._waiting.append(batch.slice(0, room))
            batch = batch.slice(room)
            self._write()
        self._waiting.append(batch)
        self._count += len(batch)
        if self._bytes >= _GROUP_BYTES:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa

        header = self._rows.header
        assert header is not None  # noqa: S101 - a header is the first frame
        if self._file is None:
            self._file = _begun(self._stream, header)
        group = pa.Table.from_batches(self._waiting, header.schema)
        self._file.write_table(group, row_group_size=max(1, len(group)))
        self._waiting, self._count, self._bytes = [], 0, 0
