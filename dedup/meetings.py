"""
Signatures -> the pairs that may match: meeting, as the flow of paragraphs and of documents has it.

Texts meet band by band by their keys and lengths; only the signatures of pairs are looked at.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dedup import model as m
from dedup.engines.interface import Beside
from dedup.stages import candidates

if TYPE_CHECKING:
    from dedup.engines.interface import Engine, Stored


def meetings(  # noqa: PLR0913 - how they meet, and what it is called
    sketches: Stored[m.Sketches],
    banding: candidates.Banding,
    threshold: float,
    engine: Engine,
    *,
    name: str,
    published: int = 0,
    kept: str | None = None,
) -> tuple[Stored[m.Pairs], Stored[m.Crowds]]:
    """
    Return the distinct pairs that may match, and the buckets that were cut.

    The first texts, so many as are `published`, meet as if there were no others.
    """
    meet = partial(candidates.meet, banding=banding, threshold=threshold, published=published)
    signatures = engine.map(sketches, m.Signatures, candidates.signatures)
    pairs, crowds = engine.by_each(
        sketches,
        banding.bands,
        (m.Bands, candidates.band),
        ("key",),
        (m.Pairs, m.Crowds),
        meet,
        pairwise=(
            Beside(signatures, ("a", "b", "text"), m.HalfSigned),
            partial(candidates.alike, equal=banding.equal),
        ),
        kept=kept,
        name=name,
    )
    return pairs, crowds
