/* window.c - what lies within a window, and which values are the same. */
#include "view.h"

/* Days since 1970-01-01, a Thursday, to a number that all days of one period share. Contract 3:
 * "weeks begin on Monday". */
static int64_t period_number(sw_period period, int64_t day) {
    int64_t year;
    int32_t month, of_month;
    sw_date_from_days(day, &year, &month, &of_month);
    switch (period) {
    case SW_DAY:
        return day;
    case SW_WEEK:
        return sw_floor_div(day + 3, 7);
    case SW_MONTH:
        return year * 12 + month;
    case SW_QUARTER:
        return year * 4 + (month - 1) / 3;
    case SW_YEAR:
        return year;
    }
    return 0;
}

bool sw_oracle_same_period(const sw_rule *rule, sw_period period, int64_t earlier_ms,
                           int64_t later_ms) {
    const sw_zone *zone = rule->pack->zone;
    return period_number(period, sw_zone_day(zone, earlier_ms)) ==
           period_number(period, sw_zone_day(zone, later_ms));
}

/* Day by day, back to the first of the same period. */
int64_t sw_oracle_period_start(const sw_rule *rule, sw_period period, int64_t ms) {
    const sw_zone *zone = rule->pack->zone;
    int64_t day = sw_zone_day(zone, ms), number = period_number(period, day);
    while (period_number(period, day - 1) == number) day--;
    return sw_zone_day_start(zone, day);
}

int64_t sw_oracle_period_end(const sw_rule *rule, sw_period period, int64_t ms) {
    const sw_zone *zone = rule->pack->zone;
    int64_t day = sw_zone_day(zone, ms), number = period_number(period, day);
    while (period_number(period, day) == number) day++;
    return sw_zone_day_start(zone, day);
}

bool sw_oracle_within(const sw_rule *rule, sw_window window, int64_t earlier_ms, int64_t later_ms) {
    switch (window.form) {
    case SW_WINDOW_LENGTH:
        return later_ms - earlier_ms <= window.ms;
    case SW_WINDOW_CALENDAR:
        return sw_oracle_same_period(rule, window.period, earlier_ms, later_ms);
    case SW_WINDOW_NONE:
        break;
    }
    return true;
}

bool sw_oracle_same_value(const sw_value *a, const sw_value *b) {
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case SW_STRING:
        return sw_slice_eq(a->s, b->s);
    case SW_INT:
        return a->i == b->i;
    case SW_DOUBLE:
        return a->d == b->d;
    case SW_BOOL:
        return a->b == b->b;
    case SW_TIMESTAMP:
        return a->t.seconds == b->t.seconds && a->t.nanos == b->t.nanos;
    default:
        return false;
    }
}
