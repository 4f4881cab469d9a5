/* CSV (RFC 4180): the first row names the columns. */
#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "seawall/import/import.h"

#define READ_BYTES  ((size_t)256 << 10)
#define NAMES_BYTES ((size_t)4 << 20)
#define ROW_BYTES   ((size_t)16 << 20)

typedef struct reading {
    const sw_import_sink *sink;
    sw_arena names_arena, row_arena;
    sw_slice names[SW_IMPORT_ATTRIBUTES_MAX];
    sw_import_attribute attributes[SW_IMPORT_ATTRIBUTES_MAX];
    uint32_t column_count, count;
    uint64_t rows, line;
    bool have_names, too_many;
    sw_err err;
} reading;

static void on_field(void *text, size_t len, void *ctx) {
    reading *r = ctx;
    sw_arena *arena = r->have_names ? &r->row_arena : &r->names_arena;
    uint32_t at = r->count++;
    sw_slice value = sw_slice_of(text, len);
    if (at >= SW_IMPORT_ATTRIBUTES_MAX || len > SW_IMPORT_VALUE_BYTES_MAX ||
        !sw_arena_copy(arena, value, &value)) {
        r->too_many = true;
    } else if (!r->have_names) {
        if (at == 0 && sw_slice_starts(value, SW_S("\xef\xbb\xbf")))
            value = sw_slice_sub(value, 3, value.len);
        r->names[at] = value;
    } else if (at < r->column_count) {
        r->attributes[at] = (sw_import_attribute){r->names[at], value};
    }
}

/* An empty cell is an absent value: only the cells that say something are attributes of the row. */
static uint32_t drop_empty(reading *r) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < r->column_count; i++)
        if (r->attributes[i].value.len) r->attributes[kept++] = r->attributes[i];
    return kept;
}

static void on_row(int ending, void *ctx) {
    reading *r = ctx;
    (void)ending;
    r->line++;
    if (r->err) return;
    if (!r->have_names) {
        r->column_count = r->count;
        r->have_names = true;
        if (r->too_many) r->err = SW_E_LIMIT;
    } else {
        r->rows++;
        if (r->too_many)
            r->err =
                r->sink->fault(r->sink->ctx, r->line, "the row has too many or too long cells");
        else if (r->count != r->column_count)
            r->err =
                r->sink->fault(r->sink->ctx, r->line,
                               "the row has another number of cells than the first one has names");
        else {
            sw_import_row row = {r->attributes, drop_empty(r), r->line, r->rows};
            r->err = r->sink->row(r->sink->ctx, &row);
        }
    }
    sw_arena_reset(&r->row_arena);
    r->count = 0;
    r->too_many = false;
}

static sw_err read_all(reading *r, struct csv_parser *parser, int fd, const char *path,
                       sw_diags *diags) {
    char *bytes = sw_heap_alloc(READ_BYTES);
    uint64_t total = 0;
    sw_err err = bytes ? SW_OK : SW_E_NOMEM;
    for (ssize_t n = 1; !err && n > 0;) {
        do n = read(fd, bytes, READ_BYTES);
        while (n < 0 && errno == EINTR);
        if (n < 0) {
            err = sw_diag_at(diags, SW_E_IO, 0, 0, NULL, NULL, "%s can't be read: %s", path,
                             strerror(errno));
        } else if (n > 0 && csv_parse(parser, bytes, (size_t)n, on_field, on_row, r) != (size_t)n) {
            err = sw_diag_at(diags, SW_E_SYNTAX, (uint32_t)r->line + 1, 0, NULL,
                             "quotes stand around a whole cell, and are doubled within it", "%s",
                             csv_strerror(csv_error(parser)));
        } else {
            total += (uint64_t)n;
            r->sink->progress(r->sink->ctx, total);
            err = r->err;
        }
    }
    if (!err && csv_fini(parser, on_field, on_row, r) != 0)
        err = sw_diag_at(diags, SW_E_SYNTAX, (uint32_t)r->line + 1, 0, NULL, "close the quotes",
                         "%s", csv_strerror(csv_error(parser)));
    sw_heap_free(bytes);
    if (!err && !r->err && !r->have_names)
        err = sw_diag_at(diags, SW_E_SYNTAX, 1, 1, NULL, "the first row names the columns",
                         "%s has no rows", path);
    return err ? err : r->err;
}

sw_err sw_import_csv(const char *path, const sw_import_sink *sink, sw_diags *diags) {
    struct csv_parser parser;
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sw_diag_at(diags, errno == ENOENT ? SW_E_NOT_FOUND : SW_E_IO, 0, 0, NULL, NULL,
                          "%s can't be read: %s", path, strerror(errno));
    reading *r = sw_heap_zero(1, sizeof *r);
    sw_err err = SW_E_NOMEM;
    if (r && csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0) {
        r->sink = sink;
        sw_arena_init(&r->names_arena, NAMES_BYTES);
        sw_arena_init(&r->row_arena, ROW_BYTES);
        err = read_all(r, &parser, fd, path, diags);
        csv_free(&parser);
        sw_arena_done(&r->names_arena);
        sw_arena_done(&r->row_arena);
    }
    sw_heap_free(r);
    close(fd);
    return err;
}
