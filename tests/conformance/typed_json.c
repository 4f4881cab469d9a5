#include "typed_json.h"

#include <math.h>
#include <stdlib.h>

static bool read_items(sw_arena *arena, const sw_json *array, bool pairs, sw_value *ret) {
    uint32_t each = pairs ? 2 : 1, n = 0;
    sw_value *items = sw_arena_zero(arena, (size_t)array->count * each + 1, sizeof *items);
    if (!items) return false;
    for (const sw_json *at = array->first; at; at = at->next) {
        const sw_json *first = pairs ? at->first : at;
        if (!typed_json_read(arena, first, &items[n++])) return false;
        if (pairs && !typed_json_read(arena, first->next, &items[n++])) return false;
    }
    ret->items = items;
    ret->count = array->count;
    return true;
}

static bool read_uint(sw_slice text, uint64_t *ret) {
    char room[32] = {0};
    if (text.len >= sizeof room) return false;
    memcpy(room, text.ptr, text.len);
    *ret = strtoull(room, NULL, 10);
    return true;
}

static bool read_double(sw_slice text, double *ret) {
    char room[64] = {0};
    if (text.len >= sizeof room) return false;
    memcpy(room, text.ptr, text.len);
    *ret = strtod(room, NULL);
    return true;
}

static bool read_hex(sw_arena *arena, sw_slice hex, sw_slice *ret) {
    char *bytes = sw_arena_alloc(arena, hex.len / 2 + 1);
    if (!bytes) return false;
    for (size_t i = 0; i + 1 < hex.len; i += 2) {
        char digits[3] = {hex.ptr[i], hex.ptr[i + 1], 0};
        bytes[i / 2] = (char)strtol(digits, NULL, 16);
    }
    *ret = sw_slice_of(bytes, hex.len / 2);
    return true;
}

static bool read_moment(const sw_json *pair, sw_instant *ret) {
    int64_t nanos;
    if (!pair->first || sw_json_int(pair->first, &ret->seconds) || !pair->first->next ||
        sw_json_int(pair->first->next, &nanos))
        return false;
    ret->nanos = (int32_t)nanos;
    return true;
}

static const struct {
    const char *name;
    sw_value_kind kind;
} kinds[] = {
    {"null", SW_NULL},   {"bool", SW_BOOL},         {"int", SW_INT},
    {"uint", SW_UINT},   {"double", SW_DOUBLE},     {"string", SW_STRING},
    {"bytes", SW_BYTES}, {"list", SW_LIST},         {"map", SW_MAP},
    {"type", SW_TYPE},   {"duration", SW_DURATION}, {"timestamp", SW_TIMESTAMP},
};

bool typed_json_read(sw_arena *arena, const sw_json *json, sw_value *ret) {
    if (!json || json->kind != SW_JSON_OBJECT || json->count != 1) return false;
    const sw_json *in = json->first;
    *ret = (sw_value){.kind = SW_ABSENT};
    for (size_t i = 0; i < SW_COUNT(kinds); i++)
        if (sw_slice_is(in->name, kinds[i].name)) ret->kind = kinds[i].kind;
    switch (ret->kind) {
    case SW_ABSENT:
        return false;
    case SW_NULL:
        return in->kind == SW_JSON_NULL;
    case SW_BOOL:
        ret->b = in->truth;
        return in->kind == SW_JSON_BOOL;
    case SW_INT:
        return sw_json_int(in, &ret->i) == SW_OK;
    case SW_UINT:
        return read_uint(in->text, &ret->u);
    case SW_DOUBLE:
        return read_double(in->text, &ret->d);
    case SW_STRING:
    case SW_TYPE:
        ret->s = in->text;
        return in->kind == SW_JSON_STRING;
    case SW_BYTES:
        return read_hex(arena, in->text, &ret->s);
    case SW_LIST:
    case SW_MAP:
        return read_items(arena, in, ret->kind == SW_MAP, ret);
    case SW_TIMESTAMP:
    case SW_DURATION:
        return read_moment(in, &ret->t);
    }
    return false;
}

static const sw_cel_type *join_all(sw_arena *arena, const sw_value *value, uint32_t first,
                                   uint32_t step, uint32_t end) {
    const sw_cel_type *type = sw_cel_type_of(SW_ABSENT);
    for (uint32_t i = first; i < end && type; i += step) {
        const sw_cel_type *item = typed_json_type(arena, &value->items[i]);
        type = item ? sw_cel_type_join(arena, type, item) : NULL;
    }
    return type;
}

const sw_cel_type *typed_json_type(sw_arena *arena, const sw_value *value) {
    if (value->kind != SW_LIST && value->kind != SW_MAP) return sw_cel_type_of(value->kind);
    bool map = value->kind == SW_MAP;
    uint32_t end = map ? value->count * 2 : value->count;
    sw_cel_type *type = sw_arena_zero(arena, 1, sizeof *type);
    if (!type) return NULL;
    type->kind = value->kind;
    type->item = join_all(arena, value, map, map ? 2 : 1, end);
    type->key = map ? join_all(arena, value, 0, 2, end) : NULL;
    return type->item && (!map || type->key) ? type : NULL;
}

static bool same_maps(const sw_value *a, const sw_value *b) {
    for (uint32_t i = 0; i < a->count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->count && !found; k++)
            found = typed_json_same(&a->items[2 * i], &b->items[2 * k]) &&
                    typed_json_same(&a->items[2 * i + 1], &b->items[2 * k + 1]);
        if (!found) return false;
    }
    return true;
}

bool typed_json_same(const sw_value *a, const sw_value *b) {
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case SW_ABSENT:
    case SW_NULL:
        return true;
    case SW_BOOL:
        return a->b == b->b;
    case SW_INT:
        return a->i == b->i;
    case SW_UINT:
        return a->u == b->u;
    case SW_DOUBLE:
        return (isnan(a->d) && isnan(b->d)) || memcmp(&a->d, &b->d, sizeof a->d) == 0;
    case SW_STRING:
    case SW_BYTES:
    case SW_TYPE:
        return sw_slice_eq(a->s, b->s);
    case SW_TIMESTAMP:
    case SW_DURATION:
        return a->t.seconds == b->t.seconds && a->t.nanos == b->t.nanos;
    case SW_MAP:
        return a->count == b->count && same_maps(a, b);
    case SW_LIST:
        break;
    }
    for (uint32_t i = 0; i < a->count; i++)
        if (!typed_json_same(&a->items[i], &b->items[i])) return false;
    return a->count == b->count;
}
