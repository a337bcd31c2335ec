"""
Kernels: how fast the work is done. Arrays in, arrays out; of `dedup` only `text/` is imported.

Texts come as one ragged column: UTF-8 bytes, uint8[N], and offsets, int64[m + 1]; text i is
`data[offsets[i]:offsets[i + 1]]`. Bytes that are not UTF-8 are separators. Signatures are
int32[m, 128], the bits of datasketch's uint32. Any array of the right type will do, read-only and
strided ones too (the latter are copied); results may be read-only. What is no valid column is a
`ValueError`, an array of another type a `TypeError`.

There are two kernels with the same results: `native`, compiled, which lets go of the GIL while
it works on a batch, and `reference`, its twin in Python and NumPy, where there was no compiler.
The environment variable `DEDUP_KERNEL` may ask for one of them by its name.
"""

from __future__ import annotations

import os
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from dedup.kernels import permutations
from dedup.text import unicode_table
from dedup.text.shingles import SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from numpy.typing import NDArray

__all__ = [
    "NAME",
    "UNICODE",
    "Budget",
    "Crowding",
    "JsonLines",
    "Lines",
    "Met",
    "Signs",
    "Units",
    "alike",
    "chain",
    "characters",
    "copy",
    "digest",
    "extend",
    "gather",
    "gather_texts",
    "gram_sets",
    "indel",
    "json_lines",
    "lay",
    "lines",
    "may_recur",
    "meet",
    "normalise",
    "order",
    "ordered",
    "pieces",
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

T = TypeVar("T", bound=np.generic)
_NATIVE, _REFERENCE = "native", "reference"
_MOST_COLUMNS, _MOST_ROWS, _MOST_UNITS = 16, 1 << 32, 64


def _choose(wanted: str | None) -> tuple[str, ModuleType]:
    """Return the name and the module of the kernel that is *wanted*, else of the best there is."""
    if wanted not in {None, _NATIVE, _REFERENCE}:
        message = f"DEDUP_KERNEL is {wanted!r}; it may be {_NATIVE!r} or {_REFERENCE!r}"
        raise ValueError(message)
    if wanted != _REFERENCE:
        try:
            return _NATIVE, import_module("dedup.kernels._native")  # may not have been compiled
        except ImportError:
            if wanted == _NATIVE:
                raise
    return _REFERENCE, import_module("dedup.kernels.reference")


NAME, _kernel = _choose(os.environ.get("DEDUP_KERNEL") or None)
"""The kernel in use, `native` or `reference`, and its module."""

UNICODE = unicode_table.load().version
"""The Unicode version of the table that both kernels read, as "18.0.0"."""


def copy(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    places: NDArray[np.int64],
    to: NDArray[np.uint8],
) -> None:
    """
    Copy the stretches of *data* from *starts* to *ends*, int64[k] each, to their *places* in *to*.

    Stretches that do not lie in *data*, or would not in *to*, are a `ValueError`.
    """
    data, starts = _array(data, np.uint8, 1), _array(starts, np.int64, 1)
    ends, places = _same(ends, starts), _same(places, starts)
    for at, array in ((starts, data), (places, to)):
        _check_stretches(at, at + (ends - starts), array)
    _kernel.copy(data, starts, ends, places, to)


def _check_stretches(
    starts: NDArray[np.int64], ends: NDArray[np.int64], data: NDArray[np.uint8]
) -> None:
    """Check that all stretches lie in *data* and none ends before it starts."""
    if len(starts) and (starts.min() < 0 or ends.max() > len(data)):
        message = f"stretches must lie within {len(data)} bytes"
        raise ValueError(message)
    if (ends < starts).any():
        message = "a stretch must not end before it starts"
        raise ValueError(message)


def gather(
    parts: Sequence[NDArray[T]], part: NDArray[np.int64], row: NDArray[np.int64]
) -> NDArray[T]:
    """
    Return row `row[i]` of array `part[i]` of *parts*, int64[k] both, for each i: an array of k.

    The arrays have rows of one type and shape; numbers of arrays or rows that are not there are a
    `ValueError`.
    """
    first = parts[0]
    part = _array(part, np.int64, 1)
    width = first.itemsize * int(np.prod(first.shape[1:], dtype=np.int64))
    raw = [_rows(some, first).view(np.uint8).reshape(len(some), width) for some in parts]
    gathered: NDArray[np.uint8] | None = _kernel.gather(raw, part, _same(row, part))
    if gathered is None:
        message = f"rows must be those of {len(parts)} arrays"
        raise ValueError(message)
    return gathered.view(first.dtype).reshape(len(part), *first.shape[1:])


def gather_texts(
    parts: Sequence[tuple[NDArray[np.uint8], NDArray[np.int64]]],
    part: NDArray[np.int64],
    row: NDArray[np.int64],
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """
    Return text `row[i]` of column `part[i]` of *parts*, int64[k] both, end to end; their offsets.

    Numbers of columns or texts that are not there, or do not lie in the data, are a `ValueError`.
    """
    columns = [(_array(data, np.uint8, 1), _array(own, np.int64, 1)) for data, own in parts]
    part = _array(part, np.int64, 1)
    texts: tuple[NDArray[np.uint8], NDArray[np.int64]] | None
    texts = _kernel.gather_texts(columns, part, _same(row, part))
    if texts is None:
        message = f"texts must be those of {len(parts)} columns"
        raise ValueError(message)
    return texts


def pieces(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """
    Return the stretches from *starts* to *ends*, int64[k] each, end to end, and their offsets.

    Stretches that do not lie in *data* are a `ValueError`.
    """
    offsets = np.zeros(len(starts) + 1, np.int64)
    np.cumsum(ends - starts, out=offsets[1:])
    together = np.empty(max(0, int(offsets[-1])), np.uint8)
    copy(data, starts, ends, offsets[:-1], together)
    return together, offsets


def prefixes(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return where in *data* each text has had *lengths* code points, int64[m] both."""
    data, offsets = _column(data, offsets)
    ends: NDArray[np.int64] = _kernel.prefixes(data, offsets, _same(lengths, offsets[:-1]))
    return ends


def characters(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the code points of each text, int32[m]: the bytes that continue none."""
    counts: NDArray[np.int32] = _kernel.characters(*_column(data, offsets))
    return counts


def digest(
    data: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return both halves of BLAKE2b-128 (RFC 7693) of each text, int64[m], lowest byte first."""
    halves: tuple[NDArray[np.int64], NDArray[np.int64]] = _kernel.digest(*_column(data, offsets))
    return halves


def order(columns: Sequence[NDArray[np.int64]]) -> NDArray[np.int64] | None:
    """
    Return the row numbers that sort by *columns*, int64[n] each, the first one foremost: int64[n].

    Ties keep their order; `None` where the rows are sorted already. More than 16 columns, or 2^32
    rows, are a `ValueError`.
    """
    return ordered(columns, most=0)[0]


def ordered(
    columns: Sequence[NDArray[np.int64]], *, most: int
) -> tuple[NDArray[np.int64] | None, list[NDArray[np.int64]]]:
    """Return the row numbers as `order` does, and the first *most* of the columns sorted."""
    every = [_array(column, np.int64, 1) for column in columns]
    if not 0 < len(every) <= _MOST_COLUMNS or len(every[0]) >= _MOST_ROWS:
        message = f"1 to {_MOST_COLUMNS} columns of fewer than {_MOST_ROWS} rows can be sorted"
        raise ValueError(message)
    found: tuple[NDArray[np.int64] | None, list[NDArray[np.int64]]]
    found = _kernel.order([_same(c, every[0]) for c in every], most)
    return found


def may_recur(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    Return the rows of the *values*, int64[n], that may have the value of another row, rising.

    They are all rows that have one, and some that have none: what a filter of hashes lets pass
    (Bloom, *Space/time trade-offs in hash coding with allowable errors*, 1970).
    """
    rows: NDArray[np.int64] = _kernel.may_recur(_array(values, np.int64, 1))
    return rows


def normalise(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    lengths: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]]:
    """
    Return the texts normalised, uint8[N'], their offsets, int64[m + 1], and words, int32[m].

    Each text, cut after *lengths* code points, int64[m], where these are given, becomes what
    `normalise_text` makes of it; for words see `normalising.count_words`.
    """
    data, offsets = _column(data, offsets)
    if lengths is not None:
        lengths = _same(lengths, offsets[:-1])
    normalised: tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]]
    normalised = _kernel.normalise(data, offsets, lengths)
    return normalised


class Signs(NamedTuple):
    """The signs of stretches of a text, in their order; see `text/signs.py` for what they are."""

    counts: NDArray[np.int64]
    """int64[m + 1]: signs before each stretch; those of stretch i are `counts[i]:counts[i + 1]`."""
    starts: NDArray[np.int64]
    """int64[k]: where each begins in the data,"""
    ends: NDArray[np.int64]
    """int64[k]: and where it ends."""
    told: NDArray[np.int32]
    """int32[k]: the code point that tells it."""


def signs(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Signs:
    """
    Return the signs of the stretches of *data* from *starts* to *ends*, int64[m] each.

    What stands around a stretch does not count. Stretches that do not lie in *data* are a
    `ValueError`.
    """
    data, starts = _array(data, np.uint8, 1), _array(starts, np.int64, 1)
    ends = _same(ends, starts)
    _check_stretches(starts, ends, data)
    return Signs(*_kernel.signs(data, starts, ends))


def sketch(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], *, size: int = SIZE, words: bool = False
) -> NDArray[np.int32]:
    """
    Return the signatures, int32[m, 128], of normalised texts over their `shingles`.

    They are those of `datasketch.MinHash(128, scheme="affine32", hashfunc=shingle_hash)` after
    `update_batch(shingles(text, size=size, words=words))`; all bits are set for an empty text. Of
    words a shingle has at most 64.
    """
    if not 1 <= size <= (_MOST_UNITS if words else size):
        message = f"a shingle needs at least 1 unit, and at most {_MOST_UNITS} words, not {size}"
        raise ValueError(message)
    signatures: NDArray[np.int32] = _kernel.sketch(*_column(data, offsets), size, words=words)
    return signatures


def sketch_bands(  # noqa: PLR0913 - the texts, and how they are sketched
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    rows: NDArray[np.int64],
    components: NDArray[np.int32],
    *,
    size: int = SIZE,
    words: bool = False,
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """
    Return what is kept of the signatures of some texts: keys, int32[k, bands], bits, int8[k, 128].

    *rows*, int64[k], are the texts, and *components*, int32[bands, n], those of a signature that a
    band is made of: a key is 32 well mixed bits of them. The keys of one band lie beside each
    other. The bits are the low byte of each component. For the signatures see `sketch`.
    """
    data, offsets = _column(data, offsets)
    rows, components = _array(rows, np.int64, 1), _array(components, np.int32, 2)
    _check_there(rows, len(offsets) - 1)
    if size < 1:
        message = f"a shingle needs at least 1 unit, not {size}"
        raise ValueError(message)
    if components.size and (components.min() < 0 or components.max() >= permutations.COUNT):
        message = f"components must be 0 to {permutations.COUNT - 1}"
        raise ValueError(message)
    kept: tuple[NDArray[np.int32], NDArray[np.int8]]
    kept = _kernel.sketch_bands(data, offsets, rows, components, size, words=words)
    return kept


def gram_sets(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], *, size: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """
    Return the set of n-grams of each normalised text, sorted: uint64[n], and offsets, int64[m + 1].

    A set holds the `wide_hash` of each of `shingles(text, size=size, words=True)`, once; *size* is
    64 at most.
    """
    if not 1 <= size <= _MOST_UNITS:
        message = f"an n-gram needs at least 1 unit, and at most {_MOST_UNITS}, not {size}"
        raise ValueError(message)
    hashes, counts = _kernel.grams(*_column(data, offsets), size)
    new = np.ones(len(hashes), np.bool_)
    for start, end in pairwise(counts.tolist()):
        row = hashes[start:end]
        row.sort()
        new[start + 1 : end] = row[1:] != row[:-1]
    return hashes[new], np.concatenate([[0], np.cumsum(new)])[counts]


def shared(
    first: tuple[NDArray[np.uint64], NDArray[np.int64]],
    second: tuple[NDArray[np.uint64], NDArray[np.int64]],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
) -> NDArray[np.int64]:
    """
    Return how many values set *a* of *first* and set *b* of *second* share, in pairs: int64[k].

    Both are columns of sets as `gram_sets` gives them; numbers of sets that are not there are a
    `ValueError`.
    """
    a = _array(a, np.int64, 1)
    b = _same(b, a)
    for (_, offsets), rows in ((first, a), (second, b)):
        _check_there(rows, len(offsets) - 1)
    counts: NDArray[np.int64] = _kernel.shared(_sets(first), _sets(second), a, b)
    return counts


def _sets(
    sets: tuple[NDArray[np.uint64], NDArray[np.int64]],
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the parts of a column of sets contiguous, after checking their types."""
    return _array(sets[0], np.uint64, 1), _array(sets[1], np.int64, 1)


def same_text_at(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """
    Return whether the rows *a* and *b*, int64[k] each, of normalised texts are the same text.

    That is what `same_text` says of two texts. Row numbers are 0 to m - 1; others are a
    `ValueError`. Quickest where pairs with one *a* stand together.
    """
    data, offsets = _column(data, offsets)
    a, b = _array(a, np.int64, 1), _array(b, np.int64, 1)
    _check_rows(a, b, len(offsets) - 1)
    same: NDArray[np.bool_] = _kernel.same_text_at(data, offsets, a, b)
    return same


def _check_rows(a: NDArray[np.int64], b: NDArray[np.int64], count: int) -> None:
    """Check that there are as many rows *a* as *b*, and that all are there."""
    if len(a) != len(b):
        message = f"{len(a)} rows cannot be compared with {len(b)}"
        raise ValueError(message)
    for rows in (a, b):
        _check_there(rows, count)


def _check_there(rows: NDArray[np.int64], count: int) -> None:
    """Check that all rows are among so many."""
    if len(rows) and (rows.min() < 0 or rows.max() >= count):
        message = f"row numbers must be 0 to {count - 1}"
        raise ValueError(message)


class Crowding(NamedTuple):
    """How the rows of a bucket meet; see `meet`."""

    bands: int
    """How many there are."""
    crowd: int
    """Rows of a bucket up to which all meet,"""
    long_crowd: int
    """and of one that begins with a long text,"""
    far: int
    """of at least so many characters."""


class Met(NamedTuple):
    """Rows that met, and counts."""

    a: NDArray[np.int64]
    """int64[k]: the earlier row of each pair whose lengths allow a match."""
    b: NDArray[np.int64]
    """int64[k]: the later one."""
    cut: NDArray[np.int64]
    """First rows of the buckets of which not all rows met."""
    met: int
    """Pairs that met at all."""


def meet(
    keys: NDArray[np.int64],
    characters: NDArray[np.int32],
    crowding: Crowding,
    *,
    threshold: float,
) -> Met:
    """
    Return the pairs of rows of equal keys that may match.

    *keys*, int64[n], are sorted; above 32 bits of each stands the number of its band, from 0.
    *characters*, int32[n], are the lengths of the texts. All rows of a bucket meet; in a crowd each
    meets the first one and, of those before it, the one at the distance of the band's number + 1
    and, in a long crowd, each further *bands* back, up to *long_crowd*. A pair is kept where
    2 min / (sum of the lengths) is at least *threshold*.
    """
    keys, characters = _array(keys, np.int64, 1), _same(characters, keys, np.int32)
    return Met(*_kernel.meet(keys, characters, tuple(crowding), threshold))


def alike(
    first: NDArray[np.int8],
    second: NDArray[np.int8],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    *,
    equal: int,
) -> NDArray[np.bool_]:
    """
    Return whether row *a* of *first* and row *b* of *second* have *equal* equal bytes or more.

    Both are int8[n, 128], a byte of each component of signatures; *a* and *b*, int64[k], are rows
    in pairs. Numbers of rows that are not there are a `ValueError`.
    """
    first, second = _array(first, np.int8, 2), _array(second, np.int8, 2)
    for some in (first, second):
        if some.shape[1] != permutations.COUNT:
            message = f"a signature has {permutations.COUNT} components, not {some.shape[1]}"
            raise ValueError(message)
    a = _array(a, np.int64, 1)
    b = _same(b, a)
    _check_there(a, len(first))
    _check_there(b, len(second))
    found: NDArray[np.bool_] = _kernel.alike(first, second, a, b, equal)
    return found


def indel(
    first: tuple[NDArray[np.uint8], NDArray[np.int64]],
    second: tuple[NDArray[np.uint8], NDArray[np.int64]],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    limits: NDArray[np.int64],
) -> NDArray[np.int64]:
    """
    Return the indel distance of row *a* of *first* and row *b* of *second*, in pairs: int64[k].

    It is `rapidfuzz.distance.Indel.distance`, in code points of valid UTF-8; -1 where it is above
    *limits*, int64[k].
    """
    first, second = _column(*first), _column(*second)
    a = _array(a, np.int64, 1)
    b, limits = _same(b, a), _same(limits, a)
    for rows, column in ((a, first), (b, second)):
        _check_there(rows, len(column[1]) - 1)
    distances: NDArray[np.int64] = _kernel.indel(first, second, a, b, limits)
    return distances


class Lines(NamedTuple):
    """The lines of texts that are more than white space; a row a line, text after text."""

    text: NDArray[np.int64]
    """int64[k]: the text of each."""
    start: NDArray[np.int64]
    """int64[k]: code points of the text, without the white space at both edges."""
    end: NDArray[np.int64]
    line: NDArray[np.int64]
    """int64[k]: its number in the text, from 1, lines of white space counted."""
    first: NDArray[np.int64]
    """int64[k]: bytes of the data, as `start` and `end`."""
    last: NDArray[np.int64]
    ends: NDArray[np.int64]
    """int64[m]: the line ends of each text."""


def lines(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Lines:
    r"""Return the lines of texts, which end at "\n" alone; white space is `text.lines.WHITE`."""
    return Lines(*_kernel.lines(*_column(data, offsets)))


BLANK, ODD, TAKEN = range(3)
"""What a line of JSON is: nothing but white space, left to others, an object that was read."""
MISSING, NULL, STRING, LITERAL, OTHER = range(5)
"""What a value is: not there, null, a string, a number, anything else."""


class JsonLines(NamedTuple):
    """Lines of JSON, and where the values of some fields of the objects in them lie."""

    ends: NDArray[np.int64]
    """int64[n]: where each line ends, its line end included."""
    lines: NDArray[np.int8]
    """int8[n]: `BLANK`, `ODD` or `TAKEN`."""
    starts: NDArray[np.int64]
    """int64[k, w]: of each line that is taken where its value by each way begins; of a string
    behind its quote,"""
    stops: NDArray[np.int64]
    """and where it ends; of a string at its quote. 0 of what is neither string nor number."""
    kinds: NDArray[np.int8]
    """int8[k, w]: `MISSING`, `NULL`, `STRING`, `LITERAL` or `OTHER`."""


def json_lines(data: NDArray[np.uint8], ways: Sequence[Sequence[bytes]]) -> JsonLines:
    """
    Read the lines of *data*, and find in each object the values that *ways* lead to.

    A way is a key of the object, or of an object under a key, and so on. Which lines are taken is
    the kernel's own choice, and never one that two parsers might read differently, or a key on the
    way that is there twice or escaped: that is for the caller to read, or to refuse.
    """
    if not all(ways):
        message = "a way has at least one key"
        raise ValueError(message)
    return JsonLines(*_kernel.json_lines(_array(data, np.uint8, 1), [list(way) for way in ways]))


def unescaped(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """
    Return what the JSON strings from *starts* to *ends*, int64[k] each, stand for; their offsets.

    They come without their quotes; stretches that do not lie in *data*, or hold an escape that JSON
    does not know, are a `ValueError`.
    """
    data, starts = _array(data, np.uint8, 1), _array(starts, np.int64, 1)
    ends = _same(ends, starts)
    _check_stretches(starts, ends, data)
    texts: tuple[NDArray[np.uint8], NDArray[np.int64]] | None = _kernel.unescaped(
        data, starts, ends
    )
    if texts is None:
        message = "not all of this is the inside of JSON strings"
        raise ValueError(message)
    return texts


class Units(NamedTuple):
    """
    Where the words of texts lie, and what they are: rows of one unit each, text after text.

    A unit is a run of letters, marks and numbers, or one character of a script without spaces with
    the marks after it.
    """

    counts: NDArray[np.int64]
    """int64[m + 1]: the units of text i are rows `counts[i]` to `counts[i + 1]`."""
    starts: NDArray[np.int32]
    """Code points in the text."""
    ends: NDArray[np.int32]
    halves: NDArray[np.int8]
    """Halves of a word that it counts: 2, in scripts without spaces 1 a character (at most 10)."""
    hashes: NDArray[np.uint32]
    """Of what the unit normalises to."""


class Budget(NamedTuple):
    """What an extension may spend, in halves of words."""

    skip: int
    """Passed over on either side at once where two texts differ."""
    agree: int
    """Equal behind what was passed over."""
    end: int
    """Equal at the end of an extension."""
    drop: int
    """How far the score may fall below its best before the walk is given up."""


def units(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Units:
    """
    Return the units of raw texts (UTF-8; lone surrogates as `surrogatepass` writes them).

    Units that normalise to nothing are left out.
    """
    return Units(*_kernel.units(*_column(data, offsets)))


class Laid(NamedTuple):
    """Units of documents, laid end to end; a row a unit."""

    starts: NDArray[np.int32]
    """int32[n]: code points in the document."""
    ends: NDArray[np.int32]
    halves: NDArray[np.int8]
    """int8[n]: as of `Units`,"""
    hashes: NDArray[np.uint32]
    """uint32[n]: likewise."""
    row: NDArray[np.int64]
    """int64[n]: the text of each."""
    places: NDArray[np.int64]
    """int64[n]: where each begins, in halves of words, walls counted."""
    base: NDArray[np.int64]
    """int64[d]: the place at which each document begins."""


def lay(
    units: Units,
    begin: NDArray[np.int32],
    room: NDArray[np.int64],
    documents: NDArray[np.int64],
    *,
    wall: int,
) -> Laid:
    """
    Return the *units* of texts that begin in the first *room* code points, int64[m], of theirs.

    Text i lies from `begin[i]` on in its document, int32[m]; *documents*, int64[d], are the first
    texts of each, rising from 0. Where units are left out, and before each document but the first,
    there is a wall of *wall* halves.
    """
    columns = (_array(begin, np.int32, 1), _array(room, np.int64, 1))
    return Laid(*_kernel.lay(tuple(units), *columns, _array(documents, np.int64, 1), wall))


def winnow(units: Laid, *, length: int, window: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Return the rows of the seeds among *units*, int64[k], and their keys of 40 bits, int64[k].

    Where a unit does not lie directly behind the one before there is a wall. A gram is the shortest
    run of units of *length* halves that crosses none. Of the grams that begin within *window*
    halves the one with the smallest key is a seed, of equals the last (Schleimer, Wilkerson and
    Aiken, *Winnowing*, SIGMOD 2003).
    """
    kept: tuple[NDArray[np.int64], NDArray[np.int64]] = _kernel.winnow(
        units.hashes, units.halves, units.places, length, window
    )
    return kept


def chain(  # noqa: PLR0913 - the rows, and what joins them
    group: NDArray[np.int64],
    source: NDArray[np.int64],
    copy: NDArray[np.int64],
    same: NDArray[np.uint8],
    *,
    gap: int,
    drift: int,
    length: int,
) -> NDArray[np.int64]:
    """
    Return for each seed that two texts share the row of the first one of its chain: int64[k].

    Rows stand together by *group*, sorted by *copy*, then *source*. A seed joins the chain whose
    last seed lies before it on both sides, at most *gap* halves, and at most *drift* off its
    diagonal: the nearest one, of equals the latest. Where *same* is set the two texts are one, and
    a source's seed of *length* halves ends before the copy of its chain begins.
    """
    columns = [_array(column, np.int64, 1) for column in (group, source, copy)]
    first: NDArray[np.int64] = _kernel.chain(
        *columns, _array(same, np.uint8, 1), gap, drift, length
    )
    return first


def extend(
    units: Laid,
    spans: NDArray[np.int64],
    limits: NDArray[np.int64],
    same: NDArray[np.uint8],
    budget: Budget,
) -> NDArray[np.int64]:
    """
    Return pairs of stretches extended to both sides, the beginning first: int64[k, 4].

    A row is source first, past, copy first, past, as rows of *units*, and so is a row of *limits*.
    Where *same* is set the two lie in one text and stay disjoint. The walk goes over equal units;
    where two differ it passes over the fewest, on either side at most `budget.skip`, that are
    followed by `budget.agree` equal ones, and is given up `budget.drop` below its best score (equal
    units count for, passed ones against; the X-drop of Altschul and others, BLAST, 1997).
    """
    spans, limits = _array(spans, np.int64, 2), _array(limits, np.int64, 2)
    extended: NDArray[np.int64] = _kernel.extend(
        units.hashes, units.halves, spans, limits, _array(same, np.uint8, 1), tuple(budget)
    )
    return extended


def _same(
    array: NDArray[T],
    other: NDArray[np.generic],
    dtype: type[T] = np.int64,  # type: ignore[assignment]
) -> NDArray[T]:
    """Return *array* contiguous, after checking its type and that it is as long as another one."""
    array = _array(array, dtype, 1)
    if len(array) != len(other):
        message = f"expected {len(other)} rows, not {len(array)}"
        raise ValueError(message)
    return array


def _rows(array: NDArray[T], other: NDArray[T]) -> NDArray[T]:
    """Return *array* contiguous, after checking that its rows are like those of another one."""
    if array.dtype != other.dtype or array.shape[1:] != other.shape[1:]:
        message = f"rows of {array.dtype} cannot be gathered with rows of {other.dtype}"
        raise TypeError(message)
    return np.ascontiguousarray(array)


def _array(array: NDArray[T], dtype: type[T], dimensions: int) -> NDArray[T]:
    """Return *array* contiguous, after checking its type and number of dimensions."""
    array = np.ascontiguousarray(array)
    if array.dtype != dtype:
        message = f"expected {np.dtype(dtype)}, not {array.dtype}"
        raise TypeError(message)
    if array.ndim != dimensions:
        message = f"expected {dimensions} dimensions, not {array.ndim}"
        raise ValueError(message)
    return array


def _column(
    data: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the parts of a ragged column contiguous, after checking them."""
    data, offsets = _array(data, np.uint8, 1), _array(offsets, np.int64, 1)
    if not len(offsets):
        message = "offsets need one number more than there are texts, so at least one"
        raise ValueError(message)
    if offsets[0] < 0 or offsets[-1] > len(data) or (offsets[1:] < offsets[:-1]).any():
        message = f"offsets must rise from 0 or more to at most the {len(data)} bytes of data"
        raise ValueError(message)
    return data, offsets
