"""
The whole flow, top to bottom, one line a step. READ SECOND (after `model`).

    documents ─► segment ─► normalise ─► sketch ─► candidates ─► verify
              ─► boilerplate ─► points ─► runs ─► groups ─► Report

Written in the engine's verbs, so that it is the same on a laptop, on a disk, on a cluster.
Documents marked as published are earlier than all others and hold no copies; that is all that a
check needs, so `find` and `check` are one flow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup import near_documents
from dedup.engines.base import as_it_is
from dedup.errors import InputError, SettingsError
from dedup.matched import Corpus, Matched
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
from dedup.stages.bodies import bodies, extents, incoming_bodies, named_docs, totals
from dedup.stages.explain import Told, named_pairs, report_of, seen
from dedup.stages.normalise import collapse, first_places, normalise, numbered, place, ranks_of
from dedup.stages.segment import facts_and_paragraphs
from dedup.stages.sketch import sketch
from dedup.stages.unreported import unreported

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.engines.interface import Engine, Stored
    from dedup.report import Pair, Report
    from dedup.settings import Settings

DIGEST = ("digest", "digest2")
PLACE = ("doc", "no")
TEXT = ("text",)


def find(documents: Iterable[m.Documents], settings: Settings, engine: Engine) -> Report:
    """Find what documents in Order repeat, of others or of themselves."""
    return found(documents, settings, engine, checked=False)


def check(documents: Iterable[m.Documents], settings: Settings, engine: Engine) -> Report:
    """Find what incoming documents repeat, of each other or of the published ones before them."""
    return found(documents, settings, engine, checked=True)


def found(
    documents: Iterable[m.Documents], settings: Settings, engine: Engine, *, checked: bool
) -> Report:
    """Compare what `settings.unit` asks for: paragraphs, whole documents, or both."""
    if settings.unit == "document":
        return near_documents.report(documents, settings, engine, checked=checked)
    matched = match(documents, settings, engine)
    near = None
    if settings.unit == "both":
        near = near_documents.beside(matched.paragraphs, settings, engine)
    return Evidence(matched, settings, engine, checked, near).report()


def match(documents: Iterable[m.Documents], settings: Settings, engine: Engine) -> Matched:
    """Read documents, and compare all paragraphs. Raises `InputError` where there are none."""
    corpus = read(documents, settings, engine)
    return compare(corpus, settings, engine)


def repeats(
    matched: Matched, settings: Settings, engine: Engine
) -> tuple[Stored[m.Finds], Stored[m.Extents], Stored[m.Totals]]:
    """From matches to what a report shows, where its paragraphs lie, and what there is in all."""
    found, whole = engine.together(
        partial(point_out, matched, settings, engine),
        partial(engine.join, matched.paragraphs, matched.places, (PLACE, PLACE), m.Bodies, bodies),
    )
    blocks = choose_runs(found, whole, matched, settings, engine)
    grouped, classes = engine.together(
        partial(group_runs, blocks, whole, settings, engine),
        partial(group_boilerplate, matched, whole, engine),
    )
    reused = choose_passages(blocks, whole, matched, settings, engine)
    order = ("source", "kind", "unit", "group", "copy", "doc", "start", "end")
    finds = engine.by_key(engine.union(grouped, classes, *reused), order, m.Finds, as_it_is)
    docs = engine.map(finds, m.Docs, named_docs)
    lying = engine.join(docs, matched.paragraphs, (("doc",), PLACE), m.Extents, extents)
    sums = engine.map(whole, m.Totals, partial(totals, published=matched.published))
    return finds, lying, sums


@dataclass(frozen=True, slots=True)
class Evidence:
    """The matches behind a report: for choosing a threshold without comparing again."""

    matched: Matched
    settings: Settings
    engine: Engine
    checked: bool
    """The report is a check's: it has the share of each incoming document."""
    near: near_documents.Near | None = None
    """Documents that resemble each other, where these were looked for."""

    def report(self) -> Report:
        """Build the report from the matches: here the tables come to the caller."""
        matched, engine = self.matched, self.engine
        finds, lying, sums = self.repeats()
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

    def finds(self) -> Stored[m.Finds]:
        """Find what a report shows, group by group."""
        return self.repeats()[0]

    def repeats(self) -> tuple[Stored[m.Finds], Stored[m.Extents], Stored[m.Totals]]:
        """Find what a report shows, once."""
        found: tuple[Stored[m.Finds], Stored[m.Extents], Stored[m.Totals]] = self.engine.kept(
            f"grouping-{self.settings.threshold:g}",
            (m.Finds, m.Extents, m.Totals),
            partial(repeats, self.matched, self.settings, self.engine),
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


def pairs(documents: Iterable[m.Documents], settings: Settings, engine: Engine) -> Iterator[Pair]:
    """Yield every verified match, in Order: of equal paragraphs each with the first one only."""
    matched = match(documents, settings, engine)
    long = engine.map(matched.texts, m.Texts, partial(twins.long, settings=settings))
    ranks = np.concatenate([np.zeros(0, np.int64), *(b.text for b in engine.fetch(long))])
    keepers = groups.stars(ranks, engine.fetch(matched.matches))
    few = engine.map(matched.matches, m.Matches, partial(twins.led, keepers=keepers))
    half = engine.lookup(few, long, (("a",), TEXT), m.HalfPlaced, twins.first_place)
    near = engine.lookup(half, long, (("b",), TEXT), m.Twins, twins.second_place)
    equal = engine.join(matched.places, long, (TEXT, TEXT), m.Twins, twins.equal)
    order = ("a_doc", "a_no", "b_doc", "b_no")
    found = engine.by_key(engine.union(near, equal), order, m.Twins, as_it_is)
    yield from named_pairs(engine.fetch(found), engine.fetch(matched.facts))


def read(documents: Iterable[m.Documents], settings: Settings, engine: Engine) -> Corpus:
    """
    From documents to their distinct texts, and where these stand.

    Raises `InputError` where there are no documents.
    """
    kinds = (m.Facts, m.Paragraphs, m.MarkdownBlocks, m.Texts, m.Places, m.Equals)
    known, paragraphs, blocks, texts, places, equals = engine.kept(
        "reading", kinds, partial(distinct, documents, settings, engine)
    )
    if not engine.count(known):
        raise InputError(near_documents.NOTHING)
    published = sum(int(batch.published.sum()) for batch in engine.fetch(known))
    return Corpus(known, paragraphs, texts, places, equals, published, blocks)


def distinct(
    documents: Iterable[m.Documents], settings: Settings, engine: Engine
) -> tuple[
    Stored[m.Facts],
    Stored[m.Paragraphs],
    Stored[m.MarkdownBlocks],
    Stored[m.Texts],
    Stored[m.Places],
    Stored[m.Equals],
]:
    """From documents to distinct texts, the places of each, and documents that are equal."""
    known, paragraphs, blocks = engine.map(
        documents,
        (m.Facts, m.Paragraphs, m.MarkdownBlocks),
        partial(facts_and_paragraphs, settings=settings),
        name="reading",
    )
    normalising = partial(normalise, settings=settings)
    forms, normals = engine.map(paragraphs, (m.Forms, m.Normals), normalising, name="normalising")
    editions = engine.by_key(forms, PLACE, m.Editions, equal_documents.editions)
    equals = engine.by_key(
        editions, (*DIGEST, "doc"), m.Equals, equal_documents.equals, shared=True
    )
    kinds = (m.Forms, m.FormsByDigest)
    firsts, by_digest = engine.by_key(forms, (*DIGEST, *PLACE), kinds, first_places)
    del forms
    ranks = engine.rank(firsts, PLACE, m.Ranks, numbered)
    texts = engine.join(ranks, normals, (PLACE, PLACE), m.Texts, collapse)
    del normals
    places = engine.join(by_digest, ranks, (DIGEST, DIGEST), m.Places, place)
    return known, paragraphs, blocks, texts, places, equals


def compare(corpus: Corpus, settings: Settings, engine: Engine) -> Matched:
    """Compare the distinct texts of a corpus, and flag what is boilerplate in it."""
    matches, counts = engine.kept(
        "verifying",
        (m.Matches, m.Counts),
        partial(verified, corpus.texts, settings, engine, corpus.published),
    )
    places, near = marked(corpus, matches, settings, engine)
    told = m.Counts.concat(engine.fetch(counts))
    return Matched(
        corpus.facts,
        corpus.paragraphs,
        corpus.texts,
        places,
        corpus.equals,
        corpus.published,
        corpus.blocks,
        matches=matches,
        neighbours=near,
        candidates=int(told.candidates.sum()),
        buckets_cut=int(told.cut.sum()),
    )


def verified(
    texts: Stored[m.Texts], settings: Settings, engine: Engine, published: int = 0
) -> tuple[Stored[m.Matches], Stored[m.Counts]]:
    """From distinct texts to the matches among them; the first documents are published."""
    banding = candidates.banding(settings, engine.count(texts))
    (sketches,) = engine.kept(
        "sketching", (m.Sketches,), partial(sketched, texts, banding, settings, engine)
    )
    first = partial(candidates.published, docs=published)
    old = engine.count(engine.map(texts, m.Docs, first)) if published else 0
    met, crowds = meetings(sketches, banding, settings, engine, old)
    del sketches
    pairs = engine.by_key(met, ("a", "b"), m.Pairs, candidates.distinct)
    half = (m.HalfRead, verify.read_first)
    whole = (m.Matches, partial(verify.verify, settings=settings))
    good = engine.pairwise(pairs, texts, ((("a",), ("b",)), TEXT), half, whole, name="verifying")
    matches = engine.by_key(good, ("a", "b"), m.Matches, as_it_is)
    counts = engine.union(
        engine.map(pairs, m.Counts, candidates.counted),
        engine.map(crowds, m.Counts, candidates.crowded),
    )
    return matches, engine.map(counts, m.Counts, as_it_is)


def sketched(
    texts: Stored[m.Texts], banding: candidates.Banding, settings: Settings, engine: Engine
) -> tuple[Stored[m.Sketches]]:
    """From distinct texts to the signatures of the long ones."""
    sketching = partial(sketch, settings=settings, banding=banding)
    return (engine.map(texts, m.Sketches, sketching, name="sketching"),)


def meetings(
    sketches: Stored[m.Sketches],
    banding: candidates.Banding,
    settings: Settings,
    engine: Engine,
    published: int = 0,
) -> tuple[Stored[m.Pairs], Stored[m.Crowds]]:
    """Let the texts meet in each band; the first ones are published."""
    meet = partial(
        candidates.meet, banding=banding, threshold=settings.threshold, published=published
    )
    pairs, crowds = engine.by_each(
        sketches,
        banding.bands,
        (m.Bands, candidates.band),
        ("key",),
        (m.Pairs, m.Crowds),
        meet,
        kept="band",
        name="comparing signatures",
    )
    return pairs, crowds


def marked(
    corpus: Corpus, matches: Stored[m.Matches], settings: Settings, engine: Engine
) -> tuple[Stored[m.Places], Stored[m.Neighbours]]:
    """Flag the places of boilerplate, in Order; and give every text its neighbours."""
    copies = equal_copies(corpus, engine)
    holders = partial(boilerplate.holders, settings=settings, copies=copies)
    held, near = engine.together(
        partial(
            engine.by_key,
            *(corpus.places, ("text", *PLACE), m.Holders, holders),
            name="boilerplate",
        ),
        partial(neighbours, corpus.texts, matches, engine),
    )
    around = engine.join(near, held, (("other",), TEXT), m.Holders, boilerplate.around)
    count = partial(boilerplate.spread, settings=settings)
    spread = engine.by_key(around, ("text", "doc"), m.Spread, count)
    ranks = engine.map(corpus.texts, m.Ranks, ranks_of)
    spread = spared(spread, near, corpus.places, ranks, copies, settings, engine)
    mark = partial(boilerplate.mark, settings=settings)
    flagged = engine.lookup(corpus.places, spread, (TEXT, TEXT), m.Places, mark)
    return engine.by_key(flagged, PLACE, m.Places, as_it_is), near


def spared(  # noqa: PLR0913 - the tables of a match
    spread: Stored[m.Spread],
    near: Stored[m.Neighbours],
    places: Stored[m.Places],
    texts: Stored[m.Ranks],
    copies: m.I64,
    settings: Settings,
    engine: Engine,
) -> Stored[m.Spread]:
    """Note which widespread texts stand in company, as the paragraphs of a story do."""
    # Which texts company may spare: neither long themselves nor widespread by any limit.
    first = engine.by_key(near, ("text", "other"), m.Neighbours, boilerplate.leaders)
    ask = partial(boilerplate.asked, settings=settings)
    asked = engine.join(spread, first, (TEXT, TEXT), m.Asked, ask)
    asked = engine.lookup(asked, texts, (TEXT, TEXT), m.Asked, boilerplate.few_words)

    # Which texts have a leader that is widespread, and what is asked of it.
    led = engine.join(spread, first, (TEXT, ("other",)), m.Leaders, boilerplate.widely_led)
    led = engine.lookup(led, texts, (("leader",), TEXT), m.Leaders, boilerplate.with_words)
    longest = engine.by_key(asked, ("leader", "words"), m.Asked, boilerplate.longest)
    same_leader = (("leader",), ("leader",))
    led = engine.join(led, longest, same_leader, m.Leaders, boilerplate.with_asked)

    # Where paragraphs of such leaders stand side by side, and in how many documents they do.
    lead = partial(boilerplate.led_places, copies=copies)
    there = engine.lookup(places, led, (TEXT, TEXT), m.Led, lead)
    beside = engine.by_key(there, PLACE, m.Beside, boilerplate.beside)
    count = partial(boilerplate.company, settings=settings)
    order = ("leader", "side", "other", "doc")
    company = engine.by_key(beside, order, m.Company, count)
    kept = engine.join(asked, company, same_leader, m.Asked, boilerplate.in_company)
    return engine.lookup(spread, kept, (TEXT, TEXT), m.Spread, boilerplate.spared)


def neighbours(
    texts: Stored[m.Texts], matches: Stored[m.Matches], engine: Engine
) -> Stored[m.Neighbours]:
    """Pair every text with the texts that it matches, itself included."""
    itself = engine.map(texts, m.Neighbours, boilerplate.itself)
    others = engine.map(matches, m.Neighbours, boilerplate.both_ways)
    return engine.by_key(engine.union(itself, others), ("text", "other"), m.Neighbours, as_it_is)


def point_out(matched: Matched, settings: Settings, engine: Engine) -> Stored[m.Points]:
    """Point from every paragraph that may be a copy to the earlier ones that it matches."""
    able = partial(points.open_places, settings=settings)
    usable = engine.map(matched.places, m.Places, able, name="finding blocks")
    incoming = engine.map(usable, m.Places, partial(points.incoming, published=matched.published))
    firsts, meet = engine.together(
        partial(engine.by_key, usable, ("text", *PLACE), m.Firsts, points.firsts),
        partial(
            engine.join, incoming, matched.neighbours, (TEXT, TEXT), m.Meetings, points.meetings
        ),
    )
    reach = partial(points.across, copies=equal_copies(matched, engine))
    across, within = engine.together(
        partial(engine.join, meet, firsts, (("other",), TEXT), m.Points, reach),
        partial(engine.by_key, meet, ("doc", "other", "no"), m.Points, points.within),
    )
    enough = partial(points.enough, settings=settings)
    order = ("copy", "source", "j", "i")
    return engine.by_key(engine.union(across, within), order, m.Points, enough)


def choose_runs(
    found: Stored[m.Points],
    whole: Stored[m.Bodies],
    matched: Matched,
    settings: Settings,
    engine: Engine,
) -> Stored[m.Runs]:
    """From points to the runs of each document; one that equals an earlier one is a run whole."""
    together = engine.by_key(found, ("copy", "source"), m.Partners, points.partners)
    neighbourhoods = engine.join(
        together, whole, (("doc", "copy"), PLACE), m.Neighbourhoods, runs.neighbourhood
    )
    chosen = engine.join(
        found,
        neighbourhoods,
        (("copy", "source", "j", "i"), ("copy", *PLACE)),
        m.Runs,
        partial(runs.choose, settings=settings),
        in_processes=True,
    )
    whole_runs = partial(equal_documents.runs, published=matched.published)
    equal = engine.join(matched.equals, whole, (("copy",), PLACE), m.Runs, whole_runs)
    return engine.union(chosen, equal)


def group_runs(
    blocks: Stored[m.Runs], whole: Stored[m.Bodies], settings: Settings, engine: Engine
) -> Stored[m.Finds]:
    """Group the runs that share a source."""
    gather = partial(groups.gather, settings=settings)
    order = ("source", "copy", "first", "from_first")
    return engine.join(blocks, whole, (order, PLACE), m.Finds, gather, name="grouping")


def choose_passages(
    blocks: Stored[m.Runs],
    whole: Stored[m.Bodies],
    matched: Matched,
    settings: Settings,
    engine: Engine,
) -> Iterator[Stored[m.Finds]]:
    """From seeds to passages: what is repeated beside the blocks, whatever its paragraphs."""
    if settings.passages == "off":
        return
    covered = engine.map(blocks, m.Covered, seeds.covered)
    published, elsewhere = matched.published, matched.elsewhere
    own = whole
    if elsewhere is not None:
        own = engine.map(whole, m.Bodies, partial(incoming_bodies, published=published))
    chosen_seeds = engine.join(own, covered, (PLACE, ("doc",)), m.Seeds, seeds.choose_seeds)
    if elsewhere is not None:
        chosen_seeds = engine.union(elsewhere.seeds, chosen_seeds)
    share = partial(seeds.share, published=published)
    shared = engine.by_key(chosen_seeds, ("key",), m.Shared, share, shared=True)
    del chosen_seeds
    link = partial(seeds.link, settings=settings)
    links = engine.join(shared, covered, (("copy", "source"), ("doc",)), m.Links, link)
    del shared
    together = engine.by_key(links, ("copy", "source"), m.Partners, seeds.partners)
    neighbourhoods = engine.join(
        together, whole, (("doc", "copy"), PLACE), m.Neighbourhoods, runs.neighbourhood
    )
    chosen = engine.join(
        links,
        neighbourhoods,
        (("copy", "source", "chain", "at", "of"), ("copy", *PLACE)),
        m.Passages,
        partial(passages.choose, settings=settings),
        in_processes=True,
    )
    order = ("source", "copy", "start", "end", "from_start")
    yield engine.join(chosen, whole, (order, PLACE), m.Finds, passage_groups.gather)


def group_boilerplate(matched: Matched, whole: Stored[m.Bodies], engine: Engine) -> Stored[m.Finds]:
    """Group the places of boilerplate by the text that keeps their group."""
    away = matched.elsewhere
    shown = named_boilerplate(matched, engine) if away is None else away.named
    return engine.join(shown, whole, (PLACE, PLACE), m.Finds, groups.boilerplate)


def named_boilerplate(matched: Matched, engine: Engine) -> Stored[m.Named]:
    """Name the first places of each group of boilerplate."""
    flagged = engine.map(matched.places, m.Places, boilerplate.only)
    ranks = [np.unique(batch.text) for batch in engine.fetch(flagged)]
    texts = np.unique(np.concatenate([np.zeros(0, np.int64), *ranks]))
    stars = groups.stars(texts, engine.fetch(matched.matches))
    keepers = engine.map([stars], m.Keepers, as_it_is)
    members = engine.lookup(flagged, keepers, (TEXT, TEXT), m.Members, groups.members)
    name = partial(groups.named_places, published=matched.published)
    return engine.by_key(members, ("keeper", *PLACE), m.Named, name)


def equal_copies(corpus: Corpus, engine: Engine) -> m.I64:
    """
    Return the documents that are equal to an earlier one, in Order.

    There are few, so that all tasks know them.
    """
    return np.sort(m.Equals.concat(engine.fetch(corpus.equals)).copy)
