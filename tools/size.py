"""
How much code there is: files, lines, classes and functions of each folder of `dedup`.

Run as `python tools/size.py [FOLDER ...]`, each the `dedup` of some checkout: one table, with a
column group for each.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from pathlib import Path

WHAT = ("files", "lines", "classes", "functions")


def sizes(home: Path) -> dict[str, list[int]]:
    """Count the Python files below a folder, by its subfolders; `.` has those right in it."""
    found: dict[str, list[int]] = defaultdict(lambda: [0] * len(WHAT))
    for path in sorted(home.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        nodes = list(ast.walk(ast.parse(text)))
        classes = sum(isinstance(node, ast.ClassDef) for node in nodes)
        functions = sum(isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) for node in nodes)
        counts = (1, text.count("\n"), classes, functions)
        room = path.relative_to(home).parts[0] if path.parent != home else "."
        for name in (room, "all"):
            found[name] = [old + new for old, new in zip(found[name], counts, strict=True)]
    return found


def main(homes: list[str]) -> None:
    """Print the table."""
    tables = [sizes(Path(home)) for home in homes]
    rooms = sorted(set().union(*tables) - {"all"})
    print("folder".ljust(10), *(f"{what:>10}" for _ in tables for what in WHAT))
    for room in [*rooms, "all"]:
        counts = [count for table in tables for count in table.get(room, [0] * len(WHAT))]
        print(room.ljust(10), *(f"{count:10,}" for count in counts))


if __name__ == "__main__":
    main(sys.argv[1:] or [str(Path(__file__).parent.parent / "dedup")])
