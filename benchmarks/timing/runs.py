"""Whole processes: their time, processor time and peak memory; several in turn, in rounds."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = Path(__file__).parent
DEDUP = str(Path(sys.executable).with_name("dedup"))
CLEAN = ("--boilerplate", "remove", "--max-removed", "100%", "--quiet")
"""What is measured of `dedup clean`: the most that it can remove, and no guard that stops it."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took, in seconds and bytes; its children that it waited for are counted in."""

    wall: float
    user: float
    system: float
    peak: int
    """Largest resident memory of the process, or of the largest of its children."""
    code: int
    """Exit code, or minus the signal that ended it."""
    said: str = ""
    """The end of what it wrote to standard error."""

    @property
    def cpu(self) -> float:
        """Seconds of processor time."""
        return self.user + self.system


UNENDED = Run(float("inf"), float("inf"), 0.0, 0, -signal.SIGKILL)
"""Of a command that took too long."""


def run(command: Sequence[str], out: Path | None = None, limit: float | None = None) -> Run:
    """Run a command, its standard output into `out`; after `limit` seconds it is ended."""
    launch = [sys.executable, "-I", "-S", str(HERE / "launch.py"), str(out or os.devnull), *command]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            launch, stdout=subprocess.PIPE, stderr=said, start_new_session=True
        )
        try:
            took, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return replace(UNENDED, said=f"over {limit:g} s")
        said.seek(0)
        end = said.read().decode(errors="replace").strip()[-300:]
    return Run(**json.loads(took), said=end)


def report(path: Path, *options: str) -> list[str]:
    """Give the command that reports on a corpus."""
    return [DEDUP, "report", str(path), "--quiet", *options]


def clean(path: Path, out: Path, *options: str) -> list[str]:
    """Give the command that cleans a corpus into a folder, which goes first if it is there."""
    shutil.rmtree(out, ignore_errors=True)
    return [DEDUP, "clean", str(path), "-o", str(out), *CLEAN, *options]


def diff(path: Path, out: Path) -> list[str]:
    """Give the command that compares the first two records of a file."""
    return [DEDUP, "diff", f"{path}:0", f"{path}:1", "-o", str(out)]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a part of the benchmark works, and how long it may."""

    folder: Path
    """For what is generated and written; emptied at will."""
    results: Path
    rounds: int
    """Rounds where there is time for them."""
    limit: float
    """Seconds after which a run is ended."""
    until: float
    """Reading of `time.perf_counter` from which nothing further begins."""

    def has_time(self, seconds: float) -> bool:
        """Say whether so many seconds are left."""
        return time.perf_counter() + seconds <= self.until


def in_turn(commands: dict[str, Callable[[], Sequence[str]]], bench: Bench) -> dict[str, list[Run]]:
    """Run all commands one after the other, and again, so that what is slow for a while hits all."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for done in range(bench.rounds):
        start = time.perf_counter()
        for name, command in commands.items():
            took = run(command(), limit=bench.limit)
            if took.code not in {0, -signal.SIGKILL}:
                raise SystemExit(f"{name}: exit code {took.code}: {took.said}")
            runs[name].append(took)
        if done + 1 < bench.rounds and not bench.has_time(time.perf_counter() - start):
            break
    return runs


def rounds(runs: dict[str, list[Run]]) -> str:
    """Say how many rounds there were."""
    count = max(map(len, runs.values()))
    return "1 round" if count == 1 else f"{count} rounds"


def machine() -> str:
    """Say how many cores there are."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return "1 core" if count == 1 else f"{count} cores"


def median(runs: Sequence[Run], what: str) -> float:
    """Give the median of a figure."""
    return statistics.median(getattr(run, what) for run in runs)


def ratio(runs: Sequence[Run], base: Sequence[Run], what: str = "wall") -> float:
    """Give the median of the ratios to another command, round by round."""
    pairs = zip(runs, base, strict=True)
    return statistics.median(getattr(a, what) / max(getattr(b, what), 1e-9) for a, b in pairs)


def megabytes(count: float) -> float:
    """Give a number of bytes in MB."""
    return count / 1e6
