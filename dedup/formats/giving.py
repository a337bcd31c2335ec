"""What a caller gives: paths, or texts that are held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from os import PathLike
from typing import Any

from dedup.errors import SettingsError
from dedup.formats.held import Held, Records, Texts

_A_PATH = 1000
"""Characters from which a string with spaces cannot be meant as a path."""
_SHOWN = 60
"""Characters of a value in an error message."""
_KINDS = "a path or several, dicts, a frame, or strings"


def given(
    data: Any,  # noqa: ANN401 - what a caller gives
    texts: Iterable[str] | None,
    *,
    argument: str = "data",
    again: bool = False,
) -> list[str | PathLike[str] | Held]:
    """
    Tell what a caller gives: a path, several paths, dicts, a frame; strings as `texts`.

    Strings in `data` are paths, whatever is in them. With `again` what is held is read more than
    once. Raises `SettingsError` that names the `argument` for what is none of these.
    """
    as_texts = "texts" if argument == "data" else f"{argument}_texts"
    if texts is not None:
        if data is not None:
            raise SettingsError(f"{argument} and {as_texts} are both given: give one of them")
        if isinstance(texts, (str, bytes, Mapping)) or not isinstance(texts, Iterable):
            raise SettingsError(f"{as_texts} is {_shown(texts)}: give a list of strings")
        return [Texts(argument if argument != "data" else "texts", texts, again=again)]
    if isinstance(data, (str, PathLike)):
        return _paths([data], argument, as_texts)
    label = argument if argument != "data" else "rows"
    if not isinstance(data, (list, tuple)):  # whoever gives paths does not wait for Arrow
        from dedup.formats import frames

        if (frame := frames.frame(data, argument, label)) is not None:
            return [frame]
    if isinstance(data, (bytes, Mapping)) or not isinstance(data, Iterable):
        raise SettingsError(f"{argument} is {_shown(data)}: give {_KINDS} as {as_texts}=[…]")
    first, data = _peeked(data)
    if isinstance(first, Mapping):
        return [Records(label, data, again=again)]
    return _paths(list(data), argument, as_texts)


def _peeked(values: Iterable[Any]) -> tuple[Any, Iterable[Any]]:
    """Return the first of some values, and all of them."""
    iterator = iter(values)
    first = next(iterator, None)
    # NOTE: what gives a new iterator each time is read again from its beginning.
    if iterator is not values or first is None:
        return first, values
    return first, chain([first], iterator)


def _paths(paths: list[Any], argument: str, as_texts: str) -> list[str | PathLike[str] | Held]:
    """Refuse what is neither path nor held, and a string that is meant as none: see `given`."""
    for number, path in enumerate(paths):
        if not isinstance(path, (str, PathLike, Held)):
            raise SettingsError(
                f"{argument}[{number}] is {_shown(path)}: give {_KINDS} as {as_texts}=[…]"
            )
        if isinstance(path, str) and len(path) > _A_PATH and " " in path:
            raise SettingsError(
                f"{argument} has a string of {len(path):,} characters, and strings are paths: "
                f"give texts as {as_texts}=[…]"
            )
    return paths


def _shown(value: object) -> str:
    """Show a value and its type, in one line."""
    text = " ".join(repr(value).split())
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return text if value is None else f"{text} ({type(value).__name__})"
