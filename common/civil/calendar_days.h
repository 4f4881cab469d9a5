/* calendar_days.h - the days of a calendar as a table.  Layer 2, inner.  Thread: any, immutable. */
#ifndef SW_CIVIL_CALENDAR_DAYS_H
#define SW_CIVIL_CALENDAR_DAYS_H

#include "civil/calendar.h"

enum { SW_CALENDAR_YEARS_MAX = 400 };

typedef enum sw_day_mark { SW_DAY_PLAIN, SW_DAY_OFF, SW_DAY_MAKEUP } sw_day_mark;

/* What is published of one day. */
typedef struct sw_day_entry {
    sw_slice reason;
    uint32_t line; /* of the file, 0: nothing is listed */
    sw_day_mark mark;
} sw_day_entry;

struct sw_calendar {
    sw_slice name;
    sw_slice weekday_names[7]; /* Sunday first */
    bool weekend[7];
    int32_t week_workdays; /* in a week without days off */
    int64_t first, last;   /* published days; first > last: none */
    sw_day_entry *days;    /* from first to last */
};

#endif
