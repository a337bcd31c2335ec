"""
Parquet: a row is a record.

Rows are read some at a time (`tables`) and written anew with the values, schema, types and
compression that they had, in groups of as many rows as the first one has, or fewer where they are
large. Its pieces are frames (`rows`), not the bytes of the file. Arrow is imported on first use.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from typing import IO, TYPE_CHECKING, Any

from dedup.formats.interface import Fault, Format, Piece, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    import pyarrow.parquet as pq

    from dedup.formats import interface, rows
    from dedup.formats.interface import Chunk, Sink
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
        """Yield what the file says of all rows, and each row. Raises `Unreadable`."""
        from dedup.formats import tables

        with _opened(stream, path) as file:
            reader = tables.reader(file.schema_arrow, path, settings, to_cut=True)
            text = tables.text_path(file.schema_arrow, path, settings.text_field)
            header = _header(file, text)
            _check_schema(header, path)
            yield Piece(header.frame())
            for batch in _batches(file):
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
        """Yield the records in columns. Raises `Unreadable`."""
        from dedup.formats import tables

        with _opened(stream, path) as file:
            reader = tables.reader(file.schema_arrow, path, settings, to_cut=to_cut)
            for batch in _batches(file):
                yield from reader.documents(batch, fields)

    @contextlib.contextmanager
    def writing(self, stream: IO[bytes]) -> Iterator[Sink]:
        """Yield what takes frames; leaving it completes the file in `stream`."""
        writer = _Writer(stream)
        yield writer
        writer.close()

    def extent(self, raw: bytes) -> int:
        """Return how far a piece moves the place of the next one: by one, so rows count from 1."""
        return min(len(raw), 1)

    def checksum(self) -> interface.Checksum:
        """Return an empty checksum of frames, by their values."""
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


def _header(file: pq.ParquetFile, text: tuple[str, ...]) -> rows.Header:
    """Say what of a file is no row; `text` leads to its texts."""
    from dedup.formats import rows

    about = file.metadata
    group = about.row_group(0) if about.num_row_groups else None
    columns = [group.column(n) for n in range(group.num_columns)] if group is not None else []
    how = {
        "compression": {c.path_in_schema: _codec(c.compression) for c in columns},
        "version": about.format_version,
        "store_schema": b"ARROW:schema" in (about.metadata or {}),
        "int96": any(c.physical_type == "INT96" for c in columns),
    }
    return rows.Header(file.schema_arrow, text, how, group.num_rows if group else 0)


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    """Yield the rows, some at a time."""
    from dedup.formats import rows

    yield from file.iter_batches(batch_size=rows.ROWS)


def _codec(name: str) -> str:
    """Name a codec as writers know it."""
    return "NONE" if name == "UNCOMPRESSED" else name


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
