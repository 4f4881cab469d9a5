#include "cel/run.h"
#include "text/utf8.h"

static bool equal_lists(cel_run *run, const cel_node *node, const sw_value *a, const sw_value *b,
                        bool *ret) {
    *ret = a->count == b->count;
    for (uint32_t i = 0; *ret && i < a->count; i++)
        if (!cel_equal(run, node, &a->items[i], &b->items[i], ret)) return false;
    return true;
}

/* Sets `*ret` to the value of a key, or NULL. */
static bool look_up(cel_run *run, const cel_node *node, const sw_value *map, const sw_value *key,
                    const sw_value **ret) {
    *ret = NULL;
    for (uint32_t i = 0; i < map->count; i++) {
        bool same;
        if (!cel_equal(run, node, &map->items[2 * i], key, &same)) return false;
        if (!same) continue;
        *ret = &map->items[2 * i + 1];
        return true;
    }
    return true;
}

static bool equal_maps(cel_run *run, const cel_node *node, const sw_value *a, const sw_value *b,
                       bool *ret) {
    *ret = a->count == b->count;
    for (uint32_t i = 0; *ret && i < a->count; i++) {
        const sw_value *other;
        if (!look_up(run, node, b, &a->items[2 * i], &other)) return false;
        *ret = other != NULL;
        if (other && !cel_equal(run, node, &a->items[2 * i + 1], other, ret)) return false;
    }
    return true;
}

bool cel_equal(cel_run *run, const cel_node *node, const sw_value *a, const sw_value *b,
               bool *ret) {
    if (!cel_spend(run, node, 1)) return false;
    *ret = false;
    if (a->kind != b->kind) return true;
    switch (a->kind) {
    case SW_NULL:
        *ret = true;
        return true;
    case SW_BOOL:
        *ret = a->b == b->b;
        return true;
    case SW_INT:
        *ret = a->i == b->i;
        return true;
    case SW_UINT:
        *ret = a->u == b->u;
        return true;
    case SW_DOUBLE:
        *ret = a->d == b->d;
        return true;
    case SW_STRING:
    case SW_BYTES:
    case SW_TYPE:
        *ret = sw_slice_eq(a->s, b->s);
        return a->s.len != b->s.len || cel_spend(run, node, cel_bytes_cost(a->s.len));
    case SW_TIMESTAMP:
    case SW_DURATION:
        *ret = cel_moment_cmp(a->t, b->t) == 0;
        return true;
    case SW_LIST:
        return equal_lists(run, node, a, b, ret);
    case SW_MAP:
        return equal_maps(run, node, a, b, ret);
    case SW_ABSENT:
        break;
    }
    SW_ASSERT(false); /* a value without a kind */
    return true;
}

static sw_value of_bool(bool b) {
    return (sw_value){.kind = SW_BOOL, .b = b};
}

CEL_FN(cel_do_eq) {
    bool same;
    if (!cel_equal(run, node, &args[0], &args[1], &same)) return run->fault.code;
    *ret = of_bool(same != (node->aux == 1));
    return SW_OK;
}

/* By kind; only of ordered kinds and not of doubles. */
static int compare(const sw_value *a, const sw_value *b) {
    switch (a->kind) {
    case SW_BOOL:
        return (a->b > b->b) - (a->b < b->b);
    case SW_INT:
        return (a->i > b->i) - (a->i < b->i);
    case SW_UINT:
        return (a->u > b->u) - (a->u < b->u);
    case SW_STRING:
    case SW_BYTES:
        return sw_slice_cmp(a->s, b->s);
    case SW_TIMESTAMP:
    case SW_DURATION:
        return cel_moment_cmp(a->t, b->t);
    default:
        SW_ASSERT(false); /* a kind without order */
        return 0;
    }
}

static bool holds(cel_rel rel, bool less, bool greater, bool same) {
    switch (rel) {
    case CEL_LT:
        return less;
    case CEL_LE:
        return less || same;
    case CEL_GT:
        return greater;
    case CEL_GE:
        return greater || same;
    }
    return false;
}

CEL_FN(cel_do_order) {
    const sw_value *a = &args[0], *b = &args[1];
    if (a->kind == SW_DOUBLE) {
        *ret = of_bool(holds((cel_rel)node->aux, a->d<b->d, a->d> b->d, a->d == b->d));
        return SW_OK;
    }
    if ((a->kind == SW_STRING || a->kind == SW_BYTES) &&
        !cel_spend(run, node, cel_bytes_cost(a->s.len)))
        return run->fault.code;
    int cmp = compare(a, b);
    *ret = of_bool(holds((cel_rel)node->aux, cmp<0, cmp> 0, cmp == 0));
    return SW_OK;
}

CEL_FN(cel_do_in) {
    const sw_value *of = &args[1], *found;
    if (of->kind == SW_MAP) {
        if (!look_up(run, node, of, &args[0], &found)) return run->fault.code;
        *ret = of_bool(found != NULL);
        return SW_OK;
    }
    bool same = false;
    for (uint32_t i = 0; i < of->count && !same; i++)
        if (!cel_equal(run, node, &of->items[i], &args[0], &same)) return run->fault.code;
    *ret = of_bool(same);
    return SW_OK;
}

CEL_FN(cel_do_index) {
    const sw_value *of = &args[0], *by = &args[1], *found;
    if (of->kind == SW_LIST) {
        if (by->i < 0 || by->i >= of->count) return cel_fail_index(run, node, by->i, of->count);
        *ret = of->items[by->i];
        return SW_OK;
    }
    if (!look_up(run, node, of, by, &found)) return run->fault.code;
    if (!found) return cel_fail_value(run, node, SW_E_MISSING, CEL_WHY_NO_KEY, *by);
    *ret = *found;
    return SW_OK;
}

sw_err cel_make_map(cel_run *run, const cel_node *node, sw_value *pairs, uint32_t count,
                    sw_value *ret) {
    sw_value map = {.kind = SW_MAP, .items = pairs};
    for (; map.count < count; map.count++) {
        const sw_value *before;
        if (!look_up(run, node, &map, &pairs[2 * map.count], &before)) return run->fault.code;
        if (before)
            return cel_fail_value(run, node, SW_E_INVALID, CEL_WHY_TWICE, pairs[2 * map.count]);
    }
    *ret = map;
    return SW_OK;
}

CEL_FN(cel_do_size) {
    size_t size = args[0].count;
    if (args[0].kind == SW_STRING) {
        if (!cel_spend(run, node, cel_bytes_cost(args[0].s.len))) return run->fault.code;
        size = sw_utf8_count(args[0].s);
    } else if (args[0].kind == SW_BYTES) {
        size = args[0].s.len;
    }
    *ret = (sw_value){.kind = SW_INT, .i = (int64_t)size};
    return SW_OK;
}

CEL_FN(cel_do_contains) {
    sw_slice in = args[0].s, part = args[1].s;
    if (!cel_spend(run, node, cel_bytes_cost(in.len + part.len))) return run->fault.code;
    *ret = of_bool(part.len == 0 ||
                   (in.len >= part.len && memmem(in.ptr, in.len, part.ptr, part.len)));
    return SW_OK;
}

CEL_FN(cel_do_starts) {
    if (!cel_spend(run, node, cel_bytes_cost(args[1].s.len))) return run->fault.code;
    *ret = of_bool(sw_slice_starts(args[0].s, args[1].s));
    return SW_OK;
}

CEL_FN(cel_do_ends) {
    if (!cel_spend(run, node, cel_bytes_cost(args[1].s.len))) return run->fault.code;
    *ret = of_bool(sw_slice_ends(args[0].s, args[1].s));
    return SW_OK;
}
