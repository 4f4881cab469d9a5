#include "seawall/rules/eval/value_json.h"

#include <inttypes.h>
#include <math.h>

#include "text/json.h"

static const char *const names[] = {
    [SW_ABSENT] = "absent", [SW_NULL] = "null_type",      [SW_BOOL] = "bool",
    [SW_INT] = "int",       [SW_UINT] = "uint",           [SW_DOUBLE] = "double",
    [SW_STRING] = "string", [SW_BYTES] = "bytes",         [SW_LIST] = "list",
    [SW_MAP] = "map",       [SW_TIMESTAMP] = "timestamp", [SW_DURATION] = "duration",
    [SW_TYPE] = "type",
};

const char *sw_value_type_name(const sw_value *value) {
    return names[value->kind];
}

static void write_base64(sw_buf *buf, sw_slice bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    sw_buf_add_byte(buf, '"');
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t have = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t n = 0;
        for (size_t k = 0; k < 3; k++)
            n = n << 8 | (k < have ? (unsigned char)bytes.ptr[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            sw_buf_add_byte(buf, k <= have ? digits[n >> (18 - 6 * k) & 63] : '=');
    }
    sw_buf_add_byte(buf, '"');
}

static void write_double(sw_buf *buf, double d) {
    if (isnan(d))
        sw_buf_add_cstr(buf, "\"NaN\"");
    else if (isinf(d))
        sw_buf_add_cstr(buf, d > 0 ? "\"Infinity\"" : "\"-Infinity\"");
    else
        sw_json_write_double(buf, d);
}

static void write_duration(sw_buf *buf, sw_instant t) {
    bool minus = t.seconds < 0 || t.nanos < 0;
    int32_t nanos = minus ? -t.nanos : t.nanos;
    sw_buf_printf(buf, "\"%s%" PRIu64, minus ? "-" : "",
                  minus ? 0 - (uint64_t)t.seconds : (uint64_t)t.seconds);
    if (nanos) {
        int digits = 9;
        for (; nanos % 10 == 0; nanos /= 10) digits--;
        sw_buf_printf(buf, ".%0*d", digits, nanos);
    }
    sw_buf_add_cstr(buf, "s\"");
}

static void write_key(sw_buf *buf, const sw_value *key) {
    bool text = key->kind == SW_STRING;
    if (!text) sw_buf_add_byte(buf, '"');
    sw_value_json(buf, key);
    if (!text) sw_buf_add_byte(buf, '"');
}

static void write_items(sw_buf *buf, const sw_value *value) {
    bool map = value->kind == SW_MAP;
    sw_buf_add_byte(buf, map ? '{' : '[');
    for (uint32_t i = 0; i < value->count && !buf->err; i++) {
        if (i) sw_buf_add_byte(buf, ',');
        if (map) {
            write_key(buf, &value->items[2 * i]);
            sw_buf_add_byte(buf, ':');
        }
        sw_value_json(buf, map ? &value->items[2 * i + 1] : &value->items[i]);
    }
    sw_buf_add_byte(buf, map ? '}' : ']');
}

void sw_value_json(sw_buf *buf, const sw_value *value) {
    switch (value->kind) {
    case SW_ABSENT:
    case SW_NULL:
        sw_buf_add_cstr(buf, "null");
        break;
    case SW_BOOL:
        sw_buf_add_cstr(buf, value->b ? "true" : "false");
        break;
    case SW_INT:
        sw_buf_add_int(buf, value->i);
        break;
    case SW_UINT:
        sw_buf_printf(buf, "%" PRIu64, value->u);
        break;
    case SW_DOUBLE:
        write_double(buf, value->d);
        break;
    case SW_STRING:
    case SW_TYPE:
        sw_json_write_string(buf, value->s);
        break;
    case SW_BYTES:
        write_base64(buf, value->s);
        break;
    case SW_LIST:
    case SW_MAP:
        write_items(buf, value);
        break;
    case SW_TIMESTAMP:
        sw_buf_add_byte(buf, '"');
        sw_instant_write(buf, value->t, 0);
        sw_buf_add_byte(buf, '"');
        break;
    case SW_DURATION:
        write_duration(buf, value->t);
        break;
    }
}
