"""Help, version, and what the command line says to a wrong word."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from dedup.cli import app
from dedup.cli.options import PLANNED
from dedup.settings import CHOICES, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = (
    *("report", "pairs", "clean", "restore", "audit", "diff", "check", "index", "serve", "config"),
)


def test_the_first_page_says_what_the_pages_say() -> None:
    """The summaries are the first sentences of the commands."""
    assert tuple(app.COMMANDS) == COMMANDS
    for name, summary in app.COMMANDS.items():
        assert app.made(name).help.partition("\n")[0] == summary


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_first_page_lists_every_command(dedup: Callable, option: str) -> None:
    """Each with what it does, on the standard output."""
    done = dedup(option)
    assert (done.returncode, done.stderr) == (0, "")
    for command in COMMANDS:
        assert re.search(rf"^  {command}  +[A-Z].*\.$", done.stdout, re.MULTILINE), command


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_page_with_examples(dedup: Callable, command: str) -> None:
    """Every option is explained, the examples are commands."""
    done = dedup(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: dedup {command} ")
    assert "[/" not in done.stdout
    examples = done.stdout.partition("\nExamples\n")[2].splitlines()
    assert examples
    assert all(line.startswith(("  dedup ", "   ")) or " | dedup " in line for line in examples)
    assert (
        not re.search(r"^  -[^ ]+( [^ ]+)?$", done.stdout, re.MULTILINE) or "\n   " in done.stdout
    )


@pytest.mark.parametrize("command", ["report", "clean", "check", "config"])
def test_every_setting_is_an_option(dedup: Callable, command: str) -> None:
    """A new field of `Settings` needs its option."""
    page = dedup(command, "--help", env={"COLUMNS": "200"}).stdout
    for setting in fields(Settings):
        if f"--{setting.name.replace('_', '-')}" in PLANNED.get(command, ()):
            continue
        assert f"--{setting.name.replace('_', '-')} " in page
        for choice in CHOICES.get(setting.name, ()):
            assert choice in page


def test_a_page_fits_its_width(dedup: Callable) -> None:
    """Also a narrow one."""
    for width in (40, 80, 140):
        for command in COMMANDS:
            page = dedup(command, "--help", env={"COLUMNS": str(width)}).stdout
            assert max(map(len, page.splitlines())) <= width


def test_no_arguments_show_the_page_and_are_wrong(dedup: Callable) -> None:
    """On the standard error: a script that forgot its arguments must not go on."""
    done = dedup()
    assert (done.returncode, done.stdout) == (2, "")
    assert "Commands" in done.stderr


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_names_kernel_and_table(dedup: Callable, option: str) -> None:
    """All three change what comes out, so all three belong into a bug report."""
    done = dedup(option)
    assert done.returncode == 0
    assert re.fullmatch(
        r"dedup \d+\.\d+\.\d+ \((native|reference) kernel, Unicode \d+\.\d+(\.\d+)?\)\n",
        done.stdout,
    )


def test_the_version_tells_which_kernel_was_asked_for(dedup: Callable) -> None:
    """`DEDUP_KERNEL` decides."""
    assert "(reference kernel" in dedup("-V", env={"DEDUP_KERNEL": "reference"}).stdout


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["reprot", "x"], "no such command 'reprot'; did you mean 'report'? (see dedup --help)"),
        (["qqq"], "no such command 'qqq' (see dedup --help)"),
        (
            ["report", "x", "--treshold", "1"],
            "no such option: --treshold; did you mean --threshold? (see dedup report --help)",
        ),
        (["report", "x", "--index", "y"], "no such option: --index (see dedup report --help)"),
        (["clean", "x", "--index", "y"], "no such option: --index; it is planned (see dedup clean"),
        (["report", "x", "--basline", "y"], "no such option: --basline (see dedup report --help)"),
        (
            ["report", "x", "--preset", "ocer"],
            "preset is 'ocer': give one of archive,",
        ),
        (["report", "x", "-Z"], "no such option: -Z (see dedup report --help)"),
        (["report"], "missing argument 'PATH...' (see dedup report --help)"),
        (["report", "x", "--threshold"], "option '--threshold' requires an argument"),
        (
            ["report", "x", "--threshold", "high"],
            "threshold is 'high': give a share from 0.5 to 1, such as 0.8 or 80%",
        ),
        (
            ["report", "x", "--max-gap", "1.5"],
            "invalid value for '--max-gap': '1.5' is not a whole",
        ),
        (["report", "x", "--recall", "hihg"], "recall is 'hihg': give one of auto, high,"),
        (["report", "x", "--color", "nevr"], "color is 'nevr': give one of auto, always, never;"),
        (["report", "x", "--width", "3"], "width is 3: the least is 20"),
        (["report", "x", "--memory", "much"], "memory is 'much': give a size such as 512MiB"),
        (
            ["report", "x", "--format", "jsno"],
            "format is 'jsno': give one of terminal, text, markdown, html, json",
        ),
        (["report", "x", "--sort", "sise"], "sort is 'sise': give one of auto, place, words,"),
    ],
)
def test_a_wrong_word_is_one_line_with_the_nearest_right_one(
    dedup: Callable, words: list[str], line: str
) -> None:
    """Exit code 2, nothing on the standard output."""
    done = dedup(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"dedup: {line}")


@pytest.mark.parametrize("option", ["--annotate", "--save"])
def test_an_option_that_does_not_exist_yet_is_unknown(dedup: Callable, option: str) -> None:
    """It is not accepted and ignored."""
    assert dedup("check", "x", "--against", "y", option, "z").returncode == 2


def test_passages_can_be_turned_off(dedup: Callable) -> None:
    """Scripts may say so from the first day."""
    assert dedup("config", "--passages", "off").returncode == 0


def test_an_option_takes_one_value(dedup: Callable) -> None:
    """`--against a b` is one published path and one new one, never two published ones."""
    done = dedup("check", "--against", "missing-a", "missing-b")
    assert done.returncode == 2
    assert "missing-b" in done.stderr
