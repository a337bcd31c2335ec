"""Verdict of a check -> blocks: each new document, its share, and where its findings are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dedup.reports.findings import (
    aside,
    compared_with,
    finding_line,
    outcome,
    over,
    pointer,
    source_pointer,
)
from dedup.reports.page import Gap, Line, Span, span
from dedup.reports.wording import counted, named, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.report import Report
    from dedup.reports.page import Block
    from dedup.verdict import Checked, Finding, Verdict

_DOCUMENTS = 30
"""Documents that are shown."""
_FINDINGS = 20
"""Findings of one document that are shown."""
_SOURCES = 3
"""Documents that are named as holding the text of one."""


def checked(report: Report) -> Iterator[Block]:
    """Yield the outcome, what it was compared with, and each document with its findings."""
    verdict = report.verdict
    if verdict is None:
        return
    yield Line(span(outcome(report), "strong"))
    if said := compared_with(report):
        yield Line(span(f"{said}.".capitalize(), "soft"))
    findings: dict[tuple[str, str | None], list[Finding]] = defaultdict(list)
    for finding in verdict.findings:
        findings[finding.copy.document, finding.copy.record].append(finding)
    shown = [
        document
        for document in verdict.documents
        if document.share or findings[document.document, document.record]
    ]
    # Documents of which much is found elsewhere come first, so that none of them is left out.
    shown.sort(key=lambda document: -document.share)
    for document in shown[:_DOCUMENTS]:
        yield Gap()
        yield _document(verdict, document)
        yield from _findings(findings[document.document, document.record])
    if len(shown) > _DOCUMENTS:
        yield Gap()
        left = counted(len(shown) - _DOCUMENTS, "more document")
        yield Line(span(f"… {left} with findings not shown.", "soft"))
    yield from _kept(verdict)


def _document(verdict: Verdict, document: Checked) -> Line:
    """Say how much of a document is found elsewhere, and where."""
    spans = [Span(named(document), "name"), Span(": ")]
    if document.share:
        spans.append(Span(f"{percent(document.share)} is found elsewhere", "strong"))
        there = document.elsewhere
        where = [f"{percent(part)} in {named(name)}" for name, part in there[:_SOURCES]]
        if len(there) > _SOURCES:
            where.append(f"more in {counted(len(there) - _SOURCES, 'other')}")
        spans.append(Span(f" ({', '.join(where)})" if where else ""))
    else:
        spans.append(Span("nothing that counts is found elsewhere"))
    if document.over:
        spans.append(Span(f"; {over(document, verdict)}", "warn"))
    if document.left_out:
        spans.append(Span(f"; {percent(document.left_out)} of it is left out"))
    return Line(tuple(spans), hang=2)


def _findings(findings: list[Finding]) -> Iterator[Block]:
    """List findings: where they are, then what they repeat; those that fail come first."""
    findings = sorted(findings, key=lambda f: (not f.fails, f.copy.start))
    for finding in findings[:_FINDINGS]:
        why = aside(finding)
        yield Line(
            (
                Span("  "),
                Span(pointer(finding.copy), "name"),
                Span("  repeats "),
                Span(source_pointer(finding), "name"),
                Span(f"  {finding_line(finding)}"),
                Span(f"  [{why}]" if why else "", "soft"),
            ),
            hang=4,
        )
    if len(findings) > _FINDINGS:
        left = counted(len(findings) - _FINDINGS, "more finding")
        yield Line(span(f"  … {left} not shown.", "soft"))


def _kept(verdict: Verdict) -> Iterator[Block]:
    """Say what to do about the baseline, the allow file and the marks."""
    lines = list(verdict.notes)
    gone = sum(one.count for one in verdict.stale)
    if gone:
        them = counted(gone, "finding")
        lines.append(
            f"{them} of the baseline is gone" if gone == 1 else f"{them} of the baseline are gone"
        )
        lines += [f"  {one.text} ({', '.join(one.documents)})" for one in verdict.stale[:_FINDINGS]]
    if lines:
        yield Gap()
    for line in lines:
        yield Line(span(line, "soft"), hang=2)
