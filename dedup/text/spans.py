"""Stretches of a text, half-open: joined, cut out of others, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.text.lines import Span


def united(spans: Iterable[Span]) -> list[Span]:
    """Join stretches that overlap; in order."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def without(spans: Iterable[Span], out: Iterable[Span]) -> list[Span]:
    """Cut some stretches out of others."""
    left = list(spans)
    for low, high in united(out):
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, low)), (max(start, high), end))
            if piece[0] < piece[1]
        ]
    return left


def overlapping(spans: Iterable[Span], other: Span) -> bool:
    """Tell whether a stretch has a character in common with others."""
    return any(start < other[1] and other[0] < end for start, end in spans)
