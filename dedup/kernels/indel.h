/* Indel distance of pairs of texts, in code points: the letters that only one of the two has.
 *
 * It is the sum of the lengths less twice the longest common subsequence, whose rows are followed as
 * bits (Hyyro, Bit-parallel LCS-length computation revisited, 2004): one step for 64 letters of the
 * one text and a letter of the other. What both begin and end with is left out before. */

#ifndef DEDUP_INDEL_H
#define DEDUP_INDEL_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

#define DEDUP_LETTERS 0x1000 /* code points below have a row of their own */
#define DEDUP_LOOK 32        /* letters after which it is seen whether the limit can still be met */
#define DEDUP_WIDE 4         /* words of a pattern from which a smaller limit is tried first: */
#define DEDUP_NEAR 64        /* letters more than the lengths differ by, */
#define DEDUP_WIDER 4        /* and so many times more where that does not do */

enum { DEDUP_FAR = -1, DEDUP_NO_MEMORY = -2 };

/* What a comparison works with; all bits and slots are 0 between two comparisons. */
typedef struct {
    uint32_t *pattern, *text; /* code points */
    uint64_t *row;            /* of the common subsequence: 0 where it has grown */
    uint64_t *bits;           /* where each letter stands in the pattern; of others a row a slot */
    uint64_t *others;
    int64_t count, room; /* rows in `others`, and words it can take */
    uint32_t *slots;     /* hash table of other letters: number of the row + 1, 0 where free */
    uint32_t *keys;
    uint32_t mask; /* slots, a power of two, less 1 */
} dedup_comparing;

static void dedup_compare_end(dedup_comparing *by) {
    free(by->pattern);
    free(by->text);
    free(by->row);
    free(by->bits);
    free(by->others);
    free(by->slots);
    free(by->keys);
}

/* Make room for texts of at most `longest` letters. Returns 0 where there is no memory. */
static int dedup_compare_begin(dedup_comparing *by, int64_t longest) {
    const size_t letters = (size_t)longest + 1, words = letters / 64 + 1;
    size_t slots = 64;
    memset(by, 0, sizeof *by);
    while (slots < 2 * letters) slots *= 2;
    by->mask = (uint32_t)(slots - 1);
    by->pattern = malloc(letters * sizeof *by->pattern);
    by->text = malloc(letters * sizeof *by->text);
    by->row = malloc(words * sizeof *by->row);
    by->bits = calloc(DEDUP_LETTERS * words, sizeof *by->bits);
    by->slots = calloc(slots, sizeof *by->slots);
    by->keys = malloc(slots * sizeof *by->keys);
    return by->pattern && by->text && by->row && by->bits && by->slots && by->keys;
}

static inline int64_t dedup_ones(uint64_t word) {
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    return (int64_t)(((word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F)) *
                     UINT64_C(0x0101010101010101) >> 56);
}

/* Write the code points of a text. Returns how many. */
static inline int64_t dedup_code_points(const uint8_t *at, const uint8_t *end, uint32_t *to) {
    uint32_t *const begin = to;
    while (at < end) {
        if (*at < 0x80) *to = *at++;
        else at += dedup_decode(at, end, to);
        to++;
    }
    return to - begin;
}

static inline uint32_t dedup_home(uint32_t letter) { return letter * UINT32_C(0x9E3779B1) >> 9; }

static inline uint32_t *dedup_slot(const dedup_comparing *by, uint32_t letter) {
    for (uint32_t at = dedup_home(letter);; at++) {
        uint32_t *const slot = &by->slots[at & by->mask];
        if (!*slot || by->keys[at & by->mask] == letter) return slot;
    }
}

/* Give the row of a letter of the pattern. Returns NULL where there is no memory. */
static uint64_t *dedup_new_row(dedup_comparing *by, uint32_t letter, int64_t words) {
    uint32_t *slot;
    if (letter < DEDUP_LETTERS) return &by->bits[(int64_t)letter * words];
    slot = dedup_slot(by, letter);
    if (!*slot) {
        if ((by->count + 1) * words > by->room) {
            const int64_t room = 2 * (by->count + 1) * words;
            uint64_t *const more = realloc(by->others, (size_t)room * sizeof *more);
            if (!more) return NULL;
            by->others = more;
            by->room = room;
        }
        memset(by->others + by->count * words, 0, (size_t)words * sizeof *by->others);
        by->keys[slot - by->slots] = letter;
        *slot = (uint32_t)++by->count;
    }
    return by->others + (int64_t)(*slot - 1) * words;
}

/* Give the row of a letter of the text; NULL where the pattern has no such letter. */
static inline const uint64_t *dedup_row_of(const dedup_comparing *by, uint32_t letter,
                                           int64_t words) {
    uint32_t slot;
    if (letter < DEDUP_LETTERS) return &by->bits[(int64_t)letter * words];
    slot = *dedup_slot(by, letter);
    return slot ? by->others + (int64_t)(slot - 1) * words : NULL;
}

/* Note where each letter of the pattern stands. Returns 0 where there is no memory. */
static int dedup_note(dedup_comparing *by, int64_t m, int64_t words) {
    for (int64_t k = 0; k < m; k++) {
        uint64_t *const place = dedup_new_row(by, by->pattern[k], words);
        if (!place) return 0;
        place[k / 64] |= UINT64_C(1) << k % 64;
    }
    return 1;
}

/* Forget the pattern. */
static void dedup_forget(dedup_comparing *by, int64_t m, int64_t words) {
    by->count = 0;
    for (int64_t k = 0; k < m; k++) {
        const uint32_t letter = by->pattern[k];
        if (letter < DEDUP_LETTERS) {
            by->bits[(int64_t)letter * words + k / 64] = 0;
        } else { /* with all that stands in its way: everything goes */
            for (uint32_t at = dedup_home(letter); by->slots[at & by->mask]; at++)
                by->slots[at & by->mask] = 0;
        }
    }
}

/* The length of the longest common subsequence of the pattern that was noted, m letters, and the
 * text, n >= m letters; or a smaller number than `least` where it is below. A common subsequence of
 * `least` letters pairs the text's letter j with letters j - after to j + before of the pattern: only
 * their words are followed. */
static int64_t dedup_common(dedup_comparing *by, int64_t m, int64_t n, int64_t least) {
    const int64_t words = (m + 63) / 64, before = m - least, after = n - least;
    const uint32_t *text = by->text;
    uint64_t *const row = by->row;
    int64_t passed = 0, common = 0, j = 0, first = 0;
    for (int64_t w = 0; w < words; w++) row[w] = ~UINT64_C(0);
    while (j < n && common + n - j >= least) {
        const int64_t end = j + DEDUP_LOOK < n ? j + DEDUP_LOOK : n;
        int64_t last = (end - 1 + before) / 64;
        if (last >= words) last = words - 1;
        for (; first < last && 64 * (first + 1) <= j - after; first++)
            passed += dedup_ones(~row[first]);
        if (first == last) {
            uint64_t only = row[first];
            for (; j < end; j++) {
                const uint64_t *const place = dedup_row_of(by, *text++, words);
                const uint64_t both = place ? only & place[first] : 0;
                only = (only + both) | (only - both);
            }
            row[first] = only;
        }
        for (; j < end; j++) {
            const uint64_t *const place = dedup_row_of(by, *text++, words);
            uint64_t carry = 0;
            if (!place) continue;
            for (int64_t w = first; w <= last; w++) {
                const uint64_t old = row[w], both = old & place[w];
                const uint64_t sum = old + both, whole = sum + carry;
                carry = (sum < old) | (whole < sum);
                row[w] = whole | (old - both);
            }
        }
        common = passed;
        for (int64_t w = first; w <= last; w++) common += dedup_ones(~row[w]);
    }
    return common;
}

/* The distance of the pattern, m letters, and the text, n >= m letters, DEDUP_FAR where it is above
 * `limit`, or DEDUP_NO_MEMORY. A smaller limit is tried first, since most that are near are very near
 * (Ukkonen, Algorithms for approximate string matching, 1985). */
static int64_t dedup_closest(dedup_comparing *by, int64_t m, int64_t n, int64_t limit) {
    const int64_t words = (m + 63) / 64;
    int64_t distance = DEDUP_NO_MEMORY, tried = words < DEDUP_WIDE ? limit : n - m + DEDUP_NEAR;
    if (dedup_note(by, m, words))
        for (;; tried *= DEDUP_WIDER) {
            if (tried > limit) tried = limit;
            distance = m + n - 2 * dedup_common(by, m, n, (m + n - tried + 1) / 2);
            if (distance <= tried || tried == limit) break;
        }
    dedup_forget(by, m, words);
    return distance <= limit ? distance : DEDUP_FAR;
}

/* The distance of two texts, DEDUP_FAR where it is above `limit`, or DEDUP_NO_MEMORY. */
static int64_t dedup_distance(dedup_comparing *by, const uint8_t *a, const uint8_t *a_end,
                              const uint8_t *b, const uint8_t *b_end, int64_t limit) {
    const uint8_t *const a_begin = a, *const a_stop = a_end;
    int64_t m, n;
    while (a < a_end && b < b_end && *a == *b) a++, b++;
    while (a > a_begin && ((a < a_end && (*a & 0xC0) == 0x80) || (b < b_end && (*b & 0xC0) == 0x80)))
        a--, b--; /* back to the beginning of the letter that differs */
    while (a < a_end && b < b_end && a_end[-1] == b_end[-1]) a_end--, b_end--;
    while (a_end < a_stop && (*a_end & 0xC0) == 0x80) a_end++, b_end++;
    m = dedup_code_points(a, a_end, by->pattern);
    n = dedup_code_points(b, b_end, by->text);
    if (m > n) {
        uint32_t *const longer = by->pattern;
        const int64_t length = m;
        by->pattern = by->text, by->text = longer;
        m = n, n = length;
    }
    if (n - m > limit) return DEDUP_FAR;
    if (!m) return n;
    return dedup_closest(by, m, n, limit);
}

/* Write the distance of row `a[pair]` of one column and row `b[pair]` of another. Returns 0 where there
 * is no memory. */
static int dedup_indel(const uint8_t *first, const int64_t *first_offsets, const uint8_t *second,
                       const int64_t *second_offsets, const int64_t *a, const int64_t *b,
                       const int64_t *limits, int64_t pairs, int64_t longest,
                       int64_t *distances) {
    dedup_comparing by;
    int done = dedup_compare_begin(&by, longest);
    for (int64_t pair = 0; done && pair < pairs; pair++) {
        const int64_t i = a[pair], j = b[pair];
        distances[pair] = dedup_distance(
            &by, first + first_offsets[i], first + first_offsets[i + 1],
            second + second_offsets[j], second + second_offsets[j + 1], limits[pair]);
        done = distances[pair] != DEDUP_NO_MEMORY;
    }
    dedup_compare_end(&by);
    return done;
}

#endif
