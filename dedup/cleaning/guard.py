"""
The guard: a clean that would remove more than it may is refused before anything appears.

Off below 20 documents unless a limit was given; by default 30 % of the characters of the run and
60 % of each source of 20 documents or more. A source is the first folder below a PATH, else the
PATH, or what stands in the field that was named. A limit that was given replaces both, and holds
whatever the size.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dedup.cleaning.standing import NONE

if TYPE_CHECKING:
    from dedup.cleaning.parts import Work

LEAST_DOCUMENTS = 20
RUN, FOLDER = 0.30, 0.60


@dataclass(slots=True)
class Tally:
    """What one run or source loses; counted up, so not frozen."""

    documents: int = 0
    characters: int = 0
    removed: int = 0


@dataclass(slots=True)
class Tallies:
    """The run, its sources, and whose copies went."""

    run: Tally = field(default_factory=Tally)
    folders: dict[str, Tally] = field(default_factory=dict)
    keepers: Counter[str] = field(default_factory=Counter)
    """Removed characters by the document of their keeper."""

    def add(self, folder: str, documents: int, characters: int) -> None:
        """Count what stands in a source."""
        for tally in (self.run, self.folders.setdefault(folder, Tally())):
            tally.documents += documents
            tally.characters += characters

    def remove(self, folder: str, characters: int, keeper: str | None) -> None:
        """Count a removal."""
        self.run.removed += characters
        self.folders.setdefault(folder, Tally()).removed += characters
        if keeper is not None:
            self.keepers[keeper] += characters

    def merge(self, other: Tallies) -> None:
        """Count what others have counted."""
        for folder, tally in other.folders.items():
            self.add(folder, tally.documents, tally.characters)
            self.remove(folder, tally.removed, None)
        self.keepers.update(other.keepers)


def refusal(tallies: Tallies, limit: float | None) -> str | None:
    """Say why the guard refuses, if it does; `limit` is what was given."""
    cases = [("the run", tallies.run, RUN)]
    cases += [(name, tally, FOLDER) for name, tally in tallies.folders.items()]
    for name, tally, default in cases:
        if limit is None and tally.documents < LEAST_DOCUMENTS:
            continue
        most = default if limit is None else limit
        share = _share(tally)
        if share > most:
            whose = "".join(
                f"; {count / tallies.run.removed:.0%} of it are copies of {keeper}"
                for keeper, count in tallies.keepers.most_common(1)
            )
            return (
                f"clean would remove {share:.1%} of the characters of {name}, more than "
                f"{100 * most:g}%{whose}: look with dry_run=…, "
                f"allow it with max_removed='{allowing(tallies)}%'"
            )
    return None


def allowing(tallies: Tallies) -> int:
    """Give the lowest limit, in whole per cents, that lets the run and each of its sources pass."""
    every = (tallies.run, *tallies.folders.values())
    return max(-(-100 * tally.removed // max(1, tally.characters)) for tally in every)


def _share(tally: Tally) -> float:
    return tally.removed / tally.characters if tally.characters else 0.0


def early(work: Work, limit: float | None) -> str | None:
    """Say why the guard refuses where the paragraphs alone are too much for the whole run."""
    plan, tallies = work.plan, Tallies()
    whole = int(work.facts.characters.sum())
    tallies.run = Tally(len(work.facts), whole, int(plan.characters.sum()))
    has = plan.keeper != NONE
    lost = np.bincount(plan.keeper[has], plan.characters[has])
    if len(lost):
        tallies.keepers[work.facts.path[int(lost.argmax())]] = int(lost.max())
    return refusal(tallies, limit)
