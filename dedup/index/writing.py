"""
Build, add, remove, compact: each makes new files, and then one new manifest.

One writer at a time, by a lock; readers need none. What is killed before the new manifest stands
leaves files that no manifest names: the next writer sweeps them.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dedup import locks
from dedup.errors import InputError, OutputError
from dedup.index import (
    building,
    files,
    manifest,
    matching,
    ordering,
    rematching,
    spreading,
)
from dedup.index.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from dedup import model as m
    from dedup.engines.interface import Engine
    from dedup.index.manifest import Manifest
    from dedup.index.published import Published
    from dedup.settings import Settings

LOCK = ".lock"
COLUMNS = ".columns"


@dataclass(frozen=True, slots=True)
class Incoming:
    """Documents that an index is to take in."""

    documents: Iterable[m.Documents]
    keys: Mapping[str, str]
    """By the path of each file the name by which an index knows it again."""


def build(folder: Path, new: Incoming, settings: Settings, root: str, engine: Engine) -> Manifest:
    """
    Make a new index of documents in Order, and return its manifest.

    Raises `OutputError` where the folder is not empty, `InputError` where nothing was read.
    """
    _make(folder)
    with locked(folder):
        if (folder / manifest.NAME).exists():
            raise OutputError(f"{folder}: is an index already: dedup index add, or another folder")
        recall = "high" if settings.recall == "auto" else settings.recall
        empty = manifest.new(settings, recall, root)
        own = settings.updated(empty.settings)
        return _changed(folder, empty, ordering.opened(folder, empty, own), (), new, engine)


def add(folder: Path, new: Incoming, settings: Settings, engine: Engine) -> Manifest:
    """Take documents in, in place of those of the same files. Raises as `build`."""
    with locked(folder):
        now = manifest.load(folder)
        known = ordering.opened(folder, now, settings.updated(now.settings))
        gone = known.files(set(new.keys.values()))
        return _changed(folder, now, known, set(gone.tolist()), new, engine)


def remove(folder: Path, wanted: Iterable[str], settings: Settings) -> Manifest:
    """
    Remove the documents of files, or of all files in a folder, by the paths as they were added.

    Raises `InputError` for a path that the index does not know, or where nothing would be left.
    """
    with locked(folder):
        now = manifest.load(folder)
        known = ordering.opened(folder, now, settings.updated(now.settings))
        gone: set[int] = set()
        for path in wanted:
            found = known.below(path).tolist()
            if not found:
                raise InputError(f"{folder}: holds no {path}: give a path as it was added")
            gone.update(found)
        if len(gone) == now.documents:
            raise InputError(f"{folder}: nothing would be left: delete the folder instead")
        return _changed(folder, now, known, gone, None, None)


def compact(folder: Path, settings: Settings, engine: Engine) -> Manifest:
    """Write an index anew, as if it were built of what it holds now."""
    with locked(folder):
        now = manifest.load(folder)
        own = settings.updated(now.settings)
        known = ordering.opened(folder, now, own)
        own = ordering.lasting(known)
        new = Incoming(known.batches(), known.keys())
        empty = replace(now, segments=(), order=None, documents=0, characters=0)
        return _changed(folder, empty, ordering.opened(folder, empty, own), (), new, engine)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold an index for writing. Raises `OutputError` where another process does."""
    try:
        stream = locks.take(folder / LOCK)
    except locks.HeldError as error:
        raise OutputError(
            f"{folder}: is being written by another run ({error}): try again when it is done"
        ) from error
    except FileNotFoundError as error:
        raise OutputError(f"{folder}: is no index: make one with dedup index build") from error
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error
    with stream:
        _sweep(folder)
        yield


def _sweep(folder: Path) -> None:
    """Delete what a killed run or an earlier state has left: files that no manifest names."""
    named = set()
    if (folder / manifest.NAME).exists():
        now = manifest.load(folder)
        named = {one.stated.file for one in now.segments} | {now.order.file if now.order else ""}
    for path in (*folder.glob("*" + COLUMNS), *folder.glob(".*.tmp")):
        if path.name not in named:
            path.unlink(missing_ok=True)


def _make(folder: Path) -> None:
    """Make the folder of an index. Raises `OutputError` where it holds something else."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = [
            one.name for one in folder.iterdir() if not one.name.endswith((COLUMNS, ".tmp", LOCK))
        ]
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}") from error
    if others and manifest.NAME not in others:
        raise OutputError(f"{folder}: is not empty and no index: give another folder")


def _changed(  # noqa: PLR0913 - what was, what goes and what comes
    folder: Path,
    now: Manifest,
    known: Published,
    gone: Collection[int],
    new: Incoming | None,
    engine: Engine | None,
) -> Manifest:
    """Write what is new, and then the manifest that names it. Raises `OutputError`."""
    removed = np.array(sorted(gone), np.int64)
    # Of what was removed, tombstones stay; a segment of which nothing is left stays till then.
    told = []
    for one, part in zip(now.segments, known.segments, strict=True):
        own = removed[(removed >= part.first_doc) & (removed < part.first_doc + part.docs)]
        rows = {*one.removed, *(own - part.first_doc).tolist()}
        told.append(replace(one, removed=tuple(sorted(rows))))
    try:
        if new is not None and engine is not None:
            file, ordered = _added(folder, new, removed, known, engine)
            told.append(manifest.Segment(file))
        else:
            ordered = ordering.ordered(known.segments, removed, known)
            ordered = rematching.rematched(ordered)
        order_file = files.write(folder, "order", ordering.columns(ordered))
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}") from error
    there = ordered.order >= 0
    characters = np.concatenate([part["doc.characters"] for part in ordered.segments])
    changed = replace(
        now,
        segments=tuple(told),
        order=order_file,
        documents=int(there.sum()),
        characters=int(characters[there].sum(dtype=np.int64)),
    )
    manifest.save(folder, changed)
    _sweep(folder)
    return changed


def _added(
    folder: Path, new: Incoming, removed: m.I64, known: Published, engine: Engine
) -> tuple[files.Stated, Published]:
    """Write a segment, and return what to state of it and the index with it, others removed."""
    place = len(known.order), known.texts
    left = ordering.without(known, removed)
    columns, corpus = building.segment(new.documents, new.keys, left, known.settings, engine)
    part = Segment(files.Columns(columns), *place)
    ordered = ordering.ordered((*known.segments, part), removed, known)
    # Who meets whom follows from the Order of all; a segment has the matches of its own texts.
    found = rematching.changed(ordered)
    own = found.b >= known.texts
    if known.texts:
        part.columns.update(matching.columns(found.take(own)))
    ordered = rematching.amended(ordered, found.take(~own))
    # What is boilerplate follows from the matches, and between that seeds are chosen.
    stands = spreading.standing(ordered)
    flags = stands.flag[part["place.text"].all()]
    part.columns.update(building.walled_seeds(corpus, flags, engine))
    file = files.write(folder, "segment", part.columns)
    part = Segment(files.read(folder, file), *place)
    return file, replace(ordered, segments=(*known.segments, part), standing=stands)
