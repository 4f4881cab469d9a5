#include "env/fault.h"

#include "unit/test.h"

static void without_faults_a_point_never_fires(void **state) {
    (void)state;
    sw_faults *none = NULL;
    for (int i = 0; i < 100; i++) assert_false(SW_FAULT(none, "small-batch"));
}

static void the_same_seed_fires_at_the_same_times(void **state) {
    (void)state;
    sw_faults a, b;
    sw_faults_init(&a, 7, 50, 25);
    sw_faults_init(&b, 7, 50, 25);
    static const char *const names[] = {"one", "two", "three", "four", "five"};
    for (int i = 0; i < 500; i++) {
        const char *name = names[i % 5];
        assert_int_equal(sw_fault_hit(&a, name), sw_fault_hit(&b, name));
    }
}

static void only_enabled_points_fire_and_all_kinds_of_runs_occur(void **state) {
    (void)state;
    int enabled = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        sw_faults faults;
        sw_faults_init(&faults, seed, 25, 50);
        int fired = 0;
        for (int i = 0; i < 100; i++) fired += sw_fault_hit(&faults, "point");
        assert_int_equal(fired > 0, faults.points[0].enabled);
        assert_int_equal(faults.points[0].asked, 100);
        assert_int_equal(faults.points[0].fired, fired);
        enabled += faults.points[0].enabled;
    }
    assert_in_range(enabled, 20, 90);
}

static void only_the_named_bug_is_planted(void **state) {
    (void)state;
    sw_faults faults;
    sw_faults_init(&faults, 1, 0, 0);
    assert_false(sw_fault_is_planted(&faults, "timer-lost"));
    faults.planted = "timer-lost";
    assert_true(sw_fault_is_planted(&faults, "timer-lost"));
    assert_false(sw_fault_is_planted(&faults, "stale-cache"));
    assert_false(sw_fault_is_planted(NULL, "timer-lost"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_faults_a_point_never_fires),
        cmocka_unit_test(the_same_seed_fires_at_the_same_times),
        cmocka_unit_test(only_enabled_points_fire_and_all_kinds_of_runs_occur),
        cmocka_unit_test(only_the_named_bug_is_planted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
