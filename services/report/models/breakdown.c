/* A figure by several sides: where, which link of the process, which unit; what repeats. */
#include <stdlib.h>

#include "report/figures/span.h"
#include "report/models/models.h"
#include "text/json.h"

#define VALUES_SHOWN 50u
#define VALUES_MAX   100000u

static int most_first(const void *a, const void *b) {
    const sw_figure_value *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return sw_slice_cmp(x->name, y->name);
}

static void add_value(const sw_model_ask *ask, const sw_model_part *part,
                      const sw_figure_value *value, sw_buf *out) {
    sw_figure_span span = ask->span;
    const sw_police_unit *unit =
        part->by_unit && ask->names ? sw_unit_names_find(ask->names, value->name) : NULL;
    sw_buf_add_cstr(out, "{\"name\":");
    sw_json_write_string(out, value->name);
    sw_buf_add_cstr(out, ",\"label\":");
    sw_json_write_string(out, unit && unit->name.len ? unit->name : value->name);
    sw_buf_printf(out, ",\"value\":%llu,\"list\":", (unsigned long long)value->count);
    if (part->by_unit) span.org = value->name;
    sw_answer_list_url(out, part->indicator->id, &span, part->by_unit ? SW_S("") : value->name);
    sw_buf_add_byte(out, '}');
}

static sw_err add_part(const sw_model_ask *ask, const sw_model_part *part, sw_buf *out) {
    const sw_figure_value *found;
    uint32_t count, shown = 0;
    sw_err err = sw_figure_parts(&ask->api->figures, part->indicator, &ask->span,
                                 part->by_unit ? SW_BY_UNIT : SW_BY_SPLIT, VALUES_MAX, ask->arena,
                                 &found, &count);
    if (err) return err;
    sw_figure_value *values = (sw_figure_value *)(uintptr_t)found; /* the answer's own */
    if (count > 1) qsort(values, count, sizeof *values, most_first);
    while (count > 0 && values[count - 1].count < part->at_least) count--;
    sw_buf_add_cstr(out, "{\"id\":");
    sw_json_write_string(out, part->id);
    sw_answer_text(out, "name", part->name);
    sw_answer_text(out, "name_en", part->name_en);
    sw_buf_printf(out, ",\"by\":\"%s\"", part->by_unit ? "unit" : "split");
    if (part->at_least) sw_buf_printf(out, ",\"at_least\":%u", part->at_least);
    sw_buf_add_cstr(out, ",\"values\":[");
    for (; shown < count && shown < VALUES_SHOWN; shown++) {
        if (shown) sw_buf_add_byte(out, ',');
        add_value(ask, part, &values[shown], out);
    }
    sw_buf_add_byte(out, ']');
    if (shown < count) sw_buf_printf(out, ",\"more\":%u", count - shown);
    sw_buf_add_byte(out, '}');
    return SW_OK;
}

sw_err sw_model_breakdown(const sw_model_ask *ask, sw_buf *out) {
    const sw_model *model = ask->model;
    const sw_span_days days = {ask->span.from, ask->span.to};
    const sw_span_days spans[] = {days, sw_span_previous(days), sw_span_year_before(days)};
    uint64_t counts[3] = {0};
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < SW_COUNT(spans); i++) {
        const sw_figure_span span = {ask->span.org, spans[i].from, spans[i].to};
        err = sw_figure_count(&ask->api->figures, model->total, &span, SW_S(""), &counts[i]);
    }
    sw_buf_add_byte(out, ',');
    sw_model_number(out, "total", counts[0], model->total, &ask->span, SW_S(""));
    sw_buf_printf(out, ",\"previous\":%llu,\"year_before\":%llu,\"parts\":[",
                  (unsigned long long)counts[1], (unsigned long long)counts[2]);
    for (uint32_t i = 0; !err && i < model->part_count; i++) {
        if (i) sw_buf_add_byte(out, ',');
        err = add_part(ask, &model->parts[i], out);
    }
    sw_buf_add_byte(out, ']');
    return err;
}
