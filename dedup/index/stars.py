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
    alike = _alike(texts, near, flags)
    open_ = texts.tolist()
    heapq.heapify(open_)
    while open_:
        text = heapq.heappop(open_)
        # The first one before it that keeps; itself where none does.
        now = NONE
        if text in alike[text]:
            before = (o for o in alike[text] if o < text and found.get(o, keeper(o)) == o)
            now = next(before, text)
        found[text] = now
        # Later ones are asked where it began or ceased to keep.
        if (now == text) != (keeper(text) == text):
            more = [other for other in alike[text] if other > text and other not in alike]
            alike |= _alike(np.array(more, np.int64), near, flags)
            for other in more:
                heapq.heappush(open_, other)
    return found


def _alike(
    texts: I64, near: Callable[[I64], Neighbours], flags: Callable[[I64], I8]
) -> dict[int, list[int]]:
    """Return of each text, in Order, the boilerplate that it matches, itself included."""
    every = near(texts)
    others, at = np.unique(every.other, return_inverse=True)
    every = every.take((flags(others) != 0)[at])
    starts = np.searchsorted(every.text, texts)
    return {
        text: every.other[first:past].tolist()
        for text, (first, past) in zip(texts.tolist(), spans(starts, len(every)), strict=True)
    }
