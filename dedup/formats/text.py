"""
Plain text and Markdown: a file is one document.

Text is UTF-8; UTF-16 or UTF-32 by its byte order mark; else what `encoding` names, which also
decodes what is nothing but ASCII (some encodings have 7 bits). Decoding is strict, the byte order
mark is part of the text, and line ends are left alone. A NUL byte outside UTF-16 and UTF-32 means
that the file is not text.
"""

from __future__ import annotations

import codecs
import json
import re
import tomllib
from datetime import date
from typing import IO, TYPE_CHECKING

import numpy as np

from dedup.errors import InputError, SettingsError
from dedup.formats import guessing
from dedup.formats.interface import Fault, Format, Piece, Unreadable
from dedup.formats.slices import Sliced, text_without, utf8_starts
from dedup.text.markdown import front_matter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.formats.interface import Span
    from dedup.model import I64
    from dedup.settings import Settings

_FIELD = re.compile(r"""([\w.-]+)[ \t]*:[ \t]+(["']?)(.*?)\2[ \t\r]*""")

LARGEST = 512 << 20
"""Bytes of one text; above that it is refused, since texts are held in memory whole."""

STEP = 1 << 20
"""Bytes by which a line is told to be no text."""

SIGNED = "-sig"
"""What the name of an encoding ends with where a mark stands before the text."""
MARKS = (  # NOTE: UTF-32 first, its mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Text(Format):
    """Plain text; a class because `Format` is a protocol of several parts."""

    suffixes: tuple[str, ...] = (".txt", ".text", ".log", ".srt", ".vtt", ".rst", ".adoc")
    records = False
    markdown = False

    def pieces(
        self,
        stream: IO[bytes],
        path: str,
        settings: Settings,
        *,
        to_cut: bool = True,  # noqa: ARG002 - a text is one string
    ) -> Iterator[Piece]:
        """Yield the whole file as one piece. Raises `Unreadable`."""
        data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            why = f"a text of more than {LARGEST >> 20} MiB"
            raise Unreadable(path, Fault(why, step="split it"))
        text, encoding = decoded(data, path, settings.encoding)
        yield Piece(data, TextRecord(data, text, encoding, markdown=self.markdown))


class Markdown(Text):
    """Markdown: its front matter, code and HTML are no paragraphs."""

    suffixes: tuple[str, ...] = (".md", ".markdown", ".mdx", ".qmd", ".rmd")
    markdown = True


class TextRecord(Sliced):
    """The text of a plain file."""

    __slots__ = ("_encoding",)

    def __init__(self, raw: bytes, text: str, encoding: str, *, markdown: bool) -> None:
        super().__init__(raw, text, markdown=markdown)
        self._encoding = encoding

    def field(self, name: str) -> str | None:
        """Return a field of Markdown's front matter: of YAML, what stands on one line."""
        front = self._front_matter()
        return None if front is None else _value(front, name)

    def fields(self) -> tuple[str, ...]:
        """Return the names in Markdown's front matter."""
        front = self._front_matter()
        return () if front is None else _names(front)

    def _front_matter(self) -> str | None:
        """Return the front matter as it is written, if there is any."""
        front = front_matter(self.text) if self.markdown else None
        return None if front is None else self.text[slice(*front)].lstrip("\ufeff")

    def cut(self, spans: Sequence[Span]) -> bytes:
        """
        Return the bytes of the whole file without these stretches.

        Raises `InputError` where the rest would not be read as what it is: some encodings have
        shifts, and what is left may happen to be UTF-8.
        """
        data = super().cut(spans)
        if self._encoding.startswith("utf-"):
            return data
        if decoded(data, "", self._encoding)[0] != text_without(self.text, spans):
            raise InputError(
                f"a text in {self._encoding} cannot be cut byte for byte; convert it to UTF-8"
            )
        return data

    def _find_starts(self) -> I64:
        return starts_of(self._bytes, self.text, self._encoding)


def _value(front: str, name: str) -> str | None:
    """Return the value of a field in front matter, where it is a text, a number or a date."""
    if front.startswith("---"):
        return next((value or None for own, value in _lines(front) if own == name), None)
    value: object = _parsed(front)
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    known = isinstance(value, (str, int, float, date)) and not isinstance(value, bool)
    return str(value) or None if known else None


def _names(front: str) -> tuple[str, ...]:
    """Return the names of the fields in front matter."""
    return tuple(name for name, _ in _lines(front)) or tuple(_parsed(front))


def _lines(front: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of YAML that stand on one line each."""
    for line in front.split("\n") if front.startswith("---") else ():
        if found := _FIELD.fullmatch(line):
            yield found[1], found[3]


def _parsed(front: str) -> dict[str, object]:
    """Return the fields of front matter in JSON or TOML, none where it is neither."""
    try:
        value = json.loads(front) if front.startswith("{") else tomllib.loads(front[3:-3])
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def decoded(data: bytes, path: str, encoding: str | None = None) -> tuple[str, str]:
    """
    Decode a text strictly and give the encoding that it has.

    Raises `Unreadable` that names the first wrong byte and a likely encoding, `SettingsError` for
    an `encoding` that does not exist.
    """
    for mark, name in MARKS:
        if data.startswith(mark):
            return _strict(data, path, name), name
    given = encoding_name(encoding) if encoding is not None else None
    if given is not None and (data.isascii() or not _is_utf8(data)):
        if 0 in data and not given.startswith(("utf-16", "utf-32")):
            raise _binary(data, path)
        return _strict(data, path, given), given
    if 0 in data:
        raise _binary(data, path)
    return _strict(data, path, "utf-8"), "utf-8"


def encoding_name(encoding: str) -> str:
    """Return an encoding's own name. Raises `SettingsError` where there is none such."""
    try:
        codec = codecs.lookup(encoding)
    except (LookupError, ValueError):
        codec = None
    if codec is None or not getattr(codec, "_is_text_encoding", True):
        raise SettingsError(f"encoding is {encoding!r}: give one such as cp1252 or utf-16-le")
    return codec.name


def charset(head: bytes, encoding: str | None) -> str:
    """Name what a file is to be recoded from by its first bytes; empty where it is not."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return name + SIGNED
    given = encoding_name(encoding) if encoding is not None else ""
    if given.startswith(("utf-16", "utf-32")) and 0 in head:
        return given if given.endswith("e") else f"{given}-le"
    return ""


def lines_of(stream: IO[bytes]) -> Iterator[bytes]:
    """
    Yield lines with their ends, up to `LARGEST` bytes of each at once.

    One that begins with much and has a zero byte there is no text, however long it is: its
    beginning comes alone, and the rest of it as if these were lines.
    """
    step = min(STEP, LARGEST)
    while line := stream.readline(step):
        if len(line) == step and not line.endswith(b"\n") and 0 not in line:
            line += stream.readline(LARGEST - step)
        yield line


def refuse_binary(line: bytes, path: str) -> None:
    """Raise `Unreadable` for what cannot be lines of UTF-8 by its first one."""
    if 0 in line:
        raise _binary(line, path)


def not_utf8(data: bytes, place: str) -> Fault:
    """Say where some bytes are no UTF-8, and what they are likely to be, if that can be told."""
    guess = guessing.likely(data)
    if guess is None:
        return Fault("not UTF-8", place, "its encoding is not known: give encoding='NAME'")
    return Fault("not UTF-8", f"{place}, likely {guess}", f"use encoding='{guess}'")


def garbled(line: bytes) -> Fault | None:
    """Say what in a line is not UTF-8, and in which column (in characters, from 1)."""
    try:
        line.decode()
    except UnicodeDecodeError as error:
        column = len(line[: error.start].decode()) + 1
        return not_utf8(line, f"byte 0x{line[error.start]:02x} at column {column}")
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _strict(data: bytes, path: str, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        at = error.start
        place = f"byte 0x{data[at]:02x} at offset {at}"
        fault = Fault(f"not {encoding.upper()}", place, "mend it")
        if encoding == "utf-8":
            fault = not_utf8(data, place)
        raise Unreadable(path, fault, data=data) from None
    except UnicodeError as error:
        fault = Fault(f"not {encoding.upper()}", str(error), "mend it")
        raise Unreadable(path, fault, data=data) from None


def _binary(data: bytes, path: str) -> Unreadable:
    """Say that there is a zero byte, and what the text may be that has it."""
    place = f"NUL at offset {data.index(0)}"
    fault = Fault("binary", place, "give a text")
    if name := guessing.wide(data):
        fault = Fault(f"binary, or {name.upper()}", place, f"use encoding='{name}'")
    return Unreadable(path, fault, foreign=True, data=data)


def starts_of(data: bytes, text: str, encoding: str) -> I64:
    """Return the byte at which each code point begins in any encoding, and their end."""
    if encoding == "utf-8":
        return utf8_starts(data)
    widths = {c: len(c.encode(encoding, "replace")) for c in set(text)}
    ends = np.cumsum(np.fromiter((widths[c] for c in text), np.int64, len(text)))
    if text.encode(encoding, "replace") == data and (not text or ends[-1] == len(data)):
        return np.concatenate([np.zeros(1, np.int64), ends])
    decoder = codecs.getincrementaldecoder(encoding)()
    starts, made = [0], 0
    for at in range(len(data)):
        new = len(decoder.decode(data[at : at + 1]))
        starts += [at + 1] * new
        made += new
    starts[-1] = len(data)
    return np.array(starts, np.int64)
