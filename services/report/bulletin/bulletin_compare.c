/* A bulletin as it was issued, beside the same as it is known now. */
#include "report/bulletin/bulletin.h"
#include "text/csv.h"
#include "text/json.h"
#include "text/markup.h"

#define ADD(literal) sw_buf_add(out, SW_S(literal))

static const sw_bulletin_row *find_row(const sw_bulletin *b, sw_slice id) {
    for (uint32_t s = 0; s < b->section_count; s++)
        for (uint32_t r = 0; r < b->sections[s].row_count; r++)
            if (sw_slice_eq(b->sections[s].rows[r].indicator->id, id))
                return &b->sections[s].rows[r];
    return NULL;
}

static uint64_t sum_of(const sw_bulletin *b, sw_slice org) {
    for (uint32_t u = 0; u < b->unit_count; u++)
        if (sw_slice_eq(b->units[u].org, org)) return b->units[u].sum;
    return 0;
}

static bool same(const sw_measure *a, const sw_measure *b) {
    return a->count == b->count && a->whole == b->whole;
}

/* The row as it is now; of an indicator that the pack has no longer, nothing. */
static sw_measure now_of(const sw_bulletin *corrected, const sw_bulletin_row *row) {
    const sw_bulletin_row *now = find_row(corrected, row->indicator->id);
    return now ? now->now : (sw_measure){0};
}

typedef void each_row(const sw_bulletin_row *row, const sw_measure *now, sw_language language,
                      sw_buf *out);

static void rows(const sw_bulletin *issued, const sw_bulletin *corrected, sw_language language,
                 const char *between, each_row *each, sw_buf *out) {
    bool first = true;
    for (uint32_t s = 0; s < issued->section_count; s++)
        for (uint32_t r = 0; r < issued->sections[s].row_count; r++) {
            const sw_measure now = now_of(corrected, &issued->sections[s].rows[r]);
            if (!first) sw_buf_add_cstr(out, between);
            first = false;
            each(&issued->sections[s].rows[r], &now, language, out);
        }
}

static uint32_t changed(const sw_bulletin *issued, const sw_bulletin *corrected) {
    uint32_t count = 0;
    for (uint32_t s = 0; s < issued->section_count; s++)
        for (uint32_t r = 0; r < issued->sections[s].row_count; r++) {
            const sw_measure now = now_of(corrected, &issued->sections[s].rows[r]);
            count += !same(&issued->sections[s].rows[r].now, &now);
        }
    return count;
}

/* ---- JSON ------------------------------------------------------------------------------- */

static void number(const sw_indicator *indicator, const sw_measure *m, sw_buf *out) {
    double n;
    if (indicator->kind != SW_INDICATOR_RATIO)
        sw_buf_printf(out, "%llu", (unsigned long long)m->count);
    else if (sw_measure_number(indicator, m, &n))
        sw_json_write_double(out, n);
    else
        ADD("null");
}

static void difference(const sw_bulletin_row *row, const sw_measure *now, const char *none,
                       sw_buf *out) {
    double a, b;
    if (row->indicator->kind != SW_INDICATOR_RATIO)
        sw_buf_printf(out, "%lld", (long long)now->count - (long long)row->now.count);
    else if (sw_measure_number(row->indicator, &row->now, &a) &&
             sw_measure_number(row->indicator, now, &b))
        sw_json_write_double(out, b - a);
    else
        sw_buf_add_cstr(out, none);
}

static void json_row(const sw_bulletin_row *row, const sw_measure *now, sw_language language,
                     sw_buf *out) {
    (void)language;
    ADD("{\"id\":");
    sw_json_write_string(out, row->indicator->id);
    ADD(",\"name\":");
    sw_json_write_string(out, row->indicator->name);
    ADD(",\"name_en\":");
    sw_json_write_string(out, row->indicator->name_en);
    ADD(",\"issued\":");
    number(row->indicator, &row->now, out);
    ADD(",\"corrected\":");
    number(row->indicator, now, out);
    ADD(",\"difference\":");
    difference(row, now, "null", out);
    sw_buf_printf(out, ",\"changed\":%s}", same(&row->now, now) ? "false" : "true");
}

static void json_units(const sw_bulletin *issued, const sw_bulletin *corrected, sw_buf *out) {
    bool first = true;
    ADD("],\"units\":[");
    for (uint32_t side = 0; side < 2; side++) {
        const sw_bulletin *b = side ? corrected : issued;
        for (uint32_t u = 0; u < b->unit_count; u++) {
            const uint64_t then = sum_of(issued, b->units[u].org);
            const uint64_t now = sum_of(corrected, b->units[u].org);
            if ((side && then) || then == now) continue; /* told already, or nothing to tell */
            if (!first) sw_buf_add_byte(out, ',');
            first = false;
            ADD("{\"org\":");
            sw_json_write_string(out, b->units[u].org);
            sw_buf_printf(out, ",\"issued\":%llu,\"corrected\":%llu,\"difference\":%lld}",
                          (unsigned long long)then, (unsigned long long)now,
                          (long long)now - (long long)then);
        }
    }
    sw_buf_add_byte(out, ']');
}

void sw_bulletin_compare_json(const sw_bulletin *issued, const sw_bulletin *corrected,
                              sw_buf *out) {
    char from[SW_DATE_TEXT], to[SW_DATE_TEXT];
    sw_date_text(issued->span.from, from);
    sw_date_text(issued->span.to, to);
    sw_buf_printf(out, "\"bulletin\":\"%s\",\"org\":", sw_bulletin_kind_name(issued->kind));
    sw_json_write_string(out, issued->org);
    sw_buf_printf(out, ",\"from\":\"%s\",\"to\":\"%s\",\"changed\":%u,\"figures\":[", from, to,
                  changed(issued, corrected));
    rows(issued, corrected, SW_CHINESE, ",", json_row, out);
    json_units(issued, corrected, out);
}

/* ---- CSV -------------------------------------------------------------------------------- */

static void csv_number(const sw_indicator *indicator, const sw_measure *m, sw_buf *out) {
    double n;
    sw_buf_add_byte(out, ',');
    if (indicator->kind != SW_INDICATOR_RATIO)
        sw_buf_printf(out, "%llu", (unsigned long long)m->count);
    else if (sw_measure_number(indicator, m, &n))
        sw_buf_printf(out, "%.4f", n);
}

static void csv_row(const sw_bulletin_row *row, const sw_measure *now, sw_language language,
                    sw_buf *out) {
    sw_csv_cell(out, row->indicator->id);
    sw_buf_add_byte(out, ',');
    sw_csv_cell(out, sw_bulletin_name(row->indicator, language));
    csv_number(row->indicator, &row->now, out);
    csv_number(row->indicator, now, out);
    sw_buf_add_byte(out, ',');
    difference(row, now, "", out);
    ADD("\r\n");
}

void sw_bulletin_compare_csv(const sw_bulletin *issued, const sw_bulletin *corrected,
                             sw_language language, sw_buf *out) {
    ADD("\xef\xbb\xbf");
    sw_buf_add_cstr(out, language == SW_CHINESE
                             ? "指标编号,指标,发布时,更正后,差\r\n"
                             : "id,indicator,as issued,as corrected,difference\r\n");
    rows(issued, corrected, language, "", csv_row, out);
}

/* ---- HTML ------------------------------------------------------------------------------- */

static void html_row(const sw_bulletin_row *row, const sw_measure *now, sw_language language,
                     sw_buf *out) {
    const bool equal = same(&row->now, now);
    ADD("<tr><td>");
    sw_markup_text(out, sw_bulletin_name(row->indicator, language));
    ADD("</td><td>");
    sw_measure_text(row->indicator, &row->now, out);
    sw_buf_add_cstr(out, equal ? "</td><td>" : "</td><td><b>");
    sw_measure_text(row->indicator, now, out);
    sw_buf_add_cstr(out, equal ? "</td><td class=\"none\">" : "</b></td><td class=\"worse\">");
    if (equal)
        ADD("–");
    else if (row->indicator->kind == SW_INDICATOR_RATIO)
        sw_change_text(row->indicator, now, &row->now, out);
    else
        sw_buf_printf(out, "%+lld", (long long)now->count - (long long)row->now.count);
    ADD("</td></tr>");
}

void sw_bulletin_compare_html(const sw_bulletin *issued, const sw_bulletin *corrected,
                              sw_language language, sw_buf *out) {
    const bool zh = language == SW_CHINESE;
    sw_bulletin_head(issued, language, out);
    sw_buf_printf(
        out, "<section><h2>%s</h2><p>%s %u</p><table><thead><tr>",
        zh ? "发布时与更正后对照" : "As issued and as corrected since",
        zh ? "有变化的指标数:" : "Indicators that have changed:", changed(issued, corrected));
    sw_buf_printf(out, "<th>%s</th><th>%s</th><th>%s</th><th>%s</th></tr></thead><tbody>",
                  zh ? "指标" : "Indicator", zh ? "发布时" : "As issued",
                  zh ? "更正后" : "As corrected", zh ? "差" : "Difference");
    rows(issued, corrected, language, "", html_row, out);
    ADD("</tbody></table></section><footer>");
    sw_bulletin_edition(issued, language, out);
    ADD("</footer></body></html>\n");
}
