"""
From a report to what is written, what is said of it, and which exit code it means.

Formats for people are laid out for the terminal's width and colours; those for programs are the
same everywhere.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from dedup.cli.exits import FAULT, FOUND
from dedup.cli.options import Shared, Talk
from dedup.cli.output import write_output
from dedup.cli.terminal import (
    can_draw,
    colored,
    columns,
    forced,
    is_terminal,
    page,
    paged,
    rendered,
    say,
    tell,
)
from dedup.settings import one_of

if TYPE_CHECKING:
    from dedup.config import Config
    from dedup.report import Report, Skipped
    from dedup.reports.page import Block
    from dedup.reports.view import View
    from dedup.settings import Settings

PAGES = ("terminal", "text")
"""For people; they list what was not read."""
DOCUMENTS = ("markdown", "html")
"""For people, to hand on: as wide as their reader makes them, always UTF-8."""
DATA = ("json", "jsonl", "csv")
"""For programs."""
FORMATS = PAGES + DOCUMENTS + DATA
VERDICTS = ("sarif", "junit", "github", "gitlab")
"""For the programs that run a check."""
CHECKS = FORMATS + VERDICTS
SHOWN_FAULTS = 20
"""Files named one by one; more are counted."""


def format_of(name: str | None, out: Path | None, formats: tuple[str, ...] = FORMATS) -> str:
    """Return the format that was asked for; else `terminal` on a terminal and `text` elsewhere."""
    if name is not None:
        return one_of("format", name, formats)
    seen = out is None and is_terminal(sys.stdout) and can_draw(sys.stdout)
    return "terminal" if seen else "text"


def view_of(out: Path | None, talk: Talk) -> tuple[int, bool]:
    """Return the width and whether there are colours, of the terminal or of a file."""
    color = colored(sys.stdout, talk.color) if out is None else talk.color == "always"
    return columns(sys.stdout, talk.width), color


def render(  # noqa: PLR0913 - what is written, where to, and how it was read
    report: "Report",
    form: str,
    out: Path | None,
    talk: Shared,
    settings: "Settings",
    view: "View | None" = None,
) -> None:
    """Write a report in one format; documents that are set side by side are read by `settings`."""
    if form in PAGES:
        from dedup.reports.report_page import report_page

        page = drawn(report_page(report, view), form, out, talk)
        show(page, form, out, in_pager=not talk.no_pager)
    elif form in DOCUMENTS:
        write_output(_document(report, form, settings, view), out, data=True)
    else:
        write_output(_data(report, form, view), out, data=True)
    if form == "jsonl" and not talk.quiet:
        from dedup.reports.wording import headline, not_sought

        for line in filter(None, (headline(report), not_sought(report))):
            say(line)


def drawn(blocks: "Iterable[Block]", form: str, out: Path | None, talk: Talk) -> str:
    """Return a page in a format for people; text has colours only where they were asked for."""
    width, color = view_of(out, talk)
    boxes = form == "terminal"
    if not boxes and out is None:
        color = forced(talk.color)
    return _laid(blocks, width, boxes=boxes, color=color)


def _laid(blocks: "Iterable[Block]", width: int, *, boxes: bool, color: bool) -> str:
    """Lay a page out and paint it, which plain text without colours needs no console for."""
    if not boxes and not color:
        from dedup.reports.text import plain

        return plain(blocks, width)
    from dedup.reports.terminal import paint

    console = page(width, color=color)
    paint(blocks, console, boxes=boxes)
    return rendered(console)


def show(text: str, form: str, out: Path | None, *, in_pager: bool) -> None:
    """Write a page for people; on a terminal that it is too long for, in a pager."""
    if in_pager and form == "terminal" and out is None and paged(text):
        return
    write_output(text, out, data=False)


def put(blocks: "Sequence[Block]", talk: Talk, stream: TextIO) -> None:
    """Write a page to the standard output or, as talk, to the standard error."""
    boxes = is_terminal(stream) and can_draw(stream)
    color = colored(stream, talk.color) if boxes else forced(talk.color)
    text = _laid(blocks, columns(stream, talk.width), boxes=boxes, color=color)
    if stream is sys.stdout:
        write_output(text, None, data=False)
    else:
        for line in text.splitlines():
            tell(line)


def _document(report: "Report", form: str, settings: "Settings", view: "View | None") -> str:
    """Write a report for people who are handed it."""
    from dedup import api
    from dedup.reports.resembling import to_read

    read = view is None or view.at_hand
    texts = api.texts_of(to_read(report), settings) if read else {}
    if form == "html":
        from dedup.reports.html import to_html

        return to_html(report, view, texts)
    from dedup.reports.markdown import to_markdown

    return to_markdown(report, view, texts)


def _data(report: "Report", form: str, view: "View | None") -> str:
    """Write a report for programs."""
    if view is not None:
        from dedup.reports.view import viewed

        report = viewed(report, view)
    if form == "csv":
        from dedup.reports.csv import to_csv

        return to_csv(report, spreadsheet=view is not None and view.spreadsheet)
    from dedup.reports.json import to_json, to_jsonl

    return to_json(report) if form == "json" else to_jsonl(report)


def render_check(  # noqa: PLR0913 - what is written, where to, and how it was read
    report: "Report",
    form: str,
    out: Path | None,
    talk: Shared,
    settings: "Settings",
    *,
    lenient: bool,
) -> None:
    """Write the report of a check in one format; `lenient` where findings do not fail it."""
    if form not in VERDICTS:
        render(report, form, out, talk, settings)
        return
    located = _located()
    if form == "junit":
        from dedup.reports.junit import to_junit

        text = to_junit(report)
    elif form == "sarif":
        from dedup.reports.sarif import to_sarif

        text = to_sarif(report, located)
    elif form == "gitlab":
        from dedup.reports.gitlab import to_gitlab

        text = to_gitlab(report, located)
    else:
        from dedup.reports.github import to_github

        text = to_github(report, located, lenient=lenient)
        _job_summary(report)
    write_output(text, out, data=True)


def _located() -> "Callable[[str], str]":
    """Return what names a document below the top of the repository, whatever it was given as."""
    from dedup import git

    top = git.root() or os.getcwd()  # noqa: PTH109 - names are texts

    def located(document: str) -> str:
        name = os.path.relpath(os.path.realpath(document), top)
        outside = name == os.pardir or name.startswith(f"{os.pardir}{os.sep}")
        return os.path.realpath(document) if outside else name.replace(os.sep, "/")

    return located


def _job_summary(report: "Report") -> None:
    """Append to the summary of the job of a GitHub workflow, if this is one."""
    from dedup.reports.github import LARGEST, job_summary

    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return
    file = Path(name)
    try:
        there = file.stat().st_size if file.exists() else 0
        with file.open("ab") as stream:
            stream.write(job_summary(report, LARGEST - there).encode("utf-8", "backslashreplace"))
    except OSError as error:
        say(f"dedup: {file}: the job summary cannot be written: {error.strerror}")


def verdict_code(report: "Report", talk: Talk, *, shown: bool = False) -> int:
    """
    Return the exit code of a check, and name the documents of which too much is found elsewhere.

    2 where an input could not be read, since then nobody knows. `shown` says that what was not read
    and what is to be done about the rules stands in the output.
    """
    from dedup.reports.findings import outcome, over
    from dedup.reports.wording import named

    verdict = report.verdict
    if verdict is None:
        return skipped_code(report.summary.skipped, talk, shown=shown)
    if not talk.quiet:
        for document in verdict.documents:
            if document.over:
                say(f"{named(document)}: {over(document, verdict)}")
        for line in () if shown else (*verdict.notes, outcome(report)):
            say(line)
    code = skipped_code(report.summary.skipped, talk, shown=shown)
    return code or (FOUND if verdict.failed else 0)


def exit_code(
    report: "Report", talk: Talk, *, fail_on: Collection[str] = (), shown: bool = False
) -> int:
    """
    Return the exit code that a report means, and name what could not be read.

    1 where it holds a group of a kind in `fail_on`, templates apart; 2 where an input could not be
    read, since then nobody knows. `shown` says that what was not read stands in the output.
    """
    found = any(group.kind in fail_on and not group.template for group in report.groups)
    code = skipped_code(report.summary.skipped, talk, shown=shown)
    return code or (FOUND if found else 0)


def skipped_code(skipped: "Sequence[Skipped]", talk: Talk, *, shown: bool = False) -> int:
    """
    Name every input that should have been readable, count the others; 2 where there was one.

    The others are left out where the output has `shown` them.
    """
    from dedup.reports.wording import counted

    bad = [one for one in skipped if one.fault]
    for one in bad[:SHOWN_FAULTS]:
        say(f"dedup: {one.path}: {one.why}")
    if len(bad) > SHOWN_FAULTS:
        say(f"dedup: and {len(bad) - SHOWN_FAULTS:,} more that could not be read")
    reasons = Counter(one.why.partition(" (")[0] for one in skipped if not one.fault)
    if reasons and not talk.quiet and not shown:
        listed = "; ".join(
            f"{n:,} times {why}" if n > 1 else why for why, n in reasons.most_common()
        )
        say(f"not read: {counted(reasons.total(), 'input')}: {listed}")
    return FAULT if bad else 0


def explain(config: "Config") -> None:
    """Say what is in force, where it comes from and what it means."""
    from dataclasses import fields

    say("Settings in force:")
    for field in fields(config.settings):
        if field.metadata["part"] == "detection":
            value = getattr(config.settings, field.name)
            source = config.sources[field.name]
            say(f"  {field.name} = {value} ({source}): {field.metadata['about']}")
    explain_recall(config.settings)


def explain_recall(settings: "Settings") -> None:
    """Say which bands are in force, and what share of edited copies they catch."""
    from dedup.stages.candidates import COMPONENTS, MANY_TEXTS, banding, explain

    named = {"high": 1, "standard": MANY_TEXTS + 1} if settings.recall == "auto" else {}
    switch = f": high up to {MANY_TEXTS:,} different paragraphs, standard beyond"
    say(f"How edited copies are looked for (recall = {settings.recall}{switch if named else ''}):")
    for name, texts in (named or {settings.recall: 1}).items():
        bands = banding(settings, texts)
        say(
            f"  {name}: {bands.bands} bands of {bands.rows} of {COMPONENTS} components;"
            f" a pair that shares a band and {bands.equal} components is compared"
        )
        caught = [
            f"{100 * share:.3g} % at {similarity:.2f}"
            for similarity, share in explain(settings, texts)
        ]
        if caught:
            say(f"    catches of the pairs {', '.join(caught)}")
    say("  measured on planted edits of news paragraphs; equal paragraphs are always found")
