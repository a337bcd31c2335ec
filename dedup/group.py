"""
A group: a text that repeats, the place that stays and its copies, as plain frozen values.

Numbers of paragraphs and lines count from 1 and are inclusive, `start` and `end` are code points of
the decoded text, half-open. `Occurrence.text` is for people and stays out of JSON.
"""

from __future__ import annotations

from dataclasses import dataclass


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
    before: str = ""
    """Of a passage, the rest of the sentence that it begins in. Not written to JSON."""
    after: str = ""
    """And of the one that it ends in. Not written to JSON."""
    date: str | None = None
    """The date of its document as written, of a report by date; empty where there is none."""
    first_line: str = ""
    """The first line of its document, of a report by date. Not written to JSON."""


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
    template: bool = False
    """Its places agree but for numbers and names: they are similar, and count as no copies."""
    deciding: tuple[str, ...] = ()
    """Of a template the words that differ, as written; the first 40."""

    @property
    def keeper(self) -> Occurrence:
        """The place that stays."""
        return self.occurrences[0]

    @property
    def copies(self) -> tuple[Occurrence, ...]:
        """The places that repeat it."""
        return self.occurrences[1:]
