"""
Report -> JSON (schema `dedup.report/1`) and JSON Lines, for other programs.

The keys stand in the order of the contract, optional ones only where they hold. Every occurrence
has a line of its own, so that two reports can be compared with `diff`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dedup.errors import InputError
from dedup.escaping import escaped, name_from_json, name_to_json, shown
from dedup.report import SCHEMA, Report
from dedup.reports.verdict_json import verdict_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.group import Group, Name, Occurrence
    from dedup.report import Incoming, NearDocuments, Overlap, Summary

LISTED = ("findings", "documents", "stale")
"""What of a verdict stands an item a line."""


def to_json(report: Report) -> str:
    """Return the whole report as one JSON object."""
    head = {
        "schema": SCHEMA,
        "version": report.version,
        "settings": report.settings,
        "summary": _summary(report.summary),
    }
    members = [f"{_dump(key)}: {_dump(value)}" for key, value in head.items()]
    members.append('"groups": ' + _array(_group(group, ",\n     ") for group in report.groups))
    members.append('"overlaps": ' + _array(_dump(_overlap(o)) for o in report.overlaps))
    if report.documents is not None:
        members.append('"documents": ' + _array(_dump(_near(near)) for near in report.documents))
    if report.incoming is not None:
        members.append('"incoming": ' + _array(_dump(_incoming(i)) for i in report.incoming))
    if report.verdict is not None:
        members.append('"verdict": ' + _verdict(verdict_to_json(report, report.verdict)))
    return "{" + ",\n ".join(members) + "}\n"


def _verdict(verdict: dict[str, Any]) -> str:
    """Return a verdict, a finding and a document a line."""
    members = [
        f"{_dump(key)}: {_array(map(_dump, value)) if key in LISTED else _dump(value)}"
        for key, value in verdict.items()
    ]
    return "{" + ",\n  ".join(members) + "}"


def to_jsonl(report: Report) -> str:
    """
    Return one group a line, as it stands in `groups` of the JSON.

    Of a report on documents alone: a keeper with its copies a line, as in `documents`.
    """
    if report.settings.get("unit") == "document":
        return "".join(_dump(_near(near)) + "\n" for near in report.documents or ())
    return "".join(_group(group, ", ") + "\n" for group in report.groups)


LEFT_OUT = ("schema", "verdict")
"""Keys of the JSON that no report is built from: a verdict names its findings by their groups."""


def from_dict(value: Any) -> Report:  # noqa: ANN401 - plain values
    """
    Return the report that such JSON was written from, without texts and verdict.

    Raises `InputError` for what is no such report.
    """
    from msgspec import ValidationError, convert

    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise InputError(f"this is no report of the schema {SCHEMA}: give what to_dict gave")
    try:
        rows = {key: part for key, part in _named(value).items() if key not in LEFT_OUT}
        for group in rows["groups"]:
            group["occurrences"] = [{"text": "", **place} for place in group["occurrences"]]
        report = convert(rows, Report)
    except (ValidationError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"this report is damaged ({error}): give what to_dict gave") from error
    if not all(group.occurrences for group in report.groups):
        raise InputError("this report has a group without places: give what to_dict gave")
    return report


def _named(value: Any) -> Any:  # noqa: ANN401 - plain values
    """Return plain values, names that are no text as they are for the system."""
    if isinstance(value, list):
        return [_named(part) for part in value]
    if not isinstance(value, dict):
        return value
    row = {key: _named(part) for key, part in value.items()}
    for key in ("document", "path"):
        if row.get(f"{key}_bytes") is not None:
            row[key] = name_from_json(row, key)
            del row[f"{key}_bytes"]
    return row


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that every report holds to."""
    from importlib.resources import files

    text = files(__package__).joinpath("report.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _dump(value: object) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))


def _array(items: Iterable[str]) -> str:
    """Return one item a line."""
    lines = ",\n  ".join(items)
    return f"[\n  {lines}]" if lines else "[]"


def _summary(summary: Summary) -> dict[str, object]:
    return {
        "documents": summary.documents,
        "paragraphs": summary.paragraphs,
        "characters": summary.characters,
        "words": summary.words,
        "groups": summary.groups,
        "repeated_paragraphs": summary.repeated_paragraphs,
        "repeated_characters": summary.repeated_characters,
        "published": summary.published,
        "boilerplate_characters": summary.boilerplate_characters,
        "copied_documents": summary.copied_documents,
        "near_kept": summary.near_kept,
        "candidates": summary.candidates,
        "rejected": summary.rejected,
        "buckets_cut": summary.buckets_cut,
        "skipped": [
            name_to_json(skipped.path, "path") | {"why": shown(skipped.why)}
            for skipped in summary.skipped
        ],
    }


def _group(group: Group, separator: str) -> str:
    """Write a group, its occurrences apart from each other by `separator`."""
    head: dict[str, object] = {
        "id": group.id,
        "kind": group.kind,
        "unit": group.unit,
        "paragraphs": group.paragraphs,
        "words": group.words,
        "characters": group.characters,
        "similarity": group.similarity,
    }
    if group.count is not None:
        head["count"] = group.count
    if group.template:
        head |= {"template": True, "deciding": group.deciding}
    first = separator.lstrip(",") if "\n" in separator else ""
    places = separator.join(_dump(_occurrence(place)) for place in group.occurrences)
    return f'{_dump(head)[:-1]}, "occurrences": [{first}{places}]}}'


def _occurrence(place: Occurrence) -> dict[str, object]:
    value: dict[str, object] = {**name_to_json(place.document), "record": place.record}
    if place.file_line is not None:
        value["file_line"] = place.file_line
    value |= {
        "paragraphs": place.paragraphs,
        "lines": place.lines,
        "start": place.start,
        "end": place.end,
        "similarity": place.similarity,
        "identical": place.identical,
        "keeper": place.keeper,
    }
    # What only a copy has, where it has it.
    if place.fingerprint is not None:
        value["fingerprint"] = place.fingerprint
    if place.of is not None:
        value["of"] = {
            "paragraphs": place.of.paragraphs,
            "lines": place.of.lines,
            "start": place.of.start,
            "end": place.of.end,
        }
    if place.bound:
        value["bound"] = True
    if place.paired:
        value["paired"] = place.paired
    if place.date is not None:
        value["date"] = place.date
    return value


def _name(name: Name) -> dict[str, object]:
    return {**name_to_json(name.document), "record": name.record}


def _overlap(overlap: Overlap) -> dict[str, object]:
    return {
        "a": _name(overlap.a),
        "b": _name(overlap.b),
        "share_of_a": overlap.share_of_a,
        "share_of_b": overlap.share_of_b,
    }


def _near(near: NearDocuments) -> dict[str, object]:
    return {
        "keeper": _name(near.keeper),
        "copies": [
            {
                **_name(copy.name),
                "resemblance": copy.resemblance,
                "contained": copy.contained,
                "contains": copy.contains,
            }
            for copy in near.copies
        ],
    }


def _incoming(incoming: Incoming) -> dict[str, object]:
    return {
        **name_to_json(incoming.document),
        "record": incoming.record,
        "share": incoming.share,
    }
