/* calendar.h - working days: data from the State Council's yearly notice (国务院节假日安排).
 * Layer 2.  Thread: any, immutable. */
#ifndef SW_CIVIL_CALENDAR_H
#define SW_CIVIL_CALENDAR_H

#include "base/diag.h"

typedef struct sw_calendar sw_calendar;

/* YAML of the form of deploy/packs/calendars/cn.yaml (its keys: docs/counting.md): weekend, days
 * off and make-up workdays by year, first and last published day. All findings in one run:
 * SW_E_INVALID (SW_E_SYNTAX where it is no YAML; SW_E_NOT_FOUND, SW_E_IO; SW_E_LIMIT). Lives in
 * `arena`. */
SW_NODISCARD sw_err sw_calendar_load(sw_arena *arena, const char *path, sw_diags *diags,
                                     const sw_calendar **ret);
/* `file` is what the findings name; without a `name:` in the text the calendar is named after it:
 * "x/calendar-cn.yaml" and "cn.yaml" are "cn". Needs nothing of `text` afterwards. */
SW_NODISCARD sw_err sw_calendar_parse(sw_arena *arena, sw_slice file, sw_slice text,
                                      sw_diags *diags, const sw_calendar **ret);
/* Saturdays and Sundays rest, nothing is published: every answer is provisional. */
const sw_calendar *sw_calendar_plain(void);
sw_slice sw_calendar_name(const sw_calendar *cal);

/* `day` is days since 1970-01-01. Outside the published days only the weekend rests. */
bool sw_calendar_is_workday(const sw_calendar *cal, int64_t day);
/* The n-th working day after `day` (n < 0: before it; 0: `day` itself). */
int64_t sw_calendar_workday(const sw_calendar *cal, int64_t day, int64_t n);
/* False for a day after the last published one: the answer may change when the calendar grows. */
bool sw_calendar_covers(const sw_calendar *cal, int64_t day);
/* First and last published day. */
int64_t sw_calendar_first(const sw_calendar *cal);
int64_t sw_calendar_last(const sw_calendar *cal);
/* Why a day is a rest or make-up day, for a person: "国庆节", "周六", "春节调休"; empty for a plain
 * workday. */
sw_slice sw_calendar_reason(const sw_calendar *cal, int64_t day);

#endif
