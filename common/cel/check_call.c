#include "cel/check.h"
#include <stdio.h>

#include "text/utf8.h"
#include "text/yaml.h"

static bool takes(sw_value_kind wanted, const sw_cel_type *type) {
    return wanted == SW_ABSENT || wanted == type->kind || cel_type_any(type);
}

static bool style_fits(char declared, char used) {
    return declared == used || (declared == 'b' && used != 'o');
}

const cel_overload *cel_resolve(sw_slice name, char style, cel_node *const *args, uint32_t count) {
    for (size_t i = 0; i < cel_overload_count; i++) {
        const cel_overload *o = &cel_overloads[i];
        if (o->arity != count || !style_fits(o->style, style) || !sw_slice_is(name, o->name))
            continue;
        bool all = true;
        for (uint32_t k = 0; k < count; k++) all = all && takes(o->args[k], args[k]->type);
        if (all) return o;
    }
    return NULL;
}

/* "string.contains(string)" for each overload of the name, until `room` is full. */
static void list_forms(sw_slice name, char *room, size_t size) {
    size_t len = 0;
    room[0] = 0;
    for (size_t i = 0; i < cel_overload_count; i++) {
        const cel_overload *o = &cel_overloads[i];
        if (o->style == 'o' || !sw_slice_is(name, o->name)) continue;
        const char *args[2] = {"any", ""};
        for (int k = 0; k < o->arity; k++)
            if (o->args[k] != SW_ABSENT) args[k] = cel_type_name(NULL, sw_cel_type_of(o->args[k]));
        char form[96];
        int n = o->style == 'm'
                    ? snprintf(form, sizeof form, "%s%s.%s(%s)", len ? ", " : "", args[0], o->name,
                               args[1])
                    : snprintf(form, sizeof form, "%s%s(%s%s%s)", len ? ", " : "", o->name, args[0],
                               o->arity == 2 ? ", " : "", o->arity == 2 ? args[1] : "");
        if (n < 0 || len + (size_t)n + 1 > size) return;
        memcpy(room + len, form, (size_t)n + 1);
        len += (size_t)n;
    }
}

static void refuse_call(cel_checker *c, cel_node *node) {
    const char *names[128];
    size_t count = 0;
    bool known = false;
    for (size_t i = 0; i < cel_overload_count; i++) {
        if (cel_overloads[i].style == 'o') continue;
        known = known || sw_slice_is(node->name, cel_overloads[i].name);
        if (count < SW_COUNT(names)) names[count++] = cel_overloads[i].name;
    }
    static const char *const macros[] = {"all", "exists", "exists_one", "filter", "map", "has"};
    for (size_t i = 0; i < SW_COUNT(macros); i++) {
        if (count < SW_COUNT(names)) names[count++] = macros[i];
        if (!sw_slice_is(node->name, macros[i])) continue;
        cel_find(c->src, SW_E_TYPE, node->at,
                 i == 5 ? "write has(data.field)" : "write list.all(x, x > 0)",
                 "%.*s is not used in this form", SW_FMT(node->name));
        return;
    }
    if (sw_slice_is(node->name, "dyn")) {
        cel_find(c->src, SW_E_TYPE, node->at, "leave it out",
                 "dyn is not supported: conditions are typed");
    } else if (!known) {
        const char *near = sw_nearest(node->name, names, count);
        const char *hint =
            near ? sw_arena_printf(c->src->arena, "did you mean %s?", near).ptr : NULL;
        cel_find(c->src, SW_E_UNKNOWN, node->at, hint, "there is no function %.*s",
                 SW_FMT(node->name));
    } else {
        char forms[400];
        list_forms(node->name, forms, sizeof forms);
        cel_find(c->src, SW_E_TYPE, node->at, forms, "%.*s doesn't take these arguments",
                 SW_FMT(node->name));
    }
}

static void prepare_regex(cel_checker *c, cel_node *node) {
    const cel_node *pattern = node->kid[1];
    if (pattern->op != CEL_CONST) return;
    const char *words = NULL;
    uint32_t at = 0;
    const cel_regex *regex;
    sw_err err = cel_regex_new(c->src->arena, pattern->value.s, &words, &at, &regex);
    if (err)
        cel_find(c->src, err == SW_E_NOMEM ? SW_E_LIMIT : err, pattern->from, NULL,
                 "this regular expression is wrong at character %zu: %s",
                 sw_utf8_count(sw_slice_sub(pattern->value.s, 0, at)) + 1, words);
    else
        node->data = regex;
}

static void prepare_zone(cel_checker *c, cel_node *node) {
    const cel_node *name = node->kid[1];
    const sw_zone *zone;
    if (name->op != CEL_CONST) {
        cel_find(c->src, SW_E_INVALID, name->from, "write \"Asia/Shanghai\" or \"+08:00\"",
                 "a time zone can't be computed");
        return;
    }
    sw_err err = cel_zone_load(c->src->arena, name->value.s, &zone);
    if (err)
        cel_find(c->src, err, name->from, "write \"Asia/Shanghai\" or \"+08:00\"",
                 "there is no time zone %.*s", SW_FMT(name->value.s));
    else
        node->data = zone;
}

static void check_function(cel_checker *c, cel_node *node) {
    cel_node **args = node->items;
    for (uint32_t i = 0; i < node->count; i++) cel_check_node(c, args[i]);
    const cel_overload *found = cel_resolve(node->name, node->aux ? 'm' : 'f', args, node->count);
    if (!found) {
        refuse_call(c, node);
        cel_settle_wrong(node);
        return;
    }
    for (uint32_t i = 0; i < node->count; i++)
        node->kid[i] = args[i]; /* over `items`, read before */
    cel_apply(c, node, found->fn, sw_cel_type_of(found->result));
    if (found->fn == cel_do_matches) prepare_regex(c, node);
    if (found->fn != cel_get_part) return;
    for (uint32_t i = 0; i < CEL_PART_COUNT; i++)
        if (sw_slice_is(node->name, cel_part_names[i])) node->aux = i;
    if (node->count == 2) prepare_zone(c, node);
}

static const struct {
    const char *name;
    cel_op op;
    uint32_t count; /* range, variable, bodies */
} loops[] = {
    {"all", CEL_ALL, 3},       {"exists", CEL_EXISTS, 3}, {"exists_one", CEL_EXISTS_ONE, 3},
    {"filter", CEL_FILTER, 3}, {"map", CEL_EACH, 3},      {"map", CEL_EACH, 4},
};

/* The type of the loop's variable; that of nothing after a finding. */
static const sw_cel_type *range_item(cel_checker *c, const cel_node *node, const cel_node *range) {
    if (range->type->kind == SW_LIST) return range->type->item;
    if (range->type->kind == SW_MAP) return range->type->key;
    if (!cel_type_any(range->type))
        cel_find(c->src, SW_E_TYPE, node->at, NULL,
                 "%.*s goes over a list or a map, and this is %s", SW_FMT(node->name),
                 cel_type_name(c->src->arena, range->type));
    return sw_cel_type_of(SW_ABSENT);
}

/* The type of what the loop gives. */
static void settle_loop(cel_checker *c, cel_node *node, const sw_cel_type *item) {
    const sw_cel_type *type = sw_cel_type_of(SW_BOOL);
    if (node->op == CEL_FILTER) type = cel_type_list(c->src->arena, item);
    if (node->op == CEL_EACH) type = cel_type_list(c->src->arena, node->kid[1]->type);
    if (!type) cel_find(c->src, SW_E_LIMIT, node->at, NULL, "out of memory");
    cel_settle(node, type ? type : sw_cel_type_of(SW_ABSENT));
}

static void check_loop(cel_checker *c, cel_node *node, cel_op op) {
    cel_node *range = node->items[0], *var = node->items[1];
    cel_node *filter = node->count == 4 ? node->items[2] : NULL;
    cel_node *body = node->items[node->count - 1];
    cel_settle_wrong(node);
    if (var->op != CEL_NAME || var->aux) {
        cel_find(c->src, SW_E_SYNTAX, var->from, "write list.all(x, x > 0)",
                 "the first argument of %.*s is the name of its variable", SW_FMT(node->name));
        return;
    }
    cel_check_node(c, range);
    cel_scope scope = {c->scope, var->name, range_item(c, node, range), 0};
    if (c->scope) scope.slot = c->scope->slot + 1;
    if (scope.slot == SW_CEL_LOOPS_MAX) {
        cel_find(c->src, SW_E_LIMIT, node->at, NULL, "more than %u macros stand within one another",
                 SW_CEL_LOOPS_MAX);
        return;
    }
    c->scope = &scope;
    cel_check_node(c, body);
    if (filter) cel_check_node(c, filter);
    c->scope = scope.outer;
    if (op != CEL_EACH) cel_want_bool(c, body, "the last argument of a macro");
    if (filter) cel_want_bool(c, filter, "the second argument of map");
    node->op = (uint16_t)op;
    node->aux = scope.slot;
    node->kid[0] = range;
    node->kid[1] = body;
    node->kid[2] = filter;
    node->count = filter ? 3 : 2;
    settle_loop(c, node, scope.type);
}

static bool check_has(cel_checker *c, cel_node *node) {
    if (node->aux || node->count != 1 || !sw_slice_is(node->name, "has")) return false;
    cel_node *arg = node->items[0];
    if (arg->op != CEL_SELECT) {
        cel_find(c->src, SW_E_SYNTAX, arg->from, "write has(data.field)",
                 "has() takes the name of a field");
        cel_settle_wrong(node);
        return true;
    }
    uint16_t height = node->height;
    cel_check_presence(c, arg);
    *node = *arg;
    node->height = height;
    return true;
}

void cel_check_call(cel_checker *c, cel_node *node) {
    if (check_has(c, node)) return;
    for (size_t i = 0; i < SW_COUNT(loops); i++) {
        if (!node->aux || node->count != loops[i].count || !sw_slice_is(node->name, loops[i].name))
            continue;
        check_loop(c, node, loops[i].op);
        return;
    }
    check_function(c, node);
}
