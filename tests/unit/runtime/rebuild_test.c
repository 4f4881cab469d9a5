#include "runtime/renew.h"
#include "runtime/successor.h"

#include <stdio.h>

#include "base/rng.h"
#include "runtime/watch.h"
#include "unit/runtime/rig.h"
#include "unit/test.h"

static void count(void *arg, const sw_record *record) {
    (void)record;
    ++*(uint64_t *)arg;
}

static void append_some(rig *r, sw_rng *rng, int count) {
    for (int i = 0; i < count; i++) {
        char key[16], value[64];
        snprintf(key, sizeof key, "k%d", (int)sw_rng_below(rng, 40));
        long long now = (long long)r->clock.wall_ms;
        if (sw_rng_chance(rng, 7, 8))
            snprintf(value, sizeof value, "open %lld %d", now, (int)sw_rng_below(rng, 3000));
        else
            snprintf(value, sizeof value, "close %lld", now);
        rig_append(r, RIG_PERIODS, key, value);
        rig_append(r, RIG_WORDS, key, sw_rng_chance(rng, 1, 9) ? "bad" : "good");
        if (i % 10 == 0) rig_run(r);
    }
    rig_run(r);
}

/* Random events, restarts and silence; then every task's state is built anew from its topics. */
static void state_built_anew_from_the_log_is_the_state(void **state) {
    (void)state;
    static rig r;
    memset(&r, 0, sizeof r);
    rig_open(&r, NULL, 0);
    sw_rng rng;
    sw_rng_init(&rng, 5);
    for (int i = 0; i < 4; i++) {
        append_some(&r, &rng, 100);
        rig_restart(&r);
    }
    rig_run(&r);
    sw_db *fresh;
    assert_ok(sw_db_mem_open(r.topology.stores, r.topology.store_count, &fresh));
    uint64_t records = 0, timers = 0;
    for (uint32_t i = 0; i < r.topology.task_count; i++) {
        const sw_task_spec *task = &r.topology.tasks[i];
        uint64_t live, emitted = 0;
        sw_rebuilt rebuilt;
        sw_rebuild rebuild = {.topology = &r.topology,
                              .source = r.bus.inner,
                              .target = fresh,
                              .env = {.clock = &r.clock.clock},
                              .task = task,
                              .until_ms = r.clock.wall_ms - 10,
                              .emitted = count,
                              .arg = &emitted};
        assert_ok(sw_rebuild_task(&rebuild, &rebuilt));
        assert_ok(sw_watch_digest(sw_bus_db(r.bus.inner), &r.topology, task->number, &live));
        assert_true(live == rebuilt.digest);
        assert_int_equal(emitted, rebuilt.emitted);
        records += rebuilt.records;
        timers += rebuilt.timers;
    }
    assert_true(records >= 700);
    assert_true(timers > 10);
    sw_db_close(fresh);
    rig_close(&r);
}

/* More of one key than a batch holds, between others; then what comes after. */
static void state_built_key_by_key_is_the_state(void **state) {
    (void)state;
    static rig r;
    static const sw_processor *const processors[] = {&sw_toy_tally, &sw_toy_vigil};
    memset(&r, 0, sizeof r);
    rig_open(&r, processors, SW_COUNT(processors));
    sw_rng rng;
    sw_rng_init(&rng, 6);
    append_some(&r, &rng, 100);
    for (int i = 0; i < 2 * SW_BATCH_RECORDS_MAX; i++) {
        char value[64];
        snprintf(value, sizeof value, "open %lld 3000", (long long)r.clock.wall_ms);
        rig_append(&r, RIG_PERIODS, i % 8 ? "k7" : "k8", value);
        rig_append(&r, RIG_WORDS, i % 8 ? "k7" : "k8", "good");
        if (i % 100 == 0) rig_run(&r);
    }
    append_some(&r, &rng, 100);
    sw_db *fresh;
    sw_successor *successors[8];
    assert_ok(sw_db_mem_open(r.topology.stores, r.topology.store_count, &fresh));
    assert_in_range(r.topology.task_count, 2, SW_COUNT(successors));
    for (int round = 0; round < 2; round++) {
        sw_clock_virtual_advance(&r.clock, 4000);
        rig_run(&r);
        for (uint32_t i = 0; i < r.topology.task_count; i++) {
            const sw_task_spec *task = &r.topology.tasks[i];
            const sw_rebuild rebuild = {.topology = &r.topology,
                                        .source = r.bus.inner,
                                        .target = fresh,
                                        .env = {.clock = &r.clock.clock},
                                        .task = task,
                                        .dir = "/tmp"};
            sw_rebuilt sum;
            uint64_t live;
            if (round == 0) assert_ok(sw_successor_open(&rebuild, &successors[i]));
            assert_ok(sw_successor_catch_up(successors[i], &sum));
            assert_ok(sw_watch_digest(sw_bus_db(r.bus.inner), &r.topology, task->number, &live));
            assert_true(live == sum.digest);
        }
        append_some(&r, &rng, 100);
    }
    for (uint32_t i = 0; i < r.topology.task_count; i++) sw_successor_close(successors[i]);
    sw_db_close(fresh);
    rig_close(&r);
}

/* Takes a row away and falsifies another, behind everybody's back. */
static void damage(rig *r, uint32_t task) {
    sw_db *db = sw_bus_db(r->bus.inner);
    char from[4] = {0, 0, (char)(task >> 8), (char)task}, to[4] = {0, 0, (char)(task >> 8)};
    to[3] = (char)(from[3] + 1);
    sw_batch *batch;
    sw_iter *iter;
    sw_slice key, value;
    assert_ok(sw_batch_new(1 << 16, &batch));
    for (uint32_t store = 0; store < r->topology.store_count; store++) {
        assert_ok(sw_db_iter_open(db, store, sw_slice_of(from, 4), sw_slice_of(to, 4), &iter));
        for (int i = 0; sw_iter_next(iter, &key, &value); i++) {
            if (i % 3 == 0) assert_ok(sw_batch_delete(batch, store, key));
            if (i % 3 == 1) assert_ok(sw_batch_put(batch, store, key, SW_S("false")));
        }
        sw_iter_close(iter);
    }
    assert_true(sw_batch_count(batch) > 0);
    assert_ok(sw_db_write(db, batch, false));
    sw_batch_free(batch);
}

typedef struct fixture {
    rig r;
    sw_db *fresh;
    const sw_task_spec *task;
    sw_successor *successor;
} fixture;

static int setup(void **state) {
    static fixture f;
    memset(&f, 0, sizeof f);
    rig_open(&f.r, NULL, 0);
    assert_ok(sw_db_mem_open(f.r.topology.stores, f.r.topology.store_count, &f.fresh));
    f.task = sw_topology_task(&f.r.topology, sw_task_number(sw_toy_period.id, 1));
    const sw_rebuild rebuild = {.topology = &f.r.topology,
                                .source = &f.r.bus.bus,
                                .target = f.fresh,
                                .env = {.clock = &f.r.clock.clock},
                                .task = f.task};
    assert_ok(sw_successor_open(&rebuild, &f.successor));
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    sw_successor_close(f->successor);
    sw_db_close(f->fresh);
    rig_close(&f->r);
    return 0;
}

static uint64_t digest_of(fixture *f) {
    uint64_t digest;
    sw_db *db = sw_bus_db(f->r.bus.inner);
    assert_ok(sw_watch_digest(db, &f->r.topology, f->task->number, &digest));
    return digest;
}

/* Until no timer is past due. */
static void come_to_rest(fixture *f) {
    sw_clock_virtual_advance(&f->r.clock, 4000);
    rig_run(&f->r);
}

static void a_successor_keeps_up_and_takes_the_place(void **state) {
    fixture *f = *state;
    sw_rng rng;
    sw_rng_init(&rng, 9);
    sw_rebuilt sum;
    sw_cut_over cut;
    for (int i = 0; i < 3; i++) {
        append_some(&f->r, &rng, 60);
        assert_ok(sw_successor_catch_up(f->successor, &sum));
    }
    append_some(&f->r, &rng, 60);
    come_to_rest(f);
    uint64_t before = digest_of(f);
    sw_worker_release(f->r.worker, f->task->number);
    damage(&f->r, f->task->number);
    assert_true(digest_of(f) != before);
    assert_ok(sw_successor_cut_over(f->successor, 1 << 20, &cut));
    assert_true(cut.digest == before && cut.former != before);
    assert_true(digest_of(f) == before);
    assert_true(cut.put > 5);
    assert_ok(sw_worker_claim(f->r.worker, f->task));
    append_some(&f->r, &rng, 60);
    come_to_rest(f);
    assert_ok(sw_successor_catch_up(f->successor, &sum));
    assert_true(digest_of(f) == sum.digest);
}

static void a_cut_that_can_not_be_changes_nothing(void **state) {
    fixture *f = *state;
    sw_rng rng;
    sw_rng_init(&rng, 10);
    sw_cut_over cut;
    append_some(&f->r, &rng, 100);
    come_to_rest(f);
    damage(&f->r, f->task->number);
    uint64_t damaged = digest_of(f);
    assert_int_equal(sw_successor_cut_over(f->successor, 100, &cut), SW_E_LIMIT);
    f->r.bus.next_commit = SW_E_ABORTED;
    assert_int_equal(sw_successor_cut_over(f->successor, 1 << 20, &cut), SW_E_ABORTED);
    assert_true(digest_of(f) == damaged);
    assert_ok(sw_successor_cut_over(f->successor, 1 << 20, &cut));
    assert_true(digest_of(f) == cut.digest && cut.digest != damaged);
}

static void a_task_that_goes_on_is_fenced(void **state) {
    fixture *f = *state;
    sw_rng rng;
    sw_rng_init(&rng, 11);
    sw_cut_over cut;
    append_some(&f->r, &rng, 100);
    come_to_rest(f);
    assert_ok(sw_successor_cut_over(f->successor, 1 << 20, &cut));
    assert_true(cut.former == cut.digest);
    append_some(&f->r, &rng, 20);
    assert_false(sw_worker_owns(f->r.worker, f->task->number));
}

/* As after a start with state that can't be read: nothing of it is left. */
static void a_processor_written_anew_is_what_it_was_and_goes_on(void **state) {
    fixture *f = *state;
    sw_rng rng;
    sw_rng_init(&rng, 12);
    sw_rebuilt sum;
    uint64_t emitted = 0;
    const sw_renewal renewal = {.topology = &f->r.topology,
                                .node = f->task->node,
                                .bus = f->r.bus.inner,
                                .fresh = f->fresh,
                                .env = {.clock = &f->r.clock.clock},
                                .emitted = count,
                                .arg = &emitted};
    append_some(&f->r, &rng, 200);
    come_to_rest(f);
    uint64_t before = digest_of(f);
    damage(&f->r, f->task->number);
    assert_true(digest_of(f) != before);
    assert_ok(sw_renew_build(&renewal, &sum));
    assert_true(digest_of(f) != before); /* nothing is written before it is put */
    assert_ok(sw_renew_put(&renewal));
    assert_true(digest_of(f) == before);
    assert_true(sum.records > 100 && sum.timers > 10 && sum.emitted == emitted && emitted > 10);
    rig_restart(&f->r);
    append_some(&f->r, &rng, 100);
    come_to_rest(f);
    assert_ok(sw_successor_catch_up(f->successor, &sum));
    assert_true(digest_of(f) == sum.digest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_built_anew_from_the_log_is_the_state),
        cmocka_unit_test(state_built_key_by_key_is_the_state),
        cmocka_unit_test_setup_teardown(a_successor_keeps_up_and_takes_the_place, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cut_that_can_not_be_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_processor_written_anew_is_what_it_was_and_goes_on, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_task_that_goes_on_is_fenced, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
