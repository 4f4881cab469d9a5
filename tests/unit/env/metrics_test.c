#include "env/metrics.h"

#include <stdlib.h>

#include "base/rng.h"
#include "unit/test.h"

typedef struct fixture {
    sw_arena arena;
    sw_metrics metrics;
} fixture;

static int setup(void **state) {
    static fixture f;
    sw_arena_init(&f.arena, 1 << 20);
    sw_metrics_init(&f.metrics, &f.arena);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    sw_metrics_done(&f->metrics);
    sw_arena_done(&f->arena);
    return 0;
}

static void the_same_name_and_labels_are_the_same_metric(void **state) {
    fixture *f = *state;
    sw_metric *a, *b, *c;
    assert_ok(sw_metrics_get(&f->metrics, SW_METRIC_COUNTER, "records", "task=\"1\"", "h", &a));
    assert_ok(sw_metrics_get(&f->metrics, SW_METRIC_COUNTER, "records", "task=\"1\"", "h", &b));
    assert_ok(sw_metrics_get(&f->metrics, SW_METRIC_COUNTER, "records", "task=\"2\"", "h", &c));
    assert_ptr_equal(a, b);
    assert_ptr_not_equal(a, c);
    assert_int_equal(sw_metrics_get(&f->metrics, SW_METRIC_GAUGE, "records", "task=\"1\"", "h", &c),
                     SW_E_CONFLICT);
}

static void counters_add_and_gauges_are_set(void **state) {
    fixture *f = *state;
    sw_metric *counter, *gauge;
    assert_ok(sw_metrics_get(&f->metrics, SW_METRIC_COUNTER, "c", "", "h", &counter));
    assert_ok(sw_metrics_get(&f->metrics, SW_METRIC_GAUGE, "g", "", "h", &gauge));
    sw_metric_add(counter, 3);
    sw_metric_add(counter, 4);
    sw_metric_set(gauge, 9);
    sw_metric_add(gauge, -2);
    assert_int_equal(sw_metric_value(counter), 7);
    assert_int_equal(sw_metric_value(gauge), 7);
}

static int by_value(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void a_quantile_is_at_most_an_eighth_above_the_exact_one(void **state) {
    fixture *f = *state;
    sw_metric *h;
    assert_ok(sw_metrics_get(&f->metrics, SW_METRIC_HISTOGRAM, "h", "", "h", &h));
    enum { COUNT = 5000 };
    static int64_t values[COUNT];
    sw_rng rng;
    sw_rng_init(&rng, 3);
    for (int i = 0; i < COUNT; i++) {
        values[i] = (int64_t)(sw_rng_next(&rng) >> (24 + sw_rng_below(&rng, 39)));
        sw_metric_observe(h, values[i]);
    }
    qsort(values, COUNT, sizeof values[0], by_value);
    static const uint32_t permilles[] = {1, 10, 500, 900, 990, 999, 1000};
    for (size_t i = 0; i < SW_COUNT(permilles); i++) {
        int64_t exact = values[(COUNT * permilles[i] + 999) / 1000 - 1];
        int64_t told = sw_metric_quantile(h, permilles[i]);
        assert_true(told >= exact);
        assert_true(told <= exact + exact / 8);
    }
}

static void without_a_registry_everything_is_accepted(void **state) {
    (void)state;
    sw_metric *none = (sw_metric *)state;
    assert_ok(sw_metrics_get(NULL, SW_METRIC_HISTOGRAM, "h", "", "h", &none));
    assert_null(none);
    sw_metric_observe(none, 1);
    sw_metric_add(none, 1);
    assert_int_equal(sw_metric_quantile(none, 500), 0);
}

static void collect(void *arg, const sw_metric *metric) {
    const char **at = *(const char ***)arg;
    *at = metric->name;
    *(const char ***)arg = at + 1;
}

static void metrics_are_listed_in_order_of_registration(void **state) {
    fixture *f = *state;
    sw_metric *m;
    static const char *const names[] = {"z", "a", "m"};
    for (size_t i = 0; i < SW_COUNT(names); i++)
        assert_ok(sw_metrics_get(&f->metrics, SW_METRIC_COUNTER, names[i], "", "h", &m));
    const char *seen[4] = {0}, **at = seen;
    sw_metrics_each(&f->metrics, collect, &at);
    assert_ptr_equal(at, seen + 3);
    for (size_t i = 0; i < SW_COUNT(names); i++) assert_string_equal(seen[i], names[i]);
}

static void a_full_arena_is_told_and_nothing_is_registered(void **state) {
    fixture *f = *state;
    sw_metric *m = NULL;
    f->arena.fail_after = 1;
    assert_int_equal(sw_metrics_get(&f->metrics, SW_METRIC_HISTOGRAM, "h", "", "h", &m),
                     SW_E_LIMIT);
    assert_null(m);
    assert_null(f->metrics.first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_name_and_labels_are_the_same_metric, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(counters_add_and_gauges_are_set, setup, teardown),
        cmocka_unit_test_setup_teardown(a_quantile_is_at_most_an_eighth_above_the_exact_one, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(without_a_registry_everything_is_accepted, setup, teardown),
        cmocka_unit_test_setup_teardown(metrics_are_listed_in_order_of_registration, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_full_arena_is_told_and_nothing_is_registered, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
