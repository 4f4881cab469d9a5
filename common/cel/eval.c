#include "cel/run.h"

sw_err cel_fail(cel_run *run, const cel_node *node, sw_err code, cel_why why) {
    run->fault = (cel_fault){.code = code, .why = why, .node = node};
    return code;
}

sw_err cel_fail_index(cel_run *run, const cel_node *node, int64_t index, uint32_t count) {
    run->fault =
        (cel_fault){.code = SW_E_RANGE, .why = CEL_WHY_INDEX, .node = node, .a = index, .b = count};
    return SW_E_RANGE;
}

sw_err cel_fail_value(cel_run *run, const cel_node *node, sw_err code, cel_why why,
                      sw_value value) {
    run->fault = (cel_fault){.code = code, .why = why, .node = node, .value = value};
    return code;
}

sw_err cel_fail_words(cel_run *run, const cel_node *node, sw_err code, cel_why why,
                      const char *words) {
    run->fault = (cel_fault){.code = code, .why = why, .node = node, .words = words};
    return code;
}

static sw_err read_member(cel_run *run, const cel_node *node, sw_value *ret) {
    *ret = run->bind->get(run->bind->ctx, node->root, node->slot);
    sw_value_kind wanted = node->type->kind;
    if (__builtin_expect(ret->kind == wanted, 1)) return SW_OK;
    if (ret->kind == SW_ABSENT || ret->kind == SW_NULL)
        return cel_fail(run, node, SW_E_MISSING, CEL_WHY_ABSENT);
    return cel_fail(run, node, SW_E_TYPE, CEL_WHY_BOUND_KIND);
}

static void has_member(cel_run *run, const cel_node *node, sw_value *ret) {
    sw_value v = run->bind->get(run->bind->ctx, node->root, node->slot);
    *ret = (sw_value){.kind = SW_BOOL, .b = v.kind != SW_ABSENT && v.kind != SW_NULL};
}

/* Sides of && or ||, one after the other: a side that decides wins over failures, on both sides of
 * it; without one the first failure counts. */
typedef struct junction {
    bool decides, decided;
    sw_err held;
    cel_fault fault;
} junction;

/* False: what follows is not evaluated. */
static inline bool take_side(cel_run *run, const cel_node *side, junction *j) {
    sw_value v;
    sw_err err = cel_eval(run, side, &v);
    if (err == SW_OK && v.b != j->decides) return true;
    j->decided = err == SW_OK;
    if (err && (!j->held || cel_fatal(err))) {
        j->held = err;
        j->fault = run->fault;
    }
    return err && !cel_fatal(err);
}

static inline sw_err join(cel_run *run, const junction *j, sw_value *ret) {
    if (j->held && !j->decided) {
        run->fault = j->fault;
        return j->held;
    }
    *ret = (sw_value){.kind = SW_BOOL, .b = j->decided == j->decides};
    return SW_OK;
}

static sw_err eval_chain(cel_run *run, const cel_node *node, sw_value *ret) {
    junction j = {.decides = node->op == CEL_OR};
    for (uint32_t i = 0; i < node->count; i++)
        if (!take_side(run, node->items[i], &j)) break;
    return join(run, &j, ret);
}

static sw_err eval_choice(cel_run *run, const cel_node *node, sw_value *ret) {
    sw_value cond;
    sw_err err = cel_eval(run, node->kid[0], &cond);
    return err ? err : cel_eval(run, cond.b ? node->kid[1] : node->kid[2], ret);
}

static sw_err eval_items(cel_run *run, const cel_node *node, sw_value *ret) {
    sw_value *items = sw_arena_alloc(run->arena, node->count * sizeof *items);
    if (!items) return cel_fail(run, node, SW_E_NOMEM, CEL_WHY_MEMORY);
    for (uint32_t i = 0; i < node->count; i++) {
        sw_err err = cel_eval(run, node->items[i], &items[i]);
        if (err) return err;
    }
    if (node->op == CEL_MAP) return cel_make_map(run, node, items, node->count / 2, ret);
    *ret = (sw_value){.kind = SW_LIST, .count = node->count, .items = items};
    return SW_OK;
}

static sw_err eval_apply(cel_run *run, const cel_node *node, sw_value *ret) {
    sw_value args[2];
    for (uint32_t i = 0; i < node->count; i++) {
        sw_err err = cel_eval(run, node->kid[i], &args[i]);
        if (err) return err;
    }
    return node->fn(run, node, args, ret);
}

/* As cel_eval, without its call for a constant. */
static inline sw_err eval_operand(cel_run *run, const cel_node *node, sw_value *ret) {
    if (node->op != CEL_CONST) return cel_eval(run, node, ret);
    if (!cel_spend(run, node, 1)) return run->fault.code;
    *ret = node->value;
    return SW_OK;
}

/* Comparisons of two ints and of two strings: most conditions are made of them. */
static sw_err eval_fast(cel_run *run, const cel_node *node, sw_value *ret) {
    sw_value a, b;
    sw_err err = eval_operand(run, node->kid[0], &a);
    if (!err) err = eval_operand(run, node->kid[1], &b);
    if (err) return err;
    ret->kind = SW_BOOL;
    if (node->op == CEL_EQ_STRING) {
        if (a.s.len == b.s.len && !cel_spend(run, node, cel_bytes_cost(a.s.len)))
            return run->fault.code;
        ret->b = sw_slice_eq(a.s, b.s) != (node->aux == 1);
    } else if (node->op == CEL_EQ_INT) {
        ret->b = (a.i == b.i) != (node->aux == 1);
    } else {
        switch ((cel_rel)node->aux) {
        case CEL_LT:
            ret->b = a.i < b.i;
            break;
        case CEL_LE:
            ret->b = a.i <= b.i;
            break;
        case CEL_GT:
            ret->b = a.i > b.i;
            break;
        case CEL_GE:
            ret->b = a.i >= b.i;
            break;
        }
    }
    return SW_OK;
}

static sw_err eval_has_key(cel_run *run, const cel_node *node, sw_value *ret) {
    sw_value args[2];
    sw_err err = cel_eval(run, node->kid[0], &args[1]);
    if (err) return err;
    args[0] = node->kid[1]->value;
    return cel_do_in(run, node, args, ret);
}

/* A loop at work: its range, and the item or key it stands at. */
typedef struct loop {
    sw_value range;
    uint32_t step, next;
} loop;

static sw_err loop_begin(cel_run *run, const cel_node *node, loop *ret) {
    sw_err err = cel_eval(run, node->kid[0], &ret->range);
    if (err) return err;
    ret->step = ret->range.kind == SW_MAP ? 2 : 1;
    ret->next = 0;
    return SW_OK;
}

static bool loop_next(cel_run *run, const cel_node *node, loop *at) {
    if (at->next == at->range.count) return false;
    run->vars[node->aux] = at->range.items[(size_t)at->next++ * at->step];
    return true;
}

/* all is &&, exists is || over the items. */
static sw_err eval_any(cel_run *run, const cel_node *node, sw_value *ret) {
    junction j = {.decides = node->op == CEL_EXISTS};
    loop at;
    sw_err err = loop_begin(run, node, &at);
    if (err) return err;
    while (loop_next(run, node, &at))
        if (!take_side(run, node->kid[1], &j)) break;
    return join(run, &j, ret);
}

static sw_err eval_exists_one(cel_run *run, const cel_node *node, sw_value *ret) {
    loop at;
    uint32_t count = 0;
    sw_err err = loop_begin(run, node, &at);
    while (!err && loop_next(run, node, &at)) {
        sw_value v;
        err = cel_eval(run, node->kid[1], &v);
        if (!err && v.b) count++;
    }
    if (err) return err;
    *ret = (sw_value){.kind = SW_BOOL, .b = count == 1};
    return SW_OK;
}

/* filter, and map with or without one. */
static sw_err eval_collect(cel_run *run, const cel_node *node, sw_value *ret) {
    const cel_node *filter = node->op == CEL_FILTER ? node->kid[1] : node->kid[2];
    loop at;
    sw_err err = loop_begin(run, node, &at);
    if (err) return err;
    sw_value *items = sw_arena_alloc(run->arena, at.range.count * sizeof *items);
    if (!items) return cel_fail(run, node, SW_E_NOMEM, CEL_WHY_MEMORY);
    uint32_t count = 0;
    while (loop_next(run, node, &at)) {
        sw_value keep = {.kind = SW_BOOL, .b = true};
        if (filter && (err = cel_eval(run, filter, &keep))) return err;
        if (!keep.b) continue;
        if (node->op == CEL_FILTER)
            items[count] = run->vars[node->aux];
        else if ((err = cel_eval(run, node->kid[1], &items[count])))
            return err;
        count++;
    }
    *ret = (sw_value){.kind = SW_LIST, .count = count, .items = items};
    return SW_OK;
}

sw_err cel_eval(cel_run *run, const cel_node *node, sw_value *ret) {
    if (!cel_spend(run, node, 1)) return run->fault.code;
    switch ((cel_op)node->op) {
    case CEL_CONST:
        *ret = node->value;
        return SW_OK;
    case CEL_MEMBER:
        return read_member(run, node, ret);
    case CEL_VAR:
        *ret = run->vars[node->aux];
        return SW_OK;
    case CEL_HAS_MEMBER:
        has_member(run, node, ret);
        return SW_OK;
    case CEL_HAS_KEY:
        return eval_has_key(run, node, ret);
    case CEL_AND:
    case CEL_OR:
        return eval_chain(run, node, ret);
    case CEL_COND:
        return eval_choice(run, node, ret);
    case CEL_LIST:
    case CEL_MAP:
        return eval_items(run, node, ret);
    case CEL_APPLY:
        return eval_apply(run, node, ret);
    case CEL_EQ_INT:
    case CEL_EQ_STRING:
    case CEL_LESS_INT:
        return eval_fast(run, node, ret);
    case CEL_ALL:
    case CEL_EXISTS:
        return eval_any(run, node, ret);
    case CEL_EXISTS_ONE:
        return eval_exists_one(run, node, ret);
    case CEL_FILTER:
    case CEL_EACH:
        return eval_collect(run, node, ret);
    case CEL_NAME:
    case CEL_SELECT:
    case CEL_CALL:
    case CEL_UNARY:
    case CEL_BINARY:
    case CEL_INDEX:
        break;
    }
    SW_ASSERT(false); /* a node that checking left over */
    return SW_E_INTERNAL;
}
