#include "seawall/rules/eval/infer.h"

#include "text/json.h"
#include "text/time.h"

#define TEXT_BYTES ((size_t)16 << 20)

static const sw_json *type_of(sw_arena *arena, sw_slice text, const sw_json **ret_data) {
    const sw_json *event;
    if (sw_json_parse(arena, text, (sw_json_limits){0}, NULL, &event) != SW_OK) return NULL;
    const sw_json *type = sw_json_get(event, SW_S("type"));
    *ret_data = sw_json_get(event, SW_S("data"));
    return type && type->kind == SW_JSON_STRING ? type : NULL;
}

bool eval_knows_type(sw_arena *arena, const sw_catalogue *catalogue, sw_slice event_json) {
    const sw_json *data, *type = type_of(arena, event_json, &data);
    return !type || sw_catalogue_find(catalogue, type->text);
}

/* NULL: nothing that a field can hold. */
static const char *scalar_type(const sw_json *json) {
    int64_t n;
    switch (json->kind) {
    case SW_JSON_BOOL:
        return "bool";
    case SW_JSON_NUMBER:
        return sw_json_int(json, &n) == SW_OK ? "int" : "double";
    case SW_JSON_STRING:
        return sw_time_parse_ms(json->text, &n) == SW_OK ? "timestamp" : "string";
    default:
        return NULL;
    }
}

static const char *list_type(const sw_json *list) {
    const char *type = list->first ? scalar_type(list->first) : NULL;
    for (const sw_json *item = list->first; type && item; item = item->next) {
        const char *other = scalar_type(item);
        if (!other || strcmp(other, type) != 0) return NULL;
    }
    return type;
}

const sw_catalogue *eval_infer_catalogue(sw_arena *arena, sw_slice event_json, sw_diags *diags) {
    const sw_json *data, *type = type_of(arena, event_json, &data);
    const sw_catalogue *catalogue = NULL;
    sw_slice text;
    if (!type) return NULL;
    sw_buf buf;
    sw_buf_init(&buf, TEXT_BYTES);
    sw_buf_add_cstr(&buf, "types: {");
    sw_json_write_string(&buf, type->text);
    sw_buf_add_cstr(&buf, ": {fields: {");
    bool first = true;
    for (const sw_json *item = data ? data->first : NULL; item; item = item->next) {
        bool list = item->kind == SW_JSON_ARRAY;
        const char *of = list ? list_type(item) : scalar_type(item);
        if (!of) continue;
        if (!first) sw_buf_add_byte(&buf, ',');
        first = false;
        sw_json_write_string(&buf, item->name);
        sw_buf_printf(&buf, ": '%s%s'", of, list ? "[]" : "");
    }
    sw_buf_add_cstr(&buf, "}}}\n");
    bool whole = !buf.err && sw_arena_copy(arena, sw_buf_slice(&buf), &text);
    sw_buf_done(&buf);
    if (!whole || sw_catalogue_parse(arena, SW_S("event"), text, diags, &catalogue) != SW_OK)
        return NULL;
    return catalogue;
}
