#include "rules/book/turn.h"

/* --- the lists ---------------------------------------------------------------------------- */

static void remove_at(sw_book *book, uint32_t index) {
    uint32_t *list = sw_book_list(book);
    uint32_t all = book->order_count + book->fresh_count + book->aside_count;
    memmove(&list[index], &list[index + 1], (all - index - 1) * sizeof *list);
    if (index < book->order_count)
        book->order_count--;
    else if (index < book->order_count + book->fresh_count)
        book->fresh_count--;
    else
        book->aside_count--;
}

static void insert_at(sw_book *book, uint32_t index, uint32_t rec) {
    uint32_t *list = sw_book_list(book);
    uint32_t all = book->order_count + book->fresh_count + book->aside_count;
    SW_ASSERT(all < book->list_cap);
    memmove(&list[index + 1], &list[index], (all - index) * sizeof *list);
    list[index] = rec;
}

static void put_aside(sw_book *book, uint32_t rec) {
    insert_at(book, book->order_count + book->fresh_count + book->aside_count, rec);
    book->aside_count++;
}

/* The place of a record among `count` sorted ones from `first`. */
static uint32_t find_place(const sw_book *book, uint32_t first, uint32_t count,
                           const sw_view *view) {
    const uint32_t *list = sw_book_list(book);
    uint32_t low = first, high = first + count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        sw_view other;
        sw_record_head(sw_book_records(book), list[mid], &other);
        if (sw_view_cmp(&other, view) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void sw_book_put_fresh(sw_book *book, const sw_view *view) {
    insert_at(book, find_place(book, book->order_count, book->fresh_count, view), view->at);
    book->fresh_count++;
}

/* Brings an event into effect; a replacement is no news to the runs of its identity. Room in the
 * list is there. */
static sw_err put_in_order(sw_turn *turn, const sw_view *view) {
    sw_book *book = turn->book;
    uint32_t at = find_place(book, 0, book->order_count, view);
    insert_at(book, at, view->at);
    book->order_count++;
    const uint8_t *bytes = sw_book_records(book);
    const uint32_t *list = sw_book_list(book);
    bool last = at + 1 == book->order_count &&
                (at == 0 || sw_record_time(bytes, list[at - 1]) < view->time_ms);
    bool step = last && !(view->flags & SW_RECORD_REPLACEMENT);
    return step ? sw_turn_step(turn, view->at) : sw_turn_disturb(turn, view->at, true);
}

/* --- corrections -------------------------------------------------------------------------- */

static bool corrects(const sw_view *correction, const sw_view *event) {
    return sw_slice_eq(correction->target_source, event->source) &&
           sw_slice_eq(correction->target_id, event->id);
}

bool sw_book_correction(const sw_book *book, sw_slice source, sw_slice id, sw_view *ret) {
    uint32_t first = book->order_count + book->fresh_count;
    bool found = false;
    for (uint32_t i = first; i < first + book->aside_count; i++) {
        sw_view view;
        sw_book_read(book, sw_book_list(book)[i], &view);
        if (!(view.flags & SW_RECORD_CORRECTION)) continue;
        if (!sw_slice_eq(view.target_source, source) || !sw_slice_eq(view.target_id, id)) continue;
        if (!found || sw_view_cmp(ret, &view) < 0) *ret = view, found = true;
    }
    return found;
}

/* Takes the target's present content out of effect. */
static sw_err lift_target(sw_turn *turn, const sw_view *correction) {
    sw_book *book = turn->book;
    for (uint32_t i = 0; i < book->order_count + book->fresh_count; i++) {
        sw_view view;
        uint32_t rec = sw_book_list(book)[i];
        sw_book_read(book, rec, &view);
        if ((view.flags & SW_RECORD_CORRECTION) || !corrects(correction, &view)) continue;
        bool in_order = i < book->order_count;
        remove_at(book, i);
        if (!(view.flags & SW_RECORD_REPLACEMENT)) put_aside(book, rec);
        return in_order ? sw_turn_disturb(turn, rec, false) : SW_OK;
    }
    return SW_OK;
}

/* A correction comes into effect; it is out of the list, which has room. */
static sw_err take_correction(sw_turn *turn, const sw_view *correction) {
    sw_book *book = turn->book;
    sw_view holding, target;
    put_aside(book, correction->at);
    bool found =
        sw_book_correction(book, correction->target_source, correction->target_id, &holding);
    SW_ASSERT(found);
    if (holding.at != correction->at) return SW_OK;
    sw_err err = lift_target(turn, correction);
    if (err || !holding.nested) return err;
    err = sw_book_reserve(book, 0, 1, 0);
    if (err) return err;
    sw_book_read(book, holding.nested, &target);
    if (book->plan->types[target.type].touch_count == 0) return SW_OK;
    if (target.time_ms <= turn->now_ms) return put_in_order(turn, &target);
    sw_book_put_fresh(book, &target);
    return SW_OK;
}

/* --- the turn ----------------------------------------------------------------------------- */

static sw_err watch_of(sw_turn *turn, sw_run *run, sw_watch **ret) {
    if (run->watch == 0) {
        if (turn->watch_count == turn->watch_cap) {
            uint32_t cap = turn->watch_cap ? turn->watch_cap * 2 : 8;
            sw_watch *more = sw_arena_zero(turn->arena, cap, sizeof *more);
            if (!more) return SW_E_NOMEM;
            if (turn->watch_count) memcpy(more, turn->watches, turn->watch_count * sizeof *more);
            turn->watches = more;
            turn->watch_cap = cap;
        }
        sw_watch *watch = &turn->watches[turn->watch_count++];
        *watch = (sw_watch){0};
        memcpy(watch->kept, run->told, sizeof watch->kept);
        run->watch = turn->watch_count;
    }
    *ret = &turn->watches[run->watch - 1];
    return SW_OK;
}

static sw_err note_taken(sw_turn *turn, sw_watch *watch, const uint16_t *reached) {
    for (uint32_t l = 0; l < SW_LEVELS; l++) {
        if (reached[l] < watch->kept[l]) {
            struct sw_taken_away *away = sw_arena_alloc(turn->arena, sizeof *away);
            if (!away) return SW_E_NOMEM;
            *away = (struct sw_taken_away){l, reached[l], watch->kept[l], turn->cause, watch->last};
            watch->last = away;
        }
        watch->kept[l] = reached[l];
    }
    return SW_OK;
}

/* After one of several events of a moment: which told levels did it take away? */
static sw_err watch_runs(sw_turn *turn) {
    sw_book *book = turn->book;
    for (uint32_t i = 0; i < book->active_count; i++) {
        sw_run *run = &sw_book_runs(book)[i];
        if (!(run->flags & SW_RUN_TOUCHED) || !sw_run_was_told(run)) continue;
        sw_watch *watch;
        sw_err err = watch_of(turn, run, &watch);
        if (err) return err;
        sw_arena_mark mark = sw_arena_save(turn->arena);
        sw_standing standing = {0};
        uint16_t reached[SW_LEVELS] = {0};
        bool gone = run->flags & SW_RUN_GONE;
        if (!gone)
            err = sw_run_stand(book, run, turn->now_ms, turn->probe, false, turn->arena, &standing);
        for (uint32_t l = 0; l < SW_LEVELS && !err; l++) {
            uint32_t warn = gone ? UINT32_MAX : sw_rule_warn_of(standing.life.rule, (sw_level)l);
            int64_t next_ms;
            uint32_t count = warn == UINT32_MAX
                                 ? 0
                                 : sw_standing_reached(&standing, warn, turn->now_ms, &next_ms);
            if (count > run->told[l]) count = run->told[l];
            reached[l] = (uint16_t)count;
        }
        sw_arena_rewind(turn->arena, mark);
        if (!err) err = note_taken(turn, watch, reached);
        if (err) return err;
    }
    return SW_OK;
}

static bool is_due(const sw_turn *turn, uint32_t i) {
    const sw_book *book = turn->book;
    return i < book->fresh_count &&
           sw_record_time(sw_book_records(book), sw_book_list(book)[book->order_count + i]) <=
               turn->now_ms;
}

/* Does a later correction of the same target come into effect at the same moment? */
static bool is_superseded(const sw_turn *turn, const sw_view *correction) {
    for (uint32_t i = 0; is_due(turn, i); i++) {
        sw_view view;
        sw_book_read(turn->book, sw_book_list(turn->book)[turn->book->order_count + i], &view);
        if ((view.flags & SW_RECORD_CORRECTION) &&
            sw_slice_eq(view.target_source, correction->target_source) &&
            sw_slice_eq(view.target_id, correction->target_id))
            return true;
    }
    return false;
}

/* The first of those that wait comes into effect. */
static sw_err take_first(sw_turn *turn) {
    sw_book *book = turn->book;
    sw_view view, holding;
    sw_book_read(book, sw_book_list(book)[book->order_count], &view);
    turn->cause = view.at;
    remove_at(book, book->order_count);
    if (view.flags & SW_RECORD_CORRECTION) {
        if (!is_superseded(turn, &view)) return take_correction(turn, &view);
        put_aside(book, view.at);
        return SW_OK;
    }
    bool corrected = !(view.flags & SW_RECORD_REPLACEMENT) && book->aside_count > 0 &&
                     sw_book_correction(book, view.source, view.id, &holding);
    if (!corrected) return put_in_order(turn, &view);
    put_aside(book, view.at);
    return SW_OK;
}

sw_err sw_turn_take(sw_turn *turn) {
    turn->many = is_due(turn, 1);
    while (is_due(turn, 0)) {
        sw_err err = take_first(turn);
        if (!err && turn->many) err = watch_runs(turn);
        if (err) return err;
    }
    return SW_OK;
}

/* --- taking ------------------------------------------------------------------------------- */

static bool is_known(const sw_book *book, uint32_t first, uint32_t end, const sw_event *event) {
    for (uint32_t i = first; i < end; i++) {
        sw_view view;
        uint32_t rec = sw_book_list(book)[i];
        if (sw_record_time(sw_book_records(book), rec) != event->time_ms) continue;
        sw_record_head(sw_book_records(book), rec, &view);
        if (view.flags & SW_RECORD_REPLACEMENT) continue;
        if (sw_slice_eq(view.source, event->source) && sw_slice_eq(view.id, event->id)) return true;
    }
    return false;
}

static bool was_taken(const sw_book *book, const sw_event *event) {
    uint32_t first = sw_book_find_time(book, event->time_ms, false);
    uint32_t end = sw_book_find_time(book, event->time_ms, true);
    uint32_t all = book->order_count + book->fresh_count + book->aside_count;
    return is_known(book, first, end, event) || is_known(book, book->order_count, all, event);
}

static void add_record(sw_book *book, const uint8_t *packed, size_t len) {
    sw_view view;
    memcpy(sw_book_records(book) + book->bytes_len, packed, len);
    sw_record_head(sw_book_records(book), book->bytes_len, &view);
    book->bytes_len += (uint32_t)len;
    for (uint32_t at = view.at; at < book->bytes_len; at += SW_BOOK_PAGE_BYTES)
        sw_book_mark(book, at);
    sw_book_mark(book, book->bytes_len - 1);
    sw_book_put_fresh(book, &view);
    book->taken = 1;
}

sw_err sw_book_take(sw_book *book, const sw_event *event, sw_arena *scratch) {
    SW_ASSERT(book && event && scratch);
    const sw_plan *plan = book->plan;
    bool ours = event->correction || (sw_plan_concerns(plan, event->type) &&
                                      sw_event_has_key(event, plan->key_id, sw_book_value(book)));
    if (!ours || was_taken(book, event)) return SW_OK;
    sw_arena_mark mark = sw_arena_save(scratch);
    uint8_t *packed = sw_arena_alloc(scratch, sw_record_size(plan, event));
    if (!packed) return SW_E_NOMEM;
    size_t len = sw_record_write(plan, sw_book_value(book), event, packed);
    sw_err err = sw_book_reserve(book, 0, 1, len);
    if (!err) add_record(book, packed, len);
    sw_arena_rewind(scratch, mark);
    return err;
}
