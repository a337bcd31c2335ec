"""datatrove: its four MinHash stages with its defaults: word 5-grams, 14 buckets of 8 hashes."""

import json
import os
from pathlib import Path

import frame
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter

LANGUAGE = "fra"


def work(corpus: Path, scratch: Path) -> list[str]:
    """Run the stages one after the other, and read what the last one left out."""
    folder = {name: str(scratch / name) for name in ("signatures", "buckets", "clusters", "out")}
    config = MinhashConfig()
    reader = JsonlReader(str(corpus.parent), glob_pattern=corpus.name)
    gone = JsonlWriter(str(scratch / "gone"), compression=None)
    stages = [
        ([reader, MinhashDedupSignature(folder["signatures"], config, LANGUAGE)], 1),
        (
            [MinhashDedupBuckets(folder["signatures"], folder["buckets"], config=config)],
            config.num_buckets,
        ),
        ([MinhashDedupCluster(folder["buckets"], folder["clusters"], config)], 1),
        (
            [
                reader,
                MinhashDedupFilter(folder["clusters"], exclusion_writer=gone),
                JsonlWriter(folder["out"], compression=None),
            ],
            1,
        ),
    ]
    for number, (pipeline, tasks) in enumerate(stages):
        logs = str(scratch / f"logs{number}")
        LocalPipelineExecutor(
            pipeline, tasks=tasks, workers=os.cpu_count() or 1, logging_dir=logs
        ).run()
    return [
        json.loads(line)["id"]
        for path in sorted((scratch / "gone").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


if __name__ == "__main__":
    frame.main(work)
