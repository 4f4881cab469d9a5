#include "rules/book/scope.h"

#define COMBOS_MAX 65535u

/* The values that an event carries for one key name, without repeats. */
typedef struct values {
    const sw_slice *items;
    uint32_t count;
} values;

static sw_err add_value(const sw_value *value, sw_arena *arena, sw_slice *items, uint32_t *count) {
    sw_slice s = value->s;
    if (value->kind == SW_INT) {
        s = sw_arena_printf(arena, "%lld", (long long)value->i);
        if (!s.ptr) return SW_E_NOMEM;
    } else if (value->kind != SW_STRING) {
        return SW_OK;
    }
    for (uint32_t i = 0; i < *count; i++)
        if (sw_slice_eq(items[i], s)) return SW_OK;
    items[(*count)++] = s;
    return SW_OK;
}

static sw_err key_values(const sw_book *book, const sw_view *view, uint32_t key_id, sw_arena *arena,
                         values *ret) {
    const struct sw_type_key *key = sw_event_type_key(sw_book_type(book, view), key_id);
    *ret = (values){NULL, 0};
    if (!key) return SW_OK;
    for (uint32_t f = 0; f < key->field_count; f++) {
        sw_value value;
        sw_err err = sw_view_field(view, key->fields[f], sw_book_value(book), arena, &value);
        if (err) return err;
        uint32_t more = value.kind == SW_LIST ? value.count : value.kind != SW_ABSENT;
        if (more == 0) continue;
        sw_slice *items = sw_arena_zero(arena, (size_t)ret->count + more, sizeof *items);
        if (!items) return SW_E_NOMEM;
        if (ret->count) memcpy(items, ret->items, ret->count * sizeof *items);
        ret->items = items;
        const sw_value *from = value.kind == SW_LIST ? value.items : &value;
        for (uint32_t i = 0; i < more && !err; i++)
            err = add_value(&from[i], arena, items, &ret->count);
        if (err) return err;
    }
    return SW_OK;
}

sw_err sw_group_count(const sw_book *book, const sw_strand *strand, const sw_view *view,
                      sw_arena *arena, uint32_t *ret) {
    uint64_t count = 1;
    for (uint32_t i = 1; i < strand->key_count && count > 0; i++) {
        values v;
        sw_err err = key_values(book, view, strand->key_ids[i], arena, &v);
        if (err) return err;
        count *= v.count;
        if (count > COMBOS_MAX) count = COMBOS_MAX;
    }
    *ret = (uint32_t)count;
    return SW_OK;
}

sw_err sw_group_lacks(const sw_book *book, const sw_strand *strand, const sw_view *view,
                      sw_arena *arena, uint32_t *ret) {
    uint32_t lacks = 0;
    for (uint32_t i = 1; i < strand->key_count && !lacks; i++) {
        values v;
        sw_err err = key_values(book, view, strand->key_ids[i], arena, &v);
        if (err) return err;
        if (v.count == 0) lacks = i;
    }
    *ret = lacks;
    return SW_OK;
}

sw_err sw_group_of(const sw_book *book, const sw_strand *strand, const sw_view *view,
                   uint32_t combo, sw_arena *arena, sw_group *ret) {
    ret->count = strand->key_count - 1;
    for (uint32_t i = 1; i < strand->key_count; i++) {
        values v;
        sw_err err = key_values(book, view, strand->key_ids[i], arena, &v);
        if (err) return err;
        SW_ASSERT(v.count > 0);
        ret->values[i - 1] = v.items[combo % v.count];
        combo /= v.count;
    }
    return SW_OK;
}

sw_err sw_group_has(const sw_book *book, const sw_strand *strand, const sw_view *view,
                    const sw_group *group, sw_arena *arena, bool *ret) {
    bool has = true;
    for (uint32_t i = 1; i < strand->key_count && has; i++) {
        values v;
        sw_err err = key_values(book, view, strand->key_ids[i], arena, &v);
        if (err) return err;
        has = v.count == 0;
        for (uint32_t n = 0; n < v.count && !has; n++)
            has = sw_slice_eq(v.items[n], group->values[i - 1]);
    }
    *ret = has;
    return SW_OK;
}

sw_err sw_group_find(const sw_book *book, const sw_strand *strand, const sw_view *view,
                     const sw_group *group, sw_arena *arena, uint32_t *ret) {
    uint32_t count;
    sw_err err = sw_group_count(book, strand, view, arena, &count);
    for (uint32_t i = 0; !err && i < count; i++) {
        sw_group one;
        err = sw_group_of(book, strand, view, i, arena, &one);
        if (!err && sw_group_eq(&one, group)) return *ret = i, SW_OK;
    }
    *ret = UINT32_MAX;
    return err;
}

bool sw_group_eq(const sw_group *a, const sw_group *b) {
    return sw_group_cmp(a, b) == 0;
}

int sw_group_cmp(const sw_group *a, const sw_group *b) {
    SW_ASSERT(a->count == b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        int order = sw_slice_cmp(a->values[i], b->values[i]);
        if (order) return order;
    }
    return 0;
}
