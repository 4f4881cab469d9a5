/* event_field.h - one seawall.v1.Field as it stands on the wire.  Layer 2, of event_pb*.c only.
 * Thread: owner's. */
#ifndef SW_CODEC_EVENT_FIELD_H
#define SW_CODEC_EVENT_FIELD_H

#include "codec/event.h"

/* A value as it stands there. */
typedef struct sw_raw_value {
    sw_value_kind kind;
    uint64_t n;
    sw_slice bytes;
} sw_raw_value;

/* What a field says of itself; of its values only the first. */
typedef struct sw_field_head {
    sw_slice name, raw;
    sw_raw_value first; /* kind SW_ABSENT: there are none */
    uint32_t count;
    bool list;
} sw_field_head;

/* Checks the form: one kind of values, one value if it is no list, valid texts. SW_E_SYNTAX. */
SW_NODISCARD sw_err sw_field_head_read(sw_slice raw, sw_field_head *ret);
/* Is it such a value as the catalogue declares? */
bool sw_field_fits(const sw_field_head *head, const sw_field *field);
/* Reads a field that fits. Timestamps are also written to `*spelt`, which is moved on.
 * SW_E_INVALID: a value that can't stand there; SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_field_value(sw_arena *arena, const sw_field_head *head,
                                   const sw_field *field, sw_slice **spelt, sw_value *ret);
/* `"name":value`, for a field that does not fit. */
void sw_field_write_json(const sw_field_head *head, sw_buf *out);

#endif
