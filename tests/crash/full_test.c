/* The disk is full: refused with words that help, and all that was acknowledged is there when it
 * has room. */
#include <stdio.h>
#include <string.h>

#include "crash/crash_test.h"
#include "unit/test.h"

#define ROUNDS 8 /* RocksDB takes a second or two to give up */

static void assert_says_full(const trial *t) {
    bool says = strstr(t->text, "full") != NULL;
    if (!says) print_error("%s\n", t->text);
    assert_true(says);
}

static void a_full_disk_is_refused_and_loses_nothing(void **state) {
    (void)state;
    trial t;
    char preload[512], dir_setting[512], full[64];
    trial_begin(&t, 99);
    assert_int_equal(trial_write(&t, 20, NULL, NULL), NODE_DONE);
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", SW_CRASH_POWER);
    snprintf(dir_setting, sizeof dir_setting, "POWER_DIR=%s", t.dir);
    for (uint64_t round = 0; round < trial_rounds(ROUNDS); round++) {
        snprintf(full, sizeof full, "POWER_FULL=%lld", (long long)sw_rng_between(&t.rng, 1, 300));
        int code = trial_write(
            &t, 1000000, NULL,
            (const char *const[]){preload, dir_setting, full,
                                  "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0", NULL});
        if (code != NODE_STOPPED && code != NODE_REFUSED) print_error("%s\n", t.text);
        assert_true(code == NODE_STOPPED || code == NODE_REFUSED);
        assert_says_full(&t);
        trial_must_be_right(&t);
        assert_int_equal(trial_write(&t, 3, NULL, NULL), NODE_DONE);
    }
    trial_end(&t);
}

static void a_file_size_limit_is_a_full_disk(void **state) {
    (void)state;
    trial t;
    trial_begin(&t, 98);
    assert_int_equal(trial_write(&t, 20, NULL, NULL), NODE_DONE);
    const char *const limits[] = {"60000", "100000", "300000"};
    for (size_t i = 0; i < SW_COUNT(limits); i++) {
        int code =
            trial_write(&t, 1000000, (const char *const[]){"file-limit", limits[i], NULL}, NULL);
        if (code != NODE_STOPPED && code != NODE_REFUSED) print_error("%s\n", t.text);
        assert_true(code == NODE_STOPPED || code == NODE_REFUSED);
        assert_says_full(&t);
        trial_must_be_right(&t);
    }
    trial_end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_is_refused_and_loses_nothing),
        cmocka_unit_test(a_file_size_limit_is_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
