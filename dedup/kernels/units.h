/* The units of raw text: where each word lies in it, and the hash of what it normalises to.
 *
 * A unit is a run of letters, marks and numbers, or one character of a script without spaces with the
 * marks after it. Format characters belong to no unit but may lie inside one. Places are code points:
 * every byte that is no continuation byte begins one. */

#ifndef DEDUP_UNITS_H
#define DEDUP_UNITS_H

#include <string.h>

#include "fold.h"
#include "sketch.h"

#define DEDUP_UNIT_BYTES 256 /* longer ones are left to the exact path */
#define DEDUP_MOST_HALVES 10

enum {
    DEDUP_BREAK,    /* separates */
    DEDUP_NOTHING,  /* is dropped */
    DEDUP_WORD,     /* joins the word before it */
    DEDUP_ATTACHED, /* joins whatever stands before it: a mark */
    DEDUP_FIRST,    /* begins a word: what it expands to begins with a separator */
    DEDUP_ALONE,    /* a character of a script without spaces */
    DEDUP_UNDER     /* a mark of such a script: joins such a character */
};

static inline int dedup_role_of(uint32_t entry) {
    const int is_mark = (entry & DEDUP_MARK) != 0;
    switch (entry & DEDUP_KIND) {
    case DEDUP_ORDINARY:
        return is_mark ? DEDUP_ATTACHED : DEDUP_WORD;
    case DEDUP_NO_SPACE:
        return is_mark ? DEDUP_UNDER : DEDUP_ALONE;
    default:
        return DEDUP_BREAK;
    }
}

static inline int dedup_role(const dedup_table *table, uint32_t code_point) {
    const uint32_t entry = dedup_entry(table, code_point);
    const uint32_t *part, *past;
    int role = DEDUP_BREAK, is_later = 0;
    if ((entry & DEDUP_OPERATION) == DEDUP_DROP) return DEDUP_NOTHING;
    if ((entry & DEDUP_OPERATION) != DEDUP_EXPAND) return dedup_role_of(entry);
    part = table->pool + (entry >> DEDUP_TARGET_SHIFT);
    past = part + 1 + *part;
    for (part++; part < past && role == DEDUP_BREAK; part++) {
        role = dedup_role_of(dedup_entry(table, *part));
        is_later |= role == DEDUP_BREAK;
    }
    return role != DEDUP_BREAK && is_later ? DEDUP_FIRST : role;
}

/* Where the units are written, `count` of them so far; there is room for all. */
typedef struct {
    int64_t count;
    int32_t *starts, *ends;
    int8_t *halves; /* DEDUP_GIVEN_UP where the exact path must fold it */
    uint32_t *hashes;
} dedup_units_out;

/* A unit that is being read: its bytes and its code points. */
typedef struct {
    const uint8_t *at, *end;
    int64_t start, stop;
    int role;      /* DEDUP_WORD or DEDUP_ALONE; DEDUP_BREAK: there is none */
    int64_t plain; /* bytes folded so far; DEDUP_UNIT_BYTES where neighbours matter, or it is too long */
    uint8_t folded[DEDUP_UNIT_BYTES + 8];
} dedup_open_unit;

static inline void dedup_begin_unit(dedup_open_unit *unit, const uint8_t *at, int64_t place,
                                    int role) {
    unit->at = at;
    unit->start = place;
    unit->role = role;
    unit->plain = 0;
}

static inline void dedup_close_unit(const dedup_table *table, const dedup_simple *simple,
                                    dedup_open_unit *unit, dedup_units_out *out) {
    uint8_t *const folded = unit->folded;
    int32_t words;
    int64_t bytes = unit->plain, halves = 2;
    if (unit->role == DEDUP_BREAK) return;
    if (bytes == DEDUP_UNIT_BYTES)
        bytes = dedup_fold_text(table, simple, unit->at, unit->end, folded,
                                folded + DEDUP_UNIT_BYTES, &words);
    if (bytes > 0 && unit->role == DEDUP_ALONE) {
        halves = 0;
        for (int64_t i = 0; i < bytes; i++) halves += (folded[i] & 0xC0) != 0x80;
        if (halves > DEDUP_MOST_HALVES) halves = DEDUP_MOST_HALVES;
    }
    unit->role = bytes ? unit->role : DEDUP_BREAK;
    if (unit->role == DEDUP_BREAK) return;
    out->starts[out->count] = (int32_t)unit->start;
    out->ends[out->count] = (int32_t)unit->stop;
    out->halves[out->count] = (int8_t)(bytes > 0 ? halves : DEDUP_GIVEN_UP);
    out->hashes[out->count] =
        bytes > 0 ? dedup_hash(folded, folded + bytes, folded + sizeof unit->folded)
                  : (unit->role == DEDUP_ALONE);
    out->count++;
    unit->role = DEDUP_BREAK;
}

/* Write what a character folds to by itself, whatever stands beside it. Returns 0 where that is not all,
 * or there is no room. */
static inline int dedup_fold_alone(const dedup_table *table, dedup_open_unit *unit,
                                   uint32_t code_point) {
    const uint32_t entry = dedup_entry(table, code_point);
    const uint32_t is_mapped = (entry & DEDUP_OPERATION) == DEDUP_MAP;
    if ((entry & DEDUP_OPERATION) != DEDUP_KEEP && !is_mapped) return 0;
    if (entry & (DEDUP_HARD | DEDUP_SPLIT | DEDUP_NONSPACING)) return 0;
    if (entry >> DEDUP_SECOND_SHIFT & 3 || unit->plain > DEDUP_UNIT_BYTES - 4) return 0;
    unit->plain += dedup_encode(unit->folded + unit->plain,
                                is_mapped ? entry >> DEDUP_TARGET_SHIFT : code_point);
    return 1;
}

/* Find the units of each text; `counts[row + 1]` is set to the units so far. */
static void dedup_units(const dedup_table *table, const uint8_t *data, const int64_t *offsets,
                        int64_t rows, int64_t *counts, dedup_units_out *out) {
    uint8_t roles[0x80], letters[0x100] = {0}; /* what joins a word, folded */
    dedup_simple simple;
    dedup_open_unit unit;
    dedup_find_simple(table, &simple);
    for (uint32_t byte = 0; byte < 0x80; byte++) {
        roles[byte] = (uint8_t)dedup_role(table, byte);
        letters[byte] = roles[byte] == DEDUP_WORD ? simple.ascii[byte] : 0;
    }
    for (int64_t row = 0; row < rows; row++) {
        const uint8_t *at = data + offsets[row], *const end = data + offsets[row + 1];
        int64_t place = 0;
        dedup_begin_unit(&unit, at, 0, DEDUP_BREAK);
        while (at < end) {
            const uint8_t *const begin = at;
            int64_t next = place + 1, plain;
            uint32_t code_point = 0;
            int role, joins;
            if (letters[*at]) {
                if (unit.role != DEDUP_WORD) {
                    dedup_close_unit(table, &simple, &unit, out);
                    dedup_begin_unit(&unit, begin, place, DEDUP_WORD);
                }
                plain = unit.plain; /* kept in a register */
                do {
                    unit.folded[plain] = letters[*at++];
                    plain += plain < DEDUP_UNIT_BYTES;
                } while (at < end && letters[*at]);
                unit.plain = plain;
                place += at - begin;
                unit.end = at;
                unit.stop = place;
                continue;
            }
            if (*at < 0x80) {
                role = roles[*at++];
            } else {
                at += dedup_decode(begin, end, &code_point);
                role = dedup_role(table, code_point);
                next = place;
                for (const uint8_t *byte = begin; byte < at; byte++)
                    next += (*byte & 0xC0) != 0x80;
            }
            joins = unit.role != DEDUP_BREAK &&
                    (role == DEDUP_ATTACHED || (role == DEDUP_WORD && unit.role == DEDUP_WORD) ||
                     (role == DEDUP_UNDER && unit.role == DEDUP_ALONE));
            if (role != DEDUP_NOTHING && !joins) {
                dedup_close_unit(table, &simple, &unit, out);
                dedup_begin_unit(&unit, begin, place,
                                 role == DEDUP_BREAK                           ? DEDUP_BREAK
                                 : role == DEDUP_ALONE || role == DEDUP_UNDER ? DEDUP_ALONE
                                                                              : DEDUP_WORD);
            }
            if (role != DEDUP_NOTHING) {
                if (role != DEDUP_WORD || !dedup_fold_alone(table, &unit, code_point))
                    unit.plain = DEDUP_UNIT_BYTES;
                unit.end = at;
                unit.stop = next;
            }
            place = next;
        }
        dedup_close_unit(table, &simple, &unit, out);
        counts[row + 1] = out->count;
    }
}

#endif
