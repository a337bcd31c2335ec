"""
Stages of whole commands: what each may take, what it takes, and how many cores it keeps busy.

Seconds and processor seconds are those that `--timings` writes; what the process takes before and
after its first and last note of the time is its start. Budgets are written for a floor of `FLOOR`
seconds and grow with the floor that is measured in the same rounds.
"""

from __future__ import annotations

import json
from statistics import median
from typing import TYPE_CHECKING

from measures.tables import Table

from timing import runs
from timing.whole import floor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from timing.runs import Bench, Run

FLOOR = 0.41
"""Seconds of the floor that budgets are written for."""
NONE = float("nan")
START, ALL = "starting", "all"
BLOCKS = ("boilerplate", "finding blocks", "grouping", "planning")
BUDGETS = {
    "starting": ((START,), 0.15),
    "reading": (("reading",), 0.12),
    "normalising": (("normalising",), 0.12),
    "sketching": (("sketching",), 0.25),
    "comparing signatures": (("comparing signatures",), 0.35),
    "verifying": (("verifying",), 0.25),
    "boilerplate, blocks, groups, plan": (BLOCKS, 0.30),
    "writing": (("writing",), 0.20),
    ALL: ((ALL,), 1.8),
}
"""Stages as the engine names them, put together, and the seconds that `clean` may take for them."""
COMMANDS = {
    "clean": ("clean",),
    "clean --recall standard": ("clean", "--recall", "standard"),
    "report": ("report",),
    "report --passages off": ("report", "--passages", "off"),
}


def measure(corpus: Path, bench: Bench) -> list[Table]:
    """Time the commands and the floor in turn, and say where the time of each command went."""
    notes = {name: bench.folder / f"timings of {name}" for name in COMMANDS}
    commands: dict[str, Callable[[], Sequence[str]]] = {"the floor": lambda: floor(corpus, bench)}
    for name, folder in notes.items():
        folder.mkdir()
        commands[name] = lambda n=name, f=folder: _noted(n, f, corpus, bench)
    took = runs.in_turn(commands, bench)
    base = runs.median(took["the floor"], "wall")
    return [
        _table(name, [_stages(*one) for one in zip(took[name], _read(folder), strict=True)], base)
        for name, folder in notes.items()
    ]


def _noted(name: str, notes: Path, corpus: Path, bench: Bench) -> list[str]:
    """Give the command that writes its timings beside those of the rounds before."""
    verb, *options = COMMANDS[name]
    options += ["--timings", str(notes / f"{len(list(notes.iterdir())):03}.json")]
    if verb == "clean":
        return runs.clean(corpus, bench.folder / "cleaned", *options)
    return runs.report(corpus, *options)


def _read(notes: Path) -> list[dict[str, dict[str, float]]]:
    return [json.loads(path.read_bytes()) for path in sorted(notes.iterdir())]


def _stages(run: Run, noted: dict[str, dict[str, float]]) -> dict[str, tuple[float, float]]:
    """Give the seconds and the processor seconds of each stage of one run, and of all."""
    stages, processor = noted["stages"], noted["processor"]
    found = {name: (took, processor[name]) for name, took in stages.items() if name != START}
    rest = (sum(some) for some in zip(*found.values(), strict=True))
    all_of_it = (run.wall, run.cpu)
    start = tuple(whole - part for whole, part in zip(all_of_it, rest, strict=True))
    return {START: start, **found, ALL: all_of_it}


def _table(name: str, taken: list[dict[str, tuple[float, float]]], base: float) -> Table:
    """Give a row a stage; one without a budget is shown all the same."""
    budgeted = {stage for stages, _ in BUDGETS.values() for stage in stages}
    others = dict.fromkeys(stage for one in taken for stage in one if stage not in budgeted)
    wanted = BUDGETS | {stage: ((stage,), NONE) for stage in others}
    wanted[ALL] = wanted.pop(ALL)
    rows = []
    for shown, (stages, budget) in wanted.items():
        parts = [[one.get(stage, (0.0, 0.0)) for stage in stages] for one in taken]
        wall, processor = (median(sum(p[n] for p in some) for some in parts) for n in (0, 1))
        if wall:
            may = budget * base / FLOOR
            rows.append((shown, may, wall, wall / may, processor, processor / wall))
    columns = ("stage", "budget", "seconds", "of the budget", "processor seconds", "cores busy")
    note = (
        f"Medians of {len(taken)}, {runs.machine()}; budgets are those of `clean`, written for a floor of "
        f"{FLOOR:g} s, at the floor of {base:.3g} s that was measured in turn. What overlaps counts "
        "where it ends."
    )
    return Table(f"Stages of {name}", columns, rows, note)
