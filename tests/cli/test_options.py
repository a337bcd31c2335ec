"""Which options a command takes, that each acts in it, and what values are refused."""

from __future__ import annotations

import io
import json
import re
import sys
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from dedup import cli, serving
from dedup.cli import app, call, exits, rendering
from dedup.cli.options import PLANNED, TAKES, Shared, Talk
from dedup.settings import Settings, one_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS = {f.name for f in fields(Settings)}
WORDS = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(30))
OTHER = " ".join(f"other{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(30))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Published texts, a new one that is a copy, and records."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "old/a.md").write_text(f"---\ndate: 2020-01-01\n---\n{WORDS}\n\n{OTHER}\n")
    (tmp_path / "new.md").write_text(f"{WORDS}\n")
    lines = [{"id": n, "text": WORDS, "when": {"date": f"2020-01-0{n}"}} for n in (1, 2)]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


CALLS = {
    "report": ["report r.jsonl plain old --timings t.json --explain-settings --format text"],
    "pairs": [
        "pairs r.jsonl plain old --timings t.json",
        "pairs r.jsonl plain old --unit document",
    ],
    "check": ["check r.jsonl plain --against old --timings t.json --format text"],
    "clean": [
        "clean r.jsonl plain old --dry-run --timings t.json",
        "clean r.jsonl plain old --dry-run --unit both",
    ],
    "diff": [
        "diff plain new.md --input-format text",
        "diff one.jsonl new.md",
        "diff r.jsonl:1 r.jsonl:2",
        "diff one.csv new.md",
    ],
    "index": ["index build ix r.jsonl plain old --timings t.json"],
    "serve": ["serve --index asked --port 0"],
    "config": ["config"],
    "restore": ["restore out -o back"],
    "audit": ["audit out -o sheet.csv"],
}
NOT_WATCHED = {
    "unit": "of pairs it is a setting of the command, beside `Settings`",
    "master": "of a cluster, which `engines/test_spark.py` has",
    "spark_conf": "likewise",
    "debug": "read before anything else, in exits.py",
}
OURS = ("settings.py", "config.py", "dataclasses.py", "options.py")
"""Where settings are made and passed on, which is no use of them."""


def ask(application: serving.Application, port: int, listening: Callable) -> None:
    """Ask a server once, in place of running it."""
    listening(port)
    body = json.dumps({"text": WORDS}).encode()
    environ = {
        "HTTP_HOST": "localhost",
        "PATH_INFO": "/check",
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json",
        "wsgi.input": io.BytesIO(body),
    }
    started: list[str] = []
    application(environ, lambda status, _: started.append(status))
    assert started == ["200 OK"]


@pytest.mark.parametrize("command", app.COMMANDS)
def test_every_option_that_a_command_takes_is_read_by_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """One that does nothing is neither accepted nor in the help."""
    (here / "one.jsonl").write_text((here / "r.jsonl").read_text().partition("\n")[0])
    (here / "plain").write_text(WORDS)
    (here / "one.csv").write_text(f"text\n{WORDS}\n")
    exits.run(call, ["clean", "r.jsonl", "-o", "out", "--max-removed", "1", "--quiet"])
    exits.run(call, ["index", "build", "asked", "old", "--quiet"])
    monkeypatch.setattr(serving, "run", ask)
    read = set()

    def watched(record: Any, name: str) -> Any:  # noqa: ANN401 - any attribute
        frame = sys._getframe(1)  # noqa: SLF001 - who asks
        of_options = frame.f_code.co_name in {"meter", "resolve"} and name not in SETTINGS
        if of_options or not frame.f_code.co_filename.endswith(OURS):
            read.add(name)
        return object.__getattribute__(record, name)

    monkeypatch.setattr(rendering, "is_terminal", lambda _: True)
    monkeypatch.setattr(rendering, "can_draw", lambda _: True)
    for record in (Settings, Shared, Talk):
        monkeypatch.setattr(record, "__getattribute__", watched, raising=False)
    for words in CALLS[command]:
        exits.run(call, words.split())
    if command == "config":  # it shows every setting
        read |= SETTINGS
    assert TAKES[command] - read - set(NOT_WATCHED) == set()


@pytest.mark.parametrize("command", app.COMMANDS)
def test_a_command_takes_what_its_help_shows(dedup: Callable, command: str) -> None:
    """And no option is called planned that is there."""
    page = dedup(command, "--help", env={"COLUMNS": "200"}).stdout
    shown = set(re.findall(r"^  .*?(--[a-z-]+)", page, re.MULTILINE))
    shared = {"--" + f.name.replace("_", "-"): f.name for f in fields(Shared)}
    assert {shared[name] for name in shown if name in shared} - TAKES[command] <= {"passages"}
    assert {name for name, field in shared.items() if field in TAKES[command]} <= shown
    assert not shown & set(PLANNED.get(command, ()))
    assert "\\" not in page


SHARE = "give a share from 0 to 1, such as 0.3 or 30%"
REFUSED = {
    **{
        f"check new.md --against old --fail-on none --max-overlap {value}": (
            f"max_overlap is '{value}': {SHARE}"
        )
        for value in ("25", "-1", "nan", "1.5", "150%", "inf", "1e-1", "%")
    },
    "clean old --dry-run --max-removed 30": f"max_removed is '30': {SHARE}",
    "clean old --dry-run --drop-document-over 0": (
        "drop_document_over is '0': give a share above 0 and up to 1, such as 0.8 or 80%"
    ),
    "report old --threshold 80": (
        "threshold is '80': give a share from 0.5 to 1, such as 0.8 or 80%"
    ),
    "check new.md --against old --fail-on none,within": (
        "fail_on is 'none,within': give none alone, or kinds"
    ),
    "clean old r.jsonl --dry-run --keep oldest:dat": (
        "keep is 'oldest:dat': no document has the field 'dat'; did you mean 'date'?"
    ),
    "clean r.jsonl --dry-run --keep newest:when.dte": (
        "keep is 'newest:when.dte': no document has the field 'when.dte'; did you mean 'when.date'?"
    ),
    "clean r.jsonl --dry-run --source-field when": (
        "source_field is 'when': no document has a text or number in the field 'when'"
    ),
    "clean r.jsonl -o cleaned.jsonl": (
        "cleaned.jsonl is named like a file, and a folder is written: give -o cleaned, "
        "and cleaned/r.jsonl will be the file"
    ),
    "clean r.jsonl -o cleaned.csv.gz": (
        "cleaned.csv.gz is named like a file, and a folder is written: give -o cleaned, "
        "and cleaned/r.jsonl will be the file"
    ),
    "clean --verify old --threshold .9": (
        "--verify goes by the ledger alone: leave out --threshold"
    ),
    "clean --verify old --keep last": (
        "--verify goes by the ledger alone: leave out the other options"
    ),
    "diff --cleaned out a.md --paragraphs line": (
        "diff --cleaned reads what the clean noted down: leave out --paragraphs"
    ),
    "diff old/a.md new.md --recall high": "no such option: --recall (see dedup diff --help)",
    "restore out -o x --width 80": "no such option: --width (see dedup restore --help)",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_would_silently_do_nothing_is_refused(dedup: Callable, here: Path, words: str) -> None:
    """One line, exit code 2, nothing written."""
    before = sorted(here.rglob("*"))
    done = dedup(*words.split())
    assert done.stderr == f"dedup: {REFUSED[words]}\n"
    assert (done.returncode, done.stdout) == (2, "")
    assert sorted(here.rglob("*")) == before


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("limit", "code"), [("25%", 1), (".25", 1), ("0", 1), ("100%", 0), ("1", 0)]
)
def test_a_share_alone_decides(dedup: Callable, limit: str, code: int) -> None:
    """With no kind of finding that fails."""
    words = ("check", "new.md", "--against", "old", "--fail-on", "none", "--max-overlap", limit)
    assert dedup(*words).returncode == code


@pytest.mark.usefixtures("here")
def test_a_dry_run_says_what_a_real_run_would_do(dedup: Callable) -> None:
    """Exit code 3 where it would be refused, also for one document and when quiet."""
    words = ("clean", "r.jsonl", "--dry-run", "--max-removed", "5%")
    for more in ((), ("--quiet",), ("--document", "r.jsonl:2")):
        done = dedup(*words, *more)
        assert done.returncode == 3
        assert done.stderr.splitlines()[-1].startswith("dedup: a real run would be refused: clean")
    assert dedup("clean", "r.jsonl", "--dry-run").returncode == 0


def test_a_folder_of_that_name_may_be_written(dedup: Callable, here: Path) -> None:
    """Who made the folder knows what he wants."""
    (here / "cleaned.jsonl").mkdir()
    assert dedup("clean", "r.jsonl", "--output", "cleaned.jsonl").returncode == 0
    done = dedup("restore", "cleaned.jsonl", "-o", "back.jsonl")
    assert "back.jsonl is named like a file" in done.stderr
    assert dedup("restore", "cleaned.jsonl", "--output", "back").returncode == 0
    assert (here / "back/r.jsonl").read_bytes() == (here / "r.jsonl").read_bytes()


def test_an_old_name_of_a_value_says_the_new_one() -> None:
    """`--remove same` of the first edition."""
    with pytest.raises(ValueError, match=r"; 'same' is called 'near' now$"):
        one_of("remove", "same", ("exact", "equal", "near", "match"))


@pytest.mark.usefixtures("here")
def test_an_exception_that_nobody_caught_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one line, wherever it comes from; 1 would be "found something"."""
    from dedup import api

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("one\ntwo")

    monkeypatch.setattr(api, "find", fail)
    assert exits.run(call, ["report", "old"]) == 2
    line = "dedup: internal error: ZeroDivisionError: one; please report it, with the traceback"
    said = capsys.readouterr().err
    assert said.startswith(line)
    assert said.count("\n") == 1
    for left in (1, "text", 2):
        assert exits.run(lambda _, left=left: sys.exit(left), ["report", "old"]) == 2
    monkeypatch.setattr(exits, "run", fail)
    monkeypatch.setattr(sys, "argv", ["dedup", "report", "old"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    assert capsys.readouterr().err == "dedup: cannot start: ZeroDivisionError: one two\n"
