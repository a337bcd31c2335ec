"""
Compressed files, by suffix: `.gz`, `.zst`, `.bz2`, `.xz`; streamed both ways.

Reading is strict: several members (frames, streams) in a row are one file, zero bytes after the
last are padding, anything else, and an end before the data's own, is an error that says where.
Against bombs: from 64 MiB of output on, no more than 200 bytes may come out of each byte that went
in; a zstd window is 128 MiB at most. Writing is deterministic: no name, no time of day.
"""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any, cast

from dedup.formats.interface import Fault, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

SUFFIXES = (".gz", ".zst", ".bz2", ".xz")

FREE_OUTPUT = 64 << 20
"""Bytes that may come out whatever the ratio."""
MAX_RATIO = 200
"""Bytes that may come out of each byte that went in, beyond that."""
_XZ_MEMORY = 256 << 20
"""Bytes that an .xz file may ask for; `xz -9` asks for 65 MiB."""
_ZST_LEVEL = 3


def unpacked(raw: IO[bytes], suffix: str, path: str) -> io.BufferedReader:
    """Read a compressed stream; reading raises `Unreadable` where it is damaged."""
    return io.BufferedReader(_Unpacked(raw, suffix, path), 1 << 18)


def packed(raw: IO[bytes], suffix: str) -> IO[bytes]:
    """Write a compressed stream: the same bytes for the same input. Closing leaves `raw` open."""
    if suffix == ".gz":
        import gzip

        return cast("IO[bytes]", gzip.GzipFile("", "wb", 6, raw, mtime=0))
    if suffix == ".zst":
        import zstandard

        packer = zstandard.ZstdCompressor(level=_ZST_LEVEL, write_checksum=True)
        return cast("IO[bytes]", packer.stream_writer(raw, closefd=False))
    if suffix == ".bz2":
        import bz2

        return bz2.BZ2File(raw, "wb")
    import lzma

    return lzma.LZMAFile(raw, "wb")


class _Unpacked(io.RawIOBase):
    """The decompressed bytes of a stream; a class because that is what `io` asks for."""

    def __init__(self, raw: IO[bytes], suffix: str, path: str) -> None:
        self._raw = raw
        self._name = suffix[1:]
        self._path = path
        self._new, self._chunk, self._errors = _codec(suffix)
        self._member: Any = None
        self._ready = b""
        self._given = 0  # bytes of `_ready` already handed over
        self._read = self._made = 0

    def readable(self) -> bool:
        """Say yes: it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """Fill a buffer and give the number of bytes; 0 at the end."""
        while self._given == len(self._ready):
            self._ready, self._given = self._next(), 0
            if not self._ready and self._member is None:
                return 0
        part = self._ready[self._given : self._given + len(buffer)]
        buffer[: len(part)] = part
        self._given += len(part)
        return len(part)

    def _next(self) -> bytes:
        """Decompress some more; nothing, and no member left, at the end."""
        rest = b""
        # A member that has ended leaves the bytes behind it, where the next one may begin.
        if self._member is not None and self._member.eof:
            rest, self._member = self._member.unused_data, None
        if self._member is None:
            while not rest.strip(b"\0"):  # padding between and after members
                rest = self._raw.read(self._chunk)
                self._read += len(rest)
                if not rest:
                    if self._made or self._read:
                        return b""
                    raise self._unreadable("empty", "")
            rest = rest.lstrip(b"\0")
            self._member = self._new()
        elif getattr(self._member, "needs_input", True):
            rest = self._raw.read(self._chunk)
            self._read += len(rest)
            if not rest:
                raise self._unreadable("cut short", f"it ends at byte {self._read}")
        # Decompress them, and refuse what grows beyond all measure.
        try:
            made: bytes = self._member.decompress(rest, *self._limit())
        except self._errors as error:
            what = str(error).split(":")[-1].strip() or type(error).__name__
            raise self._unreadable("damaged", f"near byte {self._read}: {what}") from None
        self._made += len(made)
        if self._made > max(FREE_OUTPUT, MAX_RATIO * self._read):
            why = f"it expands to more than {MAX_RATIO} times its size"
            raise Unreadable(self._path, Fault(why, step="unpack it first"))
        return made

    def _limit(self) -> tuple[int, ...]:
        """Bytes that may come out at once, for decompressors that can stop in between."""
        return (1 << 20,) if hasattr(self._member, "needs_input") else ()

    def _unreadable(self, why: str, place: str) -> Unreadable:
        fault = Fault(f"{why} {self._name} data", place, "get the file again")
        return Unreadable(self._path, fault)


def _codec(suffix: str) -> tuple[Callable[[], Any], int, tuple[type[Exception], ...]]:
    """
    Return what makes a decompressor, how many bytes to feed it at once, and what it raises.

    NOTE: a zstd or gzip decompressor cannot stop in between, so the bytes fed bound the output:
    2 KiB of zstd give at most 64 MiB, 16 KiB of gzip at most 16.
    """
    if suffix == ".gz":
        import zlib

        return (lambda: zlib.decompressobj(31)), 1 << 14, (zlib.error,)
    if suffix == ".zst":
        import zstandard

        window = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        return window.decompressobj, 1 << 11, (zstandard.ZstdError,)
    if suffix == ".bz2":
        import bz2

        return bz2.BZ2Decompressor, 1 << 14, (OSError, ValueError, EOFError)
    import lzma

    return (
        (lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY)),
        1 << 14,
        (lzma.LZMAError, EOFError),
    )
