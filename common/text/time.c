#include "text/time.h"

#define DAY_S      86400
#define NANOS_EACH 1000000

int64_t sw_days_from_date(int64_t year, int32_t month, int32_t day) {
    /* Years begin in March here, so that the leap day is the last of its year. */
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = sw_floor_div(y, 400);
    int64_t of_era = y - era * 400;
    int64_t m = (month + 9) % 12;
    int64_t of_year = (153 * m + 2) / 5 + day - 1;
    int64_t days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * 146097 + days - 719468;
}

void sw_date_from_days(int64_t days, int64_t *ret_year, int32_t *ret_month, int32_t *ret_day) {
    int64_t shifted = days + 719468; /* since 0000-03-01 */
    int64_t era = sw_floor_div(shifted, 146097);
    int64_t of_era = shifted - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;
    *ret_day = (int32_t)(of_year - (153 * m + 2) / 5 + 1);
    *ret_month = (int32_t)(m < 10 ? m + 3 : m - 9);
    *ret_year = y + era * 400 + (*ret_month <= 2);
}

int32_t sw_days_in_month(int64_t year, int32_t month) {
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    SW_ASSERT(month >= 1 && month <= 12);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

int32_t sw_weekday(int64_t days) {
    int64_t shifted = days + 4; /* 1970-01-01 was a Thursday */
    return (int32_t)(shifted - sw_floor_div(shifted, 7) * 7);
}

/* `count` digits at `at`; -1 if there are none such. */
static int32_t digits(sw_slice text, size_t at, size_t count) {
    int32_t n = 0;
    if (text.len < at + count) return -1;
    for (size_t i = at; i < at + count; i++) {
        unsigned digit = (unsigned char)text.ptr[i] - (unsigned)'0';
        if (digit > 9) return -1;
        n = n * 10 + (int32_t)digit;
    }
    return n;
}

sw_err sw_date_parse(sw_slice text, int64_t *ret_days) {
    int32_t year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' || year < 0 || month < 0 ||
        day < 0)
        return SW_E_SYNTAX;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > sw_days_in_month(year, month))
        return SW_E_RANGE;
    *ret_days = sw_days_from_date(year, month, day);
    return SW_OK;
}

static bool is_at(sw_slice text, size_t at, char c) {
    return at < text.len && (text.ptr[at] | 0x20) == (c | 0x20);
}

/* ".123…" at `at`, if there is one; cut to nanoseconds. Returns the place after it. */
static size_t read_fraction(sw_slice text, size_t at, int32_t *ret_nanos) {
    int32_t nanos = 0, scale = 100000000;
    size_t begin = at + 1;
    *ret_nanos = 0;
    if (at >= text.len || text.ptr[at] != '.') return at;
    for (at = begin; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++) {
        nanos += (text.ptr[at] - '0') * scale;
        scale /= 10;
    }
    *ret_nanos = nanos;
    return at > begin ? at : text.len + 1;
}

/* "Z" or "+08:00", which must be the rest of the text. */
static bool read_offset(sw_slice text, size_t at, int32_t *ret_s) {
    *ret_s = 0;
    if (at + 1 == text.len && is_at(text, at, 'Z')) return true;
    if (at + 6 != text.len || text.ptr[at + 3] != ':') return false;
    if (text.ptr[at] != '+' && text.ptr[at] != '-') return false;
    int32_t hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
    int32_t offset_s = hours * 3600 + minutes * 60;
    *ret_s = text.ptr[at] == '-' ? -offset_s : offset_s;
    return true;
}

sw_err sw_time_parse(sw_slice text, sw_instant *ret) {
    int32_t year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    int32_t hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 60)
        return SW_E_SYNTAX;
    if (text.ptr[4] != '-' || text.ptr[7] != '-' || !is_at(text, 10, 'T') || text.ptr[13] != ':' ||
        text.ptr[16] != ':' || day > sw_days_in_month(year, month))
        return SW_E_SYNTAX;
    int32_t nanos, offset_s;
    size_t at = read_fraction(text, 19, &nanos);
    if (at > text.len || !read_offset(text, at, &offset_s)) return SW_E_SYNTAX;
    int64_t seconds =
        sw_days_from_date(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second - offset_s;
    if (second == 60) {
        if (seconds - sw_floor_div(seconds, DAY_S) * DAY_S != 0) return SW_E_SYNTAX;
        nanos = 0;
    }
    if (seconds < SW_TIME_FIRST_MS / 1000 || seconds > SW_TIME_LAST_MS / 1000) return SW_E_RANGE;
    *ret = (sw_instant){seconds, nanos};
    return SW_OK;
}

sw_err sw_time_parse_ms(sw_slice text, int64_t *ret_ms) {
    sw_instant instant;
    sw_err err = sw_time_parse(text, &instant);
    if (err) return err;
    *ret_ms = sw_instant_ms(instant);
    return SW_OK;
}

static char *put(char *to, int64_t n, int count) {
    for (int i = count - 1; i >= 0; i--) {
        to[i] = (char)('0' + n % 10);
        n /= 10;
    }
    return to + count;
}

/* Groups of three digits, as many as there are. */
static char *put_fraction(char *to, int32_t nanos) {
    if (nanos == 0) return to;
    *to++ = '.';
    to = put(to, nanos / NANOS_EACH, 3);
    if (nanos % NANOS_EACH == 0) return to;
    to = put(to, nanos / 1000 % 1000, 3);
    if (nanos % 1000 == 0) return to;
    return put(to, nanos % 1000, 3);
}

void sw_instant_write(sw_buf *buf, sw_instant instant, int32_t offset_s) {
    int64_t seconds = instant.seconds;
    SW_ASSERT(instant.nanos >= 0 && instant.nanos < 1000000000);
    SW_ASSERT(offset_s > -DAY_S && offset_s < DAY_S);
    if (seconds < SW_TIME_FIRST_MS / 1000) seconds = SW_TIME_FIRST_MS / 1000;
    if (seconds > SW_TIME_LAST_MS / 1000) seconds = SW_TIME_LAST_MS / 1000;
    int32_t minutes = offset_s / 60; /* RFC 3339 knows no finer offset */
    int64_t local = seconds + minutes * 60;
    if (local < SW_TIME_FIRST_MS / 1000 - DAY_S || local > SW_TIME_LAST_MS / 1000) {
        minutes = 0;
        local = seconds;
    }
    int64_t days = sw_floor_div(local, DAY_S), of_day = local - days * DAY_S, year;
    int32_t month, day;
    sw_date_from_days(days, &year, &month, &day);
    char text[48], *to = put(text, year, 4);
    *to++ = '-';
    to = put(to, month, 2);
    *to++ = '-';
    to = put(to, day, 2);
    *to++ = 'T';
    to = put(to, of_day / 3600, 2);
    *to++ = ':';
    to = put(to, of_day / 60 % 60, 2);
    *to++ = ':';
    to = put(to, of_day % 60, 2);
    to = put_fraction(to, instant.nanos);
    if (minutes == 0) {
        *to++ = 'Z';
    } else {
        int32_t size = minutes < 0 ? -minutes : minutes;
        *to++ = minutes < 0 ? '-' : '+';
        to = put(to, size / 60, 2);
        *to++ = ':';
        to = put(to, size % 60, 2);
    }
    sw_buf_add(buf, sw_slice_of(text, (size_t)(to - text)));
}

void sw_time_write(sw_buf *buf, int64_t ms, int32_t offset_s) {
    int64_t seconds = sw_floor_div(ms, 1000);
    if (ms < SW_TIME_FIRST_MS) ms = SW_TIME_FIRST_MS, seconds = SW_TIME_FIRST_MS / 1000;
    if (ms > SW_TIME_LAST_MS) ms = SW_TIME_LAST_MS, seconds = SW_TIME_LAST_MS / 1000;
    int32_t nanos = (int32_t)(ms - seconds * 1000) * NANOS_EACH;
    sw_instant_write(buf, (sw_instant){seconds, nanos}, offset_s);
}
