"""Verdict of a check -> a code quality report of GitLab: one object a finding that counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dedup.escaping import escaped, shown
from dedup.reports.findings import finding_line, over, quoted, source_pointer
from dedup.verdict import NEW

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.report import Report


def to_gitlab(report: Report, located: Callable[[str], str]) -> str:
    """
    Return the findings as an array; `located` gives the name of a document in the repository.

    Each has a fingerprint of its own: GitLab shows one of those that share it.
    """
    verdict = report.verdict
    rows: list[dict[str, Any]] = []
    # New findings,
    for finding in verdict.findings if verdict else ():
        if finding.status != NEW:
            continue
        copy = finding.copy
        rows.append(
            {
                "description": f"Repeats {source_pointer(finding)}: {finding_line(finding)}."
                f" {quoted(copy.text)}",
                "check_name": f"dedup-{finding.kind}",
                "fingerprint": f"{finding.fingerprint}-{finding.number}",
                "severity": "major" if finding.fails else "info",
                "location": {
                    "path": shown(located(copy.document)),
                    "lines": {"begin": copy.file_line or copy.lines[0]},
                },
            }
        )
    # and documents of which more is found elsewhere than may be.
    numbers: dict[str, int] = {}
    for document in verdict.documents if verdict else ():
        if document.over and verdict:
            path = shown(located(document.document))
            numbers[path] = numbers.get(path, 0) + 1
            rows.append(
                {
                    "description": over(document, verdict),
                    "check_name": "dedup-overlap",
                    "fingerprint": f"overlap-{path}-{numbers[path]}",
                    "severity": "major",
                    "location": {"path": path, "lines": {"begin": 1}},
                }
            )
    lines = ",\n ".join(escaped(json.dumps(row, ensure_ascii=False)) for row in rows)
    return f"[\n {lines}\n]\n" if rows else "[]\n"
