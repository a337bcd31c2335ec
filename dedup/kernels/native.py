"""
The native kernel: gives the compiled functions arrays to write into.

Importing it is an `ImportError` where they were not compiled. Arguments are those of the functions
of the same names in `dedup.kernels`, already checked and contiguous.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.kernels import _native, permutations, reference_chains
from dedup.text import normalising, unicode_table
from dedup.text.signs import overlaid

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MULTIPLIERS = np.array(permutations.MULTIPLIERS, np.uint32)
_ADDENDS = np.array(permutations.ADDENDS, np.uint32)
_SLACK = 64
"""Bytes of room beyond the input's length and an eighth: few texts grow, and those by little."""

_BYTES_A_SIGN = 64
"""Bytes of a text for each sign that there is room for at first."""
_ROOM = 1 << 16
"""Pairs of rows that there is room for at once, at least."""


def copy(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    places: NDArray[np.int64],
    to: NDArray[np.uint8],
) -> None:
    """Copy stretches of *data* to their places in *to*."""
    if len(starts):
        _native.copy(data, starts, ends, places, to)


def gather(
    parts: list[NDArray[np.uint8]], part: NDArray[np.int64], row: NDArray[np.int64]
) -> NDArray[np.uint8] | None:
    """Return rows of several arrays; `None` where one is not there."""
    to = np.empty((len(part), parts[0].shape[1]), np.uint8)
    places = np.array([(some.ctypes.data, len(some)) for some in parts], np.int64)
    return to if not to.size or _native.gather(places, part, row, to) else None


def gather_texts(
    parts: list[tuple[NDArray[np.uint8], NDArray[np.int64]]],
    part: NDArray[np.int64],
    row: NDArray[np.int64],
) -> tuple[NDArray[np.uint8], NDArray[np.int64]] | None:
    """Return texts of several columns end to end; `None` where one is not there."""
    offsets = np.zeros(len(part) + 1, np.int64)
    columns = [(data.ctypes.data, len(data), own.ctypes.data, len(own) - 1) for data, own in parts]
    places = np.array(columns, np.int64)
    if len(part) and not _native.lay_texts(places, part, row, offsets):
        return None
    to = np.empty(offsets[-1], np.uint8)
    if len(to):
        _native.gather_texts(places, part, row, offsets, to)
    return to, offsets


def characters(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the code points of each text."""
    counts = np.empty(len(offsets) - 1, np.int32)
    _native.characters(data, offsets, counts)
    return counts


def prefixes(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return where in *data* each text has had so many code points."""
    ends = np.empty(len(lengths), np.int64)
    _native.prefixes(data, offsets, lengths, ends)
    return ends


def digest(
    data: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return both halves of the digest of each text."""
    halves = np.empty((2, len(offsets) - 1), np.int64)
    _native.digest(data, offsets, halves[0], halves[1])
    return halves[0], halves[1]


def normalise(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    lengths: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]]:
    """Return the texts normalised, their offsets, and the words of each."""
    starts = offsets[:-1]
    stops = offsets[1:] if lengths is None else prefixes(data, offsets, lengths)
    unicode, rows = unicode_table.load(), len(starts)
    left = int((stops - starts).sum())
    folded = np.empty(left + left // 8 + _SLACK, np.uint8)
    ends, words = np.zeros(rows + 1, np.int64), np.zeros(rows, np.int32)
    row = 0
    while True:
        row = _native.fold(
            unicode.pages,
            unicode.entries,
            unicode.pool,
            data,
            starts,
            stops,
            row,
            folded,
            ends,
            words,
        )
        if row == rows:
            break
        folded = np.concatenate([folded, np.empty(len(folded), np.uint8)])
    given_up = np.flatnonzero(words < 0)
    if not len(given_up):
        return folded[: ends[-1]], ends, words
    texts = []
    for row in given_up.tolist():
        raw = data[starts[row] : stops[row]].tobytes()
        text = normalising.normalise_text(raw.decode(errors="replace"))
        words[row] = normalising.count_words(text)
        texts.append(text.encode())
    return *_put_in(texts, given_up, folded, ends), words


def _put_in(
    texts: list[bytes], rows: NDArray[np.int64], folded: NDArray[np.uint8], ends: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return a column with *texts* in its empty *rows*, and its offsets."""
    parts: list[bytes | memoryview] = []
    start = 0
    for text, end in zip(texts, ends[rows].tolist(), strict=True):
        parts += [folded[start:end].data, text]
        start = end
    parts.append(folded[start : ends[-1]].data)
    lengths = np.diff(ends)
    lengths[rows] = [len(text) for text in texts]
    offsets = np.zeros_like(ends)
    np.cumsum(lengths, out=offsets[1:])
    return np.frombuffer(b"".join(parts), np.uint8), offsets


def signs(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Return the signs of stretches: how many up to each, where each lies, as what it is told."""
    unicode, rows = unicode_table.load(), len(starts)
    composites = np.array(list(overlaid().items()), np.uint32).T.copy()
    by = unicode.sign_pages, unicode.sign_entries, composites[0], composites[1]
    counts = np.zeros(rows + 1, np.int64)
    room = len(data) // _BYTES_A_SIGN + _SLACK
    begins, stops, told = (
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int32),
    )
    row = 0 if len(data) else rows
    while True:
        if row < rows:
            row = _native.signs(by, data, starts, ends, row, counts, begins, stops, told)
        if row == rows:
            break
        # Not all signs fit: go on with as much room again.
        begins, stops, told = (
            np.concatenate([found, np.empty_like(found)]) for found in (begins, stops, told)
        )
    found = counts[-1]
    return counts, begins[:found].copy(), stops[:found].copy(), told[:found].copy()


def sketch(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], size: int, *, words: bool
) -> NDArray[np.int32]:
    """Return the signatures of the texts of *data*."""
    unicode = unicode_table.load()
    signatures = np.empty((len(offsets) - 1, permutations.COUNT), np.uint32)
    _native.sketch(
        _MULTIPLIERS,
        _ADDENDS,
        unicode.pages,
        unicode.entries,
        unicode.pool,
        data,
        offsets,
        size,
        words,
        signatures,
    )
    return signatures.view(np.int32)


def equal_components(
    signatures_a: NDArray[np.int32], signatures_b: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return how many components are equal, row by row."""
    counts = np.empty(len(signatures_a), np.int32)
    _native.equal_components(signatures_a, signatures_b, counts)
    return counts


def equal_components_at(
    signatures: NDArray[np.int32], a: NDArray[np.int64], b: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return how many components of rows *a* and *b* are equal."""
    counts = np.empty(len(a), np.int32)
    _native.equal_components_at(signatures, a, b, counts)
    return counts


def equal_bytes_at(
    rows: NDArray[np.int8], a: NDArray[np.int64], b: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return how many bytes of *rows* *a* and *b* are equal."""
    counts = np.empty(len(a), np.int32)
    _native.equal_bytes_at(rows, a, b, counts)
    return counts


def same_text_at(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return whether rows *a* and *b* are the same text."""
    same, unicode = np.ones(len(a), np.uint8), unicode_table.load()
    if len(a) and len(data):
        _native.same_text_at(
            unicode.pages, unicode.entries, unicode.pool, data, offsets, a, b, same
        )
    return same.view(np.bool_)


def order(columns: list[NDArray[np.int64]]) -> NDArray[np.int64] | None:
    """Return the row numbers that sort by columns, or `None`. Raises `MemoryError`."""
    rows = np.empty(len(columns[0]), np.int64)
    done = _native.order(columns, rows) if len(rows) else 0
    if done < 0:
        raise MemoryError
    return rows if done else None


def band_keys(signatures: NDArray[np.int32], components: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the key of each signature in each band."""
    keys = np.empty((len(signatures), len(components)), np.int32)
    if keys.size:
        _native.band_keys(signatures, components, keys)
    return keys


def meet(  # noqa: PLR0913 - the rows, and what they must have
    keys: NDArray[np.int64],
    characters: NDArray[np.int32],
    bits: NDArray[np.int8],
    crowding: tuple[int, int, int, int, int],
    threshold: float,
    equal: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int, int]:
    """Return the rows that meet, the first rows of crowds, and two counts."""
    cut = np.zeros(len(keys), np.uint8)
    parts: list[NDArray[np.int64]] = [np.empty((2, 0), np.int64)]
    met = fitting = row = 0
    room = max(_ROOM, 2 * len(keys))
    by = (*crowding, threshold, equal)
    while row < len(keys):
        pairs = np.empty((2, room), np.int64)
        begun = row
        row, count, some, near = _native.meet(
            keys, characters, bits, row, by, pairs[0], pairs[1], cut
        )
        room *= 1 + (row == begun)
        parts.append(pairs[:, :count])
        met, fitting = met + some, fitting + near
    a, b = np.concatenate(parts, axis=1)
    return a, b, np.flatnonzero(cut), met, fitting


def indel(
    first: tuple[NDArray[np.uint8], NDArray[np.int64]],
    second: tuple[NDArray[np.uint8], NDArray[np.int64]],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    limits: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the distance of rows in pairs. Raises `MemoryError`."""
    distances = np.empty(len(a), np.int64)
    if len(a):
        longest = max(int(np.diff(column[1]).max()) for column in (first, second))
        if not _native.indel(*first, *second, a, b, limits, longest, distances):
            raise MemoryError
    return distances


def units(
    data: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[
    NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int8], NDArray[np.uint32]
]:
    """Return the units of each text."""
    unicode = unicode_table.load()
    # A unit takes two bytes, or one and what parts it from the next one, but at a text's end.
    room = (int(offsets[-1] - offsets[0]) + len(offsets)) // 2
    counts = np.zeros(len(offsets), np.int64)
    starts, ends = np.empty(room, np.int32), np.empty(room, np.int32)
    halves, hashes = np.empty(room, np.int8), np.empty(room, np.uint32)
    if offsets[-1] > offsets[0]:
        _native.units(
            unicode.pages,
            unicode.entries,
            unicode.pool,
            data,
            offsets,
            counts,
            starts,
            ends,
            halves,
            hashes,
        )
    found = counts[-1]
    starts, ends = starts[:found].copy(), ends[:found].copy()
    halves, hashes = halves[:found].copy(), hashes[:found].copy()
    given_up = np.flatnonzero(halves < 0)
    if not len(given_up):
        return counts, starts, ends, halves, hashes
    rows = np.searchsorted(counts, given_up, "right") - 1
    left_out = []
    text, of = "", -1
    for unit, row in zip(given_up.tolist(), rows.tolist(), strict=True):
        if row != of:
            raw, of = data[offsets[row] : offsets[row + 1]].tobytes(), row
            text = raw.decode("utf-8", "surrogatepass")
        alone = bool(hashes[unit])
        exactly = reference_chains.hashed(text[starts[unit] : ends[unit]], alone=alone)
        if exactly is None:
            left_out.append(unit)
        else:
            halves[unit], hashes[unit] = exactly
    if left_out:
        counts -= np.searchsorted(left_out, counts)
        starts, ends = np.delete(starts, left_out), np.delete(ends, left_out)
        halves, hashes = np.delete(halves, left_out), np.delete(hashes, left_out)
    return counts, starts, ends, halves, hashes


def winnow(
    hashes: NDArray[np.uint32],
    halves: NDArray[np.int8],
    places: NDArray[np.int64],
    length: int,
    window: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of the seeds and their keys."""
    keys, rows = np.empty(len(hashes), np.int64), np.empty(len(hashes), np.int64)
    if not len(hashes):
        return rows, keys
    count = _native.winnow(hashes, halves, places, length, window, keys, rows)
    rows = rows[:count].copy()
    return rows, keys[rows]


def chain(  # noqa: PLR0913 - the rows, and what joins them
    group: NDArray[np.int64],
    source: NDArray[np.int64],
    copy: NDArray[np.int64],
    same: NDArray[np.uint8],
    gap: int,
    drift: int,
    length: int,
) -> NDArray[np.int64]:
    """Return for each shared seed the row of the first one of its chain."""
    first, is_last = np.empty(len(group), np.int64), np.empty(len(group), np.uint8)
    if len(group):
        _native.chain(group, source, copy, same, gap, drift, length, first, is_last)
    return first


def extend(  # noqa: PLR0913 - the rows, and what they may spend
    hashes: NDArray[np.uint32],
    halves: NDArray[np.int8],
    spans: NDArray[np.int64],
    limits: NDArray[np.int64],
    same: NDArray[np.uint8],
    budget: tuple[int, int, int, int],
) -> NDArray[np.int64]:
    """Return the pairs of stretches, extended to both sides."""
    extended = spans.copy()
    if len(spans):
        _native.extend(hashes, halves, extended, limits, same, *budget)
    return extended
