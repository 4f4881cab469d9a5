#include "unit/test.h"

static void every_error_has_one_name_and_verdict(void **state) {
    (void)state;
    for (int a = SW_OK; a >= SW_E_INTERNAL; a--) {
        assert_true(strlen(sw_err_name((sw_err)a)) > 0);
        assert_true(strlen(sw_verdict_name(sw_err_verdict((sw_err)a))) > 0);
        for (int b = SW_OK; b > a; b--)
            assert_string_not_equal(sw_err_name((sw_err)a), sw_err_name((sw_err)b));
    }
    assert_int_equal(sw_err_verdict(SW_OK), SW_VERDICT_NONE);
    assert_int_equal(sw_err_verdict(SW_E_AGAIN), SW_VERDICT_RETRY);
    assert_int_equal(sw_err_verdict(SW_E_CONFLICT), SW_VERDICT_REJECT);
    assert_int_equal(sw_err_verdict(SW_E_FENCED), SW_VERDICT_ABORT);
    assert_int_equal(sw_err_verdict(SW_E_IO), SW_VERDICT_FATAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_error_has_one_name_and_verdict)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
