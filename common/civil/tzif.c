#include "civil/tzif.h"

#include "base/wire.h"
#include "text/time.h"

enum {
    HEADER_BYTES = 44,
    CHANGES_MAX = 4000,  /* listed in a file; the longest of the tz database has about 250 */
    CYCLE_YEARS = 400,   /* after which dates and weekdays repeat */
    RULE_HOUR_MAX = 167, /* RFC 9636 3.3.1: a change within a week of its day */
    OFFSET_S_MAX = 26 * 3600
};

/* Section 3.1: how many of each item a data block holds. */
typedef struct counts {
    uint32_t isut, isstd, leap, time, type, chars;
} counts;

/* One end of daylight saving in a POSIX TZ rule: Mm.w.d, Jn or n, with its time of day. */
typedef struct rule_day {
    char kind; /* 'M', 'J', '0' */
    int32_t month, week, weekday, day;
    int64_t time_s;
} rule_day;

/* The footer: what holds after the last change that is listed. */
typedef struct rule {
    int32_t std_s, dst_s;
    bool has_dst;
    rule_day begin, end;
} rule;

/* A reader of the footer's text. */
typedef struct cursor {
    const char *at, *end;
    bool bad;
} cursor;

static uint32_t read_u32(const char *p) {
    return (uint32_t)sw_wire_get_be(p, 4);
}

static int64_t read_i64(const char *p) {
    return (int64_t)sw_wire_get_be(p, 8);
}

static bool read_counts(sw_slice s, counts *ret) {
    if (s.len < HEADER_BYTES || memcmp(s.ptr, "TZif", 4) != 0 || s.ptr[4] < '2') return false;
    const char *p = s.ptr + 20;
    *ret = (counts){read_u32(p),      read_u32(p + 4),  read_u32(p + 8),
                    read_u32(p + 12), read_u32(p + 16), read_u32(p + 20)};
    return ret->isut <= 256 && ret->isstd <= 256 && ret->leap <= CHANGES_MAX &&
           ret->time <= CHANGES_MAX && ret->type >= 1 && ret->type <= 256 && ret->chars <= 4096;
}

static size_t block_bytes(const counts *c, size_t time_bytes) {
    return c->time * (time_bytes + 1) + c->type * 6u + c->chars + c->leap * (time_bytes + 4) +
           c->isstd + c->isut;
}

static bool take(cursor *c, char want) {
    if (c->at == c->end || *c->at != want) return false;
    c->at++;
    return true;
}

static int32_t take_number(cursor *c, int32_t max) {
    int32_t n = 0;
    const char *from = c->at;
    while (c->at != c->end && *c->at >= '0' && *c->at <= '9' && n <= max)
        n = n * 10 + (*c->at++ - '0');
    if (c->at == from || n > max) c->bad = true;
    return n;
}

/* [+-]hh[:mm[:ss]] */
static int32_t take_time(cursor *c) {
    bool minus = take(c, '-');
    if (!minus) (void)take(c, '+');
    int32_t s = take_number(c, RULE_HOUR_MAX) * 3600;
    if (take(c, ':')) s += take_number(c, 59) * 60;
    if (take(c, ':')) s += take_number(c, 59);
    return minus ? -s : s;
}

/* An abbreviation: letters, or anything in <>. */
static void skip_name(cursor *c) {
    const char *from = c->at;
    if (take(c, '<')) {
        while (c->at != c->end && *c->at != '>') c->at++;
        if (!take(c, '>')) c->bad = true;
        return;
    }
    while (c->at != c->end && ((*c->at | 32) >= 'a' && (*c->at | 32) <= 'z')) c->at++;
    if (c->at == from) c->bad = true;
}

static rule_day take_day(cursor *c) {
    rule_day day = {.kind = '0', .time_s = 2 * 3600};
    if (!take(c, ',')) c->bad = true;
    if (take(c, 'M')) {
        day.kind = 'M';
        day.month = take_number(c, 12);
        if (!take(c, '.') || day.month < 1) c->bad = true;
        day.week = take_number(c, 5);
        if (!take(c, '.') || day.week < 1) c->bad = true;
        day.weekday = take_number(c, 6);
    } else {
        if (take(c, 'J')) day.kind = 'J';
        day.day = take_number(c, 365);
        if (day.kind == 'J' && day.day < 1) c->bad = true;
    }
    if (take(c, '/')) day.time_s = take_time(c);
    return day;
}

static bool read_rule(sw_slice text, rule *ret) {
    cursor c = {text.ptr, text.ptr + text.len, false};
    *ret = (rule){0};
    skip_name(&c);
    ret->std_s = -take_time(&c); /* POSIX counts west of Greenwich */
    if (!c.bad && c.at != c.end) {
        ret->has_dst = true;
        skip_name(&c);
        bool given = c.at != c.end && *c.at != ',';
        ret->dst_s = given ? -take_time(&c) : ret->std_s + 3600;
        ret->begin = take_day(&c);
        ret->end = take_day(&c);
    }
    bool sane = ret->std_s >= -OFFSET_S_MAX && ret->std_s <= OFFSET_S_MAX &&
                ret->dst_s >= -OFFSET_S_MAX && ret->dst_s <= OFFSET_S_MAX;
    return !c.bad && c.at == c.end && sane;
}

/* Days since 1970 of a rule's day in a year. */
static int64_t rule_day_in(const rule_day *day, int64_t year) {
    int64_t new_year = sw_days_from_date(year, 1, 1);
    if (day->kind == '0') return new_year + day->day;
    if (day->kind == 'J') {
        bool leap = sw_days_in_month(year, 2) == 29;
        return new_year + day->day - 1 + (leap && day->day >= 60);
    }
    int64_t first = sw_days_from_date(year, day->month, 1);
    int64_t date = first + (day->weekday - sw_weekday(first) + 7) % 7 + (day->week - 1) * 7;
    return date < first + sw_days_in_month(year, day->month) ? date : date - 7;
}

/* Adds a change unless nothing changes, or it is before the last one; at the same instant it
 * replaces that (a rule of daylight saving all year round ends and begins at once). */
static void add_change(sw_tz_table *t, int64_t at_s, int32_t offset_s) {
    if (t->count && at_s < t->changes[t->count - 1].at_s) return;
    if (t->count && at_s == t->changes[t->count - 1].at_s) t->count--;
    int32_t before = t->count ? t->changes[t->count - 1].offset_s : t->first_offset_s;
    if (before == offset_s) return;
    t->changes[t->count++] = (sw_tz_change){at_s, offset_s};
}

static void add_rule_years(sw_tz_table *t, const rule *r, int64_t after_s) {
    int64_t year = 1970;
    int32_t month, day;
    sw_date_from_days(sw_floor_div(after_s, 86400), &year, &month, &day);
    for (int64_t y = year; y <= year + CYCLE_YEARS + 2; y++) {
        sw_tz_change on = {rule_day_in(&r->begin, y) * 86400 + r->begin.time_s - r->std_s,
                           r->dst_s};
        sw_tz_change off = {rule_day_in(&r->end, y) * 86400 + r->end.time_s - r->dst_s, r->std_s};
        const sw_tz_change pair[] = {on.at_s < off.at_s ? on : off, on.at_s < off.at_s ? off : on};
        for (int i = 0; i < 2; i++)
            if (pair[i].at_s > after_s) add_change(t, pair[i].at_s, pair[i].offset_s);
    }
}

/* The listed changes of a version 2 data block. */
static bool add_listed(sw_tz_table *t, const char *data, const counts *c) {
    const char *index = data + c->time * 8u, *types = index + c->time;
    t->first_offset_s = (int32_t)read_u32(types);
    for (uint32_t i = 0; i < c->time; i++) {
        uint32_t type = (unsigned char)index[i];
        if (type >= c->type) return false;
        int32_t offset_s = (int32_t)read_u32(types + type * 6u);
        int64_t at_s = read_i64(data + i * 8u);
        if (offset_s < -OFFSET_S_MAX || offset_s > OFFSET_S_MAX) return false;
        if (at_s > SW_TIME_LAST_MS / 1000) return false;
        if (at_s >= SW_TIME_FIRST_MS / 1000)
            add_change(t, at_s, offset_s);
        else
            t->first_offset_s = offset_s;
    }
    return t->first_offset_s >= -OFFSET_S_MAX && t->first_offset_s <= OFFSET_S_MAX;
}

static bool read_footer(sw_slice rest, sw_slice *ret) {
    if (rest.len < 2 || rest.ptr[0] != '\n') return false;
    const char *end = memchr(rest.ptr + 1, '\n', rest.len - 1);
    if (!end) return false;
    *ret = sw_slice_of(rest.ptr + 1, (size_t)(end - rest.ptr - 1));
    return true;
}

sw_err sw_tzif_read(sw_arena *arena, sw_slice tzif, sw_tz_table *ret) {
    SW_ASSERT(arena && ret);
    counts old, now;
    if (!read_counts(tzif, &old)) return SW_E_CORRUPT;
    size_t skip = HEADER_BYTES + block_bytes(&old, 4);
    if (tzif.len < skip) return SW_E_CORRUPT;
    tzif = sw_slice_sub(tzif, skip, tzif.len);
    if (!read_counts(tzif, &now)) return SW_E_CORRUPT;
    size_t block = HEADER_BYTES + block_bytes(&now, 8);
    sw_slice footer;
    if (tzif.len < block || !read_footer(sw_slice_sub(tzif, block, tzif.len), &footer))
        return SW_E_CORRUPT;
    rule r = {0};
    if (footer.len && !read_rule(footer, &r)) return SW_E_CORRUPT;

    sw_tz_table t = {0};
    t.changes = sw_arena_zero(arena, now.time + (CYCLE_YEARS + 3) * 2, sizeof *t.changes);
    if (!t.changes) return SW_E_LIMIT;
    const char *data = tzif.ptr + HEADER_BYTES;
    if (!add_listed(&t, data, &now)) return SW_E_CORRUPT;
    int64_t after_s = now.time ? read_i64(data + (now.time - 1) * 8u) : SW_TIME_FIRST_MS / 1000;
    if (after_s < SW_TIME_FIRST_MS / 1000) after_s = SW_TIME_FIRST_MS / 1000;
    if (r.has_dst && r.dst_s != r.std_s) {
        add_rule_years(&t, &r, after_s);
        t.repeats = true;
    } else if (footer.len) {
        add_change(&t, after_s + 1, r.std_s);
    }
    *ret = t;
    return SW_OK;
}
