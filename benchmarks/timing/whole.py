"""
Whole commands against the floor: one thread that reads JSON Lines, parses each and writes it again.

Every command is a process of its own, its start included, at two settings of recall.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from measures.tables import Table

from timing import runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from timing.runs import Bench, Run

RECALL = ("high", "standard")
FLOOR = "the floor"
REPORT, BLOCKS, CLEAN = "report", "report --passages off", "clean"
START = {
    "dedup --help": [runs.DEDUP, "--help"],
    "python -c 'import typer, rich.console'": [sys.executable, "-c", "import typer, rich.console"],
}


def measure(corpus: Path, bench: Bench) -> list[Table]:
    """Time the floor, reports and cleans in turn, and the start of the command."""
    commands: dict[str, Callable[[], Sequence[str]]] = {FLOOR: lambda: floor(corpus, bench)}
    for recall in RECALL:
        for what in (REPORT, BLOCKS, CLEAN):
            commands[f"{what} --recall {recall}"] = _ours(what, recall, corpus, bench)
    took = runs.in_turn(commands, bench)
    start = runs.in_turn({name: lambda c=command: c for name, command in START.items()}, bench)
    return [_commands(took, corpus.stat().st_size), _ratios(took, start)]


def floor(corpus: Path, bench: Bench) -> list[str]:
    """Give the command that does no more than read, parse and write."""
    return [sys.executable, str(runs.HERE / "floor.py"), str(corpus), str(bench.folder / "again")]


def _ours(what: str, recall: str, corpus: Path, bench: Bench) -> Callable[[], Sequence[str]]:
    verb, *options = what.split()

    def command() -> list[str]:
        given = [*options, "--recall", recall]
        if verb == CLEAN:
            return runs.clean(corpus, bench.folder / "cleaned", *given)
        return runs.report(corpus, *given)

    return command


def _commands(took: dict[str, list[Run]], size: int) -> Table:
    rows = []
    for name, some in took.items():
        wall = runs.median(some, "wall")
        rows.append(
            (
                name,
                wall,
                runs.ratio(some, took[FLOOR]),
                runs.megabytes(size) / wall,
                runs.median(some, "cpu"),
                runs.megabytes(runs.median(some, "peak")),
            )
        )
    columns = ("command", "seconds", "of the floor's time", "MB/s", "processor seconds", "peak, MB")
    note = (
        f"Whole processes in turn, {runs.rounds(took)}, {runs.machine()}; medians. The floor: one "
        "thread of Python reads the file, parses each line with orjson and writes it again. "
        f"Clean is `clean {' '.join(runs.CLEAN)}`."
    )
    return Table("Whole commands against the floor", columns, rows, note)


def _ratios(took: dict[str, list[Run]], start: dict[str, list[Run]]) -> Table:
    rows: list[tuple[str, float]] = []
    for recall in RECALL:
        report, blocks, clean = (
            took[f"{what} --recall {recall}"] for what in (REPORT, BLOCKS, CLEAN)
        )
        rows += [
            (f"{REPORT} / {BLOCKS}, --recall {recall}", runs.ratio(report, blocks)),
            (f"{CLEAN} / {BLOCKS}, --recall {recall}", runs.ratio(clean, blocks)),
        ]
    ours, bare = start
    rows.append((f"{ours} / {bare}", runs.ratio(start[ours], start[bare])))
    return Table("Ratios", ("what", "ratio"), rows, "Medians of the ratios, round by round.")
