"""
What JSON objects with a text have in common, one a line or several in an array.

The text field holds a string, or is `joined` where nothing is cut. The id field names the record: a
string or number as it is written (so 1.50 is not 1.5); without one, or where it is null or empty,
the record number does. A dotted name of a field (`article.body`) is a key of that very name, or,
where there is none or it is null, a path into objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from dedup.errors import RecordError
from dedup.formats.interface import Fault
from dedup.formats.joined import KINDS, MISSING, member, text_of
from dedup.formats.literal import literal_places, literal_starts, value_span
from dedup.formats.slices import Sliced
from dedup.formats.text import garbled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats.naming import Names
    from dedup.model import I64
    from dedup.settings import Settings


class JsonRecord(Sliced):
    """The text field of a JSON object; its string literal is found when something is cut."""

    __slots__ = ("_field", "_found", "_value")

    def __init__(  # noqa: PLR0913 - what `Sliced` takes, the field, and the object it is in
        self,
        raw: bytes,
        text: str,
        name: str,
        number: int,
        file_line: int,
        field: str,
        value: dict[str, Any],
    ) -> None:
        super().__init__(raw, text, name, number, file_line)
        self._field = field
        self._value = value
        self._found: tuple[Sequence[int], list[int]] = (), []

    def field(self, name: str) -> str | None:
        """Return the value of another field as a text, where there is one."""
        return field_text(self._value, name, self._bytes)

    def fields(self) -> tuple[str, ...]:
        """Return the keys of the object, and with dots those of the objects in it."""
        return tuple(_dotted(self._value))

    def places(self, offsets: Sequence[int]) -> list[int]:
        """Return the byte at which each of some code points begins (ascending; the end is one)."""
        if self._found[0] != offsets:
            found = literal_places(self._bytes, self._field, self.text, offsets)
            self._found = offsets, super().places(offsets) if found is None else found
        return self._found[1]

    def _find_starts(self) -> I64:
        span = value_span(self._bytes, self._field)
        if span is None or orjson.loads(self._bytes[slice(*span)]) != self.text:
            raise RecordError(
                f"line {self.file_line}: field {self._field!r} was not found as it was parsed; "
                "write the record anew"
            )
        return literal_starts(self._bytes, span)


def _dotted(value: dict[str, Any], before: str = "") -> Iterator[str]:
    """Yield the keys of an object and of those in it, as a person names them."""
    for key, inner in value.items():
        yield f"{before}{key}"
        if type(inner) is dict:
            yield from _dotted(inner, f"{before}{key}.")


def field_text(value: dict[str, Any], field: str, raw: bytes) -> str | None:
    """Return a string as it is and a number as it is written; `None` for all else, and if empty."""
    own = member(value, field)
    if type(own) is str:
        return own or None
    if type(own) is int:
        return str(own)
    if type(own) is float:
        span = value_span(raw, field)
        return raw[slice(*span)].decode() if span else None
    return None


def record(  # noqa: PLR0913 - one record, its place and what is known of its file
    raw: bytes,
    value: object,
    names: Names,
    number: int,
    file_line: int,
    settings: Settings,
    *,
    to_cut: bool,
) -> JsonRecord | Fault:
    """Make a record of a parsed value, or say why it cannot be."""
    if type(value) is not dict:
        return Fault(f"not an object but {KINDS[type(value).__name__]}")
    field = settings.text_field
    text = text_of(value, field, to_cut=to_cut)
    if isinstance(text, Fault):
        return text
    own = field_text(value, settings.id_field, raw)
    if own is None:
        found = member(value, settings.id_field)
        if found is not MISSING and found is not None and found != "":
            why = f"field {settings.id_field!r} is {KINDS[type(found).__name__]}"
            return Fault(why, step="name the id with id_field=…")
    name = names.new(own, number)
    return JsonRecord(raw, text, name, number, file_line, field, value)


def not_json(error: orjson.JSONDecodeError, raw: bytes) -> Fault:
    """Say why some bytes are not JSON, and in which column (in characters, from 1)."""
    fault = garbled(raw)
    if fault is not None:
        return fault._replace(step="convert the file to UTF-8")
    return Fault("not JSON", f"{error.msg} at column {error.colno}")
