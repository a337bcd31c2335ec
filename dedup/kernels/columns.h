/* Ragged columns: stretches copied to their places, and code points counted. */

#ifndef DEDUP_COLUMNS_H
#define DEDUP_COLUMNS_H

#include <stdint.h>
#include <string.h>

/* Copy the stretch from `starts` to `ends` of each row to its place. */
static void dedup_copy(const uint8_t *data, const int64_t *starts, const int64_t *ends,
                       const int64_t *places, int64_t rows, uint8_t *to) {
    for (int64_t row = 0; row < rows; row++)
        memcpy(to + places[row], data + starts[row], (size_t)(ends[row] - starts[row]));
}

static inline int64_t dedup_leads(const uint8_t *at, const uint8_t *end) {
    int64_t count = 0;
    while (end - at >= 128) { /* in bytes first, which is quicker */
        uint8_t some = 0;
        for (int i = 0; i < 128; i++) some += (at[i] & 0xC0) != 0x80;
        count += some;
        at += 128;
    }
    for (; at < end; at++) count += (*at & 0xC0) != 0x80;
    return count;
}

/* Count the code points of each text. */
static void dedup_characters(const uint8_t *data, const int64_t *offsets, int64_t rows,
                             int32_t *counts) {
    for (int64_t row = 0; row < rows; row++)
        counts[row] = (int32_t)dedup_leads(data + offsets[row], data + offsets[row + 1]);
}

/* Find where each text has had so many code points, in bytes. */
static void dedup_prefixes(const uint8_t *data, const int64_t *offsets, int64_t rows,
                           const int64_t *characters, int64_t *ends) {
    for (int64_t row = 0; row < rows; row++) {
        const uint8_t *const begin = data + offsets[row], *end = data + offsets[row + 1];
        int64_t beyond = dedup_leads(begin, end) - characters[row];
        /* Most texts have little beyond. */
        while (beyond > 0 && end > begin) {
            end--;
            beyond -= (*end & 0xC0) != 0x80;
        }
        ends[row] = end - data;
    }
}

static void dedup_gather(const uint8_t *const *parts, const int64_t *part, const int64_t *row,
                         int64_t rows, int64_t width, uint8_t *to) {
#define DEDUP_GATHER(WIDTH)              \
    for (int64_t i = 0; i < rows; i++) \
    memcpy(to + i * (WIDTH), parts[part[i]] + row[i] * (WIDTH), (size_t)(WIDTH))
    switch (width) {
    case 1: DEDUP_GATHER(1); break;
    case 4: DEDUP_GATHER(4); break;
    case 8: DEDUP_GATHER(8); break;
    case 128: DEDUP_GATHER(128); break;
    default: DEDUP_GATHER(width);
    }
#undef DEDUP_GATHER
}

#endif
