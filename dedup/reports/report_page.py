"""
Report -> page: what was found, for people.

The headline and an overview, one card a section that repeats, the rest of the sections as a table,
then boilerplate, the documents that share text, and what was not read. Whatever is left out is
counted. Of several sections the headline stands at the end once more, where the eye is.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dedup.reports.check_page import checked
from dedup.reports.findings import outcome
from dedup.reports.group_page import card
from dedup.reports.overview import copied_documents, kinds, length_counts, likeness_counts, listed
from dedup.reports.page import Gap, Grid, Line, Rows, Span, span
from dedup.reports.resembling import near_pairs
from dedup.reports.view import View, is_big, ordered_groups
from dedup.reports.wording import (
    KINDS,
    at,
    counted,
    headline,
    named,
    near_documents,
    not_sought,
    percent,
    short_id,
)
from dedup.text.lines import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.group import Group
    from dedup.report import Report
    from dedup.reports.overview import CopiedDocument
    from dedup.reports.page import Block, Spans

_LISTED = 30
"""Rows of a table."""
_COPIES = 10
"""Documents that are named as copies."""
_PATHS = 5
"""Inputs that are named for one reason."""


def report_page(report: Report, view: View | None = None) -> list[Block]:
    """Return the blocks of a report; of one group only, where the view names it."""
    view = view or View()
    groups = ordered_groups(report, view)
    if view.group is not None:
        return [card(groups[0], "", whole=True)]
    # What was found and read.
    sections = [group for group in groups if group.kind != "boilerplate"]
    boilerplate = [group for group in groups if group.kind == "boilerplate"]
    blocks: list[Block] = [
        Line(span(headline(report), "strong")),
        *_read(report),
        *(checked(report) if report.verdict else (*_overview(report), *_incoming(report))),
    ]
    # Sections in full, as many as are shown; then all else, shorter.
    if is_big(report, view):
        first = "What repeats most words comes first (--sort place: as it stands)."
        blocks += [Gap(), Line(span(first, "soft"))]
    for number, group in enumerate(sections[: view.full], 1):
        of = f"{number:,} of {len(sections):,}" if len(sections) > 1 else ""
        blocks += [Gap(), card(group, of)]
    blocks += _rest(sections[view.full :])
    blocks += _boilerplate(boilerplate)
    blocks += _near_documents(report)
    blocks += _overlaps(report)
    blocks += _skipped(report)
    # The outcome again, where a reader of a terminal ends.
    if len(sections) > 1:
        blocks += [Gap(), Line(span(headline(report), "strong"))]
    if report.verdict and sections:
        blocks += [*([] if len(sections) > 1 else [Gap()]), Line(span(outcome(report), "strong"))]
    return blocks


def _read(report: Report) -> Iterator[Block]:
    """Say how much was read, and what could not be compared in full."""
    summary = report.summary
    read = f"{counted(summary.paragraphs, 'paragraph')}, {counted(summary.words, 'word')} read"
    left = summary.skipped
    not_read = f"; {counted(len(left), 'input')} not read, see the end" if left else ""
    yield Line(span(f"{read}{not_read}.", "soft"))
    if limits := not_sought(report):
        yield Line(span(limits, "soft"))
    if summary.buckets_cut:
        many = counted(summary.buckets_cut, "crowd", "crowds")
        yield Line(
            span(f"{many} of very similar paragraphs: not all pairs in them were compared.", "soft")
        )


def _overview(report: Report) -> Iterator[Block]:
    """Count the sections by kind, length and likeness, and name the documents that are copies."""
    sections = [kind for kind in kinds(report) if kind.name != KINDS["boilerplate", "block"]]
    if sum(kind.groups for kind in sections) > 1:
        yield Gap()
        by_kind = (f"{kind.groups:,} {kind.name}" for kind in sections)
        yield Rows(
            (
                (Span("what", "soft"), span(", ".join(by_kind))),
                (Span("length", "soft"), span(listed(length_counts(report)))),
                (Span("likeness", "soft"), span(listed(likeness_counts(report)))),
            )
        )
    copies = copied_documents(report)
    if copies:
        yield Gap()
        what = "document is a copy" if len(copies) == 1 else "documents are copies"
        yield Line(span(f"{len(copies):,} {what}, by 80% of its text and more", "head"))
        yield Rows(tuple(_copied(copy) for copy in copies[:_COPIES]), right=True)
        yield from _left(len(copies) - _COPIES, "more copied document")


def _copied(copy: CopiedDocument) -> tuple[Span, Spans]:
    """Return the row of a document that is a copy."""
    name = Span(named(copy.extent), "name")
    source: Spans = ()
    if copy.source:
        source = (Span(", most of it of "), Span(named(copy.source), "name"))
    return Span(percent(copy.extent.copied), "strong"), (name, *source)


def _near_documents(report: Report) -> Iterator[Block]:
    """Name the documents that resemble an earlier one as a whole, beside what keeps them."""
    found = near_pairs(report)
    if not found:
        return
    yield Gap()
    if report.settings.get("unit") != "document":
        read = counted(report.summary.documents, "document")
        yield Line(span(near_documents(report, read), "head"))
    yield Rows(
        tuple(
            (
                Span(percent(copy.resemblance), "strong"),
                (Span(named(copy.name), "name"), Span(", of "), Span(named(keeper), "name")),
            )
            for keeper, copy, _ in found[:_LISTED]
        ),
        right=True,
    )
    yield from _left(len(found) - _LISTED, "more such document")


def _incoming(report: Report) -> Iterator[Block]:
    """Say of each new document how much of it stands elsewhere, where nothing was judged."""
    found = [i for i in report.incoming or () if i.share]
    rows = tuple(
        (
            Span(percent(i.share), "strong"),
            (Span("of "), Span(named(i), "name"), Span(" appears elsewhere")),
        )
        for i in found[:_LISTED]
    )
    if rows:
        yield Gap()
        yield Rows(rows, right=True)
        yield from _left(len(found) - len(rows), "more document")


def _left(number: int, one: str, hint: str = "") -> Iterator[Block]:
    """Count what is not shown."""
    if number > 0:
        verb = "is" if number == 1 else "are"
        yield Line(span(f"… {counted(number, one)} {verb} not shown{hint}.", "soft"))


def _rest(groups: Sequence[Group]) -> Iterator[Block]:
    """List the sections that have no card."""
    if not groups:
        return
    shown = groups[:_LISTED]
    yield Gap()
    yield Line(span(f"{counted(len(groups), 'more section')}:", "head"))
    yield Grid(
        ("group", "words", "places", "alike", "kept place"),
        tuple(
            (
                span(short_id(g.id)),
                span(f"{g.words:,}"),
                span(f"{len(g.occurrences):,}"),
                span(percent(g.similarity)),
                span(at(g.keeper), "name"),
            )
            for g in shown
        ),
        right=(1, 2, 3),
        running=(4,),
    )
    yield from _left(len(groups) - len(shown), "more section")
    yield Line(span("--group shows one of them whole, --top N the first N.", "soft"))


def _boilerplate(groups: Sequence[Group]) -> Iterator[Block]:
    """List the paragraphs that many documents share, the most frequent first."""
    if not groups:
        return
    shown = sorted(groups, key=lambda g: -(g.count or 0))[:_LISTED]
    yield Gap()
    title = f"Boilerplate: {counted(len(groups), 'paragraph')} that many documents share"
    yield Line(span(title, "head"))
    yield Grid(
        ("group", "places", "example"),
        tuple(
            (span(short_id(g.id)), span(f"{g.count or 0:,}"), span(excerpt(g.keeper.text)))
            for g in shown
        ),
        right=(1,),
        running=(2,),
    )
    yield from _left(len(groups) - len(shown), "more paragraph")


def _overlaps(report: Report) -> Iterator[Block]:
    """List the documents that share text, those that share most first."""
    pairs = sorted(report.overlaps, key=lambda o: -max(o.share_of_a, o.share_of_b))
    if not pairs:
        return
    yield Gap()
    yield Line(span("Documents that share text", "head"))
    yield Grid(
        ("", "of", "", "of"),
        tuple(
            (
                span(percent(o.share_of_a)),
                span(named(o.a), "name"),
                span(percent(o.share_of_b)),
                span(named(o.b), "name"),
            )
            for o in pairs[:_LISTED]
        ),
        right=(0, 2),
        running=(1, 3),
    )
    yield from _left(len(pairs) - _LISTED, "more pair")


def _skipped(report: Report) -> Iterator[Block]:
    """List what was not read, by reason."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for skipped in report.summary.skipped:
        reasons[skipped.why].append(skipped.path)
    if not reasons:
        return
    yield Gap()
    yield Line(span(f"Not read: {counted(len(report.summary.skipped), 'input')}", "warn"))
    rows = []
    for why, paths in reasons.items():
        names = ", ".join(paths[:_PATHS])
        more = f" and {len(paths) - _PATHS:,} more" if len(paths) > _PATHS else ""
        reason = (Span(f"{why}: "), Span(names, "name"), Span(more))
        rows.append((Span(f"{len(paths):,}", "strong"), reason))
    yield Rows(tuple(rows), right=True)
