#include "cel/ast.h"

static const sw_cel_type scalars[SW_TYPE + 1] = {
    [SW_ABSENT] = {SW_ABSENT},
    [SW_NULL] = {SW_NULL},
    [SW_BOOL] = {SW_BOOL},
    [SW_INT] = {SW_INT},
    [SW_UINT] = {SW_UINT},
    [SW_DOUBLE] = {SW_DOUBLE},
    [SW_STRING] = {SW_STRING},
    [SW_BYTES] = {SW_BYTES},
    [SW_LIST] = {SW_LIST, NULL, &scalars[SW_ABSENT]},
    [SW_MAP] = {SW_MAP, &scalars[SW_ABSENT], &scalars[SW_ABSENT]},
    [SW_TIMESTAMP] = {SW_TIMESTAMP},
    [SW_DURATION] = {SW_DURATION},
    [SW_TYPE] = {SW_TYPE},
};

static const sw_cel_type lists[SW_TYPE + 1] = {
    [SW_ABSENT] = {SW_LIST, NULL, &scalars[SW_ABSENT]},
    [SW_NULL] = {SW_LIST, NULL, &scalars[SW_NULL]},
    [SW_BOOL] = {SW_LIST, NULL, &scalars[SW_BOOL]},
    [SW_INT] = {SW_LIST, NULL, &scalars[SW_INT]},
    [SW_UINT] = {SW_LIST, NULL, &scalars[SW_UINT]},
    [SW_DOUBLE] = {SW_LIST, NULL, &scalars[SW_DOUBLE]},
    [SW_STRING] = {SW_LIST, NULL, &scalars[SW_STRING]},
    [SW_BYTES] = {SW_LIST, NULL, &scalars[SW_BYTES]},
    [SW_LIST] = {SW_LIST, NULL, &scalars[SW_LIST]},
    [SW_MAP] = {SW_LIST, NULL, &scalars[SW_MAP]},
    [SW_TIMESTAMP] = {SW_LIST, NULL, &scalars[SW_TIMESTAMP]},
    [SW_DURATION] = {SW_LIST, NULL, &scalars[SW_DURATION]},
    [SW_TYPE] = {SW_LIST, NULL, &scalars[SW_TYPE]},
};

static const char *const kind_names[SW_TYPE + 1] = {
    [SW_ABSENT] = "nothing", [SW_NULL] = "null_type",      [SW_BOOL] = "bool",
    [SW_INT] = "int",        [SW_UINT] = "uint",           [SW_DOUBLE] = "double",
    [SW_STRING] = "string",  [SW_BYTES] = "bytes",         [SW_LIST] = "list",
    [SW_MAP] = "map",        [SW_TIMESTAMP] = "timestamp", [SW_DURATION] = "duration",
    [SW_TYPE] = "type",
};

const sw_cel_type *sw_cel_type_of(sw_value_kind kind) {
    SW_ASSERT(kind >= SW_ABSENT && kind <= SW_TYPE);
    return &scalars[kind];
}

const sw_cel_type *sw_cel_list_of(sw_value_kind item) {
    SW_ASSERT(item >= SW_ABSENT && item <= SW_TYPE && item != SW_LIST && item != SW_MAP);
    return &lists[item];
}

sw_slice sw_cel_type_text(sw_arena *arena, const sw_cel_type *type) {
    SW_ASSERT(type); /* the arena is for lists and maps of something */
    if (type->kind == SW_LIST && !cel_type_any(type->item)) {
        sw_slice item = sw_cel_type_text(arena, type->item);
        return item.ptr ? sw_arena_printf(arena, "list(%.*s)", SW_FMT(item)) : SW_SLICE_NONE;
    }
    if (type->kind == SW_MAP && !cel_type_any(type->item)) {
        sw_slice key = sw_cel_type_text(arena, type->key);
        sw_slice item = sw_cel_type_text(arena, type->item);
        if (!key.ptr || !item.ptr) return SW_SLICE_NONE;
        return sw_arena_printf(arena, "map(%.*s, %.*s)", SW_FMT(key), SW_FMT(item));
    }
    return sw_slice_cstr(kind_names[type->kind]);
}

const char *cel_type_name(sw_arena *arena, const sw_cel_type *type) {
    sw_slice text = sw_cel_type_text(arena, type);
    return text.ptr ? text.ptr : "?";
}

bool cel_type_eq(const sw_cel_type *a, const sw_cel_type *b) {
    if (a == b) return true;
    if (a->kind != b->kind) return false;
    if (a->kind == SW_LIST) return cel_type_eq(a->item, b->item);
    if (a->kind == SW_MAP) return cel_type_eq(a->key, b->key) && cel_type_eq(a->item, b->item);
    return true;
}

const sw_cel_type *cel_type_list(sw_arena *arena, const sw_cel_type *item) {
    if (item->kind != SW_LIST && item->kind != SW_MAP) return &lists[item->kind];
    sw_cel_type *type = sw_arena_zero(arena, 1, sizeof *type);
    if (!type) return NULL;
    *type = (sw_cel_type){SW_LIST, NULL, item};
    return type;
}

const sw_cel_type *cel_type_map(sw_arena *arena, const sw_cel_type *key, const sw_cel_type *item) {
    sw_cel_type *type = sw_arena_zero(arena, 1, sizeof *type);
    if (!type) return NULL;
    *type = (sw_cel_type){SW_MAP, key, item};
    return type;
}

const sw_cel_type *sw_cel_type_join(sw_arena *arena, const sw_cel_type *a, const sw_cel_type *b) {
    SW_ASSERT(arena && a && b);
    if (cel_type_any(a) || cel_type_eq(a, b)) return b;
    if (cel_type_any(b)) return a;
    if (a->kind != b->kind || (a->kind != SW_LIST && a->kind != SW_MAP)) return NULL;
    const sw_cel_type *item = sw_cel_type_join(arena, a->item, b->item);
    if (!item) return NULL;
    if (a->kind == SW_LIST) return cel_type_list(arena, item);
    const sw_cel_type *key = sw_cel_type_join(arena, a->key, b->key);
    return key ? cel_type_map(arena, key, item) : NULL;
}
