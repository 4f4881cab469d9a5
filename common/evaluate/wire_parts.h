/* wire_parts.h - pieces that the messages of tellings share: hashes, events, pairs, lists.  Layer
 * 6, private to evaluate.  Thread: any. */
#ifndef SW_EVALUATE_WIRE_PARTS_H
#define SW_EVALUATE_WIRE_PARTS_H

#include "codec/wire.h"
#include "evaluate/told.h"

/* Written where there is room for as many bytes as `_max` says: the end of what was written. A
 * message of tellings takes its room once. */
#define SW_PART_NUMBER_MAX (SW_WIRE_HEAD_MAX)
#define SW_PART_WORD_MAX   (SW_WIRE_HEAD_MAX + 32u) /* a name of ours */
#define SW_PART_HASH_MAX   (SW_WIRE_HEAD_MAX + SW_HASH128_TEXT)
static inline size_t sw_part_text_max(sw_slice text) {
    return SW_WIRE_HEAD_MAX + text.len;
}
size_t sw_part_event_max(const sw_told_event *event);
/* A message of two texts: a field of a key, an article of a law. */
size_t sw_part_pair_max(sw_slice first, sw_slice second);

char *sw_part_put_hash(char *to, uint32_t field, sw_hash128 hash);
char *sw_part_put_event(char *to, uint32_t field, const sw_told_event *event);
char *sw_part_put_pair(char *to, uint32_t field, sw_slice first, sw_slice second);
/* A name of ours, at most 32 bytes. */
static inline char *sw_part_put_word(char *to, uint32_t field, const char *word) {
    return sw_wire_put_bytes(to, field, sw_slice_cstr(word));
}
static inline char *sw_part_put_number(char *to, uint32_t field, int64_t n) {
    return sw_wire_put_varint(sw_wire_put_tag(to, field, SW_WIRE_VARINT), (uint64_t)n);
}
/* None where there is no time. */
static inline char *sw_part_put_time(char *to, uint32_t field, int64_t ms) {
    return ms != SW_TIME_NONE ? sw_part_put_number(to, field, ms) : to;
}

/* The texts of a message that has only such: numbers 1 to `count`. SW_E_SYNTAX. */
SW_NODISCARD sw_err sw_part_get_texts(sw_slice bytes, sw_slice *texts, uint32_t count);
SW_NODISCARD sw_err sw_part_get_event(sw_slice bytes, sw_told_event *ret);
SW_NODISCARD sw_err sw_part_get_hash(sw_slice hex, sw_hash128 *ret);
/* The hash of a message's field, without the rest of it; false: there is none. */
bool sw_part_find_hash(sw_slice bytes, uint32_t field, sw_hash128 *ret);
/* Appends to a list in the arena, whose room doubles. SW_E_SYNTAX, SW_E_INVALID, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_part_add_key(sw_arena *arena, sw_slice bytes, const sw_told_key **list,
                                    uint32_t *count);
/* Room for one more of `count` items; NULL: the arena is full. */
void *sw_part_room(sw_arena *arena, const void *list, uint32_t count, size_t size);

#endif
