#include "evaluate/period_pb.h"

static sw_told_event event_of(const sw_event_ref *ref) {
    return (sw_told_event){ref->source, ref->id, ref->type->name};
}

static void fill_rule(const sw_rule *rule, int64_t decided_ms, sw_told_period *p) {
    p->rule = rule->id;
    p->rule_name = rule->name;
    p->pack = rule->pack->label;
    p->domain = rule->domain;
    p->compartment = rule->compartment;
    p->severity = rule->severity;
    p->offset_s = sw_zone_offset(rule->pack->zone, decided_ms);
}

sw_err sw_told_period_of(const sw_period_news *n, sw_hash128 opened, int64_t decided_ms,
                         sw_arena *arena, sw_told_period *ret) {
    SW_ASSERT(n && arena && ret);
    const sw_rule *rule = n->rule;
    sw_told_key *key = sw_arena_alloc(arena, rule->key_count * sizeof *key);
    if (!key) return SW_E_NOMEM;
    for (uint32_t i = 0; i < rule->key_count; i++)
        key[i] = (sw_told_key){rule->key_names[i], n->key[i]};
    *ret = (sw_told_period){
        .instance = sw_instance_id(rule->id, n->key, rule->key_count, opened),
        .change = n->change,
        .decided_ms = decided_ms,
        .key = key,
        .key_count = rule->key_count,
        .orgcode = n->orgcode,
        .officerid = n->officerid,
        .start_ms = n->start_ms,
        .due_ms = n->due_ms,
        .caution_ms = n->caution_ms,
        .paused_ms = n->paused_ms,
        .stopped_ms = n->stopped_ms,
        .late_by_s = n->late_by_s,
        .next_ms = n->next_ms,
        .level = n->level,
        .next_level = n->next_level,
        .provisional = n->provisional,
        .reason = n->reason ? sw_slice_cstr(n->reason) : SW_SLICE_NONE,
        .opened_by = event_of(n->opened_by),
        .has_cause = n->cause != NULL,
    };
    fill_rule(rule, decided_ms, ret);
    if (n->cause) ret->cause = event_of(n->cause);
    return SW_OK;
}
