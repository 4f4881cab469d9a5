#include "shelf.h"

#include <stdlib.h>

sw_err shelf_open(shelf *on, const sw_ruleset *set, uint32_t events_max, sw_arena *arena) {
    *on = (shelf){.set = set, .arena = arena, .clock_ms = SW_TIME_NONE};
    on->accepted = sw_arena_zero(arena, events_max + 1u, sizeof *on->accepted);
    if (!on->accepted) return SW_E_LIMIT;
    for (uint32_t i = 0; i < sw_ruleset_rule_count(set); i++) {
        const sw_rule *rule = sw_ruleset_rule(set, i);
        bool known = false;
        for (uint32_t p = 0; p < on->plan_count; p++)
            known = known || sw_plan_key(on->plans[p]) == rule->key_ids[0];
        if (known) continue;
        SW_ASSERT(on->plan_count < SHELF_PLANS_MAX);
        sw_err err = sw_plan_new(arena, set, rule->key_ids[0], &on->plans[on->plan_count]);
        if (err) return err;
        on->plan_count++;
    }
    return SW_OK;
}

void shelf_close(shelf *on) {
    for (uint32_t i = 0; i < on->book_count; i++) sw_book_close(on->books[i].book);
    on->book_count = 0;
}

static sw_err book_of(shelf *on, const sw_plan *plan, sw_slice value, shelf_book **ret) {
    for (uint32_t i = 0; i < on->book_count; i++) {
        shelf_book *book = &on->books[i];
        if (book->plan == plan && sw_slice_eq(book->value, value)) {
            *ret = book;
            return SW_OK;
        }
    }
    SW_ASSERT(on->book_count < SHELF_BOOKS_MAX);
    shelf_book *book = &on->books[on->book_count];
    *book = (shelf_book){.plan = plan, .value = value};
    sw_err err = sw_book_open(plan, value, &book->book);
    if (err) return err;
    on->book_count++;
    *ret = book;
    return SW_OK;
}

static sw_hash128 target_of(const sw_event *event) {
    return event->correction ? event->correction->identity : event->identity;
}

static bool is_accepted(const shelf *on, sw_hash128 identity) {
    for (uint32_t i = 0; i < on->accepted_count; i++)
        if (!on->accepted[i]->correction && sw_hash128_eq(on->accepted[i]->identity, identity))
            return true;
    return false;
}

/* Gives a book everything that is known of an identity; it ignores what it took before. */
static sw_err give(shelf *on, shelf_book *book, sw_hash128 identity) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < on->accepted_count; i++) {
        const sw_event *event = on->accepted[i];
        if (!sw_hash128_eq(target_of(event), identity)) continue;
        sw_arena_mark mark = sw_arena_save(on->arena);
        err = sw_book_take(book->book, event, on->arena);
        sw_arena_rewind(on->arena, mark);
    }
    return err;
}

/* Contract 2: corrections "reach the keys of the old and of the new content". */
static sw_err give_to_all(shelf *on, sw_hash128 identity, const sw_event *content) {
    if (!content || content->correction) return SW_OK;
    sw_err err = SW_OK;
    for (uint32_t p = 0; !err && p < on->plan_count; p++) {
        sw_slice values[8];
        uint32_t count =
            sw_event_key_values(content, sw_plan_key(on->plans[p]), values, 8, on->arena);
        SW_ASSERT(count <= 8);
        for (uint32_t i = 0; !err && i < count; i++) {
            shelf_book *book;
            err = book_of(on, on->plans[p], values[i], &book);
            if (!err) err = give(on, book, identity);
        }
    }
    return err;
}

sw_err shelf_take(shelf *on, const sw_event *event) {
    on->accepted[on->accepted_count++] = event;
    sw_hash128 identity = target_of(event);
    if (!is_accepted(on, identity)) return SW_OK; /* it waits for what it corrects */
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < on->accepted_count; i++) {
        const sw_event *one = on->accepted[i];
        if (!sw_hash128_eq(target_of(one), identity)) continue;
        err = give_to_all(on, identity, one->correction ? one->correction->replacement : one);
    }
    return err;
}

/* ---- the stored form ---- */

static sw_err store_page(void *ctx, uint32_t page, sw_buf *out) {
    const shelf *on = ((void **)ctx)[0];
    shelf_book *book = ((void **)ctx)[1];
    SW_ASSERT(page < SHELF_PAGES_MAX);
    if (!sw_arena_copy(on->arena, sw_buf_slice(out), &book->pages[page])) return SW_E_LIMIT;
    sw_buf_clear(out);
    return SW_OK;
}

static sw_err store_changed(shelf *on, shelf_book *book, sw_buf *buf) {
    void *ctx[] = {on, book};
    const sw_book_page_sink sink = {ctx, store_page};
    sw_buf_clear(buf);
    sw_err err = sw_book_encode_head(book->book, buf);
    if (err) return err;
    if (!sw_arena_copy(on->arena, sw_buf_slice(buf), &book->head)) return SW_E_LIMIT;
    sw_buf_clear(buf);
    err = sw_book_encode_pages(book->book, book->page_count < 2, buf, &sink);
    if (err) return err;
    book->page_count = sw_book_pages(book->book);
    if (book->page_count > 1) on->paged++;
    sw_book_stored(book->book);
    return SW_OK;
}

/* What is stored, put together. */
static sw_err join(const shelf_book *book, sw_buf *ret) {
    sw_buf_clear(ret);
    sw_buf_add(ret, book->head);
    for (uint32_t i = 0; i < book->page_count; i++) sw_buf_add(ret, book->pages[i]);
    return ret->err;
}

/* Stores what has changed of all books: then what is stored is the whole form. */
static sw_err store_all(shelf *on) {
    sw_buf stored, whole;
    sw_buf_init(&stored, (size_t)16 << 20);
    sw_buf_init(&whole, (size_t)16 << 20);
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < on->book_count; i++) {
        shelf_book *book = &on->books[i];
        err = store_changed(on, book, &stored);
        if (!err) err = join(book, &stored);
        sw_buf_clear(&whole);
        if (!err) err = sw_book_encode(book->book, &whole);
        if (!err && !sw_slice_eq(sw_buf_slice(&stored), sw_buf_slice(&whole)))
            on->fault = "what is stored of a book is not what it is";
    }
    sw_buf_done(&stored);
    sw_buf_done(&whole);
    return err;
}

/* ---- telling ---- */

typedef struct catcher {
    shelf *on;
    int64_t now_ms; /* every change must be of this moment; SW_TIME_NONE: of any */
} catcher;

static sw_err on_told(void *ctx, const sw_transition *told) {
    catcher *into = ctx;
    keep_in(into->on->arena, &into->on->told, told);
    if (into->now_ms != SW_TIME_NONE && told->at_ms != into->now_ms)
        into->on->fault = "a transition was not told at its moment";
    return SW_OK;
}

static sw_err tell_all(shelf *on, int64_t now_ms, bool one_moment) {
    sw_err err = SW_OK;
    sw_arena scratch;
    sw_arena_init(&scratch, (size_t)64 << 20);
    for (uint32_t i = 0; !err && i < on->book_count; i++) {
        catcher into = {on, one_moment ? now_ms : SW_TIME_NONE};
        sw_sink sink = {.ctx = &into, .tell = on_told};
        sw_arena_reset(&scratch);
        err = sw_book_tell(on->books[i].book, now_ms, &scratch, &sink);
        if (!err && sw_book_next(on->books[i].book) <= now_ms)
            on->fault = "after a tell the next moment is not after the clock";
    }
    sw_arena_done(&scratch);
    on->clock_ms = now_ms;
    if (!err && ++on->tells % 3 == 0) err = store_all(on);
    return err;
}

sw_err shelf_tell(shelf *on, int64_t now_ms) {
    return tell_all(on, now_ms, false);
}

sw_err shelf_run(shelf *on, int64_t until_ms) {
    for (;;) {
        int64_t next = SW_TIME_MAX;
        for (uint32_t i = 0; i < on->book_count; i++) {
            int64_t own = sw_book_next(on->books[i].book);
            if (own < next) next = own;
        }
        if (next <= on->clock_ms || next >= until_ms || on->fault) break;
        sw_err err = tell_all(on, next, true);
        if (err) return err;
    }
    return on->fault ? SW_OK : tell_all(on, until_ms, true);
}

sw_err shelf_reopen(shelf *on) {
    sw_buf stored;
    sw_buf_init(&stored, (size_t)16 << 20);
    sw_err err = store_all(on);
    for (uint32_t i = 0; !err && i < on->book_count; i++) {
        shelf_book *book = &on->books[i];
        sw_book *again;
        err = join(book, &stored);
        if (err) break;
        sw_arena_mark mark = sw_arena_save(on->arena);
        err =
            sw_book_decode(book->plan, book->value, sw_buf_slice(&stored), NULL, on->arena, &again);
        sw_arena_rewind(on->arena, mark);
        if (err) break;
        if (sw_book_next(again) != sw_book_next(book->book))
            on->fault = "a book read back has another next moment";
        sw_book_close(book->book);
        book->book = again;
    }
    sw_buf_done(&stored);
    return err;
}

static int by_id(const void *a, const void *b) {
    const sw_warning *const *x = a, *const *y = b;
    return sw_hash128_cmp((*x)->id, (*y)->id);
}

sw_err shelf_set(shelf *on, int64_t now_ms, const sw_warning ***ret, uint32_t *ret_count) {
    const sw_warning *lists[SHELF_BOOKS_MAX];
    uint32_t counts[SHELF_BOOKS_MAX], total = 0;
    for (uint32_t i = 0; i < on->book_count; i++) {
        sw_err err = sw_book_set(on->books[i].book, now_ms, on->arena, &lists[i], &counts[i]);
        if (err) return err;
        total += counts[i];
    }
    const sw_warning **all = sw_arena_zero(on->arena, total + 1u, sizeof(*all));
    if (!all) return SW_E_LIMIT;
    uint32_t count = 0;
    for (uint32_t i = 0; i < on->book_count; i++)
        for (uint32_t k = 0; k < counts[i]; k++) {
            all[count++] = &lists[i][k];
            if (k && by_id(&all[count - 2], &all[count - 1]) >= 0)
                on->fault = "a set is not sorted by id";
        }
    qsort(all, count, sizeof(*all), by_id);
    *ret = all, *ret_count = count;
    return SW_OK;
}
