#include "civil/calendar.h"

#include "civil/calendar_days.h"
#include "text/time.h"

static const sw_calendar plain = {
    .name = {"plain", 5},
    .weekday_names =
        {{"周日", 6}, {"周一", 6}, {"周二", 6}, {"周三", 6}, {"周四", 6}, {"周五", 6}, {"周六", 6}},
    .weekend = {[0] = true, [6] = true},
    .week_workdays = 5,
    .first = INT64_MAX,
    .last = INT64_MIN,
};

const sw_calendar *sw_calendar_plain(void) {
    return &plain;
}

sw_slice sw_calendar_name(const sw_calendar *cal) {
    SW_ASSERT(cal);
    return cal->name;
}

static const sw_day_entry *entry_of(const sw_calendar *cal, int64_t day) {
    return day >= cal->first && day <= cal->last ? &cal->days[day - cal->first] : NULL;
}

bool sw_calendar_is_workday(const sw_calendar *cal, int64_t day) {
    SW_ASSERT(cal);
    const sw_day_entry *e = entry_of(cal, day);
    if (e && e->mark != SW_DAY_PLAIN) return e->mark == SW_DAY_MAKEUP;
    return !cal->weekend[sw_weekday(day)];
}

/* How many whole weeks from `day` on (or back from it) hold nothing but weekends as they always
 * are. */
static int64_t plain_weeks(const sw_calendar *cal, int64_t day, bool forward) {
    if (cal->first > cal->last) return INT64_MAX;
    if (forward) return day >= cal->last ? INT64_MAX : (cal->first - 1 - day) / 7;
    return day <= cal->first ? INT64_MAX : (day - 1 - cal->last) / 7;
}

int64_t sw_calendar_workday(const sw_calendar *cal, int64_t day, int64_t n) {
    SW_ASSERT(cal);
    int64_t step = n < 0 ? -1 : 1, left = n * step;
    while (left > 0) {
        int64_t weeks = (left - 1) / cal->week_workdays;
        if (weeks > 0) {
            int64_t plain_ones = plain_weeks(cal, day, step > 0);
            if (weeks > plain_ones) weeks = plain_ones;
        }
        if (weeks > 0) {
            day += step * weeks * 7;
            left -= weeks * cal->week_workdays;
            continue;
        }
        day += step;
        left -= sw_calendar_is_workday(cal, day);
    }
    return day;
}

bool sw_calendar_covers(const sw_calendar *cal, int64_t day) {
    SW_ASSERT(cal);
    return day <= cal->last;
}

int64_t sw_calendar_first(const sw_calendar *cal) {
    SW_ASSERT(cal);
    return cal->first;
}

int64_t sw_calendar_last(const sw_calendar *cal) {
    SW_ASSERT(cal);
    return cal->last;
}

sw_slice sw_calendar_reason(const sw_calendar *cal, int64_t day) {
    SW_ASSERT(cal);
    const sw_day_entry *e = entry_of(cal, day);
    if (e && e->reason.len) return e->reason;
    int32_t weekday = sw_weekday(day);
    return cal->weekend[weekday] ? cal->weekday_names[weekday] : SW_SLICE_NONE;
}
