/* Same text, pair by pair: text/same_text.py says what it is and is the twin.
 *
 * Most pairs that match without being the same text differ in their numbers, so every text first gets
 * one hash of its words with digits in their order: two that differ need no second look. Then all
 * common subsequences are followed at once, as bits: 64 half words of the second text at a time for
 * each piece of the first. Hashes only find; what is equal is decided by bytes. */

#ifndef DEDUP_SAME_H
#define DEDUP_SAME_H

#include <stdlib.h>
#include <string.h>

#include "sketch.h"
#include "table.h"

#define DEDUP_LIMIT 10 /* half words; what is skipped has fewer */
#define DEDUP_RING 16  /* more than the pieces that end within so many half words */

/* A word, or a character of a script without spaces, or a word with digits. */
typedef struct {
    const uint8_t *at;
    uint64_t hash;
    int32_t bytes;
    int32_t halves;
} dedup_piece;

/* A text in pieces. */
typedef struct {
    dedup_piece *pieces;
    int64_t count;
    int64_t length; /* half words */
} dedup_text;

/* Where each distinct piece of a text starts: its half words are bits. */
typedef struct {
    int32_t *heads;  /* the first of the distinct pieces that share a slot, -1 for none */
    int32_t *nexts;  /* the one after it */
    int32_t *pieces; /* where each distinct piece stands first */
    uint64_t *starts; /* `words` for each of them */
    int64_t slots;    /* a power of 2 */
    int64_t words;
    int64_t room; /* of `starts` */
} dedup_index;

typedef struct {
    dedup_text first, second;
    dedup_index index; /* of the second */
    dedup_piece *spare;
    uint64_t *reached; /* DEDUP_RING times as many words as the index has */
    uint64_t *numbers; /* a hash for each text, 0 if it is not known yet */
} dedup_same_room;

static inline uint64_t dedup_word_hash(const uint8_t *at, int64_t bytes, uint64_t seed) {
    uint64_t hash = seed ^ (uint64_t)bytes * 0x9E3779B97F4A7C15u;
    for (; bytes >= 8; at += 8, bytes -= 8) {
        hash = (hash ^ dedup_load_eight(at)) * 0xD6E8FEB86659FD93u;
        hash ^= hash >> 32;
    }
    hash = (hash ^ dedup_load(at, bytes)) * 0xD6E8FEB86659FD93u;
    hash ^= hash >> 32;
    hash *= 0xD6E8FEB86659FD93u;
    return hash ^ hash >> 32;
}

static inline int dedup_equal_pieces(const dedup_piece *a, const dedup_piece *b) {
    return a->hash == b->hash && a->bytes == b->bytes && a->halves == b->halves &&
           memcmp(a->at, b->at, (size_t)a->bytes) == 0;
}

/* Write the words with digits at `to` unless it is NULL; return how many there are, and one hash of
 * them in their order. */
static int64_t dedup_numbers(const dedup_table *table, const uint8_t *at, const uint8_t *end,
                             dedup_piece *to, uint64_t *all) {
    int64_t count = 0;
    *all = 0;
    while (at < end) {
        const uint8_t *const begin = at;
        uint32_t is_number = 0;
        while (at < end && *at != ' ') {
            if (*at < 0x80) {
                is_number |= (uint32_t)(*at - '0') < 10;
                at++;
            } else {
                uint32_t code_point;
                at += dedup_decode(at, end, &code_point);
                is_number |= dedup_entry(table, code_point) & DEDUP_NUMBER;
            }
        }
        if (is_number) {
            const dedup_piece piece = {begin, dedup_word_hash(begin, at - begin, 0),
                                       (int32_t)(at - begin), 0};
            *all = (*all ^ piece.hash) * 0xD6E8FEB86659FD93u;
            *all ^= *all >> 32;
            if (to) to[count] = piece;
            count++;
        }
        at++;
    }
    return count;
}

static inline void dedup_add_piece(dedup_text *text, const uint8_t *at, const uint8_t *end,
                                   int32_t halves) {
    const dedup_piece piece = {at, dedup_word_hash(at, end - at, (uint64_t)halves),
                               (int32_t)(end - at), halves};
    text->pieces[text->count++] = piece;
    text->length += halves;
}

/* Split a normalised text into words and, in scripts without spaces, characters; a mark counts as
 * what it follows. */
static void dedup_split(const dedup_table *table, const uint8_t *at, const uint8_t *end,
                        dedup_text *text) {
    text->count = 0;
    text->length = 0;
    while (at < end) {
        const uint8_t *begin = at;
        int is_alone = 0;
        while (at < end && *at != ' ') {
            const uint8_t *const here = at;
            int was_alone = is_alone;
            is_alone = 0;
            if (*at < 0x80) {
                at++;
            } else {
                uint32_t code_point, entry;
                at += dedup_decode(at, end, &code_point);
                entry = dedup_entry(table, code_point);
                is_alone = (entry & DEDUP_KIND) == DEDUP_NO_SPACE ||
                           (was_alone && (entry & DEDUP_MARK));
            }
            if (is_alone) {
                if (begin < here) dedup_add_piece(text, begin, here, 2);
                dedup_add_piece(text, here, at, 1);
                begin = at;
            }
        }
        if (begin < at) dedup_add_piece(text, begin, at, 2);
        at++;
    }
}

/* Find a piece of an indexed text; returns its number among the distinct ones, -1 if there is none. */
static inline int32_t dedup_find_piece(const dedup_index *index, const dedup_text *text,
                                       const dedup_piece *piece) {
    int32_t found = index->heads[piece->hash & (uint64_t)(index->slots - 1)];
    while (found >= 0 && !dedup_equal_pieces(text->pieces + index->pieces[found], piece))
        found = index->nexts[found];
    return found;
}

/* Index a text. Returns 0 if there is no memory for it. */
static int dedup_index_text(const dedup_text *text, dedup_index *index) {
    int64_t start = 0;
    int32_t distinct = 0;
    index->words = text->length / 64 + 1;
    index->slots = 1;
    while (index->slots < 2 * text->count) index->slots *= 2;
    memset(index->heads, -1, (size_t)index->slots * sizeof *index->heads);
    if (index->room < text->count * index->words) {
        index->room = text->count * index->words;
        free(index->starts);
        index->starts = malloc((size_t)index->room * sizeof *index->starts);
        if (!index->starts) return 0;
    }
    for (int64_t i = 0; i < text->count; i++) {
        const dedup_piece *const piece = text->pieces + i;
        int32_t number = dedup_find_piece(index, text, piece);
        if (number < 0) {
            int32_t *const head = index->heads + (piece->hash & (uint64_t)(index->slots - 1));
            number = distinct++;
            index->pieces[number] = (int32_t)i;
            index->nexts[number] = *head;
            *head = number;
            memset(index->starts + number * index->words, 0,
                   (size_t)index->words * sizeof *index->starts);
        }
        index->starts[number * index->words + start / 64] |= (uint64_t)1 << start % 64;
        start += piece->halves;
    }
    return 1;
}

/* Let each bit reach the next DEDUP_LIMIT - 1 places; `before` is the word before it. */
static inline uint64_t dedup_spread(uint64_t bits, uint64_t before) {
    bits |= bits << 1;
    bits |= bits << 2;
    bits |= bits << 4;
    bits |= bits << (DEDUP_LIMIT - 8);
    before >>= 64 - (DEDUP_LIMIT - 1);
    before |= before >> 1;
    before |= before >> 2;
    before |= before >> 4;
    return bits | before | before >> (DEDUP_LIMIT - 8);
}

/* Tell whether some common subsequence skips fewer than DEDUP_LIMIT half words at a time on either
 * side. A row of `reached` is for a piece of the first text that can be the last one so far: as bits,
 * where its partners in the second text end. The very beginning is where all begin. */
static int dedup_follows(const dedup_text *first, const dedup_text *second,
                         const dedup_index *index, uint64_t *reached) {
    const int64_t words = index->words;
    const int64_t least = second->length < DEDUP_LIMIT ? 0 : second->length - DEDUP_LIMIT + 1;
    int64_t ends[DEDUP_RING] = {0}; /* of the rows, in the first text */
    int64_t oldest = 0, newest = 1, at = 0;
    memset(reached, 0, (size_t)words * sizeof *reached);
    reached[0] = 1;
    for (int64_t i = 0; i < first->count; i++) {
        const int32_t halves = first->pieces[i].halves;
        const int32_t number = dedup_find_piece(index, second, first->pieces + i);
        uint64_t before = 0, carry = 0, any = 0;
        while (oldest < newest && at - ends[oldest % DEDUP_RING] >= DEDUP_LIMIT) oldest++;
        if (oldest == newest) return 0;
        at += halves;
        if (number < 0) continue;
        for (int64_t k = 0; k < words; k++) {
            uint64_t bits = 0, here;
            for (int64_t row = oldest; row < newest; row++)
                bits |= reached[row % DEDUP_RING * words + k];
            here = dedup_spread(bits, before) & index->starts[number * words + k];
            reached[newest % DEDUP_RING * words + k] = here << halves | carry;
            carry = here >> (64 - halves);
            before = bits;
            any |= here;
        }
        if (any) ends[newest++ % DEDUP_RING] = at;
    }
    for (; oldest < newest; oldest++) {
        const uint64_t *const row = reached + oldest % DEDUP_RING * words;
        if (at - ends[oldest % DEDUP_RING] >= DEDUP_LIMIT) continue;
        for (int64_t p = least; p <= second->length; p++)
            if (row[p / 64] >> p % 64 & 1) return 1;
    }
    return 0;
}

/* Tell whether two texts have the same words with digits in the same order. */
static int dedup_same_numbers(const dedup_table *table, const uint8_t *const *a,
                              const uint8_t *const *b, dedup_piece *of_a, dedup_piece *of_b) {
    uint64_t all;
    const int64_t count = dedup_numbers(table, a[0], a[1], of_a, &all);
    if (dedup_numbers(table, b[0], b[1], of_b, &all) != count) return 0;
    for (int64_t i = 0; i < count; i++)
        if (!dedup_equal_pieces(of_a + i, of_b + i)) return 0;
    return 1;
}

static inline uint64_t dedup_hash_of_numbers(const dedup_table *table, const uint8_t *at,
                                             const uint8_t *end, uint64_t *known) {
    if (!*known) {
        dedup_numbers(table, at, end, NULL, known);
        *known |= (uint64_t)1 << 63;
    }
    return *known;
}

/* Write for each pair of rows whether they are the same text. Returns 0 if there is no memory. */
static int dedup_same_pairs(const dedup_table *table, const uint8_t *data, const int64_t *offsets,
                            const int64_t *a, const int64_t *b, int64_t pairs,
                            dedup_same_room *room, uint8_t *same) {
    int64_t indexed = -1;
    for (int64_t k = 0; k < pairs; k++) {
        const uint8_t *const x[2] = {data + offsets[a[k]], data + offsets[a[k] + 1]};
        const uint8_t *const y[2] = {data + offsets[b[k]], data + offsets[b[k] + 1]};
        same[k] = x[1] - x[0] == y[1] - y[0] && memcmp(x[0], y[0], (size_t)(x[1] - x[0])) == 0;
        if (same[k]) continue;
        if (dedup_hash_of_numbers(table, x[0], x[1], room->numbers + a[k]) !=
            dedup_hash_of_numbers(table, y[0], y[1], room->numbers + b[k]))
            continue;
        if (indexed != a[k]) {
            dedup_split(table, x[0], x[1], &room->second);
            if (!dedup_index_text(&room->second, &room->index)) return 0;
            indexed = a[k];
        }
        dedup_split(table, y[0], y[1], &room->first);
        if (!dedup_follows(&room->first, &room->second, &room->index, room->reached)) continue;
        same[k] = (uint8_t)dedup_same_numbers(table, x, y, room->spare, room->first.pieces);
    }
    return 1;
}

/* The same with its own room. */
static int dedup_same(const dedup_table *table, const uint8_t *data, const int64_t *offsets,
                      int64_t rows, const int64_t *a, const int64_t *b, int64_t pairs,
                      uint8_t *same) {
    dedup_same_room room = {{0}, {0}, {0}, NULL, NULL, NULL};
    size_t longest = 0; /* bytes: no text has more pieces, or more half words but one */
    int is_done;
    for (int64_t row = 0; row < rows; row++) {
        const size_t bytes = (size_t)(offsets[row + 1] - offsets[row]);
        longest = bytes > longest ? bytes : longest;
    }
    room.first.pieces = malloc((longest + 1) * sizeof(dedup_piece));
    room.second.pieces = malloc((longest + 1) * sizeof(dedup_piece));
    room.spare = malloc((longest + 1) * sizeof(dedup_piece));
    room.index.heads = malloc((4 * longest + 1) * sizeof(int32_t));
    room.index.nexts = malloc((longest + 1) * sizeof(int32_t));
    room.index.pieces = malloc((longest + 1) * sizeof(int32_t));
    room.reached = malloc(DEDUP_RING * ((longest + 1) / 64 + 1) * sizeof(uint64_t));
    room.numbers = calloc((size_t)rows + 1, sizeof(uint64_t));
    is_done = room.first.pieces && room.second.pieces && room.spare && room.index.heads &&
              room.index.nexts && room.index.pieces && room.reached && room.numbers &&
              dedup_same_pairs(table, data, offsets, a, b, pairs, &room, same);
    free(room.first.pieces);
    free(room.second.pieces);
    free(room.spare);
    free(room.index.heads);
    free(room.index.nexts);
    free(room.index.pieces);
    free(room.index.starts);
    free(room.reached);
    free(room.numbers);
    return is_done;
}

#endif
