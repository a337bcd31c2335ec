"""
Where the value of a field stands in the bytes of a JSON object, and each character of it.

The object has been parsed before, so the scanner only has to find, never to judge. Of a key that
is there twice the last one counts, as it does for the parser. A dotted name (`article.body`) is a
key of that very name, or, where there is none or it is null, a path into objects.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
import orjson

from dedup.formats.slices import utf8_starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.model import I64

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BLANK = re.compile(rb"[ \t\r\n]*")
_SCALAR = re.compile(rb"[^,}\]\s]+")
_NESTED = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}]', re.DOTALL)
_HIGH, _LOW = (np.isin(np.arange(256), list(digits)) for digits in (b"89abAB", b"cdefCDEF"))
"""The second digit of the two halves of a code point that takes two escapes."""


def value_span(raw: bytes, field: str, at: int = 0) -> tuple[int, int] | None:
    """Find the value of a field, in bytes of `raw`, where an object begins at `at`."""
    found = _member(raw, field, at)
    if "." not in field or (found is not None and raw[slice(*found)] != b"null"):
        return found
    first, *rest = field.split(".")
    inner = _member(raw, first, at)
    for part in rest:
        if inner is None or raw[inner[0]] != ord("{"):
            return found
        inner = _member(raw, part, inner[0])
    return inner or found


def _member(raw: bytes, field: str, at: int) -> tuple[int, int] | None:
    """Find the value of a key of the object that begins at `at`, or after it."""
    key, found = orjson.dumps(field), None
    at = _past(_BLANK, raw, raw.index(b"{", at) + 1)
    while raw[at] != ord("}"):
        end = _past(_STRING, raw, at)
        own = raw[at:end]
        first = _past(_BLANK, raw, _past(_BLANK, raw, end) + 1)
        last = value_end(raw, first)
        if own == key or (b"\\" in own and orjson.loads(own) == field):
            found = first, last
        at = _past(_BLANK, raw, last)
        if raw[at] == ord(","):
            at = _past(_BLANK, raw, at + 1)
    return found


def literal_places(raw: bytes, field: str, text: str, offsets: Sequence[int]) -> list[int] | None:
    """
    Return the byte at which some code points of a field begin, where it is written plainly.

    Plainly: as one of the usual writers would, in the outermost object, and with no escape
    elsewhere, so that no key is hidden. `None` for all else.
    """
    key = orjson.dumps(field)
    at = raw.find(key)
    first = raw.find(b'"', at + len(key))
    inner = raw.find(b"{", raw.find(b"{") + 1)
    if at < 0 or first < 0 or raw[at + len(key) : first].strip(b" ") != b":" or 0 <= inner < at:
        return None
    for write in (_utf8, _ascii):
        literal = write(text)
        past = first + len(literal)
        if raw.startswith(literal, first):
            rest = raw[:first], raw[past:]
            if any(b"\\" in part for part in rest) or key in rest[1]:
                return None
            edges = pairwise([0, *offsets])
            return [*accumulate((len(write(text[a:b])) - 2 for a, b in edges), initial=first + 1)][
                1:
            ]
    return None


def _utf8(text: str) -> bytes:
    try:
        return orjson.dumps(text)
    except TypeError:
        return json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _ascii(text: str) -> bytes:
    return json.dumps(text).encode()


def value_end(raw: bytes, at: int) -> int:
    """Return the byte after the JSON value that begins at `at`."""
    if raw[at] == ord('"'):
        return _past(_STRING, raw, at)
    if raw[at] not in b"{[":
        return _past(_SCALAR, raw, at)
    depth = 0
    for token in _NESTED.finditer(raw, at):
        kind = token[0]
        depth += kind in (b"{", b"[")
        depth -= kind in (b"}", b"]")
        if depth == 0:
            return token.end()
    return len(raw)


def literal_starts(raw: bytes, span: tuple[int, int]) -> I64:
    """Return the byte at which each code point of a string literal begins, and where they end."""
    first, last = span[0] + 1, span[1] - 1
    inner = raw[first:last]
    starts = utf8_starts(inner)
    if b"\\" in inner:
        starts = starts[~_inside_escapes(np.frombuffer(inner, np.uint8))[starts]]
    return starts + first


def _inside_escapes(inner: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Mark the bytes inside a literal at which no character begins: an escape goes on."""
    slashes = np.flatnonzero(inner == ord("\\"))
    breaks = np.diff(slashes, prepend=-2) != 1
    escapes = slashes[(slashes - slashes[breaks][np.cumsum(breaks) - 1]) % 2 == 0]
    inside = np.zeros(len(inner) + 1, bool)
    inside[escapes + 1] = True
    escapes = escapes[inner[escapes + 1] == ord("u")]
    for digit in range(2, 6):
        inside[escapes + digit] = True
    halves = escapes[inner[escapes + 2] | 0x20 == ord("d")]
    second = inner[halves + 3]
    pairs = (np.diff(halves) == 6) & _HIGH[second[:-1]] & _LOW[second[1:]]
    inside[halves[1:][pairs]] = True
    return inside


def _past(pattern: re.Pattern[bytes], raw: bytes, at: int) -> int:
    match = pattern.match(raw, at)
    return match.end() if match else at
