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
    for (; end - at >= 8; at += 8) { /* then in eights: a bit for each byte that continues none */
        uint64_t eight;
        memcpy(&eight, at, sizeof eight);
        eight = (~eight >> 7 | eight >> 6) & UINT64_C(0x0101010101010101);
        count += (int64_t)(eight * UINT64_C(0x0101010101010101) >> 56);
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

/* Rows of one width of several arrays. */
typedef struct {
    const uint8_t *rows;
    int64_t count;
} dedup_part;

/* Copy rows end to end. Returns 0 where one is not there. */
static int dedup_gather(const dedup_part *parts, int64_t count, const int64_t *part,
                        const int64_t *row, int64_t rows, int64_t width, uint8_t *to) {
#define DEDUP_GATHER(WIDTH)                                                                    \
    for (int64_t i = 0; i < rows; i++) {                                                       \
        if (part[i] < 0 || part[i] >= count || row[i] < 0 || row[i] >= parts[part[i]].count)   \
            return 0;                                                                          \
        memcpy(to + i * (WIDTH), parts[part[i]].rows + row[i] * (WIDTH), (size_t)(WIDTH));     \
    }                                                                                          \
    break
    switch (width) {
    case 1: DEDUP_GATHER(1);
    case 4: DEDUP_GATHER(4);
    case 8: DEDUP_GATHER(8);
    case 128: DEDUP_GATHER(128);
    default: DEDUP_GATHER(width);
    }
#undef DEDUP_GATHER
    return 1;
}

/* A ragged column: its texts, their bytes, their number and offsets. */
typedef struct {
    const uint8_t *data;
    int64_t length;
    const int64_t *offsets;
    int64_t count;
} dedup_texts;

/* Write the offsets of texts that are to stand end to end. Returns 0 where one is not there. */
static int dedup_lay_texts(const dedup_texts *parts, int64_t count, const int64_t *part,
                           const int64_t *row, int64_t rows, int64_t *offsets) {
    int64_t at = 0;
    for (int64_t i = 0; i < rows; i++) {
        if (part[i] < 0 || part[i] >= count) return 0;
        const dedup_texts *const from = parts + part[i];
        if (row[i] < 0 || row[i] >= from->count) return 0;
        const int64_t start = from->offsets[row[i]], end = from->offsets[row[i] + 1];
        if (start < 0 || start > end || end > from->length) return 0;
        offsets[i] = at;
        at += end - start;
    }
    offsets[rows] = at;
    return 1;
}

/* Copy the texts to their offsets. */
static void dedup_gather_texts(const dedup_texts *parts, const int64_t *part, const int64_t *row,
                               int64_t rows, const int64_t *offsets, uint8_t *to) {
    for (int64_t i = 0; i < rows; i++)
        memcpy(to + offsets[i], parts[part[i]].data + parts[part[i]].offsets[row[i]],
               (size_t)(offsets[i + 1] - offsets[i]));
}

#endif
