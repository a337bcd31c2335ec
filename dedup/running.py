"""
The engine of a run, and what an interrupted run of the same work has left in its work folder.

The work is known again by the contents of its files, its settings and the version.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from dedup.version import version_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.engines.checkpoints import Checkpoints
    from dedup.engines.local import Local
    from dedup.formats import Reading
    from dedup.model import Documents
    from dedup.settings import Settings
    from dedup.watching import Watch

READ = "read"
"""The checkpoint of what reading learns besides the documents."""


@contextmanager
def run(
    documents: Iterable[Documents], settings: Settings, watch: Watch
) -> Iterator[tuple[Iterable[Documents], Local]]:
    """Yield the documents and the engine; in a work folder the run goes on from what is there."""
    from dedup.engines.local import Local
    from dedup.formats import Reading

    checkpoints = None
    memory, threads = settings.memory or None, settings.threads
    with ExitStack() as stack:
        if isinstance(documents, Reading):
            checkpoints = _checkpoints(documents, settings)
            if checkpoints is not None:
                stack.callback(checkpoints.leave)
                documents = _going_on(documents, checkpoints)
        yield (
            documents,
            stack.enter_context(Local(memory, threads, settings.work_dir, checkpoints, watch)),
        )


def _going_on(reading: Reading, checkpoints: Checkpoints) -> Iterator[Documents]:
    """Let a reading know what an interrupted run had learnt, and note what it learns."""
    if set(checkpoints.names) - {READ}:
        reading.recall(checkpoints.read_json(READ) or reading.state)
        done = _finished(checkpoints.names)
        logging.getLogger("dedup").info("continuing from %s: %s", checkpoints.folder, done)

    def documents() -> Iterator[Documents]:
        yield from reading
        checkpoints.write_json(READ, reading.state)

    return documents()


def _checkpoints(reading: Reading, settings: Settings) -> Checkpoints | None:
    """Open what an interrupted run has left, where it can be known again by its inputs."""
    if settings.work_dir is None or settings.on_error == "quarantine" or not reading.is_plain:
        return None
    from dedup.engines.checkpoints import Checkpoints

    files = reading.sources.files
    about = {
        "settings": settings.part("detection") | settings.part("reading"),
        "paths": [[source.path, source.published] for source in files],
        "fields": list(reading.values),
        "to_cut": reading.to_cut,
    }
    contents = [source.sha256() for source in files]
    return Checkpoints(settings.work_dir, about, {"version": version_line(), "sha256": contents})


def _finished(names: Sequence[str]) -> str:
    """Say what is done, bands of signatures and files counted."""
    kinds = Counter(name.partition("-")[0] for name in names if name != READ)
    units = {"band": "bands", "written": "files written"}
    parts = [f"{n} {units[kind]}" if kind in units else kind for kind, n in kinds.items()]
    return f"{', '.join(sorted(parts))} done before"
