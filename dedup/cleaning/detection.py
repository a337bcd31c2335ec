"""
What cleaning needs to know of a corpus: tables of the pipeline, read whole, and none of its texts.

A paragraph takes 33 bytes here (37 with `--remove near`), 45 where its numbers need 64 bits; a
match whose one text may go for the other takes 24.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from dedup import near_documents, pipeline
from dedup.cleaning.kinship import sameness
from dedup.cleaning.near import PARAGRAPH, Near
from dedup.cleaning.tables import ParagraphTable
from dedup.engines.allocator import release_memory
from dedup.model import Equals, Extents, Facts, MarkdownBlocks, Places
from dedup.rows import narrow
from dedup.stages.bodies import all_extents
from dedup.stages.identities import copied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dedup.cleaning.kinship import Sameness
    from dedup.engines.interface import Engine, Stored
    from dedup.matched import Matched
    from dedup.model import I64, Copied, Documents, Finds, Matches, Paragraphs
    from dedup.settings import Settings

    Find = Callable[[], Stored[Finds]]


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found, paragraph by paragraph, and what a report would call it."""

    paragraphs: ParagraphTable
    matches: Iterable[Matches]
    """All matches of distinct long texts."""
    kin: Matches
    """Pairs of `paragraphs.same` whose one text may go for the other, sorted by a, b."""
    alike: Matches
    """The similarity of distinct texts that are the same text, sorted by a, b."""
    copies: I64
    """Documents that are equal to an earlier one by their normalised texts, in Order."""
    facts: Facts
    blocks: MarkdownBlocks
    """What of Markdown is no prose."""
    groups: Sequence[str]
    """The ids of the report's groups, in its order."""
    copied: Copied
    """Its copies, sorted by `doc`, `start`."""
    near: Near | None = None
    """Documents that resemble each other, where these go whole."""


def detection(
    documents: Iterable[Documents], settings: Settings, remove: str, engine: Engine
) -> Detection:
    """Compare documents, and return what cleaning needs to know; `remove` says what may go."""
    matched = pipeline.match(documents, settings, engine)
    evidence = pipeline.Evidence(matched, settings, engine, checked=False)
    found = detection_of(matched, evidence.finds, remove, settings, engine)
    if settings.unit != PARAGRAPH and settings.passages == "off":
        near = near_documents.beside(matched.paragraphs, settings, engine)
        found = replace(found, near=Near(*near_documents.tables(near, engine)))
    del matched, evidence
    release_memory()
    return found


def detection_of(
    matched: Matched, find: Find, remove: str, settings: Settings, engine: Engine
) -> Detection:
    """
    Gather the tables of the pipeline; `remove` says what may go for what.

    What is the same text does not wait for `find`, which gives what a report would show.
    """
    places = Places.concat(engine.fetch(matched.places))
    found, same = engine.together(
        partial(_copied, find, engine),
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
        _paragraphs(matched.paragraphs, places, same, engine),
        cast("Iterable[Matches]", matched.matches),
        same.kin,
        same.alike,
        np.sort(Equals.concat(engine.fetch(matched.equals)).copy),
        Facts.concat(engine.fetch(matched.facts)),
        MarkdownBlocks.concat(engine.fetch(matched.blocks)),
        *found,
    )


def _copied(find: Find, engine: Engine) -> tuple[Sequence[str], Copied]:
    return copied(engine.fetch(find()))


def _paragraphs(
    paragraphs: Stored[Paragraphs], places: Places, same: Sameness, engine: Engine
) -> ParagraphTable:
    where = Extents.concat(engine.fetch(engine.map(paragraphs, Extents, all_extents)))
    return ParagraphTable(
        places.doc,
        places.no,
        narrow(where.start),
        narrow(where.end),
        narrow(places.text),
        same.strict,
        same.same,
        places.words,
        places.boilerplate,
    )
