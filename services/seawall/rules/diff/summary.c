#include "seawall/rules/diff/summary.h"

#include "seawall/cli/report.h"
#include "seawall/cli/term.h"

#define LINE_BYTES_MAX ((size_t)32 << 20)

/* ---- for people */

enum { CELL_NAME, CELL_TITLE, CELL_COUNTS, CELL_NOTE = CELL_COUNTS + SW_DIFF_KINDS, CELLS };

static const sw_column rule_columns[CELLS] = {
    {"rule", false, 0},   {"name", false, 40},  {"added", true, 0},
    {"removed", true, 0}, {"earlier", true, 0}, {"later", true, 0},
    {"changed", true, 0}, {"same", true, 0},    {"", false, 0}};
static const sw_column unit_columns[CELLS] = {
    {"unit", false, 0},   {"", false, 0},       {"added", true, 0},
    {"removed", true, 0}, {"earlier", true, 0}, {"later", true, 0},
    {"changed", true, 0}, {"same", true, 0},    {"", false, 0}};

static const char *note_of(const sw_diff_row *row) {
    if (row->before && row->after) return "";
    return row->after ? "only in NEW" : "only in OLD";
}

static bool add_row(sw_table *table, const sw_diff_row *row) {
    sw_cell cells[CELLS] = {{SW_SLICE_NONE, SW_TINT_NONE}};
    /* The row may be gone when the table is printed. */
    cells[CELL_NAME].text =
        row->id.len ? sw_arena_printf(table->arena, "%.*s", SW_FMT(row->id)) : SW_S("(none)");
    cells[CELL_NAME].tint = SW_TINT_BOLD;
    cells[CELL_TITLE].text = row->name;
    for (int i = 0; i < SW_DIFF_KINDS; i++) {
        unsigned long long n = row->counts.of[i];
        cells[CELL_COUNTS + i].text = sw_arena_printf(table->arena, "%llu", n);
        cells[CELL_COUNTS + i].tint = n ? SW_TINT_NONE : SW_TINT_DIM;
        if (!cells[CELL_COUNTS + i].text.ptr) return false;
    }
    cells[CELL_NOTE].text = sw_slice_cstr(note_of(row));
    return cells[CELL_NAME].text.ptr && sw_table_add(table, cells);
}

typedef struct unit_rows {
    sw_table table;
    uint64_t alike; /* units without a difference */
} unit_rows;

static sw_err on_unit(void *ctx, const sw_diff_row *row) {
    unit_rows *units = ctx;
    bool differs = sw_diff_row_differs(row);
    units->alike += !differs;
    return !differs || add_row(&units->table, row) ? SW_OK : SW_E_LIMIT;
}

static void print_total(FILE *to, const sw_diff_counts *total) {
    for (int i = 0; i < SW_DIFF_KINDS; i++)
        fprintf(to, "%s%llu %s", i ? ", " : "", (unsigned long long)total->of[i],
                sw_diff_kind_name((sw_diff_kind)i));
    fputc('\n', to);
}

sw_err sw_diff_summary_print(FILE *to, sw_tally *tally, sw_arena *arena) {
    sw_table rules;
    unit_rows units = {.alike = 0};
    uint32_t count, alike = 0;
    const sw_diff_row *rows = sw_tally_rules(tally, &count);
    sw_table_init(&rules, arena, rule_columns, CELLS);
    sw_table_init(&units.table, arena, unit_columns, CELLS);
    for (uint32_t i = 0; i < count; i++) {
        bool shown = sw_diff_row_differs(&rows[i]) || rows[i].before != rows[i].after;
        alike += !shown;
        if (shown && !add_row(&rules, &rows[i])) return SW_E_LIMIT;
    }
    sw_err err = sw_tally_units(tally, &units, on_unit);
    if (err) return err;
    if (rules.first) sw_table_print(&rules, to);
    fprintf(to, "%s%u rules without a difference\n\n", rules.first ? "\n" : "", alike);
    if (units.table.first) sw_table_print(&units.table, to);
    fprintf(to, "%s%llu units without a difference\n\n", units.table.first ? "\n" : "",
            (unsigned long long)units.alike);
    print_total(to, sw_tally_total(tally));
    return ferror(to) ? SW_E_IO : SW_OK;
}

/* ---- JSON */

typedef struct json_rows {
    FILE *to;
    sw_buf line;
    bool any;
} json_rows;

static void add_counts(sw_buf *out, bool *first, const sw_diff_counts *counts) {
    for (int i = 0; i < SW_DIFF_KINDS; i++)
        sw_report_int(out, first, sw_diff_kind_name((sw_diff_kind)i), (int64_t)counts->of[i]);
}

static sw_err write_row(json_rows *rows, const sw_diff_row *row, bool is_rule) {
    bool first = true;
    sw_buf *line = &rows->line;
    sw_buf_clear(line);
    sw_buf_add_cstr(line, rows->any ? ",{" : "{");
    rows->any = true;
    sw_report_text(line, &first, is_rule ? "rule" : "orgcode", row->id);
    sw_report_text(line, &first, "name", row->name);
    if (is_rule) {
        sw_report_bool(line, &first, "in_old", row->before);
        sw_report_bool(line, &first, "in_new", row->after);
    }
    add_counts(line, &first, &row->counts);
    sw_buf_add_byte(line, '}');
    if (line->err) return line->err;
    return fwrite(line->ptr, 1, line->len, rows->to) == line->len ? SW_OK : SW_E_IO;
}

static sw_err on_json_unit(void *ctx, const sw_diff_row *row) {
    return write_row(ctx, row, false);
}

sw_err sw_diff_summary_json(FILE *to, sw_tally *tally) {
    json_rows rows = {.to = to};
    uint32_t count;
    const sw_diff_row *list = sw_tally_rules(tally, &count);
    sw_err err = SW_OK;
    sw_buf_init(&rows.line, LINE_BYTES_MAX);
    fputs("\"rules\":[", to);
    for (uint32_t i = 0; !err && i < count; i++) err = write_row(&rows, &list[i], true);
    fputs("],\"units\":[", to);
    rows.any = false;
    if (!err) err = sw_tally_units(tally, &rows, on_json_unit);
    bool first = true;
    sw_buf_clear(&rows.line);
    add_counts(&rows.line, &first, sw_tally_total(tally));
    if (!err) err = rows.line.err;
    if (!err) fprintf(to, "],\"total\":{%.*s}", SW_FMT(sw_buf_slice(&rows.line)));
    sw_buf_done(&rows.line);
    return !err && ferror(to) ? SW_E_IO : err;
}
