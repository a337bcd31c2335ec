"""Values of the classes that JSON is written from, field by field -> plain values."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from dedup.escaping import name_to_json
from dedup.group import Name


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of the classes
    """Return what is to be written; a field whose default says nothing is left out."""
    if isinstance(value, Name):
        return {**name_to_json(value.document), "record": value.record}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if not is_dataclass(value):
        return value
    told: dict[str, Any] = {}
    for field in fields(value):
        own = getattr(value, field.name)
        if field.name == "document":
            told |= name_to_json(own)
        elif own != field.default or field.default is MISSING:
            told[field.name] = plain(own)
    return told
