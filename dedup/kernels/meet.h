/* Meetings: the texts of one bucket in pairs, as far as their lengths allow a match; and which of such
 * pairs have signatures that allow one. */

#ifndef DEDUP_MEET_H
#define DEDUP_MEET_H

#include <stdint.h>

#include "sketch.h"

#define DEDUP_SIGNED 32 /* texts whose signatures are kept for their keys: they fit in the first cache */

/* How signatures are cut into bands. */
typedef struct {
    const int32_t *components; /* those of each band, `size` of them */
    int64_t bands, size;
} dedup_banding;

/* Write the key of each signature in each band: 32 well mixed bits; band after band, since each is read
 * by itself: those of one begin `rows` keys behind those of the last. */
static void dedup_band_keys(const dedup_banding *by, const uint32_t *signatures, int64_t count,
                            int64_t rows, int32_t *keys) {
    const int32_t *component = by->components;
    for (int64_t band = 0; band < by->bands; band++, component += by->size, keys += rows) {
        for (int64_t row = 0; row < count; row++) {
            const uint32_t *const signature = signatures + row * DEDUP_COMPONENTS;
            uint64_t key = 0;
            for (int64_t k = 0; k < by->size; k++) {
                key = (key ^ signature[component[k]]) * UINT64_C(0x9E3779B97F4A7C15);
                key ^= key >> 29;
            }
            keys[row] = (int32_t)(uint32_t)(key >> 32);
        }
    }
}

/* Write the keys of some texts, and the low bytes of their signatures. `table` is as in dedup_sketch. */
static void dedup_sketch_bands(const dedup_permutations *by, const dedup_table *table,
                               const uint8_t *data, const int64_t *offsets, int64_t texts,
                               const int64_t *chosen, int64_t rows, int64_t size,
                               const dedup_banding *banding, int32_t *keys, int8_t *bits) {
    uint32_t signatures[DEDUP_SIGNED * DEDUP_COMPONENTS];
    dedup_kinds kinds;
    if (table) dedup_know_kinds(&kinds, table);
    for (int64_t first = 0; first < rows; first += DEDUP_SIGNED) {
        const int64_t count = rows - first < DEDUP_SIGNED ? rows - first : DEDUP_SIGNED;
        for (int64_t row = 0; row < count; row++) {
            const int64_t *const own = offsets + chosen[first + row];
            dedup_sketch_text(by, table ? &kinds : NULL, data + own[0], data + own[1],
                              data + offsets[texts], size, signatures + row * DEDUP_COMPONENTS);
        }
        dedup_band_keys(banding, signatures, count, rows, keys + first);
        for (int64_t i = 0; i < count * DEDUP_COMPONENTS; i++)
            bits[first * DEDUP_COMPONENTS + i] = (int8_t)(uint8_t)signatures[i];
    }
}

typedef struct {
    int64_t bands;             /* how many there are */
    int64_t crowd, long_crowd; /* rows of a bucket up to which all pairs are taken */
    int64_t far;               /* characters of a first text from which it is a long one */
    double threshold;          /* least similarity */
} dedup_meeting;

typedef struct {
    int64_t *a, *b; /* rows that met, and have lengths that allow a match */
    int64_t count, room;
    int64_t met; /* how many met at all */
} dedup_met;

static inline void dedup_one_meeting(const dedup_meeting *by, const int32_t *characters, int64_t a,
                                     int64_t b, dedup_met *out) {
    const int64_t first = characters[a], second = characters[b];
    out->met++;
    if ((double)(2 * (first < second ? first : second)) < by->threshold * (double)(first + second))
        return;
    out->a[out->count] = a;
    out->b[out->count++] = b;
}

/* Let the rows of equal keys meet, from the bucket on that begins at `row`; above 32 bits of a key
 * stands the number of its band. Returns the first row of the bucket that might not fit any more, or `rows`. `cut` is set at the first rows of crowds. */
static int64_t dedup_meet(const dedup_meeting *by, const int64_t *keys, const int32_t *characters,
                          int64_t row, int64_t rows, dedup_met *out, uint8_t *cut) {
    while (row < rows) {
        int64_t end = row + 1, size, crowd, most;
        int is_long;
        while (end < rows && keys[end] == keys[row]) end++;
        size = end - row;
        if (size == 1) {
            row = end;
            continue;
        }
        is_long = characters[row] >= by->far;
        crowd = is_long ? by->long_crowd : by->crowd;
        most = size <= crowd ? size * (size - 1) / 2
                             : size * (2 + (is_long ? by->long_crowd / by->bands : 0));
        if (out->count + most > out->room) return row;
        if (size <= crowd) {
            for (int64_t b = row + 1; b < end; b++)
                for (int64_t a = row; a < b; a++) dedup_one_meeting(by, characters, a, b, out);
        } else {
            const int64_t band = keys[row] >> 32;
            const int64_t farthest = is_long && by->long_crowd > by->bands ? by->long_crowd : by->bands;
            cut[row] = 1;
            for (int64_t b = row + 1; b < end; b++) {
                dedup_one_meeting(by, characters, row, b, out);
                for (int64_t back = band + 1; back <= farthest && back < b - row; back += by->bands)
                    dedup_one_meeting(by, characters, b - back, b, out);
            }
        }
        row = end;
    }
    return rows;
}

#define DEDUP_AHEAD 8 /* pairs after which a signature that is asked for now has come from memory */

/* Say of each pair of rows, one of each array, whether so many bytes of both or more are equal. */
static void dedup_alike(const int8_t *first, const int8_t *second, const int64_t *a, const int64_t *b,
                        int64_t pairs, int32_t equal, uint8_t *alike) {
    for (int64_t pair = 0; pair < pairs; pair++) {
#if defined(__GNUC__) || defined(__clang__)
        if (pair + DEDUP_AHEAD < pairs) {
            const int8_t *const next = second + b[pair + DEDUP_AHEAD] * DEDUP_COMPONENTS;
            __builtin_prefetch(first + a[pair + DEDUP_AHEAD] * DEDUP_COMPONENTS);
            __builtin_prefetch(next);
            __builtin_prefetch(next + DEDUP_COMPONENTS / 2);
        }
#endif
        alike[pair] = dedup_equal_bytes(first + a[pair] * DEDUP_COMPONENTS,
                                        second + b[pair] * DEDUP_COMPONENTS) >= equal;
    }
}

#endif
