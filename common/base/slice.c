#include "base/slice.h"

int sw_slice_cmp(sw_slice a, sw_slice b) {
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (c != 0) return c;
    return (a.len > b.len) - (a.len < b.len);
}

bool sw_slice_starts(sw_slice s, sw_slice prefix) {
    return s.len >= prefix.len && sw_slice_eq(sw_slice_sub(s, 0, prefix.len), prefix);
}

bool sw_slice_ends(sw_slice s, sw_slice suffix) {
    return s.len >= suffix.len && sw_slice_eq(sw_slice_sub(s, s.len - suffix.len, s.len), suffix);
}

bool sw_slice_int(sw_slice s, int64_t *ret) {
    bool negative = s.len > 0 && s.ptr[0] == '-';
    size_t i = negative ? 1 : 0;
    int64_t n = 0; /* kept negative: INT64_MIN has no positive twin */
    if (i == s.len) return false;
    for (; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
        if (__builtin_mul_overflow(n, 10, &n)) return false;
        if (__builtin_sub_overflow(n, s.ptr[i] - '0', &n)) return false;
    }
    if (!negative && n == INT64_MIN) return false;
    *ret = negative ? n : -n;
    return true;
}
