#include "report/bulletin/bulletin.h"
#include "text/markup.h"
#include "text/time.h"

#define UNITS_SHOWN  40u
#define ADD(literal) sw_buf_add(out, SW_S(literal))

static const char *word(sw_language language, const char *chinese, const char *english) {
    return language == SW_CHINESE ? chinese : english;
}

static const char *kind_word(sw_bulletin_kind kind, sw_language language) {
    static const char *const chinese[] = {"执法监督日报", "执法监督周报", "执法监督月报"};
    static const char *const english[] = {"Daily bulletin", "Weekly bulletin", "Monthly bulletin"};
    return language == SW_CHINESE ? chinese[kind] : english[kind];
}

static const char style[] =
    "@page{size:A4;margin:16mm 14mm}"
    "*{box-sizing:border-box}"
    "body{font:14px/1.45 'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"
    "sans-serif;color:#1a1f26;margin:0 auto;padding:24px;max-width:182mm;background:#fff}"
    "header{border-bottom:3px double #a61b1b;padding-bottom:10px;margin-bottom:14px}"
    "h1{font-size:25px;letter-spacing:.08em;margin:0;color:#a61b1b;text-align:center}"
    ".sub{display:flex;justify-content:space-between;gap:12px;flex-wrap:wrap;color:#4a5462;"
    "font-size:13px;margin-top:8px}"
    "h2{font-size:16px;margin:20px 0 6px;border-left:4px solid #a61b1b;padding-left:8px}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th,td{padding:4px 7px;border-bottom:1px solid #d9dee5;text-align:right;vertical-align:top}"
    "th{font-weight:600;color:#4a5462;font-size:12px;border-bottom:1.5px solid #8a94a3}"
    "th:first-child,td:first-child{text-align:left}"
    "tr{break-inside:avoid}thead{display:table-header-group}"
    ".worse{color:#a61b1b;font-weight:600}.better{color:#1d6b3c}"
    ".bar{display:inline-block;height:9px;background:#c9483f;border-radius:1px;margin-right:6px}"
    ".none{color:#8a94a3}"
    "footer{margin-top:18px;color:#6b7583;font-size:12px;border-top:1px solid "
    "#d9dee5;padding-top:6px}"
    "@media print{body{padding:0;max-width:none}a{color:inherit;text-decoration:none}}"
    "@media (max-width:600px){body{padding:12px}.far{display:none}}";

void sw_bulletin_head(const sw_bulletin *b, sw_language language, sw_buf *out) {
    sw_buf_printf(out,
                  "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>",
                  word(language, "zh-CN", "en"));
    sw_buf_add_cstr(out, kind_word(b->kind, language));
    ADD(" ");
    sw_bulletin_span_text(b, out);
    ADD("</title><style>");
    sw_buf_add_cstr(out, style);
    ADD("</style></head><body><header><h1>");
    sw_buf_add_cstr(out, kind_word(b->kind, language));
    ADD("</h1><div class=\"sub\"><span>");
    sw_buf_printf(out, "%s ", word(language, "单位", "Unit"));
    if (b->org.len)
        sw_markup_text(out, b->org);
    else
        sw_buf_add_cstr(out, word(language, "全部", "all"));
    sw_buf_printf(out, "</span><span>%s ", word(language, "统计时段", "Period"));
    sw_bulletin_span_text(b, out);
    sw_buf_printf(out, "</span><span>%s ", word(language, "截至", "As of"));
    sw_time_write(out, b->made_ms, sw_zone_offset(b->indicators->zone, b->made_ms));
    ADD("</span></div></header>");
}

/* The sign is said by words of the class and by the arrow, not by colour alone. */
static void change_cell(const sw_bulletin_row *row, const sw_measure *then, bool far, sw_buf *out) {
    static const char *const classes[] = {"worse", "none", "better"};
    double a = 0, b = 0;
    const int sign = sw_change_sign(row->indicator, &row->now, then);
    const bool both = sw_measure_number(row->indicator, &row->now, &a) &&
                      sw_measure_number(row->indicator, then, &b);
    sw_buf_printf(out, "<td class=\"%s%s\">", classes[sign + 1], far ? " far" : "");
    if (both && sign != 0) sw_buf_add_cstr(out, a > b ? "▲ " : "▼ ");
    sw_change_text(row->indicator, &row->now, then, out);
    ADD("</td>");
}

static void row_of(const sw_bulletin_row *row, sw_language language, sw_buf *out) {
    ADD("<tr><td>");
    sw_markup_text(out, sw_bulletin_name(row->indicator, language));
    ADD("</td><td><b>");
    sw_measure_text(row->indicator, &row->now, out);
    ADD("</b></td><td>");
    sw_measure_text(row->indicator, &row->previous, out);
    ADD("</td>");
    change_cell(row, &row->previous, false, out);
    ADD("<td class=\"far\">");
    sw_measure_text(row->indicator, &row->year_before, out);
    ADD("</td>");
    change_cell(row, &row->year_before, true, out);
    ADD("</tr>");
}

static void sections(const sw_bulletin *b, sw_language language, sw_buf *out) {
    for (uint32_t s = 0; s < b->section_count; s++) {
        ADD("<section><h2>");
        sw_markup_text(out, b->sections[s].domain.len
                                ? b->sections[s].domain
                                : sw_slice_cstr(word(language, "其他", "Others")));
        sw_buf_printf(out,
                      "</h2><table><thead><tr><th>%s</th><th>%s</th><th>%s</th><th>%s</th>"
                      "<th class=\"far\">%s</th><th class=\"far\">%s</th></tr></thead><tbody>",
                      word(language, "指标", "Indicator"), word(language, "本期", "Now"),
                      word(language, "上期", "Before"), word(language, "环比", "Change"),
                      word(language, "去年同期", "A year ago"), word(language, "同比", "Change"));
        for (uint32_t r = 0; r < b->sections[s].row_count; r++)
            row_of(&b->sections[s].rows[r], language, out);
        ADD("</tbody></table></section>");
    }
}

static void unit_row(const sw_bulletin *b, uint32_t index, sw_buf *out) {
    const sw_bulletin_unit *unit = &b->units[index];
    const uint64_t most = b->units[0].sum ? b->units[0].sum : 1;
    sw_buf_printf(out, "<tr><td>%u&ensp;", index + 1);
    sw_markup_text(out, unit->org);
    sw_buf_printf(out,
                  "</td><td style=\"text-align:left\"><span class=\"bar\" "
                  "style=\"width:%upx\"></span>%llu</td><td style=\"text-align:left\">",
                  (unsigned)(140 * unit->sum / most), (unsigned long long)unit->sum);
}

static void unit_parts(const sw_bulletin *b, uint32_t index, sw_language language, sw_buf *out) {
    bool first = true;
    for (uint32_t c = 0; c < b->column_count; c++) {
        if (b->units[index].counts[c] == 0) continue;
        if (!first) ADD(" · ");
        first = false;
        sw_markup_text(out, sw_bulletin_name(b->columns[c], language));
        sw_buf_printf(out, "&nbsp;%llu", (unsigned long long)b->units[index].counts[c]);
    }
    ADD("</td></tr>");
}

static void units(const sw_bulletin *b, sw_language language, sw_buf *out) {
    sw_buf_printf(out, "<section><h2>%s</h2>", word(language, "各单位问题", "Problems by unit"));
    if (b->unit_count == 0) {
        sw_buf_printf(out, "<p class=\"none\">%s</p></section>",
                      word(language, "本期无问题。", "None in this period."));
        return;
    }
    sw_buf_printf(out,
                  "<table><thead><tr><th>%s</th><th style=\"text-align:left\">%s</th><th "
                  "style=\"text-align:left\">%s</th></tr></thead><tbody>",
                  word(language, "单位", "Unit"), word(language, "合计", "Sum"),
                  word(language, "其中", "Of these"));
    for (uint32_t u = 0; u < b->unit_count && u < UNITS_SHOWN; u++) {
        unit_row(b, u, out);
        unit_parts(b, u, language, out);
    }
    ADD("</tbody></table>");
    if (b->unit_count > UNITS_SHOWN)
        sw_buf_printf(out, "<p class=\"none\">%s %u</p>",
                      word(language, "其余单位数:", "Further units:"), b->unit_count - UNITS_SHOWN);
    ADD("</section>");
}

/* As it was issued, or as it is known now. */
void sw_bulletin_edition(const sw_bulletin *b, sw_language language, sw_buf *out) {
    if (b->edition == 0) {
        sw_buf_add_cstr(out, word(language, "数据随更正实时变动;每项数字均可展开为清单。",
                                  "Figures follow corrections; each opens into its list."));
        return;
    }
    sw_buf_add_cstr(out, word(language, "第", "Edition "));
    sw_buf_printf(out, "%u%s", b->edition, word(language, "版,", ", "));
    sw_buf_add_cstr(out, word(language, "发布于 ", "issued "));
    sw_time_write(out, b->made_ms, sw_zone_offset(b->indicators->zone, b->made_ms));
    sw_buf_add_cstr(out, word(language, ",数据为发布时所知。", ", as it was known then."));
}

void sw_bulletin_html(const sw_bulletin *bulletin, sw_language language, sw_buf *out) {
    sw_bulletin_head(bulletin, language, out);
    sections(bulletin, language, out);
    units(bulletin, language, out);
    ADD("<footer>");
    sw_bulletin_edition(bulletin, language, out);
    sw_buf_add_cstr(out, word(language, " 指标包 ", " Indicators "));
    sw_markup_text(out, bulletin->indicators->name);
    ADD("@");
    sw_markup_text(out, bulletin->indicators->version);
    ADD("</footer></body></html>\n");
}
