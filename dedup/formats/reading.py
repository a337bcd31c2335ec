"""
Reading: the documents of all sources, in Order, in batches.

What cannot be used goes by `on_error`. A malformed record: `fail` raises, `skip` counts it, once a
file and reason, `quarantine` hands its bytes to `rejects` as well. A file that cannot be opened or
decoded: named, it is as a record; met in a walk it is skipped, and is a fault (exit code 2 at the
end) unless `on_error` is `skip` or its bytes were put aside. A binary file met in a walk is skipped
and no fault. No file is read in part: a compressed one that may be skipped is unpacked to its end
before its first record counts.
"""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol, cast

import numpy as np

from dedup.errors import SKIPPING, InputError, RecordError
from dedup.formats import compression, recoding
from dedup.formats.interface import Chunk, Fault, Piece, Unreadable
from dedup.formats.sources import BUFFER, Source, Sources, sources
from dedup.formats.streams import Hashing, Seen
from dedup.formats.text import charset
from dedup.model import Documents, Strings
from dedup.report import Skipped
from dedup.text.paragraphs import AUTO
from dedup.watching import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from dedup.formats.interface import Record
    from dedup.formats.sources import Given
    from dedup.settings import Settings
    from dedup.watching import Watch

BATCH_BYTES = 4 << 20
"""Text of a batch, in bytes; the last document may go beyond."""
BATCH_DOCUMENTS = 4096

_PEEKED = 4096
"""Bytes by which an encoding is told."""
_HELD = 64 << 20
"""Decompressed bytes that are held rather than unpacked twice."""


class Rejects(Protocol):
    """Takes what is quarantined."""

    def __call__(self, data: bytes, path: str, line: int, why: str) -> None:
        """Put the bytes of a record, or of a whole file (line 0), aside."""
        ...


class Wanted(NamedTuple):
    """What is asked of a reading besides the texts: as `read` is asked for it."""

    modes: Callable[[Source, Record], int] | None
    fields: Sequence[str]
    to_cut: bool


def read(  # noqa: PLR0913 - what is read, and whom to tell of it
    paths: Sequence[Given],
    settings: Settings,
    *,
    against: Sequence[Given] = (),
    watch: Watch = silent,
    rejects: Rejects | None = None,
    modes: Callable[[Source, Record], int] | None = None,
    fields: Sequence[str] = (),
    to_cut: bool = False,
) -> Reading:
    """
    Find the files now; read them by iterating over what this gives.

    `modes` gives the paragraph mode to ask for a document (default: `AUTO`), `fields` names other
    fields whose values are wanted; with `to_cut` each text must be one string. Raises `InputError`,
    here for a PATH that cannot be read, while iterating for what its file holds.
    """
    found = sources(paths, settings, against=against)
    return Reading(
        found,
        settings,
        has_published=bool(against),
        watch=watch,
        rejects=rejects,
        modes=modes,
        fields=fields,
        to_cut=to_cut,
    )


class Reading:
    """
    The documents of some sources; a class because reading also fills in what was skipped.

    Iterating gives batches sorted by `doc`, numbered from 0, published documents first; each time
    anew. Raises `InputError` at the end where a side has no document.
    """

    def __init__(  # noqa: PLR0913 - as `read`
        self,
        found: Sources,
        settings: Settings,
        *,
        has_published: bool = False,
        watch: Watch = silent,
        rejects: Rejects | None = None,
        modes: Callable[[Source, Record], int] | None = None,
        fields: Sequence[str] = (),
        to_cut: bool = False,
    ) -> None:
        self.sources = found
        self.total = sum(source.size for source in found.files)
        """Bytes to read, compressed as they are."""
        self.done = 0
        """Bytes read so far."""
        self.values: dict[str, list[str | None]] = {name: [] for name in fields}
        """Of each field that is wanted its values so far, one a document."""
        self.to_cut = to_cut
        """Each text must be one string."""
        self.seen: dict[str, Seen] = {}
        """What was learnt of the bytes of each file that was read, by path, where `to_cut`."""
        self._settings = settings
        self._sides = {False, True} if has_published else {False}
        self._watch = watch
        self._rejects = rejects
        self._modes = modes
        self._counts: dict[tuple[str, str], list[int]] = {}
        self._files: list[Skipped] = []
        self._charset = ""
        """Of the file that is being read."""
        self._place: Callable[[], int] = lambda: self.done

    @property
    def is_plain(self) -> bool:
        """Nothing but files and settings decides what is read."""
        held = any(source.held is not None for source in self.sources.files)
        return self._modes is None and not held

    @property
    def state(self) -> dict[str, Any]:
        """What was learnt besides the documents, in plain values."""
        return {
            "counts": [[*name, *counted] for name, counted in self._counts.items()],
            "files": [[one.path, one.why, one.fault] for one in self._files],
            "values": self.values,
            "seen": self.seen,
        }

    def again(self) -> Reading:
        """Return the same documents once more, putting nothing aside a second time."""
        return Reading(
            self.sources,
            self._settings,
            watch=self._watch,
            modes=self._modes,
            to_cut=self.to_cut,
        )

    def with_files(self, files: tuple[Source, ...]) -> Reading:
        """Read other files, which are in Order, in place of these; published ones may be none."""
        return Reading(
            Sources(files, self.sources.skipped),
            self._settings,
            watch=self._watch,
            rejects=self._rejects,
            modes=self._modes,
        )

    def of_files(self, paths: Collection[str]) -> Reading:
        """Return the incoming documents of some files once more, by the paths as shown."""
        files = tuple(s for s in self.sources.files if not s.published and s.path in paths)
        return Reading(Sources(files, ()), self._settings, modes=self._modes)

    @property
    def wants(self) -> Wanted:
        """What is asked for besides the texts."""
        return Wanted(self._modes, tuple(self.values), self.to_cut)

    @classmethod
    def of_part(cls, files: tuple[Source, ...], settings: Settings, wanted: Wanted) -> Reading:
        """Read some files of many, in which there may be no document."""
        reading = cls(Sources(files, ()), settings, **wanted._asdict())
        reading._sides = set()
        return reading

    def refuse_missing(self, *, published: int, incoming: int) -> None:
        """Raise `InputError` where a side has none of so many documents that were read."""
        for side in sorted(self._sides):
            if not (published if side else incoming):
                raise InputError(self._nothing(published=side))

    def recall(self, state: dict[str, Any]) -> None:
        """Know again what an earlier reading of the same files had learnt."""
        self.done = self.total
        self._counts = {(path, why): counted for path, why, *counted in state["counts"]}
        self._files = [Skipped(*one) for one in state["files"]]
        for name, values in state["values"].items():
            self.values[name][:] = values
        self.seen = {path: Seen(*one) for path, one in state["seen"].items()}

    @property
    def skipped(self) -> list[Skipped]:
        """What was not read so far, by path; records once a file and reason."""
        lines = [
            Skipped(path, f"{_records(count)} skipped, {_first(count)}line {line}: {why}")
            for (path, why), (count, line) in self._counts.items()
        ]
        every = [*self.sources.skipped, *self._files, *lines]
        return sorted(every, key=lambda s: s.path.split("/"))

    def __iter__(self) -> Iterator[Documents]:
        """Read everything, a batch at a time."""
        self._counts.clear()
        self._files.clear()
        self.seen.clear()
        for values in self.values.values():
            values.clear()
        self.done, first = 0, 0
        missing = set(self._sides)
        for batch in self._batches():
            self.done = self._place()
            missing.difference_update(batch.published[[0, -1]] != 0)
            yield replace(batch, doc=np.arange(first, first + len(batch)))
            first += len(batch)
            self._watch("reading", self.done, self.total)
        self._watch("reading", self.total, self.total)
        for side in sorted(missing):
            raise InputError(self._nothing(published=side))

    def _nothing(self, *, published: bool) -> str:
        what = "the published side has no document" if published else "no document was read"
        skipped = self.skipped
        if not self.sources.files and not skipped:
            return f"{what}: every file is excluded; give others"
        for source in self.sources.files:
            if source.held is not None and source.published == published and not skipped:
                return f"{what}: {source.path} is empty"
        if not skipped:
            return f"{what}: the files hold no records; give others"
        return f"{what}: {skipped[0].path}: {skipped[0].why} ({len(skipped)} skipped in all)"

    def _batches(self) -> Iterator[Documents]:
        """Yield batches whose numbers are not those of the whole."""
        batch = _Batch()
        for source in self.sources.files:
            for item in self._items(source):
                if isinstance(item, Chunk):
                    for name, values in zip(self.values, item.values, strict=True):
                        self.values[name] += values
                    table, at = _table(source, item), 0
                    while at < len(table):
                        at = batch.add_all(table, at)
                        if batch.full:
                            yield batch.table()
                            batch = _Batch()
                    continue
                mode = AUTO if self._modes is None else self._modes(source, item)
                for name, values in self.values.items():
                    values.append(item.field(name))
                batch.add(source, item, mode)
                if batch.full:
                    yield batch.table()
                    batch = _Batch()
        if batch.count:
            yield batch.table()

    def _items(self, source: Source) -> Iterator[Record | Chunk]:
        """Yield the records of one source; what cannot be used goes by `on_error`."""
        before, given = self.done, False
        try:
            lenient = not source.named or self._settings.on_error != "fail"
            with source.raw() as file:
                # What a clean will cut is hashed as it is read.
                hashing = Hashing(file) if self.to_cut else None
                raw = io.BufferedReader(hashing, BUFFER) if hashing is not None else file
                self._place = lambda: before + min(raw.tell(), source.size)
                # Records are handed on, and what is none goes by `on_error`.
                for piece in self._documents(source, raw, whole=lenient):
                    if isinstance(piece, Chunk):
                        given = True
                        yield piece
                    elif piece.record is not None:
                        given = True
                        yield piece.record
                    elif piece.fault is not None:
                        self._malformed(source, piece)
                if hashing is not None:
                    with _told(source):
                        self.seen[source.path] = Seen(hashing.digest(), self._charset)
        except Unreadable as error:
            if given:
                raise
            self._unreadable(source, error)
        finally:
            self._place = lambda: before + source.size
        self.done = before + source.size

    def _documents(self, source: Source, raw: IO[bytes], *, whole: bool) -> Iterator[Piece | Chunk]:
        """Read one file; in columns where nobody asks for the mode of each record."""
        opened = _opened(source, raw, self._settings, whole=whole)
        self._charset = opened.charset
        with _told(source):
            if self._modes is not None:
                yield from source.layout.pieces(opened.stream, source.path, self._settings)
                return
            yield from source.layout.documents(
                opened.stream,
                source.path,
                self._settings,
                size=opened.size,
                fields=tuple(self.values),
                to_cut=self.to_cut,
            )

    def _malformed(self, source: Source, piece: Piece) -> None:
        fault = piece.fault or Fault("malformed")
        if self._settings.on_error == "fail":
            raise RecordError(
                f"{source.path}:{piece.file_line}: {fault}; {fault.step} or use {SKIPPING}"
            )
        if self._settings.on_error == "quarantine" and self._rejects is not None:
            self._rejects(piece.raw[piece.lead :], source.path, piece.file_line, str(fault))
        self._counts.setdefault((source.path, fault.why), [0, piece.file_line])[0] += 1

    def _unreadable(self, source: Source, error: Unreadable) -> None:
        policy = self._settings.on_error
        if source.named and policy == "fail":
            raise error
        aside = policy == "quarantine" and bool(error.data) and self._rejects is not None
        if source.named and policy == "quarantine" and not aside:
            raise error
        harmless = error.foreign and not source.named
        if aside and not harmless and self._rejects is not None:
            self._rejects(error.data, source.path, 0, str(error.fault))
        fault = not harmless and not aside and policy != "skip"
        self._files.append(Skipped(source.path, str(error.fault), fault))


def pieces(
    source: Source, settings: Settings, *, whole: bool = False, lines: Sequence[int] | None = None
) -> Iterator[Piece]:
    """
    Split one file into pieces: end to end they are its decompressed bytes.

    With `whole` a compressed file is unpacked to its end before the first piece comes; with `lines`
    only the records on these are told apart, where a record is a line. Raises `Unreadable`; never
    for a malformed record, which is a piece with a `fault`.
    """
    with source.raw() as raw:
        stream = _opened(source, raw, settings, whole=whole).stream
        with _told(source):
            if lines is None:
                yield from source.layout.pieces(stream, source.path, settings)
            else:
                yield from source.layout.on_lines(stream, source.path, settings, lines)


def refuse_foreign(source: Source, settings: Settings) -> None:
    """Raise `Unreadable` for a file that holds no texts, or cannot be read from its beginning."""
    with source.raw() as raw, _told(source):
        stream, size, _ = _opened(source, raw, settings, whole=False)
        documents = source.layout.documents(stream, source.path, settings, size=size, to_cut=True)
        next(documents, None)


class _Opened(NamedTuple):
    """A file that was opened."""

    stream: IO[bytes]
    """What is in it, as UTF-8."""
    size: int
    """Bytes of that: a guess where it is compressed."""
    charset: str
    """What it is recoded from; empty where it is UTF-8 as it is."""


def _opened(source: Source, raw: IO[bytes], settings: Settings, *, whole: bool) -> _Opened:
    """Unpack a stream where it is compressed, and recode it where it is no UTF-8."""
    stream, size = raw, source.content_size
    if source.compression:
        stream = compression.unpacked(raw, source.compression, source.path)
    if source.compression and whole and source.layout.records:
        head = stream.read(_HELD)
        if len(head) < _HELD:
            stream, size = io.BufferedReader(io.BytesIO(head)), len(head)
        else:
            stream = _proved(source, raw)
    name = ""
    if source.layout.records and source.layout.as_bytes:
        head = cast("io.BufferedReader", stream).peek(_PEEKED)
        name = charset(head, settings.encoding)
    return _Opened(recoding.recoded(stream, name, source.path) if name else stream, size, name)


@contextlib.contextmanager
def _told(source: Source) -> Iterator[None]:
    """Turn the fault of a disk into one of the file. Raises `Unreadable`."""
    try:
        yield
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Unreadable(source.path, Fault(why, step="try again")) from None


def _proved(source: Source, raw: IO[bytes]) -> IO[bytes]:
    """Unpack a file to its end and begin again."""
    raw.seek(0)
    stream = compression.unpacked(raw, source.compression, source.path)
    while stream.read(1 << 20):
        pass
    raw.seek(0)
    return compression.unpacked(raw, source.compression, source.path)


class _Batch:
    """Rows of `Documents` to be; a class because they come one by one, or some at a time."""

    def __init__(self) -> None:
        self.count = 0
        self._tables: list[Documents] = []
        self._rows: list[tuple[int, int, int, int]] = []
        self._paths: list[bytes] = []
        self._names: list[str] = []
        self._texts: list[bytes] = []
        self._bytes = 0
        self._path = ("", b"")

    @property
    def full(self) -> bool:
        """Tell whether it is time for the next one."""
        return self._bytes >= BATCH_BYTES or self.count >= BATCH_DOCUMENTS

    def add(self, source: Source, record: Record, mode: int) -> None:
        """Take one document."""
        if self._path[0] != source.path:
            self._path = source.path, source.path.encode("utf-8", "surrogatepass")
        text = record.text.encode("utf-8", "surrogatepass")
        self._paths.append(self._path[1])
        self._names.append(record.id or "")
        self._texts.append(text)
        self._bytes += len(text)
        self.count += 1
        self._rows.append((record.file_line, record.markdown, mode, source.published))

    def add_all(self, documents: Documents, at: int) -> int:
        """Take documents from row `at` on, as far as there is room, and return where they end."""
        self._put_together()
        stop = min(at + BATCH_DOCUMENTS - self.count, len(documents))
        self._tables.append(documents.slice(at, stop))
        self._bytes += len(self._tables[-1].text.data)
        self.count += stop - at
        return stop

    def table(self) -> Documents:
        """Return all as a table."""
        self._put_together()
        return self._tables[0] if len(self._tables) == 1 else Documents.concat(self._tables)

    def _put_together(self) -> None:
        """Make a table of the rows that came one by one."""
        if not self._rows:
            return
        numbers = np.array(self._rows, np.int64)
        small = numbers[:, 1:].astype(np.int8)
        self._tables.append(
            Documents(
                doc=np.arange(len(numbers)),
                path=Strings.of(self._paths),
                record=Strings.of(self._names),
                file_line=np.ascontiguousarray(numbers[:, 0]),
                markdown=np.ascontiguousarray(small[:, 0]),
                mode=np.ascontiguousarray(small[:, 1]),
                published=np.ascontiguousarray(small[:, 2]),
                text=Strings.of(self._texts),
            )
        )
        self._rows, self._paths, self._names, self._texts = [], [], [], []


def _table(source: Source, chunk: Chunk) -> Documents:
    """Return records in columns as a table."""
    count = len(chunk.names)
    path = source.path.encode("utf-8", "surrogatepass")
    offsets = np.arange(count + 1, dtype=np.int64) * len(path)
    return Documents.filled(
        count,
        doc=np.arange(count),
        path=Strings(np.frombuffer(path * count, np.uint8), offsets),
        record=chunk.names,
        file_line=chunk.lines,
        published=int(source.published),
        text=chunk.text,
    )


def _records(count: int) -> str:
    return f"{count} record{'s' * (count > 1)}"


def _first(count: int) -> str:
    return "first in " if count > 1 else ""
