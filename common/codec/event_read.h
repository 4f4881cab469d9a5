/* event_read.h - reading an event from JSON nodes, shared by its two parts.  Layer 2, of event*.c
 * only.  Thread: owner's. */
#ifndef SW_CODEC_EVENT_READ_H
#define SW_CODEC_EVENT_READ_H

#include "codec/event.h"

typedef struct sw_event_reader {
    sw_arena *arena;
    const sw_catalogue *cat;
    sw_diags *diags;
    sw_slice json;      /* the whole text, for places */
    const char *prefix; /* of every field path: "" or "data.event." */
    sw_err err;         /* of the first finding */
} sw_event_reader;

/* A finding at a node (NULL: no place), with the path prefix + field. */
void sw_event_find(sw_event_reader *r, sw_err code, const sw_json *node, sw_slice field,
                   const char *hint, const char *fmt, ...) SW_PRINTF(6, 7);
/* Notes that the arena is full. */
void sw_event_find_full(sw_event_reader *r);

/* Reads the members of `data` (NULL: there is none) into event->fields, spelt and extra_data;
 * `ret_replacement` is the node of data.event for event.corrected, else NULL. */
void sw_event_read_data(sw_event_reader *r, const sw_json *data, sw_event *event,
                        const sw_json **ret_replacement);

/* Members as one canonical object; empty if there are none. */
sw_slice sw_event_extra(sw_event_reader *r, const sw_json *const *nodes, size_t count);

/* One value as the field's type. Timestamps are also written to `*spelt`, which is moved on.
 * SW_E_TYPE, SW_E_RANGE, SW_E_INVALID, SW_E_LIMIT: arena full, SW_E_FULL: too many values of a key;
 * `*ret_at` is the node that is at fault. */
SW_NODISCARD sw_err sw_event_read_value(sw_arena *arena, const sw_field *field, const sw_json *node,
                                        sw_slice **spelt, sw_value *ret, const sw_json **ret_at);
/* How many timestamps the value of a TIMESTAMP field holds. */
uint32_t sw_event_count_times(const sw_field *field, const sw_json *node);

/* Is it fit to be an id: not empty, not too long, without control characters? NULL, or why not. */
const char *sw_event_id_fault(sw_slice text);

#endif
