#include "seawall/replay/text/replay_text.h"

#include "rules/warning_json.h"
#include "seawall/replay/text/row.h"
#include "text/csv.h"

static bool put(FILE *to, sw_slice line) {
    return fwrite(line.ptr, 1, line.len, to) == line.len && fputc('\n', to) != EOF;
}

/* ---- jsonl */

static sw_err render_json(const sw_telling *telling, sw_buf *out) {
    const sw_transition *t = &telling->transition;
    if (telling->of_set) return sw_warning_to_json(t->warning, telling->explanation, out);
    return sw_transition_to_json(t, t->at_ms, telling->explanation, out);
}

static bool begin_json(FILE *to, bool final) {
    (void)to;
    (void) final;
    return true;
}

/* ---- what csv and table share */

static const char *change_of(const sw_telling *telling) {
    return telling->of_set ? sw_state_name(telling->transition.warning->state)
                           : sw_change_name(telling->transition.change);
}

/* ---- csv (RFC 4180) */

static const char csv_head[] =
    "decided,change,level,rule,name,key,start,due,fires_at,repeat,late_by,"
    "provisional,orgcode,officerid,warning_id,reason";

static void csv_next(sw_buf *out, sw_slice text) {
    sw_buf_add_byte(out, ',');
    sw_csv_cell(out, text);
}

static void csv_time(sw_buf *out, const sw_rule *rule, int64_t ms) {
    sw_buf_add_byte(out, ',');
    sw_row_time(out, rule, ms);
}

static sw_err render_csv(const sw_telling *telling, sw_buf *out) {
    const sw_transition *t = &telling->transition;
    const sw_warning *w = t->warning;
    char hex[SW_HASH128_TEXT];
    sw_buf key;
    if (!telling->of_set) sw_row_time(out, w->rule, t->at_ms);
    csv_next(out, sw_slice_cstr(change_of(telling)));
    csv_next(out, sw_slice_cstr(sw_level_name(w->level)));
    csv_next(out, w->rule->id);
    csv_next(out, w->rule->name);
    sw_buf_init(&key, (size_t)1 << 20);
    sw_row_key(&key, w);
    csv_next(out, sw_buf_slice(&key));
    sw_buf_done(&key);
    csv_time(out, w->rule, w->start_ms);
    csv_time(out, w->rule, w->due_ms);
    csv_time(out, w->rule, w->fires_ms);
    sw_buf_printf(out, ",%u,", w->repeat);
    if (w->late_by_s >= 0) sw_buf_add_int(out, w->late_by_s);
    csv_next(out, w->provisional ? SW_S("true") : SW_S("false"));
    csv_next(out, w->orgcode);
    csv_next(out, w->officerid);
    sw_hash128_hex(w->id, hex);
    csv_next(out, sw_slice_cstr(hex));
    csv_next(out, t->reason ? sw_slice_cstr(t->reason) : SW_SLICE_NONE);
    return out->err;
}

static bool begin_csv(FILE *to, bool final) {
    (void) final;
    return put(to, sw_slice_cstr(csv_head));
}

/* ---- table: cells with a tab between, laid out when printed */

enum { CELL_TIME, CELL_CHANGE, CELL_LEVEL, CELL_RULE, CELL_KEY, CELL_DUE, CELL_NOTE, CELLS };

static const sw_row_column columns[CELLS] = {
    {"time", 17, false}, {"change", 10, false}, {"level", 14, true}, {"rule", 38, false},
    {"key", 24, false},  {"due", 17, false},    {"", 0, false}};
static const sw_row_column set_columns[CELLS] = {
    {"level since", 17, false}, {"state", 10, false}, {"level", 14, true}, {"rule", 38, false},
    {"key", 24, false},         {"due", 17, false},   {"", 0, false}};

static void add_duration(sw_buf *out, int64_t seconds) {
    if (seconds >= 86400) sw_buf_printf(out, "%lldd ", (long long)(seconds / 86400));
    sw_buf_printf(out, "%02lld:%02lld", (long long)(seconds / 3600 % 24),
                  (long long)(seconds / 60 % 60));
}

static sw_err render_table(const sw_telling *telling, sw_buf *out) {
    const sw_transition *t = &telling->transition;
    const sw_warning *w = t->warning;
    sw_row_minute(out, w->rule, telling->of_set ? w->fires_ms : t->at_ms);
    sw_buf_printf(out, "\t%s\t%s %s\t", change_of(telling), sw_level_name_zh(w->level),
                  sw_level_name(w->level));
    sw_buf_add(out, w->rule->name.len ? w->rule->name : w->rule->id);
    sw_buf_add_byte(out, '\t');
    sw_row_key(out, w);
    sw_buf_add_byte(out, '\t');
    sw_row_end(out, w->rule, w->due_ms);
    sw_buf_add_byte(out, '\t');
    if (w->provisional) sw_buf_add_cstr(out, "provisional ");
    if (w->late_by_s >= 0) {
        sw_buf_add_cstr(out, "late by ");
        add_duration(out, w->late_by_s);
        sw_buf_add_byte(out, ' ');
    }
    if (w->repeat) sw_buf_printf(out, "repeat %u ", w->repeat);
    if (t->reason) sw_buf_add_cstr(out, t->reason);
    return out->err;
}

static bool begin_table(FILE *to, bool final) {
    return sw_row_titles(to, final ? set_columns : columns, CELLS);
}

static bool print_table(FILE *to, sw_slice line) {
    return sw_row_print(to, columns, CELLS, line);
}

const sw_replay_text_format *sw_replay_text_format_find(const char *name) {
    static const sw_replay_text_format formats[] = {
        {"jsonl", render_json, begin_json, put},
        {"csv", render_csv, begin_csv, put},
        {"table", render_table, begin_table, print_table},
    };
    for (size_t i = 0; i < SW_COUNT(formats); i++)
        if (strcmp(formats[i].name, name) == 0) return &formats[i];
    return NULL;
}
