"""
What the same job takes on Spark: beside the local engine, by size, and what it shuffles.

    python benchmarks/spark.py --corpus news.jsonl --documents 500,1000,2000,4000
    python benchmarks/spark.py --corpus news.jsonl --documents 2000 --stages
    python benchmarks/spark.py --corpus news.jsonl --documents 2000 --master spark://HOST:7077

Each size is run on both engines, on as many cores, and the reports are compared. The bytes that are
shuffled, and the time of all tasks, are Spark's own figures, from its REST interface; the first run
of a session is shown apart, since in it a process learns and compiles what it does. Of several
sizes a line is fitted: what a run takes whatever its size, what each MB takes, and what follows for
other sizes. With `--stages` each step is made at once, and shown with what it shuffles.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
import urllib.request
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import dedup
from dedup.engines.cluster import spark_engine
from dedup.engines.spark import SparkEngine
from dedup.engines.spark_rows import make_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

AS_IT_WENT = ("candidates", "rejected", "buckets_cut")
CONF = (
    "spark.ui.retainedStages=100000",
    "spark.driver.bindAddress=127.0.0.1",
    "spark.driver.host=127.0.0.1",
)
SIZES = {"10 GB": 1e4, "1 TB": 1e6, "100 TB": 1e8}
"""MB of text that are reckoned with."""


class Run(NamedTuple):
    """What one size takes."""

    documents: int
    mb: float
    """Of text."""
    local: float
    """Seconds on the local engine,"""
    spark: float
    """and on Spark."""
    tasks: float
    """Seconds of all its tasks."""
    shuffled: float
    """MB."""
    same: bool
    """The reports are the same."""


class Stage(NamedTuple):
    """What one stage takes."""

    name: str
    seconds: float
    shuffled: int
    rows: int


class Eager(SparkEngine):
    """Makes what each stage gives at once; a class since the stages are looked at one by one."""

    stages: list[Stage]

    def _run(self, frame: Any, task: Any, source: Any, stage: Any, kind: Any, needs: Any) -> Any:  # noqa: ANN401, PLR0913 - as the engine has it
        began, before = time.monotonic(), shuffled(self)[0]
        made = super()._run(frame, task, source, stage, kind, needs)
        tables = made if isinstance(kind, tuple) else (made,)
        make_all([need for table in tables for need in table.needs])
        rows = sum(sum(table.sizes()) for table in tables)
        taken = time.monotonic() - began
        self.stages.append(Stage(name_of(stage), taken, shuffled(self)[0] - before, rows))
        return made


def main() -> None:
    """Measure each size, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--corpus", type=Path, required=True, help="JSON lines, a field text")
    parser.add_argument("--documents", default="500,1000,2000,4000", help="sizes to measure")
    parser.add_argument("--master", default=f"local[{os.cpu_count()}]")
    parser.add_argument("--recall", default="standard")
    parser.add_argument("--conf", action="append", default=[], help="KEY=VALUE of Spark's")
    parser.add_argument("--stages", action="store_true", help="stage by stage, for each size")
    given = parser.parse_args()
    began = time.monotonic()
    engine = spark_engine(given.master, [*CONF, *given.conf], lambda *_: None)
    print(f"session: {time.monotonic() - began:.1f} s", flush=True)
    lines = given.corpus.read_bytes().splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as folder:
        warm = written(Path(folder), lines[:100])
        began = time.monotonic()
        dedup.find(warm, engine=engine, recall=given.recall)
        print(f"first run, of 100 documents: {time.monotonic() - began:.1f} s", flush=True)
        paths = [written(Path(folder), lines[: int(n)]) for n in given.documents.split(",")]
        if given.stages:
            for path in paths:
                print_stages(path, engine, given.recall)
            return
        heading = ("documents", "MB", "local s", "spark s", "task s", "shuffled/text", "same")
        print(" ".join(f"{name:>13}" for name in heading), flush=True)
        runs = []
        for path in paths:
            runs.append(measured(path, engine, given.recall))
            print(" ".join(f"{cell:>13}" for cell in cells(runs[-1])), flush=True)
        if len(runs) > 1:
            print_model(runs)


def written(folder: Path, lines: Sequence[bytes]) -> Path:
    """Write some records into a file that is called by their number."""
    path = folder / f"{len(lines)}.jsonl"
    path.write_bytes(b"".join(lines))
    return path


def measured(path: Path, engine: SparkEngine, recall: str) -> Run:
    """Run one size on both engines."""
    began = time.monotonic()
    local = dedup.find(path, recall=recall)
    between = time.monotonic()
    before = shuffled(engine)
    found = dedup.find(path, engine=engine, recall=recall)
    ended = time.monotonic()
    after = shuffled(engine)
    return Run(
        int(path.stem),
        local.summary.characters / 1e6,
        between - began,
        ended - between,
        (after[1] - before[1]) / 1000,
        (after[0] - before[0]) / 1e6,
        told(local) == told(found),
    )


def cells(run: Run) -> list[str]:
    """Return the cells of one size."""
    times = [f"{value:.1f}" for value in (run.mb, run.local, run.spark, run.tasks)]
    return [str(run.documents), *times, f"{run.shuffled / run.mb:.1f}", str(run.same)]


def print_model(runs: Sequence[Run]) -> None:
    """Fit what a run takes to its size, and print what follows for others."""
    sizes = [run.mb for run in runs]
    print(f"\n{'':>13} {'at least':>13} {'a MB':>13}" + "".join(f" {name:>13}" for name in SIZES))
    for name in ("local", "spark", "tasks", "shuffled"):
        each, least = np.polyfit(sizes, [getattr(run, name) for run in runs], 1)
        what = "MB shuffled" if name == "shuffled" else f"{name} s"
        row = [least, each, *(least + each * size for size in SIZES.values())]
        print(f"{what:>13} " + " ".join(f"{value:>13,.3g}" for value in row))


def print_stages(path: Path, engine: SparkEngine, recall: str) -> None:
    """Run one size, and print what each stage takes, the one that shuffles most first."""
    eager = Eager(engine.session)
    eager.stages = []
    report = dedup.find(path, engine=eager, recall=recall)
    characters = report.summary.characters
    print(f"\n{path.stem} documents, {characters / 1e6:.1f} MB of text")
    print(f"{'stage':>24} {'s':>7} {'shuffled/text':>13} {'rows':>10}")
    totals: dict[str, list[float]] = {}
    for stage in eager.stages:
        own = totals.setdefault(stage.name, [0, 0, 0])
        for n, value in enumerate((stage.seconds, stage.shuffled, stage.rows)):
            own[n] += value
    for name, (seconds, size, rows) in sorted(totals.items(), key=lambda item: -item[1][1]):
        print(f"{name:>24} {seconds:>7.1f} {size / characters:>13.2f} {rows:>10,}")
    whole = sum(size for _, size, _ in totals.values())
    print(f"{'all':>24} {'':>7} {whole / characters:>13.2f}")


def name_of(stage: Callable[..., Any]) -> str:
    """Return the name of a stage."""
    while isinstance(stage, partial):
        stage = stage.func
    return f"{stage.__module__.rpartition('.')[2]}.{stage.__name__}"


def shuffled(engine: SparkEngine) -> tuple[int, int]:
    """Return the bytes written to shuffles and the milliseconds of all tasks so far."""
    context = engine.session.sparkContext
    url = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}/stages?status=complete"
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - Spark's own page
        stages: list[dict[str, Any]] = json.load(answer)
    return (
        sum(stage["shuffleWriteBytes"] for stage in stages),
        sum(stage["executorRunTime"] for stage in stages),
    )


def told(report: dedup.Report) -> Any:  # noqa: ANN401 - JSON
    """Return a report, without what it says of the way to it."""
    value = json.loads(report.to_json())
    for name in AS_IT_WENT:
        del value["summary"][name]
    return value


if __name__ == "__main__":
    main()
