/* wire.h - integers as bytes: little-endian in values, big-endian in keys, so that keys sort.
 * Layer 0.  Thread: any. */
#ifndef SW_BASE_WIRE_H
#define SW_BASE_WIRE_H

#include <stdint.h>

static inline void sw_wire_put_le(char *to, uint64_t n, int bytes) {
    for (int i = 0; i < bytes; i++) to[i] = (char)(uint8_t)(n >> (8 * i));
}

static inline uint64_t sw_wire_get_le(const char *from, int bytes) {
    uint64_t n = 0;
    for (int i = 0; i < bytes; i++) n |= (uint64_t)(uint8_t)from[i] << (8 * i);
    return n;
}

static inline void sw_wire_put_be(char *to, uint64_t n, int bytes) {
    for (int i = 0; i < bytes; i++) to[i] = (char)(uint8_t)(n >> (8 * (bytes - 1 - i)));
}

static inline uint64_t sw_wire_get_be(const char *from, int bytes) {
    uint64_t n = 0;
    for (int i = 0; i < bytes; i++) n = n << 8 | (uint8_t)from[i];
    return n;
}

#endif
