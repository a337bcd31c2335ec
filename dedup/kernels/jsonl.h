/* JSON lines: which lines are plain objects, and where the values of some fields lie in them.
 *
 * A line is taken if it is strict JSON (RFC 8259) in valid UTF-8 that every parser reads alike: one
 * object, not too deep, no number that might be beyond a double, no lone surrogate, and of the keys
 * that lead to a field none twice and none escaped. All others are left to the caller. */

#ifndef DEDUP_JSONL_H
#define DEDUP_JSONL_H

#include <string.h>

#include "table.h"

enum { DEDUP_BLANK_LINE = 0, DEDUP_ODD_LINE = 1, DEDUP_TAKEN_LINE = 2 };
enum {
    DEDUP_MISSING = 0,
    DEDUP_NULL = 1,
    DEDUP_STRING = 2,
    DEDUP_LITERAL = 3, /* a number */
    DEDUP_OTHER = 4
};
enum { DEDUP_DEEPEST = 512, DEDUP_DIGITS = 100, DEDUP_EXPONENT = 2 };

typedef struct {
    const uint8_t *data;
    const int64_t *keys; /* key k is data[keys[k]] up to data[keys[k + 1]] */
    const int64_t *first; /* the keys of way w are first[w] up to first[w + 1] */
    int64_t count;
} dedup_ways;

typedef struct {
    int64_t *starts; /* of way w in row r: [r * count + w] */
    int64_t *ends;
    int8_t *kinds;
    int32_t *level; /* of each way, for one line: keys that led to the object that is open, */
    int32_t *seen;  /* and keys that were there */
} dedup_values;

static inline int dedup_is_space(uint8_t byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static inline int dedup_is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

static inline const uint8_t *dedup_past_space(const uint8_t *at, const uint8_t *end) {
    while (at < end && dedup_is_space(*at)) at++;
    return at;
}

static inline int dedup_hex(uint8_t byte) {
    if (dedup_is_digit(byte)) return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Read the four digits of an escape at `at`; -1 where there are not four. */
static inline int32_t dedup_four(const uint8_t *at, const uint8_t *end) {
    int32_t value = 0;
    if (end - at < 4) return -1;
    for (int digit = 0; digit < 4; digit++) {
        const int one = dedup_hex(at[digit]);
        if (one < 0) return -1;
        value = value << 4 | one;
    }
    return value;
}

/* Read the escape that begins with the backslash at `at`. Returns its bytes, 0 where it is none. */
static inline int dedup_escape(const uint8_t *at, const uint8_t *end, uint32_t *code_point) {
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *name;
    int32_t high, low;
    if (end - at < 2 || at[1] == 0) return 0;
    if (at[1] != 'u') {
        name = strchr(names, at[1]);
        if (!name) return 0;
        *code_point = (uint8_t)values[name - names];
        return 2;
    }
    high = dedup_four(at + 2, end);
    if (high < 0 || (high >= 0xDC00 && high < 0xE000)) return 0;
    *code_point = (uint32_t)high;
    if (high < 0xD800 || high >= 0xE000) return 6;
    if (end - at < 12 || at[6] != '\\' || at[7] != 'u') return 0;
    low = dedup_four(at + 8, end);
    if (low < 0xDC00 || low >= 0xE000) return 0;
    *code_point = 0x10000 + ((uint32_t)(high - 0xD800) << 10 | (uint32_t)(low - 0xDC00));
    return 12;
}

/* Count the bytes before the first one, of eight, that is not ASCII, or is a quote, a backslash or a
 * control character; where that takes a loop it may count fewer. */
static inline int dedup_plain(const uint8_t *at) {
    const uint64_t ones = 0x0101010101010101u, highs = ones << 7;
    uint64_t word, quote, slash, odd;
    memcpy(&word, at, 8);
    quote = word ^ ones * '"', slash = word ^ ones * '\\';
    /* A borrow may mark bytes behind the first odd one, never before it. */
    odd = ((word - ones * 0x20) | (quote - ones) | (slash - ones) | word) & highs;
    if (!odd) return 8;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_ctzll(odd) >> 3;
#else
    return 0;
#endif
}

/* Pass the string whose quote is before `at`. Returns its closing quote, or NULL where it is odd. */
static inline const uint8_t *dedup_past_string(const uint8_t *at, const uint8_t *end,
                                               int *is_escaped) {
    uint32_t code_point;
    int width;
    *is_escaped = 0;
    for (;;) {
        for (int plain = 8; plain == 8 && end - at >= 8; at += plain) plain = dedup_plain(at);
        while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\') at++;
        if (at >= end || *at < 0x20) return NULL;
        if (*at == '"') return at;
        if (*at == '\\') {
            *is_escaped = 1;
            width = dedup_escape(at, end, &code_point);
            if (!width) return NULL;
        } else {
            width = dedup_decode(at, end, &code_point);
            if (width == 1) return NULL;
        }
        at += width;
    }
}

/* Pass a number; NULL for what is none, or is so large that parsers might differ. */
static const uint8_t *dedup_past_number(const uint8_t *at, const uint8_t *end) {
    const uint8_t *first;
    at += *at == '-';
    first = at;
    while (at < end && dedup_is_digit(*at)) at++;
    if (at == first || (*first == '0' && at - first > 1) || at - first > DEDUP_DIGITS) return NULL;
    if (at < end && *at == '.') {
        first = ++at;
        while (at < end && dedup_is_digit(*at)) at++;
        if (at == first) return NULL;
    }
    if (at < end && (*at | 0x20) == 'e') {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        first = at;
        while (at < end && dedup_is_digit(*at)) at++;
        if (at == first || at - first > DEDUP_EXPONENT) return NULL;
    }
    return at;
}

/* Pass a value that is neither string, array nor object, and tell what it is. */
static const uint8_t *dedup_past_scalar(const uint8_t *at, const uint8_t *end, int8_t *kind) {
    *kind = DEDUP_OTHER;
    if (end - at >= 4 && !memcmp(at, "true", 4)) return at + 4;
    if (end - at >= 5 && !memcmp(at, "false", 5)) return at + 5;
    *kind = DEDUP_NULL;
    if (end - at >= 4 && !memcmp(at, "null", 4)) return at + 4;
    *kind = DEDUP_LITERAL;
    return *at == '-' || dedup_is_digit(*at) ? dedup_past_number(at, end) : NULL;
}

/* Mark the ways that go on with a key of the object at `depth`. Returns 0 where the key was there
 * before, or is escaped and may be any. */
static inline int dedup_meet_key(const dedup_ways *ways, dedup_values *out, int32_t depth,
                                 const uint8_t *key, int64_t length, int is_escaped) {
    for (int64_t way = 0; way < ways->count; way++) {
        const int64_t own = ways->first[way] + depth;
        if (out->level[way] != depth) continue;
        if (is_escaped) return 0;
        if (ways->keys[own + 1] - ways->keys[own] != length) continue;
        if (memcmp(ways->data + ways->keys[own], key, (size_t)length)) continue;
        if (out->seen[way] > depth) return 0;
        out->seen[way] = depth + 1;
        out->level[way] = depth + 1; /* until its value has ended */
    }
    return 1;
}

/* Note a value for the ways that end with its key, and leave those that do not go into it. */
static inline void dedup_note_value(const dedup_ways *ways, dedup_values *out, int64_t row, int32_t depth,
                              int8_t kind, int64_t start, int64_t end, int is_object) {
    for (int64_t way = 0; way < ways->count; way++) {
        const int is_last = ways->first[way] + depth + 1 == ways->first[way + 1];
        if (out->level[way] != depth + 1) continue;
        if (is_last) {
            const int64_t place = row * ways->count + way;
            const int is_there = kind == DEDUP_STRING || kind == DEDUP_LITERAL;
            out->kinds[place] = kind;
            out->starts[place] = is_there ? start : 0;
            out->ends[place] = is_there ? end : 0;
        }
        if (is_last || !is_object) out->level[way] = depth;
    }
}

/* Read the line from `at` to `end`, offsets counted from `base`, into a row of values. */
static int dedup_read_line(const dedup_ways *ways, const uint8_t *base, const uint8_t *at,
                           const uint8_t *end, int64_t row, dedup_values *out) {
    uint8_t is_array[DEDUP_DEEPEST];
    int32_t depth = 0;
    int is_escaped;
    const uint8_t *past;
    for (int64_t way = 0; way < ways->count; way++) {
        out->level[way] = out->seen[way] = 0;
        out->kinds[row * ways->count + way] = DEDUP_MISSING;
        out->starts[row * ways->count + way] = out->ends[row * ways->count + way] = 0;
    }
    at = dedup_past_space(at, end);
    if (at == end || *at != '{') return DEDUP_ODD_LINE;
    is_array[0] = 0;
    at = dedup_past_space(at + 1, end);
    if (at < end && *at == '}') goto closed;

member: /* a key and a colon, in an object */
    if (at == end || *at != '"') return DEDUP_ODD_LINE;
    past = dedup_past_string(at + 1, end, &is_escaped);
    if (!past) return DEDUP_ODD_LINE;
    if (!dedup_meet_key(ways, out, depth, at + 1, past - at - 1, is_escaped)) return DEDUP_ODD_LINE;
    at = dedup_past_space(past + 1, end);
    if (at == end || *at != ':') return DEDUP_ODD_LINE;
    at = dedup_past_space(at + 1, end);

value: /* of a key, or in an array */
    if (at == end) return DEDUP_ODD_LINE;
    if (*at == '{' || *at == '[') {
        const int is_object = *at == '{';
        if (!is_array[depth]) dedup_note_value(ways, out, row, depth, DEDUP_OTHER, 0, 0, is_object);
        if (++depth == DEDUP_DEEPEST) return DEDUP_ODD_LINE;
        is_array[depth] = !is_object;
        at = dedup_past_space(at + 1, end);
        if (at < end && *at == (is_object ? '}' : ']')) goto closed;
        if (is_object) goto member;
        goto value;
    } else {
        int8_t kind = DEDUP_STRING;
        const uint8_t *first = at;
        if (*at == '"') {
            first = at + 1;
            past = dedup_past_string(first, end, &is_escaped);
        } else {
            past = dedup_past_scalar(at, end, &kind);
        }
        if (!past) return DEDUP_ODD_LINE;
        at = past + (kind == DEDUP_STRING);
        /* Whole numbers are written anew by some, and "-0" is the one that then is another. */
        if (kind == DEDUP_LITERAL && past - first == 2 && !memcmp(first, "-0", 2))
            return DEDUP_ODD_LINE;
        if (!is_array[depth]) dedup_note_value(ways, out, row, depth, kind, first - base, past - base, 0);
    }

next: /* behind a value */
    at = dedup_past_space(at, end);
    if (at == end) return DEDUP_ODD_LINE;
    if (*at == ',') {
        at = dedup_past_space(at + 1, end);
        if (is_array[depth]) goto value;
        goto member;
    }
    if (*at != (is_array[depth] ? ']' : '}')) return DEDUP_ODD_LINE;

closed: /* at the bracket that closes an array or an object */
    at++;
    if (depth == 0) return dedup_past_space(at, end) == end ? DEDUP_TAKEN_LINE : DEDUP_ODD_LINE;
    for (int64_t way = 0; way < ways->count; way++)
        if (out->level[way] == depth) out->level[way] = depth - 1;
    depth--;
    goto next;
}

/* Tell whether a line holds nothing: white space as C has it. */
static int dedup_is_blank(const uint8_t *at, const uint8_t *end) {
    while (at < end && (dedup_is_space(*at) || *at == '\v' || *at == '\f')) at++;
    return at == end;
}

/* Read `length` bytes of whole lines. `ends` and `lines` have room for all of them, `out` for as
 * many rows. Returns the rows: one for each line that was taken. */
static int64_t dedup_read_lines(const dedup_ways *ways, const uint8_t *data, int64_t length,
                                int64_t *ends, int8_t *lines, dedup_values *out) {
    const uint8_t *at = data, *const end = data + length;
    int64_t line = 0, row = 0;
    for (; at < end; line++) {
        const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
        const uint8_t *const past = stop ? stop + 1 : end;
        if (!stop) stop = end;
        if (dedup_is_blank(at, stop))
            lines[line] = DEDUP_BLANK_LINE;
        else
            lines[line] = (int8_t)dedup_read_line(ways, data, at, stop, row, out);
        row += lines[line] == DEDUP_TAKEN_LINE;
        ends[line] = past - data;
        at = past;
    }
    return row;
}

/* Write what string literals without their quotes stand for end to end, which is never longer.
 * Returns the row in which there is no such literal, or `rows`. */
static int64_t dedup_unescape(const uint8_t *data, const int64_t *starts, const int64_t *ends,
                              int64_t rows, uint8_t *to, int64_t *offsets) {
    uint8_t *const base = to;
    for (int64_t row = 0; row < rows; row++) {
        const uint8_t *at = data + starts[row], *const end = data + ends[row];
        while (at < end) {
            const uint8_t *const slash = memchr(at, '\\', (size_t)(end - at));
            const int64_t plain = (slash ? slash : end) - at;
            uint32_t code_point;
            int width;
            memcpy(to, at, (size_t)plain);
            to += plain;
            at += plain;
            if (!slash) break;
            width = dedup_escape(at, end, &code_point);
            if (!width) return row;
            to += dedup_encode(to, code_point);
            at += width;
        }
        offsets[row + 1] = to - base;
    }
    return rows;
}

#endif
