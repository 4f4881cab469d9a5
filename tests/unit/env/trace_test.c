#include "env/trace.h"

#include "unit/test.h"

typedef struct seen {
    int count;
    sw_trace_event last;
} seen;

static void take(void *arg, const sw_trace_event *event) {
    seen *s = arg;
    s->count++;
    s->last = *event;
}

static void an_event_reaches_the_sink_as_it_is(void **state) {
    (void)state;
    seen s = {0};
    sw_trace_sink sink = {take, &s};
    sw_trace(&sink, &(sw_trace_event){.level = SW_TRACE_WARN,
                                      .name = "task.fenced",
                                      .err = SW_E_FENCED,
                                      .fields = {{.name = "task", .number = 3}}});
    assert_int_equal(s.count, 1);
    assert_int_equal(s.last.level, SW_TRACE_WARN);
    assert_int_equal(s.last.err, SW_E_FENCED);
    assert_string_equal(s.last.fields[0].name, "task");
    assert_int_equal(s.last.fields[0].number, 3);
    assert_null(s.last.fields[1].name);
}

static void no_sink_is_no_trouble(void **state) {
    (void)state;
    sw_trace_event event = {.level = SW_TRACE_INFO, .name = "nobody.listens"};
    sw_trace_sink empty = {0};
    sw_trace(NULL, &event);
    sw_trace(&empty, &event);
    assert_string_equal(sw_trace_level_name(event.level), "info");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_reaches_the_sink_as_it_is),
        cmocka_unit_test(no_sink_is_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
