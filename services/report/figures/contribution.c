#include "report/figures/contribution.h"

#include "codec/wire.h"

enum { TAG_ITEM = 1, TAG_CORRECTION, TAG_TIME, TAG_SOURCE, TAG_ID, TAG_PARTS, TAG_LABEL };
enum { TAG_P_INDICATOR = 1, TAG_P_ORG, TAG_P_DAY, TAG_P_SPLIT };

static void put_fixed64(sw_buf *out, uint32_t field, uint64_t n) {
    double as_double;
    memcpy(&as_double, &n, sizeof n);
    sw_wire_double(out, field, as_double);
}

void sw_contribution_write(const sw_contribution *c, sw_buf *out) {
    sw_wire_bytes(out, TAG_ITEM, sw_slice_of(c->item.bytes, sizeof c->item.bytes));
    if (c->correction) sw_wire_varint(out, TAG_CORRECTION, 1);
    sw_wire_sint(out, TAG_TIME, c->time_ms);
    sw_wire_text(out, TAG_SOURCE, c->source);
    sw_wire_text(out, TAG_ID, c->id);
    for (uint32_t i = 0; i < c->part_count; i++) {
        const size_t mark = sw_wire_begin(out, TAG_PARTS);
        put_fixed64(out, TAG_P_INDICATOR, c->parts[i].indicator);
        sw_wire_text(out, TAG_P_ORG, c->parts[i].org);
        sw_wire_sint(out, TAG_P_DAY, c->parts[i].day);
        sw_wire_text(out, TAG_P_SPLIT, c->parts[i].split);
        sw_wire_end(out, mark);
    }
    sw_wire_text(out, TAG_LABEL, c->label);
}

static bool read_part(sw_slice bytes, sw_tally *ret) {
    sw_wire_reader wire = sw_wire_read(bytes);
    *ret = (sw_tally){.org = SW_S(""), .split = SW_S("")};
    for (sw_wire_field f; sw_wire_next(&wire, &f);) {
        const bool text = f.number == TAG_P_ORG || f.number == TAG_P_SPLIT;
        if (text && f.type != SW_WIRE_BYTES) return false;
        if (f.number == TAG_P_INDICATOR && f.type != SW_WIRE_FIXED64) return false;
        if (f.number == TAG_P_DAY && f.type != SW_WIRE_VARINT) return false;
        if (f.number == TAG_P_INDICATOR) ret->indicator = f.n;
        if (f.number == TAG_P_ORG) ret->org = f.bytes;
        if (f.number == TAG_P_DAY) ret->day = (int32_t)sw_wire_zigzag(f.n);
        if (f.number == TAG_P_SPLIT) ret->split = f.bytes;
    }
    return !wire.fault;
}

static bool take(const sw_wire_field *f, sw_contribution *ret) {
    const bool number = f->number == TAG_CORRECTION || f->number == TAG_TIME;
    if (f->number > TAG_LABEL) return true;
    if (f->type != (number ? SW_WIRE_VARINT : SW_WIRE_BYTES)) return false;
    switch (f->number) {
    case TAG_ITEM:
        if (f->bytes.len != sizeof ret->item.bytes) return false;
        memcpy(ret->item.bytes, f->bytes.ptr, sizeof ret->item.bytes);
        return true;
    case TAG_CORRECTION:
        ret->correction = f->n != 0;
        return true;
    case TAG_TIME:
        ret->time_ms = sw_wire_zigzag(f->n);
        return true;
    case TAG_SOURCE:
        ret->source = f->bytes;
        return true;
    case TAG_ID:
        ret->id = f->bytes;
        return true;
    case TAG_PARTS:
        return read_part(f->bytes, &ret->parts[ret->part_count++]);
    case TAG_LABEL:
        ret->label = f->bytes;
        return true;
    default:
        return true;
    }
}

sw_err sw_contribution_read(sw_slice bytes, sw_contribution *ret) {
    bool item = false;
    sw_wire_reader wire = sw_wire_read(bytes);
    ret->correction = false;
    ret->time_ms = 0;
    ret->part_count = 0;
    ret->source = ret->id = ret->label = SW_S("");
    for (sw_wire_field f; sw_wire_next(&wire, &f);) {
        if (f.number == TAG_PARTS && ret->part_count == SW_TALLIES_MAX) return SW_E_LIMIT;
        if (!take(&f, ret)) return SW_E_SYNTAX;
        item |= f.number == TAG_ITEM;
    }
    return item && !wire.fault ? SW_OK : SW_E_SYNTAX;
}

bool sw_tally_eq(const sw_tally *a, const sw_tally *b) {
    return a->indicator == b->indicator && a->day == b->day && sw_slice_eq(a->org, b->org) &&
           sw_slice_eq(a->split, b->split);
}
