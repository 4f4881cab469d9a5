/* time.h - RFC 3339 times as whole milliseconds since 1970-01-01T00:00:00Z.  Layer 1.  Thread: any.
 */
#ifndef SW_TEXT_TIME_H
#define SW_TEXT_TIME_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* Not known; sorts before every time. */
#define SW_TIME_NONE INT64_MIN
/* Never; sorts after every time. */
#define SW_TIME_MAX INT64_MAX
/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999Z: the range of RFC 3339 and of CEL timestamps.
 */
#define SW_TIME_FIRST_MS (-62135596800000LL)
#define SW_TIME_LAST_MS  253402300799999LL

/* Seconds and nanoseconds apart, as CEL and protobuf have it; nanos is never negative. */
typedef struct sw_instant {
    int64_t seconds;
    int32_t nanos;
} sw_instant;

/* RFC 3339 with offset required; 'T' and 'Z' in either case; a leap second (23:59:60 UTC) counts as
 * the next day's 00:00:00; fractions of any length, cut to nanoseconds. SW_E_SYNTAX; SW_E_RANGE:
 * not within the years 1 to 9999 of UTC. */
SW_NODISCARD sw_err sw_time_parse(sw_slice text, sw_instant *ret);
/* The same, rounded down to milliseconds. */
SW_NODISCARD sw_err sw_time_parse_ms(sw_slice text, int64_t *ret_ms);
/* With `offset_s` seconds east of UTC (less than a day, cut to minutes):
 * "2026-03-01T09:00:00+08:00";
 * ".123" only where not zero; offset 0 as "Z". A time outside the range is written as its nearer
 * end. */
void sw_time_write(sw_buf *buf, int64_t ms, int32_t offset_s);
/* The same, to nanoseconds where there are any. */
void sw_instant_write(sw_buf *buf, sw_instant instant, int32_t offset_s);

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int64_t sw_days_from_date(int64_t year, int32_t month, int32_t day);
void sw_date_from_days(int64_t days, int64_t *ret_year, int32_t *ret_month, int32_t *ret_day);
/* "2026-03-01" as such days. SW_E_SYNTAX; SW_E_RANGE: there is no such day, or it is before the
 * year 1. */
SW_NODISCARD sw_err sw_date_parse(sw_slice text, int64_t *ret_days);
/* 28 to 31. */
int32_t sw_days_in_month(int64_t year, int32_t month);
/* 0 Sunday to 6 Saturday. */
int32_t sw_weekday(int64_t days);

/* Floor division, which C lacks. `by` > 0. */
static inline int64_t sw_floor_div(int64_t n, int64_t by) {
    return n / by - (n % by < 0);
}
/* Rounded down. */
static inline int64_t sw_instant_ms(sw_instant instant) {
    return instant.seconds * 1000 + instant.nanos / 1000000;
}

#endif
