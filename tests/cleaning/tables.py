"""What cleaning is made from, by brute force: the oracle's paragraphs and matches as tables."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import naive
import numpy as np

from dedup.cleaning import Policy
from dedup.cleaning.detection import Detection
from dedup.cleaning.plan import REASONS, plan
from dedup.cleaning.policy import ranks_by
from dedup.cleaning.tables import ParagraphTable, Plan
from dedup.model import (
    CODE,
    FRONT,
    TABLE,
    Equals,
    Facts,
    MarkdownBlocks,
    Matches,
    Resemblances,
    Strings,
)
from dedup.settings import Settings
from dedup.stages.identities import copied
from dedup.text.markdown import Blocks, blocks
from dedup.text.paragraphs import MODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dedup.engines.interface import Engine
    from dedup.model import Documents

POLICY = (*("keep", "scope", "remove", "boilerplate", "drop_document_over", "max_removed", "unit"),)


def split(options: dict[str, Any]) -> tuple[Settings, Policy]:
    """Divide the options of a case into settings and policy."""
    policy = {name: value for name, value in options.items() if name in POLICY}
    settings = {name: value for name, value in options.items() if name not in POLICY}
    return Settings(**settings), Policy(**policy)


def tables_of(corpus: naive.Corpus) -> tuple[ParagraphTable, Matches, Matches, Matches, Facts]:
    """Give paragraphs, matches of texts, pairs that are the same text, both ways, and documents."""
    ranks: dict[str, int] = {}
    forms: dict[Any, int] = {}
    sames: dict[Any, int] = {}
    level = corpus.settings.remove
    counted = [p for p in corpus.places() if p[0] not in corpus.equal]
    beside = naive.company({p: naive.leader(corpus, p) for p in counted})
    rows = []
    first: dict[str, naive.Place] = {}
    first_same: dict[int, naive.Place] = {}
    for place in corpus.places():
        p = corpus.at(place)
        rank = ranks.setdefault(p.normal, len(ranks))
        first.setdefault(p.normal, place)
        strict = p.text if level == "exact" else naive.strict(p.text)
        wide = {"near": (p.normal, naive.signs(p.text)), "match": p.normal}
        form = forms.setdefault(strict, len(forms))
        same = sames.setdefault(wide.get(level, strict), len(sames))
        first_same.setdefault(same, place)
        limit = naive.boilerplate_limit(corpus, place, counted, beside)
        by = 1 + (limit > corpus.settings.boilerplate_documents)
        flag = by if place in corpus.boilerplate else 0
        rows.append((place[0], p.no - 1, p.start, p.end, rank, form, same, p.words, flag))
    texts = list(ranks)
    found = [
        (a, b, naive.similarity(texts[a], texts[b]))
        for b in range(len(texts))
        for a in range(b)
        if naive.match(corpus, first[texts[a]], first[texts[b]])
    ]
    places = list(first_same.items())
    kin, alike = [], []
    together = {(row[6], row[4]) for row in rows}
    for (same, a), (other, b) in itertools.combinations(sorted(together), 2):
        if same == other:
            alike.append((a, b, naive.similarity(texts[a], texts[b])))
    for n, (b, q) in enumerate(places):
        for a, p in places[:n]:
            if naive.same_text(corpus, p, q):
                one, other = corpus.at(p).normal, corpus.at(q).normal
                value = naive.similarity(one, other)
                kin.append((a, b, value))
                alike.append((*sorted((ranks[one], ranks[other])), value))
    columns = list(zip(*rows, strict=True)) or [()] * 9
    wide_kinds = [np.int64] * 5
    kinds = (np.int64, np.int32, *wide_kinds, np.int32, np.int8)
    table = ParagraphTable(*(np.array(c, k) for c, k in zip(columns, kinds, strict=True)))
    none = np.zeros(len(corpus.documents), np.int64)
    facts = Facts(
        np.arange(len(corpus.documents)),
        Strings.of([d.path for d in corpus.documents]),
        Strings.of([""] * len(corpus.documents)),
        none,
        none.astype(np.int8),
        np.array([len(d.text) for d in corpus.documents], np.int64),
        np.array([mode_of(d, corpus.settings) for d in corpus.documents], np.int8),
    )
    return table, matches_of(found), matches_of(kin), matches_of(alike), facts


def mode_of(document: naive.Document, settings: naive.Settings) -> int:
    """Give the paragraph mode that a document was cut by."""
    mode = settings.modes.get(document.path, settings.paragraphs)
    if mode == "auto":
        mode = naive.paragraph_mode(document.text, document.markdown, settings.join_hyphens)
    return MODES[mode]


def matches_of(pairs: Sequence[tuple[int, int, float]]) -> Matches:
    """Give pairs as a table, sorted by a, b."""
    columns = list(zip(*sorted(set(pairs)), strict=True)) or [()] * 3
    a, b, value = columns
    return Matches(np.array(a, np.int64), np.array(b, np.int64), np.array(value, np.float64))


def found_of(paragraphs: ParagraphTable, matches: Matches, kin: Matches | None = None) -> Detection:
    """Give what cleaning knows of paragraphs and matches alone; no two documents are equal."""
    alone = replace(paragraphs, strict=np.arange(len(paragraphs)))
    kin = matches_of([]) if kin is None else kin
    count = int(paragraphs.doc.max(initial=-1)) + 1
    none = np.zeros(count, np.int64)
    names = Strings.of([""] * count)
    zero = none.astype(np.int8)
    facts = Facts(np.arange(count), names, names, none, zero, none, zero)
    blocks = MarkdownBlocks.empty()
    return Detection(alone, lambda: [matches], kin, kin, none[:0], facts, blocks, *copied([]))


def detection_of(corpus: naive.Corpus) -> Detection:
    """Give what cleaning knows of a corpus; its report is empty."""
    paragraphs, matches, kin, alike, facts = tables_of(corpus)
    copies = np.array(sorted(corpus.equal), np.int64)
    near = None if corpus.settings.unit == "paragraph" else near_of(corpus)
    same = (lambda: [matches]), kin, alike, copies
    return Detection(paragraphs, *same, facts, blocks_of(corpus), *copied([]), near)


def blocks_of(corpus: naive.Corpus) -> MarkdownBlocks:
    """Give what of the Markdown documents is no prose, and their tables."""
    rows: list[tuple[int, int, int, int]] = []
    for document in corpus.documents:
        found = blocks(document.text) if document.markdown else Blocks()
        front = [found.front] if found.front else []
        for kind, spans in ((FRONT, front), (CODE, found.code), (TABLE, found.tables)):
            rows += [(document.rank, start, end, kind) for start, end in spans]
    doc, start, end, kinds = np.array(rows, np.int64).reshape(-1, 4).T
    return MarkdownBlocks(doc, start, end, kinds.astype(np.int8))


def near_of(corpus: naive.Corpus) -> tuple[Resemblances, Equals]:
    """Give the documents that resemble each other, those of one text by the first of them."""
    pairs = naive.resemblances(corpus)
    texts = [
        " ".join(filter(None, (p.normal for p in document.paragraphs)))
        for document in corpus.documents
    ]
    first = [texts.index(text) for text in texts]
    equal = [(n, a) for n, (a, text) in enumerate(zip(first, texts, strict=True)) if text and a < n]
    ends = np.array(equal, np.int64).reshape(-1, 2)
    rows = [
        (a, b, *shares)
        for (a, b), shares in sorted(pairs.items())
        if first[a] == a and first[b] == b
    ]
    columns = list(zip(*rows, strict=True)) or [()] * 5
    kinds = (np.int64, np.int64, np.float64, np.float64, np.float64)
    table = Resemblances(*(np.array(c, k) for c, k in zip(columns, kinds, strict=True)))
    return table, Equals(ends[:, 0], ends[:, 1])


def plan_of(corpus: naive.Corpus, options: dict[str, Any]) -> Plan:
    """Make the plan of a corpus."""
    settings, policy = split(options)
    found = detection_of(corpus)
    ranks = ranks_by(policy.keep_rules, found.facts, {}, ())
    return plan(found, ranks, settings, policy)


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


def compared(
    documents: Iterable[Documents], settings: Settings, remove: str, _: Engine
) -> Detection:
    """Give what brute force detects; its report is empty."""
    assert settings.passages == "off"
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
    texts: list[tuple[str, str]] = []
    modes: dict[str, str] = {}
    names: list[tuple[str, str]] = []
    lines: list[int] = []
    for batch in documents:
        lines += batch.file_line.tolist()
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
    found = detection_of(naive.read(texts, options | {"modes": modes, "remove": remove}))
    names_of = Strings.of([path for path, _ in names])
    records = Strings.of([record for _, record in names])
    facts = replace(found.facts, path=names_of, record=records, file_line=np.array(lines))
    return replace(found, facts=facts)
