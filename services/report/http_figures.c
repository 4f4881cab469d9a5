#include "report/http_figures.h"

#include "report/figures/span.h"
#include "report/http_ask.h"
#include "text/json.h"

#define PARTS_MAX 10000u

typedef struct ask {
    const sw_figures_api *api;
    sw_http_exchange *x;
    const sw_indicator *indicator;
    sw_figure_span span;
} ask;

static const sw_indicators *indicators_of(const ask *a) {
    return a->api->figures.indicators;
}

/* ---- the span, the one before, the year before ------------------------------------------ */

enum { SPANS = 3 };
static const char *const span_names[SPANS] = {"value", "previous", "year_before"};

static void spans_of(const sw_figure_span *span, sw_figure_span ret[SPANS]) {
    const sw_span_days days = {span->from, span->to};
    const sw_span_days spans[SPANS] = {days, sw_span_previous(days), sw_span_year_before(days)};
    for (uint32_t i = 0; i < SPANS; i++)
        ret[i] = (sw_figure_span){span->org, spans[i].from, spans[i].to};
}

/* Counts of all indicators in each of the spans; of one alone where `only` is given. */
static sw_err counts_of(const ask *a, const sw_indicator *only, uint64_t *ret[SPANS]) {
    const sw_indicators *all = indicators_of(a);
    sw_figure_span spans[SPANS];
    spans_of(&a->span, spans);
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < SPANS; i++) {
        ret[i] = sw_arena_zero(sw_http_arena(a->x), all->count + 1, sizeof *ret[i]);
        if (!ret[i]) return SW_E_LIMIT;
        if (!only) {
            err = sw_figure_counts(&a->api->figures, &spans[i], ret[i]);
            continue;
        }
        const bool ratio = only->kind == SW_INDICATOR_RATIO;
        const uint32_t ids[] = {ratio ? only->part : only->index,
                                ratio ? only->whole : only->index};
        for (uint32_t k = 0; !err && k < (ratio ? 2u : 1u); k++)
            err = sw_figure_count(&a->api->figures, &all->list[ids[k]], &spans[i], SW_S(""),
                                  &ret[i][ids[k]]);
    }
    return err;
}

static void add_figure(const ask *a, sw_buf *out, const sw_indicator *indicator,
                       uint64_t *const counts[SPANS]) {
    sw_answer_definition(out, indicator);
    for (uint32_t i = 0; i < SPANS; i++) {
        sw_buf_add_byte(out, ',');
        sw_answer_value(out, span_names[i], indicators_of(a), indicator, counts[i]);
    }
}

/* ---- handlers --------------------------------------------------------------------------- */

static void get_indicators(void *arg, sw_http_exchange *x) {
    const sw_figures_api *api = arg;
    const sw_indicators *indicators = api->figures.indicators;
    sw_buf out;
    if (!sw_http_query_only(x, NULL, 0)) return;
    sw_answer_begin(api, &out);
    sw_buf_printf(&out, ",\"pack\":\"%.*s@%.*s\",\"indicators\":[", SW_FMT(indicators->name),
                  SW_FMT(indicators->version));
    for (uint32_t i = 0; i < indicators->count; i++) {
        sw_buf_add_cstr(&out, i ? ",{" : "{");
        sw_answer_definition(&out, &indicators->list[i]);
        sw_buf_add_byte(&out, '}');
    }
    sw_buf_add_byte(&out, ']');
    sw_answer_end(x, &out, SW_OK, "the indicators");
}

static void get_figures(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "from", "to", "domain"};
    ask a = {.api = arg, .x = x};
    const sw_indicators *indicators = indicators_of(&a);
    sw_slice domain = SW_S("");
    uint64_t *counts[SPANS];
    bool first = true;
    sw_buf out;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !sw_ask_span(x, &a.span)) return;
    const bool some = sw_http_query(x, "domain", &domain);
    sw_answer_begin(a.api, &out);
    sw_answer_span(&out, &a.span);
    sw_buf_add_cstr(&out, ",\"figures\":[");
    sw_err err = counts_of(&a, NULL, counts);
    for (uint32_t i = 0; !err && i < indicators->count; i++) {
        if (some && !sw_slice_eq(indicators->list[i].domain, domain)) continue;
        sw_buf_add_cstr(&out, first ? "{" : ",{");
        first = false;
        add_figure(&a, &out, &indicators->list[i], counts);
        sw_buf_add_byte(&out, '}');
    }
    sw_buf_add_byte(&out, ']');
    sw_answer_end(x, &out, err, "the figures");
}

static const char *const by_words[] = {"split", "unit", "day", "month"};

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

static sw_err add_parts(const ask *a, sw_buf *out, sw_figure_by by) {
    const sw_figure_value *parts;
    uint32_t count;
    sw_err err = sw_figure_parts(&a->api->figures, a->indicator, &a->span, by, PARTS_MAX,
                                 sw_http_arena(a->x), &parts, &count);
    if (err) return err;
    sw_buf_printf(out, ",\"by\":\"%s\",\"parts\":[", by_words[by]);
    for (uint32_t i = 0; i < count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        add_part(out, by, &parts[i]);
    }
    sw_buf_add_byte(out, ']');
    return SW_OK;
}

static void get_figure(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "from", "to", "by"};
    ask a = {.api = arg, .x = x};
    uint64_t *counts[SPANS];
    sw_buf out;
    int32_t by;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) ||
        !sw_ask_indicator(x, indicators_of(&a), sw_http_path(x, "id"), &a.indicator) ||
        !sw_ask_span(x, &a.span) || !sw_ask_word(x, "by", by_words, SW_COUNT(by_words), &by))
        return;
    if (by >= 0 && a.indicator->kind == SW_INDICATOR_RATIO) {
        sw_http_refuse(x, 400, "invalid",
                       "a ratio has no parts: ask for those of its part and whole");
        return;
    }
    sw_answer_begin(a.api, &out);
    sw_answer_span(&out, &a.span);
    sw_buf_add_byte(&out, ',');
    sw_err err = counts_of(&a, a.indicator, counts);
    if (!err) add_figure(&a, &out, a.indicator, counts);
    if (!err && by >= 0) err = add_parts(&a, &out, (sw_figure_by)by);
    sw_answer_end(x, &out, err, "the figure");
}

static void get_list(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "from", "to", "split", "cursor", "limit"};
    const sw_figures_api *api = arg;
    sw_figure_list_ask wanted = {.split = SW_S("")};
    if (!sw_http_query_only(x, names, SW_COUNT(names)) ||
        !sw_ask_indicator(x, api->figures.indicators, sw_http_path(x, "id"), &wanted.indicator) ||
        !sw_ask_span(x, &wanted.span))
        return;
    (void)sw_http_query(x, "split", &wanted.split);
    sw_answer_list(x, api, &wanted.span, &wanted);
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
