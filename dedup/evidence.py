"""The matches behind a report: for choosing a threshold without comparing again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup import near_documents
from dedup.errors import SettingsError
from dedup.repetitions import marked, repeats
from dedup.report import Borderline
from dedup.stages import twins, verify
from dedup.stages.explain import Told, report_of, seen
from dedup.stages.unreported import unreported

if TYPE_CHECKING:
    from dedup.engines.interface import Engine
    from dedup.matched import Matched, Near
    from dedup.report import Report
    from dedup.settings import Settings


@dataclass(frozen=True, slots=True)
class Evidence:
    """The matches behind a report: for choosing a threshold without comparing again."""

    matched: Matched
    settings: Settings
    engine: Engine
    checked: bool
    """The report is a check's: it has the share of each incoming document."""
    near: Near | None = None
    """Documents that resemble each other, where these were looked for."""

    def report(self) -> Report:
        """Build the report from the matches: here the tables come to the caller."""
        matched, engine = self.matched, self.engine
        finds, lying, sums = repeats(matched, self.settings, engine)
        told = Told(
            m.Facts.concat(engine.fetch(matched.facts)),
            engine.fetch(finds),
            m.Extents.concat(engine.fetch(lying)),
            m.Totals.concat(engine.fetch(sums)),
            engine.count(matched.matches),
            unreported(
                engine.count(matched.texts),
                engine.fetch(matched.places),
                partial(engine.fetch, matched.matches),
                matched.published,
                self.settings,
                matched.elsewhere,
            ),
        )
        report = report_of(matched, told, self.settings, checked=self.checked)
        if self.near is not None:
            near = near_documents.groups(self.near, matched.facts, matched.published, engine)
            report = replace(report, documents=near)
        return replace(report, evidence=self)

    def at_threshold(self, threshold: float) -> Report:
        """Build the report of a run at a higher threshold. Raises `SettingsError` for lower."""
        if threshold < self.settings.threshold:
            raise SettingsError(
                f"threshold is {threshold:g}: this run looked from {self.settings.threshold:g} up;"
                " run again for less"
            )
        settings = self.settings.updated({"threshold": threshold})
        keep = partial(verify.at_least, threshold=threshold)
        with self.engine as engine:
            matches = engine.map(self.matched.matches, m.Matches, keep)
            places, near = marked(self.matched, matches, settings, engine)
            matched = replace(self.matched, places=places, matches=matches, neighbours=near)
            return Evidence(matched, settings, engine, self.checked, self.near).report()

    def borderline(self, count: int) -> list[Borderline]:
        """Return the matches of the lowest similarity, with the places and texts of both sides."""
        lowest = sorted(
            (value, a, b)
            for batch in self.engine.fetch(self.matched.matches)
            for value, a, b in verify.lowest(batch, count)
        )[:count]
        wanted = np.unique([text for _, *pair in lowest for text in pair]).astype(np.int64)
        with self.engine as engine:
            some = engine.map(self.matched.texts, m.Texts, partial(twins.some, wanted=wanted))
            known = seen(engine.fetch(some), engine.fetch(self.matched.facts))
        return [Borderline(value, known[a], known[b]) for value, a, b in lowest]

    def histogram(self) -> list[tuple[float, int]]:
        """Count the matches of distinct texts by similarity, in steps of 0.01 from 0.5 to 1."""
        counts = sum(map(verify.histogram, self.engine.fetch(self.matched.matches)))
        return [(step / 100, int(n)) for step, n in enumerate(np.atleast_1d(counts)) if n]
