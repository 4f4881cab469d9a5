#include "codec/wire.h"

void sw_wire_sint(sw_buf *buf, uint32_t field, int64_t n) {
    sw_wire_varint(buf, field, (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0));
}

void sw_wire_double(sw_buf *buf, uint32_t field, double d) {
    uint64_t bits;
    char bytes[8];
    memcpy(&bits, &d, sizeof bits);
    for (int i = 0; i < 8; i++) bytes[i] = (char)(unsigned char)(bits >> (8 * i));
    char *to = sw_buf_room(buf, SW_WIRE_HEAD_MAX);
    if (!to) return;
    char *end = sw_wire_put_tag(to, field, SW_WIRE_FIXED64);
    memcpy(end, bytes, sizeof bytes);
    sw_buf_wrote(buf, (size_t)(end - to) + sizeof bytes);
}

size_t sw_wire_begin(sw_buf *buf, uint32_t field) {
    char *to = sw_buf_room(buf, SW_WIRE_HEAD_MAX);
    if (!to) return buf->len;
    char *end = sw_wire_put_tag(to, field, SW_WIRE_BYTES);
    *end++ = 0; /* the length of most; longer ones are moved on */
    sw_buf_wrote(buf, (size_t)(end - to));
    return buf->len;
}

void sw_wire_end(sw_buf *buf, size_t mark) {
    if (buf->err) return;
    SW_ASSERT(mark > 0 && mark <= buf->len);
    size_t len = buf->len - mark;
    char size[SW_WIRE_VARINT_MAX];
    size_t more = (size_t)(sw_wire_put_varint(size, len) - size) - 1;
    if (more) {
        if (!sw_buf_room(buf, more)) return;
        memmove(buf->ptr + mark + more, buf->ptr + mark, len);
        sw_buf_wrote(buf, more);
    }
    memcpy(buf->ptr + mark - 1, size, more + 1);
}

static bool fault(sw_wire_reader *r) {
    r->fault = true;
    r->at = r->end;
    return false;
}

static bool read_long(sw_wire_reader *r, uint64_t *ret) {
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        uint64_t byte = *r->at++;
        n |= (byte & 0x7f) << shift;
        if (byte & 0x80) continue;
        if (shift == 63 && byte > 1) return fault(r);
        *ret = n;
        return true;
    }
    return fault(r);
}

bool sw_wire_next_varint(sw_wire_reader *r, uint64_t *ret) {
    if (r->at == r->end) return false;
    if (*r->at >= 0x80) return read_long(r, ret);
    *ret = *r->at++; /* most are one byte */
    return true;
}

static bool read_fixed(sw_wire_reader *r, size_t size, uint64_t *ret) {
    uint64_t n = 0;
    if ((size_t)(r->end - r->at) < size) return fault(r);
    for (size_t i = 0; i < size; i++) n |= (uint64_t)r->at[i] << (8 * i);
    r->at += size;
    *ret = n;
    return true;
}

bool sw_wire_next_slow(sw_wire_reader *r, sw_wire_field *ret) {
    uint64_t head, len;
    if (!sw_wire_next_varint(r, &head)) return false;
    if (head >> 3 == 0 || head >> 32) return fault(r);
    ret->number = (uint32_t)(head >> 3);
    ret->type = (sw_wire_type)(head & 7);
    ret->n = 0;
    ret->bytes = SW_SLICE_NONE;
    switch (ret->type) {
    case SW_WIRE_VARINT:
        return sw_wire_next_varint(r, &ret->n) || fault(r);
    case SW_WIRE_FIXED64:
        return read_fixed(r, 8, &ret->n);
    case SW_WIRE_FIXED32:
        return read_fixed(r, 4, &ret->n);
    case SW_WIRE_BYTES:
        if (!sw_wire_next_varint(r, &len) || len > (uint64_t)(r->end - r->at)) return fault(r);
        ret->bytes = sw_slice_of(r->at, (size_t)len);
        r->at += len;
        return true;
    }
    return fault(r);
}
