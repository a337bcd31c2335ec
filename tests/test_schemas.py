"""The JSON Schemas are those of the classes that the JSON is written from."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

TOOL = runpy.run_path(str(Path(__file__).parent.parent / "tools" / "make_schemas.py"))


@pytest.mark.parametrize("schema", TOOL["SCHEMAS"], ids=lambda schema: schema.file.name)
def test_a_schema_is_built_from_its_classes(schema: tuple) -> None:
    """`python tools/make_schemas.py` has been run since a field was added or described anew."""
    Draft202012Validator.check_schema(TOOL["schema"](schema))
    assert schema.file.read_text("utf-8") == TOOL["text"](schema)
