#include "cel/run.h"

#define NANOS         1000000000LL
#define SECONDS_FIRST (SW_TIME_FIRST_MS / 1000)
#define SECONDS_LAST  253402300799LL

const char *const cel_part_names[CEL_PART_COUNT] = {
    [CEL_DATE] = "getDate",
    [CEL_DAY_OF_MONTH] = "getDayOfMonth",
    [CEL_DAY_OF_WEEK] = "getDayOfWeek",
    [CEL_DAY_OF_YEAR] = "getDayOfYear",
    [CEL_FULL_YEAR] = "getFullYear",
    [CEL_HOURS] = "getHours",
    [CEL_MILLISECONDS] = "getMilliseconds",
    [CEL_MINUTES] = "getMinutes",
    [CEL_MONTH] = "getMonth",
    [CEL_SECONDS] = "getSeconds",
};

int cel_moment_cmp(sw_instant a, sw_instant b) {
    if (a.seconds != b.seconds) return a.seconds < b.seconds ? -1 : 1;
    return (a.nanos > b.nanos) - (a.nanos < b.nanos);
}

/* A duration as nanoseconds: an int64 holds all that CEL has (langdef, Overflow). */
static bool to_nanos(sw_instant t, int64_t *ret) {
    return !__builtin_mul_overflow(t.seconds, NANOS, ret) &&
           !__builtin_add_overflow(*ret, t.nanos, ret);
}

static sw_value of_nanos(int64_t nanos) {
    return (sw_value){.kind = SW_DURATION, .t = {nanos / NANOS, (int32_t)(nanos % NANOS)}};
}

static sw_err long_duration(cel_run *run, const cel_node *node) {
    return cel_fail(run, node, SW_E_RANGE, CEL_WHY_DURATION);
}

/* `seconds` and `nanos` may have any sign, nanos less than two seconds. */
static sw_err of_seconds(cel_run *run, const cel_node *node, int64_t seconds, int64_t nanos,
                         sw_value *ret) {
    int64_t carry = sw_floor_div(nanos, NANOS);
    seconds += carry;
    nanos -= carry * NANOS;
    if (seconds < SECONDS_FIRST || seconds > SECONDS_LAST)
        return cel_fail(run, node, SW_E_RANGE, CEL_WHY_TIME);
    *ret = (sw_value){.kind = SW_TIMESTAMP, .t = {seconds, (int32_t)nanos}};
    return SW_OK;
}

CEL_FN(cel_to_timestamp) {
    if (args[0].kind == SW_INT) {
        if (args[0].i < SECONDS_FIRST || args[0].i > SECONDS_LAST)
            return cel_fail(run, node, SW_E_RANGE, CEL_WHY_TIME);
        return of_seconds(run, node, args[0].i, 0, ret);
    }
    sw_instant t;
    sw_err err = sw_time_parse(args[0].s, &t);
    if (err == SW_E_RANGE) return cel_fail(run, node, SW_E_RANGE, CEL_WHY_TIME);
    if (err)
        return cel_fail_words(run, node, SW_E_INVALID, CEL_WHY_TEXT,
                              "a time of RFC 3339, like 2026-03-01T09:00:00+08:00");
    return of_seconds(run, node, t.seconds, t.nanos, ret);
}

static const struct {
    const char *name;
    int64_t nanos;
} units[] = {
    {"ns", 1},       {"us", 1000},      {"µs", 1000},       {"μs", 1000},
    {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};

/* The unit that `text` begins with. "m" is not the beginning of "ms". */
static bool read_unit(sw_slice *text, int64_t *ret_nanos) {
    for (size_t i = 0; i < SW_COUNT(units); i++) {
        sw_slice name = sw_slice_cstr(units[i].name);
        if (!sw_slice_starts(*text, name)) continue;
        *text = sw_slice_sub(*text, name.len, text->len);
        *ret_nanos = units[i].nanos;
        return true;
    }
    return false;
}

static sw_slice digits_of(sw_slice *text) {
    size_t n = 0;
    while (n < text->len && text->ptr[n] >= '0' && text->ptr[n] <= '9') n++;
    sw_slice digits = sw_slice_sub(*text, 0, n);
    *text = sw_slice_sub(*text, n, text->len);
    return digits;
}

/* One "1.5h" off the front, as nanoseconds. SW_E_SYNTAX, SW_E_RANGE. */
static sw_err read_length(sw_slice *text, int64_t *ret) {
    sw_slice whole = digits_of(text), part = SW_SLICE_NONE;
    if (text->len && text->ptr[0] == '.') {
        *text = sw_slice_sub(*text, 1, text->len);
        part = digits_of(text);
    }
    int64_t unit, sum = 0;
    if (whole.len + part.len == 0 || !read_unit(text, &unit)) return SW_E_SYNTAX;
    for (size_t i = 0; i < whole.len; i++)
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, whole.ptr[i] - '0', &sum))
            return SW_E_RANGE;
    if (__builtin_mul_overflow(sum, unit, &sum)) return SW_E_RANGE;
    for (size_t i = 0; i < part.len && unit > 0; i++) {
        unit /= 10;
        if (__builtin_add_overflow(sum, (part.ptr[i] - '0') * unit, &sum)) return SW_E_RANGE;
    }
    *ret = sum;
    return SW_OK;
}

static sw_err parse_duration(sw_slice text, int64_t *ret) {
    bool minus = text.len && text.ptr[0] == '-';
    if (text.len && (minus || text.ptr[0] == '+')) text = sw_slice_sub(text, 1, text.len);
    int64_t sum = 0;
    if (sw_slice_is(text, "0")) {
        *ret = 0;
        return SW_OK;
    }
    do {
        int64_t length = 0;
        sw_err err = read_length(&text, &length);
        if (err) return err;
        if (__builtin_add_overflow(sum, length, &sum)) return SW_E_RANGE;
    } while (text.len);
    *ret = minus ? -sum : sum;
    return SW_OK;
}

CEL_FN(cel_to_duration) {
    int64_t nanos;
    sw_err err = parse_duration(args[0].s, &nanos);
    if (err == SW_E_RANGE) return long_duration(run, node);
    if (err)
        return cel_fail_words(run, node, SW_E_INVALID, CEL_WHY_TEXT,
                              "a duration, like 72h, 1h30m or 90s (there is no unit for days)");
    *ret = of_nanos(nanos);
    return SW_OK;
}

CEL_FN(cel_add_moments) {
    const sw_value *a = &args[0], *b = &args[1];
    if (a->kind == SW_DURATION && b->kind == SW_DURATION) {
        int64_t x, y;
        if (!to_nanos(a->t, &x) || !to_nanos(b->t, &y) || __builtin_add_overflow(x, y, &x))
            return long_duration(run, node);
        *ret = of_nanos(x);
        return SW_OK;
    }
    return of_seconds(run, node, a->t.seconds + b->t.seconds, (int64_t)a->t.nanos + b->t.nanos,
                      ret);
}

CEL_FN(cel_sub_moments) {
    const sw_value *a = &args[0], *b = &args[1];
    if (a->kind == SW_TIMESTAMP && b->kind == SW_DURATION)
        return of_seconds(run, node, a->t.seconds - b->t.seconds, (int64_t)a->t.nanos - b->t.nanos,
                          ret);
    int64_t x, y;
    if (a->kind == SW_TIMESTAMP) {
        sw_instant seconds = {a->t.seconds - b->t.seconds, 0};
        if (!to_nanos(seconds, &x) || __builtin_add_overflow(x, a->t.nanos - b->t.nanos, &x))
            return long_duration(run, node);
    } else if (!to_nanos(a->t, &x) || !to_nanos(b->t, &y) || __builtin_sub_overflow(x, y, &x)) {
        return long_duration(run, node);
    }
    *ret = of_nanos(x);
    return SW_OK;
}

static sw_slice duration_text(sw_arena *arena, sw_instant t) {
    bool minus = t.seconds < 0 || t.nanos < 0;
    unsigned long long seconds = (unsigned long long)(minus ? -t.seconds : t.seconds);
    int32_t nanos = minus ? -t.nanos : t.nanos;
    if (nanos == 0) return sw_arena_printf(arena, "%s%llus", minus ? "-" : "", seconds);
    int digits = 9;
    for (; nanos % 10 == 0; nanos /= 10) digits--;
    return sw_arena_printf(arena, "%s%llu.%0*ds", minus ? "-" : "", seconds, digits, nanos);
}

sw_slice cel_moment_text(sw_arena *arena, const sw_value *value) {
    if (value->kind == SW_DURATION) return duration_text(arena, value->t);
    char room[64];
    sw_buf buf = {.ptr = room, .cap = sizeof room, .max = sizeof room}; /* never grows */
    sw_slice text = SW_SLICE_NONE;
    sw_instant_write(&buf, value->t, 0);
    if (buf.err || !sw_arena_copy(arena, sw_buf_slice(&buf), &text)) return SW_SLICE_NONE;
    return text;
}

sw_err cel_zone_load(sw_arena *arena, sw_slice name, const sw_zone **ret) {
    /* Only IANA names are left after a digit gets its sign: "02:00" is "+02:00". */
    if (name.len && name.ptr[0] >= '0' && name.ptr[0] <= '9') {
        name = sw_arena_printf(arena, "+%.*s", SW_FMT(name));
        if (!name.ptr) return SW_E_NOMEM;
    }
    return sw_zone_load(arena, name, ret);
}

static int64_t of_duration(cel_part part, sw_instant t) {
    switch (part) {
    case CEL_HOURS:
        return t.seconds / 3600;
    case CEL_MINUTES:
        return t.seconds / 60;
    case CEL_MILLISECONDS:
        return t.nanos / 1000000;
    default:
        return t.seconds;
    }
}

static int64_t of_date(cel_part part, int64_t days) {
    int64_t year;
    int32_t month, day;
    sw_date_from_days(days, &year, &month, &day);
    switch (part) {
    case CEL_DATE:
        return day;
    case CEL_DAY_OF_MONTH:
        return day - 1;
    case CEL_DAY_OF_YEAR:
        return days - sw_days_from_date(year, 1, 1);
    case CEL_MONTH:
        return month - 1;
    case CEL_DAY_OF_WEEK:
        return sw_weekday(days);
    default:
        return year;
    }
}

CEL_FN(cel_get_part) {
    (void)run;
    cel_part part = (cel_part)node->aux;
    sw_instant t = args[0].t;
    *ret = (sw_value){.kind = SW_INT};
    if (args[0].kind == SW_DURATION) {
        ret->i = of_duration(part, t);
        return SW_OK;
    }
    const sw_zone *zone = node->data;
    if (zone) t.seconds += sw_zone_offset(zone, sw_instant_ms(t));
    int64_t days = sw_floor_div(t.seconds, 86400);
    int64_t second = t.seconds - days * 86400;
    switch (part) {
    case CEL_HOURS:
        ret->i = second / 3600;
        break;
    case CEL_MINUTES:
        ret->i = second / 60 % 60;
        break;
    case CEL_SECONDS:
        ret->i = second % 60;
        break;
    case CEL_MILLISECONDS:
        ret->i = t.nanos / 1000000;
        break;
    default:
        ret->i = of_date(part, days);
        break;
    }
    return SW_OK;
}
