/* hash.h - hashes that must be the same in every run, on every machine.  Layer 0.  Thread: any. */
#ifndef SW_BASE_HASH_H
#define SW_BASE_HASH_H

#include "base/slice.h"

/* 16 bytes of BLAKE2b (RFC 7693): identities, contents, warning ids. Collisions can't be made on
 * purpose, so one publisher can't shadow the events of another. */
typedef struct sw_hash128 {
    uint8_t bytes[16];
} sw_hash128;

#define SW_HASH128_TEXT 33 /* 32 hex digits and NUL */

sw_hash128 sw_hash128_of(sw_slice s);
/* Over parts whose lengths count: ("ab","c") differs from ("a","bc"). */
sw_hash128 sw_hash128_parts(const sw_slice *parts, size_t count);
static inline bool sw_hash128_eq(sw_hash128 a, sw_hash128 b) {
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}
static inline int sw_hash128_cmp(sw_hash128 a, sw_hash128 b) {
    return memcmp(a.bytes, b.bytes, sizeof a.bytes);
}
void sw_hash128_hex(sw_hash128 hash, char ret[SW_HASH128_TEXT]);
bool sw_hash128_parse(sw_slice hex, sw_hash128 *ret);

/* MurmurHash2 with Kafka's seed, as every Kafka client's default partitioner: the partition of a
 * key is (murmur2 & 0x7fffffff) % partitions (Kafka: Utils.murmur2, BuiltInPartitioner). */
uint32_t sw_murmur2(sw_slice s);
static inline uint32_t sw_partition_of(sw_slice key, uint32_t partitions) {
    return (sw_murmur2(key) & 0x7fffffffu) % partitions;
}

/* CRC-32C (Castagnoli; RFC 3720 B.4) of `s`, continued from `seed` (0 at first). Hardware where
 * there is. */
uint32_t sw_crc32c(uint32_t seed, sw_slice s);

/* 64-bit mix for in-memory tables; not for anything stored. */
uint64_t sw_hash64(sw_slice s);

#endif
