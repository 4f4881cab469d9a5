#include "stream/timers.h"

enum { ROW_TIMER = 1 };

/* Big-endian with the sign bit turned, so that bytes order as times do. */
static void put_time(char *at, int64_t ms) {
    uint64_t n = (uint64_t)ms ^ (uint64_t)1 << 63;
    for (int i = 0; i < 8; i++) at[i] = (char)(unsigned char)(n >> (56 - 8 * i));
}

static int64_t get_time(const char *at) {
    uint64_t n = 0;
    for (int i = 0; i < 8; i++) n = n << 8 | (unsigned char)at[i];
    return (int64_t)(n ^ (uint64_t)1 << 63);
}

size_t sw_timer_due_row(int64_t due_ms, sw_slice key, char ret[SW_TIMER_ROW_BYTES_MAX]) {
    SW_ASSERT(key.len <= SW_KEY_BYTES_MAX);
    put_time(ret, due_ms);
    if (key.len) memcpy(ret + 8, key.ptr, key.len);
    return 8 + key.len;
}

bool sw_timer_due_read(sw_slice row, int64_t *ret_due_ms, sw_slice *ret_key) {
    if (row.len < 8) return false;
    *ret_due_ms = get_time(row.ptr);
    *ret_key = sw_slice_sub(row, 8, row.len);
    return true;
}

size_t sw_timer_key_row(sw_slice key, char ret[SW_TIMER_ROW_BYTES_MAX]) {
    SW_ASSERT(key.len <= SW_KEY_BYTES_MAX);
    ret[0] = ROW_TIMER;
    if (key.len) memcpy(ret + 1, key.ptr, key.len);
    return 1 + key.len;
}

bool sw_timer_key_read(sw_slice row, sw_slice value, int64_t *ret_due_ms, sw_slice *ret_key) {
    if (row.len < 1 || row.ptr[0] != ROW_TIMER || value.len != 8) return false;
    *ret_due_ms = get_time(value.ptr);
    *ret_key = sw_slice_sub(row, 1, row.len);
    return true;
}
