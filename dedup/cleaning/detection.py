"""
What cleaning needs to know of a corpus: tables of the pipeline, read whole, and none of its texts.

A paragraph takes 33 bytes here (37 with `--remove near`), 45 where its numbers need 64 bits; a
match whose one text may go for the other takes 24.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from dedup.cleaning.kinship import sameness
from dedup.cleaning.standing import Standing
from dedup.model import Facts, Places
from dedup.rows import narrow
from dedup.stages.identities import copied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dedup.cleaning.kinship import Sameness
    from dedup.engines.interface import Engine, Stored
    from dedup.model import I64, Copied, Equals, Finds, Matches, Paragraphs, Texts
    from dedup.settings import Settings

    Find = Callable[[], tuple[Iterable[Finds], object]]


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found, paragraph by paragraph, and what a report would call it."""

    standing: Standing
    matches: Iterable[Matches]
    """All matches of distinct long texts."""
    kin: Matches
    """Pairs of `standing.same` whose one text may go for the other, sorted by a, b."""
    alike: Matches
    """The similarity of distinct texts that are the same text, sorted by a, b."""
    copies: I64
    """Documents that are equal to an earlier one by their normalised texts, in Order."""
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
    def texts(self) -> Stored[Texts]:
        """Distinct texts."""
        ...

    @property
    def matches(self) -> Stored[Matches]:
        """Matches of these."""
        ...

    @property
    def equals(self) -> Stored[Equals]:
        """Documents that are equal to an earlier one."""
        ...


def detection_of(
    matched: Matched, find: Find, remove: str, settings: Settings, engine: Engine
) -> Detection:
    """
    Gather the tables of the pipeline; `remove` says what may go for what.

    What is the same text does not wait for `find`, which gives what a report would show.
    """
    places = Places.concat(matched.places)
    (groups, copies), same = engine.both(
        lambda: copied(find()[0]),
        partial(
            sameness,
            matched.paragraphs,
            places,
            matched.texts,
            matched.matches,
            remove,
            settings,
            engine,
        ),
    )
    return Detection(
        _standing(matched.paragraphs, places, same),
        matched.matches,
        same.kin,
        same.alike,
        np.sort(matched.equals.column("copy")),
        Facts.concat(matched.facts),
        groups,
        copies,
    )


def _standing(paragraphs: Stored[Paragraphs], places: Places, same: Sameness) -> Standing:
    return Standing(
        places.doc,
        places.no.astype(np.int32, copy=False),
        narrow(paragraphs.column("start")),
        narrow(paragraphs.column("end")),
        narrow(places.text),
        same.strict,
        same.same,
        places.words.astype(np.int32, copy=False),
        places.boilerplate.astype(np.int8, copy=False),
    )
