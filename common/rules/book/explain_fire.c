#include "rules/book/explain_fire.h"

#include "rules/book/fire.h"

#define EVENTS_SHOWN   50u
#define PARTNERS_SHOWN 10u

/* The group's tally; NULL: it has none. */
static sw_err find_tally(sw_ledger *l, const sw_rule *rule, const sw_group *group, sw_tally **ret) {
    sw_err err = sw_fire_ready(l->own, 0, l->arena);
    if (!err) *ret = sw_tally_find(l->own, rule, group, l->arena, &err);
    return err;
}

/* Where an event stands in a lane, or UINT32_MAX. */
static uint32_t find_item(const sw_lane *lane, const sw_view *view) {
    uint32_t at = sw_lane_find(lane, view->time_ms, false);
    for (; at < lane->count && lane->items[at].time_ms == view->time_ms; at++)
        if (lane->items[at].rec == view->at) return at;
    return UINT32_MAX;
}

static sw_scope scope_of(const sw_ledger *l, const sw_rule *rule, const sw_view *view,
                         const sw_group *group) {
    return sw_scope_of(l->book, l->arena, NULL, rule, view, group);
}

static void write_window(sw_ledger *l, sw_window window) {
    static const char *const periods[] = {"day", "week", "month", "quarter", "year"};
    if (window.form == SW_WINDOW_LENGTH)
        sw_ledger_span(l, "within", (sw_span){.unit = SW_UNIT_EXACT, .n = window.ms});
    else
        sw_ledger_text(l, "within",
                       window.form == SW_WINDOW_NONE ? SW_S("ever")
                                                     : sw_slice_cstr(periods[window.period]));
}

/* --- thresholds --------------------------------------------------------------------------- */

/* Does a later one up to `at` stand for this one, having its value? */
static bool is_replaced(const sw_tally *tally, uint32_t i, uint32_t at) {
    const sw_lane *lane = &tally->lanes[0];
    if (tally->rule->distinct.count == 0) return false;
    for (uint32_t k = i + 1; k <= at; k++)
        if (lane->items[k].counts && lane->marks[k].value == lane->marks[i].value) return true;
    return false;
}

/* The events in the window of one, the last ones if they are many. */
static void write_counted(sw_ledger *l, const sw_tally *tally, uint32_t lo, uint32_t at) {
    const sw_lane *lane = &tally->lanes[0];
    uint32_t shown = 0, first = at + 1, more = 0;
    for (uint32_t i = at + 1; i-- > lo;) {
        if (!lane->items[i].counts || is_replaced(tally, i, at)) continue;
        if (shown == EVENTS_SHOWN) {
            more = i - lo + 1; /* at most: some of them may not count */
            break;
        }
        first = i;
        shown++;
    }
    sw_ledger_name(l, "events");
    sw_ledger_open(l, '[');
    for (uint32_t i = first; i <= at; i++) {
        if (!lane->items[i].counts || is_replaced(tally, i, at)) continue;
        sw_ledger_open(l, '{');
        sw_ledger_event(l, "event", lane->items[i].rec);
        if (tally->rule->weights) sw_ledger_int(l, "weight", lane->items[i].weight);
        sw_ledger_close(l, '}');
    }
    sw_ledger_close(l, ']');
    if (more) sw_ledger_int(l, "not_shown", more);
}

void sw_explain_number(sw_ledger *l, const sw_rule *rule, uint32_t index) {
    const sw_threshold_level *level = &rule->levels[index];
    sw_ledger_int(l, rule->below ? "below" : "count", level->count);
    if (level->ratio) sw_ledger_int(l, "ratio_percent", level->ratio);
}

/* What the number is compared with. */
static void write_baseline(sw_ledger *l, const sw_tally *tally, uint32_t at, int64_t n) {
    const sw_rule *rule = tally->rule;
    int64_t from_ms, sum;
    if (!rule->baseline) return;
    sum = sw_tally_baseline(tally, at, &from_ms);
    if (rule->within.form == SW_WINDOW_LENGTH) from_ms--; /* what is exactly so old is out */
    sw_ledger_name(l, "baseline");
    sw_ledger_open(l, '{');
    sw_ledger_int(l, "windows", rule->baseline);
    sw_ledger_time(l, "from", from_ms);
    sw_ledger_int(l, "n", sum);
    if (sum) sw_ledger_int(l, "ratio_percent", n * rule->baseline * 100 / sum);
    sw_ledger_close(l, '}');
}

/* The last that counts in the period of an item. */
static uint32_t last_of_period(const sw_tally *tally, uint32_t at) {
    const sw_rule *rule = tally->rule;
    const sw_lane *lane = &tally->lanes[0];
    const int64_t end_ms =
        sw_period_end(rule->pack->zone, rule->within.period, lane->items[at].time_ms);
    uint32_t end = sw_lane_find(lane, end_ms, false);
    while (end > at + 1 && !lane->items[end - 1].counts) end--;
    return end - 1;
}

static sw_err write_number(sw_ledger *l, sw_tally *tally, uint32_t at) {
    int64_t n, from_ms;
    uint32_t lo;
    sw_err err = sw_tally_number(l->own, tally, at, &n, &lo);
    if (err) return err;
    int64_t time_ms = tally->lanes[0].items[at].time_ms;
    from_ms = sw_window_from(tally->rule, tally->rule->within, time_ms, true);
    sw_ledger_name(l, "counted");
    sw_ledger_open(l, '{');
    sw_ledger_int(l, "n", n);
    write_window(l, tally->rule->within);
    sw_ledger_time(l, "from", from_ms);
    write_baseline(l, tally, at, n);
    write_counted(l, tally, lo, at);
    sw_ledger_close(l, '}');
    return SW_OK;
}

static sw_err write_threshold(sw_ledger *l, const sw_rule *rule, const sw_view *view,
                              const sw_group *group) {
    sw_tally *tally = NULL;
    sw_err err = find_tally(l, rule, group, &tally);
    if (err) return err;
    uint32_t at = tally ? find_item(&tally->lanes[0], view) : UINT32_MAX;
    SW_ASSERT(at != UINT32_MAX); /* it fired */
    if (rule->below) at = last_of_period(tally, at);
    return write_number(l, tally, at);
}

/* --- sequences ---------------------------------------------------------------------------- */

/* The last event that came before by an entry; 0: none. */
static uint32_t last_before(const sw_tally *tally, uint32_t entry, const sw_view *view) {
    const sw_before *before = &tally->rule->befores[entry];
    const sw_lane *lane = &tally->lanes[1 + entry];
    int64_t from_ms = sw_window_from(tally->rule, before->within, view->time_ms, true);
    for (uint32_t i = sw_lane_find(lane, view->time_ms, before->or_same); i-- > 0;) {
        if (lane->items[i].time_ms < from_ms) break;
        if (lane->items[i].rec != view->at) return lane->items[i].rec;
    }
    return 0;
}

static sw_err write_befores(sw_ledger *l, const sw_rule *rule, const sw_view *view,
                            const sw_group *group) {
    sw_tally *tally = NULL;
    sw_err err = find_tally(l, rule, group, &tally);
    if (err) return err;
    sw_ledger_name(l, rule->forbids ? "forbids" : "requires");
    sw_ledger_open(l, '[');
    for (uint32_t i = 0; i < rule->before_count; i++) {
        const sw_before *before = &rule->befores[i];
        uint32_t rec = tally ? last_before(tally, i, view) : 0;
        sw_ledger_open(l, '{');
        sw_ledger_text(l, "on", before->on.type->name);
        if (before->on.when) sw_ledger_text(l, "when", sw_cel_text(before->on.when));
        write_window(l, before->within);
        sw_ledger_bool(l, "came", rec != 0);
        if (rec) sw_ledger_event(l, "event", rec);
        sw_ledger_close(l, '}');
    }
    sw_ledger_close(l, ']');
    return SW_OK;
}

/* --- matches ------------------------------------------------------------------------------ */

static sw_err write_where(sw_ledger *l, const sw_rule *rule, const sw_group *group, uint32_t left,
                          uint32_t right) {
    sw_view a, b;
    if (!rule->where) return SW_OK;
    sw_book_read(l->book, left, &a);
    sw_book_read(l->book, right, &b);
    sw_scope scope = scope_of(l, rule, sw_view_cmp(&a, &b) < 0 ? &b : &a, group);
    scope.left = &a;
    scope.right = &b;
    sw_ledger_condition(l, "where", rule->where, &scope);
    return scope.err;
}

/* The right ones that are near enough to a left one. */
static sw_err write_partners(sw_ledger *l, const sw_unopened *item, const sw_tally *tally,
                             uint32_t *ret_count) {
    const sw_rule *rule = tally->rule;
    const sw_lane *rights = &tally->lanes[1];
    uint32_t count = 0;
    sw_err err = SW_OK;
    sw_ledger_name(l, "partners");
    sw_ledger_open(l, '[');
    for (uint32_t i = 0; i < rights->count && !err; i++) {
        const sw_item *right = &rights->items[i];
        if (right->rec == item->view.at) continue;
        bool after = right->time_ms > item->view.time_ms;
        int64_t later_ms = after ? right->time_ms : item->view.time_ms;
        int64_t earlier_ms = after ? item->view.time_ms : right->time_ms;
        if (earlier_ms < sw_window_from(rule, rule->within, later_ms, true)) continue;
        if (count++ >= PARTNERS_SHOWN) continue;
        sw_ledger_open(l, '{');
        sw_ledger_event(l, "right", right->rec);
        err = write_where(l, rule, &item->group, item->view.at, right->rec);
        sw_ledger_close(l, '}');
    }
    sw_ledger_close(l, ']');
    *ret_count = count;
    return err;
}

/* --- what fired --------------------------------------------------------------------------- */

static sw_err write_condition(sw_ledger *l, const sw_rule *rule, const sw_view *view,
                              const sw_group *group) {
    sw_scope scope = scope_of(l, rule, view, group);
    const sw_touch *touch =
        sw_plan_touch(l->book->plan, view->type, sw_plan_strand_of(l->book->plan, rule));
    int32_t entry = sw_fire_entry(&scope, touch);
    if (entry >= 0) sw_ledger_condition(l, "when", rule->ons[entry].when, &scope);
    return scope.err;
}

sw_err sw_explain_fired(sw_ledger *l, const sw_run *run, const sw_group *group) {
    const sw_rule *rule = sw_run_rule(l->book, run);
    sw_view view;
    sw_book_read(l->book, run->rec, &view);
    if (rule->kind == SW_MATCH) {
        sw_ledger_event(l, "left", run->rec);
        sw_ledger_event(l, "right", run->stop_rec);
        return write_where(l, rule, group, run->rec, run->stop_rec);
    }
    sw_ledger_event(l, "event", run->rec);
    sw_err err = write_condition(l, rule, &view, group);
    if (!err && rule->kind == SW_THRESHOLD) err = write_threshold(l, rule, &view, group);
    if (!err && rule->kind == SW_SEQUENCE) err = write_befores(l, rule, &view, group);
    return err;
}

sw_err sw_explain_failed(sw_ledger *l, const sw_run *run, const sw_group *group) {
    const sw_rule *rule = sw_run_rule(l->book, run);
    sw_view view;
    sw_book_read(l->book, run->rec, &view);
    sw_scope scope = scope_of(l, rule, &view, group);
    sw_ledger_name(l, "failed");
    sw_ledger_open(l, '[');
    for (uint32_t i = 0; i < rule->on_count && !scope.err; i++) {
        sw_value value;
        sw_cel_failure why;
        const sw_on *on = &rule->ons[i];
        if (on->type->index != view.type || !on->when) continue;
        if (sw_scope_try(&scope, on->when, &value, &why) || scope.err) continue;
        sw_ledger_open(l, '{');
        sw_ledger_event(l, "event", run->rec);
        sw_ledger_text(l, "condition", sw_cel_text(on->when));
        sw_ledger_text(l, "part", why.part);
        sw_ledger_text(l, "code", sw_slice_cstr(sw_err_name(why.code)));
        sw_ledger_text(l, "message", why.message);
        sw_ledger_close(l, '}');
    }
    sw_ledger_close(l, ']');
    return scope.err;
}

/* --- what did not fire -------------------------------------------------------------------- */

static void open_reason(sw_ledger *l, const char *code, const char *words) {
    sw_ledger_open(l, '{');
    sw_ledger_text(l, "code", sw_slice_cstr(code));
    sw_ledger_text(l, "words", sw_slice_cstr(words));
}

static void write_wanted(sw_ledger *l, const sw_rule *rule) {
    sw_ledger_name(l, "wanted");
    sw_ledger_open(l, '[');
    for (uint32_t i = 0; i < rule->level_count; i++) {
        sw_ledger_open(l, '{');
        sw_ledger_text(l, "level", sw_slice_cstr(sw_level_name(rule->levels[i].warn.level)));
        sw_explain_number(l, rule, i);
        sw_ledger_close(l, '}');
    }
    sw_ledger_close(l, ']');
}

/* The event that takes another out of the count; 0: none. */
static uint32_t taken_out_by(const sw_tally *tally, uint32_t at, bool *ret_again) {
    const sw_lane *lane = &tally->lanes[0];
    uint64_t like = lane->marks[at].like;
    *ret_again = true;
    for (uint32_t i = at; like && i-- > 0;) {
        if (lane->items[at].time_ms - lane->items[i].time_ms > tally->rule->once_ms) break;
        if (lane->marks[i].like == like) return lane->items[i].rec;
    }
    *ret_again = false;
    for (uint32_t i = 0; tally->rule->except_count && i < tally->lanes[1].count; i++)
        if (tally->lanes[1].marks[i].value == lane->marks[at].except)
            return tally->lanes[1].items[i].rec;
    return 0;
}

/* Why an event that counts fires nothing; `holds`: the levels that hold at it. */
static void open_unreached(sw_ledger *l, const sw_rule *rule, int64_t n, uint8_t holds) {
    int64_t lowest = rule->levels[0].count;
    for (uint32_t i = 1; i < rule->level_count; i++)
        if (rule->levels[i].count < lowest) lowest = rule->levels[i].count;
    if (rule->below && holds)
        open_reason(l, "opened-by-another", "another event of the period opens its warning");
    else if (rule->below)
        open_reason(l, "count-met", "enough came within the period");
    else if (holds)
        open_reason(l, "count-reached-before", "the level was reached at the event before it");
    else if (n < lowest)
        open_reason(l, "count-not-reached", "too few came within the window");
    else
        open_reason(l, "ratio-not-reached", "no more than usual, by the windows before");
}

static sw_err unfired_threshold(sw_ledger *l, const sw_unopened *item, sw_tally *tally) {
    const sw_rule *rule = tally ? tally->rule : NULL;
    uint32_t at = tally ? find_item(&tally->lanes[0], &item->view) : UINT32_MAX, lo;
    int64_t n;
    uint8_t holds;
    if (at == UINT32_MAX) {
        open_reason(l, "does-not-count",
                    "it carries no value of a field in 'distinct', or has no 'weight'");
        return SW_OK;
    }
    if (!tally->lanes[0].items[at].counts) {
        bool again;
        uint32_t by = taken_out_by(tally, at, &again);
        open_reason(l, again ? "repeats" : "excepted",
                    again ? "one like it came so shortly before ('once_per')"
                          : "another event takes it out of the count ('except')");
        if (by) sw_ledger_event(l, "by", by);
        return SW_OK;
    }
    if (rule->below) at = last_of_period(tally, at);
    sw_err err = sw_tally_number(l->own, tally, at, &n, &lo);
    if (!err) err = sw_tally_levels(l->own, tally, at, &holds);
    if (err) return err;
    open_unreached(l, rule, n, holds);
    write_wanted(l, rule);
    return write_number(l, tally, at);
}

static sw_err unfired_match(sw_ledger *l, const sw_unopened *item, const sw_tally *tally) {
    uint32_t count = 0;
    open_reason(l, "no-pair", "no event that fits lies near enough, or 'where' holds for none");
    if (!tally) return SW_OK;
    sw_err err = write_partners(l, item, tally, &count);
    if (!err) sw_ledger_int(l, "partner_count", count);
    if (!err && tally->pairs > tally->rule->max_pairs) {
        sw_ledger_int(l, "pairs", (int64_t)tally->pairs);
        sw_ledger_int(l, "max_pairs", tally->rule->max_pairs);
    }
    return err;
}

void sw_explain_unfired(sw_ledger *l, const sw_unopened *item, const sw_use *use) {
    const sw_rule *rule = use->rule;
    sw_tally *tally = NULL;
    sw_err err = sw_rule_tallies(rule) ? find_tally(l, rule, &item->group, &tally) : SW_OK;
    if (!err && rule->kind == SW_THRESHOLD) {
        err = unfired_threshold(l, item, tally);
    } else if (!err && rule->kind == SW_SEQUENCE) {
        open_reason(l, rule->forbids ? "nothing-came-before" : "came-before",
                    rule->forbids ? "nothing that is forbidden came before it"
                                  : "what the rule requires came before it");
        err = write_befores(l, rule, &item->view, &item->group);
    } else if (!err && rule->kind == SW_MATCH) {
        err = unfired_match(l, item, tally);
    } else {
        open_reason(l, "other-entry", "it is taken by another entry");
    }
    sw_ledger_close(l, '}');
    if (err) l->err = err;
}
