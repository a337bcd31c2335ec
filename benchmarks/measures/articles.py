"""Whole documents: planted pairs, near-documents, copies within one."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dedup.engines.base import as_it_is
from dedup.evidence import Evidence
from dedup.model import Matches, Texts
from dedup.settings import Settings
from measures import truth
from measures.corpora import Corpus, matched, table, unpacked
from measures.tables import Table, share

if TYPE_CHECKING:
    from dedup.engines.interface import Engine, Stored
    from dedup.group import Group
    from dedup.matched import Matched
    from dedup.model import Documents
    from dedup.report import Report

MOST = 0.8
"""Share of both that two whole documents have in common."""
HALF = 0.5
WITHIN = (20, 30)
"""Words from which on blocks within a document are counted."""


def find(documents: Documents, settings: Settings | None = None) -> Report:
    """Run the pipeline."""
    settings = settings or Settings()
    with matched(documents, settings) as (result, engine):
        return Evidence(result, settings, engine, checked=False).report()


def planted(archive: Path) -> list[Table]:
    """Look for the pairs that were planted among 100 and 1,000 articles, and for nothing else."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = unpacked(archive, Path(scratch))
        for count in (100, 1000):
            lines = next(folder.glob(f"**/articles_{count}.train")).read_text(encoding="utf-8")
            pairs = next(folder.glob(f"**/articles_{count}.truth")).read_text(encoding="utf-8")
            split = [line.partition(" ")[::2] for line in lines.splitlines() if line]
            report = find(table([text for _, text in split], [name for name, _ in split]))
            found = {
                frozenset((pair.a.document, pair.b.document))
                for pair in report.overlaps
                if min(pair.share_of_a, pair.share_of_b) >= MOST
            }
            wanted = {frozenset(line.split()) for line in pairs.splitlines() if line}
            rows.append(
                (count, len(wanted), len(found & wanted), len(found - wanted), len(report.overlaps))
            )
    columns = ("articles", "planted pairs", "found", "others found", "overlaps of any size")
    return [Table("Planted pairs: both share at least .8 with each other", columns, rows)]


def near(corpus: Corpus, pairs: Path) -> list[Table]:
    """Ask whether each article with an earlier near-document shares most of the shorter one."""
    documents = corpus.documents
    rank = {record: row for row, record in enumerate(documents.record.list())}
    lines = [line.split("\t") for line in pairs.read_text(encoding="utf-8").splitlines()[1:]]
    later: dict[int, set[int]] = {}
    for _, a, b in lines:
        first, second = sorted((rank[a], rank[b]))
        later.setdefault(second, set()).add(first)
    report = find(documents)
    shares: dict[int, float] = {}
    for pair in report.overlaps:
        a, b = rank[pair.a.record or ""], rank[pair.b.record or ""]
        best = max(pair.share_of_a, pair.share_of_b)
        shares[max(a, b)] = max(best, shares.get(max(a, b), 0.0))
    have = len(later)
    any_share = sum(document in shares for document in later)
    most = sum(shares.get(document, 0.0) >= HALF for document in later)
    columns = ("pairs", "articles with an earlier one", "in overlaps", "share of them")
    columns += ("covering half of the shorter", "share of them ")
    row = (len(lines), have, any_share, share(any_share, have), most, share(most, have))
    return [Table("Articles with an earlier near-document (Jaccard at least .5)", columns, [row])]


def within(corpus: Corpus) -> list[Table]:
    """Count documents with a block within, against the same flow on all pairs by brute force."""
    rows = []
    settings = Settings(passages="off")
    count = len(corpus.documents)
    with matched(corpus.documents, settings) as (result, engine):
        every = [*_inside(result, settings, engine), *engine.fetch(result.matches)]
        exact = replace(result, matches=_united(every, engine))
        for words in WITHIN:
            chosen = replace(settings, min_group_words=words)
            ours, all_pairs = (
                _documents_within(Evidence(one, chosen, engine, checked=False).report().groups)
                for one in (result, exact)
            )
            missed = len(all_pairs - ours)
            figures = (len(ours), share(len(ours), count))
            brute = (len(all_pairs), share(len(all_pairs), count))
            rows.append((words, count, *figures, *brute, missed, len(ours - all_pairs)))
    columns = ("min_group_words", "documents", "with a block within", "share", "by brute force")
    columns += ("share ", "missed", "not in brute force")
    return [Table("Documents with a block within them", columns, rows)]


def _documents_within(groups: tuple[Group, ...]) -> set[tuple[str, str | None]]:
    return {
        (place.document, place.record)
        for group in groups
        if group.kind == "within"
        for place in group.occurrences
    }


def _inside(result: Matched, settings: Settings, engine: Engine) -> list[Matches]:
    """Compare all long paragraphs of each document with each other."""
    texts = Texts.concat(engine.fetch(result.texts))
    lengths = texts.words >= settings.min_words
    held: dict[int, set[int]] = {}
    for batch in engine.fetch(result.places):
        for doc, text in zip(batch.doc.tolist(), batch.text.tolist(), strict=True):
            if lengths[text]:
                held.setdefault(doc, set()).add(text)
    normal = texts.normal.list()
    found = []
    for ranks in held.values():
        rows = sorted(ranks)
        pairs = truth.compute([normal[row] for row in rows], settings.threshold)
        if len(pairs.a):
            at = np.array(rows)
            found.append(Matches(at[pairs.a], at[pairs.b], pairs.similarity))
    return found


def _united(found: list[Matches], engine: Engine) -> Stored[Matches]:
    """Put matches in order, each once."""
    every = Matches.concat(found)
    order = np.lexsort((every.b, every.a))
    once = every.take(order)
    new = np.ones(len(once), bool)
    new[1:] = (once.a[1:] != once.a[:-1]) | (once.b[1:] != once.b[:-1])
    return engine.map([once.take(new)], Matches, as_it_is)
