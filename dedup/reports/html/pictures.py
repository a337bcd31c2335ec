"""Report -> what its pictures show: where in each document repeats lie, and who repeats whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.group import Name
from dedup.reports.wording import named, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.group import Group, Occurrence
    from dedup.report import Extent, Report

STRIPS = 40
"""Documents that have a strip."""
MATRIX = 20
"""Documents in the matrix."""
WIDTH = 1000
"""Units of a strip from a document's beginning to its end."""
_HIGHEST = 34
"""Height of the highest arc, in units."""
_ARCS = 40
"""Arcs over one strip; more of them are no picture."""
_BARS = 300
"""Bars of one strip, the widest."""
_THIN = 3
"""Least units of a bar, so that it can be seen."""
_SHADES = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a document that a group holds."""

    group: str
    """Its id."""
    sort: str
    """`copy`, `first` (the place that is kept) or `menu` (boilerplate)."""
    x: float
    width: float
    said: str


@dataclass(frozen=True, slots=True)
class Arc:
    """From a keeper to a copy of it in the same document."""

    left: float
    right: float
    height: float


@dataclass(frozen=True, slots=True)
class Strip:
    """A document, from its beginning to its end."""

    name: str
    copied: str
    """The share of it that is a copy."""
    bars: tuple[Bar, ...]
    arcs: tuple[Arc, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """How much of one document stands in another, as a share and as a shade from 0."""

    shade: int
    share: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Documents that share text: how much of each row's document stands in each column's."""

    names: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    left_out: int
    """Documents that share text too and have no row."""


def strips(report: Report, groups: Sequence[Group]) -> tuple[list[Strip], int]:
    """Return the strips of the documents with the most copies, in Order; and how many have none."""
    chosen = sorted(report.extents, key=lambda extent: -extent.copied)[:STRIPS]
    wanted: dict[Name, Extent] = {extent.name: extent for extent in chosen}
    bars: dict[Name, list[Bar]] = defaultdict(list)
    arcs: dict[Name, list[Arc]] = defaultdict(list)
    for number, group in enumerate(groups, 1):
        for place in group.occurrences:
            key = Name(place.document, place.record)
            if key not in wanted:
                continue
            bars[key].append(_bar(number, group, place, wanted[key].characters))
            if group.kind == "within" and not place.keeper:
                arcs[key].append(_arc(group.keeper, place, wanted[key].characters))
    shown = [
        Strip(
            named(extent),
            percent(extent.copied),
            # A copy is drawn over what it lies in, so that a click finds the smaller one.
            tuple(sorted(bars[key], key=lambda bar: -bar.width)[:_BARS]),
            tuple(arcs[key][:_ARCS]),
        )
        for extent in report.extents
        if (key := extent.name) in wanted
    ]
    return shown, len(report.extents) - len(shown)


def _bar(number: int, group: Group, place: Occurrence, characters: int) -> Bar:
    """Return the bar of one place."""
    left, right = _scaled(place.start, characters), _scaled(place.end, characters)
    sort = "menu" if group.kind == "boilerplate" else "first" if place.keeper else "copy"
    said = {"menu": "boilerplate", "first": "kept place", "copy": "copy"}[sort]
    first, last = place.lines
    lines = f"line {first:,}" if first == last else f"lines {first:,}\u2013{last:,}"
    width = max(right - left, _THIN)
    return Bar(group.id, sort, min(left, WIDTH - width), width, f"Group {number}: {said}, {lines}")


def _arc(keeper: Occurrence, copy: Occurrence, characters: int) -> Arc:
    """Return the arc between the middles of two places of one document."""
    left = _scaled((keeper.start + keeper.end) / 2, characters)
    right = _scaled((copy.start + copy.end) / 2, characters)
    return Arc(left, right, round(8 + (_HIGHEST - 8) * (right - left) / WIDTH, 1))


def _scaled(at: float, characters: int) -> float:
    return round(WIDTH * min(at / max(characters, 1), 1), 1)


def matrix(report: Report) -> Matrix | None:
    """Return the matrix of the documents that share most; `None` where none share anything."""
    weight: dict[Name, float] = defaultdict(float)
    share: dict[tuple[Name, Name], float] = {}
    for overlap in report.overlaps:
        a, b = overlap.a, overlap.b
        share[a, b], share[b, a] = overlap.share_of_a, overlap.share_of_b
        for name in (a, b):
            weight[name] += max(overlap.share_of_a, overlap.share_of_b)
    if not weight:
        return None
    heaviest = set(sorted(weight, key=lambda name: -weight[name])[:MATRIX])
    order = [extent.name for extent in report.extents if extent.name in heaviest]
    return Matrix(
        tuple(named(name) for name in order),
        tuple(tuple(_cell(share.get((a, b))) for b in order) for a in order),
        len(weight) - len(order),
    )


def _cell(share: float | None) -> Cell | None:
    """Return a cell; nothing where two documents share nothing."""
    if share is None:
        return None
    return Cell(min(int(share * _SHADES), _SHADES - 1), percent(share))
