"""View: which groups of a report are shown, in which order, and how many of them in full."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dedup.errors import SettingsError
from dedup.settings import nearest, one_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.group import Group
    from dedup.report import Report

FULL = 10
"""Groups that are shown in full where nobody said how many."""

AUTO = "auto"
BIG = 100
"""Groups of a report from which on nobody reads all of them."""
SORTS: dict[str, Callable[[Group], float]] = {
    "place": lambda _: 0,
    "words": lambda group: -group.words,
    "copies": lambda group: -(group.count or len(group.occurrences)),
    "repeated": lambda group: -group.words * len(group.copies),
    "similarity": lambda group: group.similarity,
}
"""How groups may be sorted, ties by place: as they stand in the documents; longest first; most
copies first; most repeated words first; the least alike first, which is where doubts are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What to show of a report. Raises `SettingsError` for what cannot be."""

    top: int = 0
    """Groups to show in full; 0 for `FULL`."""
    group: str | None = None
    """Id of the only group to show, or its beginning."""
    sort: str = AUTO
    """One of `SORTS`, or `auto`: as they stand, and most repeated words first in a big report."""
    spreadsheet: bool = False
    """CSV is for a spreadsheet, not for a program."""
    at_hand: bool = True
    """Documents may be read, to be compared as a whole: not those of a saved report."""

    def __post_init__(self) -> None:
        """Refuse what cannot be shown."""
        one_of("sort", self.sort, (AUTO, *SORTS))
        if self.top < 0:
            raise SettingsError(f"top is {self.top}: give a number of groups, or 0")

    @property
    def full(self) -> int:
        """Groups to show in full."""
        return self.top or FULL


def viewed(report: Report, view: View) -> Report:
    """
    Sort a report's groups, and leave only the one asked for; the summary stays.

    For programs' formats `top` takes effect here too; pages count what they leave out themselves.
    """
    groups = ordered_groups(report, replace(view, sort="place") if view.sort == AUTO else view)
    return replace(report, groups=groups[: view.top] if view.top else groups)


def ordered_groups(report: Report, view: View) -> tuple[Group, ...]:
    """Return the groups to show, in order. Raises `SettingsError` if `group` is none of them."""
    if view.group is not None:
        return (_named(report, view.group),)
    sort = "repeated" if is_big(report, view) else "place" if view.sort == AUTO else view.sort
    return tuple(sorted(report.groups, key=SORTS[sort]))


def is_big(report: Report, view: View) -> bool:
    """Tell whether the groups that repeat most words come first, though nobody asked for it."""
    return view.sort == AUTO and len(report.groups) > BIG


def _named(report: Report, wanted: str) -> Group:
    """Find a group by its id or a beginning that only it has."""
    groups = {group.id: group for group in report.groups}
    if wanted in groups:
        return groups[wanted]
    found = [i for i in groups if i.startswith(wanted.lower())]
    bases = {i.partition("-")[0] for i in found}
    if wanted and len(bases) == 1 and min(found, key=len) in bases:
        return groups[min(found, key=len)]
    if found:
        raise SettingsError(f"group is {wanted!r}: {len(found)} groups begin so, give more of it")
    near = nearest(wanted, groups)
    raise SettingsError(f"group is {wanted!r}: this report has no such group{near}")
