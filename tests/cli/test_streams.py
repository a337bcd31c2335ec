"""Terminals, pipes, colours and signals."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ESCAPE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
CLEAN = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals and signals of POSIX")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder in which one text holds a paragraph twice."""
    folder = tmp_path / "in"
    folder.mkdir()
    words = " ".join(f"word{n}" for n in range(30))
    (folder / "a.txt").write_text(
        f"{words}\nAnother line stands between the two of them.\n{words}\n"
    )
    return folder


@pytest.fixture
def terminal(script: Path, tmp_path: Path) -> Callable[..., tuple[str, int]]:
    """Run the command with a terminal of 100 columns as its output; give what it shows."""

    def run(*words: object, env: Mapping[str, str] | None = None) -> tuple[str, int]:
        import fcntl
        import pty
        import struct
        import termios

        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        child = subprocess.Popen(
            [script, *map(str, words)],
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            cwd=tmp_path,
            env=CLEAN | {"TERM": "xterm-256color"} | dict(env or {}),
        )
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says EIO when the other side is gone
                break
            if not part:
                break
            shown += part
        os.close(ours)
        return shown.decode().replace("\r\n", "\n"), child.wait(30)

    return run


def test_a_terminal_gets_colours_and_a_pipe_does_not(
    terminal: Callable, dedup: Callable, corpus: Path
) -> None:
    """And both show where the copy stands."""
    shown, code = terminal("report", corpus)
    assert code == 0
    assert "\x1b[" in shown
    done = dedup("report", corpus)
    assert not ESCAPE.search(done.stdout)
    assert not re.search("[─│╭╰]", done.stdout)
    for text in (shown, done.stdout):
        assert "a.txt" in text
        assert "word29" in text


@pytest.mark.parametrize(
    ("env", "words", "colours"),
    [
        ({"NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": ""}, [], True),
        ({"TERM": "dumb"}, [], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({}, ["--color", "never"], False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
    ],
)
def test_who_decides_on_colours_in_a_terminal(
    *, terminal: Callable, corpus: Path, env: dict[str, str], words: list[str], colours: bool
) -> None:
    """`--color`, then NO_COLOR (set and not empty), FORCE_COLOR, then the terminal."""
    shown, _ = terminal("report", corpus, *words, env=env)
    assert ("\x1b[" in shown) == colours


@pytest.mark.parametrize(
    ("env", "words", "colours"),
    [
        ({}, [], False),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": ""}, [], False),
        ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
        ({}, ["--color", "always"], True),
    ],
)
def test_who_decides_on_colours_in_a_pipe(
    *, dedup: Callable, corpus: Path, env: dict[str, str], words: list[str], colours: bool
) -> None:
    """The format `terminal` may be asked for there; plain text has the same words in colour."""
    done = dedup("report", corpus, "--format", "terminal", *words, env=env)
    assert ("\x1b[" in done.stdout) == colours
    text = dedup("report", corpus, *words, env=env).stdout
    assert ("\x1b[" in text) == colours
    assert re.sub("\x1b\\[[0-9;]*m", "", text) == dedup("report", corpus).stdout


def test_a_dumb_terminal_gets_plain_text(terminal: Callable, corpus: Path) -> None:
    """No box drawing either."""
    shown, _ = terminal("report", corpus, env={"TERM": "dumb"})
    assert not re.search("[─│╭╰]", shown)


@pytest.mark.parametrize("width", [20, 60, 200])
def test_width_is_kept(dedup: Callable, corpus: Path, width: int) -> None:
    """`--width` wins over COLUMNS."""
    done = dedup("report", corpus, "--width", width, env={"COLUMNS": "33"})
    assert max(map(len, done.stdout.splitlines())) <= width


def test_an_encoding_that_lacks_letters_is_no_error(dedup: Callable, tmp_path: Path) -> None:
    """What it cannot show is written so that it can be read."""
    words = " ".join(["Έλληνες"] * 12 + [f"ω{n}" for n in range(20)])
    (tmp_path / "a.txt").write_text(f"{words}\n{words}\n", encoding="utf-8")
    for encoding in ("ascii", "cp1252", "utf-8"):
        done = dedup("report", "a.txt", env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
        assert (done.returncode, done.stderr) == (0, "")


def test_hostile_text_and_names_do_not_reach_the_terminal(
    terminal: Callable, dedup: Callable, tmp_path: Path
) -> None:
    """Escape sequences are shown, markup stands as it is written."""
    words = " ".join(f"word{n}" for n in range(30))
    evil = f"\x1b]0;owned\x07 \x9b31m [bold]b[/bold] [/x] :smile: \u202e {words}"
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a\x1b[2J\n[red].txt").write_text(f"{evil}\n{evil}\n", encoding="utf-8")
    shown, code = terminal("report", "in", "--color", "never")
    assert code == 0
    assert not ESCAPE.search(shown)
    for literal in ("[bold]b[/bold] [/x] :smile:", "<U+202E>", "[red].txt"):
        assert literal in shown
    done = dedup("report", "in/missing\x1b[2J.txt")
    assert not ESCAPE.search(done.stderr)


def test_a_reader_that_has_enough_is_no_error(script: Path, tmp_path: Path) -> None:
    """Neither early nor late in the output."""
    words = " ".join(f"word{n}" for n in range(30))
    (tmp_path / "a.txt").write_text(f"{words}\n" * 800)
    for line in ("pairs a.txt", "report a.txt --format json", "--help", "config", "-V"):
        piped = f"'{script}' {line} | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(
            ["bash", "-c", piped], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), line


def test_a_reader_that_is_gone_is_no_error(script: Path, corpus: Path) -> None:
    """The pipe is closed before the first byte."""
    for words in (["report", str(corpus)], ["report", "-h"], ["pairs", str(corpus)], ["-V"]):
        ours, theirs = os.pipe()
        os.close(ours)
        done = subprocess.run(
            [script, *words], stdout=theirs, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(theirs)
        assert (done.returncode, done.stderr) == (0, ""), words


def test_no_standard_output_at_all_is_an_error(script: Path, corpus: Path) -> None:
    """Data would be lost; a file needs none."""
    line = f"'{script}' report '{corpus}' >&-"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "dedup: the standard output is closed; name a file with -o\n"


def taken(child: subprocess.Popen[str]) -> list[str]:
    """Return the processor time that a process has taken: it takes none while it waits."""
    return Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[11:13]


@pytest.mark.parametrize(
    ("number", "code", "line"),
    [
        (signal.SIGINT, 130, "dedup: interrupted\n"),
        (signal.SIGTERM, 143, ""),
        (signal.SIGHUP, 129, ""),
    ],
)
def test_a_signal_ends_it_and_leaves_nothing(
    script: Path, tmp_path: Path, number: int, code: int, line: str
) -> None:
    """While it waits for its input, a temporary file open."""
    child = subprocess.Popen(
        [script, "report", "-", "--on-error", "quarantine", "--rejects", "r.jsonl"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until, spent = time.monotonic() + 20, None
    while (not list(tmp_path.iterdir()) or spent != taken(child)) and time.monotonic() < until:
        spent = taken(child)
        time.sleep(0.2)
    assert list(tmp_path.iterdir())
    child.send_signal(number)
    output, talk = child.communicate(timeout=20)
    assert (child.returncode, output, talk) == (code, "", line)
    assert list(tmp_path.iterdir()) == []


def test_an_unexpected_error_is_one_line(dedup: Callable, corpus: Path) -> None:
    """`--debug` shows where it happened, and never the texts."""
    broken = {"DEDUP_KERNEL": "steam"}
    done = dedup("report", corpus, env=broken)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("dedup: internal error: ValueError: ")
    assert done.stderr.endswith("; please report it, with the traceback that --debug shows\n")
    done = dedup("report", corpus, "--debug", env=broken)
    assert done.returncode == 2
    assert "Traceback (most recent call last):" in done.stderr
    assert "word29" not in done.stderr


def test_progress_is_shown_only_to_a_person(dedup: Callable, corpus: Path) -> None:
    """In a pipe the standard error is empty when all is well."""
    assert dedup("report", corpus).stderr == ""
    assert (
        dedup("check", corpus, "--against", corpus.parent / "in" / "a.txt").stderr.count("\n") <= 1
    )


def test_the_file_behind_the_standard_input_is_an_input(script: Path, corpus: Path) -> None:
    """It is read to its end, and would then be written over."""
    path = corpus / "a.txt"
    before = path.read_bytes()
    for words in (("report", "-", "-o"), ("clean", "-", "-o", "-", "--ledger")):
        with path.open("rb") as stream:
            done = subprocess.run(
                [script, *words, path], stdin=stream, capture_output=True, text=True, check=False
            )
        assert done.stderr == (
            f"dedup: {path}: is an input of this command (the standard input); "
            "write to another file\n"
        )
        assert (done.returncode, path.read_bytes()) == (2, before)


def test_a_full_temporary_disk_behind_the_standard_input(script: Path) -> None:
    """One line says what to do."""
    import resource

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))

    done = subprocess.run(
        [script, "report", "-"],
        input=b"word " * 50_000,
        capture_output=True,
        check=False,
        preexec_fn=limit,
    )
    assert done.returncode == 2
    assert done.stderr == (
        b"dedup: cannot keep what comes through a pipe in a temporary file (File too large): "
        b"set TMPDIR to a folder with more room, or give a file\n"
    )
