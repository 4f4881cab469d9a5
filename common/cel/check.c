#include "cel/check.h"

static const char *type_name(cel_checker *c, const cel_node *node) {
    return cel_type_name(c->src->arena, node->type);
}

void cel_want_bool(cel_checker *c, cel_node *node, const char *who) {
    if (cel_is(node, SW_BOOL)) return;
    const char *hint = node->type->kind == SW_STRING ? "compare it: … == \"…\""
                       : node->type->kind == SW_INT  ? "compare it: … != 0"
                       : node->type->kind == SW_LIST ? "ask for its size: size(…) > 0"
                                                     : NULL;
    cel_find(c->src, SW_E_TYPE, node->from, hint, "%s takes a bool, and this is %s", who,
             type_name(c, node));
}

/* "write 1.0, not 1: the other is a double" */
static const char *write_hint(cel_checker *c, const cel_node *literal, const char *before,
                              const char *after, const char *type) {
    sw_slice text = sw_slice_sub(c->src->text, literal->from, literal->to);
    return sw_arena_printf(c->src->arena, "write %s%.*s%s, not %.*s: the other is a %s", before,
                           SW_FMT(text), after, SW_FMT(text), type)
        .ptr;
}

/* What to do about two operands of kinds `a` and `b`, in this order; NULL. */
static const char *mix_hint(cel_checker *c, const cel_node *a, const cel_node *b) {
    sw_value_kind x = a->type->kind, y = b->type->kind;
    bool literal = b->op == CEL_CONST;
    if (y == SW_NULL) return "ask whether a field is there with has(…)";
    if (x == SW_DOUBLE && y == SW_INT)
        return literal ? write_hint(c, b, "", ".0", "double") : "convert the int with double(…)";
    if (x == SW_UINT && y == SW_INT)
        return literal ? write_hint(c, b, "", "u", "uint") : "convert the uint with int(…)";
    if (x == SW_UINT && y == SW_DOUBLE) return "convert the uint with double(…)";
    if (x == SW_TIMESTAMP && y == SW_STRING)
        return "write timestamp(\"2026-03-01T09:00:00+08:00\") for a moment";
    if (x == SW_DURATION && (y == SW_STRING || y == SW_INT))
        return "write duration(\"72h\") for a length of time";
    if (x == SW_TIMESTAMP && y == SW_INT) return "add or subtract duration(\"72h\")";
    if (x == SW_STRING && y == SW_INT)
        return literal ? write_hint(c, b, "\"", "\"", "string")
                       : "convert with string(…) or int(…)";
    if (x == SW_STRING && y == SW_DOUBLE) return "convert with string(…) or double(…)";
    if (x == SW_LIST && y != SW_LIST && y != SW_MAP)
        return "ask whether it is in the list with `in`";
    return NULL;
}

static void refuse_mix(cel_checker *c, cel_node *node) {
    const cel_node *a = node->kid[0], *b = node->kid[1];
    const char *hint = mix_hint(c, a, b);
    if (!hint) hint = mix_hint(c, b, a);
    cel_find(c->src, SW_E_TYPE, node->at, hint, "'%.*s' doesn't take %s and %s", SW_FMT(node->name),
             type_name(c, a), type_name(c, b));
    cel_settle_wrong(node);
}

void cel_apply(cel_checker *c, cel_node *node, cel_fn fn, const sw_cel_type *type) {
    (void)c;
    node->op = CEL_APPLY;
    node->fn = fn;
    cel_settle(node, type);
}

static void check_equality(cel_checker *c, cel_node *node, bool negated) {
    const sw_cel_type *both =
        sw_cel_type_join(c->src->arena, node->kid[0]->type, node->kid[1]->type);
    if (!both) {
        refuse_mix(c, node);
        return;
    }
    cel_apply(c, node, cel_do_eq, sw_cel_type_of(SW_BOOL));
    node->aux = negated;
    if (both->kind == SW_INT) node->op = CEL_EQ_INT;
    if (both->kind == SW_STRING) node->op = CEL_EQ_STRING;
}

static void check_order(cel_checker *c, cel_node *node, cel_rel rel) {
    static const bool ordered[SW_TYPE + 1] = {
        [SW_ABSENT] = true, [SW_BOOL] = true,      [SW_INT] = true,
        [SW_UINT] = true,   [SW_DOUBLE] = true,    [SW_STRING] = true,
        [SW_BYTES] = true,  [SW_TIMESTAMP] = true, [SW_DURATION] = true,
    };
    const sw_cel_type *a = node->kid[0]->type, *b = node->kid[1]->type;
    if (!ordered[a->kind] || !ordered[b->kind] ||
        (a->kind != b->kind && !cel_type_any(a) && !cel_type_any(b))) {
        refuse_mix(c, node);
        return;
    }
    cel_apply(c, node, cel_do_order, sw_cel_type_of(SW_BOOL));
    node->aux = rel;
    if (a->kind == SW_INT && b->kind == SW_INT) node->op = CEL_LESS_INT;
}

static void check_in(cel_checker *c, cel_node *node) {
    const sw_cel_type *item = node->kid[0]->type, *of = node->kid[1]->type;
    const sw_cel_type *holds = of->kind == SW_MAP ? of->key : of->item;
    if (!cel_type_any(of) && of->kind != SW_LIST && of->kind != SW_MAP) {
        cel_find(c->src, SW_E_TYPE, node->at,
                 of->kind == SW_STRING ? "for a part of a text write text.contains(part)"
                                       : "write in [a, b]",
                 "'in' looks into a list or a map, and this is %s", type_name(c, node->kid[1]));
        cel_settle_wrong(node);
    } else if (!cel_type_any(of) && !sw_cel_type_join(c->src->arena, item, holds)) {
        cel_find(c->src, SW_E_TYPE, node->at, NULL, "'in' looks for %s, but there is only %s",
                 type_name(c, node->kid[0]), cel_type_name(c->src->arena, holds));
        cel_settle_wrong(node);
    } else {
        cel_apply(c, node, cel_do_in, sw_cel_type_of(SW_BOOL));
    }
}

static bool check_relation(cel_checker *c, cel_node *node) {
    static const char *const orders[] = {
        [CEL_LT] = "<", [CEL_LE] = "<=", [CEL_GT] = ">", [CEL_GE] = ">="};
    for (uint32_t i = 0; i < SW_COUNT(orders); i++) {
        if (!sw_slice_is(node->name, orders[i])) continue;
        check_order(c, node, (cel_rel)i);
        return true;
    }
    bool negated = sw_slice_is(node->name, "!=");
    if (negated || sw_slice_is(node->name, "=="))
        check_equality(c, node, negated);
    else if (sw_slice_is(node->name, "in"))
        check_in(c, node);
    else
        return false;
    return true;
}

static void check_binary(cel_checker *c, cel_node *node) {
    cel_check_node(c, node->kid[0]);
    cel_check_node(c, node->kid[1]);
    if (check_relation(c, node)) return;
    const sw_cel_type *a = node->kid[0]->type, *b = node->kid[1]->type;
    bool lists = a->kind == SW_LIST || (cel_type_any(a) && b->kind == SW_LIST);
    if (lists && sw_slice_is(node->name, "+")) {
        const sw_cel_type *both = sw_cel_type_join(c->src->arena, a, b);
        if (both)
            cel_apply(c, node, cel_do_join, both);
        else
            refuse_mix(c, node);
        return;
    }
    const cel_overload *found = cel_resolve(node->name, 'o', node->kid, 2);
    if (found)
        cel_apply(c, node, found->fn, sw_cel_type_of(found->result));
    else
        refuse_mix(c, node);
}

static void check_unary(cel_checker *c, cel_node *node) {
    cel_check_node(c, node->kid[0]);
    const cel_overload *found = cel_resolve(node->name, 'o', node->kid, 1);
    if (found) {
        cel_apply(c, node, found->fn, sw_cel_type_of(found->result));
        return;
    }
    cel_find(c->src, SW_E_TYPE, node->at, NULL, "'%.*s' doesn't take %s", SW_FMT(node->name),
             type_name(c, node->kid[0]));
    cel_settle_wrong(node);
}

static void check_index(cel_checker *c, cel_node *node) {
    cel_check_node(c, node->kid[0]);
    cel_check_node(c, node->kid[1]);
    const sw_cel_type *of = node->kid[0]->type;
    if (cel_type_any(of)) {
        cel_apply(c, node, cel_do_index, of);
        return;
    }
    if (of->kind == SW_LIST || of->kind == SW_MAP) {
        const sw_cel_type *by = of->kind == SW_LIST ? sw_cel_type_of(SW_INT) : of->key;
        if (sw_cel_type_join(c->src->arena, by, node->kid[1]->type)) {
            cel_apply(c, node, cel_do_index, of->item);
            return;
        }
        cel_find(c->src, SW_E_TYPE, node->at, NULL, "a %s is indexed by %s, and this is %s",
                 of->kind == SW_LIST ? "list" : "map", cel_type_name(c->src->arena, by),
                 type_name(c, node->kid[1]));
    } else {
        cel_find(c->src, SW_E_TYPE, node->at, NULL, "%s has no items", type_name(c, node->kid[0]));
    }
    cel_settle_wrong(node);
}

/* The operand of a selection that is no path: a map, whose key the name is. */
static bool check_map_key(cel_checker *c, cel_node *node) {
    cel_check_node(c, node->kid[0]);
    const sw_cel_type *of = node->kid[0]->type;
    const sw_cel_type *name = sw_cel_type_of(SW_STRING);
    bool map = of->kind == SW_MAP && sw_cel_type_join(c->src->arena, of->key, name);
    if (!map && !cel_type_any(of)) {
        cel_find(c->src, SW_E_TYPE, node->at,
                 of->kind == SW_LIST ? "take an item first: list[0], or list.exists(x, …)" : NULL,
                 "%s has no members", type_name(c, node->kid[0]));
        cel_settle_wrong(node);
        return false;
    }
    cel_node *key = cel_node_new(c->src, CEL_CONST, node->at, node->to);
    if (!key) {
        cel_settle_wrong(node);
        return false;
    }
    key->value = (sw_value){.kind = SW_STRING, .s = node->name};
    cel_settle(key, name);
    node->kid[1] = key;
    node->count = 2;
    return true;
}

static void check_select(cel_checker *c, cel_node *node) {
    if (cel_check_path(c, node, false) || !check_map_key(c, node)) return;
    const sw_cel_type *of = node->kid[0]->type;
    cel_apply(c, node, cel_do_index, of->kind == SW_MAP ? of->item : of);
}

void cel_check_presence(cel_checker *c, cel_node *node) {
    if (cel_check_path(c, node, true) || !check_map_key(c, node)) return;
    node->op = CEL_HAS_KEY;
    cel_settle(node, sw_cel_type_of(SW_BOOL));
}

/* The type of every `step`-th item from `first`. */
static const sw_cel_type *join_items(cel_checker *c, cel_node *node, uint32_t first, uint32_t step,
                                     const char *what) {
    const sw_cel_type *type = sw_cel_type_of(SW_ABSENT);
    for (uint32_t i = first; i < node->count; i += step) {
        const sw_cel_type *both = sw_cel_type_join(c->src->arena, type, node->items[i]->type);
        if (!both) {
            cel_find(c->src, SW_E_TYPE, node->items[i]->from,
                     "use one type, for example with string(…)",
                     "%s before this are %s, and this is %s", what,
                     cel_type_name(c->src->arena, type), type_name(c, node->items[i]));
            return type;
        }
        type = both;
    }
    return type;
}

static void check_literal_list(cel_checker *c, cel_node *node) {
    for (uint32_t i = 0; i < node->count; i++) cel_check_node(c, node->items[i]);
    const sw_cel_type *type = cel_type_list(c->src->arena, join_items(c, node, 0, 1, "the items"));
    if (!type) cel_find(c->src, SW_E_LIMIT, node->at, NULL, "out of memory");
    cel_settle(node, type ? type : sw_cel_type_of(SW_ABSENT));
}

static void check_literal_map(cel_checker *c, cel_node *node) {
    for (uint32_t i = 0; i < node->count; i++) cel_check_node(c, node->items[i]);
    const sw_cel_type *key = join_items(c, node, 0, 2, "the keys");
    const sw_cel_type *type =
        cel_type_map(c->src->arena, key, join_items(c, node, 1, 2, "the values"));
    if (!type) {
        cel_find(c->src, SW_E_LIMIT, node->at, NULL, "out of memory");
        cel_settle_wrong(node);
        return;
    }
    cel_settle(node, type);
    if (key->kind == SW_ABSENT || key->kind == SW_INT || key->kind == SW_UINT ||
        key->kind == SW_BOOL || key->kind == SW_STRING)
        return;
    cel_find(c->src, SW_E_TYPE, node->items[0]->from, NULL,
             "a map's keys are int, uint, bool or string, and this is %s",
             type_name(c, node->items[0]));
    cel_settle_wrong(node); /* a type with two equal branches would double at each level */
}

static void check_choice(cel_checker *c, cel_node *node) {
    for (uint32_t i = 0; i < 3; i++) cel_check_node(c, node->kid[i]);
    cel_want_bool(c, node->kid[0], "'?'");
    const sw_cel_type *both =
        sw_cel_type_join(c->src->arena, node->kid[1]->type, node->kid[2]->type);
    if (!both)
        cel_find(c->src, SW_E_TYPE, node->at, NULL,
                 "both values of '?' have to be of one type: these are %s and %s",
                 type_name(c, node->kid[1]), type_name(c, node->kid[2]));
    cel_settle(node, both ? both : sw_cel_type_of(SW_ABSENT));
}

static void check_chain(cel_checker *c, cel_node *node) {
    for (uint32_t i = 0; i < node->count; i++) {
        cel_check_node(c, node->items[i]);
        cel_want_bool(c, node->items[i], node->op == CEL_AND ? "'&&'" : "'||'");
    }
    cel_settle(node, sw_cel_type_of(SW_BOOL));
}

static bool foldable(const cel_node *node) {
    cel_node *const *kids = node->kid;
    switch (node->op) {
    case CEL_LIST:
    case CEL_MAP:
        kids = node->items;
        break;
    case CEL_APPLY:
    case CEL_EQ_INT:
    case CEL_EQ_STRING:
    case CEL_LESS_INT:
    case CEL_HAS_KEY:
        break;
    default:
        return false;
    }
    for (uint32_t i = 0; i < node->count; i++)
        if (kids[i]->op != CEL_CONST) return false;
    return true;
}

void cel_fold(cel_checker *c, cel_node *node) {
    if (c->src->err || !foldable(node)) return;
    cel_run run = {.arena = c->src->arena, .steps = SW_CEL_COST_MAX / 10};
    sw_value value;
    if (cel_eval(&run, node, &value)) return;
    node->op = CEL_CONST;
    node->count = 0;
    node->value = value;
}

void cel_check_node(cel_checker *c, cel_node *node) {
    SW_ASSERT(c && node);
    switch (node->op) {
    case CEL_CONST:
        cel_settle(node, sw_cel_type_of(node->value.kind));
        break;
    case CEL_NAME:
        if (!cel_check_path(c, node, false)) cel_unknown_name(c, node);
        break;
    case CEL_SELECT:
        check_select(c, node);
        break;
    case CEL_CALL:
        cel_check_call(c, node);
        break;
    case CEL_UNARY:
        check_unary(c, node);
        break;
    case CEL_BINARY:
        check_binary(c, node);
        break;
    case CEL_INDEX:
        check_index(c, node);
        break;
    case CEL_AND:
    case CEL_OR:
        check_chain(c, node);
        break;
    case CEL_COND:
        check_choice(c, node);
        break;
    case CEL_LIST:
        check_literal_list(c, node);
        break;
    case CEL_MAP:
        check_literal_map(c, node);
        break;
    default:
        SW_ASSERT(false); /* a node that the parser doesn't make */
    }
    cel_fold(c, node);
}

sw_err cel_check(cel_source *src, const sw_cel_env *env, cel_node *top, struct sw_cel *cel) {
    SW_ASSERT(src && env && top && cel);
    cel_checker c = {.src = src, .env = env};
    cel_check_node(&c, top);
    cel->top = top;
    cel->reads = c.reads;
    cel->read_count = c.read_count;
    return src->err;
}
