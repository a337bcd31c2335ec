"""
An index in Redis, for many runners that have no folder in common (extra `redis`).

`Index.to_datasketch` fills it: the signatures of long paragraphs are in a `MinHashLSH`, and the
documents stand beside, so that what it proposes is verified on the texts. Under the name BASE:

    BASE_bucket_…, BASE_keys   as datasketch keeps them; a key is `[document, record, paragraph]`
    BASE_about     what a manifest says, and which filling this is
    BASE_places    by key the numbers of the first `MOST` documents that hold the text
    BASE_records   the number and the characters of a document, by file and record
    BASE_documents the documents, by number: their rank in Order

A check asks for the published documents that share a long paragraph with the incoming ones, and
goes on as `check --against` them. So it finds what does, and nothing that is not there; passages
and boilerplate are judged by these documents alone.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import msgspec
import numpy as np

from dedup import formats, pipeline
from dedup import model as m
from dedup.errors import InputError, OutputError, SettingsError
from dedup.index import signatures
from dedup.index.incoming import engine_of, keys_of, records_of
from dedup.index.manifest import FORMAT, Manifest, Size, check_settings
from dedup.rows import fresh, rank_within
from dedup.stages.normalise import normalise
from dedup.stages.segment import segment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from redis import Redis

    from dedup.formats import Reading, Watch
    from dedup.index.published import Published
    from dedup.report import Report
    from dedup.settings import Settings

BASE = "dedup"
TRIES = 5
"""Times that it is asked where it is filled meanwhile."""
MOST = 128
"""Documents of one text that are proposed: of more it is boilerplate, however long it is."""
AT_ONCE = 500
"""Documents that are written or read together."""


class About(msgspec.Struct, frozen=True):
    """What is known of an index in Redis before it is asked."""

    filling: str
    """Names this filling: another one has other numbers."""
    whole: bool
    """It is filled."""
    manifest: Manifest
    """Of the index that it was filled from, without its files."""


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A document as it is kept."""

    path: bytes
    record: bytes
    file_line: int
    markdown: int
    mode: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Keys:
    """The names of what is kept beside datasketch's own keys."""

    base: bytes

    @property
    def about(self) -> bytes:
        """What is known of all of it."""
        return self.base + b"_about"

    @property
    def places(self) -> bytes:
        """The documents of each text."""
        return self.base + b"_places"

    @property
    def records(self) -> bytes:
        """The document of each record."""
        return self.base + b"_records"

    @property
    def documents(self) -> bytes:
        """The documents."""
        return self.base + b"_documents"


def fill(known: Published, now: Manifest, config: Mapping[str, Any]) -> Any:  # noqa: ANN401 - datasketch has no types
    """
    Put an index into Redis, in place of what is there of an earlier one; return its `MinHashLSH`.

    Raises `OutputError` where the name is taken by something else, or Redis cannot be written.
    """
    base = config.get("basename", BASE.encode())
    own, name = Keys(base), f"Redis, {os.fsdecode(base)}"
    with _told(name, OutputError), _client(config["redis"]) as store:
        # Nobody else has the name; what an earlier index left is cleared away.
        mine = _escaped(base) + b"_*"
        if not store.exists(own.about) and next(store.scan_iter(mine, AT_ONCE), None) is not None:
            raise OutputError(f"{name}: other keys begin so: give another basename")
        bare = replace(now, segments=(), order=None)
        about = About(secrets.token_hex(8), whole=False, manifest=bare)
        store.set(own.about, msgspec.json.encode(about))
        for key in store.scan_iter(mine, AT_ONCE):
            if key != own.about:
                store.unlink(key)
        lsh = signatures.lsh_of({**config, "basename": base})
        # The signatures, with the documents of each text, then the documents.
        for texts, keys in signatures.inserted(lsh, known, signatures.key_of):
            places = known.places(texts)
            few = places.take(fresh(places.text, places.doc))
            few = few.take(rank_within(few.text) < MOST)
            docs = np.split(few.doc, np.flatnonzero(fresh(few.text))[1:])
            rows = [msgspec.msgpack.encode(some.tolist()) for some in docs]
            store.hset(own.places, mapping=dict(zip(keys, rows, strict=True)))
        files = known.keys()
        for batch in known.batches():
            _keep(store, own, batch, files)
        # Only now it may be read.
        store.set(own.about, msgspec.json.encode(msgspec.structs.replace(about, whole=True)))
    return lsh


def _keep(store: Redis, own: Keys, batch: m.Documents, files: Mapping[str, str]) -> None:
    """Write some documents, and by which names they are known again."""
    import zstandard

    compress = zstandard.ZstdCompressor().compress
    columns = (batch.path.raws(), batch.record.raws(), batch.file_line.tolist())
    rest = (batch.markdown.tolist(), batch.mode.tolist(), batch.text.raws())
    documents, records = {}, {}
    rows = zip(batch.doc.tolist(), *columns, *rest, strict=True)
    for (doc, *row), path in zip(rows, batch.path.list(), strict=True):
        kept = Kept(*row)
        size = len(kept.text.decode("utf-8", "surrogatepass"))
        documents[doc] = compress(msgspec.msgpack.encode(kept))
        records[_known_as(files[path], kept.record)] = msgspec.msgpack.encode((doc, size))
    store.hset(own.documents, mapping=documents)
    store.hset(own.records, mapping=records)


class SharedIndex:
    """An index in Redis, asked as one in a folder is; a class since it is opened once."""

    def __init__(self, url: str, root: str | os.PathLike[str] | None = None) -> None:
        """`url` is `redis://HOST:PORT/DB?basename=NAME`; `root` is as of `Index`."""
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        base = query.pop("basename", [BASE])[0]
        self._keys = Keys(base.encode())
        self._root = root
        self.name = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        """The address without a password, for people."""
        self._url = urlunsplit(parts._replace(query=urlencode(query, doseq=True)))

    def size(self, settings: Settings) -> Size:
        """Return how much the index holds now. Raises as `check`."""
        with self._connected() as store:
            now = self._about(store).manifest
        check_settings(self.name, now, settings)
        return Size(now.documents, now.characters)

    def check(self, reading: Reading, settings: Settings, watch: Watch = formats.silent) -> Report:
        """
        Find what incoming documents repeat, of each other or of those that the index proposes.

        Raises `InputError` where it cannot be asked, and `SettingsError` where it was built with
        other settings.
        """
        with self._connected() as store:
            for _ in range(TRIES):
                about = self._about(store)
                check_settings(self.name, about.manifest, settings)
                report = self._check(store, about, reading, settings, watch)
                if self._about(store).filling == about.filling:
                    return report.with_skipped(tuple(reading.skipped))
        raise InputError(f"{self.name}: is filled all the time: try again")

    def _check(
        self, store: Redis, about: About, reading: Reading, settings: Settings, watch: Watch
    ) -> Report:
        """Check against the published documents that share a text with the incoming ones."""
        incoming = list(reading)
        keys = keys_of(reading, os.path.realpath(self._root or about.manifest.root))
        names = [
            _known_as(file, record)
            for file, records in records_of(incoming, keys).items()
            for record in records
        ]
        found = store.hmget(self._keys.records, names)
        left_out = dict(msgspec.msgpack.decode(one) for one in found if one is not None)
        if len(left_out) == about.manifest.documents:
            raise InputError(f"{self.name}: all published documents are among the new ones")
        published = self._documents(
            store, self._proposed(store, incoming, settings) - set(left_out)
        )
        count = len(published)
        documents = [published, *(replace(one, doc=one.doc + count) for one in incoming)]
        with engine_of(settings, watch) as engine:
            report = pipeline.check(documents, settings, engine)
        summary = replace(
            report.summary,
            published=about.manifest.documents - len(left_out),
            published_characters=about.manifest.characters - sum(left_out.values()),
        )
        return replace(report, summary=summary)

    def _proposed(
        self, store: Redis, incoming: Sequence[m.Documents], settings: Settings
    ) -> set[int]:
        """Return the numbers of documents that may share a long paragraph with incoming ones."""
        # Each of datasketch's tables would open a connection of its own.
        pool = {"connection_pool": store.connection_pool}
        lsh = signatures.lsh_of({"type": "redis", "basename": self._keys.base, "redis": pool})
        keys: set[bytes] = set()
        for batch in incoming:
            forms, normals = normalise(segment(batch, settings), settings)
            long = normals.normal.take(np.flatnonzero(forms.words >= settings.min_words))
            for signature in signatures.signatures_of(long):
                keys.update(lsh.query(signature))
        rows = store.hmget(self._keys.places, sorted(keys)) if keys else []
        return {doc for row in rows if row is not None for doc in msgspec.msgpack.decode(row)}

    def _documents(self, store: Redis, numbers: Collection[int]) -> m.Documents:
        """Return documents by their numbers, in Order."""
        import zstandard

        unpack = zstandard.ZstdDecompressor().decompress
        wanted = sorted(numbers)
        packed: list[bytes | None] = []
        for start in range(0, len(wanted), AT_ONCE):
            packed += store.hmget(self._keys.documents, wanted[start : start + AT_ONCE])
        # One that is gone went with its filling: the check is made again.
        rows = [msgspec.msgpack.decode(unpack(one), type=Kept) for one in packed if one is not None]
        small = np.array([(row.markdown, row.mode, 1) for row in rows], np.int8).reshape(-1, 3)
        return m.Documents(
            np.arange(len(rows)),
            m.Strings.of([row.path for row in rows]),
            m.Strings.of([row.record for row in rows]),
            np.array([row.file_line for row in rows], np.int64),
            np.ascontiguousarray(small[:, 0]),
            np.ascontiguousarray(small[:, 1]),
            np.ascontiguousarray(small[:, 2]),
            m.Strings.of([row.text for row in rows]),
        )

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Redis]:
        """Yield what talks to Redis. Raises `InputError` and `SettingsError`."""
        with _told(self.name, InputError):
            from redis import ConnectionPool

            try:
                pool = ConnectionPool.from_url(self._url)
            except ValueError as error:
                raise SettingsError(f"{self.name}: no address of Redis: {error}") from error
            try:
                yield _client({"connection_pool": pool})
            finally:
                pool.disconnect()

    def _about(self, store: Redis) -> About:
        """Read what is known of the index. Raises `InputError` where there is none."""
        found = store.get(self._keys.about)
        if found is None:
            base = os.fsdecode(self._keys.base)
            raise InputError(
                f"{self.name}: holds no index named {base}: fill one with Index.to_datasketch"
            )
        about = msgspec.json.decode(found, type=About)
        if not about.whole:
            raise InputError(f"{self.name}: is being filled: try again when that is done")
        if about.manifest.format > FORMAT:
            newer = about.manifest.version
            raise InputError(f"{self.name}: was filled by a newer dedup: use version {newer}")
        return about


def _known_as(file: str, record: bytes) -> bytes:
    """Return the name by which a document is known again."""
    return os.fsencode(file) + b"\0" + record


def _escaped(base: bytes) -> bytes:
    """Return a name as a pattern of Redis that fits it alone."""
    return b"".join(b"\\" + bytes([c]) if c in b"*?[]\\^-" else bytes([c]) for c in base)


def _client(parameters: Mapping[str, Any]) -> Redis:
    """Return what talks to Redis."""
    from redis import Redis

    return Redis(**parameters)


@contextlib.contextmanager
def _told(name: str, kind: type[InputError | OutputError]) -> Iterator[None]:
    """Say in one line what Redis says. Raises `SettingsError` where the extra is not installed."""
    try:
        from redis import RedisError
    except ImportError as error:
        raise SettingsError("an index in Redis needs: pip install 'paradedup[redis]'") from error
    try:
        yield
    except RedisError as error:
        why = " ".join(str(error).split())
        raise kind(f"{name}: cannot be asked: {why}; see that Redis runs there") from error
    except msgspec.MsgspecError as error:
        raise kind(f"{name}: holds what is no index of dedup; fill it anew") from error
