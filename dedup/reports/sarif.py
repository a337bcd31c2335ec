"""
Verdict of a check -> SARIF 2.1.0 (OASIS), as code scanning and editors read it.

A result stands at the new copy, in its first line, so that a pull request shows it; what it repeats
is the related location 1, which the message links. The identity that counts is the fingerprint and
a number. A finding that does not count is a note, suppressed where somebody said so.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dedup.escaping import escaped
from dedup.reports.findings import RULES, finding_line, quoted, source_pointer
from dedup.verdict import ALLOWED, IGNORED, KNOWN, NEW

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.group import Occurrence, Part
    from dedup.report import Report
    from dedup.verdict import Finding, Verdict

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ABOUT = "https://pypi.org/project/paradedup/"
_MOST = 25_000
"""Results that code scanning takes of one run."""


def to_sarif(report: Report, located: Callable[[str], str]) -> str:
    """
    Return the findings of a check as one run.

    `located` gives the name of a document below the top of the repository.
    """
    verdict = report.verdict
    findings = sorted(verdict.findings, key=lambda f: not f.fails) if verdict else []
    kinds = [kind for kind in RULES if any(f.kind == kind for f in findings)]
    over = _over(verdict, located) if verdict else []
    run = {
        "tool": {
            "driver": {
                "name": "dedup",
                "version": report.version,
                "informationUri": _ABOUT,
                "rules": [_rule(kind) for kind in kinds] + ([_OVERLAP] if over else []),
            }
        },
        "automationDetails": {"id": "dedup/check"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The top of the repository"}}},
        "results": [
            *over,
            *(_result(f, verdict, kinds.index(f.kind), located) for f in findings if verdict),
        ][:_MOST],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return escaped(json.dumps(log, ensure_ascii=False, indent=1)) + "\n"


def _rule(kind: str) -> dict[str, Any]:
    """Describe a kind of finding."""
    text = RULES[kind]
    return {
        "id": kind,
        "name": f"Repeated{kind.capitalize()}",
        "shortDescription": {"text": text},
        "fullDescription": {"text": f"{text}. It was compared word by word with what it repeats."},
        "help": {
            "text": "Link to the other place or write it anew. Where it is meant, mark it with"
            " <!-- dedup: ignore -->, name its text in an allow file, or take it into the baseline."
        },
        "defaultConfiguration": {"level": "error"},
    }


_OVERLAP = _rule("across") | {
    "id": "overlap",
    "name": "TooMuchFoundElsewhere",
    "shortDescription": {"text": "Too much of a document is found elsewhere"},
    "fullDescription": {"text": "More of the document is found elsewhere than --max-overlap says."},
}


def _over(verdict: Verdict, located: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return a result for each document of which too much is found elsewhere."""
    from dedup.reports.findings import over

    return [
        {
            "ruleId": "overlap",
            "level": "error",
            "message": {"text": f"{over(document, verdict)}."},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": _artifact(located(document.document)),
                        "region": _region(1, 1, 1, 2),
                    }
                }
            ],
            "partialFingerprints": {
                "primaryLocationLineHash": f"overlap/{quote(os.fsencode(document.document))}:1"
            },
        }
        for document in verdict.documents
        if document.over
    ]


def _result(
    finding: Finding, verdict: Verdict, index: int, located: Callable[[str], str]
) -> dict[str, Any]:
    """Return one finding."""
    # Where it stands: a record is one line of its file.
    copy, keeper = finding.copy, finding.group.keeper
    line = copy.file_line or copy.lines[0]
    region = _region(line, line, finding.column, finding.end_column)
    if copy.file_line is not None:
        region = _region(line, line, 1, 2)
    other = _linked(source_pointer(finding))
    said = f"Repeats [{other}](1): {finding_line(finding)}. {quoted(copy.text)}"
    result: dict[str, Any] = {
        "ruleId": finding.kind,
        "ruleIndex": index,
        "level": "error" if finding.fails else "note",
        "message": {"text": said},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(located(copy.document)),
                    "region": region,
                    **({} if copy.file_line is not None else {"contextRegion": _lines(copy)}),
                }
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "message": {"text": "what it repeats"},
                "physicalLocation": {
                    "artifactLocation": _artifact(located(keeper.document)),
                    "region": _lines(keeper, finding.source),
                },
            }
        ],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint}:{finding.number}",
            "dedup/v1": finding.fingerprint,
        },
        "properties": {"similarity": copy.similarity, "status": finding.status},
    }
    # What the baseline, marks and allowed texts say of it.
    if verdict.has_baseline and finding.status in {NEW, KNOWN}:
        result["baselineState"] = "new" if finding.status == NEW else "unchanged"
    if finding.status in {IGNORED, ALLOWED}:
        kind = "inSource" if finding.status == IGNORED else "external"
        result["suppressions"] = [{"kind": kind, "justification": finding.why}]
    return result


def _lines(place: Occurrence, part: Part | Occurrence | None = None) -> dict[str, int]:
    """Return the lines of a place; of a record, its line in the file."""
    if place.file_line is not None:
        return {"startLine": place.file_line, "endLine": place.file_line}
    first, last = (part or place).lines
    return {"startLine": first, "endLine": last}


def _region(first: int, last: int, column: int, end: int) -> dict[str, int]:
    return {"startLine": first, "startColumn": column, "endLine": last, "endColumn": end}


def _artifact(name: str) -> dict[str, str]:
    """Return the place of a file: a relative URI below the top, else an absolute one."""
    uri = quote(os.fsencode(name))
    if name.startswith("/"):
        return {"uri": f"file://{uri}"}
    # A first part with a colon would be read as a scheme.
    uri = f"./{uri}" if ":" in uri.partition("/")[0] else uri
    return {"uri": uri, "uriBaseId": "SRCROOT"}


def _linked(text: str) -> str:
    """Escape what would end the text of a link in a message."""
    return "".join(f"\\{c}" if c in "\\[]" else c for c in text)
