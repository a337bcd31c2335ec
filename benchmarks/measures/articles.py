"""Whole documents: planted pairs, near-documents, copies within one, and copies cut up anew."""

from __future__ import annotations

import random
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dedup import pipeline
from dedup.kernels import normalise_text
from dedup.model import Matches, Texts
from dedup.settings import Settings
from measures import truth
from measures.corpora import Corpus, matched, table, unpacked
from measures.tables import Table, share

if TYPE_CHECKING:
    from dedup.matched import Matched
    from dedup.model import Documents
    from dedup.report import Group, Report

MOST = 0.8
"""Share of both that two whole documents have in common."""
HALF = 0.5
WITHIN = (20, 30)
"""Words from which on blocks within a document are counted."""
WRAP, QUOTED, COPIED, CUT = 80, 20, 200, 600
CLOSE = 3
"""Characters by which the ends of a passage may be off."""
SENTENCE = re.compile(r"(?<=[.!?…])\s+")


def find(documents: Documents, settings: Settings | None = None) -> Report:
    """Run the pipeline."""
    settings = settings or Settings()
    with matched(documents, settings) as (result, engine):
        return pipeline.Evidence(result, settings, engine, checked=False).report()


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
        exact = replace(result, matches=[*_inside(result, settings), *result.matches])
        exact = replace(exact, matches=_united(exact, engine))
        for words in WITHIN:
            chosen = replace(settings, min_group_words=words)
            ours, all_pairs = (
                _documents_within(
                    pipeline.Evidence(one, chosen, engine, checked=False).report().groups
                )
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


def _inside(result: Matched, settings: Settings) -> list[Matches]:
    """Compare all long paragraphs of each document with each other."""
    texts = Texts.concat(list(result.texts))
    lengths = texts.words >= settings.min_words
    held: dict[int, set[int]] = {}
    for batch in result.places:
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


def _united(result: Matched, engine: pipeline.Engine) -> object:
    """Put matches in order, each once."""
    every = Matches.concat(list(result.matches))
    order = np.lexsort((every.b, every.a))
    once = every.take(order)
    new = np.ones(len(once), bool)
    new[1:] = (once.a[1:] != once.a[:-1]) | (once.b[1:] != once.b[:-1])
    return engine.map([once.take(new)], Matches, lambda matches: matches)


def segments(corpus: Corpus) -> list[Table]:
    """Cut the second copy of articles up anew, quote a sentence: is it found, and how exactly?"""
    dice = random.Random(1)  # noqa: S311 - no secret
    texts = [text for text in map(corpus.bare, corpus.documents.text.list()) if len(text) > CUT]
    some = _unlike(dice.sample(texts, min(2 * COPIED, len(texts))))[:COPIED]
    forms = {
        "merged into one line": lambda text: " ".join(text.split("\n")),
        "split by sentence": lambda text: "\n".join(SENTENCE.split(text.replace("\n", " "))),
        "wrapped at 80 columns": _wrapped,
    }
    rows = []
    for name, change in forms.items():
        names = [f"{kind}{at:04}" for kind in "ab" for at in range(len(some))]
        report = find(table([*some, *map(change, some)], names))
        rows.append((name, *_covered(report, some, [change(text) for text in some])))
    columns = ("second copy", "articles", "found", "characters of both sides", "off at the ends")
    columns += ("pieces",)
    return [
        Table("Copies cut up anew, default settings", columns, rows),
        Table(
            "A sentence of 20 words quoted in another article",
            ("quotes", "found", "share", "ends within 3 characters"),
            [_quotes(some, texts, dice)],
        ),
    ]


def _unlike(texts: list[str]) -> list[str]:
    """Leave out the texts that share something with another one: their copies would have a choice."""
    report = find(table(texts, [str(at) for at in range(len(texts))]))
    shared = {name.document for pair in report.overlaps for name in (pair.a, pair.b)}
    return [text for at, text in enumerate(texts) if str(at) not in shared]


def _wrapped(text: str) -> str:
    """Wrap paragraphs, with blank lines between."""
    import textwrap

    return "\n\n".join(textwrap.fill(line, WRAP) for line in text.split("\n") if line.strip())


def _covered(
    report: Report, first: list[str], second: list[str]
) -> tuple[int, int, float, float, float]:
    """Measure what the groups across two copies of each text cover, and where they end."""
    marks = [[np.zeros(len(text), bool) for text in side] for side in (first, second)]
    pieces = 0
    found = set()
    for group in report.groups:
        if group.kind != "across":
            continue
        for copy in group.copies:
            source, target = group.keeper.document, copy.document
            if source[0] == "a" and target[0] == "b" and source[1:] == target[1:]:
                at = int(source[1:])
                part = copy.of or group.keeper
                marks[0][at][part.start : part.end] = True
                marks[1][at][copy.start : copy.end] = True
                found.add(at)
                pieces += 1
    covered = sum(int(mark.sum()) for side in marks for mark in side)
    off = [
        edge
        for side, texts in zip(marks, (first, second), strict=True)
        for at in found
        for edge in _edges(side[at], texts[at])
    ]
    return (
        len(first),
        len(found),
        share(covered, sum(map(len, first)) + sum(map(len, second))),
        float(np.mean(off)) if off else float("nan"),
        share(pieces, len(found)),
    )


def _edges(mark: np.ndarray, text: str) -> tuple[int, int]:
    """Give how far the first and the last covered character are from the text's ends."""
    inside = np.flatnonzero(mark)
    left, right = len(text) - len(text.lstrip()), len(text.rstrip())
    return abs(int(inside[0]) - left), abs(right - 1 - int(inside[-1]))


def _quotes(some: list[str], texts: list[str], dice: random.Random) -> tuple[object, ...]:
    """Put 20 words of one article into a paragraph of another, in quotes."""
    hosts, places = [], []
    for text in some:
        lines = text.split("\n")
        quote = next(
            filter(None, (_stretch(line, dice) for line in dice.sample(lines, len(lines)))), None
        )
        host = dice.choice(texts)
        if quote is None or host == text:
            continue
        title, _, rest = host.partition("\n")
        head = f"{title}\nIl a ensuite déclaré devant les journalistes : « "
        hosts.append(f"{head}{quote} », avant de quitter la salle.\n{rest}")
        places.append((len(head), len(head) + len(quote)))
    names = [f"a{at:04}" for at in range(len(some))] + [f"b{at:04}" for at in range(len(hosts))]
    report = find(table([*some, *hosts], names))
    found, close = set(), set()
    for group in report.groups:
        for copy in group.copies if group.kind == "across" else ():
            if copy.document[0] == "a":
                continue
            at = int(copy.document[1:])
            start, end = places[at]
            if min(end, copy.end) - max(start, copy.start) >= (end - start) * MOST:
                found.add(at)
                if abs(copy.start - start) <= CLOSE and abs(copy.end - end) <= CLOSE:
                    close.add(at)
    figures = (share(len(found), len(hosts)), share(len(close), len(found)))
    return len(hosts), len(found), *figures


def _stretch(line: str, dice: random.Random) -> str | None:
    """Take 20 words, as they are counted, out of a line that has more."""
    tokens = line.split()
    first = dice.randrange(max(1, len(tokens) - QUOTED))
    for last in range(first + 1, len(tokens) + 1):
        stretch = " ".join(tokens[first:last])
        if len(normalise_text(stretch).split()) >= QUOTED:
            return stretch
    return None
