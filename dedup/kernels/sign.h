/* The signs of a text as written: text/signs.py says what they are and is the twin.
 *
 * Most bytes of a text can be no part of a sign, and one look at a byte tells: letters, spaces, and
 * full stops and hyphens that no digit follows. The rest asks the table. */

#ifndef DEDUP_SIGN_H
#define DEDUP_SIGN_H

#include "table.h"

enum { DEDUP_OVERLAY = 0x338 }; /* the long solidus that makes "=" one sign with it */

/* What the table tells of signs. */
typedef struct {
    const uint32_t *pages, *entries;
    const uint32_t *firsts, *wholes; /* what the overlay composes with, and what comes of it */
    int64_t composites;
} dedup_sign_table;

/* Where the signs are written: `count` of them so far, room for `room`. */
typedef struct {
    int64_t count, room;
    int64_t *starts, *ends;
    int32_t *told;
} dedup_signs_out;

/* A character: its role, as what it is told, its bytes. */
typedef struct {
    uint32_t role, told;
    int bytes;
} dedup_character;

/* Look at the character at `at`, which is before `end`. A byte that is not UTF-8 stands apart. */
static inline dedup_character dedup_look(const dedup_sign_table *table, const uint8_t *at,
                                         const uint8_t *end) {
    dedup_character seen = {DEDUP_APART, *at, 1};
    uint32_t entry;
    if (*at >= 0x80) {
        seen.bytes = dedup_decode(at, end, &seen.told);
        if (seen.bytes == 1) return seen;
    }
    entry = table->entries[table->pages[seen.told / DEDUP_PAGE] * DEDUP_PAGE +
                           seen.told % DEDUP_PAGE];
    seen.role = entry & DEDUP_ROLE;
    if (entry >> DEDUP_TOLD_SHIFT) seen.told = entry >> DEDUP_TOLD_SHIFT;
    return seen;
}

/* Look at the next character that is no format character; `*at` moves behind it. At the end there is
 * one that stands apart. */
static inline dedup_character dedup_look_after(const dedup_sign_table *table, const uint8_t **at,
                                               const uint8_t *end) {
    dedup_character seen = {DEDUP_APART, 0, 0};
    while (*at < end) {
        seen = dedup_look(table, *at, end);
        *at += seen.bytes;
        if (seen.role != DEDUP_UNSEEN) return seen;
    }
    seen.role = DEDUP_APART;
    return seen;
}

/* Give the role of the last character before `at` that is neither mark nor format character. */
static inline uint32_t dedup_role_before(const dedup_sign_table *table, const uint8_t *begin,
                                         const uint8_t *at) {
    while (at > begin) {
        const uint8_t *lead = at - 1;
        dedup_character seen;
        while (lead > begin && at - lead < 4 && (*lead & 0xC0) == 0x80) lead--;
        seen = dedup_look(table, lead, at);
        if (seen.bytes != at - lead) return DEDUP_APART;
        if (seen.role != DEDUP_JOINED && seen.role != DEDUP_UNSEEN) return seen.role;
        at = lead;
    }
    return DEDUP_APART;
}

/* Give what the overlay makes of a sign, 0 if they are no one character. */
static inline uint32_t dedup_overlaid(const dedup_sign_table *table, uint32_t told) {
    for (int64_t k = 0; k < table->composites; k++)
        if (table->firsts[k] == told) return table->wholes[k];
    return 0;
}

/* Tell whether a character is a sign where it stands, from `at` to `after`. A sign that the overlay
 * follows is told as one with it, and `after` moves behind it. */
static inline int dedup_is_sign(const dedup_sign_table *table, const uint8_t *begin,
                                const uint8_t *at, const uint8_t **after, const uint8_t *end,
                                dedup_character *seen) {
    const uint8_t *next = *after;
    dedup_character following;
    uint32_t before, overlaid;
    if (seen->role < DEDUP_SIGN) return 0;
    if (seen->role == DEDUP_NUMBER_SIGN) return 1;
    following = dedup_look_after(table, &next, end);
    switch (seen->role) {
    case DEDUP_SIGN:
        overlaid = following.told == DEDUP_OVERLAY ? dedup_overlaid(table, seen->told) : 0;
        if (overlaid) {
            seen->told = overlaid;
            *after = next;
        }
        return 1;
    case DEDUP_DASH:
        if (following.role != DEDUP_DIGIT) return 0;
        before = dedup_role_before(table, begin, at);
        return before != DEDUP_WORD_PART && before != DEDUP_DIGIT && before != DEDUP_NUMBER_SIGN;
    case DEDUP_POINT:
        return following.role == DEDUP_DIGIT &&
               dedup_role_before(table, begin, at) == DEDUP_DIGIT;
    default: /* DEDUP_BANG: an overlaid equals sign is another one */
        return following.role == DEDUP_SIGN && following.told == '=' &&
               dedup_look_after(table, &next, end).told != DEDUP_OVERLAY;
    }
}

/* Find the signs of the stretches from row `row` on; `counts[row + 1]` is set to the signs so far.
 * Returns the row that had more signs than there was room for, or `rows`. */
static int64_t dedup_find_signs(const dedup_sign_table *table, const uint8_t *data,
                                const int64_t *starts, const int64_t *ends, int64_t row,
                                int64_t rows, int64_t *counts, dedup_signs_out *out) {
    uint8_t roles[0x100], is_digit[0x100] = {0}; /* of bytes; one from 0x80 on may be anything */
    uint8_t wide[0x800];                          /* of characters of two bytes */
    for (uint32_t byte = 0; byte < 0x100; byte++) {
        const uint8_t at = (uint8_t)(byte & 0x7F);
        const uint32_t role = dedup_look(table, &at, &at + 1).role;
        roles[byte] = (uint8_t)(byte < 0x80 ? role : DEDUP_SIGN);
        is_digit[byte] = byte >= 0x80 || role == DEDUP_DIGIT;
    }
    for (uint32_t point = 0x80; point < 0x800; point++) {
        const uint32_t page = table->pages[point / DEDUP_PAGE];
        const uint32_t entry = table->entries[page * DEDUP_PAGE + point % DEDUP_PAGE];
        wide[point] = (uint8_t)(entry & DEDUP_ROLE);
    }
    for (; row < rows; row++) {
        const uint8_t *const begin = data + starts[row], *const end = data + ends[row];
        const uint8_t *at = begin;
        while (at < end) {
            const uint8_t *after;
            uint32_t role;
            dedup_character seen;
            /* Four bytes that begin no sign are passed over at once. */
            while (end - at >= 4 && (roles[at[0]] | roles[at[1]] | roles[at[2]] | roles[at[3]]) <
                                        DEDUP_SIGN)
                at += 4;
            if (at == end) break;
            if (*at >= 0xC2 && *at < 0xE0 && end - at >= 2 && (at[1] & 0xC0) == 0x80 &&
                wide[(*at & 0x1F) << 6 | (at[1] & 0x3F)] < DEDUP_SIGN) {
                at += 2;
                continue;
            }
            role = roles[*at];
            /* What is no sign by its first byte, or needs a digit that does not follow. */
            if (role < DEDUP_SIGN || ((role == DEDUP_DASH || role == DEDUP_POINT) &&
                                      (at + 1 == end || !is_digit[at[1]]))) {
                at++;
                continue;
            }
            seen = dedup_look(table, at, end);
            after = at + seen.bytes;
            if (dedup_is_sign(table, begin, at, &after, end, &seen)) {
                if (out->count == out->room) {
                    out->count = counts[row];
                    return row;
                }
                out->starts[out->count] = at - data;
                out->ends[out->count] = after - data;
                out->told[out->count] = (int32_t)seen.told;
                out->count++;
            }
            at = after;
        }
        counts[row + 1] = out->count;
    }
    return rows;
}

#endif
