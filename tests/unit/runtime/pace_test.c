#include "runtime/crew.h"
#include "unit/runtime/rig.h"
#include "unit/test.h"

enum { PATIENCE = 8, COMMIT_MS = SW_COMMIT_MS };

static rig fixture;
static int64_t cost_ms; /* what a call of a patient processor takes */
static uint32_t calls[3];

static sw_err prompt_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)ctx, (void)shared, (void)input;
    calls[0]++;
    return SW_OK;
}

static sw_err patient_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)ctx, (void)shared, (void)input;
    calls[1]++;
    sw_clock_virtual_advance(&fixture.clock, cost_ms);
    return SW_OK;
}

static sw_err other_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)ctx, (void)shared, (void)input;
    calls[2]++;
    sw_clock_virtual_advance(&fixture.clock, cost_ms);
    return SW_OK;
}

static const char *const inputs[] = {"toy.counts", NULL}, *const outputs[] = {NULL};
static const sw_processor prompt = {
    .name = "prompt", .id = 1, .inputs = inputs, .outputs = outputs, .on_record = prompt_record};
static const sw_processor patient = {.name = "patient",
                                     .id = 2,
                                     .inputs = inputs,
                                     .outputs = outputs,
                                     .on_record = patient_record,
                                     .patience = PATIENCE};
static const sw_processor other = {.name = "other",
                                   .id = 3,
                                   .inputs = inputs,
                                   .outputs = outputs,
                                   .on_record = other_record,
                                   .patience = PATIENCE};

static int setup(void **state) {
    static const sw_processor *const all[] = {&prompt, &patient, &other};
    memset(&fixture, 0, sizeof fixture);
    memset(calls, 0, sizeof calls);
    cost_ms = 0;
    rig_open(&fixture, all, SW_COUNT(all));
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    rig_close(*state);
    return 0;
}

static sw_turn turn(rig *r) {
    sw_turn ret;
    assert_ok(sw_worker_turn(r->worker, &ret));
    return ret;
}

/* A record each 10 ms for `ms`, while somebody waits. Returns in how many turns `patient` ran. */
static uint32_t load(rig *r, int64_t ms) {
    uint32_t runs = 0;
    int64_t end_us = sw_clock_mono_us(&r->clock.clock) + ms * 1000;
    sw_runtime_expect(r->runtime, 1);
    while (sw_clock_mono_us(&r->clock.clock) < end_us) {
        uint32_t before = calls[1];
        rig_append(r, RIG_COUNTS, "k", "v");
        turn(r); /* the door's */
        turn(r);
        runs += calls[1] > before;
        sw_clock_virtual_advance(&r->clock, 10);
    }
    sw_runtime_expect(r->runtime, -1);
    return runs;
}

static void what_costs_nothing_runs_each_commit_interval(void **state) {
    rig *r = *state;
    load(r, 1000);
    assert_in_range(load(r, 4000), 4000 / COMMIT_MS - 4, 4000 / COMMIT_MS + 4);
    assert_true(calls[0] > calls[1]);
}

static void what_costs_much_runs_when_its_patience_ends(void **state) {
    rig *r = *state;
    cost_ms = 1;
    load(r, 1000);
    uint32_t runs = load(r, 20 * PATIENCE * COMMIT_MS);
    assert_in_range(runs, 15, 22);
    assert_true(calls[0] > calls[1] && calls[1] > 20 * runs);
}

static void what_nobody_waits_for_is_still_done_in_the_end(void **state) {
    rig *r = *state;
    cost_ms = 1;
    load(r, 1000);
    cost_ms = 0;
    rig_run(r);
    for (int i = 0; i < 200; i++) {
        sw_turn last = turn(r);
        sw_clock_virtual_advance(&r->clock, last.wait_us > 10000 ? last.wait_us / 1000 : 10);
    }
    assert_int_equal(calls[1], calls[0]);
    assert_int_equal(calls[2], calls[0]);
}

static void without_anyone_waiting_lately_a_patient_task_is_as_any(void **state) {
    rig *r = *state;
    cost_ms = 20;
    for (int i = 0; i < 2; i++) {
        rig_append(r, RIG_COUNTS, "k", "v");
        for (int turns = 0; turns < 3; turns++) {
            turn(r);
            sw_clock_virtual_advance(&r->clock, COMMIT_MS);
        }
    }
    assert_int_equal(calls[0], 2);
    assert_int_equal(calls[1], 2);
    assert_int_equal(calls[2], 2);
}

static void two_long_batches_do_not_share_a_turn(void **state) {
    rig *r = *state;
    sw_runtime_expect(r->runtime, 1);
    cost_ms = 20;
    rig_append(r, RIG_COUNTS, "k", "v");
    turn(r);
    sw_clock_virtual_advance(&r->clock, PATIENCE * COMMIT_MS);
    assert_int_equal(turn(r).wait_us, 0);
    assert_int_equal(calls[1] + calls[2], 1);
    turn(r);
    assert_int_equal(calls[1], 1);
    assert_int_equal(calls[2], 1);
    sw_runtime_expect(r->runtime, -1);
}

static void tasks_of_one_patience_share_threads(void **state) {
    rig *r = *state;
    sw_crews crews;
    sw_crews_form(&crews, r->runtime, 3);
    assert_int_equal(crews.workers, 4);
    for (uint32_t i = 0; i < r->topology.task_count; i++) {
        const sw_task_spec *task = &r->topology.tasks[i];
        bool is_prompt = r->topology.nodes[task->node].processor == &prompt;
        uint32_t worker = sw_crews_worker(&crews, task);
        assert_true(worker < crews.workers);
        assert_int_equal(is_prompt, sw_crews_door(&crews, worker));
        char name[SW_THREAD_NAME_BYTES];
        sw_crews_name(&crews, worker, name);
        assert_int_equal(is_prompt, strncmp(name, "tasks-now-", 10) == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_costs_nothing_runs_each_commit_interval, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_costs_much_runs_when_its_patience_ends, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_nobody_waits_for_is_still_done_in_the_end, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(without_anyone_waiting_lately_a_patient_task_is_as_any,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(two_long_batches_do_not_share_a_turn, setup, teardown),
        cmocka_unit_test_setup_teardown(tasks_of_one_patience_share_threads, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
