#include "coverage.h"

#include <stdio.h>

static const char *const features[] = {
    "warnings of deadlines",
    "warnings of checks",
    "warnings of thresholds",
    "warnings of sequences",
    "warnings of matches",
    "settle",
    "two `on`",
    "on: facts read",
    "window: length",
    "window: calendar",
    "window: ever",
    "threshold: distinct",
    "threshold: distinct of two",
    "threshold: distinct and weight",
    "threshold: once_per",
    "threshold: except",
    "threshold: weight",
    "threshold: below",
    "threshold: ratio",
    "threshold: ratio of a calendar's windows",
    "threshold: facts",
    "sequence: requires",
    "sequence: forbids",
    "sequence: two entries",
    "sequence: or_same",
    "match: where",
    "match: where reads facts",
    "match: max_pairs",
    "match: both sides of one type",
    "key of 1 field",
    "key of 2 fields",
    "key of 3 fields",
    "rule with 2 versions",
    "rule of an old version",
    "facts",
    "start `at`",
    "two starts",
    "limit list",
    "limit by expression",
    "limit exact",
    "limit in days",
    "limit in working days",
    "limit in months",
    "limit end-of",
    "limit until",
    "limit to the end of a period",
    "count list",
    "begin next-hour",
    "begin next-day",
    "end of day",
    "month_end last",
    "rollover workday",
    "rollover workday-before",
    "lead",
    "extend by",
    "extend to",
    "extend max",
    "extend by expression",
    "pause",
    "two pauses",
    "restart",
    "cancel",
    "caution",
    "level at caution",
    "level at percent",
    "level before due",
    "level after due",
    "level after start",
    "level months after start",
    "repeat",
    "level that may be skipped",
    "liberty",
    "zone with daylight saving",
    "provisional",
    "resolved",
    "late",
    "no owner's unit",
    "raised",
    "raised again",
    "resolved when raised",
    "withdrawn: retracted",
    "withdrawn: corrected",
    "withdrawn: cancelled",
    "withdrawn: restarted",
    "withdrawn: extended",
    "withdrawn: paused",
    "withdrawn: stop",
    "withdrawn: late-event",
    "replaced",
    "duplicate",
    "conflict",
    "retraction",
    "correction",
    "correction before its target",
    "correction of a correction",
    "two corrections of one",
    "event of the future",
    "late event",
    "equal times",
    "missing trailing key",
    "array of keys",
    "first key by array",
    "absurd time",
    "absurd number",
};

void coverage_init(coverage *met) {
    *met = (coverage){.count = SW_COUNT(features)};
    SW_ASSERT(SW_COUNT(features) <= COVERAGE_MAX);
    for (size_t i = 0; i < SW_COUNT(features); i++) met->all[i].name = features[i];
}

static void meet(coverage *met, const char *name, bool is) {
    if (!is) return;
    for (uint32_t i = 0; i < met->count; i++) {
        if (strcmp(met->all[i].name, name) != 0) continue;
        met->all[i].count++;
        return;
    }
    SW_ASSERT(met->count == 0); /* a feature without a place in the list */
}

static bool any_at(const sw_on *list, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (list[i].at) return true;
    return false;
}

static void meet_limit(coverage *met, const sw_rule *rule) {
    static const char *const units[] = {[SW_UNIT_EXACT] = "limit exact",
                                        [SW_UNIT_DAYS] = "limit in days",
                                        [SW_UNIT_WORKDAYS] = "limit in working days",
                                        [SW_UNIT_MONTHS] = "limit in months",
                                        [SW_UNIT_END_OF] = "limit end-of",
                                        [SW_UNIT_UNTIL] = "limit until"};
    meet(met, "limit list", rule->limit_count > 1);
    for (uint32_t i = 0; i < rule->limit_count; i++) {
        meet(met, units[rule->limits[i].span.unit], true);
        meet(met, "limit to the end of a period", rule->limits[i].span.to_end);
        meet(met, "limit by expression", rule->limits[i].n != NULL);
    }
}

static void meet_count(coverage *met, const sw_rule *rule) {
    meet(met, "count list", rule->count_count > 1);
    for (uint32_t i = 0; i < rule->count_count; i++) {
        const sw_count *count = &rule->counts[i].count;
        meet(met, "begin next-hour", count->begin == SW_BEGIN_NEXT_HOUR);
        meet(met, "begin next-day", count->begin == SW_BEGIN_NEXT_DAY);
        meet(met, "end of day", count->end_of_day);
        meet(met, "month_end last", count->month_end_last);
        meet(met, "rollover workday", count->rollover == SW_ROLL_WORKDAY);
        meet(met, "rollover workday-before", count->rollover == SW_ROLL_WORKDAY_BEFORE);
        meet(met, "lead", count->lead.n != 0);
    }
}

static void meet_clauses(coverage *met, const sw_rule *rule) {
    meet(met, "start `at`", any_at(rule->starts, rule->start_count));
    meet(met, "two starts", rule->start_count > 1);
    for (uint32_t i = 0; i < rule->extend_count; i++) {
        meet(met, rule->extends[i].to ? "extend to" : "extend by", true);
        meet(met, "extend max", rule->extends[i].max > 0);
        meet(met, "extend by expression", rule->extends[i].amount.n != NULL);
    }
    meet(met, "pause", rule->pause_count > 0);
    meet(met, "two pauses", rule->pause_count > 1);
    meet(met, "restart", rule->restart_count > 0);
    meet(met, "cancel", rule->cancel_count > 0);
    meet(met, "caution", rule->caution != NULL);
    meet(met, "liberty", rule->liberty);
}

static void meet_level(coverage *met, const sw_warning *warning) {
    const sw_moment *at = &warning->rule->warns[warning->warn].at;
    meet(met, "level at caution", at->anchor == SW_AT_CAUTION);
    meet(met, "level at percent", at->anchor == SW_AT_PERCENT);
    meet(met, "level before due", at->anchor == SW_AT_DUE && at->offset_ms < 0);
    meet(met, "level after due", at->anchor == SW_AT_DUE && at->offset_ms > 0);
    meet(met, "level after start", at->anchor == SW_AT_START && at->offset_ms > 0);
    meet(met, "level months after start", at->offset_months > 0);
    meet(met, "repeat", warning->repeat > 0);
    meet(met, "level that may be skipped", at->skip_past);
}

static void meet_window(coverage *met, const sw_window *window) {
    meet(met, "window: length", window->form == SW_WINDOW_LENGTH);
    meet(met, "window: calendar", window->form == SW_WINDOW_CALENDAR);
    meet(met, "window: ever", window->form == SW_WINDOW_NONE);
}

static void meet_threshold(coverage *met, const sw_rule *rule) {
    meet_window(met, &rule->within);
    meet(met, "threshold: distinct", rule->distinct.count == 1);
    meet(met, "threshold: distinct of two", rule->distinct.count > 1);
    meet(met, "threshold: distinct and weight", rule->distinct.count && rule->weights);
    meet(met, "threshold: once_per", rule->once.count > 0);
    meet(met, "threshold: except", rule->except_count > 0);
    meet(met, "threshold: weight", rule->weights != NULL);
    meet(met, "threshold: below", rule->below);
    meet(met, "threshold: ratio", rule->baseline > 0);
    meet(met, "threshold: ratio of a calendar's windows",
         rule->baseline > 0 && rule->within.form == SW_WINDOW_CALENDAR);
    meet(met, "threshold: facts", rule->fact_count > 0);
}

static void meet_other(coverage *met, const sw_rule *rule) {
    meet(met, "settle", rule->settle_ms > 0);
    meet(met, "two `on`", rule->on_count > 1);
    for (uint32_t i = 0; i < rule->on_count; i++)
        meet(met, "on: facts read",
             rule->ons[i].when && sw_cel_reads(rule->ons[i].when, SW_ROOT_FACTS));
    if (rule->kind == SW_THRESHOLD) meet_threshold(met, rule);
    if (rule->kind == SW_SEQUENCE) {
        meet(met, rule->forbids ? "sequence: forbids" : "sequence: requires", true);
        meet(met, "sequence: two entries", rule->before_count > 1);
        meet(met, "sequence: or_same", rule->befores[0].or_same);
        meet_window(met, &rule->befores[0].within);
    }
    if (rule->kind == SW_MATCH) {
        meet_window(met, &rule->within);
        meet(met, "match: where", rule->where != NULL);
        meet(met, "match: where reads facts",
             rule->where && sw_cel_reads(rule->where, SW_ROOT_FACTS));
        meet(met, "match: max_pairs", rule->max_pairs < 10);
        meet(met, "match: both sides of one type", rule->left.type == rule->right.type);
    }
}

static void meet_warning(coverage *met, const sw_warning *warning) {
    const sw_rule *rule = warning->rule;
    bool deadline = rule->kind == SW_DEADLINE;
    static const char *const kinds[] = {[SW_DEADLINE] = "warnings of deadlines",
                                        [SW_CHECK] = "warnings of checks",
                                        [SW_THRESHOLD] = "warnings of thresholds",
                                        [SW_SEQUENCE] = "warnings of sequences",
                                        [SW_MATCH] = "warnings of matches"};
    meet(met, kinds[rule->kind], true);
    meet(met, "key of 1 field", rule->key_count == 1);
    meet(met, "key of 2 fields", rule->key_count == 2);
    meet(met, "key of 3 fields", rule->key_count == 3);
    meet(met, "facts", rule->fact_count > 0);
    meet(met, "no owner's unit", warning->orgcode.len == 0);
    sw_slice zone = sw_zone_name(rule->pack->zone);
    meet(met, "zone with daylight saving", !sw_slice_is(zone, "Asia/Shanghai"));
    if (!deadline) {
        meet_other(met, rule);
        return;
    }
    meet_limit(met, rule);
    meet_count(met, rule);
    meet_clauses(met, rule);
    meet_level(met, warning);
    meet(met, "provisional", warning->provisional);
    meet(met, "resolved", warning->state == SW_STATE_RESOLVED);
    meet(met, "late", warning->late_by_s >= 0);
}

void coverage_set(coverage *met, const sw_found *set, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        meet_warning(met, &set[i].warning);
        meet(met, "rule of an old version", set[i].warning.rule->until_ms != SW_TIME_MAX);
        meet(met, "rule with 2 versions", set[i].warning.rule->from_ms > SW_TIME_FIRST_MS);
    }
}

static void meet_told(coverage *met, const sw_transition *told, uint32_t count, uint32_t at) {
    const sw_transition *one = &told[at];
    if (one->change == SW_WITHDRAWN) {
        char name[64];
        snprintf(name, sizeof name, "withdrawn: %s", one->reason);
        meet(met, name, true);
        meet(met, "replaced", one->replaced_by != NULL);
    }
    if (one->change != SW_RAISED) return;
    meet(met, "raised", true);
    for (uint32_t i = 0; i < at; i++) {
        if (!sw_hash128_eq(told[i].warning->id, one->warning->id)) continue;
        meet(met, "raised again", true);
        break;
    }
    meet(met, "resolved when raised",
         at + 1 < count && told[at + 1].change == SW_RESOLVED && told[at + 1].at_ms == one->at_ms &&
             sw_hash128_eq(told[at + 1].warning->id, one->warning->id));
}

void coverage_told(coverage *met, const sw_transition *told, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) meet_told(met, told, count, i);
}

static void meet_pair(coverage *met, const sw_event *a, const sw_event *b) {
    bool same_id = sw_hash128_eq(a->identity, b->identity);
    bool same_content = sw_hash128_eq(a->content, b->content);
    meet(met, "duplicate", same_id && same_content);
    meet(met, "conflict", same_id && !same_content);
    meet(met, "equal times", !same_id && a->time_ms == b->time_ms);
    if (!a->correction) return;
    if (sw_hash128_eq(a->correction->identity, b->identity)) {
        meet(met, "correction before its target",
             !b->correction && a->received_ms < b->received_ms);
        meet(met, "correction of a correction", b->correction != NULL);
    }
    meet(met, "two corrections of one",
         b->correction && !same_id &&
             sw_hash128_eq(a->correction->identity, b->correction->identity));
}

static void meet_event(coverage *met, const sw_oracle_case *given, const sw_event *event) {
    if (event->correction) {
        meet(met, event->correction->replacement ? "correction" : "retraction", true);
        return;
    }
    meet(met, "event of the future",
         event->received_ms != SW_TIME_NONE && event->received_ms < event->time_ms);
    meet(met, "late event", event->received_ms > event->time_ms);
    const sw_catalogue *catalogue = sw_ruleset_catalogue(given->set);
    uint32_t a, b;
    bool known = sw_catalogue_key_find(catalogue, SW_S("a"), &a) &&
                 sw_catalogue_key_find(catalogue, SW_S("b"), &b);
    SW_ASSERT(known);
    meet(met, "missing trailing key", !sw_event_carries_key(event, b));
    int32_t as = sw_event_type_field(event->type, SW_S("as"));
    int32_t bs = sw_event_type_field(event->type, SW_S("bs"));
    meet(met, "first key by array", as >= 0 && event->fields[as].kind == SW_LIST);
    meet(met, "array of keys", bs >= 0 && event->fields[bs].kind == SW_LIST);
    int32_t at = sw_event_type_field(event->type, SW_S("at"));
    int32_t n = sw_event_type_field(event->type, SW_S("n"));
    const sw_value *time = &event->fields[at], *number = &event->fields[n];
    meet(met, "absurd time",
         time->kind == SW_TIMESTAMP && (time->t.seconds < 0 || time->t.seconds > 250000000000));
    meet(met, "absurd number", number->kind == SW_INT && (number->i > 99998 || number->i < -99998));
}

void coverage_events(coverage *met, const sw_oracle_case *given) {
    for (uint32_t i = 0; i < given->event_count; i++) {
        meet_event(met, given, given->events[i]);
        for (uint32_t k = 0; k < given->event_count; k++)
            if (k != i) meet_pair(met, given->events[i], given->events[k]);
    }
}

bool coverage_print(const coverage *met) {
    bool all = true;
    for (uint32_t i = 0; i < met->count; i++) {
        printf("  %12llu  %s%s\n", (unsigned long long)met->all[i].count, met->all[i].name,
               met->all[i].count ? "" : "   <- never met");
        all = all && met->all[i].count > 0;
    }
    return all;
}
