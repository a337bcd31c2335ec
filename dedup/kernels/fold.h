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

/* Normalise the text at `at` up to `end` into `to`. `ascii` has for each byte below 0x80 what it
 * becomes, 0 for a separator. Returns the bytes written and sets `words`, or DEDUP_GIVEN_UP, or
 * DEDUP_FULL if it might not fit before `limit`. */
static int64_t dedup_fold_text(const dedup_table *table, const uint8_t *ascii, const uint8_t *at,
                               const uint8_t *end, uint8_t *to, const uint8_t *limit,
                               int32_t *words) {
    uint8_t *const begin = to;
    dedup_folding state = {to, DEDUP_SEPARATOR, 0, 0, 0, 0, 0};
    /* Only what is mapped or expanded can grow, and it checks: room for what is left, and 4 bytes. */
    if (limit - to < end - at + 4) return DEDUP_FULL;
    while (at < end) {
        uint32_t code_point, entry, target;
        if (*at < 0x80) {
            uint8_t *next = state.to;
            uint32_t kind = state.kind;
            int64_t count = 0;
            do {
                const uint8_t folded = ascii[*at++];
                const uint32_t is_word = folded != 0;
                *next = folded ? folded : ' ';
                next += is_word | (kind != DEDUP_SEPARATOR);
                count += is_word & (kind != DEDUP_ORDINARY);
                kind = is_word; /* DEDUP_ORDINARY or DEDUP_SEPARATOR */
            } while (at < end && *at < 0x80);
            entry = table->entries[table->pages[0] * DEDUP_PAGE + at[-1]];
            state.to = next;
            state.kind = kind;
            state.words += count;
            state.letter = entry & DEDUP_LETTER;
            state.first = entry >> DEDUP_FIRST_SHIFT & 3;
            state.combining = 0;
            continue;
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
    uint8_t ascii[0x80];
    for (uint32_t byte = 0; byte < 0x80; byte++) {
        const uint32_t entry = dedup_entry(table, byte);
        const uint32_t is_mapped = (entry & DEDUP_OPERATION) == DEDUP_MAP;
        const uint32_t folded = is_mapped ? entry >> DEDUP_TARGET_SHIFT : byte;
        ascii[byte] = (entry & DEDUP_KIND) == DEDUP_SEPARATOR ? 0 : (uint8_t)folded;
    }
    for (; row < rows; row++) {
        const int64_t written =
            dedup_fold_text(table, ascii, data + starts[row], data + stops[row], to + ends[row],
                            to + room, &words[row]);
        if (written == DEDUP_FULL) return row;
        if (written == DEDUP_GIVEN_UP) words[row] = -1;
        ends[row + 1] = ends[row] + (written > 0 ? written : 0);
    }
    return rows;
}

#endif
