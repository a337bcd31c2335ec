"""What is known of a corpus once it is read, and once its paragraphs are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dedup import model as m
    from dedup.engines.interface import Engine, Stored
    from dedup.settings import Settings


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
class Near:
    """Documents that resemble each other."""

    pairs: Stored[m.Resemblances]
    """Verified pairs of distinct texts, sorted by `a`, `b`."""
    equals: Stored[m.Equals]
    """Documents of the same text as an earlier one: these stand for them in `pairs`."""


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
    near: Near | None
    """Documents that resemble each other, where these were looked for."""
    documents: int
    """So many documents are published in all, with so many"""
    characters: int


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


class Against(Protocol):
    """Published documents that were read and compared before: a persistent index."""

    @property
    def documents(self) -> int:
        """Count them."""

    def compare(self, corpus: Corpus, settings: Settings, engine: Engine) -> Matched:
        """Compare an incoming corpus with them, and with itself; `elsewhere` says what they are."""

    def compare_documents(
        self,
        facts: Stored[m.Facts],
        wholes: Stored[m.Wholes],
        settings: Settings,
        engine: Engine,
    ) -> tuple[Stored[m.Facts], Stored[m.Wholes], Near]:
        """
        Compare incoming documents whole with them, and with each other.

        Published documents that resemble one come first; all are numbered anew.
        """
