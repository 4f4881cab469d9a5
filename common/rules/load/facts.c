/* `facts:` of a rule: named values of the group, each from the last event that gives one. */
#include "rules/load/cond.h"

typedef struct source_nodes {
    const sw_yaml *on, *when, *value;
} source_nodes;

static const key_spec source_keys[] = {
    {"on", load_node, offsetof(source_nodes, on), .required = true},
    {"when", load_node, offsetof(source_nodes, when)},
    {"value", load_node, offsetof(source_nodes, value), .required = true},
};
static const key_table source_table = {"a fact's source", source_keys, SW_COUNT(source_keys)};

static bool is_value_type(const sw_cel_type *type) {
    return type->kind != SW_ABSENT && type->kind != SW_NULL && type->kind != SW_TYPE;
}

/* Joins the source's type into the fact's. */
static void join_type(loader *l, const sw_yaml *node, sw_fact *fact, const sw_cel_type *type) {
    if (!is_value_type(type)) {
        load_error_at(l, SW_E_TYPE, node, NULL, "a fact can't be of type %.*s",
                      SW_FMT(sw_cel_type_text(l->arena, type)));
        return;
    }
    const sw_cel_type *both = fact->type ? sw_cel_type_join(l->arena, fact->type, type) : type;
    if (both)
        fact->type = both;
    else
        load_error_at(l, SW_E_TYPE, node, "all sources of a fact give one type",
                      "the fact is %.*s above and %.*s here",
                      SW_FMT(sw_cel_type_text(l->arena, fact->type)),
                      SW_FMT(sw_cel_type_text(l->arena, type)));
}

static void load_source(loader *l, const sw_yaml *node, sw_fact *fact, sw_fact_source *source) {
    source_nodes nodes = {0};
    if (!load_map(l, node, &nodes, &source_table, 0) || !nodes.on) return;
    size_t before = load_enter_key(l, SW_S("on"));
    source->type = cond_event_type(l, nodes.on);
    load_leave(l, before);
    if (!source->type) return;
    sw_on *on = load_zero(l, 1, sizeof *on);
    if (!on) return;
    on->type = source->type;
    if (nodes.when) {
        before = load_enter_key(l, SW_S("when"));
        source->when = cond_compile(l, nodes.when, source->type, true, sw_cel_type_of(SW_BOOL));
        load_leave(l, before);
    }
    on->when = source->when;
    draft_mention(l, "facts", nodes.on, on, false);
    if (!nodes.value) return;
    before = load_enter_key(l, SW_S("value"));
    source->value = cond_compile(l, nodes.value, source->type, true, NULL);
    if (source->value) join_type(l, nodes.value, fact, sw_cel_result_type(source->value));
    load_leave(l, before);
}

static void load_sources(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    sw_fact *fact = into;
    item_iter items;
    if (!load_items(l, node, false, &items)) return;
    sw_fact_source *sources = load_zero(l, items.count, sizeof *sources);
    const sw_yaml *item = items.next;
    for (uint32_t i = 0; sources && i < items.count; i++, item = item->next) {
        size_t before = load_enter_item(l, i);
        load_source(l, item, fact, &sources[i]);
        load_leave(l, before);
    }
    fact->from = sources;
    fact->from_count = sources ? items.count : 0;
}

static const key_spec fact_keys[] = {{"from", load_sources, .required = true}};
static const key_table fact_table = {"a fact", fact_keys, SW_COUNT(fact_keys)};

/* Conditions name it: facts.NAME. */
static bool is_identifier(sw_slice name) {
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(i > 0 && c >= '0' && c <= '9')) return false;
    }
    return name.len > 0;
}

void load_facts(loader *l, const sw_yaml *node, void *into, const key_spec *spec) {
    (void)spec;
    rule_draft *draft = into;
    if (node->kind != SW_YAML_MAP) {
        load_error_at(l, SW_E_TYPE, node, "write NAME: {from: [{on: TYPE, value: EXPRESSION}]}",
                      "facts are a map of names, not %s", sw_yaml_kind_names[node->kind]);
        return;
    }
    sw_fact *facts = load_zero(l, node->count, sizeof *facts);
    draft->fact_used = load_zero(l, node->count, sizeof *draft->fact_used);
    draft->fact_nodes = node;
    uint32_t count = 0;
    for (const sw_yaml *item = node->first; facts && draft->fact_used && item; item = item->next) {
        size_t before = load_enter_key(l, item->key);
        sw_fact *fact = &facts[count++];
        fact->name = item->key;
        draft->rule.facts = facts;
        draft->rule.fact_count = count - 1; /* what its sources may read */
        if (!is_identifier(item->key))
            load_error(l, SW_E_INVALID, item->key_line, item->key_col, NULL,
                       "a fact's name is letters, digits and _, as conditions write it");
        load_map(l, item, fact, &fact_table, 0);
        /* Conditions that read a fact without a type would fail a second time for the same reason.
         */
        if (!fact->type) fact->type = sw_cel_type_of(SW_ABSENT);
        load_leave(l, before);
    }
    draft->rule.facts = facts;
    draft->rule.fact_count = count;
}
