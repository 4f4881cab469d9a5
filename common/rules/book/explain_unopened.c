#include "rules/book/explain_unopened.h"

#include <stdlib.h>

#define PARTS_OPENING (SW_PART(SW_PART_START) | SW_PART(SW_PART_ON) | SW_PART(SW_PART_LEFT))

typedef struct finder {
    const sw_ledger *l;
    const sw_book *book;
    const sw_explain *what;
    uint32_t strand_index;
    const sw_strand *strand;
    sw_unopened *items;
    uint32_t first, count, cap; /* first: of the strand */
} finder;

static const sw_touch *opening_touch(const sw_book *book, uint32_t type, uint32_t strand) {
    const sw_touch *touch = sw_plan_touch(book->plan, type, strand);
    return touch && (touch->parts & PARTS_OPENING) ? touch : NULL;
}

/* --- candidates --------------------------------------------------------------------------- */

static sw_err add(finder *f, const sw_unopened *item) {
    if (f->count == f->cap) {
        uint32_t cap = f->cap ? f->cap * 2 : 8;
        sw_unopened *items = sw_arena_zero(f->l->arena, cap, sizeof *items);
        if (!items) return SW_E_NOMEM;
        if (f->count) memcpy(items, f->items, f->count * sizeof *items);
        f->items = items;
        f->cap = cap;
    }
    f->items[f->count++] = *item;
    return SW_OK;
}

/* Is what the event is now, after a correction, looked at by itself? */
static bool stands_again(const finder *f, const sw_view *aside) {
    const sw_book *book = f->book;
    for (uint32_t i = 0; i < book->order_count + book->fresh_count; i++) {
        sw_view view;
        sw_record_head(sw_book_records(book), sw_book_list(book)[i], &view);
        bool same = !(view.flags & SW_RECORD_CORRECTION) &&
                    sw_slice_eq(view.source, aside->source) && sw_slice_eq(view.id, aside->id);
        if (same) return opening_touch(book, view.type, f->strand_index) != NULL;
    }
    return false;
}

/* Does a group have the values that are asked for? */
static bool is_asked(const finder *f, const sw_group *group) {
    for (uint32_t i = 1; f->what->key && i < f->what->key_count; i++)
        if (!sw_slice_eq(f->what->key[i], group->values[i - 1])) return false;
    return true;
}

static sw_err add_without_group(finder *f, sw_unopened *item) {
    sw_group asked = {.count = f->what->key ? f->what->key_count - 1 : 0};
    for (uint32_t i = 0; i < asked.count; i++) asked.values[i] = f->what->key[i + 1];
    sw_strand part = *f->strand;
    part.key_count = asked.count + 1;
    bool has;
    sw_err err = sw_group_has(f->book, &part, &item->view, &asked, f->l->arena, &has);
    if (err || !has) return err;
    err = sw_group_lacks(f->book, f->strand, &item->view, f->l->arena, &item->lacks);
    if (err) return err;
    item->fate = SW_FATE_LACKS_KEY;
    item->group.count = f->strand->key_count - 1;
    return add(f, item);
}

static sw_err add_groups(finder *f, sw_unopened *item) {
    uint32_t combos;
    sw_err err = sw_group_count(f->book, f->strand, &item->view, f->l->arena, &combos);
    if (!err && combos == 0) return add_without_group(f, item);
    for (uint32_t c = 0; c < combos && !err; c++) {
        item->combo = c;
        err = sw_group_of(f->book, f->strand, &item->view, c, f->l->arena, &item->group);
        if (!err && is_asked(f, &item->group)) err = add(f, item);
    }
    return err;
}

/* One record of the book's list. */
static sw_err add_record(finder *f, uint32_t index) {
    const sw_book *book = f->book;
    sw_unopened item = {.fate = SW_FATE_TRIED};
    sw_book_read(book, sw_book_list(book)[index], &item.view);
    if (item.view.flags & SW_RECORD_CORRECTION) return SW_OK;
    item.touch = opening_touch(book, item.view.type, f->strand_index);
    if (!item.touch) return SW_OK;
    if (index >= book->order_count + book->fresh_count) {
        sw_view by;
        if (stands_again(f, &item.view)) return SW_OK;
        if (!sw_book_correction(book, item.view.source, item.view.id, &by)) return SW_OK;
        bool retracted = sw_slice_is(sw_book_type(book, &by)->name, "event.retracted");
        item.fate = retracted ? SW_FATE_RETRACTED : SW_FATE_CORRECTED;
        item.by_rec = by.at;
    } else if (index >= book->order_count) {
        item.fate = SW_FATE_TO_COME;
    }
    return add_groups(f, &item);
}

/* --- what opened, and what ran meanwhile -------------------------------------------------- */

typedef struct opening {
    uint32_t rec, combo;
} opening;

static int by_rec(const void *a, const void *b) {
    const opening *x = a, *y = b;
    if (x->rec != y->rec) return x->rec < y->rec ? -1 : 1;
    return (x->combo > y->combo) - (x->combo < y->combo);
}

/* Takes out what opened something that stands. */
static sw_err drop_opened(finder *f) {
    const sw_book *book = f->book;
    uint32_t count = 0, kept = f->first;
    opening *openings = sw_arena_zero(f->l->arena, book->run_count, sizeof *openings);
    if (!openings) return SW_E_NOMEM;
    for (uint32_t i = 0; i < book->run_count; i++) {
        const sw_run *run = &sw_book_runs(book)[i];
        bool ours = !(run->flags & SW_RUN_GONE) && sw_run_strand(book, run) == f->strand_index;
        if (ours) openings[count++] = (opening){run->rec, run->combo};
    }
    if (count > 1) qsort(openings, count, sizeof *openings, by_rec);
    for (uint32_t i = f->first; i < f->count; i++) {
        const sw_unopened *item = &f->items[i];
        opening key = {item->view.at, item->combo};
        bool opened = item->fate == SW_FATE_TRIED && count > 0 &&
                      bsearch(&key, openings, count, sizeof *openings, by_rec);
        if (!opened) f->items[kept++] = *item;
    }
    f->count = kept;
    return SW_OK;
}

static int by_group(const void *a, const void *b) {
    const sw_unopened *x = a, *y = b;
    int order = sw_group_cmp(&x->group, &y->group);
    if (!order) order = sw_view_cmp(&x->view, &y->view);
    return order ? order : (x->view.at > y->view.at) - (x->view.at < y->view.at);
}

/* The candidates of one group, in order, while its events are read again. */
typedef struct trace {
    sw_unopened *items;
    uint32_t count;
} trace;

static sw_unopened *find_item(const trace *t, const sw_view *view) {
    uint32_t low = 0, high = t->count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (sw_view_cmp(&t->items[mid].view, view) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < t->count && sw_view_cmp(&t->items[low].view, view) == 0; low++)
        if (t->items[low].view.at == view->at) return &t->items[low];
    return NULL;
}

static void met(void *ctx, const sw_view *view, const sw_life *running) {
    sw_unopened *item = find_item(ctx, view);
    if (item && running->rec != view->at) item->running_by = running->rec;
}

static void cancelled(void *ctx, const sw_life *life, const sw_view *by) {
    const trace *t = ctx;
    for (uint32_t i = 0; i < t->count; i++) {
        if (t->items[i].view.at != life->rec) continue;
        t->items[i].fate = SW_FATE_CANCELLED;
        t->items[i].by_rec = by->at;
    }
}

static sw_err trace_groups(finder *f) {
    sw_err err = SW_OK;
    uint32_t count = f->count - f->first;
    if (count > 1) qsort(&f->items[f->first], count, sizeof *f->items, by_group);
    for (uint32_t i = f->first, end; i < f->count && !err; i = end) {
        sw_group group = f->items[i].group;
        bool tried = false;
        for (end = i; end < f->count && sw_group_eq(&f->items[end].group, &group); end++)
            tried = tried || f->items[end].fate == SW_FATE_TRIED;
        if (!tried || !f->strand->has_deadline) continue;
        trace t = {&f->items[i], end - i};
        sw_probe probe = {.ctx = &t, .met = met, .cancelled = cancelled};
        sw_life *lives;
        sw_arena_mark mark = sw_arena_save(f->l->arena);
        err = sw_life_replay(f->book, f->strand_index, &group, SW_TIME_NONE, &probe, f->l->arena,
                             NULL, &lives);
        sw_arena_rewind(f->l->arena, mark);
    }
    return err;
}

/* --- versions with another key ------------------------------------------------------------ */

int64_t sw_unopened_moment(sw_scope *scope, const sw_use *use, sw_cel_failure *ret_failure) {
    const sw_cel *at = use->part == SW_PART_START ? use->rule->starts[use->entry].at : NULL;
    if (ret_failure) ret_failure->code = SW_OK;
    if (!at) return scope->view->time_ms;
    sw_value value;
    if (sw_scope_try(scope, at, &value, ret_failure) && value.kind == SW_TIMESTAMP)
        return value.t.seconds * 1000 + value.t.nanos / 1000000;
    return scope->view->time_ms;
}

/* Is the event another version's, which has another key and so tells of it by itself? */
static bool is_elsewhere(const finder *f, const sw_unopened *item, sw_err *ret_err) {
    const sw_plan *plan = f->book->plan;
    bool elsewhere = false;
    for (uint32_t i = 0; i < item->touch->use_count; i++) {
        const sw_use *use = &item->touch->uses[i];
        if (!(SW_PART(use->part) & PARTS_OPENING)) continue;
        int64_t at_ms = item->view.time_ms;
        if (item->fate != SW_FATE_LACKS_KEY) {
            sw_arena_mark mark = sw_arena_save(f->l->arena);
            sw_scope scope =
                sw_scope_of(f->book, f->l->arena, NULL, use->rule, &item->view, &item->group);
            at_ms = sw_unopened_moment(&scope, use, NULL);
            sw_arena_rewind(f->l->arena, mark);
            if (scope.err) return *ret_err = scope.err, false;
        }
        const sw_rule *holds = sw_rule_line_at(f->strand->line, at_ms);
        if (!holds || plan->strand_of[holds->index] == f->strand_index) return false;
        bool ours = holds->key_count > 0 && holds->key_ids[0] == plan->key_id;
        if (ours && opening_touch(f->book, item->view.type, plan->strand_of[holds->index]))
            elsewhere = true;
    }
    return elsewhere;
}

static sw_err drop_elsewhere(finder *f) {
    uint32_t kept = f->first;
    sw_err err = SW_OK;
    for (uint32_t i = f->first; i < f->count && !err; i++) {
        sw_unopened item = f->items[i];
        if (!is_elsewhere(f, &item, &err)) f->items[kept++] = item;
    }
    f->count = kept;
    return err;
}

static bool is_one_of_many(const finder *f) {
    for (uint32_t i = 0; i < f->book->plan->strand_count; i++)
        if (i != f->strand_index && f->book->plan->strands[i].line == f->strand->line) return true;
    return false;
}

static sw_err find_in_strand(finder *f) {
    const sw_book *book = f->book;
    uint32_t all = book->order_count + book->fresh_count + book->aside_count;
    sw_err err = SW_OK;
    f->first = f->count;
    for (uint32_t i = 0; i < all && !err; i++) err = add_record(f, i);
    if (!err && f->count > f->first) err = drop_opened(f);
    if (!err) err = trace_groups(f);
    if (!err && is_one_of_many(f)) err = drop_elsewhere(f);
    return err;
}

sw_err sw_unopened_find(const sw_ledger *l, const sw_explain *what, const sw_unopened **ret,
                        uint32_t *ret_count) {
    finder f = {.l = l, .book = l->book, .what = what};
    const sw_plan *plan = l->book->plan;
    bool asked =
        !what->key || what->key_count == 0 || sw_slice_eq(what->key[0], sw_book_value(l->book));
    for (uint32_t i = 0; asked && i < plan->strand_count; i++) {
        f.strand_index = i;
        f.strand = &plan->strands[i];
        if (what->rule_id.len && !sw_slice_eq(what->rule_id, f.strand->line->id)) continue;
        if (what->key && what->key_count > f.strand->key_count) continue;
        sw_err err = find_in_strand(&f);
        if (err) return err;
    }
    *ret = f.items;
    *ret_count = f.count;
    return SW_OK;
}
