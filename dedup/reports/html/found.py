"""
Report -> HTML: a summary with pictures, then the groups, each with its places and what changed.

Only so many groups stand in the page with their texts; of all others there is a line, so that a
page of tens of thousands of groups opens at once. The page says how the rest can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.reports.html.compared import AlignedLines, stretches
from dedup.reports.html.page import page
from dedup.reports.html.pictures import matrix, strips
from dedup.reports.html.resembling import resembling
from dedup.reports.overview import copied_documents, kinds, length_counts, likeness_counts, listed
from dedup.reports.places import Where, lines_of, where_of
from dedup.reports.repeated import Rest, difference, rest, rests
from dedup.reports.view import View, ordered_groups
from dedup.reports.wording import (
    at,
    counted,
    headline,
    kind_word,
    named,
    not_sought,
    ordinal,
    percent,
    told_apart,
)
from dedup.text.lines import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.group import Group, Name, Occurrence
    from dedup.report import Report

WHOLE = 200
"""Groups that stand in a page with their texts where nobody said how many."""
LINES = 2_000
"""Groups that have a line besides, and none of their texts."""
BUDGET = 2_000_000
"""Characters of texts in such a page: from there on groups are lines only."""
_PLACES = 50
"""Places that are listed of one group."""
_COMPARED = 8
"""Changed copies that are set beside the keeper's text."""
OPEN = 5
"""Groups that are unfolded at first."""
_EXCERPT = 90


@dataclass(frozen=True, slots=True)
class Compared:
    """A changed copy beside what it repeats."""

    title: str
    left: str
    right: str
    share: str
    """How many of the words are the same, as `dedup diff` tells it."""
    stretches: list[AlignedLines]


@dataclass(frozen=True, slots=True)
class Body:
    """What is folded below the line of a group."""

    places: list[Where]
    more_places: int
    text: list[tuple[int, str]]
    """Lines of the keeper's text with their numbers; none where a copy stands beside it."""
    around: Rest
    """What stands around that text."""
    compared: list[Compared]
    more_compared: int


@dataclass(frozen=True, slots=True)
class Item:
    """A group, as it stands in the list."""

    number: int
    group: Group
    kind: str
    places: int
    alike: str
    first: str
    excerpt: str
    sheet: int
    """Which printed sheets it stands on: those of its keeper's document."""
    body: Body | None

    @property
    def opened(self) -> bool:
        """It is unfolded at first."""
        return self.number <= OPEN


def to_html(
    report: Report, view: View | None = None, texts: Mapping[Name, str] | None = None
) -> str:
    """
    Return a report as one HTML file. Raises `SettingsError` for a group that is not there.

    `texts` are those of documents that resemble each other, to be set side by side.
    """
    view = view or View()
    # What stands on the page is made here, how it looks is in the template.
    groups = ordered_groups(report, view)
    sheets: dict[str, int] = {}
    items = list(_items(groups, view, sheets))
    whole = sum(item.body is not None for item in items)
    shown, without = strips(report, groups)
    return page(
        "report.html",
        sheets or ["dedup report"],
        report=report,
        said=headline(report),
        limits=not_sought(report),
        only=view.group,
        kinds=kinds(report),
        lengths=listed(length_counts(report)),
        likenesses=listed(likeness_counts(report)),
        copied=[
            (named(c.extent), percent(c.extent.copied), named(c.source) if c.source else "")
            for c in copied_documents(report)
        ],
        strips=shown,
        without_strip=without,
        matrix=matrix(report),
        items=items,
        resembling=resembling(report, texts or {}),
        documents_only=report.settings.get("unit") == "document",
        legend=any(item.body and item.body.compared for item in items),
        whole=whole,
        groups=len(groups),
        skipped=report.summary.skipped,
        counted=counted,
        percent=percent,
        told_apart=told_apart,
    )


def _items(groups: Sequence[Group], view: View, sheets: dict[str, int]) -> Iterator[Item]:
    """Yield the groups in order; the first ones, as many as there is room for, with their texts."""
    room = BUDGET
    for number, group in enumerate(groups[: (view.top or WHOLE) + LINES], 1):
        room -= sum(len(place.text) for place in group.occurrences[: _COMPARED + 1])
        whole = number <= view.top if view.top else number <= WHOLE and room > 0
        whole = whole or view.group is not None
        name = named(group.keeper)
        yield Item(
            number,
            group,
            kind_word(group),
            group.count or len(group.occurrences),
            _alike(group),
            at(group.keeper),
            excerpt(group.keeper.text, _EXCERPT),
            sheets.setdefault(name, len(sheets)) if whole else -1,
            _body(group, everything=view.group is not None) if whole else None,
        )


def _alike(group: Group) -> str:
    """Say how like the copies of a group are."""
    if all(copy.identical for copy in group.copies):
        return "identical"
    return "same words" if group.similarity == 1 else percent(group.similarity)


def _body(group: Group, *, everything: bool) -> Body:
    """Return the places of a group, its text, and its changed copies side by side with it."""
    occurrences = group.occurrences if everything else group.occurrences[:_PLACES]
    changed = [(n, copy) for n, copy in enumerate(group.copies, 2) if not copy.identical]
    beside = changed if everything else changed[:_COMPARED]
    # A single changed copy shows all of the keeper's text beside it.
    alone = len(changed) == 1 == len(group.copies) and group.copies[0].of is None
    return Body(
        [where_of(group, n, place) for n, place in enumerate(occurrences, 1)],
        (group.count or len(group.occurrences)) - len(occurrences),
        [] if alone else [row for row in lines_of(group.keeper) if row[1].strip()],
        rest(group.keeper),
        [_compared(group, n, copy) for n, copy in beside],
        len(changed) - len(beside),
    )


def _compared(group: Group, number: int, copy: Occurrence) -> Compared:
    """Set a changed copy beside the part of the keeper that it repeats."""
    first = (copy.of or group.keeper).lines[0]
    found = difference(group, copy)
    return Compared(
        f"What the {ordinal(number)} changes" if len(group.copies) > 1 else "What the copy changes",
        at(group.keeper),
        at(copy),
        f"{percent(found.same_words)} of the words are the same",
        stretches(found, first, copy.lines[0], rests(group, copy)),
    )
