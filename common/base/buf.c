#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"

void sw_buf_init(sw_buf *buf, size_t max_bytes) {
    SW_ASSERT(buf && max_bytes > 0);
    *buf = (sw_buf){.max = max_bytes};
}

void sw_buf_done(sw_buf *buf) {
    sw_heap_free(buf->ptr);
    *buf = (sw_buf){.max = buf->max};
}

void sw_buf_clear(sw_buf *buf) {
    buf->len = 0;
    buf->err = SW_OK;
}

char *sw_buf_room_slow(sw_buf *buf, size_t size) {
    SW_ASSERT(buf->max > 0);
    if (buf->err) return NULL;
    if (size > buf->max - buf->len) {
        buf->err = SW_E_LIMIT;
        return NULL;
    }
    if (size > buf->cap - buf->len) {
        size_t cap = buf->cap < 64 ? 64 : buf->cap;
        while (cap - buf->len < size) cap = cap > buf->max / 2 ? buf->max : cap * 2;
        if (cap > buf->max) cap = buf->max; /* sw_buf_add trusts that cap is never above max */
        char *ptr = sw_heap_resize(buf->ptr, cap);
        if (!ptr) {
            buf->err = SW_E_NOMEM;
            return NULL;
        }
        buf->ptr = ptr;
        buf->cap = cap;
    }
    return buf->ptr + buf->len;
}

sw_err sw_buf_add_slow(sw_buf *buf, sw_slice s) {
    char *to = sw_buf_room(buf, s.len);
    if (!to) return buf->err;
    if (s.len) memcpy(to, s.ptr, s.len);
    buf->len += s.len;
    return SW_OK;
}

sw_err sw_buf_add_cstr(sw_buf *buf, const char *text) {
    return sw_buf_add(buf, sw_slice_cstr(text));
}

sw_err sw_buf_printf(sw_buf *buf, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    SW_ASSERT(len >= 0);
    char *to = sw_buf_room(buf, (size_t)len + 1);
    if (to) {
        vsnprintf(to, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    }
    va_end(again);
    return buf->err;
}

sw_err sw_buf_add_int(sw_buf *buf, int64_t n) {
    char text[24];
    size_t at = sizeof text;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do {
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (n < 0) text[--at] = '-';
    return sw_buf_add(buf, sw_slice_of(text + at, sizeof text - at));
}
