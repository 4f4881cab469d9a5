#include "env/clock.h"

#include "unit/test.h"

static void now_stays_where_it_was_while_the_wall_clock_is_behind(void **state) {
    (void)state;
    sw_clock_virtual clock;
    sw_clock_virtual_init(&clock, 1000);
    assert_int_equal(sw_clock_now_ms(&clock.clock), 1000);
    sw_clock_virtual_set(&clock, 400);
    assert_int_equal(sw_clock_now_ms(&clock.clock), 1000);
    sw_clock_virtual_advance(&clock, 500);
    assert_int_equal(sw_clock_now_ms(&clock.clock), 1000);
    sw_clock_virtual_advance(&clock, 101);
    assert_int_equal(sw_clock_now_ms(&clock.clock), 1001);
}

static void a_recorded_time_raises_now(void **state) {
    (void)state;
    sw_clock_virtual clock;
    sw_clock_virtual_init(&clock, 1000);
    sw_clock_raise(&clock.clock, 5000);
    assert_int_equal(sw_clock_now_ms(&clock.clock), 5000);
    sw_clock_raise(&clock.clock, 3000);
    assert_int_equal(sw_clock_now_ms(&clock.clock), 5000);
}

static void the_steady_clock_does_not_follow_jumps_of_the_wall_clock(void **state) {
    (void)state;
    sw_clock_virtual clock;
    sw_clock_virtual_init(&clock, 1000);
    int64_t before = sw_clock_mono_us(&clock.clock);
    sw_clock_virtual_set(&clock, 900000);
    assert_int_equal(sw_clock_mono_us(&clock.clock), before);
    sw_clock_virtual_advance(&clock, 7);
    assert_int_equal(sw_clock_mono_us(&clock.clock), before + 7000);
}

static void the_machines_clocks_do_not_go_back(void **state) {
    (void)state;
    sw_clock clock;
    sw_clock_system(&clock);
    int64_t wall = sw_clock_now_ms(&clock), mono = sw_clock_mono_us(&clock);
    assert_true(wall > 1700000000000);
    for (int i = 0; i < 1000; i++) {
        assert_true(sw_clock_now_ms(&clock) >= wall);
        assert_true(sw_clock_mono_us(&clock) >= mono);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(now_stays_where_it_was_while_the_wall_clock_is_behind),
        cmocka_unit_test(a_recorded_time_raises_now),
        cmocka_unit_test(the_steady_clock_does_not_follow_jumps_of_the_wall_clock),
        cmocka_unit_test(the_machines_clocks_do_not_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
