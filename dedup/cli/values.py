"""
What was typed, as values: texts, numbers and paths are read the same way under every typer.

NOTE: newer releases of typer read every value through pydantic, whose import takes longer than a
whole `dedup check` of one article. Our options are texts, numbers and paths, so few lines do.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, get_args

READERS: dict[type, tuple[Callable[[str], Any], str]] = {
    str: (str, "a text"),
    Path: (Path, "a path"),
    int: (int, "a whole number"),
}
"""How a text becomes a value of a type, and what the type is called."""


def kind_of(annotation: Any) -> type | None:  # noqa: ANN401 - any annotation
    """Return the one of our types that an annotation holds, however deep; a switch has none."""
    if isinstance(annotation, type) and annotation in READERS:
        return annotation
    return next((kind for part in get_args(annotation) if (kind := kind_of(part))), None)


def read_plainly(param: Any, kind: type) -> None:  # noqa: ANN401 - typer's class
    """Let a parameter take its values from `_value`, in place of click's `process_value`."""
    param.process_value = partial(_value, param, kind)


def _value(param: Any, kind: type, context: Any, given: Any) -> Any:  # noqa: ANN401 - typer's classes
    """Return the value of what was typed, or of each; `None` or `[]` where nothing was."""
    value = given if isinstance(given, bool) else _read(param, kind, context, given)
    return value if param.callback is None else param.callback(context, param, value)


def _read(param: Any, kind: type, context: Any, given: Any) -> Any:  # noqa: ANN401 - typer's classes
    """Return the value of the texts that were typed. Raises the usage error of click."""
    several = param.multiple or param.nargs == -1
    # What stands for "not given" differs between releases of click; what was typed is a text.
    texts = [given] if isinstance(given, str) else given
    texts = list(texts) if isinstance(texts, (list, tuple)) else []
    if param.required and not texts:
        context.fail(f"missing {param.param_type_name} {_name(param)!r}")
    values = [_one(param, kind, context, text) for text in texts]
    return values if several else values[0] if values else None


def _one(param: Any, kind: type, context: Any, text: str) -> Any:  # noqa: ANN401 - typer's classes
    """Return the value of one text. Raises the usage error of click."""
    read, wanted = READERS[kind]
    try:
        return read(text)
    except ValueError:
        context.fail(f"invalid value for {_name(param)!r}: {text!r} is not {wanted}")


def _name(param: Any) -> str:  # noqa: ANN401 - typer's class
    """Return a parameter's name as a person writes it."""
    name: str = max(param.opts, key=len) if param.param_type_name == "option" else param.metavar
    return name
