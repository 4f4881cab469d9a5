/* span.h - adding spans to times and days, in local time.  Layer 2, inner.  Thread: owner's. */
#ifndef SW_CIVIL_SPAN_H
#define SW_CIVIL_SPAN_H

#include "civil/due.h"

/* What a count works with, and whether it looked at a day that no calendar has published yet. */
typedef struct sw_ground {
    const sw_zone *zone;
    const sw_calendar *calendar;
    bool month_end_last;
    bool looked_past;
} sw_ground;

/* The start as the units see it. */
typedef struct sw_origin {
    int64_t start_ms, begin_ms;
    int64_t start_day;
    bool next_day; /* `begin: next-day`: whole days, to their end */
} sw_origin;

/* Most of a unit that can lie between the years 1 and 9999: n is between 0 and that. */
bool sw_span_sane(sw_span span);

/* 24:00 of a day. */
int64_t sw_day_end(const sw_ground *g, int64_t day);
/* The last day that counts for a due time: its local day, or the day before where it is 00:00. */
int64_t sw_last_day(const sw_ground *g, int64_t due_ms);
/* The same local clock time `days` later or earlier; 24:00 stays 24:00. */
int64_t sw_days_on(const sw_ground *g, int64_t ms, int64_t days);
/* The same day of the month, or the last one; `g->month_end_last`: from a last to a last. */
int64_t sw_months_on(const sw_ground *g, int64_t day, int64_t months);
/* The same local clock time on that day. */
int64_t sw_clock_months_on(const sw_ground *g, int64_t ms, int64_t months);
bool sw_ground_works(sw_ground *g, int64_t day);
/* sw_calendar_workday, noting what was looked up. */
int64_t sw_ground_workday(sw_ground *g, int64_t day, int64_t n);

/* A limit from its start. */
int64_t sw_span_from(sw_ground *g, const sw_origin *origin, sw_span span);
/* An extension of another unit, on from a due time. */
int64_t sw_span_on(sw_ground *g, int64_t due_ms, sw_span span);

#endif
