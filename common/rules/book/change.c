#include "rules/book/fire.h"

/* Groups of one strand, each once. Values are copied: records move when the book grows. */
typedef struct group_list {
    struct group_item {
        sw_group group;
        int64_t after_ms; /* from where on it is read again */
    } * items;
    uint32_t count, cap;
} group_list;

static sw_err add_group(sw_turn *turn, group_list *groups, const sw_group *group,
                        int64_t after_ms) {
    for (uint32_t i = 0; i < groups->count; i++)
        if (sw_group_eq(&groups->items[i].group, group)) return SW_OK;
    if (groups->count == groups->cap) {
        uint32_t cap = groups->cap ? groups->cap * 2 : 2;
        struct group_item *items = sw_arena_zero(turn->arena, cap, sizeof *items);
        if (!items) return SW_E_NOMEM;
        if (groups->count) memcpy(items, groups->items, groups->count * sizeof *items);
        groups->items = items;
        groups->cap = cap;
    }
    groups->items[groups->count].after_ms = after_ms;
    sw_group *copy = &groups->items[groups->count].group;
    copy->count = group->count;
    for (uint32_t i = 0; i < group->count; i++)
        if (!sw_arena_copy(turn->arena, group->values[i], &copy->values[i])) return SW_E_NOMEM;
    groups->count++;
    return SW_OK;
}

static bool is_deadline(const sw_book *book, const sw_run *run) {
    return sw_run_rule(book, run)->kind == SW_DEADLINE;
}

static sw_run run_of_life(const sw_life *life) {
    return (sw_run){.start_ms = life->start_ms,
                    .due_ms = SW_TIME_NONE,
                    .stop_ms = life->stop_ms,
                    .next_ms = SW_TIME_MAX,
                    .rec = life->rec,
                    .stop_rec = life->stop_rec,
                    .rule = (uint16_t)life->rule->index,
                    .combo = life->combo,
                    .start = life->start,
                    .limit = life->limit,
                    .count = life->count,
                    .flags = (uint8_t)(SW_RUN_TOUCHED | (life->stop_rec ? SW_RUN_CLOSED : 0) |
                                       (life->moved ? SW_RUN_MOVED : 0))};
}

/* --- lives that were made ----------------------------------------------------------------- */

static bool is_life_of(const sw_life *life, const sw_rule *rule, uint32_t rec, uint32_t combo) {
    return life->rec == rec && life->rule == rule && life->combo == combo;
}

/* A life in the arena. Of several events at one moment a later one may change it again. */
static void keep_life(sw_turn *turn, const sw_life *life) {
    uint32_t i = 0;
    if (turn->many) return;
    while (i < turn->life_count && !is_life_of(turn->lives[i], life->rule, life->rec, life->combo))
        i++;
    if (i == SW_LIVES_KEPT) return;
    turn->lives[i] = life;
    if (i == turn->life_count) turn->life_count++;
}

const sw_life *sw_turn_life(const sw_turn *turn, const sw_run *run) {
    const sw_rule *rule = sw_run_rule(turn->book, run);
    for (uint32_t i = 0; i < turn->life_count; i++) {
        const sw_life *life = turn->lives[i];
        if (is_life_of(life, rule, run->rec, run->combo))
            return life->stop_rec == run->stop_rec ? life : NULL; /* it opened and ended it */
    }
    return NULL;
}

/* --- reading a group again ---------------------------------------------------------------- */

/* Takes the runs of a group that began after `after_ms` out of the book. */
static sw_err take_out(sw_turn *turn, uint32_t strand, const sw_group *group, int64_t after_ms,
                       sw_run **ret, uint32_t *ret_count) {
    sw_book *book = turn->book;
    uint32_t count = 0, most = 0;
    for (uint32_t i = 0; i < book->run_count; i++)
        most += sw_run_strand(book, &sw_book_runs(book)[i]) == strand;
    sw_run *old = sw_arena_zero(turn->arena, most, sizeof *old);
    if (!old) return SW_E_NOMEM;
    for (uint32_t i = book->run_count; i-- > 0;) {
        const sw_run *run = &sw_book_runs(book)[i];
        if (sw_run_strand(book, run) != strand || !is_deadline(book, run)) continue;
        sw_group other;
        sw_arena_mark mark = sw_arena_save(turn->arena);
        sw_err err = sw_run_group(book, run, turn->arena, &other);
        bool same = !err && sw_group_eq(&other, group);
        sw_arena_rewind(turn->arena, mark);
        if (err) return err;
        bool running = !(run->flags & SW_RUN_CLOSED);
        bool gone = run->flags & SW_RUN_GONE;
        bool kept =
            !running && !gone && sw_record_time(sw_book_records(book), run->stop_rec) <= after_ms;
        if (!same || kept) continue;
        old[count++] = *run;
        sw_book_drop_run(book, i);
    }
    *ret = old;
    *ret_count = count;
    return SW_OK;
}

/* Both run, and nothing but the opening has made them: they are due at the same moment. */
static bool stands_the_same(const sw_book *book, const sw_run *a, const sw_run *b) {
    const uint8_t other = SW_RUN_CLOSED | SW_RUN_MOVED | SW_RUN_GONE;
    const sw_limit *limit = &sw_run_rule(book, a)->limits[a->limit];
    bool alone = !((a->flags | b->flags) & other) && !(limit->n && limit->n[a->start]);
    return alone && a->rec == b->rec && a->rule == b->rule && a->combo == b->combo &&
           a->start == b->start && a->limit == b->limit && a->count == b->count &&
           a->start_ms == b->start_ms;
}

/* The old run that the same event opened: what was told of it goes over to the new one, and what is
 * still to be told. */
static void inherit(const sw_book *book, sw_run *run, sw_run *old, uint32_t *old_count) {
    sw_view mine, theirs;
    sw_record_head(sw_book_records(book), run->rec, &mine);
    for (uint32_t i = 0; i < *old_count; i++) {
        sw_record_head(sw_book_records(book), old[i].rec, &theirs);
        bool same = run->rec == old[i].rec ||
                    (sw_slice_eq(mine.source, theirs.source) && sw_slice_eq(mine.id, theirs.id));
        if (!same) continue;
        memcpy(run->told, old[i].told, sizeof run->told);
        run->watch = old[i].watch;
        run->flags |= old[i].flags & (SW_RUN_RESOLVED | SW_RUN_LISTED);
        if (stands_the_same(book, run, &old[i])) {
            run->due_ms = old[i].due_ms;
            run->next_ms = old[i].next_ms;
            if (!(old[i].flags & SW_RUN_TOUCHED)) run->flags &= (uint8_t)~SW_RUN_TOUCHED;
        }
        old[i] = old[--*old_count];
        return;
    }
}

/* Reads a group again from its events after `after_ms`, at which nothing of it ran. Gives what it
 * found, in the arena. */
static sw_err read_again(sw_turn *turn, uint32_t strand, const sw_group *group, int64_t after_ms,
                         const sw_life **ret) {
    sw_book *book = turn->book;
    sw_life *first = NULL;
    sw_run *old = NULL;
    uint32_t old_count = 0;
    sw_err err =
        sw_life_replay(book, strand, group, after_ms, turn->probe, turn->arena, NULL, &first);
    sw_arena_mark mark = sw_arena_save(turn->arena);
    if (!err) err = take_out(turn, strand, group, after_ms, &old, &old_count);
    for (const sw_life *life = first; life && !err; life = life->next) {
        sw_run run = run_of_life(life);
        inherit(book, &run, old, &old_count);
        err = sw_book_add_run(book, &run);
    }
    for (uint32_t i = 0; i < old_count && !err; i++) {
        if (!sw_run_is_known(&old[i])) continue;
        old[i].flags |= SW_RUN_GONE | SW_RUN_TOUCHED;
        err = sw_book_add_run(book, &old[i]);
    }
    sw_arena_rewind(turn->arena, mark);
    *ret = first;
    return err;
}

/* --- an event behind all others ----------------------------------------------------------- */

static sw_err is_running(sw_turn *turn, uint32_t strand, const sw_group *group, bool *ret) {
    uint32_t first, end;
    sw_book_strand_runs(turn->book, strand, &first, &end);
    *ret = false;
    for (uint32_t i = first; i < end && !*ret; i++) {
        const sw_run *run = &sw_book_runs(turn->book)[i];
        if ((run->flags & (SW_RUN_CLOSED | SW_RUN_GONE)) || !is_deadline(turn->book, run)) continue;
        sw_group other;
        sw_arena_mark mark = sw_arena_save(turn->arena);
        sw_err err = sw_run_group(turn->book, run, turn->arena, &other);
        *ret = !err && sw_group_eq(&other, group);
        sw_arena_rewind(turn->arena, mark);
        if (err) return err;
    }
    return SW_OK;
}

/* Opens what the event opens in one of its groups. */
static sw_err open_group(sw_turn *turn, const sw_touch *touch, uint32_t rec, uint32_t combo) {
    sw_book *book = turn->book;
    const sw_strand *strand = &book->plan->strands[touch->strand];
    for (uint32_t i = 0; i < touch->use_count; i++) {
        const sw_use *use = &touch->uses[i];
        if (use->part != SW_PART_START) continue;
        sw_view view;
        sw_group group;
        bool running;
        sw_book_read(book, rec, &view);
        sw_err err = sw_group_of(book, strand, &view, combo, turn->arena, &group);
        if (!err) err = is_running(turn, touch->strand, &group, &running);
        if (err || running) return err;
        sw_scope scope = sw_scope_of(book, turn->arena, turn->probe, use->rule, &view, &group);
        sw_life *life = sw_arena_alloc(turn->arena, sizeof *life);
        if (!life) return SW_E_NOMEM;
        bool opens = sw_life_open(&scope, strand, use->entry, life);
        if (scope.err) return scope.err;
        if (!opens) continue;
        life->combo = (uint16_t)combo;
        keep_life(turn, life);
        sw_run run = run_of_life(life);
        err = sw_book_add_run(book, &run);
        if (err) return err;
    }
    return SW_OK;
}

static sw_err open_groups(sw_turn *turn, const sw_touch *touch, uint32_t rec) {
    uint32_t count;
    sw_view view;
    sw_book_read(turn->book, rec, &view);
    const sw_strand *strand = &turn->book->plan->strands[touch->strand];
    sw_err err = sw_group_count(turn->book, strand, &view, turn->arena, &count);
    for (uint32_t i = 0; !err && i < count; i++) err = open_group(turn, touch, rec, i);
    return err;
}

/* Stops or cancels a running run, if a clause of its version holds. */
static sw_err end_run(sw_turn *turn, const sw_touch *touch, const sw_view *view,
                      const sw_group *group, sw_run *run) {
    const sw_rule *rule = sw_run_rule(turn->book, run);
    sw_scope scope = sw_scope_of(turn->book, turn->arena, turn->probe, rule, view, group);
    for (uint32_t i = 0; i < touch->use_count; i++) {
        const sw_use *use = &touch->uses[i];
        bool stop = use->part == SW_PART_STOP;
        if (use->rule != rule || (!stop && use->part != SW_PART_CANCEL)) continue;
        int64_t moment_ms;
        const sw_on *on = stop ? &rule->stops[use->entry] : &rule->cancels[use->entry];
        bool holds = sw_scope_on(&scope, on, &moment_ms);
        if (scope.err) return scope.err;
        if (!holds) continue;
        run->flags |= SW_RUN_TOUCHED | (stop ? SW_RUN_CLOSED : SW_RUN_GONE);
        run->stop_ms = stop ? moment_ms : run->stop_ms;
        run->stop_rec = stop ? view->at : 0;
        return SW_OK;
    }
    return SW_OK;
}

static uint32_t parts_of(const sw_touch *touch, const sw_rule *rule) {
    uint32_t parts = 0;
    for (uint32_t i = 0; i < touch->use_count; i++)
        if (touch->uses[i].rule == rule) parts |= SW_PART(touch->uses[i].part);
    return parts;
}

static bool may_move_owner(const sw_book *book, const sw_view *view) {
    return book->lists && (view->orgcode.len || view->officerid.len);
}

/* A running period is told again when somebody else answers for it. */
static sw_err mark_new_owner(sw_turn *turn, sw_run *run, const sw_group *group,
                             const sw_view *view) {
    sw_slice org, officer;
    if (run->rec == view->at) return SW_OK;
    sw_arena_mark mark = sw_arena_save(turn->arena);
    sw_err err =
        sw_run_owner(turn->book, run, group, view->time_ms - 1, 0, turn->arena, &org, &officer);
    if (err) return err;
    bool same = (!view->orgcode.len || sw_slice_eq(org, view->orgcode)) &&
                (!view->officerid.len || sw_slice_eq(officer, view->officerid));
    if (!same) run->flags |= SW_RUN_TOUCHED;
    sw_arena_rewind(turn->arena, mark);
    return SW_OK;
}

/* Applies what the event means to running instances of a strand. */
static sw_err change_runs(sw_turn *turn, const sw_touch *touch, uint32_t rec) {
    sw_book *book = turn->book;
    const sw_strand *strand = &book->plan->strands[touch->strand];
    group_list moved = {0};
    uint32_t first, end;
    sw_view view;
    sw_book_read(book, rec, &view);
    sw_book_strand_runs(book, touch->strand, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        sw_run *run = &sw_book_runs(book)[i];
        if ((run->flags & (SW_RUN_CLOSED | SW_RUN_GONE)) || !is_deadline(book, run)) continue;
        uint32_t parts = parts_of(touch, sw_run_rule(book, run));
        bool ends = parts & (SW_PARTS_MOVING | SW_PART(SW_PART_STOP) | SW_PART(SW_PART_CANCEL));
        if (!ends && !(parts && may_move_owner(book, &view))) continue;
        sw_group group;
        bool has;
        sw_err err = sw_run_group(book, run, turn->arena, &group);
        if (!err) err = sw_group_has(book, strand, &view, &group, turn->arena, &has);
        if (!err && has && may_move_owner(book, &view))
            err = mark_new_owner(turn, run, &group, &view);
        if (!err && has && ends)
            err = parts & SW_PARTS_MOVING
                      ? add_group(turn, &moved, &group,
                                  sw_record_time(sw_book_records(book), run->rec) - 1)
                      : end_run(turn, touch, &view, &group, run);
        if (err) return err;
    }
    for (uint32_t i = 0; i < moved.count; i++) {
        const struct group_item *item = &moved.items[i];
        const sw_life *life;
        sw_err err = read_again(turn, touch->strand, &item->group, item->after_ms, &life);
        if (err) return err;
        for (; life; life = life->next) keep_life(turn, life);
    }
    return SW_OK;
}

sw_err sw_turn_step(sw_turn *turn, uint32_t rec) {
    sw_book *book = turn->book;
    const sw_plan_type *type = &book->plan->types[sw_record_type(sw_book_records(book), rec)];
    for (uint32_t i = 0; i < type->touch_count; i++) {
        const sw_touch *touch = &type->touches[i];
        const uint32_t lives = turn->life_count;
        sw_err err = SW_OK;
        sw_arena_mark mark = sw_arena_save(turn->arena);
        if (touch->parts & SW_PART(SW_PART_START)) err = open_groups(turn, touch, rec);
        if (!err && (touch->parts & (SW_PARTS_DEADLINE | SW_PART(SW_PART_FACT))))
            err = change_runs(turn, touch, rec);
        if (!err && (touch->parts & SW_PARTS_OTHER)) err = sw_fire_step(turn, touch, rec);
        if (turn->life_count == lives) sw_arena_rewind(turn->arena, mark);
        if (err) return err;
    }
    return SW_OK;
}

/* --- an event among others, or one taken away --------------------------------------------- */

/* Any opening counts, not only those that run now: a fact can make one hold that did not, an
 * earlier stop can come before the cancel that undid one. */
static sw_err add_opening_groups(sw_turn *turn, uint32_t strand_index, const sw_view *only_of,
                                 group_list *groups) {
    sw_book *book = turn->book;
    const sw_strand *strand = &book->plan->strands[strand_index];
    for (uint32_t i = 0; i < book->order_count; i++) {
        uint32_t rec = sw_book_list(book)[i];
        const sw_touch *touch =
            sw_plan_touch(book->plan, sw_record_type(sw_book_records(book), rec), strand_index);
        if (!touch || !(touch->parts & SW_PART(SW_PART_START))) continue;
        sw_view view;
        uint32_t count;
        sw_book_read(book, rec, &view);
        sw_err err = sw_group_count(book, strand, &view, turn->arena, &count);
        for (uint32_t c = 0; !err && c < count; c++) {
            sw_group group;
            bool has = false;
            err = sw_group_of(book, strand, &view, c, turn->arena, &group);
            if (!err) err = sw_group_has(book, strand, only_of, &group, turn->arena, &has);
            if (!err && has) err = add_group(turn, groups, &group, SW_TIME_NONE);
        }
        if (err) return err;
    }
    return SW_OK;
}

static sw_err add_run_groups(sw_turn *turn, uint32_t strand_index, const sw_view *view,
                             group_list *groups) {
    sw_book *book = turn->book;
    const sw_strand *strand = &book->plan->strands[strand_index];
    for (uint32_t i = 0; i < book->run_count; i++) {
        const sw_run *run = &sw_book_runs(book)[i];
        if (sw_run_strand(book, run) != strand_index || !is_deadline(book, run)) continue;
        sw_group group;
        bool has;
        sw_err err = sw_run_group(book, run, turn->arena, &group);
        if (!err) err = sw_group_has(book, strand, view, &group, turn->arena, &has);
        if (!err && has) err = add_group(turn, groups, &group, SW_TIME_NONE);
        if (err) return err;
    }
    return SW_OK;
}

/* Does somebody else answer for it because of this event? */
static sw_err owner_differs(sw_turn *turn, const sw_run *run, const sw_group *group, uint32_t rec,
                            bool *ret) {
    sw_slice org, officer, org_before, officer_before;
    const sw_book *book = turn->book;
    sw_err err = sw_run_owner(book, run, group, turn->now_ms, 0, turn->arena, &org, &officer);
    if (!err)
        err = sw_run_owner(book, run, group, turn->now_ms, rec, turn->arena, &org_before,
                           &officer_before);
    if (!err) *ret = !sw_slice_eq(org, org_before) || !sw_slice_eq(officer, officer_before);
    return err;
}

/* The running periods of a group of which the event made somebody else answer, or, taken away, may
 * have made. */
static sw_err mark_owners(sw_turn *turn, uint32_t strand, const sw_group *group,
                          const sw_view *view, bool came) {
    const uint8_t no = SW_RUN_CLOSED | SW_RUN_GONE | SW_RUN_TOUCHED;
    sw_book *book = turn->book;
    uint32_t first, end;
    if (!may_move_owner(book, view)) return SW_OK;
    sw_book_strand_runs(book, strand, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        sw_run *run = &sw_book_runs(book)[i];
        if ((run->flags & no) || !is_deadline(book, run)) continue;
        sw_group other;
        sw_arena_mark mark = sw_arena_save(turn->arena);
        sw_err err = sw_run_group(book, run, turn->arena, &other);
        bool moved = !err && sw_group_eq(&other, group);
        if (moved && came) err = owner_differs(turn, run, group, view->at, &moved);
        sw_arena_rewind(turn->arena, mark);
        if (err) return err;
        if (moved) run->flags |= SW_RUN_TOUCHED;
    }
    return SW_OK;
}

/* Of the instances of a strand: those of each group to which the event belongs are read again. */
static sw_err disturb_deadlines(sw_turn *turn, const sw_touch *touch, uint32_t rec, bool came) {
    sw_book *book = turn->book;
    const sw_strand *strand = &book->plan->strands[touch->strand];
    sw_view view;
    group_list groups = {0};
    sw_err err = SW_OK;
    sw_book_read(book, rec, &view);
    int64_t time_ms = view.time_ms;
    if (strand->key_count == 1) {
        sw_group whole = {.count = 0};
        err = add_group(turn, &groups, &whole, SW_TIME_NONE);
    } else {
        err = add_run_groups(turn, touch->strand, &view, &groups);
        if (!err) err = add_opening_groups(turn, touch->strand, &view, &groups);
    }
    for (uint32_t g = 0; g < groups.count && !err; g++) {
        int64_t after_ms;
        const sw_life *life;
        const sw_group *group = &groups.items[g].group;
        err = sw_life_boundary(book, touch->strand, group, time_ms, turn->arena, &after_ms);
        if (!err) err = read_again(turn, touch->strand, group, after_ms, &life);
        if (!err) err = mark_owners(turn, touch->strand, group, &view, came);
    }
    return err;
}

sw_err sw_turn_disturb(sw_turn *turn, uint32_t rec, bool came) {
    sw_book *book = turn->book;
    const sw_plan_type *type = &book->plan->types[sw_record_type(sw_book_records(book), rec)];
    for (uint32_t i = 0; i < type->touch_count; i++) {
        const sw_touch *touch = &type->touches[i];
        const sw_strand *strand = &book->plan->strands[touch->strand];
        sw_arena_mark mark = sw_arena_save(turn->arena);
        sw_err err = SW_OK;
        if (strand->has_deadline) err = disturb_deadlines(turn, touch, rec, came);
        if (!err && strand->has_other) err = sw_fire_disturb(turn, touch, rec, came);
        sw_arena_rewind(turn->arena, mark);
        if (err) return err;
    }
    return SW_OK;
}
