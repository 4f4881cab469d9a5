/* Units by colour, each with the rules that put it there. */
#include <stdlib.h>

#include "report/models/models.h"
#include "text/json.h"
#include "text/number.h"

bool sw_model_asks_totals(const sw_model *listing) {
    for (uint32_t i = 0; i < listing->rule_count; i++)
        if (listing->rules[i].all_days) return true;
    return false;
}

typedef struct measure {
    uint64_t part, whole;
} measure;

static measure measure_of(const sw_model_ask *ask, const sw_model_rule *rule,
                          const uint64_t *counts, const uint64_t *totals) {
    const sw_indicators *all = ask->api->figures.indicators;
    if (rule->all_days) counts = totals;
    return (measure){sw_counts_part(all, rule->indicator, counts),
                     sw_counts_whole(all, rule->indicator, counts)};
}

static bool holds(const sw_model_rule *rule, measure m) {
    if (rule->indicator->kind != SW_INDICATOR_RATIO) return m.part >= rule->at_least;
    return m.whole > 0 && m.whole >= rule->of_at_least &&
           (double)m.part > rule->above * (double)m.whole;
}

static void add_rule(const sw_model_rule *rule, const char *id_name, sw_buf *out) {
    sw_buf_printf(out, "\"%s\":", id_name);
    sw_json_write_string(out, rule->id);
    sw_buf_printf(out, ",\"colour\":\"%s\"", sw_colour_name(rule->colour));
    sw_answer_text(out, "name", rule->name);
    sw_answer_text(out, "name_en", rule->name_en);
    sw_answer_text(out, "indicator", rule->indicator->id);
    if (rule->indicator->kind == SW_INDICATOR_RATIO) {
        sw_buf_add_cstr(out, ",\"above\":");
        sw_double_write(out, rule->above);
        sw_buf_printf(out, ",\"of_at_least\":%llu", (unsigned long long)rule->of_at_least);
    } else {
        sw_buf_printf(out, ",\"at_least\":%llu", (unsigned long long)rule->at_least);
    }
}

static void add_reason(const sw_model_ask *ask, const sw_model *listing, const sw_model_rule *rule,
                       sw_slice org, measure m, sw_buf *out) {
    const sw_figure_span span = {org, ask->span.from, ask->span.to};
    sw_buf_add_byte(out, '{');
    add_rule(rule, "rule", out);
    sw_buf_printf(out, ",\"value\":%llu", (unsigned long long)m.part);
    if (rule->indicator->kind == SW_INDICATOR_RATIO) {
        sw_buf_add_cstr(out, ",\"share\":");
        sw_answer_share(out, m.part, m.whole);
        sw_buf_printf(out, ",\"part\":%llu,\"whole\":%llu", (unsigned long long)m.part,
                      (unsigned long long)m.whole);
    }
    sw_buf_add_cstr(out, ",\"list\":");
    sw_model_list_url(out, listing, rule->id, &span);
    sw_buf_add_byte(out, '}');
}

sw_colour sw_model_judge(const sw_model_ask *ask, const sw_model *listing, sw_slice org,
                         const uint64_t *counts, const uint64_t *totals, sw_buf *out) {
    sw_colour worst = SW_COLOUR_NONE;
    for (uint32_t i = 0; i < listing->rule_count; i++) {
        const sw_model_rule *rule = &listing->rules[i];
        if (rule->colour > worst && holds(rule, measure_of(ask, rule, counts, totals)))
            worst = rule->colour;
    }
    sw_buf_printf(out, "\"colour\":\"%s\",\"reasons\":[", sw_colour_name(worst));
    bool first = true;
    for (uint32_t i = 0; i < listing->rule_count; i++) {
        const sw_model_rule *rule = &listing->rules[i];
        const measure m = measure_of(ask, rule, counts, totals);
        if (!holds(rule, m)) continue;
        if (!first) sw_buf_add_byte(out, ',');
        first = false;
        add_reason(ask, listing, rule, org, m, out);
    }
    sw_buf_add_byte(out, ']');
    return worst;
}

typedef struct listed {
    sw_slice org, text;
    sw_colour colour;
} listed;

static int worst_first(const void *a, const void *b) {
    const listed *x = a, *y = b;
    if (x->colour != y->colour) return x->colour > y->colour ? -1 : 1;
    return sw_slice_cmp(x->org, y->org);
}

static sw_err judge_unit(const sw_model_ask *ask, sw_slice org, const uint64_t *counts,
                         const uint64_t *totals, listed *ret) {
    sw_buf out;
    sw_buf_init(&out, (size_t)1 << 20);
    sw_buf_printf(&out, "{\"org\":\"%.*s\"", SW_FMT(org));
    sw_answer_unit_name(&out, ask->names, "name", org);
    sw_buf_add_byte(&out, ',');
    ret->org = org;
    ret->colour = sw_model_judge(ask, ask->model, org, counts, totals, &out);
    sw_buf_add_byte(&out, '}');
    const bool kept = !out.err && sw_arena_copy(ask->arena, sw_buf_slice(&out), &ret->text);
    sw_buf_done(&out);
    return kept ? SW_OK : SW_E_LIMIT;
}

static sw_err judge_all(const sw_model_ask *ask, listed **ret, uint32_t *ret_count) {
    const sw_figures *figures = &ask->api->figures;
    const size_t len = sw_org_below(ask->span.org.len);
    sw_figure_table counts, totals = {0};
    sw_slice *orgs;
    *ret_count = 0;
    sw_err err = sw_figure_units(figures, &ask->span, len, SW_MODEL_UNITS_MAX, ask->arena, &counts);
    if (!err && sw_model_asks_totals(ask->model))
        err = sw_figure_unit_totals(figures, ask->span.org, len, SW_MODEL_UNITS_MAX, ask->arena,
                                    &totals);
    uint32_t count = 0;
    if (!err) err = sw_model_units(ask, ask->span.org, len, &counts, &totals, &orgs, &count);
    listed *list = err ? NULL : sw_arena_zero(ask->arena, count + 1, sizeof *list);
    if (!err && !list) err = SW_E_LIMIT;
    for (uint32_t i = 0; !err && i < count; i++)
        err = judge_unit(ask, orgs[i], sw_model_counts(&counts, orgs[i]),
                         sw_model_counts(&totals, orgs[i]), &list[i]);
    if (err) return err;
    if (count > 1) qsort(list, count, sizeof *list, worst_first);
    *ret = list;
    *ret_count = count;
    return SW_OK;
}

sw_err sw_model_listing(const sw_model_ask *ask, sw_buf *out) {
    listed *list;
    uint32_t count, of[SW_COLOUR_RED + 1] = {0};
    sw_err err = judge_all(ask, &list, &count);
    if (err) return err;
    sw_buf_add_cstr(out, ",\"units\":[");
    for (uint32_t i = 0; i < count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        sw_buf_add(out, list[i].text);
        of[list[i].colour]++;
    }
    sw_buf_printf(out,
                  "],\"counts\":{\"red\":%u,\"yellow\":%u,\"blue\":%u,\"none\":%u},\"rules\":[",
                  of[SW_COLOUR_RED], of[SW_COLOUR_YELLOW], of[SW_COLOUR_BLUE], of[SW_COLOUR_NONE]);
    for (uint32_t i = 0; i < ask->model->rule_count; i++) {
        sw_buf_add_cstr(out, i ? ",{" : "{");
        add_rule(&ask->model->rules[i], "id", out);
        sw_buf_add_byte(out, '}');
    }
    sw_buf_add_byte(out, ']');
    return out->err;
}
