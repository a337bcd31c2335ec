"""What a clean has removed, counted by reason and source."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from dedup.cleaning.guard import Tallies

if TYPE_CHECKING:
    from dedup.cleaning.parts import Name, Part

HUSK = 0.2
"""Of a document of which less than this share is left, only a husk is."""


@dataclass(slots=True)
class Counts:
    """What was removed so far; counted up, so not frozen."""

    tallies: Tallies = field(default_factory=Tallies)
    paragraphs: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    not_written: list[Name] = field(default_factory=list)
    changed: int = 0
    """Documents that lost something and are written."""
    husks: int = 0
    """Those of them of which less than `HUSK` is left."""

    def add(self, folder: str, part: Part) -> None:
        """Count what a document of a source loses."""
        if part.cuts is None or part.name is None:
            return
        for cut, line in zip(part.cuts.cuts, part.lines, strict=True):
            self.paragraphs[cut.reason] += cut.last - cut.first + 1
            self.characters[cut.reason] += cut.end - cut.start
            keeper = line.keeper.document if line.keeper else None
            self.tallies.remove(folder, cut.end - cut.start, keeper)
        if part.dropped:
            self.not_written.append(part.name)
            return
        self.changed += 1
        self.husks += len(part.text) - part.cuts.characters < HUSK * len(part.text)

    def merge(self, other: Counts) -> None:
        """Count what was counted of another file."""
        self.tallies.merge(other.tallies)
        self.paragraphs.update(other.paragraphs)
        self.characters.update(other.characters)
        self.not_written += other.not_written
        self.changed += other.changed
        self.husks += other.husks

    def to_json(self) -> dict[str, Any]:
        """Give it in plain values."""
        tallies = self.tallies
        return {
            "folders": {name: asdict(tally) for name, tally in tallies.folders.items()},
            "keepers": tallies.keepers,
            "paragraphs": self.paragraphs,
            "characters": self.characters,
            "not_written": self.not_written,
            "changed": self.changed,
            "husks": self.husks,
        }

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Undo `to_json`."""
        tallies = Tallies(keepers=Counter(row["keepers"]))
        for folder, tally in row["folders"].items():
            tallies.add(folder, tally["documents"], tally["characters"])
            tallies.remove(folder, tally["removed"], None)
        return cls(
            tallies,
            Counter(row["paragraphs"]),
            Counter(row["characters"]),
            [(path, record) for path, record in row["not_written"]],
            row["changed"],
            row["husks"],
        )
