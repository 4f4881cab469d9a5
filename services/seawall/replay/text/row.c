#include "seawall/replay/text/row.h"

#include "seawall/cli/term.h"

void sw_row_time(sw_buf *out, const sw_rule *rule, int64_t ms) {
    if (ms != SW_TIME_NONE) sw_time_write(out, ms, sw_zone_offset(rule->pack->zone, ms));
}

void sw_row_key(sw_buf *out, const sw_warning *w) {
    for (uint32_t i = 0; i < w->rule->key_count; i++) {
        if (i) sw_buf_add_byte(out, ' ');
        sw_buf_add(out, w->key[i]);
    }
}

/* Minutes are enough for the eye: "2026-03-01 09:00". */
void sw_row_minute(sw_buf *out, const sw_rule *rule, int64_t ms) {
    if (ms == SW_TIME_NONE) return;
    size_t from = out->len;
    sw_row_time(out, rule, ms);
    if (out->err || out->len < from + 16) return;
    out->ptr[from + 10] = ' ';
    out->len = from + 16;
}

/* A period ends at the end of a day: 24:00 of it, not 00:00 of the next. */
void sw_row_end(sw_buf *out, const sw_rule *rule, int64_t ms) {
    size_t from = out->len;
    if (ms == SW_TIME_NONE) return;
    sw_row_minute(out, rule, ms);
    bool midnight = !out->err && memcmp(out->ptr + from + 11, "00:00", 5) == 0;
    if (!midnight || sw_zone_to_local(rule->pack->zone, ms) % 86400000 != 0) return;
    out->len = from;
    sw_row_minute(out, rule, ms - 1);
    if (!out->err) memcpy(out->ptr + from + 11, "24:00", 5);
}

static sw_tint tint_of(sw_slice level) {
    for (int i = SW_GREEN; i <= SW_BREACH; i++)
        if (sw_slice_ends(level, sw_slice_cstr(sw_level_name((sw_level)i))))
            return (sw_tint)(SW_TINT_GREEN + i);
    return SW_TINT_NONE;
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

bool sw_row_titles(FILE *to, const sw_row_column *columns, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        sw_slice title = sw_slice_cstr(columns[i].title);
        sw_print_tinted(to, SW_TINT_BOLD, title);
        fprintf(to, "%*s", sw_pad(title, columns[i].width), "");
    }
    return fputc('\n', to) != EOF;
}

bool sw_row_print(FILE *to, const sw_row_column *columns, uint32_t count, sw_slice line) {
    for (uint32_t i = 0; i < count; i++) {
        const char *tab = memchr(line.ptr, '\t', line.len);
        size_t len = tab ? (size_t)(tab - line.ptr) : line.len;
        sw_slice cell = sw_slice_sub(line, 0, len);
        print_cell(to, cell, columns[i].width, columns[i].level ? tint_of(cell) : SW_TINT_NONE);
        line = sw_slice_sub(line, tab ? len + 1 : len, line.len);
    }
    return fputc('\n', to) != EOF;
}
