"""
The ledger: one JSON line for each contiguous removal, in Order, enough to undo it exactly.

    {"document": "a.txt", "record": null, "start": 842, "end": 1276, "text": "…", "reason":
     "within", "rule": "first", "similarity": 1.0, "group": "5f0c…", "keeper": {"document": "a.txt",
     "record": null, "start": 206, "end": 639}}

`start`, `end` are code points of the input's text and include the white space that went too;
those of the keeper do not. Without a keeper, `rule` and `similarity` are null as well. `raw` holds
the bytes that were cut out where they are not the UTF-8 of `text`: a string where they are UTF-8
(an escaped JSON literal), else `{"base64": "…"}` (UTF-16, Latin-1). A document whose name is no
text has its bytes in `document_bytes`, in base64. The first line of a record that
was dropped whole has the bytes of the record in `raw`, with its line end.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import orjson

from dedup.errors import LedgerError
from dedup.escaping import escaped_bytes, name_from_json, name_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

DOCUMENT, PASSAGE = "document", "passage"
Name = tuple[str, str | None]
"""A document: its path, and its record if it is one of several."""
REASONS = ("within", "across", "boilerplate", DOCUMENT, PASSAGE)


class Keeper(NamedTuple):
    """What stays in place of a removal."""

    document: str
    """The PATH argument as given, a slash and the path below it."""
    record: str | None
    """Id of the record, or its number from 1; `None` for a plain file."""
    start: int
    """First code point of the input's text that stays."""
    end: int
    """The one past the last."""


class Line(NamedTuple):
    """What one contiguous removal of `dedup clean` took, why, and what stays in its place."""

    document: str
    """The PATH argument as given, a slash and the path below it."""
    record: str | None
    """Id of the record, or its number from 1; `None` for a plain file."""
    start: int
    """First code point of the input's text that went, white space included."""
    end: int
    """The one past the last."""
    text: str
    """What went."""
    reason: str
    """`document`: it went with its document, for one that this resembles or dropped whole."""
    rule: str | None
    """The keep rule that ranked the keeper first, such as `first` or `oldest:date`."""
    similarity: float | None
    """The lowest of its paragraphs; of a whole document its resemblance."""
    group: str | None
    """Id of the report's group whose copy covers it."""
    keeper: Keeper | None
    """What stays; `None` for boilerplate that goes everywhere and for what was no copy in a dropped
    document."""
    raw: bytes | None = None
    """The bytes that were cut out, where they are not the UTF-8 of `text`; of the first line of a
    record that was dropped whole, all of the record."""

    @property
    def bytes(self) -> bytes:
        """What was cut out of the file."""
        return self.text.encode("utf-8", "surrogatepass") if self.raw is None else self.raw

    def to_json(self) -> dict[str, Any]:
        """Return the line as the contract has it."""
        keeper = self.keeper
        head: dict[str, Any] = {
            **name_to_json(self.document),
            "record": self.record,
            "start": self.start,
            "end": self.end,
            "text": self.text,
        }
        if self.raw is not None:
            head["raw"] = raw_to_json(self.raw)
        return head | {
            "reason": self.reason,
            "rule": self.rule,
            "similarity": self.similarity,
            "group": self.group,
            "keeper": keeper
            and {
                **name_to_json(keeper.document),
                "record": keeper.record,
                "start": keeper.start,
                "end": keeper.end,
            },
        }


def raw_to_json(raw: bytes) -> str | dict[str, str]:
    """Return bytes as a string, or as base64 where they are not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode("ascii")}


def raw_from_json(value: object) -> bytes:
    """Undo `raw_to_json`. Raises `ValueError`."""
    if isinstance(value, str):
        return value.encode("utf-8")
    if isinstance(value, dict) and value.keys() == {"base64"}:
        return base64.b64decode(value["base64"], validate=True)
    raise ValueError("raw")


def rejected(data: bytes, path: str, line: int, why: str) -> dict[str, Any]:
    """Return what is quarantined, the bytes of a record or of a whole file (line 0), as JSON."""
    head: dict[str, Any] = name_to_json(path, "path")
    return head | {"line": line or None, "why": why, "raw": raw_to_json(data)}


def dump(value: object, row: Callable[[Any], dict[str, Any]] | None = None) -> bytes:
    """
    Write one JSON line; lone surrogates and what drives a terminal as escapes.

    `row` gives the fields of what is no plain value, when its turn comes.
    """
    try:
        data = orjson.dumps(
            value, row, orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATACLASS
        )
        return escaped_bytes(data)
    except TypeError:
        return json.dumps(value, separators=(",", ":"), default=row).encode("ascii") + b"\n"


def parse_json(data: bytes) -> Any:  # noqa: ANN401 - whatever JSON it holds
    """Undo `dump`. Raises `ValueError`."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)


def ledger_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that every line holds to."""
    from importlib.resources import files

    text = files(__package__).joinpath("ledger.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


class Writer:
    """Writes lines and keeps their checksum: a class for that state."""

    def __init__(self, *streams: IO[bytes], watch: Callable[[Line], object] | None = None) -> None:
        """Write to all of these streams; `watch` is shown each line."""
        self._streams = streams
        self._watch = watch
        self._hash = hashlib.sha256()
        self.lines = 0

    @property
    def is_watched(self) -> bool:
        """Somebody is shown each line."""
        return self._watch is not None

    def add(self, *lines: Line) -> None:
        """Write some lines."""
        for line in lines:
            self.write(dump(line.to_json()))
            if self._watch is not None:
                self._watch(line)

    def write(self, data: bytes) -> None:
        """Write whole lines as they are."""
        self._hash.update(data)
        self.lines += data.count(b"\n")
        for stream in self._streams:
            stream.write(data)

    @contextmanager
    def beside(self, stream: IO[bytes]) -> Iterator[None]:
        """Write to one more stream meanwhile."""
        streams = self._streams
        self._streams = *streams, stream
        try:
            yield
        finally:
            self._streams = streams

    @property
    def sha256(self) -> str:
        """Return the checksum of all lines so far."""
        return self._hash.hexdigest()


def check_ledger(path: Path, sha256: str) -> None:
    """Refuse a ledger that is not the one of its manifest. Raises `LedgerError`."""
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise LedgerError(
            f"{path}: {error.strerror}; it is needed to undo and to verify"
        ) from error
    if found != sha256:
        raise LedgerError(
            f"{path} was cut or edited since the clean, or belongs to another one "
            f"(SHA-256 {found[:12]}, the manifest says {sha256[:12]})"
        )


def ledger_lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a ledger. Raises `LedgerError` that names the line."""
    with path.open("rb") as stream:
        for number, data in enumerate(stream, 1):
            try:
                yield parse_line(data)
            except (ValueError, TypeError, KeyError, AttributeError, binascii.Error) as error:
                raise LedgerError(f"{path}:{number} is no line of a ledger ({error})") from error


def parse_line(data: bytes) -> Line:
    """Read one line. Raises `ValueError`, `TypeError`, `KeyError` where it is not one."""
    if not data.endswith(b"\n"):
        raise ValueError("cut off")
    # Every field is of its type,
    row = parse_json(data)
    keeper = row["keeper"]
    line = Line(
        _typed(name_from_json(row), str),
        _typed(row["record"], str, type(None)),
        _typed(row["start"], int),
        _typed(row["end"], int),
        _typed(row["text"], str),
        _typed(row["reason"], str),
        _typed(row["rule"], str, type(None)),
        _typed(row["similarity"], float, int, type(None)),
        _typed(row["group"], str, type(None)),
        keeper
        and Keeper(
            _typed(name_from_json(keeper), str),
            _typed(keeper["record"], str, type(None)),
            _typed(keeper["start"], int),
            _typed(keeper["end"], int),
        ),
        raw_from_json(row["raw"]) if "raw" in row else None,
    )
    # and they fit one another.
    if line.reason not in REASONS or not 0 <= line.start <= line.end:
        raise ValueError("reason or offsets")
    if len(line.text) != line.end - line.start:
        raise ValueError("text and offsets differ")
    return line


def by_document(lines: Iterable[Line]) -> Iterator[tuple[tuple[str, str | None], list[Line]]]:
    """Yield the lines document by document, as they come."""
    group: list[Line] = []
    for one in lines:
        if group and (group[0].document, group[0].record) != (one.document, one.record):
            yield (group[0].document, group[0].record), group
            group = []
        group.append(one)
    if group:
        yield (group[0].document, group[0].record), group


def _typed(value: Any, *kinds: type) -> Any:  # noqa: ANN401 - values of JSON
    if type(value) not in kinds:
        raise TypeError(f"{value!r}")
    return value
