/* Stored events with their personal fields opened: the rest is copied as it stands on the wire. */
#include "codec/event.h"
#include "codec/event_tag.h"
#include "codec/wire.h"

static sw_err open_event(sw_slice bytes, const sw_event_opener *opener, bool replacement,
                         sw_buf *out);

static sw_err open_field(const sw_wire_field *f, sw_slice raw, sw_hash128 identity,
                         const sw_event_opener *opener, bool replacement, sw_buf *out) {
    if (f->number == SW_TAG_REPLACEMENT && f->type == SW_WIRE_BYTES && !replacement) {
        size_t mark = sw_wire_begin(out, SW_TAG_REPLACEMENT);
        sw_err err = open_event(f->bytes, opener, true, out);
        sw_wire_end(out, mark);
        return err;
    }
    if (f->number != SW_TAG_SEALED || f->type != SW_WIRE_BYTES) return sw_buf_add(out, raw);
    size_t before = out->len, mark = sw_wire_begin(out, SW_TAG_PERSONAL);
    sw_err err = opener->open(opener->ctx, identity, f->bytes, out);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err) {
        sw_wire_end(out, mark);
        return out->err;
    }
    out->len = before;
    return sw_buf_add(out, raw);
}

static sw_err open_event(sw_slice bytes, const sw_event_opener *opener, bool replacement,
                         sw_buf *out) {
    sw_slice source = SW_SLICE_NONE, id = SW_SLICE_NONE;
    sw_wire_reader wire = sw_wire_read(bytes);
    for (sw_wire_field f; sw_wire_next(&wire, &f);) {
        if (f.number == SW_TAG_ID) id = f.bytes;
        if (f.number == SW_TAG_SOURCE) source = f.bytes;
    }
    if (wire.fault) return SW_E_SYNTAX;
    sw_hash128 identity = sw_event_identity(source, id);
    sw_err err = SW_OK;
    wire = sw_wire_read(bytes);
    const uint8_t *at = wire.at;
    for (sw_wire_field f; !err && sw_wire_next(&wire, &f); at = wire.at) {
        sw_slice raw = sw_slice_of(at, (size_t)(wire.at - at));
        err = open_field(&f, raw, identity, opener, replacement, out);
    }
    return err ? err : out->err;
}

sw_err sw_event_pb_open(sw_slice bytes, const sw_event_opener *opener, sw_buf *out) {
    SW_ASSERT(opener && opener->open && out);
    return open_event(bytes, opener, false, out);
}
