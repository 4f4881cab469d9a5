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

static uint64_t word_at(const char *ptr) {
    uint64_t word;
    memcpy(&word, ptr, sizeof word);
    return le64toh(word);
}

/* Four sums beside each other: each step of one waits for the step before. */
static uint64_t add_blocks(uint64_t sum, const char *ptr, size_t blocks) {
    uint64_t sums[4] = {sum, sum + 1, sum + 2, sum + 3};
    for (; blocks > 0; blocks--, ptr += 32)
        for (int i = 0; i < 4; i++) sums[i] = sw_digest_number(sums[i], word_at(ptr + 8 * i));
    for (int i = 1; i < 4; i++) sums[0] = sw_digest_number(sums[0], sums[i]);
    return sums[0];
}

/* By itself, so that the processor need not wait for the bytes before. */
static uint64_t sum_of(sw_slice bytes) {
    uint64_t sum = bytes.len * MULTIPLIER;
    size_t at = 0;
    if (bytes.len >= 64) {
        sum = add_blocks(sum, bytes.ptr, bytes.len / 32);
        at = bytes.len / 32 * 32;
    }
    for (; at + 8 <= bytes.len; at += 8) sum = sw_digest_number(sum, word_at(bytes.ptr + at));
    if (at < bytes.len) sum = sw_digest_number(sum, little_endian(bytes.ptr + at, bytes.len - at));
    return sum;
}

uint64_t sw_digest_bytes(uint64_t digest, sw_slice bytes) {
    return sw_digest_number(digest, sum_of(bytes));
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
