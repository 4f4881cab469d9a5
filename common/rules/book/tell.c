#include "rules/book/tally.h"
#include "rules/book/turn.h"

#include <stdlib.h>

/* What is to be told, in an array that grows in the arena. */
typedef struct telling {
    sw_turn *turn;
    const sw_sink *sink;
    struct news {
        sw_transition told;
        sw_warning warning;
        sw_event_ref cause;
        bool has_cause;
    } * items;
    uint32_t count, cap;
} telling;

static const char *reason_of(const sw_book *book, const sw_run *run, const sw_view *cause) {
    static const struct {
        uint32_t parts;
        const char *reason;
    } by_part[] = {
        {SW_PART(SW_PART_CANCEL), "cancelled"},
        {SW_PART(SW_PART_RESTART), "restarted"},
        {SW_PART(SW_PART_EXTEND), "extended"},
        {SW_PART(SW_PART_PAUSE_FROM) | SW_PART(SW_PART_PAUSE_TO), "paused"},
        {SW_PART(SW_PART_STOP), "stop"},
    };
    if (cause->flags & SW_RECORD_CORRECTION)
        return sw_slice_is(sw_book_type(book, cause)->name, "event.retracted") ? "retracted"
                                                                               : "corrected";
    const sw_touch *touch = sw_plan_touch(book->plan, cause->type, sw_run_strand(book, run));
    uint32_t parts = 0;
    for (uint32_t i = 0; touch && i < touch->use_count; i++)
        if (touch->uses[i].rule == sw_run_rule(book, run)) parts |= SW_PART(touch->uses[i].part);
    for (size_t i = 0; i < SW_COUNT(by_part); i++)
        if (parts & by_part[i].parts) return by_part[i].reason;
    return "late-event";
}

static sw_err room(telling *t) {
    if (t->count < t->cap) return SW_OK;
    uint32_t cap = t->cap ? t->cap * 2 : 8;
    struct news *items = sw_arena_alloc(t->turn->arena, cap * sizeof *items);
    if (!items) return SW_E_NOMEM;
    if (t->count) memcpy(items, t->items, t->count * sizeof *items);
    t->items = items;
    t->cap = cap;
    return SW_OK;
}

static sw_err add(telling *t, const sw_run *run, const sw_standing *standing, sw_change change,
                  sw_level level, uint32_t repeat, uint32_t cause_rec) {
    sw_turn *turn = t->turn;
    sw_err err = room(t);
    if (err) return err;
    struct news *news = &t->items[t->count];
    *news = (struct news){.told = {.change = change, .at_ms = turn->now_ms}};
    uint32_t warn = sw_rule_warn_of(sw_run_rule(turn->book, run), level);
    if (warn == UINT32_MAX) warn = 0;
    if (change == SW_WITHDRAWN) standing = NULL;
    err = sw_run_warning(turn->book, run, standing, warn, repeat, level, turn->now_ms, turn->arena,
                         &news->warning);
    if (err) return err;
    if (change == SW_WITHDRAWN) news->warning.state = SW_STATE_WITHDRAWN;
    if (cause_rec) {
        sw_view view;
        sw_book_read(turn->book, cause_rec, &view);
        news->cause = (sw_event_ref){view.source, view.id, sw_book_type(turn->book, &view)};
        news->has_cause = true;
        news->told.reason = change == SW_RESOLVED ? "stop" : reason_of(turn->book, run, &view);
    }
    t->count++;
    return SW_OK;
}

static uint32_t cause_of(const telling *t, const sw_run *run, uint32_t level, uint32_t repeat) {
    const struct sw_taken_away *away = run->watch ? t->turn->watches[run->watch - 1].last : NULL;
    for (; away; away = away->before)
        if (away->level == level && away->from <= repeat && repeat < away->to) return away->cause;
    return t->turn->cause;
}

/* One level of a run: `count` of it and its repeats are reached now. */
static sw_err tell_level(telling *t, const sw_run *run, const sw_standing *standing, uint32_t level,
                         uint32_t count) {
    bool closed = run->flags & SW_RUN_CLOSED && !(run->flags & SW_RUN_GONE);
    bool resolved = run->flags & SW_RUN_RESOLVED;
    uint32_t told = run->told[level];
    sw_err err = SW_OK;
    for (uint32_t k = count; k < told && !err; k++)
        err = add(t, run, standing, SW_WITHDRAWN, (sw_level)level, k, cause_of(t, run, level, k));
    for (uint32_t k = 0; k < count && !err; k++) {
        bool new = k >= told;
        if (new || (resolved && !closed))
            err = add(t, run, standing, SW_RAISED, (sw_level)level, k, 0);
        if (!err && closed && (new || !resolved))
            err = add(t, run, standing, SW_RESOLVED, (sw_level)level, k, run->stop_rec);
    }
    return err;
}

/* A stop before anything was reached: nothing to tell, nothing to count. */
static bool ends_silently(const sw_run *run) {
    return (run->flags & SW_RUN_CLOSED) && !(run->flags & (SW_RUN_MOVED | SW_RUN_GONE)) &&
           run->due_ms != SW_TIME_NONE && run->next_ms >= run->stop_ms && !sw_run_was_told(run);
}

static void settle(sw_run *run) {
    run->flags &= (uint8_t) ~(SW_RUN_TOUCHED | SW_RUN_RESOLVED);
    if (run->flags & SW_RUN_CLOSED) run->flags |= SW_RUN_RESOLVED;
    run->watch = 0;
}

/* What is stored of a run: does it differ? */
static bool is_told_otherwise(const sw_run *a, const sw_run *b) {
    const uint8_t stored = SW_RUN_RESOLVED | SW_RUN_LISTED;
    return ((a->flags ^ b->flags) & stored) || memcmp(a->told, b->told, sizeof a->told) != 0;
}

static sw_err stand(const sw_turn *turn, const sw_run *run, sw_standing *ret) {
    const sw_life *life = sw_turn_life(turn, run);
    if (life) return sw_life_stand(life, turn->now_ms, false, turn->arena, ret);
    return sw_run_stand(turn->book, run, turn->now_ms, turn->probe, false, turn->arena, ret);
}

static sw_err compare_run(telling *t, sw_run *run) {
    sw_turn *turn = t->turn;
    sw_standing standing = {0};
    bool gone = run->flags & SW_RUN_GONE;
    if (ends_silently(run)) {
        run->next_ms = SW_TIME_MAX;
        sw_err err = sw_run_tell_period(turn, run, NULL, t->sink);
        settle(run);
        return err;
    }
    if (!gone) {
        sw_err err = stand(turn, run, &standing);
        if (err) return err;
    }
    run->next_ms = SW_TIME_MAX;
    if (!gone) {
        sw_standing_measure(&standing, turn->now_ms);
        run->next_ms = standing.next_ms;
        bool deadline = standing.life.rule->kind == SW_DEADLINE;
        run->due_ms = deadline && standing.counted ? standing.due.due_ms : SW_TIME_NONE;
    }
    for (uint32_t l = 0; l < SW_LEVELS; l++) {
        sw_err err = tell_level(t, run, &standing, l, standing.reached[l]);
        if (err) return err;
        run->told[l] = standing.reached[l];
    }
    sw_err err = sw_run_tell_period(turn, run, gone ? NULL : &standing, t->sink);
    settle(run);
    return err;
}

static sw_err tell_run(telling *t, sw_run *run) {
    const sw_run before = *run;
    sw_err err = compare_run(t, run);
    if (!err && is_told_otherwise(&before, run)) sw_book_mark(t->turn->book, run->rec);
    return err;
}

static int warning_cmp(const sw_warning *a, const sw_warning *b) {
    int order = sw_slice_cmp(a->rule->id, b->rule->id);
    uint32_t keys =
        a->rule->key_count < b->rule->key_count ? a->rule->key_count : b->rule->key_count;
    for (uint32_t i = 0; i < keys && !order; i++) order = sw_slice_cmp(a->key[i], b->key[i]);
    if (order) return order;
    if (a->rule->key_count != b->rule->key_count)
        return a->rule->key_count < b->rule->key_count ? -1 : 1;
    if (a->level != b->level) return a->level < b->level ? -1 : 1;
    return (a->repeat > b->repeat) - (a->repeat < b->repeat);
}

static int news_cmp(const void *a, const void *b) {
    const struct news *x = a, *y = b;
    int order = warning_cmp(&x->warning, &y->warning);
    if (order) return order;
    if (x->told.change != y->told.change) return x->told.change < y->told.change ? -1 : 1;
    return sw_hash128_cmp(x->warning.id, y->warning.id);
}

/* Sorted: the withdrawn of one level, then its raised ones. The i-th of both are joined. */
static void join(telling *t) {
    for (uint32_t i = 0; i < t->count; i++) {
        if (t->items[i].told.change != SW_WITHDRAWN) continue;
        uint32_t end = i;
        while (end < t->count && t->items[end].told.change == SW_WITHDRAWN &&
               warning_cmp(&t->items[end].warning, &t->items[i].warning) == 0)
            end++;
        for (uint32_t a = i, b = end; a < end && b < t->count; a++, b++) {
            if (t->items[b].told.change != SW_RAISED) break;
            if (warning_cmp(&t->items[b].warning, &t->items[i].warning) != 0) break;
            t->items[a].told.replaced_by = &t->items[b].warning.id;
            t->items[b].told.replaces = &t->items[a].warning.id;
        }
        i = end - 1;
    }
}

static sw_err tell_all(telling *t, const sw_sink *sink) {
    if (t->count > 1) qsort(t->items, t->count, sizeof *t->items, news_cmp);
    join(t);
    for (uint32_t i = 0; i < t->count; i++) {
        struct news *news = &t->items[i];
        news->told.warning = &news->warning;
        if (news->has_cause) news->told.cause = &news->cause;
        sw_err err = sink->tell(sink->ctx, &news->told);
        if (err) return err;
    }
    return SW_OK;
}

/* Where failures and pairs left out go. */
struct passing {
    const sw_book *book;
    const sw_sink *sink;
};

/* One moment: what comes into effect, then what differs. */
static sw_err turn_once(sw_book *book, int64_t now_ms, sw_arena *scratch, const sw_sink *sink,
                        const sw_probe *probe) {
    sw_arena_mark mark = sw_arena_save(scratch);
    sw_turn turn = {.book = book, .now_ms = now_ms, .arena = scratch, .probe = probe};
    telling t = {.turn = &turn, .sink = sink};
    bool told = false;
    sw_err err = sw_turn_take(&turn);
    for (uint32_t i = 0; i < book->active_count && !err; i++) {
        sw_run *run = &sw_book_runs(book)[i];
        if (!(run->flags & SW_RUN_TOUCHED) && run->next_ms > now_ms) continue;
        told = true;
        err = tell_run(&t, run);
    }
    if (!err && t.count) err = tell_all(&t, sink);
    if (!err && told) sw_book_sleep(book);
    if (!err && now_ms > book->done_ms) book->done_ms = now_ms;
    sw_arena_rewind(scratch, mark);
    return err;
}

static void pass_dear(void *ctx, const sw_rule *rule, uint32_t rec) {
    const struct passing *to = ctx;
    (void)rec;
    to->sink->failed(to->sink->ctx, rule, SW_E_LIMIT);
}

static void pass_left_out(void *ctx, const sw_rule *rule, const sw_group *group) {
    const struct passing *to = ctx;
    sw_slice key[SW_KEY_MAX] = {sw_book_value(to->book)};
    for (uint32_t i = 0; i < group->count; i++) key[i + 1] = group->values[i];
    to->sink->left_out(to->sink->ctx, rule, key);
}

static void pass_failure(void *ctx, const sw_rule *rule, const sw_view *view, const sw_cel *cel,
                         const sw_cel_failure *failure) {
    const struct passing *to = ctx;
    (void)view, (void)cel;
    to->sink->failed(to->sink->ctx, rule, failure->code);
}

sw_err sw_book_tell(sw_book *book, int64_t now_ms, sw_arena *scratch, const sw_sink *sink) {
    SW_ASSERT(book && scratch && sink && sink->tell);
    SW_ASSERT(now_ms >= book->done_ms);
    book->lists = sink->period != NULL;
    struct passing to = {book, sink};
    sw_probe probe = {.ctx = &to,
                      .failed = sink->failed ? pass_failure : NULL,
                      .too_dear = sink->failed ? pass_dear : NULL,
                      .left_out = sink->left_out ? pass_left_out : NULL};
    while (!book->taken) {
        int64_t next_ms = sw_book_next(book);
        if (next_ms >= now_ms) break;
        sw_err err = turn_once(book, next_ms, scratch, sink, &probe);
        if (err) return err;
    }
    sw_err err = turn_once(book, now_ms, scratch, sink, &probe);
    if (!err) book->taken = 0;
    if (book->tallies && book->order_count < SW_TALLIES_FROM) {
        sw_tallies_free(book->tallies);
        book->tallies = NULL;
    }
    return err;
}

int64_t sw_book_next(const sw_book *book) {
    int64_t next_ms = SW_TIME_MAX;
    if (book->taken) return book->done_ms;
    if (book->fresh_count)
        next_ms = sw_record_time(sw_book_records(book), sw_book_list(book)[book->order_count]);
    const sw_run *runs = sw_book_runs(book);
    for (uint32_t i = 0; i < book->active_count; i++)
        if (runs[i].next_ms < next_ms) next_ms = runs[i].next_ms;
    return next_ms;
}

int64_t sw_book_done(const sw_book *book) {
    return book->done_ms;
}

bool sw_book_is_open(const sw_book *book) {
    if (book->fresh_count) return true;
    return book->active_count > 0;
}
