#include "unit/rules/book_world.h"

/* One level two days after the start, facts that choose the limit, and a check. */
static const char rule_text[] =
    "  - {id: r, kind: deadline, key: [k], facts: {roving: {from: [{on: fact, value: data.ok}]}},\n"
    "     start: {on: start}, stop: [{on: stop}], limit: [{when: facts.roving, limit: 20d}, "
    "{limit: 2d}],\n"
    "     warn: [{at: due, level: red, to: [handler]}]}\n"
    "  - {id: c, kind: check, key: [k], facts: {two: {from: [{on: fact, value: 'data.n >= 2'}]}},\n"
    "     on: seen, when: '!has(facts.two) || !facts.two', level: orange, to: [handler]}\n";

static void an_earlier_start_that_comes_late_replaces_the_instance(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e2", "2", "k=A");
    world_tell(&w, "2");
    world_tell(&w, "5");
    assert_told(&w, "4 00:00 raised r A red at 4 00:00 due 4 00:00\n");
    world_add(&w, "start", "e1", "1", "k=A");
    world_tell(&w, "5");
    assert_told(&w, "5 00:00 withdrawn r A red late-event by e1 replaced\n"
                    "5 00:00 raised r A red at 3 00:00 due 3 00:00 replaces\n");
    world_done(&w);
}

static void a_stop_that_comes_late_withdraws_what_it_prevents(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1", "k=A");
    world_tell(&w, "5");
    sw_buf_clear(&w.text);
    world_add(&w, "stop", "e2", "2", "k=A");
    world_tell(&w, "6");
    assert_told(&w, "6 00:00 withdrawn r A red stop by e2\n");
    assert_set(&w, "6", "");
    world_done(&w);
}

static void a_retracted_opening_is_withdrawn_and_a_correction_brings_it_back(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    const sw_event *start = world_event(&w, "start", "e1", "1", "k=A");
    world_take(&w, start);
    world_tell(&w, "4");
    sw_buf_clear(&w.text);
    world_take(&w, world_retract(&w, "x1", "4", "e1"));
    world_tell(&w, "5");
    assert_told(&w, "5 00:00 withdrawn r A red retracted by x1\n");
    world_take(&w, world_correct(&w, "x2", "6",
                                 world_event(&w, "start", "e1", "3", "k=A org=320981010000")));
    world_tell(&w, "6");
    assert_told(&w, "6 00:00 raised r A red at 5 00:00 due 5 00:00 org 320981010000\n");
    world_done(&w);
}

static void a_corrected_event_keeps_its_identity(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1", "k=A");
    world_tell(&w, "4");
    sw_buf_clear(&w.text);
    /* The level moves within the past: it is the same warning and nothing is told. */
    world_take(&w, world_correct(&w, "x1", "4", world_event(&w, "start", "e1", "2", "k=A")));
    world_tell(&w, "5");
    assert_told(&w, "");
    assert_set(&w, "5", "r A red at 4 00:00 due 4 00:00\n");
    world_take(&w, world_correct(&w, "x2", "6", world_event(&w, "start", "e1", "5", "k=A")));
    world_tell(&w, "6");
    assert_told(&w, "6 00:00 withdrawn r A red corrected by x2\n");
    world_tell(&w, "7");
    assert_told(&w, "7 00:00 raised r A red at 7 00:00 due 7 00:00\n");
    world_done(&w);
}

static void of_several_corrections_the_last_by_time_holds(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1", "k=A");
    world_take(&w, world_correct(&w, "x2", "3", world_event(&w, "start", "e1", "3", "k=A")));
    world_tell(&w, "3");
    world_take(&w, world_correct(&w, "x1", "2", world_event(&w, "start", "e1", "2", "k=A")));
    world_tell(&w, "30");
    assert_set(&w, "30", "r A red at 5 00:00 due 5 00:00\n");
    world_done(&w);
}

static void a_correction_before_its_target_holds_when_that_comes(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_take(&w, world_retract(&w, "x1", "2", "e1"));
    world_tell(&w, "2");
    world_add(&w, "start", "e1", "1", "k=A");
    world_tell(&w, "30");
    assert_told(&w, "");
    assert_set(&w, "30", "");
    world_done(&w);
}

static void a_correction_moves_an_event_between_keys(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1", "k=A");
    world_tell(&w, "4");
    sw_buf_clear(&w.text);
    world_take(&w, world_correct(&w, "x1", "4", world_event(&w, "start", "e1", "1", "k=B")));
    world_tell(&w, "4");
    assert_told(&w, "4 00:00 withdrawn r A red corrected by x1\n");
    /* The original was never under this key. */
    world_again(&w);
    world_take(&w, world_correct(&w, "x1", "4", world_event(&w, "start", "e1", "1", "k=A")));
    world_tell(&w, "4");
    assert_told(&w, "4 00:00 raised r A red at 3 00:00 due 3 00:00\n");
    world_done(&w);
}

static void a_correction_whose_time_is_to_come_waits(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1", "k=A");
    world_take(&w, world_retract(&w, "x1", "3 12:00", "e1"));
    world_tell(&w, "1");
    world_tell(&w, "9");
    assert_told(&w, "3 00:00 raised r A red at 3 00:00 due 3 00:00\n"
                    "3 12:00 withdrawn r A red retracted by x1\n");
    world_done(&w);
}

static void a_retracted_stop_lets_the_instance_run_again(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1", "k=A");
    world_add(&w, "stop", "e2", "4", "k=A");
    world_tell(&w, "1");
    world_tell(&w, "4");
    assert_told(&w, "3 00:00 raised r A red at 3 00:00 due 3 00:00\n"
                    "4 00:00 resolved r A red late 86400 stop by e2\n");
    world_take(&w, world_retract(&w, "x1", "5", "e2"));
    world_tell(&w, "5");
    assert_told(&w, "5 00:00 raised r A red at 3 00:00 due 3 00:00\n");
    world_done(&w);
}

static void facts_choose_the_limit_at_the_opening_even_if_they_come_late(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1", "k=A");
    world_add(&w, "fact", "f2", "2", "k=A ok=true");
    world_tell(&w, "3");
    assert_told(&w, "3 00:00 raised r A red at 3 00:00 due 3 00:00\n");
    /* At the very time of the opening it is seen, though its id sorts behind. */
    world_add(&w, "fact", "f1", "1", "k=A ok=true");
    world_tell(&w, "4");
    assert_told(&w, "4 00:00 withdrawn r A red late-event by f1\n");
    assert_set(&w, "21", "r A red at 21 00:00 due 21 00:00\n");
    world_done(&w);
}

static void a_check_fires_once_for_each_event_and_follows_its_facts(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "seen", "e1", "1", "k=A officer=7");
    world_add(&w, "seen", "e1", "1", "k=A officer=7");
    world_add(&w, "seen", "e2", "2", "k=A");
    world_tell(&w, "2");
    sw_buf_clear(&w.text);
    world_add(&w, "fact", "f", "1 12:00", "k=A n=2");
    world_tell(&w, "2");
    assert_told(&w, "2 00:00 withdrawn c A orange late-event by f\n");
    assert_set(&w, "2", "c A orange at 1 00:00 officer 7\n");
    assert_false(sw_book_is_open(w.book));
    world_done(&w);
}

static void a_version_judges_by_the_start(void **state) {
    static const char packs[] =
        "apiVersion: seawall/v1\nkind: RulePack\n"
        "metadata: {name: p, version: 1.0.0, timezone: UTC}\nrules:\n"
        "  - {id: r, kind: deadline, key: [k], start: {on: start, at: data.at}, stop: [{on: "
        "stop}],\n"
        "     limit: 1d, warn: [{at: due, level: red, to: [handler]}]}\n"
        "apiVersion: seawall/v1\nkind: RulePack\n"
        "metadata: {name: p, version: 2.0.0, timezone: UTC, effective: {from: "
        "2026-03-10}}\nrules:\n"
        "  - {id: r, kind: deadline, key: [k], start: {on: start}, limit: 2d,\n"
        "     warn: [{at: due, level: red, to: [handler]}]}\n";
    world w;
    (void)state;
    world_init(&w, packs);
    world_add(&w, "start", "e1", "11", "k=A at=9|00:00");
    world_tell(&w, "15");
    /* Tried against the later version first: it counts from the event's time. */
    assert_set(&w, "15", "r A red at 13 00:00 due 13 00:00\n");
    world_again(&w);
    world_add(&w, "start", "e1", "9", "k=A at=9|00:00");
    world_add(&w, "stop", "e2", "10", "k=A");
    world_add(&w, "start", "e3", "10 12:00", "k=A at=10|12:00");
    world_add(&w, "stop", "e4", "11", "k=A"); /* no stop of the later version */
    world_tell(&w, "15");
    assert_set(&w, "15", "r A red at 12 12:00 due 12 12:00\n");
    world_done(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_earlier_start_that_comes_late_replaces_the_instance),
        cmocka_unit_test(a_stop_that_comes_late_withdraws_what_it_prevents),
        cmocka_unit_test(a_retracted_opening_is_withdrawn_and_a_correction_brings_it_back),
        cmocka_unit_test(a_corrected_event_keeps_its_identity),
        cmocka_unit_test(of_several_corrections_the_last_by_time_holds),
        cmocka_unit_test(a_correction_before_its_target_holds_when_that_comes),
        cmocka_unit_test(a_correction_moves_an_event_between_keys),
        cmocka_unit_test(a_correction_whose_time_is_to_come_waits),
        cmocka_unit_test(a_retracted_stop_lets_the_instance_run_again),
        cmocka_unit_test(facts_choose_the_limit_at_the_opening_even_if_they_come_late),
        cmocka_unit_test(a_check_fires_once_for_each_event_and_follows_its_facts),
        cmocka_unit_test(a_version_judges_by_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
