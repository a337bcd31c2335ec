"""Resemblances -> the documents of a report, by name: keepers with their copies, and pairs."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from dedup.report import Incoming, NearCopy, NearDocuments, NearPair, Report, Summary
from dedup.stages.explain import Naming
from dedup.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.model import Facts, Resemblances, Sizes
    from dedup.settings import Settings


def report_of_documents(
    stars: Resemblances,
    facts: Facts,
    sizes: Iterable[Sizes],
    settings: Settings,
    *,
    checked: bool,
) -> Report:
    """
    Build the report on documents alone; paragraphs are counted and not compared.

    Of a check (`checked`), the share of an incoming document that is found elsewhere is that of its
    set in its keeper's.
    """
    # Of a check the incoming documents count.
    published = int(facts.published.sum())
    paragraphs = words = 0
    for batch in sizes:
        own = batch.doc >= published
        paragraphs += int(batch.paragraphs[own].sum())
        words += int(batch.words[own].sum())
    return Report(
        version=VERSION,
        settings=settings.part("detection"),
        summary=Summary(
            documents=len(facts) - published,
            paragraphs=paragraphs,
            characters=int(facts.characters[published:].sum()),
            words=words,
            groups=0,
            repeated_paragraphs=0,
            repeated_characters=0,
            candidates=0,
            rejected=0,
            buckets_cut=0,
            skipped=(),
            published=published,
        ),
        groups=(),
        overlaps=(),
        documents=groups_of(stars, facts),
        incoming=tuple(resemblance_shares(stars, facts, published)) if checked else None,
    )


def resemblance_shares(stars: Resemblances, facts: Facts, published: int) -> Iterator[Incoming]:
    """Return the share of each incoming document that its keeper has, 0 where it has none."""
    naming = Naming(facts)
    found = dict(zip(stars.b.tolist(), stars.contained_b.tolist(), strict=True))
    for doc in range(published, len(facts)):
        name = naming.name(doc)
        yield Incoming(name.document, name.record, found.get(doc, 0.0))


def groups_of(stars: Resemblances, facts: Facts) -> tuple[NearDocuments, ...]:
    """Return each keeper with its copies, by name; `stars` are sorted by keeper, then copy."""
    naming = Naming(facts)
    found = []
    for keeper, rows in groupby(_rows(stars), key=itemgetter(0)):
        names = ((naming.name(copy), shares) for _, copy, *shares in rows)
        copies = tuple(
            # What of the keeper's set the copy has comes last.
            NearCopy(name.document, name.record, resemblance, contained, contains)
            for name, (resemblance, contains, contained) in names
        )
        found.append(NearDocuments(naming.name(keeper), copies))
    return tuple(found)


def pairs_of(pairs: Iterable[Resemblances], facts: Facts) -> Iterator[NearPair]:
    """Return pairs of documents by name."""
    naming = Naming(facts)
    for batch in pairs:
        for a, b, *shares in _rows(batch):
            yield NearPair(naming.name(a), naming.name(b), *shares)


def _rows(table: Resemblances) -> Iterator[tuple[int, int, float, float, float]]:
    """Return the rows of a table as plain numbers."""
    return zip(*(column.tolist() for column in table.columns().values()), strict=True)
