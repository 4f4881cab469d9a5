#include "cel/run.h"

static sw_err overflow(cel_run *run, const cel_node *node) {
    return cel_fail(run, node, SW_E_RANGE, CEL_WHY_OVERFLOW);
}

static sw_err division(cel_run *run, const cel_node *node) {
    return cel_fail(run, node, SW_E_INVALID, CEL_WHY_DIVIDE);
}

CEL_FN(cel_do_add) {
    sw_value v = {.kind = args[0].kind};
    bool over = false;
    if (v.kind == SW_INT)
        over = __builtin_add_overflow(args[0].i, args[1].i, &v.i);
    else if (v.kind == SW_UINT)
        over = __builtin_add_overflow(args[0].u, args[1].u, &v.u);
    else
        v.d = args[0].d + args[1].d;
    if (over) return overflow(run, node);
    *ret = v;
    return SW_OK;
}

CEL_FN(cel_do_sub) {
    sw_value v = {.kind = args[0].kind};
    bool over = false;
    if (v.kind == SW_INT)
        over = __builtin_sub_overflow(args[0].i, args[1].i, &v.i);
    else if (v.kind == SW_UINT)
        over = __builtin_sub_overflow(args[0].u, args[1].u, &v.u);
    else
        v.d = args[0].d - args[1].d;
    if (over) return overflow(run, node);
    *ret = v;
    return SW_OK;
}

CEL_FN(cel_do_mul) {
    sw_value v = {.kind = args[0].kind};
    bool over = false;
    if (v.kind == SW_INT)
        over = __builtin_mul_overflow(args[0].i, args[1].i, &v.i);
    else if (v.kind == SW_UINT)
        over = __builtin_mul_overflow(args[0].u, args[1].u, &v.u);
    else
        v.d = args[0].d * args[1].d;
    if (over) return overflow(run, node);
    *ret = v;
    return SW_OK;
}

/* The one quotient that an int can't hold. */
static bool too_big(const sw_value *args) {
    return args[0].i == INT64_MIN && args[1].i == -1;
}

CEL_FN(cel_do_div) {
    sw_value v = {.kind = args[0].kind};
    if (v.kind == SW_DOUBLE) {
        v.d = args[0].d / args[1].d;
    } else if (v.kind == SW_UINT) {
        if (args[1].u == 0) return division(run, node);
        v.u = args[0].u / args[1].u;
    } else {
        if (args[1].i == 0) return division(run, node);
        if (too_big(args)) return overflow(run, node);
        v.i = args[0].i / args[1].i;
    }
    *ret = v;
    return SW_OK;
}

CEL_FN(cel_do_mod) {
    sw_value v = {.kind = args[0].kind};
    if (v.kind == SW_UINT) {
        if (args[1].u == 0) return division(run, node);
        v.u = args[0].u % args[1].u;
    } else {
        if (args[1].i == 0) return division(run, node);
        if (too_big(args)) return overflow(run, node);
        v.i = args[0].i % args[1].i;
    }
    *ret = v;
    return SW_OK;
}

CEL_FN(cel_do_negate) {
    sw_value v = args[0];
    if (v.kind == SW_DOUBLE)
        v.d = -v.d;
    else if (__builtin_sub_overflow(0, v.i, &v.i))
        return overflow(run, node);
    *ret = v;
    return SW_OK;
}

CEL_FN(cel_do_not) {
    (void)run, (void)node;
    *ret = (sw_value){.kind = SW_BOOL, .b = !args[0].b};
    return SW_OK;
}

static sw_err join_lists(cel_run *run, const cel_node *node, const sw_value *args, sw_value *ret) {
    uint32_t first = args[0].count, second = args[1].count;
    if (second == 0 || first == 0) {
        *ret = args[first == 0];
        return SW_OK;
    }
    if (!cel_spend(run, node, (size_t)first + second)) return run->fault.code;
    sw_value *items = sw_arena_alloc(run->arena, ((size_t)first + second) * sizeof *items);
    if (!items) return cel_fail(run, node, SW_E_NOMEM, CEL_WHY_MEMORY);
    memcpy(items, args[0].items, first * sizeof *items);
    memcpy(items + first, args[1].items, second * sizeof *items);
    *ret = (sw_value){.kind = SW_LIST, .count = first + second, .items = items};
    return SW_OK;
}

CEL_FN(cel_do_join) {
    if (args[0].kind == SW_LIST) return join_lists(run, node, args, ret);
    sw_slice a = args[0].s, b = args[1].s;
    if (!cel_spend(run, node, cel_bytes_cost(a.len + b.len))) return run->fault.code;
    char *text = sw_arena_alloc(run->arena, a.len + b.len);
    if (!text) return cel_fail(run, node, SW_E_NOMEM, CEL_WHY_MEMORY);
    if (a.len) memcpy(text, a.ptr, a.len);
    if (b.len) memcpy(text + a.len, b.ptr, b.len);
    *ret = (sw_value){.kind = args[0].kind, .s = sw_slice_of(text, a.len + b.len)};
    return SW_OK;
}
