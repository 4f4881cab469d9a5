/* schedule.h - bulletins that issue themselves: each period's once, at a time of day.  Layer 9.
 * Thread: one of its own; sw_schedule_tick any, one at a time. */
#ifndef SW_REPORT_SCHEDULE_H
#define SW_REPORT_SCHEDULE_H

#include "civil/calendar.h"
#include "env/clock.h"
#include "report/bulletin/issue.h"

typedef struct sw_schedule_options {
    const sw_figures *figures;
    sw_clock *clock;
    const char *dir;
    int32_t minute[SW_BULLETIN_MONTHLY + 1]; /* of the day after the period; -1: none of the kind */
    bool workdays;                           /* on a day off they wait for the next working day */
    const sw_calendar *calendar;             /* with workdays */
    const sw_slice *orgs;                    /* beginnings of codes; one bulletin each */
    uint32_t org_count;
    int64_t since_ms; /* what was due before is not made up: sw_schedule_since */
    /* Appends `"as_of":{…}`. */
    void (*as_of)(void *ctx, sw_buf *out);
    void *ctx;
} sw_schedule_options;

typedef struct sw_schedule sw_schedule;

/* "07:30" as minutes, "off" as -1. False: neither. */
bool sw_schedule_time(sw_slice text, int32_t *ret_minute);

/* When the bulletin of a period is due. */
int64_t sw_schedule_due_ms(const sw_schedule_options *options, sw_bulletin_kind kind,
                           sw_span_days span);

/* Since when bulletins issue themselves in this folder: the first call says so for ever. SW_E_IO,
 * SW_E_FULL, SW_E_CORRUPT. */
SW_NODISCARD sw_err sw_schedule_since(const char *dir, int64_t now_ms, int64_t *ret_ms);

/* Issues what has become due since `since_ms` and has not been issued: of each kind and unit back
 * to the last period that was, at most 31. Who comes second issues nothing. Errors of reading
 * figures and of writing; the next tick tries again. */
SW_NODISCARD sw_err sw_schedule_tick(const sw_schedule_options *options, uint32_t *ret_issued);

/* Ticks every few seconds until it is closed. `options` is copied; what it names outlives it.
 * SW_E_NOMEM. */
SW_NODISCARD sw_err sw_schedule_open(const sw_schedule_options *options, sw_schedule **ret);
void sw_schedule_close(sw_schedule *schedule); /* NULL is a no-op */
/* Errors so far, and what was issued: for metrics and tests. */
uint64_t sw_schedule_failures(const sw_schedule *schedule);

#endif
