"""The speed benchmark runs on texts that it generates, and says what it measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SPEED = Path(__file__).parents[1] / "benchmarks" / "speed.py"


@pytest.mark.parametrize(
    "part", ["whole", "stages", "kernels", "growth", "index", "shapes", "memory"]
)
def test_a_part_runs_on_little(part: str, tmp_path: Path) -> None:
    """A round of each part, on next to nothing."""
    little = ("--size", "100kB", "--scale", "0.0005", "--rounds", "1", "--minutes", "1")
    done = subprocess.run(
        [sys.executable, SPEED, part, *little, "--results", tmp_path, "--work", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    tables = json.loads((tmp_path / f"speed-{part}.json").read_text(encoding="utf-8"))
    assert tables
    assert "| --- |" in done.stdout
