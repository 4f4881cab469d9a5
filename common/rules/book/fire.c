#include "rules/book/fire.h"

static sw_fire fire_of(const sw_turn *turn, uint32_t strand) {
    return (sw_fire){.book = turn->book,
                     .arena = turn->arena,
                     .probe = turn->probe,
                     .strand_index = strand,
                     .strand = &turn->book->plan->strands[strand],
                     .tell = true};
}

/* Is this use the first of its rule, of those that are no deadlines? */
static bool is_first(const sw_touch *touch, uint32_t i) {
    if (touch->uses[i].rule->kind == SW_DEADLINE) return false;
    for (uint32_t k = 0; k < i; k++)
        if (touch->uses[k].rule == touch->uses[i].rule) return false;
    return true;
}

static uint32_t parts_of(const sw_touch *touch, const sw_rule *rule) {
    uint32_t parts = 0;
    for (uint32_t i = 0; i < touch->use_count; i++)
        if (touch->uses[i].rule == rule) parts |= SW_PART(touch->uses[i].part);
    return parts;
}

/* --- an event in a tally ------------------------------------------------------------------ */

static int64_t affected_from(const sw_tally *tally, uint32_t lane, const sw_item *item,
                             const sw_mark *mark) {
    bool excepts = tally->rule->kind == SW_THRESHOLD && lane == 1;
    return excepts ? sw_tally_excepted_from(tally, mark->value) : item->time_ms;
}

/* Puts an event into the lanes of a group; what may fire otherwise since begins at `ret_from_ms`.
 */
static sw_err put_in(sw_fire *f, sw_tally *tally, const sw_view *view, const sw_role *roles,
                     uint32_t count, int64_t *ret_from_ms) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < count && !err; i++) {
        const sw_role *role = &roles[i];
        int64_t from_ms = affected_from(tally, role->lane, &role->item, &role->mark);
        if (from_ms < *ret_from_ms) *ret_from_ms = from_ms;
        uint32_t at = sw_lane_place(f->book, &tally->lanes[role->lane], view);
        if (role->lane == 0) sw_cursor_retreat(tally, at);
        err = sw_lane_insert(f->book, tally, role->lane, at, &role->item, &role->mark);
    }
    return err;
}

/* Lays an event that is in the book already into the lanes of a group to which it belongs, as far
 * as it has a part in the rule there. */
static sw_err lay_in(sw_fire *f, sw_tally *tally, const sw_view *view) {
    const sw_touch *touch = sw_plan_touch(f->book->plan, view->type, f->strand_index);
    bool has;
    uint32_t lacks = 0, count;
    int64_t ignored = SW_TIME_MAX;
    if (!touch || !(parts_of(touch, f->rule) & SW_PARTS_OTHER)) return SW_OK;
    sw_arena_mark mark = sw_arena_save(f->arena);
    sw_role *roles = sw_arena_zero(f->arena, touch->use_count, sizeof *roles);
    sw_err err =
        roles ? sw_group_has(f->book, f->strand, view, f->group, f->arena, &has) : SW_E_NOMEM;
    if (!err && has) {
        err = sw_group_lacks(f->book, f->strand, view, f->arena, &lacks);
        if (!err) err = sw_fire_roles(f, touch, view, !lacks, roles, &count);
        if (!err) err = put_in(f, tally, view, roles, count, &ignored);
    }
    sw_arena_rewind(f->arena, mark);
    return err;
}

static void take_from(sw_tally *tally, const sw_view *view) {
    for (uint32_t i = 0; i < tally->lane_count; i++) {
        sw_lane *lane = &tally->lanes[i];
        uint32_t at = sw_lane_find(lane, view->time_ms, false);
        for (; at < lane->count && lane->items[at].time_ms == view->time_ms; at++) {
            if (lane->items[at].rec != view->at) continue;
            if (i == 0) sw_cursor_retreat(tally, at);
            sw_lane_remove(tally, i, at);
            break;
        }
    }
}

/* A new group gets what came before without its whole key. */
static sw_err add_group(sw_fire *f, uint32_t rec, uint32_t combo, sw_tally **ret) {
    sw_tally *tally;
    sw_err err = sw_tally_new_group(f->book, f->rule, f->group, rec, combo, &tally);
    const sw_tallies *tallies = f->book->tallies;
    for (uint32_t i = 0; i < tallies->broad_count && !err; i++) {
        if (tallies->broad[i].rule != f->rule->index) continue;
        sw_view view;
        sw_book_read(f->book, tallies->broad[i].rec, &view);
        err = lay_in(f, tally, &view);
    }
    if (!err) *ret = tally;
    return err;
}

/* Judges a group from a time on and makes its runs so, or, where the event is behind all others,
 * keeps what it fires. */
static sw_err judge(sw_fire *f, sw_tally *tally, const sw_view *view, bool step, int64_t from_ms) {
    if (from_ms == SW_TIME_MAX) return SW_OK;
    f->step = step && from_ms >= view->time_ms;
    sw_err err = sw_fire_judge(f, tally, from_ms);
    if (err || f->step) return err;
    const sw_fire_part part = {.from_ms = sw_fire_part_from(f->rule, from_ms), .group = f->group};
    return sw_fire_reconcile(f, &part);
}

/* --- an event behind all others ----------------------------------------------------------- */

static sw_err step_check(sw_fire *f, const sw_touch *touch, const sw_view *view) {
    if (!sw_fire_is_version(f, view->time_ms)) return SW_OK;
    sw_arena_mark mark = sw_arena_save(f->arena);
    sw_scope scope = sw_scope_of(f->book, f->arena, f->probe, f->rule, view, f->group);
    int32_t entry = sw_fire_entry(&scope, touch);
    sw_arena_rewind(f->arena, mark);
    if (scope.err || entry < 0) return scope.err;
    const sw_firing firing = {.at_ms = view->time_ms, .rec = view->at};
    return sw_fire_found(f, &firing);
}

/* The event comes into one group: it is judged unless only the lanes are wanted. */
static sw_err come_in(sw_fire *f, const sw_touch *touch, const sw_view *view, bool full,
                      uint32_t combo, bool step) {
    sw_err err;
    uint32_t count;
    int64_t from_ms = SW_TIME_MAX;
    sw_arena_mark mark = sw_arena_save(f->arena);
    sw_role *roles = sw_arena_zero(f->arena, touch->use_count, sizeof *roles);
    if (!roles) return SW_E_NOMEM;
    err = sw_fire_roles(f, touch, view, full, roles, &count);
    /* Where there are facts a later one may make match what does not yet. */
    if (!err && (count || (full && f->rule->fact_count))) {
        sw_tally *tally = sw_tally_find(f->book, f->rule, f->group, f->arena, &err);
        if (!err && !tally) err = add_group(f, view->at, combo, &tally);
        if (!err) err = put_in(f, tally, view, roles, count, &from_ms);
        if (!err && f->tell) err = judge(f, tally, view, step, from_ms);
    }
    sw_arena_rewind(f->arena, mark);
    return err;
}

/* One that lacks a field of the key: into every group to which it belongs. */
static sw_err come_in_broad(sw_fire *f, const sw_touch *touch, uint32_t rec, bool step) {
    sw_tallies *tallies = f->book->tallies;
    sw_err err = sw_tallies_add_broad(tallies, f->rule->index, rec);
    for (uint32_t i = 0; i < tallies->count && !err; i++) {
        if (tallies->all[i]->rule != f->rule) continue;
        sw_view view;
        sw_group group;
        bool has;
        sw_arena_mark mark = sw_arena_save(f->arena);
        sw_book_read(f->book, rec, &view);
        err = sw_tally_group(f->book, tallies->all[i], f->arena, &group);
        if (!err) err = sw_group_has(f->book, f->strand, &view, &group, f->arena, &has);
        f->group = &group;
        if (!err && has) err = come_in(f, touch, &view, false, 0, step);
        sw_arena_rewind(f->arena, mark);
    }
    f->group = NULL;
    return err;
}

/* The event in each of its groups. What it fires is kept in f->found where it is `step`. */
static sw_err come_in_all(sw_fire *f, const sw_touch *touch, uint32_t rec, bool step) {
    uint32_t combos;
    sw_view view;
    sw_book_read(f->book, rec, &view);
    bool tallied = sw_rule_tallies(f->rule);
    sw_err err = sw_group_count(f->book, f->strand, &view, f->arena, &combos);
    if (!err && combos == 0 && tallied) return come_in_broad(f, touch, rec, step);
    for (uint32_t c = 0; c < combos && !err; c++) {
        sw_group group;
        sw_book_read(f->book, rec, &view);
        err = sw_group_of(f->book, f->strand, &view, c, f->arena, &group);
        f->group = &group;
        if (!err)
            err = tallied ? come_in(f, touch, &view, true, c, step) : step_check(f, touch, &view);
    }
    f->group = NULL;
    return err;
}

static bool needs_tallies(const sw_touch *touch, uint32_t parts) {
    for (uint32_t i = 0; i < touch->use_count; i++)
        if (sw_rule_tallies(touch->uses[i].rule) && (SW_PART(touch->uses[i].part) & parts))
            return true;
    return false;
}

sw_err sw_fire_step(sw_turn *turn, const sw_touch *touch, uint32_t rec) {
    sw_fire f = fire_of(turn, touch->strand);
    sw_err err = SW_OK;
    if (needs_tallies(touch, SW_PARTS_OTHER)) err = sw_fire_ready(turn->book, rec, turn->arena);
    for (uint32_t i = 0; i < touch->use_count && !err; i++) {
        if (!is_first(touch, i) || !(parts_of(touch, touch->uses[i].rule) & SW_PARTS_OTHER))
            continue;
        f.rule = touch->uses[i].rule;
        sw_arena_mark mark = sw_arena_save(turn->arena);
        err = come_in_all(&f, touch, rec, true);
        sw_arena_rewind(turn->arena, mark);
        if (!err && f.found_count) err = sw_fire_add_runs(&f);
    }
    sw_heap_free(f.found);
    return err;
}

/* --- tallies made anew -------------------------------------------------------------------- */

static sw_err ready_event(sw_book *book, uint32_t rec, sw_arena *arena) {
    const sw_plan_type *type = &book->plan->types[sw_record_type(sw_book_records(book), rec)];
    sw_err err = SW_OK;
    for (uint32_t t = 0; t < type->touch_count && !err; t++) {
        const sw_touch *touch = &type->touches[t];
        sw_fire f = {.book = book,
                     .arena = arena,
                     .strand_index = touch->strand,
                     .strand = &book->plan->strands[touch->strand]};
        for (uint32_t i = 0; i < touch->use_count && !err; i++) {
            f.rule = touch->uses[i].rule;
            if (!is_first(touch, i) || !sw_rule_tallies(f.rule)) continue;
            if (!(parts_of(touch, f.rule) & SW_PARTS_OTHER)) continue;
            sw_arena_mark mark = sw_arena_save(arena);
            err = come_in_all(&f, touch, rec, true);
            sw_arena_rewind(arena, mark);
        }
    }
    return err;
}

static sw_err ready_tally(sw_book *book, sw_tally *tally, sw_arena *arena) {
    sw_group group;
    uint32_t strand = sw_plan_strand_of(book->plan, tally->rule);
    sw_fire f = {.book = book,
                 .arena = arena,
                 .strand_index = strand,
                 .strand = &book->plan->strands[strand],
                 .rule = tally->rule,
                 .group = &group};
    sw_arena_mark mark = sw_arena_save(arena);
    sw_err err = sw_tally_group(book, tally, arena, &group);
    if (!err) err = sw_fire_judge(&f, tally, SW_TIME_NONE);
    sw_arena_rewind(arena, mark);
    return err;
}

sw_err sw_fire_ready(sw_book *book, uint32_t skip, sw_arena *arena) {
    if (book->tallies) return SW_OK;
    sw_err err = sw_tallies_new(&book->tallies);
    for (uint32_t i = 0; i < book->order_count && !err; i++) {
        uint32_t rec = sw_book_list(book)[i];
        if (rec != skip) err = ready_event(book, rec, arena);
    }
    for (uint32_t i = 0; !err && i < book->tallies->count; i++)
        err = ready_tally(book, book->tallies->all[i], arena);
    return err;
}

/* --- an event among others, or one taken away --------------------------------------------- */

/* Reads the events of a group from a time on into its lanes again: a fact has changed. */
static sw_err read_again(sw_fire *f, sw_tally *tally, int64_t from_ms) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < tally->lane_count; i++) {
        uint32_t keep = sw_lane_find(&tally->lanes[i], from_ms, false);
        if (i == 0) sw_cursor_retreat(tally, keep);
        sw_lane_cut(tally, i, keep);
    }
    for (uint32_t i = sw_book_find_time(f->book, from_ms, false); i < f->book->order_count && !err;
         i++) {
        sw_view view;
        sw_book_read(f->book, sw_book_list(f->book)[i], &view);
        err = lay_in(f, tally, &view);
    }
    return err;
}

/* What an event that came, went or gave a fact changes in one group. */
typedef struct change {
    const sw_touch *touch;
    uint32_t rec;
    bool came, fact;
} change;

static sw_err change_group(sw_fire *f, const change *c, sw_tally *tally, const sw_view *view,
                           bool full, uint32_t combo) {
    int64_t from_ms = view->time_ms;
    sw_err err = SW_OK;
    if (!c->fact && c->came) return come_in(f, c->touch, view, full, combo, false);
    if (c->fact)
        err = read_again(f, tally, view->time_ms);
    else
        take_from(tally, view);
    bool excepts = parts_of(c->touch, f->rule) & SW_PART(SW_PART_EXCEPT);
    if (excepts || (c->fact && f->rule->except_count)) from_ms = SW_TIME_NONE;
    return err ? err : judge(f, tally, view, false, from_ms);
}

/* In the group of its whole key; where a fact changes, the event itself may be the first of it. */
static sw_err change_full(sw_fire *f, const change *c, const sw_view *view, uint32_t combo) {
    sw_err err;
    sw_tally *tally = sw_tally_find(f->book, f->rule, f->group, f->arena, &err);
    if (err) return err;
    if (tally) return change_group(f, c, tally, view, true, combo);
    if (c->came) return come_in(f, c->touch, view, true, combo, false);
    const sw_fire_part part = {.from_ms = sw_fire_part_from(f->rule, view->time_ms),
                               .group = f->group};
    return sw_fire_reconcile(f, &part);
}

static sw_err change_broad(sw_fire *f, const change *c) {
    sw_tallies *tallies = f->book->tallies;
    sw_err err = SW_OK;
    if (!(parts_of(c->touch, f->rule) & SW_PARTS_OTHER)) {
        /* it gives facts only */
    } else if (c->came) {
        err = sw_tallies_add_broad(tallies, f->rule->index, c->rec);
    } else {
        sw_tallies_drop_broad(tallies, f->rule->index, c->rec);
    }
    for (uint32_t i = 0; i < tallies->count && !err; i++) {
        if (tallies->all[i]->rule != f->rule) continue;
        sw_view view;
        sw_group group;
        bool has;
        sw_arena_mark mark = sw_arena_save(f->arena);
        sw_book_read(f->book, c->rec, &view);
        err = sw_tally_group(f->book, tallies->all[i], f->arena, &group);
        if (!err) err = sw_group_has(f->book, f->strand, &view, &group, f->arena, &has);
        f->group = &group;
        if (!err && has) err = change_group(f, c, tallies->all[i], &view, false, 0);
        sw_arena_rewind(f->arena, mark);
    }
    return err;
}

static sw_err change_tallied(sw_fire *f, const change *c) {
    uint32_t combos;
    sw_view view;
    sw_book_read(f->book, c->rec, &view);
    sw_err err = sw_group_count(f->book, f->strand, &view, f->arena, &combos);
    if (!err && combos == 0) return change_broad(f, c);
    for (uint32_t i = 0; i < combos && !err; i++) {
        sw_group group;
        sw_book_read(f->book, c->rec, &view);
        err = sw_group_of(f->book, f->strand, &view, i, f->arena, &group);
        f->group = &group;
        if (!err) err = change_full(f, c, &view, i);
    }
    return err;
}

/* Checks of one event in all of its groups, or in those to which `by` belongs. */
static sw_err check_event(sw_fire *f, uint32_t rec, const sw_view *by) {
    uint32_t combos;
    sw_view view;
    sw_book_read(f->book, rec, &view);
    const sw_touch *touch = sw_plan_touch(f->book->plan, view.type, f->strand_index);
    if (!touch || !(parts_of(touch, f->rule) & SW_PART(SW_PART_ON))) return SW_OK;
    sw_arena_mark mark = sw_arena_save(f->arena);
    sw_err err = sw_group_count(f->book, f->strand, &view, f->arena, &combos);
    for (uint32_t c = 0; c < combos && !err; c++) {
        sw_group group;
        bool has = true;
        err = sw_group_of(f->book, f->strand, &view, c, f->arena, &group);
        f->group = &group;
        if (!err && by) err = sw_group_has(f->book, f->strand, by, &group, f->arena, &has);
        if (!err && has) err = step_check(f, touch, &view);
    }
    sw_arena_rewind(f->arena, mark);
    return err;
}

static sw_err change_checks(sw_fire *f, const change *c) {
    sw_view view;
    sw_err err = SW_OK;
    sw_book_read(f->book, c->rec, &view);
    sw_fire_part part = {.from_ms = view.time_ms, .by = &view};
    if (c->fact) {
        uint32_t i = sw_book_find_time(f->book, view.time_ms, false);
        for (; i < f->book->order_count && !err; i++)
            err = check_event(f, sw_book_list(f->book)[i], &view);
    } else {
        part.only_rec = c->rec;
        if (c->came) err = check_event(f, c->rec, NULL);
    }
    return err ? err : sw_fire_reconcile(f, &part);
}

sw_err sw_fire_disturb(sw_turn *turn, const sw_touch *touch, uint32_t rec, bool came) {
    sw_fire f = fire_of(turn, touch->strand);
    sw_err err = SW_OK;
    if (needs_tallies(touch, SW_PARTS_OTHER | SW_PART(SW_PART_FACT)))
        err = sw_fire_ready(turn->book, came ? rec : 0, turn->arena);
    for (uint32_t i = 0; i < touch->use_count && !err; i++) {
        if (!is_first(touch, i)) continue;
        f.rule = touch->uses[i].rule;
        const change c = {touch, rec, came, parts_of(touch, f.rule) & SW_PART(SW_PART_FACT)};
        sw_arena_mark mark = sw_arena_save(turn->arena);
        err = sw_rule_tallies(f.rule) ? change_tallied(&f, &c) : change_checks(&f, &c);
        sw_arena_rewind(turn->arena, mark);
    }
    sw_heap_free(f.found);
    return err;
}
