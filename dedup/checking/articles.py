"""
Documents -> articles: of the checked documents that hold findings, what judging them takes.

A report holds the texts of its findings and no others; what is left out, and which lines were
changed, is known from whole documents. So the files of those that hold a finding are read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from dedup.checking.left_out import PATH, LeftOut, left_out
from dedup.formats.sources import fits
from dedup.group import Name
from dedup.stages.segment import segment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dedup.checking.rules import Rules
    from dedup.model import Documents, Paragraphs
    from dedup.report import Report
    from dedup.settings import Settings
    from dedup.text.lines import Row, Span

LAST_LINE = 1 << 62
"""Stands for the last line of a file."""


@dataclass(frozen=True, slots=True)
class Article:
    """A checked document."""

    name: Name
    text: str = field(repr=False)
    paragraphs: tuple[Row, ...]
    """Start and end in code points, first and last line."""
    left_out: tuple[LeftOut, ...] = ()
    open_mark: int = 0
    """Line of an `ignore-start` that nothing closes; 0 where there is none."""
    file_lines: Span | None = None
    """First and last line of a record in its file; `None` for a plain file."""

    @property
    def characters(self) -> int:
        """Code points of all paragraphs."""
        return sum(end - start for start, end, _, _ in self.paragraphs)

    def spans(self, numbers: Iterable[int], whole: Span) -> list[Span]:
        """Return the stretches of some paragraphs, counted from 1; of none, the `whole` stretch."""
        runs: list[list[int]] = []
        for number in sorted(set(numbers)):
            if runs and number == runs[-1][1] + 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        rows = self.paragraphs
        return [(rows[low - 1][0], rows[high - 1][1]) for low, high in runs] or [whole]

    def column(self, start: int) -> int:
        """Return the column of a place in its line, from 1."""
        before = self.text.rfind("\n", 0, start) + 1
        return start - before + 1


def with_findings(report: Report) -> set[Name]:
    """Name the incoming documents that hold a keeper or a copy, or resemble another one."""
    places = {
        (place.document, place.record) for group in report.groups for place in group.occurrences
    }
    places |= {(c.document, c.record) for near in report.documents or () for c in near.copies}
    return {
        Name(one.document, one.record)
        for one in report.incoming or ()
        if (one.document, one.record) in places
    }


def articles(
    batches: Iterable[Documents], names: Collection[Name], settings: Settings, rules: Rules
) -> dict[Name, Article]:
    """Make articles of the documents of these names; documents come in Order."""
    out: dict[Name, Article] = {}
    before: Article | None = None
    for batch in batches:
        found = [Name(p, r or None) for p, r in zip(batch.path.list(), batch.record.list())]  # noqa: B905
        rows = np.array([n for n, name in enumerate(found) if name in names], np.int64)
        some = batch.take(rows)
        paragraphs = dict(_paragraphs(segment(some, settings)))
        lines = batch.file_line.tolist()
        for at, name in enumerate(found):
            # A record goes on to the line before the next record of its file.
            if before is not None and before.file_lines is not None:
                first = before.file_lines[0]
                past = lines[at] if name.document == before.name.document else 0
                last = max(first, past - 1) if past else LAST_LINE
                out[before.name] = replace(before, file_lines=(first, last))
            before = None
            if name in names:
                doc = int(batch.doc[at])
                text, markdown = batch.text[at], bool(batch.markdown[at])
                cut = paragraphs.get(doc, ())
                before = _article(name, text, cut, rules, markdown=markdown)
                if lines[at]:
                    before = replace(before, file_lines=(lines[at], LAST_LINE))
                out[name] = before
    return out


def _paragraphs(table: Paragraphs) -> Iterator[tuple[int, tuple[Row, ...]]]:
    """Yield the paragraphs of each document."""
    columns = (table.start, table.end, table.line, table.line_end)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    docs, firsts = np.unique(table.doc, return_index=True)
    for doc, first, past in zip(docs.tolist(), firsts, [*firsts[1:], len(rows)], strict=True):
        yield doc, tuple(rows[first:past])


def _article(
    name: Name, text: str, paragraphs: tuple[Row, ...], rules: Rules, *, markdown: bool
) -> Article:
    """Find what is left out of one document."""
    if is_left_out(name.document, rules.ignore_paths):
        return Article(name, text, paragraphs, (LeftOut(0, len(text), PATH),))
    found, open_mark = left_out(
        text,
        paragraphs,
        markdown=markdown,
        quotations=rules.ignore_quotations,
        sections=rules.ignore_sections,
    )
    return Article(name, text, paragraphs, tuple(found), open_mark)


def is_left_out(path: str, globs: Iterable[str]) -> bool:
    """Tell whether one of these globs fits a path, the end of it, or a folder that it lies in."""
    parts = [part for part in path.split("/") if part not in {"", "."}]
    tails = ["/".join(parts[at:stop]) for stop in range(1, len(parts) + 1) for at in range(stop)]
    return any(fits(glob, path) or any(fits(glob, tail) for tail in tails) for glob in globs)
