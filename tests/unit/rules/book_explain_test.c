#include "unit/rules/book_world.h"

#include <stdio.h>

#include "text/json.h"

static const char rule_text[] =
    "  - {id: r, kind: deadline, key: [k, p], name: 期限, basis: [{law: L, article: 'Art. 1'}],\n"
    "     start: {on: start, when: 'data.ok', at: data.at}, stop: [{on: stop}],\n"
    "     restart: [{on: restart, when: 'data.n > 5'}], pause: [{from: {on: from}, to: {on: to}}], "
    "limit: 3d,\n"
    "     extend: [{on: extend, by: {days: data.n}, max: 1, approver: data.kind,\n"
    "               basis: {law: L, article: 'Art. 2'}}],\n"
    "     count: {rollover: workday}, caution: {begin: next-day},\n"
    "     warn: [{at: 50%, level: blue, to: [handler]}, {at: caution-6h, level: orange, to: "
    "[handler]},\n"
    "            {at: due, level: breach, to: [handler], repeat: {every: 24h, max: 1}}]}\n"
    "  - {id: c, kind: check, key: [k], on: seen, when: 'data.n < 2', level: red, to: [handler]}\n";

static const char *explain(world *w, const sw_explain *what, const char *time) {
    sw_buf out;
    sw_slice text;
    sw_buf_init(&out, 1 << 20);
    assert_ok(sw_book_explain(w->book, what, world_time(time), &w->scratch, &out));
    assert_int_equal(w->scratch.used_bytes, 0);
    sw_buf_add_byte(&out, '\0');
    assert_true(sw_arena_copy(&w->arena, sw_buf_slice(&out), &text));
    sw_buf_done(&out);
    const sw_json *tree;
    sw_json_limits limits = {0};
    assert_ok(sw_json_parse(&w->arena, sw_slice_cstr(text.ptr), limits, &w->diags, &tree));
    assert_int_equal(tree->kind, SW_JSON_ARRAY);
    return text.ptr;
}

static void assert_has(const char *text, const char *part) {
    if (!strstr(text, part)) fail_msg("%s\nis not in\n%s", part, text);
}

static void every_step_is_named_with_the_event_behind_it(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "2 10:00", "k=A p=P ok=true at=2|09:00");
    world_add(&w, "extend", "e2", "2 11:00", "k=A p=P n=1 kind=chief");
    world_add(&w, "extend", "e3", "2 12:00", "k=A p=P n=1");
    world_add(&w, "from", "e4", "2 13:00", "k=A p=P");
    world_add(&w, "to", "e5", "3 13:00", "k=A p=P");
    world_add(&w, "restart", "e6", "4", "k=A p=P");
    world_add(&w, "stop", "e7", "20", "k=A p=P");
    world_tell(&w, "3");
    sw_slice key[] = {SW_S("A"), SW_S("P")};
    const char *text =
        explain(&w, &(sw_explain){.rule_id = SW_S("r"), .key = key, .key_count = 2}, "25");
    assert_has(text, "\"rule\":\"r\",\"name\":\"期限\",\"pack\":\"p@1.0.0\"");
    assert_has(text, "\"key\":{\"k\":\"A\",\"p\":\"P\"}");
    assert_has(text, "\"opened_by\":{\"source\":\"s\",\"id\":\"e1\",\"type\":\"start\","
                     "\"time\":\"2026-03-02T10:00:00Z\"}");
    assert_has(text, "\"when\":{\"text\":\"data.ok\",\"values\":{\"data.ok\":true}}");
    assert_has(text, "\"state\":\"resolved\",\"start\":\"2026-03-02T09:00:00Z\"");
    assert_has(text, "{\"step\":\"begin\",\"at\":\"2026-03-02T09:00:00Z\"}");
    assert_has(text, "{\"step\":\"limit\",\"limit\":\"3d\",\"due\":\"2026-03-05T09:00:00Z\"}");
    assert_has(text, "\"by\":\"1d\",\"fate\":\"taken\",\"approver\":\"chief\",\"basis\":"
                     "[{\"law\":\"L\",\"article\":\"Art. 2\"}],\"due\":\"2026-03-06T09:00:00Z\"");
    assert_has(text, "\"fate\":\"over-max\"");
    assert_has(text, "{\"step\":\"pause\",\"from\":\"2026-03-02T13:00:00Z\",\"to\":"
                     "\"2026-03-03T13:00:00Z\",\"added_days\":1,\"due\":\"2026-03-07T09:00:00Z\"}");
    /* 7 March 2026 is a Saturday: 24:00 of Monday the 9th. */
    assert_has(text, "\"step\":\"rollover\",\"days\":2,\"day\":\"2026-03-07\"");
    assert_has(text, "\"due\":\"2026-03-10T00:00:00Z\",\"provisional\":true");
    assert_has(text, "\"from_event\":{\"source\":\"s\",\"id\":\"e4\"");
    assert_has(text, "\"to_event\":{\"source\":\"s\",\"id\":\"e5\"");
    assert_has(text, "\"stop\":{\"event\":{\"source\":\"s\",\"id\":\"e7\"");
    assert_has(text, "\"at\":\"2026-03-20T00:00:00Z\",\"late_by\":864000}");
    assert_has(text, "{\"level\":\"breach\",\"at\":\"due\",\"warning_id\":\"");
    assert_has(text, "\"failed\":[{\"event\":{\"source\":\"s\",\"id\":\"e6\"");
    assert_has(text, "\"condition\":\"data.n > 5\",\"part\":\"data.n\",\"code\":\"missing\"");
    world_done(&w);
}

static void a_warning_is_found_by_its_id(void **state) {
    world w;
    const sw_warning *set;
    uint32_t count;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "seen", "e1", "2", "k=A n=1");
    world_add(&w, "seen", "e2", "3", "k=A n=1");
    world_add(&w, "seen", "e3", "3", "k=A n=2");
    world_tell(&w, "5");
    assert_ok(sw_book_set(w.book, world_time("5"), &w.arena, &set, &count));
    assert_int_equal(count, 2);
    for (uint32_t i = 0; i < count; i++) {
        const char *text = explain(&w, &(sw_explain){.warning_id = &set[i].id}, "5");
        const char *id = sw_slice_is(set[i].events[0].id, "e1") ? "\"id\":\"e1\"" : "\"id\":\"e2\"";
        assert_has(text, id);
        assert_has(text, "\"kind\":\"check\"");
        assert_has(text, "\"when\":{\"text\":\"data.n < 2\",\"values\":{\"data.n\":1}}");
        assert_null(strstr(text, "},{\"rule\""));
    }
    sw_buf out;
    sw_buf_init(&out, 1024);
    sw_hash128 none = {{0}};
    assert_int_equal(sw_book_explain(w.book, &(sw_explain){.warning_id = &none}, world_time("5"),
                                     &w.scratch, &out),
                     SW_E_NOT_FOUND);
    assert_int_equal(out.len, 0);
    sw_buf_done(&out);
    world_done(&w);
}

static void a_pause_that_is_open_holds_levels_back(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "2 09:00", "k=A p=P ok=true at=2|09:00");
    world_add(&w, "from", "e4", "2 13:00", "k=A p=P");
    world_tell(&w, "3");
    const char *text = explain(&w, &(sw_explain){.rule_id = SW_S("r")}, "4");
    assert_has(text, "\"time\":null,\"reached\":false,\"held_by_pause\":true");
    assert_has(text, "\"from\":\"2026-03-02T13:00:00Z\",\"from_event\"");
    assert_has(text, "\"to\":null");
    world_done(&w);
}

/* --- why there is none -------------------------------------------------------------------- */

/* What stands in the array for an event that opened nothing: from `"opened":false` to the end of
 * its reasons. */
static void assert_unopened(const char *text, const char *id, const char *whys) {
    char event[64];
    snprintf(event, sizeof event, "\"opened\":false,\"event\":{\"source\":\"s\",\"id\":\"%s\"", id);
    const char *at = strstr(text, event);
    if (!at) fail_msg("%s\nis not in\n%s", event, text);
    const char *begin = strstr(at, "\"why\":");
    assert_non_null(begin);
    if (strncmp(begin + 6, whys, strlen(whys)) != 0) fail_msg("%s\nis not\n%s", begin, whys);
}

static const char *explain_rule(world *w, const char *id, const char *time) {
    return explain(w, &(sw_explain){.rule_id = sw_slice_cstr(id)}, time);
}

static void a_condition_that_does_not_hold_is_told_with_its_values(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "2 10:00", "k=A p=P ok=false at=2|09:00");
    world_add(&w, "seen", "e2", "3", "k=A n=2");
    world_tell(&w, "5");
    const char *text = explain_rule(&w, "r", "5");
    assert_has(text, "[{\"rule\":\"r\",\"name\":\"期限\",\"pack\":\"p@1.0.0\"");
    assert_has(text, "\"key\":{\"k\":\"A\",\"p\":\"P\"},\"opened\":false");
    assert_unopened(text, "e1",
                    "[{\"code\":\"condition-false\",\"words\":\"its condition does not hold\","
                    "\"condition\":{\"text\":\"data.ok\",\"values\":{\"data.ok\":false}}}]}]");
    assert_unopened(explain_rule(&w, "c", "5"), "e2",
                    "[{\"code\":\"condition-false\",\"words\":\"its condition does not hold\","
                    "\"condition\":{\"text\":\"data.n < 2\",\"values\":{\"data.n\":2}}}]}]");
    world_done(&w);
}

static void a_condition_that_failed_is_told_with_its_part(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "2 10:00", "k=A p=P at=2|09:00");
    world_add(&w, "start", "e2", "3 10:00", "k=A p=P ok=true");
    world_tell(&w, "5");
    const char *text = explain_rule(&w, "r", "5");
    assert_unopened(
        text, "e1",
        "[{\"code\":\"condition-failed\",\"words\":\"its condition failed, which counts "
        "as false\",\"condition\":{\"text\":\"data.ok\",\"values\":{\"data.ok\":null}},"
        "\"failure\":{\"part\":\"data.ok\",\"code\":\"missing\",\"message\":");
    assert_unopened(
        text, "e2",
        "[{\"code\":\"condition-failed\",\"words\":\"its condition failed, which counts "
        "as false\",\"condition\":{\"text\":\"data.at\",\"values\":{\"data.at\":null}},"
        "\"failure\":{\"part\":\"data.at\",\"code\":\"missing\",\"message\":");
    world_done(&w);
}

static const char running_text[] =
    "  - {id: r, kind: deadline, key: [k, p], start: {on: start}, stop: [{on: stop}], "
    "cancel: [{on: cancel}],\n"
    "     limit: [{when: 'data.kind == \"a\"', limit: 3d}, {when: 'data.n > 0', limit: {days: "
    "data.n}}],\n"
    "     warn: [{at: due, level: red, to: [handler]}]}\n";

static void an_instance_that_runs_and_one_that_is_cancelled_are_named(void **state) {
    world w;
    (void)state;
    world_init(&w, running_text);
    world_add(&w, "start", "e1", "2", "k=A p=P kind=a");
    world_add(&w, "start", "e2", "3", "k=A p=P kind=a");
    world_add(&w, "cancel", "e3", "4", "k=A p=P");
    world_add(&w, "start", "e4", "5", "k=A p=P kind=a");
    world_add(&w, "start", "e5", "6", "k=A p=Q kind=a");
    world_tell(&w, "7");
    const char *text = explain_rule(&w, "r", "7");
    assert_unopened(text, "e1",
                    "[{\"code\":\"cancelled\",\"words\":\"what it opened was cancelled\",\"by\":"
                    "{\"source\":\"s\",\"id\":\"e3\",\"type\":\"cancel\",\"time\":"
                    "\"2026-03-04T00:00:00Z\"}}]}");
    assert_unopened(text, "e2",
                    "[{\"code\":\"already-running\",\"words\":\"an instance was already running, "
                    "opened by another event\",\"running\":{\"source\":\"s\",\"id\":\"e1\",");
    assert_has(text, "\"opened_by\":{\"source\":\"s\",\"id\":\"e4\"");
    assert_has(text, "\"opened_by\":{\"source\":\"s\",\"id\":\"e5\"");
    /* Oldest first: e1, e2, e4, e5. */
    assert_true(strstr(text, "\"e2\",\"type\":\"start\"") < strstr(text, "\"id\":\"e4\""));
    sw_slice key[] = {SW_S("A"), SW_S("Q")};
    text = explain(&w, &(sw_explain){.rule_id = SW_S("r"), .key = key, .key_count = 2}, "7");
    assert_null(strstr(text, "\"opened\":false"));
    text = explain(&w, &(sw_explain){.rule_id = SW_S("r"), .key = key, .key_count = 1}, "7");
    assert_unopened(text, "e2", "[{\"code\":\"already-running\"");
    text = explain(&w, &(sw_explain){.rule_id = SW_S("r"), .opened_only = true}, "7");
    assert_null(strstr(text, "\"opened\":false"));
    world_done(&w);
}

static void limits_none_of_which_holds_are_all_told(void **state) {
    world w;
    (void)state;
    world_init(&w, running_text);
    world_add(&w, "start", "e1", "2", "k=A p=P kind=b n=0");
    world_add(&w, "start", "e2", "3", "k=A p=P kind=b");
    world_tell(&w, "7");
    const char *text = explain_rule(&w, "r", "7");
    assert_unopened(text, "e1",
                    "[{\"code\":\"no-limit\",\"words\":\"no entry of the rule's limits holds for "
                    "it\",\"limits\":[{\"limit\":\"3d\",\"condition\":{\"text\":\"data.kind == "
                    "\\\"a\\\"\",\"values\":{\"data.kind\":\"b\"}}},{\"condition\":{\"text\":"
                    "\"data.n > 0\",\"values\":{\"data.n\":0}}}]}]}");
    assert_has(text, "\"values\":{\"data.n\":null}},\"failure\":{\"part\":\"data.n\",\"code\":"
                     "\"missing\"");
    world_done(&w);
}

static void an_event_that_lacks_a_key_field_names_it(void **state) {
    world w;
    (void)state;
    world_init(&w, running_text);
    world_add(&w, "start", "e1", "2", "k=A kind=a");
    world_tell(&w, "7");
    sw_slice key[] = {SW_S("A"), SW_S("P")};
    const char *text =
        explain(&w, &(sw_explain){.rule_id = SW_S("r"), .key = key, .key_count = 2}, "7");
    assert_has(text, "\"key\":{\"k\":\"A\"},\"opened\":false");
    assert_unopened(text, "e1",
                    "[{\"code\":\"lacks-key\",\"words\":\"it carries no value of a field of the "
                    "rule's key\",\"field\":\"p\"}]}]");
    world_done(&w);
}

static void an_event_that_was_taken_back_or_is_to_come_says_so(void **state) {
    world w;
    (void)state;
    world_init(&w, running_text);
    world_add(&w, "start", "e1", "2", "k=A p=P kind=a");
    world_take(&w, world_retract(&w, "x1", "3", "e1"));
    world_add(&w, "start", "e2", "2", "k=A p=Q kind=a");
    world_take(&w, world_correct(&w, "x2", "3", world_event(&w, "stop", "e2", "2", "k=A p=Q")));
    world_add(&w, "start", "e3", "2", "k=A p=R kind=a");
    world_take(&w, world_correct(&w, "x3", "3",
                                 world_event(&w, "start", "e3", "2", "k=A p=R kind=b n=0")));
    world_add(&w, "start", "e4", "20", "k=A p=S kind=a");
    world_tell(&w, "7");
    const char *text = explain_rule(&w, "r", "7");
    assert_unopened(text, "e1",
                    "[{\"code\":\"retracted\",\"words\":\"it was retracted\",\"by\":{\"source\":"
                    "\"s\",\"id\":\"x1\",\"type\":\"event.retracted\"");
    assert_unopened(text, "e2",
                    "[{\"code\":\"corrected\",\"words\":\"it was corrected to something that does "
                    "not begin the rule\",\"by\":{\"source\":\"s\",\"id\":\"x2\"");
    assert_unopened(text, "e3", "[{\"code\":\"no-limit\"");
    assert_unopened(text, "e4",
                    "[{\"code\":\"to-come\",\"words\":\"its time is still to come\"}]}");
    text = explain_rule(&w, "r", "21");
    assert_has(text, "\"opened_by\":{\"source\":\"s\",\"id\":\"e4\"");
    world_done(&w);
}

#define VERSION(version, from, until, key)                                                         \
    "apiVersion: seawall/v1\nkind: RulePack\nmetadata: {name: p, version: " version                \
    ", timezone: UTC, effective: {from: '2026-03-" from "', until: '2026-03-" until                \
    "'}}\nrules:\n"                                                                                \
    "  - {id: c, kind: check, key: " key ", on: seen, when: 'data.n > 1', level: red, to: "        \
    "[handler]}\n"

static void versions_that_are_not_in_effect_are_told_with_their_intervals(void **state) {
    world w;
    (void)state;
    world_init(&w, VERSION("1.0.0", "05", "10", "[k]") VERSION("2.0.0", "12", "20", "[k, p]"));
    world_add(&w, "seen", "e1", "2", "k=A p=P n=2");
    world_add(&w, "seen", "e2", "6", "k=A p=P n=1");
    world_add(&w, "seen", "e3", "13", "k=A n=2");
    world_add(&w, "seen", "e4", "14", "k=A p=P n=2");
    world_tell(&w, "25");
    const char *text = explain_rule(&w, "c", "25");
    assert_unopened(text, "e1",
                    "[{\"code\":\"no-version\",\"words\":\"no version of the rule is in effect at "
                    "its moment\",\"at\":\"2026-03-02T00:00:00Z\",\"versions\":[{\"pack\":"
                    "\"p@1.0.0\",\"from\":\"2026-03-05T00:00:00Z\",\"until\":"
                    "\"2026-03-10T00:00:00Z\"},{\"pack\":\"p@2.0.0\",\"from\":"
                    "\"2026-03-12T00:00:00Z\",\"until\":\"2026-03-20T00:00:00Z\"}]}]}");
    assert_unopened(text, "e2", "[{\"code\":\"condition-false\"");
    assert_unopened(text, "e3", "[{\"code\":\"lacks-key\"");
    assert_has(text, "\"event\":{\"source\":\"s\",\"id\":\"e4\"");
    assert_null(strstr(text, "\"opened\":false,\"event\":{\"source\":\"s\",\"id\":\"e4\""));
    world_done(&w);
}

static void a_version_that_does_not_begin_with_the_event_is_named(void **state) {
    world w;
    (void)state;
    world_init(&w, "  - {id: c, kind: check, key: [k], on: seen, level: red, to: [handler],\n"
                   "     effective: {until: '2026-03-10'}}\n"
                   "  - {id: c, kind: check, key: [k], on: fact, level: red, to: [handler],\n"
                   "     effective: {from: '2026-03-10'}}\n");
    world_add(&w, "seen", "e1", "12", "k=A");
    world_tell(&w, "25");
    assert_unopened(explain_rule(&w, "c", "25"), "e1",
                    "[{\"code\":\"other-version\",\"words\":\"the version that is in effect at its "
                    "moment does not begin with it\",\"at\":\"2026-03-12T00:00:00Z\",\"versions\":"
                    "[{\"pack\":\"p@1.0.0\",\"from\":\"2026-03-10T00:00:00Z\",\"until\":null}]}]}");
    world_done(&w);
}

static void only_a_book_without_such_an_event_has_nothing_to_say(void **state) {
    world w;
    sw_buf out;
    sw_slice key[] = {SW_S("A"), SW_S("Q")}, other[] = {SW_S("B")};
    const sw_explain asked[] = {{.rule_id = SW_S("c")},
                                {.rule_id = SW_S("r"), .key = key, .key_count = 2},
                                {.rule_id = SW_S("r"), .key = other, .key_count = 1},
                                {.rule_id = SW_S("r"), .opened_only = true}};
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "2 10:00", "k=A p=P ok=false at=2|09:00");
    world_add(&w, "stop", "e2", "3", "k=A p=P");
    world_tell(&w, "5");
    sw_buf_init(&out, 1 << 20);
    for (size_t i = 0; i < SW_COUNT(asked); i++) {
        assert_int_equal(sw_book_explain(w.book, &asked[i], world_time("5"), &w.scratch, &out),
                         SW_E_NOT_FOUND);
        assert_int_equal(out.len, 0);
    }
    sw_buf_done(&out);
    world_done(&w);
}

static void failed_allocations_are_said(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "2 09:00", "k=A p=P ok=true at=2|09:00");
    world_add(&w, "from", "e4", "2 13:00", "k=A p=P");
    world_add(&w, "start", "e5", "2 14:00", "k=A p=P ok=true at=2|09:00");
    world_add(&w, "start", "e6", "2 14:00", "k=A p=Q ok=true");
    world_add(&w, "start", "e7", "2 14:00", "k=A ok=true");
    world_tell(&w, "3");
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        sw_buf out;
        sw_buf_init(&out, 1 << 20);
        w.scratch.fail_after = n;
        sw_err err = sw_book_explain(w.book, &(sw_explain){.rule_id = SW_S("r")}, world_time("4"),
                                     &w.scratch, &out);
        done = err == SW_OK && w.scratch.fail_after >= 0;
        w.scratch.fail_after = -1;
        if (err) assert_int_equal(err, SW_E_NOMEM);
        if (err) assert_int_equal(out.len, 0);
        assert_int_equal(w.scratch.used_bytes, 0);
        sw_buf_done(&out);
    }
    world_done(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_is_named_with_the_event_behind_it),
        cmocka_unit_test(a_warning_is_found_by_its_id),
        cmocka_unit_test(a_pause_that_is_open_holds_levels_back),
        cmocka_unit_test(a_condition_that_does_not_hold_is_told_with_its_values),
        cmocka_unit_test(a_condition_that_failed_is_told_with_its_part),
        cmocka_unit_test(an_instance_that_runs_and_one_that_is_cancelled_are_named),
        cmocka_unit_test(limits_none_of_which_holds_are_all_told),
        cmocka_unit_test(an_event_that_lacks_a_key_field_names_it),
        cmocka_unit_test(an_event_that_was_taken_back_or_is_to_come_says_so),
        cmocka_unit_test(versions_that_are_not_in_effect_are_told_with_their_intervals),
        cmocka_unit_test(a_version_that_does_not_begin_with_the_event_is_named),
        cmocka_unit_test(only_a_book_without_such_an_event_has_nothing_to_say),
        cmocka_unit_test(failed_allocations_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
