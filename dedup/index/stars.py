"""
Stars of boilerplate texts, where some of it has changed: the rest stays as it was.

The first text in Order keeps, each later one joins the first keeper that it matches, as in
`groups.stars`. So a text is asked anew where its own flag or place changed, or where one before it
that it matches began or ceased to keep; in Order, so that what lies before is settled.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from dedup.index.standing import NONE
from dedup.rows import spans

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.model import I8, I64, Neighbours


def settled(
    texts: I64,
    near: Callable[[I64], Neighbours],
    flags: Callable[[I64], I8],
    keeper: Callable[[int], int],
) -> dict[int, int]:
    """
    Return the keepers of some texts, and of those that change with them; `NONE` of no boilerplate.

    `near` are the matches of texts, sorted, `flags` say what is boilerplate now, and `keeper` is
    what a text had before.
    """
    found: dict[int, int] = {}
    matches = _matches(texts, near)
    flags(np.unique(np.array([o for some in matches.values() for o in some], np.int64)))
    open_ = texts.tolist()
    heapq.heapify(open_)
    queued = set(open_)
    while open_:
        text = heapq.heappop(open_)
        around = matches.pop(text, None) or _matches(np.array([text]), near)[text]
        about = np.array(around, np.int64)
        alike = about[flags(about) != 0].tolist()
        # The first one before it that keeps; itself where none does.
        now = NONE
        if text in alike:
            before = (o for o in alike if o < text and found.get(o, keeper(o)) == o)
            now = next(before, text)
        found[text] = now
        # Later ones are asked where it began or ceased to keep.
        if (now == text) != (keeper(text) == text):
            for other in alike:
                if other > text and other not in queued:
                    queued.add(other)
                    heapq.heappush(open_, other)
    return found


def _matches(texts: I64, near: Callable[[I64], Neighbours]) -> dict[int, list[int]]:
    """Return of each text all that it matches, itself included, in Order."""
    every = near(texts)
    starts = np.searchsorted(every.text, texts)
    return {
        text: every.other[first:past].tolist()
        for text, (first, past) in zip(texts.tolist(), spans(starts, len(every)), strict=True)
    }
