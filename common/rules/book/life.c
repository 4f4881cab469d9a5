#include "rules/book/life.h"

/* One clause of one event, to be applied in the order of parts (docs/semantics.md). */
typedef struct step {
    const sw_view *view;
    const sw_use *use;
} step;

/* The events of one group, read in order. */
typedef struct reader {
    const sw_book *book;
    const sw_strand *strand;
    uint32_t strand_index;
    const sw_group *group;
    const sw_probe *probe;
    sw_arena *arena;
    sw_life *running, *first, *last;
} reader;

static bool pick_limit(sw_scope *scope, uint32_t entry, sw_life *life) {
    const sw_rule *rule = scope->rule;
    for (uint32_t i = 0; i < rule->limit_count; i++) {
        const sw_limit *limit = &rule->limits[i];
        if (limit->when && !sw_scope_holds(scope, limit->when[entry])) continue;
        const sw_cel *n = limit->n ? limit->n[entry] : NULL;
        if (!sw_scope_span(scope, limit->span, n, limit->scale_ms, life->start_ms, &life->span))
            continue;
        life->limit = (uint8_t)i;
        return true;
    }
    return false;
}

static void pick_count(sw_scope *scope, uint32_t entry, sw_life *life) {
    const sw_rule *rule = scope->rule;
    life->count = SW_NO_ENTRY;
    for (uint32_t i = 0; i < rule->count_count && life->count == SW_NO_ENTRY; i++) {
        const sw_count_choice *choice = &rule->counts[i];
        if (!choice->when || sw_scope_holds(scope, choice->when[entry])) life->count = (uint8_t)i;
    }
}

bool sw_life_open(sw_scope *scope, const sw_strand *strand, uint32_t entry, sw_life *ret) {
    sw_arena_mark mark = sw_arena_save(scope->arena);
    sw_life life = {.rule = scope->rule,
                    .rec = scope->view->at,
                    .start = (uint8_t)entry,
                    .stop_ms = SW_TIME_MAX};
    bool opens = sw_scope_on(scope, &scope->rule->starts[entry], &life.start_ms) &&
                 sw_rule_line_at(strand->line, life.start_ms) == scope->rule &&
                 pick_limit(scope, entry, &life);
    if (opens) pick_count(scope, entry, &life);
    scope->facts = NULL;
    sw_arena_rewind(scope->arena, mark);
    if (!opens || scope->err) return false;
    *ret = life;
    return true;
}

static sw_err add_life(reader *r, const sw_life *life) {
    sw_life *copy = sw_arena_alloc(r->arena, sizeof *copy);
    if (!copy) return SW_E_NOMEM;
    *copy = *life;
    if (r->last)
        r->last->next = copy;
    else
        r->first = copy;
    r->last = copy;
    r->running = copy;
    return SW_OK;
}

static sw_err take_opening(reader *r, sw_scope *scope, const step *s) {
    if (r->running) {
        if (r->probe && r->probe->met) r->probe->met(r->probe->ctx, s->view, r->running);
        return SW_OK;
    }
    uint32_t combo;
    sw_err err = sw_group_find(r->book, r->strand, s->view, r->group, r->arena, &combo);
    if (err || combo == UINT32_MAX) return err;
    sw_life life;
    if (!sw_life_open(scope, r->strand, s->use->entry, &life)) return SW_OK;
    life.combo = (uint16_t)combo;
    return add_life(r, &life);
}

/* Room for one more of both arrays, which grow together. */
static bool room(sw_arena *arena, uint32_t count, uint32_t *cap, void **a, size_t a_size, void **b,
                 size_t b_size) {
    if (count < *cap) return true;
    uint32_t more = *cap ? *cap * 2 : 4;
    void *na = sw_arena_zero(arena, more, a_size), *nb = sw_arena_zero(arena, more, b_size);
    if (!na || !nb) return false;
    if (count) memcpy(na, *a, count * a_size), memcpy(nb, *b, count * b_size);
    *a = na, *b = nb, *cap = more;
    return true;
}

static sw_err add_extension(reader *r, const step *s, const sw_extension *extension) {
    sw_life *life = r->running;
    void *a = life->extensions, *b = life->extension_recs;
    if (!room(r->arena, life->extension_count, &life->extension_cap, &a, sizeof *life->extensions,
              &b, sizeof *life->extension_recs))
        return SW_E_NOMEM;
    life->extensions = a, life->extension_recs = b;
    life->extensions[life->extension_count] = *extension;
    life->extension_recs[life->extension_count++] = s->view->at;
    life->moved = true;
    return SW_OK;
}

static sw_err take_extend(reader *r, sw_scope *scope, const step *s) {
    const sw_extend *extend = &scope->rule->extends[s->use->entry];
    sw_extension extension = {.to = extend->to, .entry = s->use->entry, .max = extend->max};
    sw_arena_mark mark = sw_arena_save(r->arena);
    const sw_amount *amount = &extend->amount;
    bool holds = sw_scope_on(scope, &extend->on, &extension.moment_ms) &&
                 sw_scope_span(scope, amount->span, amount->n, amount->scale_ms,
                               r->running->start_ms, &extension.span);
    sw_arena_rewind(r->arena, mark);
    return holds ? add_extension(r, s, &extension) : SW_OK;
}

/* The entry's open pause, or UINT32_MAX. */
static uint32_t open_pause(const sw_life *life, uint32_t entry) {
    for (uint32_t i = life->pause_count; i-- > 0;)
        if (life->pause_recs[i].entry == entry && !life->pause_recs[i].to_rec) return i;
    return UINT32_MAX;
}

static sw_err take_pause(reader *r, const step *s, int64_t moment_ms) {
    sw_life *life = r->running;
    uint32_t open = open_pause(life, s->use->entry);
    if (s->use->part == SW_PART_PAUSE_TO) {
        if (open == UINT32_MAX) return SW_OK;
        life->pause_recs[open].to_rec = s->view->at;
        life->pauses[open].to_ms = moment_ms;
        return SW_OK;
    }
    if (open != UINT32_MAX) return SW_OK;
    void *a = life->pauses, *b = life->pause_recs;
    if (!room(r->arena, life->pause_count, &life->pause_cap, &a, sizeof *life->pauses, &b,
              sizeof *life->pause_recs))
        return SW_E_NOMEM;
    life->pauses = a, life->pause_recs = b;
    life->pauses[life->pause_count] = (sw_pause){moment_ms, SW_TIME_MAX};
    life->pause_recs[life->pause_count++] = (struct sw_life_pause){s->use->entry, s->view->at, 0};
    life->moved = true;
    return SW_OK;
}

static void take_restart(sw_life *life, const step *s, int64_t moment_ms) {
    life->start_ms = moment_ms;
    life->restart_rec = s->view->at;
    life->extension_count = life->pause_count = 0;
    life->moved = true;
}

static void take_stop(reader *r, const step *s, int64_t moment_ms) {
    sw_life *life = r->running;
    life->stop_ms = moment_ms;
    life->stop_rec = s->view->at;
    for (uint32_t i = 0; i < life->pause_count; i++)
        if (!life->pause_recs[i].to_rec) life->pauses[i].to_ms = moment_ms;
    r->running = NULL;
}

static void take_cancel(reader *r, const step *s) {
    if (r->probe && r->probe->cancelled) r->probe->cancelled(r->probe->ctx, r->running, s->view);
    sw_life *before = NULL;
    for (sw_life *life = r->first; life != r->running; life = life->next) before = life;
    sw_life *after = r->running->next;
    if (before)
        before->next = after;
    else
        r->first = after;
    if (!after) r->last = before;
    r->running = NULL;
}

static sw_err take_step(reader *r, const step *s) {
    sw_scope scope = sw_scope_of(r->book, r->arena, r->probe, s->use->rule, s->view, r->group);
    sw_err err = SW_OK;
    if (s->use->part == SW_PART_START) {
        err = take_opening(r, &scope, s);
    } else if (r->running && r->running->rule == s->use->rule) {
        if (s->use->part == SW_PART_EXTEND) {
            err = take_extend(r, &scope, s);
            return err ? err : scope.err;
        }
        int64_t moment_ms;
        sw_arena_mark mark = sw_arena_save(r->arena);
        bool holds = sw_scope_on(&scope, sw_use_on(s->use), &moment_ms);
        sw_arena_rewind(r->arena, mark);
        if (!holds) return scope.err;
        if (s->use->part == SW_PART_RESTART) take_restart(r->running, s, moment_ms);
        if (s->use->part == SW_PART_STOP)
            take_stop(r, s, moment_ms);
        else if (s->use->part == SW_PART_CANCEL)
            take_cancel(r, s);
        else if (s->use->part != SW_PART_RESTART)
            err = take_pause(r, s, moment_ms);
    }
    return err ? err : scope.err;
}

/* Adds the clauses of one event behind those of earlier parts: stable, so (source, id) stays. */
static void add_steps(const sw_touch *touch, const sw_view *view, step *steps, uint32_t *count) {
    for (uint32_t i = 0; i < touch->use_count; i++) {
        const sw_use *use = &touch->uses[i];
        if (!(SW_PART(use->part) & SW_PARTS_DEADLINE)) continue;
        uint32_t at = *count;
        for (; at > 0 && steps[at - 1].use->part > use->part; at--) steps[at] = steps[at - 1];
        steps[at] = (step){view, use};
        (*count)++;
    }
}

/* The events [i, end) have one time: their clauses are sorted by part. */
static sw_err read_moment(reader *r, uint32_t i, uint32_t end) {
    const uint8_t *bytes = sw_book_records(r->book);
    const uint32_t *list = sw_book_list(r->book);
    step few[16], *steps = few;
    uint32_t most = 0, count = 0;
    for (uint32_t at = i; at < end; at++) {
        const sw_touch *touch =
            sw_plan_touch(r->book->plan, sw_record_type(bytes, list[at]), r->strand_index);
        if (touch) most += touch->use_count;
    }
    if (most == 0) return SW_OK;
    if (most > SW_COUNT(few)) steps = sw_arena_zero(r->arena, most, sizeof *steps);
    sw_view one, *views = end - i == 1 ? &one : sw_arena_zero(r->arena, end - i, sizeof *views);
    if (!steps || !views) return SW_E_NOMEM;
    for (uint32_t at = i; at < end; at++) {
        const sw_touch *touch =
            sw_plan_touch(r->book->plan, sw_record_type(bytes, list[at]), r->strand_index);
        if (!touch) continue;
        bool has;
        sw_view *view = &views[at - i];
        sw_record_read(bytes, list[at], view);
        sw_arena_mark mark = sw_arena_save(r->arena);
        sw_err err = sw_group_has(r->book, r->strand, view, r->group, r->arena, &has);
        sw_arena_rewind(r->arena, mark);
        if (err) return err;
        if (has) add_steps(touch, view, steps, &count);
    }
    for (uint32_t s = 0; s < count; s++) {
        sw_err err = take_step(r, &steps[s]);
        if (err) return err;
    }
    return SW_OK;
}

sw_err sw_life_replay(const sw_book *book, uint32_t strand, const sw_group *group, int64_t after_ms,
                      const sw_probe *probe, sw_arena *arena, const sw_run *only, sw_life **ret) {
    reader r = {.book = book,
                .strand = &book->plan->strands[strand],
                .strand_index = strand,
                .group = group,
                .probe = probe,
                .arena = arena};
    const uint8_t *bytes = sw_book_records(book);
    const uint32_t *list = sw_book_list(book);
    uint32_t i = after_ms == SW_TIME_NONE ? 0 : sw_book_find_time(book, after_ms, true);
    while (i < book->order_count) {
        int64_t time_ms = sw_record_time(bytes, list[i]);
        uint32_t end = i + 1;
        while (end < book->order_count && sw_record_time(bytes, list[end]) == time_ms) end++;
        sw_err err = read_moment(&r, i, end);
        if (err) return err;
        if (only && !r.running && r.last && r.last->rec == only->rec) break;
        i = end;
    }
    *ret = r.first;
    return SW_OK;
}

sw_err sw_run_group(const sw_book *book, const sw_run *run, sw_arena *arena, sw_group *ret) {
    const sw_strand *strand = &book->plan->strands[sw_run_strand(book, run)];
    if (strand->key_count == 1) {
        ret->count = 0;
        return SW_OK;
    }
    sw_view view;
    sw_book_read(book, run->rec, &view);
    return sw_group_of(book, strand, &view, run->combo, arena, ret);
}

sw_err sw_life_boundary(const sw_book *book, uint32_t strand, const sw_group *group,
                        int64_t time_ms, sw_arena *arena, int64_t *ret_after_ms) {
    if (!book->plan->strands[strand].has_deadline) {
        *ret_after_ms = time_ms - 1;
        return SW_OK;
    }
    int64_t after_ms = SW_TIME_NONE;
    for (uint32_t i = 0; i < book->run_count; i++) {
        const sw_run *run = &sw_book_runs(book)[i];
        if (!(run->flags & SW_RUN_CLOSED) || (run->flags & SW_RUN_GONE)) continue;
        if (sw_run_strand(book, run) != strand) continue;
        int64_t stop_ms = sw_record_time(sw_book_records(book), run->stop_rec);
        if (stop_ms >= time_ms || stop_ms <= after_ms) continue;
        sw_group other;
        sw_arena_mark mark = sw_arena_save(arena);
        sw_err err = sw_run_group(book, run, arena, &other);
        bool same = !err && sw_group_eq(&other, group);
        sw_arena_rewind(arena, mark);
        if (err) return err;
        if (same) after_ms = stop_ms;
    }
    *ret_after_ms = after_ms;
    return SW_OK;
}

/* An instance that nothing moved is its opening and its stop. */
static sw_err read_plain(const sw_book *book, const sw_run *run, const sw_probe *probe,
                         sw_arena *arena, sw_life *ret) {
    const sw_rule *rule = sw_run_rule(book, run);
    sw_life life = {.rule = rule,
                    .rec = run->rec,
                    .stop_rec = run->stop_rec,
                    .combo = run->combo,
                    .start = run->start,
                    .limit = run->limit,
                    .count = run->count,
                    .start_ms = run->start_ms,
                    .stop_ms = run->stop_ms};
    if (rule->kind == SW_DEADLINE) {
        const sw_limit *limit = &rule->limits[run->limit];
        life.span = limit->span;
        if (limit->n && limit->n[run->start]) {
            sw_view view;
            sw_group group;
            sw_arena_mark mark = sw_arena_save(arena);
            sw_book_read(book, run->rec, &view);
            sw_err err = sw_run_group(book, run, arena, &group);
            if (err) return err;
            sw_scope scope = sw_scope_of(book, arena, probe, rule, &view, &group);
            bool holds = sw_scope_span(&scope, limit->span, limit->n[run->start], limit->scale_ms,
                                       SW_TIME_FIRST_MS, &life.span);
            sw_arena_rewind(arena, mark);
            if (scope.err) return scope.err;
            SW_ASSERT(holds); /* it held at the opening, and what it reads is unchanged */
        }
    }
    *ret = life;
    return SW_OK;
}

sw_err sw_life_of_run(const sw_book *book, const sw_run *run, const sw_probe *probe,
                      sw_arena *arena, sw_life *ret) {
    if (!(run->flags & SW_RUN_MOVED)) return read_plain(book, run, probe, arena, ret);
    sw_group group;
    sw_life *life = NULL;
    uint32_t strand = sw_run_strand(book, run);
    /* Starts come before stops of their time: nothing of the group ran just before the opening. */
    int64_t after_ms = sw_record_time(sw_book_records(book), run->rec) - 1;
    sw_err err = sw_run_group(book, run, arena, &group);
    if (!err) err = sw_life_replay(book, strand, &group, after_ms, probe, arena, run, &life);
    if (err) return err;
    while (life && (life->rec != run->rec || life->rule != sw_run_rule(book, run)))
        life = life->next;
    SW_ASSERT(life);
    *ret = *life;
    return SW_OK;
}
