"""
What cleaning needs to know of a corpus: the tables of the pipeline, read whole.

A paragraph takes 41 bytes here; texts are held only where they match another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from dedup.cleaning.kinship import Normals
from dedup.cleaning.standing import Standing
from dedup.model import Facts, Matches, Places, Strings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.model import Paragraphs, Texts
    from dedup.report import Report


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found, paragraph by paragraph and as a report."""

    standing: Standing
    matches: Matches
    """All matches of distinct long texts."""
    normals: Normals
    """The normalised texts that have a match."""
    facts: Facts
    report: Report


class Matched(Protocol):
    """What the pipeline knows once paragraphs are compared; tables in batches."""

    @property
    def facts(self) -> Iterable[Facts]:
        """Documents."""
        ...

    @property
    def paragraphs(self) -> Iterable[Paragraphs]:
        """Paragraphs, sorted by `doc`, `no`."""
        ...

    @property
    def places(self) -> Iterable[Places]:
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


def detection_of(matched: Matched, report: Report) -> Detection:
    """Gather the tables of the pipeline."""
    spans = [(batch.start, batch.end) for batch in matched.paragraphs]
    none = np.zeros(0, np.int64)
    small = none.astype(np.int32)
    places = Places.concat(
        [Places(none, small, none, small, none.astype(np.int8)), *matched.places]
    )
    standing = Standing(
        places.doc,
        places.no,
        np.concatenate([none, *(start for start, _ in spans)]),
        np.concatenate([none, *(end for _, end in spans)]),
        places.text,
        places.words,
        places.boilerplate,
    )
    matches = Matches.concat([Matches(none, none, np.zeros(0)), *matched.matches])
    normals = _normals(matched.texts, matches)
    return Detection(standing, matches, normals, Facts.concat(matched.facts), report)


def _normals(batches: Iterable[Texts], matches: Matches) -> Normals:
    """Keep the texts that have a match; they come sorted."""
    wanted = np.zeros(int(max(matches.a.max(initial=-1), matches.b.max(initial=-1))) + 1, bool)
    wanted[matches.a] = True
    wanted[matches.b] = True
    held = [Normals(np.zeros(0, np.int64), Strings.of([]))]
    for batch in batches:
        known = batch.text < len(wanted)
        known[known] = wanted[batch.text[known]]
        rows = np.flatnonzero(known)
        held.append(Normals(batch.text[rows], batch.normal.take(rows)))
    normals = Normals.concat(held)
    return normals.take(np.argsort(normals.text, kind="stable"))
