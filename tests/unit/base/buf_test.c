#include "base/buf.h"

#include "unit/test.h"

static void grows_to_its_maximum_and_not_past_it(void **state) {
    (void)state;
    sw_buf buf;
    sw_buf_init(&buf, 100);
    for (int i = 0; i < 100; i++) assert_ok(sw_buf_add_byte(&buf, 'x'));
    assert_int_equal(sw_buf_add_byte(&buf, 'x'), SW_E_LIMIT);
    assert_int_equal(buf.len, 100);
    assert_int_equal(sw_buf_add(&buf, SW_SLICE_NONE), SW_E_LIMIT); /* the first error stays */
    sw_buf_clear(&buf);
    assert_ok(sw_buf_add_cstr(&buf, "again"));
    assert_slice(sw_buf_slice(&buf), "again");
    sw_buf_done(&buf);
}

static void writes_integers(void **state) {
    (void)state;
    sw_buf buf;
    sw_buf_init(&buf, 200);
    const int64_t numbers[] = {0, 7, -7, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < SW_COUNT(numbers); i++) {
        assert_ok(sw_buf_add_int(&buf, numbers[i]));
        assert_ok(sw_buf_add_byte(&buf, ' '));
    }
    assert_slice(sw_buf_slice(&buf), "0 7 -7 9223372036854775807 -9223372036854775808 ");
    sw_buf_done(&buf);
}

static void prints_only_what_fits(void **state) {
    (void)state;
    sw_buf buf;
    sw_buf_init(&buf, 8);
    assert_ok(sw_buf_printf(&buf, "%s", "1234567"));
    assert_int_equal(sw_buf_printf(&buf, "%d", 89), SW_E_LIMIT);
    assert_slice(sw_buf_slice(&buf), "1234567");
    sw_buf_done(&buf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_to_its_maximum_and_not_past_it),
        cmocka_unit_test(writes_integers),
        cmocka_unit_test(prints_only_what_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
