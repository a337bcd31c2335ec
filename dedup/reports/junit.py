"""
Verdict of a check -> JUnit XML: a test for each checked document, that fails where the check does.

Characters that XML 1.0 does not have are shown, so that every reader takes the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from dedup.escaping import picture
from dedup.reports.findings import finding_line, over, pointer, quoted, source_pointer
from dedup.reports.wording import counted, named

if TYPE_CHECKING:
    from dedup.report import Report
    from dedup.verdict import Checked, Finding, Verdict

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHOWN = 50
"""Findings that one failure lists."""


def to_junit(report: Report) -> str:
    """Return a suite of one test a document; one that passes where there is none."""
    verdict = report.verdict
    documents = verdict.documents if verdict else ()
    failing: dict[tuple[str, str | None], list[Finding]] = {}
    for finding in verdict.failing if verdict else ():
        failing.setdefault((finding.copy.document, finding.copy.record), []).append(finding)
    suite = ET.Element("testsuite", name="dedup")
    failures = 0
    for document in documents:
        case = ET.SubElement(suite, "testcase", classname="dedup.check", name=_xml(named(document)))
        found = failing.get((document.document, document.record), [])
        if verdict and (found or document.over):
            failures += 1
            _fail(case, document, found, verdict)
    if not documents:
        ET.SubElement(suite, "testcase", classname="dedup.check", name="nothing to check")
    tests = str(max(1, len(documents)))
    suite.attrib |= {"tests": tests, "failures": str(failures), "errors": "0"}
    suites = ET.Element("testsuites", name="dedup", tests=tests, failures=str(failures))
    suites.append(suite)
    ET.indent(suites, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, "unicode") + "\n"


def _fail(case: ET.Element, document: Checked, found: list[Finding], verdict: Verdict) -> None:
    """Say why the test of a document fails."""
    reasons = [counted(len(found), "finding")] if found else []
    reasons += [over(document, verdict)] if document.over else []
    kinds = sorted({finding.kind for finding in found}) or ["overlap"]
    message = _xml("; ".join(reasons))
    failure = ET.SubElement(case, "failure", type=",".join(kinds), message=message)
    lines = [
        f"{pointer(f.copy)} repeats {source_pointer(f)}: {finding_line(f)}\n  {quoted(f.copy.text)}"
        for f in found[:_SHOWN]
    ]
    if len(found) > _SHOWN:
        lines.append(f"and {counted(len(found) - _SHOWN, 'more finding')}")
    failure.text = _xml("\n".join(lines or reasons))


def _xml(text: str) -> str:
    """Show the characters that XML does not have."""
    return _NOT_IN_XML.sub(lambda found: picture(found[0]), text)
