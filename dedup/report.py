"""
Report: what was found, as plain frozen values that every output is written from.

The JSON form is schema `dedup.report/1` (`reports/report.schema.json`); `Occurrence.text` is for
people and stays out of it. Numbers of paragraphs and lines count from 1 and are inclusive,
`start` and `end` are code points of the decoded text, half-open.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, get_type_hints

from dedup.errors import SettingsError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import pyarrow as pa

SCHEMA = "dedup.report/1"


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that was not read, and why."""

    path: str
    why: str
    fault: bool = False
    """It should have been readable: the command ends with exit code 2. Not written to JSON."""


@dataclass(frozen=True, slots=True)
class Name:
    """Which document: its path as given, and its record (`None` for a plain file)."""

    document: str
    """The path as given, a slash and the path below it."""
    record: str | None = None
    """Id of the record, or its number from 1; `None` for a plain file."""


@dataclass(frozen=True, slots=True)
class Part:
    """The part of the keeper that a copy repeats, where it does not repeat all of it."""

    paragraphs: tuple[int, int]
    lines: tuple[int, int]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place of a group: its keeper, or one finding."""

    document: str
    """The path as given, a slash and the path below it."""
    record: str | None
    """Id of the record, or its number from 1; `None` for a plain file."""
    paragraphs: tuple[int, int]
    """Paragraphs of the document."""
    lines: tuple[int, int]
    """Lines of the document's text."""
    start: int
    """Code points of the decoded text, half-open."""
    end: int
    similarity: float
    """To the keeper, or to the part `of` it; 0 to 1, rounded down to 4 digits."""
    identical: bool
    """Equal to it as written."""
    keeper: bool
    text: str
    """As written, from `start` to `end`. Not written to JSON."""
    file_line: int | None = None
    """Line of the record in its file; `None` for a plain file."""
    fingerprint: str | None = None
    """Identity of a finding; `None` for the keeper."""
    of: Part | None = None
    """The part of the keeper that is repeated, where it is not all of it."""
    bound: bool = False
    """The similarity is a lower bound (over 50,000 characters)."""
    paired: tuple[tuple[int, int], ...] = ()
    """Numbers of the matching paragraphs, keeper's and copy's; what else lies inside is no copy."""


@dataclass(frozen=True, slots=True)
class Group:
    """A keeper and its copies, or a class of boilerplate; the keeper stands first."""

    id: str
    """Names the group within this report."""
    kind: str
    """`within`, `across` or `boilerplate`."""
    unit: str
    """`block` or `passage`."""
    paragraphs: int
    """Paragraphs of the keeper."""
    words: int
    """Words of the keeper."""
    characters: int
    """Characters of the keeper."""
    similarity: float
    """The lowest of its copies."""
    occurrences: tuple[Occurrence, ...]
    count: int | None = None
    """Number of places, of boilerplate only."""

    @property
    def keeper(self) -> Occurrence:
        """The place that stays."""
        return self.occurrences[0]

    @property
    def copies(self) -> tuple[Occurrence, ...]:
        """The places that repeat it."""
        return self.occurrences[1:]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two documents that share text, and the share of each in the other, 0 to 1."""

    a: Name
    b: Name
    share_of_a: float
    share_of_b: float


@dataclass(frozen=True, slots=True)
class Incoming:
    """An incoming document of a check, and the share of it that is found elsewhere, 0 to 1."""

    document: str
    record: str | None
    share: float


@dataclass(frozen=True, slots=True)
class Extent:
    """How long a document is that a group names, and how much of it is a copy."""

    document: str
    record: str | None
    characters: int
    copied: float
    """The share of the characters of its paragraphs that are copies, of another document or of
    itself, boilerplate apart; 0 to 1."""

    @property
    def name(self) -> Name:
        """Which document."""
        return Name(self.document, self.record)


@dataclass(frozen=True, slots=True)
class Place:
    """One paragraph of a document, counted from 1."""

    document: str
    record: str | None
    paragraph: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A verified match of two paragraphs, `a` before `b` in Order."""

    a: Place
    b: Place
    similarity: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A paragraph as it was compared: where it stands first, and its normalised text."""

    place: Place
    normal: str


@dataclass(frozen=True, slots=True)
class Borderline:
    """A match that is only just one."""

    similarity: float
    a: Seen
    b: Seen


class Evidence(Protocol):
    """The matches behind a report, as long as the run that found them is at hand."""

    def at_threshold(self, threshold: float) -> Report: ...  # noqa: D102 - see Report

    def borderline(self, count: int) -> list[Borderline]: ...  # noqa: D102

    def histogram(self) -> list[tuple[float, int]]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Summary:
    """What was read and what came out; of a check, the incoming documents only."""

    documents: int
    paragraphs: int
    characters: int
    words: int
    groups: int
    repeated_paragraphs: int
    """Paragraphs that are paired in a copy of at least one block, once each."""
    repeated_characters: int
    candidates: int
    """Distinct pairs of texts handed to rapidfuzz."""
    rejected: int
    """Those of them below the threshold."""
    buckets_cut: int
    """Buckets too full to compare all with all."""
    skipped: tuple[Skipped, ...]
    """Inputs that were not read."""
    published: int = 0
    """Documents that those of a check were compared with."""
    boilerplate_characters: int = 0
    """Characters of the paragraphs that many documents share."""
    copied_documents: int = 0
    """Documents of whose text 80 % and more are copies."""
    near_kept: int = 0
    """Paragraphs of `min_group_words` words and more, boilerplate apart, that match an earlier one
    and are equal to none: a clean leaves them, unless it is told otherwise."""
    short_repeats: int = 0
    """Paragraphs of fewer words, boilerplate apart, that stand again. Not written to JSON."""


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """
    What was found: groups in order of their keepers, and a summary.

    It has the length of its groups and iterates over them; a notebook shows it as a table.

        for group in dedup.find("articles"):
            print(group.kind, group.keeper.document, len(group.copies))
    """

    version: str
    """Version of dedup that made it."""
    settings: dict[str, object]
    """The detection settings in force, by name."""
    summary: Summary
    groups: tuple[Group, ...]
    """In order of their keepers."""
    overlaps: tuple[Overlap, ...]
    """Pairs of documents that share text."""
    incoming: tuple[Incoming, ...] | None = None
    """The incoming documents, of a check only."""
    extents: tuple[Extent, ...] = ()
    """Of the documents that groups name, in Order. Not written to JSON."""

    evidence: Evidence | None = field(default=None, repr=False, compare=False)
    """`None` for a report that was read from a file. Not written to JSON."""

    def __repr__(self) -> str:
        from dedup.reports.notebook import summary

        return f"<Report: {summary(self)}>"

    def _repr_html_(self) -> str:
        """Give what a notebook shows."""
        from dedup.reports.notebook import to_html

        return to_html(self)

    def __len__(self) -> int:
        return len(self.groups)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Group]:
        return iter(self.groups)

    @property
    def duplicate_ratio(self) -> float:
        """The share of the characters of all paragraphs that are copies, 0 to 1."""
        everything = self.summary.characters
        return self.summary.repeated_characters / everything if everything else 0.0

    def to_json(self) -> str:
        """Give the report as JSON, in the schema `dedup.report/1`."""
        from dedup.reports.json import to_json

        return to_json(self)

    def to_dict(self) -> dict[str, Any]:
        """Give the same as plain values."""
        value: dict[str, Any] = json.loads(self.to_json())
        return value

    def to_frame(self) -> pa.Table:
        """
        Give a table with a row for each place of each group, the keeper first.

        It is of Arrow, and what speaks Arrow's C stream takes it: `to_frame().to_pandas()`,
        `polars.DataFrame(report.to_frame())`. Paragraphs and lines count from 1, `start` and `end`
        are code points of the document's text.
        """
        from dedup.reports.frame import to_frame

        return to_frame(self)

    def with_skipped(self, skipped: tuple[Skipped, ...]) -> Report:
        """Add the inputs that were not read to the summary."""
        return replace(self, summary=replace(self.summary, skipped=skipped))

    def save(self, path: str | os.PathLike[str]) -> None:
        """
        Write the report to a file that `load` and `dedup report FILE.dedup` read.

        The matches behind it are left out. Raises `OutputError`.
        """
        from msgspec import to_builtins

        from dedup import saved

        head: dict[str, Any] = {name: to_builtins(getattr(self, name)) for name in _head()}
        saved.write(Path(path), chain([head], map(to_builtins, self.groups)))

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Report:
        """
        Read a report that was saved; every value is held to its declared type.

        Raises `InputError` for any other file, for one of a newer format and for a damaged one.
        """
        from msgspec import convert

        from dedup import saved

        with saved.rows(Path(path)) as rows:
            head: dict[str, Any] = next(rows, {})
            parts = {name: convert(head[name], kind) for name, kind in _head().items()}
            report = Report(groups=tuple(convert(row, Group) for row in rows), **parts)
            whole = len(report.groups) == report.summary.groups
            if not whole or not all(group.occurrences for group in report.groups):
                raise ValueError("groups are missing")
        return report

    def at_threshold(self, threshold: float) -> Report:
        """
        Give the report that a run at a higher threshold would give, without comparing again.

        Raises `SettingsError` for a lower threshold than the run's, and for a stored report.
        """
        report = self._evidence().at_threshold(threshold)
        return report.with_skipped(self.summary.skipped)

    def borderline(self, count: int = 10) -> list[Borderline]:
        """Give the matches of the lowest similarity. Raises `SettingsError` for a stored report."""
        return self._evidence().borderline(count)

    def histogram(self) -> list[tuple[float, int]]:
        """
        Count the matches of distinct paragraphs by similarity, in steps of 0.01; no zero counts.

        Raises `SettingsError` for a stored report.
        """
        return self._evidence().histogram()

    def _evidence(self) -> Evidence:
        if self.evidence is None:
            raise SettingsError("this report was stored without its matches: run again for others")
        return self.evidence


def _head() -> dict[str, Any]:
    """Give what the first row of a saved report holds, and its types; a group a row follows."""
    types = get_type_hints(Report)
    return {name: kind for name, kind in types.items() if name not in {"groups", "evidence"}}
