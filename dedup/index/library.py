"""An index as a library offers it: one class, a method for each thing that is done with one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import formats, pipeline
from dedup.errors import InputError
from dedup.index import files, manifest, ordering, rematching, writing
from dedup.index.checking import Indexed
from dedup.index.incoming import engine_of, keys_of, records_of
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from datasketch import LeanMinHash, MinHashLSH

    from dedup.formats import Reading, Rejects, Watch
    from dedup.index.manifest import Manifest
    from dedup.index.published import Published
    from dedup.index.shared import SharedIndex
    from dedup.report import Place, Report, Skipped

TRIES = 5
"""Times that an index is opened whose files went while that was done."""
IN_REDIS = ("redis://", "rediss://")
PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Info:
    """What an index is."""

    documents: int
    characters: int
    """Of the texts of its documents."""
    segments: int
    removed: int
    """Documents that were removed and still take room: `compact` frees it."""
    bytes: int
    """On disk."""
    parts: dict[str, int]
    """Bytes of each part of it."""
    settings: dict[str, Any]
    """What it was built with."""
    unicode: str
    root: str
    format: int
    version: str
    """Of the program that wrote it last."""


PARTS = {
    "places and names": (
        "place",
        "held",
        "doc",
        "file",
        "edition",
        "whole",
        "order",
        "ranked",
        "first",
        "copies",
        "alike",
    ),
    "what is boilerplate": ("stands", "company"),
    "signatures of texts": ("text", "digest"),
    "signatures of documents": ("document",),
    "texts": ("block",),
    "matches": ("match",),
    "seeds of passages": ("seed",),
}
"""The parts of an index, by the beginnings of the names of their columns."""


class Index:
    """
    A persistent index of published documents, in a folder; a class since it is opened once.

        index = dedup.Index("published.index")
        index.build("published/")
        dedup.check("new.md", index=index)

    What is done with one index at the same time: any number of checks, and one change.
    """

    def __init__(self, folder: PathLike, root: PathLike | None = None) -> None:
        """Name the folder; paths are compared relative to `root`, by default where it was built."""
        self.folder = Path(folder)
        self._root = root
        self._last: tuple[Manifest, Settings, Published] | None = None

    def build(
        self,
        paths: PathLike | Sequence[PathLike],
        settings: Settings | None = None,
        *,
        watch: Watch = formats.silent,
        rejects: Rejects | None = None,
    ) -> tuple[Skipped, ...]:
        """
        Make the index of some files and folders, and return what was not read.

        Raises `InputError` and `OutputError`.
        """
        own = settings or Settings()
        root = os.path.realpath(self._root or ".")
        reading = self._reading(paths, own, watch, rejects)
        with engine_of(own, watch) as engine:
            new = writing.Incoming(reading, keys_of(reading, root))
            writing.build(self.folder, new, own, root, engine)
        return tuple(reading.skipped)

    def add(
        self,
        paths: PathLike | Sequence[PathLike],
        settings: Settings | None = None,
        *,
        watch: Watch = formats.silent,
        rejects: Rejects | None = None,
    ) -> tuple[Skipped, ...]:
        """Take files in; one that the index knows is replaced. Raises as `build`."""
        own = settings or Settings()
        root = self._root or manifest.load(self.folder).root
        reading = self._reading(paths, own, watch, rejects)
        with engine_of(own, watch) as engine:
            new = writing.Incoming(reading, keys_of(reading, os.path.realpath(root)))
            writing.add(self.folder, new, own, engine)
        return tuple(reading.skipped)

    def remove(self, paths: PathLike | Sequence[PathLike]) -> None:
        """
        Remove files, or all files of a folder, by their paths as they were added.

        Raises `InputError` for a path that the index does not know; then nothing is removed.
        """
        writing.remove(self.folder, [os.fspath(path) for path in _several(paths)], Settings())

    def compact(self, settings: Settings | None = None) -> None:
        """Write the index anew, as if it were built of what it holds now."""
        own = settings or Settings()
        with engine_of(own, formats.silent) as engine:
            writing.compact(self.folder, own, engine)

    def info(self) -> Info:
        """Return what the index is. Raises `InputError`."""
        now, _ = self._opened(Settings())
        sizes: dict[str, int] = dict.fromkeys(PARTS, 0)
        by_name = {name: part for part, names in PARTS.items() for name in names}
        stated = _files(now)
        for one in stated:
            for name, column in files.read(self.folder, one).items():
                sizes[by_name[name.partition(".")[0]]] += files.size(column)
        return Info(
            documents=now.documents,
            characters=now.characters,
            segments=len(now.segments),
            removed=sum(len(one.removed) for one in now.segments),
            bytes=sum(one.bytes for one in stated),
            parts=sizes,
            settings=now.settings,
            unicode=now.unicode,
            root=now.root,
            format=now.format,
            version=now.version,
        )

    def verify(self) -> int:
        """Check every checksum, and return the number of files. Raises `InputError`."""
        now = manifest.load(self.folder)
        for one in _files(now):
            wrong = files.damaged(self.folder, one)
            if wrong:
                raise InputError(
                    f"{self.folder / one.file}: is damaged ({wrong[0]}); {files.AGAIN}"
                )
        return len(_files(now))

    def check(self, reading: Reading, settings: Settings, watch: Watch = formats.silent) -> Report:
        """
        Find what incoming documents repeat, of each other or of those of the index.

        Published documents that are among the incoming ones, by path and record, are left out.
        Raises `InputError`, and `SettingsError` where the index was built with other settings.
        """
        now, known = self._fitting(settings)
        root = os.path.realpath(self._root or now.root)
        # Which documents come in is known when they are read.
        incoming = list(reading)
        gone = known.records(records_of(incoming, keys_of(reading, root)))
        left_out = known.facts(np.sort(known.order[gone]))
        if len(left_out) == now.documents:
            raise InputError(f"{self.folder}: all published documents are among the new ones")
        against = Indexed(
            rematching.rematched(ordering.without(known, gone)),
            now.documents - len(left_out),
            now.characters - int(left_out.characters.sum()),
        )
        with engine_of(settings, watch) as engine:
            report = pipeline.check(incoming, settings, engine, against)
        return report.with_skipped(tuple(reading.skipped))

    def signatures(self) -> Iterator[tuple[Place, LeanMinHash]]:
        """
        Yield each long paragraph, by the place where it stands first, with its signature.

        It is that of `dedup.minhash(paragraph)`. Raises `InputError`.
        """
        from dedup.index.signatures import named, signed

        _, known = self._opened(Settings())
        for texts, found in signed(known):
            yield from zip(named(known, texts), found, strict=True)

    def to_datasketch(self, storage_config: Mapping[str, Any] | None = None) -> MinHashLSH:
        """
        Return a `datasketch.MinHashLSH` of the index's long paragraphs, which one may go on using.

            lsh = dedup.Index("published.index").to_datasketch()
            lsh.query(dedup.minhash("a paragraph"))

        Keys are places; in any other storage than memory, their JSON as bytes. In Redis, whose
        `basename` is `dedup` unless given, the documents stand beside them, so that
        `check --index redis://HOST` asks it. Raises `InputError` and `OutputError`.
        """
        from dedup.index import signatures

        now, known = self._opened(Settings())
        kind = (storage_config or signatures.MEMORY)["type"]
        if kind == "redis" and storage_config is not None:
            from dedup.index import shared

            return shared.fill(known, now, storage_config)
        lsh = signatures.lsh_of(storage_config)
        key = signatures.key_of if storage_config and kind != "dict" else lambda place: place
        for _ in signatures.inserted(lsh, known, key):
            pass
        return lsh

    def size(self, settings: Settings) -> manifest.Size:
        """Return how much the index holds now. Raises as `check`."""
        now, _ = self._fitting(settings)
        return manifest.Size(now.documents, now.characters)

    def _fitting(self, settings: Settings) -> tuple[Manifest, Published]:
        """Open the index, which must have been built with these settings. Raises as `check`."""
        now, known = self._opened(settings)
        manifest.check_settings(self.folder, now, settings)
        return now, known

    def _opened(self, settings: Settings) -> tuple[Manifest, Published]:
        """
        Open the index as it is now, whatever is written to it later. Raises `InputError`.

        What was opened last stays open as long as nothing else takes its place.
        """
        for _ in range(TRIES):
            now = manifest.load(self.folder)
            if self._last is not None and self._last[:2] == (now, settings):
                return now, self._last[2]
            try:
                known = ordering.opened(self.folder, now, settings.updated(now.settings))
            except InputError:
                # A writer may have put another state in its place, and swept this one.
                if manifest.load(self.folder) == now:
                    raise
                continue
            self._last = now, settings, known
            return now, known
        raise InputError(f"{self.folder}: is written to all the time: try again")

    def _reading(
        self,
        paths: PathLike | Sequence[PathLike],
        settings: Settings,
        watch: Watch,
        rejects: Rejects | None,
    ) -> Reading:
        """Find the files to take in, in the Order of published ones."""
        reading = formats.read(_several(paths), settings, watch=watch, rejects=rejects)
        ordered = sorted(reading.sources.files, key=lambda source: source.path.split("/"))
        return reading.with_files(tuple(ordered))


def _files(now: Manifest) -> list[files.Stated]:
    """Return all files of an index."""
    return [*(one.stated for one in now.segments), *([now.order] if now.order else [])]


def _several(paths: PathLike | Sequence[PathLike]) -> list[PathLike]:
    return [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)


def at(index: Index | SharedIndex | PathLike, root: PathLike | None = None) -> Index | SharedIndex:
    """Return the index of a folder or, by `redis://…`, in Redis; one that is open, as it is."""
    if isinstance(index, str) and index.startswith(IN_REDIS):
        from dedup.index.shared import SharedIndex

        return SharedIndex(index, root)
    return Index(index, root) if isinstance(index, (str, os.PathLike)) else index
