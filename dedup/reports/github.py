"""
Verdict of a check -> commands of a GitHub workflow, which become annotations; and the job summary.

GitHub shows ten annotations of each type a step, so there is one a group, the longest first, and
the summary has the rest. Every text is escaped as the runner undoes it, and is one line, so that no
text speaks to the log.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.reports.findings import (
    aside,
    compared_with,
    finding_line,
    outcome,
    over,
    pointer,
    quoted,
    ranked,
    source_pointer,
)
from dedup.reports.visible import visible
from dedup.reports.wording import counted, headline, named, percent
from dedup.verdict import NEW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedup.report import Report
    from dedup.verdict import Finding, Verdict

MOST = 10
"""Annotations of one type that a step may have."""
LARGEST = 1_000_000
"""Bytes of a job summary; of one that is larger GitHub shows nothing."""
_OLD_COMMAND = re.compile("##(?=\\[)")


def to_github(report: Report, located: Callable[[str], str], *, lenient: bool = False) -> str:
    """
    Return the findings as workflow commands; `lenient` makes warnings of errors.

    `located` gives the name of a document below the top of the repository.
    """
    verdict = report.verdict
    if verdict is None:
        return ""
    errors = [*_shares(verdict, located)]
    errors += [_finding(f, located) for f in ranked(verdict.failing)]
    others = tuple(f for f in verdict.findings if f.status == NEW and not f.fails)
    warnings = [_finding(f, located) for f in ranked(others)]
    notices = [("", "", line) for line in _kept(verdict)]
    lines: list[str] = []
    kinds = {"warning" if lenient else "error": errors}
    kinds["warning"] = kinds.get("warning", []) + warnings
    kinds["notice"] = notices
    for kind, several in kinds.items():
        lines += [_command(kind, *one) for one in several[:MOST]]
        if len(several) > MOST:
            left = counted(len(several) - MOST, f"more {kind}")
            lines.append(f"{left}: see the job summary")
    lines.append(defused(outcome(report)))
    return "".join(f"{line}\n" for line in lines)


def _shares(verdict: Verdict, located: Callable[[str], str]) -> Iterator[tuple[str, str, str]]:
    """Annotate documents of which too much is found elsewhere."""
    for document in verdict.documents:
        if document.over:
            where = f"file={_property(located(document.document))},line=1"
            yield where, "Too much is found elsewhere", over(document, verdict)


def _finding(finding: Finding, located: Callable[[str], str]) -> tuple[str, str, str]:
    """Annotate the new copy of a finding."""
    copy = finding.copy
    first, last = copy.lines
    if copy.file_line is not None:
        first = last = copy.file_line
    where = f"file={_property(located(copy.document))},line={first},endLine={last}"
    said = f"{finding_line(finding)}. {quoted(copy.text)}"
    return where, f"Repeats {source_pointer(finding)}", said


def _kept(verdict: Verdict) -> Iterator[str]:
    """Say what to do about the allow file, the marks and the baseline."""
    yield from verdict.notes
    for one in verdict.stale:
        times = f"{one.count:,} times " if one.count > 1 else ""
        yield f"gone {times}since the baseline: {one.text}"


def _command(kind: str, where: str, title: str, message: str) -> str:
    """Write one command; title and message are made visible and escaped."""
    named = f",title={_property(title)}" if where and title else ""
    return f"::{kind} {where}{named}::{_data(message)}"


def _data(text: str) -> str:
    """Escape a message as the runner undoes it."""
    text = visible(text) if not text.isprintable() else text
    text = _OLD_COMMAND.sub("# #", text)
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape the value of a property."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def defused(line: str) -> str:
    """Change a line of a log that the runner would take for a command, so that it takes none."""
    line = _OLD_COMMAND.sub("# #", line)
    return f". {line}" if line.lstrip().startswith("::") else line


def job_summary(report: Report, room: int = LARGEST) -> str:
    """Return the job summary in Markdown, cut with a count where it has more than `room` bytes."""
    verdict = report.verdict
    if verdict is None:
        return ""
    head = [f"### dedup check\n\n{_text(outcome(report))}\n\n{_text(headline(report))}"]
    if said := compared_with(report):
        head[0] += f" {_text(said)}."
    shares = [d for d in verdict.documents if d.share]
    parts = [*head, "\n"]
    if shares:
        parts.append("\n| document | found elsewhere | left out |\n|---|---:|---:|\n")
        parts += [
            f"| {_code(named(d))} | {percent(d.share)} | {percent(d.left_out)} |\n" for d in shares
        ]
    findings = sorted(verdict.findings, key=lambda f: not f.fails)
    if findings:
        parts.append("\n| | place | repeats | how much |\n|---|---|---|---|\n")
    parts += [
        f"| {'fails' if f.fails else _code(aside(f) or 'new')} | {_code(pointer(f.copy))} |"
        f" {_code(source_pointer(f))} | {_text(finding_line(f))} |\n"
        for f in findings
    ]
    parts += [f"\n{_text(line)}\n" for line in _kept(verdict)]
    return _cut(parts, room)


def _cut(parts: list[str], room: int) -> str:
    """Leave out what does not fit, and count it."""
    sizes = [len(part.encode("utf-8", "backslashreplace")) for part in parts]
    if sum(sizes) <= room:
        return "".join(parts)
    used, taken = 100, 0
    while taken < len(parts) and used + sizes[taken] <= room:
        used += sizes[taken]
        taken += 1
    left = f"\n{len(parts) - taken:,} more lines are left out.\n"
    return "".join(parts[:taken]) + left if taken else ""


def _code(text: str) -> str:
    """Show a name or text as it is, whatever is in it."""
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    """Write every sign that Markdown or HTML could read as a number."""
    shown = visible(text)
    return "".join(
        c if c.isalnum() or c in " .,;" or ord(c) > 127 else f"&#{ord(c)};" for c in shown
    )
