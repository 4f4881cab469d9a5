#include "evaluate/book_store.h"
#include "runtime/read.h"
#include "runtime/watch.h"
#include "topics/topics.h"
#include "unit/evaluate/pipe.h"

#include <stdio.h>

static const char rules[] =
    "  - {id: d, kind: deadline, key: [case_id], start: {on: start}, stop: [{on: stop}],\n"
    "     cancel: [{on: cancel}], limit: 2d,\n"
    "     warn: [{at: -24h, level: orange, to: [handler]}, {at: due, level: breach, to: "
    "[handler]}]}\n"
    "  - {id: c, kind: check, key: [case_id], on: seen, when: 'data.n > 2', level: red,\n"
    "     to: [handler]}\n";

static const char stricter[] =
    "  - {id: d, kind: deadline, key: [case_id], start: {on: start}, stop: [{on: stop}],\n"
    "     limit: 1d, warn: [{at: due, level: breach, to: [handler]}]}\n"
    "  - {id: c, kind: check, key: [case_id], on: seen, when: 'data.n > 3', level: red,\n"
    "     to: [handler]}\n";

#define A "\"case_id\":\"A\""

static void assert_sound(pipe_rig *p) {
    sw_timer_audit audit;
    assert_ok(sw_watch_timers(sw_bus_db(p->bus), &p->topology, &audit));
    assert_int_equal(audit.without_due, 0);
    assert_int_equal(audit.without_key, 0);
}

static void a_warning_comes_on_silence_and_goes_with_the_stop(void **state) {
    (void)state;
    pipe_rig p;
    pipe_open(&p, rules);
    pipe_send(&p, "case_id=A", "start", "e1", "1 00:00", NULL, A);
    assert_string_equal(pipe_warnings(&p), "");
    assert_string_equal(pipe_periods(&p), "opened d due=3|00:00\n");
    pipe_run(&p, "1 23:59");
    assert_string_equal(pipe_warnings(&p), "");
    pipe_run(&p, "2 00:00");
    assert_string_equal(pipe_warnings(&p), "case_id=A: raised d orange decided=2|00:00\n");
    assert_sound(&p);
    pipe_run(&p, "2 12:00");
    pipe_send(&p, "case_id=A", "stop", "e2", "2 12:00", NULL, A);
    pipe_run(&p, "30 00:00");
    assert_string_equal(pipe_warnings(&p), "case_id=A: raised d orange decided=2|00:00\n"
                                           "case_id=A: resolved d orange decided=2|12:00\n");
    /* The topic is compacted: what came before may be gone. */
    assert_non_null(strstr(pipe_periods(&p), "closed d due=3|00:00\n"));
    assert_sound(&p);
    pipe_close(&p);
}

static uint32_t lines_with(const char *text, const char *what) {
    uint32_t count = 0;
    for (; (text = strstr(text, what)) != NULL; text++) count++;
    return count;
}

static void a_period_is_told_once_a_commit(void **state) {
    (void)state;
    pipe_rig p;
    pipe_open(&p, rules);
    pipe_add(&p, "case_id=A", "start", "a1", "1 00:00", A);
    pipe_add(&p, "case_id=A", "stop", "a2", "1 00:00", A);
    pipe_add(&p, "case_id=B", "start", "b1", "1 00:00", "\"case_id\":\"B\"");
    pipe_run(&p, "1 00:02");
    assert_int_equal(pipe_count(&p, SW_TOPIC_PERIODS), 2);
    assert_int_equal(lines_with(pipe_periods(&p), "opened d"), 1);
    assert_int_equal(lines_with(pipe_periods(&p), "closed d"), 1);
    /* Warnings are told one and all. */
    pipe_add(&p, "case_id=B", "seen", "b2", "1 01:00", "\"case_id\":\"B\",\"n\":3");
    pipe_add(&p, "case_id=B", "seen", "b3", "1 02:00", "\"case_id\":\"B\",\"n\":3");
    pipe_run(&p, "1 03:00");
    assert_int_equal(pipe_count(&p, SW_TOPIC_WARNINGS), 2);
    pipe_close(&p);
}

static void books_outlive_the_process(void **state) {
    (void)state;
    pipe_rig p;
    pipe_open(&p, rules);
    pipe_send(&p, "case_id=A", "start", "e1", "1 00:00", NULL, A);
    pipe_restart(&p, NULL);
    pipe_run(&p, "2 00:00");
    pipe_restart(&p, NULL);
    pipe_send(&p, "case_id=A", "start", "e1", "1 00:00", NULL, A); /* delivered again */
    pipe_run(&p, "4 00:00");
    assert_string_equal(pipe_warnings(&p), "case_id=A: raised d orange decided=2|00:00\n"
                                           "case_id=A: raised d breach decided=4|00:00\n");
    assert_sound(&p);
    pipe_close(&p);
}

/* The service was down while the stop came: the backlog is judged by when it was known. */
static void a_backlog_is_judged_in_order(void **state) {
    (void)state;
    pipe_rig p;
    pipe_open(&p, rules);
    pipe_send(&p, "case_id=A", "start", "e1", "1 00:00", NULL, A);
    sw_clock_virtual_set(&p.clock, pipe_time("9"));
    pipe_send(&p, "case_id=A", "stop", "e2", "2 12:00", "2 12:00", A);
    pipe_run(&p, "20 00:00");
    const char *told = pipe_warnings(&p);
    assert_non_null(strstr(told, "raised d orange"));
    assert_non_null(strstr(told, "resolved d orange"));
    pipe_close(&p);
}

static void deadline_and_risk_each_decide_their_kinds(void **state) {
    (void)state;
    pipe_rig p;
    pipe_open(&p, rules);
    pipe_run(&p, "1 04:00");
    pipe_send(&p, "case_id=A", "seen", "e1", "1 01:00", NULL, A ",\"n\":3");
    pipe_send(&p, "case_id=A", "seen", "e2", "1 02:00", NULL, A ",\"n\":2");
    pipe_send(&p, "person_id=P", "seen", "e1", "1 01:00", NULL, A ",\"n\":3");
    pipe_send(&p, "case_id=A", "seen", "e3", "1 03:00", NULL, A); /* data.n fails */
    assert_string_equal(pipe_warnings(&p), "case_id=A: raised c red decided=1|04:00\n");
    assert_string_equal(pipe_periods(&p), "");
    sw_metric *failed;
    assert_ok(sw_metrics_get(&p.metrics, SW_METRIC_COUNTER, "seawall_conditions_failed_total",
                             "rule=\"c\"", "", &failed));
    assert_int_equal(sw_metric_value(failed), 1);
    pipe_close(&p);
}

/* Fifty by fifty by fifty steps are too many; of two pairs one is too many. The check goes on. */
static void a_rule_that_costs_too_much_is_counted_and_told_once(void **state) {
#define TEN   "1,2,3,4,5,6,7,8,9,10"
#define FIFTY "[" TEN "," TEN "," TEN "," TEN "," TEN "]"
    static const char dear[] =
        "- {id: dear, kind: check, key: [case_id], on: seen, when: '" FIFTY ".all(a, " FIFTY
        ".all(b, " FIFTY ".all(d, a + b + d > 0)))', level: red}\n"
        "- {id: pairs, kind: match, key: [case_id], left: {on: start}, right: {on: seen}, within: "
        "9d, max_pairs: 1, level: orange}\n"
        "- {id: plain, kind: check, key: [case_id], on: seen, level: blue}\n";
    (void)state;
    pipe_rig p;
    sw_metric *cost, *pairs;
    pipe_open(&p, dear);
    pipe_send(&p, "case_id=A", "start", "e0", "1 00:30", NULL, A);
    pipe_send(&p, "case_id=A", "seen", "e1", "1 01:00", NULL, A);
    pipe_send(&p, "case_id=A", "seen", "e2", "1 02:00", NULL, A);
    pipe_run(&p, "1 04:00");
    const char *told = pipe_warnings(&p);
    assert_null(strstr(told, "raised dear"));
    assert_non_null(strstr(told, "raised pairs orange"));
    const char *first = strstr(told, "raised plain blue");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "raised plain blue"));
    assert_ok(sw_metrics_get(&p.metrics, SW_METRIC_COUNTER, "seawall_rules_left_out_total",
                             "rule=\"dear\",reason=\"cost\"", "", &cost));
    assert_ok(sw_metrics_get(&p.metrics, SW_METRIC_COUNTER, "seawall_rules_left_out_total",
                             "rule=\"pairs\",reason=\"max_pairs\"", "", &pairs));
    assert_int_equal(sw_metric_value(cost), 2);
    assert_int_equal(sw_metric_value(pairs), 1);
    assert_slice(p.traced, "rule.left-out dear cost case_id=A\n"
                           "rule.left-out pairs max_pairs case_id=A\n");
    pipe_close(&p);
}

static void other_packs_are_told_without_waiting_for_an_event(void **state) {
    (void)state;
    pipe_rig p;
    pipe_open(&p, rules);
    pipe_send(&p, "case_id=A", "start", "e1", "1 00:00", NULL, A);
    pipe_send(&p, "case_id=A", "seen", "e2", "1 01:00", NULL, A ",\"n\":3");
    for (int i = 0; i < 300; i++) {
        char key[32], id[16], data[32];
        snprintf(key, sizeof key, "case_id=B%d", i);
        snprintf(id, sizeof id, "b%d", i);
        snprintf(data, sizeof data, "\"case_id\":\"B%d\",\"n\":3", i);
        pipe_send(&p, key, "start", id, "1 02:00", NULL, data);
    }
    pipe_run(&p, "1 12:00");
    pipe_restart(&p, stricter);
    pipe_run(&p, "1 13:00");
    assert_non_null(strstr(pipe_warnings(&p), "case_id=A: withdrawn c red"));
    assert_int_equal(pipe_count(&p, SW_TOPIC_WARNINGS), 2);
    assert_sound(&p);
    pipe_run(&p, "2 02:00");
    assert_int_equal(pipe_count(&p, SW_TOPIC_WARNINGS), 2 + 301);
    uint32_t periods = pipe_count(&p, SW_TOPIC_PERIODS);
    pipe_restart(&p, stricter); /* the same again: nothing to tell */
    pipe_run(&p, "2 03:00");
    assert_int_equal(pipe_count(&p, SW_TOPIC_WARNINGS), 2 + 301);
    assert_int_equal(pipe_count(&p, SW_TOPIC_PERIODS), periods);
    assert_sound(&p);
    pipe_close(&p);
}

#define KEY "{type: string, key: true}"
#define MORE_FIELDS                                                                                \
    "{fields: {a: int, badge: " KEY ", case_id: " KEY ", l: string, n: int, person_id: " KEY "}}"  \
    "\n"
static const char grown[] = "types:\n  aaa: " MORE_FIELDS "  start: " MORE_FIELDS
                            "  stop: " MORE_FIELDS "  cancel: " MORE_FIELDS "  seen: " MORE_FIELDS;
static const char grown_twice[] =
    "types:\n  zzz: " MORE_FIELDS "  seen: " MORE_FIELDS "  aaa: " MORE_FIELDS
    "  start: " MORE_FIELDS "  stop: " MORE_FIELDS "  cancel: " MORE_FIELDS;

/* A type more, or a field, is no reason to build anything anew. */
static void books_go_on_under_a_catalogue_that_has_grown(void **state) {
    (void)state;
    pipe_rig p;
    pipe_open(&p, rules);
    pipe_send(&p, "case_id=A", "start", "a1", "1 00:00", NULL, A);
    pipe_send(&p, "case_id=B", "start", "b1", "1 00:00", NULL, "\"case_id\":\"B\"");
    pipe_send(&p, "case_id=C", "start", "c1", "1 00:00", NULL, "\"case_id\":\"C\"");
    pipe_run(&p, "1 01:00");
    pipe_restart_under(&p, grown, rules);
    pipe_run(&p, "1 02:00");
    pipe_send(&p, "case_id=A", "seen", "a2", "1 02:00", NULL, A ",\"n\":4,\"badge\":\"7\"");
    pipe_run(&p, "1 03:00");
    assert_non_null(strstr(p.traced.ptr, "evaluator.catalogue the catalogue has grown"));
    p.traced = SW_S("");
    pipe_restart(&p, rules); /* it is known by now */
    pipe_run(&p, "1 04:00");
    assert_int_equal(p.traced.len, 0);
    pipe_restart_under(&p, grown_twice, rules); /* some were written under the second, others not */
    pipe_send(&p, "case_id=A", "stop", "a3", "1 05:00", NULL, A);
    pipe_send(&p, "case_id=B", "stop", "b2", "1 05:00", NULL, "\"case_id\":\"B\"");
    pipe_run(&p, "2 00:00");
    assert_string_equal(pipe_warnings(&p), "case_id=C: raised d orange decided=2|00:00\n"
                                           "case_id=A: raised c red decided=1|02:00\n");
    assert_sound(&p);
    pipe_close(&p);
}

static void books_are_not_taken_up_where_something_of_them_is_gone(void **state) {
    static const char without_seen[] =
        "types:\n  start: " MORE_FIELDS "  stop: " MORE_FIELDS "  cancel: " MORE_FIELDS;
    static const char of_start[] =
        "  - {id: d, kind: deadline, key: [case_id], start: {on: start},\n"
        "     limit: 2d, warn: [{at: due, level: red, to: [handler]}]}\n";
    (void)state;
    pipe_rig p;
    sw_turn turn;
    pipe_open(&p, of_start);
    pipe_send(&p, "case_id=A", "start", "a1", "1 00:00", NULL, A);
    pipe_restart_under(&p, without_seen, of_start);
    sw_err err = SW_OK;
    for (int i = 0; i < 100 && !err; i++) err = sw_worker_turn(p.worker, &turn);
    assert_int_equal(err, SW_E_VERSION);
    assert_non_null(strstr(p.traced.ptr, "evaluator.catalogue the books were written under another "
                                         "catalogue (a type is gone: seen)"));
    pipe_close(&p);
}

/* Where the log is not read again (on Kafka), whoever runs it is told what that means. */
static void what_the_books_lack_under_other_rules_is_told(void **state) {
    static const char fewer[] = "  - {id: d, kind: deadline, key: [case_id], start: {on: start},\n"
                                "     limit: 2d, warn: [{at: due, level: red, to: [handler]}]}\n";
    (void)state;
    pipe_rig p;
    pipe_open(&p, fewer);
    pipe_send(&p, "case_id=A", "start", "e1", "1 00:00", NULL, A);
    pipe_run(&p, "1 01:00");
    assert_int_equal(p.traced.len, 0);
    pipe_restart(&p, rules);
    pipe_run(&p, "1 02:00");
    assert_true(sw_slice_starts(
        p.traced, SW_S("evaluator.rules new rules read what no rule has read before")));
    p.traced = SW_S("");
    pipe_restart(&p, rules); /* once */
    pipe_run(&p, "1 03:00");
    assert_int_equal(p.traced.len, 0);
    pipe_restart(&p, fewer);
    pipe_run(&p, "1 04:00");
    assert_true(sw_slice_starts(p.traced, SW_S("evaluator.rules a rule is gone")));
    pipe_close(&p);
}

static void what_can_not_be_read_is_a_dead_letter(void **state) {
    (void)state;
    pipe_rig p;
    pipe_open(&p, rules);
    pipe_send_bytes(&p, "case_id=A", "\x1a\x05start\xff\xff\xff"); /* a type, and rubbish */
    pipe_send_bytes(&p, "case_id=A", "\x1a\x05stort");             /* no rule can name it */
    pipe_send_bytes(&p, "nonsense", "x");
    pipe_send_bytes(&p, "other=A", "x");
    /* The view refuses all four, deadline the one that may concern it. */
    assert_int_equal(pipe_count(&p, SW_TOPIC_DEAD_LETTERS), 5);
    pipe_send(&p, "case_id=A", "start", "e1", "1 00:00", NULL, A);
    assert_int_equal(pipe_count(&p, SW_TOPIC_PERIODS), 1);
    pipe_close(&p);
}

static void memory_stays_within_its_budget(void **state) {
    (void)state;
    pipe_rig p;
    pipe_open(&p, rules);
    p.object_bytes = 16 << 10;
    pipe_restart(&p, NULL);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 200; i++) {
            char key[32], id[16], data[32];
            snprintf(key, sizeof key, "case_id=B%d", i);
            snprintf(id, sizeof id, "%d-%d", round, i);
            snprintf(data, sizeof data, "\"case_id\":\"B%d\"", i);
            pipe_send(&p, key, round ? "stop" : "start", id, round ? "1 02:00" : "1 01:00", NULL,
                      data);
        }
    pipe_run(&p, "9 00:00");
    assert_int_equal(pipe_count(&p, SW_TOPIC_WARNINGS), 0);
    assert_sound(&p);
    assert_int_equal(lines_with(pipe_periods(&p), "closed "), 200);
    pipe_close(&p);
}

typedef struct pages {
    uint32_t rows;
    size_t largest;
} pages;

static bool count_page(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    pages *p = arg;
    (void)partition, (void)key;
    p->rows++;
    if (value.len > p->largest) p->largest = value.len;
    return true;
}

static void a_large_book_is_stored_in_pages(void **state) {
    (void)state;
    pipe_rig p;
    pages found = {0};
    sw_read read;
    const sw_read_range all = {.partition = SW_READ_ALL};
    pipe_open(&p, rules);
    pipe_run(&p, "2 00:00");
    char id[500], time[16];
    for (int i = 0; i < 250; i++) {
        snprintf(id, sizeof id, "%0450d", i);
        snprintf(time, sizeof time, "1 %02d:%02d", i / 60, i % 60);
        pipe_send(&p, "case_id=A", "seen", id, time, NULL, A ",\"n\":3");
    }
    assert_int_equal(pipe_count(&p, SW_TOPIC_WARNINGS), 250);
    assert_ok(sw_read_open(sw_bus_db(p.bus), &p.topology, "risk.books", &read));
    assert_ok(sw_read_scan(&read, &all, count_page, &found));
    assert_true(found.rows > 3);
    assert_true(found.largest <= 2 * SW_BOOK_PAGE_BYTES);
    pipe_restart(&p, NULL);
    pipe_send(&p, "case_id=A", "seen", id, time, NULL, A ",\"n\":3");
    pipe_send(&p, "case_id=A", "seen", "new", "1 00:00", NULL, A ",\"n\":3");
    assert_int_equal(pipe_count(&p, SW_TOPIC_WARNINGS), 251);
    pipe_close(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_warning_comes_on_silence_and_goes_with_the_stop),
        cmocka_unit_test(a_period_is_told_once_a_commit),
        cmocka_unit_test(books_outlive_the_process),
        cmocka_unit_test(a_backlog_is_judged_in_order),
        cmocka_unit_test(deadline_and_risk_each_decide_their_kinds),
        cmocka_unit_test(a_rule_that_costs_too_much_is_counted_and_told_once),
        cmocka_unit_test(other_packs_are_told_without_waiting_for_an_event),
        cmocka_unit_test(books_go_on_under_a_catalogue_that_has_grown),
        cmocka_unit_test(books_are_not_taken_up_where_something_of_them_is_gone),
        cmocka_unit_test(what_the_books_lack_under_other_rules_is_told),
        cmocka_unit_test(what_can_not_be_read_is_a_dead_letter),
        cmocka_unit_test(a_large_book_is_stored_in_pages),
        cmocka_unit_test(memory_stays_within_its_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
