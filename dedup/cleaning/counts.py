"""What a clean has removed, counted by reason and source."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from dedup.cleaning.guard import Tallies

if TYPE_CHECKING:
    from dedup.cleaning.parts import Name, Part


@dataclass(slots=True)
class Counts:
    """What was removed so far; counted up, so not frozen."""

    tallies: Tallies = field(default_factory=Tallies)
    paragraphs: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    not_written: list[Name] = field(default_factory=list)

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

    def merge(self, other: Counts) -> None:
        """Count what was counted of another file."""
        self.tallies.merge(other.tallies)
        self.paragraphs.update(other.paragraphs)
        self.characters.update(other.characters)
        self.not_written += other.not_written

    def to_json(self) -> dict[str, Any]:
        """Give it in plain values."""
        tallies = self.tallies
        return {
            "folders": {name: asdict(tally) for name, tally in tallies.folders.items()},
            "keepers": tallies.keepers,
            "paragraphs": self.paragraphs,
            "characters": self.characters,
            "not_written": self.not_written,
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
        )
