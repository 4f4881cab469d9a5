/* The power fails: what was not synced is lost, or torn. What was acknowledged must be there all
 * the same. */
#include <stdio.h>

#include "crash/crash_test.h"
#include "unit/test.h"

#define ROUNDS 60

static char preload[512], dir_setting[512], cut[64], seed[64];

/* Runs until the power fails at the n-th write or sync. */
static int run_until_cut(trial *t, int64_t n, const char *const *more) {
    const char *asan = "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0";
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", SW_CRASH_POWER);
    snprintf(dir_setting, sizeof dir_setting, "POWER_DIR=%s", t->dir);
    snprintf(cut, sizeof cut, "POWER_CUT=%lld", (long long)n);
    snprintf(seed, sizeof seed, "POWER_SEED=%llu", (unsigned long long)sw_rng_next(&t->rng));
    return trial_write(t, 1000000, more,
                       (const char *const[]){preload, dir_setting, cut, seed, asan, NULL});
}

static void a_power_cut_loses_nothing_that_was_acknowledged(void **state) {
    (void)state;
    trial t;
    trial_begin(&t, 77);
    for (uint64_t round = 0; round < trial_rounds(ROUNDS); round++) {
        int code = run_until_cut(&t, sw_rng_between(&t.rng, 1, 400), NULL);
        if (code != NODE_KILLED) print_error("%s\n", t.text);
        assert_int_equal(code, NODE_KILLED);
        trial_must_be_right(&t);
    }
    assert_true(trial_told(&t).acknowledged > trial_rounds(ROUNDS));
    trial_end(&t);
}

/* Without this the test above would prove nothing. */
static void a_store_that_does_not_sync_is_found_out(void **state) {
    (void)state;
    int lost = 0;
    for (uint64_t s = 1; s <= 5 && !lost; s++) {
        trial t;
        trial_begin(&t, s);
        int code = run_until_cut(&t, 200, (const char *const[]){"unsynced", NULL});
        assert_int_equal(code, NODE_KILLED);
        assert_true(trial_told(&t).acknowledged > 0);
        code = trial_verify(&t);
        lost += code == NODE_WRONG || code == NODE_REFUSED;
        trial_end(&t);
    }
    assert_true(lost > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_loses_nothing_that_was_acknowledged),
        cmocka_unit_test(a_store_that_does_not_sync_is_found_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
