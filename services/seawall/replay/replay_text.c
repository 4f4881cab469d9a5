#include "seawall/replay/replay_text.h"

#include "rules/warning_json.h"
#include "seawall/cli/term.h"

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

static void add_time(sw_buf *out, const sw_rule *rule, int64_t ms) {
    if (ms != SW_TIME_NONE) sw_time_write(out, ms, sw_zone_offset(rule->pack->zone, ms));
}

static const char *change_of(const sw_telling *telling) {
    return telling->of_set ? sw_state_name(telling->transition.warning->state)
                           : sw_change_name(telling->transition.change);
}

static void add_key(sw_buf *out, const sw_warning *w) {
    for (uint32_t i = 0; i < w->rule->key_count; i++) {
        if (i) sw_buf_add_byte(out, ' ');
        sw_buf_add(out, w->key[i]);
    }
}

/* ---- csv (RFC 4180) */

static const char csv_head[] =
    "decided,change,level,rule,name,key,start,due,fires_at,repeat,late_by,"
    "provisional,orgcode,officerid,warning_id,reason";

/* Quoted where it must be; a leading = + - @ is kept from being a formula (OWASP, CSV injection).
 */
static void csv_text(sw_buf *out, sw_slice text) {
    bool formula = text.len && strchr("=+-@\t\r", text.ptr[0]);
    bool quoted = formula;
    for (size_t i = 0; i < text.len; i++) quoted |= strchr(",\"\r\n", text.ptr[i]) != NULL;
    if (quoted) sw_buf_add_byte(out, '"');
    if (formula) sw_buf_add_byte(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') sw_buf_add_byte(out, '"');
        sw_buf_add_byte(out, text.ptr[i]);
    }
    if (quoted) sw_buf_add_byte(out, '"');
}

static void csv_next(sw_buf *out, sw_slice text) {
    sw_buf_add_byte(out, ',');
    csv_text(out, text);
}

static void csv_time(sw_buf *out, const sw_rule *rule, int64_t ms) {
    sw_buf_add_byte(out, ',');
    add_time(out, rule, ms);
}

static sw_err render_csv(const sw_telling *telling, sw_buf *out) {
    const sw_transition *t = &telling->transition;
    const sw_warning *w = t->warning;
    char hex[SW_HASH128_TEXT];
    sw_buf key;
    if (!telling->of_set) add_time(out, w->rule, t->at_ms);
    csv_next(out, sw_slice_cstr(change_of(telling)));
    csv_next(out, sw_slice_cstr(sw_level_name(w->level)));
    csv_next(out, w->rule->id);
    csv_next(out, w->rule->name);
    sw_buf_init(&key, (size_t)1 << 20);
    add_key(&key, w);
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

static const struct {
    const char *title;
    uint32_t width;
} columns[CELLS] = {{"time", 17}, {"change", 10}, {"level", 14}, {"rule", 38},
                    {"key", 24},  {"due", 17},    {"", 0}};

/* Minutes are enough for the eye: "2026-03-01 09:00". */
static void add_minute(sw_buf *out, const sw_rule *rule, int64_t ms) {
    if (ms == SW_TIME_NONE) return;
    size_t from = out->len;
    add_time(out, rule, ms);
    if (out->err || out->len < from + 16) return;
    out->ptr[from + 10] = ' ';
    out->len = from + 16;
}

/* A period ends at the end of a day: 24:00 of it, not 00:00 of the next. */
static void add_end(sw_buf *out, const sw_rule *rule, int64_t ms) {
    size_t from = out->len;
    if (ms == SW_TIME_NONE) return;
    add_minute(out, rule, ms);
    bool midnight = !out->err && memcmp(out->ptr + from + 11, "00:00", 5) == 0;
    if (!midnight || sw_zone_to_local(rule->pack->zone, ms) % 86400000 != 0) return;
    out->len = from;
    add_minute(out, rule, ms - 1);
    if (!out->err) memcpy(out->ptr + from + 11, "24:00", 5);
}

static void add_duration(sw_buf *out, int64_t seconds) {
    if (seconds >= 86400) sw_buf_printf(out, "%lldd ", (long long)(seconds / 86400));
    sw_buf_printf(out, "%02lld:%02lld", (long long)(seconds / 3600 % 24),
                  (long long)(seconds / 60 % 60));
}

static sw_err render_table(const sw_telling *telling, sw_buf *out) {
    const sw_transition *t = &telling->transition;
    const sw_warning *w = t->warning;
    add_minute(out, w->rule, telling->of_set ? w->fires_ms : t->at_ms);
    sw_buf_printf(out, "\t%s\t%s %s\t", change_of(telling), sw_level_name_zh(w->level),
                  sw_level_name(w->level));
    sw_buf_add(out, w->rule->name.len ? w->rule->name : w->rule->id);
    sw_buf_add_byte(out, '\t');
    add_key(out, w);
    sw_buf_add_byte(out, '\t');
    add_end(out, w->rule, w->due_ms);
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

static sw_tint tint_of(sw_slice level) {
    for (int i = SW_GREEN; i <= SW_BREACH; i++)
        if (sw_slice_ends(level, sw_slice_cstr(sw_level_name((sw_level)i))))
            return (sw_tint)(SW_TINT_GREEN + i);
    return SW_TINT_NONE;
}

static bool begin_table(FILE *to, bool final) {
    for (int i = 0; i < CELLS; i++) {
        const char *title = i == CELL_CHANGE && final ? "state"
                            : i == CELL_TIME && final ? "level since"
                                                      : columns[i].title;
        sw_print_tinted(to, SW_TINT_BOLD, sw_slice_cstr(title));
        fprintf(to, "%*s", sw_pad(sw_slice_cstr(title), columns[i].width), "");
    }
    return fputc('\n', to) != EOF;
}

/* As much of the text as fits the column, with "…" where it was cut; a character is never split. */
static void print_cell(FILE *to, sw_slice text, uint32_t width, sw_tint tint) {
    sw_slice shown = text;
    bool cut = width && sw_width(text) >= width;
    while (shown.len && cut && sw_width(shown) + 1 >= width) {
        shown.len--;
        while (shown.len && ((uint8_t)shown.ptr[shown.len] & 0xc0) == 0x80) shown.len--;
    }
    sw_print_tinted(to, tint, shown);
    if (cut) fputs("…", to);
    if (width) fprintf(to, "%*s", sw_pad(shown, width) - (cut ? 1 : 0), "");
}

static bool print_table(FILE *to, sw_slice line) {
    for (int i = 0; i < CELLS; i++) {
        const char *tab = memchr(line.ptr, '\t', line.len);
        size_t len = tab ? (size_t)(tab - line.ptr) : line.len;
        sw_slice cell = sw_slice_sub(line, 0, len);
        print_cell(to, cell, columns[i].width, i == CELL_LEVEL ? tint_of(cell) : SW_TINT_NONE);
        line = sw_slice_sub(line, tab ? len + 1 : len, line.len);
    }
    return fputc('\n', to) != EOF;
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
