"""
A clean from end to end: scan, plan, write, and only then let everything appear.

    paths ─► read, detect ─► plan ─► cut, file by file ─► guard ─► OUT, ledger, manifest
             `decide`                 `Planned.write`
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from dedup import formats
from dedup.cleaning import dates, keeping, rounds
from dedup.cleaning.checking import check_plan, check_sentences
from dedup.cleaning.detection import detection
from dedup.cleaning.finished import Finished
from dedup.cleaning.places import free, opened, told
from dedup.cleaning.plan import plan
from dedup.cleaning.planned import Planned
from dedup.cleaning.removals import Decision
from dedup.cleaning.scan import check_fields, scanned
from dedup.cleaning.staying import staying
from dedup.errors import SettingsError
from dedup.formats import Watch, silent
from dedup.running import run
from dedup.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dedup.cleaning.detection import Detection
    from dedup.cleaning.policy import Policy
    from dedup.cleaning.results import Cleaned
    from dedup.cleaning.scan import Scan
    from dedup.engines.interface import Engine
    from dedup.model import Documents
    from dedup.settings import Settings

PathLike = str | os.PathLike[str]
Compare = Callable[["Iterable[Documents]", "Settings", str, "Engine"], "Detection"]
"""Compares documents; the text is what may go (`--remove`)."""


def clean(  # noqa: PLR0913 - the options of the command
    paths: Sequence[PathLike],
    output: PathLike | None,
    settings: Settings,
    policy: Policy,
    *,
    dry_run: bool = False,
    ids: PathLike | None = None,
    ledger: PathLike | None = None,
    watch: Watch = silent,
    compare: Compare = detection,
) -> Cleaned:
    """
    Write a corpus anew with one copy of each text, and a ledger that can undo it.

    `output` is a folder, or `-` for one file to the standard output; `ledger` and `ids` (the
    documents of which nothing is left, one a line, a tab before the record) are written besides.
    A dry run writes nothing else and shows what would go. Raises `InputError`, `OutputError`,
    `GuardError`; then nothing has appeared.
    """
    if output is None and not dry_run:
        raise SettingsError("clean needs a folder to write to: give -o OUT, or --dry-run")
    with told(output), contextlib.ExitStack() as stack:
        scan = scanned(paths, settings, policy, watch)
        if scan.aside is not None:
            stack.enter_context(scan.aside)
        out = None if dry_run else output
        copies = free((ledger, ids), out, scan.sources)
        # NOTE: the place is taken first: who cannot write there learns it before the long work.
        place = stack.enter_context(opened(out, scan, *copies))
        documents, engine = stack.enter_context(run(scan.reading, scan.settings, watch))
        planned = decide(scan, documents, engine, compare)
        notes, workers = engine.checkpoints, engine.workers
        finished = None if notes is None else Finished(notes, policy)
        return planned.write_to(place, ids=ids, ledger=ledger, finished=finished, workers=workers)


def plan_clean(
    given: Sequence[formats.Given], settings: Settings, policy: Policy, *, watch: Watch = silent
) -> Planned:
    """Return what a clean would do; nothing is written. Raises `InputError`."""
    scan = scanned(given, settings, policy, watch)
    with run(scan.reading, scan.settings, watch) as (documents, engine):
        return decide(scan, documents, engine)


def decide(
    scan: Scan, documents: Iterable[Documents], engine: Engine, compare: Compare = detection
) -> Planned:
    """Read everything, and decide what goes. Raises `InputError`."""
    settings, policy, reading = scan.settings, scan.policy, scan.reading
    found = compare(documents, settings, policy.remove, engine)
    check_fields(scan)
    dated = {name: dates.read(reading.values[name]) for name in keeping.fields(policy.keep_rules)}
    ranks = keeping.ranks(policy.keep_rules, found.facts, dated, scan.sources)
    todo = plan(found, ranks, settings, policy)
    check_plan(todo, found.facts, settings, policy)
    labels = reading.values[policy.source_field] if policy.source_field else None
    notes_modes = scan.modes is not None or settings.paragraphs != "auto"
    decision = Decision.of(found, todo, settings, policy, labels, notes_modes=notes_modes)
    if policy.passages == "on":
        again = rounds.Again(reading.again(), compare, scan.watch)
        decision = rounds.without_passages(decision, ranks, again)
        check_sentences(decision)
    left = staying(found, decision, ranks)
    seen = [reading.seen.get(source.path, _UNREAD) for source in scan.sources]
    return Planned(scan, decision, seen, VERSION, dated, left)


_UNREAD = formats.Seen(None, "")
"""Of a file that could not be read."""
