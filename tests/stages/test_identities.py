"""Ids and places of copies, read out of columns, against the groups of the report."""

from __future__ import annotations

import random

import numpy as np
import strategies
from hypothesis import given
from hypothesis import strategies as st

from dedup import pipeline
from dedup.engines.local import Local
from dedup.evidence import Evidence
from dedup.model import BOILERPLATE, KINDS, UNITS, Documents, Strings
from dedup.repetitions import repeats
from dedup.settings import Settings
from dedup.stages.identities import copied


@given(corpus=strategies.corpora(), seed=st.integers(0, 99), small=st.booleans())
def test_what_the_report_says(
    corpus: strategies.Corpus,
    seed: int,
    small: bool,  # noqa: FBT001 - drawn
) -> None:
    """The same ids in the same order, and the same copies of each, whatever the batches."""
    dice = random.Random(seed)  # noqa: S311
    texts = [*corpus.documents.values()]
    texts += [" ".join(dice.sample(text.split(), len(text.split()))) + text for text in texts[:1]]
    rows = np.arange(len(texts))
    flags = np.zeros(len(texts), np.int8)
    names = Strings.of([str(row) for row in rows]), Strings.of([""] * len(rows))
    documents = Documents(rows, *names, rows * 0, flags, flags, flags, Strings.of(texts))
    settings = Settings(boilerplate_documents=3)
    with Local(threads=1, memory=1 << 10 if small else None) as engine:
        corpus = pipeline.read([documents], settings, engine)
        matched = pipeline.compare(corpus, settings, engine)
        evidence = Evidence(matched, settings, engine, checked=False)
        ids, copies = copied(engine.fetch(repeats(matched, settings, engine)[0]))
        report = evidence.report()
    assert ids == [group.id for group in report.groups]
    found = zip(*(column.tolist() for column in copies.columns().values()), strict=True)
    wanted = []
    for number, group in enumerate(report.groups):
        for copy in group.copies:
            of = copy if group.kind == BOILERPLATE else copy.of or group.keeper
            where = int(copy.document), copy.start, copy.end
            kind, unit = KINDS.index(group.kind), UNITS.index(group.unit)
            source = int(group.keeper.document), of.start, of.end
            wanted.append((*where, kind, unit, number, *source))
    assert sorted(found) == sorted(wanted)
    assert np.array_equal(np.lexsort((copies.start, copies.doc)), np.arange(len(copies)))
