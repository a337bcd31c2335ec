/* The lines of texts: where each begins and ends without the white space at its edges. */

#ifndef DEDUP_LINES_H
#define DEDUP_LINES_H

#include <string.h>

#include "columns.h"
#include "table.h"

typedef struct {
    const uint32_t *points; /* all white space, and the byte order mark */
    int64_t count;
    uint8_t ascii[0x80];
} dedup_white;

/* Rows of lines; `start` and `end` are code points of the text, `first` and `last` bytes of all. */
typedef struct {
    int64_t *text, *start, *end, *line, *first, *last;
} dedup_lines_out;

static inline int dedup_is_white(const dedup_white *white, const uint8_t *at, const uint8_t *end,
                                 int width) {
    uint32_t code_point;
    if (*at < 0x80) return white->ascii[*at];
    if (dedup_decode(at, end, &code_point) != width) return 0;
    for (int64_t k = 0; k < white->count; k++)
        if (white->points[k] == code_point) return 1;
    return 0;
}

/* Return where a stretch begins behind its white space. */
static inline const uint8_t *dedup_past_white(const dedup_white *white, const uint8_t *at,
                                              const uint8_t *end) {
    while (at < end) {
        const int width = *at < 0x80 ? 1 : *at < 0xE0 ? 2 : 3; /* none is longer */
        if (end - at < width || !dedup_is_white(white, at, end, width)) break;
        at += width;
    }
    return at;
}

/* Return where a stretch ends before its white space. */
static inline const uint8_t *dedup_before_white(const dedup_white *white, const uint8_t *begin,
                                                const uint8_t *end) {
    while (end > begin) {
        const uint8_t *lead = end - 1;
        while (lead > begin && end - lead < 3 && (*lead & 0xC0) == 0x80) lead--;
        if (!dedup_is_white(white, lead, end, (int)(end - lead))) break;
        end = lead;
    }
    return end;
}

/* Find the lines of texts that are more than white space; `ends` counts the line ends of each text.
 * `out` has room for one row more than there are line ends, for each text. Returns the rows. */
static int64_t dedup_lines(const dedup_white *white, const uint8_t *data, const int64_t *offsets,
                           int64_t texts, int64_t *ends, dedup_lines_out *out) {
    int64_t row = 0;
    for (int64_t text = 0; text < texts; text++) {
        const uint8_t *at = data + offsets[text], *const end = data + offsets[text + 1];
        int64_t point = 0, line = 1; /* the code point that begins at `at` */
        for (;; line++) {
            const uint8_t *stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
            const uint8_t *const past = stop ? stop : end;
            const uint8_t *const first = dedup_past_white(white, at, past);
            const uint8_t *const last = dedup_before_white(white, first, past);
            if (first < last) {
                const int64_t start = point + dedup_leads(at, first);
                out->text[row] = text;
                out->start[row] = start;
                out->end[row] = start + dedup_leads(first, last);
                out->line[row] = line;
                out->first[row] = first - data;
                out->last[row] = last - data;
                point = out->end[row++] + dedup_leads(last, past);
            } else {
                point += dedup_leads(at, past);
            }
            if (!stop) break;
            point++;
            at = stop + 1;
        }
        ends[text] = line - 1;
    }
    return row;
}

#endif
