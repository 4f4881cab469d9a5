#include <stdio.h>

#include "text/yaml.h"
#include "unit/rules/pack_fixture.h"

static sw_slice read_data(fixture *f, const char *name) {
    sw_slice text;
    char path[512];
    snprintf(path, sizeof path, "%s/tests/unit/rules/data/%s", SW_SOURCE_DIR, name);
    assert_ok(sw_file_read(&f->arena, path, 1 << 20, &f->diags, &text));
    return text;
}

static void every_error_is_found_in_one_run_with_its_place(void **state) {
    (void)state;
    fixture f;
    fixture_init(&f);
    sw_pack_text file = {SW_S("errors.yaml"), read_data(&f, "errors.yaml")};
    sw_slice expected = read_data(&f, "errors.txt");
    assert_int_equal(sw_ruleset_parse(&f.arena, &f.options, &file, 1, &f.diags, &f.set),
                     SW_E_INVALID);
    size_t at = 0;
    for (const sw_diag *diag = f.diags.first; diag; diag = diag->next) {
        size_t end = at;
        while (end < expected.len && expected.ptr[end] != '\n') end++;
        sw_slice line = sw_arena_printf(&f.arena, "%.*s", (int)(end - at), expected.ptr + at);
        assert_string_equal(sw_diag_text(&f.arena, diag).ptr, line.ptr);
        at = end + 1;
    }
    assert_int_equal(at, expected.len);
    fixture_done(&f);
}

/* One rule in a pack; the finding is on line 5 or below. */
#define DEADLINE                                                                                   \
    "- id: r\n"                                                                                    \
    "  kind: deadline\n"                                                                           \
    "  key: [case_id]\n"                                                                           \
    "  start: {on: case.filed}\n"                                                                  \
    "  stop: {on: coercion.released}\n"                                                            \
    "  warn: {at: due, level: red}\n"

typedef struct sentence {
    const char *rest; /* of the rule, from line 11 on */
    const char *finding;
} sentence;

static void assert_told(const sentence *list, size_t count, bool notes) {
    for (size_t i = 0; i < count; i++) {
        fixture f;
        fixture_init(&f);
        sw_slice pack = sw_arena_printf(&f.arena, "%s%s%s", FIXTURE_HEAD, DEADLINE, list[i].rest);
        (void)fixture_load(&f, pack.ptr);
        assert_string_equal(fixture_text(&f, notes ? &f.notes : &f.diags), list[i].finding);
        if (notes) assert_int_equal(f.diags.count, 0);
        fixture_done(&f);
    }
}

static void assert_sentences(const sentence *list, size_t count) {
    assert_told(list, count, false);
}

static void lengths_are_read_with_their_units_only(void **state) {
    (void)state;
    static const sentence list[] = {
        {"  limit: 90s\n", ""},
        {"  limit: 15m\n", ""},
        {"  limit: 24h\n", ""},
        {"  limit: 0d\n", ""},
        {"  limit: 5wd\n", ""},
        {"  limit: 2mo\n", ""},
        {"  limit: 1y\n", ""},
        {"  limit: end-of-quarter\n", ""},
        {"  limit: {working_days: data.suspects * 2}\n", ""},
        {"  limit: {hours: data.suspects}\n", ""},
        {"  limit: 10001y\n",
         "p.yaml:11:10: rules[0].limit: '10001y' is longer than 10000 years\n"},
        {"  limit: 2w\n",
         "p.yaml:11:10: rules[0].limit: '2w' is no length of time (write 90s, 15m, 24h, 3d, 5wd "
         "(working days), 2mo, 1y, or end-of-day, -week, -month, -quarter, -year)\n"},
        {"  limit: {days: data.roving}\n",
         "p.yaml:11:17: rules[0].limit.days: int is wanted here, and this is bool\n"},
        {"  limit: 3d\n  count: {lead: 2mo}\n",
         "p.yaml:12:17: rules[0].count.lead: a lead is in natural or working days (write 7d or "
         "5wd)\n"},
        {"  limit: 3d\n  extend: {on: case.merged, by: end-of-month}\n",
         "p.yaml:12:33: rules[0].extend.by: 'end-of-month' can't stand here (write a length like "
         "3d, 5wd, 2mo)\n"},
    };
    assert_sentences(list, SW_COUNT(list));
}

static void parts_that_the_same_event_always_plays_are_noted(void **state) {
    (void)state;
    static const sentence list[] = {
        {"  limit: 3d\n  restart: {on: coercion.released}\n",
         "p.yaml:9:14: rules[0]: the same event restarts and stops: the stop makes the restart "
         "nothing (tell them apart with 'when')\n"},
        {"  limit: 3d\n  restart: {on: case.filed}\n", ""}, /* what restarts may also start */
        {"  limit: 3d\n  cancel: {on: case.filed, when: '!data.roving'}\n", ""},
        {"  limit: 3d\n  cancel: {on: case.filed}\n",
         "p.yaml:12:16: rules[0]: an event that starts would be cancelled at once (give the cancel "
         "a 'when' that the start's does not meet)\n"},
        {"  limit: 3d\n  cancel: {on: coercion.released}\n",
         "p.yaml:12:16: rules[0]: the same event stops and cancels: after the stop nothing is left "
         "to cancel (tell them apart with 'when')\n"},
    };
    assert_told(list, SW_COUNT(list), true);
}

static void facts_read_only_those_above_them(void **state) {
    (void)state;
    static const sentence list[] = {
        {"  limit: [{when: facts.a, limit: 3d}]\n"
         "  facts: {a: {from: {on: case.filed, value: data.roving}}}\n",
         ""},
        {"  limit: [{when: facts.a > 0, limit: 3d}]\n"
         "  facts: {a: {from: {on: case.filed, value: facts.a}}}\n",
         "p.yaml:12:51: rules[0].facts.a.from[0].value: facts.a: a fact reads only those that "
         "are declared above it\n"},
        {"  limit: 3d\n  facts: {a b: {from: {on: case.filed, value: 'true'}}}\n",
         "p.yaml:12:11: rules[0].facts.a b: a fact's name is letters, digits and _, as conditions "
         "write it\n"},
        {"  limit: 3d\n  facts: {a: {from: []}}\n",
         "p.yaml:12:21: rules[0].facts.a.from: the list is empty (write at least one entry, or "
         "remove the key)\n"},
    };
    assert_sentences(list, SW_COUNT(list));
}

static void an_expression_may_be_any_scalar(void **state) {
    (void)state;
    static const sentence list[] = {
        {"  limit: [{when: facts.a, limit: 3d}]\n"
         "  facts: {a: {from: {on: case.filed, value: true}}}\n",
         ""},
        {"  limit: [{when: facts.a == 3, limit: 3d}]\n"
         "  facts: {a: {from: {on: case.filed, value: 3}}}\n",
         ""},
        {"  limit: [{when: facts.a == 'x', limit: 3d}]\n"
         "  facts: {a: {from: {on: case.filed, value: \"'x'\"}}}\n",
         ""},
    };
    assert_sentences(list, SW_COUNT(list));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_is_found_in_one_run_with_its_place),
        cmocka_unit_test(lengths_are_read_with_their_units_only),
        cmocka_unit_test(parts_that_the_same_event_always_plays_are_noted),
        cmocka_unit_test(facts_read_only_those_above_them),
        cmocka_unit_test(an_expression_may_be_any_scalar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
