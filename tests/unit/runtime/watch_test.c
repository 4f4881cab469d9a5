#include "runtime/watch.h"

#include "unit/runtime/rig.h"
#include "unit/test.h"

static int setup(void **state) {
    static rig r;
    memset(&r, 0, sizeof r);
    rig_open(&r, NULL, 0);
    *state = &r;
    return 0;
}

static int teardown(void **state) {
    rig_close(*state);
    return 0;
}

static sw_db *db(rig *r) {
    return sw_bus_db(r->bus.inner);
}

static void a_timer_past_due_is_found_in_the_state(void **state) {
    rig *r = *state;
    sw_overdue overdue;
    rig_append(r, RIG_PERIODS, "late", "open 1000000 60000");
    rig_append(r, RIG_PERIODS, "later", "open 1000000 70000");
    rig_run(r);
    assert_ok(sw_watch_overdue(db(r), &r->topology, 1060000, 10, &overdue));
    assert_int_equal(overdue.count, 0);
    assert_ok(sw_watch_overdue(db(r), &r->topology, 1060001, 10, &overdue));
    assert_int_equal(overdue.count, 1);
    assert_int_equal(overdue.due_ms, 1060000);
    assert_slice(sw_slice_of(overdue.key, overdue.key_bytes), "late");
    sw_clock_virtual_advance(&r->clock, 100000);
    rig_run(r);
    assert_ok(sw_watch_overdue(db(r), &r->topology, SW_TIME_MAX, 10, &overdue));
    assert_int_equal(overdue.count, 0);
}

static void a_timer_with_half_of_its_rows_is_found(void **state) {
    rig *r = *state;
    rig_append(r, RIG_PERIODS, "p", "open 1000000 60000");
    rig_run(r);
    sw_timer_audit audit;
    assert_ok(sw_watch_timers(db(r), &r->topology, &audit));
    assert_int_equal(audit.timers, 1);
    assert_int_equal(audit.without_due + audit.without_key, 0);
    sw_batch *batch;
    assert_ok(sw_batch_new(1000, &batch));
    assert_ok(sw_batch_delete_range(batch, r->topology.store_due, SW_S(""), SW_S("\xff")));
    assert_ok(sw_db_write(db(r), batch, false));
    assert_ok(sw_watch_timers(db(r), &r->topology, &audit));
    assert_int_equal(audit.timers, 1);
    assert_int_equal(audit.without_due, 1);
    sw_batch_free(batch);
}

static void a_timer_that_the_state_knows_needs_its_one_row(void **state) {
    (void)state;
    static rig r;
    static const sw_processor *const one[] = {&sw_toy_vigil};
    memset(&r, 0, sizeof r);
    rig_open(&r, one, 1);
    rig_append(&r, RIG_PERIODS, "p", "open 1000000 60000");
    rig_append(&r, RIG_PERIODS, "p", "open 1000000 50000");
    rig_append(&r, RIG_PERIODS, "q", "open 1000000 60000");
    rig_append(&r, RIG_PERIODS, "closed", "close 1");
    rig_run(&r);
    sw_timer_audit audit;
    assert_ok(sw_watch_timers(db(&r), &r.topology, &audit));
    assert_int_equal(audit.timers, 2);
    assert_int_equal(audit.without_due + audit.without_key, 0);
    uint32_t task = sw_task_number(sw_toy_vigil.id, sw_partition_of(SW_S("p"), 2));
    char row[4 + SW_TIMER_ROW_BYTES_MAX] = {0, 0, (char)(task >> 8), (char)task};
    sw_batch *batch;
    assert_ok(sw_batch_new(1000, &batch));
    size_t len = sw_timer_due_row(1050000, SW_S("p"), row + 4);
    assert_ok(sw_batch_delete(batch, r.topology.store_due, sw_slice_of(row, 4 + len)));
    assert_ok(sw_db_write(db(&r), batch, false));
    assert_ok(sw_watch_timers(db(&r), &r.topology, &audit));
    assert_int_equal(audit.without_due, 1);
    assert_int_equal(audit.without_key, 0);
    sw_batch_clear(batch);
    len = sw_timer_due_row(1055000, SW_S("p"), row + 4);
    assert_ok(sw_batch_put(batch, r.topology.store_due, sw_slice_of(row, 4 + len), SW_SLICE_NONE));
    assert_ok(sw_db_write(db(&r), batch, false));
    assert_ok(sw_watch_timers(db(&r), &r.topology, &audit));
    assert_int_equal(audit.without_due, 1);
    assert_int_equal(audit.without_key, 1);
    sw_batch_free(batch);
    rig_close(&r);
}

static void the_forecast_counts_what_comes(void **state) {
    rig *r = *state;
    rig_append(r, RIG_PERIODS, "a", "open 1000000 1800000");
    rig_append(r, RIG_PERIODS, "b", "open 1000000 7200000");
    rig_append(r, RIG_PERIODS, "c", "open 1000000 172800000");
    rig_append(r, RIG_PERIODS, "d", "open 1000000 864000000");
    rig_run(r);
    sw_forecast forecast;
    assert_ok(sw_watch_forecast(db(r), &r->topology, 1000000, &forecast));
    assert_int_equal(forecast.hour, 1);
    assert_int_equal(forecast.day, 2);
    assert_int_equal(forecast.week, 3);
}

static void equal_states_have_equal_digests_whatever_their_history(void **state) {
    rig *r = *state;
    static rig other;
    memset(&other, 0, sizeof other);
    other.records_max = 1;
    rig_open(&other, NULL, 0);
    static const char *const order[2][3] = {
        {"open 1000000 500", "close 1000900", "open 1000000 400"},
        {"close 1000900", "open 1000000 400", "open 1000000 500"}};
    for (int i = 0; i < 3; i++) {
        rig_append(r, RIG_PERIODS, "p", order[0][i]);
        rig_append(&other, RIG_PERIODS, "p", order[1][i]);
        rig_run(&other);
    }
    rig_run(r);
    sw_clock_virtual_advance(&r->clock, 2000);
    sw_clock_virtual_advance(&other.clock, 2000);
    rig_run(r);
    rig_run(&other);
    uint32_t task = sw_task_number(sw_toy_period.id, sw_partition_of(SW_S("p"), 2));
    uint64_t a, b;
    assert_ok(sw_watch_digest(db(r), &r->topology, task, &a));
    assert_ok(sw_watch_digest(db(&other), &other.topology, task, &b));
    assert_true(a == b);
    for (char key[2] = "a"; key[0] <= 'o'; key[0]++) rig_append(r, RIG_PERIODS, key, "close 1");
    rig_run(r);
    uint64_t sum_before = a, sum_after = 0;
    assert_ok(sw_watch_digest(db(r), &r->topology, task, &sum_after));
    assert_true(sum_before != sum_after);
    rig_close(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_timer_past_due_is_found_in_the_state, setup, teardown),
        cmocka_unit_test_setup_teardown(a_timer_with_half_of_its_rows_is_found, setup, teardown),
        cmocka_unit_test(a_timer_that_the_state_knows_needs_its_one_row),
        cmocka_unit_test_setup_teardown(the_forecast_counts_what_comes, setup, teardown),
        cmocka_unit_test_setup_teardown(equal_states_have_equal_digests_whatever_their_history,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
