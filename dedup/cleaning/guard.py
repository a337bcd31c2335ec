"""
The guard: a clean that would remove more than it may is refused before anything appears.

Off below 20 documents unless a limit was given; by default 30 % of the characters of the run and
60 % of each source folder (the first folder below a PATH, else the PATH; of 20 documents or more).
A limit that was given replaces both, and holds whatever their size.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from dedup.errors import GuardError

LEAST_DOCUMENTS = 20
RUN, FOLDER = 0.30, 0.60


@dataclass(slots=True)
class Tally:
    """What one run or folder loses; counted up, so not frozen."""

    documents: int = 0
    characters: int = 0
    removed: int = 0


@dataclass(slots=True)
class Tallies:
    """The run, its folders, and whose copies went."""

    run: Tally = field(default_factory=Tally)
    folders: dict[str, Tally] = field(default_factory=dict)
    keepers: Counter[str] = field(default_factory=Counter)
    """Removed characters by the document of their keeper."""

    def add(self, folder: str, documents: int, characters: int) -> None:
        """Count what stands in a file."""
        for tally in (self.run, self.folders.setdefault(folder, Tally())):
            tally.documents += documents
            tally.characters += characters

    def remove(self, folder: str, characters: int, keeper: str | None) -> None:
        """Count a removal."""
        self.run.removed += characters
        self.folders[folder].removed += characters
        if keeper is not None:
            self.keepers[keeper] += characters


def refusal(tallies: Tallies, limit: float | None) -> str | None:
    """Say why the guard refuses, if it does; `limit` is what was given."""
    cases = [("the run", tallies.run, RUN)]
    cases += [(name, tally, FOLDER) for name, tally in tallies.folders.items()]
    for name, tally, default in cases:
        if limit is None and tally.documents < LEAST_DOCUMENTS:
            continue
        most = default if limit is None else limit
        if tally.removed > most * tally.characters:
            share = tally.removed / tally.characters
            whose = "".join(
                f"; {count / tallies.run.removed:.0%} of it are copies of {keeper}"
                for keeper, count in tallies.keepers.most_common(1)
            )
            return (
                f"clean would remove {share:.1%} of the characters of {name}, more than "
                f"{most:.0%}{whose}: look with --dry-run, allow it with --max-removed"
            )
    return None


def check(tallies: Tallies, limit: float | None) -> None:
    """Raise `GuardError` where the guard refuses."""
    why = refusal(tallies, limit)
    if why is not None:
        raise GuardError(why)
