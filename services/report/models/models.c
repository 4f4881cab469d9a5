#include "report/models/models.h"

#include <stdlib.h>

#include "report/figures/span.h"

sw_err sw_model_answer(const sw_model_ask *ask, sw_buf *out) {
    static sw_err (*const answer[])(const sw_model_ask *,
                                    sw_buf *) = {[SW_MODEL_BACKLOG] = sw_model_backlog,
                                                 [SW_MODEL_BREAKDOWN] = sw_model_breakdown,
                                                 [SW_MODEL_LISTING] = sw_model_listing,
                                                 [SW_MODEL_CHECKUP] = sw_model_checkup};
    return answer[ask->model->kind](ask, out);
}

/* All days that a list may have. */
static sw_figure_span all_days(sw_slice org) {
    return (sw_figure_span){org, INT32_MIN / 2, INT32_MAX / 2};
}

bool sw_model_list(const sw_model *model, sw_slice part, const sw_figure_span *span,
                   sw_figure_list_ask *ret) {
    *ret = (sw_figure_list_ask){.span = all_days(span->org), .split = SW_S("")};
    if (model->kind == SW_MODEL_BACKLOG && sw_slice_is(part, "backlog")) {
        ret->indicator = model->opened;
        ret->span.to = span->to;
        ret->open_only = true;
        ret->open_at = span->to;
        return true;
    }
    if (model->kind == SW_MODEL_BACKLOG && sw_slice_is(part, "overdue")) {
        ret->indicator = model->overdue;
        return true;
    }
    const sw_model_rule *rule =
        model->kind == SW_MODEL_LISTING ? sw_model_rule_find(model, part) : NULL;
    if (!rule) return false;
    ret->indicator = rule->indicator;
    if (!rule->all_days) ret->span = *span;
    return true;
}

void sw_model_list_url(sw_buf *out, const sw_model *model, sw_slice part,
                       const sw_figure_span *span) {
    char from[SW_DATE_TEXT], to[SW_DATE_TEXT];
    sw_date_text(span->from, from);
    sw_date_text(span->to, to);
    sw_buf_add_cstr(out, "\"/v1/models/");
    sw_answer_url_text(out, model->id);
    sw_buf_add_cstr(out, "/list?part=");
    sw_answer_url_text(out, part);
    sw_buf_printf(out, "&org=%.*s&from=%s&to=%s\"", SW_FMT(span->org), from, to);
}

void sw_model_number(sw_buf *out, const char *name, uint64_t n, const sw_indicator *indicator,
                     const sw_figure_span *span, sw_slice split) {
    sw_buf_printf(out, "\"%s\":{\"value\":%llu,\"list\":", name, (unsigned long long)n);
    sw_answer_list_url(out, indicator->id, span, split);
    sw_buf_add_byte(out, '}');
}

void sw_model_part_number(sw_buf *out, const char *name, uint64_t n, const sw_model *model,
                          const char *part, const sw_figure_span *span) {
    sw_buf_printf(out, "\"%s\":{\"value\":%llu,\"list\":", name, (unsigned long long)n);
    sw_model_list_url(out, model, sw_slice_cstr(part), span);
    sw_buf_add_byte(out, '}');
}

/* ---- units ------------------------------------------------------------------------------ */

static int by_text(const void *a, const void *b) {
    return sw_slice_cmp(*(const sw_slice *)a, *(const sw_slice *)b);
}

const uint64_t *sw_model_counts(const sw_figure_table *table, sw_slice org) {
    uint32_t low = 0, high = table->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const int order = sw_slice_cmp(table->rows[middle].name, org);
        if (order == 0) return table->rows[middle].counts;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

sw_err sw_model_units(const sw_model_ask *ask, sw_slice org, size_t len, const sw_figure_table *a,
                      const sw_figure_table *b, sw_slice **ret, uint32_t *ret_count) {
    uint32_t first = 0, known = 0, count = 0, kept = 0;
    if (ask->names) known = sw_unit_names_below(ask->names, org, &first);
    const size_t most = (size_t)a->count + b->count + known;
    sw_slice *list = sw_arena_alloc(ask->arena, (most + 1) * sizeof *list);
    if (!list) return SW_E_LIMIT;
    for (uint32_t i = 0; i < a->count; i++) list[count++] = a->rows[i].name;
    for (uint32_t i = 0; i < b->count; i++) list[count++] = b->rows[i].name;
    for (uint32_t i = 0; i < known; i++) {
        const sw_police_unit *unit = &ask->names->list[first + i];
        /* the unit itself is not below itself */
        if (unit->code.len == SW_ORG_DIGITS && unit->org.len > org.len)
            list[count++] = sw_slice_sub(unit->code, 0, len);
    }
    if (count > 1) qsort(list, count, sizeof *list, by_text);
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || !sw_slice_eq(list[kept - 1], list[i])) list[kept++] = list[i];
    *ret = list;
    *ret_count = kept;
    return SW_OK;
}
