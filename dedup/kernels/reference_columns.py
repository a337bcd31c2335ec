"""The twin of the native kernel for ragged columns and pairs of their rows; see `reference`."""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Numbers = NDArray[np.int64]

_PAIRS = 65536
"""Pairs of signatures at a time: 16 MiB of them."""


def copy(data: Bytes, starts: Numbers, ends: Numbers, places: Numbers, to: Bytes) -> None:
    """Copy stretches of *data* to their places in *to*."""
    lengths = ends - starts
    row = np.repeat(np.arange(len(starts)), lengths)
    step = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    to[places[row] + step] = data[starts[row] + step]


def gather(parts: list[Bytes], part: Numbers, row: Numbers) -> Bytes | None:
    """Return rows of several arrays; `None` where one is not there."""
    if not _are_there(np.array([len(some) for some in parts]), part, row):
        return None
    to = np.empty((len(part), parts[0].shape[1]), np.uint8)
    for number, some in enumerate(parts):
        mine = part == number
        to[mine] = some[row[mine]]
    return to


def gather_texts(
    parts: list[tuple[Bytes, Numbers]], part: Numbers, row: Numbers
) -> tuple[Bytes, Numbers] | None:
    """Return texts of several columns end to end; `None` where one is not there."""
    if not _are_there(np.array([len(own) - 1 for _, own in parts]), part, row):
        return None
    texts = []
    for n, at in zip(part.tolist(), row.tolist(), strict=True):
        data, offsets = parts[n]
        start, end = offsets[at : at + 2].tolist()
        if not 0 <= start <= end <= len(data):
            return None
        texts.append(data[start:end])
    lengths = np.array([len(text) for text in texts], np.int64)
    return np.concatenate([np.zeros(0, np.uint8), *texts]), np.append(0, np.cumsum(lengths))


def _are_there(sizes: Numbers, part: Numbers, row: Numbers) -> bool:
    known = (part >= 0) & (part < len(sizes)) & (row >= 0)
    return bool(known.all() and (row < sizes[part]).all())


def characters(data: Bytes, offsets: Numbers) -> NDArray[np.int32]:
    """Return the code points of each text."""
    leads = np.zeros(len(data) + 1, np.int64)
    np.cumsum((data & 0xC0) != 0x80, out=leads[1:])
    counts: NDArray[np.int32] = np.diff(leads[offsets]).astype(np.int32)
    return counts


def prefixes(data: Bytes, offsets: Numbers, lengths: Numbers) -> Numbers:
    """Return where in *data* each text has had so many code points."""
    leads = np.flatnonzero((data & 0xC0) != 0x80)
    ends = np.append(leads, len(data))
    firsts = np.searchsorted(leads, offsets[:-1])
    found = ends[np.minimum(firsts + lengths, len(leads))]
    whole: Numbers = np.minimum(found, offsets[1:])
    return whole


def digest(data: Bytes, offsets: Numbers) -> tuple[Numbers, Numbers]:
    """Return both halves of the digest of each text."""
    raw, cuts = data.tobytes(), offsets.tolist()
    texts = (raw[a:b] for a, b in pairwise(cuts))
    digests = b"".join(blake2b(text, digest_size=16).digest() for text in texts)
    halves = np.frombuffer(digests, "<i8").reshape(-1, 2)
    return np.ascontiguousarray(halves[:, 0]), np.ascontiguousarray(halves[:, 1])


def order(columns: list[Numbers], most: int) -> tuple[Numbers | None, list[Numbers]]:
    """Return the row numbers that sort by columns, or `None`, and some of the columns sorted."""
    rows = np.lexsort(columns[::-1])
    if (rows == np.arange(len(rows))).all():
        return None, columns[:most]
    return rows, [column[rows] for column in columns[:most]]


def may_recur(values: Numbers) -> Numbers:
    """Return the rows whose value is that of another row."""
    _, own, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.flatnonzero(counts[own] > 1)


def meet(
    keys: Numbers,
    characters: NDArray[np.int32],
    crowding: tuple[int, int, int, int],
    threshold: float,
) -> tuple[Numbers, Numbers, Numbers, int]:
    """Return the rows that meet, the first rows of crowds, and how many met at all."""
    bands, crowd, long_crowd, far = crowding
    # Buckets: where each begins, how many rows it has, and whether these are too many.
    starts = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
    sizes = np.diff(starts, append=len(keys))
    is_long = characters[starts] >= far
    too_many = sizes > np.where(is_long, long_crowd, crowd)
    farthest = np.where(is_long, max(bands, long_crowd), bands)
    parts = [np.empty((2, 0), np.int64)]
    for bucket in np.flatnonzero(sizes > 1).tolist():
        size = int(sizes[bucket])
        if too_many[bucket]:
            band = int(keys[starts[bucket]]) >> 32
            back = range(band + 1, int(farthest[bucket]) + 1, bands)
            pairs = [
                [(0, b), *((b - step, b) for step in back if step < b)] for b in range(1, size)
            ]
        else:
            pairs = [[(a, b) for a in range(b)] for b in range(1, size)]
        parts.append(np.array([pair for some in pairs for pair in some]).T + starts[bucket])
    a, b = np.concatenate(parts, axis=1)
    met = len(a)
    # What met is kept where the lengths allow a match.
    lengths = characters.astype(np.int64)
    near = 2 * np.minimum(lengths[a], lengths[b]) >= threshold * (lengths[a] + lengths[b])
    return a[near], b[near], starts[too_many], met


def alike(
    first: NDArray[np.int8], second: NDArray[np.int8], a: Numbers, b: Numbers, equal: int
) -> NDArray[np.bool_]:
    """Return whether so many bytes of rows in pairs are equal."""
    parts = [
        (first[a[at : at + _PAIRS]] == second[b[at : at + _PAIRS]]).sum(axis=1) >= equal
        for at in range(0, len(a), _PAIRS)
    ]
    return np.concatenate([np.zeros(0, bool), *parts])


def indel(
    first: tuple[Bytes, Numbers],
    second: tuple[Bytes, Numbers],
    a: Numbers,
    b: Numbers,
    limits: Numbers,
) -> Numbers:
    """Return the distance of rows in pairs."""
    from rapidfuzz.distance import Indel

    def text(column: tuple[Bytes, Numbers], row: int) -> str:
        data, offsets = column
        return data[offsets[row] : offsets[row + 1]].tobytes().decode(errors="replace")

    distances = np.empty(len(a), np.int64)
    rows = zip(a.tolist(), b.tolist(), limits.tolist(), strict=True)
    for pair, (i, j, limit) in enumerate(rows):
        found = Indel.distance(text(first, i), text(second, j), score_cutoff=max(0, limit))
        distances[pair] = found if found <= limit else -1
    return distances
