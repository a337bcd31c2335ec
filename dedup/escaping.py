r"""
What of names and texts is escaped in data for programs: nothing drives a terminal, all is valid.

JSON escapes control characters, marks that reorder text and line separators as `\u…`, which says
the same. CSV has no escapes, so there they are shown as on the terminal. A file name that is no
text (a byte of it is no UTF-8; Python holds it as a lone surrogate) is shown with that byte as
`\xff`, and in JSON its bytes stand beside it, in base64:

    {"document": "caf\\xe9.txt", "document_bytes": "Y2Fm6S50eHQ="}
"""

from __future__ import annotations

import base64
import os
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_DRIVING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON should not hold as it is: DEL, C1, marks of direction, line separators, and lone
surrogates, which are no UTF-8."""
_DRIVING_BYTES = re.compile(
    rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2(?:\x80[\x8e\x8f\xa8-\xae]|\x81[\xa6-\xa9])"
)
"""The same in UTF-8, which has no surrogates."""
_IN_CSV = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
    "|\r(?!\n)"
)
"""All but tabs and line ends."""
_CONTROL = re.compile("[\0-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTES = "_bytes"


def escaped(json: str) -> str:
    """Escape in JSON what drives a terminal, and lone surrogates, which are no UTF-8."""
    return _DRIVING.sub(_as_escape, json)


def escaped_bytes(json: bytes) -> bytes:
    """Escape in the bytes of JSON what drives a terminal."""
    return _DRIVING_BYTES.sub(_as_escaped_bytes, json)


def shown_in_csv(text: str) -> str:
    """Show in a text what drives a terminal, or is no UTF-8; tabs and line ends are left."""
    return _IN_CSV.sub(lambda found: picture(found[0]), text)


def in_one_line(name: str) -> str:
    """Show the control characters of a name, so that it is one line without a tab."""
    return name if name.isprintable() else _CONTROL.sub(lambda found: picture(found[0]), name)


def picture(char: str) -> str:
    r"""Show one character that nobody sees: `^[`, `<U+202E>`, `\xff` for a byte of a name."""
    if char < " " or char == "\x7f":
        return "^" + chr(ord(char) ^ 64)
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return f"<U+{ord(char):04X}>"


def shown(name: str) -> str:
    """Show a name that is no text; any other one is given as it is."""
    return name if name.isascii() else _SURROGATE.sub(lambda found: picture(found[0]), name)


def name_to_json(name: str, key: str = "document") -> dict[str, str]:
    """Return the key and value of a file name, and its bytes where it is no text."""
    seen = shown(name)
    if seen == name:
        return {key: name}
    try:
        data = os.fsencode(name)
    except UnicodeEncodeError:  # other surrogates than those of bytes: no file is called so
        return {key: name}
    return {key: seen, key + _BYTES: base64.b64encode(data).decode("ascii")}


def name_from_json(row: Mapping[str, Any], key: str = "document") -> Any:  # noqa: ANN401 - of JSON
    """Undo `name_to_json`. Raises `ValueError`, `TypeError`, `KeyError`."""
    if key + _BYTES in row:
        return os.fsdecode(base64.b64decode(row[key + _BYTES], validate=True))
    return row[key]


def _as_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _as_escaped_bytes(found: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % ord(found[0].decode())
