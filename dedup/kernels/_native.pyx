# cython: language_level=3, boundscheck=False, wraparound=False, freethreading_compatible=True
"""
The compiled kernel: thin entry points to the headers, for checked, contiguous arrays.

Only `native.py` calls them, which describes them. They hold the GIL for no longer than it takes to look at
the arguments.
"""

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
    int32_t dedup_equal(const int32_t *a, const int32_t *b) nogil
    int32_t dedup_equal_bytes(const int8_t *a, const int8_t *b) nogil

cdef extern from "grams.h":
    void dedup_grams(
        const dedup_table *table, const uint8_t *data, const int64_t *offsets, int64_t rows,
        int64_t size, int64_t *counts, uint64_t *hashes
    ) nogil
    int64_t dedup_shared(
        const uint64_t *a, int64_t of_a, const uint64_t *b, int64_t of_b
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
        int32_t equal

    ctypedef struct dedup_met:
        int64_t *a
        int64_t *b
        int64_t count
        int64_t room
        int64_t met
        int64_t fitting

    void dedup_band_keys(
        const uint32_t *signatures, int64_t rows, const int32_t *components, int64_t bands,
        int64_t size, int32_t *keys
    ) nogil
    int64_t dedup_meet(
        const dedup_meeting *by, const int64_t *keys, const int32_t *characters, const int8_t *bits,
        int64_t row, int64_t rows, dedup_met *out, uint8_t *cut
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

    int dedup_order(dedup_key *keys, int64_t count, int64_t rows, int64_t *order) nogil

cdef extern from "same.h":
    bint dedup_same(
        const dedup_table *table, const uint8_t *data, const int64_t *offsets, int64_t rows,
        const int64_t *a, const int64_t *b, int64_t pairs, uint8_t *same
    ) nogil

dedup_choose_loops()


def fold(
    const uint32_t[::1] pages, const uint32_t[::1] entries, const uint32_t[::1] pool,
    const uint8_t[::1] data, const int64_t[::1] starts, const int64_t[::1] stops, int64_t row,
    uint8_t[::1] to, int64_t[::1] ends, int32_t[::1] words,
):
    """Normalise the rows from `row` on into `to`; return the row that did not fit, or their number."""
    cdef dedup_table table
    table.pages, table.entries, table.pool = &pages[0], &entries[0], &pool[0]
    with nogil:
        row = dedup_fold(
            &table, &data[0], &starts[0], &stops[0], row, words.shape[0],
            &to[0], to.shape[0], &ends[0], &words[0],
        )
    return row


def copy(
    const uint8_t[::1] data, const int64_t[::1] starts, const int64_t[::1] ends,
    const int64_t[::1] places, uint8_t[::1] to,
):
    """Copy stretches to their places."""
    with nogil:
        dedup_copy(&data[0], &starts[0], &ends[0], &places[0], starts.shape[0], &to[0])


def gather(
    const int64_t[:, ::1] parts, const int64_t[::1] part, const int64_t[::1] row,
    uint8_t[:, ::1] to,
):
    """Copy rows of several arrays, given by address and number of rows; return if all are there."""
    cdef bint found
    with nogil:
        found = dedup_gather(
            <const dedup_part *>&parts[0, 0], parts.shape[0], &part[0], &row[0], to.shape[0],
            to.shape[1], &to[0, 0],
        )
    return found


def lay_texts(
    const int64_t[:, ::1] parts, const int64_t[::1] part, const int64_t[::1] row,
    int64_t[::1] offsets,
):
    """Write the offsets of texts of several columns, given as by `gather_texts`."""
    cdef bint found
    with nogil:
        found = dedup_lay_texts(
            <const dedup_texts *>&parts[0, 0], parts.shape[0], &part[0], &row[0],
            row.shape[0], &offsets[0],
        )
    return found


def gather_texts(
    const int64_t[:, ::1] parts, const int64_t[::1] part, const int64_t[::1] row,
    const int64_t[::1] offsets, uint8_t[::1] to,
):
    """Copy texts; columns are given by the address and the number of their bytes, then offsets."""
    with nogil:
        dedup_gather_texts(
            <const dedup_texts *>&parts[0, 0], &part[0], &row[0], row.shape[0], &offsets[0], &to[0],
        )


def characters(const uint8_t[::1] data, const int64_t[::1] offsets, int32_t[::1] counts):
    """Write the number of code points of each text."""
    with nogil:
        dedup_characters(&data[0], &offsets[0], counts.shape[0], &counts[0])


def prefixes(
    const uint8_t[::1] data, const int64_t[::1] offsets, const int64_t[::1] characters,
    int64_t[::1] ends,
):
    """Write where each text has had so many code points."""
    with nogil:
        dedup_prefixes(&data[0], &offsets[0], ends.shape[0], &characters[0], &ends[0])


def digest(
    const uint8_t[::1] data, const int64_t[::1] offsets, int64_t[::1] first, int64_t[::1] second,
):
    """Write both halves of the digest of each text."""
    with nogil:
        dedup_digest(&data[0], &offsets[0], first.shape[0], &first[0], &second[0])


def sketch(
    const uint32_t[::1] multipliers, const uint32_t[::1] addends,
    const uint32_t[::1] pages, const uint32_t[::1] entries, const uint32_t[::1] pool,
    const uint8_t[::1] data, const int64_t[::1] offsets, int64_t size, bint words,
    uint32_t[:, ::1] signatures,
):
    """Write the signature of each text: uint32[m, 128]."""
    cdef dedup_table table
    cdef dedup_permutations by
    table.pages, table.entries, table.pool = &pages[0], &entries[0], &pool[0]
    by.multipliers, by.addends = &multipliers[0], &addends[0]
    with nogil:
        dedup_sketch(
            &by, &table if words else NULL, &data[0], &offsets[0], signatures.shape[0], size,
            &signatures[0, 0],
        )


def grams(
    const uint32_t[::1] pages, const uint32_t[::1] entries, const uint32_t[::1] pool,
    const uint8_t[::1] data, const int64_t[::1] offsets, int64_t size,
    int64_t[::1] counts, uint64_t[::1] hashes,
):
    """Write the hash of each n-gram of units of each text; `counts` are the hashes before each."""
    cdef dedup_table table
    table.pages, table.entries, table.pool = &pages[0], &entries[0], &pool[0]
    with nogil:
        dedup_grams(
            &table, &data[0], &offsets[0], offsets.shape[0] - 1, size, &counts[0], &hashes[0]
        )


def shared(
    const uint64_t[::1] first, const int64_t[::1] first_offsets, const uint64_t[::1] second,
    const int64_t[::1] second_offsets, const int64_t[::1] a, const int64_t[::1] b,
    int64_t[::1] counts,
):
    """Write how many values row `a` of `first` and row `b` of `second` share, in pairs."""
    cdef Py_ssize_t pair
    cdef int64_t i, j
    with nogil:
        for pair in range(counts.shape[0]):
            i, j = first_offsets[a[pair]], second_offsets[b[pair]]
            counts[pair] = dedup_shared(
                &first[0] + i, first_offsets[a[pair] + 1] - i,
                &second[0] + j, second_offsets[b[pair] + 1] - j,
            )


def equal_components(
    const int32_t[:, ::1] signatures_a, const int32_t[:, ::1] signatures_b, int32_t[::1] counts,
):
    """Write how many components are equal, row by row."""
    cdef Py_ssize_t row
    with nogil:
        for row in range(counts.shape[0]):
            counts[row] = dedup_equal(&signatures_a[row, 0], &signatures_b[row, 0])


def equal_components_at(
    const int32_t[:, ::1] signatures, const int64_t[::1] a, const int64_t[::1] b,
    int32_t[::1] counts,
):
    """Write how many components of the rows `a` and `b` are equal."""
    cdef Py_ssize_t pair
    with nogil:
        for pair in range(counts.shape[0]):
            counts[pair] = dedup_equal(&signatures[a[pair], 0], &signatures[b[pair], 0])


def equal_bytes_at(
    const int8_t[:, ::1] rows, const int64_t[::1] a, const int64_t[::1] b, int32_t[::1] counts,
):
    """Write how many of 128 bytes of the rows `a` and `b` are equal."""
    cdef Py_ssize_t pair
    with nogil:
        for pair in range(counts.shape[0]):
            counts[pair] = dedup_equal_bytes(&rows[a[pair], 0], &rows[b[pair], 0])


def band_keys(
    const int32_t[:, ::1] signatures, const int32_t[:, ::1] components, int32_t[:, ::1] keys,
):
    """Write the key of each row in each band."""
    with nogil:
        dedup_band_keys(
            <const uint32_t *>&signatures[0, 0], keys.shape[0], &components[0, 0],
            components.shape[0], components.shape[1], &keys[0, 0],
        )


def meet(
    const int64_t[::1] keys, const int32_t[::1] characters, const int8_t[:, ::1] bits,
    int64_t row, tuple by, int64_t[::1] a, int64_t[::1] b, uint8_t[::1] cut,
):
    """
    Write the rows that meet, from the bucket on that begins at `row`.

    Return the first row of the bucket that might not fit, or their number; how many pairs are
    written, how many met, and how many of these have lengths that allow a match.
    """
    cdef dedup_meeting meeting
    cdef dedup_met out
    meeting.band, meeting.bands, meeting.crowd, meeting.long_crowd, meeting.far = by[:5]
    meeting.threshold, meeting.equal = by[5:]
    out.a, out.b, out.count, out.room = &a[0], &b[0], 0, a.shape[0]
    out.met = out.fitting = 0
    with nogil:
        row = dedup_meet(
            &meeting, &keys[0], &characters[0], &bits[0, 0], row, keys.shape[0], &out, &cut[0],
        )
    return row, out.count, out.met, out.fitting


def indel(
    const uint8_t[::1] first, const int64_t[::1] first_offsets,
    const uint8_t[::1] second, const int64_t[::1] second_offsets,
    const int64_t[::1] a, const int64_t[::1] b, const int64_t[::1] limits, int64_t longest,
    int64_t[::1] distances,
):
    """Write the distance of each pair of rows; return 0 where there is no memory."""
    cdef int done
    with nogil:
        done = dedup_indel(
            &first[0], &first_offsets[0], &second[0], &second_offsets[0], &a[0], &b[0],
            &limits[0], a.shape[0], longest, &distances[0],
        )
    return done


def units(
    const uint32_t[::1] pages, const uint32_t[::1] entries, const uint32_t[::1] pool,
    const uint8_t[::1] data, const int64_t[::1] offsets, int64_t[::1] counts,
    int32_t[::1] starts, int32_t[::1] ends, int8_t[::1] halves, uint32_t[::1] hashes,
):
    """Write the units of each text, room for all, and how many there are up to each row."""
    cdef dedup_table table
    cdef dedup_units_out out
    table.pages, table.entries, table.pool = &pages[0], &entries[0], &pool[0]
    out.count = 0
    out.starts, out.ends = &starts[0], &ends[0]
    out.halves, out.hashes = &halves[0], &hashes[0]
    with nogil:
        dedup_units(&table, &data[0], &offsets[0], offsets.shape[0] - 1, &counts[0], &out)


def winnow(
    const uint32_t[::1] hashes, const int8_t[::1] halves, const int64_t[::1] places,
    int64_t length, int64_t window, int64_t[::1] keys, int64_t[::1] rows,
):
    """Write the keys of all grams, and the rows of those that are kept; return how many are."""
    cdef int64_t count
    with nogil:
        count = dedup_winnow(
            &hashes[0], &halves[0], &places[0], hashes.shape[0], length, window, &keys[0], &rows[0],
        )
    return count


def chain(
    const int64_t[::1] group, const int64_t[::1] source, const int64_t[::1] copy,
    const uint8_t[::1] same, int64_t gap, int64_t drift, int64_t length,
    int64_t[::1] first, uint8_t[::1] is_last,
):
    """Write the row of the first seed of each seed's chain."""
    with nogil:
        dedup_chain(
            &group[0], &source[0], &copy[0], &same[0], group.shape[0], gap, drift, length,
            &first[0], &is_last[0],
        )


def extend(
    const uint32_t[::1] hashes, const int8_t[::1] halves, int64_t[:, ::1] spans,
    const int64_t[:, ::1] limits, const uint8_t[::1] same,
    int64_t skip, int64_t agree, int64_t end, int64_t drop,
):
    """Extend each pair of stretches in place."""
    cdef dedup_budget budget
    budget.skip, budget.agree, budget.end, budget.drop = skip, agree, end, drop
    with nogil:
        dedup_extend(
            &hashes[0], &halves[0], &spans[0, 0], &limits[0, 0], &same[0], spans.shape[0], &budget,
        )


def signs(
    tuple unicode, const uint8_t[::1] data, const int64_t[::1] starts, const int64_t[::1] ends,
    int64_t row, int64_t[::1] counts, int64_t[::1] begins, int64_t[::1] stops, int32_t[::1] told,
):
    """Write the signs from row `row` on, after those there are; the row that did not fit."""
    cdef const uint32_t[::1] pages, entries, firsts, wholes
    cdef dedup_sign_table table
    cdef dedup_signs_out out
    pages, entries, firsts, wholes = unicode
    table.pages, table.entries = &pages[0], &entries[0]
    table.firsts, table.wholes = &firsts[0], &wholes[0]
    table.composites = firsts.shape[0]
    out.count, out.room = counts[row], told.shape[0]
    out.starts, out.ends, out.told = &begins[0], &stops[0], &told[0]
    with nogil:
        row = dedup_find_signs(
            &table, &data[0], &starts[0], &ends[0], row, starts.shape[0], &counts[0], &out,
        )
    return row


def same_text_at(
    const uint32_t[::1] pages, const uint32_t[::1] entries, const uint32_t[::1] pool,
    const uint8_t[::1] data, const int64_t[::1] offsets, const int64_t[::1] a,
    const int64_t[::1] b, uint8_t[::1] same,
):
    """Write whether the rows `a` and `b` are the same text."""
    cdef dedup_table table
    cdef bint is_room
    table.pages, table.entries, table.pool = &pages[0], &entries[0], &pool[0]
    with nogil:
        is_room = dedup_same(
            &table, &data[0], &offsets[0], offsets.shape[0] - 1, &a[0], &b[0], a.shape[0], &same[0],
        )
    if not is_room:
        raise MemoryError


def order(list columns, int64_t[::1] rows):
    """Write the row numbers that sort by columns; 1 if so, 0 if none need be, -1 without memory."""
    cdef dedup_key keys[16]
    cdef const int64_t[::1] column
    cdef int64_t count = len(columns)
    cdef int done
    for k in range(count):
        column = columns[k]
        keys[k].values = &column[0]
    with nogil:
        done = dedup_order(keys, count, rows.shape[0], &rows[0])
    return done
