"""
The twin of the native kernel in Python and NumPy: the same results, bit for bit, slower.

It serves where the package was installed without a compiler, and the tests as oracle. Arguments
are those of the functions of the same names in `dedup.kernels`, already checked and contiguous.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dedup.kernels import permutations
from dedup.kernels.reference_chains import chain, extend, lay, units, winnow
from dedup.kernels.reference_columns import (
    alike,
    characters,
    copy,
    digest,
    gather,
    gather_texts,
    indel,
    may_recur,
    meet,
    order,
    prefixes,
)
from dedup.kernels.reference_lines import json_lines, lines, unescaped
from dedup.text import normalising, same_text, shingles
from dedup.text.signs import signs as signs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "alike",
    "chain",
    "characters",
    "copy",
    "digest",
    "extend",
    "gather",
    "gather_texts",
    "grams",
    "indel",
    "json_lines",
    "lay",
    "lines",
    "may_recur",
    "meet",
    "normalise",
    "order",
    "prefixes",
    "same_text_at",
    "shared",
    "signs",
    "sketch",
    "sketch_bands",
    "unescaped",
    "units",
    "winnow",
]

_BATCH = 1 << 18  # bytes at a time that are hashed
_BLOCK = 2048  # shingles of a text at a time: 128 components of each take 1 MiB
_STEP = 8  # bytes that the hash takes at once
_LOWEST_BYTES = np.array([(1 << 8 * count) - 1 for count in range(_STEP + 1)], np.uint64)


def normalise(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    lengths: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]]:
    """Return the texts normalised, their offsets, and the words of each."""
    starts = offsets[:-1]
    stops = offsets[1:] if lengths is None else prefixes(data, offsets, lengths)
    rows = len(starts)
    texts = []
    words = np.zeros(rows, np.int32)
    for row in range(rows):
        raw = data[starts[row] : stops[row]].tobytes()
        text = normalising.normalise_text(raw.decode(errors="replace"))
        words[row] = normalising.count_words(text)
        texts.append(text.encode())
    ends = np.zeros(rows + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=ends[1:])
    return np.frombuffer(b"".join(texts), np.uint8), ends, words


def signs(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Return the signs of stretches: how many up to each, where each lies, as what it is told."""
    counts, found = [0], []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        # A byte that is not UTF-8 becomes a lone surrogate here, which is no sign.
        text = data[start:end].tobytes().decode(errors="surrogateescape")
        own = signs_of(text)
        if own:
            lengths = [len(c.encode(errors="surrogateescape")) for c in text]
            places = np.cumsum([start, *lengths]).tolist()
            found += [(places[one.start], places[one.end], ord(one.told)) for one in own]
        counts.append(len(found))
    begins, stops, told = np.array(found, np.int64).reshape(-1, 3).T
    return np.array(counts, np.int64), begins.copy(), stops.copy(), told.astype(np.int32)


def sketch(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], size: int, *, words: bool
) -> NDArray[np.int32]:
    """Return the signatures of the texts of *data*: datasketch makes them of ready hashes."""
    from datasketch import MinHash  # takes 0.7 s, and the native kernel never needs it

    empty = MinHash(permutations.COUNT, scheme="affine32", hashfunc=int)
    signatures = np.empty((len(offsets) - 1, permutations.COUNT), np.uint32)
    spans_of = _word_spans if words else _character_spans
    edges = np.searchsorted(offsets, np.arange(offsets[0], offsets[-1], _BATCH))
    for first, last in itertools.pairwise(np.unique([0, *edges, len(signatures)]).tolist()):
        begin = offsets[first]
        batch = data[begin : offsets[last]]
        spans = [
            spans_of(data[start:end], size) + (start - begin)
            for start, end in itertools.pairwise(offsets[first : last + 1])
        ]
        hashes = _hashes(batch, *np.concatenate(spans, axis=1))
        ends = np.cumsum([0, *(part.shape[1] for part in spans)]).tolist()
        for row, (start, end) in enumerate(itertools.pairwise(ends), first):
            minhash = empty.copy()
            for block in range(start, end, _BLOCK):
                minhash.update_batch(hashes[block : min(end, block + _BLOCK)].tolist())
            signatures[row] = minhash.hashvalues
    return signatures.view(np.int32)


def sketch_bands(  # noqa: PLR0913 - the texts, and how they are sketched
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    rows: NDArray[np.int64],
    components: NDArray[np.int32],
    size: int,
    *,
    words: bool,
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Return the keys of texts, those of a band beside each other, and the bits of signatures."""
    some = gather_texts([(data, offsets)], np.zeros_like(rows), rows)
    assert some is not None  # noqa: S101 - they are there
    signatures = sketch(*some, size, words=words)
    return _band_keys(signatures, components), signatures.astype(np.int8)


def _band_keys(signatures: NDArray[np.int32], components: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the key of each signature in each band, those of a band beside each other."""
    keys = np.empty((len(components), len(signatures)), np.int32)
    for band, chosen in enumerate(components.tolist()):
        key = np.zeros(len(signatures), np.uint64)
        for component in chosen:
            key ^= signatures[:, component].view(np.uint32)
            key *= np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(29)
        keys[band] = (key >> np.uint64(32)).astype(np.uint32).view(np.int32)
    return keys.T


def grams(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], size: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the hash of each n-gram of units, repeats included, and how many before each text."""
    parts = [np.zeros(0, np.uint64)]
    counts = [0]
    for start, end in itertools.pairwise(offsets.tolist()):
        text = data[start:end]
        parts.append(_wide_hashes(text, *_word_spans(text, size)))
        counts.append(counts[-1] + len(parts[-1]))
    return np.concatenate(parts), np.array(counts, np.int64)


def shared(
    first: tuple[NDArray[np.uint64], NDArray[np.int64]],
    second: tuple[NDArray[np.uint64], NDArray[np.int64]],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return how many values the sets share, in pairs."""
    counts = np.zeros(len(a), np.int64)
    for pair, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        one = first[0][first[1][i] : first[1][i + 1]]
        other = second[0][second[1][j] : second[1][j + 1]]
        counts[pair] = len(np.intersect1d(one, other, assume_unique=True))
    return counts


def same_text_at(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return whether rows *a* and *b* are the same text."""
    texts: dict[int, str] = {}
    of_numbers: dict[tuple[str, ...], int] = {}
    numbers = np.zeros(len(offsets) - 1, np.int64)
    for row in np.unique(np.concatenate([a, b])).tolist():
        texts[row] = data[offsets[row] : offsets[row + 1]].tobytes().decode(errors="replace")
        numbers[row] = of_numbers.setdefault(same_text.numbers(texts[row]), len(of_numbers))
    alike: NDArray[np.bool_] = numbers[a] == numbers[b]
    for pair in np.flatnonzero(alike).tolist():
        alike[pair] = same_text.same_text(texts[int(a[pair])], texts[int(b[pair])])
    return alike


def _character_spans(text: NDArray[np.uint8], size: int) -> NDArray[np.int64]:
    """Return where in the bytes of a text its n-grams of letters start and end: int64[2, k]."""
    starts = np.flatnonzero((text & 0xC0) != 0x80)  # all bytes but continuations
    first, last = shingles.WIDE_BYTES
    wide = (text[starts] >= first) & (text[starts] <= last)
    letters = np.cumsum(np.append(0, 1 + wide))
    stops = np.searchsorted(letters, letters[:-1] + size)
    whole = np.flatnonzero(stops <= len(starts))
    if not len(whole):
        return np.array([[0], [len(text)]] if len(text) else [[], []], np.int64)
    return np.stack([starts[whole], np.append(starts, len(text))[stops[whole]]])


def _word_spans(text: NDArray[np.uint8], size: int) -> NDArray[np.int64]:
    """Return where in the bytes of a text its word n-grams start and end: int64[2, k]."""
    # A byte that is not UTF-8 becomes a lone surrogate here, which separates like any other.
    decoded = text.tobytes().decode(errors="surrogateescape")
    lengths = [1 if "\udc80" <= c <= "\udcff" else len(c.encode()) for c in decoded]
    bytes_before = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    units = np.array(normalising.unit_spans(decoded), np.int64).reshape(-1, 2)
    starts, ends = bytes_before[units].T
    return _spans(starts, ends, size, len(text))


def _spans(
    starts: NDArray[np.int64], ends: NDArray[np.int64], size: int, length: int
) -> NDArray[np.int64]:
    """Return starts and ends of the n-grams of units; of a text that is too short, the whole."""
    if len(starts) >= size:
        return np.stack([starts[: len(starts) - size + 1], ends[size - 1 :]])
    return np.array([[0], [length]] if length else [[], []], np.int64)


def _hashes(
    text: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """Return `shingle_hash` of each span of the bytes of texts: uint32[k]."""
    return _wide_hashes(text, starts, ends).astype(np.uint32)


def _wide_hashes(
    text: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Return `wide_hash` of each span of the bytes of texts: uint64[k]."""
    lengths = ends - starts
    padded = np.append(text, np.zeros(2 * _STEP - 1, np.uint8))
    values = np.ascontiguousarray(sliding_window_view(padded, _STEP)).view("<u8")[:, 0]
    mixed = lengths.astype(np.uint64)
    for at in range(0, int(lengths.max(initial=0)), _STEP):
        going_on = np.flatnonzero(lengths > at)
        taken = np.minimum(lengths[going_on] - at, _STEP)
        step = mixed[going_on] ^ (values[starts[going_on] + at] & _LOWEST_BYTES[taken])
        step *= np.uint64(shingles.MULTIPLIER)
        mixed[going_on] = step ^ step >> np.uint64(32)
    for multiplier in shingles.FINAL_MULTIPLIERS:
        mixed *= np.uint64(multiplier)
        mixed ^= mixed >> np.uint64(32)
    return mixed
