#include "unit/runtime/rig.h"
#include "unit/test.h"

typedef struct answers {
    uint32_t count;
    sw_err err;
    uint32_t partition;
    int64_t offset;
    uint32_t commits_before; /* of the bus, when the answer came */
    rig *rig;
} answers;

static void answer(void *arg, sw_err err, uint32_t partition, int64_t offset) {
    answers *a = arg;
    a->count++;
    a->err = err;
    a->partition = partition;
    a->offset = offset;
    a->commits_before = a->rig->bus.commits;
}

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

static void append(rig *r, answers *a) {
    a->rig = r;
    assert_ok(sw_runtime_append(r->runtime, &(sw_append){.topic = RIG_WORDS,
                                                         .key = SW_S("law"),
                                                         .value = SW_S("x"),
                                                         .answer = answer,
                                                         .arg = a}));
}

static void an_answer_comes_once_and_after_the_commit(void **state) {
    rig *r = *state;
    answers a = {0}, b = {0};
    append(r, &a);
    append(r, &b);
    assert_int_equal(a.count, 0);
    rig_run(r);
    assert_int_equal(a.count, 1);
    assert_int_equal(b.count, 1);
    assert_ok(a.err);
    assert_int_equal(a.partition, sw_partition_of(SW_S("law"), 3));
    assert_int_equal(a.offset, 0);
    assert_int_equal(b.offset, 1);
    assert_true(a.commits_before >= 1);
}

static void while_the_bus_is_in_trouble_nobody_is_answered(void **state) {
    rig *r = *state;
    answers a = {0};
    append(r, &a);
    r->bus.next_commit = SW_E_TIMEOUT;
    sw_turn turn;
    assert_ok(sw_worker_turn(r->worker, &turn));
    assert_int_equal(a.count, 0);
    assert_int_equal(turn.retries, 1);
    assert_true(turn.wait_us > 0);
    rig_run(r);
    assert_int_equal(a.count, 1);
    assert_ok(a.err);
    assert_string_equal(rig_texts(r, RIG_WORDS), "x;");
}

static void an_aborted_append_is_told_and_may_be_sent_again(void **state) {
    rig *r = *state;
    answers a = {0};
    append(r, &a);
    r->bus.next_commit = SW_E_ABORTED;
    rig_run(r);
    assert_int_equal(a.count, 1);
    assert_int_equal(a.err, SW_E_ABORTED);
    append(r, &a);
    rig_run(r);
    assert_int_equal(a.count, 2);
    assert_ok(a.err);
    assert_string_equal(rig_texts(r, RIG_WORDS), "x;");
}

static void at_the_end_everyone_who_waits_is_told(void **state) {
    rig *r = *state;
    answers a = {0};
    append(r, &a);
    rig_restart(r);
    assert_int_equal(a.count, 1);
    assert_int_equal(a.err, SW_E_ABORTED);
}

static void more_than_may_wait_is_refused_and_taken_again_later(void **state) {
    rig *r = *state;
    sw_append one = {.topic = RIG_WORDS, .key = SW_S("law"), .value = SW_S("x")};
    uint32_t taken = 0;
    sw_err err = SW_OK;
    while (!err && taken <= SW_APPEND_RECORDS_MAX) {
        err = sw_runtime_append(r->runtime, &one);
        taken += !err;
    }
    assert_int_equal(err, SW_E_AGAIN);
    assert_int_equal(taken, SW_APPEND_RECORDS_MAX);
    rig_run(r);
    assert_ok(sw_runtime_append(r->runtime, &one));
    one.key.len = SW_KEY_BYTES_MAX + 1;
    assert_int_equal(sw_runtime_append(r->runtime, &one), SW_E_LIMIT);
}

static void what_is_appended_together_is_taken_together_or_not_at_all(void **state) {
    rig *r = *state;
    answers a = {.rig = r};
    sw_append three[3];
    for (int i = 0; i < 3; i++)
        three[i] = (sw_append){.topic = RIG_WORDS,
                               .key = SW_S("law"),
                               .value = SW_S("x"),
                               .answer = answer,
                               .arg = &a};
    for (int i = 0; i < SW_APPEND_RECORDS_MAX - 2; i++)
        assert_ok(sw_runtime_append(r->runtime, &(sw_append){.topic = RIG_COUNTS}));
    assert_int_equal(sw_runtime_append_all(r->runtime, three, 3), SW_E_AGAIN);
    assert_ok(sw_runtime_append_all(r->runtime, three, 2));
    rig_run(r);
    assert_int_equal(a.count, 2);
    assert_string_equal(rig_texts(r, RIG_WORDS), "x;x;");
    three[1].value.len = SW_VALUE_BYTES_MAX + 1;
    assert_int_equal(sw_runtime_append_all(r->runtime, three, 3), SW_E_LIMIT);
    rig_run(r);
    assert_int_equal(a.count, 2);
}

static void without_anyone_waiting_a_commit_comes_each_interval(void **state) {
    rig *r = *state;
    rig_append(r, RIG_PERIODS, "p", "open 1000000 1");
    rig_run(r);
    uint32_t before = r->bus.commits;
    for (int i = 0; i < 100; i++) { /* 1 s of one record each 10 ms, straight into the bus */
        sw_record record = {.topic = RIG_WORDS, .key = SW_S("law"), .value = SW_S("x")};
        uint64_t epoch;
        assert_ok(sw_bus_claim(r->bus.inner, 1, &epoch));
        sw_commit commit = {.task = 1, .epoch = epoch, .records = &record, .record_count = 1};
        assert_ok(sw_bus_commit(r->bus.inner, &commit, 1, NULL));
        sw_turn turn;
        assert_ok(sw_worker_turn(r->worker, &turn));
        sw_clock_virtual_advance(&r->clock, 10);
    }
    assert_in_range(r->bus.commits - before, 15, 25);
    before = r->bus.commits;
    sw_runtime_expect(r->runtime, 1);
    for (int i = 0; i < 100; i++) {
        answers a = {0};
        append(r, &a);
        sw_turn turn;
        assert_ok(sw_worker_turn(r->worker, &turn));
        assert_int_equal(a.count, 1);
        sw_clock_virtual_advance(&r->clock, 1);
    }
    sw_runtime_expect(r->runtime, -1);
    assert_true(r->bus.commits - before >= 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_comes_once_and_after_the_commit, setup, teardown),
        cmocka_unit_test_setup_teardown(while_the_bus_is_in_trouble_nobody_is_answered, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_aborted_append_is_told_and_may_be_sent_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(at_the_end_everyone_who_waits_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(more_than_may_wait_is_refused_and_taken_again_later, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_appended_together_is_taken_together_or_not_at_all,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(without_anyone_waiting_a_commit_comes_each_interval, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
