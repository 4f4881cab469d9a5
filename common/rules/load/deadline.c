/* What a deadline rule has beyond its events: limits, extensions, pauses, counting. */
#include "rules/load/cond.h"
#include "rules/load/span.h"

static const uint32_t entries_max = 1000;

static void *member(void *into, size_t at) {
    return (char *)into + at;
}

/* A list of {on, when, at}; spec->arg is the part's name. */
void load_ons(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    const char *part = spec->arg;
    bool opens = strcmp(part, "start") == 0;
    item_iter items;
    if (!load_items(l, node, !opens, &items)) return;
    sw_on *ons = load_zero(l, items.count, sizeof *ons);
    if (!ons) return;
    uint32_t count = 0;
    const sw_yaml *item = items.next;
    for (uint32_t i = 0; i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        (void)cond_load_on(l, item, part, true, opens, &ons[count]);
        if (ons[count].type) count++;
        load_leave(l, before);
    }
    *(const sw_on **)member(into, spec->at) = ons;
    *(uint32_t *)member(into, spec->at_count) = count;
}

typedef struct pause_nodes {
    const sw_yaml *from, *to;
} pause_nodes;

static const key_spec pause_keys[] = {
    {"from", load_node, offsetof(pause_nodes, from), .required = true},
    {"to", load_node, offsetof(pause_nodes, to), .required = true},
};
static const key_table pause_table = {"a pause", pause_keys, SW_COUNT(pause_keys)};

static void load_pause(loader *l, const sw_yaml *item, void *entry) {
    sw_pause_entry *pause = entry;
    pause_nodes nodes = {0};
    if (!load_map(l, item, &nodes, &pause_table, 0) || !nodes.from || !nodes.to) return;
    size_t before = load_enter_key(l, SW_S("from"));
    (void)cond_load_on(l, nodes.from, "pause from", true, false, &pause->from);
    load_leave(l, before);
    before = load_enter_key(l, SW_S("to"));
    (void)cond_load_on(l, nodes.to, "pause to", true, false, &pause->to);
    load_leave(l, before);
}

void load_pauses(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    sw_rule *rule = &((rule_draft *)into)->rule;
    rule->pauses = load_list(l, node, true, sizeof(sw_pause_entry), load_pause, &rule->pause_count);
}

/* `{days: expr}`: the units that an expression may have. */
static const struct {
    const char *key;
    sw_unit unit;
    int64_t scale_ms;
} expression_units[] = {
    {"hours", SW_UNIT_EXACT, 3600000},     {"days", SW_UNIT_DAYS, 0},
    {"working_days", SW_UNIT_WORKDAYS, 0}, {"months", SW_UNIT_MONTHS, 0},
    {"until", SW_UNIT_UNTIL, 0},
};

/* What the expression of an amount gives. */
static const sw_cel_type *amount_type(sw_span span) {
    return sw_cel_type_of(span.unit == SW_UNIT_UNTIL ? SW_TIMESTAMP : SW_INT);
}

/* `end: end-of-month` beside an expression; false and told if it is none. */
static bool amount_end(loader *l, const sw_yaml *node, sw_span *span) {
    sw_span end = {.unit = SW_UNIT_EXACT};
    if (load_span(l, node, true, &end) && end.unit == SW_UNIT_END_OF) {
        span->to_end = true;
        span->period = end.period;
        return true;
    }
    if (end.unit != SW_UNIT_EXACT || end.n)
        load_error_at(l, SW_E_INVALID, node, "write end-of-day, -week, -month, -quarter or -year",
                      "this is no end");
    return false;
}

/* The expression of `{days: expr}`, which `end` may follow; NULL and told. */
static const sw_yaml *amount_expression(loader *l, const sw_yaml *node, sw_span *ret_span,
                                        int64_t *ret_scale_ms) {
    const sw_yaml *end = sw_yaml_get(node, "end");
    for (size_t i = 0; i < SW_COUNT(expression_units); i++) {
        const sw_yaml *expr = sw_yaml_get(node, expression_units[i].key);
        bool until = expression_units[i].unit == SW_UNIT_UNTIL;
        if (!expr || node->count != (end && !until ? 2 : 1)) continue;
        *ret_span = (sw_span){.unit = expression_units[i].unit};
        *ret_scale_ms = expression_units[i].scale_ms;
        return !end || amount_end(l, end, ret_span) ? expr : NULL;
    }
    load_error_at(l, SW_E_INVALID, node,
                  "write one of {hours: …} {days: …} {working_days: …} {months: …}, beside it "
                  "end: end-of-month if need be, or {until: a timestamp}",
                  "an amount is a length like 3d or an expression with its unit");
    return NULL;
}

static void note_unit(loader *l, sw_span span) {
    if (span.unit == SW_UNIT_WORKDAYS) l->rule->uses_calendar = true;
}

typedef struct limit_nodes {
    const sw_yaml *when, *limit;
} limit_nodes;

static const key_spec limit_keys[] = {
    {"when", load_node, offsetof(limit_nodes, when)},
    {"limit", load_node, offsetof(limit_nodes, limit), .required = true},
};
static const key_table limit_table = {"a limit entry {when, limit}", limit_keys,
                                      SW_COUNT(limit_keys)};

static void load_limit_amount(loader *l, const sw_yaml *node, sw_limit *limit) {
    if (node->kind != SW_YAML_MAP) {
        if (load_span(l, node, true, &limit->span)) note_unit(l, limit->span);
        return;
    }
    const sw_yaml *expr = amount_expression(l, node, &limit->span, &limit->scale_ms);
    if (!expr) return;
    size_t before = load_enter_key(l, expr->key);
    limit->n = cond_compile_starts(l, expr, amount_type(limit->span));
    load_leave(l, before);
    note_unit(l, limit->span);
}

static void load_limit_entry(loader *l, const sw_yaml *node, sw_limit *limit) {
    limit_nodes nodes = {0};
    if (!load_map(l, node, &nodes, &limit_table, 0)) return;
    if (nodes.when) {
        size_t before = load_enter_key(l, SW_S("when"));
        limit->when = cond_compile_starts(l, nodes.when, sw_cel_type_of(SW_BOOL));
        load_leave(l, before);
    }
    if (nodes.limit) {
        size_t before = load_enter_key(l, SW_S("limit"));
        load_limit_amount(l, nodes.limit, limit);
        load_leave(l, before);
    }
}

/* In a list of choices nothing after an entry without `when` is ever reached, unless its limit is
 * an expression, which may fail. */
static void check_reached(loader *l, const sw_yaml *item, bool *always) {
    if (*always)
        load_note(l, item, "the first entry that holds is taken: put it last",
                  "it is never reached: an entry above has no 'when'");
    const sw_yaml *limit = sw_yaml_get(item, "limit");
    const sw_yaml *amount = limit ? limit : item;
    *always |= amount->kind != SW_YAML_MAP && !sw_yaml_get(item, "when");
}

void load_limits(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    rule_draft *draft = into;
    item_iter items;
    if (!load_items(l, node, false, &items)) return;
    sw_limit *limits = load_zero(l, items.count, sizeof *limits);
    const sw_yaml *item = items.next;
    bool always = false;
    for (uint32_t i = 0; limits && i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        bool entry = item->kind == SW_YAML_MAP &&
                     (!items.alone || sw_yaml_get(item, "limit") || sw_yaml_get(item, "when"));
        if (entry)
            load_limit_entry(l, item, &limits[i]);
        else
            load_limit_amount(l, item, &limits[i]);
        check_reached(l, item, &always);
        load_leave(l, before);
    }
    draft->rule.limits = limits;
    draft->rule.limit_count = limits ? items.count : 0;
}

typedef struct extend_nodes {
    on_nodes on;
    const sw_yaml *to, *by, *approver;
    const sw_basis *basis;
    uint32_t basis_count, max;
} extend_nodes;

static const key_spec extend_keys[] = {
    {"on", load_node, offsetof(extend_nodes, on.on), .required = true},
    {"when", load_node, offsetof(extend_nodes, on.when)},
    {"at", load_node, offsetof(extend_nodes, on.at)},
    {"to", load_node, offsetof(extend_nodes, to)},
    {"by", load_node, offsetof(extend_nodes, by)},
    {"max", load_count, offsetof(extend_nodes, max), .arg = &entries_max},
    {"approver", load_node, offsetof(extend_nodes, approver)},
    {"basis", load_basis, offsetof(extend_nodes, basis), offsetof(extend_nodes, basis_count)},
};
static const key_table extend_table = {"an extension", extend_keys, SW_COUNT(extend_keys)};

static void load_extend_amount(loader *l, const sw_yaml *node, const sw_event_type *type, bool to,
                               sw_amount *amount) {
    if (node->kind != SW_YAML_MAP) {
        if (load_span(l, node, to, &amount->span)) note_unit(l, amount->span);
        return;
    }
    const sw_yaml *expr = amount_expression(l, node, &amount->span, &amount->scale_ms);
    if (!expr || !type) return;
    size_t before = load_enter_key(l, expr->key);
    if (!to && (amount->span.unit == SW_UNIT_UNTIL || amount->span.to_end))
        load_error_at(l, SW_E_INVALID, expr, "it is a new whole length: write 'to'",
                      "'by' adds a length of time");
    amount->n = cond_compile(l, expr, type, false, amount_type(amount->span));
    load_leave(l, before);
    note_unit(l, amount->span);
}

static void load_extend(loader *l, const sw_yaml *node, void *entry) {
    sw_extend *extend = entry;
    extend_nodes nodes = {0};
    if (!load_map(l, node, &nodes, &extend_table, 0)) return;
    extend->basis = nodes.basis;
    extend->basis_count = nodes.basis_count;
    extend->max = nodes.max;
    extend->to = nodes.to != NULL;
    (void)cond_load_parts(l, &nodes.on, "extend", true, false, &extend->on);
    if (!nodes.to == !nodes.by) {
        load_error_at(l, SW_E_INVALID, node, "'to' sets a new whole length, 'by' adds one",
                      "an extension needs either 'to' or 'by'");
        return;
    }
    size_t before = load_enter_key(l, extend->to ? SW_S("to") : SW_S("by"));
    load_extend_amount(l, extend->to ? nodes.to : nodes.by, extend->on.type, extend->to,
                       &extend->amount);
    load_leave(l, before);
    if (!nodes.approver || !extend->on.type) return;
    before = load_enter_key(l, SW_S("approver"));
    extend->approver =
        cond_compile(l, nodes.approver, extend->on.type, false, sw_cel_type_of(SW_STRING));
    load_leave(l, before);
}

void load_extends(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    sw_rule *rule = &((rule_draft *)into)->rule;
    rule->extends = load_list(l, node, true, sizeof(sw_extend), load_extend, &rule->extend_count);
}
