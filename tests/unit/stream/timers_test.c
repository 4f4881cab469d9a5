#include "stream/timers.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/rng.h"
#include "unit/test.h"

enum { DUE, TIMERS, STORES };

typedef struct fixture {
    sw_db *db;
    sw_overlay *overlay;
    sw_batch *batch;
    sw_timers timers;
    bool known;
    int64_t due[3 * SW_TIMER_HEAD_ROWS]; /* what the state of a processor would know */
} fixture;

static int open_fixture(void **state, bool known) {
    static fixture f;
    memset(&f, 0, sizeof f);
    f.known = known;
    for (size_t i = 0; i < SW_COUNT(f.due); i++) f.due[i] = SW_TIME_MAX;
    const sw_store_spec specs[STORES] = {{.name = "due", .version = 1},
                                         {.name = "timers", .version = 1}};
    assert_ok(sw_db_mem_open(specs, STORES, &f.db));
    assert_ok(sw_overlay_new(f.db, SW_S("task"), 64 << 20, &f.overlay));
    assert_ok(sw_batch_new(64 << 20, &f.batch));
    assert_ok(sw_timers_init(&f.timers, f.overlay, DUE, TIMERS, known, NULL));
    assert_ok(sw_timers_begin(&f.timers, 0));
    *state = &f;
    return 0;
}

static int setup(void **state) {
    return open_fixture(state, false);
}

static int setup_known(void **state) {
    return open_fixture(state, true);
}

static int teardown(void **state) {
    fixture *f = *state;
    sw_timers_done(&f->timers);
    sw_batch_free(f->batch);
    sw_overlay_free(f->overlay);
    sw_db_close(f->db);
    return 0;
}

static void commit(fixture *f, int64_t now_ms) {
    assert_ok(sw_timers_seal(&f->timers));
    sw_batch_clear(f->batch);
    assert_ok(sw_overlay_seal(f->overlay, f->batch));
    assert_ok(sw_timers_sweep(&f->timers, SW_S("task"), f->batch));
    assert_ok(sw_db_write(f->db, f->batch, false));
    sw_overlay_reset(f->overlay);
    sw_timers_committed(&f->timers);
    assert_ok(sw_timers_begin(&f->timers, now_ms));
}

/* As after a crash: everything in memory is gone. */
static void restart(fixture *f, int64_t now_ms) {
    sw_overlay_reset(f->overlay);
    sw_timers_done(&f->timers);
    assert_ok(sw_timers_init(&f->timers, f->overlay, DUE, TIMERS, f->known, NULL));
    assert_ok(sw_timers_begin(&f->timers, now_ms));
}

static void set(fixture *f, int key, int64_t due_ms) {
    char text[16];
    sw_slice name = sw_slice_of(text, (size_t)snprintf(text, sizeof text, "%06d", key));
    assert_ok(f->known ? sw_timers_move(&f->timers, name, f->due[key], due_ms)
                       : sw_timers_set(&f->timers, name, due_ms));
    f->due[key] = due_ms;
}

static void expect_next(fixture *f, int64_t due_ms, const char *key) {
    sw_timer_at at;
    assert_true(sw_timers_peek(&f->timers, due_ms, &at));
    assert_int_equal(at.due_ms, due_ms);
    assert_slice(at.key, key);
    assert_ok(sw_timers_pop(&f->timers));
}

static void timers_come_in_order_of_time_then_key(void **state) {
    fixture *f = *state;
    set(f, 2, 500);
    set(f, 3, 100);
    set(f, 1, 500);
    sw_timer_at at;
    assert_false(sw_timers_peek(&f->timers, 99, &at));
    assert_int_equal(sw_timers_next_ms(&f->timers), 100);
    expect_next(f, 100, "000003");
    expect_next(f, 500, "000001");
    expect_next(f, 500, "000002");
    assert_int_equal(sw_timers_next_ms(&f->timers), SW_TIME_MAX);
}

static void a_key_has_one_timer_that_moves_and_is_cleared(void **state) {
    fixture *f = *state;
    set(f, 1, 100);
    commit(f, 0);
    set(f, 1, 50);
    set(f, 2, 70);
    commit(f, 0);
    set(f, 2, SW_TIME_MAX);
    expect_next(f, 50, "000001");
    assert_int_equal(sw_timers_next_ms(&f->timers), SW_TIME_MAX);
}

static void an_undo_restores_what_was_set_moved_and_fired(void **state) {
    fixture *f = *state;
    set(f, 1, 100);
    set(f, 2, 200);
    commit(f, 0);
    sw_overlay_mark rows = sw_overlay_save(f->overlay);
    uint32_t mark = sw_timers_save(&f->timers);
    expect_next(f, 100, "000001");
    set(f, 2, 20);
    set(f, 3, 5);
    f->due[2] = 200;
    f->due[3] = SW_TIME_MAX;
    sw_overlay_undo(f->overlay, rows);
    sw_timers_undo(&f->timers, mark);
    commit(f, 0);
    restart(f, 0);
    expect_next(f, 100, "000001");
    expect_next(f, 200, "000002");
    assert_int_equal(sw_timers_next_ms(&f->timers), SW_TIME_MAX);
}

static void a_restart_finds_all_that_was_committed_and_nothing_else(void **state) {
    fixture *f = *state;
    set(f, 1, 100);
    set(f, 2, 200);
    commit(f, 0);
    expect_next(f, 100, "000001");
    commit(f, 0);
    set(f, 3, 10);
    f->due[3] = SW_TIME_MAX;
    restart(f, 0);
    expect_next(f, 200, "000002");
    commit(f, 0);
    set(f, 4, 40);
    commit(f, 0);
    restart(f, 0);
    expect_next(f, 40, "000004");
}

static uint32_t rows(sw_db *db, uint32_t store, char first) {
    sw_iter *iter;
    assert_ok(sw_db_iter_open(db, store, SW_SLICE_NONE, SW_SLICE_NONE, &iter));
    sw_slice key, value;
    uint32_t count = 0;
    while (sw_iter_next(iter, &key, &value)) count += first == 0 || key.ptr[4] == first;
    sw_iter_close(iter);
    return count;
}

/* Its row goes with the batch that fired it: not if the key was set for that moment once more. */
static void a_timer_set_again_for_the_moment_at_which_it_fired_fires_again(void **state) {
    fixture *f = *state;
    for (int count = 1; count <= 200; count += 199) { /* few go one by one, many as a range */
        for (int i = 0; i < count; i++) set(f, i, 100);
        commit(f, 100);
        for (int i = 0; i < count; i++) {
            sw_timer_at at;
            assert_true(sw_timers_peek(&f->timers, 100, &at));
            assert_ok(sw_timers_pop(&f->timers));
        }
        set(f, 0, 100);
        set(f, 7, 50);
        commit(f, 100);
        restart(f, 100);
        expect_next(f, 50, "000007");
        expect_next(f, 100, "000000");
        assert_int_equal(sw_timers_next_ms(&f->timers), SW_TIME_MAX);
        commit(f, 100);
        assert_int_equal(rows(f->db, DUE, 0), 0);
    }
}

/* More timers than the head holds, changed at random, against a plain array. */
static void many_timers_fire_as_a_plain_array_says(void **state) {
    fixture *f = *state;
    enum { KEYS = SW_COUNT(f->due), STEPS = 60000 };
    int64_t *due = f->due;
    sw_rng rng;
    sw_rng_init(&rng, 11);
    int64_t now = 0;
    uint32_t fired = 0;
    for (int step = 0; step < STEPS; step++) {
        int key = (int)sw_rng_below(&rng, KEYS);
        bool clear = sw_rng_chance(&rng, 1, 8);
        set(f, key, clear ? SW_TIME_MAX : now + sw_rng_between(&rng, 0, 30000));
        if (step % 500 != 0) continue;
        commit(f, now += 400);
        if (sw_rng_chance(&rng, 1, 4)) restart(f, now);
        sw_timer_at at;
        while (sw_timers_peek(&f->timers, now, &at)) {
            int64_t which;
            assert_true(sw_slice_int(at.key, &which));
            assert_int_equal(due[which], at.due_ms);
            due[which] = SW_TIME_MAX;
            assert_ok(sw_timers_pop(&f->timers));
            fired++;
        }
        commit(f, now);
        uint32_t left = 0;
        for (int i = 0; i < KEYS; i++) {
            left += due[i] != SW_TIME_MAX;
            assert_true(due[i] > now || sw_timers_next_ms(&f->timers) <= now);
        }
        assert_int_equal(rows(f->db, DUE, 0), left);
        assert_int_equal(rows(f->db, TIMERS, 1), f->known ? 0 : left);
    }
    assert_true(fired > 2 * SW_TIMER_HEAD_ROWS);
    assert_true(f->timers.cap <= 2 * SW_TIMER_HEAD_ROWS);
}

static void rows_order_as_times_do(void **state) {
    (void)state;
    static const int64_t times[] = {INT64_MIN, -1000, -1, 0, 1, 255, 256, 1LL << 40, SW_TIME_MAX};
    char before[SW_TIMER_ROW_BYTES_MAX], row[SW_TIMER_ROW_BYTES_MAX];
    size_t before_len = 0;
    for (size_t i = 0; i < SW_COUNT(times); i++) {
        size_t len = sw_timer_due_row(times[i], SW_S("key"), row);
        int64_t due;
        sw_slice key;
        assert_true(sw_timer_due_read(sw_slice_of(row, len), &due, &key));
        assert_int_equal(due, times[i]);
        assert_slice(key, "key");
        if (i)
            assert_true(sw_slice_cmp(sw_slice_of(before, before_len), sw_slice_of(row, len)) < 0);
        memcpy(before, row, before_len = len);
    }
}

int main(void) {
#define CASE(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, setup, teardown),                                        \
        cmocka_unit_test_setup_teardown(name, setup_known, teardown)
    const struct CMUnitTest tests[] = {
        CASE(timers_come_in_order_of_time_then_key),
        CASE(a_key_has_one_timer_that_moves_and_is_cleared),
        CASE(an_undo_restores_what_was_set_moved_and_fired),
        CASE(a_restart_finds_all_that_was_committed_and_nothing_else),
        CASE(a_timer_set_again_for_the_moment_at_which_it_fired_fires_again),
        CASE(many_timers_fire_as_a_plain_array_says),
        cmocka_unit_test(rows_order_as_times_do),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
