/* sort_key.h - numbers in the keys of a sorter: big-endian, so that bytes sort as numbers do.
 * Layer 9.  Thread: any. */
#ifndef SW_SEAWALL_REPLAY_SORT_KEY_H
#define SW_SEAWALL_REPLAY_SORT_KEY_H

#include "base/buf.h"
#include "base/wire.h"

static inline void sw_sort_key_u32(sw_buf *key, uint32_t n) {
    char bytes[4];
    sw_wire_put_be(bytes, n, 4);
    sw_buf_add(key, sw_slice_of(bytes, sizeof bytes));
}

/* Signed: the sign bit is turned over, so that negative numbers come first. */
static inline void sw_sort_key_i64(sw_buf *key, int64_t n) {
    char bytes[8];
    sw_wire_put_be(bytes, (uint64_t)n ^ (uint64_t)1 << 63, 8);
    sw_buf_add(key, sw_slice_of(bytes, sizeof bytes));
}

static inline uint32_t sw_sort_key_read_u32(const char *p) {
    return (uint32_t)sw_wire_get_be(p, 4);
}

static inline int64_t sw_sort_key_read_i64(const char *p) {
    return (int64_t)(sw_wire_get_be(p, 8) ^ (uint64_t)1 << 63);
}

#endif
