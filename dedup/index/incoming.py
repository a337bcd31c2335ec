"""Documents that come in: by which names an index knows them, and the engine that reads them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dedup.engines.local import Local

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dedup.formats import Reading, Watch
    from dedup.model import Documents
    from dedup.settings import Settings


def keys_of(reading: Reading, root: str) -> dict[str, str]:
    """Return by the path of each file its place relative to the root of an index."""
    return {
        source.path: os.path.relpath(os.path.realpath(source.path), root)
        for source in reading.sources.files
    }


def records_of(batches: Iterable[Documents], keys: Mapping[str, str]) -> dict[str, set[bytes]]:
    """Return the records of documents, empty for a plain file, by the names of their files."""
    found: dict[str, set[bytes]] = {}
    for batch in batches:
        for path, record in zip(batch.path.list(), batch.record.raws(), strict=True):
            found.setdefault(keys[path], set()).add(record)
    return found


def engine_of(settings: Settings, watch: Watch) -> Local:
    """Return the engine of a change or a check."""
    return Local(settings.memory or None, settings.threads, settings.work_dir, None, watch)
