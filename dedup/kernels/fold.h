/* Normalising without regard to neighbours.
 *
 * Every code point is replaced by what the table says, and nonspacing marks after a letter that loses
 * them are left out. That is exact as long as no two characters meet that would compose or change
 * places; where they might, the text is given up and left to the exact path. */

#ifndef DEDUP_FOLD_H
#define DEDUP_FOLD_H

#include "table.h"

enum { DEDUP_GIVEN_UP = -1, DEDUP_FULL = -2 };

typedef struct {
    uint8_t *to;        /* where the next byte is written */
    uint32_t kind;      /* how the last character counts; a separator at the beginning */
    uint32_t letter;    /* marks are deleted here */
    uint32_t first;     /* what the last character of combining class 0 composes with */
    uint32_t combining; /* the combining class of the last character */
    int64_t words;      /* runs of ordinary characters */
    int64_t characters; /* characters of scripts without spaces */
} dedup_folding;

/* Add a code point that stands for itself. Returns 0 if the text must be given up. */
static inline int dedup_put(dedup_folding *state, uint32_t code_point, uint32_t entry,
                            uint32_t combining) {
    const uint32_t joining = entry >> DEDUP_SECOND_SHIFT & 3;
    uint32_t kind = entry & DEDUP_KIND;
    if (joining || entry & (DEDUP_HARD | DEDUP_SPLIT | DEDUP_NONSPACING)) {
        if (entry & DEDUP_HARD) return 0;
        if (state->letter) {
            if (entry & DEDUP_NONSPACING) return 1;
            if (entry & DEDUP_SPLIT) return 0;
        }
        if (joining & state->first) return 0;
        if (combining && combining < state->combining && entry & DEDUP_NONSPACING) return 0;
    }
    if (!(combining && entry & DEDUP_NONSPACING)) state->first = entry >> DEDUP_FIRST_SHIFT & 3;
    state->combining = combining;
    state->letter = entry & DEDUP_LETTER;
    if (kind == DEDUP_SEPARATOR) {
        *state->to = ' ';
        state->to += state->kind != DEDUP_SEPARATOR;
    } else {
        if (entry & DEDUP_MARK && state->kind == DEDUP_NO_SPACE) kind = DEDUP_NO_SPACE;
        state->words += kind == DEDUP_ORDINARY && state->kind != DEDUP_ORDINARY;
        state->characters += kind == DEDUP_NO_SPACE;
        state->to += dedup_encode(state->to, code_point);
    }
    state->kind = kind;
    return 1;
}

/* What the characters of ASCII and of the two-byte sequences that begin with 0xC2 and the next few
 * leads become: a byte of ASCII, 0 for a separator; DEDUP_NOT_SIMPLE for all else. */
enum { DEDUP_LATIN_LEADS = 6, DEDUP_NOT_SIMPLE = 0xFF };

typedef struct {
    uint8_t ascii[0x80], latin[DEDUP_LATIN_LEADS << 6];
} dedup_simple;

/* Say what becomes of a character whose neighbours do not matter. */
static uint8_t dedup_simply(const dedup_table *table, uint32_t code_point) {
    const uint32_t entry = dedup_entry(table, code_point);
    const uint32_t is_mapped = (entry & DEDUP_OPERATION) == DEDUP_MAP;
    const uint32_t target = is_mapped ? entry >> DEDUP_TARGET_SHIFT : code_point;
    const uint32_t is_separator = (entry & DEDUP_KIND) == DEDUP_SEPARATOR;
    const uint32_t others = DEDUP_HARD | DEDUP_SPLIT | DEDUP_NONSPACING | DEDUP_MARK |
                            3u << DEDUP_SECOND_SHIFT;
    if (!is_mapped && (entry & DEDUP_OPERATION) != DEDUP_KEEP) return DEDUP_NOT_SIMPLE;
    if (entry & others || (!is_mapped && entry >> DEDUP_COMBINING_SHIFT)) return DEDUP_NOT_SIMPLE;
    if (is_separator) return 0;
    if ((entry & DEDUP_KIND) != DEDUP_ORDINARY || target >= 0x80) return DEDUP_NOT_SIMPLE;
    return (uint8_t)target;
}

static void dedup_find_simple(const dedup_table *table, dedup_simple *simple) {
    for (uint32_t point = 0; point < 0x80 + sizeof simple->latin; point++)
        *(point < 0x80 ? simple->ascii + point : simple->latin + point - 0x80) =
            dedup_simply(table, point);
}

/* Add what a simple character becomes; `count` are the words so far. Returns where to go on. */
static inline uint8_t *dedup_put_simple(uint8_t *next, uint8_t folded, uint32_t *kind,
                                        int64_t *count) {
    const uint32_t is_word = folded != 0;
    *next = folded ? folded : ' ';
    next += is_word | (*kind != DEDUP_SEPARATOR);
    *count += is_word & (*kind != DEDUP_ORDINARY);
    *kind = is_word; /* DEDUP_ORDINARY or DEDUP_SEPARATOR */
    return next;
}

/* Normalise the text at `at` up to `end` into `to`; `simple` is of the same table. Returns the bytes
 * written and sets `words`, or DEDUP_GIVEN_UP, or DEDUP_FULL if it might not fit before `limit`. */
static int64_t dedup_fold_text(const dedup_table *table, const dedup_simple *simple,
                               const uint8_t *at, const uint8_t *end, uint8_t *to,
                               const uint8_t *limit, int32_t *words) {
    uint8_t *const begin = to;
    dedup_folding state = {to, DEDUP_SEPARATOR, 0, 0, 0, 0, 0};
    /* Only what is mapped or expanded can grow, and it checks: room for what is left, and 4 bytes. */
    if (limit - to < end - at + 4) return DEDUP_FULL;
    while (at < end) {
        uint32_t code_point, entry, target;
        uint8_t *next = state.to;
        const uint8_t *const begun = at;
        uint32_t kind = state.kind;
        int64_t count = 0;
        for (;;) {
            for (; at < end && *at < 0x80; at++)
                next = dedup_put_simple(next, simple->ascii[*at], &kind, &count);
            if (end - at < 2 || (uint8_t)(*at - 0xC2) >= DEDUP_LATIN_LEADS) break;
            const uint8_t folded = simple->latin[(*at - 0xC2) << 6 | (at[1] & 0x3F)];
            if (folded == DEDUP_NOT_SIMPLE || (at[1] & 0xC0) != 0x80) break;
            next = dedup_put_simple(next, folded, &kind, &count);
            at += 2;
        }
        if (at > begun) {
            code_point = at[-1];
            if (code_point >= 0x80)
                code_point = (uint32_t)(at[-2] & 0x1F) << 6 | (code_point & 0x3F);
            entry = dedup_entry(table, code_point);
            state.to = next;
            state.kind = kind;
            state.words += count;
            state.letter = entry & DEDUP_LETTER;
            state.first = entry >> DEDUP_FIRST_SHIFT & 3;
            state.combining = 0;
            if (at == end) break;
        }
        at += dedup_decode(at, end, &code_point);
        entry = dedup_entry(table, code_point);
        switch (entry & DEDUP_OPERATION) {
        case DEDUP_KEEP:
            if (!dedup_put(&state, code_point, entry, entry >> DEDUP_COMBINING_SHIFT))
                return DEDUP_GIVEN_UP;
            break;
        case DEDUP_MAP:
            if (limit - state.to < end - at + 8) return DEDUP_FULL;
            target = entry >> DEDUP_TARGET_SHIFT;
            if (!dedup_put(&state, target, entry, 0)) return DEDUP_GIVEN_UP;
            break;
        case DEDUP_EXPAND: {
            const uint32_t *part = table->pool + (entry >> DEDUP_TARGET_SHIFT);
            const uint32_t *const past = part + 1 + *part;
            if (entry & DEDUP_HARD) return DEDUP_GIVEN_UP;
            if (limit - state.to < end - at + 4 * (int64_t)(*part + 1)) return DEDUP_FULL;
            for (part++; part < past; part++) {
                entry = dedup_entry(table, *part);
                if (!dedup_put(&state, *part, entry, entry >> DEDUP_COMBINING_SHIFT))
                    return DEDUP_GIVEN_UP;
            }
            break;
        }
        default: /* DEDUP_DROP */
            break;
        }
    }
    if (state.kind == DEDUP_SEPARATOR && state.to > begin) state.to--;
    *words = (int32_t)(state.words + (state.characters + 1) / 2);
    return state.to - begin;
}

/* Normalise the texts from row `row` on. A text that is given up leaves no bytes and -1 words.
 * Returns the row that did not fit, or `rows`. */
static int64_t dedup_fold(const dedup_table *table, const uint8_t *data, const int64_t *starts,
                          const int64_t *stops, int64_t row, int64_t rows, uint8_t *to,
                          int64_t room, int64_t *ends, int32_t *words) {
    dedup_simple simple;
    dedup_find_simple(table, &simple);
    for (; row < rows; row++) {
        const int64_t written =
            dedup_fold_text(table, &simple, data + starts[row], data + stops[row], to + ends[row],
                            to + room, &words[row]);
        if (written == DEDUP_FULL) return row;
        if (written == DEDUP_GIVEN_UP) words[row] = -1;
        ends[row + 1] = ends[row] + (written > 0 ? written : 0);
    }
    return rows;
}

#endif
