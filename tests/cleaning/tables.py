"""What cleaning is made from, by brute force: the oracle's paragraphs and matches as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import naive
import numpy as np

from dedup.cleaning import Policy, keeping
from dedup.cleaning.detection import Detection
from dedup.cleaning.kinship import HalfMatched, same_texts
from dedup.cleaning.plan import REASONS, Plan, plan
from dedup.cleaning.standing import Standing
from dedup.model import Facts, Matches, Strings, Texts
from dedup.settings import Settings
from dedup.stages.identities import copied

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dedup.cleaning.corpus import Detect
    from dedup.model import Documents

POLICY = ("keep", "scope", "remove", "boilerplate", "drop_document_over", "max_removed")


def split(options: dict[str, Any]) -> tuple[Settings, Policy]:
    """Divide the options of a case into settings and policy."""
    policy = {name: value for name, value in options.items() if name in POLICY}
    settings = {name: value for name, value in options.items() if name not in POLICY}
    return Settings(**settings), Policy(**policy)


def tables_of(corpus: naive.Corpus) -> tuple[Standing, Matches, Texts, Facts]:
    """Give paragraphs, matches of distinct long texts, these texts, and documents."""
    ranks: dict[str, int] = {}
    rows = []
    first: dict[str, naive.Place] = {}
    for place in corpus.places():
        p = corpus.at(place)
        rank = ranks.setdefault(p.normal, len(ranks))
        first.setdefault(p.normal, place)
        flag = place in corpus.boilerplate
        rows.append((place[0], p.no - 1, p.start, p.end, rank, p.words, flag))
    texts = list(ranks)
    pairs = [
        (a, b, naive.similarity(texts[a], texts[b]))
        for b in range(len(texts))
        for a in range(b)
        if naive.match(corpus, first[texts[a]], first[texts[b]])
    ]
    pairs.sort()
    columns = list(zip(*rows, strict=True)) or [()] * 7
    matched = list(zip(*pairs, strict=True)) or [()] * 3
    kinds = (np.int64, np.int32, np.int64, np.int64, np.int64, np.int32, np.int8)
    table = Standing(*(np.array(c, k) for c, k in zip(columns, kinds, strict=True)))
    found = Matches(
        np.array(matched[0], np.int64),
        np.array(matched[1], np.int64),
        np.array(matched[2], np.float64),
    )
    none = np.zeros(len(corpus.documents), np.int64)
    facts = Facts(
        np.arange(len(corpus.documents)),
        Strings.of([d.path for d in corpus.documents]),
        Strings.of([""] * len(corpus.documents)),
        none,
        none.astype(np.int8),
        np.array([len(d.text) for d in corpus.documents], np.int64),
    )
    return table, found, texts_of(texts), facts


def texts_of(normals: Sequence[str]) -> Texts:
    """Give distinct texts; what is known of their places does not matter here."""
    none = np.zeros(len(normals), np.int64)
    small = none.astype(np.int32)
    return Texts(np.arange(len(normals)), none, small, small, none, none, Strings.of(normals))


def kin_of(matches: Matches, texts: Texts, remove: str) -> Matches:
    """Give the matches of which one text may go for the other."""
    if remove != "same":
        return matches if remove == "match" else matches.slice(0, 0)
    first = texts.normal.take(matches.a)
    return same_texts(HalfMatched(matches.a, matches.b, matches.similarity, first), texts)


def plan_of(corpus: naive.Corpus, options: dict[str, Any]) -> Plan:
    """Make the plan of a corpus."""
    settings, policy = split(options)
    table, matches, texts, facts = tables_of(corpus)
    ranks = keeping.ranks(policy.keep_rules, facts, {}, ())
    kin = kin_of(matches, texts, policy.remove)
    return plan(table, [matches], kin, ranks, settings, policy)


def as_dictionary(plan: Plan) -> naive.Plan:
    """Give a plan as the oracle writes it."""
    return {
        (doc, no + 1): naive.Gone(REASONS[reason], None if of < 0 else (of, at + 1))
        for doc, no, reason, of, at in zip(
            plan.doc.tolist(),
            plan.no.tolist(),
            plan.reason.tolist(),
            plan.keeper.tolist(),
            plan.keeper_no.tolist(),
            strict=True,
        )
    }


def detector(settings: Settings, remove: str) -> Detect:
    """Give what detects by brute force; its report is empty."""
    options = {
        name: getattr(settings, name)
        for name in (
            "threshold",
            "min_words",
            "min_group_words",
            "boilerplate_documents",
            "paragraphs",
        )
    }

    def detect(documents: Iterable[Documents], *, passages: bool = False) -> Detection:
        assert not passages
        texts: list[tuple[str, str]] = []
        modes: dict[str, str] = {}
        names: list[tuple[str, str]] = []
        for batch in documents:
            rows = zip(
                batch.path.list(),
                batch.record.list(),
                batch.text.list(),
                batch.markdown.tolist(),
                batch.mode.tolist(),
                strict=True,
            )
            for path, record, text, markdown, mode in rows:
                key = f"{len(texts)}{'.md' if markdown else '.txt'}"
                if mode:
                    modes[key] = {1: "line", 2: "blank"}[mode]
                names.append((path, record))
                texts.append((key, text))
        standing, matches, distinct, facts = tables_of(
            naive.read(texts, options | {"modes": modes})
        )
        facts = Facts(
            facts.doc,
            Strings.of([path for path, _ in names]),
            Strings.of([record for _, record in names]),
            facts.file_line,
            facts.published,
            facts.characters,
        )
        kin = kin_of(matches, distinct, remove)
        return Detection(standing, [matches], kin, facts, *copied([]))

    return detect
