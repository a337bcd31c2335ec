"""
Records in UTF-16 or UTF-32: read as UTF-8, and written as they were.

Every valid text has one form in each of the three, so what is not cut comes back byte for byte. By
the byte order mark, which is no part of what is read then, or by `encoding` where there are zero
bytes, as UTF-8 has none. What a file is recoded from has a name: `utf-16-le`, or with a mark
`utf-16-le-sig`; empty for UTF-8.
"""

from __future__ import annotations

import codecs
import io
from typing import IO, TYPE_CHECKING, Any

from dedup.formats.interface import Fault, Unreadable
from dedup.formats.text import SIGNED

if TYPE_CHECKING:
    from dedup.formats.interface import Sink

_CHUNK = 1 << 18


def recoded(stream: IO[bytes], name: str, path: str) -> IO[bytes]:
    """Read a stream as UTF-8, without its mark; reading raises `Unreadable`."""
    return io.BufferedReader(_Recoded(stream, name, path), _CHUNK)


class _Recoded(io.RawIOBase):
    """The UTF-8 of a stream; a class because that is what `io` asks for."""

    def __init__(self, stream: IO[bytes], name: str, path: str) -> None:
        self._stream = stream
        self._name = name.removesuffix(SIGNED)
        self._path = path
        self._decoder = codecs.getincrementaldecoder(self._name)()
        self._ready = b""
        self._read = 0
        if name.endswith(SIGNED):
            self._read = len(stream.read(len(_mark(self._name))))

    def readable(self) -> bool:
        """Say yes: it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """Fill a buffer and give the number of bytes; 0 at the end."""
        while not self._ready:
            data = self._stream.read(_CHUNK)
            try:
                self._ready = self._decoder.decode(data, final=not data).encode()
            except UnicodeDecodeError as error:
                place = f"{error.reason} near byte {self._read + error.start}"
                fault = Fault(f"not {self._name.upper()}", place, "mend it")
                raise Unreadable(self._path, fault) from None
            self._read += len(data)
            if not data:
                break
        part = self._ready[: len(buffer)]
        self._ready = self._ready[len(part) :]
        buffer[: len(part)] = part
        return len(part)


class Recoding:
    """Writes UTF-8 in another encoding; a class because characters may come in parts."""

    def __init__(self, stream: Sink, name: str) -> None:
        self._stream = stream
        self._name = name.removesuffix(SIGNED)
        self._mark = _mark(self._name) if name.endswith(SIGNED) else b""
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def write(self, data: bytes) -> int:
        """Take the next bytes; the mark goes before the first."""
        if data:
            self._stream.write(self._mark + self._decoder.decode(data).encode(self._name))
            self._mark = b""
        return len(data)


def _mark(name: str) -> bytes:
    return "\ufeff".encode(name)
