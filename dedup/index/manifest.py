"""
The manifest of an index: which files make it up, and what it was built with.

It is the only file that is ever replaced, in one step; so whoever reads an index sees it before a
change or after. A program refuses a format that is newer than its own, and one that is too old.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dedup import atomic, kernels
from dedup.errors import InputError, OutputError, SettingsError
from dedup.index.files import AGAIN, Stated
from dedup.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.settings import Settings

NAME = "manifest.json"
FORMAT = 2
"""Of the files that a manifest names; 1 was never released and is read no more."""
FIXED = (
    "threshold",
    "min_words",
    "recall",
    "paragraphs",
    "join_hyphens",
    "document_threshold",
)
"""The settings that an index is built with: a check has the same ones."""


@dataclass(frozen=True, slots=True)
class Size:
    """What an index holds."""

    documents: int
    characters: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of documents, and those of them that were removed since."""

    stated: Stated
    removed: tuple[int, ...] = ()
    """Tombstones: numbers of documents in the file, from 0, rising."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index is made of."""

    settings: dict[str, Any]
    """The values of `FIXED`; `recall` is never `auto`."""
    root: str
    """The folder that paths are relative to when they are compared."""
    unicode: str
    segments: tuple[Segment, ...] = ()
    order: Stated | None = None
    """The file of what changes with every document: their Order, and the first place of a text."""
    documents: int = 0
    characters: int = 0
    version: str = VERSION
    """Of the program that wrote it."""
    format: int = field(default=FORMAT)


def new(settings: Settings, recall: str, root: str) -> Manifest:
    """Return the manifest of an index without documents."""
    fixed = {name: getattr(settings, name) for name in FIXED} | {"recall": recall}
    return Manifest(fixed, root, kernels.UNICODE)


def load(folder: Path) -> Manifest:
    """Read the manifest of an index. Raises `InputError` for what is none, damaged, or newer."""
    path = folder / NAME
    try:
        found = json.loads(path.read_bytes())
        # A newer format cannot be read, whatever it holds.
        number = int(found["format"])
        if number != FORMAT:
            newer = "use that version, or build the index again"
            raise InputError(
                f"{folder}: is an index of format {number}, written by dedup {found['version']};"
                f" this one reads format {FORMAT}: {newer if number > FORMAT else AGAIN}"
            )
        segments = tuple(
            Segment(Stated(**one["stated"]), tuple(map(int, one["removed"])))
            for one in found.pop("segments")
        )
        order = found.pop("order")
        return Manifest(
            **found, segments=segments, order=None if order is None else Stated(**order)
        )
    # What is wrong, and what helps.
    except FileNotFoundError as error:
        raise InputError(
            f"{folder}: is no index (it has no {NAME}); make one: dedup index build"
        ) from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, LookupError, TypeError) as error:
        raise InputError(f"{path}: is damaged; {AGAIN}") from error


def save(folder: Path, manifest: Manifest) -> None:
    """Write the manifest in one step: from then on it is the index. Raises `OutputError`."""
    now = replace(manifest, version=VERSION, format=FORMAT)
    text = json.dumps(asdict(now), indent=1, sort_keys=True) + "\n"
    try:
        atomic.write(folder / NAME, text.encode())
    except OSError as error:
        raise OutputError(f"{folder / NAME}: cannot be written: {error.strerror}") from error


def check_settings(folder: Path | str, manifest: Manifest, settings: Settings) -> None:
    """Raise `SettingsError` where the settings in force are not those of the index."""
    for name in FIXED:
        here, there = getattr(settings, name), manifest.settings[name]
        if here != there and not (name == "recall" and here == "auto"):
            option = "--" + name.replace("_", "-")
            raise SettingsError(
                f"{folder}: was built with {name} {there}, and {here} is in force;"
                f" give {option} {there}, or build the index again"
            )
    if manifest.unicode != kernels.UNICODE:
        raise SettingsError(
            f"{folder}: was built with Unicode {manifest.unicode}, and this is Unicode"
            f" {kernels.UNICODE}: {AGAIN}"
        )
