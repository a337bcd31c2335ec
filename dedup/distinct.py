"""
No file is written that is read, and none is written twice.

Files are compared by device and number, so that another spelling, a link or a second name of a
file is that file.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STDIN = "-"
Identity = tuple[int, int] | Path


def check_inputs(outputs: Sequence[Path], inputs: Iterable[str]) -> None:
    """Refuse an output that is one of the files read, `-` the standard input. Raises as below."""
    written: dict[Identity, Path] = {_identity(out): out for out in outputs if out.exists()}
    for path in inputs if written else ():
        out = written.get(_identity(Path(path)) if path != STDIN else _standard_input())
        if out is not None:
            name = "the standard input" if path == STDIN else path
            also = "" if name == str(out) else f" ({name})"
            raise OutputError(f"{out}: is an input of this command{also}; write to another file")


def check_apart(outputs: Iterable[Path]) -> None:
    """Refuse two outputs that are one file; a device may be given twice. Raises `OutputError`."""
    written: dict[Identity, Path] = {}
    for out in outputs:
        if out.exists() and not out.is_file():
            continue
        other = written.setdefault(_identity(out), out)
        if other is not out:
            raise OutputError(
                f"{out} and {other} are one file; give each output a file of its own"
                if str(out) != str(other)
                else f"{out} is given for two outputs; give each a file of its own"
            )


def _identity(path: Path) -> Identity:
    """Tell a file from all others; one that is not there by its place."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        return path.resolve()
    return state.st_dev, state.st_ino


def _standard_input() -> Identity:
    """Tell a file that comes by the standard input; a pipe, or none, is no file."""
    try:
        state = os.fstat(sys.stdin.fileno())
    except (AttributeError, OSError, ValueError):
        return 0, 0
    return (state.st_dev, state.st_ino) if stat.S_ISREG(state.st_mode) else (0, 0)
