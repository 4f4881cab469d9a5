/* What an event is to a rule, and which events of a group fire. */
#include "rules/book/fire.h"

bool sw_fire_is_version(const sw_fire *f, int64_t ms) {
    return sw_rule_line_at(f->strand->line, ms) == f->rule;
}

/* --- what an event is to a rule ----------------------------------------------------------- */

int32_t sw_fire_entry(sw_scope *scope, const sw_touch *touch) {
    for (uint32_t i = 0; i < touch->use_count; i++) {
        const sw_use *use = &touch->uses[i];
        if (use->rule != scope->rule || use->part != SW_PART_ON) continue;
        if (sw_scope_holds(scope, scope->rule->ons[use->entry].when)) return (int32_t)use->entry;
        if (scope->err) break;
    }
    return -1;
}

/* A value in bytes that tell it from all others. */
static bool put_value(sw_scope *scope, uint32_t slot, uint64_t *hash) {
    uint64_t parts[4] = {*hash};
    sw_value value;
    sw_err err = sw_view_field(scope->view, slot, sw_book_value(scope->book), scope->arena, &value);
    if (err) scope->err = err;
    if (err || value.kind == SW_ABSENT || value.kind == SW_NULL) return false;
    parts[1] = value.kind;
    switch (value.kind) {
    case SW_STRING:
        parts[2] = sw_hash64(value.s);
        break;
    case SW_DOUBLE:
        value.d += 0.0; /* -0.0 is 0.0 */
        memcpy(&parts[2], &value.d, sizeof value.d);
        break;
    case SW_TIMESTAMP:
        parts[2] = (uint64_t)value.t.seconds;
        parts[3] = (uint64_t)value.t.nanos;
        break;
    case SW_BOOL:
        parts[2] = value.b;
        break;
    default:
        parts[2] = (uint64_t)value.i;
        break;
    }
    *hash = sw_hash64(sw_slice_of(parts, sizeof parts));
    return true;
}

/* The values of some fields as one number, never 0; 0: one is not carried. */
static uint64_t hash_fields(sw_scope *scope, const sw_fields *fields, uint32_t entry) {
    uint64_t hash = 0;
    for (uint32_t i = 0; i < fields->count; i++)
        if (!put_value(scope, (uint32_t)fields->slots[entry * fields->count + i], &hash)) return 0;
    return hash | 1;
}

/* Fills in what a threshold keeps; false if the event does not match after all. */
static bool fill_mark(sw_scope *scope, uint32_t entry, sw_role *role) {
    const sw_rule *rule = scope->rule;
    if (rule->weights) {
        sw_value weight;
        if (!sw_scope_value(scope, rule->weights[entry], &weight) || weight.kind != SW_INT)
            return false;
        if (weight.i < 0) return false;
        sw_item_weigh(&role->item, weight.i > SW_WEIGHT_MAX ? SW_WEIGHT_MAX : (uint32_t)weight.i);
    }
    role->mark.value = hash_fields(scope, &rule->distinct, entry);
    if (rule->distinct.count && !role->mark.value) return false;
    role->mark.like = rule->once.count ? hash_fields(scope, &rule->once, entry) : 0;
    if (rule->except_count) role->mark.except = hash_fields(scope, &rule->excepts[0].by, entry);
    return true;
}

static bool fill_role(sw_scope *scope, const sw_touch *touch, const sw_use *use, bool full,
                      sw_role *role) {
    const sw_rule *rule = scope->rule;
    switch (use->part) {
    case SW_PART_ON: {
        /* What comes later counts for a period that began while the rule held. */
        if (!full || (!rule->below && scope->view->time_ms >= rule->until_ms)) return false;
        int32_t entry = sw_fire_entry(scope, touch);
        role->lane = 0;
        return entry == (int32_t)use->entry &&
               (rule->kind != SW_THRESHOLD || fill_mark(scope, use->entry, role));
    }
    case SW_PART_EXCEPT: {
        uint64_t hash = 0;
        role->lane = 1;
        if (!sw_scope_holds(scope, rule->excepts[use->entry].on.when)) return false;
        if (!put_value(scope, (uint32_t)rule->excepts[use->entry].slot, &hash)) return false;
        role->mark.value = hash | 1;
        return true;
    }
    case SW_PART_BEFORE:
        role->lane = 1 + use->entry;
        return sw_scope_holds(scope, rule->befores[use->entry].on.when);
    case SW_PART_LEFT:
        role->lane = 0;
        return full && sw_scope_holds(scope, rule->left.when);
    case SW_PART_RIGHT:
        role->lane = 1;
        return sw_scope_holds(scope, rule->right.when);
    default:
        return false;
    }
}

sw_err sw_fire_roles(sw_fire *f, const sw_touch *touch, const sw_view *view, bool full,
                     sw_role *roles, uint32_t *ret_count) {
    uint32_t count = 0;
    sw_arena_mark mark = sw_arena_save(f->arena);
    sw_scope scope = sw_scope_of(f->book, f->arena, f->probe, f->rule, view, f->group);
    bool counted = f->rule->kind == SW_THRESHOLD;
    for (uint32_t i = 0; i < touch->use_count && !scope.err; i++) {
        if (touch->uses[i].rule != f->rule) continue;
        sw_role role = {.item = {.time_ms = view->time_ms, .rec = view->at}};
        if (counted) role.item.counts = 1, role.item.weight = 1;
        if (fill_role(&scope, touch, &touch->uses[i], full, &role) && !scope.err)
            roles[count++] = role;
    }
    sw_arena_rewind(f->arena, mark);
    *ret_count = count;
    return scope.err;
}

/* --- sequences ---------------------------------------------------------------------------- */

static bool came_before(const sw_tally *tally, uint32_t entry, const sw_item *item) {
    const sw_before *before = &tally->rule->befores[entry];
    const sw_lane *lane = &tally->lanes[1 + entry];
    int64_t from_ms = sw_window_from(tally->rule, before->within, item->time_ms, true);
    for (uint32_t i = sw_lane_find(lane, item->time_ms, before->or_same); i-- > 0;) {
        if (lane->items[i].time_ms < from_ms) return false;
        if (lane->items[i].rec != item->rec) return true;
    }
    return false;
}

static sw_err judge_sequence(sw_fire *f, sw_tally *tally, int64_t from_ms) {
    const sw_lane *lane = &tally->lanes[0];
    sw_err err = SW_OK;
    if (!f->tell) return SW_OK;
    for (uint32_t at = sw_lane_find(lane, from_ms, false); at < lane->count && !err; at++) {
        const sw_item *item = &lane->items[at];
        bool came = false;
        for (uint32_t i = 0; i < f->rule->before_count && !came; i++)
            came = came_before(tally, i, item);
        if (came != f->rule->forbids || !sw_fire_is_version(f, item->time_ms)) continue;
        const sw_firing firing = {.at_ms = item->time_ms, .rec = item->rec};
        err = sw_fire_found(f, &firing);
    }
    return err;
}

sw_err sw_fire_judge(sw_fire *f, sw_tally *tally, int64_t from_ms) {
    switch (f->rule->kind) {
    case SW_THRESHOLD:
        return sw_fire_judge_threshold(f, tally, from_ms);
    case SW_SEQUENCE:
        return judge_sequence(f, tally, from_ms);
    case SW_MATCH:
        return sw_fire_judge_match(f, tally, from_ms);
    default:
        SW_ASSERT(false); /* a kind without tallies */
        return SW_E_INVALID;
    }
}
