"""A copy of a group beside what it repeats: how they differ, and the sentences around a passage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dedup.reports.diff import compare
from dedup.text.sentences import beginning, ending

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.group import Group, Occurrence
    from dedup.reports.diff import Diff

_WORD = re.compile(r"\w")
_ELLIPSIS = "\u2026"


class Rest(NamedTuple):
    """What stands around a passage in its sentences, on one line; empty around a block."""

    before: str = ""
    """It begins with an ellipsis where it holds words."""
    after: str = ""
    """It ends with one."""


def difference(group: Group, copy: Occurrence) -> Diff:
    """Compare a copy with what it repeats; a passage is one stretch, whatever it touches."""
    return compare(original(group, copy), copy.text, as_one=group.unit == "passage")


def original(group: Group, copy: Occurrence) -> str:
    """Return the part of the keeper that a copy repeats."""
    start, end = _part(group, copy)
    return group.keeper.text[start:end]


def rest(place: Occurrence) -> Rest:
    """Return what stands around a place."""
    return _told(place.before, place.after)


def rests(group: Group, copy: Occurrence) -> tuple[Rest, Rest]:
    """Return what stands around the part of the keeper that a copy repeats, and around the copy."""
    if group.unit != "passage":
        return Rest(), Rest()
    keeper, (start, end) = group.keeper, _part(group, copy)
    # Inside of the keeper only the line is looked at: behind its end may lie another paragraph.
    before = (keeper.before + keeper.text[:start]).rpartition("\n")[2]
    after = (keeper.text[end:] + keeper.after).partition("\n")[0]
    own = keeper.text[start:end]
    first = beginning(before + own, len(before))
    last = ending(own + after, len(own)) - len(own)
    return _told(before[first:], after[:last]), rest(copy)


def either(texts: Iterable[str]) -> str:
    """
    Return what stands on one side of a passage.

    Where it is not the same at both places, both.
    """
    told = list(dict.fromkeys(filter(None, texts)))
    return f"{told[0].rstrip()} / {told[-1].lstrip()}" if len(told) > 1 else "".join(told)


def _part(group: Group, copy: Occurrence) -> tuple[int, int]:
    """Return where in the keeper's text the part lies that a copy repeats."""
    part, start = copy.of or group.keeper, group.keeper.start
    return part.start - start, part.end - start


def _told(before: str, after: str) -> Rest:
    """Set the ellipses, which punctuation alone does without."""
    head, tail = " ".join(before.split()), " ".join(after.split())
    gaps = [" " if side.isspace() else "" for side in (before[-1:], after[:1])]
    return Rest(
        (f"{_ELLIPSIS} " if _WORD.search(head) else "") + head + gaps[0] * bool(head),
        gaps[1] * bool(tail) + tail + (f" {_ELLIPSIS}" if _WORD.search(tail) else ""),
    )
