"""
Where data goes: to the standard output, or to a file that is whole or not there.

A file is written beside its place under another name, brought to disk, and renamed. An existing
file keeps its mode, a link its target; a device or a pipe is written to directly. A file that is
an input of the same command is never written.
"""

import contextlib
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from dedup import distinct
from dedup.errors import OutputError
from dedup.settings import Settings


def check_places(outputs: Iterable[Path | None], inputs: Sequence[str], settings: Settings) -> None:
    """
    Raise `OutputError` where an output cannot be written, or is an input by whatever name.

    To be asked before the work is done. `inputs` are PATHs: a text that stands in an input folder,
    or that a glob stands for, is an input. No two outputs may be one file.
    """
    wanted = [out for out in outputs if out is not None]
    for out in wanted:
        if not out.parent.is_dir():
            raise OutputError(f"{out}: there is no folder {out.parent}; make it first")
        if out.is_dir():
            raise OutputError(f"{out}: is a folder; name a file")
    distinct.check_apart(wanted)
    there = [out for out in wanted if out.exists()]
    if there:
        from dedup.formats.sources import listed

        distinct.check_inputs(there, listed(inputs, settings))


def write_output(text: str | Iterable[str | bytes], out: Path | None, *, data: bool) -> None:
    """
    Write a text, or its parts as they come.

    `data` is for programs and always UTF-8; what is for people is in the encoding of the terminal.
    Bytes are written as they are.
    Raises `OutputError` where the file cannot be written.
    """
    from dedup.reports.visible import encodable

    parts = (text,) if isinstance(text, str) else text
    # A file is whole or not there, and always UTF-8.
    if out is not None:
        with atomic_output(out) as put:
            for part in parts:
                put(part if isinstance(part, bytes) else part.encode("utf-8", "backslashreplace"))
        return
    if sys.stdout is None:
        raise OutputError("the standard output is closed; name a file with -o")
    # The standard output takes each part as it comes.
    encoding = "utf-8" if data else sys.stdout.encoding or "utf-8"
    sys.stdout.flush()
    for part in parts if data else mute(parts):
        if isinstance(part, bytes):
            if sys.stdout.isatty():
                raise OutputError("bytes would garble the terminal; name a file with -o")
            sys.stdout.buffer.write(part)
            continue
        shown = part if data else encodable(part, encoding)
        sys.stdout.buffer.write(shown.encode(encoding, "backslashreplace"))
    sys.stdout.buffer.flush()


def mute(parts: Iterable[str | bytes]) -> Iterator[str | bytes]:
    """Keep texts from speaking to the runner of a GitHub workflow, which reads its log."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        yield from parts
        return
    token = secrets.token_hex(16)
    yield f"::stop-commands::{token}\n"
    yield from parts
    yield f"::{token}::\n"


@contextlib.contextmanager
def atomic_output(out: Path) -> Iterator[Callable[[bytes], None]]:
    """Yield a function that writes to a file that appears only when the block ends well."""
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
