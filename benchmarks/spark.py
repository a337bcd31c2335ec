"""
What the same job takes on Spark: beside the local engine, by size, and what it shuffles.

    python benchmarks/spark.py --corpus news.jsonl --documents 1500,3000
    python benchmarks/spark.py --corpus news.jsonl --documents 3000 --master spark://HOST:7077

Each size is run on both engines, on as many cores, and the reports are compared. The bytes that are
shuffled, and the time of all tasks, are Spark's own figures, from its REST interface; the first run
of a session is shown apart, since in it a process learns and compiles what it does.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dedup
from dedup.engines.cluster import opened

if TYPE_CHECKING:
    from dedup.engines.spark import SparkEngine

AS_IT_WENT = ("candidates", "rejected", "buckets_cut")
CONF = (
    "spark.ui.retainedStages=100000",
    "spark.driver.bindAddress=127.0.0.1",
    "spark.driver.host=127.0.0.1",
)


def main() -> None:
    """Measure each size, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--corpus", type=Path, required=True, help="JSON lines, a field text")
    parser.add_argument("--documents", default="1500,3000", help="sizes to measure")
    parser.add_argument("--master", default=f"local[{os.cpu_count()}]")
    parser.add_argument("--recall", default="standard")
    parser.add_argument("--conf", action="append", default=[], help="KEY=VALUE of Spark's")
    given = parser.parse_args()
    began = time.monotonic()
    engine = opened(given.master, [*CONF, *given.conf], lambda *_: None)
    print(f"session: {time.monotonic() - began:.1f} s", flush=True)
    lines = given.corpus.read_bytes().splitlines(keepends=True)
    heading = ("documents", "MB", "local s", "spark s", "task s", "shuffled / text", "same")
    print(" ".join(f"{name:>15}" for name in heading), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        warm = Path(folder) / "warm.jsonl"
        warm.write_bytes(b"".join(lines[:100]))
        began = time.monotonic()
        dedup.find(warm, engine=engine, recall=given.recall)
        print(f"first run, of 100 documents: {time.monotonic() - began:.1f} s", flush=True)
        for count in map(int, given.documents.split(",")):
            path = Path(folder) / f"{count}.jsonl"
            path.write_bytes(b"".join(lines[:count]))
            print(" ".join(f"{cell:>15}" for cell in measured(path, count, engine, given.recall)))
            sys.stdout.flush()


def measured(path: Path, count: int, engine: SparkEngine, recall: str) -> list[str]:
    """Return the cells of one size."""
    began = time.monotonic()
    local = dedup.find(path, recall=recall)
    between = time.monotonic()
    before = shuffled(engine)
    found = dedup.find(path, engine=engine, recall=recall)
    ended = time.monotonic()
    after = shuffled(engine)
    text = local.summary.characters
    return [
        str(count),
        f"{path.stat().st_size / 1e6:.1f}",
        f"{between - began:.1f}",
        f"{ended - between:.1f}",
        f"{(after[1] - before[1]) / 1000:.1f}",
        f"{(after[0] - before[0]) / text:.1f}",
        str(told(local) == told(found)),
    ]


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
