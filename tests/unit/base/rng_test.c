#include "base/rng.h"

#include "unit/test.h"

static void a_seed_repeats_itself(void **state) {
    (void)state;
    sw_rng a, b, c;
    sw_rng_init(&a, 42);
    sw_rng_init(&b, 42);
    sw_rng_init(&c, 43);
    bool differs = false;
    for (int i = 0; i < 100; i++) {
        uint64_t x = sw_rng_next(&a);
        assert_true(x == sw_rng_next(&b));
        differs |= x != sw_rng_next(&c);
    }
    assert_true(differs);
}

static void keeps_its_bounds_and_reaches_them(void **state) {
    (void)state;
    sw_rng rng;
    sw_rng_init(&rng, 1);
    bool low = false, high = false;
    uint32_t hits = 0;
    for (int i = 0; i < 10000; i++) {
        int64_t n = sw_rng_between(&rng, -2, 2);
        assert_in_range((uint64_t)(n + 2), 0, 4);
        low |= n == -2;
        high |= n == 2;
        hits += sw_rng_chance(&rng, 1, 4);
    }
    assert_true(low && high);
    assert_in_range(hits, 2200, 2800);
    (void)sw_rng_between(&rng, INT64_MIN, INT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_repeats_itself),
        cmocka_unit_test(keeps_its_bounds_and_reaches_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
