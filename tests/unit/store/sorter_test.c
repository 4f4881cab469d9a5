#include "store/sorter.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "unit/test.h"

enum { RECORDS = 5000 };

static int compare_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts random keys, many of them equal, in so little memory that runs go to disk, and compares
 * with the C library. */
static void sorts_with(size_t memory_bytes, bool expect_runs) {
    static char keys[RECORDS][32];
    static char *order[RECORDS];
    sw_rng rng;
    sw_rng_init(&rng, memory_bytes);
    sw_sorter *sorter;
    assert_ok(sw_sorter_open(memory_bytes, "/tmp", &sorter));
    for (int i = 0; i < RECORDS; i++) {
        /* the number at the end makes the expected order of equal keys: that of adding */
        int len = (int)sw_rng_below(&rng, 12);
        for (int c = 0; c < len; c++) keys[i][c] = (char)('a' + sw_rng_below(&rng, 2));
        snprintf(keys[i] + len, sizeof keys[i] - (size_t)len, "!%06d", i);
        order[i] = keys[i];
        assert_ok(
            sw_sorter_add(sorter, sw_slice_of(keys[i], (size_t)len), sw_slice_cstr(keys[i]), NULL));
    }
    qsort(order, RECORDS, sizeof order[0],
          compare_text); /* '!' sorts before the letters: prefixes first */
    assert_ok(sw_sorter_sort(sorter, NULL));
    assert_int_equal(sw_sorter_runs(sorter) > 1, expect_runs);
    sw_slice key, value;
    for (int i = 0; i < RECORDS; i++) {
        assert_ok(sw_sorter_next(sorter, &key, &value, NULL));
        assert_slice(value, order[i]);
        assert_true(sw_slice_starts(value, key));
    }
    assert_int_equal(sw_sorter_next(sorter, &key, &value, NULL), SW_E_END);
    assert_int_equal(sw_sorter_next(sorter, &key, &value, NULL), SW_E_END);
    sw_sorter_close(sorter);
}

static void sorts_in_memory(void **state) {
    (void)state;
    sorts_with((size_t)64 << 20, false);
}

static void sorts_over_runs_on_disk(void **state) {
    (void)state;
    sorts_with(20000, true);
}

static void carries_records_larger_than_its_buffers(void **state) {
    (void)state;
    static char big[1 << 20];
    sw_sorter *sorter;
    sw_slice key, value;
    assert_ok(sw_sorter_open(1000, "/tmp", &sorter));
    for (int i = 9; i >= 0; i--) {
        char name = (char)('0' + i);
        memset(big, name, sizeof big);
        assert_ok(sw_sorter_add(sorter, sw_slice_of(&name, 1), sw_slice_of(big, sizeof big), NULL));
    }
    assert_ok(sw_sorter_sort(sorter, NULL));
    for (int i = 0; i < 10; i++) {
        assert_ok(sw_sorter_next(sorter, &key, &value, NULL));
        assert_int_equal(key.ptr[0], '0' + i);
        assert_int_equal(value.len, sizeof big);
        assert_int_equal(value.ptr[0], '0' + i);
        assert_int_equal(value.ptr[value.len - 1], '0' + i);
    }
    sw_sorter_close(sorter);
}

static void says_which_folder_has_no_room(void **state) {
    (void)state;
    sw_arena arena;
    sw_diags diags;
    sw_sorter *sorter;
    sw_arena_init(&arena, 100000);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 5);
    assert_ok(sw_sorter_open(10, "/nowhere/at/all", &sorter));
    assert_ok(sw_sorter_add(sorter, SW_S("a"), SW_S("b"), &diags));
    assert_int_equal(sw_sorter_add(sorter, SW_S("c"), SW_S("d"), &diags), SW_E_IO);
    assert_int_equal(diags.count, 1);
    assert_non_null(
        memmem(diags.first->message.ptr, diags.first->message.len, "/nowhere/at/all", 15));
    sw_sorter_close(sorter);
    sw_arena_done(&arena);
}

static void sorts_nothing(void **state) {
    (void)state;
    sw_sorter *sorter;
    sw_slice key, value;
    assert_ok(sw_sorter_open(1000, "/tmp", &sorter));
    assert_ok(sw_sorter_sort(sorter, NULL));
    assert_int_equal(sw_sorter_next(sorter, &key, &value, NULL), SW_E_END);
    sw_sorter_close(sorter);
    sw_sorter_close(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_in_memory),
        cmocka_unit_test(sorts_over_runs_on_disk),
        cmocka_unit_test(carries_records_larger_than_its_buffers),
        cmocka_unit_test(says_which_folder_has_no_room),
        cmocka_unit_test(sorts_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
