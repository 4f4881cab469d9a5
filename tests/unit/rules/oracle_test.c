/* The naive evaluator against stories told by hand, line by line: the judge has to be judged too.
 */
#include "unit/test.h"

#include <stdio.h>

#include "oracle/world.h"

#define ARENA_BYTES ((size_t)64 << 20)
#define DETAIN      "  - id: detain\n    kind: deadline\n    key: [case_id, person_id]\n"

static const char catalogue[] =
    "types:\n"
    "  detained: {element: person, fields: {case_id: {type: string, key: true}, person_id: {type: "
    "string, key: true}, person_ids: {type: 'string[]', key: true, of: person_id}, at: "
    "timestamp}}\n"
    "  released: {element: person, fields: {case_id: {type: string, key: true}, person_id: {type: "
    "string, key: true}, at: timestamp}}\n"
    "  extended: {element: person, fields: {case_id: {type: string, key: true}, person_id: {type: "
    "string, key: true}, days: int}}\n"
    "  held: {element: case, fields: {case_id: {type: string, key: true}}}\n"
    "  resumed: {element: case, fields: {case_id: {type: string, key: true}}}\n"
    "  merged: {element: case, fields: {case_id: {type: string, key: true}}}\n"
    "  asked: {element: case, fields: {case_id: {type: string, key: true}, officers: int}}\n";

typedef struct story {
    const char *rules;
    const char *events;
    const char *until;
    const char *told; /* one line for each transition */
} story;

static void write_line(sw_buf *out, const sw_transition *told) {
    static const char *const changes[] = {
        [SW_WITHDRAWN] = "withdrawn", [SW_RAISED] = "raised", [SW_RESOLVED] = "resolved"};
    const sw_warning *warning = told->warning;
    sw_time_write(out, told->at_ms, 8 * 3600);
    sw_buf_printf(out, " %s %s", changes[told->change], sw_level_name(warning->level));
    if (warning->repeat) sw_buf_printf(out, "#%u", warning->repeat);
    for (uint32_t i = 0; i < warning->rule->key_count; i++)
        sw_buf_printf(out, " %.*s", SW_FMT(warning->key[i]));
    if (told->reason) sw_buf_printf(out, " %s", told->reason);
    if (told->cause) sw_buf_printf(out, " by %.*s", SW_FMT(told->cause->id));
    if (told->change == SW_RESOLVED && warning->late_by_s >= 0)
        sw_buf_printf(out, " late %lld s", (long long)warning->late_by_s);
    if (told->replaces) sw_buf_add_cstr(out, " replaces");
    if (told->replaced_by) sw_buf_add_cstr(out, " replaced");
    sw_buf_add_byte(out, '\n');
}

static void must(sw_err err, const sw_world *world) {
    if (!err) return;
    sw_slice findings = sw_world_findings(world);
    fail_msg("%s\n%.*s", sw_err_name(err), SW_FMT(findings));
}

static void check_story(const story *one) {
    sw_arena arena;
    sw_arena_init(&arena, ARENA_BYTES);
    sw_world world;
    sw_world_init(&world, &arena);
    sw_slice pack =
        sw_arena_printf(&arena,
                        "apiVersion: seawall/v1\nkind: RulePack\n"
                        "metadata: {name: t, version: \"1\", timezone: Asia/Shanghai}\nrules:\n%s",
                        one->rules);
    must(sw_world_catalogue(&world, sw_slice_cstr(catalogue)), &world);
    must(sw_world_packs(&world, &pack, 1), &world);
    must(sw_world_events(&world, sw_slice_cstr(one->events)), &world);
    sw_oracle_case given = {
        .set = world.set, .events = world.events, .event_count = world.event_count};
    int64_t until_ms;
    assert_ok(sw_time_parse_ms(sw_slice_cstr(one->until), &until_ms));
    const sw_transition *told;
    uint32_t count;
    assert_ok(sw_oracle_transitions(&given, until_ms, &arena, &told, &count));
    sw_buf out;
    sw_buf_init(&out, 1u << 20);
    for (uint32_t i = 0; i < count; i++) write_line(&out, &told[i]);
    sw_buf_add_byte(&out, '\0');
    assert_string_equal(out.ptr, one->told);
    sw_buf_done(&out);
    sw_arena_done(&arena);
}

#define EVENT(id, type, time, data)                                                                \
    "{\"specversion\":\"1.0\",\"source\":\"s\",\"id\":\"" id "\",\"type\":\"" type                 \
    "\",\"time\":\"" time "\",\"data\":{" data "}}\n"
#define KNOWN(id, type, time, known, data)                                                         \
    "{\"specversion\":\"1.0\",\"source\":\"s\",\"id\":\"" id "\",\"type\":\"" type                 \
    "\",\"time\":\"" time "\",\"receivedtime\":\"" known "\",\"data\":{" data "}}\n"
#define P1 "\"case_id\":\"A\",\"person_id\":\"P1\""

static void an_extension_that_was_given_in_time_but_came_late_takes_the_breach_back(void **state) {
    (void)state;
    /* Vector V37, as its reasoning tells it. */
    check_story(&(story){.rules = DETAIN
                         "    start: {on: detained}\n    limit: 3d\n    count: {begin: next-day}\n"
                         "    extend: [{on: extended, to: {days: data.days}}]\n"
                         "    warn: [{at: due, level: breach}]\n",
                         .events = EVENT("1", "detained", "2026-03-13T10:00:00+08:00", P1)
                             KNOWN("2", "extended", "2026-03-16T09:00:00+08:00",
                                   "2026-03-18T08:00:00+08:00", P1 ",\"days\":7"),
                         .until = "2026-04-01T00:00:00+08:00",
                         .told = "2026-03-17T00:00:00+08:00 raised breach A P1\n"
                                 "2026-03-18T08:00:00+08:00 withdrawn breach A P1 extended by 2\n"
                                 "2026-03-21T00:00:00+08:00 raised breach A P1\n"});
}

static void a_stop_at_a_levels_time_prevents_it_and_one_after_due_is_late(void **state) {
    (void)state;
    check_story(&(story){
        .rules = DETAIN "    start: {on: detained}\n    stop: [{on: released}]\n    limit: 24h\n"
                        "    warn: [{at: -6h, level: orange}, {at: due, level: breach}]\n",
        .events = EVENT("1", "detained", "2026-03-01T08:00:00+08:00", P1)
            EVENT("2", "released", "2026-03-02T08:00:00+08:00", P1)
                EVENT("3", "detained", "2026-03-10T08:00:00+08:00", P1)
                    EVENT("4", "released", "2026-03-11T08:00:02.900+08:00", P1),
        .until = "2026-04-01T00:00:00+08:00",
        .told = "2026-03-02T02:00:00+08:00 raised orange A P1\n"
                "2026-03-02T08:00:00+08:00 resolved orange A P1 stop by 2\n"
                "2026-03-11T02:00:00+08:00 raised orange A P1\n"
                "2026-03-11T08:00:00+08:00 raised breach A P1\n"
                "2026-03-11T08:00:02.900+08:00 resolved orange A P1 stop by 4 late 2 s\n"
                "2026-03-11T08:00:02.900+08:00 resolved breach A P1 stop by 4 late 2 s\n"});
}

static void an_event_without_the_person_concerns_everybody_in_the_case(void **state) {
    (void)state;
    check_story(&(story){
        .rules = DETAIN "    start: {on: detained}\n    cancel: [{on: merged}]\n    limit: 1h\n"
                        "    warn: [{at: start, level: green}]\n",
        .events = EVENT("1", "detained", "2026-03-01T08:00:00+08:00",
                        "\"case_id\":\"A\",\"person_ids\":[\"P1\",\"P2\"]")
            EVENT("2", "detained", "2026-03-01T08:00:00+08:00",
                  "\"case_id\":\"B\",\"person_id\":\"P1\"")
                EVENT("3", "detained", "2026-03-01T08:10:00+08:00", "\"case_id\":\"A\"")
                    EVENT("4", "merged", "2026-03-01T09:00:00+08:00", "\"case_id\":\"A\""),
        .until = "2026-04-01T00:00:00+08:00",
        .told = "2026-03-01T08:00:00+08:00 raised green A P1\n"
                "2026-03-01T08:00:00+08:00 raised green A P2\n"
                "2026-03-01T08:00:00+08:00 raised green B P1\n"
                "2026-03-01T09:00:00+08:00 withdrawn green A P1 cancelled by 4\n"
                "2026-03-01T09:00:00+08:00 withdrawn green A P2 cancelled by 4\n"});
}

static void an_earlier_start_that_comes_late_takes_the_place_of_the_later(void **state) {
    (void)state;
    check_story(&(story){
        .rules = DETAIN "    start: {on: detained}\n    limit: 24h\n"
                        "    warn: [{at: start, level: green}, {at: due, level: breach}]\n",
        .events = EVENT("2", "detained", "2026-03-01T12:00:00+08:00", P1)
            KNOWN("1", "detained", "2026-03-01T08:00:00+08:00", "2026-03-02T10:00:00+08:00", P1),
        .until = "2026-04-01T00:00:00+08:00",
        .told = "2026-03-01T12:00:00+08:00 raised green A P1\n"
                "2026-03-02T10:00:00+08:00 withdrawn green A P1 late-event by 1 replaced\n"
                "2026-03-02T10:00:00+08:00 raised green A P1 replaces\n"
                "2026-03-02T10:00:00+08:00 raised breach A P1\n"});
}

static void a_pause_moves_levels_and_repeats_and_holds_them_while_it_is_open(void **state) {
    (void)state;
    /* Due 08:00 + 10 h + 4 h of pause; half of 10 h unpaused is 13:00 + 4 h; repeats by themselves.
     */
    check_story(&(story){
        .rules = DETAIN "    start: {on: detained}\n    limit: 10h\n"
                        "    pause: [{from: {on: held}, to: {on: resumed}}]\n"
                        "    warn: [{at: 50%, level: blue}, {at: due, level: breach, repeat: "
                        "{every: 1h, max: 2}}]\n",
        .events = EVENT("1", "detained", "2026-03-01T08:00:00+08:00", P1)
            EVENT("2", "held", "2026-03-01T12:00:00+08:00", "\"case_id\":\"A\"")
                EVENT("3", "held", "2026-03-01T13:00:00+08:00", "\"case_id\":\"A\"")
                    EVENT("4", "resumed", "2026-03-01T16:00:00+08:00", "\"case_id\":\"A\"")
                        EVENT("5", "resumed", "2026-03-01T17:30:00+08:00", "\"case_id\":\"A\""),
        .until = "2026-04-01T00:00:00+08:00",
        .told = "2026-03-01T17:00:00+08:00 raised blue A P1\n"
                "2026-03-01T22:00:00+08:00 raised breach A P1\n"
                "2026-03-01T23:00:00+08:00 raised breach#1 A P1\n"
                "2026-03-02T00:00:00+08:00 raised breach#2 A P1\n"});
}

static void a_retracted_stop_lets_the_instance_run_again(void **state) {
    (void)state;
    check_story(&(story){.rules = DETAIN
                         "    start: {on: detained}\n    stop: [{on: released}]\n    limit: 24h\n"
                         "    warn: [{at: start, level: green}, {at: due, level: breach}]\n",
                         .events = EVENT("1", "detained", "2026-03-01T08:00:00+08:00", P1)
                             EVENT("2", "released", "2026-03-01T10:00:00+08:00", P1)
                                 EVENT("3", "event.retracted", "2026-03-03T09:00:00+08:00",
                                       "\"source\":\"s\",\"id\":\"2\""),
                         .until = "2026-04-01T00:00:00+08:00",
                         .told = "2026-03-01T08:00:00+08:00 raised green A P1\n"
                                 "2026-03-01T10:00:00+08:00 resolved green A P1 stop by 2\n"
                                 "2026-03-03T09:00:00+08:00 raised green A P1\n"
                                 "2026-03-03T09:00:00+08:00 raised breach A P1\n"});
}

static void of_two_contents_of_one_identity_the_first_received_stands(void **state) {
    (void)state;
    check_story(&(story){
        .rules = "  - {id: alone, kind: check, key: [case_id], on: asked, when: data.officers < 2, "
                 "level: red}\n",
        .events = KNOWN("1", "asked", "2026-03-01T08:00:00+08:00", "2026-03-01T12:00:00+08:00",
                        "\"case_id\":\"A\",\"officers\":1")
            KNOWN("1", "asked", "2026-03-01T08:00:00+08:00", "2026-03-01T11:00:00+08:00",
                  "\"case_id\":\"A\",\"officers\":2")
                KNOWN("2", "asked", "2026-03-01T09:00:00+08:00", "2026-03-01T10:00:00+08:00",
                      "\"case_id\":\"A\",\"officers\":1")
                    EVENT("3", "asked", "2026-03-01T09:30:00+08:00", "\"case_id\":\"A\""),
        .until = "2026-04-01T00:00:00+08:00",
        .told = "2026-03-01T10:00:00+08:00 raised red A\n"});
}

static void a_correction_that_comes_first_waits_for_its_target(void **state) {
    (void)state;
    check_story(&(story){
        .rules = DETAIN "    start: {on: detained, at: data.at}\n    limit: 1h\n"
                        "    warn: [{at: due, level: breach}]\n",
        .events =
            EVENT("c", "event.corrected", "2026-03-01T06:00:00+08:00",
                  "\"source\":\"s\",\"id\":\"1\",\"event\":{\"specversion\":\"1.0\",\"source\":"
                  "\"s\",\"id\":\"1\",\"type\":\"detained\",\"time\":\"2026-03-01T05:00:00+08:"
                  "00\",\"data\":{" P1 ",\"at\":\"2026-03-01T04:00:00+08:00\"}}")
                KNOWN("1", "detained", "2026-03-01T05:00:00+08:00", "2026-03-01T08:00:00+08:00",
                      P1 ",\"at\":\"2026-03-01T20:00:00+08:00\""),
        .until = "2026-04-01T00:00:00+08:00",
        .told = "2026-03-01T08:00:00+08:00 raised breach A P1\n"});
}

static void an_event_of_the_future_waits_for_its_time(void **state) {
    (void)state;
    check_story(&(story){
        .rules = DETAIN "    start: {on: detained}\n    stop: [{on: released}]\n    limit: 2h\n"
                        "    warn: [{at: start, level: green}, {at: due, level: breach}]\n",
        .events = KNOWN("1", "detained", "2026-03-01T08:00:00+08:00", "2026-03-01T07:00:00+08:00",
                        P1)
            KNOWN("2", "released", "2026-03-01T09:00:00+08:00", "2026-03-01T07:30:00+08:00", P1),
        .until = "2026-04-01T00:00:00+08:00",
        .told = "2026-03-01T08:00:00+08:00 raised green A P1\n"
                "2026-03-01T09:00:00+08:00 resolved green A P1 stop by 2\n"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_extension_that_was_given_in_time_but_came_late_takes_the_breach_back),
        cmocka_unit_test(a_stop_at_a_levels_time_prevents_it_and_one_after_due_is_late),
        cmocka_unit_test(an_event_without_the_person_concerns_everybody_in_the_case),
        cmocka_unit_test(an_earlier_start_that_comes_late_takes_the_place_of_the_later),
        cmocka_unit_test(a_pause_moves_levels_and_repeats_and_holds_them_while_it_is_open),
        cmocka_unit_test(a_retracted_stop_lets_the_instance_run_again),
        cmocka_unit_test(of_two_contents_of_one_identity_the_first_received_stands),
        cmocka_unit_test(a_correction_that_comes_first_waits_for_its_target),
        cmocka_unit_test(an_event_of_the_future_waits_for_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
