#include "rules/book/record.h"
#include "text/utf8.h"

/* A cursor over bytes that nobody vouches for. */
typedef struct cursor {
    const uint8_t *at, *end;
    const sw_numbers *former; /* NULL: the numbers are the present ones */
} cursor;

/* The present number of the byte or two at `at`, which are ours to change. */
static void renumber(const uint8_t *at, uint16_t number, size_t len) {
    memcpy((uint8_t *)(uintptr_t)at, &number, len);
}

static bool next_slot(cursor *c, uint32_t stored_type, uint64_t *ret) {
    const uint8_t *from = c->at;
    if (!sw_unpack_uint(&c->at, c->end, ret)) return false;
    if (!c->former) return true;
    const uint32_t first = c->former->first_field[stored_type];
    if (*ret >= c->former->first_field[stored_type + 1] - first || c->at - from != 1) return false;
    *ret = c->former->fields[first + *ret];
    renumber(from, (uint16_t)*ret, 1);
    return true;
}

static bool present_type(const cursor *c, const uint8_t *record, uint16_t *type) {
    if (!c->former) return true;
    if (*type >= c->former->type_count) return false;
    *type = c->former->types[*type];
    renumber(record + 1, *type, sizeof *type);
    return true;
}

static bool skip(cursor *c, uint64_t len) {
    if (len > (uint64_t)(c->end - c->at)) return false;
    c->at += len;
    return true;
}

static bool skip_slice(cursor *c) {
    uint64_t len;
    if (!sw_unpack_uint(&c->at, c->end, &len)) return false;
    const uint8_t *from = c->at;
    return skip(c, len) && sw_utf8_valid(sw_slice_of(from, len));
}

static bool time_fits(int64_t ms) {
    return ms >= SW_TIME_FIRST_MS && ms <= SW_TIME_LAST_MS;
}

static bool check_time(cursor *c) {
    int64_t ms;
    const uint8_t *from = c->at;
    if (!skip(c, sizeof ms)) return false;
    memcpy(&ms, from, sizeof ms);
    return time_fits(ms);
}

static bool check_instant(cursor *c) {
    uint64_t seconds, nanos;
    if (!sw_unpack_uint(&c->at, c->end, &seconds) || !sw_unpack_uint(&c->at, c->end, &nanos))
        return false;
    int64_t s = (int64_t)(seconds >> 1) ^ -(int64_t)(seconds & 1);
    return nanos < 1000000000u && s >= SW_TIME_FIRST_MS / 1000 && s <= SW_TIME_LAST_MS / 1000;
}

static bool check_item(cursor *c, sw_value_kind kind) {
    if (c->at == c->end) return false;
    uint64_t a;
    uint8_t pack = *c->at++;
    switch (pack) {
    case SW_PACK_STRING:
        return kind == SW_STRING && skip_slice(c);
    case SW_PACK_OURS:
        return kind == SW_STRING;
    case SW_PACK_INT:
        return kind == SW_INT && sw_unpack_uint(&c->at, c->end, &a);
    case SW_PACK_DOUBLE:
        return kind == SW_DOUBLE && skip(c, sizeof(double));
    case SW_PACK_FALSE:
    case SW_PACK_TRUE:
        return kind == SW_BOOL;
    case SW_PACK_TIME:
        return kind == SW_TIMESTAMP && check_instant(c);
    default:
        return false;
    }
}

static bool check_value(cursor *c, const sw_field *field) {
    if (!field->list) return check_item(c, field->type);
    if (c->at == c->end || *c->at++ != SW_PACK_LIST) return false;
    uint64_t count;
    if (!sw_unpack_uint(&c->at, c->end, &count) || count > (uint64_t)(c->end - c->at)) return false;
    for (; count > 0; count--)
        if (!check_item(c, field->type)) return false;
    return true;
}

static bool check_fields(cursor *c, const sw_event_type *type, uint32_t stored_type) {
    uint64_t count, slot, next = 0;
    if (!sw_unpack_uint(&c->at, c->end, &count) || count > type->field_count) return false;
    for (; count > 0; count--) {
        if (!next_slot(c, stored_type, &slot)) return false;
        if (slot < next || slot >= type->field_count) return false;
        if (!check_value(c, &type->fields[slot])) return false;
        next = slot + 1;
    }
    return true;
}

static bool check_record(const sw_plan *plan, cursor *c, bool nested) {
    const uint8_t *start = c->at;
    if (!skip(c, 3)) return false;
    uint8_t flags = *start;
    const uint16_t stored_type = sw_record_type(start, 0);
    uint16_t index = stored_type;
    bool correction = flags & SW_RECORD_CORRECTION;
    if (!present_type(c, start, &index)) return false;
    if (index >= plan->type_count || flags >= 2 * SW_RECORD_RECEIVED) return false;
    if (nested != ((flags & SW_RECORD_REPLACEMENT) != 0)) return false;
    if (correction ? nested : (flags & SW_RECORD_NESTED) != 0) return false;
    if (!check_time(c)) return false;
    for (int i = 0; i < 4; i++)
        if (!skip_slice(c)) return false;
    if ((flags & SW_RECORD_SUBJECT) && !skip_slice(c)) return false;
    if ((flags & SW_RECORD_RECORDED) && !check_time(c)) return false;
    if ((flags & SW_RECORD_RECEIVED) && !check_time(c)) return false;
    if (!correction) {
        const sw_catalogue *cat = sw_ruleset_catalogue(plan->set);
        return check_fields(c, sw_catalogue_type(cat, index), stored_type);
    }
    return skip_slice(c) && skip_slice(c) &&
           (!(flags & SW_RECORD_NESTED) || check_record(plan, c, true));
}

size_t sw_record_check(const sw_plan *plan, const sw_numbers *former, uint8_t *bytes, size_t len) {
    cursor c = {bytes, bytes + len, former};
    return check_record(plan, &c, false) ? (size_t)(c.at - bytes) : 0;
}
