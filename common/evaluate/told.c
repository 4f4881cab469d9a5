#include "evaluate/told.h"

#include "rules/warning_json.h"

static sw_told_event event_of(const sw_event_ref *ref) {
    return (sw_told_event){ref->source, ref->id, ref->type->name};
}

static sw_err fill_lists(const sw_warning *w, sw_arena *arena, sw_told_warning *ret) {
    const sw_rule *rule = w->rule;
    sw_told_key *key = sw_arena_alloc(arena, rule->key_count * sizeof *key);
    sw_told_event *events = sw_arena_alloc(arena, w->event_count * sizeof *events);
    if (!key || !events) return SW_E_NOMEM;
    for (uint32_t i = 0; i < rule->key_count; i++)
        key[i] = (sw_told_key){rule->key_names[i], w->key[i]};
    for (uint32_t i = 0; i < w->event_count; i++) events[i] = event_of(&w->events[i]);
    ret->key = key;
    ret->key_count = rule->key_count;
    ret->events = events;
    ret->event_count = w->event_count;
    ret->to = sw_warn_to(sw_warning_warn(w), w->repeat, &ret->to_count);
    ret->basis = rule->basis;
    ret->basis_count = rule->basis_count;
    return SW_OK;
}

static void fill_change(const sw_transition *t, sw_told_warning *ret) {
    ret->change = t->change;
    ret->reason = t->reason ? sw_slice_cstr(t->reason) : SW_SLICE_NONE;
    ret->has_cause = t->cause != NULL;
    ret->has_replaces = t->replaces != NULL;
    ret->has_replaced_by = t->replaced_by != NULL;
    if (t->cause) ret->cause = event_of(t->cause);
    if (t->replaces) ret->replaces = *t->replaces;
    if (t->replaced_by) ret->replaced_by = *t->replaced_by;
}

sw_err sw_told_of(const sw_transition *transition, int64_t decided_ms, sw_arena *arena,
                  sw_told_warning *ret) {
    SW_ASSERT(transition && arena && ret);
    const sw_warning *w = transition->warning;
    const sw_rule *rule = w->rule;
    sw_told_warning told = {.id = w->id,
                            .pack_hash = rule->pack->hash,
                            .decided_ms = decided_ms,
                            .rule = rule->id,
                            .rule_name = rule->name,
                            .pack = rule->pack->label,
                            .kind = rule->kind,
                            .level = w->level,
                            .severity = rule->severity,
                            .state = w->state,
                            .element = rule->element,
                            .domain = rule->domain,
                            .tier = rule->tier,
                            .compartment = rule->compartment,
                            .orgcode = w->orgcode,
                            .officerid = w->officerid,
                            .text = rule->text.len ? rule->text : rule->name,
                            .start_ms = w->start_ms,
                            .due_ms = w->due_ms,
                            .fires_ms = w->fires_ms,
                            .late_by_s = w->late_by_s,
                            .stopped_ms = w->stopped_ms,
                            .repeat = w->repeat,
                            .offset_s = sw_zone_offset(rule->pack->zone, decided_ms),
                            .provisional = w->provisional,
                            .liberty = rule->liberty};
    fill_change(transition, &told);
    sw_err err = fill_lists(w, arena, &told);
    if (!err) *ret = told;
    return err;
}

sw_err sw_change_parse(sw_slice name, sw_change *ret) {
    for (int i = SW_WITHDRAWN; i <= SW_RESOLVED; i++)
        if (sw_slice_is(name, sw_change_name((sw_change)i))) return *ret = (sw_change)i, SW_OK;
    return SW_E_INVALID;
}

sw_err sw_level_parse(sw_slice name, sw_level *ret) {
    for (int i = SW_GREEN; i <= SW_BREACH; i++)
        if (sw_slice_is(name, sw_level_name((sw_level)i))) return *ret = (sw_level)i, SW_OK;
    return SW_E_INVALID;
}

sw_err sw_kind_parse(sw_slice name, sw_kind *ret) {
    for (int i = SW_DEADLINE; i <= SW_MATCH; i++)
        if (sw_slice_is(name, sw_kind_name((sw_kind)i))) return *ret = (sw_kind)i, SW_OK;
    return SW_E_INVALID;
}

sw_err sw_severity_parse(sw_slice name, sw_severity *ret) {
    for (int i = SW_INFO; i <= SW_CRITICAL; i++)
        if (sw_slice_is(name, sw_severity_name((sw_severity)i)))
            return *ret = (sw_severity)i, SW_OK;
    return SW_E_INVALID;
}

sw_err sw_state_parse(sw_slice name, sw_state *ret) {
    for (int i = SW_STATE_OPEN; i <= SW_STATE_WITHDRAWN; i++)
        if (sw_slice_is(name, sw_state_name((sw_state)i))) return *ret = (sw_state)i, SW_OK;
    return SW_E_INVALID;
}

sw_slice sw_keyed_key(sw_arena *arena, sw_slice name, sw_slice value) {
    char *text = sw_arena_alloc(arena, name.len + 1 + value.len);
    if (!text) return SW_SLICE_NONE;
    if (name.len) memcpy(text, name.ptr, name.len);
    text[name.len] = '=';
    if (value.len) memcpy(text + name.len + 1, value.ptr, value.len);
    return sw_slice_of(text, name.len + 1 + value.len);
}
