"""What a check takes does not grow with the index: asked of 20,000 texts, and of 500,000."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

SYLLABLES = np.array([a + b for a in "bcdfglmnprst" for b in "aeiou"])
FEW, MANY = 20_000, 500_000
WORDS = 30
"""Of a paragraph; a text has two."""


def written(path: Path, count: int) -> None:
    """Write so many texts of random words, as JSON lines; the same ones first."""
    dice = np.random.default_rng(7)
    words = np.unique(["".join(some) for some in dice.choice(SYLLABLES, (20_000, 3))])
    shares = 1 / np.arange(5, 5 + len(words))
    with path.open("w", encoding="utf-8") as out:
        for _ in range(0, count, 5_000):
            for row in dice.choice(words, (5_000, 2, WORDS), p=shares / shares.sum()):
                out.write(json.dumps({"text": "\n".join(map(" ".join, row))}) + "\n")


MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
"""Runs a command in a small process: a peak counts what the process was that began it."""


def took(command: list[str]) -> tuple[float, float]:
    """Return the seconds of processor time of a command, the least of three, and its peak in MB."""
    scale = 1e6 if sys.platform == "darwin" else 1e3
    measure = [sys.executable, "-c", MEASURE, *command]
    told = [subprocess.run(measure, check=True, capture_output=True) for _ in range(3)]
    runs = [tuple(map(float, one.stdout.split())) for one in told]
    return min(seconds for seconds, _ in runs), max(peak for _, peak in runs) / scale


@pytest.mark.soak
def test_growth(tmp_path: Path, script: Path) -> None:
    """From 20,000 to 500,000 texts a check takes at most twice as long, and at most 200 MB."""
    written(tmp_path / "all.jsonl", MANY)
    lines = (tmp_path / "all.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "few.jsonl").write_bytes(b"".join(lines[:FEW]))
    article = "\n".join(json.loads(line)["text"] for line in lines[100:115])
    (tmp_path / "new.txt").write_text(article, encoding="utf-8")
    seconds = {}
    for name in ("few", "all"):
        options = ["--recall", "standard", "--quiet"]
        paths = [str(tmp_path / f"{name}.index"), str(tmp_path / f"{name}.jsonl")]
        subprocess.run([script, "index", "build", *paths, *options], check=True)
        check = [str(script), "check", str(tmp_path / "new.txt"), "--index", paths[0]]
        seconds[name], peak = took([*check, "--exit-zero", *options])
        assert peak <= 200
    assert seconds["all"] <= 2 * seconds["few"]
