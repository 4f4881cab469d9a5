/* pb.h - messages of seawall.v1 in an arena: read, written, their texts.  Layer 9.  Thread:
 * owner's. */
#ifndef SW_NOTIFY_PB_H
#define SW_NOTIFY_PB_H

#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"
#include "base/err.h"

/* Where a message is built. `full` stays set once the arena was exhausted: a run of calls is
 * checked once at its end. */
typedef struct sw_pb {
    sw_arena *arena;
    bool full;
} sw_pb;

/* A NUL-terminated copy; "" if the arena is full. */
char *sw_pb_text(sw_pb *pb, sw_slice text);
char *sw_pb_printf(sw_pb *pb, const char *fmt, ...) SW_PRINTF(2, 3);
/* Zeroed memory; NULL if the arena is full. */
void *sw_pb_zero(sw_pb *pb, size_t count, size_t size);
/* A new message, initialised; NULL if the arena is full. */
void *sw_pb_new(sw_pb *pb, const ProtobufCMessageDescriptor *type);
/* Appends to a repeated field: *list has *count items; the list is copied, which is right for short
 * ones. False if the arena is full. */
bool sw_pb_append(sw_pb *pb, size_t *count, void *list, void *item);

/* Everything lives in the arena. SW_E_SYNTAX: no such message; SW_E_LIMIT: the arena is full. */
SW_NODISCARD sw_err sw_pb_read(sw_pb *pb, const ProtobufCMessageDescriptor *type, sw_slice bytes,
                               void *ret_message);
/* SW_E_LIMIT: the arena is full, also before. */
SW_NODISCARD sw_err sw_pb_write(sw_pb *pb, const void *message, sw_slice *ret);

#endif
