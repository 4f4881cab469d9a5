#include "seawall/rules/diff/list.h"

#include "rules/warning_json.h"
#include "seawall/cli/report.h"
#include "seawall/replay/text/row.h"
#include "seawall/rules/diff/tally.h"
#include "text/csv.h"
#include "text/json.h"

#define KEY_BYTES_MAX ((size_t)16 << 20)

static bool put(FILE *to, sw_slice line) {
    return fwrite(line.ptr, 1, line.len, to) == line.len && fputc('\n', to) != EOF;
}

static const char *const part_names[] = {"opened_by", "start",       "due", "fires_at", "state",
                                         "late_by",   "provisional", "to",  "owner"};

/* The parts that differ, each in quotes or with a space between. */
static void add_parts(sw_buf *out, uint32_t parts, const char *between, const char *quote) {
    bool first = true;
    for (size_t i = 0; i < SW_COUNT(part_names); i++) {
        if (!(parts & 1u << i)) continue;
        sw_buf_printf(out, "%s%s%s%s", first ? "" : between, quote, part_names[i], quote);
        first = false;
    }
}

/* ---- jsonl */

static sw_err add_side(sw_buf *out, const char *name, const sw_warning *w) {
    bool first = false;
    if (!w) return SW_OK;
    sw_report_name(out, &first, name);
    return sw_warning_to_json(w, SW_SLICE_NONE, out);
}

static sw_err render_json(const sw_diff *diff, sw_buf *out) {
    const sw_warning *w = sw_diff_warning(diff);
    bool first = true;
    sw_buf_add_byte(out, '{');
    sw_report_text(out, &first, "change", sw_slice_cstr(sw_diff_kind_name(diff->kind)));
    sw_report_name(out, &first, "differs");
    sw_buf_add_byte(out, '[');
    add_parts(out, diff->parts, ",", "\"");
    sw_buf_add_byte(out, ']');
    sw_report_text(out, &first, "rule", w->rule->id);
    sw_report_text(out, &first, "level", sw_slice_cstr(sw_level_name(w->level)));
    sw_report_int(out, &first, "repeat", w->repeat);
    sw_report_name(out, &first, "key");
    for (uint32_t i = 0; i < w->rule->key_count; i++) {
        sw_buf_add_byte(out, i ? ',' : '{');
        sw_json_write_string(out, w->rule->key_names[i]);
        sw_buf_add_byte(out, ':');
        sw_json_write_string(out, w->key[i]);
    }
    sw_buf_add_byte(out, '}');
    sw_err err = add_side(out, "old", diff->before);
    if (!err) err = add_side(out, "new", diff->after);
    sw_buf_add_byte(out, '}');
    return err ? err : out->err;
}

static bool begin_json(FILE *to) {
    (void)to;
    return true;
}

/* ---- csv */

static const char csv_head[] =
    "change,differs,level,rule,name,key,repeat,orgcode,old_start,new_start,old_due,new_due,"
    "old_fires_at,new_fires_at,old_state,new_state,old_late_by,new_late_by,old_warning_id,"
    "new_warning_id";

static void csv_next(sw_buf *out, sw_slice text) {
    sw_buf_add_byte(out, ',');
    sw_csv_cell(out, text);
}

static void csv_time(sw_buf *out, const sw_warning *w, int64_t ms) {
    if (w) sw_row_time(out, w->rule, ms);
}

static void csv_late(sw_buf *out, const sw_warning *w) {
    sw_buf_add_byte(out, ',');
    if (w && w->late_by_s >= 0) sw_buf_add_int(out, w->late_by_s);
}

static void csv_id(sw_buf *out, const sw_warning *w) {
    char hex[SW_HASH128_TEXT];
    if (w) sw_hash128_hex(w->id, hex);
    csv_next(out, w ? sw_slice_cstr(hex) : SW_SLICE_NONE);
}

static void csv_times(sw_buf *out, const sw_warning *a, const sw_warning *b) {
    const struct {
        int64_t before, after;
    } times[] = {{a ? a->start_ms : 0, b ? b->start_ms : 0},
                 {a ? a->due_ms : 0, b ? b->due_ms : 0},
                 {a ? a->fires_ms : 0, b ? b->fires_ms : 0}};
    for (size_t i = 0; i < SW_COUNT(times); i++) {
        sw_buf_add_byte(out, ',');
        csv_time(out, a, times[i].before);
        sw_buf_add_byte(out, ',');
        csv_time(out, b, times[i].after);
    }
}

static sw_err render_csv(const sw_diff *diff, sw_buf *out) {
    const sw_warning *w = sw_diff_warning(diff), *a = diff->before, *b = diff->after;
    sw_buf key;
    sw_buf_add_cstr(out, sw_diff_kind_name(diff->kind));
    sw_buf_add_byte(out, ',');
    add_parts(out, diff->parts, " ", "");
    csv_next(out, sw_slice_cstr(sw_level_name(w->level)));
    csv_next(out, w->rule->id);
    csv_next(out, w->rule->name);
    sw_buf_init(&key, KEY_BYTES_MAX);
    sw_row_key(&key, w);
    csv_next(out, sw_buf_slice(&key));
    sw_err err = key.err;
    sw_buf_done(&key);
    sw_buf_printf(out, ",%u", w->repeat);
    csv_next(out, w->orgcode);
    csv_times(out, a, b);
    csv_next(out, a ? sw_slice_cstr(sw_state_name(a->state)) : SW_SLICE_NONE);
    csv_next(out, b ? sw_slice_cstr(sw_state_name(b->state)) : SW_SLICE_NONE);
    csv_late(out, a);
    csv_late(out, b);
    csv_id(out, a);
    csv_id(out, b);
    return err ? err : out->err;
}

static bool begin_csv(FILE *to) {
    return put(to, sw_slice_cstr(csv_head));
}

/* ---- table */

static const sw_row_column columns[] = {
    {"change", 9, false}, {"level", 14, true}, {"rule", 38, false}, {"key", 24, false},
    {"old", 17, false},   {"new", 17, false},  {"", 0, false}};

static sw_err render_table(const sw_diff *diff, sw_buf *out) {
    const sw_warning *w = sw_diff_warning(diff);
    sw_buf_printf(out, "%s\t%s %s\t%.*s\t", sw_diff_kind_name(diff->kind),
                  sw_level_name_zh(w->level), sw_level_name(w->level),
                  SW_FMT(w->rule->name.len ? w->rule->name : w->rule->id));
    sw_row_key(out, w);
    sw_buf_add_byte(out, '\t');
    if (diff->before) sw_row_minute(out, diff->before->rule, diff->before->fires_ms);
    sw_buf_add_byte(out, '\t');
    if (diff->after) sw_row_minute(out, diff->after->rule, diff->after->fires_ms);
    sw_buf_add_byte(out, '\t');
    if (w->repeat) sw_buf_printf(out, "repeat %u ", w->repeat);
    /* That the level's time differs is seen. */
    add_parts(out, diff->parts & ~(uint32_t)SW_DIFF_FIRES, " ", "");
    return out->err;
}

static bool begin_table(FILE *to) {
    return sw_row_titles(to, columns, SW_COUNT(columns));
}

static bool print_table(FILE *to, sw_slice line) {
    return sw_row_print(to, columns, SW_COUNT(columns), line);
}

const sw_diff_format *sw_diff_format_find(const char *name) {
    static const sw_diff_format formats[] = {
        {"jsonl", render_json, begin_json, put},
        {"csv", render_csv, begin_csv, put},
        {"table", render_table, begin_table, print_table},
    };
    for (size_t i = 0; i < SW_COUNT(formats); i++)
        if (strcmp(formats[i].name, name) == 0) return &formats[i];
    return NULL;
}
