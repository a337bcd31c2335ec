"""The terminal: boxes and colours around the same content, and nothing that drives it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from dedup.reports.diff import compare
from dedup.reports.diff_page import WIDE
from dedup.reports.terminal import print_diff, print_report
from dedup.reports.text import to_text
from dedup.reports.view import View
from dedup.reports.visible import cells

if TYPE_CHECKING:
    from types import SimpleNamespace

    from dedup.report import Report

WIDTHS = (20, 80, 200)
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def console(width: int, *, colors: bool = False, encoding: str = "utf-8") -> Console:
    """Make a console that writes into memory."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="", write_through=True)
    return Console(
        file=file,
        width=width,
        force_terminal=colors,
        color_system="standard" if colors else None,
        legacy_windows=False,
    )


def written(made: Console) -> str:
    """Give what a console wrote."""
    raw = made.file.buffer.getvalue()  # type: ignore[attr-defined]
    text: str = raw.decode(made.encoding)
    return text


def shown(report: Report, width: int = 80, view: View | None = None) -> str:
    """Show a report without colours."""
    made = console(width)
    print_report(report, made, view)
    return written(made)


def words(text: str) -> list[str]:
    """Give the words, without boxes."""
    return re.sub("[│╭╮╰╯─()]", " ", text).split()


@pytest.mark.parametrize("width", WIDTHS)
def test_fits(every: Report, width: int) -> None:
    """No line is wider than the terminal; boxes are whole."""
    for line in shown(every, width).split("\n"):
        assert cells(line) <= width
        if line.startswith(("│", "╭", "╰")):
            assert cells(line) == width
            assert line[-1] in "│╮╯"


@pytest.mark.parametrize("width", WIDTHS)
def test_only_colours_are_escape_sequences(every: Report, width: int) -> None:
    """With colours, the only control sequences are ours; without, there are none."""
    made = console(width, colors=True)
    print_report(every, made)
    text = written(made)
    assert "\x1b[" in text
    assert ANSI.sub("", text) == shown(every, width)
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b\ud800-\udfff]", ANSI.sub("", text)
    )


def test_no_color(made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR takes the colours; everything can be told apart without."""
    monkeypatch.setenv("NO_COLOR", "1")
    screen = console(80, colors=True)
    print_report(made.mixed(), screen)
    text = written(screen)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", text)
    assert "[-4.5-]{+4.7+}" in ANSI.sub("", text)


@pytest.mark.parametrize("width", [80, 200])
def test_tells_the_same_as_text(made: SimpleNamespace, width: int) -> None:
    """The text format has the words of the terminal, no more and no fewer."""
    reports = [made.showcase(), made.many(60)]
    # With room a changed copy stands beside the keeper: what both have is there twice.
    for report in reports + [made.mixed()] * (width < WIDE):
        assert sorted(words(shown(report, width))) == sorted(words(to_text(report, width=width)))


def test_a_changed_copy_stands_beside_the_keeper(made: SimpleNamespace) -> None:
    """Where there is room; what each says and the other does not is marked in its own column."""
    lines = [line.strip("│ ").split("│") for line in shown(made.mixed(), 160).splitlines()]
    left, right = zip(*(line for line in lines if len(line) == 2), strict=True)
    assert any("[-4.5-]" in text for text in left)
    assert any("{+4.7+}" in text for text in right)


def test_showcase(made: SimpleNamespace) -> None:
    """A section is a box with its id, both places and its numbered text."""
    lines = shown(made.showcase()).split("\n")
    assert lines[3].startswith("╭─ repeated inside one document ──")
    assert lines[3].endswith("── 5f0c77aa ─╮")
    assert "first  seeds/003_de5b8be049ad9072.txt:2, paragraphs 2–6" in lines[4]
    assert lines[-2] == "╰" + "─" * 78 + "╯"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_old_console(made: SimpleNamespace, encoding: str) -> None:
    """A console that cannot draw boxes or write a sign gets plain ones."""
    screen = console(60, encoding=encoding)
    print_report(made.showcase(), screen)
    text = written(screen)
    assert "\n+- repeated inside one document ---" in text
    assert all(len(line) <= 60 for line in text.split("\n"))


def test_one_group(made: SimpleNamespace) -> None:
    """A view is obeyed."""
    text = shown(made.mixed(), 80, View(group="000000b2"))
    assert text.count("╭") == 1
    assert "[-4.5-]{+4.7+}" in text


def test_diff_side_by_side() -> None:
    """A wide terminal shows two columns, each text with its own words."""
    screen = console(110)
    print_diff(compare("Same.\nOne two.\nOnly a.", "Same.\nOne 2."), ("a.txt", "b.txt"), screen)
    assert [line.rstrip() for line in written(screen).split("\n")] == [
        "50% of the words are the same; 1 paragraph changed, 1 only in A.",
        "",
        f"{'A    a.txt':53} │ B    b.txt",
        "",
        f"{'  1  Same.':53} │   1  Same.",
        f"{'~ 2  One [-two-].':53} │ ~ 2  One {{+2+}}.  (66.6% alike, no finding: too short)",
        f"{'- 3  [-Only a.-]':53} │",
        "",
    ]


def test_diff_in_one_column() -> None:
    """A narrow terminal shows one column."""
    screen = console(60)
    print_diff(compare("One two.", "One 2."), ("a.txt", "b.txt"), screen)
    assert "~ 1  One [-two-]{+2+}.  (66.6% alike," in written(screen)


@pytest.mark.parametrize("width", [20, 60, 100, 140, 200])
def test_diff_fits(made: SimpleNamespace, width: int) -> None:
    """A comparison of hostile texts fits, in one column and in two."""
    keeper, copy = made.hostile().groups[0].occurrences
    screen = console(width)
    print_diff(compare(keeper.text, copy.text), (keeper.document, copy.document), screen)
    text = written(screen)
    assert all(cells(line) <= width for line in text.split("\n"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b]", text)


def test_terminal_is_light() -> None:
    """Neither the terminal nor the text loads what takes long: scipy, datasketch, pyarrow."""
    code = (
        "import sys, dedup.reports.terminal;"
        "print({'scipy', 'datasketch', 'pyarrow'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == "set()\n"
