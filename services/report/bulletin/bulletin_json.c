#include "report/bulletin/bulletin.h"
#include "text/json.h"

static void value(sw_buf *out, const char *name, const sw_indicator *indicator,
                  const sw_measure *measure) {
    double n;
    sw_buf_printf(out, ",\"%s\":", name);
    if (indicator->kind != SW_INDICATOR_RATIO)
        sw_buf_printf(out, "%llu", (unsigned long long)measure->count);
    else if (sw_measure_number(indicator, measure, &n))
        sw_json_write_double(out, n);
    else
        sw_buf_add_cstr(out, "null");
}

static void row_of(sw_buf *out, const sw_bulletin_row *row) {
    sw_buf_add_cstr(out, "{\"id\":");
    sw_json_write_string(out, row->indicator->id);
    sw_buf_add_cstr(out, ",\"name\":");
    sw_json_write_string(out, row->indicator->name);
    sw_buf_add_cstr(out, ",\"name_en\":");
    sw_json_write_string(out, row->indicator->name_en);
    value(out, "value", row->indicator, &row->now);
    value(out, "previous", row->indicator, &row->previous);
    value(out, "year_before", row->indicator, &row->year_before);
    sw_buf_add_byte(out, '}');
}

static void sections(const sw_bulletin *bulletin, sw_buf *out) {
    sw_buf_add_cstr(out, ",\"sections\":[");
    for (uint32_t s = 0; s < bulletin->section_count; s++) {
        sw_buf_add_cstr(out, s ? ",{\"domain\":" : "{\"domain\":");
        sw_json_write_string(out, bulletin->sections[s].domain);
        sw_buf_add_cstr(out, ",\"figures\":[");
        for (uint32_t r = 0; r < bulletin->sections[s].row_count; r++) {
            if (r) sw_buf_add_byte(out, ',');
            row_of(out, &bulletin->sections[s].rows[r]);
        }
        sw_buf_add_cstr(out, "]}");
    }
    sw_buf_add_byte(out, ']');
}

static void units(const sw_bulletin *bulletin, sw_buf *out) {
    sw_buf_add_cstr(out, ",\"units\":[");
    for (uint32_t u = 0; u < bulletin->unit_count; u++) {
        sw_buf_add_cstr(out, u ? ",{\"org\":" : "{\"org\":");
        sw_json_write_string(out, bulletin->units[u].org);
        sw_buf_printf(out, ",\"sum\":%llu,\"counts\":{",
                      (unsigned long long)bulletin->units[u].sum);
        for (uint32_t c = 0; c < bulletin->column_count; c++) {
            if (c) sw_buf_add_byte(out, ',');
            sw_json_write_string(out, bulletin->columns[c]->id);
            sw_buf_printf(out, ":%llu", (unsigned long long)bulletin->units[u].counts[c]);
        }
        sw_buf_add_cstr(out, "}}");
    }
    sw_buf_add_byte(out, ']');
}

void sw_bulletin_json(const sw_bulletin *bulletin, sw_buf *out) {
    char from[SW_DATE_TEXT], to[SW_DATE_TEXT];
    sw_date_text(bulletin->span.from, from);
    sw_date_text(bulletin->span.to, to);
    sw_buf_printf(out, "\"bulletin\":\"%s\",\"org\":", sw_bulletin_kind_name(bulletin->kind));
    sw_json_write_string(out, bulletin->org);
    sw_buf_printf(out, ",\"from\":\"%s\",\"to\":\"%s\"", from, to);
    sections(bulletin, out);
    units(bulletin, out);
}
