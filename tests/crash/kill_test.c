/* kill -9 at random moments: acknowledged commits are there once, one under way wholly or not at
 * all. */
#include <stdio.h>

#include "crash/crash_test.h"
#include "unit/test.h"

#define ROUNDS 100 /* each with a kill and a proof */

static void a_process_that_is_killed_loses_nothing_that_it_acknowledged(void **state) {
    (void)state;
    trial t;
    uint64_t kills = 0;
    trial_begin(&t, 4242);
    for (uint64_t round = 0; round < trial_rounds(ROUNDS); round++) {
        char moment[24];
        /* One in five is killed while it opens, too. */
        int64_t us = sw_rng_between(&t.rng, 500, 30000);
        if (sw_rng_chance(&t.rng, 1, 5)) us = -us;
        snprintf(moment, sizeof moment, "%lld", (long long)us);
        int code = trial_write(&t, 1000000, (const char *const[]){"kill", moment, NULL}, NULL);
        if (code != NODE_KILLED) print_error("%s\n", t.text);
        assert_int_equal(code, NODE_KILLED);
        kills++;
        trial_must_be_right(&t);
    }
    expected told = trial_told(&t);
    print_message("%llu kills, %llu commits\n", (unsigned long long)kills,
                  (unsigned long long)told.acknowledged);
    assert_true(told.acknowledged > kills);
    trial_end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_is_killed_loses_nothing_that_it_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
