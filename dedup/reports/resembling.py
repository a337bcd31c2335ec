"""Documents that resemble each other as a whole -> pairs, the first of them compared by words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.group import Name
    from dedup.report import NearCopy, Report
    from dedup.reports.diff import Diff

_COMPARED = 50
"""Pairs that are compared by words,"""
_ROOM = 1_000_000
"""and the characters that these may have together."""


class Pair(NamedTuple):
    """A document and the earlier one that keeps it."""

    keeper: Name
    copy: NearCopy
    difference: Diff | None = None
    """`None` where their texts are not at hand, or too many or too long."""


def near_pairs(report: Report) -> list[Pair]:
    """Return each copy of a document beside its keeper."""
    return [Pair(near.keeper, copy) for near in report.documents or () for copy in near.copies]


def to_read(report: Report) -> set[Name]:
    """Return the documents whose texts `compared` asks for."""
    pairs = near_pairs(report)[:_COMPARED]
    return {name for pair in pairs for name in (pair.keeper, pair.copy.name)}


def compared(report: Report, texts: Mapping[Name, str]) -> list[Pair]:
    """Return the pairs, those compared whose texts are at hand."""
    from dedup.reports.diff import compare

    pairs = near_pairs(report)
    room = _ROOM
    for at, (keeper, copy, _) in enumerate(pairs[:_COMPARED]):
        one, two = texts.get(keeper), texts.get(copy.name)
        if one is None or two is None:
            continue
        room -= len(one) + len(two)
        if room > 0:
            pairs[at] = Pair(keeper, copy, compare(one, two))
    return pairs
