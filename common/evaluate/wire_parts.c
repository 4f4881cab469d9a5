#include "evaluate/wire_parts.h"

#include "text/utf8.h"

size_t sw_part_event_max(const sw_told_event *event) {
    return SW_WIRE_HEAD_MAX + sw_part_text_max(event->source) + sw_part_text_max(event->id) +
           sw_part_text_max(event->type);
}

size_t sw_part_pair_max(sw_slice first, sw_slice second) {
    return SW_WIRE_HEAD_MAX + sw_part_text_max(first) + sw_part_text_max(second);
}

char *sw_part_put_hash(char *to, uint32_t field, sw_hash128 hash) {
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(hash, hex);
    return sw_wire_put_bytes(to, field, sw_slice_of(hex, sizeof hex - 1));
}

/* Bytes of a text in a message of a few of them. */
static inline size_t text_size(sw_slice text) {
    if (!text.len) return 0;
    size_t size = 2 + text.len;
    for (size_t n = text.len; n >= 0x80; n >>= 7) size++;
    return size;
}

/* A message of `count` texts, numbered from 1. */
static inline char *put_texts(char *to, uint32_t field, const sw_slice *texts, uint32_t count) {
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) size += text_size(texts[i]);
    to = sw_wire_put_varint(sw_wire_put_tag(to, field, SW_WIRE_BYTES), size);
    for (uint32_t i = 0; i < count; i++) to = sw_wire_put_text(to, i + 1, texts[i]);
    return to;
}

char *sw_part_put_event(char *to, uint32_t field, const sw_told_event *event) {
    const sw_slice texts[] = {event->source, event->id, event->type};
    return put_texts(to, field, texts, SW_COUNT(texts));
}

char *sw_part_put_pair(char *to, uint32_t field, sw_slice first, sw_slice second) {
    const sw_slice texts[] = {first, second};
    return put_texts(to, field, texts, SW_COUNT(texts));
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

bool sw_part_find_hash(sw_slice bytes, uint32_t field, sw_hash128 *ret) {
    sw_wire_reader wire = sw_wire_read(bytes);
    for (sw_wire_field f; sw_wire_next(&wire, &f);)
        if (f.number == field) return sw_part_get_hash(f.bytes, ret) == SW_OK;
    return false;
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
