"""The verdict of a check: which findings of its report count, which fail, and why others do not."""

from __future__ import annotations

from dataclasses import dataclass

from dedup.group import Group, Name, Occurrence, Part  # noqa: TC001 - a saved report is read by its types

NEW = "new"
"""The finding counts: it fails the check if its kind does."""
KNOWN = "known"
"""The baseline has it."""
UNTOUCHED = "untouched"
"""It touches no added or changed line."""
IGNORED = "ignored"
"""A mark in the text, a quotation, a section or a path takes it out."""
ALLOWED = "allowed"
"""An allow file names its text."""
STATUSES = (NEW, KNOWN, UNTOUCHED, IGNORED, ALLOWED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One copy (of boilerplate: one group) in the documents that are checked."""

    group: Group
    copy: Occurrence
    status: str
    """One of `STATUSES`."""
    why: str
    """Why the finding does not count, for people; empty for a new one."""
    fails: bool
    """The finding makes the check fail."""
    fingerprint: str
    """Identity of the finding; several findings may share one."""
    number: int
    """Number of the finding among those of its fingerprint, from 1."""
    column: int = 1
    """Where the copy begins in its first line, in code points from 1,"""
    end_column: int = 2
    """and one past where the copy, or that line, ends."""

    @property
    def kind(self) -> str:
        """`within`, `across` or `boilerplate`."""
        return self.group.kind

    @property
    def source(self) -> Occurrence | Part:
        """The place that the copy repeats: in the keeper's document."""
        return self.copy.of or self.group.keeper


@dataclass(frozen=True, slots=True)
class Checked:
    """One incoming document, as the check judges it. Shares are 0 to 1."""

    document: str
    record: str | None
    share: float
    """Found elsewhere, without what is left out."""
    counted: float
    """The part of `share` that lies in new findings: what `--max-overlap` looks at."""
    left_out: float
    """Share of the document that marks, quotations, sections, paths and allowed texts take out."""
    elsewhere: tuple[tuple[Name, float], ...] = ()
    """The other documents in which it is found, and its share there, largest first;
    empty where nothing was read again."""
    over: bool = False
    """More of the document is found elsewhere than `--max-overlap` lets pass."""


@dataclass(frozen=True, slots=True)
class Stale:
    """An entry of the baseline that stands for more findings than there are."""

    fingerprint: str
    count: int
    """Findings of it that are gone."""
    documents: tuple[str, ...]
    text: str
    """The beginning of the text."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of the findings of its report."""

    findings: tuple[Finding, ...]
    """In the order of the report's groups, and in a group of its copies."""
    documents: tuple[Checked, ...]
    """The incoming documents, in Order."""
    fail_on: tuple[str, ...]
    """The kinds of findings that fail."""
    max_overlap: float | None = None
    stale: tuple[Stale, ...] = ()
    notes: tuple[str, ...] = ()
    """What whoever keeps the allow file, the marks and the baseline should know, a line each."""
    has_baseline: bool = False
    """The findings were compared with a baseline."""

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings that make the check fail."""
        return tuple(finding for finding in self.findings if finding.fails)

    @property
    def failed(self) -> bool:
        """The check fails: by a finding, or by a share."""
        return any(f.fails for f in self.findings) or any(d.over for d in self.documents)
