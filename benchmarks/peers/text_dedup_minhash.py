"""text-dedup: its MinHash script with its defaults: word 5-grams, 250 permutations, .7."""

import os
import subprocess
import sys
from pathlib import Path

import frame
from datasets import load_from_disk


def work(corpus: Path, scratch: Path) -> list[str]:
    """Run the script, and see what is no longer there."""
    command = [sys.executable, "-m", "text_dedup.minhash", "--path", "json", "--split", "train"]
    command += ["--data_files", str(corpus), "--cache_dir", str(scratch / "cache")]
    command += ["--output", str(scratch / "out"), "--column", "text"]
    offline = {**os.environ, "HF_HOME": str(scratch / "home"), "HF_DATASETS_OFFLINE": "1"}
    subprocess.run(command, env=offline, stdout=subprocess.DEVNULL, check=True)
    left = set(load_from_disk(str(scratch / "out"))["id"])
    return [name for name, _ in frame.records(corpus) if name not in left]


if __name__ == "__main__":
    frame.main(work)
