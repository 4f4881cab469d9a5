#include "report/view/rows.h"

#include "base/wire.h"
#include "codec/wire.h"
#include "text/time.h"
#include "text/utf8.h"

#define CODE_DIGITS    12u
#define STATION_DIGITS 8u

static bool is_code(sw_slice org) {
    if (org.len != CODE_DIGITS) return false;
    for (size_t i = 0; i < org.len; i++)
        if (org.ptr[i] < '0' || org.ptr[i] > '9') return false;
    return true;
}

uint32_t sw_view_places(sw_slice org, sw_slice rule, sw_slice key,
                        sw_view_place ret[SW_VIEW_DIMS_MAX]) {
    uint32_t count = 0;
    ret[count++] = (sw_view_place){SW_DIM_ALL, SW_SLICE_NONE};
    if (rule.len) ret[count++] = (sw_view_place){SW_DIM_RULE, rule};
    if (key.len) ret[count++] = (sw_view_place){SW_DIM_KEY, key};
    if (is_code(org))
        ret[count++] = (sw_view_place){SW_DIM_STATION, sw_slice_sub(org, 0, STATION_DIGITS)};
    else if (org.len)
        ret[count++] = (sw_view_place){SW_DIM_UNIT, org};
    return count;
}

sw_view_place sw_view_place_of(sw_slice org_prefix) {
    size_t digits = 0;
    while (digits < org_prefix.len && org_prefix.ptr[digits] >= '0' &&
           org_prefix.ptr[digits] <= '9')
        digits++;
    if (digits < org_prefix.len) return (sw_view_place){SW_DIM_UNIT, org_prefix};
    if (digits < STATION_DIGITS || digits > CODE_DIGITS)
        return (sw_view_place){SW_DIM_ALL, SW_SLICE_NONE};
    return (sw_view_place){SW_DIM_STATION, sw_slice_sub(org_prefix, 0, STATION_DIGITS)};
}

/* ---- keys ---- */

static size_t put_place(sw_view_place place, char *room) {
    SW_ASSERT(place.value.len <= SW_KEY_BYTES_MAX);
    room[0] = place.dim;
    if (place.value.len) memcpy(room + 1, place.value.ptr, place.value.len);
    room[1 + place.value.len] = '\0';
    return place.value.len + 2;
}

/* Times as unsigned numbers in the same order, or in the opposite one. */
static uint64_t sortable(int64_t ms, bool newest_first) {
    uint64_t n = (uint64_t)ms ^ UINT64_C(1) << 63;
    return newest_first ? ~n : n;
}

sw_slice sw_view_row(sw_view_place place, int64_t time_ms, bool newest_first, sw_hash128 id,
                     char *room) {
    size_t len = put_place(place, room);
    sw_wire_put_be(room + len, sortable(time_ms, newest_first), 8);
    memcpy(room + len + 8, id.bytes, sizeof id.bytes);
    return sw_slice_of(room, len + SW_VIEW_TAIL);
}

void sw_view_range(sw_view_place place, sw_slice *ret_from, sw_slice *ret_to, char *from,
                   char *to) {
    size_t len = put_place(place, from);
    memcpy(to, from, len);
    to[len - 1] = '\1';
    *ret_from = sw_slice_of(from, len);
    *ret_to = sw_slice_of(to, len);
}

bool sw_view_row_read(sw_slice row, bool newest_first, int64_t *ret_time_ms, sw_hash128 *ret_id) {
    if (row.len < SW_VIEW_TAIL + 2) return false;
    const char *tail = row.ptr + row.len - SW_VIEW_TAIL;
    uint64_t n = sw_wire_get_be(tail, 8);
    *ret_time_ms = (int64_t)((newest_first ? ~n : n) ^ UINT64_C(1) << 63);
    memcpy(ret_id->bytes, tail + 8, sizeof ret_id->bytes);
    return true;
}

sw_slice sw_view_period_row(sw_slice key, sw_hash128 instance, char *room) {
    SW_ASSERT(key.len <= SW_KEY_BYTES_MAX);
    if (key.len) memcpy(room, key.ptr, key.len);
    room[key.len] = '\0';
    memcpy(room + key.len + 1, instance.bytes, sizeof instance.bytes);
    return sw_slice_of(room, key.len + 1 + sizeof instance.bytes);
}

void sw_view_period_range(sw_slice key, sw_slice *ret_from, sw_slice *ret_to, char *from,
                          char *to) {
    SW_ASSERT(key.len <= SW_KEY_BYTES_MAX);
    if (key.len) memcpy(from, key.ptr, key.len);
    memcpy(to, from, key.len);
    from[key.len] = '\0';
    to[key.len] = '\1';
    *ret_from = sw_slice_of(from, key.len + 1);
    *ret_to = sw_slice_of(to, key.len + 1);
}

sw_slice sw_view_event_row(sw_slice key, int64_t time_ms, sw_hash128 identity, char *room) {
    return sw_view_row((sw_view_place){SW_DIM_KEY, key}, time_ms, false, identity, room);
}

/* ---- values ---- */

enum { BRIEF_LEVEL = 1, BRIEF_ORG, BRIEF_COMPARTMENT, BRIEF_RULE, BRIEF_KEY };

void sw_view_brief_write(const sw_view_brief *b, sw_buf *out) {
    sw_wire_varint(out, BRIEF_LEVEL, (uint64_t)(b->level + 1));
    sw_wire_text(out, BRIEF_ORG, b->org);
    sw_wire_text(out, BRIEF_COMPARTMENT, b->compartment);
    sw_wire_text(out, BRIEF_RULE, b->rule);
    sw_wire_text(out, BRIEF_KEY, b->key);
}

bool sw_view_brief_read(sw_slice row, sw_view_brief *ret) {
    sw_wire_reader r = sw_wire_read(row);
    sw_wire_field f;
    *ret = (sw_view_brief){.level = -1};
    while (sw_wire_next(&r, &f)) {
        if (f.number == BRIEF_LEVEL) ret->level = (int32_t)f.n - 1;
        if (f.type != SW_WIRE_BYTES) continue;
        if (f.number == BRIEF_ORG) ret->org = f.bytes;
        if (f.number == BRIEF_COMPARTMENT) ret->compartment = f.bytes;
        if (f.number == BRIEF_RULE) ret->rule = f.bytes;
        if (f.number == BRIEF_KEY) ret->key = f.bytes;
    }
    return !r.fault;
}

enum {
    EVENT_SOURCE = 1,
    EVENT_ID,
    EVENT_TYPE,
    EVENT_ORGCODE,
    EVENT_OFFICERID,
    EVENT_TIME,
    EVENT_RECEIVED,
    EVENT_TARGET_SOURCE,
    EVENT_TARGET_ID,
    EVENT_PARTITION,
    EVENT_OFFSET
};

void sw_view_event_write(const sw_view_event *e, sw_buf *out) {
    sw_wire_text(out, EVENT_SOURCE, e->source);
    sw_wire_text(out, EVENT_ID, e->id);
    sw_wire_text(out, EVENT_TYPE, e->type);
    sw_wire_text(out, EVENT_ORGCODE, e->orgcode);
    sw_wire_text(out, EVENT_OFFICERID, e->officerid);
    sw_wire_int(out, EVENT_TIME, e->time_ms);
    if (e->received_ms != SW_TIME_NONE) sw_wire_int(out, EVENT_RECEIVED, e->received_ms);
    sw_wire_text(out, EVENT_TARGET_SOURCE, e->target_source);
    sw_wire_text(out, EVENT_TARGET_ID, e->target_id);
    sw_wire_varint(out, EVENT_PARTITION, e->partition);
    sw_wire_int(out, EVENT_OFFSET, e->offset);
}

static void read_event_field(const sw_wire_field *f, sw_view_event *ret) {
    sw_slice *const texts[] = {
        [EVENT_SOURCE] = &ret->source,       [EVENT_ID] = &ret->id,
        [EVENT_TYPE] = &ret->type,           [EVENT_ORGCODE] = &ret->orgcode,
        [EVENT_OFFICERID] = &ret->officerid, [EVENT_TARGET_SOURCE] = &ret->target_source,
        [EVENT_TARGET_ID] = &ret->target_id};
    if (f->type == SW_WIRE_BYTES && f->number < SW_COUNT(texts) && texts[f->number])
        *texts[f->number] = f->bytes;
    if (f->type != SW_WIRE_VARINT) return;
    if (f->number == EVENT_TIME) ret->time_ms = (int64_t)f->n;
    if (f->number == EVENT_RECEIVED) ret->received_ms = (int64_t)f->n;
    if (f->number == EVENT_PARTITION) ret->partition = (uint32_t)f->n;
    if (f->number == EVENT_OFFSET) ret->offset = (int64_t)f->n;
}

bool sw_view_event_read(sw_slice row, sw_view_event *ret) {
    sw_wire_reader r = sw_wire_read(row);
    sw_wire_field f;
    *ret = (sw_view_event){.received_ms = SW_TIME_NONE};
    while (sw_wire_next(&r, &f)) read_event_field(&f, ret);
    return !r.fault;
}

/* ---- seawall.v1.Event, as far as it needs no catalogue ---- */

enum {
    PB_ID = 1,
    PB_SOURCE,
    PB_TYPE,
    PB_TIME_MS = 6,
    PB_ORGCODE,
    PB_OFFICERID,
    PB_RECEIVED_MS = 10,
    PB_FIELDS = 12
};

/* A field of data that holds one string. */
static sw_slice one_string(sw_slice bytes, sw_slice *ret_name) {
    sw_wire_reader r = sw_wire_read(bytes);
    sw_wire_field f;
    sw_slice value = SW_SLICE_NONE;
    while (sw_wire_next(&r, &f)) {
        if (f.type != SW_WIRE_BYTES) continue;
        if (f.number == 1) *ret_name = f.bytes;
        if (f.number == 3) value = f.bytes;
    }
    return value;
}

static void read_target(sw_slice field, sw_view_event *ret) {
    sw_slice name = SW_SLICE_NONE, value = one_string(field, &name);
    if (sw_slice_is(name, "source")) ret->target_source = value;
    if (sw_slice_is(name, "id")) ret->target_id = value;
}

bool sw_view_event_of(sw_slice bytes, sw_view_event *ret) {
    sw_wire_reader r = sw_wire_read(bytes);
    sw_wire_field f;
    *ret = (sw_view_event){.received_ms = SW_TIME_NONE, .time_ms = SW_TIME_NONE};
    bool correction = false;
    while (sw_wire_next(&r, &f)) {
        bool text = f.type == SW_WIRE_BYTES;
        if (text && f.number != PB_FIELDS && !sw_utf8_valid(f.bytes) && f.number <= PB_OFFICERID)
            return false;
        if (text && f.number == PB_ID) ret->id = f.bytes;
        if (text && f.number == PB_SOURCE) ret->source = f.bytes;
        if (text && f.number == PB_TYPE) ret->type = f.bytes;
        if (text && f.number == PB_ORGCODE) ret->orgcode = f.bytes;
        if (text && f.number == PB_OFFICERID) ret->officerid = f.bytes;
        if (!text && f.number == PB_TIME_MS) ret->time_ms = (int64_t)f.n;
        if (!text && f.number == PB_RECEIVED_MS) ret->received_ms = (int64_t)f.n;
        if (f.number == PB_TYPE)
            correction = sw_slice_is(ret->type, "event.retracted") ||
                         sw_slice_is(ret->type, "event.corrected");
        if (text && f.number == PB_FIELDS && correction) read_target(f.bytes, ret);
    }
    return !r.fault && ret->id.len && ret->source.len && ret->type.len &&
           ret->time_ms != SW_TIME_NONE;
}
