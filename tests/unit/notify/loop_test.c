/* The loop: one task an instance, who may do which, joint verification, findings. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit/notify/rig.h"
#include "unit/test.h"

#define MONDAY "2026-03-02T10:00:00+08:00"
#define HOUR   3600000LL

static const Seawall__V1__TaskStep *last_step(const Seawall__V1__Task *task) {
    assert_true(task->n_steps > 0);
    return task->steps[task->n_steps - 1];
}

/* A step, and the state after it; where it is refused, the reason begins with `refused`. */
static void step(nrig *r, sw_hash128 first, sw_hash128 on, const char *type, const char *more,
                 const char *actor, const char *want_state, const char *refused) {
    nrig_act(r, type, more, actor, on);
    const Seawall__V1__Task *task = nrig_task(r, first);
    assert_string_equal(task->state, want_state);
    if (!strstr(last_step(task)->refused, refused))
        fail_msg("'%s' is not '%s'", last_step(task)->refused, refused);
    if (!*refused) assert_string_equal(last_step(task)->refused, "");
}

#define CONFIRMED ",\"result\":\"confirmed\""
#define UNFOUNDED ",\"result\":\"unfounded\""
#define PASSED    ",\"result\":\"passed\""
#define FAILED    ",\"result\":\"failed\",\"reason\":\"不实\""
#define DONE      ",\"reason\":\"已补办\""

static void a_warning_goes_round_the_whole_loop(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_hash128 w = nrig_id("A1", SW_RED);
    nrig_raise(&r, "A1", SW_RED);
    step(&r, w, w, "warning.acknowledged", "", "S3", "open", "");
    step(&r, w, w, "rectify.ordered", "", "S2", "open", "not in state 'open'");
    step(&r, w, w, "warning.verified", CONFIRMED, "S3", "open", "it is for: legal_officer");
    step(&r, w, w, "warning.verified", CONFIRMED, "S2", "verified", "");
    step(&r, w, w, "rectify.ordered", "", "C1", "ordered", "");
    assert_non_null(
        strstr(nrig_messages(&r), "S3 red task 【执法监督】城东所A1：交办整改·受案审查"));
    step(&r, w, w, "rectify.submitted", "", "S2", "ordered", "it needs a reason");
    step(&r, w, w, "rectify.submitted", DONE, "S2", "submitted", "");
    step(&r, w, w, "rectify.rechecked", PASSED, "S2", "submitted", "nobody does it for his own");
    step(&r, w, w, "rectify.rechecked", FAILED, "C1", "ordered", "");
    step(&r, w, w, "rectify.submitted", DONE, "S3", "submitted", "");
    step(&r, w, w, "rectify.rechecked", PASSED, "L1", "rechecked", "");
    step(&r, w, w, "warning.closed", "", "S1", "rechecked", "it is for: case_centre");
    step(&r, w, w, "warning.closed", "", "C1", "closed", "");
    step(&r, w, w, "warning.reopened", "", "L1", "closed", "it needs a reason");
    step(&r, w, w, "warning.reopened", DONE, "L1", "open", "");
    step(&r, w, w, "warning.verified", UNFOUNDED, "L1", "open", "it needs a reason");
    step(&r, w, w, "warning.verified", UNFOUNDED DONE, "L1", "dismissed", "");
    assert_int_equal(nrig_count(&r, SW_TOPIC_DEAD_LETTERS), 0);
    nrig_close(&r);
}

static void who_is_no_longer_qualified_is_not_told_and_may_not_decide(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_pb pb = {&r.arena, false};
    sw_directory_entry entry;
    Seawall__V1__Officer officer;
    Seawall__V1__Phone phone, *phones[] = {&phone};
    seawall__v1__directory_entry__init(&entry);
    seawall__v1__officer__init(&officer);
    seawall__v1__phone__init(&phone);
    phone.number = sw_pb_printf(&pb, "13800000004");
    officer.id = sw_pb_printf(&pb, "S2");
    officer.name = sw_pb_printf(&pb, "法制员");
    officer.unit = sw_pb_printf(&pb, "%s", RIG_STATION);
    officer.qualification = sw_pb_printf(&pb, "basic");
    officer.qualified_until_ms = nrig_time("2026-03-02T00:00:00+08:00");
    officer.phones = phones;
    officer.n_phones = 1;
    entry.id = sw_pb_printf(&pb, "officer/S2");
    entry.officer = &officer;
    sw_slice bytes;
    assert_ok(sw_pb_write(&pb, &entry, &bytes));
    nrig_put(&r, SW_TOPIC_DIRECTORY, sw_directory_key(&pb, &entry), bytes);
    nrig_run(&r);
    sw_hash128 w = nrig_id("A1", SW_RED);
    nrig_raise(&r, "A1", SW_RED);
    const char *sent = nrig_messages(&r);
    assert_null(strstr(sent, "S2 "));
    assert_non_null(strstr(sent, "（法制员执法资格已过期，改告办案单位领导）"));
    step(&r, w, w, "warning.verified", CONFIRMED, "S2", "open", "qualification");
    step(&r, w, w, "warning.verified", CONFIRMED, "S1", "verified", "");
    nrig_close(&r);
}

static void levels_of_one_instance_share_a_task_and_any_of_them_names_it(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_hash128 blue = nrig_id("A1", SW_BLUE), orange = nrig_id("A1", SW_ORANGE);
    nrig_raise(&r, "A1", SW_BLUE);
    assert_true(nrig_task(&r, blue)->silent); /* told, but no task yet */
    nrig_raise(&r, "A1", SW_ORANGE);
    const Seawall__V1__Task *task = nrig_task(&r, blue);
    assert_false(task->silent);
    assert_int_equal(task->n_warnings, 2);
    assert_string_equal(task->level, "orange");
    step(&r, blue, orange, "warning.verified", CONFIRMED, "S2", "verified", "");
    step(&r, blue, blue, "rectify.ordered", "", "S2", "ordered", "");
    nrig_close(&r);
}

static void ended(nrig *r, const char *c, sw_level level, sw_change change, int64_t late_by_s,
                  const sw_hash128 *replaced_by) {
    sw_told_warning told = nrig_warning(r, c, level);
    told.change = change;
    told.state = change == SW_WITHDRAWN ? SW_STATE_WITHDRAWN : SW_STATE_RESOLVED;
    told.reason = SW_S("corrected");
    told.late_by_s = late_by_s;
    if (replaced_by) {
        told.has_replaced_by = true;
        told.replaced_by = *replaced_by;
    }
    nrig_tell(r, &told);
    nrig_run(r);
}

static void what_is_withdrawn_closes_its_task_visibly(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_hash128 w = nrig_id("A1", SW_YELLOW);
    nrig_raise(&r, "A1", SW_YELLOW);
    nrig_raise(&r, "A1", SW_RED);
    ended(&r, "A1", SW_RED, SW_WITHDRAWN, -1, NULL);
    assert_string_equal(nrig_task(&r, w)->state, "open");
    ended(&r, "A1", SW_YELLOW, SW_WITHDRAWN, -1, NULL);
    assert_string_equal(nrig_task(&r, w)->state, "withdrawn");
    assert_string_equal(last_step(nrig_task(&r, w))->action, "withdrawn");
    assert_string_equal(last_step(nrig_task(&r, w))->note, "corrected");
    step(&r, w, w, "warning.verified", CONFIRMED, "S2", "withdrawn", "not in state 'withdrawn'");
    nrig_messages(&r);
    nrig_pass(&r, 24 * HOUR); /* nothing climbs */
    assert_string_equal(nrig_messages(&r), "");
    nrig_raise(&r, "A1", SW_RED);
    assert_string_equal(nrig_task(&r, w)->change, "reopened");
    assert_string_equal(nrig_task(&r, w)->state, "open");
    nrig_close(&r);
}

static void
what_is_resolved_in_time_closes_and_what_is_late_is_still_to_be_put_right(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    nrig_raise(&r, "A1", SW_RED);
    nrig_raise(&r, "A2", SW_RED);
    ended(&r, "A1", SW_RED, SW_RESOLVED, -1, NULL);
    ended(&r, "A2", SW_RED, SW_RESOLVED, 0, NULL);
    assert_string_equal(nrig_task(&r, nrig_id("A1", SW_RED))->state, "closed");
    assert_string_equal(nrig_task(&r, nrig_id("A2", SW_RED))->state, "open");
    nrig_close(&r);
}

static void what_takes_its_place_takes_the_task_over_and_nothing_is_sent_again(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_hash128 old = nrig_id("A1", SW_RED), new = nrig_id("new", SW_RED);
    nrig_raise(&r, "A1", SW_RED);
    step(&r, old, old, "warning.verified", CONFIRMED, "S2", "verified", "");
    nrig_messages(&r);
    ended(&r, "A1", SW_RED, SW_WITHDRAWN, -1, &new);
    sw_told_warning told = nrig_warning(&r, "A1", SW_RED);
    static const sw_told_event other = {{"x", 1}, {"other", 5}, {"case.filed", 10}};
    told.id = new;
    told.events = &other;
    told.has_replaces = true;
    told.replaces = old;
    nrig_tell(&r, &told);
    nrig_run(&r);
    assert_string_equal(nrig_messages(&r), "");
    assert_string_equal(nrig_task(&r, old)->state, "handed-over");
    const Seawall__V1__Task *task = nrig_task(&r, new);
    assert_string_equal(task->state, "verified");
    assert_string_equal(task->replaces, nrig_task(&r, old)->task);
    step(&r, new, new, "rectify.ordered", "", "S2", "ordered", "");
    nrig_close(&r);
}

static void a_step_that_comes_before_its_warning_waits_for_it(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_hash128 w = nrig_id("A1", SW_RED);
    nrig_act(&r, "warning.verified", CONFIRMED, "S2", w);
    nrig_raise(&r, "A1", SW_RED);
    assert_string_equal(nrig_task(&r, w)->state, "verified");
    nrig_close(&r);
}

#define FINDING                                                                                    \
    "{\"specversion\":\"1.0\",\"type\":\"finding.recorded\",\"id\":\"f\",\"source\":\"t\","        \
    "\"time\":\"2026-03-02T09:59:00+08:00\",\"data\":{\"finding_id\":\"F1\",\"category\":\"c\","   \
    "\"unit_org\":\"320981510000\",\"county_org\":\"320981000000\",\"source\":\"patrol_county\","  \
    "\"gravity\":\"critical\",\"case_id\":\"A1\"}}"

static sw_hash128 finding_id(void) {
    const sw_slice parts[] = {SW_S("finding"), SW_S("F1")};
    return sw_hash128_parts(parts, SW_COUNT(parts));
}

static void part(nrig *r, const char *department) {
    static int number;
    sw_slice json = sw_arena_printf(
        &r->arena,
        "{\"specversion\":\"1.0\",\"type\":\"joint.step_done\",\"id\":\"j%d\",\"source\":\"t\","
        "\"time\":\"2026-03-02T10:00:00+08:00\",\"data\":{\"joint_id\":\"J1\",\"dept\":\"%s\","
        "\"result\":\"属实\",\"actor_id\":\"I1\"}}",
        ++number, department);
    nrig_event(r, json.ptr);
}

static void a_finding_opens_a_task_and_departments_verify_it_side_by_side(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_hash128 w = finding_id();
    nrig_event(&r, FINDING);
    const char *sent = nrig_messages(&r);
    assert_non_null(strstr(sent, "S2 red warning 【执法监督】红色预警：城东所F1执法问题登记"));
    assert_non_null(strstr(sent, "C1 red warning"));
    nrig_event(&r, FINDING); /* it comes under three keys, and again */
    assert_string_equal(nrig_messages(&r), "");
    nrig_event(&r,
               "{\"specversion\":\"1.0\",\"type\":\"joint.opened\",\"id\":\"o\",\"source\":\"t\","
               "\"time\":\"2026-03-02T10:00:00+08:00\",\"data\":{\"joint_id\":\"J1\","
               "\"finding_id\":\"F1\"}}");
    assert_int_equal(nrig_task(&r, w)->n_parts, 4);
    part(&r, "legal");
    part(&r, "petition");
    part(&r, "audit");
    step(&r, w, w, "warning.verified", CONFIRMED, "C1", "open",
         "the joint verification lacks the part of 'inspection'");
    part(&r, "inspection");
    step(&r, w, w, "warning.verified", CONFIRMED, "C1", "verified", "");
    /* A rule's warning about the finding raises the same task. */
    sw_told_warning told = nrig_warning(&r, "F1", SW_BREACH);
    sw_told_key key = {SW_S("finding_id"), SW_S("F1")};
    told.key = &key;
    nrig_tell(&r, &told);
    nrig_run(&r);
    assert_string_equal(nrig_task(&r, w)->level, "breach");
    assert_int_equal(nrig_task(&r, w)->n_warnings, 1);
    nrig_close(&r);
}

static void a_rule_about_the_loop_is_told_and_opens_no_loop_of_its_own(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    sw_told_warning told = nrig_warning(&r, "W1", SW_RED);
    sw_told_key key = {SW_S("warning_id"), SW_S("0123")};
    told.key = &key;
    nrig_tell(&r, &told);
    nrig_run(&r);
    assert_true(nrig_task(&r, told.id)->silent);
    assert_non_null(strstr(nrig_messages(&r), "S2 red warning"));
    nrig_close(&r);
}

static void only_rules_of_this_tier_are_told(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    r.shared.tier = "station";
    nrig_raise(&r, "A1", SW_RED);
    assert_int_equal(nrig_count(&r, SW_TOPIC_TASKS), 0);
    assert_string_equal(nrig_messages(&r), "");
    nrig_close(&r);
}

static void garbage_is_a_dead_letter_and_nothing_stops(void **state) {
    (void)state;
    nrig r;
    nrig_open(&r, MONDAY);
    nrig_put(&r, SW_TOPIC_WARNINGS, SW_S("case_id=A1"), SW_S("\xff\xff"));
    nrig_put(&r, SW_TOPIC_NOTICES, SW_S("S3"), SW_S("\xff\xff"));
    nrig_put(&r, SW_TOPIC_NOTIFY_STEPS, SW_S("case_id=A1"), SW_S("\xff\xff"));
    nrig_put(&r, SW_TOPIC_NOTICES, SW_SLICE_NONE, SW_S("\n\006wanted"));
    nrig_run(&r);
    assert_int_equal(nrig_count(&r, SW_TOPIC_DEAD_LETTERS), 4);
    nrig_raise(&r, "A1", SW_RED);
    assert_non_null(strstr(nrig_messages(&r), "S3 red"));
    nrig_close(&r);
}

/* ---- settings ---- */

static const char *faults_of(sw_arena *arena, const char *text, bool loop) {
    char path[] = "/tmp/seawall-loop-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    sw_diags diags;
    const sw_loop *table;
    const sw_policy *policy;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 100);
    sw_err err = loop ? sw_loop_load(arena, path, &diags, &table)
                      : sw_policy_load(arena, path, &diags, &policy);
    assert_int_equal(err, SW_E_INVALID);
    unlink(path);
    sw_slice all = SW_S("");
    for (const sw_diag *d = diags.first; d; d = d->next) {
        sw_slice one = sw_diag_text(arena, d);
        all = sw_arena_printf(arena, "%.*s%.*s\n", SW_FMT(all), SW_FMT(one));
    }
    return all.ptr;
}

static void need(const char *all, const char *const *want, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!strstr(all, want[i])) fail_msg("no finding '%s' in\n%s", want[i], all);
}

static void faults_of_the_loop_are_found_at_load(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 8 << 20);
    static const char *const want[] = {
        "there is no state 'closed'",   "there is no state 'nowhere'",
        "nobody may do 'verify'",       "there is no role 'legal_oficer' (did you mean",
        "no step leads out of 'stuck'", "there is no step 'recheck'",
        "there is no action 'nothing'", "a step has no key 'when'",
    };
    need(faults_of(&arena,
                   "kind: Loop\n"
                   "states: {open: {name: a}, stuck: {name: b}, withdrawn: {name: c, end: true}, "
                   "handed-over: {name: d, end: true}}\n"
                   "steps:\n"
                   "  - {action: verify, name: v, event: e, from: [nowhere], to: stuck}\n"
                   "  - {action: close, name: v, event: e, from: [open], to: stuck, when: 1, who: "
                   "[legal_oficer], not_by: nothing}\n",
                   true),
         want, SW_COUNT(want));
    sw_arena_done(&arena);
}

static void faults_of_the_policy_are_found_at_load(void **state) {
    (void)state;
    sw_arena arena;
    sw_arena_init(&arena, 8 << 20);
    static const char *const want[] = {
        "there is no time zone 'Mars'",
        "'soon' is no duration",
        "there is no channel 'fax'",
        "inbox and webhook are no way out",
        "'sideways' says not who is told instead",
        "a breach is never merged",
        "a step comes after the one",
        "'25:00' is no time of day",
        "there is no role 'nobody'",
        "is no address of a webhook",
        "'secret_file' is missing",
        "there is no level 'pink'",
        "'phone_burst' is not a whole number",
    };
    need(
        faults_of(&arena,
                  "kind: Notify\n"
                  "timezone: Mars\n"
                  "max_age: soon\n"
                  "task_from: pink\n"
                  "quiet: {from: '25:00', until: '07:00'}\n"
                  "limits: {phone_burst: -1}\n"
                  "levels:\n"
                  "  blue: {channels: [fax], fallback: [webhook], unreached: sideways}\n"
                  "  red: {escalate: [{after: 1h, to: [unit_leader]}, {after: 1h, to: [nobody]}]}\n"
                  "  breach: {merge: 1m}\n"
                  "webhooks: [{name: a, url: ftp://x}]\n",
                  false),
        want, SW_COUNT(want));
    sw_arena_done(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_warning_goes_round_the_whole_loop),
        cmocka_unit_test(who_is_no_longer_qualified_is_not_told_and_may_not_decide),
        cmocka_unit_test(levels_of_one_instance_share_a_task_and_any_of_them_names_it),
        cmocka_unit_test(what_is_withdrawn_closes_its_task_visibly),
        cmocka_unit_test(what_is_resolved_in_time_closes_and_what_is_late_is_still_to_be_put_right),
        cmocka_unit_test(what_takes_its_place_takes_the_task_over_and_nothing_is_sent_again),
        cmocka_unit_test(a_step_that_comes_before_its_warning_waits_for_it),
        cmocka_unit_test(a_finding_opens_a_task_and_departments_verify_it_side_by_side),
        cmocka_unit_test(a_rule_about_the_loop_is_told_and_opens_no_loop_of_its_own),
        cmocka_unit_test(only_rules_of_this_tier_are_told),
        cmocka_unit_test(garbage_is_a_dead_letter_and_nothing_stops),
        cmocka_unit_test(faults_of_the_loop_are_found_at_load),
        cmocka_unit_test(faults_of_the_policy_are_found_at_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
