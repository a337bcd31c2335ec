"""
What cleaning needs to know of a corpus: tables of the pipeline, read whole, and none of its texts.

A paragraph takes 29 bytes here, 41 where its numbers need 64 bits; a match whose one text may go
for the other takes 24.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from dedup.cleaning.kinship import kin
from dedup.cleaning.standing import Standing
from dedup.model import Facts
from dedup.rows import narrow
from dedup.stages.identities import copied

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dedup.engines.interface import Engine, Stored
    from dedup.model import Copied, Finds, Matches, Paragraphs, Places, Texts


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found, paragraph by paragraph, and what a report would call it."""

    standing: Standing
    matches: Iterable[Matches]
    """All matches of distinct long texts."""
    kin: Matches
    """Those whose one text may go for the other, sorted by a, b."""
    facts: Facts
    groups: Sequence[str]
    """The ids of the report's groups, in its order."""
    copied: Copied
    """Its copies, sorted by `doc`, `start`."""


class Matched(Protocol):
    """What the pipeline knows once paragraphs are compared; tables in batches."""

    @property
    def facts(self) -> Iterable[Facts]:
        """Documents."""
        ...

    @property
    def paragraphs(self) -> Stored[Paragraphs]:
        """Paragraphs, sorted by `doc`, `no`."""
        ...

    @property
    def places(self) -> Stored[Places]:
        """The same in step: which text stands there."""
        ...

    @property
    def texts(self) -> Iterable[Texts]:
        """Distinct texts."""
        ...

    @property
    def matches(self) -> Iterable[Matches]:
        """Matches of these."""
        ...


def detection_of(
    matched: Matched, finds: Iterable[Finds], remove: str, engine: Engine
) -> Detection:
    """Gather the tables of the pipeline; `remove` says what may go for what."""
    (groups, copies), same = engine.both(
        partial(copied, finds), partial(kin, matched.matches, matched.texts, remove, engine)
    )
    return Detection(
        _standing(matched.paragraphs, matched.places),
        matched.matches,
        same,
        Facts.concat(matched.facts),
        groups,
        copies,
    )


def _standing(paragraphs: Stored[Paragraphs], places: Stored[Places]) -> Standing:
    return Standing(
        places.column("doc"),
        places.column("no").astype(np.int32),
        narrow(paragraphs.column("start")),
        narrow(paragraphs.column("end")),
        narrow(places.column("text")),
        places.column("words").astype(np.int32),
        places.column("boilerplate").astype(np.int8),
    )
