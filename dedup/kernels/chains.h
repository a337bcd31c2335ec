/* Seeds, chains of seeds, and how far two texts agree beyond them. All lengths are in halves of words:
 * an ordinary word has two, a character of a script without spaces one.
 *
 * Units stand end to end: unit n lies at `places[n]` and has `halves[n]`; where the next one does not
 * lie directly behind, there is a wall that no seed crosses. */

#ifndef DEDUP_CHAINS_H
#define DEDUP_CHAINS_H

#include <stdint.h>

/* The units of texts, and of those that are kept: where they lie in their documents. */
typedef struct {
    int32_t *starts, *ends;
    int8_t *halves;
    uint32_t *hashes;
    int64_t *row, *places;
} dedup_laid_units;

/* Lay the units of documents end to end: those that begin in the first `room[row]` code points of their
 * text, which lies from `begin[row]` on in its document. There is a wall where units are left out, and
 * before each document, of which `documents` are the first rows. `base` is set to the place of the first
 * unit of each. Returns how many are kept. */
static int64_t dedup_lay(const dedup_laid_units *units, const int64_t *counts, int64_t rows,
                         const int32_t *begin, const int64_t *room, const int64_t *documents,
                         int64_t document_count, int64_t wall, const dedup_laid_units *to,
                         int64_t *base) {
    int64_t kept = 0, place = 0, next = 0, waiting = 0, before = -1;
    for (int64_t row = 0; row < rows; row++) {
        if (next < document_count && documents[next] == row) next++;
        for (int64_t unit = counts[row]; unit < counts[row + 1]; unit++) {
            if (units->starts[unit] >= room[row]) continue;
            if (kept && (unit != before + 1 || waiting < next)) place += wall;
            for (; waiting < next; waiting++) base[waiting] = place;
            to->starts[kept] = units->starts[unit] + begin[row];
            to->ends[kept] = units->ends[unit] + begin[row];
            to->halves[kept] = units->halves[unit];
            to->hashes[kept] = units->hashes[unit];
            to->row[kept] = row;
            to->places[kept++] = place;
            place += units->halves[unit];
            before = unit;
        }
    }
    for (; waiting < document_count; waiting++) base[waiting] = kept ? place + wall : 0;
    return kept;
}

/* Hash the shortest run of units from `n` on of at least `length` halves. Returns -1 if a wall or the
 * end comes first. 40 bits, so that a key and a row number pack into one word. */
static inline int64_t dedup_gram(const uint32_t *hashes, const int8_t *halves,
                                 const int64_t *places, int64_t units, int64_t n, int64_t length) {
    uint64_t mixed = 0;
    int64_t left = length;
    for (;; n++) {
        mixed = (mixed ^ hashes[n]) * UINT64_C(0x9E3779B97F4A7C15);
        mixed ^= mixed >> 32;
        left -= halves[n];
        if (left <= 0) break;
        if (n + 1 == units || places[n + 1] != places[n] + halves[n]) return -1;
    }
    return (int64_t)(mixed * UINT64_C(0xFF51AFD7ED558CCD) >> 24);
}

/* Winnow: of each window of grams that begin within `window` halves keep the smallest, of equals the
 * last (Schleimer, Wilkerson, Aiken 2003). `keys` has all grams on return. Returns how many rows. */
static int64_t dedup_winnow(const uint32_t *hashes, const int8_t *halves, const int64_t *places,
                            int64_t units, int64_t length, int64_t window, int64_t *keys,
                            int64_t *rows) {
    int64_t count = 0, first = 0;
    for (int64_t n = 0; n < units; n++)
        keys[n] = dedup_gram(hashes, halves, places, units, n, length);
    while (first < units) {
        int64_t past = first, stop = first, least = -1, kept = -1;
        /* Grams from `first` up to `past` lie between walls. */
        while (past < units && keys[past] >= 0) past++;
        for (int64_t n = first; n < past; n++) {
            if (least < n) {
                least = n;
                stop = n;
            }
            for (; stop < past && places[stop] < places[n] + window; stop++)
                if (keys[stop] <= keys[least]) least = stop;
            if (least != kept) rows[count++] = kept = least;
            if (stop == past) break;
        }
        first = past + 1;
    }
    return count;
}

/* Give each shared seed the number of its chain. Rows stand together by `group`, sorted by `copy`, then
 * `source`; a seed joins the chain whose last seed is the nearest in diagonal, of equals the latest one,
 * at most `gap` behind on both sides and at most `drift` off it. Where `same` is set, both lie in one
 * document, and the source must end before the chain's copy begins (a seed has `length`). */
static void dedup_chain(const int64_t *group, const int64_t *source, const int64_t *copy,
                        const uint8_t *same, int64_t rows, int64_t gap, int64_t drift,
                        int64_t length, int64_t *first, uint8_t *is_last) {
    for (int64_t n = 0; n < rows; n++) {
        int64_t best = -1, nearest = drift + 1;
        for (int64_t p = n - 1; p >= 0 && group[p] == group[n] && copy[n] - copy[p] <= gap; p--) {
            const int64_t off = (copy[n] - copy[p]) - (source[n] - source[p]);
            const int64_t distance = off < 0 ? -off : off;
            if (distance >= nearest || !is_last[p] || copy[p] == copy[n]) continue;
            if (source[p] >= source[n] || source[n] - source[p] > gap) continue;
            if (same[n] && source[n] + length > copy[first[p]]) continue;
            nearest = distance;
            best = p;
        }
        first[n] = best < 0 ? n : first[best];
        is_last[n] = 1;
        if (best >= 0) is_last[best] = 0;
    }
}

/* What an extension may spend: see `dedup_walk`. */
typedef struct {
    int64_t skip, agree, end, drop;
} dedup_budget;

/* Do the units at x and y, and those behind them, agree for `agree` halves? */
static inline int dedup_agree(const uint32_t *hashes, const int8_t *halves, int64_t x, int64_t y,
                              int64_t stop_x, int64_t stop_y, int64_t step, int64_t agree) {
    for (; agree > 0; x += step, y += step) {
        if (x == stop_x || y == stop_y || hashes[x] != hashes[y]) return 0;
        agree -= halves[x];
    }
    return 1;
}

/* Walk from x and y while units agree, up to stop_x and stop_y, by `step` 1 or -1. Where they differ,
 * up to `skip` halves are passed over on either side, the fewest in all that are followed by `agree`
 * equal ones. Equal halves count, skipped ones count against; the walk ends `drop` below its best, and
 * x and y are where it was best, the last `end` halves being equal. */
static void dedup_walk(const uint32_t *hashes, const int8_t *halves, int64_t *x, int64_t *y,
                       int64_t stop_x, int64_t stop_y, int64_t step, const dedup_budget *budget) {
    int64_t at = *x, to = *y, score = 0, best = 0, equal = budget->end;
    for (;;) {
        int64_t least = 4 * budget->skip + 1, skip_x = 0, skip_y = 0, cost = 0;
        if (at != stop_x && to != stop_y && hashes[at] == hashes[to]) {
            score += halves[at];
            equal += halves[at];
            at += step;
            to += step;
            if (equal >= budget->end && score > best) {
                best = score;
                *x = at;
                *y = to;
            }
            continue;
        }
        for (int64_t a = 0, in_x = 0; in_x <= budget->skip; a++) {
            for (int64_t b = 0, in_y = 0; in_y <= budget->skip; b++) {
                /* Of equal sums the more even one. */
                const int64_t off = in_x < in_y ? in_y - in_x : in_x - in_y;
                const int64_t sum = 2 * (in_x + in_y) + (off > 0);
                if (a + b > 0 && sum < least &&
                    dedup_agree(hashes, halves, at + a * step, to + b * step, stop_x, stop_y, step,
                                budget->agree)) {
                    least = sum;
                    skip_x = a;
                    skip_y = b;
                    cost = in_x < in_y ? in_y : in_x;
                }
                if (to + b * step == stop_y) break;
                in_y += halves[to + b * step];
            }
            if (at + a * step == stop_x) break;
            in_x += halves[at + a * step];
        }
        score -= cost;
        if (!(skip_x + skip_y) || score < best - budget->drop) return;
        at += skip_x * step;
        to += skip_y * step;
        equal = 0;
    }
}

/* Extend each pair of stretches (source first, past, copy first, past) to both sides, the beginning
 * first, within limits of the same form. Where `same` is set they lie in one document and stay apart. */
static void dedup_extend(const uint32_t *hashes, const int8_t *halves, int64_t *spans,
                         const int64_t *limits, const uint8_t *same, int64_t rows,
                         const dedup_budget *budget) {
    for (int64_t row = 0; row < rows; row++, spans += 4, limits += 4) {
        int64_t x = spans[0] - 1, y = spans[2] - 1, lowest = limits[2], highest = limits[1];
        if (same[row] && lowest < spans[1]) lowest = spans[1];
        dedup_walk(hashes, halves, &x, &y, limits[0] - 1, lowest - 1, -1, budget);
        spans[0] = x + 1;
        spans[2] = y + 1;
        if (same[row] && highest > spans[2]) highest = spans[2];
        x = spans[1];
        y = spans[3];
        dedup_walk(hashes, halves, &x, &y, highest, limits[3], 1, budget);
        spans[1] = x;
        spans[3] = y;
    }
}

#endif
