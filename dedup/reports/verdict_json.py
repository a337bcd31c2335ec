"""
The verdict of a check -> JSON, as a part of its report.

The classes here are what is written, field by field; a field whose default says nothing is left
out. A finding is told by its group, its place and its fingerprint: the rest stands in the group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup.escaping import shown
from dedup.reports.findings import reasons
from dedup.reports.plain import plain

if TYPE_CHECKING:
    from dedup import report, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A copy in a checked document (of boilerplate: a group), and what becomes of it."""

    group: str
    """Id of its group; of a document that resembles another one, an id of its own."""
    kind: str
    """`within`, `across`, `boilerplate` or `documents`."""
    document: str
    """The path as given, a slash and the path below it."""
    record: str | None
    """Id of the record, or its number from 1; `None` for a plain file."""
    lines: tuple[int, int]
    """Lines of the document's text."""
    file_line: int | None = None
    """Line of the record in its file; `None` for a plain file."""
    fingerprint: str
    """Identity of the finding; several findings may share one."""
    number: int
    """Number of the finding among those of its fingerprint, from 1."""
    status: str
    """It is new, known to the baseline, in lines that were not changed, left out or allowed."""
    why: str
    """Why it does not count; empty where it is new."""
    fails: bool
    """It makes the check fail: it is new, and its kind is one that fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another document in which a part of a checked one is found."""

    document: str
    """The path as given, a slash and the path below it."""
    record: str | None
    """Id of the record, or its number from 1; `None` for a plain file."""
    share: float
    """Of the checked document, found there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One checked document; shares are of the characters of its paragraphs."""

    document: str
    """The path as given, a slash and the path below it."""
    record: str | None
    """Id of the record, or its number from 1; `None` for a plain file."""
    share: float
    """Found elsewhere, without what is left out."""
    counted: float
    """The part of it that lies in new findings: what `--max-overlap` looks at."""
    left_out: float
    """What marks, quotations, sections, paths and allowed texts take out."""
    over: bool
    """More of it is found elsewhere than `--max-overlap` lets pass."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """Where it is found, the largest share first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """An entry of the baseline that stands for more findings than there are."""

    fingerprint: str
    count: int
    """Findings of it that are gone."""
    documents: tuple[str, ...]
    text: str
    """The beginning of the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check says of its findings."""

    failed: bool
    """A finding fails, or a share is too large: exit code 1, unless something was not read."""
    reasons: tuple[str, ...]
    """Why the exit code is not 0, each in words; `--exit-zero` does not change them."""
    fail_on: tuple[str, ...]
    """The kinds of findings that fail."""
    max_overlap: float | None
    """The share of a document that may be found elsewhere."""
    findings: tuple[Finding, ...]
    """In the order of the groups, and in a group of its copies."""
    documents: tuple[Checked, ...]
    """The checked documents, in Order."""
    stale: tuple[Stale, ...]
    notes: tuple[str, ...]
    """What whoever keeps the allow file and the marks should know."""


def verdict_to_json(found: report.Report, judged: verdict.Verdict) -> dict[str, Any]:
    """Return the verdict of a check as plain values."""
    told: dict[str, Any] = plain(
        Verdict(
            failed=judged.failed,
            reasons=tuple(reasons(found)),
            fail_on=judged.fail_on,
            max_overlap=judged.max_overlap,
            findings=tuple(map(_finding, judged.findings)),
            documents=tuple(map(_checked, judged.documents)),
            stale=tuple(
                Stale(
                    fingerprint=one.fingerprint,
                    count=one.count,
                    documents=tuple(map(shown, one.documents)),
                    text=one.text,
                )
                for one in judged.stale
            ),
            notes=judged.notes,
        )
    )
    return told


def _finding(finding: verdict.Finding) -> Finding:
    copy = finding.copy
    return Finding(
        group=finding.group.id,
        kind=finding.kind,
        document=copy.document,
        record=copy.record,
        lines=copy.lines,
        file_line=copy.file_line,
        fingerprint=finding.fingerprint,
        number=finding.number,
        status=finding.status,
        why=finding.why,
        fails=finding.fails,
    )


def _checked(document: verdict.Checked) -> Checked:
    return Checked(
        document=document.document,
        record=document.record,
        share=document.share,
        counted=document.counted,
        left_out=document.left_out,
        over=document.over,
        elsewhere=tuple(
            Elsewhere(document=name.document, record=name.record, share=share)
            for name, share in document.elsewhere
        ),
    )
