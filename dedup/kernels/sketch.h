/* Signatures: the hashes of the shingles of a text, permuted 128 times, the smallest of each.
 *
 * The hash is that of text/shingles.py, the mixing and the permutations are datasketch's
 * ("affine32"). The innermost loop takes eight hashes at a time, so that a component, its multiplier
 * and its addend are loaded once for all eight (6 ns a hash with AVX2; 11 one by one). Texts in ASCII
 * have shingles of as many bytes, which are hashed many at a time. The inner loops are compiled for
 * several instruction sets, and the best one that the processor has is chosen once. */

#ifndef DEDUP_SKETCH_H
#define DEDUP_SKETCH_H

#include <string.h>

#include "table.h"

#define DEDUP_COMPONENTS 128
#define DEDUP_AT_ONCE 8
#define DEDUP_BUFFER 256 /* hashes, a multiple of DEDUP_AT_ONCE */
#define DEDUP_LANES 32   /* bytes that are counted beside each other; divides DEDUP_COMPONENTS */

typedef struct {
    const uint32_t *multipliers; /* DEDUP_COMPONENTS of each */
    const uint32_t *addends;
} dedup_permutations;

#define DEDUP_PERMUTE(i)                                                                       \
    {                                                                                          \
        const uint32_t permuted = a * hashes[i] + b;                                           \
        least = permuted < least ? permuted : least;                                           \
    }

static inline uint64_t dedup_round(uint64_t mixed, uint64_t multiplier) {
    mixed *= multiplier;
    return mixed ^ mixed >> 32;
}

static inline uint64_t dedup_step(uint64_t mixed, uint64_t value) {
    return dedup_round(mixed ^ value, UINT64_C(0x9E3779B97F4A7C15));
}

/* Mix what all bytes of a shingle have been taken into. */
static inline uint64_t dedup_wide_end(uint64_t mixed) {
    mixed = dedup_round(mixed, UINT64_C(0xFF51AFD7ED558CCD));
    return dedup_round(mixed, UINT64_C(0xC4CEB9FE1A85EC53));
}

/* Take the lower half of that hash, and mix it. */
static inline uint32_t dedup_narrow_end(uint64_t wide) {
    uint32_t hash = (uint32_t)wide;
    hash ^= hash >> 16;
    hash *= UINT32_C(0x85EBCA6B);
    hash ^= hash >> 13;
    hash *= UINT32_C(0xC2B2AE35);
    return hash ^ hash >> 16;
}

#define DEDUP_INNER_LOOPS(suffix, attribute)                                                   \
    attribute static void dedup_permute_##suffix(const dedup_permutations *by,                 \
                                                 const uint32_t *hashes, int64_t count,        \
                                                 uint32_t *signature) {                        \
        const uint32_t *const multipliers = by->multipliers, *const addends = by->addends;     \
        for (; count > 0; count -= DEDUP_AT_ONCE, hashes += DEDUP_AT_ONCE) {                   \
            for (int k = 0; k < DEDUP_COMPONENTS; k++) {                                       \
                const uint32_t a = multipliers[k], b = addends[k];                             \
                uint32_t least = signature[k];                                                 \
                DEDUP_PERMUTE(0)                                                               \
                DEDUP_PERMUTE(1)                                                               \
                DEDUP_PERMUTE(2)                                                               \
                DEDUP_PERMUTE(3)                                                               \
                DEDUP_PERMUTE(4)                                                               \
                DEDUP_PERMUTE(5)                                                               \
                DEDUP_PERMUTE(6)                                                               \
                DEDUP_PERMUTE(7)                                                               \
                signature[k] = least;                                                          \
            }                                                                                  \
        }                                                                                      \
    }                                                                                          \
    attribute static void dedup_hash_eights_##suffix(const uint64_t *values, int64_t count,    \
                                                     uint64_t bytes, uint32_t *hashes) {       \
        for (int64_t i = 0; i < count; i++)                                                    \
            hashes[i] = dedup_narrow_end(dedup_wide_end(dedup_step(bytes, values[i])));        \
    }                                                                                          \
    attribute static int32_t dedup_equal_bytes_##suffix(const int8_t *a, const int8_t *b) {    \
        uint8_t lanes[DEDUP_LANES] = {0};                                                      \
        int32_t count = 0;                                                                     \
        for (int k = 0; k < DEDUP_COMPONENTS; k += DEDUP_LANES)                                \
            for (int i = 0; i < DEDUP_LANES; i++) lanes[i] += a[k + i] == b[k + i];            \
        for (int i = 0; i < DEDUP_LANES; i++) count += lanes[i];                               \
        return count;                                                                          \
    }

typedef void (*dedup_permute_loop)(const dedup_permutations *, const uint32_t *, int64_t,
                                   uint32_t *);
typedef void (*dedup_hash_eights_loop)(const uint64_t *, int64_t, uint64_t, uint32_t *);
typedef int32_t (*dedup_equal_bytes_loop)(const int8_t *, const int8_t *);

DEDUP_INNER_LOOPS(plain, )

static dedup_permute_loop dedup_permute = dedup_permute_plain;
static dedup_hash_eights_loop dedup_hash_eights = dedup_hash_eights_plain;
static dedup_equal_bytes_loop dedup_equal_bytes = dedup_equal_bytes_plain;

#if (defined(__GNUC__) || defined(__clang__)) && defined(__x86_64__)

DEDUP_INNER_LOOPS(avx2, __attribute__((target("avx2"))))
DEDUP_INNER_LOOPS(avx512, __attribute__((target("avx512f,avx512dq"))))

/* Choose the inner loops. To be called once, before any other function of this file. */
static void dedup_choose_loops(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
        dedup_permute = dedup_permute_avx512;
        dedup_hash_eights = dedup_hash_eights_avx512;
        dedup_equal_bytes = dedup_equal_bytes_avx512;
    } else if (__builtin_cpu_supports("avx2")) {
        dedup_permute = dedup_permute_avx2;
        dedup_hash_eights = dedup_hash_eights_avx2;
        dedup_equal_bytes = dedup_equal_bytes_avx2;
    }
}

#else

static void dedup_choose_loops(void) {}

#endif

static inline uint64_t dedup_load(const uint8_t *at, int64_t bytes) {
    uint64_t value = 0;
    for (int64_t i = 0; i < bytes; i++) value |= (uint64_t)at[i] << (8 * i);
    return value;
}

/* The eight bytes at `at`, the first one lowest, whatever the processor's order. */
static inline uint64_t dedup_load_eight(const uint8_t *at) {
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 |
           (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 |
           (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

/* Hash the bytes from `at` to `end`, none of them at or after `limit`: 64 bits. */
static inline uint64_t dedup_wide_hash(const uint8_t *at, const uint8_t *end,
                                       const uint8_t *limit) {
    uint64_t mixed = (uint64_t)(end - at);
    for (; end - at > 8; at += 8) mixed = dedup_step(mixed, dedup_load_eight(at));
    if (limit - at >= 8) {
        const int unused = 8 * (int)(8 - (end - at));
        mixed = dedup_step(mixed, dedup_load_eight(at) << unused >> unused);
    } else {
        mixed = dedup_step(mixed, dedup_load(at, end - at));
    }
    return dedup_wide_end(mixed);
}

static inline uint32_t dedup_hash(const uint8_t *at, const uint8_t *end, const uint8_t *limit) {
    return dedup_narrow_end(dedup_wide_hash(at, end, limit));
}

/* Hashes on their way into a signature. */
typedef struct {
    const dedup_permutations *by;
    uint32_t *signature;
    int count;
    uint32_t hashes[DEDUP_BUFFER];
} dedup_sketching;

static inline void dedup_flush(dedup_sketching *state) {
    if (!state->count) return;
    /* A hash that comes twice changes nothing. */
    while (state->count % DEDUP_AT_ONCE) {
        state->hashes[state->count] = state->hashes[state->count - 1];
        state->count++;
    }
    dedup_permute(state->by, state->hashes, state->count, state->signature);
    state->count = 0;
}

static inline void dedup_add(dedup_sketching *state, uint32_t hash) {
    state->hashes[state->count++] = hash;
    if (state->count == DEDUP_BUFFER) dedup_flush(state);
}

static inline const uint8_t *dedup_next_character(const uint8_t *at, const uint8_t *end) {
    while (at < end && (*at & 0xC0) == 0x80) at++;
    return at;
}

/* For how many letters the character that begins with this byte counts: two from U+3000 to U+9FFF. */
static inline int64_t dedup_letters(uint8_t lead) { return lead >= 0xE3 && lead <= 0xE9 ? 2 : 1; }

/* Add the n-grams of a text in ASCII that has some, of at most eight letters each: the last ones, before
 * `limit`, are loaded byte by byte. */
static void dedup_add_ascii(dedup_sketching *state, const uint8_t *at, const uint8_t *end,
                            const uint8_t *limit, int64_t size) {
    const int unused = 8 * (int)(8 - size);
    uint64_t values[DEDUP_BUFFER];
    for (int64_t left = end - at - size + 1; left > 0;) {
        const int64_t count = left < DEDUP_BUFFER ? left : DEDUP_BUFFER;
        const int64_t whole = limit - at - 7 < count ? limit - at - 7 : count;
        int64_t i = 0;
        for (; i < whole; i++) values[i] = dedup_load_eight(at + i) << unused >> unused;
        for (; i < count; i++) values[i] = dedup_load(at + i, size);
        dedup_hash_eights(values, count, (uint64_t)size, state->hashes);
        state->count = (int)count;
        dedup_flush(state);
        at += count;
        left -= count;
    }
}

/* Add the n-grams of letters: from each character the shortest stretch that has them. Returns 0 if
 * the text is too short to have one. */
static int dedup_add_characters(dedup_sketching *state, const uint8_t *at, const uint8_t *end,
                                const uint8_t *limit, int64_t size) {
    const uint8_t *start = dedup_next_character(at, end), *stop = start;
    for (int any = 0;; any = 1) {
        for (; size > 0 && stop < end; stop = dedup_next_character(stop + 1, end))
            size -= dedup_letters(*stop);
        if (size > 0) return any;
        dedup_add(state, dedup_hash(start, stop, limit));
        size += dedup_letters(*start);
        start = dedup_next_character(start + 1, end);
    }
}

/* How characters count as units; those of one byte are known beforehand. */
typedef struct {
    const dedup_table *table;
    uint8_t known[0x100]; /* the kind of the character that a byte is, DEDUP_UNKNOWN where it is none */
} dedup_kinds;

#define DEDUP_UNKNOWN 0xFF

static void dedup_know_kinds(dedup_kinds *kinds, const dedup_table *table) {
    kinds->table = table;
    memset(kinds->known, DEDUP_UNKNOWN, sizeof kinds->known);
    for (uint32_t byte = 0; byte < 0x80; byte++)
        kinds->known[byte] = (uint8_t)(dedup_entry(table, byte) & DEDUP_KIND);
}

/* Where a unit of a text stands, and how the character before `end` counts. */
typedef struct {
    const uint8_t *start, *end;
    uint32_t kind;
} dedup_unit;

/* Find how the character at `at` counts after one that counts as `kind`. Returns its bytes. */
static inline int dedup_next_kind(const dedup_kinds *kinds, const uint8_t *at, const uint8_t *end,
                                  uint32_t kind, uint32_t *next) {
    uint32_t code_point, entry;
    int bytes;
    *next = kinds->known[*at];
    if (*next != DEDUP_UNKNOWN) return 1;
    bytes = dedup_decode(at, end, &code_point);
    entry = dedup_entry(kinds->table, code_point);
    *next = entry & DEDUP_KIND;
    if (kind == DEDUP_NO_SPACE && *next == DEDUP_ORDINARY && entry & DEDUP_MARK) *next = kind;
    return bytes;
}

/* Go on to the next unit: a run of ordinary characters, or one of a script without spaces. Returns
 * 0 if there is none. */
static inline int dedup_next_unit(const dedup_kinds *kinds, dedup_unit *unit, const uint8_t *end) {
    const uint8_t *at = unit->end;
    uint32_t kind = unit->kind, next;
    do {
        if (at == end) return 0;
        unit->start = at;
        at += dedup_next_kind(kinds, at, end, kind, &kind);
    } while (kind == DEDUP_SEPARATOR);
    while (kind == DEDUP_ORDINARY && at < end) {
        const int bytes = dedup_next_kind(kinds, at, end, kind, &next);
        if (next != DEDUP_ORDINARY) break;
        at += bytes;
    }
    unit->end = at;
    unit->kind = kind;
    return 1;
}

#define DEDUP_MOST_UNITS 64 /* in an n-gram; a power of two */

/* The n-grams of units of a text; where the last units began is remembered. */
typedef struct {
    const uint8_t *starts[DEDUP_MOST_UNITS];
    dedup_unit unit;
    int64_t count; /* of units so far */
} dedup_grams_of;

/* Go on to the next n-gram of `size` units: from where it returns to the end of `grams->unit`. Returns
 * NULL if there is none. */
static inline const uint8_t *dedup_next_gram(const dedup_kinds *kinds, dedup_grams_of *grams,
                                             const uint8_t *end, int64_t size) {
    while (dedup_next_unit(kinds, &grams->unit, end)) {
        grams->starts[grams->count++ % DEDUP_MOST_UNITS] = grams->unit.start;
        if (grams->count >= size) return grams->starts[(grams->count - size) % DEDUP_MOST_UNITS];
    }
    return NULL;
}

/* Add the n-grams of units. Returns 0 if the text is too short to have one. */
static int dedup_add_words(dedup_sketching *state, const dedup_kinds *kinds, const uint8_t *at,
                           const uint8_t *end, const uint8_t *limit, int64_t size) {
    dedup_grams_of grams;
    const uint8_t *start;
    grams.unit = (dedup_unit){at, at, DEDUP_SEPARATOR};
    grams.count = 0;
    while ((start = dedup_next_gram(kinds, &grams, end, size)))
        dedup_add(state, dedup_hash(start, grams.unit.end, limit));
    return grams.count >= size;
}

/* Write the signature of a text. `kinds` is NULL for n-grams of characters. */
static void dedup_sketch_text(const dedup_permutations *by, const dedup_kinds *kinds,
                              const uint8_t *at, const uint8_t *end, const uint8_t *limit,
                              int64_t size, uint32_t *signature) {
    dedup_sketching state;
    int done = 1;
    state.by = by;
    state.signature = signature;
    state.count = 0;
    memset(signature, 0xFF, DEDUP_COMPONENTS * sizeof(uint32_t));
    if (at == end) return;
    if (kinds) done = dedup_add_words(&state, kinds, at, end, limit, size);
    else if (size <= 8 && end - at >= size && dedup_is_ascii(at, end - at))
        dedup_add_ascii(&state, at, end, limit, size);
    else done = dedup_add_characters(&state, at, end, limit, size);
    if (!done) dedup_add(&state, dedup_hash(at, end, limit));
    dedup_flush(&state);
}

/* Write the signature of each text. */
static void dedup_sketch(const dedup_permutations *by, const dedup_table *table,
                         const uint8_t *data, const int64_t *offsets, int64_t rows, int64_t size,
                         uint32_t *signatures) {
    dedup_kinds kinds;
    if (table) dedup_know_kinds(&kinds, table);
    for (int64_t row = 0; row < rows; row++)
        dedup_sketch_text(by, table ? &kinds : NULL, data + offsets[row], data + offsets[row + 1],
                          data + offsets[rows], size, signatures + row * DEDUP_COMPONENTS);
}

#endif
