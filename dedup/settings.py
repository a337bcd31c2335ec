"""
Settings: everything a user can choose, in one frozen, validated record.

A field's `about` is its help text, `part` what it changes: `detection` settings change what is
found and stand in every report; `reading` settings change which texts are read; `running` settings
change neither, only time, memory and place (so they never appear in an output).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from functools import cache
from os import PathLike, fspath
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    NamedTuple,
    Self,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from dedup.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CHOICES: dict[str, tuple[str, ...]] = {
    "recall": ("auto", "high", "standard", "fast"),
    "paragraphs": ("auto", "line", "blank"),
    "passages": ("off", "on"),
    "unit": ("paragraph", "document", "both"),
    "input_format": (
        *("auto", "text", "markdown", "jsonl", "json", "csv", "tsv", "parquet", "html", "warc"),
    ),
    "on_error": ("fail", "skip", "quarantine"),
    "engine": ("local", "spark"),
}


RENAMED = {"remove": {"same": "near"}}
"""Per setting, values of earlier versions and what they are called now."""


class Share(NamedTuple):
    """What a share may be: the mark of a field that is one, `Annotated[float, Share()]`."""

    least: float = 0.0
    bounds: str = "from 0 to 1"
    example: str = "0.3 or 30%"

    def read(self, name: str, value: object) -> float:
        """Read a number, or a text such as `30%` or `.3`. Raises `SettingsError`."""
        number = float("nan")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            number = float(value)
        elif isinstance(value, str) and (text := _SHARE.fullmatch(value.strip())):
            # The power of ten is part of the number, so that 58% is 0.58 to the last bit.
            number = float(f"{text[1]}e-2" if text[2] else text[1])
        if not self.least <= number <= 1:
            raise SettingsError(
                f"{name} is {value!r}: give a share {self.bounds}, such as {self.example}"
            )
        return number


_SHARE = re.compile(r"(\d+\.?\d*|\.\d+) ?(%?)", re.ASCII)


SHARES = {
    "drop_document_over": Share(5e-324, "above 0 and up to 1", "0.8 or 80%"),
    "max_removed": Share(),
    "max_overlap": Share(),
}
"""The shares among the settings of single commands."""


class Size(NamedTuple):
    """The mark of a field that is a number of bytes, `Annotated[int, Size()]`."""

    def read(self, name: str, value: object) -> int:
        """Read a whole number, or a text such as `2GiB`. Raises `SettingsError`."""
        return bytes_of(value) if isinstance(value, str) else typed(name, value, int)


def _setting(default: Any, part: str, about: str) -> Any:  # noqa: ANN401 - a dataclass field
    return field(default=default, metadata={"part": part, "about": about})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is in force. Raises `SettingsError` for a value that a field cannot have."""

    threshold: Annotated[float, Share(0.5, "from 0.5 to 1", "0.8 or 80%")] = _setting(
        0.80, "detection", "lowest similarity of a match, 0.5 to 1"
    )
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
    unit: str = _setting(
        "both",
        "detection",
        "compare paragraphs, whole documents, or both; pairs, clean: paragraph unless given",
    )
    document_threshold: Annotated[float, Share(0.5, "from 0.5 to 1", "0.7 or 70%")] = _setting(
        0.7, "detection", "lowest resemblance of two whole documents, 0.5 to 1"
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
    memory: Annotated[int, Size()] = _setting(
        0, "running", "memory to work in, such as 2GiB; the rest goes to disk; 0: a quarter of it"
    )
    threads: int = _setting(
        0, "running", "threads, and processes where there is much; 0: as many as cores"
    )
    engine: str = _setting(
        "local", "running", "where the work runs: on this machine, or on a cluster of Spark"
    )
    master: str | None = _setting(
        None, "running", "URL of the cluster's master, such as spark://HOST:7077 or local[*]"
    )
    spark_conf: tuple[str, ...] = _setting((), "running", "a setting of Spark's, as KEY=VALUE")
    work_dir: str | None = _setting(
        None,
        "running",
        "folder for what does not fit in memory; a run that was interrupted continues from it",
    )

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        check_types(self)
        low = {"min_words": 1, "min_group_words": 1, "max_gap": 0, "boilerplate_documents": 2}
        for name, least in (low | {"threads": 0, "memory": 1 << 20 if self.memory else 0}).items():
            if getattr(self, name) < least:
                raise SettingsError(f"{name} is {getattr(self, name)}: the least is {least}")
        for name, allowed in CHOICES.items():
            one_of(name, getattr(self, name), allowed)

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
            changes[name] = value
        try:
            return replace(self, **changes)
        except SettingsError as error:
            raise SettingsError(f"{prefix}{error}") from None

    def part(self, part: str) -> dict[str, Any]:
        """Return the settings of one part by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.metadata["part"] == part}


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the name that a word was probably meant to be, `None` where no name is near."""
    import difflib

    bare = {name.lstrip("-"): name for name in known}
    close = difflib.get_close_matches(word.lstrip("-"), bare, 1, NEAR)
    return bare[close[0]] if close else None


NEAR = 0.7
"""The least likeness of a word and the name that is proposed for it, 0 to 1."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?`, or nothing where no name is near."""
    near = closest(word, known)
    return f"; did you mean {near!r}?" if near else ""


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """Return back a value that is allowed. Raises `SettingsError` that lists those that are."""
    if value not in allowed:
        now = RENAMED.get(name, {}).get(value)
        near = f"; {value!r} is called {now!r} now" if now else nearest(value, allowed)
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


@cache
def _types(record: type) -> dict[str, Any]:
    """Return the types of a record's fields, which take longer to read than to check."""
    return get_type_hints(record, include_extras=True)


def check_types(record: Any) -> None:  # noqa: ANN401 - any frozen record
    """Convert every field to the type that its declaration says. Raises `SettingsError`."""
    declared: type = type(record)
    for name, kind in _types(declared).items():
        object.__setattr__(record, name, typed(name, getattr(record, name), kind))


Record = TypeVar("Record")


def of_class(name: str, value: Record | None, kind: type[Record]) -> Record:
    """Return a record that was given, or one of the defaults. Raises `SettingsError`."""
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise SettingsError(
            f"{name} is {value!r} ({type(value).__name__}): give dedup.{kind.__name__}(…)"
        )
    return value


def typed(name: str, value: Any, kind: Any) -> Any:  # noqa: ANN401 - a declared type and its value
    """
    Return a value as the type that was declared for it.

    A type is `str`, `int`, `float`, `bool`, `tuple[str, ...]`, or one of these with the mark
    `Share` or `Size`; each may be given `| None`. Raises `SettingsError` that says what to give.
    """
    options = get_args(kind) if get_origin(kind) not in {tuple, Annotated} else ()
    if type(None) in options:
        return None if value is None else typed(name, value, options[0])
    if get_origin(kind) is Annotated:
        return get_args(kind)[1].read(name, value)
    kind = get_origin(kind) or kind
    if kind is float and type(value) is int:
        return float(value)
    if kind is str and isinstance(value, PathLike):
        return fspath(value)
    if kind is tuple and isinstance(value, (list, tuple)):
        value = tuple(value)
        if all(isinstance(one, str) for one in value):
            return value
    elif isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise SettingsError(f"{name} is {value!r}: give {_WANTED[kind]}")


_WANTED = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple: "a list of texts",
}
