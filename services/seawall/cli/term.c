#include "seawall/cli/term.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct range {
    uint32_t low, high;
} range;

/* East Asian Wide and Fullwidth (Unicode UAX #11), in blocks. */
static const range wide[] = {
    {0x1100, 0x115f}, {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},
    {0xa000, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};
static const range zero[] = {{0x0300, 0x036f}, {0x200b, 0x200f}, {0xfe00, 0xfe0f}};

static bool in_ranges(uint32_t point, const range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (point >= ranges[i].low && point <= ranges[i].high) return true;
    return false;
}

/* Decodes one code point of valid UTF-8 and moves `at` past it. */
static uint32_t next_point(sw_slice text, size_t *at) {
    uint8_t byte = (uint8_t)text.ptr[(*at)++];
    uint32_t point = byte < 0x80   ? byte
                     : byte < 0xe0 ? byte & 0x1fu
                     : byte < 0xf0 ? byte & 0xfu
                                   : byte & 7u;
    while (*at < text.len && ((uint8_t)text.ptr[*at] & 0xc0) == 0x80)
        point = point << 6 | ((uint8_t)text.ptr[(*at)++] & 0x3fu);
    return point;
}

static uint32_t point_width(uint32_t point) {
    if (in_ranges(point, zero, SW_COUNT(zero))) return 0;
    return in_ranges(point, wide, SW_COUNT(wide)) ? 2 : 1;
}

uint32_t sw_width(sw_slice text) {
    uint32_t width = 0;
    for (size_t at = 0; at < text.len;) width += point_width(next_point(text, &at));
    return width;
}

int sw_pad(sw_slice text, uint32_t width) {
    uint32_t has = sw_width(text);
    return has < width ? (int)(width - has) : 1;
}

bool sw_has_colour(FILE *to) {
    const char *no = getenv("NO_COLOR");
    return !(no && *no) && isatty(fileno(to));
}

static const char *const tint_codes[] = {
    [SW_TINT_NONE] = "",
    [SW_TINT_GREEN] = "\033[32m",
    [SW_TINT_BLUE] = "\033[34m",
    [SW_TINT_YELLOW] = "\033[33m",
    [SW_TINT_ORANGE] = "\033[38;5;208m",
    [SW_TINT_RED] = "\033[31m",
    [SW_TINT_BREACH] = "\033[1;41m",
    [SW_TINT_BOLD] = "\033[1m",
    [SW_TINT_DIM] = "\033[2m",
};

static void print_levels(FILE *to, sw_slice text) {
    static const char *const names[] = {"green", "blue", "yellow", "orange", "red", "breach"};
    for (size_t at = 0, end; at < text.len; at = end) {
        for (end = at; end < text.len && text.ptr[end] != ' ';) end++;
        sw_slice word = sw_slice_sub(text, at, end);
        sw_tint tint = SW_TINT_NONE;
        for (size_t i = 0; i < SW_COUNT(names); i++)
            if (sw_slice_is(word, names[i])) tint = (sw_tint)(SW_TINT_GREEN + i);
        sw_print_tinted(to, tint, word);
        if (end < text.len) fputc(text.ptr[end++], to);
    }
}

void sw_print_tinted(FILE *to, sw_tint tint, sw_slice text) {
    if (tint == SW_TINT_LEVELS) {
        print_levels(to, text);
        return;
    }
    bool coloured = tint != SW_TINT_NONE && text.len && sw_has_colour(to);
    fprintf(to, "%s%.*s%s", coloured ? tint_codes[tint] : "", SW_FMT(text),
            coloured ? "\033[0m" : "");
}

struct sw_table_row {
    struct sw_table_row *next;
    sw_cell cells[];
};

void sw_table_init(sw_table *table, sw_arena *arena, const sw_column *columns,
                   uint32_t column_count) {
    SW_ASSERT(arena && columns && column_count > 0);
    *table = (sw_table){.arena = arena, .columns = columns, .column_count = column_count};
}

/* `text` cut to a width, with "…" where something was left out. */
static sw_slice cut(sw_arena *arena, sw_slice text, uint32_t width_max) {
    if (!width_max || sw_width(text) <= width_max) return text;
    uint32_t width = 0;
    size_t keep = 0;
    for (size_t at = 0; at < text.len;) {
        width += point_width(next_point(text, &at));
        if (width > width_max - 1) break;
        keep = at;
    }
    return sw_arena_printf(arena, "%.*s…", (int)keep, text.ptr);
}

bool sw_table_add(sw_table *table, const sw_cell *cells) {
    size_t size = sizeof(struct sw_table_row) + table->column_count * sizeof(sw_cell);
    struct sw_table_row *row = sw_arena_zero(table->arena, 1, size);
    if (!row) return false;
    for (uint32_t i = 0; i < table->column_count; i++) {
        row->cells[i] = cells[i];
        row->cells[i].text = cut(table->arena, cells[i].text, table->columns[i].width_max);
    }
    if (table->last)
        table->last->next = row;
    else
        table->first = row;
    table->last = row;
    return true;
}

static uint32_t column_width(const sw_table *table, uint32_t column) {
    uint32_t most = sw_width(sw_slice_cstr(table->columns[column].title));
    for (const struct sw_table_row *row = table->first; row; row = row->next) {
        uint32_t width = sw_width(row->cells[column].text);
        if (width > most) most = width;
    }
    return most;
}

static void print_cell(const sw_table *table, FILE *to, uint32_t column, sw_cell cell,
                       uint32_t width) {
    int pad = (int)(width - sw_width(cell.text));
    bool right = table->columns[column].right, last = column + 1 == table->column_count;
    if (right) fprintf(to, "%*s", pad, "");
    sw_print_tinted(to, cell.tint, cell.text);
    if (!right && !last) fprintf(to, "%*s", pad, "");
    fputs(last ? "\n" : "  ", to);
}

void sw_table_print(const sw_table *table, FILE *to) {
    for (uint32_t c = 0; c < table->column_count; c++) {
        sw_cell title = {sw_slice_cstr(table->columns[c].title), SW_TINT_BOLD};
        print_cell(table, to, c, title, column_width(table, c));
    }
    uint32_t *widths = sw_arena_zero(table->arena, table->column_count, sizeof *widths);
    for (uint32_t c = 0; widths && c < table->column_count; c++) widths[c] = column_width(table, c);
    for (const struct sw_table_row *row = table->first; widths && row; row = row->next)
        for (uint32_t c = 0; c < table->column_count; c++)
            print_cell(table, to, c, row->cells[c], widths[c]);
}

static int64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sw_progress_init(sw_progress *progress, const char *what, uint64_t total) {
    *progress = (sw_progress){.what = what, .total = total, .on = isatty(STDERR_FILENO)};
}

void sw_progress_at(sw_progress *progress, uint64_t done) {
    if (!progress->on) return;
    int64_t now_ms = clock_ms();
    if (now_ms - progress->drawn_ms < 100) return;
    progress->drawn_ms = now_ms;
    if (!progress->total) {
        fprintf(stderr, "\r%s %llu", progress->what, (unsigned long long)done);
        return;
    }
    char bar[31];
    uint64_t full = done >= progress->total ? 30 : done * 30 / progress->total;
    memset(bar, '-', 30);
    memset(bar, '#', full);
    bar[30] = '\0';
    fprintf(stderr, "\r%s [%s] %3llu %%", progress->what, bar,
            (unsigned long long)(full == 30 ? 100 : done * 100 / progress->total));
}

void sw_progress_done(sw_progress *progress) {
    if (progress->on && progress->drawn_ms) fprintf(stderr, "\r\033[K");
    progress->on = false;
}

static void print_diag(FILE *to, const sw_diag *diag, const char *word, sw_tint tint) {
    if (diag->file.len) fprintf(to, "%.*s:", SW_FMT(diag->file));
    if (diag->line) fprintf(to, "%u:%u:", diag->line, diag->col);
    if (diag->file.len || diag->line) fputc(' ', to);
    sw_print_tinted(to, tint, sw_slice_cstr(word));
    fprintf(to, ": %.*s%s%.*s\n", SW_FMT(diag->field), diag->field.len ? ": " : "",
            SW_FMT(diag->message));
    if (diag->hint.len) fprintf(to, "    %.*s\n", SW_FMT(diag->hint));
}

void sw_print_diags(FILE *to, const sw_diags *diags, const char *word, sw_tint tint) {
    for (const sw_diag *diag = diags->first; diag; diag = diag->next)
        print_diag(to, diag, word, tint);
    if (diags->count > diags->max)
        fprintf(to, "… and %u more %ss, not shown\n", diags->count - diags->max, word);
}
