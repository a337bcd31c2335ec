"""
Paragraphs -> their strict forms: words and signs in their order.

"-5 %" and "5 %" have one normalised text and two strict forms. Few paragraphs have signs, so only
those get a row; of all others the strict form is the normalised text. A paragraph is cut at its
signs, the pieces are normalised and put together again with a zero byte and the sign between
them: no normalised text has a zero byte, so equal bytes are equal words and equal signs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import StrictForms, Strings
from dedup.stages.hyphens import joined_all
from dedup.stages.normalise import without_rest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.model import Paragraphs


def strict_forms(
    paragraphs: Paragraphs, *, join_hyphens: bool, with_signs: bool = True
) -> StrictForms:
    """
    Return the strict form of each paragraph with signs; `join_hyphens` makes words whole.

    The hash of the signs alone is 0 unless it is asked for (`with_signs`).
    """
    written, characters = paragraphs.written, paragraphs.end - paragraphs.start
    if join_hyphens:
        written, characters = joined_all(written, characters)
    starts = written.offsets[:-1]
    ends = kernels.prefixes(written.data, written.offsets, characters)
    found = kernels.signs(written.data, starts, ends)
    rows = np.flatnonzero(np.diff(found.counts))
    first, last = found.counts[rows], found.counts[rows + 1]

    # The pieces: from a paragraph's start, or behind a sign, to the next sign or the end.
    begins = np.insert(found.ends, first, starts[rows])
    pieces = written.pieces(begins, np.insert(found.starts, last, ends[rows]))
    normal, normal_offsets, _ = kernels.normalise(pieces.data, pieces.offsets)
    signs = _encoded(found.told)

    # Pieces and signs in turn: of row r, sign s follows piece s + r.
    sign, piece = np.arange(len(found.told)), np.arange(len(pieces))
    at = sign + np.repeat(np.arange(len(rows)), last - first) + 1
    data, offsets = kernels.gather_texts(
        [(normal, normal_offsets), (signs.data, signs.offsets)],
        np.insert(np.zeros_like(piece), at, 1),
        np.insert(piece, at, sign),
    )
    edges = np.append(2 * first + np.arange(len(rows)), len(offsets) - 1)
    strict, strict2 = kernels.digest(data, offsets[edges])
    alone = np.zeros_like(strict)
    if with_signs:
        alone, _ = kernels.digest(signs.data, signs.offsets[np.append(first, len(sign))])
        # A hash of 0 would say that there are none.
        alone = np.where(alone == 0, 1, alone)
    return StrictForms(paragraphs.doc[rows], paragraphs.no[rows], strict, strict2, alone)


def as_written(paragraphs: Paragraphs) -> StrictForms:
    """Return the digest of every paragraph's characters as written, from its start to its end."""
    texts = without_rest(paragraphs.written, paragraphs.end - paragraphs.start)
    first, second = kernels.digest(texts.data, texts.offsets)
    return StrictForms(paragraphs.doc, paragraphs.no, first, second, np.zeros_like(first))


def _encoded(code_points: NDArray[np.int32]) -> Strings:
    """Return each code point as UTF-8, a zero byte before it."""
    lengths = 2 + sum((code_points >= least).astype(np.int64) for least in (0x80, 0x800, 0x10000))
    pairs = np.stack([np.zeros_like(code_points), code_points], axis=1).astype("<u4")
    data = np.frombuffer(pairs.tobytes().decode("utf-32-le").encode(), np.uint8)
    return Strings(data, np.append(0, np.cumsum(lengths)))
