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

/* Writers append to `buf`; check buf->err at the end. Fields are numbers from 1. */
void sw_wire_varint(sw_buf *buf, uint32_t field, uint64_t n);
/* int64 and int32: negative ones take ten bytes. */
static inline void sw_wire_int(sw_buf *buf, uint32_t field, int64_t n) {
    sw_wire_varint(buf, field, (uint64_t)n);
}
/* sint64: zigzag. */
void sw_wire_sint(sw_buf *buf, uint32_t field, int64_t n);
void sw_wire_double(sw_buf *buf, uint32_t field, double d);
void sw_wire_bytes(sw_buf *buf, uint32_t field, sw_slice bytes);
/* string and bytes of proto3: an empty one is left out. */
void sw_wire_text(sw_buf *buf, uint32_t field, sw_slice text);
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
SW_NODISCARD bool sw_wire_next(sw_wire_reader *reader, sw_wire_field *ret);
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
