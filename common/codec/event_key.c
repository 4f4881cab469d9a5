#include <stdio.h>

#include "codec/event.h"

/* One value of a key field, of those that the event carries. */
typedef struct cursor {
    const sw_event *event;
    const struct sw_type_key *key;
    uint32_t field, item;
} cursor;

static void begin(cursor *c, const sw_event *event, uint32_t key_id) {
    *c = (cursor){.event = event, .key = sw_event_type_key(event->type, key_id)};
}

static const sw_value *next(cursor *c) {
    while (c->key && c->field < c->key->field_count) {
        const sw_value *value = &c->event->fields[c->key->fields[c->field]];
        bool list = value->kind == SW_LIST;
        if (value->kind != SW_ABSENT && c->item < (list ? value->count : 1))
            return list ? &value->items[c->item++] : (c->item++, value);
        c->field++;
        c->item = 0;
    }
    return NULL;
}

/* As a string; an int is written into `digits`. */
static sw_slice text_of(const sw_value *value, char digits[24]) {
    if (value->kind == SW_STRING) return value->s;
    SW_ASSERT(value->kind == SW_INT);
    int len = snprintf(digits, 24, "%lld", (long long)value->i);
    return sw_slice_of(digits, (size_t)len);
}

uint32_t sw_event_key_values(const sw_event *event, uint32_t key_id, sw_slice *ret, uint32_t max,
                             sw_arena *arena) {
    cursor c, before;
    uint32_t count = 0;
    begin(&c, event, key_id);
    for (const sw_value *value; (value = next(&c));) {
        char digits[24], other[24];
        sw_slice text = text_of(value, digits);
        begin(&before, event, key_id);
        const sw_value *first = next(&before);
        while (!sw_slice_eq(text_of(first, other), text)) first = next(&before);
        if (first != value) continue;
        if (count < max) {
            ret[count] = text;
            if (value->kind == SW_INT && !sw_arena_copy(arena, text, &ret[count]))
                return UINT32_MAX;
        }
        count++;
    }
    return count;
}

bool sw_event_has_key(const sw_event *event, uint32_t key_id, sw_slice value) {
    cursor c;
    char digits[24];
    begin(&c, event, key_id);
    for (const sw_value *v; (v = next(&c));)
        if (sw_slice_eq(text_of(v, digits), value)) return true;
    return false;
}

bool sw_event_carries_key(const sw_event *event, uint32_t key_id) {
    cursor c;
    begin(&c, event, key_id);
    return next(&c) != NULL;
}
