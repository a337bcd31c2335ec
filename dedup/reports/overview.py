"""Report -> its overview: groups by kind, length and likeness, documents that are copies."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.reports.wording import KINDS, sort_of
from dedup.stages.explain import COPIED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.group import Group, Name
    from dedup.report import Extent, Overlap, Report

_LENGTHS = (
    (500, "of 500 words and more"),
    (100, "of 100\u2013499"),
    (50, "of 50\u201399"),
    (0, "of fewer than 50 words"),
)
"""Lower bounds, and what is said of the groups from there on."""
_LIKENESS = ((0.95, "95% and more"), (0.9, "90\u201395%"), (0.0, "less than 90%"))


@dataclass(frozen=True, slots=True)
class Count:
    """How many groups are of one sort."""

    name: str
    groups: int


@dataclass(frozen=True, slots=True)
class Kind:
    """The groups of one sort (`sort_of`)."""

    name: str
    groups: int
    copies: int
    words: int
    """Words of the keepers, once for each copy."""


@dataclass(frozen=True, slots=True)
class CopiedDocument:
    """A document that is a copy for the most part, and what most of it is a copy of."""

    extent: Extent
    source: Name | None
    """`None` where it repeats itself, or nobody knows."""


def kinds(report: Report) -> list[Kind]:
    """Count groups, copies and repeated words by kind, in the order of `KINDS`."""
    found: dict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in report.groups:
        found[sort_of(group)].append(group)
    order = sorted(found, key=lambda key: (*KINDS, key).index(key))
    return [
        Kind(
            KINDS.get(key, key[0]),
            len(found[key]),
            sum(map(_copies, found[key])),
            sum(group.words * _copies(group) for group in found[key]),
        )
        for key in order
    ]


def _copies(group: Group) -> int:
    """Count the copies of a group; of boilerplate only some stand in it."""
    return group.count - 1 if group.count else len(group.copies)


def length_counts(report: Report) -> list[Count]:
    """Count the groups, boilerplate apart, by the words of their keepers; the longest first."""
    return _counts([(float(group.words), "") for group in _sections(report)], _LENGTHS)


def likeness_counts(report: Report) -> list[Count]:
    """Count the groups, boilerplate apart, by how like their least like copy is."""
    return _counts([_likeness(group) for group in _sections(report)], _LIKENESS)


def _likeness(group: Group) -> tuple[float, str]:
    if all(copy.identical for copy in group.copies):
        return 1.0, "identical"
    return group.similarity, "in the same words" if group.similarity == 1 else ""


def _counts(values: list[tuple[float, str]], bounds: tuple[tuple[float, str], ...]) -> list[Count]:
    """Count values by their own names, else by the bound that they reach; no zero counts."""
    counts = dict.fromkeys(
        ["identical", "in the same words", *(name for _, name in bounds)],
        0,
    )
    for value, name in values:
        counts[name or next(said for least, said in bounds if value >= least)] += 1
    return [Count(name, number) for name, number in counts.items() if number]


def _sections(report: Report) -> Iterator[Group]:
    """Return the groups that are no boilerplate."""
    return (group for group in report.groups if group.kind != "boilerplate")


def copied_documents(report: Report) -> list[CopiedDocument]:
    """Return the documents that are copies for the most part, those of the highest share first."""
    sources: dict[Name, Overlap] = {}
    for overlap in report.overlaps:
        known = sources.get(overlap.b)
        if known is None or overlap.share_of_b > known.share_of_b:
            sources[overlap.b] = overlap
    found = [extent for extent in report.extents if extent.copied >= COPIED]
    return [
        CopiedDocument(extent, sources[name].a if (name := extent.name) in sources else None)
        for extent in sorted(found, key=lambda extent: -extent.copied)
    ]


def listed(counts: list[Count]) -> str:
    """Return counts as one line: `3 identical, 2 of 95%`."""
    return ", ".join(f"{count.groups:,} {count.name}" for count in counts)
