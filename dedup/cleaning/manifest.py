"""
The manifest: what a clean read and wrote, so that its ledger can be checked and undone.

`OUT/.dedup/manifest.json` holds the settings and the policy in force, the version, the checksum of
the ledger, what was skipped, and each file with the SHA-256 of what was read and written and its
paragraph mode. Documents that were cut, and those that are cut into paragraphs otherwise than
`auto` would, are listed each with its mode and the SHA-256 of its cleaned text (as UTF-8): a clean
of the cleaned corpus finds the mode by it. `sha256` at the end is that of all the rest.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Self

import orjson

from dedup.cleaning.ledger import dump
from dedup.cleaning.policy import Policy
from dedup.cleaning.tree import MANIFEST, OWN
from dedup.errors import DedupError, LedgerError
from dedup.escaping import name_from_json, name_to_json
from dedup.settings import Settings
from dedup.text.paragraphs import AUTO, BLANK, LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dedup.formats import Record, Source

SCHEMA = "dedup.clean/1"
MODES = {"line": LINE, "blank": BLANK}
MODE_NAMES = {number: name for name, number in MODES.items()}


@dataclass(frozen=True, slots=True)
class Entry:
    """A document that was cut, or whose paragraph mode `auto` would not find again."""

    number: int
    """Of the records of the input that could be used, from 1."""
    record: str | None
    paragraphs: str
    """`line` or `blank`."""
    lines: int
    """Lines of the ledger that are its own."""
    sha256: str | None
    """Of its cleaned text; `None` where it was not written."""
    at: int | None = None
    """Of a record that was not written: the byte of the (decompressed) input at which it began; of
    Parquet its row, from 1."""


@dataclass(frozen=True, slots=True)
class File:
    """One file."""

    document: str
    """Its path as given: `document` in the ledger."""
    output: str
    """Its path below OUT."""
    format: str
    compression: str
    permissions: int
    sha256: str
    """Of the input."""
    content: str
    """Of the decompressed input, of records as UTF-8; of Parquet of its values."""
    output_sha256: str | None
    """Of the output; `None` where nothing of it was left to write."""
    changed: bool
    documents: int
    paragraphs: str
    """Mode of a plain file; of records the setting in force."""
    entries: tuple[Entry, ...] = ()
    charset: str = ""
    """What the records of a changed file are recoded from to be read (`formats.recoding`)."""

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Read one from JSON. Raises `TypeError`, `KeyError`."""
        named = {key: name_from_json(row, key) for key in _NAMES}
        plain = {
            key: value for key, value in row.items() if key.removesuffix("_bytes") not in named
        }
        entries = tuple(Entry(**entry) for entry in row["entries"])
        return cls(**plain | named | {"entries": entries})


_AT_ONCE = 1000
"""Entries that are put into JSON at a time."""
_NAMES = ("document", "output")
"""Fields of a file that are names: such a one that is no text has its bytes beside it."""
_FIELDS = {kind: [one.name for one in fields(kind)] for kind in (File, Entry)}


@dataclass(frozen=True, slots=True)
class Manifest:
    """All of it."""

    version: str
    settings: Settings
    policy: Policy
    summary: dict[str, Any]
    """What `Cleaned` counts."""
    ledger_lines: int
    ledger_sha256: str
    files: tuple[File, ...]
    skipped: tuple[dict[str, str], ...] = field(default=())
    published: tuple[File, ...] = ()
    """Files that were only read and keep something; they have no output."""

    def to_json(self) -> bytes:
        """Write it."""
        body = {
            "schema": SCHEMA,
            "version": self.version,
            "settings": settings_to_json(self.settings),
            "policy": asdict(self.policy),
            "summary": self.summary,
            "ledger": {"lines": self.ledger_lines, "sha256": self.ledger_sha256},
            "skipped": list(self.skipped),
            "files": [_file_row(file) for file in self.files],
        }
        if self.published:
            body["published"] = [_file_row(file) for file in self.published]
        return dump(body | {"sha256": _checksum(body)}, _row)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read one. Raises `LedgerError` where it is missing, damaged, edited or not ours."""
        # Whether it is a whole manifest of ours,
        try:
            body = json.loads(path.read_bytes())
        except OSError as error:
            raise LedgerError(
                f"{path}: {error.strerror}; give a folder that `dedup clean` wrote to its end"
            ) from error
        except ValueError as error:
            raise LedgerError(f"{path} is damaged ({error})") from error
        if not isinstance(body, dict) or body.get("schema") != SCHEMA:
            raise LedgerError(f"{path} is no manifest of this version ({SCHEMA})")
        if not _is_whole(body):
            raise LedgerError(f"{path} was edited since the clean")
        # and what it says.
        try:
            files = tuple(map(File.of, body["files"]))
            for file in files:
                _inside(file.output, path)
            return cls(
                body["version"],
                Settings.of(body["settings"]),
                Policy(**body["policy"]),
                body["summary"],
                body["ledger"]["lines"],
                body["ledger"]["sha256"],
                files,
                tuple(body["skipped"]),
                tuple(map(File.of, body.get("published", ()))),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, DedupError):
                raise LedgerError(f"{path}: {error}") from error
            raise LedgerError(f"{path} is no manifest of this version ({error})") from error


def settings_to_json(settings: Settings) -> dict[str, object]:
    """Return the settings that decide what is found and read."""
    return settings.part("detection") | settings.part("reading")


def text_sha256(text: str) -> str:
    """Return the checksum by which a document is known again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def file_sha256(path: Path) -> str | None:
    """Return the checksum of a file, or `None` where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def known_modes(
    paths: Iterable[str | Path], settings: Settings
) -> Callable[[Source, Record], int] | None:
    """
    Find the paragraph modes that earlier cleans noted, for `formats.read(..., modes=...)`.

    Looks for a manifest in the folder of each PATH and those above; `None` where there is none,
    and where the settings name a mode. Raises `LedgerError` for a damaged manifest.
    """
    known: dict[str, int] = {}
    seen: set[Path] = set()
    for path in paths if settings.paragraphs == "auto" else ():
        if str(path) == "-":
            continue
        folder = Path(path).resolve()
        for above in (folder, *folder.parents):
            found = above / OWN / MANIFEST
            if found.is_file():
                if found not in seen:
                    seen.add(found)
                    known |= _modes(Manifest.read(found))
                break

    def mode(source: Source, record: Record) -> int:  # noqa: ARG001 - as `read` calls it
        return known.get(text_sha256(record.text), AUTO)

    return mode if known else None


def _modes(manifest: Manifest) -> Mapping[str, int]:
    return {
        entry.sha256: MODES[entry.paragraphs]
        for file in manifest.files
        for entry in file.entries
        if entry.sha256 is not None
    }


def _row(value: File | Entry) -> dict[str, Any]:
    """Return the fields as they are; `asdict` copies each of them."""
    return {name: getattr(value, name) for name in _FIELDS[type(value)]}


def _file_row(file: File) -> dict[str, Any]:
    """Return the fields of a file, its names as JSON has them."""
    row: dict[str, Any] = {}
    for key, value in _row(file).items():
        row |= name_to_json(value, key) if key in _NAMES else {key: value}
    return row


def _is_whole(body: dict[str, Any]) -> bool:
    """Take the checksum out of a manifest, and say whether it is that of the rest."""
    try:
        return bool(body.pop("sha256", None) == _checksum(body))
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def _checksum(body: dict[str, Any]) -> str:
    """Return the SHA-256 of the JSON with sorted keys, without white space, in ASCII."""
    found = hashlib.sha256()
    for part in _canonical(body):
        found.update(part.encode("ascii"))
    return found.hexdigest()


def _canonical(body: dict[str, Any]) -> Iterator[str]:
    """Yield that JSON in parts, so that of a large corpus it is not in memory as well."""
    head, tail = _compact(body | {"files": []}).split('"files":[]', 1)
    yield f'{head}"files":['
    for number, file in enumerate(body["files"]):
        before, after = _compact(file | {"entries": []}).split('"entries":[]', 1)
        yield f'{"," * (number > 0)}{before}"entries":['
        entries = file["entries"]
        for start in range(0, len(entries), _AT_ONCE):
            some = _entries(entries[start : start + _AT_ONCE])
            yield f"{',' * (start > 0)}{some}"
        yield f"]{after}"
    yield f"]{tail}"


def _compact(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_row)


def _entries(some: Sequence[Entry | dict[str, Any]]) -> str:
    """Return the compact JSON of entries without brackets: by orjson where that is the same."""
    with suppress(TypeError):  # a lone surrogate
        data = orjson.dumps(some, _row, orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)
        if data.isascii() and b"\x7f" not in data:
            return data[1:-1].decode("ascii")
    return _compact(some)[1:-1]


def _inside(relative: str, path: Path) -> None:
    """Refuse an output path that leads out of its folder. Raises `LedgerError`."""
    parts = PurePosixPath(relative).parts
    bad = not parts or relative.startswith("/") or ".." in parts or parts[0] == OWN
    # Where a backslash parts folders, none may stand in a name.
    foreign = Path(relative).is_absolute() or (os.name == "nt" and "\\" in relative)
    if bad or "\0" in relative or foreign:
        raise LedgerError(f"{path} names a file outside of its folder: {relative!r}")
