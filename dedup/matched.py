"""What is known of a corpus once it is read, and once its paragraphs are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup import model as m
    from dedup.engines.interface import Stored


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents that were read, and their distinct texts."""

    facts: Stored[m.Facts]
    paragraphs: Stored[m.Paragraphs]
    texts: Stored[m.Texts]
    places: Stored[m.Places]
    """Which text stands where; nothing is boilerplate yet."""
    equals: Stored[m.Equals]
    """Documents that are equal to an earlier one."""
    published: int
    """So many leading documents are published."""
    blocks: Stored[m.MarkdownBlocks]
    """What of Markdown is no prose."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is known of published documents of which some only are at hand: the others' part."""

    texts: int
    """So many leading texts stand in published documents, and in none at hand."""
    flagged: m.I64
    """Those of them that are boilerplate,"""
    large: m.I64
    """and those of `min_group_words` and more."""
    seeds: Stored[m.Seeds]
    """The seeds of published documents that incoming ones share."""
    named: Stored[m.Named]
    """The places of boilerplate that a report names."""


@dataclass(frozen=True, slots=True)
class Matched(Corpus):
    """
    All that is known of paragraphs once they are compared.

    `places` are sorted by `doc`, `no`, and have what is boilerplate.
    """

    matches: Stored[m.Matches]
    neighbours: Stored[m.Neighbours]
    """The same from both sides, sorted by `text`, `other`."""
    candidates: int
    """Distinct pairs handed to rapidfuzz."""
    buckets_cut: int
    elsewhere: Elsewhere | None = None
    """What is not at hand, where a check asks an index."""
