#include "report/indicator/read.h"

#include <stdarg.h>
#include <stdio.h>

#include "report/indicator/fields.h"

sw_err read_fault(reader *r, sw_err code, const sw_yaml *node, const char *hint, const char *fmt,
                  ...) {
    char text[512];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    (void)sw_diag_at(r->diags, code, node ? node->line : 0, node ? node->col : 0,
                     r->field[0] ? r->field : NULL, hint, "%s", text);
    return SW_E_INVALID;
}

sw_slice read_text(reader *r, const sw_yaml *map, const char *key, bool required) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (!node) {
        if (required) (void)read_fault(r, SW_E_MISSING, map, NULL, "'%s' is missing", key);
        return SW_SLICE_NONE;
    }
    if (node->kind == SW_YAML_SEQ || node->kind == SW_YAML_MAP || node->text.len == 0) {
        (void)read_fault(r, SW_E_TYPE, node, NULL, "'%s' takes a text, not %s", key,
                         sw_yaml_kind_names[node->kind]);
        return SW_SLICE_NONE;
    }
    return node->text;
}

const sw_slice *read_texts(reader *r, const sw_yaml *map, const char *key, uint32_t *ret_count) {
    const sw_yaml *node = sw_yaml_get(map, key);
    *ret_count = 0;
    if (!node) return NULL;
    const bool list = node->kind == SW_YAML_SEQ;
    sw_slice *texts = sw_arena_zero(r->arena, list ? node->count + 1 : 1, sizeof *texts);
    if (!texts) {
        r->exhausted = true;
        return NULL;
    }
    for (const sw_yaml *item = list ? node->first : node; item; item = list ? item->next : NULL) {
        if (item->kind != SW_YAML_STRING || item->text.len == 0)
            (void)read_fault(r, SW_E_TYPE, item, NULL, "'%s' takes texts, not %s", key,
                             sw_yaml_kind_names[item->kind]);
        else
            texts[(*ret_count)++] = item->text;
    }
    return texts;
}

int32_t read_word(reader *r, const sw_yaml *map, const char *key, const char *const *words,
                  uint32_t count) {
    const sw_yaml *node = sw_yaml_get(map, key);
    if (!node) return -1;
    for (uint32_t i = 0; i < count; i++)
        if (sw_slice_is(node->text, words[i])) return (int32_t)i;
    const char *hint = sw_did_you_mean(r->arena, node->text, words, count, NULL);
    (void)read_fault(r, SW_E_INVALID, node, hint, "'%.*s' is nothing that '%s' takes",
                     SW_FMT(node->text), key);
    return -1;
}

const sw_cel *read_condition(reader *r, const sw_yaml *node, const sw_event_type *type,
                             const sw_cel_type *want) {
    if (!node) return NULL;
    if (node->kind == SW_YAML_SEQ || node->kind == SW_YAML_MAP) {
        (void)read_fault(r, SW_E_TYPE, node, "write it in quotes", "a condition is a text, not %s",
                         sw_yaml_kind_names[node->kind]);
        return NULL;
    }
    const sw_cel_root roots[] = {sw_attribute_root("event"), sw_fields_root(type)};
    const sw_cel_env env = {roots, SW_COUNT(roots)};
    const sw_cel_place place = {node->line, node->col + (node->quoted ? 1 : 0), r->field};
    const sw_cel *cel = NULL;
    const sw_err err = sw_cel_compile(r->arena, &env, node->text, want, place, r->diags, &cel);
    r->exhausted |= err == SW_E_LIMIT;
    return err ? NULL : cel;
}
