"""
The second half of the flow: from matches to what a report shows.

    boilerplate ─► points ─► runs ─► groups
                         └─► seeds ─► passages

Written in the engine's verbs, as `pipeline`, which calls `marked` and `repeats`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dedup import model as m
from dedup.engines.base import as_it_is
from dedup.stages import (
    boilerplate,
    equal_documents,
    groups,
    passage_groups,
    passages,
    points,
    runs,
    seeds,
)
from dedup.stages.bodies import bodies, extents, incoming_bodies, named_docs, totals
from dedup.stages.normalise import ranks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.engines.interface import Engine, Stored
    from dedup.matched import Corpus, Matched
    from dedup.settings import Settings

TEXT = ("text",)


def marked(
    corpus: Corpus, matches: Stored[m.Matches], settings: Settings, engine: Engine
) -> tuple[Stored[m.Places], Stored[m.Neighbours]]:
    """Flag the places of boilerplate, in Order; and give every text its neighbours."""
    copies = equal_copies(corpus, engine)
    hold = partial(boilerplate.holders, settings=settings, copies=copies)
    holders, near = engine.together(
        partial(
            engine.by_key,
            *(corpus.places, ("text", *m.PLACE), m.Holders, hold),
            name="boilerplate",
        ),
        partial(neighbours, corpus.texts, matches, engine),
    )
    around = engine.join(near, holders, (("other",), TEXT), m.Holders, boilerplate.around)
    count = partial(boilerplate.spread, settings=settings)
    spread = engine.by_key(around, ("text", "doc"), m.Spread, count)
    ranks = engine.map(corpus.texts, m.Ranks, ranks_of)
    spread = spared(spread, near, corpus.places, ranks, copies, settings, engine)
    mark = partial(boilerplate.mark, settings=settings)
    flagged = engine.lookup(corpus.places, spread, (TEXT, TEXT), m.Places, mark)
    return engine.by_key(flagged, m.PLACE, m.Places, as_it_is), near


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
    beside = engine.by_key(there, m.PLACE, m.Beside, boilerplate.beside)
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


def repeats(
    matched: Matched, settings: Settings, engine: Engine
) -> tuple[Stored[m.Finds], Stored[m.Extents], Stored[m.Totals]]:
    """
    Find what a report shows, group by group, once for each threshold.

    Besides, where the paragraphs of its documents lie, and what there is in all.
    """
    kinds = (m.Finds, m.Extents, m.Totals)
    making = partial(grouped, matched, settings, engine)
    finds, lying, sums = engine.kept(f"grouping-{settings.threshold:g}", kinds, making)
    return finds, lying, sums


def grouped(
    matched: Matched, settings: Settings, engine: Engine
) -> tuple[Stored[m.Finds], Stored[m.Extents], Stored[m.Totals]]:
    """From matches to groups of blocks, of passages and of boilerplate."""
    by_place = (m.PLACE, m.PLACE)
    found, whole = engine.together(
        partial(point_out, matched, settings, engine),
        partial(engine.join, matched.paragraphs, matched.places, by_place, m.Bodies, bodies),
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
    lying = engine.join(docs, matched.paragraphs, (("doc",), m.PLACE), m.Extents, extents)
    sums = engine.map(whole, m.Totals, partial(totals, published=matched.published))
    return finds, lying, sums


def point_out(matched: Matched, settings: Settings, engine: Engine) -> Stored[m.Points]:
    """Point from every paragraph that may be a copy to the earlier ones that it matches."""
    able = partial(points.open_places, settings=settings)
    usable = engine.map(matched.places, m.Places, able, name="finding blocks")
    incoming = engine.map(usable, m.Places, partial(points.incoming, published=matched.published))
    firsts, meet = engine.together(
        partial(engine.by_key, usable, ("text", *m.PLACE), m.Firsts, points.firsts),
        partial(
            engine.join, incoming, matched.neighbours, (TEXT, TEXT), m.Meetings, points.meetings
        ),
    )
    reach = partial(points.across, copies=equal_copies(matched, engine))
    across, within = engine.together(
        partial(engine.join, meet, firsts, (("other",), ("text", *m.PLACE)), m.Points, reach),
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
    neighbourhoods = side_by_side(together, whole, engine)
    chosen = engine.join(
        found,
        neighbourhoods,
        (("copy", "source", "j", "i"), ("copy", *m.PLACE)),
        m.Runs,
        partial(runs.choose, settings=settings),
        in_processes=True,
    )
    whole_runs = partial(equal_documents.runs, published=matched.published)
    equal = engine.join(matched.equals, whole, (("copy",), m.PLACE), m.Runs, whole_runs)
    return engine.union(chosen, equal)


def side_by_side(
    together: Stored[m.Partners], whole: Stored[m.Bodies], engine: Engine
) -> Stored[m.Neighbourhoods]:
    """Put the paragraphs of the documents that a copy is judged beside together, copy by copy."""
    key = (("doc", "copy"), m.PLACE)
    return engine.join(together, whole, key, m.Neighbourhoods, runs.neighbourhood)


def group_runs(
    blocks: Stored[m.Runs], whole: Stored[m.Bodies], settings: Settings, engine: Engine
) -> Stored[m.Finds]:
    """Group the runs that share a source."""
    gather = partial(groups.gather, settings=settings)
    order = ("source", "copy", "first", "from_first")
    return engine.join(blocks, whole, (order, m.PLACE), m.Finds, gather, name="grouping")


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
    # Seeds of all texts; an index has those of its own.
    covered = engine.map(blocks, m.Covered, seeds.covered)
    published, elsewhere = matched.published, matched.elsewhere
    own = whole
    if elsewhere is not None:
        own = engine.map(whole, m.Bodies, partial(incoming_bodies, published=published))
    chosen_seeds = engine.join(
        own, covered, (m.PLACE, ("doc",)), m.Seeds, seeds.choose_seeds, name="finding passages"
    )
    if elsewhere is not None:
        chosen_seeds = engine.union(elsewhere.seeds, chosen_seeds)
    # Seeds that two places share outside of blocks, chained.
    share = partial(seeds.share, published=published)
    shared = engine.by_key(chosen_seeds, ("key",), m.Shared, share, shared=True)
    del chosen_seeds
    link = partial(seeds.link, settings=settings)
    links = engine.join(shared, covered, (("copy", "source"), ("doc",)), m.Links, link)
    del shared
    # The documents of each chain side by side, and the passages among them.
    together = engine.by_key(links, ("copy", "source"), m.Partners, seeds.partners)
    neighbourhoods = side_by_side(together, whole, engine)
    chosen = engine.join(
        links,
        neighbourhoods,
        (("copy", "source", "chain", "at", "of"), ("copy", *m.PLACE)),
        m.Passages,
        partial(passages.choose, settings=settings),
        in_processes=True,
    )
    order = ("source", "copy", "start", "end", "from_start")
    yield engine.join(
        chosen, whole, (order, m.PLACE), m.Finds, passage_groups.gather, name="grouping"
    )


def group_boilerplate(matched: Matched, whole: Stored[m.Bodies], engine: Engine) -> Stored[m.Finds]:
    """Group the places of boilerplate by the text that keeps their group."""
    away = matched.elsewhere
    shown = named_boilerplate(matched, engine) if away is None else away.named
    return engine.join(shown, whole, (m.PLACE, m.PLACE), m.Finds, groups.boilerplate)


def named_boilerplate(matched: Matched, engine: Engine) -> Stored[m.Named]:
    """Name the first places of each group of boilerplate."""
    flagged = engine.map(matched.places, m.Places, boilerplate.only)
    ranks = [np.unique(batch.text) for batch in engine.fetch(flagged)]
    texts = np.unique(np.concatenate([np.zeros(0, np.int64), *ranks]))
    stars = groups.stars(texts, engine.fetch(matched.matches))
    keepers = engine.map([stars], m.Keepers, as_it_is)
    members = engine.lookup(flagged, keepers, (TEXT, TEXT), m.Members, groups.members)
    name = partial(groups.named_places, published=matched.published)
    return engine.by_key(members, ("keeper", *m.PLACE), m.Named, name)


def equal_copies(corpus: Corpus, engine: Engine) -> m.I64:
    """
    Return the documents that are equal to an earlier one, in Order.

    There are few, so that all tasks know them.
    """
    return np.sort(m.Equals.concat(engine.fetch(corpus.equals)).copy)
