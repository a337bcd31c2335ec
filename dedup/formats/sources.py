# ruff: noqa: PTH112, PTH116, PTH118, PTH119, PTH122, PTH123, PTH207 - see below
"""
Which files are read, and in which order.

A PATH is a file, a folder, `-` for the standard input, a glob that the shell did not expand, or
names a remote place (`remote`).
Folders are walked without recursion into hidden entries and what `.gitignore` and `.ignore` leave
out (`ignoring`); symbolic links are followed where they are named, not where a walk meets them.
A path that is reached twice is read once, the first time in Order; hard links are files of their
own.

Order: published files by path; then the others by place of their PATH argument, then path. Paths
compare part by part, by code points.
They are strings throughout: `pathlib` would tidy what was given.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import io
import os
import stat
import sys
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from dedup.errors import InputError
from dedup.formats import compression, remote
from dedup.formats.csv import Csv, Tsv
from dedup.formats.held import Held, HeldDocument
from dedup.formats.ignoring import Ignoring, is_ignore_file
from dedup.formats.interface import Fault, Unreadable
from dedup.formats.json import Json
from dedup.formats.jsonl import JsonLines
from dedup.formats.parquet import Parquet
from dedup.formats.pipes import SpooledPipe, patient
from dedup.formats.text import Markdown, Text, encoding_name
from dedup.formats.web import Html, Warc
from dedup.report import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.formats.ignoring import Rules
    from dedup.formats.interface import Format
    from dedup.formats.pipes import Spooled
    from dedup.formats.remote import Remote
    from dedup.settings import Settings

PathLike = str | os.PathLike[str]
Given = PathLike | Held
"""A PATH argument, or what a caller holds in its place."""

FORMATS: dict[str, Format] = {
    "text": Text(),
    "markdown": Markdown(),
    "jsonl": JsonLines(),
    "json": Json(),
    "csv": Csv(),
    "tsv": Tsv(),
    "parquet": Parquet(),
    "html": Html(),
    "warc": Warc(),
}
"""By their names in `input_format`."""

WEB = ("html", "warc")
"""Formats that are read where a file is named or included, not where a walk meets one."""
_BY_SUFFIX = {suffix: name for name, form in FORMATS.items() for suffix in form.suffixes}
STDIN = "-"
EXPANDS = 4
"""Times that a compressed file is taken to be larger when it is unpacked."""
BUFFER = 1 << 18
"""Bytes that are read of a file at once: by the line, eight thousand at a time take longer."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read."""

    path: str
    """As shown: the PATH argument as given, a slash and the path below it."""
    place: int
    """Number of the PATH argument, from 0, among those of its side."""
    below: tuple[str, ...]
    """The parts of the path below a folder argument; of a file argument none."""
    format: str
    """A key of `FORMATS`."""
    compression: str
    """`.gz`, `.zst`, `.bz2`, `.xz` or empty."""
    size: int
    """Bytes on disk."""
    named: bool = True
    """Given as a PATH, not met in a walk."""
    published: bool = False
    spooled: Spooled | None = field(default=None, repr=False)
    """What came through a pipe, kept so that it can be read again (by one reader at a time)."""
    held: Held | None = field(default=None, repr=False)
    """What a caller holds in memory: then `path` is its name, and no file is opened."""
    remote: Remote | None = field(default=None, repr=False)
    """Where it is read from, if not from a disk."""
    folder: str = ""
    """Where a relative path begins, if not in the folder at work: tasks have others."""

    def raw(self) -> IO[bytes]:
        """Open it for reading, compressed as it is. Raises `Unreadable`."""
        try:
            if self.held is not None:
                return io.BytesIO()
            if self.remote is not None:
                return self.remote.raw()
            if self.spooled is not None:
                own = os.dup(self.spooled.fileno())
                os.lseek(own, 0, os.SEEK_SET)
                return os.fdopen(own, "rb")
            return open(os.path.join(self.folder, self.path), "rb", buffering=BUFFER)
        except (OSError, ValueError) as error:
            raise _not_opened(self.path, error) from None

    def sha256(self) -> str | None:
        """Return the checksum of the file as it is on disk; `None` where it cannot be read."""
        if self.held is not None:
            return None
        try:
            with cast("io.BufferedReader", self.raw()) as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except (OSError, Unreadable):
            return None

    @property
    def content_size(self) -> int:
        """Bytes of what is in it: a guess where it is compressed."""
        return self.size * EXPANDS if self.compression else self.size

    @property
    def layout(self) -> Format:
        """How it is split into pieces."""
        return FORMATS[self.format] if self.held is None else self.held


@dataclass(frozen=True, slots=True)
class Sources:
    """The files to read, in Order, and what was left out of the walk."""

    files: tuple[Source, ...]
    skipped: tuple[Skipped, ...]


def sources(
    paths: Sequence[Given], settings: Settings, *, against: Sequence[Given] = ()
) -> Sources:
    """
    Find the files that some PATH arguments stand for, and those of the published side.

    Raises `InputError` for a PATH that cannot be read and a folder without texts (unless
    `on_error` is `skip`), and where there is nothing to read at all.
    """
    if settings.encoding is not None:
        encoding_name(settings.encoding)
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    incoming, published = _Finder(settings, published=False), _Finder(settings, published=True)
    for finder, given in ((incoming, paths), (published, against)):
        for place, path in enumerate(given):
            if isinstance(path, Held):
                finder.held(place, path)
            else:
                finder.argument(place, os.fspath(path))
    old = [s for real, s in published.found.items() if real not in incoming.found]
    if published.found and not old:
        raise InputError(_all_incoming(paths, against))
    old.sort(key=lambda s: s.path.split("/"))
    skipped = tuple(published.skipped + incoming.skipped)
    return Sources((*old, *incoming.found.values()), skipped)


def document(name: str, text: str, record: str | None = None) -> Held:
    """
    Return a text that is held as the document of a file, which need not exist.

    Raises `InputError` for a file of records where no record is named.
    """
    form = FORMATS[_told_by(name)[0] or "text"]
    if form.records and record is None:
        raise InputError(f"{name}: is a file of records: name the record")
    return HeldDocument(name, text, record, markdown=record is None and isinstance(form, Markdown))


def listed(paths: Sequence[PathLike], settings: Settings) -> Iterator[str]:
    """Yield the path of each file that would be read, opening none: a pipe would be used up."""
    for given in paths:
        with contextlib.suppress(InputError):  # whoever reads it says so
            for path in _expanded(os.fspath(given)):
                if os.path.isdir(path):
                    yield from (source.path for source in sources([path], settings).files)
                else:
                    yield path


class _Entry(NamedTuple):
    """What lies below a folder and is none itself."""

    path: str
    below: tuple[str, ...]
    mode: int
    size: int
    remote: Remote | None = None


class _Finder:
    """What was found so far on one side; a class because a file is found only once."""

    def __init__(self, settings: Settings, *, published: bool) -> None:
        self.found: dict[str, Source] = {}
        """By their real paths: hard links have several, symbolic links that of their target."""
        self.skipped: list[Skipped] = []
        self._settings = settings
        self._published = published
        self._limited = any(map(_limits, settings.include))

    def argument(self, place: int, given: str) -> None:
        """Find what one PATH argument stands for. Raises `InputError`."""
        try:
            if not os.path.lexists(given) and remote.is_remote(given):
                self._remote(place, given)
                return
            for path in _expanded(given):
                self._path(place, path)
        except Unreadable as error:
            if self._settings.on_error != "skip":
                raise
            self.skipped.append(Skipped(given, str(error.fault)))

    def held(self, place: int, given: Held) -> None:
        """Take what a caller holds."""
        source = Source(given.name, place, (), "", "", 0, held=given)
        self._add(f"{given.name}:{place}:{self._published}", source)

    def _path(self, place: int, given: str) -> None:
        path = given.rstrip("/") or given[:1]
        if path == STDIN:
            if STDIN not in self.found:
                self._add(STDIN, _from_pipe(sys.stdin.buffer, path, place, self._settings))
            return
        try:
            state = os.stat(path)
        except (OSError, ValueError) as error:
            raise _not_opened(path, error) from None
        if stat.S_ISDIR(state.st_mode):
            self._folder(place, path, self._local(path))
        elif not self._excluded(path, (os.path.basename(path),)):
            real = os.path.realpath(path)
            if stat.S_ISREG(state.st_mode):
                form, packing = self._form(path)
                self._add(real, Source(path, place, (), form, packing, state.st_size))
            elif real not in self.found:
                try:
                    with patient(path) as pipe:  # such as /dev/fd/63
                        source = _from_pipe(pipe, path, place, self._settings)
                except OSError as error:
                    raise _not_opened(path, error) from None
                self._add(real, source)

    def _remote(self, place: int, given: str) -> None:
        """Find what a PATH of a remote place stands for. Raises `Unreadable`."""
        path = given.rstrip("/")
        entries = []
        for file in remote.remote_files(given):
            entry = _Entry("/".join((path, *file.below)), file.below, stat.S_IFREG, file.size, file)
            if file.below:
                entries.append(entry)
            elif not self._excluded(path, (os.path.basename(path),)):
                form, packing = self._form(remote.file_name(path))
                self._add(path, Source(path, place, (), form, packing, file.size, remote=file))
                return
        kept = [entry for entry in entries if not self._excluded(entry.path, entry.below)]
        self._folder(place, path, kept)

    def _form(self, path: str) -> tuple[str, str]:
        """Return format and compression of a file that was asked for."""
        form, packing = _told_by(path)
        asked = self._settings.input_format
        if form is not None and (form not in WEB or asked == "auto"):
            return form, packing
        return "text" if asked == "auto" else asked, packing

    def _add(self, real: str, source: Source) -> None:
        self.found.setdefault(real, replace(source, published=self._published))

    def _excluded(self, path: str, below: tuple[str, ...]) -> bool:
        """Tell whether a file or folder is to be left out."""
        return any(fits(glob, path, below) for glob in self._settings.exclude)

    def _included(self, path: str, below: tuple[str, ...]) -> bool:
        """Tell whether a file met in a walk was asked for by `include`."""
        return any(fits(glob, path, below) for glob in self._settings.include)

    def _folder(self, place: int, path: str, entries: Iterable[_Entry]) -> None:
        texts, first, left_out = 0, len(self.skipped), list[str]()
        real = path if remote.is_remote(path) else os.path.realpath(path)
        for entry in entries:
            # What is no text, and was not asked for, is told and left out.
            if not stat.S_ISREG(entry.mode):
                self.skipped.append(Skipped(entry.path, _KINDS[stat.S_IFMT(entry.mode)]))
                continue
            included = self._included(entry.path, entry.below)
            if not included and not is_text_name(entry.path):
                self.skipped.append(Skipped(entry.path, _no_suffix(entry.below[-1])))
                continue
            if self._limited and not included:
                left_out.append(entry.path)
                continue
            # A text is found, by the name that its file has whatever links lead there.
            texts += 1
            form, size = self._form(entry.path), entry.size
            source = Source(entry.path, place, entry.below, *form, size, named=False)
            real_path = "/".join((real.rstrip("/"), *entry.below))
            self._add(real_path, replace(source, remote=entry.remote))
        # What was left out, and a folder without any text.
        if left_out:
            what = f"{_files(len(left_out))} in it that no --include fits"
            self.skipped.append(Skipped(path, what))
        if not texts:
            raise Unreadable(path, _no_texts(self.skipped[first:], left_out))

    def _local(self, top: str) -> Iterator[_Entry]:
        """Yield the visible entries below a folder of a disk, in Order."""
        for path, below, state in self._walk(top):
            yield _Entry(path, below, state.st_mode, state.st_size)

    def _walk(self, top: str) -> Iterator[tuple[str, tuple[str, ...], os.stat_result]]:
        """Yield the visible entries below a folder, other than folders, in Order."""
        # What is left out at the top; folders wait for their turn.
        fault = self._settings.on_error != "skip"
        start = top if top.endswith("/") else f"{top}/"
        try:
            ignoring = Ignoring(top, on=not self._settings.no_ignore)
        except OSError as error:
            raise _not_opened(os.fsdecode(error.filename or top), error) from None
        waiting: list[tuple[str, tuple[str, ...], bool, tuple[Rules, ...]]]
        waiting = [(top, (), True, ignoring.rules)]
        while waiting:
            path, below, is_folder, rules = waiting.pop()
            try:
                # Files are handed on; of folders the names inside are read.
                if not is_folder:
                    yield path, below, os.lstat(path)
                    continue
                with os.scandir(path) as entries:
                    inside = {e.name: e.is_dir(follow_symlinks=False) for e in entries}
                rules += ignoring.inside(path, below, inside)
            except OSError as error:
                place = os.fsdecode(error.filename or path)
                if not below:
                    raise _not_opened(place, error) from None
                self.skipped.append(Skipped(place, _reason(error), fault))
                continue
            # The last name first, since what waits is taken from the end.
            for name, folder in sorted(inside.items(), reverse=True):
                parts = (*below, name)
                entry = start + "/".join(parts)
                hidden = name.startswith(".") or self._excluded(entry, parts)
                if not hidden and not ignoring.leaves_out(rules, parts, folder=folder):
                    waiting.append((entry, parts, folder, rules))
        self.skipped += ignoring.skipped


_KINDS = {
    stat.S_IFLNK: "a symbolic link, followed only where it is named",
    stat.S_IFIFO: "a named pipe, read only where it is named",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
"""Why an entry that is neither a file nor a folder is not read in a walk."""


def _files(count: int, which: str = "") -> str:
    return f"{count:,} {which}{'file' if count == 1 else 'files'}"


def _no_texts(skipped: Sequence[Skipped], left_out: Sequence[str]) -> Fault:
    """Say why a folder has no texts: `left_out` are those that no glob of `include` fits."""
    if left_out:
        found = f"{_files(len(left_out))} that no --include fits, such as {left_out[0]}"
        return Fault(f"no texts in it ({found})", step="give a glob that fits one")
    # What leaves files out is itself no file of the corpus.
    ignored = [f"{one.path} {one.why}" for one in skipped if is_ignore_file(one.path)]
    others = [one for one in skipped if not is_ignore_file(one.path)]
    seen = [f"{_files(len(others), 'other ')}, such as {o.path}: {o.why}" for o in others[:1]]
    notes = "; ".join((*seen, *ignored))
    why = f" ({notes})" if notes else ""
    suffixes = " ".join(name for name in _BY_SUFFIX if is_text_name(f"x{name}"))
    return Fault(f"no texts in it{why}", step=f"give files of {suffixes}")


def _no_suffix(name: str) -> str:
    """Say why a file met in a walk is not read, and what reads it."""
    packing = _told_by(name)[1]
    suffix = os.path.splitext(name[: len(name) - len(packing)])[1] + packing
    pattern = f"*{suffix}" if suffix else glob.escape(name)
    return f"no text suffix: --include '{pattern}' reads it"


def _limits(pattern: str) -> bool:
    """Tell whether a glob of `include` may fit texts: then what it does not fit is left out."""
    return pattern.endswith(("*", "/")) or is_text_name(pattern)


def _all_incoming(paths: Sequence[Given], against: Sequence[Given]) -> str:
    """Say that nothing is left to compare with, and what to do about it."""
    old = _named(against[0])
    why = f"{old}: all published files are among the new ones"
    look = f"use `dedup report {old} --check` to look inside one folder"
    for path in paths:
        below = os.path.relpath(os.path.realpath(old), os.path.realpath(_named(path)))
        if below != os.curdir and not below.startswith(os.pardir):
            return f"{why}; leave them out of these with exclude='{below}', or {look}"
    return f"{why}; {look}"


def _named(given: Given) -> str:
    return given.name if isinstance(given, Held) else os.fspath(given)


def fits(glob: str, path: str, below: tuple[str, ...] = ()) -> bool:
    """Match a file's name, its path below the PATH argument, and its path as shown."""
    seen = {os.path.basename(path), "/".join(below), path}
    glob = glob.rstrip("/")
    patterns = {glob, glob.removeprefix("**/")}
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in seen)


def _expanded(given: str) -> list[str]:
    """Expand a glob that the shell left alone; any other PATH stands for itself."""
    if os.path.lexists(given) or given == STDIN or not glob.has_magic(given):
        return [given]
    found = sorted(set(_globbed(given)), key=lambda path: path.split("/"))
    if not found:
        raise Unreadable(given, Fault("no file or folder matches", step="check the pattern"))
    return found


def _globbed(pattern: str) -> Iterator[str]:
    """Yield what a glob fits; `**` stands for folders to any depth, at the end for all in them."""
    head, stars, tail = f"/{pattern}".partition("/**/" if "/**/" in f"/{pattern}" else "/**")
    if not stars or (tail and stars == "/**"):
        yield from glob.iglob(pattern)
        return
    # `glob` would follow links, and call itself for each level.
    for top in [head[1:]] if head in {"", "/"} else glob.glob(head[1:] + "/"):
        if not tail:
            yield top or os.curdir
        waiting = [top] if tail else []
        while waiting:
            folder = waiting.pop()
            yield from _globbed(glob.escape(folder) + tail)
            with contextlib.suppress(OSError), os.scandir(folder or ".") as entries:
                names = [e.name for e in entries if e.is_dir(follow_symlinks=False)]
                waiting += [f"{folder}{n}/" for n in names if not n.startswith(".")]


def _told_by(path: str) -> tuple[str | None, str]:
    """Return format and compression of a file by its suffixes; `None` where no text has them."""
    stem, packing = os.path.splitext(path)
    if packing.lower() not in compression.SUFFIXES:
        stem, packing = path, ""
    return _BY_SUFFIX.get(os.path.splitext(stem)[1].lower()), packing.lower()


def is_text_name(path: str) -> bool:
    """Tell whether a path is named like a file of texts, packed or not."""
    form, _ = _told_by(path)
    return form is not None and form not in WEB


def _from_pipe(stream: IO[bytes], path: str, place: int, settings: Settings) -> Source:
    """Keep what comes through a pipe; its first line says what it is, unless the settings do."""
    kept = SpooledPipe(stream)
    form = settings.input_format
    if form == "auto":
        form = "jsonl" if kept.begins_as_jsonl else "text"
    return Source(path, place, (), form, "", kept.size, spooled=kept)


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or folder"
    if isinstance(error, PermissionError):
        return "permission denied"
    return (getattr(error, "strerror", None) or str(error)).lower()


def _not_opened(path: str, error: Exception) -> Unreadable:
    step = "check the path" if isinstance(error, FileNotFoundError) else "mend that"
    return Unreadable(path, Fault(_reason(error), step=step))
