#include "base/hash.h"

#include <endian.h>
#include <sodium.h>

#include "base/assert.h"

/* Lets libsodium choose the fastest BLAKE2b of this processor before any thread starts. */
__attribute__((constructor)) static void choose_implementation(void) {
    SW_ASSERT(sodium_init() >= 0);
}

sw_hash128 sw_hash128_of(sw_slice s) {
    sw_hash128 ret;
    crypto_generichash(ret.bytes, sizeof ret.bytes, (const unsigned char *)s.ptr, s.len, NULL, 0);
    return ret;
}

static size_t put_length(uint8_t *to, uint64_t len) {
    const uint64_t bytes = htole64(len);
    memcpy(to, &bytes, sizeof bytes);
    return sizeof bytes;
}

/* Short parts are hashed in one piece: steps of the library cost as much as the hash itself. */
static bool join_parts(const sw_slice *parts, size_t count, uint8_t *to, size_t room,
                       size_t *ret_len) {
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > room || len + 8 + parts[i].len > room) return false;
        len += put_length(to + len, parts[i].len);
        if (parts[i].len) memcpy(to + len, parts[i].ptr, parts[i].len);
        len += parts[i].len;
    }
    *ret_len = len;
    return true;
}

sw_hash128 sw_hash128_parts(const sw_slice *parts, size_t count) {
    crypto_generichash_state state;
    sw_hash128 ret;
    uint8_t joined[512];
    size_t len;
    if (join_parts(parts, count, joined, sizeof joined, &len))
        return sw_hash128_of(sw_slice_of(joined, len));
    crypto_generichash_init(&state, NULL, 0, sizeof ret.bytes);
    for (size_t i = 0; i < count; i++) {
        uint8_t length[8];
        crypto_generichash_update(&state, length, put_length(length, parts[i].len));
        crypto_generichash_update(&state, (const unsigned char *)parts[i].ptr, parts[i].len);
    }
    crypto_generichash_final(&state, ret.bytes, sizeof ret.bytes);
    return ret;
}

/* Both digits of each byte: every telling is under its instance's. */
#define ROW(h)                                                                                     \
    h "0" h "1" h "2" h "3" h "4" h "5" h "6" h "7" h "8" h "9" h "a" h "b" h "c" h "d" h "e" h "f"
static const char digits[] = ROW("0") ROW("1") ROW("2") ROW("3") ROW("4") ROW("5") ROW("6") ROW("7")
    ROW("8") ROW("9") ROW("a") ROW("b") ROW("c") ROW("d") ROW("e") ROW("f");

void sw_hash128_hex(sw_hash128 hash, char ret[SW_HASH128_TEXT]) {
    for (size_t i = 0; i < sizeof hash.bytes; i++)
        memcpy(ret + 2 * i, digits + 2 * (size_t)hash.bytes[i], 2);
    ret[SW_HASH128_TEXT - 1] = '\0';
}

/* 1 + the digit's value; 0: no such digit. */
static const uint8_t hex_digits[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16};

bool sw_hash128_parse(sw_slice hex, sw_hash128 *ret) {
    if (hex.len != SW_HASH128_TEXT - 1) return false;
    const uint8_t *text = (const uint8_t *)hex.ptr;
    sw_hash128 hash;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof hash.bytes; i++) {
        const unsigned hi = hex_digits[text[2 * i]], lo = hex_digits[text[2 * i + 1]];
        wrong |= (hi - 1) | (lo - 1); /* of 0 all bits */
        hash.bytes[i] = (uint8_t)((hi - 1) << 4 | (lo - 1));
    }
    if (wrong > 0xf) return false;
    *ret = hash;
    return true;
}

uint32_t sw_murmur2(sw_slice s) {
    const uint32_t m = 0x5bd1e995u;
    const uint8_t *p = (const uint8_t *)s.ptr;
    uint32_t h = 0x9747b28cu ^ (uint32_t)s.len;
    size_t rest = s.len;
    for (; rest >= 4; rest -= 4, p += 4) {
        uint32_t k =
            (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        k *= m;
        k ^= k >> 24;
        h = (h * m) ^ (k * m);
    }
    if (rest >= 3) h ^= (uint32_t)p[2] << 16;
    if (rest >= 2) h ^= (uint32_t)p[1] << 8;
    if (rest >= 1) h = (h ^ p[0]) * m;
    h ^= h >> 13;
    h *= m;
    return h ^ h >> 15;
}

#if defined(__x86_64__)
enum { LANE_BYTES = 256, LANES = 3 };

/* What a sum becomes by LANE_BYTES of zeros, by byte of the sum. */
static uint32_t zeros[4][256];

__attribute__((target("sse4.2"))) static uint64_t crc_word(uint64_t crc, const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return __builtin_ia32_crc32di(crc, word);
}

__attribute__((target("sse4.2"))) static void make_zeros(void) {
    static const char none[8];
    for (uint32_t at = 0; at < 4; at++)
        for (uint32_t byte = 0; byte < 256; byte++) {
            uint64_t crc = byte << 8 * at;
            for (int i = 0; i < LANE_BYTES; i += 8) crc = crc_word(crc, none);
            zeros[at][byte] = (uint32_t)crc;
        }
}

/* Before any constructor of C++ may ask. */
__attribute__((constructor(101))) static void prepare_crc32c(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("sse4.2")) make_zeros();
}

static uint32_t over_zeros(uint32_t crc) {
    return zeros[0][crc & 0xff] ^ zeros[1][crc >> 8 & 0xff] ^ zeros[2][crc >> 16 & 0xff] ^
           zeros[3][crc >> 24];
}

/* Three lanes beside each other: each step of one waits for the step before. The sum of all is that
 * of the first over as many zeros as follow it, and so on (Adler, crc32c.c). */
__attribute__((target("sse4.2"))) static uint32_t crc_lanes(uint32_t crc, const char *p) {
    uint64_t a = crc, b = 0, c = 0;
    for (int i = 0; i < LANE_BYTES; i += 8) {
        a = crc_word(a, p + i);
        b = crc_word(b, p + LANE_BYTES + i);
        c = crc_word(c, p + 2 * LANE_BYTES + i);
    }
    return over_zeros(over_zeros((uint32_t)a) ^ (uint32_t)b) ^ (uint32_t)c;
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse(uint32_t crc, sw_slice s) {
    const char *p = s.ptr;
    size_t rest = s.len;
    for (; rest >= (size_t)LANES * LANE_BYTES; rest -= LANES * LANE_BYTES, p += LANES * LANE_BYTES)
        crc = crc_lanes(crc, p);
    uint64_t wide = crc;
    for (; rest >= 8; rest -= 8, p += 8) wide = crc_word(wide, p);
    crc = (uint32_t)wide;
    for (; rest; rest--, p++) crc = __builtin_ia32_crc32qi(crc, (unsigned char)*p);
    return crc;
}
#endif

static uint32_t crc32c_plain(uint32_t crc, sw_slice s) {
    for (size_t i = 0; i < s.len; i++) {
        crc ^= (uint8_t)s.ptr[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0x82f63b78u & (0u - (crc & 1u)));
    }
    return crc;
}

uint32_t sw_crc32c(uint32_t seed, sw_slice s) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return ~crc32c_sse(~seed, s);
#endif
    return ~crc32c_plain(~seed, s);
}

uint64_t sw_hash64(sw_slice s) {
    uint64_t h = 0x9e3779b97f4a7c15u ^ s.len;
    const char *p = s.ptr;
    size_t rest = s.len;
    for (; rest >= 8; rest -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        h = (h ^ word) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    uint64_t tail = 0;
    if (rest) memcpy(&tail, p, rest);
    h = (h ^ tail) * 0xff51afd7ed558ccdu;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 33;
}
