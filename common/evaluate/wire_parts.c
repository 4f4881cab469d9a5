#include "evaluate/wire_parts.h"

#include "text/utf8.h"

void sw_part_put_hash(sw_buf *out, uint32_t field, sw_hash128 hash) {
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(hash, hex);
    sw_wire_bytes(out, field, sw_slice_of(hex, sizeof hex - 1));
}

void sw_part_put_event(sw_buf *out, uint32_t field, const sw_told_event *event) {
    size_t mark = sw_wire_begin(out, field);
    sw_wire_text(out, 1, event->source);
    sw_wire_text(out, 2, event->id);
    sw_wire_text(out, 3, event->type);
    sw_wire_end(out, mark);
}

void sw_part_put_pair(sw_buf *out, uint32_t field, sw_slice first, sw_slice second) {
    size_t mark = sw_wire_begin(out, field);
    sw_wire_text(out, 1, first);
    sw_wire_text(out, 2, second);
    sw_wire_end(out, mark);
}

sw_err sw_part_get_texts(sw_slice bytes, sw_slice *texts, uint32_t count) {
    sw_wire_reader r = sw_wire_read(bytes);
    sw_wire_field f;
    while (sw_wire_next(&r, &f)) {
        if (f.number == 0 || f.number > count) continue;
        if (f.type != SW_WIRE_BYTES || !sw_utf8_valid(f.bytes)) return SW_E_SYNTAX;
        texts[f.number - 1] = f.bytes;
    }
    return r.fault ? SW_E_SYNTAX : SW_OK;
}

sw_err sw_part_get_event(sw_slice bytes, sw_told_event *ret) {
    sw_slice texts[3] = {SW_SLICE_NONE, SW_SLICE_NONE, SW_SLICE_NONE};
    sw_err err = sw_part_get_texts(bytes, texts, 3);
    *ret = (sw_told_event){texts[0], texts[1], texts[2]};
    return err;
}

sw_err sw_part_get_hash(sw_slice hex, sw_hash128 *ret) {
    return sw_hash128_parse(hex, ret) ? SW_OK : SW_E_INVALID;
}

void *sw_part_room(sw_arena *arena, const void *list, uint32_t count, size_t size) {
    bool full = (count & (count - 1)) == 0; /* the room is a power of two */
    if (!full) return (void *)(uintptr_t)list;
    char *more = sw_arena_alloc(arena, (count ? 2 * (size_t)count : 1) * size);
    if (more && count) memcpy(more, list, count * size);
    return more;
}

sw_err sw_part_add_key(sw_arena *arena, sw_slice bytes, const sw_told_key **list, uint32_t *count) {
    sw_slice pair[2] = {SW_SLICE_NONE, SW_SLICE_NONE};
    sw_err err = sw_part_get_texts(bytes, pair, 2);
    if (err) return err;
    if (*count == SW_TOLD_KEYS_MAX) return SW_E_INVALID;
    sw_told_key *room = sw_part_room(arena, *list, *count, sizeof *room);
    if (!room) return SW_E_LIMIT;
    room[(*count)++] = (sw_told_key){pair[0], pair[1]};
    *list = room;
    return SW_OK;
}
