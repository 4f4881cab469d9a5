#include "rules/book/record.h"

#define PACKED_MAX 10u /* bytes of a packed number */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as memory");

size_t sw_pack_uint(uint8_t *to, uint64_t n) {
    size_t len = 0;
    for (; n >= 0x80; n >>= 7) to[len++] = (uint8_t)(n | 0x80);
    to[len++] = (uint8_t)n;
    return len;
}

bool sw_unpack_uint(const uint8_t **at, const uint8_t *end, uint64_t *ret) {
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (*at == end) return false;
        uint8_t byte = *(*at)++;
        n |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *ret = n;
            return true;
        }
    }
    return false;
}

static uint64_t zigzag(int64_t n) {
    return ((uint64_t)n << 1) ^ (uint64_t)(n >> 63);
}

static int64_t unzigzag(uint64_t n) {
    return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}

/* Records are our own bytes, checked when they came in: reading them can't fail. */
static uint64_t next_uint(const uint8_t **at) {
    uint64_t n = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t byte = *(*at)++;
        n |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return n;
    }
}

static sw_slice next_slice(const uint8_t **at) {
    size_t len = next_uint(at);
    sw_slice s = sw_slice_of(*at, len);
    *at += len;
    return s;
}

static int64_t next_i64(const uint8_t **at) {
    int64_t n;
    memcpy(&n, *at, sizeof n);
    *at += sizeof n;
    return n;
}

static uint8_t *put_slice(uint8_t *to, sw_slice s) {
    to += sw_pack_uint(to, s.len);
    if (s.len) memcpy(to, s.ptr, s.len);
    return to + s.len;
}

static uint8_t *put_i64(uint8_t *to, int64_t n) {
    memcpy(to, &n, sizeof n);
    return to + sizeof n;
}

static size_t value_size(const sw_value *value) {
    if (value->kind == SW_STRING) return 1 + PACKED_MAX + value->s.len;
    if (value->kind != SW_LIST) return 1 + 2 * PACKED_MAX;
    size_t size = 1 + 2 * PACKED_MAX;
    for (uint32_t i = 0; i < value->count; i++) size += value_size(&value->items[i]);
    return size;
}

static bool is_carried(const sw_value *value) {
    return value->kind != SW_ABSENT && value->kind != SW_NULL;
}

static const sw_event *kept_replacement(const sw_plan *plan, sw_slice value,
                                        const sw_event *event) {
    const sw_event *new = event->correction ? event->correction->replacement : NULL;
    bool concerns = new &&sw_plan_concerns(plan, new->type) &&
                    (!value.ptr || sw_event_has_key(new, plan->key_id, value));
    return concerns ? new : NULL;
}

size_t sw_record_size(const sw_plan *plan, const sw_event *event) {
    size_t size = 3 + 3 * sizeof(int64_t) + 6 * PACKED_MAX + event->source.len + event->id.len +
                  event->orgcode.len + event->officerid.len + event->subject.len;
    if (event->correction) {
        const sw_event *new = kept_replacement(plan, SW_SLICE_NONE, event);
        size += 2 * PACKED_MAX + event->correction->source.len + event->correction->id.len;
        return new ? size + sw_record_size(plan, new) : size;
    }
    const bool *kept = plan->types[event->type->index].kept;
    for (uint32_t i = 0; i < event->type->field_count; i++)
        if (kept[i] && is_carried(&event->fields[i]))
            size += PACKED_MAX + value_size(&event->fields[i]);
    return size;
}

static uint8_t *put_value(uint8_t *to, sw_slice ours, const sw_value *value) {
    switch (value->kind) {
    case SW_STRING:
        if (ours.ptr && sw_slice_eq(value->s, ours)) return *to = SW_PACK_OURS, to + 1;
        *to++ = SW_PACK_STRING;
        return put_slice(to, value->s);
    case SW_INT:
        *to++ = SW_PACK_INT;
        return to + sw_pack_uint(to, zigzag(value->i));
    case SW_DOUBLE:
        *to++ = SW_PACK_DOUBLE;
        memcpy(to, &value->d, sizeof value->d);
        return to + sizeof value->d;
    case SW_BOOL:
        *to++ = value->b ? SW_PACK_TRUE : SW_PACK_FALSE;
        return to;
    case SW_TIMESTAMP:
        *to++ = SW_PACK_TIME;
        to += sw_pack_uint(to, zigzag(value->t.seconds));
        return to + sw_pack_uint(to, (uint64_t)value->t.nanos);
    case SW_LIST:
        *to++ = SW_PACK_LIST;
        to += sw_pack_uint(to, value->count);
        for (uint32_t i = 0; i < value->count; i++) to = put_value(to, ours, &value->items[i]);
        return to;
    default:
        SW_ASSERT(false); /* a type that no field has */
        return to;
    }
}

static uint8_t *put_fields(const sw_plan *plan, sw_slice value, const sw_event *event,
                           uint8_t *to) {
    const bool *kept = plan->types[event->type->index].kept;
    uint32_t count = 0;
    for (uint32_t i = 0; i < event->type->field_count; i++)
        if (kept[i] && is_carried(&event->fields[i])) count++;
    to += sw_pack_uint(to, count);
    for (uint32_t i = 0; i < event->type->field_count; i++) {
        if (!kept[i] || !is_carried(&event->fields[i])) continue;
        to += sw_pack_uint(to, i);
        to = put_value(to, value, &event->fields[i]);
    }
    return to;
}

static size_t write_record(const sw_plan *plan, sw_slice value, const sw_event *event,
                           uint8_t flags, uint8_t *start) {
    const sw_plan_type *type = &plan->types[event->type->index];
    const sw_event *new = kept_replacement(plan, value, event);
    bool all = event->correction != NULL; /* nothing of a correction is read by conditions */
    if (event->correction) flags |= SW_RECORD_CORRECTION;
    if (new) flags |= SW_RECORD_NESTED;
    if (!all && type->subject && event->subject.len) flags |= SW_RECORD_SUBJECT;
    if (!all && type->recorded && event->recorded_ms != SW_TIME_NONE) flags |= SW_RECORD_RECORDED;
    if (!all && type->received && event->received_ms != SW_TIME_NONE) flags |= SW_RECORD_RECEIVED;
    uint16_t index = (uint16_t)event->type->index;
    uint8_t *to = start;
    *to++ = flags;
    memcpy(to, &index, sizeof index);
    to = put_i64(to + sizeof index, event->time_ms);
    to = put_slice(to, event->source);
    to = put_slice(to, event->id);
    to = put_slice(to, event->orgcode);
    to = put_slice(to, event->officerid);
    if (flags & SW_RECORD_SUBJECT) to = put_slice(to, event->subject);
    if (flags & SW_RECORD_RECORDED) to = put_i64(to, event->recorded_ms);
    if (flags & SW_RECORD_RECEIVED) to = put_i64(to, event->received_ms);
    if (!event->correction) return (size_t)(put_fields(plan, value, event, to) - start);
    to = put_slice(to, event->correction->source);
    to = put_slice(to, event->correction->id);
    if (new) to += write_record(plan, value, new, SW_RECORD_REPLACEMENT, to);
    return (size_t)(to - start);
}

size_t sw_record_write(const sw_plan *plan, sw_slice value, const sw_event *event, uint8_t *to) {
    return write_record(plan, value, event, 0, to);
}

void sw_record_head(const uint8_t *bytes, uint32_t at, sw_view *ret) {
    const uint8_t *from = bytes + at;
    ret->at = at;
    ret->flags = *from;
    ret->type = sw_record_type(bytes, at);
    ret->time_ms = sw_record_time(bytes, at);
    from += 3 + sizeof ret->time_ms;
    ret->source = next_slice(&from);
    ret->id = next_slice(&from);
    ret->fields = from;
}

static void skip_value(const uint8_t **at) {
    switch (*(*at)++) {
    case SW_PACK_STRING:
        next_slice(at);
        return;
    case SW_PACK_INT:
        next_uint(at);
        return;
    case SW_PACK_DOUBLE:
        *at += sizeof(double);
        return;
    case SW_PACK_TIME:
        next_uint(at), next_uint(at);
        return;
    case SW_PACK_LIST:
        for (uint64_t n = next_uint(at); n > 0; n--) skip_value(at);
        return;
    default:
        return;
    }
}

/* In place, field by field: it is called some ten times an event. */
void sw_record_read(const uint8_t *bytes, uint32_t at, sw_view *ret) {
    sw_record_head(bytes, at, ret);
    const uint8_t *from = ret->fields;
    ret->orgcode = next_slice(&from);
    ret->officerid = next_slice(&from);
    ret->subject = ret->target_source = ret->target_id = SW_SLICE_NONE;
    ret->recorded_ms = ret->received_ms = SW_TIME_NONE;
    ret->field_count = ret->nested = 0;
    ret->end = NULL;
    if (ret->flags & SW_RECORD_SUBJECT) ret->subject = next_slice(&from);
    if (ret->flags & SW_RECORD_RECORDED) ret->recorded_ms = next_i64(&from);
    if (ret->flags & SW_RECORD_RECEIVED) ret->received_ms = next_i64(&from);
    if (ret->flags & SW_RECORD_CORRECTION) {
        ret->target_source = next_slice(&from);
        ret->target_id = next_slice(&from);
        if (ret->flags & SW_RECORD_NESTED) ret->nested = (uint32_t)(from - bytes);
    } else {
        ret->field_count = (uint32_t)next_uint(&from);
    }
    ret->fields = from;
}

static sw_err read_value(const uint8_t **at, sw_slice ours, sw_arena *arena, sw_value *ret) {
    uint8_t pack = *(*at)++;
    switch (pack) {
    case SW_PACK_STRING:
        *ret = (sw_value){.kind = SW_STRING, .s = next_slice(at)};
        break;
    case SW_PACK_OURS:
        *ret = (sw_value){.kind = SW_STRING, .s = ours};
        break;
    case SW_PACK_INT:
        *ret = (sw_value){.kind = SW_INT, .i = unzigzag(next_uint(at))};
        break;
    case SW_PACK_DOUBLE:
        *ret = (sw_value){.kind = SW_DOUBLE};
        memcpy(&ret->d, *at, sizeof ret->d);
        *at += sizeof ret->d;
        break;
    case SW_PACK_TIME:
        *ret = (sw_value){.kind = SW_TIMESTAMP};
        ret->t.seconds = unzigzag(next_uint(at));
        ret->t.nanos = (int32_t)next_uint(at);
        break;
    case SW_PACK_LIST: {
        uint32_t count = (uint32_t)next_uint(at);
        sw_value *items = sw_arena_zero(arena, count, sizeof *items);
        if (!items) return SW_E_NOMEM;
        for (uint32_t i = 0; i < count; i++) {
            sw_err err = read_value(at, ours, arena, &items[i]);
            if (err) return err;
        }
        *ret = (sw_value){.kind = SW_LIST, .count = count, .items = items};
        break;
    }
    default:
        *ret = (sw_value){.kind = SW_BOOL, .b = pack == SW_PACK_TRUE};
        break;
    }
    return SW_OK;
}

sw_err sw_view_field(const sw_view *view, uint32_t slot, sw_slice book_value, sw_arena *arena,
                     sw_value *ret) {
    const uint8_t *at = view->fields;
    for (uint32_t i = 0; i < view->field_count; i++) {
        uint64_t field = next_uint(&at);
        if (field == slot) return read_value(&at, book_value, arena, ret);
        if (field > slot) break;
        skip_value(&at);
    }
    *ret = (sw_value){.kind = SW_ABSENT};
    return SW_OK;
}

int sw_view_cmp(const sw_view *a, const sw_view *b) {
    if (a->time_ms != b->time_ms) return a->time_ms < b->time_ms ? -1 : 1;
    int order = sw_slice_cmp(a->source, b->source);
    return order ? order : sw_slice_cmp(a->id, b->id);
}
