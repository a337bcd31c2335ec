"""
JSON files: one record, or an array of records.

The pieces of an array are what stands before its first record, each record together with the
comma and white space before it (`Piece.lead`), and what stands after the last. The file is held in
memory whole.
"""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import IO, TYPE_CHECKING

import orjson

from dedup.formats.interface import Fault, Format, Piece, Unreadable
from dedup.formats.literal import value_end
from dedup.formats.naming import Names
from dedup.formats.records import not_json, record
from dedup.formats.text import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.formats.interface import Record
    from dedup.settings import Settings

_BLANK = b" \t\r\n"


class Json(Format):
    """A JSON file; a class because `Format` is a protocol of several parts."""

    suffixes = (".json",)
    records = True

    def pieces(self, stream: IO[bytes], path: str, settings: Settings) -> Iterator[Piece]:
        """Give what stands between the records, and the records. Raises `Unreadable`."""
        data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            fault = Fault(f"more than {LARGEST >> 20} MiB of JSON", step="make it JSON lines")
            raise Unreadable(path, fault)
        if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            fault = Fault("UTF-16, not UTF-8", step="convert it to UTF-8")
            raise Unreadable(path, fault, data=data)
        if 0 in data:
            fault = Fault("binary", f"NUL at offset {data.index(0)}", "give a text")
            raise Unreadable(path, fault, binary=True, data=data)
        body = data.removeprefix(BOM_UTF8)
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            yield Piece(data, None, not_json(error, body), error.lineno)
            return
        names = Names()
        if type(value) is not list:
            yield _piece(data, 0, record(data, value, names, 1, 1, settings), 1)
            return
        at = data.index(b"[") + 1
        yield Piece(data[:at])
        line, counted = 1, 0
        for number, item in enumerate(value, 1):
            first = at
            while data[first] in _BLANK or data[first] == ord(","):
                first += 1
            last = value_end(data, first)
            line += data.count(b"\n", counted, first)
            counted = first
            # NOTE: the blank after the bracket goes with the first record, as a comma would.
            own = record(data[at:last], item, names, number, line, settings)
            yield _piece(data[at:last], first - at if number > 1 else 0, own, line)
            at = last
        yield Piece(data[at:])


def _piece(raw: bytes, lead: int, own: Record | Fault, line: int) -> Piece:
    if isinstance(own, Fault):
        return Piece(raw, None, own, line, lead)
    return Piece(raw, own, None, 0, lead)
