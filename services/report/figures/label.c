#include "report/figures/label.h"

#include "codec/wire.h"
#include "text/json.h"

#define TEXT_BYTES_MAX ((size_t)1 << 20)

enum { KEY_NAME = 1, KEY_VALUE };

static const char *const names[SW_LABEL_MEMBERS] = {
    [SW_LABEL_TYPE] = "type",
    [SW_LABEL_SOURCE] = "source",
    [SW_LABEL_ID] = "id",
    [SW_LABEL_SUBJECT] = "subject",
    [SW_LABEL_OFFICER] = "officerid",
    [SW_LABEL_RULE] = "rule",
    [SW_LABEL_NAME] = "name",
    [SW_LABEL_LEVEL] = "level",
    [SW_LABEL_STATE] = "state",
    [SW_LABEL_COMPARTMENT] = "compartment",
    [SW_LABEL_KEY] = "key",
    [SW_LABEL_WARNING] = "warning_id",
    [SW_LABEL_INSTANCE] = "instance",
    [SW_LABEL_TIME] = "time",
    [SW_LABEL_START] = "start",
    [SW_LABEL_FIRES] = "fires_at",
    [SW_LABEL_DUE] = "due",
    [SW_LABEL_STOPPED] = "stopped",
};

void sw_label_text(sw_buf *label, sw_label_member member, sw_slice text) {
    sw_wire_text(label, member, text);
}

void sw_label_id(sw_buf *label, sw_label_member member, sw_hash128 id) {
    sw_wire_bytes(label, member, sw_slice_of(id.bytes, sizeof id.bytes));
}

void sw_label_key(sw_buf *label, const sw_told_key *key, uint32_t count) {
    const size_t mark = sw_wire_begin(label, SW_LABEL_KEY);
    for (uint32_t i = 0; i < count; i++) {
        sw_wire_bytes(label, KEY_NAME, key[i].name);
        sw_wire_bytes(label, KEY_VALUE, key[i].value);
    }
    sw_wire_end(label, mark);
}

void sw_label_offset(sw_buf *label, int32_t offset_s) {
    sw_wire_sint(label, SW_LABEL_OFFSET, offset_s);
}

void sw_label_time(sw_buf *label, sw_label_member member, int64_t ms) {
    if (ms != SW_TIME_NONE) sw_wire_sint(label, member, ms);
}

/* ---- as JSON ---------------------------------------------------------------------------- */

static sw_err write_key(sw_slice bytes, sw_buf *out) {
    sw_wire_reader r = sw_wire_read(bytes);
    sw_told_key key[SW_TOLD_KEYS_MAX] = {0};
    uint32_t count = 0;
    for (sw_wire_field f; sw_wire_next(&r, &f);) {
        if (f.type != SW_WIRE_BYTES || count == SW_TOLD_KEYS_MAX) return SW_E_CORRUPT;
        if (f.number == KEY_NAME) key[count].name = f.bytes;
        if (f.number == KEY_VALUE) key[count++].value = f.bytes;
    }
    sw_told_key_to_json(key, count, out);
    return r.fault ? SW_E_CORRUPT : SW_OK;
}

static sw_err write_bytes(const sw_wire_field *f, sw_buf *out) {
    if (f->number == SW_LABEL_KEY) return write_key(f->bytes, out);
    if (f->number != SW_LABEL_WARNING && f->number != SW_LABEL_INSTANCE) {
        sw_json_write_string(out, f->bytes);
        return SW_OK;
    }
    sw_hash128 id;
    char hex[SW_HASH128_TEXT];
    if (f->bytes.len != sizeof id.bytes) return SW_E_CORRUPT;
    memcpy(id.bytes, f->bytes.ptr, sizeof id.bytes);
    sw_hash128_hex(id, hex);
    sw_json_write_string(out, sw_slice_cstr(hex));
    return SW_OK;
}

static void write_time(int64_t ms, int32_t offset_s, sw_buf *out) {
    sw_buf_add_byte(out, '"');
    sw_time_write(out, ms, offset_s);
    sw_buf_add_byte(out, '"');
}

static sw_err write(sw_slice label, sw_buf *out) {
    sw_wire_reader r = sw_wire_read(label);
    sw_err err = SW_OK;
    int32_t offset_s = 0;
    const char *between = "{";
    for (sw_wire_field f; !err && sw_wire_next(&r, &f);) {
        if (f.number == SW_LABEL_OFFSET) offset_s = (int32_t)sw_wire_zigzag(f.n);
        if (f.number >= SW_LABEL_MEMBERS || !names[f.number]) continue;
        sw_buf_printf(out, "%s\"%s\":", between, names[f.number]);
        between = ",";
        if (f.type == SW_WIRE_BYTES)
            err = write_bytes(&f, out);
        else
            write_time(sw_wire_zigzag(f.n), offset_s, out);
    }
    sw_buf_add_cstr(out, *between == '{' ? "{}" : "}");
    return !err && r.fault ? SW_E_CORRUPT : err;
}

sw_err sw_label_read(sw_slice label, sw_arena *arena, sw_slice *ret) {
    sw_buf out;
    sw_buf_init(&out, TEXT_BYTES_MAX);
    sw_err err = label.len ? write(label, &out) : SW_OK;
    if (!err && (out.err || !sw_arena_copy(arena, sw_buf_slice(&out), ret))) err = SW_E_LIMIT;
    sw_buf_done(&out);
    return err;
}
