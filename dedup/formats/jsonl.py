r"""
JSON lines: a record a line.

Lines end at the byte "\n" and nowhere else; a "\r" before it, and lines of white space, are no
part of a record. Malformed records count, so that a record's number does not depend on them. The
file is UTF-8 (RFC 8259) and streamed: no more than a line is in memory.
"""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from functools import partial
from typing import IO, TYPE_CHECKING

import orjson

from dedup.formats.interface import Fault, Piece, Unreadable
from dedup.formats.records import Names, not_json, record
from dedup.formats.text import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.settings import Settings


class JsonLines:
    """JSON lines; a class because `Format` is a protocol of several parts."""

    suffixes = (".jsonl", ".ndjson")
    records = True

    def pieces(self, stream: IO[bytes], path: str, settings: Settings) -> Iterator[Piece]:
        """Give each line with its end as a piece. Raises `Unreadable`."""
        names, number = Names(settings.id_field), 0
        for file_line, raw in enumerate(iter(partial(stream.readline, LARGEST), b""), 1):
            body = raw
            if file_line == 1:
                _refuse_binary(raw, path)
                body = raw.removeprefix(BOM_UTF8)
            if len(raw) == LARGEST:
                why = f"line {file_line} has more than {LARGEST >> 20} MiB"
                raise Unreadable(path, Fault(why, step="split the record"))
            if not body or body.isspace():
                yield Piece(raw)
                continue
            number += 1
            try:
                value = orjson.loads(body)
            except orjson.JSONDecodeError as error:
                yield Piece(raw, None, not_json(error, body), file_line)
                continue
            made = record(raw, value, names, number, file_line, settings)
            if isinstance(made, Fault):
                yield Piece(raw, None, made, file_line)
            else:
                yield Piece(raw, made)


def _refuse_binary(raw: bytes, path: str) -> None:
    """Raise `Unreadable` for what cannot be JSON lines by its first line."""
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise Unreadable(path, Fault("UTF-16, not UTF-8", step="convert it to UTF-8"))
    if 0 in raw:
        fault = Fault("binary", f"NUL at offset {raw.index(0)}", "give a text")
        raise Unreadable(path, fault, binary=True)
