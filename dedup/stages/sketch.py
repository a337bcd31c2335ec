"""
Texts -> MinHash signatures (Broder 1997) of their shingles, six letters each.

Why six stands in `candidates`. A Han or kana character counts for two: of planted edits in made-up
Chinese, similarity .80 to .85, shingles of three characters find .997 and of six .669. Korean
syllables need no such help: .990 with six.

Signatures are datasketch's: `MinHash(128, scheme="affine32", hashfunc=dedup.shingle_hash)` over
`dedup.shingles(text)` has the same 128 components, so they can be handed to any datasketch index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Sketches

if TYPE_CHECKING:
    from dedup.model import Texts
    from dedup.settings import Settings
    from dedup.stages.candidates import Banding


def sketch(texts: Texts, settings: Settings, banding: Banding) -> Sketches:
    """Sketch the long texts; short ones match only when equal and need no signature."""
    long = np.flatnonzero(texts.words >= settings.min_words)
    data, offsets = texts.normal.data, texts.normal.offsets
    keys, bits = kernels.sketch_bands(data, offsets, long, banding.components)
    return Sketches(texts.text[long], kernels.characters(data, offsets)[long], keys, bits)
