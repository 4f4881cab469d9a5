#include "civil/span.h"

enum { YEARS = 9999 };

bool sw_span_sane(sw_span span) {
    static const int64_t most[] = {
        [SW_UNIT_EXACT] = YEARS * 366 * SW_DAY_MS,
        [SW_UNIT_DAYS] = YEARS * 366,
        [SW_UNIT_WORKDAYS] = YEARS * 366,
        [SW_UNIT_MONTHS] = YEARS * 12,
    };
    if (span.unit == SW_UNIT_UNTIL) return span.n >= SW_TIME_FIRST_MS && span.n <= SW_TIME_LAST_MS;
    return span.unit == SW_UNIT_END_OF || (span.n >= 0 && span.n <= most[span.unit]);
}

int64_t sw_day_end(const sw_ground *g, int64_t day) {
    return sw_zone_day_start(g->zone, day + 1);
}

int64_t sw_last_day(const sw_ground *g, int64_t due_ms) {
    return sw_zone_day(g->zone, due_ms - 1);
}

/* Whether a time is 00:00 of its day, also where clocks skip that very time. */
static bool is_day_end(const sw_ground *g, int64_t ms, int64_t *ret_last_day) {
    *ret_last_day = sw_last_day(g, ms);
    return sw_day_end(g, *ret_last_day) == ms;
}

int64_t sw_days_on(const sw_ground *g, int64_t ms, int64_t days) {
    if (days == 0) return ms;
    int64_t last;
    if (is_day_end(g, ms, &last)) return sw_day_end(g, last + days);
    return sw_zone_from_local(g->zone, sw_zone_to_local(g->zone, ms) + days * SW_DAY_MS);
}

int64_t sw_months_on(const sw_ground *g, int64_t day, int64_t months) {
    int64_t year;
    int32_t month, date;
    sw_date_from_days(day, &year, &month, &date);
    bool last = g->month_end_last && date == sw_days_in_month(year, month);
    int64_t total = year * 12 + (month - 1) + months;
    year = sw_floor_div(total, 12);
    month = (int32_t)(total - year * 12) + 1;
    int32_t days = sw_days_in_month(year, month);
    return sw_days_from_date(year, month, last || date > days ? days : date);
}

bool sw_ground_works(sw_ground *g, int64_t day) {
    if (!sw_calendar_covers(g->calendar, day)) g->looked_past = true;
    return sw_calendar_is_workday(g->calendar, day);
}

int64_t sw_ground_workday(sw_ground *g, int64_t day, int64_t n) {
    int64_t found = sw_calendar_workday(g->calendar, day, n);
    int64_t latest = n > 0 ? found : day - 1;
    if (n != 0 && !sw_calendar_covers(g->calendar, latest)) g->looked_past = true;
    return found;
}

/* The last day of the day, week (from Monday), month, quarter or year that holds `day`. */
static int64_t period_last_day(int64_t day, sw_period period) {
    if (period == SW_DAY) return day;
    if (period == SW_WEEK) return day + (7 - sw_weekday(day)) % 7;
    int64_t year;
    int32_t month, date;
    sw_date_from_days(day, &year, &month, &date);
    if (period == SW_QUARTER) month += 2 - (month - 1) % 3;
    if (period == SW_YEAR) month = 12;
    return sw_days_from_date(year, month, sw_days_in_month(year, month));
}

int64_t sw_period_start(const sw_zone *zone, sw_period period, int64_t ms) {
    int64_t day = sw_zone_day(zone, ms), year;
    int32_t month, date;
    if (period == SW_WEEK) day -= (sw_weekday(day) + 6) % 7;
    if (period != SW_DAY && period != SW_WEEK) {
        sw_date_from_days(day, &year, &month, &date);
        if (period == SW_QUARTER) month -= (month - 1) % 3;
        if (period == SW_YEAR) month = 1;
        day = sw_days_from_date(year, month, 1);
    }
    return sw_zone_day_start(zone, day);
}

int64_t sw_period_end(const sw_zone *zone, sw_period period, int64_t ms) {
    return sw_zone_day_start(zone, period_last_day(sw_zone_day(zone, ms), period) + 1);
}

int64_t sw_clock_months_on(const sw_ground *g, int64_t ms, int64_t months) {
    if (months == 0) return ms;
    int64_t local = sw_zone_to_local(g->zone, ms), day = sw_floor_div(local, SW_DAY_MS);
    int64_t clock = local - day * SW_DAY_MS;
    return sw_zone_from_local(g->zone, sw_months_on(g, day, months) * SW_DAY_MS + clock);
}

/* From a local clock time, as many days later. Unlike sw_days_on a begin at 00:00 is no 24:00. */
static int64_t clock_days_on(const sw_ground *g, int64_t ms, int64_t days) {
    if (days == 0) return ms;
    return sw_zone_from_local(g->zone, sw_zone_to_local(g->zone, ms) + days * SW_DAY_MS);
}

static int64_t plain_from(sw_ground *g, const sw_origin *o, sw_span span) {
    switch (span.unit) {
    case SW_UNIT_EXACT:
        return o->begin_ms + span.n;
    case SW_UNIT_DAYS:
        if (o->next_day) return sw_day_end(g, o->start_day + span.n);
        return clock_days_on(g, o->begin_ms, span.n);
    case SW_UNIT_WORKDAYS:
        return sw_day_end(g, sw_ground_workday(g, o->start_day, span.n));
    case SW_UNIT_MONTHS:
        if (o->next_day) return sw_day_end(g, sw_months_on(g, o->start_day, span.n));
        return sw_clock_months_on(g, o->begin_ms, span.n);
    case SW_UNIT_UNTIL:
        return span.n;
    case SW_UNIT_END_OF:
        break;
    }
    return sw_day_end(g, period_last_day(o->start_day, span.period));
}

int64_t sw_span_from(sw_ground *g, const sw_origin *o, sw_span span) {
    SW_ASSERT(sw_span_sane(span));
    int64_t due_ms = plain_from(g, o, span);
    if (!span.to_end || due_ms > SW_TIME_LAST_MS) return due_ms;
    return sw_day_end(g, period_last_day(sw_last_day(g, due_ms), span.period));
}

int64_t sw_span_on(sw_ground *g, int64_t due_ms, sw_span span) {
    SW_ASSERT(sw_span_sane(span));
    int64_t last;
    switch (span.unit) {
    case SW_UNIT_EXACT:
        return due_ms + span.n;
    case SW_UNIT_DAYS:
        return sw_days_on(g, due_ms, span.n);
    case SW_UNIT_WORKDAYS:
        if (span.n == 0) return due_ms;
        return sw_day_end(g, sw_ground_workday(g, sw_last_day(g, due_ms), span.n));
    case SW_UNIT_MONTHS:
        if (is_day_end(g, due_ms, &last)) return sw_day_end(g, sw_months_on(g, last, span.n));
        return sw_clock_months_on(g, due_ms, span.n);
    case SW_UNIT_UNTIL:
        return span.n;
    case SW_UNIT_END_OF:
        break;
    }
    return sw_day_end(g, period_last_day(sw_last_day(g, due_ms), span.period));
}
