"""
Inputs -> output files, written by the tasks of a cluster; these see the folders of the caller.

A task writes some files, and their lines of the ledger, by the code that writes them on one
machine, into OUT's folder of attempts and under names that no other attempt has. What it has
written it says when it is done; the caller moves the files of that attempt into the tree, adds
their lines to the ledger, and all else is swept away. So a task that fails, or is run twice,
leaves no half file and no file twice.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dedup.cleaning.annotate import annotate_file
from dedup.cleaning.ledger import Writer
from dedup.cleaning.write import BUFFER, copy_file, cut_file, decision_on
from dedup.errors import DedupError
from dedup.spread import files_of_tasks, is_seen_everywhere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from dedup.cleaning.manifest import File
    from dedup.cleaning.places import Destination, Scan
    from dedup.cleaning.removals import Decision
    from dedup.formats import Seen, Source


class Cluster(Protocol):
    """An engine whose tasks can be asked something of parts."""

    def asked(self, parts: Sequence[Any], question: Callable[[Any], Any]) -> list[Any]:
        """Return what a function says of each part."""
        ...


class Order(NamedTuple):
    """A file that is to be written."""

    number: int
    """Of all files that are cleaned, from 0."""
    source: Source
    name: str
    """Where it comes to lie below OUT."""
    seen: Seen


class Portion(NamedTuple):
    """What one task writes."""

    decision: Decision
    """What goes from the documents of its files."""
    orders: tuple[Order, ...]


class Written(NamedTuple):
    """What one task has written."""

    attempt: str
    """What tells the names of its files from those of other attempts."""
    files: tuple[File | None, ...]
    """What the manifest says of each; `None` for one that could not be read."""
    error: DedupError | None = None
    """Why it gave up."""


def can_write(scan: Scan, place: Destination) -> bool:
    """Tell whether tasks can write the files of a clean: they lie on disks that tasks see."""
    return place.attempts is not None and all(map(is_seen_everywhere, scan.sources))


def write_files(  # noqa: PLR0913 - what is decided, of which files, where to, and by whom
    decision: Decision,
    scan: Scan,
    seen: Sequence[Seen],
    place: Destination,
    ledger: Writer,
    cluster: Cluster,
    annotate: bool,  # noqa: FBT001 - as the command has it
) -> Iterator[File]:
    """
    Have tasks write all files, and yield what the manifest says of each, in Order.

    Raises `InputError` for a file that has changed since it was read.
    """
    assert place.attempts is not None  # noqa: S101 - `can_write`
    scan.watch("writing", 0, len(scan.names))
    folder = place.attempts()
    portions = list(_portions(decision, scan, seen))
    task = partial(write_portion, folder=folder.absolute(), annotate=annotate)
    for portion, done in zip(portions, cluster.asked(portions, task), strict=True):
        if done.error is not None:
            raise done.error
        # The lines of the ledger follow those of the files before.
        with _ledger(folder, portion, done.attempt).open("rb") as lines:
            while data := lines.read(BUFFER):
                ledger.write(data)
        for order, file in zip(portion.orders, done.files, strict=True):
            if file is None:
                continue
            target = place.target(order.name)
            if file.output_sha256 is not None and target is not None:
                _text(folder, order, done.attempt).replace(target)
            yield file


def _portions(decision: Decision, scan: Scan, seen: Sequence[Seen]) -> Iterator[Portion]:
    """Yield files that follow one another, as many as a task writes, with what goes from them."""
    orders = map(Order, range(len(seen)), scan.sources, scan.names, seen)
    for files in files_of_tasks(scan.sources):
        own = {source.path: decision.documents.get(source.path, (0, 0)) for source in files}
        spans = [span for span in own.values() if span[0] < span[1]]
        first, stop = (spans[0][0], spans[-1][1]) if spans else (0, 0)
        places = {path: (a - first, b - first) for path, (a, b) in own.items() if a < b}
        share = replace(decision_on(decision, first, stop), documents=places)
        yield Portion(share, tuple(next(orders) for _ in files))


def write_portion(portion: Portion, folder: Path, *, annotate: bool) -> Written:
    """Write some files into a folder, in a task, and return what was written."""
    attempt, decision = secrets.token_hex(8), portion.decision
    files: list[File | None] = []
    try:
        with _ledger(folder, portion, attempt).open("xb") as lines:
            ledger = Writer(lines)
            for order in portion.orders:
                target = _text(folder, order, attempt)
                about = decision, order.source, order.name, order.seen, target
                if annotate:
                    files.append(annotate_file(*about, ledger))
                elif decision.touches(order.source):
                    files.append(cut_file(*about, ledger))
                else:
                    files.append(copy_file(*about))
    except DedupError as error:
        return Written(attempt, (), error)
    return Written(attempt, tuple(files))


def _ledger(folder: Path, portion: Portion, attempt: str) -> Path:
    """Return where a task writes the lines of its files."""
    return folder / f"{portion.orders[0].number}-{attempt}.ledger"


def _text(folder: Path, order: Order, attempt: str) -> Path:
    """Return where a task writes a file."""
    return folder / f"{order.number}-{attempt}.text"
