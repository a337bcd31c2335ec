"""JSON: the contract, key by key."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator, ValidationError

from dedup.reports.json import report_schema, to_json, to_jsonl

if TYPE_CHECKING:
    from types import SimpleNamespace

    from dedup.report import Report

SCHEMA = Draft202012Validator(report_schema())


def test_schema_is_a_schema() -> None:
    """The schema is itself valid."""
    Draft202012Validator.check_schema(report_schema())


def test_holds_to_the_schema(every: Report) -> None:
    """Every report validates, and is UTF-8."""
    text = to_json(every)
    SCHEMA.validate(json.loads(text))
    assert text.encode().endswith(b"}\n")


def test_comes_back_as_it_was(every: Report) -> None:
    """Names come back as they were, undecodable bytes too."""
    value = json.loads(to_json(every))
    assert [o["document"] for g in value["groups"] for o in g["occurrences"]] == [
        o.document for g in every.groups for o in g.occurrences
    ]
    assert [o["record"] for g in value["groups"] for o in g["occurrences"]] == [
        o.record for g in every.groups for o in g.occurrences
    ]


def test_keys_in_order(made: SimpleNamespace) -> None:
    """Keys stand in the order of the contract; optional ones only where they hold."""
    value = json.loads(to_json(made.showcase()))
    assert list(value) == ["schema", "version", "settings", "summary", "groups", "overlaps"]
    keeper, copy = value["groups"][0]["occurrences"]
    base = ["document", "record", "paragraphs", "lines", "start", "end"]
    base += ["similarity", "identical", "keeper"]
    assert list(keeper) == base
    assert list(copy) == [*base, "fingerprint", "paired"]
    assert copy["paired"][0] == [2, 7]


def test_optional_keys(made: SimpleNamespace) -> None:
    """A record has its line, a copy of a part its part, a bound its mark, boilerplate its count."""
    value = json.loads(to_json(made.mixed()))
    across, within, boilerplate = value["groups"]
    assert across["occurrences"][2]["file_line"] == 43
    assert across["occurrences"][3]["of"]["paragraphs"] == [4, 4]
    assert within["occurrences"][1]["bound"] is True
    assert boilerplate["count"] == 57
    assert [group.get("count") for group in (across, within)] == [None, None]
    assert value["incoming"][0] == {"document": "news/b.txt", "record": None, "share": 0.8216}
    assert value["summary"]["skipped"][1] == {"path": "y.txt", "why": "not UTF-8, perhaps cp1252"}


def test_letters_are_not_escaped(made: SimpleNamespace) -> None:
    """Only what drives a terminal is, and a byte of a name that is no text."""
    text = to_json(made.report(made.group("within", made.place("é\udc80😀\x9b", "x"))))
    assert '"é\\\\x80😀\\u009b", "document_bytes": "w6mA8J+YgMKb"' in text


def test_jsonl_is_one_group_a_line(every: Report) -> None:
    """A line of JSON Lines is a group of the JSON, or a keeper where documents are alone."""
    lines = to_jsonl(every).split("\n")
    assert lines.pop() == ""
    what = "documents" if every.settings.get("unit") == "document" else "groups"
    assert [json.loads(line) for line in lines] == json.loads(to_json(every))[what]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("new",), 1),
        (("groups", 0, "new"), 1),
        (("groups", 0, "count"), 3),
        (("groups", 0, "similarity"), 1.1),
        (("groups", 0, "kind"), "inside"),
        (("groups", 0, "occurrences", 0, "keeper"), False),
        (("groups", 0, "occurrences", 1, "keeper"), True),
        (("groups", 0, "occurrences", 0, "fingerprint"), "0" * 16),
        (("groups", 0, "occurrences", 1, "bound"), False),
        (("groups", 0, "occurrences", 1, "text"), "x"),
        (("groups", 0, "occurrences", 1, "lines"), [1]),
    ],
)
def test_schema_is_strict(
    made: SimpleNamespace, path: tuple[str | int, ...], value: object
) -> None:
    """What the contract does not say is refused."""
    changed = json.loads(to_json(made.showcase()))
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    with pytest.raises(ValidationError):
        SCHEMA.validate(changed)


def test_formats_for_programs_are_light() -> None:
    """JSON and CSV load neither rich nor numpy."""
    code = (
        "import sys, dedup.reports.json, dedup.reports.csv;"
        "print({'rich', 'numpy'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == "set()\n"
