#include "codec/event_field.h"

#include <math.h>

#include "codec/event_read.h"
#include "codec/event_tag.h"
#include "codec/wire.h"
#include "text/number.h"
#include "text/utf8.h"

/* The parts of a field, one by one; numbers may be packed. */
typedef struct values {
    sw_wire_reader outer, packed;
    uint32_t tag; /* of what is packed */
    sw_slice name;
    bool list;
} values;

static sw_value_kind kind_of(uint32_t tag) {
    static const sw_value_kind kinds[] = {[SW_TAG_STRINGS] = SW_STRING,
                                          [SW_TAG_INTS] = SW_INT,
                                          [SW_TAG_DOUBLES] = SW_DOUBLE,
                                          [SW_TAG_BOOLS] = SW_BOOL,
                                          [SW_TAG_TIMESTAMPS] = SW_TIMESTAMP};
    return tag < SW_COUNT(kinds) ? kinds[tag] : SW_ABSENT;
}

static values values_of(sw_slice raw) {
    return (values){.outer = sw_wire_read(raw)};
}

static bool next_packed(values *v, sw_raw_value *ret) {
    ret->kind = kind_of(v->tag);
    if (v->tag != SW_TAG_DOUBLES) return sw_wire_next_varint(&v->packed, &ret->n);
    if (v->packed.at == v->packed.end) return false;
    if (v->packed.end - v->packed.at < 8) {
        v->packed.fault = true;
        return false;
    }
    ret->n = 0;
    for (int i = 0; i < 8; i++) ret->n |= (uint64_t)*v->packed.at++ << (8 * i);
    return true;
}

static sw_wire_type wire_type_of(uint32_t tag) {
    if (tag == SW_TAG_INTS || tag == SW_TAG_BOOLS) return SW_WIRE_VARINT;
    return tag == SW_TAG_DOUBLES ? SW_WIRE_FIXED64 : SW_WIRE_BYTES;
}

static void note_part(values *v, const sw_wire_field *f) {
    if (f->number == SW_TAG_NAME && f->type == SW_WIRE_BYTES) v->name = f->bytes;
    if (f->number == SW_TAG_LIST && f->type == SW_WIRE_VARINT) v->list = f->n != 0;
}

/* False at the end, or at a fault of either reader. What is no value is noted or passed over. */
static bool next_value(values *v, sw_raw_value *ret) {
    sw_wire_field f;
    if (v->tag) {
        if (next_packed(v, ret)) return true;
        if (v->packed.fault) return false;
        v->tag = 0;
    }
    while (sw_wire_next(&v->outer, &f)) {
        if (kind_of(f.number) == SW_ABSENT) {
            note_part(v, &f);
            continue;
        }
        if (f.type == wire_type_of(f.number)) {
            *ret = (sw_raw_value){kind_of(f.number), f.n, f.bytes};
            return true;
        }
        if (f.type != SW_WIRE_BYTES) break;
        v->packed = sw_wire_read(f.bytes);
        v->tag = f.number;
        if (next_packed(v, ret)) return true;
        if (v->packed.fault) return false;
        v->tag = 0;
    }
    if (v->outer.at != v->outer.end) v->outer.fault = true; /* a value of the wrong wire type */
    return false;
}

static bool fit_text(sw_slice text) {
    return sw_utf8_valid(text) && (text.len == 0 || !memchr(text.ptr, '\0', text.len));
}

static bool fit_raw(const sw_raw_value *value) {
    sw_instant instant;
    if (value->kind == SW_STRING) return fit_text(value->bytes);
    if (value->kind == SW_TIMESTAMP) return sw_time_parse(value->bytes, &instant) == SW_OK;
    return value->kind != SW_DOUBLE || isfinite(sw_wire_as_double(value->n));
}

sw_err sw_field_head_read(sw_slice raw, sw_field_head *ret) {
    sw_field_head head = {.raw = raw};
    values v = values_of(raw);
    for (sw_raw_value value; next_value(&v, &value); head.count++) {
        if (head.count == 0) head.first = value;
        if (value.kind != head.first.kind || !fit_raw(&value)) return SW_E_SYNTAX;
    }
    if (v.outer.fault || v.packed.fault) return SW_E_SYNTAX;
    head.name = v.name;
    head.list = v.list;
    if (head.name.len == 0 || !fit_text(head.name)) return SW_E_SYNTAX;
    if (!head.list && head.count != 1) return SW_E_SYNTAX;
    *ret = head;
    return SW_OK;
}

bool sw_field_fits(const sw_field_head *head, const sw_field *field) {
    return head->list == field->list && (head->count == 0 || head->first.kind == field->type);
}

static sw_err convert(const sw_raw_value *raw, const sw_field *field, sw_slice **spelt,
                      sw_value *ret) {
    *ret = (sw_value){.kind = raw->kind};
    switch (raw->kind) {
    case SW_INT:
        ret->i = sw_wire_zigzag(raw->n);
        return SW_OK;
    case SW_DOUBLE:
        ret->d = sw_wire_as_double(raw->n);
        if (ret->d == 0) ret->d = 0; /* no -0 */
        return SW_OK;
    case SW_BOOL:
        ret->b = raw->n != 0;
        return SW_OK;
    case SW_TIMESTAMP:
        *(*spelt)++ = raw->bytes;
        return sw_time_parse(raw->bytes, &ret->t);
    default:
        ret->s = raw->bytes;
        return field->key && sw_event_id_fault(raw->bytes) ? SW_E_INVALID : SW_OK;
    }
}

sw_err sw_field_value(sw_arena *arena, const sw_field_head *head, const sw_field *field,
                      sw_slice **spelt, sw_value *ret) {
    SW_ASSERT(sw_field_fits(head, field));
    if (!head->list) return convert(&head->first, field, spelt, ret);
    values v = values_of(head->raw);
    sw_raw_value raw;
    if (field->key && head->count > SW_EVENT_KEY_VALUES_MAX) return SW_E_INVALID;
    sw_value *items = sw_arena_zero(arena, head->count, sizeof *items);
    if (!items) return SW_E_LIMIT;
    for (uint32_t i = 0; next_value(&v, &raw); i++) {
        sw_err err = convert(&raw, field, spelt, &items[i]);
        if (err) return err;
    }
    *ret = (sw_value){.kind = SW_LIST, .count = head->count, .items = items};
    return SW_OK;
}

static void write_raw(const sw_raw_value *value, sw_buf *out) {
    if (value->kind == SW_INT)
        sw_buf_add_int(out, sw_wire_zigzag(value->n));
    else if (value->kind == SW_DOUBLE)
        sw_double_write(out, sw_wire_as_double(value->n));
    else if (value->kind == SW_BOOL)
        sw_buf_add(out, value->n ? SW_S("true") : SW_S("false"));
    else
        sw_json_write_string(out, value->bytes);
}

void sw_field_write_json(const sw_field_head *head, sw_buf *out) {
    values v = values_of(head->raw);
    bool first = true;
    sw_json_write_string(out, head->name);
    sw_buf_add_byte(out, ':');
    if (head->list) sw_buf_add_byte(out, '[');
    for (sw_raw_value value; next_value(&v, &value); first = false) {
        if (!first) sw_buf_add_byte(out, ',');
        write_raw(&value, out);
    }
    if (head->list) sw_buf_add_byte(out, ']');
}
