/* buf.h - growing bytes with a hard maximum, set at creation.  Layer 0.  Thread: owner's. */
#ifndef SW_BASE_BUF_H
#define SW_BASE_BUF_H

#include "base/assert.h"
#include "base/err.h"
#include "base/slice.h"

/* Owns its bytes on the heap. An append past the maximum fails with SW_E_LIMIT and changes nothing;
 * the buffer remembers it in `err`, so that a run of appends can be checked once at its end. */
typedef struct sw_buf {
    char *ptr;
    size_t len, cap, max;
    sw_err err; /* SW_OK, SW_E_LIMIT or SW_E_NOMEM: the first failure */
} sw_buf;

void sw_buf_init(sw_buf *buf, size_t max_bytes);
/* Accepts zeroed memory. */
void sw_buf_done(sw_buf *buf);
/* Empty again, the memory kept, the error forgotten. */
void sw_buf_clear(sw_buf *buf);
/* The contents; valid until the next change. */
static inline sw_slice sw_buf_slice(const sw_buf *buf) {
    return sw_slice_of(buf->ptr, buf->len);
}
/* All return the buffer's first error; after one, appends do nothing. */
sw_err sw_buf_add_slow(sw_buf *buf, sw_slice s);
static inline sw_err sw_buf_add(sw_buf *buf, sw_slice s) {
    if (buf->err || s.len == 0 || s.len > buf->cap - buf->len) return sw_buf_add_slow(buf, s);
    memcpy(buf->ptr + buf->len, s.ptr, s.len);
    buf->len += s.len;
    return SW_OK;
}
sw_err sw_buf_add_cstr(sw_buf *buf, const char *text);
static inline sw_err sw_buf_add_byte(sw_buf *buf, char byte) {
    return sw_buf_add(buf, sw_slice_of(&byte, 1));
}
sw_err sw_buf_printf(sw_buf *buf, const char *fmt, ...) SW_PRINTF(2, 3);
/* Decimal, without printf. */
sw_err sw_buf_add_int(sw_buf *buf, int64_t n);
/* Room for `size` more bytes at the returned place, for a foreign writer; NULL on failure.
 * sw_buf_wrote then says how many were used. */
SW_NODISCARD char *sw_buf_room_slow(sw_buf *buf, size_t size);
SW_NODISCARD static inline char *sw_buf_room(sw_buf *buf, size_t size) {
    if (buf->err || size > buf->cap - buf->len || !buf->ptr) return sw_buf_room_slow(buf, size);
    return buf->ptr + buf->len;
}
static inline void sw_buf_wrote(sw_buf *buf, size_t size) {
    SW_ASSERT(size <= buf->cap - buf->len);
    buf->len += size;
}

#endif
