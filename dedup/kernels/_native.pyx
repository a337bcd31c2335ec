# cython: language_level=3, boundscheck=False, freethreading_compatible=True
"""
The compiled kernel: a binding of each function of the headers, which makes room for the result.

The functions are those of the same names in `dedup.kernels`, which explains them; arguments come
checked and contiguous. The GIL is held for no longer than it takes to look at them. What a header
gives up, `exactly` does.
"""

import numpy as np

from dedup.kernels import exactly, permutations
from dedup.text import unicode_table
from dedup.text.lines import WHITE
from dedup.text.signs import overlaid

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t

cdef extern from "fold.h":
    ctypedef struct dedup_table:
        const uint32_t *pages
        const uint32_t *entries
        const uint32_t *pool

    int64_t dedup_fold(
        const dedup_table *table, const uint8_t *data, const int64_t *starts, const int64_t *stops,
        int64_t row, int64_t rows, uint8_t *to, int64_t room, int64_t *ends, int32_t *words
    ) nogil

cdef extern from "columns.h":
    void dedup_copy(
        const uint8_t *data, const int64_t *starts, const int64_t *ends, const int64_t *places,
        int64_t rows, uint8_t *to
    ) nogil
    ctypedef struct dedup_part:
        const uint8_t *rows
        int64_t count

    ctypedef struct dedup_texts:
        const uint8_t *data
        int64_t length
        const int64_t *offsets
        int64_t count

    int dedup_gather(
        const dedup_part *parts, int64_t count, const int64_t *part, const int64_t *row,
        int64_t rows, int64_t width, uint8_t *to
    ) nogil
    int dedup_lay_texts(
        const dedup_texts *parts, int64_t count, const int64_t *part, const int64_t *row,
        int64_t rows, int64_t *offsets
    ) nogil
    void dedup_gather_texts(
        const dedup_texts *parts, const int64_t *part, const int64_t *row, int64_t rows,
        const int64_t *offsets, uint8_t *to
    ) nogil
    void dedup_characters(
        const uint8_t *data, const int64_t *offsets, int64_t rows, int32_t *counts
    ) nogil
    void dedup_prefixes(
        const uint8_t *data, const int64_t *offsets, int64_t rows, const int64_t *characters,
        int64_t *ends
    ) nogil

cdef extern from "sketch.h":
    ctypedef struct dedup_permutations:
        const uint32_t *multipliers
        const uint32_t *addends

    void dedup_choose_loops()
    void dedup_sketch(
        const dedup_permutations *by, const dedup_table *table, const uint8_t *data,
        const int64_t *offsets, int64_t rows, int64_t size, uint32_t *signatures
    ) nogil

cdef extern from "grams.h":
    void dedup_grams(
        const dedup_table *table, const uint8_t *data, const int64_t *offsets, int64_t rows,
        int64_t size, int64_t *counts, uint64_t *hashes
    ) nogil
    void dedup_count_shared(
        const uint64_t *first, const int64_t *first_offsets, const uint64_t *second,
        const int64_t *second_offsets, const int64_t *a, const int64_t *b, int64_t pairs,
        int64_t *counts
    ) nogil

cdef extern from "sign.h":
    ctypedef struct dedup_sign_table:
        const uint32_t *pages
        const uint32_t *entries
        const uint32_t *firsts
        const uint32_t *wholes
        int64_t composites

    ctypedef struct dedup_signs_out:
        int64_t count
        int64_t room
        int64_t *starts
        int64_t *ends
        int32_t *told

    int64_t dedup_find_signs(
        const dedup_sign_table *table, const uint8_t *data, const int64_t *starts,
        const int64_t *ends, int64_t row, int64_t rows, int64_t *counts, dedup_signs_out *out
    ) nogil

cdef extern from "digest.h":
    void dedup_choose_digest()
    void dedup_digest(
        const uint8_t *data, const int64_t *offsets, int64_t rows, int64_t *first, int64_t *second
    ) nogil

cdef extern from "meet.h":
    ctypedef struct dedup_meeting:
        int64_t band
        int64_t bands
        int64_t crowd
        int64_t long_crowd
        int64_t far
        double threshold

    ctypedef struct dedup_met:
        int64_t *a
        int64_t *b
        int64_t count
        int64_t room
        int64_t met

    ctypedef struct dedup_banding:
        const int32_t *components
        int64_t bands
        int64_t size

    void dedup_sketch_bands(
        const dedup_permutations *by, const dedup_table *table, const uint8_t *data,
        const int64_t *offsets, int64_t texts, const int64_t *chosen, int64_t rows, int64_t size,
        const dedup_banding *banding, int32_t *keys, int8_t *bits
    ) nogil
    int64_t dedup_meet(
        const dedup_meeting *by, const int64_t *keys, const int32_t *characters, int64_t row,
        int64_t rows, dedup_met *out, uint8_t *cut
    ) nogil
    void dedup_alike(
        const int8_t *first, const int8_t *second, const int64_t *a, const int64_t *b,
        int64_t pairs, int32_t equal, uint8_t *alike
    ) nogil

cdef extern from "indel.h":
    int dedup_indel(
        const uint8_t *first, const int64_t *first_offsets, const uint8_t *second,
        const int64_t *second_offsets, const int64_t *a, const int64_t *b, const int64_t *limits,
        int64_t pairs, int64_t longest, int64_t *distances
    ) nogil

cdef extern from "units.h":
    ctypedef struct dedup_units_out:
        int64_t count
        int32_t *starts
        int32_t *ends
        int8_t *halves
        uint32_t *hashes

    void dedup_units(
        const dedup_table *table, const uint8_t *data, const int64_t *offsets, int64_t rows,
        int64_t *counts, dedup_units_out *out
    ) nogil

cdef extern from "chains.h":
    ctypedef struct dedup_budget:
        int64_t skip
        int64_t agree
        int64_t end
        int64_t drop

    ctypedef struct dedup_laid_units:
        int32_t *starts
        int32_t *ends
        int8_t *halves
        uint32_t *hashes
        int64_t *row
        int64_t *places

    int64_t dedup_lay(
        const dedup_laid_units *units, const int64_t *counts, int64_t rows, const int32_t *begin,
        const int64_t *room, const int64_t *documents, int64_t document_count, int64_t wall,
        const dedup_laid_units *to, int64_t *base
    ) nogil
    int64_t dedup_winnow(
        const uint32_t *hashes, const int8_t *halves, const int64_t *places, int64_t units,
        int64_t length, int64_t window, int64_t *keys, int64_t *rows
    ) nogil
    void dedup_chain(
        const int64_t *group, const int64_t *source, const int64_t *copy, const uint8_t *same,
        int64_t rows, int64_t gap, int64_t drift, int64_t length, int64_t *first, uint8_t *is_last
    ) nogil
    void dedup_extend(
        const uint32_t *hashes, const int8_t *halves, int64_t *spans, const int64_t *limits,
        const uint8_t *same, int64_t rows, const dedup_budget *budget
    ) nogil

cdef extern from "order.h":
    ctypedef struct dedup_key:
        const int64_t *values

    int dedup_is_sorted(const dedup_key *keys, int64_t count, int64_t rows) nogil
    int dedup_pack(
        dedup_key *keys, int64_t count, int64_t rows, uint64_t *words, int *whole
    ) nogil
    int dedup_unpack(
        const dedup_key *keys, int64_t count, uint64_t *words, int64_t rows, int row_bits, int whole
    ) nogil
    void dedup_sorted_key(
        const dedup_key *keys, int64_t count, int64_t key, const uint64_t *words, int64_t rows,
        int row_bits, int64_t *to
    ) nogil
    int64_t dedup_may_recur(const int64_t *values, int64_t rows, int64_t *to) nogil

cdef extern from "jsonl.h":
    ctypedef struct dedup_ways:
        const uint8_t *data
        const int64_t *keys
        const int64_t *first
        int64_t count

    ctypedef struct dedup_values:
        int64_t *starts
        int64_t *ends
        int8_t *kinds
        int32_t *level
        int32_t *seen

    int64_t dedup_read_lines(
        const dedup_ways *ways, const uint8_t *data, int64_t length, int64_t *ends, int8_t *lines,
        dedup_values *out
    ) nogil
    int64_t dedup_unescape(
        const uint8_t *data, const int64_t *starts, const int64_t *ends, int64_t rows, uint8_t *to,
        int64_t *offsets
    ) nogil

cdef extern from "lines.h":
    ctypedef struct dedup_white:
        const uint32_t *points
        int64_t count
        uint8_t ascii[0x80]

    ctypedef struct dedup_lines_out:
        int64_t *text
        int64_t *start
        int64_t *end
        int64_t *line
        int64_t *first
        int64_t *last

    int64_t dedup_lines(
        const dedup_white *white, const uint8_t *data, const int64_t *offsets, int64_t texts,
        int64_t *ends, dedup_lines_out *out
    ) nogil

cdef extern from "same.h":
    bint dedup_same(
        const dedup_table *table, const uint8_t *data, const int64_t *offsets, int64_t rows,
        const int64_t *a, const int64_t *b, int64_t pairs, uint8_t *same
    ) nogil

dedup_choose_loops()
dedup_choose_digest()

# The Unicode table and the permutations, held for good.
_unicode = unicode_table.load()
cdef const uint32_t[::1] PAGES = _unicode.pages
cdef const uint32_t[::1] ENTRIES = _unicode.entries
cdef const uint32_t[::1] POOL = _unicode.pool
cdef dedup_table TABLE
TABLE.pages, TABLE.entries, TABLE.pool = &PAGES[0], &ENTRIES[0], &POOL[0]

cdef const uint32_t[::1] MULTIPLIERS = np.array(permutations.MULTIPLIERS, np.uint32)
cdef const uint32_t[::1] ADDENDS = np.array(permutations.ADDENDS, np.uint32)
cdef dedup_permutations PERMUTATIONS
PERMUTATIONS.multipliers, PERMUTATIONS.addends = &MULTIPLIERS[0], &ADDENDS[0]

cdef const uint32_t[::1] WHITE_POINTS = np.array([*map(ord, WHITE)], np.uint32)
cdef dedup_white WHITE_SPACE
WHITE_SPACE.points, WHITE_SPACE.count = &WHITE_POINTS[0], WHITE_POINTS.shape[0]
for _byte in range(0x80):
    WHITE_SPACE.ascii[_byte] = chr(_byte) in WHITE

# Bytes of room beyond the input's length and an eighth: few texts grow, and those by little.
SLACK = 64
# Bytes of a text for each sign that there is room for at first.
BYTES_A_SIGN = 64
NEWLINE = b"\n"[0]
# Pairs of rows that there is room for at once, at least.
LEAST_PAIRS = 1 << 16


def copy(
    const uint8_t[::1] data, const int64_t[::1] starts, const int64_t[::1] ends,
    const int64_t[::1] places, uint8_t[::1] to,
):
    """Copy stretches of *data* to their places in *to*."""
    with nogil:
        dedup_copy(&data[0], &starts[0], &ends[0], &places[0], starts.shape[0], &to[0])


def gather(list parts, const int64_t[::1] part, const int64_t[::1] row):
    """Return rows of several arrays; `None` where one is not there."""
    gathered = np.empty((part.shape[0], parts[0].shape[1]), np.uint8)
    cdef const int64_t[:, ::1] places = np.array(
        [(some.ctypes.data, len(some)) for some in parts], np.int64
    )
    cdef uint8_t[:, ::1] to = gathered
    cdef bint are_there = True
    if to.shape[0] and to.shape[1]:
        with nogil:
            are_there = dedup_gather(
                <const dedup_part *>&places[0, 0], places.shape[0], &part[0], &row[0],
                to.shape[0], to.shape[1], &to[0, 0],
            )
    return gathered if are_there else None


def gather_texts(list parts, const int64_t[::1] part, const int64_t[::1] row):
    """Return texts of several columns end to end; `None` where one is not there."""
    laid = np.zeros(part.shape[0] + 1, np.int64)
    cdef const int64_t[:, ::1] places = np.array(
        [(data.ctypes.data, len(data), own.ctypes.data, len(own) - 1) for data, own in parts],
        np.int64,
    )
    cdef int64_t[::1] offsets = laid
    cdef bint are_there = True
    cdef uint8_t[::1] to
    if part.shape[0]:
        with nogil:
            are_there = dedup_lay_texts(
                <const dedup_texts *>&places[0, 0], places.shape[0], &part[0], &row[0],
                row.shape[0], &offsets[0],
            )
    if not are_there:
        return None
    texts = np.empty(laid[-1], np.uint8)
    to = texts
    if to.shape[0]:
        with nogil:
            dedup_gather_texts(
                <const dedup_texts *>&places[0, 0], &part[0], &row[0], row.shape[0], &offsets[0],
                &to[0],
            )
    return texts, laid


def characters(const uint8_t[::1] data, const int64_t[::1] offsets):
    """Return the code points of each text."""
    counted = np.empty(offsets.shape[0] - 1, np.int32)
    cdef int32_t[::1] counts = counted
    with nogil:
        dedup_characters(&data[0], &offsets[0], counts.shape[0], &counts[0])
    return counted


def prefixes(
    const uint8_t[::1] data, const int64_t[::1] offsets, const int64_t[::1] lengths,
):
    """Return where in *data* each text has had so many code points."""
    found = np.empty(lengths.shape[0], np.int64)
    cdef int64_t[::1] ends = found
    with nogil:
        dedup_prefixes(&data[0], &offsets[0], ends.shape[0], &lengths[0], &ends[0])
    return found


def digest(const uint8_t[::1] data, const int64_t[::1] offsets):
    """Return both halves of the digest of each text."""
    halves = np.empty((2, offsets.shape[0] - 1), np.int64)
    cdef int64_t[::1] first = halves[0], second = halves[1]
    with nogil:
        dedup_digest(&data[0], &offsets[0], first.shape[0], &first[0], &second[0])
    return halves[0], halves[1]


def normalise(data, offsets, lengths=None):
    """Return the texts normalised, their offsets, and the words of each."""
    starts = offsets[:-1]
    stops = offsets[1:] if lengths is None else prefixes(data, offsets, lengths)
    return exactly.normalised(data, starts, stops, *fold(data, starts, stops))


def fold(
    const uint8_t[::1] data, const int64_t[::1] starts, const int64_t[::1] stops,
):
    """
    Return the stretches of *data* normalised, the end of each, and its words.

    A stretch that is given up is empty and has -1 words.
    """
    cdef int64_t row = 0, rows = starts.shape[0]
    cdef int64_t size = np.sum(np.subtract(stops, starts))
    folded = np.empty(size + size // 8 + SLACK, np.uint8)
    offsets, counted = np.zeros(rows + 1, np.int64), np.zeros(rows, np.int32)
    cdef uint8_t[::1] to = folded
    cdef int64_t[::1] ends = offsets
    cdef int32_t[::1] words = counted
    while True:
        with nogil:
            row = dedup_fold(
                &TABLE, &data[0], &starts[0], &stops[0], row, rows, &to[0], to.shape[0], &ends[0],
                &words[0],
            )
        if row == rows:
            return folded, offsets, counted
        # Not all texts fit: go on with as much room again.
        folded = np.concatenate([folded, np.empty_like(folded)])
        to = folded


def signs(
    const uint8_t[::1] data, const int64_t[::1] starts, const int64_t[::1] ends,
):
    """Return the signs of stretches: how many up to each, where each lies, as what it is told."""
    cdef const uint32_t[::1] pages = _unicode.sign_pages, entries = _unicode.sign_entries
    cdef const uint32_t[:, ::1] composites = np.array(list(overlaid().items()), np.uint32).T.copy()
    cdef dedup_sign_table table
    table.pages, table.entries = &pages[0], &entries[0]
    table.firsts, table.wholes = &composites[0, 0], &composites[1, 0]
    table.composites = composites.shape[1]

    cdef int64_t rows = starts.shape[0]
    cdef int64_t row = 0 if data.shape[0] else rows
    before = np.zeros(rows + 1, np.int64)
    cdef int64_t[::1] counts = before
    room = data.shape[0] // BYTES_A_SIGN + SLACK
    found = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int32)
    cdef int64_t[::1] begins, stops
    cdef int32_t[::1] told
    cdef dedup_signs_out out
    while row < rows:
        begins, stops, told = found
        out.count, out.room = counts[row], told.shape[0]
        out.starts, out.ends, out.told = &begins[0], &stops[0], &told[0]
        with nogil:
            row = dedup_find_signs(
                &table, &data[0], &starts[0], &ends[0], row, rows, &counts[0], &out,
            )
        if row < rows:
            # Not all signs fit: go on with as much room again.
            found = tuple(np.concatenate([some, np.empty_like(some)]) for some in found)
    return before, *(some[: before[-1]].copy() for some in found)


def sketch(
    const uint8_t[::1] data, const int64_t[::1] offsets, int64_t size, *, bint words,
):
    """Return the signatures of the texts of *data*."""
    made = np.empty((offsets.shape[0] - 1, permutations.COUNT), np.uint32)
    cdef uint32_t[:, ::1] signatures = made
    with nogil:
        dedup_sketch(
            &PERMUTATIONS, &TABLE if words else NULL, &data[0], &offsets[0], signatures.shape[0],
            size, &signatures[0, 0],
        )
    return made.view(np.int32)


def grams(const uint8_t[::1] data, const int64_t[::1] offsets, int64_t size):
    """Return the hash of each n-gram of units, repeats included, and how many before each text."""
    # An n-gram begins with a unit, and a unit takes two bytes, or one and what parts it from the
    # next one, but at a text's end.
    cdef int64_t rows = offsets.shape[0] - 1, room = (offsets[rows] - offsets[0] + rows + 1) // 2
    found, before = np.empty(room, np.uint64), np.zeros(rows + 1, np.int64)
    cdef uint64_t[::1] hashes = found
    cdef int64_t[::1] counts = before
    if offsets[rows] > offsets[0]:
        with nogil:
            dedup_grams(&TABLE, &data[0], &offsets[0], rows, size, &counts[0], &hashes[0])
    return found[: before[-1]], before


def shared(tuple first, tuple second, const int64_t[::1] a, const int64_t[::1] b):
    """Return how many values the sets share, in pairs."""
    counted = np.zeros(a.shape[0], np.int64)
    cdef int64_t[::1] counts = counted
    cdef const uint64_t[::1] one, other
    cdef const int64_t[::1] offsets, other_offsets
    (one, offsets), (other, other_offsets) = first, second
    if a.shape[0] and one.shape[0] and other.shape[0]:
        with nogil:
            dedup_count_shared(
                &one[0], &offsets[0], &other[0], &other_offsets[0], &a[0], &b[0], a.shape[0],
                &counts[0],
            )
    return counted


def same_text_at(
    const uint8_t[::1] data, const int64_t[::1] offsets, const int64_t[::1] a,
    const int64_t[::1] b,
):
    """Return whether rows *a* and *b* are the same text. Raises `MemoryError`."""
    found = np.ones(a.shape[0], np.uint8)
    cdef uint8_t[::1] same = found
    cdef bint is_room = True
    if a.shape[0] and data.shape[0]:
        with nogil:
            is_room = dedup_same(
                &TABLE, &data[0], &offsets[0], offsets.shape[0] - 1, &a[0], &b[0], a.shape[0],
                &same[0],
            )
    if not is_room:
        raise MemoryError
    return found.view(np.bool_)


def order(list columns, int64_t most):
    """Return the row numbers that sort by columns, or `None`, and some sorted. Raises `MemoryError`."""
    cdef int64_t count = len(columns), rows = len(columns[0])
    cdef dedup_key keys[16]
    cdef const int64_t[::1] column
    cdef int64_t[::1] values
    cdef uint64_t[::1] words
    cdef int row_bits, whole, done
    if rows < 2:
        return None, columns[:most]
    for k in range(count):
        column = columns[k]
        keys[k].values = &column[0]
    with nogil:
        done = dedup_is_sorted(keys, count, rows)
    if done:
        return None, columns[:most]
    packed = np.empty(rows, np.uint64)
    words = packed
    with nogil:
        row_bits = dedup_pack(keys, count, rows, &words[0], &whole)
    packed.sort()
    # What the words hold whole is read out of them, one after the other; else rows are gathered.
    ordered = [np.empty(rows, np.int64) for _ in range(most if whole else 0)]
    for k in range(len(ordered)):
        values = ordered[k]
        with nogil:
            dedup_sorted_key(keys, count, k, &words[0], rows, row_bits, &values[0])
    with nogil:
        done = dedup_unpack(keys, count, &words[0], rows, row_bits, whole)
    if not done:
        raise MemoryError
    numbers = packed.view(np.int64)
    return numbers, ordered if whole else [own[numbers] for own in columns[:most]]


def may_recur(const int64_t[::1] values):
    """Return the rows whose value may be that of another row. Raises `MemoryError`."""
    found = np.empty(values.shape[0], np.int64)
    cdef int64_t[::1] rows = found
    cdef int64_t count = 0
    if rows.shape[0]:
        with nogil:
            count = dedup_may_recur(&values[0], values.shape[0], &rows[0])
    if count < 0:
        raise MemoryError
    return found[:count]


def sketch_bands(
    const uint8_t[::1] data, const int64_t[::1] offsets, const int64_t[::1] rows,
    const int32_t[:, ::1] components, int64_t size, *, bint words,
):
    """Return the keys of texts, those of a band beside each other, and the bits of signatures."""
    cdef dedup_banding banding
    banding.bands, banding.size = components.shape[0], components.shape[1]
    made = np.empty((components.shape[0], rows.shape[0]), np.int32)
    low = np.empty((rows.shape[0], permutations.COUNT), np.int8)
    cdef int32_t[:, ::1] keys = made
    cdef int8_t[:, ::1] bits = low
    if made.size:
        banding.components = &components[0, 0]
        with nogil:
            dedup_sketch_bands(
                &PERMUTATIONS, &TABLE if words else NULL, &data[0], &offsets[0],
                offsets.shape[0] - 1, &rows[0], rows.shape[0], size, &banding, &keys[0, 0],
                &bits[0, 0],
            )
    return made.T, low


def meet(
    const int64_t[::1] keys, const int32_t[::1] characters, tuple crowding, double threshold,
):
    """Return the rows that meet, the first rows of crowds, and how many met at all."""
    cdef dedup_meeting by
    by.bands, by.crowd, by.long_crowd, by.far = crowding
    by.threshold = threshold

    cdef int64_t row = 0, begun, rows = keys.shape[0]
    crowds = np.zeros(rows, np.uint8)
    cdef uint8_t[::1] cut = crowds
    room = max(LEAST_PAIRS, 2 * rows)
    parts = [np.empty((2, 0), np.int64)]
    cdef int64_t[:, ::1] pairs
    cdef dedup_met out
    out.met = 0
    while row < rows:
        parts.append(np.empty((2, room), np.int64))
        pairs, begun = parts[-1], row
        out.a, out.b, out.count, out.room = &pairs[0, 0], &pairs[1, 0], 0, pairs.shape[1]
        with nogil:
            row = dedup_meet(&by, &keys[0], &characters[0], row, rows, &out, &cut[0])
        parts[-1] = parts[-1][:, : out.count]
        # A bucket that does not fit alone needs more room.
        room *= 1 + (row == begun)
    a, b = np.concatenate(parts, axis=1)
    return a, b, np.flatnonzero(crowds), out.met


def alike(
    const int8_t[:, ::1] first, const int8_t[:, ::1] second, const int64_t[::1] a,
    const int64_t[::1] b, int32_t equal,
):
    """Return whether so many bytes of rows in pairs are equal."""
    found = np.empty(a.shape[0], np.uint8)
    cdef uint8_t[::1] are = found
    if a.shape[0]:
        with nogil:
            dedup_alike(
                &first[0, 0], &second[0, 0], &a[0], &b[0], a.shape[0], equal, &are[0],
            )
    return found.view(np.bool_)


def indel(
    tuple first, tuple second, const int64_t[::1] a, const int64_t[::1] b,
    const int64_t[::1] limits,
):
    """Return the distance of rows in pairs. Raises `MemoryError`."""
    measured = np.empty(a.shape[0], np.int64)
    cdef int64_t[::1] distances = measured
    cdef const uint8_t[::1] one, other
    cdef const int64_t[::1] offsets, other_offsets
    cdef int64_t longest
    cdef bint is_room = True
    if a.shape[0]:
        (one, offsets), (other, other_offsets) = first, second
        longest = max(int(np.diff(column[1]).max()) for column in (first, second))
        with nogil:
            is_room = dedup_indel(
                &one[0], &offsets[0], &other[0], &other_offsets[0], &a[0], &b[0], &limits[0],
                a.shape[0], longest, &distances[0],
            )
    if not is_room:
        raise MemoryError
    return measured


def units(data, offsets):
    """Return the units of each text."""
    cdef const uint8_t[::1] raw = data
    cdef const int64_t[::1] places = offsets
    cdef int64_t rows = places.shape[0] - 1, size = places[rows] - places[0]
    # A unit takes two bytes, or one and what parts it from the next one, but at a text's end.
    room = (size + rows + 1) // 2
    before = np.zeros(rows + 1, np.int64)
    columns = (
        np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int8),
        np.empty(room, np.uint32),
    )
    cdef int64_t[::1] counts = before
    cdef int32_t[::1] starts, ends
    cdef int8_t[::1] halves
    cdef uint32_t[::1] hashes
    cdef dedup_units_out out
    if size:
        starts, ends, halves, hashes = columns
        out.count = 0
        out.starts, out.ends = &starts[0], &ends[0]
        out.halves, out.hashes = &halves[0], &hashes[0]
        with nogil:
            dedup_units(&TABLE, &raw[0], &places[0], rows, &counts[0], &out)
    found = (column[: before[-1]].copy() for column in columns)
    return exactly.units(data, offsets, before, *found)


cdef dedup_laid_units laid(tuple columns):
    """Return where the columns of units are; those of units that lie nowhere yet have no places."""
    cdef dedup_laid_units out
    cdef int32_t[::1] starts = columns[0], ends = columns[1]
    cdef int8_t[::1] halves = columns[2]
    cdef uint32_t[::1] hashes = columns[3]
    cdef int64_t[::1] row, places
    out.starts, out.ends, out.halves, out.hashes = &starts[0], &ends[0], &halves[0], &hashes[0]
    if len(columns) > 4:
        row, places = columns[4:]
        out.row, out.places = &row[0], &places[0]
    return out


def lay(
    tuple units, const int32_t[::1] begin, const int64_t[::1] room, const int64_t[::1] documents,
    int64_t wall,
):
    """Return the units that are kept, their rows and places, and the place of each document."""
    counts, *columns = units
    cdef int64_t length = len(columns[0]), rows = begin.shape[0], kept = 0
    cdef const int64_t[::1] before = counts
    cdef int64_t[::1] base
    cdef dedup_laid_units given, to
    based = np.full(documents.shape[0], 0, np.int64)
    made = (
        *(np.empty(length, column.dtype) for column in columns),
        np.empty(length, np.int64), np.empty(length, np.int64),
    )
    if length:
        base = based
        given, to = laid(tuple(columns)), laid(made)
        with nogil:
            kept = dedup_lay(
                &given, &before[0], rows, &begin[0], &room[0], &documents[0], documents.shape[0],
                wall, &to, &base[0],
            )
    return *(column[:kept] for column in made), based


def winnow(
    const uint32_t[::1] hashes, const int8_t[::1] halves, const int64_t[::1] places,
    int64_t length, int64_t window,
):
    """Return the rows of the seeds and their keys."""
    every, chosen = np.empty(hashes.shape[0], np.int64), np.empty(hashes.shape[0], np.int64)
    cdef int64_t[::1] keys = every, rows = chosen
    cdef int64_t count = 0
    if hashes.shape[0]:
        with nogil:
            count = dedup_winnow(
                &hashes[0], &halves[0], &places[0], hashes.shape[0], length, window, &keys[0],
                &rows[0],
            )
    chosen = chosen[:count].copy()
    return chosen, every[chosen]


def chain(
    const int64_t[::1] group, const int64_t[::1] source, const int64_t[::1] copy,
    const uint8_t[::1] same, int64_t gap, int64_t drift, int64_t length,
):
    """Return for each shared seed the row of the first one of its chain."""
    found = np.empty(group.shape[0], np.int64)
    cdef int64_t[::1] first = found
    cdef uint8_t[::1] is_last = np.empty(group.shape[0], np.uint8)
    if group.shape[0]:
        with nogil:
            dedup_chain(
                &group[0], &source[0], &copy[0], &same[0], group.shape[0], gap, drift, length,
                &first[0], &is_last[0],
            )
    return found


def extend(
    const uint32_t[::1] hashes, const int8_t[::1] halves, spans, const int64_t[:, ::1] limits,
    const uint8_t[::1] same, tuple budget,
):
    """Return the pairs of stretches, extended to both sides."""
    extended = spans.copy()
    cdef int64_t[:, ::1] pairs = extended
    cdef dedup_budget spent
    spent.skip, spent.agree, spent.end, spent.drop = budget
    if pairs.shape[0]:
        with nogil:
            dedup_extend(
                &hashes[0], &halves[0], &pairs[0, 0], &limits[0, 0], &same[0], pairs.shape[0],
                &spent,
            )
    return extended


def lines(const uint8_t[::1] data, const int64_t[::1] offsets):
    """Return the lines of each text as columns, and the line ends of each text."""
    cdef int64_t rows, texts = offsets.shape[0] - 1
    # A line more than there are line ends, for each text; what is not written to takes no room.
    table = np.empty((6, np.count_nonzero(np.equal(data, NEWLINE)) + texts), np.int64)
    counted = np.zeros(texts, np.int64)
    cdef int64_t[:, ::1] columns = table
    cdef int64_t[::1] ends = counted
    cdef dedup_lines_out out
    out.text, out.start, out.end = &columns[0, 0], &columns[1, 0], &columns[2, 0]
    out.line, out.first, out.last = &columns[3, 0], &columns[4, 0], &columns[5, 0]
    with nogil:
        rows = dedup_lines(&WHITE_SPACE, &data[0], &offsets[0], texts, &ends[0], &out)
    return *table[:, :rows], counted


def json_lines(const uint8_t[::1] data, list ways):
    """Return the end and the kind of each line, and where in *data* the values by *ways* lie."""
    cdef int64_t count = len(ways), rows
    names = [key for way in ways for key in way]
    cdef const uint8_t[::1] names_data = np.frombuffer(b"".join(names) + b"\0", np.uint8)
    cdef const int64_t[::1] keys = np.cumsum([0, *map(len, names)], dtype=np.int64)
    cdef const int64_t[::1] first = np.cumsum([0, *map(len, ways)], dtype=np.int64)
    cdef dedup_ways by
    by.data, by.keys, by.first, by.count = &names_data[0], &keys[0], &first[0], count

    # Room for each line; what is not written to takes none.
    cdef int64_t height = np.count_nonzero(np.equal(data, NEWLINE)) + 1
    line_ends, line_kinds = np.empty(height, np.int64), np.empty(height, np.int8)
    places = np.empty((2, height, count), np.int64)
    value_kinds = np.empty((height, count), np.int8)
    cdef int64_t[::1] ends = line_ends
    cdef int8_t[::1] lines = line_kinds
    cdef int64_t[:, :, ::1] at = places
    cdef int8_t[:, ::1] kinds = value_kinds
    cdef int32_t[:, ::1] state = np.zeros((2, count), np.int32)
    cdef dedup_values out
    out.starts, out.ends, out.kinds = &at[0, 0, 0], &at[1, 0, 0], &kinds[0, 0]
    out.level, out.seen = &state[0, 0], &state[1, 0]
    with nogil:
        rows = dedup_read_lines(&by, &data[0], data.shape[0], &ends[0], &lines[0], &out)
    height -= data.shape[0] == 0 or data[data.shape[0] - 1] == NEWLINE
    return line_ends[:height], line_kinds[:height], *places[:, :rows], value_kinds[:rows]


def unescaped(
    const uint8_t[::1] data, const int64_t[::1] starts, const int64_t[::1] ends,
):
    """Return what string literals without their quotes stand for, or `None` where one is none."""
    cdef int64_t done, rows = starts.shape[0]
    written = np.empty(np.sum(np.subtract(ends, starts)) + SLACK, np.uint8)
    found = np.zeros(rows + 1, np.int64)
    cdef uint8_t[::1] to = written
    cdef int64_t[::1] offsets = found
    with nogil:
        done = dedup_unescape(&data[0], &starts[0], &ends[0], rows, &to[0], &offsets[0])
    return (written[: found[rows]], found) if done == rows else None
