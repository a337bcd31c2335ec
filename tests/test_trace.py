"""A clean goes through few rooms: files, functions, frames, and opens of its input."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TRACE = Path(__file__).parent.parent / "tools" / "trace.py"
LIMITS = {"files": 50, "functions": 350, "frames": 9, "opens": 2}


def test_a_clean_goes_through_few_rooms() -> None:
    """Three records take no more than so many; a limit may only be lowered."""
    run = subprocess.run([sys.executable, TRACE], capture_output=True, text=True, check=True)
    lines = run.stdout.splitlines()[: len(LIMITS)]
    found = {name: int(count) for name, count in map(str.split, lines)}

    assert {name: count for name, count in found.items() if count > LIMITS[name]} == {}
