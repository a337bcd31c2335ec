"""
How many rooms a clean goes through: files entered, functions, frames, and opens of its input.

A comprehension or a generator expression is part of the function that it stands in: who reads that
has read it, and from Python 3.12 on the former has no frame. They are counted beside, in a line of
their own.

Run as `python tools/trace.py`, or with `--list` for the names. It cleans one JSONL file of three
records in this process and counts what of `dedup` was called in the caller's thread; imports do not
count. Frames are those of the clean itself: calls that wait for each other, from the library on. A
generator is a stream, not a call, and what the pipeline and the engines run is their own.
"""

from __future__ import annotations

import argparse
import inspect
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dedup import Policy, api

if TYPE_CHECKING:
    from types import CodeType, FrameType

HOME = Path(api.__file__).parent
COMPREHENSIONS = ("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>")
"""Parts of functions that Python 3.11 calls as functions."""
OTHERS = ("pipeline.py", "engines/")
"""Whose calls are no frames of the clean itself."""
SHARED = " ".join(f"word{number}" for number in range(40))
RECORDS = "".join(
    f'{{"id": "{name}", "text": "{SHARED}\\nwhat {name} alone says"}}\n' for name in "abc"
)


@dataclass
class Trace:
    """What was entered; a class because `sys.setprofile` tells one call at a time."""

    functions: set[CodeType] = field(default_factory=set)
    comprehensions: set[CodeType] = field(default_factory=set)
    deepest: list[str] = field(default_factory=list)
    """The deepest stack of the clean itself, the outermost function first."""
    opens: int = 0
    """Opens of the input."""

    def called(self, frame: FrameType, event: str, _: object) -> None:
        """Note a call, and its stack if that is the deepest."""
        if event != "call" or not _is_ours(frame.f_code):
            return
        stack: list[str] = []
        is_others = False
        at: FrameType | None = frame
        while at is not None:
            if _is_import(at.f_code):
                return
            if _is_ours(at.f_code):
                is_others |= _file(at.f_code).startswith(OTHERS)
                if _waits(at.f_code):
                    stack.append(_name(at.f_code))
            at = at.f_back
        is_part = frame.f_code.co_name in COMPREHENSIONS
        (self.comprehensions if is_part else self.functions).add(frame.f_code)
        if not is_others and len(stack) > len(self.deepest):
            self.deepest = stack[::-1]

    @property
    def files(self) -> list[str]:
        """The files that were entered."""
        return sorted({_file(code) for code in self.functions})


def trace() -> Trace:
    """Clean three records and tell what was entered."""
    found = Trace()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "three.jsonl"), Path(folder, "cleaned")
        source.write_text(RECORDS)

        def opened(event: str, arguments: tuple[object, ...]) -> None:
            path = arguments[0] if event == "open" else None
            found.opens += isinstance(path, (str, bytes)) and os.fsdecode(path) == str(source)

        sys.addaudithook(opened)
        sys.setprofile(found.called)
        try:
            api.clean_to([source], target, policy=Policy(max_removed=1.0))
        finally:
            sys.setprofile(None)
    return found


def _is_ours(code: CodeType) -> bool:
    return code.co_filename.startswith(f"{HOME}{os.sep}")


def _is_import(code: CodeType) -> bool:
    """Tell whether a frame is that of one of our modules that is being imported."""
    return _is_ours(code) and code.co_name == "<module>"


def _waits(code: CodeType) -> bool:
    """Tell whether a function's frame is one that waits for what it calls."""
    return not code.co_flags & inspect.CO_GENERATOR and code.co_name not in COMPREHENSIONS


def _file(code: CodeType) -> str:
    return Path(code.co_filename).relative_to(HOME).as_posix()


def _name(code: CodeType) -> str:
    return f"{_file(code)}:{code.co_qualname}"


def main() -> None:
    """Print the figures and the deepest stack."""
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n")[0])
    parser.add_argument("--list", action="store_true", help="name the files and functions too")
    listed = parser.parse_args().list
    found = trace()
    if listed:
        print(*found.files, *sorted(map(_name, found.functions)), sep="\n")
    print(f"files {len(found.files)}")
    print(f"functions {len(found.functions)}")
    print(f"frames {len(found.deepest)}")
    print(f"opens {found.opens}")
    print(f"comprehensions {len(found.comprehensions)}")
    print(" > ".join(found.deepest))


if __name__ == "__main__":
    main()
