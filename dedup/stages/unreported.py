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
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from dedup.matched import Matched
    from dedup.model import Matches
    from dedup.settings import Settings

    Mask = NDArray[np.bool_]


class Unreported(NamedTuple):
    """Counts of the incoming documents."""

    boilerplate_characters: int
    short_repeats: int
    """Paragraphs of fewer than `min_group_words` words that stood before; boilerplate apart."""
    near_kept: int
    """Longer ones that match an earlier one and are equal to none; boilerplate apart."""


def unreported(matched: Matched, settings: Settings) -> Unreported:
    """Count what no section shows; one pass over the places, two over the matches."""
    texts = len(matched.texts)
    boilerplate, large, incoming = np.zeros((3, texts), bool)
    flags = []
    short, seen = 0, -1
    for places in matched.places:
        text, mine = places.text, places.doc >= matched.published
        flagged = places.boilerplate != 0
        boilerplate[text[flagged]] = True
        flags.append(flagged & mine)

        # A text that is new here has its first place here.
        highest = np.maximum.accumulate(np.append(seen, text))
        new = text > highest[:-1]
        seen = int(highest[-1])
        enough = places.words >= settings.min_group_words
        large[text[new & enough]] = True
        incoming[text[new & mine]] = True
        short += int((~new & mine & ~enough & ~flagged & (places.words > 0)).sum())
    near = near_copies(matched.matches, boilerplate, large)
    return Unreported(_characters(matched, flags), short, int((near & incoming).sum()))


def near_copies(matches: Iterable[Matches], boilerplate: Mask, large: Mask) -> Mask:
    """Mark the large texts that match an earlier one; boilerplate and its matches left out."""
    fixed = boilerplate.copy()
    for batch in matches:
        fixed[batch.a[boilerplate[batch.b]]] = True
        fixed[batch.b[boilerplate[batch.a]]] = True
    usable = large & ~fixed
    near = np.zeros_like(large)
    for batch in matches:
        near[batch.b[usable[batch.a] & usable[batch.b]]] = True
    return near


def _characters(matched: Matched, flags: list[Mask]) -> int:
    """Add up the lengths of the marked paragraphs."""
    rows = np.flatnonzero(np.concatenate([np.zeros(0, bool), *flags]))
    if not len(rows):
        return 0
    ends, starts = (matched.paragraphs.column(name)[rows] for name in ("end", "start"))
    return int((ends - starts).sum())
