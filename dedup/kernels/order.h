/* Sorting of row numbers by columns of whole numbers: a radix sort from the last digit on, stable
 * (Knuth, The Art of Computer Programming 3, section 5.2.5). */

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

/* Compare two neighbouring rows: whether the second one stands before the first. */
static int dedup_is_sorted(const dedup_key *keys, int64_t count, int64_t rows) {
    for (int64_t row = 1; row < rows; row++) {
        for (int64_t k = 0; k < count; k++) {
            const int64_t before = keys[k].values[row - 1], after = keys[k].values[row];
            if (before > after) return 0;
            if (before < after) break;
        }
    }
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

/* Sort words with their row numbers by `bits` bits. Which of the two buffers holds the result is
 * returned: 0 where it is the first. */
static int dedup_radix(uint64_t *words[2], uint32_t *rows[2], int64_t count, int bits) {
    int from = 0;
    for (int shift = 0; shift < bits; shift += 8) {
        int64_t starts[257] = {0};
        const uint64_t *word = words[from];
        const uint32_t *row = rows[from];
        uint64_t *word_to = words[1 - from];
        uint32_t *row_to = rows[1 - from];
        for (int64_t i = 0; i < count; i++) starts[(word[i] >> shift & 255) + 1]++;
        if (starts[(word[0] >> shift & 255) + 1] == count) continue;
        for (int digit = 0; digit < 256; digit++) starts[digit + 1] += starts[digit];
        for (int64_t i = 0; i < count; i++) {
            const int64_t to = starts[word[i] >> shift & 255]++;
            word_to[to] = word[i];
            row_to[to] = row[i];
        }
        from = 1 - from;
    }
    return from;
}

/* The same for words that have the row number in their lower `low` bits. */
static int dedup_radix_packed(uint64_t *words[2], int64_t count, int low, int bits) {
    int from = 0;
    for (int shift = low; shift < low + bits; shift += 11) {
        int64_t starts[2049] = {0};
        const uint64_t *word = words[from];
        uint64_t *to = words[1 - from];
        for (int64_t i = 0; i < count; i++) starts[(word[i] >> shift & 2047) + 1]++;
        if (starts[(word[0] >> shift & 2047) + 1] == count) continue;
        for (int digit = 0; digit < 2048; digit++) starts[digit + 1] += starts[digit];
        for (int64_t i = 0; i < count; i++) to[starts[word[i] >> shift & 2047]++] = word[i];
        from = 1 - from;
    }
    return from;
}

static uint64_t dedup_value(const dedup_key *key, int64_t row) {
    return (uint64_t)key->values[row] - (uint64_t)key->low;
}

static void dedup_order_packed(const dedup_key *keys, int64_t count, int64_t rows, int bits,
                               int row_bits, uint64_t *words[2], int64_t *order) {
    const uint64_t mask = ((uint64_t)1 << row_bits) - 1;
    int from;
    for (int64_t row = 0; row < rows; row++) {
        uint64_t word = 0;
        for (int64_t k = 0; k < count; k++)
            word = (keys[k].bits < 64 ? word << keys[k].bits : 0) | dedup_value(&keys[k], row);
        words[0][row] = word << row_bits | (uint64_t)row;
    }
    from = dedup_radix_packed(words, rows, row_bits, bits);
    for (int64_t row = 0; row < rows; row++) order[row] = (int64_t)(words[from][row] & mask);
}

static void dedup_order_wide(const dedup_key *keys, int64_t count, int64_t rows,
                             uint64_t *words[2], uint32_t *numbers[2], int64_t *order) {
    int from = 0;
    for (int64_t row = 0; row < rows; row++) numbers[0][row] = (uint32_t)row;
    for (int64_t last = count - 1, first; last >= 0; last = first - 1) {
        int bits = keys[last].bits;
        for (first = last; first > 0 && bits + keys[first - 1].bits <= 64; first--)
            bits += keys[first - 1].bits;
        memset(words[from], 0, (size_t)rows * sizeof(uint64_t));
        for (int64_t k = first; k <= last; k++)
            for (int64_t i = 0; i < rows; i++)
                words[from][i] = (keys[k].bits < 64 ? words[from][i] << keys[k].bits : 0) |
                                 dedup_value(&keys[k], numbers[from][i]);
        {
            uint64_t *some[2] = {words[from], words[1 - from]};
            uint32_t *theirs[2] = {numbers[from], numbers[1 - from]};
            from ^= dedup_radix(some, theirs, rows, bits);
        }
    }
    for (int64_t row = 0; row < rows; row++) order[row] = numbers[from][row];
}

/* Write the row numbers that sort by `keys`, ties in their order. Returns 1; 0 where the rows are
 * sorted already and nothing is written; -1 where there is no memory. */
static int dedup_order(dedup_key *keys, int64_t count, int64_t rows, int64_t *order) {
    uint64_t *words[2];
    uint32_t *numbers[2];
    int bits = 0, row_bits = 1, is_packed;
    if (rows < 2 || dedup_is_sorted(keys, count, rows)) return 0;
    while ((uint64_t)(rows - 1) >> row_bits) row_bits++;
    for (int64_t k = 0; k < count; k++) {
        dedup_measure(&keys[k], rows);
        bits += keys[k].bits;
    }
    is_packed = bits + row_bits <= 64;
    words[0] = malloc((size_t)rows * 2 * (sizeof(uint64_t) + (is_packed ? 0 : sizeof(uint32_t))));
    if (!words[0]) return -1;
    words[1] = words[0] + rows;
    numbers[0] = (uint32_t *)(words[1] + rows);
    numbers[1] = numbers[0] + rows;
    if (is_packed)
        dedup_order_packed(keys, count, rows, bits, row_bits, words, order);
    else
        dedup_order_wide(keys, count, rows, words, numbers, order);
    free(words[0]);
    return 1;
}

#endif
