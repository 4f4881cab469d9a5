#include "report/figures/item.h"

#include "codec/wire.h"

enum {
    TAG_CORRECTION = 1,
    TAG_TIME,
    TAG_SOURCE,
    TAG_ID,
    TAG_PARTS,
    TAG_LABEL,
    TAG_OFFICER,
    TAG_ORDER,
    TAG_UNTIL
};
enum { TAG_P_INDICATOR = 1, TAG_P_ORG, TAG_P_DAY, TAG_P_SPLIT, TAG_P_TOTAL };

static void put_fixed64(sw_buf *out, uint32_t field, uint64_t n) {
    sw_wire_double(out, field, sw_wire_as_double(n));
}

void sw_item_write(const sw_item *item, sw_buf *out) {
    if (item->correction) {
        sw_wire_varint(out, TAG_CORRECTION, 1);
        sw_wire_sint(out, TAG_TIME, item->time_ms);
        sw_wire_text(out, TAG_SOURCE, item->source);
        sw_wire_text(out, TAG_ID, item->from_id);
    }
    for (uint32_t i = 0; i < item->part_count; i++) {
        const sw_tally *part = &item->parts[i];
        const size_t mark = sw_wire_begin(out, TAG_PARTS);
        put_fixed64(out, TAG_P_INDICATOR, part->indicator);
        sw_wire_text(out, TAG_P_ORG, part->org);
        sw_wire_sint(out, TAG_P_DAY, part->day);
        sw_wire_text(out, TAG_P_SPLIT, part->split);
        if (part->total) sw_wire_varint(out, TAG_P_TOTAL, 1);
        sw_wire_end(out, mark);
    }
    sw_wire_text(out, TAG_LABEL, item->label);
    if (item->officer.len) {
        sw_wire_text(out, TAG_OFFICER, item->officer);
        put_fixed64(out, TAG_ORDER, item->order);
    }
    if (item->until_day != SW_DAY_NEVER) sw_wire_sint(out, TAG_UNTIL, item->until_day);
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
        if (f.number == TAG_P_TOTAL) ret->total = f.n != 0;
    }
    return !wire.fault;
}

static sw_wire_type type_of(uint32_t tag) {
    if (tag == TAG_CORRECTION || tag == TAG_TIME || tag == TAG_UNTIL) return SW_WIRE_VARINT;
    return tag == TAG_ORDER ? SW_WIRE_FIXED64 : SW_WIRE_BYTES;
}

static bool take(const sw_wire_field *f, sw_item *ret) {
    if (f->number > TAG_UNTIL) return true;
    if (f->type != type_of(f->number)) return false;
    switch (f->number) {
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
        ret->from_id = f->bytes;
        return true;
    case TAG_PARTS:
        return read_part(f->bytes, &ret->parts[ret->part_count++]);
    case TAG_LABEL:
        ret->label = f->bytes;
        return true;
    case TAG_OFFICER:
        ret->officer = f->bytes;
        return true;
    case TAG_ORDER:
        ret->order = f->n;
        return true;
    case TAG_UNTIL:
        ret->until_day = (int32_t)sw_wire_zigzag(f->n);
        return true;
    default:
        return true;
    }
}

static void clear(sw_item *ret) {
    ret->correction = false;
    ret->time_ms = 0;
    ret->part_count = 0;
    ret->order = 0;
    ret->until_day = SW_DAY_NEVER;
    ret->source = ret->from_id = ret->label = ret->officer = SW_S("");
}

sw_err sw_item_read(sw_slice bytes, sw_item *ret) {
    sw_wire_reader wire = sw_wire_read(bytes);
    clear(ret);
    for (sw_wire_field f; sw_wire_next(&wire, &f);) {
        if (f.number == TAG_PARTS && ret->part_count == SW_TALLIES_MAX) return SW_E_LIMIT;
        if (!take(&f, ret)) return SW_E_SYNTAX;
    }
    return wire.fault ? SW_E_SYNTAX : SW_OK;
}

void sw_item_key(char kind, sw_hash128 id, char ret[SW_ITEM_KEY_BYTES]) {
    ret[0] = kind;
    memcpy(ret + 1, id.bytes, sizeof id.bytes);
}

bool sw_tally_eq(const sw_tally *a, const sw_tally *b) {
    return a->indicator == b->indicator && a->day == b->day && a->total == b->total &&
           sw_slice_eq(a->org, b->org) && sw_slice_eq(a->split, b->split);
}
