"""
Build the JSON Schemas of what programs read from the classes that it is written from.

Run as `python tools/make_schemas.py`: it writes every `*.schema.json` of `SCHEMAS` anew.
Names, types and descriptions are those of the fields; a field with a default that says nothing
(`None`, `False`, an empty tuple) may be missing. What a type cannot say stands in `RULES`.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
import types
from pathlib import Path
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from dedup import report, verdict
from dedup.checking import KINDS as FINDINGS
from dedup.cleaning import ledger
from dedup.model import KINDS, UNITS
from dedup.reports import diff_json, verdict_json

DEDUP = Path(report.__file__).parent
DRAFT = "https://json-schema.org/draft/2020-12/schema"
NOT_WRITTEN = "Not written to JSON."
"""How the description of a field ends that the JSON leaves out."""
BASE64 = {
    "description": "The bytes of a name that is no text, in base64; left out otherwise.",
    "type": "string",
    "contentEncoding": "base64",
}
RANGE = {
    "description": "First and last, from 1, inclusive.",
    "type": "array",
    "items": {"type": "integer", "minimum": 1},
    "minItems": 2,
    "maxItems": 2,
}
PLAIN: dict[object, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0},
    float: {"type": "number", "minimum": 0, "maximum": 1},
    int | float: {"type": "number", "minimum": 0},
    dict[str, object]: {
        "type": "object",
        "additionalProperties": {"type": ["number", "string", "boolean", "null"]},
    },
    tuple[int, int]: {"$ref": "#/$defs/range"},
    bytes: {
        "oneOf": [
            {"type": "string"},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["base64"],
                "properties": {"base64": {"type": "string", "contentEncoding": "base64"}},
            },
        ]
    },
}
"""Counts, offsets and shares are never negative; bytes are UTF-8, or in base64."""


class Schema(NamedTuple):
    """One file, and the class that an object of it is written from."""

    file: Path
    of: type
    id: str
    title: str


SCHEMAS = (
    Schema(
        DEDUP / "reports" / "report.schema.json", report.Report, "urn:dedup:report:1", report.SCHEMA
    ),
    Schema(
        DEDUP / "cleaning" / "ledger.schema.json",
        ledger.Line,
        "urn:dedup:ledger:1",
        "A line of ledger.jsonl",
    ),
    Schema(
        DEDUP / "reports" / "diff.schema.json",
        diff_json.Comparison,
        "urn:dedup:diff:1",
        diff_json.SCHEMA,
    ),
)

WRITTEN = {verdict.Verdict: verdict_json.Verdict}
"""Classes that are written as another one."""
SPAN = {"minItems": 2, "maxItems": 2}
GROUP_ID = {"pattern": "^[0-9a-f]{16}(-[1-9][0-9]*)?$"}
RULES: dict[str, dict[str, Any]] = {
    "Group.id": GROUP_ID,
    "Group.kind": {"enum": list(KINDS)},
    "Group.unit": {"enum": list(UNITS)},
    "Group.paragraphs": {"minimum": 1},
    "Group.count": {"minimum": 1},
    # The keeper stands first, and alone is one.
    "Group.occurrences": {
        "minItems": 1,
        "prefixItems": [{"properties": {"keeper": {"const": True}}}],
        "items": {"properties": {"keeper": {"const": False}}},
        "allOf": [{"items": {"$ref": "#/$defs/occurrence"}}],
    },
    # Boilerplate has a count; what else repeats has copies, and each of them a fingerprint.
    "Group": {
        "if": {"properties": {"kind": {"const": "boilerplate"}}},
        "then": {"required": ["count"]},
        "else": {
            "properties": {
                "count": False,
                "occurrences": {
                    "minItems": 2,
                    "prefixItems": [True],
                    "items": {"required": ["fingerprint"]},
                },
            }
        },
    },
    "Occurrence.file_line": {"minimum": 1},
    "Occurrence.fingerprint": {"pattern": "^[0-9a-f]{16}$"},
    "Occurrence.bound": {"const": True},
    "Occurrence.paired": {
        "minItems": 1,
        "items": {k: v for k, v in RANGE.items() if k != "description"},
    },
    "Occurrence": {
        "if": {"properties": {"keeper": {"const": True}}},
        "then": {
            "properties": {"fingerprint": False, "of": False, "bound": False, "paired": False}
        },
    },
    "Finding.group": GROUP_ID,
    "Finding.kind": {"enum": list(FINDINGS)},
    "Finding.file_line": {"minimum": 1},
    "Finding.number": {"minimum": 1},
    "Finding.status": {"enum": list(verdict.STATUSES)},
    "Verdict.fail_on": {"items": {"enum": list(FINDINGS)}},
    "Piece.a": SPAN,
    "Piece.b": SPAN,
    "Line.reason": {"enum": list(ledger.REASONS)},
    "Line.rule": {"pattern": "^(first|last|longest|(oldest|newest|prefer):.+)$"},
    "Line.group": GROUP_ID,
    # Where there is a keeper, a rule chose it and it is so similar.
    "Line": {
        "if": {"properties": {"keeper": {"type": "null"}}},
        "then": {"properties": {"rule": {"type": "null"}, "similarity": {"type": "null"}}},
        "else": {"properties": {"rule": {"type": "string"}, "similarity": {"type": "number"}}},
    },
}
"""What a type cannot say, by class, or by class and field."""


def schema(wanted: Schema) -> dict[str, Any]:
    """Return a JSON Schema (draft 2020-12)."""
    found: dict[str, Any] = {}
    head = {"$schema": DRAFT, "$id": wanted.id, "title": wanted.title}
    body = head | _object(wanted.of, found)
    if wanted.title in {report.SCHEMA, diff_json.SCHEMA}:
        body["properties"] = {"schema": {"const": wanted.title}} | body["properties"]
        body["required"].insert(0, "schema")
    return body | {"$defs": dict(sorted(found.items()))}


def text(wanted: Schema) -> str:
    """Return a schema as its file has it."""
    return json.dumps(schema(wanted), indent=2, ensure_ascii=False) + "\n"


def _object(of: type, found: dict[str, Any]) -> dict[str, Any]:
    """Describe a class by its fields; the classes of these are put into *found*."""
    hints, descriptions = get_type_hints(of, localns={}), _descriptions(of)
    properties: dict[str, Any] = {}
    required = []
    for name, hint in hints.items():
        about = descriptions.get(name, "")
        if about.endswith(NOT_WRITTEN):
            continue
        missing = _may_be_missing(of, name)
        kind = _without_none(hint) if missing else hint
        rules = RULES.get(f"{of.__name__}.{name}", {})
        properties[name] = ({"description": about} if about else {}) | _value(kind, found) | rules
        if name in {"document", "path"}:
            properties[f"{name}_bytes"] = BASE64
        required += [] if missing else [name]
    return {
        "description": _plain((inspect.getdoc(of) or "").split("\n\n")[0]),
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
        **RULES.get(of.__name__, {}),
    }


def _value(hint: Any, found: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a type
    """Describe a value of a type."""
    if type(None) in get_args(hint):
        some = _value(_without_none(hint), found)
        if "type" in some and "enum" not in some:
            return some | {"type": [some["type"], "null"]}
        return {"oneOf": [{"type": "null"}, some]}
    if hint in PLAIN:
        if "$ref" in PLAIN[hint]:
            found["range"] = RANGE
        return dict(PLAIN[hint])
    if get_origin(hint) is Literal:
        return {"type": "string", "enum": list(get_args(hint))}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _value(get_args(hint)[0], found)}
    hint = WRITTEN.get(hint, hint)
    name = hint.__name__.lower()
    if name not in found:
        found[name] = None
        found[name] = _object(hint, found)
    return {"$ref": f"#/$defs/{name}"}


def _may_be_missing(of: type, name: str) -> bool:
    """Tell whether a field has a default that says nothing; a record is always told."""
    defaults = {p.name: p.default for p in inspect.signature(of).parameters.values()}
    return name != "record" and any(defaults[name] is nothing for nothing in (None, False, ()))


def _without_none(hint: Any) -> Any:  # noqa: ANN401 - a type
    """Return a type without `None`."""
    if get_origin(hint) not in {Union, types.UnionType}:
        return hint
    (some,) = (part for part in get_args(hint) if part is not type(None))
    return some


def _descriptions(of: type) -> dict[str, str]:
    """Return the docstring below each field of a class."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(of))).body
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - what a class's source is
    found = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(about))),
            ):
                found[name] = _plain(about)
    return found


def _plain(about: str) -> str:
    """Return a docstring on one line, in words of JSON."""
    return " ".join(about.split()).replace("`None`", "null")


if __name__ == "__main__":
    for one in SCHEMAS:
        one.file.write_text(text(one), encoding="utf-8")
