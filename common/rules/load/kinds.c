/* What check, threshold, sequence and match rules have of their own. */
#include "rules/load/cond.h"
#include "rules/load/span.h"

/* `on: TYPE` of a rule; its `when` stands beside it and is read next. */
void load_rule_on(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    rule_draft *draft = into;
    sw_on *on = &draft->rule.on;
    if (node->kind == SW_YAML_MAP) {
        load_error_at(l, SW_E_TYPE, node, "write on: TYPE, and when: beside it",
                      "an event type is wanted here, not a map");
        return;
    }
    on->type = cond_event_type(l, node);
    if (on->type) draft_mention(l, spec->arg, node, on, true);
}

void load_rule_when(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    sw_on *on = &((rule_draft *)into)->rule.on;
    if (on->type) on->when = cond_compile(l, node, on->type, false, sw_cel_type_of(SW_BOOL));
}

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

typedef struct before_nodes {
    on_nodes on;
    sw_window within;
} before_nodes;

static const key_spec before_keys[] = {
    {"on", load_node, offsetof(before_nodes, on.on), .required = true},
    {"when", load_node, offsetof(before_nodes, on.when)},
    {"within", load_window, offsetof(before_nodes, within)},
};
static const key_table before_table = {"an entry {on, when, within}", before_keys,
                                       SW_COUNT(before_keys)};

/* `requires` or `forbids` of a sequence: the event that must, or must not, have come before. */
void load_before(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    rule_draft *draft = into;
    const char *part = spec->arg;
    before_nodes nodes = {0};
    if (draft->rule.other.type) {
        load_error_at(l, SW_E_INVALID, node, "make two rules of it",
                      "a sequence has either 'requires' or 'forbids'");
        return;
    }
    if (!load_map(l, node, &nodes, &before_table, 0)) return;
    draft->rule.forbids = strcmp(part, "forbids") == 0;
    draft->rule.within = nodes.within;
    (void)cond_load_parts(l, &nodes.on, part, false, false, &draft->rule.other);
}

void load_distinct(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    sw_rule *rule = &((rule_draft *)into)->rule;
    const sw_event_type *type = rule->on.type;
    if (!load_is_scalar(l, node, "a field") || !type) return;
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
        rule->distinct = index;
}
