#include "notify/pb.h"

#include <stdarg.h>
#include <stdio.h>

static char nothing[1];

char *sw_pb_text(sw_pb *pb, sw_slice text) {
    char *copy = sw_arena_alloc(pb->arena, text.len + 1);
    if (!copy) {
        pb->full = true;
        return nothing;
    }
    if (text.len) memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

char *sw_pb_printf(sw_pb *pb, const char *fmt, ...) {
    char usual[256]; /* most fit, and are written once */
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(usual, sizeof usual, fmt, args);
    va_end(args);
    char *text = n < 0 ? NULL : sw_arena_alloc(pb->arena, (size_t)n + 1);
    if (text && (size_t)n < sizeof usual)
        memcpy(text, usual, (size_t)n + 1);
    else if (text)
        vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    if (text) return text;
    pb->full = true;
    return nothing;
}

void *sw_pb_zero(sw_pb *pb, size_t count, size_t size) {
    void *ptr = sw_arena_zero(pb->arena, count, size);
    if (!ptr) pb->full = true;
    return ptr;
}

void *sw_pb_new(sw_pb *pb, const ProtobufCMessageDescriptor *type) {
    ProtobufCMessage *message = sw_pb_zero(pb, 1, type->sizeof_message);
    if (message) type->message_init(message);
    return message;
}

bool sw_pb_append(sw_pb *pb, size_t *count, void *list, void *item) {
    void **old;
    memcpy(&old, list, sizeof old);
    void **grown = sw_pb_zero(pb, *count + 1, sizeof *grown);
    if (!grown) return false;
    if (*count) memcpy(grown, old, *count * sizeof *grown);
    grown[(*count)++] = item;
    memcpy(list, &grown, sizeof grown);
    return true;
}

static void *take(void *arg, size_t size) {
    sw_pb *pb = arg;
    void *ptr = sw_arena_alloc(pb->arena, size);
    if (!ptr) pb->full = true;
    return ptr;
}

static void leave(void *arg, void *ptr) {
    (void)arg;
    (void)ptr;
}

sw_err sw_pb_read(sw_pb *pb, const ProtobufCMessageDescriptor *type, sw_slice bytes,
                  void *ret_message) {
    ProtobufCAllocator allocator = {take, leave, pb};
    ProtobufCMessage *message =
        protobuf_c_message_unpack(type, &allocator, bytes.len, (const uint8_t *)bytes.ptr);
    if (!message) return pb->full ? SW_E_LIMIT : SW_E_SYNTAX;
    memcpy(ret_message, &message, sizeof message);
    return SW_OK;
}

sw_err sw_pb_write(sw_pb *pb, const void *message, sw_slice *ret) {
    if (pb->full) return SW_E_LIMIT;
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = sw_arena_alloc(pb->arena, size);
    if (!bytes) return SW_E_LIMIT;
    *ret = sw_slice_of(bytes, protobuf_c_message_pack(message, bytes));
    return SW_OK;
}
