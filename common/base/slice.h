/* slice.h - borrowed bytes: a pointer and a length, by value.  Layer 0.  Thread: any. */
#ifndef SW_BASE_SLICE_H
#define SW_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrows: valid until what it points into goes (an arena's reset, a buffer's change). `ptr` may be
 * NULL only with `len` 0. Not NUL-terminated. */
typedef struct sw_slice {
    const char *ptr;
    size_t len;
} sw_slice;

#define SW_SLICE_NONE ((sw_slice){NULL, 0})
/* Of a string literal, its length known at compile time. */
#define SW_S(literal) ((sw_slice){("" literal), sizeof(literal) - 1})
/* For printf: printf("%.*s", SW_FMT(s)). */
#define SW_FMT(s) (int)(s).len, ((s).ptr ? (s).ptr : "")

static inline sw_slice sw_slice_of(const void *ptr, size_t len) {
    return (sw_slice){(const char *)ptr, len};
}
static inline sw_slice sw_slice_cstr(const char *text) {
    return (sw_slice){text, strlen(text)};
}
static inline bool sw_slice_eq(sw_slice a, sw_slice b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool sw_slice_is(sw_slice a, const char *text) {
    return sw_slice_eq(a, sw_slice_cstr(text));
}
/* Bytes `from` (inclusive) to `to` (exclusive). */
static inline sw_slice sw_slice_sub(sw_slice s, size_t from, size_t to) {
    return (sw_slice){s.ptr + from, to - from};
}
/* Byte order, as memcmp; a prefix comes before what it begins. */
int sw_slice_cmp(sw_slice a, sw_slice b);
bool sw_slice_starts(sw_slice s, sw_slice prefix);
bool sw_slice_ends(sw_slice s, sw_slice suffix);
/* The whole of `s` as a decimal number with optional '-'; false if it is anything else or too big.
 */
bool sw_slice_int(sw_slice s, int64_t *ret);

#endif
