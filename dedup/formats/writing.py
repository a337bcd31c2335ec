"""Writing: pieces into a file of their format, compressed as it was."""

from __future__ import annotations

import contextlib
from typing import IO, TYPE_CHECKING

from dedup.formats import compression
from dedup.formats.recoding import Recoding
from dedup.formats.sources import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.formats.interface import Sink


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
