"""What is known once all paragraphs are compared: the tables between `match` and `blocks`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup import model as m
    from dedup.engines.interface import Stored


@dataclass(frozen=True, slots=True)
class Matched:
    """All that is known of paragraphs once they are compared."""

    facts: Stored[m.Facts]
    paragraphs: Stored[m.Paragraphs]
    texts: Stored[m.Texts]
    places: Stored[m.Places]
    """Sorted by `doc`, `no`."""
    matches: Stored[m.Matches]
    neighbours: Stored[m.Neighbours]
    """The same from both sides, sorted by `text`, `other`."""
    equals: Stored[m.Equals]
    """Documents that are equal to an earlier one."""
    candidates: int
    """Distinct pairs handed to rapidfuzz."""
    buckets_cut: int
    published: int
    """So many leading documents are published."""
