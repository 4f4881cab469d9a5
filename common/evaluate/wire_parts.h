/* wire_parts.h - pieces that the messages of tellings share: hashes, events, pairs, lists.  Layer
 * 6, private to evaluate.  Thread: any. */
#ifndef SW_EVALUATE_WIRE_PARTS_H
#define SW_EVALUATE_WIRE_PARTS_H

#include "codec/wire.h"
#include "evaluate/told.h"

void sw_part_put_hash(sw_buf *out, uint32_t field, sw_hash128 hash);
void sw_part_put_event(sw_buf *out, uint32_t field, const sw_told_event *event);
/* A message of two texts: a field of a key, an article of a law. */
void sw_part_put_pair(sw_buf *out, uint32_t field, sw_slice first, sw_slice second);

/* The texts of a message that has only such: numbers 1 to `count`. SW_E_SYNTAX. */
SW_NODISCARD sw_err sw_part_get_texts(sw_slice bytes, sw_slice *texts, uint32_t count);
SW_NODISCARD sw_err sw_part_get_event(sw_slice bytes, sw_told_event *ret);
SW_NODISCARD sw_err sw_part_get_hash(sw_slice hex, sw_hash128 *ret);
/* Appends to a list in the arena, whose room doubles. SW_E_SYNTAX, SW_E_INVALID, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_part_add_key(sw_arena *arena, sw_slice bytes, const sw_told_key **list,
                                    uint32_t *count);
/* Room for one more of `count` items; NULL: the arena is full. */
void *sw_part_room(sw_arena *arena, const void *list, uint32_t count, size_t size);

#endif
