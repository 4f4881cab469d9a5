/* threshold.c - threshold rules: how many of an event came within a window. */
#include "view.h"

/* A matching event of a group. */
typedef struct matching {
    const sw_event *event;
    uint32_t entry; /* of the rule's `on` */
    int64_t weight;
    bool counts; /* neither `once_per` nor `except` takes it out */
} matching;

typedef struct tally {
    sw_view *view;
    const sw_group *group;
    const sw_rule *rule;
    matching *all; /* in order */
    uint32_t count;
} tally;

static const sw_value *field(const sw_event *event, int32_t slot) {
    return &event->fields[slot];
}

static bool is_carried(const sw_value *value) {
    return value->kind != SW_ABSENT && value->kind != SW_NULL;
}

static bool carries(const sw_event *event, const sw_fields *fields, uint32_t entry) {
    for (uint32_t i = 0; i < fields->count; i++)
        if (!is_carried(field(event, fields->slots[entry * fields->count + i]))) return false;
    return true;
}

static bool same_fields(const matching *a, const matching *b, const sw_fields *fields) {
    for (uint32_t i = 0; i < fields->count; i++)
        if (!sw_oracle_same_value(field(a->event, fields->slots[a->entry * fields->count + i]),
                                  field(b->event, fields->slots[b->entry * fields->count + i])))
            return false;
    return true;
}

/* "of distinct values, if `distinct`; events without that field don't count"; docs/semantics.md:
 * a weight that fails or is negative is a condition that fails. */
static bool matches(const tally *t, const sw_event *event, matching *ret) {
    if (!sw_oracle_carries_all(t->group, event)) return false;
    int32_t entry = sw_oracle_entry(t->view, t->group, t->rule, event);
    if (entry < 0) return false;
    *ret = (matching){.event = event, .entry = (uint32_t)entry, .weight = 1, .counts = true};
    if (!carries(event, &t->rule->distinct, ret->entry)) return false;
    if (!t->rule->weights) return true;
    const sw_cel *weight = t->rule->weights[ret->entry];
    if (!sw_oracle_int(t->view, t->group, t->rule, event, weight, &ret->weight)) return false;
    if (ret->weight > SW_WEIGHT_MAX) ret->weight = SW_WEIGHT_MAX;
    return ret->weight >= 0;
}

/* `once_per`: one like it, counted or not, came at most so long before. */
static bool is_again(const tally *t, uint32_t at) {
    const matching *is = &t->all[at];
    const sw_fields *by = &t->rule->once;
    if (by->count == 0 || !carries(is->event, by, is->entry)) return false;
    if (t->view->bend == SW_BEND_ONCE_PER_FORGOTTEN) return false;
    for (uint32_t i = 0; i < at; i++) {
        const matching *was = &t->all[i];
        if (is->event->time_ms - was->event->time_ms > t->rule->once_ms) continue;
        if (carries(was->event, by, was->entry) && same_fields(was, is, by)) return true;
    }
    return false;
}

/* `except`: the group holds, at any time up to now, an event that takes it out. */
static bool is_excepted(const tally *t, uint32_t at) {
    const matching *is = &t->all[at];
    for (uint32_t i = 0; i < t->rule->except_count; i++) {
        const sw_except *except = &t->rule->excepts[i];
        const sw_value *value = field(is->event, except->by.slots[is->entry]);
        if (!is_carried(value)) continue;
        for (uint32_t m = 0; m < t->group->member_count; m++) {
            const sw_event *by = t->group->members[m];
            if (by->type != except->on.type) continue;
            if (t->view->bend == SW_BEND_EXCEPT_ONLY_LATER && sw_event_cmp(by, is->event) < 0)
                continue;
            if (sw_oracle_same_value(value, field(by, except->slot)) &&
                sw_oracle_holds(t->view, t->group, t->rule, by, except->on.when))
                return true;
        }
    }
    return false;
}

static sw_err list_matching(tally *t) {
    t->all = sw_arena_zero(t->view->arena, t->group->member_count + 1u, sizeof *t->all);
    if (!t->all) return SW_E_LIMIT;
    for (uint32_t i = 0; i < t->group->member_count; i++)
        if (matches(t, t->group->members[i], &t->all[t->count])) t->count++;
    for (uint32_t i = 0; i < t->count; i++)
        t->all[i].counts = !is_again(t, i) && !is_excepted(t, i);
    return SW_OK;
}

/* "with time in (t - within, t]", or in the same day, week, month, quarter, year. */
static bool is_in_window(const tally *t, int64_t earlier_ms, int64_t later_ms) {
    const sw_window *window = &t->rule->within;
    if (window->form == SW_WINDOW_LENGTH) {
        int64_t age_ms = later_ms - earlier_ms;
        bool closed = t->view->bend == SW_BEND_WINDOW_CLOSED;
        return closed ? age_ms <= window->ms : age_ms < window->ms;
    }
    return sw_oracle_within(t->rule, *window, earlier_ms, later_ms);
}

/* Does a later one in the window, up to `at`, have the same value? Then that one counts. */
static bool comes_again(const tally *t, uint32_t i, uint32_t at) {
    if (t->rule->distinct.count == 0 || t->view->bend == SW_BEND_DISTINCT_FORGOTTEN) return false;
    for (uint32_t k = i + 1; k <= at; k++)
        if (t->all[k].counts && same_fields(&t->all[i], &t->all[k], &t->rule->distinct))
            return true;
    return false;
}

/* "n = the number of matching events up to it in that order" */
static int64_t number_at(const tally *t, uint32_t at) {
    int64_t n = 0;
    for (uint32_t i = 0; i <= at; i++) {
        if (!t->all[i].counts || comes_again(t, i, at)) continue;
        if (is_in_window(t, t->all[i].event->time_ms, t->all[at].event->time_ms))
            n += t->view->bend == SW_BEND_WEIGHT_FORGOTTEN ? 1 : t->all[i].weight;
    }
    return n;
}

/* Of the windows before that of an event, one after the other, how many came in all of them. */
static int64_t in_baseline(const tally *t, uint32_t at) {
    const sw_rule *rule = t->rule;
    int64_t time_ms = t->all[at].event->time_ms, to_ms, from_ms, n = 0;
    if (rule->within.form == SW_WINDOW_LENGTH) {
        to_ms = time_ms - rule->within.ms; /* the window is (to, time] */
        from_ms = to_ms - rule->within.ms * rule->baseline;
    } else { /* the last moment of the period before, of the one before the first */
        to_ms = sw_oracle_period_start(rule, rule->within.period, time_ms) - 1;
        from_ms = to_ms;
        for (uint32_t i = 0; i < rule->baseline; i++)
            from_ms = sw_oracle_period_start(rule, rule->within.period, from_ms) - 1;
    }
    for (uint32_t i = 0; i < t->count; i++) {
        const sw_event *event = t->all[i].event;
        if (t->all[i].counts && event->time_ms > from_ms && event->time_ms <= to_ms)
            n += t->view->bend == SW_BEND_WEIGHT_FORGOTTEN ? 1 : t->all[i].weight;
    }
    return n;
}

/* Does a level hold at an event? */
static bool holds(const tally *t, uint32_t level, uint32_t at) {
    const sw_threshold_level *wanted = &t->rule->levels[level];
    int64_t n = number_at(t, at);
    if (t->rule->below) return n < wanted->count;
    if (n < wanted->count) return false;
    if (wanted->ratio == 0 || t->view->bend == SW_BEND_RATIO_FORGOTTEN) return true;
    int64_t baseline = in_baseline(t, at);
    return baseline > 0 && n * 100 * t->rule->baseline >= wanted->ratio * baseline;
}

/* `below`: "at the end of a period in which any came, fewer than so many did"; the first of them
 * opens the warning. */
static sw_err judge_below(tally *t, uint32_t at, const sw_event *event) {
    const sw_rule *rule = t->rule;
    uint32_t last = at;
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < t->count; i++) {
        if (!t->all[i].counts) continue;
        if (!sw_oracle_same_period(rule, rule->within.period, t->all[i].event->time_ms,
                                   event->time_ms))
            continue;
        if (i < at) return SW_OK; /* another one opens it */
        last = i;
    }
    int64_t end_ms = sw_oracle_period_end(rule, rule->within.period, event->time_ms);
    if (t->view->bend == SW_BEND_BELOW_AT_ONCE) end_ms = event->time_ms;
    for (uint32_t i = 0; !err && i < rule->level_count; i++)
        if (holds(t, i, last))
            err = sw_oracle_fire(t->view, t->group, rule, i, end_ms, event, NULL);
    return err;
}

/* "a level fires at an event where n reaches its count and at the matching event before it had
 * not." */
static sw_err judge(tally *t, const sw_event *event) {
    uint32_t at = 0, before = 0;
    while (at < t->count && t->all[at].event != event) at++;
    if (at == t->count || !t->all[at].counts) return SW_OK;
    if (t->rule->below) return judge_below(t, at, event);
    for (before = at; before > 0 && !t->all[before - 1].counts;) before--;
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < t->rule->level_count; i++) {
        bool held = before > 0 && holds(t, i, before - 1);
        if (t->view->bend == SW_BEND_THRESHOLD_EACH_TIME) held = false;
        if (!held && holds(t, i, at))
            err = sw_oracle_fire(t->view, t->group, t->rule, i, event->time_ms, event, NULL);
    }
    return err;
}

sw_err sw_oracle_threshold(sw_view *view, const sw_rule_line *line) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < view->event_count; i++) {
        const sw_event *event = view->events[i];
        const sw_rule *rule = sw_oracle_version(view, line, SW_THRESHOLD, event);
        if (!rule) continue;
        sw_group *groups = NULL;
        err = sw_oracle_groups_of(view, line, rule, event, &groups);
        for (sw_group *group = groups; !err && group; group = group->next) {
            tally t = {.view = view, .group = group, .rule = rule};
            err = sw_oracle_gather(view, group);
            if (!err) err = list_matching(&t);
            if (!err) err = judge(&t, event);
        }
    }
    return err;
}
