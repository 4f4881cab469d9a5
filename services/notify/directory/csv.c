/* A folder of CSV files (RFC 4180, libcsv) as the tree that a YAML file gives. */
#include <csv.h>
#include <stdio.h>
#include <sys/stat.h>

#include "notify/directory/reader.h"

#define COLUMNS_MAX 32u

/* One file on its way. */
typedef struct sheet {
    sw_pb pb;
    sw_diags *diags;
    sw_slice columns[COLUMNS_MAX];
    uint32_t column_count, column, line;
    bool head; /* the line of names is being read */
    sw_yaml *list, *last, *row, *last_cell;
    sw_err err;
} sheet;

static sw_yaml *node(sheet *s, sw_yaml_kind kind) {
    sw_yaml *made = sw_pb_zero(&s->pb, 1, sizeof *made);
    if (!made) return NULL;
    made->kind = kind;
    made->line = s->line;
    made->col = s->column + 1;
    return made;
}

static void fault(sheet *s, const char *hint, const char *text) {
    sw_diag_at(s->diags, SW_E_SYNTAX, s->line, s->column + 1, NULL, hint, "%s", text);
    s->err = SW_E_SYNTAX;
}

static void add_cell(sheet *s, sw_slice text) {
    if (!s->row) {
        s->row = node(s, SW_YAML_MAP);
        s->last_cell = NULL;
    }
    if (!s->row || !text.len) return; /* an empty cell is none */
    sw_yaml *cell = node(s, SW_YAML_STRING);
    if (!cell) return;
    cell->text = text;
    cell->key = s->columns[s->column];
    cell->key_line = cell->line;
    cell->key_col = cell->col;
    if (s->last_cell)
        s->last_cell->next = cell;
    else
        s->row->first = cell;
    s->last_cell = cell;
    s->row->count++;
}

static void on_cell(void *bytes, size_t len, void *arg) {
    sheet *s = arg;
    sw_slice text = sw_slice_cstr(sw_pb_text(&s->pb, sw_slice_of(bytes, len)));
    if (s->head && sw_slice_starts(text, SW_S("\xef\xbb\xbf")))
        text = sw_slice_sub(text, 3, text.len);
    if (s->head && s->column_count < COLUMNS_MAX)
        s->columns[s->column_count++] = text;
    else if (s->head || s->column >= s->column_count)
        fault(s, "the first line names the columns", "more cells than columns");
    else
        add_cell(s, text);
    s->column++;
}

static void on_row(int end, void *arg) {
    (void)end;
    sheet *s = arg;
    if (s->row) {
        if (s->last)
            s->last->next = s->row;
        else
            s->list->first = s->row;
        s->last = s->row;
        s->list->count++;
    }
    s->row = NULL;
    s->head = false;
    s->column = 0;
}

static void feed(sheet *s, sw_slice text) {
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_APPEND_NULL)) {
        s->err = SW_E_NOMEM;
        return;
    }
    /* Line by line, so that findings name theirs. */
    for (size_t at = 0; at < text.len && !s->err;) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t len = end ? (size_t)(end - (text.ptr + at)) + 1 : text.len - at;
        s->line++;
        if (csv_parse(&parser, text.ptr + at, len, on_cell, on_row, s) != len)
            fault(s, "a quote within a cell is written twice", csv_strerror(csv_error(&parser)));
        at += len;
    }
    if (!s->err && csv_fini(&parser, on_cell, on_row, s))
        fault(s, "a quoted cell has no end", csv_strerror(csv_error(&parser)));
    csv_free(&parser);
}

/* The list of one file, named as a member of the root; NULL where there is no such file. */
static sw_err read_sheet(sw_arena *arena, const char *folder, const char *name, sw_diags *diags,
                         sw_yaml **ret) {
    struct stat st;
    sheet s = {.pb = {arena, false}, .diags = diags, .head = true};
    const char *path = sw_pb_printf(&s.pb, "%s/%s.csv", folder, name);
    *ret = NULL;
    if (stat(path, &st) != 0) return SW_OK;
    sw_slice text;
    if (diags) diags->file = sw_slice_cstr(path);
    sw_err err = sw_file_read(arena, path, SW_DIRECTORY_BYTES_MAX, diags, &text);
    if (err) return err;
    s.list = node(&s, SW_YAML_SEQ);
    if (!s.list) return SW_E_LIMIT;
    s.list->key = sw_slice_cstr(name);
    feed(&s, text);
    *ret = s.list;
    return s.pb.full ? SW_E_LIMIT : s.err;
}

/* Shifts stand one a line: each is a roster of one shift. */
static void shifts_to_rosters(sw_pb *pb, sw_yaml *list) {
    list->key = SW_S("rosters");
    for (sw_yaml *row = (sw_yaml *)(uintptr_t)list->first; row;
         row = (sw_yaml *)(uintptr_t)row->next) {
        sw_yaml *shifts = sw_pb_zero(pb, 1, sizeof *shifts),
                *shift = sw_pb_zero(pb, 1, sizeof *shift);
        if (!shifts || !shift) return;
        *shift = (sw_yaml){.kind = SW_YAML_MAP, .line = row->line, .col = row->col};
        *shifts = (sw_yaml){.kind = SW_YAML_SEQ,
                            .line = row->line,
                            .col = row->col,
                            .count = 1,
                            .key = SW_S("shifts"),
                            .first = shift};
        sw_yaml *own = shifts, *moved = NULL;
        for (sw_yaml *cell = (sw_yaml *)(uintptr_t)row->first, *next; cell; cell = next) {
            next = (sw_yaml *)(uintptr_t)cell->next;
            bool stays = sw_slice_is(cell->key, "unit") || sw_slice_is(cell->key, "role");
            sw_yaml **to = stays ? &own : &moved;
            cell->next = *to;
            *to = cell;
        }
        shift->first = moved;
        row->first = own;
    }
}

sw_err sw_directory_csv(sw_arena *arena, const char *folder, sw_diags *diags, const sw_yaml **ret) {
    static const char *const names[] = {"units", "officers", "posts", "deputies", "shifts"};
    sw_pb pb = {arena, false};
    sw_yaml *root = sw_pb_zero(&pb, 1, sizeof *root), *kind = sw_pb_zero(&pb, 1, sizeof *kind);
    if (!root || !kind) return SW_E_LIMIT;
    *kind = (sw_yaml){.kind = SW_YAML_STRING, .text = SW_S("Directory"), .key = SW_S("kind")};
    *root = (sw_yaml){.kind = SW_YAML_MAP, .line = 1, .col = 1, .first = kind, .count = 1};
    sw_yaml *last = kind;
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        sw_yaml *list;
        sw_err err = read_sheet(arena, folder, names[i], diags, &list);
        if (err) return err;
        if (!list) continue;
        if (i == SW_COUNT(names) - 1) shifts_to_rosters(&pb, list);
        last->next = list;
        last = list;
        root->count++;
    }
    if (diags) diags->file = sw_slice_cstr(folder);
    if (root->count == 1) {
        sw_diag_at(diags, SW_E_NOT_FOUND, 0, 0, NULL, "units.csv, officers.csv, posts.csv, …",
                   "there is no CSV file of a directory in this folder");
        return SW_E_NOT_FOUND;
    }
    *ret = root;
    return pb.full ? SW_E_LIMIT : SW_OK;
}
