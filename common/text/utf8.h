/* utf8.h - UTF-8 (RFC 3629): checking, decoding, places as an editor shows them.  Layer 1.  Thread:
 * any. */
#ifndef SW_TEXT_UTF8_H
#define SW_TEXT_UTF8_H

#include "base/slice.h"

/* Bytes of the valid code point that begins at `s[at]`, 1 to 4; 0 if there is none: overlong forms,
 * surrogates and code points over U+10FFFF are none. `at` must be below s.len. */
uint32_t sw_utf8_length(sw_slice s, size_t at);
/* Bytes before the first that is not valid; s.len if all of it is valid. */
size_t sw_utf8_valid_bytes(sw_slice s);
static inline bool sw_utf8_valid(sw_slice s) {
    return sw_utf8_valid_bytes(s) == s.len;
}
/* Holds U+0000 to U+001F or U+007F. */
bool sw_utf8_has_control(sw_slice s);
/* The code point at `at` of a valid text; `ret_bytes` may be NULL. */
uint32_t sw_utf8_decode(sw_slice s, size_t at, uint32_t *ret_bytes);
/* Writes 1 to 4 bytes and returns how many. `code` must be a code point, no surrogate. */
uint32_t sw_utf8_encode(uint32_t code, char ret[4]);
/* Code points of a valid text. */
size_t sw_utf8_count(sw_slice s);
/* Line and column of byte `at` (which may be s.len), from 1, columns in characters; a byte that is
 * no valid text counts as one character. */
void sw_utf8_place(sw_slice s, size_t at, uint32_t *ret_line, uint32_t *ret_col);

#endif
