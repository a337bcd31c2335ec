"""What is imported when: a CI check pays for it on every run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dedup import kernels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NEVER = {"datasketch", "scipy", "pyarrow", "pandas", "polars", "pydantic", "pytest", "hypothesis"}
"""Costly, and of no use to a command on text files."""
SKETCHING = set() if kernels.NAME == "native" else {"datasketch", "scipy"}
"""With these the reference kernel makes signatures."""

LISTING = """
import atexit, json, os, sys
atexit.register(lambda: open(os.environ["MODULES"], "w").write(json.dumps(sorted(sys.modules))))
"""


@pytest.fixture
def imported(dedup: Callable, tmp_path: Path) -> Callable[..., set[str]]:
    """Run the command with a `sitecustomize` that lists the modules at its end."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(LISTING)
    (tmp_path / "in").mkdir()
    text = "One paragraph of nine words stands here two times. " * 3
    (tmp_path / "in" / "a.txt").write_text(f"{text}\n{text}\n")
    (tmp_path / "in" / "b.txt").write_text(f"{text}\n")

    def run(*words: str, code: int = 0) -> set[str]:
        listed = tmp_path / "modules.json"
        done = dedup(*words, env={"PYTHONPATH": str(site), "MODULES": str(listed)})
        assert done.returncode == code, done.stderr
        return set(json.loads(listed.read_text()))

    return run


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["report", "in"], 0),
        (["report", "in", "--format", "json"], 0),
        (["report", "in", "--format", "csv"], 0),
        (["check", "in/b.txt", "--against", "in/a.txt"], 1),
        (["pairs", "in"], 0),
        (["diff", "in/a.txt", "in/b.txt"], 0),
        (["clean", "in", "-o", "out"], 0),
    ],
)
def test_a_command_on_text_files_loads_nothing_costly(
    imported: Callable[..., set[str]], words: list[str], code: int
) -> None:
    """Neither directly nor through a package that we use."""
    modules = imported(*words, code=code)
    assert not {name.partition(".")[0] for name in modules} & (NEVER - SKETCHING)
    assert "rich.console" not in modules, "text for a pipe needs no console"


@pytest.mark.parametrize("words", [["--help"], ["report", "--help"], ["config"], ["--version"]])
def test_help_loads_no_arrays(imported: Callable[..., set[str]], words: list[str]) -> None:
    """A page of help is a page of text."""
    modules = imported(*words)
    tops = {name.partition(".")[0] for name in modules}
    assert not tops & NEVER
    assert "rapidfuzz" not in tops
    if words != ["--version"]:  # which asks the kernel for its name
        assert "numpy" not in tops
    assert len([n for n in modules if n.startswith("rich.")]) < 60
