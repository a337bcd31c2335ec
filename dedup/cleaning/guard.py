"""
What a clean removes, counted by reason and source; and the guard, by which it is refused.

A clean that would remove more than it may is refused before anything is written. Off below 20
documents unless a limit was given; by default 30 % of the characters of the run and 60 % of each
source of 20 documents or more. A source is the first folder below a PATH, else the PATH, or what
stands in the field that was named. A limit that was given replaces both, and holds whatever the
size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup.cleaning.layout import source_folder
from dedup.cleaning.ledger import REASONS
from dedup.cleaning.tables import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.cleaning.ledger import Name
    from dedup.cleaning.removals import Decision
    from dedup.formats import Source
    from dedup.model import I64

LEAST_DOCUMENTS = 20
RUN, FOLDER = 0.30, 0.60
HUSK = 0.2
"""Of a document of which less than this share is left, only a husk is."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one run or source loses."""

    documents: int
    characters: int
    removed: int

    @property
    def share(self) -> float:
        """The share of the characters that goes, 0 to 1."""
        return self.removed / self.characters if self.characters else 0.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What is removed."""

    run: Tally
    sources: dict[str, Tally]
    keeper: tuple[str, int] | None
    """The file that keeps the most of it, and how many characters."""
    paragraphs: dict[str, int]
    """By reason."""
    characters: dict[str, int]
    """By reason, with the white space that goes too."""
    not_written: tuple[Name, ...]
    """Documents of which nothing is left."""
    changed: int
    """Documents that lose something and are written."""
    husks: int
    """Those of them of which less than `HUSK` is left."""


def counts(decision: Decision, sources: Sequence[Source]) -> Counts:
    """Count what goes from each document, by reason and by source."""
    facts, rows = decision.facts, decision.removals
    lengths = rows.end - rows.start
    lost = np.zeros(len(facts), np.int64)
    np.add.at(lost, rows.doc, lengths)
    dropped = (lost > 0) & (lost == facts.characters)
    written = (lost > 0) & ~dropped
    husks = written & (facts.characters - lost < HUSK * facts.characters)

    # By reason.
    paragraphs, characters = np.zeros((2, len(REASONS)), np.int64)
    np.add.at(paragraphs, rows.reason, rows.last - rows.first + 1)
    np.add.at(characters, rows.reason, lengths)
    there = sorted((REASONS[reason], reason) for reason in np.unique(rows.reason).tolist())

    # By source, in the order in which they come.
    names, number = _sources(decision, sources)
    tallies = np.zeros((3, len(names)), np.int64)
    for column, values in zip(tallies, (np.ones_like(lost), facts.characters, lost), strict=True):
        np.add.at(column, number, values)
    whole = len(facts), int(facts.characters.sum()), int(lost.sum())
    return Counts(
        Tally(*whole),
        {name: Tally(*column) for name, column in zip(names, tallies.T.tolist(), strict=True)},
        _keeper(decision, lengths),
        {name: int(paragraphs[reason]) for name, reason in there},
        {name: int(characters[reason]) for name, reason in there},
        tuple(
            (facts.path[doc], facts.record[doc] or None) for doc in np.flatnonzero(dropped).tolist()
        ),
        int(written.sum()),
        int(husks.sum()),
    )


def _sources(decision: Decision, sources: Sequence[Source]) -> tuple[list[str], I64]:
    """Return the names of the sources, and the number of that which each document is counted to."""
    names: dict[str, int] = {}
    number = np.zeros(len(decision.facts), np.int64)
    without = f"(no {decision.policy.source_field})"
    for source in sources:
        first, stop = decision.documents.get(source.path, (0, 0))
        if decision.labels is None:
            number[first:stop] = names.setdefault(source_folder(source), len(names))
            continue
        for doc in range(first, stop):
            number[doc] = names.setdefault(decision.labels[doc] or without, len(names))
    return list(names), number


def _keeper(decision: Decision, lengths: I64) -> tuple[str, int] | None:
    """Return the file whose copies make the most characters that go; of several the first."""
    keeper = decision.removals.keeper
    kept = np.flatnonzero(keeper != NONE)
    if not len(kept):
        return None
    files = list(decision.documents)
    begins = np.array([first for first, _ in decision.documents.values()], np.int64)
    file = np.searchsorted(begins, keeper[kept], "right") - 1
    removed = np.zeros(len(files), np.int64)
    np.add.at(removed, file, lengths[kept])
    most = file[int((removed[file] == removed.max()).argmax())]
    return files[most], int(removed[most])


def refusal(found: Counts, limit: float | None) -> str | None:
    """Say why the guard refuses, if it does; `limit` is what was given."""
    cases = [("the run", found.run, RUN)]
    cases += [(name, tally, FOLDER) for name, tally in found.sources.items()]
    for name, tally, default in cases:
        if limit is None and tally.documents < LEAST_DOCUMENTS:
            continue
        most = default if limit is None else limit
        if tally.share > most:
            whose = ""
            if found.keeper is not None:
                document, count = found.keeper
                whose = f"; {count / found.run.removed:.0%} of it are copies of {document}"
            return (
                f"clean would remove {tally.share:.1%} of the characters of {name}, more than "
                f"{100 * most:g}%{whose}: look with dry_run=…, "
                f"allow it with max_removed='{allowing(found)}%'"
            )
    return None


def allowing(found: Counts) -> int:
    """Return the lowest limit, in whole per cents, that lets the run and each source pass."""
    every = (found.run, *found.sources.values())
    return max(-(-100 * tally.removed // max(1, tally.characters)) for tally in every)
