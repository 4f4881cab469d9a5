#include "unit/rules/book_world.h"

/* One deadline rule of three days with four levels, restartable, pausable, extensible. */
static const char rule_text[] =
    "  - {id: r, kind: deadline, key: [k, p], start: {on: start, when: 'data.ok', at: data.at},\n"
    "     stop: [{on: stop}], cancel: [{on: cancel}], restart: [{on: restart}],\n"
    "     pause: [{from: {on: from}, to: {on: to}}], limit: 3d,\n"
    "     extend: [{on: extend, when: 'data.n > 0', by: {days: data.n}, max: 1}],\n"
    "     warn: [{at: 50%, level: blue, to: [handler]}, {at: -24h, level: orange, to: [handler]},\n"
    "            {at: due, level: breach, to: [handler], repeat: {every: 24h, max: 2}}]}\n";

#define START "k=A p=P ok=true at=1|09:00"

static void levels_are_raised_at_their_times(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:30", START);
    world_tell(&w, "1 09:30");
    assert_told(&w, "");
    assert_int_equal(sw_book_next(w.book), world_time("2 21:00"));
    assert_true(sw_book_is_open(w.book));
    world_tell(&w, "2 20:59");
    assert_told(&w, "");
    world_tell(&w, "2 21:00");
    assert_told(&w, "2 21:00 raised r A/P blue at 2 21:00 due 4 09:00\n");
    world_tell(&w, "10 00:00");
    assert_told(&w, "3 09:00 raised r A/P orange at 3 09:00 due 4 09:00\n"
                    "4 09:00 raised r A/P breach at 4 09:00 due 4 09:00\n"
                    "5 09:00 raised r A/P breach.1 at 5 09:00 due 4 09:00\n"
                    "6 09:00 raised r A/P breach.2 at 6 09:00 due 4 09:00\n");
    assert_int_equal(sw_book_next(w.book), SW_TIME_MAX);
    assert_true(sw_book_is_open(w.book));
    world_add(&w, "stop", "e2", "11 09:00:01", "k=A p=P");
    world_tell(&w, "11 09:00:01");
    assert_told(&w, "11 09:00:01 resolved r A/P blue late 604801 stop by e2\n"
                    "11 09:00:01 resolved r A/P orange late 604801 stop by e2\n"
                    "11 09:00:01 resolved r A/P breach late 604801 stop by e2\n"
                    "11 09:00:01 resolved r A/P breach.1 late 604801 stop by e2\n"
                    "11 09:00:01 resolved r A/P breach.2 late 604801 stop by e2\n");
    assert_false(sw_book_is_open(w.book));
    world_done(&w);
}

static void a_stop_at_the_levels_time_prevents_it(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", START);
    world_add(&w, "stop", "e2", "2 21:00", "k=A p=P");
    world_tell(&w, "20");
    assert_told(&w, "");
    assert_set(&w, "20", "");
    world_done(&w);
}

static void a_condition_that_fails_counts_as_false_and_is_counted(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", "k=A p=P at=1|09:00");
    world_add(&w, "start", "e2", "1 10:00", "k=A p=P ok=true");
    world_tell(&w, "20");
    assert_told(&w, "");
    assert_int_equal(w.failed, 2);
    world_done(&w);
}

static void a_start_without_all_key_fields_opens_nothing(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", "k=A ok=true at=1|09:00");
    world_tell(&w, "20");
    assert_told(&w, "");
    world_done(&w);
}

static void a_list_puts_the_event_under_each_element(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", "k=A ps=P,Q,P ok=true at=1|09:00");
    world_add(&w, "stop", "e2", "2 22:00", "k=A p=Q");
    world_tell(&w, "3");
    assert_told(&w, "3 00:00 raised r A/P blue at 2 21:00 due 4 09:00\n"
                    "3 00:00 raised r A/Q blue at 2 21:00 due 4 09:00 resolved\n"
                    "3 00:00 resolved r A/Q blue stop by e2\n");
    world_done(&w);
}

static void an_event_without_a_trailing_key_applies_to_every_instance(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", "k=A ps=P,Q ok=true at=1|09:00");
    world_tell(&w, "3");
    sw_buf_clear(&w.text);
    world_add(&w, "cancel", "e2", "3", "k=A");
    world_tell(&w, "3");
    assert_told(&w, "3 00:00 withdrawn r A/P blue cancelled by e2\n"
                    "3 00:00 withdrawn r A/Q blue cancelled by e2\n");
    assert_set(&w, "20", "");
    world_done(&w);
}

static void one_instance_runs_at_a_time_and_the_next_start_opens_the_next(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", START);
    world_add(&w, "start", "e2", "2 09:00", "k=A p=P ok=true at=2|09:00");
    world_add(&w, "stop", "e3", "3 00:00", "k=A p=P");
    world_add(&w, "start", "e4", "5 09:00", "k=A p=P ok=true at=5|09:00");
    world_tell(&w, "6 22:00");
    assert_set(&w, "6 22:00",
               "r A/P blue at 2 21:00 due 4 09:00 resolved\n"
               "r A/P blue at 6 21:00 due 8 09:00\n");
    world_done(&w);
}

static void a_pause_holds_levels_back_and_moves_them(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", START);
    world_add(&w, "from", "e2", "2 12:00", "k=A p=P");
    world_add(&w, "from", "e3", "2 13:00", "k=A p=P");
    world_tell(&w, "2 14:00");
    assert_int_equal(sw_book_next(w.book), SW_TIME_MAX);
    world_tell(&w, "9");
    assert_told(&w, "");
    world_add(&w, "to", "e4", "9 12:00", "k=A p=P");
    world_tell(&w, "9 12:00");
    assert_told(&w, "");
    world_tell(&w, "30");
    /* Seven midnights are added to the due day; the unpaused time reaches its half after the pause.
     */
    assert_told(&w, "9 21:00 raised r A/P blue at 9 21:00 due 11 09:00\n"
                    "10 09:00 raised r A/P orange at 10 09:00 due 11 09:00\n"
                    "11 09:00 raised r A/P breach at 11 09:00 due 11 09:00\n"
                    "12 09:00 raised r A/P breach.1 at 12 09:00 due 11 09:00\n"
                    "13 09:00 raised r A/P breach.2 at 13 09:00 due 11 09:00\n");
    world_done(&w);
}

static void an_extension_withdraws_what_it_moves_into_the_future(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", START);
    world_tell(&w, "3 09:00");
    sw_buf_clear(&w.text);
    world_add(&w, "extend", "x1", "3 10:00", "k=A p=P n=2");
    world_add(&w, "extend", "x2", "3 10:01", "k=A p=P n=4");
    world_tell(&w, "3 10:01");
    assert_told(&w, "3 10:01 withdrawn r A/P blue extended by x1\n"
                    "3 10:01 withdrawn r A/P orange extended by x1\n");
    assert_set(&w, "6 00:00",
               "r A/P blue at 3 21:00 due 6 09:00\n"
               "r A/P orange at 5 09:00 due 6 09:00\n");
    world_done(&w);
}

static void a_restart_forgets_pauses_and_extensions_and_max_counts_anew(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", START);
    world_add(&w, "extend", "x1", "1 10:00", "k=A p=P n=2");
    world_add(&w, "from", "x2", "1 11:00", "k=A p=P");
    world_add(&w, "restart", "x3", "2 09:00", "k=A p=P");
    world_add(&w, "to", "x4", "3 09:00", "k=A p=P");
    world_add(&w, "extend", "x5", "3 10:00", "k=A p=P n=1");
    world_tell(&w, "4");
    assert_told(&w, "");
    assert_set(&w, "6 09:00",
               "r A/P blue at 4 09:00 due 6 09:00\nr A/P breach at 6 09:00 due 6 09:00\n"
               "r A/P orange at 5 09:00 due 6 09:00\n");
    world_done(&w);
}

static void at_equal_times_parts_are_taken_in_the_contracts_order(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    /* By (source, id) the stop is first: by parts start, pause, stop. */
    world_add(&w, "stop", "a", "1 09:00", "k=A p=P");
    world_add(&w, "start", "b", "1 09:00", START);
    world_add(&w, "start", "c", "1 09:00", START);
    world_tell(&w, "30");
    assert_told(&w, "");
    assert_false(sw_book_is_open(w.book));
    world_done(&w);
}

static void events_whose_time_is_to_come_wait_for_it(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", START);
    world_add(&w, "stop", "e2", "2 22:00", "k=A p=P");
    world_tell(&w, "1 09:00");
    assert_int_equal(sw_book_next(w.book), world_time("2 21:00"));
    world_tell(&w, "2 21:00");
    assert_told(&w, "2 21:00 raised r A/P blue at 2 21:00 due 4 09:00\n");
    assert_int_equal(sw_book_next(w.book), world_time("2 22:00"));
    assert_set(&w, "3", "r A/P blue at 2 21:00 due 4 09:00 resolved\n");
    world_tell(&w, "3");
    assert_told(&w, "2 22:00 resolved r A/P blue stop by e2\n");
    world_done(&w);
}

static void the_moment_of_a_stop_bounds_the_levels(void **state) {
    static const char text[] = "  - {id: r, kind: deadline, key: [k], start: {on: start}, stop: "
                               "[{on: stop, at: data.at}],\n"
                               "     limit: 48h, warn: [{at: 50%, level: blue, to: [handler]}, "
                               "{at: due, level: red, to: [handler]}]}\n";
    world w;
    (void)state;
    world_init(&w, text);
    world_add(&w, "start", "e1", "1", "k=A");
    world_tell(&w, "2");
    assert_told(&w, "2 00:00 raised r A blue at 2 00:00 due 3 00:00\n");
    world_add(&w, "stop", "e2", "2 10:00", "k=A at=1|20:00");
    world_tell(&w, "2 10:00");
    assert_told(&w, "2 10:00 withdrawn r A blue stop by e2\n");
    world_again(&w);
    world_add(&w, "start", "e1", "1", "k=A");
    world_add(&w, "stop", "e2", "1 10:00", "k=A at=4|00:00");
    world_tell(&w, "1 10:00");
    world_tell(&w, "9");
    assert_told(&w, "2 00:00 raised r A blue at 2 00:00 due 3 00:00 resolved late 86400\n"
                    "2 00:00 resolved r A blue late 86400 stop by e2\n"
                    "3 00:00 raised r A red at 3 00:00 due 3 00:00 resolved late 86400\n"
                    "3 00:00 resolved r A red late 86400 stop by e2\n");
    world_done(&w);
}

static void the_owner_is_of_the_last_event_before_the_level(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", START " org=320981010000 officer=7");
    world_add(&w, "extend", "e2", "1 10:00", "k=A org=320981020000 n=0");
    world_add(&w, "extend", "e3", "1 11:00", "k=A p=Q org=320981030000 n=0");
    world_add(&w, "extend", "e4", "3 00:00", "k=A p=P officer=8 n=0");
    world_tell(&w, "3 09:00");
    assert_told(&w,
                "3 09:00 raised r A/P blue at 2 21:00 due 4 09:00 org 320981020000 officer 7\n"
                "3 09:00 raised r A/P orange at 3 09:00 due 4 09:00 org 320981020000 officer 8\n");
    world_done(&w);
}

static void a_level_held_back_past_a_stop_is_not_reached(void **state) {
    world w;
    (void)state;
    world_init(&w, rule_text);
    world_add(&w, "start", "e1", "1 09:00", START);
    world_add(&w, "from", "e2", "2 12:00", "k=A p=P");
    world_add(&w, "stop", "e3", "5 12:00", "k=A p=P");
    world_tell(&w, "20");
    assert_told(&w, "");
    assert_set(&w, "20", "");
    world_done(&w);
}

#define OF_ONE_EVENT                                                                               \
    "  - {id: r, kind: deadline, key: [k, p], start: {on: start, at: data.at}, limit: 3d,\n"       \
    "     warn: [{at: 50%, level: blue, to: [handler]}, {at: -24h, level: orange, "                \
    "to: [handler]}],\n"

static void the_event_that_opens_a_period_may_end_it_too(void **state) {
    world w;
    (void)state;
    world_init(&w, OF_ONE_EVENT "     stop: [{on: start, when: 'data.n == 1'}]}\n");
    world_add(&w, "start", "e1", "3 00:00", "k=A p=P n=1 at=1|09:00");
    world_tell(&w, "3 00:00");
    assert_told(&w, "3 00:00 raised r A/P blue at 2 21:00 due 4 09:00 resolved\n"
                    "3 00:00 resolved r A/P blue stop by e1\n");
    assert_int_equal(sw_book_next(w.book), SW_TIME_MAX);
    world_done(&w);
}

static void the_event_that_opens_a_period_may_move_it_too(void **state) {
    world w;
    (void)state;
    world_init(&w, OF_ONE_EVENT
               "     pause: [{from: {on: start, when: 'data.n == 2'}, to: {on: to}}],\n"
               "     stop: [{on: stop}], extend: [{on: start, when: 'data.n == 3', by: 2d}]}\n");
    world_add(&w, "start", "e1", "3 00:00", "k=A p=P n=2 at=1|09:00");
    world_tell(&w, "3 00:00");
    assert_told(&w, "3 00:00 raised r A/P blue at 2 21:00 due 4 09:00 provisional\n");
    assert_int_equal(sw_book_next(w.book), SW_TIME_MAX); /* held back */
    world_again(&w);
    world_add(&w, "start", "e1", "3 00:00", "k=A p=P n=3 at=1|09:00");
    world_tell(&w, "3 00:00");
    assert_told(&w, "");
    assert_int_equal(sw_book_next(w.book), world_time("3 21:00"));
    world_done(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_raised_at_their_times),
        cmocka_unit_test(a_stop_at_the_levels_time_prevents_it),
        cmocka_unit_test(a_condition_that_fails_counts_as_false_and_is_counted),
        cmocka_unit_test(a_start_without_all_key_fields_opens_nothing),
        cmocka_unit_test(a_list_puts_the_event_under_each_element),
        cmocka_unit_test(an_event_without_a_trailing_key_applies_to_every_instance),
        cmocka_unit_test(one_instance_runs_at_a_time_and_the_next_start_opens_the_next),
        cmocka_unit_test(a_pause_holds_levels_back_and_moves_them),
        cmocka_unit_test(an_extension_withdraws_what_it_moves_into_the_future),
        cmocka_unit_test(a_restart_forgets_pauses_and_extensions_and_max_counts_anew),
        cmocka_unit_test(at_equal_times_parts_are_taken_in_the_contracts_order),
        cmocka_unit_test(events_whose_time_is_to_come_wait_for_it),
        cmocka_unit_test(the_moment_of_a_stop_bounds_the_levels),
        cmocka_unit_test(the_owner_is_of_the_last_event_before_the_level),
        cmocka_unit_test(a_level_held_back_past_a_stop_is_not_reached),
        cmocka_unit_test(the_event_that_opens_a_period_may_end_it_too),
        cmocka_unit_test(the_event_that_opens_a_period_may_move_it_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
