#include "unit/civil/civil_test.h"

/* A limit of 24 hours from 09:00, or what the test makes of it. */
typedef struct setting {
    sw_period_facts facts;
    sw_pause pauses[3];
} setting;

static setting day_from_nine(ground *g) {
    return (setting){.facts = {.zone = g->shanghai,
                               .calendar = g->cn,
                               .start_ms = at("2026-03-10T09:00:00+08:00"),
                               .limit = {.unit = SW_UNIT_EXACT, .n = 24 * HOUR},
                               .now_ms = at("2026-06-01T00:00:00+08:00")}};
}

static void pause(setting *s, const char *from, const char *to) {
    s->pauses[s->facts.pause_count++] = (sw_pause){at(from), to ? at(to) : SW_TIME_MAX};
    s->facts.pauses = s->pauses;
}

static sw_due due_of(ground *g, const setting *s) {
    sw_due due;
    assert_ok(sw_due_compute(&s->facts, false, &g->arena, &due));
    return due;
}

static int64_t level(ground *g, const setting *s, sw_moment moment) {
    sw_due due = due_of(g, s);
    return sw_level_time(&s->facts, &due, &due, moment);
}

static void expect(ground *g, const setting *s, sw_moment moment, const char *want) {
    assert_time_in(g->shanghai, level(g, s, moment), want);
}

#define AT_START       ((sw_moment){.anchor = SW_AT_START})
#define AFTER_START(d) ((sw_moment){.anchor = SW_AT_START, .offset_ms = (d)})
#define AT_DUE(d)      ((sw_moment){.anchor = SW_AT_DUE, .offset_ms = (d)})
#define AT_CAUTION(d)  ((sw_moment){.anchor = SW_AT_CAUTION, .offset_ms = (d)})
#define PERCENT(p)     ((sw_moment){.anchor = SW_AT_PERCENT, .percent = (p)})

static void levels_stand_before_and_after_due(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    expect(g, &s, AT_START, "2026-03-10T09:00:00+08:00");
    expect(g, &s, AT_DUE(0), "2026-03-11T09:00:00+08:00");
    expect(g, &s, AT_DUE(-6 * HOUR), "2026-03-11T03:00:00+08:00");
    expect(g, &s, AT_DUE(2 * DAY), "2026-03-13T09:00:00+08:00");
    expect(g, &s, PERCENT(50), "2026-03-10T21:00:00+08:00");
    expect(g, &s, PERCENT(0), "2026-03-10T09:00:00+08:00");
    expect(g, &s, PERCENT(100), "2026-03-11T09:00:00+08:00");
}

static void none_stands_before_the_begin(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    s.facts.count.begin = SW_BEGIN_NEXT_DAY;
    expect(g, &s, AT_START, "2026-03-11T00:00:00+08:00");
    expect(g, &s, AFTER_START(6 * HOUR), "2026-03-11T00:00:00+08:00");
    expect(g, &s, AFTER_START(16 * HOUR), "2026-03-11T01:00:00+08:00");
    expect(g, &s, AT_DUE(-7 * DAY), "2026-03-11T00:00:00+08:00");
}

static void start_plus_months_keeps_the_counts_month_end(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    s.facts.start_ms = at("2026-02-28T09:00:00+08:00");
    sw_moment two_months = {.anchor = SW_AT_START, .offset_months = 2};
    expect(g, &s, two_months, "2026-04-28T09:00:00+08:00");
    s.facts.count.month_end_last = true;
    expect(g, &s, two_months, "2026-04-30T09:00:00+08:00");
}

static void days_of_a_level_are_24_hours_each(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    s.facts.zone = g->rome;
    s.facts.start_ms = at("2026-03-28T09:00:00+01:00");
    assert_time_in(g->rome, level(g, &s, AFTER_START(DAY)), "2026-03-29T10:00:00+02:00");
}

/* Paused from 12:00 to 18:00: due is 15:00 of the next day, half is reached after 3 and 9 hours. */
static void a_share_is_of_the_unpaused_time(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    pause(&s, "2026-03-10T12:00:00+08:00", "2026-03-10T18:00:00+08:00");
    expect(g, &s, AT_DUE(0), "2026-03-11T15:00:00+08:00");
    expect(g, &s, PERCENT(50), "2026-03-11T03:00:00+08:00");
    expect(g, &s, PERCENT(10), "2026-03-10T11:24:00+08:00");
    expect(g, &s, PERCENT(100), "2026-03-11T15:00:00+08:00");
    s.facts.limit.n = 30 * HOUR; /* a tenth of it is reached when the pause begins */
    expect(g, &s, PERCENT(10), "2026-03-10T18:00:00+08:00");
}

/* Three days from the begin, 11 March 00:00, and four midnights: due 18 March 00:00. 96 of these
 * 168 hours are paused, so half of the other 72 is reached on 12 March at 12:00. */
static void a_share_of_days_leaves_out_the_exact_length_of_pauses(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    s.facts.limit = (sw_span){.unit = SW_UNIT_DAYS, .n = 3};
    s.facts.count.begin = SW_BEGIN_NEXT_DAY;
    pause(&s, "2026-03-12T13:00:00+08:00", "2026-03-16T13:00:00+08:00");
    expect(g, &s, AT_DUE(0), "2026-03-18T00:00:00+08:00");
    expect(g, &s, PERCENT(50), "2026-03-12T12:00:00+08:00");
    expect(g, &s, PERCENT(60), "2026-03-16T19:12:00+08:00"); /* 43.2 h: 37 before, 6.2 after */
}

static void shares_are_rounded_down_to_milliseconds(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    s.facts.limit.n = 99;
    assert_int_equal(level(g, &s, PERCENT(50)), s.facts.start_ms + 49);
    s.facts.limit.n = 9999LL * 365 * DAY / 2;
    assert_int_equal(level(g, &s, PERCENT(1)), s.facts.start_ms + 9999LL * 365 * DAY / 200);
}

static void a_due_before_the_begin_has_its_shares_at_the_begin(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    s.facts.count.lead = (sw_span){.unit = SW_UNIT_DAYS, .n = 3};
    expect(g, &s, PERCENT(50), "2026-03-10T09:00:00+08:00");
    expect(g, &s, AT_DUE(0), "2026-03-10T09:00:00+08:00");
}

static void a_level_inside_a_pause_is_at_its_end(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    pause(&s, "2026-03-11T02:00:00+08:00", "2026-03-11T05:00:00+08:00"); /* due 12:00 */
    expect(g, &s, AT_DUE(-10 * HOUR), "2026-03-11T05:00:00+08:00");
    expect(g, &s, AT_DUE(-7 * HOUR), "2026-03-11T05:00:00+08:00");
    expect(g, &s, AT_DUE(-10 * HOUR - 1), "2026-03-11T01:59:59.999+08:00");
    expect(g, &s, AT_DUE(-6 * HOUR), "2026-03-11T06:00:00+08:00");
    /* one that begins after due holds back what comes after due */
    pause(&s, "2026-03-12T00:00:00+08:00", "2026-03-14T00:00:00+08:00");
    expect(g, &s, AT_DUE(0), "2026-03-11T12:00:00+08:00");
    expect(g, &s, AT_DUE(DAY), "2026-03-14T00:00:00+08:00");
    /* the begin itself may lie in one */
    s = day_from_nine(g);
    pause(&s, "2026-03-10T08:00:00+08:00", "2026-03-10T11:00:00+08:00");
    expect(g, &s, AT_START, "2026-03-10T11:00:00+08:00");
}

static void an_open_pause_holds_levels_back_and_moves_none(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    pause(&s, "2026-03-10T12:00:00+08:00", "2026-03-10T14:00:00+08:00"); /* due 11:00 */
    pause(&s, "2026-03-11T00:00:00+08:00", NULL);
    s.facts.now_ms = at("2026-03-20T00:00:00+08:00");
    expect(g, &s, PERCENT(50), "2026-03-10T23:00:00+08:00");
    expect(g, &s, AT_DUE(-12 * HOUR), "2026-03-10T23:00:00+08:00");
    assert_int_equal(level(g, &s, AT_DUE(-11 * HOUR)), SW_TIME_MAX);
    assert_int_equal(level(g, &s, PERCENT(60)), SW_TIME_MAX);
    assert_int_equal(level(g, &s, AT_DUE(0)), SW_TIME_MAX);
    assert_int_equal(level(g, &s, AFTER_START(20 * HOUR)), SW_TIME_MAX);
}

static void levels_may_stand_at_the_caution(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    s.facts.count.begin = SW_BEGIN_NEXT_DAY;
    sw_due due = due_of(g, &s);
    s.facts.count.begin = SW_BEGIN_INSTANT;
    sw_due caution = due_of(g, &s);
    s.facts.count.begin = SW_BEGIN_NEXT_DAY;
    assert_time_in(g->shanghai, sw_level_time(&s.facts, &due, &caution, AT_CAUTION(0)),
                   "2026-03-11T09:00:00+08:00");
    assert_time_in(g->shanghai, sw_level_time(&s.facts, &due, &caution, AT_CAUTION(-2 * HOUR)),
                   "2026-03-11T07:00:00+08:00");
}

static void each_repeat_is_moved_out_of_pauses_by_itself(void **state) {
    ground *g = *state;
    setting s = day_from_nine(g);
    pause(&s, "2026-03-12T08:00:00+08:00",
          "2026-03-12T20:00:00+08:00"); /* after due, 11 March 9:00 */
    sw_due due = due_of(g, &s);
    assert_time_in(g->shanghai, sw_repeat_time(&due, due.due_ms, DAY, 1),
                   "2026-03-12T20:00:00+08:00");
    assert_time_in(g->shanghai, sw_repeat_time(&due, due.due_ms, DAY, 2),
                   "2026-03-13T09:00:00+08:00");
    pause(&s, "2026-03-13T08:00:00+08:00", NULL);
    due = due_of(g, &s);
    assert_int_equal(sw_repeat_time(&due, due.due_ms, DAY, 2), SW_TIME_MAX);
    assert_int_equal(sw_repeat_time(&due, SW_TIME_MAX, DAY, 1), SW_TIME_MAX);
    assert_int_equal(sw_repeat_time(&due, due.due_ms, INT64_MAX / 2, 3), SW_TIME_MAX);
    assert_int_equal(level(g, &s, AT_DUE(INT64_MAX)), SW_TIME_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_stand_before_and_after_due),
        cmocka_unit_test(none_stands_before_the_begin),
        cmocka_unit_test(start_plus_months_keeps_the_counts_month_end),
        cmocka_unit_test(days_of_a_level_are_24_hours_each),
        cmocka_unit_test(a_share_is_of_the_unpaused_time),
        cmocka_unit_test(a_share_of_days_leaves_out_the_exact_length_of_pauses),
        cmocka_unit_test(shares_are_rounded_down_to_milliseconds),
        cmocka_unit_test(a_due_before_the_begin_has_its_shares_at_the_begin),
        cmocka_unit_test(a_level_inside_a_pause_is_at_its_end),
        cmocka_unit_test(an_open_pause_holds_levels_back_and_moves_none),
        cmocka_unit_test(levels_may_stand_at_the_caution),
        cmocka_unit_test(each_repeat_is_moved_out_of_pauses_by_itself),
    };
    return cmocka_run_group_tests(tests, ground_begin, ground_end);
}
