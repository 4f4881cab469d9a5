#include "report/bulletin/bulletin.h"
#include "text/csv.h"

static void cell(sw_buf *out, sw_slice text, bool first) {
    if (!first) sw_buf_add_byte(out, ',');
    sw_csv_cell(out, text);
}

/* Numbers stay numbers: counts whole, ratios with a point; empty where there is none. */
static void number(sw_buf *out, const sw_indicator *indicator, const sw_measure *measure) {
    double n;
    sw_buf_add_byte(out, ',');
    if (indicator->kind != SW_INDICATOR_RATIO)
        sw_buf_printf(out, "%llu", (unsigned long long)measure->count);
    else if (sw_measure_number(indicator, measure, &n))
        sw_buf_printf(out, "%.4f", n);
}

static void figures(const sw_bulletin *bulletin, sw_language language, sw_buf *out) {
    sw_buf_add_cstr(out, language == SW_CHINESE
                             ? "领域,指标编号,指标,本期,上期,去年同期\r\n"
                             : "domain,id,indicator,now,previous,year before\r\n");
    for (uint32_t s = 0; s < bulletin->section_count; s++)
        for (uint32_t r = 0; r < bulletin->sections[s].row_count; r++) {
            const sw_bulletin_row *row = &bulletin->sections[s].rows[r];
            cell(out, bulletin->sections[s].domain, true);
            cell(out, row->indicator->id, false);
            cell(out, sw_bulletin_name(row->indicator, language), false);
            number(out, row->indicator, &row->now);
            number(out, row->indicator, &row->previous);
            number(out, row->indicator, &row->year_before);
            sw_buf_add_cstr(out, "\r\n");
        }
}

static void units(const sw_bulletin *bulletin, sw_language language, sw_buf *out) {
    sw_buf_add_cstr(out, language == SW_CHINESE ? "\r\n单位" : "\r\nunit");
    for (uint32_t c = 0; c < bulletin->column_count; c++)
        cell(out, sw_bulletin_name(bulletin->columns[c], language), false);
    sw_buf_add_cstr(out, language == SW_CHINESE ? ",合计\r\n" : ",sum\r\n");
    for (uint32_t u = 0; u < bulletin->unit_count; u++) {
        cell(out, bulletin->units[u].org, true);
        for (uint32_t c = 0; c < bulletin->column_count; c++)
            sw_buf_printf(out, ",%llu", (unsigned long long)bulletin->units[u].counts[c]);
        sw_buf_printf(out, ",%llu\r\n", (unsigned long long)bulletin->units[u].sum);
    }
}

/* With a byte order mark, by which spreadsheets know UTF-8. */
void sw_bulletin_csv(const sw_bulletin *bulletin, sw_language language, sw_buf *out) {
    sw_buf_add_cstr(out, "\xef\xbb\xbf");
    figures(bulletin, language, out);
    units(bulletin, language, out);
}
