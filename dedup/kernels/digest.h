/* BLAKE2b (RFC 7693) without a key, cut to 128 bits, as hashlib's blake2b(digest_size=16).
 *
 * Most texts are short, and the rounds of one text wait for each other: where the processor has wide
 * words eight texts are hashed beside each other, a text a lane; a lane that is done takes the next
 * text. With AVX-512 a short text takes a quarter of the time. */

#ifndef DEDUP_DIGEST_H
#define DEDUP_DIGEST_H

#include <stdint.h>
#include <string.h>

#include "sketch.h"

#define DEDUP_BLOCK 128
#define DEDUP_DIGEST 16
#define DEDUP_PARAMETERS (UINT64_C(0x01010000) ^ DEDUP_DIGEST)

static const uint64_t dedup_initial[8] = {
    UINT64_C(0x6A09E667F3BCC908), UINT64_C(0xBB67AE8584CAA73B), UINT64_C(0x3C6EF372FE94F82B),
    UINT64_C(0xA54FF53A5F1D36F1), UINT64_C(0x510E527FADE682D1), UINT64_C(0x9B05688C2B3E6C1F),
    UINT64_C(0x1F83D9ABFB41BD6B), UINT64_C(0x5BE0CD19137E2179)};

static const uint8_t dedup_schedule[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

static inline uint64_t dedup_turned(uint64_t word, int bits) {
    return word >> bits | word << (64 - bits);
}

#define DEDUP_MIX(a, b, c, d, x, y)          \
    {                                        \
        a += b + (x);                        \
        d = dedup_turned(d ^ a, 32);         \
        c += d;                              \
        b = dedup_turned(b ^ c, 24);         \
        a += b + (y);                        \
        d = dedup_turned(d ^ a, 16);         \
        c += d;                              \
        b = dedup_turned(b ^ c, 63);         \
    }

static void dedup_compress(uint64_t *state, const uint8_t *block, uint64_t length, int is_last) {
    uint64_t v[16], word[16];
    for (int i = 0; i < 16; i++) word[i] = dedup_load_eight(block + 8 * i);
    for (int i = 0; i < 8; i++) v[i] = state[i], v[i + 8] = dedup_initial[i];
    v[12] ^= length;
    if (is_last) v[14] = ~v[14];
    for (int round = 0; round < 12; round++) {
        const uint8_t *const s = dedup_schedule[round % 10];
        DEDUP_MIX(v[0], v[4], v[8], v[12], word[s[0]], word[s[1]])
        DEDUP_MIX(v[1], v[5], v[9], v[13], word[s[2]], word[s[3]])
        DEDUP_MIX(v[2], v[6], v[10], v[14], word[s[4]], word[s[5]])
        DEDUP_MIX(v[3], v[7], v[11], v[15], word[s[6]], word[s[7]])
        DEDUP_MIX(v[0], v[5], v[10], v[15], word[s[8]], word[s[9]])
        DEDUP_MIX(v[1], v[6], v[11], v[12], word[s[10]], word[s[11]])
        DEDUP_MIX(v[2], v[7], v[8], v[13], word[s[12]], word[s[13]])
        DEDUP_MIX(v[3], v[4], v[9], v[14], word[s[14]], word[s[15]])
    }
    for (int i = 0; i < 8; i++) state[i] ^= v[i] ^ v[i + 8];
}

/* Write both halves of the digest of each text, one text after the other. */
static void dedup_digest_plain(const uint8_t *data, const int64_t *offsets, int64_t rows,
                               int64_t *first, int64_t *second) {
    for (int64_t row = 0; row < rows; row++) {
        const uint8_t *const begin = data + offsets[row], *const end = data + offsets[row + 1];
        const uint8_t *at = begin;
        uint8_t rest[DEDUP_BLOCK] = {0};
        uint64_t state[8];
        memcpy(state, dedup_initial, sizeof state);
        state[0] ^= DEDUP_PARAMETERS;
        for (; end - at > DEDUP_BLOCK; at += DEDUP_BLOCK)
            dedup_compress(state, at, (uint64_t)(at - begin) + DEDUP_BLOCK, 0);
        if (end > at) memcpy(rest, at, (size_t)(end - at));
        dedup_compress(state, rest, (uint64_t)(end - begin), 1);
        first[row] = (int64_t)state[0];
        second[row] = (int64_t)state[1];
    }
}

typedef void (*dedup_digest_loop)(const uint8_t *, const int64_t *, int64_t, int64_t *, int64_t *);

static dedup_digest_loop dedup_digest = dedup_digest_plain;

#if (defined(__GNUC__) || defined(__clang__)) && defined(__x86_64__)

#define DEDUP_BESIDE 8 /* texts beside each other */

typedef uint64_t dedup_lanes __attribute__((vector_size(8 * DEDUP_BESIDE)));

/* The texts under way; a lane without a text has row -1. */
typedef struct {
    int64_t row[DEDUP_BESIDE];
    const uint8_t *begin[DEDUP_BESIDE], *at[DEDUP_BESIDE], *end[DEDUP_BESIDE];
    uint64_t state[8][DEDUP_BESIDE];
    uint64_t word[16][DEDUP_BESIDE];
    uint64_t length[DEDUP_BESIDE], last[DEDUP_BESIDE]; /* of the block; all bits where it is the last */
} dedup_beside;

/* Let a lane begin with a text. */
static void dedup_enter(dedup_beside *all, int lane, const uint8_t *data, const int64_t *offsets,
                        int64_t row) {
    all->row[lane] = row;
    all->begin[lane] = all->at[lane] = data + offsets[row];
    all->end[lane] = data + offsets[row + 1];
    for (int i = 0; i < 8; i++) all->state[i][lane] = dedup_initial[i];
    all->state[0][lane] ^= DEDUP_PARAMETERS;
}

/* Read the next block of each lane. */
static void dedup_read_blocks(dedup_beside *all) {
    for (int lane = 0; lane < DEDUP_BESIDE; lane++) {
        const uint8_t *block = all->at[lane];
        uint8_t rest[DEDUP_BLOCK];
        int64_t left;
        if (all->row[lane] < 0) continue;
        left = all->end[lane] - block;
        all->last[lane] = left > DEDUP_BLOCK ? 0 : ~UINT64_C(0);
        if (left <= DEDUP_BLOCK) {
            memset(rest, 0, sizeof rest);
            if (left) memcpy(rest, block, (size_t)left);
            block = rest;
        } else {
            left = DEDUP_BLOCK;
        }
        all->length[lane] = (uint64_t)(all->at[lane] - all->begin[lane] + left);
        for (int i = 0; i < 16; i++) all->word[i][lane] = dedup_load_eight(block + 8 * i);
        all->at[lane] += left;
    }
}

#define DEDUP_WIDE_MIX(a, b, c, d, x, y)        \
    {                                           \
        a += b + (x);                           \
        d ^= a, d = d >> 32 | d << 32;          \
        c += d;                                 \
        b ^= c, b = b >> 24 | b << 40;          \
        a += b + (y);                           \
        d ^= a, d = d >> 16 | d << 48;          \
        c += d;                                 \
        b ^= c, b = b >> 63 | b << 1;           \
    }

#define DEDUP_DIGEST_LOOP(suffix, attribute)                                                      \
    attribute static void dedup_compress_##suffix(dedup_beside *all) {                            \
        dedup_lanes v[16], word[16], state[8], length, last;                                      \
        memcpy(word, all->word, sizeof word);                                                     \
        memcpy(state, all->state, sizeof state);                                                  \
        memcpy(&length, all->length, sizeof length);                                              \
        memcpy(&last, all->last, sizeof last);                                                    \
        for (int i = 0; i < 8; i++) {                                                             \
            v[i] = state[i];                                                                      \
            v[i + 8] = (dedup_lanes){0} + dedup_initial[i];                                       \
        }                                                                                         \
        v[12] ^= length;                                                                          \
        v[14] ^= last;                                                                            \
        for (int round = 0; round < 12; round++) {                                                \
            const uint8_t *const s = dedup_schedule[round % 10];                                  \
            DEDUP_WIDE_MIX(v[0], v[4], v[8], v[12], word[s[0]], word[s[1]])                       \
            DEDUP_WIDE_MIX(v[1], v[5], v[9], v[13], word[s[2]], word[s[3]])                       \
            DEDUP_WIDE_MIX(v[2], v[6], v[10], v[14], word[s[4]], word[s[5]])                      \
            DEDUP_WIDE_MIX(v[3], v[7], v[11], v[15], word[s[6]], word[s[7]])                      \
            DEDUP_WIDE_MIX(v[0], v[5], v[10], v[15], word[s[8]], word[s[9]])                      \
            DEDUP_WIDE_MIX(v[1], v[6], v[11], v[12], word[s[10]], word[s[11]])                    \
            DEDUP_WIDE_MIX(v[2], v[7], v[8], v[13], word[s[12]], word[s[13]])                     \
            DEDUP_WIDE_MIX(v[3], v[4], v[9], v[14], word[s[14]], word[s[15]])                     \
        }                                                                                         \
        for (int i = 0; i < 8; i++) state[i] ^= v[i] ^ v[i + 8];                                  \
        memcpy(all->state, state, sizeof state);                                                  \
    }                                                                                             \
    static void dedup_digest_##suffix(const uint8_t *data, const int64_t *offsets, int64_t rows,  \
                                      int64_t *first, int64_t *second) {                          \
        dedup_beside all;                                                                         \
        int64_t next = 0, busy = 0;                                                               \
        memset(&all, 0, sizeof all);                                                              \
        for (int lane = 0; lane < DEDUP_BESIDE; lane++) {                                         \
            all.row[lane] = -1;                                                                   \
            if (next < rows) dedup_enter(&all, lane, data, offsets, next++), busy++;              \
        }                                                                                         \
        while (busy) {                                                                            \
            dedup_read_blocks(&all);                                                              \
            dedup_compress_##suffix(&all);                                                        \
            for (int lane = 0; lane < DEDUP_BESIDE; lane++) {                                     \
                if (all.row[lane] < 0 || !all.last[lane]) continue;                               \
                first[all.row[lane]] = (int64_t)all.state[0][lane];                               \
                second[all.row[lane]] = (int64_t)all.state[1][lane];                              \
                all.row[lane] = -1;                                                               \
                if (next < rows) dedup_enter(&all, lane, data, offsets, next++);                  \
                else busy--;                                                                      \
            }                                                                                     \
        }                                                                                         \
    }

DEDUP_DIGEST_LOOP(avx2, __attribute__((target("avx2"))))
DEDUP_DIGEST_LOOP(avx512f, __attribute__((target("avx512f"))))

/* Choose the loop. To be called once, before any other function of this file. */
static void dedup_choose_digest(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) dedup_digest = dedup_digest_avx512f;
    else if (__builtin_cpu_supports("avx2")) dedup_digest = dedup_digest_avx2;
}

#else

static void dedup_choose_digest(void) {}

#endif

#endif
