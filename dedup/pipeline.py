"""
The whole flow, top to bottom, one line a stage. READ SECOND (after `model`).

    documents ─► segment ─► normalise ─► sketch ─► candidates ─► verify
              ─► boilerplate ─► points ─► runs ─► groups ─► Report

Written in the engine's three verbs, so that it is the same on a laptop, on a disk, on a cluster.
Documents marked as published are earlier than all others and hold no copies; that is all that a
check needs, so `find` and `check` are one flow.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, ParamSpec, TypeAlias

import numpy as np

from dedup import model as m
from dedup.errors import InputError, SettingsError
from dedup.matched import Matched
from dedup.report import Borderline
from dedup.stages import (
    boilerplate,
    candidates,
    equal_documents,
    groups,
    passage_groups,
    passages,
    points,
    runs,
    seeds,
    twins,
    verify,
)
from dedup.stages.bodies import bodies, extents, facts
from dedup.stages.explain import named, report_of, seen
from dedup.stages.normalise import (
    collapse,
    first_places,
    normalise,
    numbered,
    place,
    without_normal,
)
from dedup.stages.segment import segment
from dedup.stages.sketch import sketch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.engines.interface import Engine, Stored, T
    from dedup.report import Pair, Report
    from dedup.settings import Settings

P = ParamSpec("P")
Watch: TypeAlias = Callable[[str, int, int | None], None]
"""Told the stage that begins, and how much of it is done of how much."""

DIGEST = ("digest", "digest2")
PLACE = ("doc", "no")
BANDS_AT_ONCE = 3
"""While one is sorted the next is gathered, and the third is read."""


def find(
    documents: Iterable[m.Documents], settings: Settings, engine: Engine, watch: Watch | None = None
) -> Report:
    """Find the repeated blocks of documents in Order."""
    matched = match(documents, settings, engine, watch)
    return Evidence(matched, settings, engine, checked=False).report(watch)


def check(
    documents: Iterable[m.Documents], settings: Settings, engine: Engine, watch: Watch | None = None
) -> Report:
    """Find what incoming documents repeat, of each other or of the published ones before them."""
    matched = match(documents, settings, engine, watch)
    return Evidence(matched, settings, engine, checked=True).report(watch)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The matches behind a report: for choosing a threshold without comparing again."""

    matched: Matched
    settings: Settings
    engine: Engine
    checked: bool
    """The report is a check's: it has the share of each incoming document."""

    def report(self, watch: Watch | None = None) -> Report:
        """Build the report from the matches."""
        finds, lengths = self.finds(watch)
        report = report_of(self.matched, finds, lengths, self.settings, checked=self.checked)
        return replace(report, evidence=self)

    def finds(self, watch: Watch | None = None) -> tuple[Stored[m.Finds], Stored[m.Extents]]:
        """Find the blocks, and where the paragraphs of their documents lie."""
        found: tuple[Stored[m.Finds], Stored[m.Extents]] = self.engine.kept(
            f"grouping-{self.settings.threshold:g}",
            (m.Finds, m.Extents),
            partial(blocks, self.matched, self.settings, self.engine, watch),
        )
        return found

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
            known = self.matched
            places, near = marked(
                known.places, known.texts, matches, known.equals, settings, engine
            )
            matched = replace(known, places=places, matches=matches, neighbours=near)
            return Evidence(matched, settings, engine, self.checked).report()

    def borderline(self, count: int) -> list[Borderline]:
        """Give the matches of the lowest similarity, with the places and texts of both sides."""
        lowest = sorted(
            (value, a, b)
            for batch in self.matched.matches
            for value, a, b in verify.lowest(batch, count)
        )[:count]
        wanted = np.unique([text for _, *pair in lowest for text in pair]).astype(np.int64)
        with self.engine as engine:
            some = engine.map(self.matched.texts, m.Texts, partial(twins.some, wanted=wanted))
            known = seen(some, self.matched.facts)
        return [Borderline(value, known[a], known[b]) for value, a, b in lowest]

    def histogram(self) -> list[tuple[float, int]]:
        """Count the matches of distinct texts by similarity, in steps of 0.01 from 0.5 to 1."""
        counts = sum(verify.histogram(batch) for batch in self.matched.matches)
        return [(step / 100, int(n)) for step, n in enumerate(np.atleast_1d(counts)) if n]


def pairs(
    documents: Iterable[m.Documents], settings: Settings, engine: Engine, watch: Watch | None = None
) -> Iterator[Pair]:
    """Give every verified match, in Order: of equal paragraphs each with the first one only."""
    matched = match(documents, settings, engine, watch)
    long = engine.map(matched.texts, m.Texts, partial(twins.long, settings=settings))
    keepers = groups.stars(long.column("text"), matched.matches)
    few = engine.map(matched.matches, m.Matches, partial(twins.led, keepers=keepers))
    half = engine.join(few, long, (("a",), ("text",)), m.Twins, twins.first_place)
    near = engine.join(half, long, (("b_doc",), ("text",)), m.Twins, twins.second_place)
    equal = engine.join(matched.places, long, (("text",), ("text",)), m.Twins, twins.equal)
    order = ("a_doc", "a_no", "b_doc", "b_no")
    yield from named(engine.by_key(chain(near, equal), order, m.Twins, _same), matched.facts)


def match(
    documents: Iterable[m.Documents], settings: Settings, engine: Engine, watch: Watch | None = None
) -> Matched:
    """
    Compare all paragraphs: from documents to matches and boilerplate.

    Raises `InputError` where there are no documents.
    """
    say = watch or _silent
    known, paragraphs, texts, places, equals = engine.kept(
        "reading",
        (m.Facts, m.Paragraphs, m.Texts, m.Places, m.Equals),
        partial(distinct, documents, settings, engine, say),
    )
    if not len(known):
        raise InputError("no documents were read: give files or folders with texts")
    matches, counts = engine.kept(
        "verifying", (m.Matches, m.Counts), partial(compared, texts, settings, engine, say)
    )
    say("boilerplate", 0, None)
    candidates, cut = (int(counts.column(name)[0]) for name in m.Counts.names())
    published = int(known.column("published").sum())
    places, near = marked(places, texts, matches, equals, settings, engine)
    return Matched(
        known, paragraphs, texts, places, matches, near, equals, candidates, cut, published
    )


def distinct(
    documents: Iterable[m.Documents], settings: Settings, engine: Engine, say: Watch
) -> tuple[
    Stored[m.Facts],
    Stored[m.Paragraphs],
    Stored[m.Texts],
    Stored[m.Places],
    Stored[m.Equals],
]:
    """From documents to distinct texts, the places of each, and documents that are equal."""
    say("reading", 0, None)
    read = engine.map(documents, m.Documents, _same)
    known = engine.map(read, m.Facts, facts)
    paragraphs = engine.map(read, m.Paragraphs, partial(segment, settings=settings))
    del read
    normalising = partial(normalise, settings=settings)
    forms = engine.map(paragraphs, m.Forms, _told(normalising, say, "normalising", len(paragraphs)))
    bare = engine.map(forms, m.Forms, without_normal)
    firsts = engine.by_key(bare, DIGEST, m.Forms, first_places)
    found = engine.join(firsts, forms, (PLACE, PLACE), m.Texts, collapse)
    del forms, firsts
    texts = engine.map(numbered(found), m.Texts, _same)
    ranks = engine.map(texts, m.Texts, without_normal)
    places = engine.join(bare, ranks, (DIGEST, DIGEST), m.Places, place)
    editions = engine.by_key(bare, PLACE, m.Editions, equal_documents.editions)
    equals = engine.by_key(
        editions, (*DIGEST, "doc"), m.Equals, equal_documents.equals, shared=True
    )
    return known, paragraphs, texts, places, equals


def compared(
    texts: Stored[m.Texts], settings: Settings, engine: Engine, say: Watch
) -> tuple[Stored[m.Matches], Stored[m.Counts]]:
    """From distinct texts to the matches among them."""
    banding = candidates.banding(settings, len(texts))

    def sketched() -> tuple[Stored[m.Sketches]]:
        sketching = partial(sketch, settings=settings, banding=banding)
        told = _told(sketching, say, "sketching", len(texts))
        return (engine.map(texts, m.Sketches, told),)

    (sketches,) = engine.kept("sketching", (m.Sketches,), sketched)
    all_met = meetings(sketches, banding, settings, engine, say)
    met = engine.by_key(all_met, ("a", "b"), m.Pairs, candidates.distinct)
    del sketches, all_met
    pairs = engine.map(met, m.Pairs, candidates.real)
    half = engine.join(pairs, texts, (("a",), ("text",)), m.HalfRead, verify.read_first)
    comparing = _told(partial(verify.verify, settings=settings), say, "verifying", len(pairs))
    cut = len(met) - len(pairs)
    del met
    verified = engine.join(half, texts, (("b",), ("text",)), m.Matches, comparing)
    matches = engine.by_key(verified, ("a", "b"), m.Matches, _same)
    counts = m.Counts(np.array([len(pairs)]), np.array([cut]))
    return matches, engine.map([counts], m.Counts, _same)


def meetings(
    sketches: Stored[m.Sketches],
    banding: candidates.Banding,
    settings: Settings,
    engine: Engine,
    say: Watch,
) -> Iterator[m.Pairs]:
    """Let the texts meet, a few bands at a time, which bounds the memory."""

    def one(number: int) -> tuple[Stored[m.Pairs]]:
        bands = map(partial(candidates.band, number=number), sketches)
        meet = partial(
            candidates.meet, number=number, banding=banding, threshold=settings.threshold
        )
        return (engine.by_key(bands, ("key",), m.Pairs, meet, shared=True),)

    def kept(number: int) -> tuple[Stored[m.Pairs]]:
        return engine.kept(f"band-{number}", (m.Pairs,), partial(one, number))

    drivers = ThreadPoolExecutor(BANDS_AT_ONCE)
    try:
        for number, (pairs,) in enumerate(drivers.map(kept, range(banding.bands))):
            say("comparing signatures", number, banding.bands)
            yield from pairs
    finally:
        drivers.shutdown(cancel_futures=True)


def marked(  # noqa: PLR0913 - the tables of a match
    places: Stored[m.Places],
    texts: Stored[m.Texts],
    matches: Stored[m.Matches],
    equals: Stored[m.Equals],
    settings: Settings,
    engine: Engine,
) -> tuple[Stored[m.Places], Stored[m.Neighbours]]:
    """Flag the places of boilerplate, in Order; and give every text its neighbours."""
    copies = np.sort(equals.column("copy"))
    holders = partial(boilerplate.holders, settings=settings, copies=copies)
    held, near = engine.both(
        partial(engine.by_key, places, ("text", *PLACE), m.Holders, holders),
        partial(neighbours, texts, matches, engine),
    )
    around = engine.join(near, held, (("other",), ("text",)), m.Holders, boilerplate.around)
    count = partial(boilerplate.spread, settings=settings)
    spread = engine.by_key(around, ("text", "doc"), m.Spread, count)
    ordered = engine.by_key(places, PLACE, m.Places, _same)
    if not len(spread):
        return ordered, near
    spread = spared(spread, near, ordered, texts, copies, settings, engine)
    mark = partial(boilerplate.mark, settings=settings)
    return engine.lookup(ordered, spread, m.Places, mark), near


def spared(  # noqa: PLR0913 - the tables of a match
    spread: Stored[m.Spread],
    near: Stored[m.Neighbours],
    places: Stored[m.Places],
    texts: Stored[m.Texts],
    copies: m.I64,
    settings: Settings,
    engine: Engine,
) -> Stored[m.Spread]:
    """Note which widespread texts stand in company, as the paragraphs of a story do."""
    first = engine.by_key(near, ("text", "other"), m.Neighbours, boilerplate.leaders)
    ask = partial(boilerplate.asked, settings=settings)
    asked = engine.join(spread, first, (("text",), ("text",)), m.Asked, ask)
    asked = engine.join(asked, texts, (("text",), ("text",)), m.Asked, boilerplate.few_words)
    if not len(asked):
        return spread
    by_leader = (("leader",), ("text",))
    led = engine.join(spread, first, (("text",), ("other",)), m.Leaders, boilerplate.widely_led)
    if not len(led):
        return spread
    led = engine.join(led, texts, by_leader, m.Leaders, boilerplate.with_words)
    longest = engine.by_key(asked, ("leader", "words"), m.Asked, boilerplate.longest)
    same_leader = (("leader",), ("leader",))
    led = engine.join(led, longest, same_leader, m.Leaders, boilerplate.with_asked)
    lead = partial(boilerplate.led_places, copies=copies)
    led = engine.by_key(led, ("text",), m.Leaders, _same)
    there = engine.lookup(places, led, m.Led, lead)
    beside = engine.by_key(there, PLACE, m.Beside, boilerplate.beside)
    if not len(beside):
        return spread
    count = partial(boilerplate.company, settings=settings)
    order = ("leader", "side", "other", "doc")
    company = engine.by_key(beside, order, m.Company, count)
    if not len(company):
        return spread
    kept = engine.join(asked, company, same_leader, m.Asked, boilerplate.in_company)
    if not len(kept):
        return spread
    return engine.join(spread, kept, (("text",), ("text",)), m.Spread, boilerplate.spared)


def neighbours(
    texts: Iterable[m.Texts], matches: Iterable[m.Matches], engine: Engine
) -> Stored[m.Neighbours]:
    """Give every text the texts that it matches, itself included."""
    itself = engine.map(texts, m.Neighbours, boilerplate.itself)
    others = engine.map(matches, m.Neighbours, boilerplate.both_ways)
    return engine.by_key(chain(itself, others), ("text", "other"), m.Neighbours, _same)


def blocks(
    matched: Matched, settings: Settings, engine: Engine, watch: Watch | None = None
) -> tuple[Stored[m.Finds], Stored[m.Extents]]:
    """From matches to runs, groups and boilerplate; and where paragraphs of their documents lie."""
    say = watch or _silent
    say("finding blocks", 0, None)
    found, whole = engine.both(
        partial(all_points, matched, settings, engine),
        partial(engine.join, matched.paragraphs, matched.places, (PLACE, PLACE), m.Bodies, bodies),
    )
    together = engine.by_key(found, ("copy", "source"), m.Partners, points.partners)
    scenes = engine.join(together, whole, (("doc",), ("doc",)), m.Scenes, runs.scene)
    chosen = engine.join(
        found,
        scenes,
        (("copy", "source", "j", "i"), ("copy", *PLACE)),
        m.Runs,
        partial(runs.choose, settings=settings),
        apart=True,
    )
    del scenes
    say("grouping", 0, None)
    if len(matched.equals):
        copies = (("copy",), ("doc",))
        whole_runs = partial(equal_documents.runs, published=matched.published)
        equal = engine.join(matched.equals, whole, copies, m.Runs, whole_runs)
        chosen = engine.map(chain(chosen, equal), m.Runs, _same)
    gather = partial(groups.gather, settings=settings)
    grouped, classes = engine.both(
        partial(engine.join, chosen, whole, (("source",), PLACE), m.Finds, gather),
        partial(boilerplate_classes, matched, whole, engine),
    )
    reused = passages_beside(chosen, whole, matched.published, settings, engine)
    order = ("source", "kind", "unit", "group", "copy", "doc", "start", "end")
    finds = engine.by_key(chain(grouped, reused, classes), order, m.Finds, _same)
    docs = np.unique(finds.column("doc"))
    return finds, engine.map(matched.paragraphs, m.Extents, partial(extents, docs=docs))


def passages_beside(
    blocks: Stored[m.Runs],
    whole: Stored[m.Bodies],
    published: int,
    settings: Settings,
    engine: Engine,
) -> Iterable[m.Finds]:
    """From seeds to passages: what is repeated beside the blocks, whatever its paragraphs."""
    if settings.passages == "off":
        return ()
    covered = engine.map(blocks, m.Covered, seeds.covered)
    sown = engine.join(whole, covered, (("doc",), ("doc",)), m.Seeds, seeds.sow)
    shared = engine.by_key(
        sown, ("key",), m.Shared, partial(seeds.share, published=published), shared=True
    )
    del sown
    link = partial(seeds.link, settings=settings)
    links = engine.join(shared, covered, (("copy", "source"), ("doc",)), m.Links, link)
    del shared
    together = engine.by_key(links, ("copy", "source"), m.Partners, seeds.partners)
    scenes = engine.join(together, whole, (("doc",), ("doc",)), m.Scenes, runs.scene)
    chosen = engine.join(
        links,
        scenes,
        (("copy", "source", "chain", "at"), ("copy", *PLACE)),
        m.Passages,
        partial(passages.choose, settings=settings),
        apart=True,
    )
    return engine.join(chosen, whole, (("source",), ("doc",)), m.Finds, passage_groups.gather)


def all_points(matched: Matched, settings: Settings, engine: Engine) -> Stored[m.Points]:
    """Point from every paragraph that may be a copy to the earlier ones that it matches."""
    usable = engine.map(matched.places, m.Places, partial(points.open_places, settings=settings))
    incoming = engine.map(usable, m.Places, partial(points.incoming, published=matched.published))
    by_text = (("text",), ("text",))
    firsts, meet = engine.both(
        partial(engine.by_key, usable, ("text", *PLACE), m.Firsts, points.firsts),
        partial(engine.join, incoming, matched.neighbours, by_text, m.Meetings, points.meetings),
    )
    copies = np.sort(matched.equals.column("copy"))
    across, within = engine.both(
        partial(
            engine.join,
            meet,
            firsts,
            (("other",), ("text",)),
            m.Points,
            partial(points.across, copies=copies),
        ),
        partial(engine.by_key, meet, ("doc", "other", "no"), m.Points, points.within),
    )
    return engine.by_key(
        chain(across, within),
        ("copy", "source", "j", "i"),
        m.Points,
        partial(points.enough, settings=settings),
    )


def boilerplate_classes(
    matched: Matched, whole: Stored[m.Bodies], engine: Engine
) -> Stored[m.Finds]:
    """Group the places of boilerplate by the text that keeps their group."""
    flagged = engine.map(matched.places, m.Places, boilerplate.only)
    keepers = groups.stars(np.unique(flagged.column("text")), matched.matches)
    members = engine.map(flagged, m.Members, partial(groups.members, keepers=keepers))
    name = partial(groups.named, published=matched.published)
    named = engine.by_key(members, ("keeper", *PLACE), m.Members, name)
    return engine.join(named, whole, (PLACE, PLACE), m.Finds, groups.boilerplate)


def _same(table: T) -> T:
    return table


def _told(stage: Callable[P, T], say: Watch, name: str, total: int) -> Callable[P, T]:
    """Make a stage say how many rows of its first table it is done with, of how many."""
    done = 0

    def work(*tables: P.args, **options: P.kwargs) -> T:
        nonlocal done
        out = stage(*tables, **options)
        done += len(tables[0])  # type: ignore[arg-type]
        say(name, done, total)
        return out

    say(name, 0, total)
    return work


def _silent(stage: str, done: int, total: int | None) -> None:
    """Say nothing."""
