"""
The terminal: whether there is one, its colours and width, and how we talk on the standard error.

Talk is notes, warnings and progress; data never comes through here. Nothing that a text or a file
name contains reaches the terminal as a control character.
"""

import contextlib
import json
import logging
import os
import shlex
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.progress import Progress, TaskID

FALLBACK_COLUMNS = 80
PATIENCE = 1.0
"""Seconds before a progress bar appears: a quick run shows none, and does not load one."""
LONG = 5.0
"""Seconds from which a run says where they went,"""
SHORT = 0.1
"""naming the stages of at least so many."""
STARTING = "starting"
BYTES = "reading"
"""The stage that counts bytes; others count texts, pairs or files."""


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person is looking, on something that can move a cursor."""
    try:
        return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:  # closed
        return False


def colored(stream: TextIO | None, color: str = "auto") -> bool:
    """Tell whether to use colours: `--color`, NO_COLOR, FORCE_COLOR, then the stream itself."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return forced(color) or is_terminal(stream)


def forced(color: str = "auto") -> bool:
    """Tell whether colours were asked for, wherever the output goes and in plain text too."""
    if color != "auto":
        return color == "always"
    return bool(os.environ.get("FORCE_COLOR")) and not os.environ.get("NO_COLOR")


def can_draw(stream: TextIO) -> bool:
    """Tell whether box drawing and any script can be written to the stream."""
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")


def columns(stream: TextIO | None, width: int | None = None) -> int:
    """Return the columns to write for: `--width`, COLUMNS, the terminal's, or 80."""
    given = os.environ.get("COLUMNS", "")
    if width or (given.isdecimal() and int(given)):
        return width or int(given)
    if stream is None:
        return FALLBACK_COLUMNS
    try:
        return os.get_terminal_size(stream.fileno()).columns or FALLBACK_COLUMNS
    except (OSError, ValueError):
        return FALLBACK_COLUMNS


def page(width: int, *, color: bool) -> "Console":
    """Return a console that writes into a text; `written` gives it."""
    import io

    from rich.console import Console

    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )


def rendered(page: "Console") -> str:
    """Return the text of a page, without the spaces that lines end with."""
    text: str = page.file.getvalue()  # type: ignore[attr-defined]
    return "".join(line.rstrip() + "\n" for line in text.rstrip().split("\n"))


def paged(text: str) -> bool:
    """
    Show a text that is longer than the terminal in a pager; tell whether that was done.

    The pager is DEDUP_PAGER, else PAGER, else `less`; an empty one, or `cat`, is none. `less` ends
    by itself, keeps colours and leaves the text on the terminal, unless LESS says otherwise.
    """
    if not (is_terminal(sys.stdout) and is_terminal(sys.stdin)):
        return False
    # Which pager, and whether the text needs one and there is one.
    named = os.environ.get("DEDUP_PAGER", os.environ.get("PAGER", "less"))
    command = shlex.split(named)
    lines = os.get_terminal_size(sys.stdout.fileno()).lines
    if text.count("\n") < lines or not command or command == ["cat"]:
        return False
    if shutil.which(command[0]) is None:
        return False
    sys.stdout.flush()
    # The pager is given the whole text, and waited for until it is left.
    environment = {"LESS": "FRX", "LV": "-c"} | dict(os.environ)
    done = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)  # noqa: S603 - theirs
    assert done.stdin is not None  # noqa: S101 - it is a pipe
    with contextlib.suppress(BrokenPipeError):
        done.stdin.write(text.encode("utf-8", "backslashreplace"))
        done.stdin.close()
    while True:
        try:
            done.wait()
        except KeyboardInterrupt:  # a key of the pager's: it goes on until it is left
            continue
        return True


def say(line: str) -> None:
    """Write one line of talk. A standard error that is closed is no reason to fail."""
    if not line.isprintable():
        from dedup.reports.visible import visible

        line = visible(line)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from dedup.reports.github import defused

        line = defused(line)
    tell(line)


def tell(line: str) -> None:
    """Write one line of talk whose control characters are our own colours."""
    if sys.stderr is None:
        return
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.buffer.write(
            f"{line}\n".encode(sys.stderr.encoding or "ascii", "backslashreplace")
        )
        sys.stderr.buffer.flush()


class _Said(logging.Handler):
    """Says what the library logs; a class because `logging` wants one."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say one line."""
        say(f"dedup: {record.getMessage()}")


class Meter:
    """
    A progress bar with rate and time left, and the time and processor time that each stage took.

    A class because a bar has a beginning and an end. Call it with what is done, how far it is and
    how far it goes (`None` where nobody knows). It shows nothing in its first second, and nothing
    at all where no person is looking; a run that took long ends with a line that says where.
    """

    def __init__(
        self, *, quiet: bool = False, color: str = "auto", timings: "Path | None" = None
    ) -> None:
        self._on = is_terminal(sys.stderr) and not quiet
        self._quiet = quiet
        self._color = color
        self._timings = timings
        self._said = _Said()
        self._from = self._since = time.monotonic()
        self._used = 0.0
        self._stage = STARTING
        self._seconds: dict[str, float] = {}
        self._processor: dict[str, float] = {}
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        if not self._quiet:
            logging.getLogger("dedup").addHandler(self._said)
            logging.getLogger("dedup").setLevel(logging.INFO)
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        self.stop()
        logging.getLogger("dedup").removeHandler(self._said)
        self._turn(STARTING)
        total = time.monotonic() - self._from
        stages = {name: took for name, took in self._seconds.items() if name != STARTING}
        if failed is not None:
            return
        if self._timings is not None:
            from dedup.cli.output import write_output

            known = {"stages": self._seconds, "processor": self._processor}
            rounded = {
                key: {n: round(t, 4) for n, t in some.items()} for key, some in known.items()
            }
            line = json.dumps({**rounded, "seconds": round(total, 4)}, ensure_ascii=False)
            write_output(line + "\n", self._timings, data=True)
        if total >= LONG and not self._quiet:
            said = (f"{name} {took:.1f}" for name, took in stages.items() if took >= SHORT)
            say(f"{_clock(total) if total >= 60 else f'{total:.1f} s'}: {', '.join(said)}")

    def stop(self) -> None:
        """Clear the bar and show none again: data may be about to follow."""
        self._on = False
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Show how far a stage is."""
        if stage != self._stage:
            self._turn(stage)
        if not self._on or time.monotonic() - self._from < PATIENCE:
            return
        if self._bar is None:
            self._bar = _bar(colors=colored(sys.stderr, self._color))
            self._bar.start()
        if stage not in self._tasks:
            for before in self._tasks.values():
                self._bar.update(before, visible=False)
            self._tasks[stage] = self._bar.add_task(stage, total=None)
        # NOTE: before a first step is done nobody knows the pace: the bar moves, no more.
        self._bar.update(self._tasks[stage], completed=done, total=total if done else None)

    def _turn(self, stage: str) -> None:
        """End the stage that was, and begin another."""
        # The processor time is that of all threads, and of processes that have ended.
        now, used = time.monotonic(), sum(os.times()[:4])
        took, worked = now - self._since, used - self._used
        for known, part in ((self._seconds, took), (self._processor, worked)):
            known[self._stage] = known.get(self._stage, 0.0) + part
        self._stage, self._since, self._used = stage, now, used


def _bar(*, colors: bool) -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.text import Text

    class Pace(ProgressColumn):
        """Steps done, steps a second and the time left, where they are known."""

        def render(self, task: Task) -> Text:
            if task.total is None:
                return Text("")
            pace = f"{task.percentage:.0f}%"
            if task.speed and task.description == BYTES:
                pace += f", {task.speed / 1e6:,.0f} MB/s"
            elif task.speed:
                pace += f", {task.speed:,.0f}/s"
            if task.time_remaining is not None:
                pace += f", {_clock(task.time_remaining)} left"
            return Text(pace)

    # Data goes to the standard output, so the bar does not; and it leaves nothing behind.
    console = Console(file=sys.stderr, force_terminal=True, no_color=not colors, highlight=False)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        Pace(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _clock(seconds: float) -> str:
    """Write a time as `1:05` or `2:00:00`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
