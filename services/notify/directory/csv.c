/* A folder of CSV files (RFC 4180, libcsv) as the tree that a YAML file gives. */
#include <csv.h>
#include <stdio.h>
#include <sys/stat.h>

#include "notify/directory/reader.h"
#include "text/utf8.h"

#define COLUMNS_MAX 32u

/* The columns that a file may have; those before `required` it must have. */
typedef struct sheet_kind {
    const char *file, *section;
    size_t required;
    const char *columns[12];
} sheet_kind;

static const sheet_kind kinds[] = {
    {"metadata", "metadata", 0, {"from", "timezone"}},
    {"units", "units", 3, {"code", "name", "tier", "short", "parent"}},
    {"officers",
     "officers",
     3,
     {"id", "name", "unit", "phone", "email", "language", "qualification", "qualified_until"}},
    {"posts", "posts", 3, {"unit", "role", "officer", "from", "until"}},
    {"areas", "areas", 4, {"name", "role", "officer", "unit", "from", "until"}},
    {"shifts", "rosters", 5, {"unit", "role", "officer", "from", "until"}},
    {"deputies", "deputies", 2, {"officer", "deputy", "from", "until"}},
};

/* One file on its way. */
typedef struct sheet {
    sw_pb pb;
    sw_diags *diags;
    const sheet_kind *kind;
    const char *columns[COLUMNS_MAX]; /* NULL: not read */
    uint32_t column_count, column, line;
    bool head;   /* the line of names is being read */
    bool faulty; /* rows can't be read as they are meant */
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

static void fault(sheet *s, sw_err code, const char *hint, const char *text) {
    sw_diag_at(s->diags, code, s->line, s->column + 1, NULL, hint, "%s", text);
    if (!s->err) s->err = SW_E_INVALID;
}

static size_t columns_of(const sheet_kind *kind) {
    size_t count = 0;
    while (count < SW_COUNT(kind->columns) && kind->columns[count]) count++;
    return count;
}

/* A cell of the line of names. */
static void add_column(sheet *s, sw_slice text) {
    size_t count = columns_of(s->kind), i = 0;
    if (s->column_count == COLUMNS_MAX) {
        fault(s, SW_E_LIMIT, NULL, "too many columns");
        return;
    }
    while (i < count && !sw_slice_is(text, s->kind->columns[i])) i++;
    const char *known = i < count ? s->kind->columns[i] : NULL;
    for (uint32_t c = 0; known && c < s->column_count; c++)
        if (s->columns[c] == known)
            fault(s, SW_E_CONFLICT, "name each column once",
                  sw_pb_printf(&s->pb, "the column '%s' stands here twice", known));
    if (!known)
        fault(s, SW_E_UNKNOWN,
              sw_did_you_mean(s->pb.arena, text, s->kind->columns, count,
                              "the columns are in docs/directory.md"),
              sw_pb_printf(&s->pb, "there is no column '%.*s'", SW_FMT(text)));
    s->columns[s->column_count++] = known;
}

static void check_columns(sheet *s) {
    s->column = 0;
    for (size_t i = 0; i < s->kind->required; i++) {
        uint32_t c = 0;
        while (c < s->column_count && s->columns[c] != s->kind->columns[i]) c++;
        if (c < s->column_count) continue;
        s->faulty = true;
        fault(s, SW_E_MISSING, "the first line names the columns",
              sw_pb_printf(&s->pb, "the column '%s' is missing", s->kind->columns[i]));
    }
}

static void add_cell(sheet *s, sw_slice text) {
    if (!s->row) {
        s->row = node(s, SW_YAML_MAP);
        s->last_cell = NULL;
    }
    if (!s->row || !text.len || !s->columns[s->column]) return; /* an empty cell is none */
    sw_yaml *cell = node(s, SW_YAML_STRING);
    if (!cell) return;
    cell->text = text;
    cell->key = sw_slice_cstr(s->columns[s->column]);
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
    if (s->head)
        add_column(s, text);
    else if (s->column < s->column_count)
        add_cell(s, text);
    else if (s->column == s->column_count)
        fault(s, SW_E_INVALID, "a comma within a cell needs quotes round the cell",
              "more cells than columns");
    s->column++;
}

static void on_row(int end, void *arg) {
    (void)end;
    sheet *s = arg;
    if (s->head) check_columns(s);
    if (s->row && s->row->count && s->list->count && !s->kind->required)
        fault(s, SW_E_INVALID, "one line of names and one of values", "a second line of values");
    if (s->row && s->row->count) { /* a line of empty cells is none */
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

/* What is wrong with the quotes of a line spoils that line alone. */
static bool begin_anew(sheet *s, struct csv_parser *parser, const char *hint) {
    fault(s, SW_E_SYNTAX, hint, csv_strerror(csv_error(parser)));
    csv_free(parser);
    s->row = NULL;
    s->column = 0;
    if (!csv_init(parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL)) return true;
    s->err = SW_E_NOMEM;
    return false;
}

static void feed(sheet *s, sw_slice text) {
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL)) {
        s->err = SW_E_NOMEM;
        return;
    }
    /* Line by line, so that findings name theirs. */
    for (size_t at = 0; at < text.len;) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t len = end ? (size_t)(end - (text.ptr + at)) + 1 : text.len - at;
        s->line++;
        if (csv_parse(&parser, text.ptr + at, len, on_cell, on_row, s) != len &&
            !begin_anew(s, &parser, "a quote within a quoted cell is written twice"))
            return;
        at += len;
    }
    if (csv_fini(&parser, on_cell, on_row, s)) {
        if (s->row) s->line = s->row->line;
        fault(s, SW_E_SYNTAX, "the quotes of a cell are closed on its line or a later one",
              "a quoted cell has no end");
    }
    csv_free(&parser);
}

/* The list of one file, named as a member of the root; NULL where there is no such file. */
static sw_err read_sheet(sw_arena *arena, const char *folder, const sheet_kind *kind,
                         sw_diags *diags, sw_err *first, sw_yaml **ret, bool *ret_faulty) {
    struct stat st;
    sheet s = {.pb = {arena, false}, .diags = diags, .kind = kind, .head = true};
    const char *path = sw_pb_printf(&s.pb, "%s/%s.csv", folder, kind->file);
    *ret = NULL;
    if (stat(path, &st) != 0) return SW_OK;
    sw_slice text;
    if (diags) diags->file = sw_slice_cstr(path);
    sw_err err = sw_file_read(arena, path, SW_DIRECTORY_BYTES_MAX, diags, &text);
    if (err) return err;
    if (sw_slice_starts(text, SW_S("\xef\xbb\xbf"))) text = sw_slice_sub(text, 3, text.len);
    s.list = node(&s, SW_YAML_SEQ);
    if (!s.list) return SW_E_LIMIT;
    s.list->key = sw_slice_cstr(kind->section);
    if (!sw_utf8_valid(text)) {
        sw_utf8_place(text, sw_utf8_valid_bytes(text), &s.line, &s.column);
        s.column--;
        s.faulty = true;
        fault(&s, SW_E_SYNTAX, "save it as 'CSV UTF-8'; tables from Windows are often GBK",
              "this is not UTF-8");
    } else {
        feed(&s, text);
    }
    *ret = s.list;
    *ret_faulty = *ret_faulty || s.faulty;
    if (!*first) *first = s.err;
    return s.pb.full ? SW_E_LIMIT : s.err == SW_E_NOMEM ? SW_E_NOMEM : SW_OK;
}

/* A cell becomes a list of itself: an area has one unit a line. */
static void units_of_areas(sw_pb *pb, sw_yaml *list) {
    for (const sw_yaml *row = list->first; row; row = row->next)
        for (sw_yaml *cell = (sw_yaml *)(uintptr_t)row->first; cell;
             cell = (sw_yaml *)(uintptr_t)cell->next) {
            sw_yaml *item = sw_slice_is(cell->key, "unit") ? sw_pb_zero(pb, 1, sizeof *item) : NULL;
            if (!item) continue;
            *item = *cell;
            item->next = NULL;
            cell->kind = SW_YAML_SEQ;
            cell->key = SW_S("units");
            cell->first = item;
            cell->count = 1;
        }
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

/* A file of one line: its row stands for itself. */
static void only_row(sw_yaml *list) {
    const sw_yaml *row = list->first;
    list->kind = SW_YAML_MAP;
    list->first = row ? row->first : NULL;
    list->count = row ? row->count : 0;
}

sw_err sw_directory_csv(sw_arena *arena, const char *folder, sw_diags *diags, sw_err *ret_fault,
                        const sw_yaml **ret) {
    sw_pb pb = {arena, false};
    sw_yaml *root = sw_pb_zero(&pb, 1, sizeof *root), *kind = sw_pb_zero(&pb, 1, sizeof *kind);
    bool faulty = false;
    *ret_fault = SW_OK;
    if (!root || !kind) return SW_E_LIMIT;
    *kind = (sw_yaml){.kind = SW_YAML_STRING, .text = SW_S("Directory"), .key = SW_S("kind")};
    *root = (sw_yaml){.kind = SW_YAML_MAP, .line = 1, .col = 1, .first = kind, .count = 1};
    sw_yaml *last = kind;
    for (size_t i = 0; i < SW_COUNT(kinds); i++) {
        sw_yaml *list;
        sw_err err = read_sheet(arena, folder, &kinds[i], diags, ret_fault, &list, &faulty);
        if (err) return err;
        if (!list) continue;
        if (strcmp(kinds[i].file, "metadata") == 0) only_row(list);
        if (strcmp(kinds[i].file, "shifts") == 0) shifts_to_rosters(&pb, list);
        if (strcmp(kinds[i].file, "areas") == 0) units_of_areas(&pb, list);
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
    return pb.full ? SW_E_LIMIT : faulty ? SW_E_INVALID : SW_OK;
}
