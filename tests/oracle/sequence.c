/* sequence.c - sequence rules: what came before, and should or should not have. */
#include "view.h"

/* "`requires` event of the group at an earlier time (at most `within` earlier)" */
static bool came_before(const sw_view *view, const sw_group *group, const sw_rule *rule,
                        const sw_before *before, const sw_event *event) {
    for (uint32_t i = 0; i < group->member_count; i++) {
        const sw_event *other = group->members[i];
        if (other->type != before->on.type || other == event) continue;
        if (other->time_ms > event->time_ms) continue;
        bool same_ok = before->or_same || view->bend == SW_BEND_SAME_TIME_IS_EARLIER;
        if (other->time_ms == event->time_ms && !same_ok) continue;
        if (view->bend != SW_BEND_REQUIRES_EVER &&
            !sw_oracle_within(rule, before->within, other->time_ms, event->time_ms))
            continue;
        if (sw_oracle_holds(view, group, rule, other, before->on.when)) return true;
    }
    return false;
}

/* "fires for each `on` event with no `requires` event […]; with `forbids` instead, for each one
 * that has." */
static sw_err judge(sw_view *view, sw_group *group, const sw_rule *rule, const sw_event *event) {
    sw_err err = sw_oracle_gather(view, group);
    if (err) return err;
    if (sw_oracle_entry(view, group, rule, event) < 0) return SW_OK;
    bool came = false;
    uint32_t entries = rule->before_count;
    if (view->bend == SW_BEND_FIRST_BEFORE_ONLY) entries = 1;
    for (uint32_t i = 0; i < entries && !came; i++)
        came = came_before(view, group, rule, &rule->befores[i], event);
    if (came != rule->forbids) return SW_OK;
    return sw_oracle_fire(view, group, rule, 0, event->time_ms, event, NULL);
}

sw_err sw_oracle_sequence(sw_view *view, const sw_rule_line *line) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < view->event_count; i++) {
        const sw_event *event = view->events[i];
        const sw_rule *rule = sw_oracle_version(view, line, SW_SEQUENCE, event);
        if (!rule) continue;
        sw_group *groups = NULL;
        err = sw_oracle_groups_of(view, line, rule, event, &groups);
        for (sw_group *group = groups; !err && group; group = group->next)
            err = judge(view, group, rule, event);
    }
    return err;
}
