"""
A clean from end to end: scan, plan, write, and only then let everything appear.

    paths ─► read, detect ─► plan ─► cut, file by file ─► guard ─► OUT, ledger, manifest
             `decide`                 `Planned.write`
"""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from dedup import formats
from dedup.cleaning import dates, keeping, layout, rounds
from dedup.cleaning.checking import check_plan, check_sentences
from dedup.cleaning.detection import detection
from dedup.cleaning.finished import Finished
from dedup.cleaning.ledger import dump, rejected
from dedup.cleaning.manifest import known_modes
from dedup.cleaning.places import free, opened, told
from dedup.cleaning.plan import plan
from dedup.cleaning.planned import Planned, Scan
from dedup.cleaning.removals import Decision
from dedup.cleaning.staying import staying
from dedup.errors import SettingsError
from dedup.formats import Watch, silent
from dedup.running import run
from dedup.settings import nearest
from dedup.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import IO

    from dedup.cleaning.detection import Detection
    from dedup.cleaning.policy import Policy
    from dedup.cleaning.results import Cleaned
    from dedup.engines.interface import Engine
    from dedup.model import Documents
    from dedup.settings import Settings

PathLike = str | os.PathLike[str]
_HELD = 16 << 20
"""Bytes of rejects that are held rather than put into a file."""


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


def scanned(
    paths: Sequence[formats.Given], settings: Settings, policy: Policy, watch: Watch = silent
) -> Scan:
    """Find what is cleaned and say where each file comes to lie; nothing is read yet."""
    settings = replace(settings, passages="off")
    given = tuple(os.fspath(path) for path in paths if not isinstance(path, formats.Held))
    modes = known_modes(given, settings)
    quarantine = settings.on_error == "quarantine"
    aside = tempfile.SpooledTemporaryFile(_HELD) if quarantine else None  # noqa: SIM115 - for later
    reading = formats.read(
        paths,
        settings,
        watch=watch,
        rejects=_putting(aside) if aside else None,
        modes=modes,
        fields=policy.fields,
        to_cut=True,
    )
    names = layout.outputs(reading.sources.files)
    return Scan(given, settings, policy, modes, reading, names, aside, watch)


def decide(
    scan: Scan, documents: Iterable[Documents], engine: Engine, compare: Compare = detection
) -> Planned:
    """Read everything, and decide what goes. Raises `InputError`."""
    settings, policy, reading = scan.settings, scan.policy, scan.reading
    found = compare(documents, settings, policy.remove, engine)
    _check_fields(scan)
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
_LOOKED_AT = 100
"""Files whose first record is looked at for the names of fields."""


def _check_fields(scan: Scan) -> None:
    """Refuse a field of the policy that no document has. Raises `SettingsError`."""
    for name, values in scan.reading.values.items():
        if any(value is not None for value in values):
            continue
        option = "source_field" if name == scan.policy.source_field else "keep"
        known = [
            field
            for source in scan.sources[:_LOOKED_AT]
            for record in itertools.islice(_records(source, scan.settings), 1)
            for field in record.fields()
        ]
        what = "has a text or number in" if name in known else "has"
        near = nearest(name, known) if name not in known else ""
        raise SettingsError(
            f"{option} is {getattr(scan.policy, option)!r}: no document {what} the field "
            f"{name!r}{near}"
        )


def _records(source: formats.Source, settings: Settings) -> Iterator[formats.Record]:
    return (piece.record for piece in formats.pieces(source, settings) if piece.record is not None)


def _putting(aside: IO[bytes]) -> formats.Rejects:
    """Give what writes rejects down as lines of JSON."""

    def put(data: bytes, path: str, line: int, why: str) -> None:
        aside.write(dump(rejected(data, path, line, why)))

    return put
