"""
Settings: everything a user can choose, in one frozen, validated record.

A field's `about` is its help text, `part` what it changes: `detection` settings change what is
found and stand in every report; `reading` settings change which texts are read; `running` settings
change neither, only time, memory and place (so they never appear in an output).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Self

from dedup.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CHOICES: dict[str, tuple[str, ...]] = {
    "recall": ("auto", "high", "standard", "fast"),
    "paragraphs": ("auto", "line", "blank"),
    "passages": ("off", "on"),
    "input_format": ("auto", "text", "markdown", "jsonl", "json", "csv", "tsv", "parquet"),
    "on_error": ("fail", "skip", "quarantine"),
    "engine": ("local",),
}


def _setting(default: Any, part: str, about: str) -> Any:  # noqa: ANN401 - a dataclass field
    return field(default=default, metadata={"part": part, "about": about})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is in force. Raises `SettingsError` for a value that a field cannot have."""

    threshold: float = _setting(0.80, "detection", "lowest similarity of a match, 0.5 to 1")
    min_words: int = _setting(
        8, "detection", "a paragraph of fewer words is short: matched only when equal"
    )
    min_group_words: int = _setting(20, "detection", "fewest words of a reported block")
    max_gap: int = _setting(2, "detection", "long paragraphs that a block may skip in a row")
    boilerplate_documents: int = _setting(
        10,
        "detection",
        "a paragraph in this many documents is boilerplate (ten times that from 40 words)",
    )
    recall: str = _setting("auto", "detection", "how hard to look for edited copies")
    paragraphs: str = _setting(
        "auto", "detection", "a paragraph is a line, or a run of lines up to a blank one"
    )
    join_hyphens: bool = _setting(
        False,  # noqa: FBT003 - the default of a field
        "detection",
        "make words whole that a hyphen at a line end breaks, as in scans",
    )
    passages: str = _setting(
        "on", "detection", "look for reuse across paragraph borders too; clean: off unless given"
    )
    text_field: str = _setting("text", "reading", "field of a record that holds its text")
    id_field: str = _setting("id", "reading", "field of a record that holds its id")
    input_format: str = _setting(
        "auto", "reading", "format of stdin and of files without a known suffix"
    )
    encoding: str | None = _setting(
        None, "reading", "encoding of text files that are not UTF-8 or UTF-16"
    )
    include: tuple[str, ...] = _setting(
        (),
        "reading",
        "glob of files of other suffixes to read from a folder; one that fits texts, such as"
        " '*.md', leaves the others out",
    )
    exclude: tuple[str, ...] = _setting((), "reading", "glob of files to leave out")
    no_ignore: bool = _setting(
        False,  # noqa: FBT003 - a default
        "reading",
        "walk into what .gitignore and .ignore leave out, too",
    )
    on_error: str = _setting("fail", "reading", "what to do with an unreadable file or record")
    memory: int = _setting(
        0, "running", "memory to work in, such as 2GiB; the rest goes to disk; 0: a quarter of it"
    )
    threads: int = _setting(
        0, "running", "threads, and processes where there is much; 0: as many as cores"
    )
    engine: str = _setting("local", "running", "where the work runs")
    work_dir: str | None = _setting(
        None,
        "running",
        "folder for what does not fit in memory; a run that was interrupted continues from it",
    )

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        if not 0.5 <= self.threshold <= 1:
            raise SettingsError(
                f"threshold is {self.threshold:g}: give a number from 0.5 to 1, such as 0.8"
            )
        low = {"min_words": 1, "min_group_words": 1, "max_gap": 0, "boilerplate_documents": 2}
        for name, least in (low | {"threads": 0, "memory": 1 << 20 if self.memory else 0}).items():
            if getattr(self, name) < least:
                raise SettingsError(f"{name} is {getattr(self, name)}: the least is {least}")
        for name, allowed in CHOICES.items():
            choice(name, getattr(self, name), allowed)

    @classmethod
    def of(cls, values: Mapping[str, Any], where: str = "") -> Self:
        """
        Build settings from names and values as a configuration file or a caller gives them.

        Raises `SettingsError` that names `where`, the key and the nearest known one.
        """
        return cls().updated(values, where)

    def updated(self, values: Mapping[str, Any], where: str = "") -> Self:
        """Change some settings; names may have `-` for `_`. Raises as `of`."""
        prefix = f"{where}: " if where else ""
        known = {f.name: f for f in fields(self)}
        changes: dict[str, Any] = {}
        for key, value in values.items():
            name = key.replace("-", "_")
            if name not in known:
                raise SettingsError(f"{prefix}unknown key {key!r}{nearest(name, known)}")
            try:
                changes[name] = typed(name, value, type(known[name].default))
            except SettingsError as error:
                raise SettingsError(f"{prefix}{error}") from None
        try:
            return replace(self, **changes)
        except SettingsError as error:
            raise SettingsError(f"{prefix}{error}") from None

    def part(self, part: str) -> dict[str, Any]:
        """Give the settings of one part by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.metadata["part"] == part}


def nearest(word: str, known: Iterable[str]) -> str:
    """Give `; did you mean 'x'?`, or nothing where no name is near."""
    import difflib

    close = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def choice(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """Give back a value that is allowed. Raises `SettingsError` that lists those that are."""
    if value not in allowed:
        near = nearest(value, allowed)
        raise SettingsError(f"{name} is {value!r}: give one of {', '.join(allowed)}{near}")
    return value


def bytes_of(text: str) -> int:
    """Read a size such as `512MiB`, `2GB` or `1000000`. Raises `SettingsError`."""
    size = re.fullmatch(r"(\d+\.?\d*|\.\d+)(?:([kmgt])(i?))?b?", "".join(text.lower().split()))
    if size is None:
        raise SettingsError(f"memory is {text!r}: give a size such as 512MiB or 2GiB")
    number, unit, binary = size.groups()
    power = " kmgt".index(unit) if unit else 0
    return int(float(number) * (1024 if binary else 1000) ** power)


def size(number: int) -> str:
    """Write a number of bytes as `bytes_of` reads it, as short as it is exact."""
    for unit, power in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if number >= 1 << power and number % (1 << power) == 0:
            return f"{number >> power}{unit}"
    return str(number)


def typed(name: str, value: Any, kind: type) -> Any:  # noqa: ANN401 - from a configuration file
    """Give a value as the setting's type. Raises `SettingsError` that says what to give."""
    if name == "memory" and isinstance(value, str):
        return bytes_of(value)
    if kind is float and type(value) is int:
        return float(value)
    if (
        kind is tuple
        and isinstance(value, (list, tuple))
        and all(isinstance(v, str) for v in value)
    ):
        return tuple(value)
    if kind is type(None) and isinstance(value, (str, type(None))):
        return value
    if type(value) is not kind:
        wanted = {float: "a number", int: "a whole number", bool: "true or false"}
        wanted[tuple] = "a list of texts"
        raise SettingsError(f"{name} is {value!r}: give {wanted.get(kind, 'a text')}")
    return value
