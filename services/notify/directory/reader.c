#include "notify/directory/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "text/sort.h"

void sw_directory_fault(sw_directory_reader *reader, const sw_yaml *at, sw_err code,
                        const char *field, const char *hint, const char *fmt, ...) {
    char what[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    sw_diag_at(reader->diags, code, at->line, at->col, field, hint, "%s", what);
    if (!reader->err) reader->err = SW_E_INVALID;
}

char *sw_directory_text(sw_directory_reader *reader, const sw_yaml *map, const char *key,
                        bool required) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (node && node->kind == SW_YAML_STRING && node->text.len < 512)
        return sw_pb_text(&reader->pb, node->text);
    if (node && node->kind != SW_YAML_NULL)
        sw_directory_fault(reader, node, SW_E_TYPE, key,
                           "write a text of at most 511 bytes; codes and numbers in quotes",
                           "'%s' is %s, not a text", key, sw_yaml_kind_names[node->kind]);
    else if (required)
        sw_directory_fault(reader, map, SW_E_MISSING, key, NULL, "'%s' is missing", key);
    return sw_pb_text(&reader->pb, SW_SLICE_NONE);
}

int64_t sw_directory_time(sw_directory_reader *reader, const sw_yaml *map, const char *key) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (!node || node->kind == SW_YAML_NULL) return 0;
    int64_t day, ms;
    if (sw_date_parse(node->text, &day) == SW_OK) return sw_zone_day_start(reader->zone, day);
    if (!sw_time_parse_ms(node->text, &ms)) return ms;
    sw_directory_fault(reader, node, SW_E_SYNTAX, key,
                       "write 2026-12-01, or 2026-12-01T08:00:00+08:00", "'%.*s' is no time",
                       SW_FMT(node->text));
    return 0;
}

void sw_directory_interval(sw_directory_reader *reader, const sw_yaml *map, int64_t *ret_from_ms,
                           int64_t *ret_until_ms) {
    *ret_from_ms = sw_directory_time(reader, map, "from");
    *ret_until_ms = sw_directory_time(reader, map, "until");
    if (*ret_until_ms && *ret_from_ms >= *ret_until_ms)
        sw_directory_fault(reader, map, SW_E_RANGE, "until", "'until' is the first day without it",
                           "'until' is not after 'from'");
}

void sw_directory_keys(sw_directory_reader *reader, const sw_yaml *map, const char *const *names,
                       size_t count, const char *what) {
    const sw_yaml_keys keys = {names, count, what, NULL, NULL};
    if (sw_yaml_check_keys(map, &keys, reader->diags) && !reader->err) reader->err = SW_E_INVALID;
}

const sw_yaml *sw_directory_list(sw_directory_reader *reader, const sw_yaml *map, const char *key) {
    const sw_yaml *list = sw_yaml_get(map, key);
    if (!list || list->kind == SW_YAML_NULL) return NULL;
    if (list->kind != SW_YAML_SEQ) {
        sw_directory_fault(reader, list, SW_E_TYPE, key, "write a list: each item after '- '",
                           "'%s' is %s, not a list", key, sw_yaml_kind_names[list->kind]);
        return NULL;
    }
    for (const sw_yaml *item = list->first; item; item = item->next) {
        if (item->kind == SW_YAML_MAP) continue;
        sw_directory_fault(reader, item, SW_E_TYPE, key, "write {key: value, …}",
                           "an item of '%s' is %s, not a map", key, sw_yaml_kind_names[item->kind]);
        return NULL;
    }
    return list;
}

void sw_directory_take(sw_directory_reader *reader, const sw_yaml *at, sw_directory_entry *entry) {
    if (reader->count == reader->cap) {
        uint32_t cap = reader->cap ? reader->cap * 2 : 64;
        sw_directory_entry **entries = sw_pb_zero(&reader->pb, cap, sizeof(void *));
        uint32_t *lines = sw_pb_zero(&reader->pb, cap, sizeof *lines);
        if (!entries || !lines) return;
        if (reader->count) {
            memcpy(entries, reader->entries, reader->count * sizeof(void *));
            memcpy(lines, reader->lines, reader->count * sizeof *lines);
        }
        reader->entries = entries;
        reader->lines = lines;
        reader->cap = cap;
    }
    reader->lines[reader->count] = at->line;
    reader->entries[reader->count++] = entry;
}

sw_directory_entry *sw_directory_have(const sw_directory_reader *reader, const char *id) {
    for (uint32_t i = 0; i < reader->count; i++)
        if (strcmp(reader->entries[i]->id, id) == 0) return reader->entries[i];
    return NULL;
}

static int by_id(const void *a, const void *b) {
    const sw_directory_entry *const *x = a, *const *y = b;
    int order = strcmp((*x)->id, (*y)->id);
    if (order) return order;
    return ((*x)->from_ms > (*y)->from_ms) - ((*x)->from_ms < (*y)->from_ms);
}

static void read_metadata(sw_directory_reader *reader, const sw_yaml *root) {
    static const char *const names[] = {"timezone", "from", "name"};
    const sw_yaml *metadata = sw_yaml_get(root, "metadata");
    sw_slice zone = SW_S("Asia/Shanghai");
    if (metadata) sw_directory_keys(reader, metadata, names, SW_COUNT(names), "metadata");
    const sw_yaml *timezone = sw_yaml_get(metadata, "timezone");
    if (timezone) zone = timezone->text;
    if (sw_zone_load(reader->pb.arena, zone, &reader->zone)) {
        reader->zone = sw_zone_utc();
        sw_directory_fault(reader, timezone ? timezone : root, SW_E_UNKNOWN, "metadata.timezone",
                           "write an IANA name such as Asia/Shanghai",
                           "there is no time zone '%.*s'", SW_FMT(zone));
    }
    int64_t from_ms = sw_directory_time(reader, metadata, "from");
    if (from_ms) reader->from_ms = from_ms;
}

void sw_directory_section(sw_directory_reader *reader, const char *section) {
    if (!reader->folder) return;
    const char *name = strcmp(section, "rosters") == 0 ? "shifts" : section;
    sw_slice file = sw_slice_cstr(sw_pb_printf(&reader->pb, "%s/%s.csv", reader->folder, name));
    if (reader->diags) reader->diags->file = file;
    if (reader->notes) reader->notes->file = file;
}

/* Officers before those who are named by their number. */
static const struct {
    const char *name;
    void (*read)(sw_directory_reader *reader, const sw_yaml *list);
} sections[] = {
    {"units", sw_directory_read_units},     {"officers", sw_directory_read_officers},
    {"posts", sw_directory_read_posts},     {"areas", sw_directory_read_areas},
    {"rosters", sw_directory_read_rosters}, {"deputies", sw_directory_read_deputies},
};

static sw_err read_tree(sw_directory_reader *reader, const sw_yaml *root, sw_directory *ret) {
    static const char *const names[] = {"apiVersion", "kind",  "metadata", "units",   "officers",
                                        "posts",      "areas", "rosters",  "deputies"};
    if (root->kind != SW_YAML_MAP) {
        sw_directory_fault(reader, root, SW_E_TYPE, NULL, "begin with kind: Directory",
                           "a directory is a map, this is %s", sw_yaml_kind_names[root->kind]);
        return SW_E_INVALID;
    }
    sw_directory_keys(reader, root, names, SW_COUNT(names), "a directory");
    const sw_yaml *kind = sw_yaml_get(root, "kind");
    if (!kind || !sw_slice_is(kind->text, "Directory"))
        sw_directory_fault(reader, kind ? kind : root, SW_E_INVALID, "kind", "kind: Directory",
                           "this says not that it is a directory");
    sw_directory_section(reader, "metadata");
    read_metadata(reader, root);
    for (size_t i = 0; i < SW_COUNT(sections); i++) {
        sw_directory_section(reader, sections[i].name);
        sections[i].read(reader, sw_directory_list(reader, root, sections[i].name));
    }
    sw_directory_check(reader);
    if (reader->pb.full) return SW_E_LIMIT;
    if (reader->err) return reader->err;
    if (reader->count) qsort(reader->entries, reader->count, sizeof(void *), by_id);
    *ret = (sw_directory){reader->entries, reader->count, reader->from_ms};
    return SW_OK;
}

sw_err sw_directory_parse(sw_arena *arena, sw_slice file, sw_slice text, int64_t from_ms,
                          sw_diags *diags, sw_diags *notes, sw_directory *ret) {
    const sw_yaml *root;
    if (diags) diags->file = file;
    if (notes) notes->file = file;
    sw_err err = sw_yaml_parse(arena, text, diags, &root);
    if (err) return err;
    sw_directory_reader reader = {
        .pb = {arena, false}, .diags = diags, .notes = notes, .from_ms = from_ms};
    return read_tree(&reader, root, ret);
}

static bool is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

sw_err sw_directory_read(sw_arena *arena, const char *path, int64_t from_ms, sw_diags *diags,
                         sw_diags *notes, sw_directory *ret) {
    if (is_folder(path)) {
        const sw_yaml *root;
        sw_err fault, err = sw_directory_csv(arena, path, diags, &fault, &root);
        if (err) return err;
        sw_directory_reader reader = {.pb = {arena, false},
                                      .diags = diags,
                                      .notes = notes,
                                      .from_ms = from_ms,
                                      .folder = path,
                                      .err = fault};
        return read_tree(&reader, root, ret);
    }
    sw_slice text;
    sw_err err = sw_file_read(arena, path, SW_DIRECTORY_BYTES_MAX, diags, &text);
    return err ? err
               : sw_directory_parse(arena, sw_slice_cstr(path), text, from_ms, diags, notes, ret);
}

sw_err sw_directory_as_yaml(sw_arena *arena, const char *path, sw_diags *diags, sw_slice *ret) {
    if (!is_folder(path)) return sw_file_read(arena, path, SW_DIRECTORY_BYTES_MAX, diags, ret);
    const sw_yaml *root;
    sw_err fault, err = sw_directory_csv(arena, path, diags, &fault, &root);
    if (err || fault) return err ? err : fault;
    sw_buf json;
    sw_buf_init(&json, SW_DIRECTORY_BYTES_MAX);
    sw_yaml_write_json(&json, root);
    err = json.err;
    if (!err && !sw_arena_copy(arena, sw_buf_slice(&json), ret)) err = SW_E_LIMIT;
    sw_buf_done(&json);
    return err;
}
