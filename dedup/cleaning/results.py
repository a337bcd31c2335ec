"""
What `clean`, `verify` and `restore` hand back: plain frozen values, and one line for people.

A dry run also shows where a clean would remove, what most of all, and what to doubt: made from the
lines of the ledger as they come, so that a long one is never held.
"""

from __future__ import annotations

import heapq
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from dedup.cleaning.ledger import PASSAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dedup.cleaning.counts import Staying, Tally
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
    files_changed: int
    files_untouched: int
    files_not_written: int
    skipped: tuple[Skipped, ...]
    output: str | None
    """The folder; `None` for a dry run."""
    documents_changed: int
    """Documents that lost something and are written."""
    husks: int
    """Those of them of which less than 20 % is left."""
    staying: Staying
    """What repeats and stays all the same."""
    settings: Settings = field(repr=False, compare=False)
    policy: Policy = field(repr=False, compare=False)
    published: int = 0
    """Documents that were compared with and only read (`--against`)."""
    annotated: bool = False
    """Nothing was removed: what would go is noted in the records."""
    guard: str | None = None
    """Of a dry run: why a real one would be refused."""
    undated: tuple[Undated, ...] = ()
    """Of each field whose dates the keep rules compare, what could not be read."""
    preview: Preview | None = field(default=None, repr=False)
    """Of a dry run: what is worth looking at."""

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
"""Groups, and doubtful removals."""
_EXCERPT = 400
"""Characters held of a text."""


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


@dataclass(frozen=True, slots=True)
class Doubt:
    """A removal that is not the very text of its keeper."""

    line: Line
    kept: str
    """The keeper's text."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What is worth looking at."""

    sources: tuple[Tally, ...]
    """Those that lose something, the highest share first."""
    families: tuple[Family, ...]
    """The biggest, by characters that go."""
    doubts: tuple[Doubt, ...]
    """The removals of the lowest similarity."""


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

    def preview(
        self, sources: Sequence[Tally], texts: Callable[[set[Name]], dict[Name, str]]
    ) -> Preview:
        """Return what is worth looking at; `texts` reads documents."""
        losing = [tally for tally in sources if tally.removed]
        losing.sort(key=lambda tally: -tally.removed / tally.characters)
        biggest = heapq.nsmallest(
            SHOWN, self._families.items(), key=lambda item: (-item[1][1], -item[1][0])
        )
        families = [self._family(key, *counts) for key, counts in biggest]
        lines = [line for _, _, line in sorted(self._doubts, reverse=True)]
        keepers = [line.keeper for line in lines if line.keeper is not None]
        known = texts({(keeper.document, keeper.record) for keeper in keepers})
        doubts = [
            Doubt(line, known[keeper.document, keeper.record][keeper.start : keeper.end])
            for line, keeper in zip(lines, keepers, strict=True)
        ]
        return Preview(tuple(losing), tuple(families), tuple(doubts))

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
