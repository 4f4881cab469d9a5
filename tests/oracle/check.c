/* check.c - check rules: "fires once for each event whose condition holds". */
#include "view.h"

static sw_err fire(sw_view *view, sw_group *group, const sw_rule *rule, const sw_event *event) {
    sw_err err = sw_oracle_gather(view, group);
    if (err) return err;
    if (!sw_oracle_holds(view, group, rule, event, rule->on.when)) return SW_OK;
    if (view->bend == SW_BEND_CHECK_ONCE_A_GROUP) {
        for (uint32_t i = 0; i < group->member_count; i++) {
            const sw_event *before = group->members[i];
            if (before == event) break;
            if (before->type == event->type) return SW_OK;
        }
    }
    /* "what would fire at t fires at t + settle" */
    int64_t settle_ms = view->bend == SW_BEND_CHECK_NEVER_SETTLES ? 0 : rule->settle_ms;
    int64_t fires_ms = event->time_ms + settle_ms;
    if (fires_ms > view->now_ms) {
        if (fires_ms < view->next_ms && fires_ms <= SW_TIME_LAST_MS) view->next_ms = fires_ms;
        return SW_OK;
    }
    /* "Warnings of the other kinds are `open` until a person closes them." */
    sw_warning warning = {
        .rule = rule,
        .level = rule->warn.level,
        .state = SW_STATE_OPEN,
        .start_ms = SW_TIME_NONE,
        .due_ms = SW_TIME_NONE,
        .fires_ms = fires_ms,
        .late_by_s = -1,
    };
    return sw_oracle_add(view, group, &warning, event, NULL);
}

/* Contract 3, Versions: "an event that fires [is judged by the version in whose interval] its own
 * time [lies]". */
sw_err sw_oracle_check(sw_view *view, const sw_rule_line *line) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < view->event_count; i++) {
        const sw_event *event = view->events[i];
        const sw_rule *rule = view->bend == SW_BEND_VERSION_NEWEST
                                  ? line->versions[0]
                                  : sw_rule_line_at(line, event->time_ms);
        if (!rule || rule->kind != SW_CHECK || rule->on.type != event->type) continue;
        sw_group *groups = NULL;
        err = sw_oracle_groups_of(view, line, rule, event, &groups);
        for (sw_group *group = groups; !err && group; group = group->next)
            err = fire(view, group, rule, event);
    }
    return err;
}
