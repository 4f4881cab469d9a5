/* set.c - the set of warnings at a time: every kind's rules over what stands then. */
#include "view.h"

#include <stdlib.h>

static const char *const bend_names[SW_BEND_COUNT] = {
    [SW_BEND_NONE] = "nothing",
    [SW_BEND_LAST_COPY_STANDS] = "of two copies the later stands",
    [SW_BEND_FIRST_CORRECTION_HOLDS] = "of two corrections the first holds",
    [SW_BEND_EARLY_CORRECTION_LOST] = "a correction before its target is lost",
    [SW_BEND_WAITING_IS_SEEN] = "an event of the future is seen at once",
    [SW_BEND_MISSING_KEY_IS_OUT] = "an event without a trailing key field belongs nowhere",
    [SW_BEND_ONLY_FIRST_OF_LIST] = "only the first element of an array opens",
    [SW_BEND_VERSION_BY_EVENT_TIME] = "the version is chosen by the event's time",
    [SW_BEND_VERSION_NEWEST] = "the newest version judges everything",
    [SW_BEND_FACT_BEFORE_ITS_TIME] = "a fact does not see its own time",
    [SW_BEND_FACT_LAST_SOURCE] = "the last source of a fact that holds gives it",
    [SW_BEND_STOP_BEFORE_START] = "at one time a stop comes before a start",
    [SW_BEND_SECOND_START_RESTARTS] = "a second start restarts",
    [SW_BEND_RESTART_KEEPS_PAUSES] = "a restart keeps the pauses",
    [SW_BEND_RESTART_KEEPS_EXTENSIONS] = "a restart keeps the extensions",
    [SW_BEND_RESTART_BY_EVENT_TIME] = "a restart ignores its `at`",
    [SW_BEND_PAUSES_SHARED] = "any `to` ends any pause",
    [SW_BEND_SECOND_FROM_COUNTS] = "a second `from` moves the pause",
    [SW_BEND_FIRST_EXTENSION_ONLY] = "only the first extension is seen",
    [SW_BEND_NEGATIVE_EXTENSION_COUNTS] = "a negative extension counts as positive",
    [SW_BEND_CANCEL_IS_STOP] = "a cancel only stops",
    [SW_BEND_STOP_AT_LEVEL_IS_LATE] = "a stop at a level's time does not prevent it",
    [SW_BEND_STOP_LEAVES_PAUSE_OPEN] = "a stop leaves a pause open",
    [SW_BEND_LATE_ROUNDED_UP] = "seconds of delay are rounded up",
    [SW_BEND_LAST_REPEAT_LOST] = "the last repetition is lost",
    [SW_BEND_CAUTION_BY_COUNT] = "caution counts as due does",
    [SW_BEND_LAST_COUNT] = "the last count entry that holds is taken",
    [SW_BEND_LAST_LIMIT] = "the last limit entry that holds is taken",
    [SW_BEND_OWNER_OF_LAST_EVENT] = "the owner is that of the last event of all",
    [SW_BEND_FAILED_CONDITION_HOLDS] = "a condition that fails holds",
    [SW_BEND_CHECK_ONCE_A_GROUP] = "a check fires once in a group",
    [SW_BEND_NEVER_SETTLES] = "nothing settles",
    [SW_BEND_WINDOW_CLOSED] = "what is exactly as old as the window counts",
    [SW_BEND_THRESHOLD_EACH_TIME] = "a threshold fires at each event over its count",
    [SW_BEND_DISTINCT_FORGOTTEN] = "a value counts as often as it comes",
    [SW_BEND_WEIGHT_FORGOTTEN] = "weights are not looked at",
    [SW_BEND_RATIO_FORGOTTEN] = "the baseline is not looked at",
    [SW_BEND_BELOW_AT_ONCE] = "too few are told before the period is over",
    [SW_BEND_ONCE_PER_FORGOTTEN] = "repeats count",
    [SW_BEND_EXCEPT_ONLY_LATER] = "an exception takes out only what came before it",
    [SW_BEND_SAME_TIME_IS_EARLIER] = "an event at the same time came earlier",
    [SW_BEND_REQUIRES_EVER] = "what came before may have come at any time",
    [SW_BEND_FIRST_BEFORE_ONLY] = "of a sequence's entries only the first is looked at",
    [SW_BEND_APART_FORGOTTEN] = "a pair may be any time apart",
    [SW_BEND_RIGHT_COMES_LATER] = "of a pair the right one comes later",
    [SW_BEND_ALL_PAIRS] = "max_pairs is not looked at",
    [SW_BEND_NEVER_JOINED] = "withdrawn and raised are never joined",
    [SW_BEND_RUNS_AGAIN_UNTOLD] = "an instance that runs again is not told",
};

const char *sw_bend_name(sw_bend bend) {
    SW_ASSERT((uint32_t)bend < SW_BEND_COUNT && bend_names[bend]);
    return bend_names[bend];
}

static bool any_on(const sw_on *list, uint32_t count, const sw_event_type *type) {
    for (uint32_t i = 0; i < count; i++)
        if (list[i].type == type) return true;
    return false;
}

/* "the types that the rule names": docs/semantics.md 18. */
static bool names(const sw_rule *rule, const sw_event_type *type) {
    for (uint32_t f = 0; f < rule->fact_count; f++)
        for (uint32_t i = 0; i < rule->facts[f].from_count; i++)
            if (rule->facts[f].from[i].type == type) return true;
    for (uint32_t i = 0; i < rule->except_count; i++)
        if (rule->excepts[i].on.type == type) return true;
    for (uint32_t i = 0; i < rule->before_count; i++)
        if (rule->befores[i].on.type == type) return true;
    if (rule->left.type == type || rule->right.type == type) return true;
    for (uint32_t i = 0; i < rule->pause_count; i++)
        if (rule->pauses[i].from.type == type || rule->pauses[i].to.type == type) return true;
    for (uint32_t i = 0; i < rule->extend_count; i++)
        if (rule->extends[i].on.type == type) return true;
    return any_on(rule->ons, rule->on_count, type) ||
           any_on(rule->starts, rule->start_count, type) ||
           any_on(rule->stops, rule->stop_count, type) ||
           any_on(rule->cancels, rule->cancel_count, type) ||
           any_on(rule->restarts, rule->restart_count, type);
}

/* Contract 3, Owner: "those of the last event of the group, of the types that the rule names, that
 * carries them at or before the level's time." */
static void find_owner(const sw_view *view, const sw_group *group, const sw_event *opened_by,
                       sw_warning *warning) {
    sw_slice unit = SW_SLICE_NONE, officer = SW_SLICE_NONE;
    for (uint32_t i = 0; i < group->member_count; i++) {
        const sw_event *event = group->members[i];
        bool after = event->time_ms > warning->fires_ms;
        if (after && view->bend != SW_BEND_OWNER_OF_LAST_EVENT) continue;
        if (!names(warning->rule, event->type)) continue;
        if (event->orgcode.len) unit = event->orgcode;
        if (event->officerid.len) officer = event->officerid;
    }
    warning->orgcode = unit.len ? unit : opened_by->orgcode;
    warning->officerid = officer.len ? officer : opened_by->officerid;
}

sw_err sw_oracle_add(sw_view *view, const sw_group *group, const sw_warning *warning,
                     const sw_event *opened_by, const sw_event *second,
                     const sw_event *stopped_by) {
    struct sw_found_node *node = sw_arena_zero(view->arena, 1, sizeof *node);
    sw_event_ref *refs = sw_arena_zero(view->arena, 2, sizeof *refs);
    if (!node || !refs) return SW_E_LIMIT;
    refs[0] = (sw_event_ref){opened_by->source, opened_by->id, opened_by->type};
    if (second) refs[1] = (sw_event_ref){second->source, second->id, second->type};
    node->found = (sw_found){.warning = *warning, .stopped_by = stopped_by};
    sw_warning *copy = &node->found.warning;
    copy->key = group->key;
    copy->events = refs, copy->event_count = second ? 2 : 1;
    copy->id = sw_warning_id(warning->rule, group->key, opened_by->identity,
                             second ? &second->identity : NULL, warning->level, warning->repeat);
    find_owner(view, group, opened_by, copy);
    node->next = view->found, view->found = node;
    view->found_count++;
    return SW_OK;
}

sw_err sw_oracle_fire(sw_view *view, const sw_group *group, const sw_rule *rule, uint32_t warn,
                      int64_t at_ms, const sw_event *first, const sw_event *second) {
    /* "what would fire at t fires at t + settle" */
    int64_t settle_ms = view->bend == SW_BEND_NEVER_SETTLES ? 0 : rule->settle_ms;
    int64_t fires_ms = at_ms + settle_ms;
    if (fires_ms > view->now_ms) {
        if (fires_ms < view->next_ms && fires_ms <= SW_TIME_LAST_MS) view->next_ms = fires_ms;
        return SW_OK;
    }
    /* "Warnings of the other kinds are `open` until a person closes them." */
    sw_warning warning = {
        .rule = rule,
        .warn = warn,
        .level = sw_rule_warn(rule, warn)->level,
        .state = SW_STATE_OPEN,
        .start_ms = SW_TIME_NONE,
        .due_ms = SW_TIME_NONE,
        .fires_ms = fires_ms,
        .late_by_s = -1,
        .stopped_ms = SW_TIME_NONE,
    };
    return sw_oracle_add(view, group, &warning, first, second, NULL);
}

static int event_cmp(const void *a, const void *b) {
    return sw_event_cmp(*(const sw_event *const *)a, *(const sw_event *const *)b);
}

static int found_cmp(const void *a, const void *b) {
    return sw_hash128_cmp(((const sw_found *)a)->warning.id, ((const sw_found *)b)->warning.id);
}

static sw_err give(const sw_view *view, const sw_found **ret, uint32_t *ret_count) {
    sw_found *list = sw_arena_zero(view->arena, view->found_count + 1u, sizeof *list);
    if (!list) return SW_E_LIMIT;
    uint32_t count = 0;
    for (const struct sw_found_node *node = view->found; node; node = node->next)
        list[count++] = node->found;
    qsort(list, count, sizeof *list, found_cmp);
    for (uint32_t i = 1; i < count; i++)
        SW_ASSERT(!sw_hash128_eq(list[i - 1].warning.id, list[i].warning.id));
    *ret = list, *ret_count = count;
    return SW_OK;
}

sw_err sw_oracle_set_of(const sw_oracle_case *given, const sw_standing *standing,
                        uint32_t standing_count, int64_t now_ms, sw_arena *arena,
                        const sw_found **ret, uint32_t *ret_count, int64_t *ret_next_ms) {
    const sw_event **events = sw_arena_zero(arena, standing_count + 1u, sizeof *events);
    if (!events) return SW_E_LIMIT;
    uint32_t count = 0;
    for (uint32_t i = 0; i < standing_count; i++)
        if (standing[i].content) events[count++] = standing[i].content;
    qsort(events, count, sizeof *events, event_cmp);
    sw_view view = {.set = given->set,
                    .events = events,
                    .event_count = count,
                    .now_ms = now_ms,
                    .bend = given->bend,
                    .arena = arena,
                    .next_ms = SW_TIME_MAX};
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < sw_ruleset_line_count(given->set); i++) {
        const sw_rule_line *line = sw_ruleset_line(given->set, i);
        err = sw_oracle_deadline(&view, line);
        if (!err) err = sw_oracle_check(&view, line);
        if (!err) err = sw_oracle_threshold(&view, line);
        if (!err) err = sw_oracle_sequence(&view, line);
        if (!err) err = sw_oracle_match(&view, line);
    }
    if (!err) err = give(&view, ret, ret_count);
    if (!err && ret_next_ms) *ret_next_ms = view.next_ms;
    return err;
}

sw_err sw_oracle_set(const sw_oracle_case *given, int64_t now_ms, sw_arena *arena,
                     const sw_found **ret, uint32_t *ret_count, int64_t *ret_next_ms) {
    SW_ASSERT(given && given->set && arena && ret && ret_count);
    sw_standing *standing;
    uint32_t count;
    sw_err err = sw_oracle_standing(given, now_ms, arena, &standing, &count);
    if (err) return err;
    return sw_oracle_set_of(given, standing, count, now_ms, arena, ret, ret_count, ret_next_ms);
}
