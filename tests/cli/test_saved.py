"""`report --save`, `report FILE.dedup`, formats to hand on, and the pager."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINE = "The council met on Monday to discuss the new bridge over the river, the mayor said, number"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Write two texts that share most of their paragraphs."""
    folder = tmp_path / "in"
    folder.mkdir()
    lines = [f"{LINE} {n} of those that were {'very ' * n}much discussed." for n in range(6)]
    (folder / "a.txt").write_text("\n".join(lines))
    (folder / "b.txt").write_text("\n".join([*lines[::2], "Something else."]))
    return folder


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json", "jsonl", "csv"])
def test_a_saved_report_is_shown_again(dedup: Callable, texts: Path, form: str) -> None:
    """Each format says the same of it, to the byte, also where the texts are gone."""
    own = ("--save", "r.dedup", "--unit", "paragraph", "--format", form)
    done = dedup("report", "in", *own, cwd=texts.parent)
    assert done.returncode == 0, done.stderr
    for text in texts.iterdir():
        text.unlink()
    again = dedup("report", "r.dedup", "--format", form, cwd=texts.parent)
    assert (again.returncode, again.stdout) == (0, done.stdout)
    one = dedup("report", "r.dedup", "--top", "1", "--sort", "words", "--check", cwd=texts.parent)
    assert one.returncode == 1


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_documents_of_a_saved_report_are_not_read(dedup: Callable, texts: Path, form: str) -> None:
    """They may have changed: which resemble each other is told, and how to compare them."""
    done = dedup("report", "in", "--save", "r.dedup", "--format", form, cwd=texts.parent)
    assert "65.2% of the words are the same" in done.stdout
    again = dedup("report", "r.dedup", "--format", form, cwd=texts.parent)
    assert again.returncode == 0, again.stderr
    assert "65.2% of the words are the same" not in again.stdout
    assert "dedup diff A B" in again.stdout


def test_what_only_a_scan_can_do(dedup: Callable, texts: Path) -> None:
    """A setting, and another path, are refused beside a saved report; a folder is none."""
    dedup("report", "in", "--save", "r.dedup", cwd=texts.parent)
    done = dedup("report", "r.dedup", "--threshold", ".9", cwd=texts.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert "r.dedup is a saved report, which is shown as it was found: leave out --t" in done.stderr
    done = dedup("report", "in", "r.dedup", cwd=texts.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert "r.dedup: is a saved report: it is shown alone" in done.stderr
    texts.rename(texts.parent / "out.dedup")
    assert dedup("report", "out.dedup", cwd=texts.parent).returncode == 0


def test_a_report_is_saved_whole_or_not(dedup: Callable, texts: Path) -> None:
    """Not over an input, not into a folder that is not there."""
    before = (texts / "a.txt").read_bytes()
    for place in ("in/a.txt", "in", "no/r.dedup"):
        done = dedup("report", "in", "--save", place, cwd=texts.parent)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
    assert (texts / "a.txt").read_bytes() == before


def test_spreadsheets(dedup: Callable, texts: Path) -> None:
    """`--bom` is for CSV."""
    done = dedup("report", "in", "--format", "csv", "--bom", cwd=texts.parent)
    assert done.stdout.startswith("\ufeffgroup,")
    done = dedup("report", "in", "--format", "json", "--bom", cwd=texts.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert "bom is for csv, not for json" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
@pytest.mark.parametrize(
    ("options", "rows", "paged"), [([], 10, True), ([], 99, False), (["--no-pager"], 10, False)]
)
def test_pager(script: Path, texts: Path, options: list[str], rows: int, *, paged: bool) -> None:
    """On a terminal a page that is too long for it goes through the pager, unless told not to."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 100, 0, 0))
    own = {"DEDUP_PAGER": "tac", "TERM": "xterm"}
    kept = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    running = subprocess.Popen(
        [script, "report", "in", *options],
        cwd=texts.parent,
        env=kept | own,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    said = b""
    with running, contextlib.suppress(OSError):  # how the end of a pseudo-terminal is told
        while part := os.read(ours, 65536):
            said += part
    os.close(ours)
    text = said.decode()
    assert running.returncode == 0
    assert (text.index("words read") > text.index("repeated across")) is paged
