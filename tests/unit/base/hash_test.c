#include "base/hash.h"

#include <sodium.h>

#include "unit/test.h"

/* Vectors of Kafka's own UtilsTest.testMurmur2. */
static void murmur2_is_kafkas(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int32_t hash;
    } vectors[] = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
        {"abc", 479470107},
    };
    for (size_t i = 0; i < SW_COUNT(vectors); i++)
        assert_int_equal((int32_t)sw_murmur2(sw_slice_cstr(vectors[i].text)), vectors[i].hash);
    assert_true(sw_partition_of(SW_S("21"), 7) < 7);
}

/* RFC 3720, B.4. */
static void crc32c_is_the_rfcs(void **state) {
    (void)state;
    char bytes[32];
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(sw_crc32c(0, sw_slice_of(bytes, 32)), 0x8a9136aau);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(sw_crc32c(0, sw_slice_of(bytes, 32)), 0x62a8ab43u);
    for (int i = 0; i < 32; i++) bytes[i] = (char)i;
    assert_int_equal(sw_crc32c(0, sw_slice_of(bytes, 32)), 0x46dd794eu);
    uint32_t first = sw_crc32c(0, sw_slice_of(bytes, 13));
    assert_int_equal(sw_crc32c(first, sw_slice_of(bytes + 13, 19)), 0x46dd794eu);
}

/* Bit by bit, as the polynomial says. */
static uint32_t plain_crc32c(const char *bytes, size_t len) {
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < len; i++) {
        crc ^= (uint8_t)bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0x82f63b78u & (0u - (crc & 1u)));
    }
    return ~crc;
}

static void crc32c_of_any_length_is_the_plain_one(void **state) {
    (void)state;
    static char bytes[4096];
    uint64_t n = 1;
    for (size_t i = 0; i < sizeof bytes; i++) {
        n = n * UINT64_C(6364136223846793005) + 1442695040888963407;
        bytes[i] = (char)(n >> 56);
    }
    for (size_t len = 0; len < sizeof bytes - 8; len += len < 800 ? 1 : 37) {
        const size_t cut = len * 2 / 3;
        const char *from = bytes + len % 8;
        const uint32_t first = sw_crc32c(0, sw_slice_of(from, cut));
        assert_int_equal(sw_crc32c(0, sw_slice_of(from, len)), plain_crc32c(from, len));
        assert_int_equal(sw_crc32c(first, sw_slice_of(from + cut, len - cut)),
                         plain_crc32c(from, len));
    }
}

static void blake2b_of_parts_tells_borders(void **state) {
    (void)state;
    sw_slice one[] = {SW_S("ab"), SW_S("c")}, two[] = {SW_S("a"), SW_S("bc")};
    assert_false(sw_hash128_eq(sw_hash128_parts(one, 2), sw_hash128_parts(two, 2)));
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(sw_hash128_of(SW_SLICE_NONE), hex);
    assert_string_equal(hex, "cae66941d9efbd404e4d88758ea67670"); /* BLAKE2b-128 of nothing */
    sw_hash128 back;
    assert_true(sw_hash128_parse(sw_slice_cstr(hex), &back));
    assert_true(sw_hash128_eq(back, sw_hash128_of(SW_SLICE_NONE)));
    assert_false(sw_hash128_parse(SW_S("xyz"), &back));
    for (int c = 0; c < 256; c++) {
        const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        for (size_t i = 0; i < 32; i++) {
            char text[32];
            memset(text, '7', sizeof text);
            text[i] = (char)c;
            assert_true(sw_hash128_parse(sw_slice_of(text, sizeof text), &back) == digit);
        }
    }
    assert_false(sw_hash128_parse(SW_S("CAE66941d9efbd404e4d88758ea67670"), &back));
}

static void hashes_are_those_of_libsodium_at_every_length(void **state) {
    (void)state;
    char text[1000];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (char)(i * 167 + i / 128);
    for (size_t len = 0; len <= sizeof text; len++) {
        sw_hash128 ours = sw_hash128_of(sw_slice_of(text, len)), theirs;
        assert_int_equal(crypto_generichash(theirs.bytes, sizeof theirs.bytes,
                                            (const unsigned char *)text, len, NULL, 0),
                         0);
        assert_true(sw_hash128_eq(ours, theirs));
    }
    /* Beyond what is joined for one pass. */
    const sw_slice parts[] = {sw_slice_of(text, 600), SW_SLICE_NONE, sw_slice_of(text + 600, 3)};
    char joined[8 + 600 + 8 + 8 + 3] = {0};
    memcpy(joined, "\x58\x02", 2);
    memcpy(joined + 8, text, 600);
    joined[8 + 600 + 8] = 3;
    memcpy(joined + 8 + 600 + 8 + 8, text + 600, 3);
    assert_true(sw_hash128_eq(sw_hash128_parts(parts, 3),
                              sw_hash128_of(sw_slice_of(joined, sizeof joined))));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_of_libsodium_at_every_length),
        cmocka_unit_test(murmur2_is_kafkas),
        cmocka_unit_test(crc32c_is_the_rfcs),
        cmocka_unit_test(crc32c_of_any_length_is_the_plain_one),
        cmocka_unit_test(blake2b_of_parts_tells_borders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
