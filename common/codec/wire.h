/* wire.h - protobuf's wire format, written and read field by field.  Layer 2.  Thread: any.
 *
 * For messages of the hot path; the others use protobuf-c. Why: docs/decisions/0004-event-wire.md.
 */
#ifndef SW_CODEC_WIRE_H
#define SW_CODEC_WIRE_H

#include "base/buf.h"

typedef enum sw_wire_type {
    SW_WIRE_VARINT = 0,
    SW_WIRE_FIXED64 = 1,
    SW_WIRE_BYTES = 2,
    SW_WIRE_FIXED32 = 5
} sw_wire_type;

/* Pieces of a message, written where there is room: the end of what was written. Fields are numbers
 * from 1; as constants they cost nothing. */
#define SW_WIRE_VARINT_MAX 10u
#define SW_WIRE_HEAD_MAX                                                                           \
    (5u + SW_WIRE_VARINT_MAX) /* before the bytes of a field; a whole number                       \
                               */
static inline char *sw_wire_put_varint(char *to, uint64_t n) {
    for (; n >= 0x80; n >>= 7) *to++ = (char)(unsigned char)(n | 0x80);
    *to++ = (char)n;
    return to;
}
static inline char *sw_wire_put_tag(char *to, uint32_t field, sw_wire_type type) {
    return sw_wire_put_varint(to, (uint64_t)field << 3 | type);
}
static inline char *sw_wire_put_bytes(char *to, uint32_t field, sw_slice bytes) {
    to = sw_wire_put_tag(to, field, SW_WIRE_BYTES);
    to = sw_wire_put_varint(to, bytes.len);
    if (bytes.len) memcpy(to, bytes.ptr, bytes.len);
    return to + bytes.len;
}
static inline char *sw_wire_put_text(char *to, uint32_t field, sw_slice text) {
    return text.len ? sw_wire_put_bytes(to, field, text) : to;
}

/* Writers append to `buf`; check buf->err at the end. */
static inline void sw_wire_varint(sw_buf *buf, uint32_t field, uint64_t n) {
    char *to = sw_buf_room(buf, SW_WIRE_HEAD_MAX);
    if (!to) return;
    char *end = sw_wire_put_varint(sw_wire_put_tag(to, field, SW_WIRE_VARINT), n);
    sw_buf_wrote(buf, (size_t)(end - to));
}
/* int64 and int32: negative ones take ten bytes. */
static inline void sw_wire_int(sw_buf *buf, uint32_t field, int64_t n) {
    sw_wire_varint(buf, field, (uint64_t)n);
}
/* sint64: zigzag. */
void sw_wire_sint(sw_buf *buf, uint32_t field, int64_t n);
void sw_wire_double(sw_buf *buf, uint32_t field, double d);
static inline void sw_wire_bytes(sw_buf *buf, uint32_t field, sw_slice bytes) {
    char *to = sw_buf_room(buf, SW_WIRE_HEAD_MAX + bytes.len);
    if (to) sw_buf_wrote(buf, (size_t)(sw_wire_put_bytes(to, field, bytes) - to));
}
/* string and bytes of proto3: an empty one is left out. */
static inline void sw_wire_text(sw_buf *buf, uint32_t field, sw_slice text) {
    if (text.len) sw_wire_bytes(buf, field, text);
}
/* A message within a message: what is appended between the two calls. They nest. */
SW_NODISCARD size_t sw_wire_begin(sw_buf *buf, uint32_t field);
void sw_wire_end(sw_buf *buf, size_t mark);

/* One field as it stands on the wire. */
typedef struct sw_wire_field {
    uint32_t number;
    sw_wire_type type;
    uint64_t n;     /* VARINT, FIXED64, FIXED32 */
    sw_slice bytes; /* BYTES; borrowed */
} sw_wire_field;

typedef struct sw_wire_reader {
    const uint8_t *at, *end;
    bool fault; /* what is left is not protobuf */
} sw_wire_reader;

static inline sw_wire_reader sw_wire_read(sw_slice bytes) {
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    return (sw_wire_reader){at, at ? at + bytes.len : at, false};
}
/* The next field; false at the end, or at a fault (groups are one). */
SW_NODISCARD bool sw_wire_next_slow(sw_wire_reader *reader, sw_wire_field *ret);
SW_NODISCARD static inline bool sw_wire_next(sw_wire_reader *reader, sw_wire_field *ret) {
    const uint8_t *at = reader->at;
    /* Most are a short text with a small number. */
    bool easy = reader->end - at >= 2 && at[0] < 0x80 && at[0] >= 8 &&
                (at[0] & 7) == SW_WIRE_BYTES && at[1] < 0x80 && at[1] <= reader->end - at - 2;
    if (!easy) return sw_wire_next_slow(reader, ret);
    *ret = (sw_wire_field){
        .number = at[0] >> 3, .type = SW_WIRE_BYTES, .bytes = sw_slice_of(at + 2, at[1])};
    reader->at = at + 2 + at[1];
    return true;
}
/* The next varint of packed values; false as above. */
SW_NODISCARD bool sw_wire_next_varint(sw_wire_reader *reader, uint64_t *ret);
static inline int64_t sw_wire_zigzag(uint64_t n) {
    return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}
static inline double sw_wire_as_double(uint64_t bits) {
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

#endif
