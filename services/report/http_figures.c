#include "report/http_figures.h"

#include "report/figures/span.h"
#include "report/http_ask.h"
#include "text/json.h"

#define ANSWER_BYTES_MAX ((size_t)16 << 20)
#define PARTS_MAX        10000u
#define PAGE_DEFAULT     100u
#define PAGE_MAX         1000u
#define SPAN_DAYS_MAX    (366 * 20)

typedef struct ask {
    const sw_figures_api *api;
    sw_http_exchange *x;
    const sw_indicator *indicator; /* NULL: all */
    sw_figure_span span;
    sw_buf out;
} ask;

/* ---- what is asked ---------------------------------------------------------------------- */

static bool read_span(ask *a) {
    if (!sw_http_query_org(a->x, &a->span.org) || !sw_ask_date(a->x, "from", &a->span.from) ||
        !sw_ask_date(a->x, "to", &a->span.to))
        return false;
    if (a->span.from <= a->span.to && a->span.to - a->span.from < SPAN_DAYS_MAX) return true;
    sw_http_problem_answer(a->x,
                           &(sw_http_problem){.status = 400,
                                              .code = "range",
                                              .field = SW_S("from"),
                                              .detail = a->span.from > a->span.to
                                                            ? SW_S("the span ends before it begins")
                                                            : SW_S("a span is 20 years at most")});
    return false;
}

static bool read_indicator(ask *a) {
    const sw_slice id = sw_http_path(a->x, "id");
    a->indicator = sw_indicators_find(a->api->figures.indicators, id);
    if (a->indicator) return true;
    sw_http_problem_answer(a->x, &(sw_http_problem){.status = 404,
                                                    .code = "unknown",
                                                    .field = SW_S("id"),
                                                    .detail = SW_S("there is no such indicator"),
                                                    .hint = SW_S("GET /v1/indicators lists them")});
    return false;
}

static bool read_number(ask *a, const char *name, uint32_t least, uint32_t most, uint32_t *ret) {
    sw_slice text;
    int64_t n;
    if (!sw_http_query(a->x, name, &text)) return true;
    if (sw_slice_int(text, &n) && n >= least && n <= most) {
        *ret = (uint32_t)n;
        return true;
    }
    sw_http_refuse(a->x, 400, "range", "%s takes a number from %u to %u", name, least, most);
    return false;
}

/* ---- what is answered ------------------------------------------------------------------- */

static void begin(ask *a) {
    sw_buf_init(&a->out, ANSWER_BYTES_MAX);
    sw_buf_add_byte(&a->out, '{');
    a->api->as_of(a->api->ctx, &a->out);
}

static void add_span(ask *a) {
    char from[SW_DATE_TEXT], to[SW_DATE_TEXT];
    sw_date_text(a->span.from, from);
    sw_date_text(a->span.to, to);
    sw_buf_add_cstr(&a->out, ",\"org\":");
    sw_json_write_string(&a->out, a->span.org);
    sw_buf_printf(&a->out, ",\"from\":\"%s\",\"to\":\"%s\"", from, to);
}

static void end(ask *a, sw_err err) {
    sw_buf_add_byte(&a->out, '}');
    if (!err) err = a->out.err;
    if (err)
        sw_http_refuse_err(a->x, err, "the figures");
    else
        sw_http_answer(a->x, &(sw_http_reply){.status = 200, .take = &a->out});
    sw_buf_done(&a->out);
}

static void text_member(sw_buf *out, const char *name, sw_slice text) {
    if (text.len == 0) return;
    sw_buf_printf(out, ",\"%s\":", name);
    sw_json_write_string(out, text);
}

static const char *unit_of(const sw_indicator *indicator) {
    return indicator->kind == SW_INDICATOR_RATIO ? "ratio" : "count";
}

static void add_definition(sw_buf *out, const sw_indicator *indicator) {
    sw_buf_add_cstr(out, "\"id\":");
    sw_json_write_string(out, indicator->id);
    text_member(out, "name", indicator->name);
    text_member(out, "name_en", indicator->name_en);
    text_member(out, "note", indicator->note);
    text_member(out, "element", indicator->element);
    text_member(out, "domain", indicator->domain);
    sw_buf_printf(out, ",\"unit\":\"%s\",\"better\":\"%s\"", unit_of(indicator),
                  indicator->less_is_better ? "less" : "more");
}

typedef struct value {
    uint64_t count, whole; /* whole: of a ratio */
} value;

static sw_err value_of(const ask *a, const sw_indicator *indicator, const sw_figure_span *span,
                       value *ret) {
    const sw_figures *figures = &a->api->figures;
    ret->whole = 0;
    sw_err err = sw_figure_count(figures, indicator, span, SW_S(""), &ret->count);
    if (!err && indicator->kind == SW_INDICATOR_RATIO)
        err = sw_figure_count(figures, &figures->indicators->list[indicator->whole], span, SW_S(""),
                              &ret->whole);
    return err;
}

/* A ratio of nothing is null, not zero. */
static void add_value(sw_buf *out, const char *name, const sw_indicator *indicator,
                      const value *v) {
    if (indicator->kind != SW_INDICATOR_RATIO) {
        sw_buf_printf(out, ",\"%s\":%llu", name, (unsigned long long)v->count);
        return;
    }
    sw_buf_printf(out, ",\"%s\":", name);
    if (v->whole == 0)
        sw_buf_add_cstr(out, "null");
    else
        sw_json_write_double(out, (double)v->count / (double)v->whole);
    sw_buf_printf(out, ",\"%s_part\":%llu,\"%s_whole\":%llu", name, (unsigned long long)v->count,
                  name, (unsigned long long)v->whole);
}

static sw_err add_figure(ask *a, const sw_indicator *indicator) {
    const sw_span_days days = {a->span.from, a->span.to};
    const sw_span_days spans[] = {days, sw_span_previous(days), sw_span_year_before(days)};
    static const char *const names[] = {"value", "previous", "year_before"};
    add_definition(&a->out, indicator);
    for (size_t i = 0; i < SW_COUNT(spans); i++) {
        const sw_figure_span span = {a->span.org, spans[i].from, spans[i].to};
        value v;
        sw_err err = value_of(a, indicator, &span, &v);
        if (err) return err;
        add_value(&a->out, names[i], indicator, &v);
    }
    return SW_OK;
}

/* ---- handlers --------------------------------------------------------------------------- */

static void get_indicators(void *arg, sw_http_exchange *x) {
    ask a = {.api = arg, .x = x};
    const sw_indicators *indicators = a.api->figures.indicators;
    if (!sw_http_query_only(x, NULL, 0)) return;
    begin(&a);
    sw_buf_add_cstr(&a.out, ",\"pack\":");
    sw_buf_printf(&a.out, "\"%.*s@%.*s\",\"indicators\":[", SW_FMT(indicators->name),
                  SW_FMT(indicators->version));
    for (uint32_t i = 0; i < indicators->count; i++) {
        sw_buf_add_cstr(&a.out, i ? ",{" : "{");
        add_definition(&a.out, &indicators->list[i]);
        sw_buf_add_byte(&a.out, '}');
    }
    sw_buf_add_byte(&a.out, ']');
    end(&a, SW_OK);
}

static void get_figures(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "from", "to", "domain"};
    ask a = {.api = arg, .x = x};
    const sw_indicators *indicators = a.api->figures.indicators;
    sw_slice domain = SW_S("");
    bool first = true;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !read_span(&a)) return;
    const bool some = sw_http_query(x, "domain", &domain);
    begin(&a);
    add_span(&a);
    sw_buf_add_cstr(&a.out, ",\"figures\":[");
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < indicators->count; i++) {
        if (some && !sw_slice_eq(indicators->list[i].domain, domain)) continue;
        sw_buf_add_cstr(&a.out, first ? "{" : ",{");
        first = false;
        err = add_figure(&a, &indicators->list[i]);
        sw_buf_add_byte(&a.out, '}');
    }
    sw_buf_add_byte(&a.out, ']');
    end(&a, err);
}

static const char *const by_words[] = {"split", "unit", "day", "month"};

static bool read_by(ask *a, int32_t *ret) {
    sw_slice text;
    *ret = -1;
    if (!sw_http_query(a->x, "by", &text)) return true;
    for (uint32_t i = 0; i < SW_COUNT(by_words); i++)
        if (sw_slice_is(text, by_words[i])) *ret = (int32_t)i;
    if (*ret < 0) sw_http_refuse(a->x, 400, "invalid", "by takes split, unit, day or month");
    return *ret >= 0;
}

static void add_part(sw_buf *out, sw_figure_by by, const sw_figure_value *part) {
    char date[SW_DATE_TEXT];
    sw_buf_add_cstr(out, "{\"");
    sw_buf_add_cstr(out, by_words[by]);
    sw_buf_add_cstr(out, "\":");
    if (by == SW_BY_SPLIT || by == SW_BY_UNIT) {
        sw_json_write_string(out, part->name);
    } else {
        sw_date_text(by == SW_BY_DAY ? part->date : sw_first_day_of_month(part->date), date);
        sw_buf_printf(out, "\"%.*s\"", by == SW_BY_DAY ? 10 : 7, date);
    }
    sw_buf_printf(out, ",\"value\":%llu}", (unsigned long long)part->count);
}

static sw_err add_parts(ask *a, sw_figure_by by) {
    const sw_figure_value *parts;
    uint32_t count;
    sw_err err = sw_figure_parts(&a->api->figures, a->indicator, &a->span, by, PARTS_MAX,
                                 sw_http_arena(a->x), &parts, &count);
    if (err) return err;
    sw_buf_printf(&a->out, ",\"by\":\"%s\",\"parts\":[", by_words[by]);
    for (uint32_t i = 0; i < count; i++) {
        if (i) sw_buf_add_byte(&a->out, ',');
        add_part(&a->out, by, &parts[i]);
    }
    sw_buf_add_byte(&a->out, ']');
    return SW_OK;
}

static void get_figure(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "from", "to", "by"};
    ask a = {.api = arg, .x = x};
    int32_t by;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !read_indicator(&a) || !read_span(&a) ||
        !read_by(&a, &by))
        return;
    if (by >= 0 && a.indicator->kind == SW_INDICATOR_RATIO) {
        sw_http_refuse(x, 400, "invalid",
                       "a ratio has no parts: ask for those of its part and whole");
        return;
    }
    begin(&a);
    add_span(&a);
    sw_buf_add_byte(&a.out, ',');
    sw_err err = add_figure(&a, a.indicator);
    if (!err && by >= 0) err = add_parts(&a, (sw_figure_by)by);
    end(&a, err);
}

static int32_t hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A cursor is the key of the last entry, in hex: good while rows come and go. */
static bool read_cursor(ask *a, sw_slice *ret) {
    sw_slice text;
    *ret = SW_S("");
    if (!sw_http_query(a->x, "cursor", &text) || text.len == 0) return true;
    char *bytes = sw_arena_alloc(sw_http_arena(a->x), text.len);
    bool good = bytes && text.len % 2 == 0;
    for (size_t i = 0; good && i < text.len; i += 2) {
        const int32_t high = hex_digit(text.ptr[i]), low = hex_digit(text.ptr[i + 1]);
        good = high >= 0 && low >= 0;
        bytes[i / 2] = (char)(high * 16 + low);
    }
    if (good)
        *ret = sw_slice_of(bytes, text.len / 2);
    else
        sw_http_refuse(a->x, 400, "cursor", "the cursor is none that this list gave");
    return good;
}

static void add_cursor(ask *a, sw_slice after) {
    static const char digits[] = "0123456789abcdef";
    if (after.len == 0) {
        sw_buf_add_cstr(&a->out, ",\"next\":null");
        return;
    }
    sw_buf_add_cstr(&a->out, ",\"next\":\"");
    for (size_t i = 0; i < after.len; i++) {
        sw_buf_add_byte(&a->out, digits[(unsigned char)after.ptr[i] >> 4]);
        sw_buf_add_byte(&a->out, digits[(unsigned char)after.ptr[i] & 15]);
    }
    sw_buf_add_byte(&a->out, '"');
}

static void add_entry(sw_buf *out, const sw_figure_entry *entry) {
    char date[SW_DATE_TEXT];
    sw_date_text(entry->row.day, date);
    sw_buf_printf(out, "{\"org\":\"%.*s\",\"day\":\"%s\"", (int)SW_ORG_DIGITS, entry->row.org,
                  date);
    text_member(out, "split", entry->split);
    sw_buf_add_cstr(out, ",\"item\":");
    sw_buf_add(out, entry->label.len ? entry->label : SW_S("{}"));
    sw_buf_add_byte(out, '}');
}

static void get_list(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "from", "to", "split", "cursor", "limit"};
    ask a = {.api = arg, .x = x};
    sw_slice cursor, after, split = SW_S("");
    uint32_t limit = PAGE_DEFAULT, count;
    const sw_figure_entry *entries;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !read_indicator(&a) || !read_span(&a) ||
        !read_cursor(&a, &cursor) || !read_number(&a, "limit", 1, PAGE_MAX, &limit))
        return;
    (void)sw_http_query(x, "split", &split);
    sw_err err = sw_figure_list(&a.api->figures, a.indicator, &a.span, split, cursor, limit,
                                sw_http_arena(x), &entries, &count, &after);
    if (err == SW_E_INVALID) {
        sw_http_refuse(x, 400, "cursor", "the cursor is of another list");
        return;
    }
    begin(&a);
    add_span(&a);
    sw_buf_add_cstr(&a.out, ",\"entries\":[");
    for (uint32_t i = 0; !err && i < count; i++) {
        if (i) sw_buf_add_byte(&a.out, ',');
        add_entry(&a.out, &entries[i]);
    }
    sw_buf_add_byte(&a.out, ']');
    if (!err) add_cursor(&a, after);
    end(&a, err);
}

void sw_figures_routes(const sw_figures_api *api, sw_http_route ret[SW_FIGURES_ROUTES]) {
    void *arg = (void *)(uintptr_t)api;
    const sw_http_route routes[] = {
        {SW_HTTP_GET, "/v1/indicators", SW_ROLE_READ, get_indicators, arg},
        {SW_HTTP_GET, "/v1/figures", SW_ROLE_READ, get_figures, arg, .work = true},
        {SW_HTTP_GET, "/v1/figures/{id}", SW_ROLE_READ, get_figure, arg, .work = true},
        {SW_HTTP_GET, "/v1/figures/{id}/list", SW_ROLE_READ, get_list, arg, .work = true},
    };
    _Static_assert(SW_COUNT(routes) == SW_FIGURES_ROUTES, "the header says how many there are");
    memcpy(ret, routes, sizeof routes);
}
