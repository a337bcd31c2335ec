"""
Scraped pages: how much of their clutter goes with boilerplate, and how much of the article with it.

A line of a page that is also a line of the article of the same id is content, all else is clutter;
pages without an article are read but not judged. Beside it stands the plain count: a line goes
that stands on at least N pages.

Two methods are measured that dedup does not have, since what they take may stand nowhere else: a
page's first line that stays is its headline, and the same line on other pages is a teaser; a line
of up to 40 words alone between boilerplate (a caption, a credit) goes unless it is the headline.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from dedup import api
from dedup.cleaning import Policy
from dedup.settings import Settings
from dedup.text.normalising import normalise_text
from measures.corpora import read
from measures.tables import Table, share

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNTS = (3, 5, 7, 10)
LIMITS = (10, 7, 5)
FURTHER = (10, 30)
SHORT, CAPTION = 8, 40

Lines = dict[str, list[tuple[int, int, str]]]
"""By record: the lines of a page that are not empty: start, end, text."""


def measure(pages: Path, articles: Path) -> list[Table]:
    """Clean the pages with each limit, and count characters."""
    content = {
        record: {line.strip() for line in text.split("\n")} for record, text in _texts(articles)
    }
    lines = {record: _lines(text) for record, text in _texts(pages)}
    judged = {record: lines[record] for record in lines if record in content}
    columns = ("method", "clutter gone", "article lost")
    rows: list[tuple[object, ...]] = []
    on = Counter(text for page in lines.values() for text in {text for _, _, text in page})
    for count in COUNTS:
        gone = {
            record: [(start, end) for start, end, text in page if on[text] >= count]
            for record, page in judged.items()
        }
        rows.append((f"same line on {count} pages", *_shares(judged, content, gone)))
    left: Counter[str] = Counter()
    for limit in LIMITS:
        gone = _removed(pages, limit)
        name = f"--boilerplate remove --boilerplate-documents {limit}"
        rows.append((name, *_shares(judged, content, gone)))
        if limit == LIMITS[0]:
            left = _left(judged, content, gone)
    for limit in FURTHER:
        name, gone = f"boilerplate from {limit} documents, and teasers", _removed(pages, limit)
        teasers = _further(lines, gone, alone=False)
        rows.append((name, *_shares(judged, content, teasers)))
        alone = _further(lines, gone, alone=True)
        rows.append((f"{name}, and lines alone", *_shares(judged, content, alone)))
    table = Table(f"Clutter of {len(judged):,} pages, share of characters", columns, rows)
    return [table, _kinds(judged, content, left)]


def _texts(path: Path) -> Iterable[tuple[str, str]]:
    documents = read(path).documents
    return zip(documents.record.list(), documents.text.list(), strict=True)


def _lines(text: str) -> list[tuple[int, int, str]]:
    found, at = [], 0
    for line in text.split("\n"):
        if line.strip():
            found.append((at, at + len(line), line.strip()))
        at += len(line) + 1
    return found


def _removed(pages: Path, limit: int) -> dict[str, list[tuple[int, int]]]:
    """Clean, and give what went as boilerplate."""
    settings = Settings(boilerplate_documents=limit)
    policy = Policy(boilerplate="remove", max_removed=1.0)
    gone: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for line in api.clean([pages], settings, policy).removals:
        if line.reason == "boilerplate":
            gone[line.record or ""].append((line.start, line.end))
    return gone


def _further(
    pages: Lines, gone: dict[str, list[tuple[int, int]]], *, alone: bool
) -> dict[str, list[tuple[int, int]]]:
    """Add the headlines of other pages, and lines alone between boilerplate, to what went."""
    stay = {
        record: [not _inside(line, gone.get(record, [])) for line in lines]
        for record, lines in pages.items()
    }
    first = {record: stays.index(True) for record, stays in stay.items() if True in stays}
    headlines: dict[str, set[str]] = defaultdict(set)
    for record, at in first.items():
        headlines[pages[record][at][2]].add(record)
    out = {}
    for record, lines in pages.items():
        stays = stay[record]
        spans = list(gone.get(record, []))
        for at, (start, end, text) in enumerate(lines):
            if not stays[at] or at == first[record]:
                continue
            between = 0 < at < len(lines) - 1 and not stays[at - 1] and not stays[at + 1]
            short = len(text.split()) <= CAPTION
            if headlines.get(text, set()) - {record} or (alone and between and short):
                spans.append((start, end))
        out[record] = spans
    return out


def _inside(line: tuple[int, int, str], spans: list[tuple[int, int]]) -> bool:
    return any(first <= line[0] and line[1] <= last for first, last in spans)


def _shares(
    pages: Lines, content: dict[str, set[str]], gone: dict[str, list[tuple[int, int]]]
) -> tuple[float, float]:
    """Give the shares of clutter that went and of articles that were lost."""
    clutter, kept = [0, 0], [0, 0]
    for record, lines in pages.items():
        spans = gone.get(record, [])
        for start, end, text in lines:
            side = kept if text in content[record] else clutter
            side[0] += len(text)
            if _inside((start, end, text), spans):
                side[1] += len(text)
    return share(clutter[1], clutter[0]), share(kept[1], kept[0])


def _left(
    pages: Lines, content: dict[str, set[str]], gone: dict[str, list[tuple[int, int]]]
) -> Counter[str]:
    """Count the characters of the clutter that stayed, by line."""
    left: Counter[str] = Counter()
    for record, lines in pages.items():
        spans = gone.get(record, [])
        for start, end, text in lines:
            if text in content[record]:
                continue
            if not _inside((start, end, text), spans):
                left[text] += len(text)
    return left


def _kinds(pages: Lines, content: dict[str, set[str]], left: Counter[str]) -> Table:
    """Say what kind of clutter stays."""
    clutter = sum(
        len(text)
        for record, lines in pages.items()
        for *_, text in lines
        if text not in content[record]
    )
    elsewhere = {line for lines in content.values() for line in lines}
    kinds: Counter[str] = Counter()
    for text, size in left.items():
        words = len(normalise_text(text).split())
        times = size // len(text)
        if text in elsewhere:
            kind = "line of another article (teaser, headline)"
        elif words < SHORT:
            kind = "under 8 words, on one page" if times == 1 else "under 8 words, on a few pages"
        else:
            kind = "8 words or more, on one page" if times == 1 else "8 words or more, on a few"
        kinds[kind] += size
    rows = [(kind, share(size, clutter)) for kind, size in kinds.most_common()]
    return Table("Clutter that stays at the default", ("kind", "share of all clutter"), rows)
