"""What stays of what repeats: counted as brute force counts it."""

from __future__ import annotations

from dataclasses import fields

import naive
import numpy as np
import strategies
from cleaning.tables import POLICY, detection_of, split
from hypothesis import given

from dedup.cleaning.counts import staying
from dedup.cleaning.plan import plan
from dedup.cleaning.policy import ranks_by
from dedup.cleaning.removals import Decision
from dedup.cleaning.results import Staying


def counted(corpus: naive.Corpus) -> tuple[int, int, int]:
    """Count near copies and short repeats that stay, and characters of boilerplate."""
    gone, own = naive.make_plan(corpus), corpus.settings
    places = [p for p in naive.keep_order(corpus) if p not in gone]
    large = [p for p in places if corpus.at(p).words >= own.min_group_words]
    if own.boilerplate == "keep":
        fixed = corpus.boilerplate
        large = [p for p in large if not any(naive.match(corpus, p, q) for q in fixed)]

    def form(place: naive.Place) -> object:
        text = corpus.at(place).text
        return text if own.remove == "exact" else naive.strict(text)

    once = list({form(p): p for p in reversed(large)}.values())[::-1]
    once.sort(key=large.index)
    near = sum(any(naive.match(corpus, q, p) for q in once[:n]) for n, p in enumerate(once))
    small = [
        form(p)
        for p in places
        if 0 < corpus.at(p).words < own.min_group_words and p not in corpus.boilerplate
    ]
    characters = sum(corpus.at(p).end - corpus.at(p).start for p in corpus.boilerplate)
    return near, len(small) - len(set(small)), characters


@given(strategies.cleanings())
def test_agrees_with_brute_force(corpus: strategies.Corpus) -> None:
    """Near copies, short repeats and boilerplate of random corpora, whatever the policy."""
    names = {field.name for field in fields(naive.Settings)} & {*POLICY}
    own = {k: v for k, v in corpus.settings.items() if k in names}
    own |= {k: v for k, v in corpus.settings.items() if k.startswith(("min", "thr", "boil"))}
    read = naive.read(corpus.documents, own)
    settings, policy = split(own)
    found = detection_of(read)
    ranks = ranks_by(policy.keep_rules, found.facts, {}, ())
    decision = Decision.of(found, plan(found, ranks, settings, policy), settings, policy)
    made = staying(found, decision, ranks)
    near, short, characters = counted(read)
    assert made == Staying(near, 0, 0, short, characters)
    if (policy.scope, policy.remove) == ("all", "match"):
        assert near == 0


def test_nothing_at_all() -> None:
    """A corpus without paragraphs."""
    read = naive.read({"a.txt": ""}, {})
    settings, policy = split({})
    found = detection_of(read)
    ranks = [np.zeros(1, np.int64)]
    decision = Decision.of(found, plan(found, ranks, settings, policy), settings, policy)
    assert staying(found, decision, ranks) == Staying(0, 0, 0, 0, 0)
