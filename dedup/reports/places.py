"""A place of a group -> what every page for readers says of it: where it is, and its lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.reports.wording import about, alone_in, at, label_of, likeness_word, where
from dedup.text.lines import split_into

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.group import Group, Occurrence


@dataclass(frozen=True, slots=True)
class Where:
    """One place of a group."""

    label: str
    name: str
    """Its document, as `path:line`."""
    part: str
    """Its paragraphs and lines, and what it repeats only a part of."""
    alike: str
    """How like the keeper it is; empty for the keeper."""


def where_of(group: Group, number: int, place: Occurrence) -> Where:
    """Return where the place of a group is, and what is particular about it."""
    parts = [where(place)]
    if place.of:
        parts.append(f"repeats only {where(place.of)} of the {label_of(group, 1)}")
    parts += filter(None, [alone_in(group, place), about(place)])
    alike = "" if place.keeper else likeness_word(place)
    return Where(label_of(group, number), at(place), "; ".join(parts), alike)


def lines_of(place: Occurrence) -> Iterator[tuple[int, str]]:
    """Yield the lines of a place with their numbers."""
    first, last = place.lines
    lines = split_into(place.text, last - first + 1) if first < last else [place.text]
    for number, line in enumerate(lines, first):
        yield number, line.rstrip("\r")
