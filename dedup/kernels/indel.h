/* Indel distance of pairs of texts, in code points: the letters that only one of the two has.
 *
 * It is the sum of the lengths less twice the longest common subsequence, whose rows are followed as
 * bits (Hyyro, Bit-parallel LCS-length computation revisited, 2004): one step for 64 letters of the
 * one text and a letter of the other. What both begin and end with is left out before.
 *
 * Most pairs are of short texts in ASCII, and many have one first text: where its letters stand is
 * noted once, and several second texts are followed beside each other, a step of each in turn, so
 * that the processor need not wait for one step to begin the next. */

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

#define DEDUP_ASCII 0x80
#define DEDUP_SHORT 4  /* words of a pattern up to which texts are followed beside each other: */
#define DEDUP_TOGETHER 4 /* so many of them */

/* Where each letter stands in a short text in ASCII, in so many words; 0 where it is none. */
typedef struct {
    const uint8_t *text;
    int64_t length, words;
    uint64_t bits[DEDUP_ASCII * DEDUP_SHORT];
} dedup_short;

/* Note where each letter of a text stands. */
static void dedup_note_short(dedup_short *pattern, const uint8_t *text, int64_t length) {
    const int64_t words = (length + 63) / 64;
    pattern->text = text;
    pattern->length = length;
    pattern->words = 0;
    if (words > DEDUP_SHORT || !dedup_is_ascii(text, length)) return;
    pattern->words = words;
    memset(pattern->bits, 0, (size_t)(DEDUP_ASCII * words) * sizeof *pattern->bits);
    for (int64_t k = 0; k < length; k++)
        pattern->bits[text[k] * words + k / 64] |= UINT64_C(1) << k % 64;
}

/* A step of some texts, from their letter `from` up to `end`, in patterns of `words`: a constant where
 * it is called, so that the rows stay in registers. */
static inline void dedup_steps(const uint64_t *bits, int words, const uint8_t *const *texts, int count,
                               int64_t from, int64_t end, uint64_t *rows) {
    for (int64_t j = from; j < end; j++) {
        for (int k = 0; k < count; k++) {
            const uint64_t *const place = bits + texts[k][j] * words;
            uint64_t *const row = rows + k * words, carry = 0;
            for (int w = 0; w < words; w++) {
                const uint64_t both = row[w] & place[w], sum = row[w] + both, whole = sum + carry;
                carry = (sum < both) | (whole < sum);
                row[w] = whole | (row[w] - both);
            }
        }
    }
}

/* The same of all texts that are followed together, in a pattern of one word: the most there are. */
static inline void dedup_narrow_steps(const uint64_t *bits, const uint8_t *const *texts, int64_t end,
                                      uint64_t *rows) {
#define DEDUP_STEP(k)                                              \
    {                                                              \
        const uint64_t both = row##k & bits[texts[k][j]];          \
        row##k = (row##k + both) | (row##k - both);                \
    }
    uint64_t row0 = rows[0], row1 = rows[1], row2 = rows[2], row3 = rows[3];
    for (int64_t j = 0; j < end; j++) {
        DEDUP_STEP(0)
        DEDUP_STEP(1)
        DEDUP_STEP(2)
        DEDUP_STEP(3)
    }
    rows[0] = row0, rows[1] = row1, rows[2] = row2, rows[3] = row3;
#undef DEDUP_STEP
}

/* Write how long a common subsequence the pattern has with each of some texts. */
static inline void dedup_common_beside(const dedup_short *pattern, int words,
                                       const uint8_t *const *texts, const int64_t *lengths,
                                       int count, int64_t *common) {
    uint64_t rows[DEDUP_TOGETHER * DEDUP_SHORT];
    int64_t both = 0;
    memset(rows, 0xFF, sizeof rows);
    if (count == DEDUP_TOGETHER) {
        both = lengths[0];
        for (int k = 1; k < DEDUP_TOGETHER; k++) both = lengths[k] < both ? lengths[k] : both;
        if (words == 1) dedup_narrow_steps(pattern->bits, texts, both, rows);
        else dedup_steps(pattern->bits, words, texts, DEDUP_TOGETHER, 0, both, rows);
    }
    for (int k = 0; k < count; k++) {
        dedup_steps(pattern->bits, words, texts + k, 1, both, lengths[k], rows + k * words);
        common[k] = 0;
        for (int w = 0; w < words; w++) common[k] += dedup_ones(~rows[k * words + w]);
    }
}

static void dedup_common_short(const dedup_short *pattern, const uint8_t *const *texts,
                               const int64_t *lengths, int count, int64_t *common) {
    switch (pattern->words) {
    case 1: dedup_common_beside(pattern, 1, texts, lengths, count, common); break;
    case 2: dedup_common_beside(pattern, 2, texts, lengths, count, common); break;
    case 3: dedup_common_beside(pattern, 3, texts, lengths, count, common); break;
    default: dedup_common_beside(pattern, 4, texts, lengths, count, common);
    }
}

/* Write the distances of the pairs that wait, of texts in ASCII whose first one was noted. */
static void dedup_compare_short(const dedup_short *pattern, const uint8_t *const *texts,
                                const int64_t *lengths, const int64_t *waiting, int count,
                                const int64_t *limits, int64_t *distances) {
    int64_t common[DEDUP_TOGETHER];
    dedup_common_short(pattern, texts, lengths, count, common);
    for (int k = 0; k < count; k++) {
        const int64_t pair = waiting[k];
        const int64_t distance = pattern->length + lengths[k] - 2 * common[k];
        distances[pair] = distance <= limits[pair] ? distance : DEDUP_FAR;
    }
}

/* Write the distance of row `a[pair]` of one column and row `b[pair]` of another. Returns 0 where there
 * is no memory. Pairs of one `a` that stand together take less. */
static int dedup_indel(const uint8_t *first, const int64_t *first_offsets, const uint8_t *second,
                       const int64_t *second_offsets, const int64_t *a, const int64_t *b,
                       const int64_t *limits, int64_t pairs, int64_t longest,
                       int64_t *distances) {
    dedup_comparing by;
    dedup_short pattern = {NULL, 0, 0, {0}};
    const uint8_t *texts[DEDUP_TOGETHER];
    int64_t lengths[DEDUP_TOGETHER], waiting[DEDUP_TOGETHER];
    int count = 0, done = dedup_compare_begin(&by, longest);
    for (int64_t pair = 0; done && pair < pairs; pair++) {
        const uint8_t *const text = first + first_offsets[a[pair]];
        const uint8_t *const end = first + first_offsets[a[pair] + 1];
        const uint8_t *const other = second + second_offsets[b[pair]];
        const int64_t length = second_offsets[b[pair] + 1] - second_offsets[b[pair]];
        if (pattern.text != text || pattern.length != end - text) {
            dedup_compare_short(&pattern, texts, lengths, waiting, count, limits, distances);
            count = 0;
            dedup_note_short(&pattern, text, end - text);
        }
        if (pattern.words && dedup_is_ascii(other, length)) {
            texts[count] = other;
            lengths[count] = length;
            waiting[count++] = pair;
            if (count == DEDUP_TOGETHER) {
                dedup_compare_short(&pattern, texts, lengths, waiting, count, limits, distances);
                count = 0;
            }
        } else {
            distances[pair] = dedup_distance(&by, text, end, other, other + length, limits[pair]);
            done = distances[pair] != DEDUP_NO_MEMORY;
        }
    }
    if (done) dedup_compare_short(&pattern, texts, lengths, waiting, count, limits, distances);
    dedup_compare_end(&by);
    return done;
}

#endif
