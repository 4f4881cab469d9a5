#include "rules/load/span.h"

#include <stdio.h>

#define YEARS_MAX   10000
#define PERCENT_MAX 10000

typedef struct unit_name {
    const char *text;
    sw_unit unit;
    int64_t scale;
    int64_t n_max;
} unit_name;

static const unit_name units[] = {
    {"s", SW_UNIT_EXACT, 1000, YEARS_MAX * 366LL * 86400},
    {"m", SW_UNIT_EXACT, 60000, YEARS_MAX * 366LL * 1440},
    {"h", SW_UNIT_EXACT, 3600000, YEARS_MAX * 366LL * 24},
    {"d", SW_UNIT_DAYS, 1, YEARS_MAX * 366LL},
    {"wd", SW_UNIT_WORKDAYS, 1, YEARS_MAX * 366LL},
    {"mo", SW_UNIT_MONTHS, 1, YEARS_MAX * 12LL},
    {"y", SW_UNIT_MONTHS, 12, YEARS_MAX},
};

static const char *const period_names[] = {"day", "week", "month", "quarter", "year"};

typedef enum parsed { PARSED, NOT_A_SPAN, TOO_LONG } parsed;

static parsed parse_span(sw_slice text, sw_span *ret) {
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') digits++;
    if (digits == 0) return NOT_A_SPAN;
    sw_slice word = sw_slice_sub(text, digits, text.len);
    for (size_t i = 0; i < SW_COUNT(units); i++) {
        int64_t n;
        if (!sw_slice_is(word, units[i].text)) continue;
        if (!sw_slice_int(sw_slice_sub(text, 0, digits), &n) || n > units[i].n_max) return TOO_LONG;
        *ret = (sw_span){.unit = units[i].unit, .n = n * units[i].scale};
        return PARSED;
    }
    return NOT_A_SPAN;
}

static bool parse_end_of(sw_slice text, sw_span *ret) {
    if (!sw_slice_starts(text, SW_S("end-of-"))) return false;
    for (size_t i = 0; i < SW_COUNT(period_names); i++)
        if (sw_slice_is(sw_slice_sub(text, 7, text.len), period_names[i])) {
            *ret = (sw_span){.unit = SW_UNIT_END_OF, .period = (sw_period)i};
            return true;
        }
    return false;
}

/* A duration of milliseconds, a day being 24 hours. */
static parsed parse_length(sw_slice text, int64_t *ret_ms) {
    sw_span span;
    parsed done = parse_span(text, &span);
    if (done != PARSED) return done;
    if (span.unit != SW_UNIT_EXACT && span.unit != SW_UNIT_DAYS) return NOT_A_SPAN;
    *ret_ms = span.unit == SW_UNIT_DAYS ? span.n * SW_DAY_MS : span.n;
    return PARSED;
}

static void not_a_span(loader *l, const sw_yaml *node, parsed why, const char *hint) {
    if (why == TOO_LONG)
        load_error_at(l, SW_E_RANGE, node, NULL, "'%.*s' is longer than %d years",
                      SW_FMT(node->text), YEARS_MAX);
    else if (node->kind == SW_YAML_INT)
        load_error_at(l, SW_E_TYPE, node, hint, "%.*s has no unit", SW_FMT(node->text));
    else
        load_error_at(l, SW_E_SYNTAX, node, hint, "'%.*s' is no length of time",
                      SW_FMT(node->text));
}

bool load_span(loader *l, const sw_yaml *node, bool end_of, sw_span *ret) {
    if (!load_is_scalar(l, node, "a length of time")) return false;
    if (parse_end_of(node->text, ret)) {
        if (end_of) return true;
        load_error_at(l, SW_E_INVALID, node, "write a length like 3d, 5wd, 2mo",
                      "'%.*s' can't stand here", SW_FMT(node->text));
        return false;
    }
    parsed done = parse_span(node->text, ret);
    if (done == PARSED) return true;
    not_a_span(l, node, done,
               end_of ? "write 90s, 15m, 24h, 3d, 5wd (working days), 2mo, 1y, or "
                        "end-of-day, -week, -month, -quarter, -year"
                      : "write 90s, 15m, 24h, 3d, 5wd (working days), 2mo or 1y");
    return false;
}

bool load_length(loader *l, const sw_yaml *node, int64_t *ret_ms) {
    if (!load_is_scalar(l, node, "a length of time")) return false;
    parsed done = parse_length(node->text, ret_ms);
    if (done != PARSED) not_a_span(l, node, done, "write 90s, 15m, 24h or 3d (24 hours each)");
    return done == PARSED;
}

void load_length_key(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    int64_t ms;
    if (!load_length(l, node, &ms)) return;
    if (ms == 0)
        load_error_at(l, SW_E_RANGE, node, NULL, "it must be longer than 0");
    else
        *(int64_t *)((char *)into + spec->at) = ms;
}

void load_window(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    sw_window *window = (sw_window *)((char *)into + spec->at);
    if (!load_is_scalar(l, node, "a length of time")) return;
    for (size_t i = 0; i < SW_COUNT(period_names); i++)
        if (sw_slice_is(node->text, period_names[i])) {
            *window = (sw_window){.form = SW_WINDOW_CALENDAR, .period = (sw_period)i};
            return;
        }
    if (sw_slice_is(node->text, "ever")) {
        *window = (sw_window){.form = SW_WINDOW_NONE};
        return;
    }
    int64_t ms;
    parsed done = parse_length(node->text, &ms);
    if (done != PARSED)
        not_a_span(l, node, done,
                   "write 90s, 15m, 24h, 3d (24 hours each), day, week, month, quarter, year, or "
                   "ever");
    else if (ms == 0)
        load_error_at(l, SW_E_RANGE, node, NULL, "it must be longer than 0");
    else
        *window = (sw_window){.form = SW_WINDOW_LENGTH, .ms = ms};
}

static const char *const moment_hint =
    "write start, due, caution, -24h, +3d, start+2mo, caution-2h or 50%";

static const struct {
    const char *text;
    sw_anchor anchor;
} anchors[] = {{"start", SW_AT_START}, {"due", SW_AT_DUE}, {"caution", SW_AT_CAUTION}};

static bool moment_percent(loader *l, const sw_yaml *node, sw_moment *ret) {
    int64_t n;
    if (!sw_slice_int(sw_slice_sub(node->text, 0, node->text.len - 1), &n)) {
        load_error_at(l, SW_E_SYNTAX, node, "write whole percents: 50%", "'%.*s' is no moment",
                      SW_FMT(node->text));
        return false;
    }
    if (n < 0 || n > PERCENT_MAX) {
        load_error_at(l, SW_E_RANGE, node, "after due write +3d", "%lld %% is not from 0 to %d",
                      (long long)n, PERCENT_MAX);
        return false;
    }
    *ret = (sw_moment){.anchor = SW_AT_PERCENT, .percent = (uint32_t)n};
    return true;
}

/* What follows the anchor: "", "-24h", "+2mo". */
static bool moment_offset(loader *l, const sw_yaml *node, sw_slice rest, sw_moment *ret) {
    if (rest.len == 0) return true;
    bool minus = rest.ptr[0] == '-';
    sw_span span;
    parsed done = minus || rest.ptr[0] == '+' ? parse_span(sw_slice_sub(rest, 1, rest.len), &span)
                                              : NOT_A_SPAN;
    if (done != PARSED) {
        not_a_span(l, node, done, moment_hint);
        return false;
    }
    if (minus && ret->anchor == SW_AT_START) {
        load_error_at(l, SW_E_INVALID, node, "no level stands before the begin: write start",
                      "'%.*s' lies before the start", SW_FMT(node->text));
        return false;
    }
    if (span.unit == SW_UNIT_MONTHS && ret->anchor == SW_AT_START) {
        ret->offset_months = (int32_t)span.n;
        return true;
    }
    if (span.unit != SW_UNIT_EXACT && span.unit != SW_UNIT_DAYS) {
        load_error_at(l, SW_E_INVALID, node,
                      "an offset is in s, m, h or d (24 hours each); after start also in mo and y",
                      "the unit of '%.*s' can't stand here", SW_FMT(node->text));
        return false;
    }
    int64_t ms = span.unit == SW_UNIT_DAYS ? span.n * SW_DAY_MS : span.n;
    ret->offset_ms = minus ? -ms : ms;
    return true;
}

bool load_moment(loader *l, const sw_yaml *node, sw_moment *ret) {
    if (!load_is_scalar(l, node, "a moment")) return false;
    sw_slice text = node->text;
    sw_moment at = {.anchor = SW_AT_DUE};
    if (text.ptr[text.len - 1] == '%') return moment_percent(l, node, ret);
    for (size_t i = 0; i < SW_COUNT(anchors); i++)
        if (sw_slice_starts(text, sw_slice_cstr(anchors[i].text))) {
            at.anchor = anchors[i].anchor;
            text = sw_slice_sub(text, strlen(anchors[i].text), text.len);
            break;
        }
    if (!moment_offset(l, node, text, &at)) return false;
    *ret = at;
    return true;
}

bool load_time(loader *l, const sw_yaml *node, const sw_zone *zone, int64_t *ret_ms) {
    int64_t days;
    if (!load_is_scalar(l, node, "a date or time")) return false;
    if (sw_date_parse(node->text, &days) == SW_OK) {
        *ret_ms = sw_zone_day_start(zone, days);
        return true;
    }
    if (sw_time_parse_ms(node->text, ret_ms) == SW_OK) return true;
    load_error_at(l, SW_E_SYNTAX, node, "write 2026-01-01, or 2026-01-01T00:00:00+08:00",
                  "'%.*s' is no date or time", SW_FMT(node->text));
    return false;
}
