#include "rules/warning.h"
#include "unit/test.h"

static const sw_slice key[] = {{"A1", 2}, {"P1", 2}};
static const sw_hash128 opened = {{1}};

static sw_hash128 id_of(const char *rule_id, const sw_slice *values, uint32_t count, sw_level level,
                        uint32_t repeat) {
    sw_rule rule = {.id = sw_slice_cstr(rule_id), .key_count = count};
    return sw_warning_id(&rule, values, opened, NULL, level, repeat);
}

static void an_id_is_the_same_in_every_run(void **state) {
    (void)state;
    /* Computed by Python: hashlib.blake2b(parts with 8-byte little-endian lengths, digest_size=16).
     */
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(id_of("cr.detain.request", key, 2, SW_ORANGE, 0), hex);
    assert_string_equal(hex, "a0f174efdcd993ca9be8509d21fc4691");
}

static void every_part_of_the_identity_counts(void **state) {
    (void)state;
    const sw_hash128 base = id_of("r", key, 2, SW_RED, 0);
    const sw_slice joined[] = {{"A1P", 3}, {"1", 1}};
    assert_true(sw_hash128_eq(base, id_of("r", key, 2, SW_RED, 0)));
    assert_false(sw_hash128_eq(base, id_of("s", key, 2, SW_RED, 0)));
    assert_false(sw_hash128_eq(base, id_of("r", key, 1, SW_RED, 0)));
    assert_false(sw_hash128_eq(base, id_of("r", joined, 2, SW_RED, 0)));
    assert_false(sw_hash128_eq(base, id_of("r", key, 2, SW_BREACH, 0)));
    assert_false(sw_hash128_eq(base, id_of("r", key, 2, SW_RED, 1)));
    sw_rule rule = {.id = SW_S("r"), .key_count = 2};
    const sw_hash128 other = {{2}};
    assert_false(sw_hash128_eq(base, sw_warning_id(&rule, key, other, NULL, SW_RED, 0)));
    assert_false(sw_hash128_eq(base, sw_warning_id(&rule, key, opened, &other, SW_RED, 0)));
}

static void levels_and_kinds_have_their_names(void **state) {
    (void)state;
    assert_string_equal(sw_level_name(SW_GREEN), "green");
    assert_string_equal(sw_level_name(SW_BREACH), "breach");
    assert_string_equal(sw_level_name_zh(SW_BREACH), "已超期");
    assert_string_equal(sw_kind_name(SW_MATCH), "match");
    assert_string_equal(sw_severity_name(SW_CRITICAL), "critical");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_the_same_in_every_run),
        cmocka_unit_test(every_part_of_the_identity_counts),
        cmocka_unit_test(levels_and_kinds_have_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
