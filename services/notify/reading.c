#include "notify/reading.h"

#include <stdarg.h>
#include <stdio.h>

#define FILE_BYTES_MAX ((size_t)1 << 20)

const char *const sw_level_words[SW_NOTIFY_LEVELS] = {"green",  "blue", "yellow",
                                                      "orange", "red",  "breach"};

void sw_reading_fault(sw_reading *r, const sw_yaml *at, sw_err code, const char *field,
                      const char *hint, const char *fmt, ...) {
    char what[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    sw_diag_at(r->diags, code, at ? at->line : 0, at ? at->col : 0, field, hint, "%s", what);
    if (!r->err) r->err = SW_E_INVALID;
}

void sw_reading_keys(sw_reading *r, const sw_yaml *map, const char *const *names, size_t count,
                     const char *what) {
    const sw_yaml_keys keys = {names, count, what, NULL, NULL};
    if (sw_yaml_check_keys(map, &keys, r->diags) && !r->err) r->err = SW_E_INVALID;
}

const sw_yaml *sw_reading_file(sw_reading *r, const char *path, const char *kind) {
    sw_slice text;
    const sw_yaml *root;
    if (r->diags) r->diags->file = sw_slice_cstr(path);
    sw_err err = sw_file_read(r->pb.arena, path, FILE_BYTES_MAX, r->diags, &text);
    if (!err) err = sw_yaml_parse(r->pb.arena, text, r->diags, &root);
    if (err) {
        r->err = err;
        return NULL;
    }
    const sw_yaml *said = sw_yaml_get(root, "kind");
    if (said && sw_slice_is(said->text, kind)) return root;
    sw_reading_fault(r, said ? said : root, SW_E_INVALID, "kind", NULL, "this is not kind: %s",
                     kind);
    return NULL;
}

static bool scalar(const sw_yaml *node) {
    return node && node->kind != SW_YAML_NULL && node->kind != SW_YAML_SEQ &&
           node->kind != SW_YAML_MAP;
}

const char *sw_reading_text(sw_reading *r, const sw_yaml *map, const char *key, bool required) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (scalar(node)) return sw_pb_text(&r->pb, node->text);
    if (node && node->kind != SW_YAML_NULL)
        sw_reading_fault(r, node, SW_E_TYPE, key, NULL, "'%s' is %s, not a text", key,
                         sw_yaml_kind_names[node->kind]);
    else if (required)
        sw_reading_fault(r, map, SW_E_MISSING, key, NULL, "'%s' is missing", key);
    return "";
}

int64_t sw_reading_duration(sw_reading *r, const sw_yaml *map, const char *key, int64_t otherwise) {
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
    const sw_yaml *node = sw_yaml_get(map, key);
    if (!node || node->kind == SW_YAML_NULL) return otherwise;
    int64_t n;
    if (sw_slice_is(node->text, "0")) return 0;
    for (size_t i = 0; i < SW_COUNT(units) && node->text.len > 1; i++) {
        if (node->text.ptr[node->text.len - 1] != units[i].unit) continue;
        sw_slice digits = sw_slice_sub(node->text, 0, node->text.len - 1);
        if (sw_slice_int(digits, &n) && n >= 0 && n < 100000) return n * units[i].ms;
    }
    sw_reading_fault(r, node, SW_E_SYNTAX, key, "write 90s, 15m, 24h or 2d",
                     "'%.*s' is no duration", SW_FMT(node->text));
    return otherwise;
}

int64_t sw_reading_number(sw_reading *r, const sw_yaml *map, const char *key, int64_t low,
                          int64_t high, int64_t otherwise) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (!node || node->kind == SW_YAML_NULL) return otherwise;
    if (node->kind == SW_YAML_INT && node->number >= low && node->number <= high)
        return node->number;
    sw_reading_fault(r, node, SW_E_RANGE, key, NULL, "'%s' is not a whole number from %lld to %lld",
                     key, (long long)low, (long long)high);
    return otherwise;
}

bool sw_reading_flag(sw_reading *r, const sw_yaml *map, const char *key, bool otherwise) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (!node || node->kind == SW_YAML_NULL) return otherwise;
    if (node->kind == SW_YAML_BOOL) return node->truth;
    sw_reading_fault(r, node, SW_E_TYPE, key, NULL, "'%s' is not true or false", key);
    return otherwise;
}

const char **sw_reading_words(sw_reading *r, const sw_yaml *map, const char *key,
                              uint32_t *ret_count) {
    const sw_yaml *node = sw_yaml_get(map, key);
    *ret_count = 0;
    if (!node || node->kind == SW_YAML_NULL) return NULL;
    uint32_t count = node->kind == SW_YAML_SEQ ? node->count : 1;
    const char **words = sw_pb_zero(&r->pb, count + 1, sizeof *words);
    if (!words) return NULL;
    const sw_yaml *item = node->kind == SW_YAML_SEQ ? node->first : node;
    for (uint32_t i = 0; i < count; i++, item = item->next) {
        if (!scalar(item))
            sw_reading_fault(r, item, SW_E_TYPE, key, "write [a, b]", "'%s' holds %s", key,
                             sw_yaml_kind_names[item->kind]);
        words[(*ret_count)++] = sw_pb_text(&r->pb, item->text);
    }
    return words;
}

uint32_t sw_level_of(sw_slice name) {
    uint32_t i = 0;
    while (i < SW_NOTIFY_LEVELS && !sw_slice_is(name, sw_level_words[i])) i++;
    return i;
}

uint32_t sw_reading_level(sw_reading *r, const sw_yaml *map, const char *key, uint32_t otherwise) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (!node || node->kind == SW_YAML_NULL) return otherwise;
    uint32_t level = sw_level_of(node->text);
    if (level < SW_NOTIFY_LEVELS) return level;
    sw_reading_fault(r, node, SW_E_UNKNOWN, key, "green blue yellow orange red breach",
                     "there is no level '%.*s'", SW_FMT(node->text));
    return otherwise;
}
