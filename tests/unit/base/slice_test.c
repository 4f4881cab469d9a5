#include "unit/test.h"

static void compares_by_bytes(void **state) {
    (void)state;
    assert_true(sw_slice_cmp(SW_S("a"), SW_S("b")) < 0);
    assert_true(sw_slice_cmp(SW_S("a"), SW_S("aa")) < 0);
    assert_true(sw_slice_cmp(SW_S("\xff"), SW_S("a")) > 0);
    assert_int_equal(sw_slice_cmp(SW_SLICE_NONE, SW_S("")), 0);
    assert_true(sw_slice_starts(SW_S("case_id"), SW_S("case")));
    assert_false(sw_slice_starts(SW_S("case"), SW_S("case_id")));
    assert_true(sw_slice_ends(SW_S("case_id"), SW_S("_id")));
}

static void reads_whole_integers_only(void **state) {
    (void)state;
    int64_t n = 5;
    assert_true(sw_slice_int(SW_S("-9223372036854775808"), &n) && n == INT64_MIN);
    assert_true(sw_slice_int(SW_S("9223372036854775807"), &n) && n == INT64_MAX);
    static const char *const wrong[] = {"", "-", "1x", " 1", "+1", "9223372036854775808", "1.0"};
    for (size_t i = 0; i < SW_COUNT(wrong); i++)
        assert_false(sw_slice_int(sw_slice_cstr(wrong[i]), &n));
    assert_true(n == INT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_by_bytes),
        cmocka_unit_test(reads_whole_integers_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
