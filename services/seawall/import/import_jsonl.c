/* JSONL: one object a line. Members of objects within it are named by their path: "suspect.id". */
#include "seawall/import/import.h"
#include "seawall/input/lines.h"
#include "text/json.h"

#define LINE_BYTES_MAX ((size_t)4 << 20)
#define ARENA_BYTES    ((size_t)64 << 20)

typedef struct reading {
    sw_arena arena;
    sw_import_attribute attributes[SW_IMPORT_ATTRIBUTES_MAX];
    uint32_t count;
} reading;

static bool add_members(reading *r, sw_slice prefix, const sw_json *object) {
    for (const sw_json *node = object->first; node; node = node->next) {
        sw_slice name =
            prefix.len ? sw_arena_printf(&r->arena, "%.*s.%.*s", SW_FMT(prefix), SW_FMT(node->name))
                       : node->name;
        if (prefix.len && !name.ptr) return false;
        if (node->kind == SW_JSON_OBJECT) {
            if (!add_members(r, name, node)) return false; /* as deep as the reader allows: 64 */
            continue;
        }
        if (node->kind == SW_JSON_NULL || node->kind == SW_JSON_ARRAY)
            continue; /* an array is no single value */
        if (r->count == SW_IMPORT_ATTRIBUTES_MAX) return false;
        sw_slice value =
            node->kind == SW_JSON_BOOL ? (node->truth ? SW_S("true") : SW_S("false")) : node->text;
        r->attributes[r->count++] = (sw_import_attribute){name, value};
    }
    return true;
}

static sw_err read_line(reading *r, const sw_import_sink *sink, sw_slice line, uint64_t number) {
    const sw_json *root;
    sw_diags diags;
    sw_diags_init(&diags, &r->arena, SW_SLICE_NONE, 1);
    r->count = 0;
    if (sw_json_parse(&r->arena, line, (sw_json_limits){0}, &diags, &root) != SW_OK) {
        sw_slice text = diags.first
                            ? sw_arena_printf(&r->arena, "column %u: %.*s", diags.first->col,
                                              SW_FMT(diags.first->message))
                            : SW_SLICE_NONE;
        return sink->fault(sink->ctx, number, text.ptr ? text.ptr : "the line is not JSON");
    }
    if (root->kind != SW_JSON_OBJECT)
        return sink->fault(sink->ctx, number, "the line is not a JSON object");
    if (!add_members(r, SW_SLICE_NONE, root))
        return sink->fault(sink->ctx, number, "the object has too many members");
    const sw_import_row row = {r->attributes, r->count, number, number};
    return sink->row(sink->ctx, &row);
}

sw_err sw_import_jsonl(const char *path, const sw_import_sink *sink, sw_diags *diags) {
    sw_lines *lines;
    sw_slice line;
    sw_err err = sw_lines_open(path, LINE_BYTES_MAX, diags, &lines);
    if (err) return err;
    reading *r = sw_heap_zero(1, sizeof *r);
    if (!r) err = SW_E_NOMEM;
    if (r) sw_arena_init(&r->arena, ARENA_BYTES);
    while (!err && (err = sw_lines_next(lines, &line)) != SW_E_END) {
        if (err == SW_E_LIMIT)
            err = sink->fault(sink->ctx, sw_lines_number(lines), "the line is too long");
        else if (!err && line.len)
            err = read_line(r, sink, line, sw_lines_number(lines));
        sw_arena_reset(&r->arena);
        sink->progress(sink->ctx, sw_lines_bytes(lines));
    }
    if (r) sw_arena_done(&r->arena);
    sw_heap_free(r);
    sw_lines_close(lines);
    return err == SW_E_END ? SW_OK : err;
}
