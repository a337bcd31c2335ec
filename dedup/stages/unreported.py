"""
Matches and places -> what no section of a report shows, counted.

Short paragraphs that stand again are too few words for a section, boilerplate is reported apart,
and a near copy is one that a clean leaves. Texts are numbered by their first places in Order, so a
place holds a text that stood before exactly where its number is not higher than all before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from dedup.matched import Elsewhere
    from dedup.model import Matches, Places
    from dedup.settings import Settings

    Mask = NDArray[np.bool_]


class Unreported(NamedTuple):
    """Counts of the incoming documents."""

    short_repeats: int
    """Paragraphs of fewer than `min_group_words` words that stood before; boilerplate apart."""
    near_kept: int
    """Longer ones that match an earlier one and are equal to none; boilerplate apart."""


def unreported(  # noqa: PLR0913 - all that counts
    texts: int,
    every: Iterable[Places],
    matches: Callable[[], Iterable[Matches]],
    published: int,
    settings: Settings,
    elsewhere: Elsewhere | None = None,
) -> Unreported:
    """Count what no section shows; one pass over all places in Order, two over the matches."""
    boilerplate, large, incoming = np.zeros((3, texts), bool)
    short, seen = 0, -1
    if elsewhere is not None:
        boilerplate[elsewhere.flagged] = True
        large[elsewhere.large] = True
        seen = elsewhere.texts - 1
    for places in every:
        text, mine = places.text, places.doc >= published
        flagged = places.boilerplate != 0
        boilerplate[text[flagged]] = True

        # A text that is new here has its first place here.
        highest = np.maximum.accumulate(np.append(seen, text))
        new = text > highest[:-1]
        seen = int(highest[-1])
        enough = places.words >= settings.min_group_words
        large[text[new & enough]] = True
        incoming[text[new & mine]] = True
        short += int((~new & mine & ~enough & ~flagged & (places.words > 0)).sum())
    near = near_copies(matches, boilerplate, large)
    return Unreported(short, int((near & incoming).sum()))


def near_copies(matches: Callable[[], Iterable[Matches]], boilerplate: Mask, large: Mask) -> Mask:
    """Mark the large texts that match an earlier one; boilerplate and its matches left out."""
    fixed = boilerplate.copy()
    for batch in matches():
        fixed[batch.a[boilerplate[batch.b]]] = True
        fixed[batch.b[boilerplate[batch.a]]] = True
    usable = large & ~fixed
    near = np.zeros_like(large)
    for batch in matches():
        near[batch.b[usable[batch.a] & usable[batch.b]]] = True
    return near
