#include "codec/event.h"
#include "codec/event_tag.h"
#include "codec/wire.h"

static void write_timestamp(sw_buf *out, sw_instant instant, const sw_slice **spelt) {
    if (*spelt) {
        sw_wire_bytes(out, SW_TAG_TIMESTAMPS, *(*spelt)++);
        return;
    }
    size_t mark = sw_wire_begin(out, SW_TAG_TIMESTAMPS);
    sw_instant_write(out, instant, 0);
    sw_wire_end(out, mark);
}

/* Every value is written, zero too: a list says how many there are. */
static void write_scalar(sw_buf *out, const sw_value *value, const sw_slice **spelt) {
    switch (value->kind) {
    case SW_INT:
        sw_wire_sint(out, SW_TAG_INTS, value->i);
        break;
    case SW_DOUBLE:
        sw_wire_double(out, SW_TAG_DOUBLES, value->d);
        break;
    case SW_BOOL:
        sw_wire_varint(out, SW_TAG_BOOLS, value->b);
        break;
    case SW_TIMESTAMP:
        write_timestamp(out, value->t, spelt);
        break;
    default:
        SW_ASSERT(value->kind == SW_STRING);
        sw_wire_bytes(out, SW_TAG_STRINGS, value->s);
    }
}

static uint32_t count_times(const sw_field *field, const sw_value *value) {
    if (field->type != SW_TIMESTAMP || value->kind == SW_ABSENT) return 0;
    return value->kind == SW_LIST ? value->count : 1;
}

/* The fields that are personal, or those that are not. */
static void write_fields(const sw_event *event, sw_buf *out, uint32_t tag, bool personal) {
    const sw_slice *spelt = event->spelt;
    for (uint32_t i = 0; i < event->type->field_count; i++) {
        const sw_field *field = &event->type->fields[i];
        const sw_value *value = &event->fields[i];
        if (value->kind == SW_ABSENT) continue;
        if (field->personal != personal) {
            if (spelt) spelt += count_times(field, value);
            continue;
        }
        size_t mark = sw_wire_begin(out, tag);
        sw_wire_bytes(out, SW_TAG_NAME, field->name);
        if (value->kind == SW_LIST) {
            sw_wire_varint(out, SW_TAG_LIST, 1);
            for (uint32_t k = 0; k < value->count; k++) write_scalar(out, &value->items[k], &spelt);
        } else {
            write_scalar(out, value, &spelt);
        }
        sw_wire_end(out, mark);
    }
}

static bool has_personal(const sw_event *event) {
    for (uint32_t i = 0; i < event->type->field_count; i++)
        if (event->type->fields[i].personal && event->fields[i].kind != SW_ABSENT) return true;
    return false;
}

/* Plain, or handed to the sealer, whose bytes then stand in its place. */
static void write_personal(const sw_event *event, const sw_event_sealer *sealer, sw_buf *out) {
    if (!has_personal(event)) return;
    if (!sealer) {
        size_t mark = sw_wire_begin(out, SW_TAG_PERSONAL);
        write_fields(event, out, SW_TAG_PERSONAL_FIELDS, true);
        sw_wire_end(out, mark);
        return;
    }
    sw_buf plain;
    sw_buf_init(&plain, 2 * SW_EVENT_BYTES_MAX);
    write_fields(event, &plain, SW_TAG_PERSONAL_FIELDS, true);
    size_t mark = sw_wire_begin(out, SW_TAG_SEALED);
    sw_err err =
        plain.err ? plain.err : sealer->seal(sealer->ctx, event, sw_buf_slice(&plain), out);
    sw_wire_end(out, mark);
    if (err && !out->err) out->err = err;
    sw_buf_done(&plain);
}

static void write_event(const sw_event *event, const sw_event_sealer *sealer, sw_buf *out) {
    sw_wire_text(out, SW_TAG_ID, event->id);
    sw_wire_text(out, SW_TAG_SOURCE, event->source);
    sw_wire_text(out, SW_TAG_TYPE, event->type->name);
    sw_wire_text(out, SW_TAG_SUBJECT, event->subject);
    sw_wire_text(out, SW_TAG_TIME, event->time_text);
    if (event->time_ms) sw_wire_int(out, SW_TAG_TIME_MS, event->time_ms);
    sw_wire_text(out, SW_TAG_ORGCODE, event->orgcode);
    sw_wire_text(out, SW_TAG_OFFICERID, event->officerid);
    if (event->recorded_ms != SW_TIME_NONE)
        sw_wire_int(out, SW_TAG_RECORDED_MS, event->recorded_ms);
    if (event->received_ms != SW_TIME_NONE)
        sw_wire_int(out, SW_TAG_RECEIVED_MS, event->received_ms);
    sw_wire_bytes(out, SW_TAG_CONTENT,
                  sw_slice_of(event->content.bytes, sizeof event->content.bytes));
    write_fields(event, out, SW_TAG_FIELDS, false);
    write_personal(event, sealer, out);
    sw_wire_text(out, SW_TAG_SEALED, event->sealed);
    sw_wire_text(out, SW_TAG_EXTRA_ATTRIBUTES, event->extra_attributes);
    sw_wire_text(out, SW_TAG_EXTRA_DATA, event->extra_data);
    if (!event->correction || !event->correction->replacement) return;
    size_t mark = sw_wire_begin(out, SW_TAG_REPLACEMENT);
    write_event(event->correction->replacement, sealer, out); /* which is no correction */
    sw_wire_end(out, mark);
}

sw_err sw_event_to_pb(const sw_event *event, sw_buf *out) {
    return sw_event_to_pb_sealed(event, NULL, out);
}

sw_err sw_event_to_pb_sealed(const sw_event *event, const sw_event_sealer *sealer, sw_buf *out) {
    SW_ASSERT(event && event->type && out);
    write_event(event, sealer, out);
    return out->err;
}
