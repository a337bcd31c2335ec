"""
Where data goes: to the standard output, or to a file that is whole or not there.

A file is written beside its place under another name, brought to disk, and renamed. An existing
file keeps its mode, a link its target; a device or a pipe is written to directly. A file that is
an input of the same command is never written.
"""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from dedup.errors import OutputError
from dedup.settings import Settings


def check_place(out: Path | None, inputs: Sequence[str], settings: Settings) -> None:
    """
    Raise `OutputError` where the output cannot be written, or is an input by whatever name.

    To be asked before the work is done. A text that stands in an input folder is an input.
    """
    if out is None:
        return
    if not out.parent.is_dir():
        raise OutputError(f"{out}: there is no folder {out.parent}; make it first")
    if out.is_dir():
        raise OutputError(f"{out}: is a folder; name a file")
    if not out.exists():
        return
    here = out.stat()
    for path in [file for given in inputs for file in _files(given, out, settings)]:
        with contextlib.suppress(OSError):
            there = Path(path).stat()
            if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino):
                raise OutputError(f"{out}: is an input of this command; write to another file")


def _files(given: str, out: Path, settings: Settings) -> list[str]:
    """Give the files that a PATH stands for; of a folder only if the output stands in it."""
    if not Path(given).is_dir():
        return [given]
    if Path(given).resolve() not in out.resolve().parents:
        return []
    from dedup.errors import InputError
    from dedup.formats import sources

    try:
        return [source.path for source in sources([given], settings).files]
    except InputError:
        return []


def write(text: str | Iterable[str | bytes], out: Path | None, *, data: bool) -> None:
    """
    Write a text, or its parts as they come.

    `data` is for programs and always UTF-8; what is for people is in the encoding of the terminal.
    Bytes are written as they are.
    Raises `OutputError` where the file cannot be written.
    """
    from dedup.reports.visible import encodable

    parts = (text,) if isinstance(text, str) else text
    if out is not None:
        with whole(out) as put:
            for part in parts:
                put(part if isinstance(part, bytes) else part.encode("utf-8", "backslashreplace"))
        return
    if sys.stdout is None:
        raise OutputError("the standard output is closed; name a file with -o")
    encoding = "utf-8" if data else sys.stdout.encoding or "utf-8"
    sys.stdout.flush()
    for part in parts:
        if isinstance(part, bytes):
            if sys.stdout.isatty():
                raise OutputError("bytes would garble the terminal; name a file with -o")
            sys.stdout.buffer.write(part)
            continue
        shown = part if data else encodable(part, encoding)
        sys.stdout.buffer.write(shown.encode(encoding, "backslashreplace"))
    sys.stdout.buffer.flush()


@contextlib.contextmanager
def whole(out: Path) -> Iterator[Callable[[bytes], None]]:
    """Give a function that writes to a file that appears only when the block ends well."""
    from dedup import atomic

    stack = contextlib.ExitStack()
    file: IO[bytes]
    with _explained(out):
        if out.exists() and not out.is_file():
            file = stack.enter_context(out.open("wb"))
        else:
            file = stack.enter_context(atomic.whole(out))

    def put(data: bytes) -> None:
        with _explained(out):
            file.write(data)

    try:
        yield put
    except BaseException:
        stack.__exit__(*sys.exc_info())
        raise
    with _explained(out):
        stack.close()


@contextlib.contextmanager
def _explained(out: Path) -> Iterator[None]:
    """Name the output in what the system says against it."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror}") from error
