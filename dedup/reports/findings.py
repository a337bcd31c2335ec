"""Findings in few words, for annotations, lists and messages: where they are, what they repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.reports.visible import visible
from dedup.reports.wording import counted, likeness_word, percent
from dedup.text.lines import excerpt
from dedup.verdict import KNOWN, NEW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.group import Occurrence, Part
    from dedup.report import Report
    from dedup.verdict import Checked, Finding, Verdict

_EXCERPT = 200
"""Characters of a text in a message."""

RULES = {
    "within": "Text that is repeated inside one document",
    "across": "Text that stands in another document",
    "boilerplate": "A paragraph that many documents share",
    "documents": "A document that resembles another one as a whole",
}
"""What each kind of finding is called where rules have names."""


def pointer(place: Occurrence, part: Part | Occurrence | None = None) -> str:
    """Return `path:line`, which terminals and editors open; the line of a record is its file's."""
    line = place.file_line or (part or place).lines[0]
    record = f" (record {visible(place.record)})" if place.record is not None else ""
    return f"{visible(place.document)}:{line}{record}"


def source_pointer(finding: Finding) -> str:
    """Return `path:line` of what a finding repeats."""
    return pointer(finding.group.keeper, finding.source)


def finding_line(finding: Finding) -> str:
    """Say how much a finding repeats, and how alike it is."""
    group = finding.group
    if finding.kind == "boilerplate":
        return f"a paragraph that stands in {counted(group.count or 0, 'place')}"
    if finding.kind == "documents":
        return f"the whole document, {percent(finding.copy.similarity)} of both is the same"
    first, last = finding.copy.paragraphs
    words = counted(words_of(finding), "word")
    return f"{counted(last - first + 1, 'paragraph')}, {words}, {likeness_word(finding.copy)}"


def words_of(finding: Finding) -> int:
    """Count the words of a copy as a reader does: what white space parts."""
    return len(finding.copy.text.split())


def quoted(text: str, most: int = _EXCERPT) -> str:
    """Return the beginning of a text on one line, with nothing hidden in it."""
    return visible(excerpt(text, most))


def ranked(findings: Iterator[Finding] | tuple[Finding, ...]) -> list[Finding]:
    """Return one finding a group, those of most words first."""
    groups: dict[str, Finding] = {}
    for finding in findings:
        groups.setdefault(finding.group.id, finding)
    return sorted(groups.values(), key=lambda finding: -words_of(finding))


def outcome(report: Report) -> str:
    """Say in one sentence whether a check fails, and what does not count."""
    verdict = report.verdict
    if verdict is None:
        return ""
    why = _why(verdict)
    said = f"The check fails: {', '.join(why)}." if why else "The check passes."
    statuses = [f.status for f in verdict.findings if not f.fails]
    aside = [f"{statuses.count(s):,} {s}" for s in dict.fromkeys(statuses) if s != NEW]
    other = statuses.count(NEW)
    if other:
        aside.append(f"{other:,} of a kind that does not fail")
    return f"{said} Not counted: {', '.join(aside)}." if aside else said


def reasons(report: Report) -> list[str]:
    """Say why the exit code of a check is not 0; what could not be read comes first."""
    faults = sum(one.fault for one in report.summary.skipped)
    unread = [f"{counted(faults, 'input')} could not be read"] if faults else []
    return unread + (_why(report.verdict) if report.verdict else [])


def _why(verdict: Verdict) -> list[str]:
    """Say what fails a check: findings, and documents that are over the limit."""
    failing = len(verdict.failing)
    over = sum(document.over for document in verdict.documents)
    new = "new finding" if verdict.has_baseline else "finding"
    found = [counted(failing, new)] if failing else []
    limit = [f"{counted(over, 'document')} over the limit of {_limit(verdict)}"] if over else []
    return found + limit


def _limit(verdict: Verdict) -> str:
    return percent(verdict.max_overlap or 0)


def over(document: Checked, verdict: Verdict) -> str:
    """Say that more of a document is found elsewhere than may be."""
    return f"{percent(document.counted)} is found elsewhere, more than {_limit(verdict)}"


def compared_with(report: Report) -> str:
    """Say what the documents were compared with."""
    summary = report.summary
    if not summary.published:
        return ""
    published = counted(summary.published, "published document")
    return f"compared with {published} ({counted(summary.published_characters, 'character')})"


def aside(finding: Finding) -> str:
    """Say why a finding does not count; nothing of a new one."""
    if finding.status == NEW:
        return ""
    return finding.status if finding.status == KNOWN else f"{finding.status}: {finding.why}"
