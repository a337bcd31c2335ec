"""
A clean from end to end: scan, plan, write, and only then let everything appear.

    paths ─► read, detect ─► plan ─► cut, file by file ─► guard ─► OUT, ledger, manifest
             `decide`                 `Planned.write`
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, cast

from dedup import formats
from dedup.cleaning.counts import staying
from dedup.cleaning.detection import detection
from dedup.cleaning.passages import without_passages
from dedup.cleaning.places import check_fields, destination, disk_errors, free, scanned
from dedup.cleaning.plan import plan
from dedup.cleaning.planned import Planned
from dedup.cleaning.policy import dated_fields, ranks_by
from dedup.cleaning.removals import Decision
from dedup.cleaning.verifying import check_plan, check_sentences
from dedup.cleaning.write import Finished
from dedup.errors import SettingsError
from dedup.formats import Watch, silent
from dedup.running import run, run_anywhere
from dedup.text import dates
from dedup.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dedup.cleaning.detection import Compare
    from dedup.cleaning.on_cluster import Cluster
    from dedup.cleaning.places import Scan
    from dedup.cleaning.policy import Policy
    from dedup.cleaning.results import Cleaned
    from dedup.engines.interface import Engine
    from dedup.formats import PathLike
    from dedup.model import Documents
    from dedup.settings import Settings


def clean(  # noqa: PLR0913 - the options of the command
    paths: Sequence[PathLike],
    output: PathLike | None,
    settings: Settings,
    policy: Policy,
    *,
    against: Sequence[PathLike] = (),
    dry_run: bool = False,
    ids: PathLike | None = None,
    ledger: PathLike | None = None,
    annotate: bool = False,
    watch: Watch = silent,
    compare: Compare = detection,
) -> Cleaned:
    """
    Write a corpus anew with one copy of each text, and a ledger that can undo it.

    `output` is a folder, or `-` for one file to the standard output; `ledger` and `ids`
    (the documents that went whole, and what keeps them: see `ids.py`) are written besides.
    A dry run writes nothing else and shows what would go; to `annotate` is to remove nothing, and
    to note in each record what would go. Raises `InputError`, `OutputError`,
    `GuardError`; then nothing has appeared.
    """
    if output is None and not dry_run:
        raise SettingsError("clean needs a folder to write to: give -o OUT, or --dry-run")
    if policy.passages == "on" and settings.engine != "local":
        raise SettingsError(
            f"passages is 'on', which engine {settings.engine} does not do: leave out one of them"
        )
    with disk_errors(output), contextlib.ExitStack() as stack:
        scan = scanned(paths, settings, policy, watch, against)
        if scan.aside is not None:
            stack.enter_context(scan.aside)
        out = None if dry_run else output
        copies = free((ledger, ids), out, scan.reading.sources.files)
        # NOTE: the place is taken first: who cannot write there learns it before the long work.
        place = stack.enter_context(destination(out, scan, *copies))
        besides: dict[str, Any] = {"ids": ids, "ledger": ledger, "annotate": annotate}
        if settings.engine != "local":
            read, cluster = stack.enter_context(run_anywhere(scan.reading, scan.settings, watch))
            planned = decide(scan, read, cluster, compare)
            return planned.write_to(place, **besides, cluster=cast("Cluster", cluster))
        documents, engine = stack.enter_context(run(scan.reading, scan.settings, watch))
        planned = decide(scan, documents, engine, compare)
        if not annotate:
            notes = engine.checkpoints
            besides["workers"] = engine.workers
            besides["finished"] = None if notes is None else Finished(notes, policy)
        return planned.write_to(place, **besides)


def plan_clean(
    given: Sequence[formats.Given],
    settings: Settings,
    policy: Policy,
    *,
    against: Sequence[formats.Given] = (),
    watch: Watch = silent,
) -> Planned:
    """Return what a clean would do; nothing is written. Raises `InputError`."""
    scan = scanned(given, settings, policy, watch, against)
    with run(scan.reading, scan.settings, watch) as (documents, engine):
        return decide(scan, documents, engine)


def decide(
    scan: Scan, documents: Iterable[Documents], engine: Engine, compare: Compare = detection
) -> Planned:
    """Read everything, and decide what goes. Raises `InputError`."""
    settings, policy, reading = scan.settings, scan.policy, scan.reading
    found = compare(documents, settings, policy.remove, engine)
    scan.watch("planning", 0, None)
    check_fields(scan)
    dated = {
        name: dates.read_dates(reading.values[name]) for name in dated_fields(policy.keep_rules)
    }
    ranks = ranks_by(policy.keep_rules, found.facts, dated, reading.sources.files)
    todo = plan(found, ranks, settings, policy, None if settings.engine == "local" else engine)
    check_plan(todo, found.facts, settings, policy)
    labels = reading.values[policy.source_field] if policy.source_field else None
    notes_modes = scan.modes is not None or settings.paragraphs != "auto"
    decision = Decision.of(found, todo, settings, policy, labels, notes_modes=notes_modes)
    if policy.passages == "on":
        decision = without_passages(decision, ranks, reading.again(), compare, scan.watch)
        check_sentences(decision)
    left = staying(found, decision, ranks)
    seen = [reading.seen.get(source.path, _UNREAD) for source in scan.sources]
    return Planned(scan, decision, seen, VERSION, dated, left)


_UNREAD = formats.Seen(None, "")
"""Of a file that could not be read."""
