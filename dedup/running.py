"""
The engine of a run, and what an interrupted run of the same work has left in its work folder.

The work is known again by the contents of its files, its settings and the version. On Spark, which
makes lost work again by itself, nothing is left.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TypeGuard, cast

from dedup.errors import SettingsError
from dedup.version import version_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyspark.sql import DataFrame as SparkFrame

    from dedup.engines.checkpoints import Checkpoints
    from dedup.engines.interface import Engine
    from dedup.engines.local import Local
    from dedup.formats import Reading
    from dedup.model import Documents
    from dedup.settings import Settings
    from dedup.watching import Watch

READ = "read"
"""The checkpoint of what reading learns besides the documents."""


@contextmanager
def run_anywhere(
    data: Iterable[Documents] | SparkFrame,
    settings: Settings,
    watch: Watch,
    engine: Engine | None = None,
) -> Iterator[tuple[Iterable[Documents], Engine]]:
    """
    Yield the documents and the engine: the one that is given, or that the settings ask for.

    `data` is a reading, documents, or a DataFrame of Spark's. Raises `SettingsError` for one that
    comes without its engine, and where there is no Spark.
    """
    if engine is None and settings.engine == "local":
        if is_spark_frame(data):
            raise SettingsError("data is a DataFrame of Spark: give engine=SparkEngine(spark), too")
        with run(cast("Iterable[Documents]", data), settings, watch) as local:
            yield local
        return
    if engine is None:
        from dedup.engines.cluster import spark_engine

        engine = cast("Engine", spark_engine(settings.master, settings.spark_conf, watch))
    with engine as own:
        # NOTE: a stored table serves wherever documents do: they are mapped, and nothing else.
        yield cast("Iterable[Documents]", _spread(data, settings, own)), own


def is_spark_frame(data: object) -> TypeGuard[SparkFrame]:
    """Tell a DataFrame of Spark, without an import of it."""
    kind = type(data)
    return kind.__name__ == "DataFrame" and kind.__module__.startswith("pyspark.sql.")


def _spread(data: Iterable[Documents] | SparkFrame, settings: Settings, engine: Engine) -> object:
    """Have the tasks of a cluster read what they can read; all else is handed to the engine."""
    from dedup.formats import Reading

    if not isinstance(data, Reading) and not is_spark_frame(data):
        return data
    from dedup import spread
    from dedup.engines.spark import SparkEngine

    if not isinstance(engine, SparkEngine):
        return data
    if isinstance(data, Reading):
        return spread.spread(data, settings, engine)
    return spread.rows(data, settings, engine)


@contextmanager
def run(
    documents: Iterable[Documents], settings: Settings, watch: Watch
) -> Iterator[tuple[Iterable[Documents], Local]]:
    """
    Yield the documents and the local engine; in a work folder the run goes on from what is there.

    Raises `SettingsError` where another engine is asked for: this work is done on one machine.
    """
    from dedup.engines.local import Local
    from dedup.formats import Reading

    if settings.engine != "local":
        raise SettingsError(
            f"engine is {settings.engine!r}: report, pairs, check without an index, and clean into "
            "a folder run there; leave it out"
        )
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
