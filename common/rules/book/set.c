#include "rules/book/turn.h"

#include <stdlib.h>

/* Warnings of a set: what they borrow is copied into the arena, since the book moves. */
typedef struct collector {
    const sw_book *book;
    sw_arena *arena;
    sw_warning *items;
    uint32_t count, cap;
} collector;

static sw_err room(collector *c) {
    if (c->count < c->cap) return SW_OK;
    uint32_t cap = c->cap ? c->cap * 2 : 8;
    sw_warning *items = sw_arena_alloc(c->arena, cap * sizeof *items);
    if (!items) return SW_E_NOMEM;
    if (c->count) memcpy(items, c->items, c->count * sizeof *items);
    c->items = items;
    c->cap = cap;
    return SW_OK;
}

static sw_err own(sw_arena *arena, sw_warning *w) {
    sw_event_ref *refs = sw_arena_zero(arena, w->event_count, sizeof *refs);
    sw_slice *key = sw_arena_zero(arena, w->rule->key_count, sizeof *key);
    if (!refs || !key) return SW_E_NOMEM;
    bool whole = sw_arena_copy(arena, w->orgcode, &w->orgcode) &&
                 sw_arena_copy(arena, w->officerid, &w->officerid);
    for (uint32_t i = 0; i < w->event_count && whole; i++) {
        refs[i] = w->events[i];
        whole = sw_arena_copy(arena, refs[i].source, &refs[i].source) &&
                sw_arena_copy(arena, refs[i].id, &refs[i].id);
    }
    for (uint32_t i = 0; i < w->rule->key_count && whole; i++)
        whole = sw_arena_copy(arena, w->key[i], &key[i]);
    w->events = refs;
    w->key = key;
    return whole ? SW_OK : SW_E_NOMEM;
}

static sw_err add_run(collector *c, const sw_run *run, int64_t now_ms) {
    sw_standing standing = {0};
    sw_err err = sw_run_stand(c->book, run, now_ms, NULL, false, c->arena, &standing);
    for (uint32_t i = 0; !err && i < sw_rule_warn_count(standing.life.rule); i++) {
        int64_t next_ms;
        uint32_t count = sw_standing_reached(&standing, i, now_ms, &next_ms);
        for (uint32_t k = 0; k < count && !err; k++) {
            err = room(c);
            if (err) return err;
            sw_warning *w = &c->items[c->count];
            err = sw_run_warning(c->book, run, &standing, i, k,
                                 sw_rule_warn(standing.life.rule, i)->level, now_ms, c->arena, w);
            if (!err) err = own(c->arena, w);
            if (!err) c->count++;
        }
    }
    return err;
}

static int by_id(const void *a, const void *b) {
    const sw_warning *x = a, *y = b;
    return sw_hash128_cmp(x->id, y->id);
}

sw_err sw_book_at(const sw_book *book, int64_t now_ms, sw_arena *scratch, const sw_book **ret,
                  sw_book **ret_copy) {
    *ret_copy = NULL;
    *ret = book;
    bool pending =
        book->fresh_count &&
        sw_record_time(sw_book_records(book), sw_book_list(book)[book->order_count]) <= now_ms;
    if (!pending) return SW_OK;
    sw_book *copy;
    sw_err err = sw_book_clone(book, &copy);
    if (err) return err;
    sw_arena_mark mark = sw_arena_save(scratch);
    sw_turn turn = {.book = copy, .now_ms = now_ms, .arena = scratch};
    err = sw_turn_take(&turn);
    sw_arena_rewind(scratch, mark);
    if (err) {
        sw_book_close(copy);
        return err;
    }
    *ret = *ret_copy = copy;
    return SW_OK;
}

sw_err sw_book_set(const sw_book *book, int64_t now_ms, sw_arena *arena, const sw_warning **ret,
                   uint32_t *ret_count) {
    SW_ASSERT(book && arena && ret && ret_count);
    SW_ASSERT(now_ms >= book->done_ms);
    sw_book *copy;
    collector c = {.arena = arena};
    sw_err err = sw_book_at(book, now_ms, arena, &c.book, &copy);
    if (err) return err;
    for (uint32_t i = 0; i < c.book->run_count && !err; i++) {
        const sw_run *run = &sw_book_runs(c.book)[i];
        if (!(run->flags & SW_RUN_GONE)) err = add_run(&c, run, now_ms);
    }
    sw_book_close(copy);
    if (err) return err;
    if (c.count > 1) qsort(c.items, c.count, sizeof *c.items, by_id);
    *ret = c.items;
    *ret_count = c.count;
    return SW_OK;
}
