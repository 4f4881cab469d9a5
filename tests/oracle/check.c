/* check.c - check rules: "fires once for each event whose condition holds". */
#include "view.h"

const sw_rule *sw_oracle_version(const sw_view *view, const sw_rule_line *line, sw_kind kind,
                                 const sw_event *event) {
    const sw_rule *rule = view->bend == SW_BEND_VERSION_NEWEST
                              ? line->versions[0]
                              : sw_rule_line_at(line, event->time_ms);
    return rule && rule->kind == kind ? rule : NULL;
}

static sw_err judge(sw_view *view, sw_group *group, const sw_rule *rule, const sw_event *event) {
    sw_err err = sw_oracle_gather(view, group);
    if (err) return err;
    if (sw_oracle_entry(view, group, rule, event) < 0) return SW_OK;
    if (view->bend == SW_BEND_CHECK_ONCE_A_GROUP) {
        for (uint32_t i = 0; i < group->member_count; i++) {
            const sw_event *before = group->members[i];
            if (before == event) break;
            if (before->type == event->type) return SW_OK;
        }
    }
    return sw_oracle_fire(view, group, rule, 0, event->time_ms, event, NULL);
}

static bool named(const sw_rule *rule, const sw_event *event) {
    for (uint32_t i = 0; i < rule->on_count; i++)
        if (rule->ons[i].type == event->type) return true;
    return false;
}

/* Contract 3, Versions: "an event that fires [is judged by the version in whose interval] its own
 * time [lies]". */
sw_err sw_oracle_check(sw_view *view, const sw_rule_line *line) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < view->event_count; i++) {
        const sw_event *event = view->events[i];
        const sw_rule *rule = sw_oracle_version(view, line, SW_CHECK, event);
        if (!rule || !named(rule, event)) continue;
        sw_group *groups = NULL;
        err = sw_oracle_groups_of(view, line, rule, event, &groups);
        for (sw_group *group = groups; !err && group; group = group->next)
            err = judge(view, group, rule, event);
    }
    return err;
}
