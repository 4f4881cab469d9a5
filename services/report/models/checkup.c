/* A unit on one page: its figures beside those of the units like it, its backlogs, its colour. */
#include <stdlib.h>

#include "report/figures/span.h"
#include "report/models/models.h"
#include "text/json.h"
#include "text/number.h"

enum { SPANS = 3 };

typedef struct page {
    const sw_model_ask *ask;
    const sw_indicators *all;
    uint64_t *counts[SPANS];
    sw_figure_table table; /* of the units like it */
    sw_slice *peers;       /* all of them, itself among them */
    uint32_t peer_count;
    sw_buf findings;
} page;

static sw_err read_counts(page *p) {
    const sw_figure_span *span = &p->ask->span;
    const sw_span_days days = {span->from, span->to};
    const sw_span_days spans[SPANS] = {days, sw_span_previous(days), sw_span_year_before(days)};
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < SPANS; i++) {
        const sw_figure_span of = {span->org, spans[i].from, spans[i].to};
        p->counts[i] = sw_arena_zero(p->ask->arena, p->all->count + 1, sizeof(uint64_t));
        err =
            p->counts[i] ? sw_figure_counts(&p->ask->api->figures, &of, p->counts[i]) : SW_E_LIMIT;
    }
    return err;
}

/* Of the units of the same length of code under the one above. */
static sw_err read_peers(page *p) {
    static const uint8_t lengths[] = {8, 6, 4, 0};
    const sw_figure_span *span = &p->ask->span;
    size_t above = 0;
    if (span->org.len == 0) return SW_OK;
    for (size_t i = 0; i < SW_COUNT(lengths); i++)
        if (lengths[i] < span->org.len) {
            above = lengths[i];
            break;
        }
    const sw_figure_table none = {0};
    const sw_figure_span around = {sw_slice_sub(span->org, 0, above), span->from, span->to};
    sw_err err = sw_figure_units(&p->ask->api->figures, &around, span->org.len, SW_MODEL_UNITS_MAX,
                                 p->ask->arena, &p->table);
    return err ? err
               : sw_model_units(p->ask, around.org, span->org.len, &p->table, &none, &p->peers,
                                &p->peer_count);
}

/* The value as a number; false: a ratio of nothing. */
static bool number_of(const page *p, const sw_indicator *indicator, const uint64_t *counts,
                      double *ret) {
    const uint64_t part = sw_counts_part(p->all, indicator, counts);
    const uint64_t whole = sw_counts_whole(p->all, indicator, counts);
    const bool ratio = indicator->kind == SW_INDICATOR_RATIO;
    *ret = ratio && whole ? (double)part / (double)whole : (double)part;
    return !ratio || whole > 0;
}

typedef struct standing {
    uint32_t count, rank;
    double mean;
    int mark; /* -1 worse than the mean, 0 the same or not to be said, 1 better */
} standing;

static standing standing_of(const page *p, const sw_indicator *indicator) {
    standing s = {0};
    double own, sum = 0, n;
    const bool known = number_of(p, indicator, p->counts[0], &own);
    uint32_t better = 0;
    for (uint32_t i = 0; i < p->peer_count; i++) {
        if (!number_of(p, indicator, sw_model_counts(&p->table, p->peers[i]), &n)) continue;
        s.count++;
        sum += n;
        better += indicator->better == SW_BETTER_LESS ? n < own : n > own;
    }
    if (!known || s.count < 2) return (standing){0};
    s.rank = better + 1;
    s.mean = sum / s.count;
    const int sign = own > s.mean ? 1 : own < s.mean ? -1 : 0;
    if (indicator->better != SW_BETTER_NEITHER)
        s.mark = indicator->better == SW_BETTER_LESS ? -sign : sign;
    return s;
}

static void add_finding(page *p, const sw_indicator *indicator) {
    sw_buf *out = &p->findings;
    sw_buf_add_cstr(out, out->len ? ",{\"id\":" : "{\"id\":");
    sw_json_write_string(out, indicator->id);
    sw_answer_text(out, "name", indicator->name);
    sw_answer_text(out, "name_en", indicator->name_en);
    sw_answer_text(out, "text",
                   indicator->better == SW_BETTER_LESS
                       ? SW_S("高于同级单位平均值，排在末四分之一")
                       : SW_S("低于同级单位平均值，排在末四分之一"));
    sw_answer_text(out, "text_en",
                   indicator->better == SW_BETTER_LESS
                       ? SW_S("above the mean of the units like it, in the last quarter")
                       : SW_S("below the mean of the units like it, in the last quarter"));
    sw_buf_add_byte(out, '}');
}

static void add_figure(page *p, const sw_indicator *indicator, sw_buf *out) {
    static const char *const names[SPANS] = {"value", "previous", "year_before"};
    static const char *const marks[] = {"worse", "same", "better"};
    const standing s = standing_of(p, indicator);
    sw_buf_add_byte(out, '{');
    sw_answer_definition(out, indicator);
    for (uint32_t i = 0; i < SPANS; i++) {
        sw_buf_add_byte(out, ',');
        sw_answer_value(out, names[i], p->all, indicator, p->counts[i]);
    }
    if (s.count) {
        sw_buf_printf(out, ",\"peers\":{\"count\":%u,\"mean\":", s.count);
        sw_double_write(out, s.mean);
        if (indicator->better == SW_BETTER_NEITHER)
            sw_buf_add_cstr(out, ",\"rank\":null},\"mark\":null");
        else
            sw_buf_printf(out, ",\"rank\":%u},\"mark\":\"%s\"", s.rank, marks[s.mark + 1]);
    } else {
        sw_buf_add_cstr(out, ",\"peers\":null,\"mark\":null");
    }
    sw_buf_add_cstr(out, ",\"list\":");
    sw_answer_list_url(out, indicator->id, &p->ask->span, SW_S(""));
    sw_buf_add_byte(out, '}');
    /* of many: more than three quarters stand before it */
    if (s.count >= 4 && s.mark < 0 && 4 * (s.rank - 1) >= 3 * s.count) add_finding(p, indicator);
}

/* Domains in the order of the pack, each with its indicators. */
static void add_sections(page *p, sw_buf *out) {
    const sw_indicators *all = p->all;
    sw_buf_add_cstr(out, ",\"sections\":[");
    bool first = true;
    for (uint32_t i = 0; i < all->count; i++) {
        const sw_slice domain = all->list[i].domain;
        uint32_t before = 0;
        while (before < i && !sw_slice_eq(all->list[before].domain, domain)) before++;
        if (before < i) continue;
        sw_buf_add_cstr(out, first ? "{\"domain\":" : ",{\"domain\":");
        first = false;
        sw_json_write_string(out, domain);
        sw_buf_add_cstr(out, ",\"figures\":[");
        for (uint32_t k = i, shown = 0; k < all->count; k++) {
            if (!sw_slice_eq(all->list[k].domain, domain)) continue;
            if (shown++) sw_buf_add_byte(out, ',');
            add_figure(p, &all->list[k], out);
        }
        sw_buf_add_cstr(out, "]}");
    }
    sw_buf_add_byte(out, ']');
}

static sw_err add_backlogs(page *p, sw_buf *out) {
    sw_err err = SW_OK;
    sw_buf_add_cstr(out, ",\"clears\":[");
    for (uint32_t i = 0; !err && i < p->ask->model->backlog_count; i++) {
        sw_model_ask of = *p->ask;
        uint64_t open;
        of.model = p->ask->model->backlogs[i];
        sw_buf_add_cstr(out, i ? ",{\"id\":" : "{\"id\":");
        sw_json_write_string(out, of.model->id);
        sw_answer_text(out, "name", of.model->name);
        sw_answer_text(out, "name_en", of.model->name_en);
        sw_buf_add_byte(out, ',');
        err = sw_model_backlog_now(&of, out, &open);
        sw_buf_add_byte(out, '}');
    }
    sw_buf_add_byte(out, ']');
    return err;
}

static sw_err add_colour(page *p, sw_buf *out) {
    const sw_model *listing = p->ask->model->listing;
    const sw_slice org = p->ask->span.org;
    if (!listing) return SW_OK;
    uint64_t *totals = sw_arena_zero(p->ask->arena, p->all->count + 1, sizeof *totals);
    if (!totals) return SW_E_LIMIT;
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < listing->rule_count; i++) {
        const sw_indicator *indicator = listing->rules[i].indicator;
        if (listing->rules[i].all_days)
            err = sw_figure_total(&p->ask->api->figures, indicator, org, &totals[indicator->index]);
    }
    sw_buf_add_byte(out, ',');
    (void)sw_model_judge(p->ask, listing, org, p->counts[0], totals, out);
    return err;
}

sw_err sw_model_checkup(const sw_model_ask *ask, sw_buf *out) {
    page p = {.ask = ask, .all = ask->api->figures.indicators};
    sw_buf_init(&p.findings, (size_t)1 << 20);
    sw_buf_printf(out, ",\"unit\":{\"org\":\"%.*s\"", SW_FMT(ask->span.org));
    sw_answer_unit_name(out, ask->names, "name", ask->span.org);
    sw_buf_add_byte(out, '}');
    sw_err err = read_counts(&p);
    if (!err) err = read_peers(&p);
    if (!err) {
        add_sections(&p, out);
        err = add_backlogs(&p, out);
    }
    if (!err) err = add_colour(&p, out);
    sw_buf_add_cstr(out, ",\"findings\":[");
    sw_buf_add(out, sw_buf_slice(&p.findings));
    sw_buf_add_byte(out, ']');
    if (!err) err = p.findings.err;
    sw_buf_done(&p.findings);
    return err;
}
