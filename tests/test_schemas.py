"""The JSON Schemas are those of the classes that the JSON is written from."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dedup.group import Name
from dedup.reports.diff import compare
from dedup.reports.diff_json import diff_to_json

TOOL = runpy.run_path(str(Path(__file__).parent.parent / "tools" / "make_schemas.py"))


@pytest.mark.parametrize("schema", TOOL["SCHEMAS"], ids=lambda schema: schema.file.name)
def test_a_schema_is_built_from_its_classes(schema: tuple) -> None:
    """`python tools/make_schemas.py` has been run since a field was added or described anew."""
    Draft202012Validator.check_schema(TOOL["schema"](schema))
    assert schema.file.read_text("utf-8") == TOOL["text"](schema)


def _long(word: str, number: str = "4") -> str:
    return f"{word} paragraph says that the bridge will cost {number} million euros by {word} day."


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("", ""),
        ("One.", ""),
        ("\u4ed6\u6765\u4e86\u3002", "\u4ed6\u8d70\u4e86\u3002"),
        ("\n\n".join(map(_long, "abcd")), "\n\n".join([_long("d", "5"), *map(_long, "bca")])),
        ("\n\n".join(map(_long, "ab")), " ".join(map(_long, "ab")).upper()),
    ],
)
def test_a_comparison_holds_to_its_schema(a: str, b: str) -> None:
    """Whatever became of the texts."""
    (schema,) = (one for one in TOOL["SCHEMAS"] if one.file.name == "diff.schema.json")
    told = json.loads(diff_to_json(compare(a, b), Name("a.txt"), Name("b\udcff.jsonl", "7")))
    Draft202012Validator(TOOL["schema"](schema)).validate(told)
    assert told["b"]["record"] == "7"
