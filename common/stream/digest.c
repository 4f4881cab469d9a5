#include "stream/digest.h"

#include <endian.h>

#define MULTIPLIER UINT64_C(0x9E3779B97F4A7C15)

uint64_t sw_digest_number(uint64_t digest, uint64_t n) {
    digest = (digest ^ n) * MULTIPLIER;
    return digest ^ digest >> 29;
}

static uint64_t little_endian(const char *ptr, size_t len) {
    uint64_t n = 0;
    for (size_t i = 0; i < len; i++) n |= (uint64_t)(unsigned char)ptr[i] << 8 * i;
    return n;
}

uint64_t sw_digest_bytes(uint64_t digest, sw_slice bytes) {
    digest = sw_digest_number(digest, bytes.len);
    size_t at = 0;
    for (uint64_t word; at + sizeof word <= bytes.len; at += sizeof word) {
        memcpy(&word, bytes.ptr + at, sizeof word);
        digest = sw_digest_number(digest, le64toh(word));
    }
    if (at < bytes.len)
        digest = sw_digest_number(digest, little_endian(bytes.ptr + at, bytes.len - at));
    return digest;
}

uint64_t sw_digest_batch(uint64_t digest, const sw_batch *batch) {
    SW_ASSERT(batch);
    sw_op op;
    for (size_t at = 0; sw_batch_next(batch, &at, &op);) {
        digest = sw_digest_number(digest, (uint64_t)op.kind << 32 | op.store);
        digest = sw_digest_bytes(digest, op.key);
        digest = sw_digest_bytes(digest, op.value);
    }
    return digest;
}
