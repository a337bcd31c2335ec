"""
The twins of `units.h` and `chains.h`: units of raw text, seeds, chains, extension, spelt out.

Arguments are those of the functions of the same names in `dedup.kernels`, already checked and
contiguous.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedup.text import normalising, shingles
from dedup.text import unicode_table as table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    UnitColumns = tuple[
        NDArray[np.int64],
        NDArray[np.int32],
        NDArray[np.int32],
        NDArray[np.int8],
        NDArray[np.uint32],
    ]

MOST_HALVES = 10
"""Halves of words that one unit counts at most."""
_UNIT = re.compile("([nu](?:d*[ua])*)|[wfa](?:d*[wa])*")
_MASK = (1 << 64) - 1


def units(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> UnitColumns:
    """Return the units of each text."""
    rows = len(offsets) - 1
    counts = np.zeros(rows + 1, np.int64)
    found: list[tuple[int, int, int, int]] = []
    for row in range(rows):
        raw = data[offsets[row] : offsets[row + 1]].tobytes()
        text = raw.decode("utf-8", "surrogatepass")
        for match in _UNIT.finditer(text.translate(_roles())):
            unit = hashed(text[match.start() : match.end()], alone=bool(match[1]))
            if unit:
                found.append((*match.span(), *unit))
        counts[row + 1] = len(found)
    columns = np.array(found, np.int64).reshape(-1, 4)
    starts, ends, halves = (
        columns[:, n].astype(t) for n, t in enumerate((np.int32, np.int32, np.int8))
    )
    return counts, starts, ends, halves, columns[:, 3].astype(np.uint32)


def hashed(text: str, *, alone: bool) -> tuple[int, int] | None:
    """Return the halves of a word and the hash of a unit; `None` if it normalises to nothing."""
    folded = normalising.normalise_text(text)
    if not folded:
        return None
    halves = min(len(folded), MOST_HALVES) if alone else 2
    return halves, mixed(shingles.shingle_hash(folded.encode()))


def mixed(number: int) -> int:
    """Return a 32-bit hash mixed as datasketch does (MurmurHash3's finaliser)."""
    number ^= number >> 16
    number = number * 0x85EBCA6B & 0xFFFFFFFF
    number ^= number >> 13
    number = number * 0xC2B2AE35 & 0xFFFFFFFF
    return number ^ number >> 16


class _Roles(dict[int, str]):
    """A cache for `str.translate`: a class because that asks a mapping for what it lacks."""

    def __missing__(self, code_point: int) -> str:
        """Find, keep and return the part that *code_point* plays in a unit."""
        role = self[code_point] = self.find(code_point)
        return role

    @staticmethod
    def find(code_point: int) -> str:
        """Return the part that a code point plays; the letters are those of `_UNIT`."""
        entry = table.entry(code_point)
        operation = entry & table.OPERATION
        if operation == table.DROP:
            return "d"
        if operation != table.EXPAND:
            return _role(entry)
        roles = "".join(
            _role(table.entry(ord(c))) for c in table.sequence(entry >> table.TARGET_SHIFT)
        )
        left = roles.lstrip(" ")
        if not left:
            return " "
        return left[0] if left == roles else "f"


def _role(entry: int) -> str:
    kind, is_mark = entry & table.KIND, bool(entry & table.MARK)
    if kind == table.ORDINARY:
        return "a" if is_mark else "w"
    if kind == table.NO_SPACE:
        return "u" if is_mark else "n"
    return " "


_roles = cache(_Roles)


def lay(
    units: UnitColumns,
    begin: NDArray[np.int32],
    room: NDArray[np.int64],
    documents: NDArray[np.int64],
    wall: int,
) -> tuple[NDArray[np.integer], ...]:
    """Return the units that are kept, their rows and places, and the place of each document."""
    counts, starts, ends, halves, hashes = units
    row = np.repeat(np.arange(len(begin)), np.diff(counts))
    kept = np.flatnonzero(starts < room[row])
    row = row[kept]
    # A wall stands before a unit that follows others which are left out, or begins a document.
    walls = np.zeros(len(kept) + 1, np.int64)
    walls[1:-1] = np.diff(kept) != 1
    first = np.searchsorted(row, documents)
    walls[first[first > 0]] = 1
    counted = np.cumsum(halves[kept], dtype=np.int64)
    places = counted - halves[kept] + wall * np.cumsum(walls[:-1])
    end = places[-1] + halves[kept][-1] + wall if len(kept) else 0
    laid = (starts[kept] + begin[row], ends[kept] + begin[row], halves[kept], hashes[kept])
    return *laid, row, places, np.append(places, end)[first]


def winnow(
    hashes: NDArray[np.uint32],
    halves: NDArray[np.int8],
    places: NDArray[np.int64],
    length: int,
    window: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of the seeds and their keys."""
    keys = [_gram(hashes, halves, places, n, length) for n in range(len(hashes))]
    at = places.tolist()
    rows: list[int] = []
    first = 0
    while first < len(keys):
        past = first
        while past < len(keys) and keys[past] >= 0:
            past += 1
        for n in range(first, past):
            stop = n
            while stop < past and at[stop] < at[n] + window:
                stop += 1
            least = min(range(n, stop), key=lambda k: (keys[k], -k))
            if not rows or rows[-1] != least:
                rows.append(least)
            if stop == past:
                break
        first = past + 1
    kept = np.array(rows, np.int64)
    return kept, np.array(keys, np.int64)[kept]


def _gram(
    hashes: NDArray[np.uint32],
    halves: NDArray[np.int8],
    places: NDArray[np.int64],
    n: int,
    length: int,
) -> int:
    """Return the key of the run of units from `n` on, -1 if a wall comes before its end."""
    key, left = 0, length
    while True:
        key = (key ^ int(hashes[n])) * shingles.MULTIPLIER & _MASK
        key ^= key >> 32
        left -= int(halves[n])
        if left <= 0:
            return (key * shingles.FINAL_MULTIPLIERS[0] & _MASK) >> 24
        if n + 1 == len(hashes) or places[n + 1] != places[n] + halves[n]:
            return -1
        n += 1


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
    first: list[int] = []
    ends: dict[int, int] = {}  # the last seed of each open chain of the group, and its first one
    for n in range(len(group)):
        i, j = int(source[n]), int(copy[n])
        ends = {p: f for p, f in ends.items() if group[p] == group[n] and j - copy[p] <= gap}
        near = [
            (abs((j - int(copy[p])) - (i - int(source[p]))), -p)
            for p, f in ends.items()
            if copy[p] < j and 0 < i - source[p] <= gap and not (same[n] and i + length > copy[f])
        ]
        off, last = min(near, default=(drift + 1, 0))
        first.append(n if off > drift else ends.pop(-last))
        ends[n] = first[-1]
    return np.array(first, np.int64)


def extend(  # noqa: PLR0913 - the rows, and what they may spend
    hashes: NDArray[np.uint32],
    halves: NDArray[np.int8],
    spans: NDArray[np.int64],
    limits: NDArray[np.int64],
    same: NDArray[np.uint8],
    budget: tuple[int, int, int, int],
) -> NDArray[np.int64]:
    """Return the pairs of stretches, extended to both sides."""
    out = []
    words = hashes.tolist()
    sizes = halves.tolist()
    for (a, b, c, d), (low_a, high_a, low_c, high_c), inside in zip(
        spans.tolist(), limits.tolist(), same.tolist(), strict=True
    ):
        lowest = max(low_c, b) if inside else low_c
        before = list(reversed(range(low_a, a))), list(reversed(range(lowest, c)))
        x, y = _walk(words, sizes, *before, budget)
        start, begin = a - x, c - y
        highest = min(high_a, begin) if inside else high_a
        behind = list(range(b, highest)), list(range(d, high_c))
        x, y = _walk(words, sizes, *behind, budget)
        out.append((start, b + x, begin, d + y))
    return np.array(out, np.int64).reshape(-1, 4)


def _walk(
    hashes: list[int],
    halves: list[int],
    ahead: list[int],
    others: list[int],
    budget: tuple[int, int, int, int],
) -> tuple[int, int]:
    """Return how many of the units ahead on either side belong to the extension."""
    skip, agree, end, drop = budget
    x = y = score = best = 0
    reached = (0, 0)
    equal = end
    while True:
        # Equal units are taken together.
        if x < len(ahead) and y < len(others) and hashes[ahead[x]] == hashes[others[y]]:
            score += halves[ahead[x]]
            equal += halves[ahead[x]]
            x, y = x + 1, y + 1
            if equal >= end and score > best:
                best, reached = score, (x, y)
            continue
        # Else the cheapest step over what differs, behind which both agree again.
        steps = [
            (in_x + in_y, in_x != in_y, a, b, max(in_x, in_y))
            for a, in_x in _reach(halves, ahead[x:], skip)
            for b, in_y in _reach(halves, others[y:], skip)
            if a + b and _agree(hashes, halves, ahead[x + a :], others[y + b :], agree)
        ]
        if not steps:
            return reached
        *_, a, b, cost = min(steps)
        score -= cost
        if score < best - drop:
            return reached
        x, y, equal = x + a, y + b, 0


def _reach(halves: list[int], ahead: list[int], skip: int) -> list[tuple[int, int]]:
    """Return how many units may be passed over, and the halves that they count."""
    out, passed = [(0, 0)], 0
    for n, unit in enumerate(ahead, 1):
        passed += halves[unit]
        if passed > skip:
            break
        out.append((n, passed))
    return out


def _agree(
    hashes: list[int], halves: list[int], ahead: list[int], others: list[int], agree: int
) -> bool:
    """Tell whether the next units are equal for so many halves."""
    for x, y in zip(ahead, others, strict=False):
        if hashes[x] != hashes[y]:
            return False
        agree -= halves[x]
        if agree <= 0:
            return True
    return False
