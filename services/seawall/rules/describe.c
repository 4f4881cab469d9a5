#include "seawall/rules/describe.h"

static const char *const period_names[] = {"day", "week", "month", "quarter", "year"};

sw_slice sw_describe_length(sw_arena *arena, int64_t ms) {
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{3600000, "h"}, {60000, "m"}, {1000, "s"}};
    for (size_t i = 0; i < SW_COUNT(units); i++)
        if (ms % units[i].ms == 0)
            return sw_arena_printf(arena, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
    return sw_arena_printf(arena, "%lldms", (long long)ms);
}

/* "then end-of-month", where it is so. */
static sw_slice with_end(sw_arena *arena, sw_slice text, sw_span span) {
    if (!span.to_end) return text;
    return sw_arena_printf(arena, "%.*s then end-of-%s", SW_FMT(text), period_names[span.period]);
}

sw_slice sw_describe_span(sw_arena *arena, sw_span span) {
    long long n = span.n;
    switch (span.unit) {
    case SW_UNIT_EXACT:
        return sw_describe_length(arena, span.n);
    case SW_UNIT_DAYS:
        return sw_arena_printf(arena, "%lldd", n);
    case SW_UNIT_WORKDAYS:
        return sw_arena_printf(arena, "%lldwd", n);
    case SW_UNIT_MONTHS:
        return sw_arena_printf(arena, "%lldmo", n);
    case SW_UNIT_END_OF:
        return sw_arena_printf(arena, "end-of-%s", period_names[span.period]);
    case SW_UNIT_UNTIL:
        return SW_S("until a time");
    }
    return SW_SLICE_NONE;
}

static sw_slice plural(sw_arena *arena, long long n, const char *word) {
    return sw_arena_printf(arena, "%lld %s%s", n, word, n == 1 ? "" : "s");
}

sw_slice sw_describe_span_words(sw_arena *arena, sw_span span) {
    switch (span.unit) {
    case SW_UNIT_EXACT:
        return sw_describe_length(arena, span.n);
    case SW_UNIT_DAYS:
        return plural(arena, span.n, "natural day");
    case SW_UNIT_WORKDAYS:
        return plural(arena, span.n, "working day");
    case SW_UNIT_MONTHS:
        return plural(arena, span.n, "month");
    case SW_UNIT_END_OF:
        return sw_arena_printf(arena, "until the end of the %s", period_names[span.period]);
    case SW_UNIT_UNTIL:
        return SW_S("until a time");
    }
    return SW_SLICE_NONE;
}

sw_slice sw_describe_window(sw_arena *arena, sw_window window) {
    if (window.form == SW_WINDOW_CALENDAR) return sw_slice_cstr(period_names[window.period]);
    if (window.form == SW_WINDOW_NONE) return SW_S("ever");
    if (window.ms % SW_DAY_MS == 0)
        return sw_arena_printf(arena, "%lldd", (long long)(window.ms / SW_DAY_MS));
    return sw_describe_length(arena, window.ms);
}

static sw_slice expression(sw_arena *arena, const sw_cel *n, sw_span span) {
    static const char *const units[] = {"hours", "days", "working_days", "months", "", "until"};
    sw_slice text = sw_arena_printf(arena, "{%s: %.*s}", units[span.unit], SW_FMT(sw_cel_text(n)));
    return with_end(arena, text, span);
}

static sw_slice one_limit(sw_arena *arena, const sw_limit *limit) {
    return limit->n ? expression(arena, limit->n[0], limit->span)
                    : sw_describe_span(arena, limit->span);
}

sw_slice sw_describe_limit(sw_arena *arena, const sw_rule *rule) {
    sw_slice all = SW_SLICE_NONE;
    switch (rule->kind) {
    case SW_DEADLINE:
        for (uint32_t i = 0; i < rule->limit_count; i++)
            all = sw_arena_printf(arena, "%.*s%s%.*s", SW_FMT(all), i ? " | " : "",
                                  SW_FMT(one_limit(arena, &rule->limits[i])));
        return all;
    case SW_CHECK:
        if (!rule->settle_ms) return SW_S("at once");
        return sw_arena_printf(arena, "after %.*s",
                               SW_FMT(sw_describe_length(arena, rule->settle_ms)));
    case SW_THRESHOLD:
        for (uint32_t i = 0; i < rule->level_count; i++)
            all = sw_arena_printf(arena, "%.*s%s%.*s", SW_FMT(all), i ? " | " : "",
                                  SW_FMT(sw_describe_number(arena, rule, i)));
        return sw_arena_printf(arena, "%.*s in %.*s", SW_FMT(all),
                               SW_FMT(sw_describe_window(arena, rule->within)));
    case SW_SEQUENCE:
        return sw_describe_window(arena, rule->befores[0].within);
    case SW_MATCH:
        return sw_describe_window(arena, rule->within);
    }
    return all;
}

sw_slice sw_describe_number(sw_arena *arena, const sw_rule *rule, uint32_t index) {
    const sw_threshold_level *level = &rule->levels[index];
    if (rule->below) return sw_arena_printf(arena, "below %u", level->count);
    if (!level->ratio) return sw_arena_printf(arena, "%u", level->count);
    return sw_arena_printf(arena, "%u and %u%% of the mean of %u before", level->count,
                           level->ratio, rule->baseline);
}

sw_slice sw_describe_list(sw_arena *arena, const sw_slice *texts, uint32_t count,
                          const char *separator) {
    sw_slice all = SW_SLICE_NONE;
    for (uint32_t i = 0; i < count; i++)
        all =
            sw_arena_printf(arena, "%.*s%s%.*s", SW_FMT(all), i ? separator : "", SW_FMT(texts[i]));
    return all;
}

sw_slice sw_describe_levels(sw_arena *arena, const sw_rule *rule) {
    sw_slice names[SW_BREACH + 1];
    uint32_t count = 0;
    for (uint32_t i = 0; i < rule->warn_count && count <= SW_BREACH; i++)
        names[count++] = sw_slice_cstr(sw_level_name(rule->warns[i].level));
    for (uint32_t i = 0; i < rule->level_count && count <= SW_BREACH; i++)
        names[count++] = sw_slice_cstr(sw_level_name(rule->levels[i].warn.level));
    if (!count) names[count++] = sw_slice_cstr(sw_level_name(rule->warn.level));
    return sw_describe_list(arena, names, count, " ");
}

sw_slice sw_describe_basis(sw_arena *arena, const sw_basis *basis, uint32_t count) {
    sw_slice all = SW_SLICE_NONE;
    for (uint32_t i = 0; i < count; i++)
        all = sw_arena_printf(arena, "%.*s%s%.*s%s%.*s", SW_FMT(all), i ? "; " : "",
                              SW_FMT(basis[i].law), basis[i].article.len ? " " : "",
                              SW_FMT(basis[i].article));
    return all;
}

sw_slice sw_describe_on(sw_arena *arena, const sw_on *on) {
    sw_slice when = on->when ? sw_cel_text(on->when) : SW_SLICE_NONE;
    sw_slice at = on->at ? sw_cel_text(on->at) : SW_SLICE_NONE;
    return sw_arena_printf(arena, "%.*s%s%.*s%s%.*s%s%.*s", SW_FMT(on->type->name),
                           on->type->title.len ? " " : "", SW_FMT(on->type->title),
                           when.len ? ", if " : "", SW_FMT(when), at.len ? ", counted from " : "",
                           SW_FMT(at));
}

sw_slice sw_describe_count(sw_arena *arena, const sw_count *count) {
    static const char *const begins[] = {"", "the first hour is not counted",
                                         "the first day is not counted"};
    static const char *const rollovers[] = {"", "a rest day moves it to the next working day",
                                            "a rest day moves it to the last working day before"};
    sw_slice parts[5];
    uint32_t n = 0;
    if (count->begin != SW_BEGIN_INSTANT) parts[n++] = sw_slice_cstr(begins[count->begin]);
    if (count->month_end_last) parts[n++] = SW_S("the last day of a month leads to the last day");
    if (count->lead.n)
        parts[n++] = sw_arena_printf(arena, "%.*s before",
                                     SW_FMT(sw_describe_span_words(arena, count->lead)));
    if (count->end_of_day) parts[n++] = SW_S("to 24:00 of the day");
    if (count->rollover != SW_ROLL_NONE) parts[n++] = sw_slice_cstr(rollovers[count->rollover]);
    return sw_describe_list(arena, parts, n, "; ");
}

sw_slice sw_describe_time(sw_arena *arena, const sw_zone *zone, int64_t ms, const char *never) {
    if (ms <= SW_TIME_FIRST_MS || ms > SW_TIME_LAST_MS) return sw_slice_cstr(never);
    sw_buf buf;
    sw_slice ret = SW_SLICE_NONE;
    sw_buf_init(&buf, 64);
    sw_time_write(&buf, ms, zone ? sw_zone_offset(zone, ms) : 0);
    if (!sw_arena_copy(arena, sw_buf_slice(&buf), &ret)) ret = SW_SLICE_NONE;
    sw_buf_done(&buf);
    return ret;
}
