/* Sets of n-grams: the wide hashes of the n-grams of units of a text, and what two sets share. */

#ifndef DEDUP_GRAMS_H
#define DEDUP_GRAMS_H

#include "sketch.h"

/* Write the hash of each n-gram of units of each text, repeats included; a text that is too short
 * for one is one. `counts[row + 1]` is set to the hashes so far; there is room for all. */
static void dedup_grams(const dedup_table *table, const uint8_t *data, const int64_t *offsets,
                        int64_t rows, int64_t size, int64_t *counts, uint64_t *hashes) {
    const uint8_t *const limit = data + offsets[rows];
    dedup_kinds kinds;
    int64_t count = 0;
    dedup_know_kinds(&kinds, table);
    for (int64_t row = 0; row < rows; row++) {
        const uint8_t *const at = data + offsets[row], *const end = data + offsets[row + 1];
        const uint8_t *start;
        dedup_grams_of grams;
        grams.unit = (dedup_unit){at, at, DEDUP_SEPARATOR};
        grams.count = 0;
        while ((start = dedup_next_gram(&kinds, &grams, end, size)))
            hashes[count++] = dedup_wide_hash(start, grams.unit.end, limit);
        if (grams.count < size && at < end) hashes[count++] = dedup_wide_hash(at, end, limit);
        counts[row + 1] = count;
    }
}

/* Count the values that two sorted rows of distinct ones share. */
static int64_t dedup_shared(const uint64_t *a, int64_t of_a, const uint64_t *b, int64_t of_b) {
    int64_t i = 0, j = 0, shared = 0;
    while (i < of_a && j < of_b) {
        const uint64_t left = a[i], right = b[j];
        shared += left == right;
        i += left <= right;
        j += right <= left;
    }
    return shared;
}

/* Count what set `a` of the first column and set `b` of the second share, in pairs. */
static void dedup_count_shared(const uint64_t *first, const int64_t *first_offsets,
                               const uint64_t *second, const int64_t *second_offsets,
                               const int64_t *a, const int64_t *b, int64_t pairs,
                               int64_t *counts) {
    for (int64_t pair = 0; pair < pairs; pair++) {
        const int64_t *const i = first_offsets + a[pair], *const j = second_offsets + b[pair];
        counts[pair] = dedup_shared(first + i[0], i[1] - i[0], second + j[0], j[1] - j[0]);
    }
}

#endif
