/* What check, threshold, sequence and match rules have of their own. */
#include "rules/load/cond.h"
#include "rules/load/span.h"

static const uint32_t entries_max = 100;

/* --- on ----------------------------------------------------------------------------------- */

static void load_plain_on(loader *l, const sw_yaml *node, const char *part, sw_on *on) {
    on->type = cond_event_type(l, node);
    if (on->type) draft_mention(l, part, node, on, true);
}

/* `on: TYPE` of a rule, its `when` beside it and read next; or a list of types and {on, when}. */
void load_rule_on(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    rule_draft *draft = into;
    if (node->kind == SW_YAML_MAP) {
        load_error_at(l, SW_E_TYPE, node, "write on: TYPE, and when: beside it",
                      "an event type is wanted here, not a map");
        return;
    }
    item_iter items;
    if (!load_items(l, node, false, &items)) return;
    sw_on *ons = load_zero(l, items.count, sizeof *ons);
    if (!ons) return;
    uint32_t count = 0;
    const sw_yaml *item = items.next;
    for (uint32_t i = 0; i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        if (item->kind == SW_YAML_MAP)
            (void)cond_load_on(l, item, spec->arg, false, true, &ons[count]);
        else
            load_plain_on(l, item, spec->arg, &ons[count]);
        if (ons[count].type) count++;
        load_leave(l, before);
    }
    draft->rule.ons = ons;
    draft->rule.on_count = count;
}

/* The condition of all entries that have none of their own. */
void load_rule_when(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    sw_rule *rule = &((rule_draft *)into)->rule;
    sw_on *ons = (sw_on *)(uintptr_t)rule->ons; /* ours while the rule is read */
    for (uint32_t i = 0; i < rule->on_count; i++)
        if (!ons[i].when)
            ons[i].when = cond_compile(l, node, ons[i].type, false, sw_cel_type_of(SW_BOOL));
}

/* --- sequence ----------------------------------------------------------------------------- */

typedef struct before_nodes {
    on_nodes on;
    sw_window within;
    bool or_same;
} before_nodes;

static const key_spec before_keys[] = {
    {"on", load_node, offsetof(before_nodes, on.on), .required = true},
    {"when", load_node, offsetof(before_nodes, on.when)},
    {"within", load_window, offsetof(before_nodes, within)},
    {"or_same", load_bool, offsetof(before_nodes, or_same)},
};
static const key_table before_table = {"an entry {on, when, within, or_same}", before_keys,
                                       SW_COUNT(before_keys)};

/* One {on, when, within, or_same}; where `on` is a list, an entry for each of its types. */
static uint32_t load_before_entry(loader *l, const sw_yaml *node, const char *part, sw_before *to) {
    before_nodes nodes = {0};
    if (!load_map(l, node, &nodes, &before_table, 0) || !nodes.on.on) return 0;
    const sw_yaml *list = nodes.on.on;
    if (list->kind != SW_YAML_SEQ) {
        *to = (sw_before){.within = nodes.within, .or_same = nodes.or_same};
        (void)cond_load_parts(l, &nodes.on, part, false, false, &to->on);
        return to->on.type != NULL;
    }
    uint32_t count = 0;
    size_t before = load_enter_key(l, SW_S("on"));
    const sw_yaml *item = list->first;
    for (uint32_t i = 0; i < list->count; i++, item = item->next) {
        size_t inner = load_enter_item(l, i);
        sw_before *one = &to[count];
        *one = (sw_before){.within = nodes.within, .or_same = nodes.or_same};
        on_nodes own = {.on = item};
        if (item->kind == SW_YAML_MAP)
            (void)cond_load_on(l, item, part, false, false, &one->on);
        else
            (void)cond_load_parts(l, &own, part, false, false, &one->on);
        if (one->on.type && !one->on.when && nodes.on.when)
            one->on.when =
                cond_compile(l, nodes.on.when, one->on.type, false, sw_cel_type_of(SW_BOOL));
        if (one->on.type) count++;
        load_leave(l, inner);
    }
    load_leave(l, before);
    return count;
}

static uint32_t types_of(const sw_yaml *entry) {
    const sw_yaml *on = sw_yaml_get(entry, "on");
    return on && on->kind == SW_YAML_SEQ ? on->count : 1;
}

/* `requires` or `forbids` of a sequence: what must, or must not, have come before. */
void load_before(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    rule_draft *draft = into;
    const char *part = spec->arg;
    item_iter items;
    if (draft->rule.before_count) {
        load_error_at(l, SW_E_INVALID, node, "make two rules of it",
                      "a sequence has either 'requires' or 'forbids'");
        return;
    }
    if (!load_items(l, node, false, &items)) return;
    uint32_t most = 0, count = 0;
    const sw_yaml *item = items.next;
    for (uint32_t i = 0; i < items.count; i++, item = item->next) most += types_of(item);
    if (most > entries_max) {
        load_error_at(l, SW_E_LIMIT, node, "split the rule", "'%s' names %u event types, over %u",
                      part, most, entries_max);
        return;
    }
    sw_before *befores = load_zero(l, most + 1, sizeof *befores);
    if (!befores) return;
    item = items.next;
    for (uint32_t i = 0; i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        count += load_before_entry(l, item, part, &befores[count]);
        load_leave(l, before);
    }
    draft->rule.forbids = strcmp(part, "forbids") == 0;
    draft->rule.befores = befores;
    draft->rule.before_count = count;
}

/* --- threshold ---------------------------------------------------------------------------- */

/* A field of an event type with one value that rules may read; -1, and told. */
static int32_t find_single(loader *l, const sw_yaml *node, const sw_event_type *type) {
    int32_t index = sw_event_type_field(type, node->text);
    if (index < 0)
        load_error_at(l, SW_E_UNKNOWN, node, cond_near_field(l, type, node->text),
                      "%.*s has no field '%.*s'", SW_FMT(type->name), SW_FMT(node->text));
    else if (type->fields[index].personal)
        load_error_at(l, SW_E_INVALID, node, NULL, "'%.*s' is personal: rules can't read it",
                      SW_FMT(node->text));
    else if (type->fields[index].list)
        load_error_at(l, SW_E_TYPE, node, "name a field with one value", "'%.*s' is a list",
                      SW_FMT(node->text));
    else
        return index;
    return -1;
}

/* Field names, each looked up in every type of `on`. */
static void load_fields(loader *l, const sw_yaml *node, sw_fields *ret) {
    const sw_rule *rule = &l->rule->rule;
    item_iter items;
    if (!load_items(l, node, false, &items)) return;
    int32_t *slots = load_zero(l, (size_t)items.count * rule->on_count + 1, sizeof *slots);
    if (!slots) return;
    bool whole = rule->on_count > 0;
    const sw_yaml *item = items.next;
    for (uint32_t i = 0; i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        bool scalar = load_is_scalar(l, item, "a field");
        for (uint32_t entry = 0; scalar && whole && entry < rule->on_count; entry++) {
            int32_t slot = find_single(l, item, rule->ons[entry].type);
            slots[entry * items.count + i] = slot;
            whole = slot >= 0;
        }
        whole = whole && scalar;
        load_leave(l, before);
    }
    if (whole) *ret = (sw_fields){slots, items.count};
}

void load_distinct(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    load_fields(l, node, &((rule_draft *)into)->rule.distinct);
}

typedef struct once_nodes {
    const sw_yaml *by;
    int64_t within_ms;
} once_nodes;

static const key_spec once_keys[] = {
    {"by", load_node, offsetof(once_nodes, by), .required = true},
    {"within", load_length_key, offsetof(once_nodes, within_ms), .required = true},
};
static const key_table once_table = {"once_per {by, within}", once_keys, SW_COUNT(once_keys)};

void load_once(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    sw_rule *rule = &((rule_draft *)into)->rule;
    once_nodes nodes = {0};
    if (!load_map(l, node, &nodes, &once_table, 0) || !nodes.by || !nodes.within_ms) return;
    rule->once_ms = nodes.within_ms;
    size_t before = load_enter_key(l, SW_S("by"));
    load_fields(l, nodes.by, &rule->once);
    load_leave(l, before);
}

typedef struct except_nodes {
    on_nodes on;
    const sw_yaml *by;
} except_nodes;

static const key_spec except_keys[] = {
    {"on", load_node, offsetof(except_nodes, on.on), .required = true},
    {"when", load_node, offsetof(except_nodes, on.when)},
    {"by", load_node, offsetof(except_nodes, by), .required = true},
};
static const key_table except_table = {"an entry {on, when, by}", except_keys,
                                       SW_COUNT(except_keys)};

static void load_except(loader *l, const sw_yaml *node, sw_except *to) {
    except_nodes nodes = {0};
    if (!load_map(l, node, &nodes, &except_table, 0) || !nodes.by) return;
    if (!cond_load_parts(l, &nodes.on, "except", false, false, &to->on)) return;
    size_t before = load_enter_key(l, SW_S("by"));
    if (load_is_scalar(l, nodes.by, "a field")) {
        to->slot = find_single(l, nodes.by, to->on.type);
        load_fields(l, nodes.by, &to->by);
    }
    const sw_rule *rule = &l->rule->rule;
    for (uint32_t i = 0; to->slot >= 0 && to->by.count && i < rule->on_count; i++) {
        const sw_event_type *type = rule->ons[i].type;
        if (type->fields[to->by.slots[i]].type == to->on.type->fields[to->slot].type) continue;
        load_error_at(l, SW_E_TYPE, nodes.by, "name a field that has one type in both",
                      "'%.*s' has another type in %.*s than in %.*s", SW_FMT(nodes.by->text),
                      SW_FMT(type->name), SW_FMT(to->on.type->name));
        break;
    }
    load_leave(l, before);
}

void load_excepts(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    rule_draft *draft = into;
    item_iter items;
    if (!load_items(l, node, false, &items)) return;
    sw_except *excepts = load_zero(l, items.count, sizeof *excepts);
    const sw_yaml *item = items.next;
    for (uint32_t i = 0; excepts && i < items.count; i++, item = item->next) {
        size_t before = items.alone ? l->path_len : load_enter_item(l, i);
        load_except(l, item, &excepts[i]);
        const sw_fields *by = &excepts[i].by, *first = &excepts[0].by;
        if (by->count && first->count &&
            memcmp(by->slots, first->slots, draft->rule.on_count * sizeof *by->slots) != 0)
            load_error_at(l, SW_E_INVALID, item, NULL, "all entries of 'except' go by one field");
        load_leave(l, before);
    }
    draft->rule.excepts = excepts;
    draft->rule.except_count = excepts ? items.count : 0;
}

void load_weight(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    sw_rule *rule = &((rule_draft *)into)->rule;
    const sw_cel **cels = load_zero(l, rule->on_count, sizeof *cels);
    for (uint32_t i = 0; cels && i < rule->on_count; i++) {
        for (uint32_t j = 0; j < i; j++)
            if (rule->ons[j].type == rule->ons[i].type) cels[i] = cels[j];
        if (!cels[i])
            cels[i] = cond_compile(l, node, rule->ons[i].type, false, sw_cel_type_of(SW_INT));
        if (!cels[i]) return;
    }
    rule->weights = cels;
}

/* --- match -------------------------------------------------------------------------------- */

/* `left`, `right` of a match. */
void load_side(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    const char *part = spec->arg;
    sw_on *on = (sw_on *)((char *)into + spec->at);
    (void)cond_load_on(l, node, part, false, strcmp(part, "left") == 0, on);
}

void load_where(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    sw_rule *rule = &((rule_draft *)into)->rule;
    if (rule->left.type && rule->right.type)
        rule->where = cond_compile_pair(l, node, rule->left.type, rule->right.type);
}
