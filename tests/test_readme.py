"""The README: its commands run, and what it shows is what comes out."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def sessions() -> Iterator[tuple[str, str]]:
    """Give each `dedup` command of a console block, with the output below it."""
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            if line.startswith("dedup "):
                yield line, output


def test_commands_show_what_the_readme_shows(dedup: Callable, tmp_path: Path) -> None:
    """Output and talk, to the letter."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    assert len(list(sessions())) >= 4
    for line, shown in sessions():
        done = dedup(*shlex.split(line)[1:])
        assert done.stdout + done.stderr == shown, line


def test_the_library_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a doctest."""
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert (result.failed, result.attempted > 2) == (0, True)


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench", "soak", "clean"])
def test_every_target_is_there(target: str) -> None:
    """And says what it does in `make help`."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:.*## \S", makefile, re.MULTILINE)


def test_every_command_is_named(dedup: Callable) -> None:
    """In the table of the README, with the words of its first page."""
    page = dedup("--help").stdout
    commands = re.findall(r"^  ([a-z]+)  +[A-Z]", page.partition("\nOptions\n")[0], re.MULTILINE)
    assert len(commands) >= 7
    for command in commands:
        assert f"| `dedup {command}" in README
