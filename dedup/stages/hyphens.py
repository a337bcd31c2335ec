"""
Words broken by a hyphen at the end of a line are made whole, in many texts at once.

With `join_hyphens` that comes before a paragraph is normalised; offsets stay those of the text as
it is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Strings
from dedup.text.hyphens import HYPHENS, joined

if TYPE_CHECKING:
    from dedup.model import I64

_MAY_BREAK = re.compile(
    b"(?:%s)(?:\\s|[\xc2-\xef][\x80-\xbf]+)*[\r\n]"
    % b"|".join(re.escape(c.encode()) for c in HYPHENS)
)


def joined_all(written: Strings, characters: I64) -> tuple[Strings, I64]:
    """
    Make the words of many texts whole, of each its first `characters`.

    Gives all texts and how many characters of each count now.
    """
    hits = [found.start() for found in _MAY_BREAK.finditer(written.data.tobytes())]
    if not hits:
        return written, characters
    rows = np.unique(np.searchsorted(written.offsets, hits, "right") - 1)
    raws, characters = written.raws(), characters.copy()
    for row in rows.tolist():
        whole = joined(written[row][: characters[row]])
        raws[row], characters[row] = whole.encode("utf-8", "surrogatepass"), len(whole)
    return Strings.of(raws), characters


def normalised(written: Strings, *, join_hyphens: bool) -> Strings:
    """Normalise texts as paragraphs are."""
    if join_hyphens:
        sizes = kernels.characters(written.data, written.offsets).astype(np.int64)
        written, _ = joined_all(written, sizes)
    data, offsets, _ = kernels.normalise(written.data, written.offsets)
    return Strings(data, offsets)
