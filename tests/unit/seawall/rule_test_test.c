#include <stdio.h>

#include "seawall/rules/test/test_run.h"
#include "text/yaml.h"
#include "unit/rules/pack_fixture.h"

static void times_may_leave_out_the_offset(void **state) {
    (void)state;
    static const struct {
        const char *text, *same;
    } list[] = {
        {"2026-03-01", "2026-03-01T00:00:00+08:00"},
        {"2026-03-01T09:00", "2026-03-01T09:00:00+08:00"},
        {"2026-03-01 09:00:30", "2026-03-01T09:00:30+08:00"},
        {"2026-02-28 24:00", "2026-03-01T00:00:00+08:00"},
        {"2026-03-01T09:00:00Z", "2026-03-01T17:00:00+08:00"},
    };
    static const char *const wrong[] = {"",
                                        "2026-02-30",
                                        "2026-3-1",
                                        "2026-03-01T25:00",
                                        "2026-03-01 24:01",
                                        "2026-03-01x09:00",
                                        "20260301"};
    fixture f;
    const sw_zone *zone;
    int64_t ms, same_ms;
    fixture_init(&f);
    assert_ok(sw_zone_load(&f.arena, SW_S("Asia/Shanghai"), &zone));
    for (size_t i = 0; i < SW_COUNT(list); i++) {
        assert_true(test_time(sw_slice_cstr(list[i].text), zone, &ms));
        assert_ok(sw_time_parse_ms(sw_slice_cstr(list[i].same), &same_ms));
        assert_int_equal(ms, same_ms);
    }
    for (size_t i = 0; i < SW_COUNT(wrong); i++)
        assert_false(test_time(sw_slice_cstr(wrong[i]), zone, &ms));
    fixture_done(&f);
}

static const sw_event *event_of(fixture *f, const char *yaml, const char *defaults_yaml) {
    const sw_yaml *node, *defaults = NULL;
    const sw_zone *zone;
    assert_ok(sw_zone_load(&f->arena, SW_S("Asia/Shanghai"), &zone));
    assert_ok(sw_yaml_parse(&f->arena, sw_slice_cstr(yaml), &f->diags, &node));
    if (defaults_yaml)
        assert_ok(sw_yaml_parse(&f->arena, sw_slice_cstr(defaults_yaml), &f->diags, &defaults));
    return test_event(&f->arena, f->cat, zone, node, defaults, 7, &f->diags);
}

static void an_event_is_filled_up_from_defaults_and_its_number(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    const sw_event *event =
        event_of(&f, "{type: case.filed, time: 2026-03-01T09:00, data: {roving: true}}",
                 "{orgcode: '320981010000', data: {case_id: A1, person_id: P1, roving: false}}");
    assert_string_equal(fixture_text(&f, &f.diags), "");
    assert_non_null(event);
    assert_slice(event->id, "e7");
    assert_slice(event->source, "test");
    assert_slice(event->orgcode, "320981010000");
    assert_slice(event->time_text, "2026-03-01T09:00:00+08:00");
    assert_slice(event->fields[sw_event_type_field(event->type, SW_S("case_id"))].s, "A1");
    assert_true(event->fields[sw_event_type_field(event->type, SW_S("roving"))].b);
    assert_int_equal(event->extra_data.len, 0); /* person_id is no field of case.filed */
    fixture_done(&f);
}

static void a_correction_takes_its_event_in_short_form(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    const sw_event *event = event_of(
        &f,
        "{type: event.corrected, time: 2026-03-02, data: {id: e2, event: {type: case.filed, time: "
        "2026-03-01T10:00, data: {case_id: A1}}}}",
        NULL);
    assert_string_equal(fixture_text(&f, &f.diags), "");
    assert_non_null(event);
    assert_slice(event->correction->id, "e2");
    assert_slice(event->correction->source, "test");
    assert_slice(event->correction->replacement->id, "e2");
    assert_slice(event->correction->replacement->time_text, "2026-03-01T10:00:00+08:00");
    fixture_done(&f);
}

static void what_is_wrong_with_an_event_is_told_at_its_place(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    f.diags.file = SW_S("t.yaml");
    assert_null(event_of(&f, "{type: case.filed, tme: 2026-03-02}", NULL));
    assert_string_equal(fixture_text(&f, &f.diags),
                        "t.yaml:1:20: an event has no key 'tme' (did you mean 'time'?)\n");
    fixture_done(&f);
}

/* Warnings that an engine would give. */
static sw_warning given[4];
static uint32_t given_count;

static sw_err fixed_set(const sw_ruleset *rules, const rule_test *test, sw_arena *arena,
                        sw_diags *diags, const sw_warning **ret, uint32_t *ret_count) {
    (void)rules, (void)test, (void)arena, (void)diags;
    *ret = given;
    *ret_count = given_count;
    return SW_OK;
}

static const test_engine fixed = {fixed_set};
static const sw_slice key[] = {{"A1", 2}};

static const char *problems(fixture *f, test_expect *expects, uint32_t count) {
    rule_test test = {.name = SW_S("t"), .expects = expects, .expect_count = count};
    test_result result;
    sw_slice all = SW_S("");
    assert_ok(test_run(&fixed, f->set, &test, sw_zone_utc(), NULL, &f->arena, NULL, &result));
    for (uint32_t i = 0; i < result.problem_count; i++)
        all = sw_arena_printf(&f->arena, "%.*s%.*s\n", SW_FMT(all), SW_FMT(result.problems[i]));
    return all.ptr;
}

static void one_warning_more_or_less_or_other_fails(void **state) {
    (void)state;
    static const sw_yaml node = {.line = 9};
    fixture f;
    fixture_init(&f);
    assert_ok(fixture_load(&f, FIXTURE_HEAD
                           "- {id: a, kind: check, key: [case_id], on: case.filed, level: red}\n"));
    given[0] = (sw_warning){.rule = sw_ruleset_rule(f.set, 0),
                            .level = SW_RED,
                            .key = key,
                            .start_ms = SW_TIME_NONE,
                            .due_ms = SW_TIME_NONE,
                            .fires_ms = 0,
                            .late_by_s = -1};
    given_count = 1;
    test_expect red = {.node = &node,
                       .rule = SW_S("a"),
                       .level = SW_RED,
                       .state = -1,
                       .late_by_s = -1,
                       .provisional = -1,
                       .fires_ms = SW_TIME_NONE,
                       .due_ms = SW_TIME_NONE,
                       .start_ms = SW_TIME_NONE};
    test_expect both[] = {red, red};
    assert_string_equal(problems(&f, both, 1), "");
    assert_string_equal(problems(&f, both, 0),
                        "not expected: a red fires_at 1970-01-01T00:00:00Z (A1)\n");
    assert_string_equal(problems(&f, both, 2), "line 9: missing: a red\n");
    both[0].fires_ms = 1000;
    assert_string_equal(problems(&f, both, 1), "line 9: a red: fires_at is 1970-01-01T00:00:00Z, "
                                               "expected 1970-01-01T00:00:01Z\n");
    both[0].fires_ms = 0;
    both[0].state = SW_STATE_RESOLVED;
    assert_string_equal(problems(&f, both, 1), "line 9: a red: state is open, expected resolved\n");
    fixture_done(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_may_leave_out_the_offset),
        cmocka_unit_test(an_event_is_filled_up_from_defaults_and_its_number),
        cmocka_unit_test(a_correction_takes_its_event_in_short_form),
        cmocka_unit_test(what_is_wrong_with_an_event_is_told_at_its_place),
        cmocka_unit_test(one_warning_more_or_less_or_other_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
