"""
What `clean`, `verify`, `restore` and `audit` hand back: plain frozen values, one line for people.

A dry run also shows where a clean would remove, what most of all, and what to doubt: made from the
lines of the ledger as they come, so that a long one is never held.
"""

from __future__ import annotations

import heapq
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from dedup.cleaning.ledger import DOCUMENT, PASSAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dedup.cleaning.ledger import Keeper, Line, Name
    from dedup.cleaning.policy import Policy
    from dedup.report import Skipped
    from dedup.settings import Settings


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a clean removed and wrote, or, of a dry run, would."""

    documents: int
    paragraphs: int
    characters: int
    removed_paragraphs: dict[str, int]
    """By reason; of `passage` runs of sentences, each in one paragraph."""
    removed_characters: dict[str, int]
    """By reason; with the white space that went too."""
    not_written: tuple[tuple[str, str | None], ...]
    """Documents of which nothing is left: path and record."""
    documents_changed: int
    """Documents that lost something and are written."""
    husks: int
    """Those of them of which less than 20 % is left."""
    staying: Staying
    """What repeats and stays all the same."""
    sources: tuple[Tally, ...] = field(repr=False)
    """What each source loses, in the order in which they come."""
    most_kept: tuple[str, int] | None
    """The file that keeps the most of what is removed, and how many characters."""
    skipped: tuple[Skipped, ...]
    settings: Settings = field(repr=False, compare=False)
    policy: Policy = field(repr=False, compare=False)
    files_changed: int = 0
    files_untouched: int = 0
    files_not_written: int = 0
    output: str | None = None
    """The folder; `None` for a dry run."""
    published: int = 0
    """Documents that were compared with and only read (`--against`)."""
    annotated: bool = False
    """Nothing was removed: what would go is noted in the records."""
    guard: str | None = None
    """Of a dry run: why a real one would be refused."""
    undated: tuple[Undated, ...] = ()
    """Of each field whose dates the keep rules compare, what could not be read."""
    families: tuple[Family, ...] = field(default=(), repr=False)
    """Of a dry run: the texts of which most characters go."""
    doubts: tuple[Removal, ...] = field(default=(), repr=False)
    """Of a dry run: the removals of the lowest similarity."""

    @property
    def removed(self) -> int:
        """Count the characters that went."""
        return sum(self.removed_characters.values())

    @property
    def whole(self) -> dict[str, int]:
        """Return the paragraphs that went whole, by reason."""
        every = self.removed_paragraphs.items()
        return {reason: count for reason, count in every if reason != PASSAGE}

    @property
    def runs(self) -> int:
        """Count the runs of sentences that went from the paragraphs of passages."""
        return self.removed_paragraphs.get(PASSAGE, 0)

    @property
    def share(self) -> float:
        """Return the share of the characters that went, 0 to 1."""
        return self.removed / self.characters if self.characters else 0.0

    @property
    def nothing_is_left(self) -> bool:
        """Tell whether every character of the corpus went."""
        return self.removed == self.characters > 0

    def counts(self) -> dict[str, Any]:
        """Return the figures, as the manifest keeps them."""
        published = {"published": self.published} if self.published else {}
        return {
            "documents": self.documents,
            **published,
            **({"annotated": True} if self.annotated else {}),
            "documents_not_written": len(self.not_written),
            "documents_changed": self.documents_changed,
            "husks": self.husks,
            "paragraphs": self.paragraphs,
            "characters": self.characters,
            "removed_paragraphs": self.removed_paragraphs,
            "removed_characters": self.removed_characters,
            "removed_share": round(self.share, 4),
            **asdict(self.staying),
            "files_changed": self.files_changed,
            "files_untouched": self.files_untouched,
            "files_not_written": self.files_not_written,
            "undated": [asdict(one) for one in self.undated],
        }

    def __str__(self) -> str:
        """Say it in one line."""
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.whole.items())
        what = f"{plural(sum(self.whole.values()), 'paragraph')} of {self.paragraphs}"
        what += f" ({reasons})" if reasons else ""
        what += (
            f" and {plural(self.runs, 'run of sentences', 'runs of sentences')}"
            if self.runs
            else ""
        )
        files = self.files_changed + self.files_untouched
        dropped = f", {plural(len(self.not_written), 'document')} whole" if self.not_written else ""
        if self.annotated:
            return (
                f"noted {what} that would go, {self.share:.1%} of the characters; removed nothing; "
                f"wrote {plural(files, 'file')} to {self.output}"
            )
        if self.output is None:
            head = f"would remove {what}{dropped}, {self.share:.1%} of the characters"
            return f"{head}; a real run would be refused: {self.guard}" if self.guard else head
        head = f"removed {what}{dropped}, {self.share:.1%} of the characters"
        return f"{head}; wrote {plural(files, 'file')} to {self.output}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification proved."""

    files: int
    documents: int
    """That lost something."""
    lines: int
    paragraphs: int
    """Removed, each the same text as what its keeper holds, or without one."""
    without_keeper: int
    characters: int

    def __str__(self) -> str:
        """Say it in one line."""
        rest = f", {self.without_keeper} without one" if self.without_keeper else ""
        return (
            f"verified: {plural(self.paragraphs, 'removed paragraph')} in "
            f"{plural(self.documents, 'document')}, every keeper is there{rest}; "
            f"{plural(self.files, 'file')} as written"
        )


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    files: int
    documents: int
    """That got something back."""
    lines: int
    """Of the ledger, undone."""
    characters: int
    output: str

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"restored {plural(self.lines, 'removal')} in {plural(self.documents, 'document')}; "
            f"wrote {plural(self.files, 'file')} to {self.output}"
        )


def plural(count: int, noun: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{count} {noun if count == 1 else many or noun + 's'}"


SHOWN = 10
"""Families and doubtful removals that a dry run shows."""
STEPS = 20
"""Strata of one kind from 0 to 1."""
_EXCERPT = 400
"""Characters held of a text."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What the run, or one source, loses: a folder, or what stands in the source field."""

    name: str
    documents: int
    characters: int
    removed: int

    @property
    def share(self) -> float:
        """The share of the characters that goes, 0 to 1."""
        return self.removed / self.characters if self.characters else 0.0


@dataclass(frozen=True, slots=True)
class Staying:
    """What repeats and stays; paragraphs are large from `min_group_words` words, else small."""

    near_kept: int
    """Large paragraphs, boilerplate apart, that match one that stays too and ranks before them."""
    blocks_kept: int
    """Copies of the report's blocks, within the scope, of which nothing goes on either side."""
    short_blocks_kept: int
    """Those of them without a large paragraph."""
    short_kept: int
    """Small paragraphs, boilerplate apart, that are equal to one before them that stays too."""
    boilerplate_characters: int
    """Of all boilerplate, whether it goes or stays."""


@dataclass(frozen=True, slots=True)
class Undated:
    """How far the dates of a field could be read."""

    field: str
    missing: int
    unreadable: int
    example: str | None
    """The first value that is no date."""


@dataclass(frozen=True, slots=True)
class Family:
    """Removals for which one text stays, or, of boilerplate, none."""

    group: str | None
    """Id of the report's group."""
    reason: str
    keeper: Keeper | None
    removals: int
    characters: int
    example: str
    """The beginning of the first text that goes."""


@dataclass(frozen=True, slots=True, order=True)
class Stratum:
    """Removals of one kind that are about equally like their keepers; the least alike first."""

    step: int
    """Similarity in steps of 0.05, rounded down; -1 without a keeper."""
    kind: str
    """`paragraphs`, `sentences`, `documents`, or `without a keeper`."""

    @classmethod
    def of(cls, line: Line) -> Stratum:
        """Return the stratum of a removal."""
        if line.keeper is None or line.similarity is None:
            return cls(-1, "without a keeper")
        kinds = {DOCUMENT: "documents", PASSAGE: "sentences"}
        return cls(int(line.similarity * STEPS + 1e-9), kinds.get(line.reason, "paragraphs"))

    def __str__(self) -> str:
        """Say what belongs to the stratum."""
        if self.step < 0:
            return self.kind
        low = self.step / STEPS
        between = "1" if self.step == STEPS else f"{low:.2f} to {low + 1 / STEPS:.2f}"
        return f"{self.kind}, similarity {between}"


@dataclass(frozen=True, slots=True)
class Removal:
    """One removal to be judged, beside what stays for it."""

    number: int
    """Its line in the ledger, from 1: by it the verdict is read back."""
    line: Line
    kept: str | None
    """The text that stays for it; `None` where none does."""

    @classmethod
    def of(cls, number: int, line: Line, texts: Mapping[Name, str]) -> Removal:
        """Put what stays beside a line of the ledger; `texts` has the keeper's document."""
        keeper = line.keeper
        if keeper is None:
            return cls(number, line, None)
        text = texts[keeper.document, keeper.record]
        return cls(number, line, text[keeper.start : keeper.end])

    @property
    def stratum(self) -> Stratum:
        """The removals that are about as much like their keepers as this one."""
        return Stratum.of(self.line)


class Collector:
    """Takes the lines of a ledger; a class because they come one by one."""

    def __init__(self) -> None:
        self._families: dict[object, list[int]] = {}
        self._firsts: dict[object, Line] = {}
        self._doubts: list[tuple[float, int, Line]] = []
        self._lines = 0

    def add(self, line: Line) -> None:
        """Take one."""
        keeper = line.keeper
        key = line.group or (keeper if keeper is not None else (line.reason, line.text.strip()))
        counts = self._families.setdefault(key, [0, 0])
        counts[0] += 1
        counts[1] += line.end - line.start
        self._firsts.setdefault(key, line)
        self._lines += 1
        if keeper is not None and line.similarity is not None and line.similarity < 1:
            entry = (-line.similarity, -self._lines, line)
            if len(self._doubts) < SHOWN:
                heapq.heappush(self._doubts, entry)
            elif entry > self._doubts[0]:
                heapq.heapreplace(self._doubts, entry)

    def families(self) -> tuple[Family, ...]:
        """Return the biggest families, by the characters that go."""
        biggest = heapq.nsmallest(
            SHOWN, self._families.items(), key=lambda item: (-item[1][1], -item[1][0])
        )
        return tuple(self._family(key, *counts) for key, counts in biggest)

    def doubts(self, texts: Callable[[set[Name]], dict[Name, str]]) -> tuple[Removal, ...]:
        """Return the removals of the lowest similarity; `texts` reads documents."""
        lines = sorted(self._doubts, reverse=True)
        keepers = [line.keeper for _, _, line in lines if line.keeper is not None]
        known = texts({(keeper.document, keeper.record) for keeper in keepers})
        return tuple(Removal.of(-number, line, known) for _, number, line in lines)

    def _family(self, key: object, removals: int, characters: int) -> Family:
        first = self._firsts[key]
        return Family(
            first.group,
            first.reason,
            first.keeper,
            removals,
            characters,
            first.text.strip()[:_EXCERPT],
        )
