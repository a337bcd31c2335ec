# The types of the compiled functions; what they do stands in _native.pyx.

import numpy as np
from numpy.typing import NDArray

def fold(
    pages: NDArray[np.uint32],
    entries: NDArray[np.uint32],
    pool: NDArray[np.uint32],
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    row: int,
    to: NDArray[np.uint8],
    ends: NDArray[np.int64],
    words: NDArray[np.int32],
) -> int: ...
def copy(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    places: NDArray[np.int64],
    to: NDArray[np.uint8],
) -> None: ...
def gather(
    parts: NDArray[np.int64],
    part: NDArray[np.int64],
    row: NDArray[np.int64],
    to: NDArray[np.uint8],
) -> bool: ...
def lay_texts(
    parts: NDArray[np.int64],
    part: NDArray[np.int64],
    row: NDArray[np.int64],
    offsets: NDArray[np.int64],
) -> bool: ...
def gather_texts(
    parts: NDArray[np.int64],
    part: NDArray[np.int64],
    row: NDArray[np.int64],
    offsets: NDArray[np.int64],
    to: NDArray[np.uint8],
) -> None: ...
def characters(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], counts: NDArray[np.int32]
) -> None: ...
def prefixes(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    characters: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> None: ...
def digest(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> None: ...
def sketch(
    multipliers: NDArray[np.uint32],
    addends: NDArray[np.uint32],
    pages: NDArray[np.uint32],
    entries: NDArray[np.uint32],
    pool: NDArray[np.uint32],
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    size: int,
    words: bool,
    signatures: NDArray[np.uint32],
) -> None: ...
def grams(
    pages: NDArray[np.uint32],
    entries: NDArray[np.uint32],
    pool: NDArray[np.uint32],
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    size: int,
    counts: NDArray[np.int64],
    hashes: NDArray[np.uint64],
) -> None: ...
def shared(
    first: NDArray[np.uint64],
    first_offsets: NDArray[np.int64],
    second: NDArray[np.uint64],
    second_offsets: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> None: ...
def equal_components(
    signatures_a: NDArray[np.int32], signatures_b: NDArray[np.int32], counts: NDArray[np.int32]
) -> None: ...
def equal_components_at(
    signatures: NDArray[np.int32],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    counts: NDArray[np.int32],
) -> None: ...
def equal_bytes_at(
    rows: NDArray[np.int8],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    counts: NDArray[np.int32],
) -> None: ...
def band_keys(
    signatures: NDArray[np.int32], components: NDArray[np.int32], keys: NDArray[np.int32]
) -> None: ...
def meet(
    keys: NDArray[np.int64],
    characters: NDArray[np.int32],
    bits: NDArray[np.int8],
    row: int,
    by: tuple[int, int, int, int, int, float, int],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    cut: NDArray[np.uint8],
) -> tuple[int, int, int, int]: ...
def indel(
    first: NDArray[np.uint8],
    first_offsets: NDArray[np.int64],
    second: NDArray[np.uint8],
    second_offsets: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    limits: NDArray[np.int64],
    longest: int,
    distances: NDArray[np.int64],
) -> int: ...
def units(
    pages: NDArray[np.uint32],
    entries: NDArray[np.uint32],
    pool: NDArray[np.uint32],
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    counts: NDArray[np.int64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    halves: NDArray[np.int8],
    hashes: NDArray[np.uint32],
) -> None: ...
def winnow(
    hashes: NDArray[np.uint32],
    halves: NDArray[np.int8],
    places: NDArray[np.int64],
    length: int,
    window: int,
    keys: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> int: ...
def chain(
    group: NDArray[np.int64],
    source: NDArray[np.int64],
    copy: NDArray[np.int64],
    same: NDArray[np.uint8],
    gap: int,
    drift: int,
    length: int,
    first: NDArray[np.int64],
    is_last: NDArray[np.uint8],
) -> None: ...
def extend(
    hashes: NDArray[np.uint32],
    halves: NDArray[np.int8],
    spans: NDArray[np.int64],
    limits: NDArray[np.int64],
    same: NDArray[np.uint8],
    skip: int,
    agree: int,
    end: int,
    drop: int,
) -> None: ...
def signs(
    unicode: tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]],
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    row: int,
    counts: NDArray[np.int64],
    begins: NDArray[np.int64],
    stops: NDArray[np.int64],
    told: NDArray[np.int32],
) -> int: ...
def same_text_at(
    pages: NDArray[np.uint32],
    entries: NDArray[np.uint32],
    pool: NDArray[np.uint32],
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    same: NDArray[np.uint8],
) -> None: ...
def order(columns: list[NDArray[np.int64]], rows: NDArray[np.int64]) -> int: ...
