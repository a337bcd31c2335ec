"""
What the native kernel gives up, done exactly: the rare texts whose letters and marks need UAX #15.

`normalised` and `units` take what the compiled functions made, with rows that are given up, and
return it with these rows done by `text/normalising.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.kernels import reference_chains
from dedup.text.normalising import count_words, normalise_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.kernels.reference_chains import UnitColumns


def normalised(  # noqa: PLR0913 - the texts, and what was made of them
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    folded: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    words: NDArray[np.int32],
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]]:
    """
    Return all texts normalised, their offsets, and the words of each.

    *folded* are the normalised texts, *offsets* where they lie; a text that was given up is empty
    there and has -1 *words*.
    """
    given_up = np.flatnonzero(words < 0)
    if not len(given_up):
        return folded[: offsets[-1]], offsets, words
    # Each text that was given up stands between two stretches of others.
    parts: list[bytes | memoryview] = []
    lengths, start = np.diff(offsets), 0
    for row, end in zip(given_up.tolist(), offsets[given_up].tolist(), strict=True):
        text = normalise_text(data[starts[row] : stops[row]].tobytes().decode(errors="replace"))
        raw = text.encode()
        words[row], lengths[row] = count_words(text), len(raw)
        parts += [folded[start:end].data, raw]
        start = end
    parts.append(folded[start : offsets[-1]].data)
    ends = np.zeros_like(offsets)
    np.cumsum(lengths, out=ends[1:])
    return np.frombuffer(b"".join(parts), np.uint8), ends, words


def units(  # noqa: PLR0913 - the texts, and what was made of them
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    counts: NDArray[np.int64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    halves: NDArray[np.int8],
    hashes: NDArray[np.uint32],
) -> UnitColumns:
    """
    Return the units of each text, as `kernels.units` has them.

    A unit that was given up has fewer than 0 *halves*; its hash tells whether it stands alone.
    """
    given_up = np.flatnonzero(halves < 0)
    if not len(given_up):
        return counts, starts, ends, halves, hashes
    rows = np.searchsorted(counts, given_up, "right") - 1
    left_out = []
    text, of = "", -1
    for unit, row in zip(given_up.tolist(), rows.tolist(), strict=True):
        # Units of one text stand together: it is decoded once.
        if row != of:
            raw, of = data[offsets[row] : offsets[row + 1]].tobytes(), row
            text = raw.decode("utf-8", "surrogatepass")
        alone = bool(hashes[unit])
        hashed = reference_chains.hashed(text[starts[unit] : ends[unit]], alone=alone)
        if hashed is None:
            left_out.append(unit)
        else:
            halves[unit], hashes[unit] = hashed
    if left_out:
        # Units that normalise to nothing go, and so does their part of the counts.
        counts -= np.searchsorted(left_out, counts)
        starts, ends = np.delete(starts, left_out), np.delete(ends, left_out)
        halves, hashes = np.delete(halves, left_out), np.delete(hashes, left_out)
    return counts, starts, ends, halves, hashes
