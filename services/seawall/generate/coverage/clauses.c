#include "seawall/generate/coverage/clauses.h"

#include "rules/attribute.h"

uint32_t clauses_count(const sw_rule *rule, clause_part part) {
    switch (part) {
    case CLAUSE_START:
        return rule->kind == SW_DEADLINE ? rule->start_count
               : rule->kind == SW_MATCH  ? 1
                                         : rule->on_count;
    case CLAUSE_STOP:
        return rule->stop_count;
    case CLAUSE_EXTEND:
        return rule->extend_count;
    case CLAUSE_PAUSE:
        return rule->pause_count;
    case CLAUSE_RESTART:
        return rule->restart_count;
    case CLAUSE_CANCEL:
        return rule->cancel_count;
    default:
        return 0;
    }
}

const sw_on *clauses_entry(const sw_rule *rule, clause_part part, uint32_t entry) {
    SW_ASSERT(entry < clauses_count(rule, part));
    switch (part) {
    case CLAUSE_START:
        return rule->kind == SW_DEADLINE ? &rule->starts[entry]
               : rule->kind == SW_MATCH  ? &rule->left
                                         : &rule->ons[entry];
    case CLAUSE_STOP:
        return &rule->stops[entry];
    case CLAUSE_EXTEND:
        return &rule->extends[entry].on;
    case CLAUSE_PAUSE:
        return &rule->pauses[entry].from;
    case CLAUSE_RESTART:
        return &rule->restarts[entry];
    default:
        return &rule->cancels[entry];
    }
}

const char *clauses_part_name(clause_part part) {
    static const char *const names[] = {"start", "stop", "extend", "pause", "restart", "cancel"};
    return names[part];
}

sw_err clauses_init(clauses *c, sw_arena *arena, const sw_ruleset *set) {
    uint32_t rules = sw_ruleset_rule_count(set);
    *c = (clauses){.set = set, .arena = arena};
    for (clause_part part = 0; part < CLAUSE_PART_COUNT; part++) {
        c->counts[part] = sw_arena_zero(arena, rules, sizeof(uint64_t *));
        if (!c->counts[part]) return SW_E_LIMIT;
        for (uint32_t i = 0; i < rules; i++) {
            uint32_t n = clauses_count(sw_ruleset_rule(set, i), part);
            c->counts[part][i] = sw_arena_zero(arena, n + 1, sizeof(uint64_t));
            if (!c->counts[part][i]) return SW_E_LIMIT;
        }
    }
    return SW_OK;
}

/* Facts are not known here. A fact that is there has a value of no fact's type: has() finds it, and
 * whatever reads it fails. */
typedef struct asked {
    const sw_event *event;
    bool facts_there;
} asked;

static sw_value get(void *ctx, uint32_t root, uint32_t slot) {
    const asked *a = ctx;
    if (root == SW_ROOT_EVENT) return sw_attribute_of(a->event, slot);
    if (root == SW_ROOT_DATA) return a->event->fields[slot];
    return (sw_value){.kind = a->facts_there ? SW_TYPE : SW_ABSENT};
}

static bool is_false(const sw_cel *when, asked *a, sw_arena *scratch) {
    const sw_cel_bind bind = {a, get};
    sw_value value;
    return sw_cel_eval(when, &bind, scratch, SW_CEL_COST_MAX, &value, NULL) == SW_OK &&
           value.kind == SW_BOOL && !value.b;
}

/* Whatever the facts are, absent ones included. */
static bool says_no(const sw_cel *when, const sw_event *event, sw_arena *scratch) {
    if (!when) return false;
    asked there = {event, true}, absent = {event, false};
    return is_false(when, &there, scratch) && is_false(when, &absent, scratch);
}

void clauses_took(clauses *c, const sw_rule *rule, clause_part part, const sw_event *event,
                  sw_arena *scratch) {
    for (uint32_t i = 0; i < clauses_count(rule, part); i++) {
        const sw_on *on = clauses_entry(rule, part, i);
        if (on->type != event->type || says_no(on->when, event, scratch)) continue;
        c->counts[part][rule->index][i]++;
        return;
    }
}

uint64_t clauses_of(const clauses *c, const sw_rule *rule, clause_part part) {
    uint64_t n = 0;
    for (uint32_t i = 0; i < clauses_count(rule, part); i++) n += c->counts[part][rule->index][i];
    return n;
}
