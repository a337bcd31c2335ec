/* Sorting of row numbers by columns of whole numbers: what of a row's keys fits in a word beside its
 * number is packed, for NumPy to sort the words; what is equal in that is merged, stably (Knuth, The Art
 * of Computer Programming 3, section 5.2.4). */

#ifndef DEDUP_ORDER_H
#define DEDUP_ORDER_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const int64_t *values;
    int64_t low;
    int bits;
} dedup_key;

/* Compare two rows: less than 0 where `a` stands before `b`, more where it stands after. */
static inline int dedup_compare_rows(const dedup_key *keys, int64_t count, int64_t a, int64_t b) {
    for (int64_t k = 0; k < count; k++) {
        const int64_t first = keys[k].values[a], second = keys[k].values[b];
        if (first != second) return first < second ? -1 : 1;
    }
    return 0;
}

static int dedup_is_sorted(const dedup_key *keys, int64_t count, int64_t rows) {
    for (int64_t row = 1; row < rows; row++)
        if (dedup_compare_rows(keys, count, row - 1, row) > 0) return 0;
    return 1;
}

static void dedup_measure(dedup_key *key, int64_t rows) {
    int64_t low = key->values[0], high = low;
    uint64_t span;
    for (int64_t row = 1; row < rows; row++) {
        const int64_t value = key->values[row];
        if (value < low) low = value;
        if (value > high) high = value;
    }
    span = (uint64_t)high - (uint64_t)low;
    key->low = low;
    key->bits = 0;
    while (key->bits < 64 && span >> key->bits) key->bits++;
}

/* Put the first bits of each row's keys, as many as fit, before the row's number. Returns the bits of the
 * number, and in `whole` whether all bits of the keys fit. */
static int dedup_pack(dedup_key *keys, int64_t count, int64_t rows, uint64_t *words, int *whole) {
    int row_bits = 1, fit;
    while ((uint64_t)(rows - 1) >> row_bits) row_bits++;
    fit = 64 - row_bits;
    memset(words, 0, (size_t)rows * sizeof *words);
    *whole = 1;
    for (int64_t k = 0; k < count; k++) {
        const int64_t *const values = keys[k].values;
        int some;
        dedup_measure(&keys[k], rows);
        some = keys[k].bits < fit ? keys[k].bits : fit;
        if (some < keys[k].bits) *whole = 0;
        if (!some) continue;
        for (int64_t row = 0; row < rows; row++)
            words[row] = words[row] << some | ((uint64_t)values[row] - (uint64_t)keys[k].low) >>
                                                  (keys[k].bits - some);
        fit -= some;
    }
    for (int64_t row = 0; row < rows; row++) words[row] = words[row] << row_bits | (uint64_t)row;
    return row_bits;
}

/* Sort some rows by comparing them: merged from runs of one row on, ties in their order. */
static void dedup_merge_sort(const dedup_key *keys, int64_t count, int64_t *rows, int64_t length,
                             int64_t *room) {
    for (int64_t width = 1; width < length; width *= 2) {
        for (int64_t start = 0; start < length; start += 2 * width) {
            const int64_t middle = start + width < length ? start + width : length;
            const int64_t end = middle + width < length ? middle + width : length;
            int64_t first = start, second = middle;
            for (int64_t to = start; to < end; to++) {
                const int is_second =
                    first == middle ||
                    (second < end && dedup_compare_rows(keys, count, rows[first], rows[second]) > 0);
                room[to] = is_second ? rows[second++] : rows[first++];
            }
        }
        memcpy(rows, room, (size_t)length * sizeof *rows);
    }
}

/* Write the row numbers over the sorted words; where not all bits of the keys fit, rows of equal words are
 * sorted by comparing them. Returns 0 where there is no memory. */
static int dedup_unpack(const dedup_key *keys, int64_t count, uint64_t *words, int64_t rows,
                        int row_bits, int whole) {
    const uint64_t mask = ((uint64_t)1 << row_bits) - 1;
    int64_t *const order = (int64_t *)words;
    int64_t *room = NULL;
    if (whole) {
        for (int64_t row = 0; row < rows; row++) order[row] = (int64_t)(words[row] & mask);
        return 1;
    }
    for (int64_t start = 0, end; start < rows; start = end) {
        const uint64_t prefix = words[start] >> row_bits;
        int is_sorted = 1;
        for (end = start; end < rows && words[end] >> row_bits == prefix; end++) {
            order[end] = (int64_t)(words[end] & mask);
            if (end > start && dedup_compare_rows(keys, count, order[end - 1], order[end]) > 0)
                is_sorted = 0;
        }
        if (is_sorted) continue;
        if (!room && !(room = malloc((size_t)rows * sizeof *room))) return 0;
        dedup_merge_sort(keys, count, order + start, end - start, room);
    }
    free(room);
    return 1;
}

/* Write the sorted values of one key, where the words hold all bits of it; before they are unpacked. */
static void dedup_sorted_key(const dedup_key *keys, int64_t count, int64_t key,
                             const uint64_t *words, int64_t rows, int row_bits, int64_t *to) {
    const uint64_t low = (uint64_t)keys[key].low;
    const int bits = keys[key].bits;
    int shift = row_bits;
    uint64_t mask;
    for (int64_t k = key + 1; k < count; k++) shift += keys[k].bits;
    if (!bits) shift = 0; /* all rows have one value, and what lies behind the word is not asked */
    mask = bits ? ~UINT64_C(0) >> (64 - bits) : 0;
    for (int64_t row = 0; row < rows; row++) to[row] = (int64_t)(low + (words[row] >> shift & mask));
}

#define DEDUP_SEEN_BITS 8 /* places that are marked for each row, at least */

/* Write the rows whose value may be that of another row, by a filter of hashes (Bloom, Space/time
 * trade-offs in hash coding with allowable errors, 1970): no row of a value that recurs is left out.
 * Returns how many, or -1 where there is no memory. */
static int64_t dedup_may_recur(const int64_t *values, int64_t rows, int64_t *to) {
    int bits = 6;
    int64_t count = 0;
    uint64_t *seen, *again;
    while (UINT64_C(1) << bits < (uint64_t)rows * DEDUP_SEEN_BITS) bits++;
    seen = calloc((size_t)2 << (bits - 6), sizeof *seen);
    if (!seen) return -1;
    again = seen + ((size_t)1 << (bits - 6));
    for (int64_t row = 0; row < rows; row++) {
        const uint64_t place = (uint64_t)values[row] * UINT64_C(0x9E3779B97F4A7C15) >> (64 - bits);
        const uint64_t mark = UINT64_C(1) << (place & 63);
        again[place >> 6] |= seen[place >> 6] & mark;
        seen[place >> 6] |= mark;
    }
    for (int64_t row = 0; row < rows; row++) {
        const uint64_t place = (uint64_t)values[row] * UINT64_C(0x9E3779B97F4A7C15) >> (64 - bits);
        to[count] = row;
        count += again[place >> 6] >> (place & 63) & 1;
    }
    free(seen);
    return count;
}

#endif
