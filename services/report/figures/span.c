#include "report/figures/span.h"

#include <stdio.h>

#include "text/time.h"

typedef struct date {
    int64_t year;
    int32_t month, day;
} date;

static date date_of(int32_t day) {
    date d;
    sw_date_from_days(day, &d.year, &d.month, &d.day);
    return d;
}

static int32_t day_of(date d) {
    return (int32_t)sw_days_from_date(d.year, d.month, d.day);
}

void sw_date_text(int32_t day, char ret[SW_DATE_TEXT]) {
    const date d = date_of(day);
    char text[32];
    (void)snprintf(text, sizeof text, "%04d-%02d-%02d", (int)d.year, (int)d.month, (int)d.day);
    memcpy(ret, text, SW_DATE_TEXT - 1);
    ret[SW_DATE_TEXT - 1] = '\0';
}

static bool is_month_end(date d) {
    return d.day == sw_days_in_month(d.year, d.month);
}

sw_span_days sw_span_previous(sw_span_days span) {
    const date from = date_of(span.from), to = date_of(span.to);
    if (from.day == 1 && is_month_end(to)) {
        const int64_t months = (to.year - from.year) * 12 + to.month - from.month + 1;
        const int64_t first = from.year * 12 + from.month - 1 - months;
        const date start = {first / 12, (int32_t)(first % 12) + 1, 1};
        return (sw_span_days){day_of(start), span.from - 1};
    }
    return (sw_span_days){span.from - (span.to - span.from + 1), span.from - 1};
}

static int32_t year_before(int32_t day, bool end) {
    date d = date_of(day);
    const bool last = is_month_end(d);
    d.year--;
    const int32_t days = sw_days_in_month(d.year, d.month);
    if (d.day > days || (end && last)) d.day = days;
    return day_of(d);
}

sw_span_days sw_span_year_before(sw_span_days span) {
    return (sw_span_days){year_before(span.from, false), year_before(span.to, true)};
}
