#include "notify/words/sms.h"

#include "text/utf8.h"

#define ALONE  70u
#define A_PART 67u

static uint32_t units_at(sw_slice text, size_t at, uint32_t *ret_bytes) {
    return sw_utf8_decode(text, at, ret_bytes) > 0xffff ? 2 : 1;
}

uint32_t sw_sms_units(sw_slice text) {
    uint32_t units = 0, bytes;
    for (size_t at = 0; at < text.len; at += bytes) units += units_at(text, at, &bytes);
    return units;
}

uint32_t sw_sms_parts(sw_slice text) {
    if (!text.len) return 0;
    if (sw_sms_units(text) <= ALONE) return 1;
    uint32_t parts = 1, used = 0, bytes;
    for (size_t at = 0; at < text.len; at += bytes) {
        uint32_t units = units_at(text, at, &bytes);
        if (used + units > A_PART) {
            parts++;
            used = 0;
        }
        used += units;
    }
    return parts;
}

size_t sw_sms_cut(sw_slice text, uint32_t units) {
    size_t at = 0;
    uint32_t bytes;
    while (at < text.len) {
        uint32_t more = units_at(text, at, &bytes);
        if (more > units) break;
        units -= more;
        at += bytes;
    }
    return at;
}
