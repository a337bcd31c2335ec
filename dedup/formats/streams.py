"""The bytes of files: hashed while they are read, compressed as they were when they are written."""

from __future__ import annotations

import contextlib
import hashlib
import io
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

from dedup.formats import compression
from dedup.formats.recoding import Recoding
from dedup.formats.sources import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.formats.interface import Sink

_CHUNK = 1 << 20


class Seen(NamedTuple):
    """What reading a file has learnt of its bytes."""

    sha256: str | None
    """The checksum of the file as it is on disk; `None` where the file could not be read."""
    charset: str
    """What its records are recoded from; empty where they are UTF-8 as they are."""


class Hashing(io.RawIOBase):
    """
    A file of which every byte is hashed once; a class because that is what `io` asks for.

    Bytes are hashed as they come. What a reader goes back to is not hashed again, and what it has
    left out is read when the digest is asked for.
    """

    def __init__(self, file: IO[bytes]) -> None:
        """Hash what is read of a file; the caller closes it."""
        self._file = cast("io.BufferedReader", file)
        self._sha256 = hashlib.sha256()
        self._hashed = 0
        """Bytes from the start of the file that are hashed."""
        self._at = 0

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def seekable(self) -> bool:
        """Tell whether a reader can go back."""
        return self._file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to another place."""
        self._at = self._file.seek(offset, whence)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """Read on."""
        count = self._file.readinto(buffer)
        end = self._at + count
        if self._at <= self._hashed < end:
            self._sha256.update(memoryview(buffer)[self._hashed - self._at : count])
            self._hashed = end
        self._at = end
        return count

    def digest(self) -> str:
        """Hash what was not read, and give the digest of all bytes."""
        self.seek(self._hashed)
        buffer = bytearray(_CHUNK)
        while self.readinto(buffer):
            pass
        return self._sha256.hexdigest()


@contextlib.contextmanager
def writing(stream: IO[bytes], form: str, suffix: str, charset: str = "") -> Iterator[Sink]:
    """
    Yield what takes the pieces of a file, one after the other.

    `form` is a key of `FORMATS`, `suffix` a compression or empty, `charset` what its records were
    recoded from (`recoding`). Leaving it completes the file; `stream` stays open.
    """
    packed = compression.packed(stream, suffix) if suffix else stream
    with FORMATS[form].writing(packed) as sink:
        yield Recoding(sink, charset) if charset else sink
    if suffix:
        packed.close()
