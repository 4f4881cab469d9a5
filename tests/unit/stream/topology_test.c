#include "stream/topology.h"

#include "toys/toys.h"
#include "unit/test.h"

static const sw_topic_shape topics[] = {
    {"toy.words", 4},    {"toy.counts", 2},          {"toy.periods", 3},
    {"toy.warnings", 3}, {SW_TOPIC_DEAD_LETTERS, 1},
};
static const sw_processor *const toys[] = {&sw_toy_counter, &sw_toy_period, &sw_toy_ledger};

typedef struct fixture {
    sw_arena arena;
    sw_diags diags;
    sw_topology topology;
} fixture;

static int setup(void **state) {
    static fixture f;
    memset(&f, 0, sizeof f);
    sw_arena_init(&f.arena, 1 << 20);
    sw_diags_init(&f.diags, &f.arena, SW_SLICE_NONE, 10);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    sw_arena_done(&((fixture *)*state)->arena);
    return 0;
}

static sw_err build(fixture *f, const sw_processor *const *processors, uint32_t count,
                    uint32_t topic_count) {
    return sw_topology_build(&f->arena, processors, NULL, count, topics, topic_count, &f->diags,
                             &f->topology);
}

static void each_processor_has_a_task_for_each_partition(void **state) {
    fixture *f = *state;
    assert_ok(build(f, toys, 3, SW_COUNT(topics)));
    assert_int_equal(f->topology.task_count, 4 + 3 + 3);
    for (uint32_t i = 0; i < f->topology.task_count; i++) {
        const sw_task_spec *task = &f->topology.tasks[i];
        const sw_node *node = &f->topology.nodes[task->node];
        assert_int_equal(task->number, node->processor->id * SW_PARTITIONS_MAX + task->partition);
        assert_true(task->number < f->topology.task_numbers);
        assert_ptr_equal(sw_topology_task(&f->topology, task->number), task);
    }
    assert_null(sw_topology_task(&f->topology, 1));
}

static void a_tasks_number_does_not_depend_on_the_other_processors(void **state) {
    fixture *f = *state;
    const sw_processor *const alone[] = {&sw_toy_ledger};
    assert_ok(build(f, alone, 1, SW_COUNT(topics)));
    assert_non_null(sw_topology_task(&f->topology, sw_task_number(sw_toy_ledger.id, 2)));
}

static void stores_are_named_by_processor_and_the_runtimes_own_come_last(void **state) {
    fixture *f = *state;
    assert_ok(build(f, toys, 3, SW_COUNT(topics)));
    static const char *const names[] = {"counter.counts", "period.periods", "ledger.ledgers",
                                        "runtime.due", "runtime.timers"};
    assert_int_equal(f->topology.store_count, SW_COUNT(names));
    for (size_t i = 0; i < SW_COUNT(names); i++)
        assert_string_equal(f->topology.stores[i].name, names[i]);
    assert_int_equal(f->topology.nodes[2].first_store, 2);
    assert_int_equal(f->topology.store_due, 3);
    assert_int_equal(f->topology.store_timers, 4);
}

static void filters_are_made_for_what_is_looked_up_alone(void **state) {
    fixture *f = *state;
    static const sw_processor_store stores[] = {{"rows", 1, 8}, {"index", 1, 8, .scanned = true}};
    sw_processor both = sw_toy_counter;
    const sw_processor *const list[] = {&both};
    both.stores = stores;
    both.store_count = SW_COUNT(stores);
    assert_ok(build(f, list, 1, SW_COUNT(topics)));
    assert_true(f->topology.stores[0].point_lookups);
    assert_false(f->topology.stores[1].point_lookups);
}

static void a_topic_that_is_not_declared_is_named(void **state) {
    fixture *f = *state;
    static const char *const inputs[] = {"toy.word", NULL};
    sw_processor wrong = sw_toy_counter;
    wrong.inputs = inputs;
    const sw_processor *const all[] = {&wrong};
    assert_int_equal(build(f, all, 1, SW_COUNT(topics)), SW_E_UNKNOWN);
    assert_non_null(strstr(sw_diag_text(&f->arena, f->diags.first).ptr, "toy.word"));
}

static void inputs_with_different_partition_counts_are_refused(void **state) {
    fixture *f = *state;
    static const char *const inputs[] = {"toy.words", "toy.periods", NULL};
    sw_processor wrong = sw_toy_counter;
    wrong.inputs = inputs;
    const sw_processor *const all[] = {&wrong};
    assert_int_equal(build(f, all, 1, SW_COUNT(topics)), SW_E_CONFLICT);
}

static void a_name_or_id_that_is_used_twice_is_refused(void **state) {
    fixture *f = *state;
    sw_processor same_id = sw_toy_period;
    same_id.id = sw_toy_counter.id;
    const sw_processor *const ids[] = {&sw_toy_counter, &same_id};
    assert_int_equal(build(f, ids, 2, SW_COUNT(topics)), SW_E_CONFLICT);
    sw_processor same_name = sw_toy_period;
    same_name.name = sw_toy_counter.name;
    const sw_processor *const names[] = {&sw_toy_counter, &same_name};
    assert_int_equal(build(f, names, 2, SW_COUNT(topics)), SW_E_CONFLICT);
    sw_processor no_id = sw_toy_period;
    no_id.id = 0;
    const sw_processor *const none[] = {&no_id};
    assert_int_equal(build(f, none, 1, SW_COUNT(topics)), SW_E_INVALID);
}

static void without_a_topic_for_dead_letters_nothing_starts(void **state) {
    fixture *f = *state;
    assert_int_equal(build(f, toys, 3, SW_COUNT(topics) - 1), SW_E_UNKNOWN);
}

static void too_little_memory_is_told_at_every_allocation(void **state) {
    fixture *f = *state;
    sw_err err = SW_E_LIMIT;
    int64_t n = 0;
    for (; err == SW_E_LIMIT; n++) {
        memset(&f->topology, 0, sizeof f->topology);
        f->arena.fail_after = n;
        err = sw_topology_build(&f->arena, toys, NULL, 3, topics, SW_COUNT(topics), NULL,
                                &f->topology);
        if (err) assert_null(f->topology.nodes);
    }
    assert_ok(err);
    assert_true(n > 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_processor_has_a_task_for_each_partition, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_tasks_number_does_not_depend_on_the_other_processors,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            stores_are_named_by_processor_and_the_runtimes_own_come_last, setup, teardown),
        cmocka_unit_test_setup_teardown(filters_are_made_for_what_is_looked_up_alone, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_topic_that_is_not_declared_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(inputs_with_different_partition_counts_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_name_or_id_that_is_used_twice_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(without_a_topic_for_dead_letters_nothing_starts, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(too_little_memory_is_told_at_every_allocation, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
