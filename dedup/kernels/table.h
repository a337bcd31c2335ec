/* The Unicode table as C reads it, and UTF-8. Its numbers are those of text/unicode_table.py. */

#ifndef DEDUP_TABLE_H
#define DEDUP_TABLE_H

#include <stdint.h>
#include <string.h>

#define DEDUP_PAGE 128

enum { DEDUP_SEPARATOR = 0, DEDUP_ORDINARY = 1, DEDUP_NO_SPACE = 2, DEDUP_KIND = 3 };

enum {
    DEDUP_KEEP = 0 << 2,
    DEDUP_MAP = 1 << 2,
    DEDUP_EXPAND = 2 << 2,
    DEDUP_DROP = 3 << 2,
    DEDUP_OPERATION = 3 << 2,
    DEDUP_LETTER = 1 << 4,
    DEDUP_NONSPACING = 1 << 5,
    DEDUP_HARD = 1 << 6,
    DEDUP_SPLIT = 1 << 7,
    DEDUP_MARK = 1 << 8,
    DEDUP_FIRST_SHIFT = 9,
    DEDUP_SECOND_SHIFT = 11,
    DEDUP_NUMBER = 1 << 13,
    DEDUP_TARGET_SHIFT = 14,
    DEDUP_COMBINING_SHIFT = 24
};

enum {
    DEDUP_APART = 0,
    DEDUP_WORD_PART = 1,
    DEDUP_DIGIT = 2,
    DEDUP_JOINED = 3,
    DEDUP_UNSEEN = 4,
    DEDUP_SIGN = 5,
    DEDUP_NUMBER_SIGN = 6,
    DEDUP_DASH = 7,
    DEDUP_POINT = 8,
    DEDUP_BANG = 9,
    DEDUP_ROLE = 15,
    DEDUP_TOLD_SHIFT = 8
};

typedef struct {
    const uint32_t *pages;
    const uint32_t *entries;
    const uint32_t *pool;
} dedup_table;

static inline uint32_t dedup_entry(const dedup_table *table, uint32_t code_point) {
    uint32_t page = table->pages[code_point / DEDUP_PAGE];
    return table->entries[page * DEDUP_PAGE + code_point % DEDUP_PAGE];
}

/* Read one code point of at least 0x80 at `at`, which is before `end`. Returns its bytes; of what is
 * not UTF-8 one byte is taken, for U+FFFD. */
static inline int dedup_decode(const uint8_t *at, const uint8_t *end, uint32_t *code_point) {
    uint32_t lead = at[0];
    int64_t left = end - at;
    if (lead >= 0xC2 && lead < 0xE0) {
        if (left >= 2 && (at[1] & 0xC0) == 0x80) {
            *code_point = (lead & 0x1F) << 6 | (at[1] & 0x3F);
            return 2;
        }
    } else if (lead >= 0xE0 && lead < 0xF0) {
        if (left >= 3 && (at[1] & 0xC0) == 0x80 && (at[2] & 0xC0) == 0x80) {
            uint32_t value = (lead & 0x0F) << 12 | (at[1] & 0x3F) << 6 | (at[2] & 0x3F);
            if (value >= 0x800 && (value < 0xD800 || value > 0xDFFF)) {
                *code_point = value;
                return 3;
            }
        }
    } else if (lead >= 0xF0 && lead < 0xF5) {
        if (left >= 4 && (at[1] & 0xC0) == 0x80 && (at[2] & 0xC0) == 0x80 &&
            (at[3] & 0xC0) == 0x80) {
            uint32_t value = (lead & 0x07) << 18 | (uint32_t)(at[1] & 0x3F) << 12 |
                             (at[2] & 0x3F) << 6 | (at[3] & 0x3F);
            if (value >= 0x10000 && value < 0x110000) {
                *code_point = value;
                return 4;
            }
        }
    }
    *code_point = 0xFFFD;
    return 1;
}

/* Write a code point at `to`, which has room for 4 bytes. Returns how many it took. */
static inline int dedup_encode(uint8_t *to, uint32_t code_point) {
    if (code_point < 0x80) {
        to[0] = (uint8_t)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        to[0] = (uint8_t)(0xC0 | code_point >> 6);
        to[1] = (uint8_t)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        to[0] = (uint8_t)(0xE0 | code_point >> 12);
        to[1] = (uint8_t)(0x80 | (code_point >> 6 & 0x3F));
        to[2] = (uint8_t)(0x80 | (code_point & 0x3F));
        return 3;
    }
    to[0] = (uint8_t)(0xF0 | code_point >> 18);
    to[1] = (uint8_t)(0x80 | (code_point >> 12 & 0x3F));
    to[2] = (uint8_t)(0x80 | (code_point >> 6 & 0x3F));
    to[3] = (uint8_t)(0x80 | (code_point & 0x3F));
    return 4;
}

static inline int dedup_is_ascii(const uint8_t *at, int64_t length) {
    uint64_t some = 0, eight;
    for (; length >= 8; at += 8, length -= 8) {
        memcpy(&eight, at, sizeof eight);
        some |= eight;
    }
    for (; length > 0; at++, length--) some |= *at;
    return !(some & UINT64_C(0x8080808080808080));
}

#endif
