#include "text/utf8.h"

#include "base/assert.h"

static bool tail(unsigned char c) {
    return (c & 0xc0) == 0x80;
}

uint32_t sw_utf8_length(sw_slice s, size_t at) {
    const unsigned char *p = (const unsigned char *)s.ptr + at;
    size_t left = s.len - at;
    if (p[0] < 0x80) return 1;
    if (p[0] < 0xc2) return 0;
    if (p[0] < 0xe0) return left >= 2 && tail(p[1]) ? 2 : 0;
    if (p[0] < 0xf0) {
        if (left < 3 || !tail(p[1]) || !tail(p[2])) return 0;
        if (p[0] == 0xe0 && p[1] < 0xa0) return 0;  /* overlong */
        if (p[0] == 0xed && p[1] >= 0xa0) return 0; /* surrogates */
        return 3;
    }
    if (p[0] > 0xf4 || left < 4 || !tail(p[1]) || !tail(p[2]) || !tail(p[3])) return 0;
    if (p[0] == 0xf0 && p[1] < 0x90) return 0;  /* overlong */
    if (p[0] == 0xf4 && p[1] >= 0x90) return 0; /* over U+10FFFF */
    return 4;
}

#define BYTES(n) ((n)*UINT64_C(0x0101010101010101)) /* a byte, eight times */

static uint64_t word_at(sw_slice s, size_t at) {
    uint64_t word;
    memcpy(&word, s.ptr + at, sizeof word);
    return word;
}

/* All from `at` on is ASCII: fewer than eight bytes, read with those before them. */
static bool ascii_end(sw_slice s, size_t at) {
    if (s.len >= 8) return (word_at(s, s.len - 8) & BYTES(0x80)) == 0;
    unsigned char all = 0;
    for (; at < s.len; at++) all |= (unsigned char)s.ptr[at];
    return all < 0x80;
}

/* Where a run of three-byte characters ends, which Chinese is made of: those whose first byte alone
 * says that they are neither overlong nor surrogates. */
static size_t three_bytes_end(sw_slice s, size_t at) {
    const unsigned char *p = (const unsigned char *)s.ptr;
    while (s.len - at >= 3 && p[at] > 0xe0 && p[at] < 0xed && tail(p[at + 1]) && tail(p[at + 2]))
        at += 3;
    return at;
}

size_t sw_utf8_valid_bytes(sw_slice s) {
    size_t at = 0;
    while ((at = three_bytes_end(s, at)) < s.len) {
        if (s.len - at < 8) {
            if (ascii_end(s, at)) return s.len;
        } else if ((word_at(s, at) & BYTES(0x80)) == 0) {
            at += 8;
            continue;
        }
        uint32_t bytes = sw_utf8_length(s, at);
        if (bytes == 0) return at;
        at += bytes;
    }
    return at;
}

/* Of any byte: below 0x20, or 0x7f (Anderson, Bit Twiddling Hacks: hasless, haszero). */
static bool word_has_control(uint64_t word) {
    uint64_t del = word ^ BYTES(0x7f);
    return (((word - BYTES(0x20)) & ~word) | ((del - BYTES(1)) & ~del)) & BYTES(0x80);
}

bool sw_utf8_has_control(sw_slice s) {
    bool found = false;
    for (size_t at = 0; at + 8 <= s.len; at += 8) found |= word_has_control(word_at(s, at));
    if (s.len >= 8) return found || word_has_control(word_at(s, s.len - 8));
    for (size_t i = 0; i < s.len; i++) found |= (unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f;
    return found;
}

uint32_t sw_utf8_decode(sw_slice s, size_t at, uint32_t *ret_bytes) {
    uint32_t bytes = sw_utf8_length(s, at);
    SW_ASSERT(bytes > 0);
    static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = (unsigned char)s.ptr[at] & lead[bytes];
    for (uint32_t i = 1; i < bytes; i++) code = code << 6 | ((unsigned char)s.ptr[at + i] & 0x3fu);
    if (ret_bytes) *ret_bytes = bytes;
    return code;
}

uint32_t sw_utf8_encode(uint32_t code, char ret[4]) {
    SW_ASSERT(code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
    if (code < 0x80) {
        ret[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        ret[0] = (char)(0xc0 | code >> 6);
        ret[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        ret[0] = (char)(0xe0 | code >> 12);
        ret[1] = (char)(0x80 | (code >> 6 & 0x3f));
        ret[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    ret[0] = (char)(0xf0 | code >> 18);
    ret[1] = (char)(0x80 | (code >> 12 & 0x3f));
    ret[2] = (char)(0x80 | (code >> 6 & 0x3f));
    ret[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

size_t sw_utf8_count(sw_slice s) {
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++) count += !tail((unsigned char)s.ptr[i]);
    return count;
}

void sw_utf8_place(sw_slice s, size_t at, uint32_t *ret_line, uint32_t *ret_col) {
    SW_ASSERT(at <= s.len);
    uint32_t line = 1, col = 1;
    for (size_t i = 0; i < at;) {
        uint32_t bytes = sw_utf8_length(s, i);
        if (s.ptr[i] == '\n') {
            line++;
            col = 1;
        } else {
            col++;
        }
        i += bytes ? bytes : 1;
    }
    *ret_line = line;
    *ret_col = col;
}
