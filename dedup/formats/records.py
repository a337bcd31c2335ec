"""
What JSON objects with a text have in common, one a line or several in an array.

The text field must be a string. The id field names the record: a string or number as it is
written (so 1.50 is not 1.5); without one, or where it is null or empty, the record number does. A
name that was there before in the file gets its record number: `id#17`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from dedup.errors import RecordError
from dedup.formats.interface import Fault
from dedup.formats.literal import literal_starts, value_span
from dedup.formats.slices import Sliced

if TYPE_CHECKING:
    from dedup.model import I64
    from dedup.settings import Settings

_KINDS = {
    "NoneType": "null",
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "list": "a list",
    "dict": "an object",
    "str": "a string",
}


class JsonRecord(Sliced):
    """The text field of a JSON object; its string literal is found when something is cut."""

    __slots__ = ("_field", "_value")

    def __init__(  # noqa: PLR0913 - what `Sliced` takes, the field and what it is a field of
        self,
        raw: bytes,
        text: str,
        name: str,
        number: int,
        file_line: int,
        field: str,
        value: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(raw, text, name, number, file_line)
        self._field = field
        self._value = value or {}

    def field(self, name: str) -> str | None:
        """Give the value of another field as a text, where there is one."""
        found: Any = self._value
        if name in found:
            found = found[name]
        else:
            for part in name.split("."):
                found = found.get(part) if type(found) is dict else None
        return (str(found) or None) if type(found) in {str, int, float} else None

    def _find_starts(self) -> I64:
        span = value_span(self._bytes, self._field)
        if span is None or orjson.loads(self._bytes[slice(*span)]) != self.text:
            raise RecordError(
                f"line {self.file_line}: field {self._field!r} was not found as it was parsed; "
                "write the record anew"
            )
        return literal_starts(self._bytes, span)


class Names:
    """The names given to the records of one file; a class because each must be new."""

    __slots__ = ("_field", "_given", "_numbered")

    def __init__(self, field: str) -> None:
        self._field = field
        self._given: set[str] = set()
        self._numbered = 0  # the first so many records have their numbers, and are not in `_given`

    def name(self, value: dict[str, Any], raw: bytes, number: int) -> str | Fault:
        """Name a record, or say why its id is none."""
        own = value.get(self._field)
        if type(own) is int:
            own = str(own)
        elif type(own) is float:
            span = value_span(raw, self._field)
            own = raw[slice(*span)].decode() if span else None
        elif own is not None and type(own) is not str:
            kind = _KINDS[type(own).__name__]
            return Fault(f"field {self._field!r} is {kind}", step="name the id with --id-field")
        if not own and not self._given and number == self._numbered + 1:
            self._numbered = number
            return str(number)
        if not self._given:
            self._given.update(map(str, range(1, self._numbered + 1)))
        name = own or str(number)
        while name in self._given:
            name = f"{name}#{number}"
        self._given.add(name)
        return name


def record(  # noqa: PLR0913 - one record, its place and what is known of its file
    raw: bytes, value: object, names: Names, number: int, file_line: int, settings: Settings
) -> JsonRecord | Fault:
    """Make a record of a parsed value, or say why it cannot be."""
    if type(value) is not dict:
        kind = _KINDS[type(value).__name__]
        return Fault(f"not an object but {kind}")
    field = settings.text_field
    text = value.get(field)
    if type(text) is not str:
        if field not in value:
            return Fault(f"no field {field!r}", step="name the text with --text-field")
        return Fault(f"field {field!r} is {_KINDS[type(text).__name__]}, not a string")
    name = names.name(value, raw, number)
    if isinstance(name, Fault):
        return name
    return JsonRecord(raw, text, name, number, file_line, field, value)


def not_json(error: orjson.JSONDecodeError, raw: bytes) -> Fault:
    """Say why some bytes are not JSON, and in which column (in characters, from 1)."""
    try:
        raw.decode()
    except UnicodeDecodeError as wrong:
        from dedup.formats.text import likely

        place = f"byte 0x{raw[wrong.start]:02x} at column {wrong.start + 1}, likely {likely(raw)}"
        return Fault("not UTF-8", place, "convert the file to UTF-8")
    return Fault("not JSON", f"{error.msg} at column {error.colno}")
