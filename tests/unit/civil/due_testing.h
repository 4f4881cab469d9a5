/* due_testing.h - periods written down briefly, and the due time that they should have. */
#ifndef SW_TESTS_UNIT_CIVIL_DUE_TESTING_H
#define SW_TESTS_UNIT_CIVIL_DUE_TESTING_H

#include "unit/civil/civil_test.h"

/* Dates are worked out by hand. 2026: 1 January is a Thursday, 1 March a Sunday, 1 April a
 * Wednesday, 1 May a Friday; Qingming frees 4 to 6 April, Labour Day 1 to 5 May with Saturday 9 May
 * made up; the calendar is published to 31 December 2026. */

#define START "2026-03-10T09:30:00+08:00" /* a Tuesday */

static const sw_span three_days SW_UNUSED = {.unit = SW_UNIT_DAYS, .n = 3};

static inline sw_span days(int64_t n) {
    return (sw_span){.unit = SW_UNIT_DAYS, .n = n};
}
static inline sw_span workdays(int64_t n) {
    return (sw_span){.unit = SW_UNIT_WORKDAYS, .n = n};
}
static inline sw_span months(int64_t n) {
    return (sw_span){.unit = SW_UNIT_MONTHS, .n = n};
}
static inline sw_span hours(int64_t n) {
    return (sw_span){.unit = SW_UNIT_EXACT, .n = n * HOUR};
}
static inline sw_span end_of(sw_period period) {
    return (sw_span){.unit = SW_UNIT_END_OF, .period = period};
}

static inline sw_period_facts facts_in(ground *g, const sw_zone *zone, const char *start,
                                       sw_span limit, sw_begin begin) {
    return (sw_period_facts){.zone = zone,
                             .calendar = g->cn,
                             .start_ms = at(start),
                             .limit = limit,
                             .count = {.begin = begin},
                             .now_ms = at("2040-01-01T00:00:00Z")};
}

static inline sw_period_facts facts_of(ground *g, const char *start, sw_span limit,
                                       sw_begin begin) {
    return facts_in(g, g->shanghai, start, limit, begin);
}

static inline sw_due compute(ground *g, const sw_period_facts *facts) {
    sw_due due;
    assert_ok(sw_due_compute(facts, true, &g->arena, &due));
    return due;
}

static inline void expect_due(ground *g, const sw_period_facts *facts, const char *want) {
    assert_time_in(facts->zone, compute(g, facts).due_ms, want);
}

static inline void expect(ground *g, const char *start, sw_span limit, sw_begin begin,
                          const char *want) {
    sw_period_facts facts = facts_of(g, start, limit, begin);
    expect_due(g, &facts, want);
}

static inline void expect_in_rome(ground *g, const char *start, sw_span limit, sw_begin begin,
                                  const char *want) {
    sw_period_facts facts = facts_in(g, g->rome, start, limit, begin);
    expect_due(g, &facts, want);
}

static inline void an_extension(sw_period_facts *f, sw_extension *room, const char *moment,
                                sw_span by) {
    room[f->extension_count++] = (sw_extension){.moment_ms = at(moment), .span = by};
    f->extensions = room;
}

static inline void a_pause(sw_period_facts *f, sw_pause *room, const char *from, const char *to) {
    room[f->pause_count++] = (sw_pause){at(from), to ? at(to) : SW_TIME_MAX};
    f->pauses = room;
}

#endif
