"""Paragraphs inside a repeat that are none: named, and never counted as copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import strategies
from hypothesis import given
from test_pipeline import BLOCKS, chosen, documents, in_batches

import dedup
from dedup import pipeline
from dedup.engines.local import Local
from dedup.reports.text import to_text

if TYPE_CHECKING:
    from dedup.report import Report

PAGES = "A S B A T B A U B A X B"
"""A header, a text of its own and a footer, four times."""


def found(texts: dict[str, str], *, checked: bool = False, **settings: Any) -> Report:  # noqa: ANN401
    """Find what repeats; in a check the last document is the only one that is new."""
    own = dedup.Settings.of(settings | BLOCKS)
    with Local(threads=1) as engine:
        if checked:
            return pipeline.check([documents(texts, len(texts) - 1)], own, engine)
        return pipeline.find([documents(texts)], own, engine)


def paragraphs(report: Report) -> dict[str, set[int]]:
    """Give the numbers of the paragraphs that are copies in a block, by document."""
    out: dict[str, set[int]] = {}
    for group in report.groups:
        for copy in group.copies if group.kind != "boilerplate" else ():
            out.setdefault(copy.document, set()).update(j for _, j in copy.paired)
    return out


@given(strategies.corpora())
def test_only_paired_paragraphs_are_counted(corpus: strategies.Corpus) -> None:
    """In every report the summary counts those, and pairs are long ones or of equal text."""
    table = documents(corpus.documents, corpus.settings.get("published", 0))
    with Local(threads=1) as engine:
        flow = pipeline.check if "published" in corpus.settings else pipeline.find
        report = flow(in_batches(table, 3), chosen(corpus), engine)
    copied = paragraphs(report)
    assert report.summary.repeated_paragraphs == sum(map(len, copied.values()))
    for group in report.groups:
        for copy in group.copies if group.kind != "boilerplate" else ():
            part = copy.of or group.keeper
            for at, place in enumerate((part, copy)):
                numbers = [pair[at] for pair in copy.paired]
                assert numbers == sorted(set(numbers))
                assert (numbers[0], numbers[-1]) == place.paragraphs


def test_pages_with_texts_of_their_own() -> None:
    """Header and footer are the repeat; what they enclose is named, and no part of any number."""
    lines = [strategies.render(token) for token in PAGES.split()]
    report = found({"a.txt": "\n".join(lines)})
    assert paragraphs(report) == {"a.txt": {4, 6, 7, 9, 10, 12}}
    assert report.summary.repeated_paragraphs == 6
    between = 1  # the line end between 9 and 10, which follow each other in one copy
    assert report.summary.repeated_characters == between + sum(
        len(lines[no - 1]) for no in paragraphs(report)["a.txt"]
    )
    page = " ".join(to_text(report).split())
    assert "6 paragraphs and" in page.split("read.")[0]
    assert "paragraphs 2 and 5 stand only here" in page
    assert "paragraph 5 stands only here" in page


@pytest.mark.parametrize(
    ("first", "second", "copied"),
    [
        ("A a B", "A b B", {1, 3}),
        ("A a B", "A a B", {1, 2, 3}),
        ("A a b B", "A a c B", {1, 2, 4}),
        ("A b a B", "A c a B", {1, 3, 4}),
        ("A a S b B", "A a T b B", {1, 2, 4, 5}),
        ("A a B", "A b a B", {1, 3, 4}),
    ],
)
def test_short_paragraphs_inside(first: str, second: str, copied: set[int]) -> None:
    """One that has an equal at the corresponding place counts; another is named."""
    texts = {
        "a.txt": "\n".join(map(strategies.render, first.split())),
        "b.txt": "\n".join(map(strategies.render, second.split())),
    }
    report = found(texts)
    assert paragraphs(report) == {"b.txt": copied}
    lines = texts["b.txt"].split("\n")
    share = sum(len(lines[n - 1]) for n in copied) / sum(map(len, lines))
    [overlap] = report.overlaps
    assert overlap.share_of_b == round(share, 4)
    [incoming] = found(texts, checked=True).incoming or ()
    assert incoming.share == round(share, 4)
    page = " ".join(to_text(report).split())
    assert ("only here" in page) == (len(copied) < len(lines))
