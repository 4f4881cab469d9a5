#include "notify/plan/plan.h"

void sw_plan_period(const sw_zone *zone, sw_each each, int64_t at_ms, int64_t *ret_from_ms,
                    int64_t *ret_until_ms) {
    int64_t day = sw_zone_day(zone, at_ms), from = day, until = day + 1, year;
    int32_t month, of_month;
    sw_date_from_days(day, &year, &month, &of_month);
    if (each == SW_EACH_WEEK) {
        from = day - (sw_weekday(day) + 6) % 7;
        until = from + 7;
    } else if (each == SW_EACH_MONTH || each == SW_EACH_QUARTER) {
        int32_t months = each == SW_EACH_QUARTER ? 3 : 1;
        int32_t first = (month - 1) / months * months + 1, next = first + months;
        from = sw_days_from_date(year, first, 1);
        until = next > 12 ? sw_days_from_date(year + 1, next - 12, 1)
                          : sw_days_from_date(year, next, 1);
    }
    *ret_from_ms = sw_zone_day_start(zone, from);
    *ret_until_ms = sw_zone_day_start(zone, until);
}
