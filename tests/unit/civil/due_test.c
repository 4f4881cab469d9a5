#include "unit/civil/due_testing.h"

/* begin */

static void next_hour_leaves_out_the_hour_of_the_start(void **state) {
    ground *g = *state;
    expect(g, "2026-03-10T10:20:00+08:00", hours(2), SW_BEGIN_NEXT_HOUR,
           "2026-03-10T13:00:00+08:00");
    expect(g, "2026-03-10T10:00:00+08:00", hours(2), SW_BEGIN_NEXT_HOUR,
           "2026-03-10T13:00:00+08:00");
    expect(g, "2026-03-10T10:20:00+08:00", three_days, SW_BEGIN_NEXT_HOUR,
           "2026-03-13T11:00:00+08:00");
    sw_period_facts f = facts_in(g, zone_named(&g->arena, "+05:30"), "2026-03-10T10:20:00+05:30",
                                 hours(0), SW_BEGIN_NEXT_HOUR);
    expect_due(g, &f, "2026-03-10T11:00:00+05:30");
}

static void next_day_is_the_next_midnight(void **state) {
    ground *g = *state;
    sw_period_facts f = facts_of(g, "2026-03-10T23:59:59+08:00", hours(12), SW_BEGIN_NEXT_DAY);
    assert_time_in(g->shanghai, compute(g, &f).begin_ms, "2026-03-11T00:00:00+08:00");
    expect_due(g, &f, "2026-03-11T12:00:00+08:00");
    f.start_ms = at("2026-03-11T00:00:00+08:00");
    assert_time_in(g->shanghai, compute(g, &f).begin_ms, "2026-03-12T00:00:00+08:00");
}

/* h m s */

static void exact_limits_run_by_the_clock_through_summer_time(void **state) {
    ground *g = *state;
    expect_in_rome(g, "2026-03-28T12:00:00+01:00", hours(24), SW_BEGIN_INSTANT,
                   "2026-03-29T13:00:00+02:00");
    expect_in_rome(g, "2026-10-24T12:00:00+02:00", hours(24), SW_BEGIN_INSTANT,
                   "2026-10-25T11:00:00+01:00");
}

/* d */

static void days_keep_the_clock_time_of_the_begin(void **state) {
    ground *g = *state;
    expect(g, START, three_days, SW_BEGIN_INSTANT, "2026-03-13T09:30:00+08:00");
    expect(g, START, days(0), SW_BEGIN_INSTANT, START);
    expect(g, "2026-03-10T09:30:00.123+08:00", three_days, SW_BEGIN_INSTANT,
           "2026-03-13T09:30:00.123+08:00");
    expect_in_rome(g, "2026-03-28T12:00:00+01:00", days(1), SW_BEGIN_INSTANT,
                   "2026-03-29T12:00:00+02:00");
}

static void days_after_next_day_end_at_24_00(void **state) {
    ground *g = *state;
    expect(g, START, three_days, SW_BEGIN_NEXT_DAY, "2026-03-14T00:00:00+08:00");
    expect(g, "2026-03-10T00:00:00+08:00", three_days, SW_BEGIN_NEXT_DAY,
           "2026-03-14T00:00:00+08:00");
    expect(g, START, days(0), SW_BEGIN_NEXT_DAY, "2026-03-11T00:00:00+08:00");
    expect_in_rome(g, "2026-03-28T12:00:00+01:00", days(1), SW_BEGIN_NEXT_DAY,
                   "2026-03-30T00:00:00+02:00");
}

static void a_due_time_that_clocks_skip_or_repeat(void **state) {
    ground *g = *state;
    expect_in_rome(g, "2026-03-28T02:30:00+01:00", days(1), SW_BEGIN_INSTANT,
                   "2026-03-29T03:30:00+02:00");
    expect_in_rome(g, "2026-02-28T02:30:00+01:00", days(29), SW_BEGIN_INSTANT,
                   "2026-03-29T03:30:00+02:00");
    expect_in_rome(g, "2026-10-24T02:30:00+02:00", days(1), SW_BEGIN_INSTANT,
                   "2026-10-25T02:30:00+02:00");
    /* 0d is the begin itself, even the second time that the clock shows it */
    expect_in_rome(g, "2026-10-25T02:30:00+01:00", days(0), SW_BEGIN_INSTANT,
                   "2026-10-25T02:30:00+01:00");
    /* Santiago has no 00:00 on 6 September 2026: 24:00 of the 5th shows as 01:00 */
    sw_period_facts f = facts_in(g, zone_named(&g->arena, "America/Santiago"),
                                 "2026-09-03T12:00:00-04:00", days(2), SW_BEGIN_NEXT_DAY);
    expect_due(g, &f, "2026-09-06T01:00:00-03:00");
    f.limit = days(3);
    expect_due(g, &f, "2026-09-07T00:00:00-03:00");
}

/* mo */

static void months_end_on_the_same_day_or_the_last(void **state) {
    ground *g = *state;
    expect(g, "2026-01-31T10:00:00+08:00", months(1), SW_BEGIN_INSTANT,
           "2026-02-28T10:00:00+08:00");
    expect(g, "2026-02-28T10:00:00+08:00", months(1), SW_BEGIN_INSTANT,
           "2026-03-28T10:00:00+08:00");
    expect(g, "2024-02-29T10:00:00+08:00", months(12), SW_BEGIN_INSTANT,
           "2025-02-28T10:00:00+08:00");
    expect(g, "2025-11-15T10:00:00+08:00", months(3), SW_BEGIN_NEXT_DAY,
           "2026-02-16T00:00:00+08:00");
    expect(g, START, months(0), SW_BEGIN_INSTANT, START);
    expect(g, START, months(0), SW_BEGIN_NEXT_DAY, "2026-03-11T00:00:00+08:00");
}

static void month_end_last_goes_from_a_last_day_to_a_last_day(void **state) {
    ground *g = *state;
    sw_period_facts f = facts_of(g, "2026-02-28T10:00:00+08:00", months(1), SW_BEGIN_INSTANT);
    f.count.month_end_last = true;
    expect_due(g, &f, "2026-03-31T10:00:00+08:00");
    f.start_ms = at("2026-04-30T10:00:00+08:00");
    expect_due(g, &f, "2026-05-31T10:00:00+08:00");
    f.start_ms = at("2026-04-29T10:00:00+08:00");
    expect_due(g, &f, "2026-05-29T10:00:00+08:00");
    f.count.begin = SW_BEGIN_NEXT_DAY; /* the start's date, not the begin's, which is 1 May */
    f.start_ms = at("2026-04-30T10:00:00+08:00");
    expect_due(g, &f, "2026-06-01T00:00:00+08:00");
    f.count.begin = SW_BEGIN_NEXT_HOUR; /* the begin's date: 1 May 00:00 */
    f.start_ms = at("2026-04-30T23:30:00+08:00");
    expect_due(g, &f, "2026-06-01T00:00:00+08:00");
    f.limit = months(2);
    expect_due(g, &f, "2026-07-01T00:00:00+08:00");
}

/* wd */

static void working_days_count_makeups_and_leave_out_breaks(void **state) {
    ground *g = *state;
    expect(g, "2026-04-03T15:00:00+08:00", workdays(1), SW_BEGIN_NEXT_DAY,
           "2026-04-08T00:00:00+08:00");
    /* Thursday 30 April: 6, 7, 8 May, Saturday 9 May */
    expect(g, "2026-04-30T15:00:00+08:00", workdays(4), SW_BEGIN_NEXT_DAY,
           "2026-05-10T00:00:00+08:00");
    expect(g, START, workdays(0), SW_BEGIN_NEXT_DAY, "2026-03-11T00:00:00+08:00");
    /* a Saturday and a Sunday: Monday 16 March is the first day */
    expect(g, "2026-03-14T15:00:00+08:00", workdays(1), SW_BEGIN_NEXT_DAY,
           "2026-03-17T00:00:00+08:00");
}

static void a_begin_moves_only_the_levels_of_working_days(void **state) {
    ground *g = *state;
    sw_period_facts f = facts_of(g, START, workdays(2), SW_BEGIN_INSTANT);
    sw_due due = compute(g, &f);
    assert_time_in(g->shanghai, due.begin_ms, START);
    assert_time_in(g->shanghai, due.due_ms, "2026-03-13T00:00:00+08:00");
    f.count.begin = SW_BEGIN_NEXT_HOUR;
    due = compute(g, &f);
    assert_time_in(g->shanghai, due.begin_ms, "2026-03-10T10:00:00+08:00");
    assert_time_in(g->shanghai, due.due_ms, "2026-03-13T00:00:00+08:00");
}

static void far_away_working_days_are_those_of_plain_weeks(void **state) {
    ground *g = *state;
    /* 2030: 1 January is a Tuesday; 260 working days are 52 weeks. */
    expect(g, "2030-01-01T12:00:00+08:00", workdays(260), SW_BEGIN_NEXT_DAY,
           "2031-01-01T00:00:00+08:00");
    /* 1990: 1 January is a Monday. */
    expect(g, "1990-01-01T12:00:00+08:00", workdays(260), SW_BEGIN_NEXT_DAY,
           "1991-01-01T00:00:00+08:00");
}

/* end-of-* */

static void end_of_is_24_00_of_the_last_day(void **state) {
    ground *g = *state;
    expect(g, START, end_of(SW_DAY), SW_BEGIN_INSTANT, "2026-03-11T00:00:00+08:00");
    expect(g, START, end_of(SW_WEEK), SW_BEGIN_INSTANT, "2026-03-16T00:00:00+08:00");
    expect(g, "2026-03-15T23:59:59+08:00", end_of(SW_WEEK), SW_BEGIN_INSTANT,
           "2026-03-16T00:00:00+08:00");
    expect(g, "2026-03-16T00:00:00+08:00", end_of(SW_WEEK), SW_BEGIN_INSTANT,
           "2026-03-23T00:00:00+08:00");
    expect(g, "2028-02-03T12:00:00+08:00", end_of(SW_MONTH), SW_BEGIN_INSTANT,
           "2028-03-01T00:00:00+08:00");
    expect(g, START, end_of(SW_QUARTER), SW_BEGIN_INSTANT, "2026-04-01T00:00:00+08:00");
    expect(g, "2026-04-01T00:00:00+08:00", end_of(SW_QUARTER), SW_BEGIN_INSTANT,
           "2026-07-01T00:00:00+08:00");
    expect(g, "2026-12-31T23:59:59+08:00", end_of(SW_YEAR), SW_BEGIN_INSTANT,
           "2027-01-01T00:00:00+08:00");
    expect_in_rome(g, "2026-03-29T00:30:00+01:00", end_of(SW_DAY), SW_BEGIN_INSTANT,
                   "2026-03-30T00:00:00+02:00");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(next_hour_leaves_out_the_hour_of_the_start),
        cmocka_unit_test(next_day_is_the_next_midnight),
        cmocka_unit_test(exact_limits_run_by_the_clock_through_summer_time),
        cmocka_unit_test(days_keep_the_clock_time_of_the_begin),
        cmocka_unit_test(days_after_next_day_end_at_24_00),
        cmocka_unit_test(a_due_time_that_clocks_skip_or_repeat),
        cmocka_unit_test(months_end_on_the_same_day_or_the_last),
        cmocka_unit_test(month_end_last_goes_from_a_last_day_to_a_last_day),
        cmocka_unit_test(working_days_count_makeups_and_leave_out_breaks),
        cmocka_unit_test(a_begin_moves_only_the_levels_of_working_days),
        cmocka_unit_test(far_away_working_days_are_those_of_plain_weeks),
        cmocka_unit_test(end_of_is_24_00_of_the_last_day),
    };
    return cmocka_run_group_tests(tests, ground_begin, ground_end);
}
