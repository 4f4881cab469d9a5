/* condition.c - conditions over an event and the facts of its group. */
#include "view.h"

typedef struct reading {
    const sw_view *view;
    const sw_group *group;
    const sw_rule *rule;
    const sw_event *event;
    const sw_event *left, *right; /* of a pair; else NULL */
} reading;

static sw_value fact_at(const sw_view *view, const sw_group *group, const sw_rule *rule,
                        uint32_t fact, int64_t at_ms);

static sw_value text_value(sw_slice text) {
    if (text.len == 0) return (sw_value){.kind = SW_ABSENT};
    return (sw_value){.kind = SW_STRING, .s = text};
}

static sw_value time_value(int64_t ms) {
    if (ms == SW_TIME_NONE) return (sw_value){.kind = SW_ABSENT};
    int64_t seconds = sw_floor_div(ms, 1000);
    return (sw_value){.kind = SW_TIMESTAMP,
                      .t = {.seconds = seconds, .nanos = (int32_t)(ms - seconds * 1000) * 1000000}};
}

static sw_value attribute(const sw_event *event, uint32_t slot) {
    switch ((enum sw_event_slot)slot) {
    case SW_EVENT_ID:
        return text_value(event->id);
    case SW_EVENT_SOURCE:
        return text_value(event->source);
    case SW_EVENT_TYPE:
        return text_value(event->type->name);
    case SW_EVENT_SUBJECT:
        return text_value(event->subject);
    case SW_EVENT_TIME:
        return time_value(event->time_ms);
    case SW_EVENT_ORGCODE:
        return text_value(event->orgcode);
    case SW_EVENT_OFFICERID:
        return text_value(event->officerid);
    case SW_EVENT_RECORDEDTIME:
        return time_value(event->recorded_ms);
    case SW_EVENT_RECEIVEDTIME:
        return time_value(event->received_ms);
    }
    return (sw_value){.kind = SW_ABSENT};
}

static sw_value get(void *ctx, uint32_t root, uint32_t slot) {
    const reading *at = ctx;
    switch (root) {
    case SW_ROOT_EVENT:
        return attribute(at->event, slot);
    case SW_ROOT_DATA:
        SW_ASSERT(slot < at->event->type->field_count);
        return at->event->fields[slot];
    case SW_ROOT_FACTS:
        return fact_at(at->view, at->group, at->rule, slot, at->event->time_ms);
    case SW_ROOT_LEFT_EVENT:
        return attribute(at->left, slot);
    case SW_ROOT_LEFT_DATA:
        return at->left->fields[slot];
    case SW_ROOT_RIGHT_EVENT:
        return attribute(at->right, slot);
    case SW_ROOT_RIGHT_DATA:
        return at->right->fields[slot];
    default:
        return (sw_value){.kind = SW_ABSENT};
    }
}

static bool evaluate(const reading *at, const sw_cel *cel, sw_value *ret) {
    sw_cel_bind bind = {.ctx = (void *)(uintptr_t)at, .get = get};
    sw_err err = sw_cel_eval(cel, &bind, at->view->arena, SW_CEL_COST_MAX, ret, NULL);
    SW_ASSERT(err != SW_E_NOMEM); /* docs/semantics.md 34: no failure of the condition */
    return err == SW_OK;
}

/* Contract 3, Conditions: "A condition that fails at run time […] counts as false". */
static bool is_true(const reading *at, const sw_cel *when) {
    if (!when) return true;
    sw_value value;
    if (!evaluate(at, when, &value)) return at->view->bend == SW_BEND_FAILED_CONDITION_HOLDS;
    return value.kind == SW_BOOL && value.b;
}

/* Contract 3, Facts: "at time t (that of the event whose condition reads it, itself included) that
 * of the last event (by time, source, id) at or before t; absent before. One whose `value` fails is
 * skipped." */
static sw_value fact_at(const sw_view *view, const sw_group *group, const sw_rule *rule,
                        uint32_t fact, int64_t at_ms) {
    SW_ASSERT(fact < rule->fact_count);
    const sw_fact *named = &rule->facts[fact];
    for (uint32_t i = group->member_count; i-- > 0;) {
        const sw_event *event = group->members[i];
        if (event->time_ms > at_ms) continue;
        if (view->bend == SW_BEND_FACT_BEFORE_ITS_TIME && event->time_ms == at_ms) continue;
        reading at = {view, group, rule, event, NULL, NULL};
        sw_value value;
        for (uint32_t k = 0; k < named->from_count; k++) {
            bool last_first = view->bend == SW_BEND_FACT_LAST_SOURCE;
            const sw_fact_source *from = &named->from[last_first ? named->from_count - 1 - k : k];
            if (from->type == event->type && is_true(&at, from->when) &&
                evaluate(&at, from->value, &value))
                return value;
        }
    }
    return (sw_value){.kind = SW_ABSENT};
}

bool sw_oracle_holds(const sw_view *view, const sw_group *group, const sw_rule *rule,
                     const sw_event *event, const sw_cel *when) {
    reading at = {view, group, rule, event, NULL, NULL};
    return is_true(&at, when);
}

/* "`at` (the moment to count, if not the event's time)"; "All times are whole milliseconds, rounded
 * down"; "an `at` […] expression that fails is a condition that fails". */
bool sw_oracle_moment(const sw_view *view, const sw_group *group, const sw_rule *rule,
                      const sw_event *event, const sw_cel *at, int64_t *ret_ms) {
    if (!at) {
        *ret_ms = event->time_ms;
        return true;
    }
    reading here = {view, group, rule, event, NULL, NULL};
    sw_value value;
    if (!evaluate(&here, at, &value) || value.kind != SW_TIMESTAMP) return false;
    *ret_ms = value.t.seconds * 1000 + value.t.nanos / 1000000;
    return true;
}

bool sw_oracle_int(const sw_view *view, const sw_group *group, const sw_rule *rule,
                   const sw_event *event, const sw_cel *n, int64_t *ret) {
    reading here = {view, group, rule, event, NULL, NULL};
    sw_value value;
    if (!evaluate(&here, n, &value) || value.kind != SW_INT) return false;
    *ret = value.i;
    return true;
}

bool sw_oracle_on(const sw_view *view, const sw_group *group, const sw_rule *rule, const sw_on *on,
                  const sw_event *event, int64_t *ret_ms) {
    return on->type == event->type && sw_oracle_holds(view, group, rule, event, on->when) &&
           sw_oracle_moment(view, group, rule, event, on->at, ret_ms);
}

int32_t sw_oracle_entry(const sw_view *view, const sw_group *group, const sw_rule *rule,
                        const sw_event *event) {
    for (uint32_t i = 0; i < rule->on_count; i++)
        if (rule->ons[i].type == event->type &&
            sw_oracle_holds(view, group, rule, event, rule->ons[i].when))
            return (int32_t)i;
    return -1;
}

bool sw_oracle_where(const sw_view *view, const sw_group *group, const sw_rule *rule,
                     const sw_event *left, const sw_event *right) {
    const sw_event *later = sw_event_cmp(left, right) < 0 ? right : left;
    reading at = {view, group, rule, later, left, right};
    return is_true(&at, rule->where);
}
