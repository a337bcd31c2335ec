"""Documents that resemble each other as a whole -> what a page says of them, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.reports.html.compared import AlignedLines, stretches
from dedup.reports.resembling import Pair, compared
from dedup.reports.wording import counted, named, near_documents, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.group import Name
    from dedup.report import Report

_PAIRS = 500
"""Pairs of documents that are listed."""


@dataclass(frozen=True, slots=True)
class NearRow:
    """A document and the earlier one that keeps it."""

    copy: str
    keeper: str
    resemblance: str
    contained: str
    """How much of the copy the keeper has."""
    contains: str
    """How much of the keeper the copy has."""
    share: str
    """How many of the words are the same; empty where the two were not compared."""
    stretches: list[AlignedLines]
    """Both side by side; none where they were not compared."""


@dataclass(frozen=True, slots=True)
class Resembling:
    """The documents that resemble an earlier one."""

    said: str
    rows: list[NearRow]
    more: int


def resembling(report: Report, texts: Mapping[Name, str]) -> Resembling | None:
    """Return what a page says of near-duplicate documents; `None` where there are none."""
    pairs = compared(report, texts)
    if not pairs:
        return None
    said = near_documents(report, counted(report.summary.documents, "document"))
    return Resembling(said, [_row(pair) for pair in pairs[:_PAIRS]], max(len(pairs) - _PAIRS, 0))


def _row(pair: Pair) -> NearRow:
    keeper, copy, found = pair
    return NearRow(
        named(copy.name),
        named(keeper),
        percent(copy.resemblance),
        percent(copy.contained),
        percent(copy.contains),
        f"{percent(found.same_words)} of the words are the same" if found else "",
        stretches(found) if found else [],
    )
