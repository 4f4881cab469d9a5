#include <stdio.h>

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

static int64_t metric(rig *r, const char *name, const char *labels, sw_metric_kind kind) {
    sw_metric *m;
    assert_ok(sw_metrics_get(&r->metrics, kind, name, labels, "", &m));
    return sw_metric_value(m);
}

static void records_become_state_and_records_of_the_next_topic(void **state) {
    rig *r = *state;
    rig_append(r, RIG_WORDS, "law", "good");
    rig_append(r, RIG_WORDS, "law", "good");
    rig_run(r);
    assert_string_equal(rig_texts(r, RIG_COUNTS), "1;2;");
    uint32_t task = sw_task_number(sw_toy_counter.id, sw_partition_of(SW_S("law"), 3));
    assert_string_equal(rig_state(r, 0, task, "law"), "2");
}

static void a_period_that_is_not_closed_is_warned_of_on_silence(void **state) {
    rig *r = *state;
    rig_append(r, RIG_PERIODS, "p1", "open 1000000 60000");
    rig_append(r, RIG_PERIODS, "p2", "open 1000000 60000");
    rig_append(r, RIG_PERIODS, "p2", "close 1000500");
    rig_run(r);
    assert_string_equal(rig_texts(r, RIG_WARNINGS), "");
    sw_clock_virtual_advance(&r->clock, 59000);
    rig_run(r);
    sw_clock_virtual_advance(&r->clock, 1000);
    rig_run(r);
    assert_string_equal(rig_texts(r, RIG_WARNINGS), "raised 1060000;");
    rig_append(r, RIG_PERIODS, "p1", "close 1059999");
    rig_run(r);
    assert_string_equal(rig_texts(r, RIG_WARNINGS), "raised 1060000;withdrawn 1060000;");
}

static void no_timer_fires_before_its_time(void **state) {
    rig *r = *state;
    rig_append(r, RIG_PERIODS, "p", "open 1000000 5000");
    rig_run(r);
    while (r->clock.wall_ms < 1005000) {
        assert_string_equal(rig_texts(r, RIG_WARNINGS), "");
        sw_turn turn;
        assert_ok(sw_worker_turn(r->worker, &turn));
        sw_clock_virtual_advance(&r->clock, 100);
    }
    rig_run(r);
    assert_string_equal(rig_texts(r, RIG_WARNINGS), "raised 1005000;");
}

static void timers_survive_a_restart(void **state) {
    rig *r = *state;
    rig_append(r, RIG_PERIODS, "p", "open 1000000 60000");
    rig_run(r);
    rig_restart(r);
    sw_clock_virtual_advance(&r->clock, 60000);
    rig_run(r);
    rig_restart(r);
    rig_run(r);
    assert_string_equal(rig_texts(r, RIG_WARNINGS), "raised 1060000;");
}

static void time_does_not_go_back_over_a_restart(void **state) {
    rig *r = *state;
    sw_clock_virtual_advance(&r->clock, 90000);
    rig_append(r, RIG_PERIODS, "p", "open 1000000 80000");
    rig_run(r);
    assert_string_equal(rig_texts(r, RIG_WARNINGS), "raised 1080000;");
    sw_clock_virtual_init(&r->clock, 1000000);
    rig_restart(r);
    rig_append(r, RIG_PERIODS, "p", "close 1085000");
    rig_run(r);
    assert_string_equal(rig_texts(r, RIG_WARNINGS), "raised 1080000;");
}

static void a_refused_record_goes_to_the_dead_letters_and_leaves_nothing_else(void **state) {
    rig *r = *state;
    rig_append(r, RIG_WORDS, "law", "bad");
    rig_append(r, RIG_WORDS, "law", "good");
    rig_run(r);
    assert_string_equal(rig_texts(r, RIG_COUNTS), "1;");
    assert_non_null(strstr(rig_texts(r, RIG_DEAD), "a bad word"));
    assert_int_equal(
        metric(r, "seawall_dead_letters_total", "processor=\"counter\"", SW_METRIC_COUNTER), 1);
}

static void after_any_failed_commit_everything_is_there_once(void **state) {
    (void)state;
    static const struct {
        sw_err err;
        bool applied, restart;
    } cases[] = {
        {SW_E_AGAIN, false, false},      {SW_E_TIMEOUT, false, false}, {SW_E_ABORTED, false, false},
        {SW_E_REBALANCED, false, false}, {SW_E_IO, false, true},       {SW_E_IO, true, true},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        for (int at = 0; at < 6; at++) {
            static rig r;
            memset(&r, 0, sizeof r);
            rig_open(&r, NULL, 0);
            rig_append(&r, RIG_PERIODS, "p", "open 1000000 10");
            bool answered = false;
            for (int turn_number = 0; turn_number < 30; turn_number++) {
                if (turn_number == at) {
                    r.bus.next_commit = cases[i].err;
                    r.bus.applied = cases[i].applied;
                }
                sw_turn turn;
                sw_err err = sw_worker_turn(r.worker, &turn);
                if (err) {
                    assert_int_equal(err, SW_E_IO);
                    assert_true(cases[i].restart);
                    answered = answered || r.bus.commits > 0;
                    rig_restart(&r);
                }
                sw_clock_virtual_advance(&r.clock, 60);
            }
            r.bus.next_commit = SW_OK;
            if (*rig_texts(&r, RIG_PERIODS) == '\0')
                rig_append(&r, RIG_PERIODS, "p", "open 1000000 10");
            rig_run(&r);
            assert_string_equal(rig_texts(&r, RIG_WARNINGS), "raised 1000010;");
            uint32_t task = sw_task_number(sw_toy_ledger.id, sw_partition_of(SW_S("p"), 2));
            assert_int_equal(rig_state(&r, 2, task, "p")[0], 1);
            rig_close(&r);
        }
    }
}

static void a_fenced_task_is_let_go_of(void **state) {
    rig *r = *state;
    uint32_t number = r->topology.tasks[0].number;
    uint64_t epoch;
    assert_ok(sw_bus_claim(r->bus.inner, number, &epoch));
    for (char key[2] = "a"; key[0] <= 'p'; key[0]++) rig_append(r, RIG_WORDS, key, "x");
    rig_run(r);
    assert_false(sw_worker_owns(r->worker, number));
    for (uint32_t i = 1; i < r->topology.task_count; i++)
        assert_true(sw_worker_owns(r->worker, r->topology.tasks[i].number));
    assert_ok(sw_worker_claim(r->worker, &r->topology.tasks[0]));
    rig_run(r);
    assert_string_equal(rig_texts(r, RIG_COUNTS), "1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;");
}

static void a_storm_of_timers_lets_records_through(void **state) {
    (void)state;
    static rig r;
    memset(&r, 0, sizeof r);
    r.timers_max = 10;
    rig_open(&r, NULL, 0);
    char key[16];
    for (int i = 0; i < 500; i++) {
        snprintf(key, sizeof key, "p%03d", i);
        rig_append(&r, RIG_PERIODS, key, "open 1000000 60000");
    }
    rig_run(&r);
    sw_clock_virtual_advance(&r.clock, 60000);
    rig_append(&r, RIG_PERIODS, "p000", "close 1000001");
    for (int i = 0; i < 3; i++) {
        sw_turn turn;
        assert_ok(sw_worker_turn(r.worker, &turn));
        assert_int_equal(turn.wait_us, 0);
    }
    uint32_t fired = 0;
    for (const char *c = rig_texts(&r, RIG_WARNINGS); *c; c++) fired += *c == ';';
    assert_in_range(fired, 1, 3 * 2 * 10 + 1);
    int64_t next;
    uint32_t partition = sw_partition_of(SW_S("p000"), 2);
    assert_ok(sw_bus_position(r.bus.inner, sw_task_number(sw_toy_period.id, partition), RIG_PERIODS,
                              partition, &next));
    int64_t first, end;
    assert_ok(sw_bus_end(r.bus.inner, RIG_PERIODS, partition, &first, &end));
    assert_int_equal(next, end);
    rig_run(&r);
    fired = 0;
    for (const char *c = rig_texts(&r, RIG_WARNINGS); *c; c++)
        fired += strncmp(c, "raised", 6) == 0;
    assert_in_range(fired, 499, 500);
    rig_close(&r);
}

static void batches_of_any_size_give_the_same_state(void **state) {
    (void)state;
    const char *expected = NULL;
    static const uint32_t sizes[] = {1, 2, 7, 4096};
    static rig rigs[SW_COUNT(sizes)];
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        rig *r = &rigs[i];
        r->records_max = r->timers_max = sizes[i];
        rig_open(r, NULL, 0);
        for (int n = 0; n < 60; n++) {
            char key[16];
            snprintf(key, sizeof key, "k%d", n % 7);
            rig_append(r, RIG_WORDS, key, n % 5 ? "good" : "bad");
            rig_append(r, RIG_PERIODS, key, n % 3 ? "open 1000000 500" : "close 1000400");
        }
        rig_run(r);
        sw_clock_virtual_advance(&r->clock, 1000);
        rig_run(r);
        const char *text = rig_texts(r, RIG_COUNTS);
        if (!expected) expected = text;
        assert_int_equal(strlen(text), strlen(expected));
    }
    for (size_t i = 0; i < SW_COUNT(sizes); i++) rig_close(&rigs[i]);
}

/* Brokers do not say with each record whether it is the last: it is no backlog for that. */
static void a_task_that_has_taken_all_at_hand_begins_no_batch_at_once(void **state) {
    rig *r = *state;
    sw_turn turn;
    rig_run(r);
    r->bus.end_unknown = true;
    rig_append(r, RIG_WORDS, "law", "good");
    for (int turns = 0; strcmp(rig_texts(r, RIG_COUNTS), "1;") != 0; turns++) {
        assert_true(turns < 100);
        sw_clock_virtual_advance(&r->clock, 10);
        assert_ok(sw_worker_turn(r->worker, &turn));
    }
    assert_true(turn.wait_us > 0);
}

static const sw_db_table *plain;
static uint32_t alone, together; /* keys of the counter's store that were looked up */

static sw_err get_alone(sw_db *db, uint32_t store, sw_slice key, sw_buf *ret_value) {
    alone += store == 0;
    return plain->get(db, store, key, ret_value);
}

static sw_err get_together(sw_db *db, uint32_t store, const sw_slice *keys, uint32_t count,
                           sw_err (*found)(void *arg, uint32_t at, sw_slice value), void *arg) {
    const sw_db_table *watched = db->table;
    together += count;
    db->table = plain;
    sw_err err = sw_db_get_many(db, store, keys, count, found, arg);
    db->table = watched;
    return err;
}

static void the_rows_that_records_name_are_read_together(void **state) {
    rig *r = *state;
    sw_db *db = sw_bus_db(&r->bus.bus);
    char key[8];
    plain = db->table;
    sw_db_table watched = *plain;
    watched.get = get_alone;
    watched.get_many = get_together;
    db->table = &watched;
    alone = together = 0;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 600; i++) {
            snprintf(key, sizeof key, "w%d", i % 100);
            rig_append(r, RIG_WORDS, key, "good");
        }
        rig_run(r);
    }
    db->table = plain;
    assert_int_equal(alone, 0);
    assert_true(together >= 200 && together < 1200); /* each once a batch */
    uint32_t task = sw_task_number(sw_toy_counter.id, sw_partition_of(SW_S("w7"), 3));
    assert_string_equal(rig_state(r, 0, task, "w7"), "12");
}

enum { ROWS, ROW_BYTES = SW_VALUE_BYTES_MAX, MANY_ROWS = 5 };

static sw_err hoard(sw_ctx *ctx, const void *shared, const sw_input *input) {
    static const char large[ROW_BYTES];
    (void)shared;
    sw_slice old;
    if (!sw_slice_is(input->value, "many"))
        return sw_ctx_put(ctx, ROWS, input->key, sw_slice_of(large, sizeof large));
    sw_err err = sw_ctx_get(ctx, ROWS, input->key, &old);
    for (char i = '0'; !err && i < '0' + MANY_ROWS; i++) {
        sw_slice key = sw_arena_printf(sw_ctx_arena(ctx), "%.*s/%c", SW_FMT(input->key), i);
        err = sw_ctx_put(ctx, ROWS, key, sw_slice_of(large, sizeof large));
    }
    return err;
}

static void hoard_wants(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    sw_ctx_want(ctx, ROWS, input->key);
}

static bool row_is_there(rig *r, uint32_t task, const char *key) {
    char bytes[SW_TASK_PREFIX_BYTES + 32];
    size_t len = strlen(key);
    sw_buf value;
    sw_buf_init(&value, 2 * ROW_BYTES);
    sw_task_prefix(bytes, task);
    memcpy(bytes + SW_TASK_PREFIX_BYTES, key, len);
    sw_err err = sw_db_get(sw_bus_db(&r->bus.bus), ROWS,
                           sw_slice_of(bytes, SW_TASK_PREFIX_BYTES + len), &value);
    sw_buf_done(&value);
    return err == SW_OK;
}

/* Each of the records fits into a commit, but not with what the others look up. */
static void what_is_read_ahead_never_makes_a_record_too_large(void **state) {
    (void)state;
    static const char *const inputs[] = {"toy.words", NULL};
    static const sw_processor_store stores[] = {{"rows", 1}};
    static const sw_processor hoarder = {.name = "hoarder",
                                         .id = 1,
                                         .inputs = inputs,
                                         .stores = stores,
                                         .store_count = 1,
                                         .on_record = hoard,
                                         .wants = hoard_wants};
    static const sw_processor *const processors[] = {&hoarder};
    rig r = {0};
    char keys[6][16];
    int count = 0;
    rig_open(&r, processors, 1);
    for (int i = 0; count < 6; i++) {
        snprintf(keys[count], sizeof keys[count], "k%d", i);
        count += sw_partition_of(sw_slice_cstr(keys[count]), 3) == 0;
    }
    for (int i = 0; i < count; i++) rig_append(&r, RIG_WORDS, keys[i], "one");
    rig_run(&r);
    for (int i = 0; i < count; i++) rig_append(&r, RIG_WORDS, keys[i], "many");
    rig_run(&r);
    assert_string_equal(rig_texts(&r, RIG_DEAD), "");
    for (int i = 0; i < count; i++) {
        char last[32];
        snprintf(last, sizeof last, "%.15s/%d", keys[i], MANY_ROWS - 1);
        assert_true(row_is_there(&r, sw_task_number(hoarder.id, 0), last));
    }
    rig_close(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_become_state_and_records_of_the_next_topic, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_period_that_is_not_closed_is_warned_of_on_silence, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(no_timer_fires_before_its_time, setup, teardown),
        cmocka_unit_test_setup_teardown(timers_survive_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(time_does_not_go_back_over_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_refused_record_goes_to_the_dead_letters_and_leaves_nothing_else, setup, teardown),
        cmocka_unit_test(after_any_failed_commit_everything_is_there_once),
        cmocka_unit_test_setup_teardown(a_fenced_task_is_let_go_of, setup, teardown),
        cmocka_unit_test_setup_teardown(the_rows_that_records_name_are_read_together, setup,
                                        teardown),
        cmocka_unit_test(what_is_read_ahead_never_makes_a_record_too_large),
        cmocka_unit_test(a_storm_of_timers_lets_records_through),
        cmocka_unit_test(batches_of_any_size_give_the_same_state),
        cmocka_unit_test_setup_teardown(a_task_that_has_taken_all_at_hand_begins_no_batch_at_once,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
