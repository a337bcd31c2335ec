"""Verdicts for programs that run checks: valid by the schemas of others, whatever is in them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

from dedup.group import Group, Name, Occurrence
from dedup.report import Incoming, Report, Summary
from dedup.reports.github import LARGEST, job_summary, to_github
from dedup.reports.gitlab import to_gitlab
from dedup.reports.json import report_schema, to_json
from dedup.reports.junit import to_junit
from dedup.reports.sarif import to_sarif
from dedup.verdict import STATUSES, Checked, Finding, Stale, Verdict

SCHEMAS = Path(__file__).parent / "schemas"
HOSTILE = [
    "::error::x",
    "##[error]x",
    "a\n::set-output name=x::y",
    "100%25%0A::error::x",
    "a,line=3:b.md",
    "\x1b[31m\x00\x9b",
    "</failure>]]>&<x y='\"'>",
    "[a](1) \\] @team | `x` ``` </details>",
    "\u202e\ufffe\U0001f600",
    "caf\udce9.md",
    "a b#?.md",
]


def report(*names: str, status: str = "new", copies: int = 1) -> Report:
    """Make a judged report in which each name is a document, and its text, with a finding."""
    groups, findings, documents = [], [], []
    for number, name in enumerate(names):
        places = [
            Occurrence(
                f"{name}{copy or ''}",
                None if copy else name,
                (1, 2),
                (3, 5),
                7,
                7 + len(name),
                0.9,
                identical=False,
                keeper=copy == 0,
                text=f"{name} {name}",
                file_line=None if copy else 4,
                fingerprint=f"{number:016x}" if copy else None,
            )
            for copy in range(copies + 1)
        ]
        group = Group(f"{number:016x}", "across", "block", 2, 30, 99, 0.9, tuple(places))
        groups.append(group)
        for at, place in enumerate(group.copies, 1):
            fails = status == "new"
            why = "" if fails else name
            found = Finding(group, place, status, why, fails, f"{number:016x}", at, 2, 9)
            findings.append(found)
            there = ((Name(name, name), 0.5),)
            documents.append(Checked(place.document, None, 0.5, 0.5, 0.1, there, over=True))
    return Report(
        "0.1",
        {},
        Summary(1, 1, 1, 1, len(groups), 1, 1, 1, 1, 0, (), published=1),
        tuple(groups),
        (),
        incoming=tuple(Incoming(d.document, None, 0.5) for d in documents),
        verdict=Verdict(tuple(findings), tuple(documents), ("across",), 0.25, has_baseline=True),
    )


def located(name: str) -> str:
    """Every document lies in the repository."""
    return name


@pytest.mark.parametrize("status", STATUSES)
def test_sarif_is_valid(status: str) -> None:
    """By the schema of the standard; with the identity, both places, and no empty text."""
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text())
    log = json.loads(to_sarif(report(*HOSTILE, status=status), located))
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    results = [one for one in log["runs"][0]["results"] if one["ruleId"] == "across"]
    assert len(results) == len(HOSTILE)
    for result in results:
        assert result["partialFingerprints"]["primaryLocationLineHash"].endswith(":1")
        [place], [other] = result["locations"], result["relatedLocations"]
        for one in (place, other):
            uri = one["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[\w./%~-]+", uri)
        region = place["physicalLocation"]["region"]
        assert set(region) == {"startLine", "endLine", "startColumn", "endColumn"}
        assert "](1)" in result["message"]["text"]
    assert '""' not in json.dumps(log)


@pytest.mark.parametrize("status", STATUSES)
def test_json_is_valid(status: str) -> None:
    """By its schema: which findings fail and why the others do not, shares, the reasons."""
    stale = (Stale("0" * 16, 1, tuple(HOSTILE), HOSTILE[0]),)
    found = report(*HOSTILE, status=status)
    found = replace(found, verdict=replace(found.verdict, stale=stale, notes=(HOSTILE[3],)))
    told = json.loads(to_json(found))
    jsonschema.Draft202012Validator(report_schema()).validate(told)
    verdict = told["verdict"]
    assert [one["fails"] for one in verdict["findings"]] == [status == "new"] * len(HOSTILE)
    assert [one["group"] for one in verdict["findings"]] == [g["id"] for g in told["groups"]]
    assert all(one["over"] and one["counted"] == 0.5 for one in verdict["documents"])
    assert verdict["failed"]
    over = f"{len(HOSTILE)} documents over the limit of 25%"
    new = [f"{len(HOSTILE)} new findings"] if status == "new" else []
    assert verdict["reasons"] == [*new, over]


def test_nothing_is_valid_too() -> None:
    """A check that finds nothing writes whole files."""
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text())
    jsonschema.Draft4Validator(schema).validate(json.loads(to_sarif(report(), located)))
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(to_junit(report()))
    assert json.loads(to_gitlab(report(), located)) == []


def test_junit_is_valid() -> None:
    """By the schema that Jenkins keeps; the texts come out as they are shown."""
    text = to_junit(report(*HOSTILE))
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(text.replace("\ufffe", ""))
    root = ET.fromstring(text.partition("\n")[2])  # noqa: S314 - our own
    assert root.attrib["failures"] == str(len(HOSTILE))
    assert len(root.findall(".//failure")) == len(HOSTILE)


def test_gitlab() -> None:
    """Every fingerprint is its own, also of one text in several places."""
    rows = json.loads(to_gitlab(report("a", "b", copies=3), located))
    prints = [row["fingerprint"] for row in rows]
    assert len(set(prints)) == len(prints) == 12
    for row in rows:
        assert set(row) == {"description", "check_name", "fingerprint", "severity", "location"}


def test_github_commands() -> None:
    """One line a finding; no name and no text can be read as a command or end a property."""
    lines = to_github(report(*HOSTILE), located).splitlines()
    assert all(
        line.startswith(("::error file=", "The check fails")) or "more" in line for line in lines
    )
    for line in lines:
        assert "##[" not in line
        if not line.startswith("::"):
            continue
        head, _, data = line[2:].partition("::")
        kind, _, properties = head.partition(" ")
        assert kind == "error"
        names = [one.partition("=")[0] for one in properties.split(",")]
        assert names in (["file", "line", "endLine", "title"], ["file", "line", "title"])
        assert re.fullmatch(r"(?:[^%\r\n]|%25|%0A|%0D)*", data)


def test_github_is_within_its_limits() -> None:
    """Ten of a type, one a group; what is left is counted, and stands in the summary."""
    many = report(*(f"n{number}.md" for number in range(30)), copies=2)
    text = to_github(many, located)
    assert text.count("::error ") == 10
    assert "more errors: see the job summary" in text
    assert "::warning " in to_github(many, located, lenient=True)
    assert "::error " not in to_github(many, located, lenient=True)
    assert job_summary(many).count("\n| fails |") == 60
    cut = job_summary(many, 2000)
    assert len(cut.encode()) <= 2000
    assert "more lines are left out" in cut
    assert LARGEST < 1 << 20


@pytest.mark.parametrize("name", HOSTILE)
def test_the_summary_shows_names_as_they_are(name: str) -> None:
    """No sign of a name is one of Markdown or HTML."""
    text = job_summary(report(name))
    rows = [line for line in text.splitlines() if "fails" in line and line.startswith("|")]
    assert [row.count("|") for row in rows] == [5]
    assert "@team" not in text
    assert "<x" not in text
