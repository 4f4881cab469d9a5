#include "unit/civil/due_testing.h"

/* Extensions */

static void by_in_the_own_unit_is_counted_from_the_start(void **state) {
    ground *g = *state;
    sw_extension room[4];
    sw_period_facts f = facts_of(g, "2025-12-31T10:00:00+08:00", months(2), SW_BEGIN_INSTANT);
    expect_due(g, &f, "2026-02-28T10:00:00+08:00");
    an_extension(&f, room, "2026-02-01T10:00:00+08:00", months(1));
    expect_due(g, &f, "2026-03-31T10:00:00+08:00");
}

static void by_in_another_unit_counts_on_from_the_nominal_due(void **state) {
    ground *g = *state;
    sw_extension room[4];
    sw_period_facts f = facts_of(g, "2025-12-31T10:00:00+08:00", months(2), SW_BEGIN_NEXT_DAY);
    an_extension(&f, room, "2026-02-01T10:00:00+08:00", days(10));
    expect_due(g, &f, "2026-03-11T00:00:00+08:00");
    an_extension(&f, room, "2026-02-02T10:00:00+08:00", hours(5));
    expect_due(g, &f, "2026-03-11T05:00:00+08:00");
    /* its own unit again: three months from the start, then the ten days and the five hours */
    an_extension(&f, room, "2026-02-03T10:00:00+08:00", months(1));
    expect_due(g, &f, "2026-04-11T05:00:00+08:00");
}

static void by_working_days_and_months_count_on_from_a_due_at_24_00(void **state) {
    ground *g = *state;
    sw_extension room[1];
    /* to 24:00 of Sunday 5 April, in the Qingming break; then 7 and 8 April */
    sw_period_facts f = facts_of(g, "2026-03-05T10:00:00+08:00", months(1), SW_BEGIN_NEXT_DAY);
    an_extension(&f, room, "2026-04-01T10:00:00+08:00", workdays(2));
    expect_due(g, &f, "2026-04-09T00:00:00+08:00");
    /* 30 days to 24:00 of 28 February; a month on is 28 March, not what 1 March would give */
    f = facts_of(g, "2026-01-29T10:00:00+08:00", days(30), SW_BEGIN_NEXT_DAY);
    an_extension(&f, room, "2026-02-01T10:00:00+08:00", months(1));
    expect_due(g, &f, "2026-03-29T00:00:00+08:00");
    /* with a clock time: the month of that day */
    f = facts_of(g, "2026-01-29T10:00:00+08:00", days(30), SW_BEGIN_INSTANT);
    an_extension(&f, room, "2026-02-01T10:00:00+08:00", months(1));
    expect_due(g, &f, "2026-03-28T10:00:00+08:00");
}

static void by_to_the_end_of_a_period_goes_to_its_end_once(void **state) {
    ground *g = *state;
    sw_extension room[2];
    sw_period_facts f = facts_of(g, START, three_days, SW_BEGIN_NEXT_DAY);
    an_extension(&f, room, "2026-03-11T10:00:00+08:00", end_of(SW_MONTH));
    expect_due(g, &f, "2026-04-01T00:00:00+08:00");
    an_extension(&f, room, "2026-03-11T10:00:00+08:00", end_of(SW_MONTH));
    expect_due(g, &f, "2026-04-01T00:00:00+08:00");
}

static void to_replaces_the_limit_and_what_was_added(void **state) {
    ground *g = *state;
    sw_extension room[4];
    sw_period_facts f = facts_of(g, START, three_days, SW_BEGIN_NEXT_DAY);
    an_extension(&f, room, "2026-03-11T10:00:00+08:00", days(2));
    expect_due(g, &f, "2026-03-16T00:00:00+08:00");
    an_extension(&f, room, "2026-03-12T10:00:00+08:00", days(7));
    room[1].to = true;
    expect_due(g, &f, "2026-03-18T00:00:00+08:00");
    an_extension(&f, room, "2026-03-12T11:00:00+08:00", days(1));
    expect_due(g, &f, "2026-03-19T00:00:00+08:00");
    an_extension(&f, room, "2026-03-12T12:00:00+08:00", hours(48)); /* from the begin, 11 March */
    room[3].to = true;
    expect_due(g, &f, "2026-03-13T00:00:00+08:00");
}

static void an_extension_in_the_very_moment_of_due_is_in_time(void **state) {
    ground *g = *state;
    sw_extension room[1] = {{.moment_ms = at("2026-03-14T00:00:00+08:00"), .span = days(30)}};
    sw_period_facts f = facts_of(g, START, three_days, SW_BEGIN_NEXT_DAY);
    f.extensions = room, f.extension_count = 1;
    assert_int_equal(compute(g, &f).fates[0], SW_EXT_TAKEN);
    room[0].moment_ms++;
    assert_int_equal(compute(g, &f).fates[0], SW_EXT_LATE);
    expect_due(g, &f, "2026-03-14T00:00:00+08:00");
    /* by Sunday 15 March it would have to come; but the last day, a Saturday, rolls to Monday */
    f.start_ms = at("2026-03-11T09:30:00+08:00"), f.count.rollover = SW_ROLL_WORKDAY;
    room[0].moment_ms = at("2026-03-17T00:00:00+08:00");
    assert_int_equal(compute(g, &f).fates[0], SW_EXT_TAKEN);
    /* the lead is no reason to be late */
    f.count.lead = days(2), f.count.rollover = SW_ROLL_NONE;
    room[0].moment_ms = at("2026-03-14T12:00:00+08:00");
    assert_int_equal(compute(g, &f).fates[0], SW_EXT_TAKEN);
}

static void a_pause_that_is_known_puts_off_being_late(void **state) {
    ground *g = *state;
    sw_extension extensions[1];
    sw_pause pauses[1];
    sw_period_facts f = facts_of(g, "2026-03-10T09:00:00+08:00", hours(24), SW_BEGIN_INSTANT);
    a_pause(&f, pauses, "2026-03-10T20:00:00+08:00", "2026-03-12T20:00:00+08:00");
    an_extension(&f, extensions, "2026-03-12T10:00:00+08:00", hours(24));
    assert_int_equal(compute(g, &f).fates[0], SW_EXT_TAKEN);
    expect_due(g, &f, "2026-03-14T09:00:00+08:00");
    extensions[0].moment_ms = at("2026-03-13T09:00:01+08:00");
    assert_int_equal(compute(g, &f).fates[0], SW_EXT_LATE);
}

static void max_counts_those_taken_of_one_entry(void **state) {
    ground *g = *state;
    sw_extension room[4];
    sw_period_facts f = facts_of(g, START, three_days, SW_BEGIN_NEXT_DAY);
    an_extension(&f, room, "2026-03-20T10:00:00+08:00", days(1)); /* late: does not count */
    an_extension(&f, room, "2026-03-11T10:00:00+08:00", days(1));
    an_extension(&f, room, "2026-03-11T11:00:00+08:00", days(1)); /* one too many */
    an_extension(&f, room, "2026-03-11T12:00:00+08:00", days(1)); /* of another entry */
    for (int i = 0; i < 4; i++) room[i].max = 1, room[i].entry = i == 3;
    sw_due due = compute(g, &f);
    assert_int_equal(due.fates[0], SW_EXT_LATE);
    assert_int_equal(due.fates[1], SW_EXT_TAKEN);
    assert_int_equal(due.fates[2], SW_EXT_OVER_MAX);
    assert_int_equal(due.fates[3], SW_EXT_TAKEN);
    assert_time_in(g->shanghai, due.due_ms, "2026-03-16T00:00:00+08:00");
}

static void a_negative_or_absurd_extension_is_none(void **state) {
    ground *g = *state;
    sw_extension room[4];
    sw_period_facts f = facts_of(g, START, three_days, SW_BEGIN_NEXT_DAY);
    an_extension(&f, room, "2026-03-11T10:00:00+08:00", days(-1));
    an_extension(&f, room, "2026-03-11T10:00:00+08:00", days(INT64_MAX));
    an_extension(&f, room, "2026-03-11T10:00:00+08:00", months(120000));
    an_extension(&f, room, "2026-03-11T10:00:00+08:00", hours(INT64_MIN / HOUR));
    room[2].to = true;
    sw_due due = compute(g, &f);
    for (int i = 0; i < 4; i++) assert_int_equal(due.fates[i], SW_EXT_NONE);
    assert_time_in(g->shanghai, due.due_ms, "2026-03-14T00:00:00+08:00");
}

/* Pauses */

static void an_exact_limit_is_paused_for_as_long_as_it_lasts(void **state) {
    ground *g = *state;
    sw_pause room[4];
    sw_period_facts f = facts_of(g, "2026-03-10T09:00:00+08:00", hours(24), SW_BEGIN_INSTANT);
    a_pause(&f, room, "2026-03-10T12:00:00+08:00", "2026-03-10T13:30:00+08:00");
    expect_due(g, &f, "2026-03-11T10:30:00+08:00");
    /* overlapping it: 12:00 to 14:00 together */
    a_pause(&f, room, "2026-03-10T13:00:00+08:00", "2026-03-10T14:00:00+08:00");
    expect_due(g, &f, "2026-03-11T11:00:00+08:00");
    /* from before the begin: counts from 09:00 */
    a_pause(&f, room, "2026-03-09T09:00:00+08:00", "2026-03-10T10:00:00+08:00");
    expect_due(g, &f, "2026-03-11T12:00:00+08:00");
    /* wholly before the begin */
    a_pause(&f, room, "2026-03-08T09:00:00+08:00", "2026-03-08T10:00:00+08:00");
    expect_due(g, &f, "2026-03-11T12:00:00+08:00");
    assert_int_equal(compute(g, &f).pause_count, 2);
}

static void a_longer_limit_is_paused_by_midnights(void **state) {
    ground *g = *state;
    sw_pause room[2];
    sw_period_facts f = facts_of(g, START, days(5), SW_BEGIN_INSTANT);
    a_pause(&f, room, "2026-03-11T01:00:00+08:00", "2026-03-11T23:00:00+08:00");
    expect_due(g, &f, "2026-03-15T09:30:00+08:00");
    room[0].to_ms = at("2026-03-12T00:00:00+08:00");
    expect_due(g, &f, "2026-03-16T09:30:00+08:00");
    room[0].from_ms = at("2026-03-11T00:00:00+08:00"); /* its own midnight is not after it */
    expect_due(g, &f, "2026-03-16T09:30:00+08:00");
    room[0].from_ms--;
    expect_due(g, &f, "2026-03-17T09:30:00+08:00");
    /* from 10 March 24:00, the begin, at the earliest: midnights 12 and 13 March */
    f = facts_of(g, START, days(5), SW_BEGIN_NEXT_DAY);
    a_pause(&f, room, "2026-03-10T12:00:00+08:00", "2026-03-13T12:00:00+08:00");
    expect_due(g, &f, "2026-03-18T00:00:00+08:00");
}

/* The second 02:30 of 25 October: a pause without a midnight must not make it the first. */
static void a_pause_within_a_day_leaves_due_where_it_is(void **state) {
    ground *g = *state;
    sw_pause room[1];
    sw_period_facts f =
        facts_in(g, g->rome, "2026-10-25T02:30:00+01:00", days(0), SW_BEGIN_INSTANT);
    a_pause(&f, room, "2026-10-25T02:30:00+01:00", "2026-10-25T04:00:00+01:00");
    expect_due(g, &f, "2026-10-25T02:30:00+01:00");
}

static void a_pause_counts_if_it_begins_no_later_than_due(void **state) {
    ground *g = *state;
    sw_pause room[3];
    sw_period_facts f = facts_of(g, "2026-03-10T09:00:00+08:00", hours(24), SW_BEGIN_INSTANT);
    a_pause(&f, room, "2026-03-11T09:00:00+08:00", "2026-03-11T12:00:00+08:00");
    expect_due(g, &f, "2026-03-11T12:00:00+08:00");
    room[0].from_ms++;
    expect_due(g, &f, "2026-03-11T09:00:00+08:00");
    /* a first pause moves due beyond the begin of a second */
    room[0] = (sw_pause){at("2026-03-11T10:00:00+08:00"), at("2026-03-11T11:00:00+08:00")};
    a_pause(&f, room, "2026-03-11T08:00:00+08:00", "2026-03-11T09:30:00+08:00");
    expect_due(g, &f, "2026-03-11T11:30:00+08:00");
    assert_int_equal(compute(g, &f).pauses_counted, 2);
    /* open after due: nothing moves, nothing is provisional */
    a_pause(&f, room, "2026-03-11T11:30:00.001+08:00", NULL);
    sw_due due = compute(g, &f);
    assert_time_in(g->shanghai, due.due_ms, "2026-03-11T11:30:00+08:00");
    assert_false(due.provisional);
    assert_int_equal(due.pauses_counted, 2);
}

static void an_open_pause_counts_up_to_now_and_is_provisional(void **state) {
    ground *g = *state;
    sw_pause room[1];
    sw_period_facts f = facts_of(g, START, days(5), SW_BEGIN_NEXT_DAY);
    a_pause(&f, room, "2026-03-12T09:00:00+08:00", NULL);
    f.now_ms = at("2026-03-20T09:00:00+08:00");
    sw_due due = compute(g, &f);
    assert_true(due.provisional);
    assert_time_in(g->shanghai, due.due_ms, "2026-03-24T00:00:00+08:00"); /* 13 … 20: eight */
    assert_time_in(g->shanghai, due.levels_due_ms, "2026-03-16T00:00:00+08:00");
    room[0].to_ms = f.now_ms;
    due = compute(g, &f);
    assert_false(due.provisional);
    assert_time_in(g->shanghai, due.levels_due_ms, "2026-03-24T00:00:00+08:00");
}

static void what_is_taken_while_a_pause_is_open_moves_due_but_no_level(void **state) {
    ground *g = *state;
    sw_pause pauses[1];
    sw_extension extensions[2];
    sw_period_facts f = facts_of(g, START, days(5), SW_BEGIN_NEXT_DAY);
    an_extension(&f, extensions, "2026-03-11T09:00:00+08:00", days(2));
    an_extension(&f, extensions, "2026-03-13T09:00:00+08:00", days(30));
    a_pause(&f, pauses, "2026-03-13T09:00:00+08:00", NULL);
    f.now_ms = at("2026-03-13T20:00:00+08:00");
    sw_due due = compute(g, &f);
    assert_time_in(g->shanghai, due.due_ms, "2026-04-17T00:00:00+08:00");
    assert_time_in(g->shanghai, due.levels_due_ms, "2026-03-18T00:00:00+08:00");
    pauses[0].to_ms = f.now_ms;
    assert_time_in(g->shanghai, compute(g, &f).levels_due_ms, "2026-04-17T00:00:00+08:00");
}

/* lead, end, rollover */

static void lead_goes_back_by_natural_or_working_days(void **state) {
    ground *g = *state;
    sw_period_facts f = facts_of(g, START, three_days, SW_BEGIN_NEXT_DAY); /* to Friday 13 */
    f.count.lead = days(2);
    expect_due(g, &f, "2026-03-12T00:00:00+08:00");
    f.count.lead = workdays(5); /* 12, 11, 10, 9, Friday 6 March: its 24:00 */
    expect_due(g, &f, "2026-03-07T00:00:00+08:00");
    f.count.begin = SW_BEGIN_INSTANT; /* Friday 13 at 09:30; counted from that day */
    expect_due(g, &f, "2026-03-06T09:30:00+08:00");
}

static void end_of_day_moves_to_24_00(void **state) {
    ground *g = *state;
    sw_period_facts f = facts_of(g, START, three_days, SW_BEGIN_INSTANT);
    f.count.end_of_day = true;
    expect_due(g, &f, "2026-03-14T00:00:00+08:00");
    f.count.begin = SW_BEGIN_NEXT_DAY;
    expect_due(g, &f, "2026-03-14T00:00:00+08:00");
}

static void rollover_moves_from_a_rest_day_only(void **state) {
    ground *g = *state;
    /* Wednesday 11 March + 3 days: Saturday */
    sw_period_facts f = facts_of(g, "2026-03-11T09:30:00+08:00", three_days, SW_BEGIN_INSTANT);
    f.count.rollover = SW_ROLL_WORKDAY;
    expect_due(g, &f, "2026-03-17T00:00:00+08:00");
    f.count.rollover = SW_ROLL_WORKDAY_BEFORE;
    expect_due(g, &f, "2026-03-14T00:00:00+08:00");
    f.start_ms = at("2026-03-10T09:30:00+08:00"); /* Friday: keeps its clock time */
    expect_due(g, &f, "2026-03-13T09:30:00+08:00");
    f = facts_of(g, "2026-05-06T09:30:00+08:00", three_days, SW_BEGIN_NEXT_DAY);
    f.count.rollover = SW_ROLL_WORKDAY; /* Saturday 9 May is made up, 10 May is not reached */
    expect_due(g, &f, "2026-05-10T00:00:00+08:00");
    f.limit = days(4);
    expect_due(g, &f, "2026-05-12T00:00:00+08:00");
}

static void lead_end_and_rollover_come_in_this_order(void **state) {
    ground *g = *state;
    /* Monday 16 March 09:30, less two days is Saturday 14; its end; then back to Friday's end */
    sw_period_facts f = facts_of(g, "2026-03-10T09:30:00+08:00", days(6), SW_BEGIN_INSTANT);
    f.count.lead = days(2);
    f.count.end_of_day = true;
    f.count.rollover = SW_ROLL_WORKDAY_BEFORE;
    sw_due due = compute(g, &f);
    static const struct {
        sw_step_kind kind;
        const char *due;
    } want[] = {{SW_STEP_BEGIN, "2026-03-10T09:30:00+08:00"},
                {SW_STEP_LIMIT, "2026-03-16T09:30:00+08:00"},
                {SW_STEP_LEAD, "2026-03-14T09:30:00+08:00"},
                {SW_STEP_END, "2026-03-15T00:00:00+08:00"},
                {SW_STEP_ROLLOVER, "2026-03-14T00:00:00+08:00"}};
    assert_int_equal(due.step_count, SW_COUNT(want));
    for (size_t i = 0; i < SW_COUNT(want); i++) {
        assert_int_equal(due.steps[i].kind, want[i].kind);
        assert_time_in(g->shanghai, due.steps[i].due_ms, want[i].due);
    }
    assert_int_equal(due.steps[2].amount, 2);
    assert_int_equal(due.steps[4].amount, -1);
    assert_int_equal(due.steps[4].reason_day, day_of("2026-03-14"));
}

static void a_day_after_the_published_calendar_makes_it_provisional(void **state) {
    ground *g = *state;
    sw_period_facts f = facts_of(g, "2026-12-30T09:30:00+08:00", workdays(1), SW_BEGIN_NEXT_DAY);
    assert_false(compute(g, &f).provisional); /* Thursday 31 December */
    f.limit = workdays(2);
    assert_true(compute(g, &f).provisional);
    f.start_ms = at("2027-03-01T09:30:00+08:00"), f.limit = workdays(0);
    assert_false(compute(g, &f).provisional); /* no working day is looked up */
    f.start_ms = at("2026-12-30T09:30:00+08:00"), f.limit = days(5);
    assert_false(compute(g, &f).provisional);
    f.count.rollover = SW_ROLL_WORKDAY;
    assert_true(compute(g, &f).provisional);
    f.limit = days(1);
    assert_false(compute(g, &f).provisional);
    f.calendar = sw_calendar_plain();
    assert_true(compute(g, &f).provisional);
    f = facts_of(g, "2020-12-30T09:30:00+08:00", workdays(9), SW_BEGIN_NEXT_DAY);
    assert_false(compute(g, &f).provisional); /* before the first: it will not be published again */
}

/* the whole */

static void the_ledger_has_every_step_in_the_contracts_order(void **state) {
    ground *g = *state;
    sw_extension extensions[2];
    sw_pause pauses[3];
    sw_period_facts f = facts_of(g, START, three_days, SW_BEGIN_NEXT_DAY);
    f.count.rollover = SW_ROLL_WORKDAY;
    an_extension(&f, extensions, "2026-03-12T09:00:00+08:00", days(2));  /* 15 March */
    an_extension(&f, extensions, "2026-03-25T09:00:00+08:00", days(30)); /* late */
    a_pause(&f, pauses, "2026-03-12T10:00:00+08:00", "2026-03-14T10:00:00+08:00");
    a_pause(&f, pauses, "2026-03-13T10:00:00+08:00", "2026-03-18T10:00:00+08:00");
    a_pause(&f, pauses, "2026-04-13T10:00:00+08:00", "2026-04-18T10:00:00+08:00");
    sw_due due = compute(g, &f);
    static const sw_step_kind kinds[] = {SW_STEP_BEGIN,     SW_STEP_LIMIT, SW_STEP_EXTENSION,
                                         SW_STEP_EXTENSION, SW_STEP_PAUSE, SW_STEP_ROLLOVER};
    static const char *const times[] = {"2026-03-11T00:00:00+08:00", "2026-03-14T00:00:00+08:00",
                                        "2026-03-16T00:00:00+08:00", "2026-03-16T00:00:00+08:00",
                                        "2026-03-22T00:00:00+08:00", "2026-03-24T00:00:00+08:00"};
    assert_int_equal(due.step_count, SW_COUNT(kinds));
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        assert_int_equal(due.steps[i].kind, kinds[i]);
        assert_time_in(g->shanghai, due.steps[i].due_ms, times[i]);
    }
    assert_int_equal(due.steps[3].fate, SW_EXT_LATE);
    assert_int_equal(due.steps[3].index, 1);
    assert_int_equal(due.steps[4].amount, 6);
    assert_int_equal(due.steps[5].reason_day, day_of("2026-03-21"));
    assert_slice(sw_calendar_reason(g->cn, due.steps[5].reason_day), "周六");
    assert_int_equal(due.pause_count, 2);
    assert_int_equal(due.pauses_counted, 1);
}

/* The period that docs/counting.md works out. */
static void the_ledger_of_the_docs_is_right(void **state) {
    ground *g = *state;
    sw_extension extensions[1];
    sw_pause pauses[2];
    sw_period_facts f = facts_of(g, "2026-03-05T09:00:00+08:00", days(30), SW_BEGIN_NEXT_DAY);
    f.count.rollover = SW_ROLL_WORKDAY;
    a_pause(&f, pauses, "2026-03-10T09:00:00+08:00", "2026-03-25T09:00:00+08:00");
    a_pause(&f, pauses, "2026-03-20T09:00:00+08:00", "2026-03-30T17:00:00+08:00");
    expect_due(g, &f, "2026-04-25T00:00:00+08:00");
    an_extension(&f, extensions, "2026-04-03T16:00:00+08:00", days(30));
    static const char *const times[] = {"2026-03-06T00:00:00+08:00", "2026-04-05T00:00:00+08:00",
                                        "2026-05-05T00:00:00+08:00", "2026-05-25T00:00:00+08:00",
                                        "2026-05-26T00:00:00+08:00"};
    sw_due due = compute(g, &f);
    assert_int_equal(due.step_count, SW_COUNT(times));
    for (size_t i = 0; i < SW_COUNT(times); i++)
        assert_time_in(g->shanghai, due.steps[i].due_ms, times[i]);
    assert_int_equal(due.steps[3].amount, 20);
}

static void what_leaves_the_years_is_out_of_range(void **state) {
    ground *g = *state;
    static const int64_t absurd[] = {-1, INT64_MAX, INT64_MIN, 9999LL * 366};
    sw_due due = {.due_ms = 42};
    for (int unit = SW_UNIT_EXACT; unit <= SW_UNIT_MONTHS; unit++) {
        for (size_t i = 0; i < SW_COUNT(absurd); i++) {
            sw_span limit = {.unit = (sw_unit)unit, .n = absurd[i]};
            if (unit == SW_UNIT_EXACT && i == 3) continue; /* an hour, in milliseconds */
            sw_period_facts f = facts_of(g, START, limit, SW_BEGIN_INSTANT);
            assert_int_equal(sw_due_compute(&f, false, &g->arena, &due), SW_E_RANGE);
        }
    }
    sw_period_facts f = facts_of(g, START, three_days, SW_BEGIN_INSTANT);
    f.start_ms = SW_TIME_MAX;
    assert_int_equal(sw_due_compute(&f, false, &g->arena, &due), SW_E_RANGE);
    f.start_ms = SW_TIME_LAST_MS;
    assert_int_equal(sw_due_compute(&f, false, &g->arena, &due), SW_E_RANGE);
    assert_int_equal(due.due_ms, 42);
}

static void a_full_arena_is_said_and_nothing_is_returned(void **state) {
    ground *g = *state;
    sw_extension extensions[1];
    sw_pause pauses[1];
    sw_period_facts f = facts_of(g, START, three_days, SW_BEGIN_NEXT_DAY);
    an_extension(&f, extensions, "2026-03-12T09:00:00+08:00", days(2));
    a_pause(&f, pauses, "2026-03-12T10:00:00+08:00", NULL);
    sw_due due = {.due_ms = 42};
    sw_err err = SW_E_LIMIT;
    int64_t n = 0;
    for (; err; n++) {
        sw_arena arena;
        sw_arena_init(&arena, 1u << 16);
        arena.fail_after = n;
        err = sw_due_compute(&f, true, &arena, &due);
        assert_true(err == SW_OK || (err == SW_E_LIMIT && due.due_ms == 42));
        sw_arena_done(&arena);
    }
    assert_true(n > 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_in_the_own_unit_is_counted_from_the_start),
        cmocka_unit_test(by_in_another_unit_counts_on_from_the_nominal_due),
        cmocka_unit_test(by_working_days_and_months_count_on_from_a_due_at_24_00),
        cmocka_unit_test(by_to_the_end_of_a_period_goes_to_its_end_once),
        cmocka_unit_test(to_replaces_the_limit_and_what_was_added),
        cmocka_unit_test(an_extension_in_the_very_moment_of_due_is_in_time),
        cmocka_unit_test(a_pause_that_is_known_puts_off_being_late),
        cmocka_unit_test(max_counts_those_taken_of_one_entry),
        cmocka_unit_test(a_negative_or_absurd_extension_is_none),
        cmocka_unit_test(an_exact_limit_is_paused_for_as_long_as_it_lasts),
        cmocka_unit_test(a_longer_limit_is_paused_by_midnights),
        cmocka_unit_test(a_pause_within_a_day_leaves_due_where_it_is),
        cmocka_unit_test(a_pause_counts_if_it_begins_no_later_than_due),
        cmocka_unit_test(an_open_pause_counts_up_to_now_and_is_provisional),
        cmocka_unit_test(what_is_taken_while_a_pause_is_open_moves_due_but_no_level),
        cmocka_unit_test(lead_goes_back_by_natural_or_working_days),
        cmocka_unit_test(end_of_day_moves_to_24_00),
        cmocka_unit_test(rollover_moves_from_a_rest_day_only),
        cmocka_unit_test(lead_end_and_rollover_come_in_this_order),
        cmocka_unit_test(a_day_after_the_published_calendar_makes_it_provisional),
        cmocka_unit_test(the_ledger_has_every_step_in_the_contracts_order),
        cmocka_unit_test(the_ledger_of_the_docs_is_right),
        cmocka_unit_test(what_leaves_the_years_is_out_of_range),
        cmocka_unit_test(a_full_arena_is_said_and_nothing_is_returned),
    };
    return cmocka_run_group_tests(tests, ground_begin, ground_end);
}
