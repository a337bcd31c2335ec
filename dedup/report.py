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
from dedup.group import Group, Name
from dedup.settings import Settings
from dedup.verdict import Verdict  # noqa: TC001 - a saved report is read by its types

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
class NearCopy:
    """A document that resembles its keeper; shares of their sets of word 3-grams, 0 to 1."""

    document: str
    record: str | None
    resemblance: float
    """What both have, of what either has; rounded down to 4 digits, as the others are."""
    contained: float
    """Of this document's set, in the keeper's."""
    contains: float
    """Of the keeper's set, in this document's."""

    @property
    def name(self) -> Name:
        """Which document."""
        return Name(self.document, self.record)


@dataclass(frozen=True, slots=True)
class NearDocuments:
    """A document and the later ones that resemble it, whole."""

    keeper: Name
    copies: tuple[NearCopy, ...]


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two documents that resemble each other, `a` before `b` in Order; shares as in `NearCopy`."""

    a: Name
    b: Name
    resemblance: float
    contained_a: float
    contained_b: float


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
    published_characters: int = 0
    """Code points of them. Not written to JSON."""
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
    documents: tuple[NearDocuments, ...] | None = None
    """Documents that resemble each other, whole; of a report that sought them."""
    incoming: tuple[Incoming, ...] | None = None
    """The incoming documents, of a check only."""
    verdict: Verdict | None = None
    """Of a check only: which findings fail, and why the others do not."""
    extents: tuple[Extent, ...] = ()
    """Of the documents that groups name, in Order. Not written to JSON."""

    evidence: Evidence | None = field(default=None, repr=False, compare=False)
    """`None` for a report that was read from a file. Not written to JSON."""

    def __repr__(self) -> str:
        from dedup.reports.notebook import summary

        return f"<Report: {summary(self)}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from dedup.reports.notebook import notebook_html

        return notebook_html(self)

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
        """Return the report as JSON, in the schema `dedup.report/1`."""
        from dedup.reports.json import to_json

        return to_json(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the same as plain values."""
        value: dict[str, Any] = json.loads(self.to_json())
        return value

    @staticmethod
    def from_dict(value: dict[str, Any]) -> Report:
        """
        Return the report of which `value` is what `to_dict` gave, or its JSON.

        Texts and the verdict of a check are left out (`save` keeps them). Raises `InputError` for
        what is no such report.
        """
        from dedup.reports.json import from_dict

        return from_dict(value)

    def to_frame(self) -> pa.Table:
        """
        Return a table with a row for each place of each group, the keeper first.

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
        saved.write_rows(Path(path), chain([head], map(to_builtins, self.groups)))

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
        Return the report that a run at a higher threshold would give, without comparing again.

        Raises `SettingsError` for a lower threshold than the run's, and for a stored report.
        """
        threshold = Settings(threshold=threshold).threshold
        report = self._evidence().at_threshold(threshold)
        return report.with_skipped(self.summary.skipped)

    def borderline(self, count: int = 10) -> list[Borderline]:
        """
        Return the matches of the lowest similarity.

        Raises `SettingsError` for a stored report.
        """
        return self._evidence().borderline(count)

    def histogram(self) -> list[tuple[float, int]]:
        """
        Count the matches of distinct paragraphs by similarity, in steps of 0.01; no zero counts.

        Raises `SettingsError` for a stored report.
        """
        return self._evidence().histogram()

    def _evidence(self) -> Evidence:
        if self.evidence is None:
            if self.settings.get("unit") == "document":
                raise SettingsError("unit is 'document': give 'both' to compare paragraphs, too")
            raise SettingsError("this report was stored without its matches: run again for others")
        return self.evidence


def _head() -> dict[str, Any]:
    """Return what the first row of a saved report holds, and its types; a group a row follows."""
    types = get_type_hints(Report)
    return {name: kind for name, kind in types.items() if name not in {"groups", "evidence"}}
