#include "rules/book/turn.h"

/* What happened to it, or false: nothing that anybody was or has to be told. */
static bool find_change(const sw_run *run, sw_period_news *news) {
    bool listed = run->flags & SW_RUN_LISTED;
    if (run->flags & SW_RUN_GONE) {
        news->change = SW_PERIOD_CLOSED;
        return listed;
    }
    if (run->flags & SW_RUN_CLOSED) {
        news->change = SW_PERIOD_CLOSED;
        return listed || (run->flags & SW_RUN_TOUCHED);
    }
    news->change = listed ? SW_PERIOD_MOVED : SW_PERIOD_OPENED;
    return true;
}

static void fill_standing(const sw_standing *standing, sw_period_news *news) {
    if (!standing->counted) {
        news->due_ms = SW_TIME_NONE;
        return;
    }
    const sw_due *due = &standing->due;
    news->due_ms = due->due_ms;
    news->provisional = due->provisional;
    if (standing->life.rule->caution) news->caution_ms = standing->caution.due_ms;
    news->late_by_s = sw_standing_late_s(standing);
    if (news->change == SW_PERIOD_CLOSED) return;
    if (due->pause_count && due->pauses[due->pause_count - 1].to_ms == SW_TIME_MAX)
        news->paused_ms = due->pauses[due->pause_count - 1].from_ms;
    if (standing->next_ms != SW_TIME_MAX) news->next_ms = standing->next_ms;
    news->next_level = standing->next_level;
}

static sw_event_ref ref_of(const sw_book *book, uint32_t rec, sw_view *view) {
    sw_record_head(sw_book_records(book), rec, view);
    return (sw_event_ref){view->source, view->id, sw_book_type(book, view)};
}

/* Of several events at one moment nobody knows which one it was. */
static uint32_t cause_of(const sw_turn *turn, const sw_run *run) {
    if ((run->flags & SW_RUN_CLOSED) && !(run->flags & SW_RUN_GONE)) return run->stop_rec;
    return (run->flags & SW_RUN_TOUCHED) && !turn->many ? turn->cause : 0;
}

static bool cancels(const sw_book *book, const sw_run *run, const sw_view *cause) {
    const sw_touch *touch = sw_plan_touch(book->plan, cause->type, sw_run_strand(book, run));
    for (uint32_t i = 0; touch && i < touch->use_count; i++)
        if (touch->uses[i].rule == sw_run_rule(book, run) && touch->uses[i].part == SW_PART_CANCEL)
            return true;
    return false;
}

static const char *reason_of(const sw_book *book, const sw_run *run, const sw_view *cause) {
    if (!(run->flags & SW_RUN_GONE)) return "stopped";
    bool cancelled = cause && !(cause->flags & SW_RECORD_CORRECTION) && cancels(book, run, cause);
    return cancelled ? "cancelled" : "withdrawn";
}

static sw_err fill_group(const sw_turn *turn, const sw_run *run, sw_slice *key,
                         sw_period_news *news) {
    const sw_book *book = turn->book;
    sw_group group;
    sw_err err = sw_run_group(book, run, turn->arena, &group);
    if (err) return err;
    key[0] = sw_book_value(book);
    for (uint32_t i = 1; i < news->rule->key_count; i++) key[i] = group.values[i - 1];
    news->key = key;
    return sw_run_owner(book, run, &group, turn->now_ms, 0, turn->arena, &news->orgcode,
                        &news->officerid);
}

static int32_t highest_level(const sw_run *run) {
    for (int32_t l = (int32_t)SW_LEVELS - 1; l >= 0; l--)
        if (run->told[l]) return l;
    return -1;
}

sw_err sw_run_tell_period(sw_turn *turn, sw_run *run, const sw_standing *standing,
                          const sw_sink *sink) {
    const sw_book *book = turn->book;
    sw_period_news news = {.at_ms = turn->now_ms,
                           .rule = sw_run_rule(book, run),
                           .start_ms = run->start_ms,
                           .due_ms = run->due_ms,
                           .caution_ms = SW_TIME_NONE,
                           .paused_ms = SW_TIME_NONE,
                           .stopped_ms = SW_TIME_NONE,
                           .late_by_s = -1,
                           .next_ms = SW_TIME_NONE,
                           .level = highest_level(run),
                           .next_level = -1};
    if (!sink->period || news.rule->kind != SW_DEADLINE || !find_change(run, &news)) return SW_OK;
    sw_slice key[SW_KEY_MAX];
    sw_view opening, cause;
    sw_event_ref opened_by = ref_of(book, run->rec, &opening), caused_by;
    uint32_t cause_rec = cause_of(turn, run);
    news.opened_by = &opened_by;
    if (cause_rec) {
        caused_by = ref_of(book, cause_rec, &cause);
        news.cause = &caused_by;
    }
    if (news.change == SW_PERIOD_CLOSED)
        news.reason = reason_of(book, run, cause_rec ? &cause : NULL);
    if ((run->flags & SW_RUN_CLOSED) && !(run->flags & SW_RUN_GONE)) news.stopped_ms = run->stop_ms;
    if (standing) fill_standing(standing, &news);
    sw_arena_mark mark = sw_arena_save(turn->arena);
    sw_err err = fill_group(turn, run, key, &news);
    if (!err) err = sink->period(sink->ctx, &news);
    sw_arena_rewind(turn->arena, mark);
    if (news.change == SW_PERIOD_CLOSED)
        run->flags &= (uint8_t)~SW_RUN_LISTED;
    else
        run->flags |= SW_RUN_LISTED;
    return err;
}
