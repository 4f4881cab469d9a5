#include "seawall/up/trim.h"

#include "unit/test.h"

#define MIB ((uint64_t)1 << 20)

static void a_process_that_has_grown_gives_back(void **state) {
    (void)state;
    sw_trim trim;
    sw_trim_init(&trim, 10 * MIB);
    assert_false(sw_trim_due(&trim, 300 * MIB));
    assert_false(sw_trim_due(&trim, 310 * MIB));
    assert_true(sw_trim_due(&trim, 310 * MIB + 1));
    sw_trim_done(&trim, 305 * MIB);
    assert_false(sw_trim_due(&trim, 315 * MIB));
    assert_true(sw_trim_due(&trim, 316 * MIB));
}

static void growth_is_counted_from_the_least(void **state) {
    (void)state;
    sw_trim trim;
    sw_trim_init(&trim, 10 * MIB);
    assert_false(sw_trim_due(&trim, 300 * MIB));
    assert_false(sw_trim_due(&trim, 200 * MIB));
    assert_true(sw_trim_due(&trim, 211 * MIB));
}

static void one_that_rests_gives_back_once_in_a_while(void **state) {
    (void)state;
    sw_trim trim;
    sw_trim_init(&trim, 10 * MIB);
    for (int round = 0; round < 2; round++) {
        for (int i = 1; i < SW_TRIM_LOOKS; i++) assert_false(sw_trim_due(&trim, 300 * MIB));
        assert_true(sw_trim_due(&trim, 300 * MIB));
        sw_trim_done(&trim, 300 * MIB);
    }
}

/* A process whose size can't be read (0) is one that rests. */
static void a_size_that_is_not_known_is_no_growth(void **state) {
    (void)state;
    sw_trim trim;
    sw_trim_init(&trim, 10 * MIB);
    for (int i = 1; i < SW_TRIM_LOOKS; i++) assert_false(sw_trim_due(&trim, 0));
    assert_true(sw_trim_due(&trim, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_has_grown_gives_back),
        cmocka_unit_test(growth_is_counted_from_the_least),
        cmocka_unit_test(one_that_rests_gives_back_once_in_a_while),
        cmocka_unit_test(a_size_that_is_not_known_is_no_growth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
