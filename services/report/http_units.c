#include "report/http_units.h"

#include <stdlib.h>

#include "report/figures/span.h"
#include "report/models/models.h"
#include "text/json.h"

#define INDICATORS_MAX    20u
#define DATES_MAX         400u
#define RANKED_DEFAULT    50u
#define SCRATCH_BYTES_MAX ((size_t)64 << 20)

typedef struct ask {
    const sw_figures_api *api;
    const sw_indicators *all;
    sw_http_exchange *x;
    const sw_unit_names *names;
    sw_figure_span span;
    const sw_indicator **wanted;
    uint32_t wanted_count;
    sw_arena scratch; /* for what a city has: more than a request's own */
    sw_buf out;
} ask;

static sw_err begin(ask *a) {
    sw_answer_begin(a->api, &a->out);
    sw_arena_init(&a->scratch, SCRATCH_BYTES_MAX);
    return a->api->units ? sw_units_take(a->api->units, &a->names) : SW_OK;
}

static void end(ask *a, sw_err err, const char *what) {
    sw_units_give(a->names);
    sw_arena_done(&a->scratch);
    sw_answer_end(a->x, &a->out, err, what);
}

static void add_unit(ask *a, sw_slice org) {
    const sw_police_unit *unit = a->names ? sw_unit_names_find(a->names, org) : NULL;
    sw_buf_printf(&a->out, "\"org\":\"%.*s\"", SW_FMT(org));
    if (!unit) return;
    sw_answer_text(&a->out, "code", unit->code);
    sw_answer_text(&a->out, "name", unit->name);
    sw_answer_text(&a->out, "short_name", unit->short_name);
    sw_answer_text(&a->out, "tier", unit->tier);
    sw_answer_text(&a->out, "parent", unit->parent);
}

/* ---- the tree --------------------------------------------------------------------------- */

/* Lengths at which units are told apart, above `len`. */
static size_t next_length(size_t len) {
    return len >= SW_ORG_DIGITS ? 0 : sw_org_below(len);
}

static uint32_t children_of(const sw_slice *orgs, uint32_t count, uint32_t at) {
    uint32_t children = 0;
    const sw_slice org = orgs[at];
    const size_t next = next_length(org.len);
    for (uint32_t i = at + 1; i < count && sw_slice_starts(orgs[i], org); i++)
        children += orgs[i].len == next;
    return children;
}

/* Units of one length below: those of the directory, and down to the county, or where the directory
 * knows none, those that have had figures lately. */
static sw_err level_of(ask *a, size_t len, sw_slice **ret, uint32_t *ret_count) {
    enum { LATELY_DAYS = 31 };
    const sw_model_ask of = {.names = a->names, .arena = &a->scratch};
    const int32_t today = (int32_t)sw_zone_day(a->all->zone, sw_clock_now_ms(a->api->clock));
    const sw_figure_span lately = {a->span.org, today - LATELY_DAYS, today};
    const sw_figure_table none = {0};
    sw_figure_table table = {0};
    uint32_t first;
    const bool known = a->names && sw_unit_names_below(a->names, a->span.org, &first) > 1;
    sw_err err = SW_OK;
    if (len <= 6 || !known)
        err = sw_figure_unit_names(&a->api->figures, &lately, len, SW_MODEL_UNITS_MAX, of.arena,
                                   &table);
    return err ? err : sw_model_units(&of, a->span.org, len, &table, &none, ret, ret_count);
}

/* Every unit below, level by level. */
static sw_err tree_of(ask *a, sw_slice **ret, uint32_t *ret_count) {
    uint32_t count = 0;
    sw_err err = SW_OK;
    sw_slice *list = sw_arena_alloc(&a->scratch, (SW_MODEL_UNITS_MAX + 1) * sizeof *list);
    if (!list) return SW_E_LIMIT;
    for (size_t len = next_length(a->span.org.len); !err && len; len = next_length(len)) {
        sw_slice *orgs;
        uint32_t some = 0;
        /* units of the whole code are those of eight digits, where nothing stands below them */
        if (len == SW_ORG_DIGITS && a->span.org.len < 8) break;
        err = level_of(a, len, &orgs, &some);
        for (uint32_t i = 0; !err && i < some && count <= SW_MODEL_UNITS_MAX; i++)
            list[count++] = orgs[i];
    }
    *ret = list;
    *ret_count = count;
    return err;
}

static int by_text(const void *a, const void *b) {
    return sw_slice_cmp(*(const sw_slice *)a, *(const sw_slice *)b);
}

static void get_units(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org"};
    const sw_figures_api *api = arg;
    ask a = {.api = api, .all = api->figures.indicators, .x = x};
    sw_slice *orgs = NULL;
    uint32_t count = 0;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !sw_http_query_org(x, &a.span.org))
        return;
    sw_err err = begin(&a);
    if (!err) err = tree_of(&a, &orgs, &count);
    if (!err && count > 1) qsort(orgs, count, sizeof *orgs, by_text);
    sw_buf_printf(&a.out, ",\"org\":\"%.*s\",\"units\":[", SW_FMT(a.span.org));
    const uint32_t shown = count < SW_MODEL_UNITS_MAX ? count : SW_MODEL_UNITS_MAX;
    for (uint32_t i = 0; !err && i < shown; i++) {
        sw_buf_add_cstr(&a.out, i ? ",{" : "{");
        add_unit(&a, orgs[i]);
        sw_buf_printf(&a.out, ",\"level\":%zu,\"children\":%u}", orgs[i].len,
                      children_of(orgs, shown, i));
    }
    sw_buf_add_byte(&a.out, ']');
    if (count > shown) sw_buf_add_cstr(&a.out, ",\"more\":true");
    end(&a, err, "the units");
}

/* ---- one unit and those below it -------------------------------------------------------- */

static void add_path(ask *a) {
    static const uint8_t lengths[] = {4, 6, 8};
    const sw_slice own = sw_org_prefix(sw_slice_cstr(sw_http_principal(a->x)->org));
    bool first = true;
    sw_buf_add_cstr(&a->out, ",\"path\":[");
    for (size_t i = 0; i < SW_COUNT(lengths); i++) {
        if (lengths[i] >= a->span.org.len || lengths[i] < own.len) continue;
        sw_buf_add_cstr(&a->out, first ? "{" : ",{");
        first = false;
        const sw_slice org = sw_slice_sub(a->span.org, 0, lengths[i]);
        sw_buf_printf(&a->out, "\"org\":\"%.*s\"", SW_FMT(org));
        sw_answer_unit_name(&a->out, a->names, "name", org);
        sw_buf_add_byte(&a->out, '}');
    }
    sw_buf_add_byte(&a->out, ']');
}

static void add_definitions(ask *a) {
    sw_buf_add_cstr(&a->out, ",\"indicators\":[");
    for (uint32_t i = 0; i < a->wanted_count; i++) {
        sw_buf_add_cstr(&a->out, i ? ",{" : "{");
        sw_answer_definition(&a->out, a->wanted[i]);
        sw_buf_add_byte(&a->out, '}');
    }
    sw_buf_add_byte(&a->out, ']');
}

static sw_err counts_of(ask *a, const sw_figure_span *span, uint64_t **ret) {
    *ret = sw_arena_zero(&a->scratch, a->all->count + 1, sizeof **ret);
    return *ret ? sw_figure_counts(&a->api->figures, span, *ret) : SW_E_LIMIT;
}

static sw_err add_own(ask *a) {
    static const char *const names[] = {"value", "previous", "year_before"};
    const sw_span_days days = {a->span.from, a->span.to};
    const sw_span_days spans[] = {days, sw_span_previous(days), sw_span_year_before(days)};
    uint64_t *counts[3];
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < SW_COUNT(spans); i++) {
        const sw_figure_span of = {a->span.org, spans[i].from, spans[i].to};
        err = counts_of(a, &of, &counts[i]);
    }
    sw_buf_add_cstr(&a->out, ",\"figures\":{");
    for (uint32_t i = 0; !err && i < a->wanted_count; i++) {
        if (i) sw_buf_add_byte(&a->out, ',');
        sw_json_write_string(&a->out, a->wanted[i]->id);
        sw_buf_add_cstr(&a->out, ":{");
        for (uint32_t k = 0; k < SW_COUNT(spans); k++) {
            if (k) sw_buf_add_byte(&a->out, ',');
            sw_answer_value(&a->out, names[k], a->all, a->wanted[i], counts[k]);
        }
        sw_buf_add_cstr(&a->out, ",\"list\":");
        sw_answer_list_url(&a->out, a->wanted[i]->id, &a->span, SW_S(""));
        sw_buf_add_byte(&a->out, '}');
    }
    sw_buf_add_byte(&a->out, '}');
    return err;
}

/* How many units the directory has right below. */
static uint32_t known_below(const ask *a, sw_slice org) {
    uint32_t first, count, children = 0;
    const size_t next = next_length(org.len);
    sw_slice last = SW_S("");
    if (!a->names || !next) return 0;
    count = sw_unit_names_below(a->names, org, &first);
    for (uint32_t i = first; i < first + count; i++) {
        const sw_police_unit *unit = &a->names->list[i];
        if (unit->code.len != SW_ORG_DIGITS || unit->org.len <= org.len) continue;
        const sw_slice child = sw_slice_sub(unit->code, 0, next);
        children += !sw_slice_eq(child, last);
        last = child;
    }
    return children;
}

static sw_err add_children(ask *a) {
    const size_t len = next_length(a->span.org.len);
    const sw_model_ask of = {.names = a->names, .arena = &a->scratch};
    const sw_figure_table none = {0};
    sw_figure_table table;
    sw_slice *orgs;
    uint32_t count = 0;
    sw_err err = SW_OK;
    sw_buf_add_cstr(&a->out, ",\"children\":[");
    if (len)
        err =
            sw_figure_units(&a->api->figures, &a->span, len, SW_MODEL_UNITS_MAX, of.arena, &table);
    if (len && !err) err = sw_model_units(&of, a->span.org, len, &table, &none, &orgs, &count);
    for (uint32_t i = 0; !err && i < count; i++) {
        const uint64_t *counts = sw_model_counts(&table, orgs[i]);
        sw_buf_add_cstr(&a->out, i ? ",{" : "{");
        add_unit(a, orgs[i]);
        sw_buf_printf(&a->out, ",\"children\":%u,\"figures\":{", known_below(a, orgs[i]));
        for (uint32_t k = 0; k < a->wanted_count; k++) {
            if (k) sw_buf_add_byte(&a->out, ',');
            sw_json_write_string(&a->out, a->wanted[k]->id);
            sw_buf_add_byte(&a->out, ':');
            sw_answer_bare(&a->out, a->all, a->wanted[k], counts);
        }
        sw_buf_add_cstr(&a->out, "}}");
    }
    sw_buf_add_byte(&a->out, ']');
    return err;
}

/* `org` is a part of the path here; "all" is whatever the token is good for. */
static bool read_unit(ask *a) {
    sw_slice org = sw_http_path(a->x, "org");
    if (sw_slice_is(org, "all")) org = sw_slice_cstr(sw_http_principal(a->x)->org);
    return sw_http_org_of(a->x, org, &a->span.org);
}

static void get_unit(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"from", "to", "indicators"};
    const sw_figures_api *api = arg;
    ask a = {.api = api, .all = api->figures.indicators, .x = x};
    sw_slice org;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !read_unit(&a)) return;
    org = a.span.org;
    if (!sw_ask_span(x, &a.span) ||
        !sw_ask_indicators(x, a.all, INDICATORS_MAX, &a.wanted, &a.wanted_count))
        return;
    a.span.org = org;
    sw_err err = begin(&a);
    sw_buf_add_cstr(&a.out, ",\"unit\":{");
    add_unit(&a, org);
    sw_buf_add_byte(&a.out, '}');
    add_path(&a);
    sw_answer_span(&a.out, &a.span);
    add_definitions(&a);
    if (!err) err = add_own(&a);
    if (!err) err = add_children(&a);
    end(&a, err, "the unit");
}

/* ---- rankings --------------------------------------------------------------------------- */

typedef struct ranked {
    sw_slice org;
    const uint64_t *counts;
    double now, before;
    bool known, known_before; /* a ratio of nothing has no place */
    uint32_t rank, rank_before;
} ranked;

static bool number_of(const ask *a, const uint64_t *counts, double *ret) {
    const uint64_t part = sw_counts_part(a->all, a->wanted[0], counts);
    const uint64_t whole = sw_counts_whole(a->all, a->wanted[0], counts);
    const bool ratio = a->wanted[0]->kind == SW_INDICATOR_RATIO;
    *ret = ratio ? whole ? (double)part / (double)whole : 0 : (double)part;
    return !ratio || whole > 0;
}

/* Better is more: values of which less is better are turned over. */
static int best_before(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->known_before != y->known_before) return x->known_before ? -1 : 1;
    if (x->before < y->before || x->before > y->before) return x->before > y->before ? -1 : 1;
    return sw_slice_cmp(x->org, y->org);
}

static int best_now(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->known != y->known) return x->known ? -1 : 1;
    if (x->now < y->now || x->now > y->now) return x->now > y->now ? -1 : 1;
    return sw_slice_cmp(x->org, y->org);
}

/* Equal values share a rank. */
static void give_ranks(ranked *list, uint32_t count) {
    if (count > 1) qsort(list, count, sizeof *list, best_before);
    for (uint32_t i = 0; i < count; i++) {
        const bool same = i > 0 && list[i - 1].before >= list[i].before;
        if (list[i].known_before) list[i].rank_before = same ? list[i - 1].rank_before : i + 1;
    }
    if (count > 1) qsort(list, count, sizeof *list, best_now);
    for (uint32_t i = 0; i < count; i++) {
        const bool same = i > 0 && list[i - 1].now >= list[i].now && list[i - 1].known;
        if (list[i].known)
            list[i].rank = same && list[i - 1].now <= list[i].now ? list[i - 1].rank : i + 1;
    }
}

static sw_err rank(ask *a, size_t len, ranked **ret, uint32_t *ret_count) {
    sw_arena *arena = &a->scratch;
    const sw_model_ask of = {.names = a->names, .arena = arena};
    const sw_span_days days = sw_span_previous((sw_span_days){a->span.from, a->span.to});
    const sw_figure_span previous = {a->span.org, days.from, days.to};
    sw_figure_table now, before;
    sw_slice *orgs;
    uint32_t count = 0;
    sw_err err = sw_figure_units(&a->api->figures, &a->span, len, SW_MODEL_UNITS_MAX, arena, &now);
    if (!err)
        err = sw_figure_units(&a->api->figures, &previous, len, SW_MODEL_UNITS_MAX, arena, &before);
    if (!err) err = sw_model_units(&of, a->span.org, len, &now, &before, &orgs, &count);
    ranked *list = err ? NULL : sw_arena_zero(arena, count + 1, sizeof *list);
    if (!err && !list) err = SW_E_LIMIT;
    const double sign = a->wanted[0]->better == SW_BETTER_LESS ? -1 : 1;
    for (uint32_t i = 0; !err && i < count; i++) {
        ranked *r = &list[i];
        r->org = orgs[i];
        r->counts = sw_model_counts(&now, orgs[i]);
        r->known = number_of(a, r->counts, &r->now);
        r->known_before = number_of(a, sw_model_counts(&before, orgs[i]), &r->before);
        r->now *= sign;
        r->before *= sign;
    }
    if (!err) give_ranks(list, count);
    *ret = list;
    *ret_count = count;
    return err;
}

static void add_ranked(ask *a, const ranked *r) {
    const double sign = a->wanted[0]->better == SW_BETTER_LESS ? -1 : 1;
    const sw_figure_span span = {r->org, a->span.from, a->span.to};
    sw_buf_add_byte(&a->out, '{');
    if (r->rank)
        sw_buf_printf(&a->out, "\"rank\":%u,", r->rank);
    else
        sw_buf_add_cstr(&a->out, "\"rank\":null,");
    add_unit(a, r->org);
    sw_buf_add_byte(&a->out, ',');
    sw_answer_value(&a->out, "value", a->all, a->wanted[0], r->counts);
    sw_buf_add_cstr(&a->out, ",\"previous\":");
    if (r->known_before)
        sw_json_write_double(&a->out, r->before * sign + 0.0);
    else
        sw_buf_add_cstr(&a->out, "null");
    if (r->rank_before) sw_buf_printf(&a->out, ",\"previous_rank\":%u", r->rank_before);
    sw_buf_add_cstr(&a->out, ",\"list\":");
    sw_answer_list_url(&a->out, a->wanted[0]->id, &span, SW_S(""));
    sw_buf_add_byte(&a->out, '}');
}

static bool read_ranking(ask *a, size_t *ret_len, uint32_t *ret_limit) {
    static const char *const names[] = {"indicator", "org", "from", "to", "level", "limit"};
    static const char *const levels[] = {"child", "station"};
    sw_slice id;
    int32_t level;
    *ret_limit = RANKED_DEFAULT;
    a->wanted = sw_arena_zero(sw_http_arena(a->x), 1, sizeof *a->wanted);
    if (!a->wanted || !sw_http_query_only(a->x, names, SW_COUNT(names))) return false;
    if (!sw_http_query(a->x, "indicator", &id)) {
        sw_http_problem_answer(
            a->x, &(sw_http_problem){.status = 400,
                                     .code = "missing",
                                     .field = SW_S("indicator"),
                                     .detail = SW_S("by which indicator units are ranked"),
                                     .hint = SW_S("GET /v1/indicators lists them")});
        return false;
    }
    if (!sw_ask_indicator(a->x, a->all, id, &a->wanted[0]) || !sw_ask_span(a->x, &a->span) ||
        !sw_ask_word(a->x, "level", levels, SW_COUNT(levels), &level) ||
        !sw_ask_number(a->x, "limit", 1, SW_MODEL_UNITS_MAX, ret_limit))
        return false;
    *ret_len = sw_org_below(a->span.org.len);
    if (level == 1 && *ret_len < 8) *ret_len = 8;
    return true;
}

static void get_rankings(void *arg, sw_http_exchange *x) {
    const sw_figures_api *api = arg;
    ask a = {.api = api, .all = api->figures.indicators, .x = x};
    ranked *list = NULL;
    uint32_t count = 0, limit;
    size_t len;
    if (!read_ranking(&a, &len, &limit)) return;
    sw_err err = begin(&a);
    sw_answer_span(&a.out, &a.span);
    sw_buf_add_cstr(&a.out, ",\"indicator\":{");
    sw_answer_definition(&a.out, a.wanted[0]);
    sw_buf_add_cstr(&a.out, "},\"units\":[");
    if (!err) err = rank(&a, len, &list, &count);
    for (uint32_t i = 0; !err && i < count && i < limit; i++) {
        if (i) sw_buf_add_byte(&a.out, ',');
        add_ranked(&a, &list[i]);
    }
    sw_buf_printf(&a.out, "],\"count\":%u", count);
    end(&a, err, "the ranking");
}

/* ---- trends ----------------------------------------------------------------------------- */

static const uint64_t *counts_at(const sw_figure_table *table, int32_t date) {
    for (uint32_t i = 0; i < table->count; i++)
        if (table->rows[i].date == date) return table->rows[i].counts;
    return NULL;
}

static void add_series(ask *a, const sw_indicator *indicator, const sw_figure_table *table,
                       int32_t first, int32_t last) {
    sw_buf_add_byte(&a->out, '{');
    sw_answer_definition(&a->out, indicator);
    sw_buf_add_cstr(&a->out, ",\"values\":[");
    for (int32_t date = first; date <= last; date++) {
        if (date > first) sw_buf_add_byte(&a->out, ',');
        sw_answer_bare(&a->out, a->all, indicator, counts_at(table, date));
    }
    sw_buf_add_cstr(&a->out, "]}");
}

static void get_trends(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org", "from", "to", "by", "indicators"};
    static const char *const bys[] = {"day", "month"};
    const sw_figures_api *api = arg;
    ask a = {.api = api, .all = api->figures.indicators, .x = x};
    sw_figure_table table = {0};
    int32_t by;
    if (!sw_http_query_only(x, names, SW_COUNT(names)) || !sw_ask_span(x, &a.span) ||
        !sw_ask_word(x, "by", bys, SW_COUNT(bys), &by) ||
        !sw_ask_indicators(x, a.all, INDICATORS_MAX, &a.wanted, &a.wanted_count))
        return;
    const bool days = by == 0;
    const int32_t first = days ? a.span.from : sw_month_of_day(a.span.from);
    const int32_t last = days ? a.span.to : sw_month_of_day(a.span.to);
    if (last - first >= (int32_t)DATES_MAX) {
        sw_http_refuse(x, 400, "range", "a trend has at most %u dates: ask by month", DATES_MAX);
        return;
    }
    sw_err err = begin(&a);
    if (!err)
        err = sw_figure_dates(&api->figures, &a.span, days ? SW_BY_DAY : SW_BY_MONTH, a.wanted,
                              a.wanted_count, DATES_MAX, &a.scratch, &table);
    sw_answer_span(&a.out, &a.span);
    sw_buf_printf(&a.out, ",\"by\":\"%s\",\"dates\":[", bys[!days]);
    for (int32_t date = first; date <= last; date++) {
        char text[SW_DATE_TEXT];
        sw_date_text(days ? date : sw_first_day_of_month(date), text);
        sw_buf_printf(&a.out, "%s\"%.*s\"", date > first ? "," : "", days ? 10 : 7, text);
    }
    sw_buf_add_cstr(&a.out, "],\"series\":[");
    for (uint32_t i = 0; !err && i < a.wanted_count; i++) {
        if (i) sw_buf_add_byte(&a.out, ',');
        add_series(&a, a.wanted[i], &table, first, last);
    }
    sw_buf_add_byte(&a.out, ']');
    end(&a, err, "the trends");
}

void sw_units_routes(const sw_figures_api *api, sw_http_route ret[SW_UNITS_ROUTES]) {
    void *arg = (void *)(uintptr_t)api;
    const sw_http_route routes[] = {
        {SW_HTTP_GET, "/v1/units", SW_ROLE_READ, get_units, arg, .work = true},
        {SW_HTTP_GET, "/v1/units/{org}", SW_ROLE_READ, get_unit, arg, .work = true},
        {SW_HTTP_GET, "/v1/rankings", SW_ROLE_READ, get_rankings, arg, .work = true},
        {SW_HTTP_GET, "/v1/trends", SW_ROLE_READ, get_trends, arg, .work = true},
    };
    _Static_assert(SW_COUNT(routes) == SW_UNITS_ROUTES, "the header says how many there are");
    memcpy(ret, routes, sizeof routes);
}
