"""
Rows of Arrow tables -> records: what files of Parquet and frames in memory have in common.

The text is a column of strings, or, by a dotted name, a field of a struct; for reading alone also
lists and several columns (`joined`). A null text is a malformed record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dedup.formats import rows
from dedup.formats.interface import Chunk, Fault, Piece, Unreadable
from dedup.formats.joined import one_string, path_of, several, text_of
from dedup.formats.naming import Names, no_column, refuse_twins
from dedup.formats.text import not_utf8
from dedup.model import Strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.settings import Settings


def reader(schema: pa.Schema, path: str, settings: Settings, *, to_cut: bool) -> Reader:
    """
    Return what makes records of rows; with `to_cut` each text must be one string.

    Raises `Unreadable` where there is no such text.
    """
    field = settings.text_field
    if to_cut or _is_one_string(schema, field):
        return Reader(settings, text_path(schema, path, field))
    _check_texts(schema, path, field)
    return _JoiningReader(settings, ())


class Reader:
    """The records of one table; a class because they are numbered, and named, through it."""

    def __init__(self, settings: Settings, text: tuple[str, ...]) -> None:
        """Read what `text` leads to."""
        self._settings = settings
        self._names = Names()
        self._number = 0
        self._text = text

    def pieces(self, batch: pa.RecordBatch) -> Iterator[Piece]:
        """Yield the next rows as frames."""
        field = self._settings.text_field
        texts = rows.texts_in(rows.leaf(batch, field))
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
        """Yield the next rows in columns, or as frames where one of them is malformed."""
        texts = rows.strings(rows.leaf(batch, self._settings.text_field))
        if texts is None:
            yield from self.pieces(batch)
            return
        names = self._names.many(self._values(batch, self._settings.id_field), self._number + 1)
        self._number += len(batch)
        values = tuple(self._values(batch, field) for field in fields)
        yield Chunk(Strings.of(names), np.zeros(len(batch), np.int64), texts, values)

    def _values(self, batch: pa.RecordBatch, field: str) -> list[str | None]:
        own = rows.leaf(batch, field)
        return [None] * len(batch) if own is None else rows.column_texts(own)


class _JoiningReader(Reader):
    """The records of a table whose texts are lists, or in several columns; for reading alone."""

    def documents(self, batch: pa.RecordBatch, fields: Sequence[str]) -> Iterator[Piece | Chunk]:
        """Yield the next rows in columns, around those that are malformed."""
        field = self._settings.text_field
        wanted = [name for name in batch.schema.names if leads(name, field)]
        read = batch.select(wanted)
        ids = self._values(batch, self._settings.id_field)
        values = tuple(self._values(batch, name) for name in fields)
        good: list[int] = []
        names: list[str] = []
        texts: list[str] = []
        for place in range(len(batch)):
            self._number += 1
            text = _row_text(read.slice(place, 1), field)
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
    """Return the text of one row."""
    try:
        (value,) = row.to_pylist()
    except UnicodeDecodeError as error:
        return Fault("not UTF-8", str(error.reason), "write the file anew")
    return text_of(value, field, to_cut=False)


def leads(column: str, field: str) -> bool:
    """Tell whether a column is the text, or one of its fields, or holds one."""
    names = (field, *several(field))
    return column in names or column in {path_of(name)[0] for name in names}


def text_path(schema: pa.Schema, path: str, field: str) -> tuple[str, ...]:
    """Find the text that is one string. Raises `Unreadable` where there is none."""
    found = rows.path_of(schema, field)
    if found is not None and _is_one_string(schema, field):
        refuse_twins(schema.names, found[0], path)
        return found
    _check_texts(schema, path, field)
    why = "names several texts" if found is None else "is a list"
    raise Unreadable(path, one_string(field, why))


def _is_one_string(schema: pa.Schema, field: str) -> bool:
    """Tell whether a field is there and a string."""
    found = rows.path_of(schema, field)
    return found is not None and _is_string(rows.arrow_kind(schema, found))


def _is_string(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return value in (pa.string(), pa.large_string(), pa.string_view())


def _check_texts(schema: pa.Schema, path: str, field: str) -> None:
    """Raise `Unreadable` where a column that the text is made of is not there, or is no text."""
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
            step = "name the text with text_field=…"
            raise Unreadable(path, Fault(f"column {name!r} is {kind}, not a string", step=step))


def _inside(kind: pa.DataType) -> pa.DataType:
    """Return the type of what is in a list, and in the lists in it."""
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
