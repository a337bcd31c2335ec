"""What cannot be read, or must not be written: one line, exit code 2, and nothing half-written."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ELF = b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00"
WORDS = " ".join(f"word{n}" for n in range(30))


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder of bad inputs, and of one good text."""
    for name in ("good", "empty", "pictures"):
        (tmp_path / name).mkdir()
    (tmp_path / "good/a.txt").write_text(f"{WORDS}\n{WORDS}\n")
    (tmp_path / "pictures/a.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (tmp_path / "binary.txt").write_bytes(ELF)
    (tmp_path / "broken.txt").write_bytes(b"ab\xff\xfe\x80cd\n")
    (tmp_path / "latin.txt").write_bytes(f"Le café du matin. {WORDS}\n".encode("latin-1"))
    lines = [f'{{"id": {n}, "text": "line {n}"}}\n' for n in range(1, 7)]
    (tmp_path / "seven.jsonl").write_text("".join([*lines, '{"text": "x\n', *lines]))
    (tmp_path / "field.jsonl").write_text("".join([*lines, '{"body": "x"}\n']))
    (tmp_path / "none.jsonl").write_text("")
    (tmp_path / "other.txt").write_text(WORDS)
    return tmp_path


SUFFIXES = (
    ".txt .text .log .srt .vtt .rst .adoc .md .markdown .mdx .qmd .rmd "
    ".jsonl .ndjson .json .csv .tsv .parquet"
)
SKIP = "or use --on-error skip"
UNREADABLE = {
    "missing.txt": f"missing.txt: no such file or folder; check the path {SKIP}",
    "empty": f"empty: no texts in it; give files of {SUFFIXES} {SKIP}",
    "pictures": (
        "pictures: no texts in it (1 other file, such as pictures/a.png: no text suffix: "
        "--include '*.png' reads it); "
        f"give files of {SUFFIXES} {SKIP}"
    ),
    "binary.txt": f"binary.txt: binary (NUL at offset 7); give a text {SKIP}",
    "broken.txt": (
        "broken.txt: not UTF-8 (byte 0xff at offset 2); "
        f"its encoding is not known: give --encoding NAME {SKIP}"
    ),
    "latin.txt": (
        "latin.txt: not UTF-8 (byte 0xe9 at offset 6); "
        f"its encoding is not known: give --encoding NAME {SKIP}"
    ),
    "seven.jsonl": (
        "seven.jsonl:7: not JSON (unexpected control character in string at column 12); "
        f"mend the line {SKIP}"
    ),
    "field.jsonl": (
        f"field.jsonl:7: no field 'text' (fields: body); name the text with --text-field {SKIP}"
    ),
    "none.jsonl": "no document was read: the files hold no records; give others",
    "good --threshold 1.5": ("threshold is '1.5': give a share from 0.5 to 1, such as 0.8 or 80%"),
    "good --include b*": (
        "good: no texts in it (1 file that no --include fits, such as good/a.txt); "
        f"give a glob that fits one {SKIP}"
    ),
    "good --exclude a.txt": f"good: no texts in it; give files of {SUFFIXES} {SKIP}",
    "good --encoding latn-1": "encoding is 'latn-1': give one such as cp1252 or utf-16-le",
    "good --config no.toml": ("no.toml: cannot read the configuration: No such file or directory"),
    "good --on-error quarantine": (
        "on_error is 'quarantine': name a file for it with --rejects FILE"
    ),
    "good --rejects r.jsonl": ("rejects without --on-error quarantine: r.jsonl would stay empty"),
}


def tree(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder, and what it holds."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
    }


SOME = ("missing.txt", "latin.txt", "seven.jsonl", "good --threshold 1.5")


@pytest.mark.parametrize(
    ("command", "words"),
    [("report", words) for words in UNREADABLE]
    + [(command, words) for command in ("pairs", "check", "clean") for words in SOME],
)
def test_what_cannot_be_read_is_one_line(
    dedup: Callable, here: Path, command: str, words: str
) -> None:
    """File, place, reason, next step; the same for every command."""
    more = {
        "report": ["-o", "out.json", "--format", "json"],
        "pairs": ["-o", "out.jsonl"],
        "check": ["--against", "other.txt", "--format", "csv=out.csv"],
        "clean": ["-o", "out"],
    }[command]
    before = tree(here)
    done = dedup(command, *words.split(), *more)
    assert done.stderr == f"dedup: {UNREADABLE[words]}\n"
    assert (done.returncode, done.stdout) == (2, "")
    assert tree(here) == before


PLACES = {
    "report good/a.txt -o good/a.txt": (
        "good/a.txt: is an input of this command; write to another file"
    ),
    "report good -o good/a.txt": "good/a.txt: is an input of this command; write to another file",
    "report good -o link.txt": (
        "link.txt: is an input of this command (good/a.txt); write to another file"
    ),
    "report good -o hard.html": (
        "hard.html: is an input of this command (good/a.txt); write to another file"
    ),
    "report go*/*.txt -o good/a.txt": (
        "good/a.txt: is an input of this command; write to another file"
    ),
    "report good -o r --timings r": ("r is given for two outputs; give each a file of its own"),
    "check other.txt --against good --format text=a --format json=good/../good/a.txt": (
        "good/../good/a.txt: is an input of this command (good/a.txt); write to another file"
    ),
    "clean good -o out --ids x --ledger good/../x": (
        "good/../x and x are one file; give each output a file of its own"
    ),
    "clean good -o out --ids hard.html": (
        "hard.html: is an input of this command (good/a.txt); write to another file"
    ),
    "clean good -o hard.html": "hard.html is a file: give a folder",
    "check good/a.txt --against good/a.txt --format text=good/a.txt": (
        "good/a.txt: is an input of this command; write to another file"
    ),
    "report good -o empty": "empty: is a folder; name a file",
    "report good -o no/out.txt": "no/out.txt: there is no folder no; make it first",
    "clean good -o good": "good lies in the input good: give a folder apart from the inputs",
    "clean good -o good/out": (
        "good/out lies in the input good: give a folder apart from the inputs"
    ),
    "clean good -o .": ". lies around the input good: give a folder apart from the inputs",
    "clean good": "clean needs a folder to write to: give -o OUT, or --dry-run",
    "clean": "clean of nothing: give a PATH",
    "clean good -o out --passages no": "passages is 'no': give one of off, on",
    "clean --verify good -o x": "--verify takes no PATH and writes nothing: the ledger has it all",
    "check good --against good --format json --format csv": (
        "format is given 2 times for one place: give all but one as NAME=FILE"
    ),
    "check good --against good --fail-on wihtin": (
        "fail_on is 'wihtin': give one of within, across, boilerplate, documents, none; "
        "did you mean 'within'?"
    ),
    "check good --against good --max-overlap lots": (
        "max_overlap is 'lots': give a share from 0 to 1, such as 0.3 or 30%"
    ),
    "diff good/a.txt": "diff was given 1 text: give two texts, A and B",
    "report good --group 12": "group is '12': this report has no such group",
}


@pytest.mark.parametrize("words", PLACES)
def test_what_must_not_be_written_is_one_line(dedup: Callable, here: Path, words: str) -> None:
    """And every file is as it was."""
    (here / "link.txt").symlink_to("good/a.txt")
    (here / "hard.html").hardlink_to(here / "good/a.txt")
    before = tree(here)
    done = dedup(*words.split())
    assert done.stderr == f"dedup: {PLACES[words]}\n"
    assert (done.returncode, done.stdout) == (2, "")
    assert tree(here) == before


def test_a_fault_in_a_folder_comes_at_the_end(dedup: Callable, here: Path) -> None:
    """The others are read and shown; the exit code is 2 all the same."""
    (here / "good/latin.txt").write_bytes((here / "latin.txt").read_bytes())
    (here / "good/binary.txt").write_bytes(ELF)
    fault = "dedup: good/latin.txt: not UTF-8 (byte 0xe9 at offset 6)\n"
    done = dedup("report", "good", "--format", "csv")
    assert done.returncode == 2
    assert done.stdout.count("\n") == 3
    assert done.stderr == f"{fault}not read: 1 input: binary\n"
    assert dedup("report", "good", "--quiet").stderr == fault
    assert dedup("clean", "good", "-o", "out").returncode == 2
    assert (here / "out/a.txt").read_text() == f"{WORDS}\n"
    assert dedup("report", "good", "--on-error", "skip").returncode == 0


def test_records_are_put_aside(dedup: Callable, here: Path) -> None:
    """With their place and their bytes."""
    done = dedup("report", "seven.jsonl", "--on-error", "quarantine", "--rejects", "r.jsonl")
    assert done.returncode == 0
    assert (here / "r.jsonl").read_text() == (
        '{"path":"seven.jsonl","line":7,"why":"not JSON (unexpected control character in'
        ' string at column 12)","raw":"{\\"text\\": \\"x\\n"}\n'
    )


def without_root() -> None:
    """Give up root's right to open everything, in a child process."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
            os._exit(77)


@pytest.mark.may_skip(reason="a container may not let root give up its rights")
@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_what_may_not_be_opened(script: Path, here: Path) -> None:
    """A named folder is an error, one met in a walk a fault at the end."""
    import subprocess

    locked = here / "good/locked"
    locked.mkdir()
    (locked / "b.txt").write_text(WORDS)
    locked.chmod(0)
    (here / "good/c.txt").write_text(WORDS)
    (here / "good/c.txt").chmod(0)

    def run(*words: str) -> tuple[int, str]:
        drop = without_root if os.geteuid() == 0 else None
        try:
            done = subprocess.run(
                [script, *words],
                cwd=here,
                capture_output=True,
                text=True,
                preexec_fn=drop,
                check=False,
            )
        except subprocess.SubprocessError:
            done = None
        if done is None or done.returncode == 77:
            pytest.skip("root may not give up its rights here")
        return done.returncode, done.stderr

    try:
        denied = f"permission denied; mend that {SKIP}"
        assert run("report", "good/locked") == (2, f"dedup: good/locked: {denied}\n")
        assert run("report", "good/c.txt") == (2, f"dedup: good/c.txt: {denied}\n")
        both = "".join(f"dedup: good/{n}: permission denied\n" for n in ("c.txt", "locked"))
        assert run("report", "good") == (2, both)
    finally:
        locked.chmod(0o700)
