"""
How much code there is: files, lines, classes and functions of each folder of `dedup`.

`long` are functions of 25 lines and more, `bare` those of them without one comment.

Run as `python tools/size.py [FOLDER ...]`, each the `dedup` of some checkout: one table, with a
column group for each. `--names` lists instead the names of classes and functions that are public
in several modules, but for twins (kernels), protocols and their kinds, commands and what runs them.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import defaultdict
from pathlib import Path

WHAT = ("files", "lines", "classes", "functions", "long", "bare")
LONG = 25
"""Lines, without the head and the docstring."""
HOME = Path(__file__).parent.parent / "dedup"
NOT_FOR_PEOPLE = ("# noqa", "# type:", "# pragma:")


def sizes(home: Path) -> dict[str, list[int]]:
    """Count the Python files below a folder, by its subfolders; `.` has those right in it."""
    found: dict[str, list[int]] = defaultdict(lambda: [0] * len(WHAT))
    for path in sorted(home.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        nodes = list(ast.walk(ast.parse(text)))
        classes = sum(isinstance(node, ast.ClassDef) for node in nodes)
        functions = [n for n in nodes if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
        long = [lines for lines in map(_lines, functions) if len(lines) >= LONG]
        comments = _comments(text)
        bare = sum(comments.isdisjoint(lines) for lines in long)
        counts = (1, text.count("\n"), classes, len(functions), len(long), bare)
        room = path.relative_to(home).parts[0] if path.parent != home else "."
        for name in (room, "all"):
            found[name] = [old + new for old, new in zip(found[name], counts, strict=True)]
    return found


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    """Return the lines of what a function does."""
    first = function.body[1 if ast.get_docstring(function) and function.body[1:] else 0]
    return range(first.lineno, (function.end_lineno or 0) + 1)


def _comments(text: str) -> set[int]:
    """Return the line that each comment for people is about, or stands in."""
    found = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith(NOT_FOR_PEOPLE):
            found |= {token.start[0], token.start[0] + 1}
    return found


def names(home: Path) -> dict[str, list[str]]:
    """Return the public names of classes and functions that several modules have, and where."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in sorted(home.rglob("*.py")):
        module = path.relative_to(home).with_suffix("").as_posix()
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                # A kernel and its twin are one, and so are a command and the function it calls.
                same = "kernels" if module.startswith("kernels/") else module
                same = "api" if module in {f"cli/{node.name}", "api"} else same
                if not node.name.startswith("_"):
                    found[node.name][same] = module
    return {name: list(places.values()) for name, places in found.items() if len(places) > 1}


def main(homes: list[str]) -> None:
    """Print the table, or the names."""
    if homes[:1] == ["--names"]:
        several = names(Path(homes[1]) if homes[1:] else HOME)
        for name, modules in sorted(several.items(), key=lambda item: (-len(item[1]), item[0])):
            print(f"{name:<20} {len(modules)}  {' '.join(modules)}")
        print(f"{len(several)} names")
        return
    tables = [sizes(Path(home)) for home in homes]
    rooms = sorted(set().union(*tables) - {"all"})
    print("folder".ljust(10), *(f"{what:>10}" for _ in tables for what in WHAT))
    for room in [*rooms, "all"]:
        counts = [count for table in tables for count in table.get(room, [0] * len(WHAT))]
        print(room.ljust(10), *(f"{count:10,}" for count in counts))


if __name__ == "__main__":
    main(sys.argv[1:] or [str(HOME)])
