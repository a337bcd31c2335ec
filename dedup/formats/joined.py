"""
The text of a record that is not one string: the strings of a list, or of several fields, joined.

`--text-field title,body` names several fields, `messages[].content` (or `messages.content`) a path
through a list; a field of either very name comes first. A list holds strings, objects whose text is
their `content`, `value` or `text`, and lists of these; null, and an object that says by its `type`
that it is something else (a picture, a call), hold none. Between two strings stands an empty line,
so each begins a paragraph, whatever a paragraph is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.formats.interface import Fault
from dedup.settings import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MISSING = object()
"""What stands for a field that is not there."""
BETWEEN = "\n\n"
"""What stands between two strings."""
TEXTS = ("content", "value", "text")
"""The fields that hold the text of an object in a list, in the order in which they are asked."""
_SHOWN, _LONGEST = 8, 40
"""Fields in an error message, and characters of each."""
KINDS = {
    "NoneType": "null",
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "list": "a list",
    "dict": "an object",
    "str": "a string",
}


def text_of(value: dict[str, Any], field: str, *, to_cut: bool) -> str | Fault:
    """
    Return the text of a parsed record, or say why it has none.

    With `to_cut` it must be one string, since cuts are made in its bytes.
    """
    own = member(value, field)
    if type(own) is str:
        return own
    # A field of this very name, one behind a list, or several.
    names = several(field)
    if own is MISSING or own is None:
        found = [(name, _reached(value, name)) for name in names]
    else:
        names, found = (field,), [(field, own)]
    for name, one in found:
        if one is MISSING:
            return no_field(name, value)
        if type(one) is not list and type(one) is not str and (one is not None or len(names) == 1):
            return Fault(f"field {name!r} is {_kind(one)}, not a string")
    if to_cut:
        return one_string(field, "names several texts" if own is MISSING else "is a list")
    return _joined(found)


def several(field: str) -> tuple[str, ...]:
    """Return the fields that a name with commas names."""
    return tuple(name.strip() for name in field.split(",")) if "," in field else (field,)


def one_string(field: str, why: str) -> Fault:
    """Say that a clean cannot cut this text."""
    return Fault(
        f"field {field!r} {why}: clean takes one field of one string",
        step="name such a field with text_field=…",
    )


def no_field(field: str, value: Iterable[str]) -> Fault:
    """Say that the text field is not among the fields of a record."""
    names = [name[:_LONGEST] for name, _ in zip(value, range(_SHOWN + 1), strict=False)]
    shown = ", ".join(names[:_SHOWN]) + ", …" * (len(names) > _SHOWN)
    return Fault(
        f"no field {field!r}{nearest(field, names)}",
        f"fields: {shown}" if names else "",
        "name the text with text_field=…",
    )


def has_text(value: object, field: str) -> bool:
    """Tell whether a parsed record has the text field, whatever that holds."""
    if type(value) is not dict:
        return False
    names = (field, *several(field))
    return any(_reached(value, name) is not MISSING for name in names)


def member(value: Mapping[str, Any], field: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a field, or `MISSING`."""
    own = value.get(field, MISSING)
    if (own is MISSING or own is None) and "." in field:
        inner: Any = value
        for part in field.split("."):
            inner = inner.get(part, MISSING) if type(inner) is dict else MISSING
        return own if inner is MISSING else inner
    return own


def path_of(field: str) -> list[str]:
    """Return the keys that lead to a field through objects and lists."""
    return field.replace("[]", "").split(".")


def _reached(value: dict[str, Any], field: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a field, through lists a list of those behind them, or `MISSING`."""
    own = member(value, field)
    if own is not MISSING and own is not None:
        return own
    found: list[Any] = [value]
    for key in path_of(field):
        items = [one for item in found for one in _flat(item)]
        if not items:
            return []
        found = [one[key] for one in items if type(one) is dict and key in one]
        if not found:
            return own
    return own if found == [None] else found


def _flat(value: object) -> Iterator[object]:
    """Yield a value, or what is in a list and in the lists in it; however deep they are."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) is list:
            waiting += reversed(one)
        else:
            yield one


def _joined(found: Iterable[tuple[str, Any]]) -> str | Fault:
    """Join the strings of some values, or say what else there is."""
    parts: list[str] = []
    for name, value in found:
        waiting = [value]
        while waiting:
            one = waiting.pop()
            if type(one) is str:
                parts.append(one)
            elif type(one) is list:
                waiting += reversed(one)
            elif type(one) is dict:
                inner = next((one[key] for key in TEXTS if key in one), MISSING)
                if inner is not MISSING:
                    waiting.append(inner)
                elif "type" not in one:
                    why = f"field {name!r} holds an object without {', '.join(TEXTS)}"
                    return Fault(why, step=f"name the text, as in {name}[].NAME")
            elif one is not None:
                return Fault(f"field {name!r} holds {_kind(one)}, not a string")
    return BETWEEN.join(part for part in parts if part)


def _kind(value: object) -> str:
    return KINDS.get(type(value).__name__, type(value).__name__)
