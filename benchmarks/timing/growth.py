"""
Growth: time, peak memory and raw meetings of a corpus of 1, 2, 4, 8 and 16 times a size.

The sizes are beginnings of one corpus, half of which is distinct (`grow.py`), so that only the size
differs. A size that would take longer than what is left of the part's time is left out, and said.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import grow
from measures import corpora, cost
from measures.plot import Line, plot
from measures.tables import Table

from dedup.settings import Settings
from dedup.stages import candidates
from dedup.stages.sketch import sketch
from timing import runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from timing.runs import Bench

TIMES = (1, 2, 4, 8, 16)
RECALL = ("high", "standard")
RISE = 2.2
"""What twice the size is expected to take, at most."""
COUNTING = 0.35
"""Share of the time for counting meetings."""
NOTHING = float("nan")

Measured = dict[int, tuple[float, ...]]
"""Figures of each size that was measured."""


def measure(documents: list[grow.Article], size: int, bench: Bench) -> list[Table]:
    """Clean each size at each setting, and count raw meetings."""
    whole = bench.folder / "grown.jsonl"
    grow.grown(documents, whole, size=size * TIMES[-1])
    begin = time.perf_counter()
    counting = begin + (bench.until - begin) * COUNTING / len(RECALL)
    met = {r: _each(lambda p, r=r: _meetings(p, r), whole, size, counting) for r in RECALL}
    took: dict[str, Measured] = {}
    for left, recall in enumerate(reversed(RECALL)):
        until = bench.until - (bench.until - time.perf_counter()) * (0.6, 0.0)[left]
        took[recall] = _each(lambda p, r=recall: _cleaned(p, r, bench), whole, size, until)
    rows = [row for recall in RECALL for row in _rows(recall, size, took[recall], met[recall])]
    _draw(bench.results, rows)
    return [_table(rows)]


def _each(
    work: Callable[[Path], tuple[float, ...]], whole: Path, size: int, until: float
) -> Measured:
    """Measure sizes, from the smallest one up, for as long as there is time."""
    found: Measured = {}
    last = 0.0
    for times in TIMES:
        start = time.perf_counter()
        if found and start + last * RISE > until:
            break
        part = whole.with_name("part.jsonl")
        beginning(whole, part, size * times)
        found[times] = work(part)
        last = time.perf_counter() - start
    return found


def beginning(whole: Path, part: Path, size: int) -> None:
    """Write the lines of a file that begin within its first `size` bytes."""
    with whole.open("rb") as lines, part.open("wb") as out:
        left = size
        while left > 0 and (block := lines.read(min(left, 1 << 24))):
            left -= out.write(block)
        out.write(lines.readline())


def _cleaned(part: Path, recall: str, bench: Bench) -> tuple[float, ...]:
    command = runs.clean(part, bench.folder / "cleaned", "--recall", recall)
    run = runs.run(command, limit=bench.limit)
    if run.code:
        return (NOTHING, NOTHING)
    return (run.wall, runs.megabytes(run.peak))


def _meetings(part: Path, recall: str) -> tuple[float, ...]:
    documents = corpora.read(part).documents
    settings = Settings()
    banding = candidates.RECALL[recall]
    sketches = sketch(corpora.long_texts(documents, settings), settings, banding)
    found = cost.counted(sketches, banding, settings.threshold)
    return (found["raw meetings"], found["verified pairs"])


def _rows(recall: str, size: int, took: Measured, met: Measured) -> list[tuple[object, ...]]:
    rows = []
    for times in TIMES:
        seconds, peak = took.get(times, (NOTHING, NOTHING))
        raw, verified = met.get(times, (NOTHING, NOTHING))
        megabytes = runs.megabytes(size * times)
        a_byte = seconds / times / took[TIMES[0]][0]
        rows.append((f"--recall {recall}", times, megabytes, seconds, a_byte, peak, raw, verified))
    return rows


def _table(rows: list[tuple[object, ...]]) -> Table:
    columns = ("setting", "size", "MB", "seconds", "a byte, of that at 1", "peak, MB")
    columns += ("raw meetings a paragraph", "pairs verified a paragraph")
    note = (
        f"`clean {' '.join(runs.CLEAN)}`, one run a size, {runs.machine()}. Meetings and pairs are "
        "given a distinct paragraph of at least 8 words. –: would have taken too long; `--minutes` "
        "gives more time."
    )
    return Table("Growth", columns, rows, note)


def _draw(folder: Path, rows: list[tuple[object, ...]]) -> None:
    panels = {"seconds": 3, "peak memory, MB": 5, "raw meetings a paragraph": 6}
    lines = []
    for panel, column in panels.items():
        for name in dict.fromkeys(row[0] for row in rows):
            points = [(row[2], row[column]) for row in rows if row[0] == name]
            known = [(x, y) for x, y in points if y == y]  # noqa: PLR0124 - a number
            lines.append(Line(panel, name, dashed=False, points=known))
    title = "dedup clean, against the size of the corpus"
    plot(folder / "speed-growth.svg", title, None, lines, across="MB")
