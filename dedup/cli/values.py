"""
What was typed, as values.

NOTE: typer turns every argument into a value through pydantic, whose import takes longer than a
whole `dedup check` of one article. Our options are texts, numbers and paths, so four lines do.
Where typer has changed and does not ask for this, its own way holds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import typer

READERS: dict[type, tuple[Callable[[str], Any], str]] = {
    str: (str, "a text"),
    Path: (Path, "a path"),
    int: (int, "a whole number"),
    float: (float, "a number"),
    bool: (lambda text: {"true": True, "false": False}[text.lower()], "true or false"),
}


class Reader:
    """Reads the texts of one parameter; a class because typer asks for an object with `coerce`."""

    def __init__(self, kind: type) -> None:
        self._read, self._wanted = READERS[kind]
        self._kind = kind

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - typer's signature
        """Give the value of a text, or of each; `None` where nothing was given."""
        if param.multiple or param.nargs == -1:
            return [self._one(v, param, ctx) for v in value] if value else ()
        return None if value is None else self._one(value, param, ctx)

    def _one(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - typer's classes
        if isinstance(value, self._kind):
            return value
        try:
            return self._read(value)
        except (ValueError, KeyError):
            raise typer.BadParameter(
                f"{value!r} is not {self._wanted}", ctx=ctx, param=param
            ) from None


def read_plainly(param: Any) -> None:  # noqa: ANN401 - typer's class
    """Let a parameter be read by `Reader` where its type is one of ours."""
    descriptor = getattr(param, "type_descriptor", None)
    annotation = getattr(descriptor, "annotation", None)
    kinds = [annotation, *get_args(annotation)]
    kind = next((k for k in kinds if isinstance(k, type) and k in READERS), None)
    if kind is not None and getattr(param, "_runtime_param", kind) is None:
        param._runtime_param = Reader(kind)  # noqa: SLF001 - see the note above
