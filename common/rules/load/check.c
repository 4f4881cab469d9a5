/* What one rule says against itself. */
#include "rules/load/cond.h"

static bool same_text(const sw_cel *a, const sw_cel *b) {
    if (!a || !b) return a == b;
    return sw_slice_eq(sw_cel_text(a), sw_cel_text(b));
}

static const char *key_hint(loader *l, const sw_event_type *type) {
    sw_slice text = sw_arena_printf(l->arena, "%.*s has", SW_FMT(type->name));
    for (uint32_t i = 0; i < type->key_count; i++)
        text = sw_arena_printf(l->arena, "%.*s%s %.*s", SW_FMT(text), i ? "," : "",
                               SW_FMT(sw_catalogue_key_name(l->cat, type->keys[i].key_id)));
    if (!type->key_count) text = sw_arena_printf(l->arena, "%.*s none", SW_FMT(text));
    return text.ptr;
}

static void check_keys(loader *l, const rule_draft *draft) {
    const sw_rule *rule = &draft->rule;
    for (const mention *m = draft->mentions; m; m = m->next) {
        uint32_t needed = m->opens ? rule->key_count : rule->key_count ? 1 : 0;
        for (uint32_t i = 0; i < needed; i++) {
            if (sw_event_type_key(m->on->type, rule->key_ids[i])) continue;
            sw_slice name = sw_catalogue_key_name(l->cat, rule->key_ids[i]);
            load_error_at(l, SW_E_INVALID, m->node, key_hint(l, m->on->type),
                          i == 0 ? "%.*s does not carry the key field %.*s, as every event of the "
                                   "rule must (%s)"
                                 : "%.*s does not carry the key field %.*s, as every event that "
                                   "opens must (%s)",
                          SW_FMT(m->on->type->name), SW_FMT(name), m->part);
            break;
        }
    }
}

/* Two parts that the same event always plays together. */
static const struct clash {
    const char *a, *b, *message, *hint;
    bool covers; /* also where b has no `when`, and so takes every event of a */
} clashes[] = {
    {"start", "stop", "an event that starts would stop at once",
     "give the stop a 'when' that the start's does not meet", true},
    {"start", "cancel", "an event that starts would be cancelled at once",
     "give the cancel a 'when' that the start's does not meet", true},
    {"restart", "stop", "the same event restarts and stops: the stop makes the restart nothing",
     "tell them apart with 'when'", true},
    {"restart", "cancel",
     "the same event restarts and cancels: the cancel makes the restart nothing",
     "tell them apart with 'when'", true},
    {"stop", "cancel", "the same event stops and cancels: after the stop nothing is left to cancel",
     "tell them apart with 'when'", false},
};

static void check_clash(loader *l, const rule_draft *draft, const struct clash *clash) {
    for (const mention *a = draft->mentions; a; a = a->next) {
        if (strcmp(a->part, clash->a) != 0) continue;
        for (const mention *b = draft->mentions; b; b = b->next) {
            if (strcmp(b->part, clash->b) != 0 || a->on->type != b->on->type) continue;
            bool same = same_text(a->on->when, b->on->when) || (clash->covers && !b->on->when);
            if (same && same_text(a->on->at, b->on->at))
                load_note(l, b->node, clash->hint, "%s", clash->message);
        }
    }
}

static void check_pauses(loader *l, const rule_draft *draft) {
    const sw_yaml *item = sw_yaml_get(draft->node, "pause");
    if (item && item->kind == SW_YAML_SEQ) item = item->first;
    for (uint32_t i = 0; item && i < draft->rule.pause_count; i++, item = item->next) {
        const sw_pause_entry *pause = &draft->rule.pauses[i];
        if (!pause->from.type || pause->from.type != pause->to.type) continue;
        if (same_text(pause->from.when, pause->to.when) && same_text(pause->from.at, pause->to.at))
            load_note(l, item, "tell them apart with 'when'",
                      "the same event begins and ends the pause");
    }
}

static void note_facts(loader *l, const rule_draft *draft) {
    const sw_yaml *item = draft->fact_nodes ? draft->fact_nodes->first : NULL;
    for (uint32_t i = 0; item && i < draft->rule.fact_count; i++, item = item->next) {
        sw_yaml place = *item;
        place.line = item->key_line;
        place.col = item->key_col;
        if (!draft->fact_used[i])
            load_note(l, &place, "remove it, or read it in a condition",
                      "no condition reads the fact '%.*s'", SW_FMT(draft->rule.facts[i].name));
    }
}

static void note_deadline(loader *l, const rule_draft *draft) {
    const sw_rule *rule = &draft->rule;
    if (rule->kind != SW_DEADLINE) return;
    if (!sw_yaml_get(draft->node, "stop") && !sw_yaml_get(draft->node, "cancel"))
        load_note(l, draft->node, "add a stop", "nothing ends this period: it runs for ever");
    if (draft->uses_calendar && draft->pack && draft->pack->calendar.len == 0)
        load_note(l, draft->node, "add calendar: to the pack's metadata",
                  "working days are counted without a calendar: only weekends rest, and every due "
                  "time is provisional");
}

/* What `baseline`, `ratio` and `below` need of the rest of the rule. */
static void check_threshold(loader *l, const rule_draft *draft) {
    const sw_rule *rule = &draft->rule;
    const sw_yaml *baseline = sw_yaml_get(draft->node, "baseline");
    const sw_yaml *levels = sw_yaml_get(draft->node, "levels");
    bool ratio = false;
    if (rule->kind != SW_THRESHOLD || !levels || !rule->level_count) return;
    for (uint32_t i = 0; i < rule->level_count; i++) ratio |= rule->levels[i].ratio > 0;
    if (rule->below && rule->within.form != SW_WINDOW_CALENDAR)
        load_error_at(l, SW_E_INVALID, levels, "within: day, week, month, quarter or year",
                      "'below' counts whole periods of the calendar");
    if (ratio && !baseline)
        load_error_at(l, SW_E_MISSING, levels, "baseline: 4, so many windows before",
                      "a 'ratio' needs a 'baseline' to compare with");
    if (!baseline) return;
    if (!ratio)
        load_error_at(l, SW_E_INVALID, baseline, "give a level ratio: 150%, or remove it",
                      "no level compares with the baseline");
    if (rule->within.form == SW_WINDOW_NONE)
        load_error_at(l, SW_E_INVALID, baseline, NULL, "nothing lies before 'within: ever'");
    if (rule->distinct.count)
        load_error_at(l, SW_E_INVALID, baseline, "once_per counts one of several alike",
                      "a baseline counts events: it can't stand beside 'distinct'");
}

void check_rule(loader *l, rule_draft *draft) {
    check_keys(l, draft);
    for (size_t i = 0; i < SW_COUNT(clashes); i++) check_clash(l, draft, &clashes[i]);
    check_pauses(l, draft);
    check_threshold(l, draft);
    note_facts(l, draft);
    note_deadline(l, draft);
}
