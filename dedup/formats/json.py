"""
JSON files: one record, an array of records or of strings, or an object with one list of records.

The pieces of an array are what stands before its first record, each record together with the
comma and white space before it (`Piece.lead`), and what stands after the last. The file is held in
memory whole.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import IO, TYPE_CHECKING, Any

import orjson

from dedup.formats.interface import Fault, Format, Piece, Unreadable
from dedup.formats.joined import KINDS, has_text, no_field
from dedup.formats.literal import literal_starts, value_end, value_span
from dedup.formats.naming import Names
from dedup.formats.records import not_json, record
from dedup.formats.slices import Sliced
from dedup.formats.text import LARGEST, refuse_binary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats.interface import Chunk, Record
    from dedup.model import I64
    from dedup.settings import Settings

_BLANK = b" \t\r\n"
HEAD = 1 << 16
"""Bytes that must look like a text before all is read."""


class Json(Format):
    """A JSON file; a class because `Format` is a protocol of several parts."""

    suffixes = (".json",)
    records = True

    def pieces(
        self, stream: IO[bytes], path: str, settings: Settings, *, to_cut: bool = True
    ) -> Iterator[Piece]:
        """Yield what stands between the records, and the records. Raises `Unreadable`."""
        data, value = _parsed(stream, path)
        if isinstance(value, Piece):
            yield value
        else:
            yield from _split(data, value, path, settings, to_cut=to_cut)

    def documents(  # noqa: PLR0913 - a stream, and what is wanted of it
        self,
        stream: IO[bytes],
        path: str,
        settings: Settings,
        *,
        size: int,  # noqa: ARG002 - it is read whole
        fields: Sequence[str] = (),  # noqa: ARG002 - its records know theirs
        to_cut: bool = False,
    ) -> Iterator[Piece | Chunk]:
        """Yield the records. Raises `Unreadable`, also where none of them has the text field."""
        data, value = _parsed(stream, path)
        if isinstance(value, Piece):
            yield value
            return
        items, _ = _records(data, value, path, settings.text_field, to_cut=to_cut)
        if items and not any(_holds_text(item, settings.text_field) for item in items):
            raise Unreadable(path, _no_text(items[0], settings.text_field), foreign=True)
        yield from _split(data, value, path, settings, to_cut=to_cut)


def _parsed(stream: IO[bytes], path: str) -> tuple[bytes, Any]:
    """Return the bytes of a file and what they hold, or a piece that says why they are no JSON."""
    data = _read(stream, path)
    body = data.removeprefix(BOM_UTF8)
    try:
        return data, orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return data, Piece(data, None, not_json(error, body), error.lineno)


class JsonString(Sliced):
    """A string of an array that is a text by itself."""

    __slots__ = ()

    def _find_starts(self) -> I64:
        first = self._bytes.index(b'"')
        return literal_starts(self._bytes, (first, value_end(self._bytes, first)))


def _read(stream: IO[bytes], path: str) -> bytes:
    """Read a file whole. Raises `Unreadable` for one that is too large, or no text."""
    data = stream.read(HEAD)
    refuse_binary(data, path)
    data += stream.read(LARGEST + 1 - len(data))
    if len(data) > LARGEST:
        fault = Fault(f"more than {LARGEST >> 20} MiB of JSON", step="make it JSON lines")
        raise Unreadable(path, fault)
    refuse_binary(data, path)
    return data


def _split(
    data: bytes, value: object, path: str, settings: Settings, *, to_cut: bool
) -> Iterator[Piece]:
    """Split a parsed file into its records and what stands between them."""
    names = Names()
    # A file of one record is one piece.
    items, at = _records(data, value, path, settings.text_field, to_cut=to_cut)
    if at is None:
        yield _piece(data, 0, record(data, value, names, 1, 1, settings, to_cut=to_cut), 1)
        return
    yield Piece(data[:at])
    line, counted = 1 + data.count(b"\n", 0, at), at
    for number, item in enumerate(items, 1):
        # Where the record begins, behind white space and a comma, and on which line.
        first = at
        while data[first] in _BLANK or data[first] == ord(","):
            first += 1
        last = value_end(data, first)
        line += data.count(b"\n", counted, first)
        counted = first
        # NOTE: the blank after the bracket goes with the first record, as a comma would.
        raw = data[at:last]
        own: Record | Fault
        if type(item) is str:
            own = JsonString(raw, item, names.new(None, number), number, line)
        else:
            own = record(raw, item, names, number, line, settings, to_cut=to_cut)
        yield _piece(raw, first - at if number > 1 else 0, own, line)
        at = last
    yield Piece(data[at:])


def _records(
    data: bytes, value: object, path: str, field: str, *, to_cut: bool
) -> tuple[list[object], int | None]:
    """
    Return the records of a file, and where they begin in it; `None` for one alone.

    They are an array, or the only list of objects in an object that has no text itself. A clean
    that empties one of two such lists could not tell them apart again: it takes one with one list.
    """
    if type(value) is list:
        return value, data.index(b"[") + 1
    if type(value) is not dict or has_text(value, field):
        return [value], None
    lists = [key for key, own in value.items() if type(own) is list and _are_objects(own)]
    filled = [key for key in lists if value[key]]
    if not lists or len(filled) > 1:
        return [value], None
    if to_cut and len(lists) > 1:
        why = f"lists {', '.join(map(repr, lists[:3]))} beside one another"
        raise Unreadable(path, Fault(why, step="give the list of records alone"))
    key = (filled or lists)[0]
    # A key may hold a dot, which `value_span` would take for a path where the key is not there.
    span = value_span(data, key)
    assert span is not None  # noqa: S101 - it was parsed
    return value[key], span[0] + 1


def _are_objects(items: list[object]) -> bool:
    return all(type(item) is dict for item in items)


def _holds_text(item: object, field: str) -> bool:
    return type(item) is str or has_text(item, field)


def _no_text(item: object, field: str) -> Fault:
    """Say that none of the records has the text field."""
    if type(item) is dict:
        return no_field(field, item)
    return Fault(f"not an object but {KINDS[type(item).__name__]}", step="give records with texts")


def _piece(raw: bytes, lead: int, own: Record | Fault, line: int) -> Piece:
    if isinstance(own, Fault):
        return Piece(raw, None, own, line, lead)
    return Piece(raw, own, None, 0, lead)
