/* calendar.h - working days: data from the State Council's yearly notice (国务院节假日安排).  Layer 2.  Thread: any, immutable. */
#ifndef SW_CIVIL_CALENDAR_H
#define SW_CIVIL_CALENDAR_H

#include "base/diag.h"

typedef struct sw_calendar sw_calendar;

/* YAML of the form of deploy/packs/calendars/cn.yaml: weekends, days off and make-up workdays by year,
 * last published day. All findings in one run; SW_E_INVALID. Lives in `arena`. */
SW_NODISCARD sw_err sw_calendar_load(sw_arena *arena, const char *path, sw_diags *diags, const sw_calendar **ret);
SW_NODISCARD sw_err sw_calendar_parse(sw_arena *arena, sw_slice file, sw_slice text, sw_diags *diags,
                                      const sw_calendar **ret);
/* Saturdays and Sundays rest, nothing is published: every answer is provisional. */
const sw_calendar *sw_calendar_plain(void);
sw_slice sw_calendar_name(const sw_calendar *cal);

/* `day` is days since 1970-01-01. */
bool sw_calendar_is_workday(const sw_calendar *cal, int64_t day);
/* False for a day after the last published one (or before the first): the answer may change. */
bool sw_calendar_covers(const sw_calendar *cal, int64_t day);
/* Why a day is a rest or make-up day, for a person: "国庆节", "周六"; empty for a plain workday. */
sw_slice sw_calendar_reason(const sw_calendar *cal, int64_t day);

#endif
