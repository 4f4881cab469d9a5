#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "report/bulletin/bulletin.h"

#define NAME_MAX_BYTES 512u
#define CHART_UNITS    15u
#define FILE_BYTES_MAX ((size_t)64 << 20)

typedef struct book {
    const sw_bulletin *bulletin;
    sw_language language;
    lxw_workbook *workbook;
    lxw_format *title, *head, *count, *share, *text;
} book;

static const char *word(const book *b, const char *chinese, const char *english) {
    return b->language == SW_CHINESE ? chinese : english;
}

/* Always as text: no cell becomes a formula. */
static void text_cell(const book *b, lxw_worksheet *sheet, uint32_t row, uint16_t col,
                      sw_slice text, lxw_format *format) {
    char bytes[NAME_MAX_BYTES];
    size_t len = text.len < sizeof bytes - 1 ? text.len : sizeof bytes - 1;
    while (len > 0 && len < text.len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80) len--;
    if (len) memcpy(bytes, text.ptr, len);
    bytes[len] = '\0';
    worksheet_write_string(sheet, row, col, bytes, format ? format : b->text);
}

static void number_cell(const book *b, lxw_worksheet *sheet, uint32_t row, uint16_t col,
                        const sw_indicator *indicator, const sw_measure *measure) {
    double n;
    if (sw_measure_number(indicator, measure, &n))
        worksheet_write_number(sheet, row, col, n,
                               indicator->kind == SW_INDICATOR_RATIO ? b->share : b->count);
    else
        text_cell(b, sheet, row, col, SW_S("–"), b->text);
}

static void title_row(const book *b, lxw_worksheet *sheet) {
    sw_buf line;
    sw_buf_init(&line, NAME_MAX_BYTES);
    sw_buf_add_cstr(&line, word(b, "执法监督通报 ", "Supervision bulletin "));
    sw_bulletin_span_text(b->bulletin, &line);
    sw_buf_printf(&line, "  %s %.*s", word(b, "单位", "unit"), SW_FMT(b->bulletin->org));
    text_cell(b, sheet, 0, 0, sw_buf_slice(&line), b->title);
    sw_buf_done(&line);
}

static void heads(const book *b, lxw_worksheet *sheet, const char *const *words, uint16_t count) {
    for (uint16_t c = 0; c < count; c++)
        text_cell(b, sheet, 2, c, sw_slice_cstr(words[c]), b->head);
}

/* Now beside before, of the counts: ratios would be invisible beside them. */
static void chart_figures(const book *b, lxw_worksheet *sheet, const char *name, uint32_t first,
                          uint32_t last) {
    lxw_chart *chart = workbook_add_chart(b->workbook, LXW_CHART_BAR);
    if (!chart || last < first) return;
    const char *const series[] = {word(b, "本期", "now"), word(b, "上期", "previous")};
    for (uint16_t i = 0; i < 2; i++) {
        lxw_chart_series *one = chart_add_series(chart, NULL, NULL);
        if (!one) return;
        chart_series_set_categories(one, name, first, 1, last, 1);
        chart_series_set_values(one, name, first, (lxw_col_t)(2 + i), last, (lxw_col_t)(2 + i));
        chart_series_set_name(one, series[i]);
    }
    chart_axis_set_reverse(chart->y_axis);
    chart_title_set_name(chart, word(b, "本期与上期", "Now and before"));
    lxw_chart_options options = {.x_scale = 1.4, .y_scale = 2.0};
    worksheet_insert_chart_opt(sheet, 2, 7, chart, &options);
}

static void figure_sheet(const book *b) {
    const char *name = word(b, "指标", "figures");
    const char *const words[] = {word(b, "领域", "Domain"), word(b, "指标", "Indicator"),
                                 word(b, "本期", "Now"), word(b, "上期", "Previous"),
                                 word(b, "去年同期", "Year before")};
    lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, name);
    if (!sheet) return;
    title_row(b, sheet);
    heads(b, sheet, words, SW_COUNT(words));
    worksheet_set_column(sheet, 0, 0, 14, NULL);
    worksheet_set_column(sheet, 1, 1, 34, NULL);
    worksheet_set_column(sheet, 2, 4, 12, NULL);
    uint32_t at = 3, chart_last = 0;
    for (uint32_t s = 0; s < b->bulletin->section_count; s++)
        for (uint32_t r = 0; r < b->bulletin->sections[s].row_count; r++, at++) {
            const sw_bulletin_row *row = &b->bulletin->sections[s].rows[r];
            text_cell(b, sheet, at, 0, b->bulletin->sections[s].domain, NULL);
            text_cell(b, sheet, at, 1, sw_bulletin_name(row->indicator, b->language), NULL);
            number_cell(b, sheet, at, 2, row->indicator, &row->now);
            number_cell(b, sheet, at, 3, row->indicator, &row->previous);
            number_cell(b, sheet, at, 4, row->indicator, &row->year_before);
            chart_last = at;
        }
    chart_figures(b, sheet, name, 3, chart_last);
    worksheet_freeze_panes(sheet, 3, 2);
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9); /* A4 */
    worksheet_fit_to_pages(sheet, 1, 0);
}

static void chart_units(const book *b, lxw_worksheet *sheet, const char *name, uint32_t units,
                        uint16_t sum_col) {
    lxw_chart *chart = workbook_add_chart(b->workbook, LXW_CHART_COLUMN);
    lxw_chart_series *sums = chart && units ? chart_add_series(chart, NULL, NULL) : NULL;
    if (!sums) return;
    const uint32_t last = 2 + (units < CHART_UNITS ? units : CHART_UNITS);
    chart_series_set_categories(sums, name, 3, 0, last, 0);
    chart_series_set_values(sums, name, 3, sum_col, last, sum_col);
    chart_series_set_name(sums, word(b, "合计", "sum"));
    chart_title_set_name(chart, word(b, "各单位问题数", "Problems by unit"));
    lxw_chart_options options = {.x_scale = 1.6, .y_scale = 1.2};
    worksheet_insert_chart_opt(sheet, 2, (lxw_col_t)(sum_col + 2), chart, &options);
}

static void unit_sheet(const book *b) {
    const char *name = word(b, "单位", "units");
    lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, name);
    if (!sheet) return;
    const uint16_t columns = (uint16_t)b->bulletin->column_count;
    title_row(b, sheet);
    text_cell(b, sheet, 2, 0, sw_slice_cstr(word(b, "单位", "Unit")), b->head);
    for (uint16_t c = 0; c < columns; c++)
        text_cell(b, sheet, 2, (uint16_t)(c + 1),
                  sw_bulletin_name(b->bulletin->columns[c], b->language), b->head);
    text_cell(b, sheet, 2, (uint16_t)(columns + 1), sw_slice_cstr(word(b, "合计", "Sum")), b->head);
    for (uint32_t u = 0; u < b->bulletin->unit_count; u++) {
        const sw_bulletin_unit *unit = &b->bulletin->units[u];
        text_cell(b, sheet, u + 3, 0, unit->org, NULL);
        for (uint16_t c = 0; c < columns; c++)
            worksheet_write_number(sheet, u + 3, (lxw_col_t)(c + 1), (double)unit->counts[c],
                                   b->count);
        worksheet_write_number(sheet, u + 3, (lxw_col_t)(columns + 1), (double)unit->sum, b->count);
    }
    worksheet_set_column(sheet, 0, 0, 16, NULL);
    worksheet_set_column(sheet, 1, (lxw_col_t)(columns + 1), 12, NULL);
    worksheet_freeze_panes(sheet, 3, 1);
    chart_units(b, sheet, name, b->bulletin->unit_count, (uint16_t)(columns + 1));
}

static void formats(book *b) {
    b->title = workbook_add_format(b->workbook);
    format_set_bold(b->title);
    format_set_font_size(b->title, 14);
    b->head = workbook_add_format(b->workbook);
    format_set_bold(b->head);
    format_set_bottom(b->head, LXW_BORDER_THIN);
    format_set_text_wrap(b->head);
    b->count = workbook_add_format(b->workbook);
    format_set_num_format(b->count, "#,##0");
    b->share = workbook_add_format(b->workbook);
    format_set_num_format(b->share, "0.0%");
    b->text = workbook_add_format(b->workbook);
}

static sw_err read_back(const char *path, sw_buf *out) {
    FILE *file = fopen(path, "rbe");
    if (!file) return SW_E_IO;
    sw_err err = SW_OK;
    char chunk[65536];
    for (size_t n; !err && (n = fread(chunk, 1, sizeof chunk, file)) > 0;) {
        if (out->len + n > FILE_BYTES_MAX)
            err = SW_E_LIMIT;
        else
            err = sw_buf_add(out, sw_slice_of(chunk, n));
    }
    if (!err && ferror(file)) err = SW_E_IO;
    fclose(file);
    return err;
}

/* The library writes files only; this one is nobody else's and gone when we return. */
sw_err sw_bulletin_xlsx(const sw_bulletin *bulletin, sw_language language, const char *dir,
                        sw_buf *out) {
    char path[4096];
    book b = {.bulletin = bulletin, .language = language};
    if (snprintf(path, sizeof path, "%s/bulletin-XXXXXX", dir) >= (int)sizeof path)
        return SW_E_LIMIT;
    const int fd = mkstemp(path);
    if (fd < 0) return errno == ENOSPC ? SW_E_FULL : SW_E_IO;
    close(fd);
    lxw_workbook_options options = {.tmpdir = (char *)(uintptr_t)dir};
    b.workbook = workbook_new_opt(path, &options);
    sw_err err = b.workbook ? SW_OK : SW_E_NOMEM;
    if (!err) {
        formats(&b);
        figure_sheet(&b);
        unit_sheet(&b);
        if (workbook_close(b.workbook) != LXW_NO_ERROR) err = SW_E_IO;
    }
    if (!err) err = read_back(path, out);
    unlink(path);
    return err;
}
