"""Memory: the peak of a clean under a bound, at a quarter and at the whole of many paragraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grow
from measures.tables import Table

from dedup.settings import size as shown
from timing import runs

if TYPE_CHECKING:
    from timing.runs import Bench

PARAGRAPHS = 10_000_000
BOUND = 1 << 30
PARTS = (0.25, 1.0)


def measure(documents: list[grow.Article], scale: float, bound: int, bench: Bench) -> list[Table]:
    """Clean a corpus of so many paragraphs, and a quarter of it."""
    rows = []
    path = bench.folder / "grown.jsonl"
    for part in PARTS:
        wanted = max(1, int(PARAGRAPHS * scale * part))
        articles, paragraphs, size = grow.grown(documents, path, paragraphs=wanted)
        options = ("--memory", shown(bound), "--recall", "standard")
        run = runs.run(runs.clean(path, bench.folder / "cleaned", *options), limit=bench.limit)
        said = run.said.splitlines()[-1] if run.code and run.said else "–"
        rate = runs.megabytes(size) / run.wall
        peak = runs.megabytes(run.peak)
        rows.append(
            (paragraphs, articles, runs.megabytes(size), run.wall, rate, run.cpu, peak, said)
        )
    columns = ("paragraphs", "documents", "MB", "seconds", "MB/s", "processor seconds")
    columns += ("peak, MB", "error")
    note = (
        f"`clean {' '.join(runs.CLEAN)} --recall standard --memory {shown(bound)}` "
        f"({runs.megabytes(bound):,.0f} MB), {runs.machine()}; a run each. The peak is of resident "
        "memory, pages of mapped files included; processes beside the command, of about 80 MB each, "
        "there are from a bound of 2 GiB."
    )
    return [Table("Memory under a bound", columns, rows, note)]
