#include <inttypes.h>
#include <math.h>

#include "cel/run.h"
#include "text/number.h"
#include "text/utf8.h"

static sw_err bad_text(cel_run *run, const cel_node *node, const char *form) {
    return cel_fail_words(run, node, SW_E_INVALID, CEL_WHY_TEXT, form);
}

static sw_err too_big(cel_run *run, const cel_node *node) {
    return cel_fail(run, node, SW_E_RANGE, CEL_WHY_TOO_BIG);
}

static sw_err text_to_int(cel_run *run, const cel_node *node, sw_slice text, sw_value *ret) {
    int64_t n;
    if (text.len && text.ptr[0] == '+') text = sw_slice_sub(text, 1, text.len);
    if (!sw_slice_int(text, &n)) return bad_text(run, node, "an int, like -42");
    *ret = (sw_value){.kind = SW_INT, .i = n};
    return SW_OK;
}

CEL_FN(cel_to_int) {
    sw_value v = {.kind = SW_INT};
    switch (args[0].kind) {
    case SW_UINT:
        if (args[0].u > INT64_MAX) return too_big(run, node);
        v.i = (int64_t)args[0].u;
        break;
    case SW_DOUBLE:
        /* Both ends left out: whether they come back is the compiler's choice (langdef, Overflow).
         */
        if (!(args[0].d > -0x1p63 && args[0].d < 0x1p63)) return too_big(run, node);
        v.i = (int64_t)args[0].d;
        break;
    case SW_TIMESTAMP:
        v.i = args[0].t.seconds;
        break;
    default:
        return text_to_int(run, node, args[0].s, ret);
    }
    *ret = v;
    return SW_OK;
}

static sw_err text_to_uint(cel_run *run, const cel_node *node, sw_slice text, sw_value *ret) {
    uint64_t n = 0;
    bool wrong = text.len == 0;
    for (size_t i = 0; i < text.len && !wrong; i++) {
        wrong = text.ptr[i] < '0' || text.ptr[i] > '9' || __builtin_mul_overflow(n, 10, &n) ||
                __builtin_add_overflow(n, (uint64_t)(text.ptr[i] - '0'), &n);
    }
    if (wrong) return bad_text(run, node, "a uint, like 42");
    *ret = (sw_value){.kind = SW_UINT, .u = n};
    return SW_OK;
}

CEL_FN(cel_to_uint) {
    sw_value v = {.kind = SW_UINT};
    switch (args[0].kind) {
    case SW_INT:
        if (args[0].i < 0) return too_big(run, node);
        v.u = (uint64_t)args[0].i;
        break;
    case SW_DOUBLE:
        if (!(args[0].d >= 0 && args[0].d < 0x1p64)) return too_big(run, node);
        v.u = (uint64_t)args[0].d;
        break;
    default:
        return text_to_uint(run, node, args[0].s, ret);
    }
    *ret = v;
    return SW_OK;
}

static const struct {
    const char *text;
    double value;
} odd_doubles[] = {
    {"NaN", NAN},      {"Infinity", INFINITY}, {"+Infinity", INFINITY}, {"-Infinity", -INFINITY},
    {"inf", INFINITY}, {"+inf", INFINITY},     {"-inf", -INFINITY},     {"nan", NAN},
};

static sw_err text_to_double(cel_run *run, const cel_node *node, sw_slice text, sw_value *ret) {
    sw_value v = {.kind = SW_DOUBLE};
    if (!cel_spend(run, node, cel_bytes_cost(text.len))) return run->fault.code;
    sw_err err = sw_double_parse(text, &v.d);
    for (size_t i = 0; err && i < SW_COUNT(odd_doubles); i++) {
        if (!sw_slice_is(text, odd_doubles[i].text)) continue;
        v.d = odd_doubles[i].value;
        err = SW_OK;
    }
    if (err == SW_E_RANGE) return too_big(run, node);
    if (err) return bad_text(run, node, "a double, like -1.5e3");
    *ret = v;
    return SW_OK;
}

CEL_FN(cel_to_double) {
    if (args[0].kind == SW_STRING) return text_to_double(run, node, args[0].s, ret);
    double d = args[0].kind == SW_INT ? (double)args[0].i : (double)args[0].u;
    *ret = (sw_value){.kind = SW_DOUBLE, .d = d};
    return SW_OK;
}

static sw_slice double_text(sw_arena *arena, double d) {
    char room[40];
    sw_buf buf = {.ptr = room, .cap = sizeof room, .max = sizeof room}; /* never grows */
    sw_slice text = SW_SLICE_NONE;
    sw_double_write(&buf, d);
    if (buf.err || !sw_arena_copy(arena, sw_buf_slice(&buf), &text)) return SW_SLICE_NONE;
    return text;
}

CEL_FN(cel_to_string) {
    sw_slice text = SW_SLICE_NONE;
    switch (args[0].kind) {
    case SW_BOOL:
        text = args[0].b ? SW_S("true") : SW_S("false");
        break;
    case SW_INT:
        text = sw_arena_printf(run->arena, "%" PRId64, args[0].i);
        break;
    case SW_UINT:
        text = sw_arena_printf(run->arena, "%" PRIu64, args[0].u);
        break;
    case SW_DOUBLE:
        text = double_text(run->arena, args[0].d);
        break;
    case SW_BYTES:
        if (!cel_spend(run, node, cel_bytes_cost(args[0].s.len))) return run->fault.code;
        if (!sw_utf8_valid(args[0].s)) return cel_fail(run, node, SW_E_INVALID, CEL_WHY_UTF8);
        text = args[0].s.ptr ? args[0].s : SW_S("");
        break;
    default:
        text = cel_moment_text(run->arena, &args[0]);
        break;
    }
    if (!text.ptr) return cel_fail(run, node, SW_E_NOMEM, CEL_WHY_MEMORY);
    *ret = (sw_value){.kind = SW_STRING, .s = text};
    return SW_OK;
}

CEL_FN(cel_to_bytes) {
    (void)run, (void)node;
    *ret = (sw_value){.kind = SW_BYTES, .s = args[0].s};
    return SW_OK;
}

CEL_FN(cel_to_bool) {
    static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"};
    static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False"};
    for (size_t i = 0; i < SW_COUNT(yes); i++) {
        bool is_yes = sw_slice_is(args[0].s, yes[i]);
        if (!is_yes && !sw_slice_is(args[0].s, no[i])) continue;
        *ret = (sw_value){.kind = SW_BOOL, .b = is_yes};
        return SW_OK;
    }
    return bad_text(run, node, "true or false");
}

CEL_FN(cel_to_itself) {
    (void)run, (void)node;
    *ret = args[0];
    return SW_OK;
}

sw_slice cel_type_denotation(sw_value_kind kind) {
    if (kind == SW_TIMESTAMP) return SW_S("google.protobuf.Timestamp");
    if (kind == SW_DURATION) return SW_S("google.protobuf.Duration");
    return sw_cel_type_text(NULL, sw_cel_type_of(kind));
}

CEL_FN(cel_to_type) {
    (void)run, (void)node;
    *ret = (sw_value){.kind = SW_TYPE, .s = cel_type_denotation(args[0].kind)};
    return SW_OK;
}
