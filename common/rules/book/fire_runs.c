/* What fires, and the runs that stand for it. */
#include "rules/book/fire.h"

#include <stdlib.h>

sw_err sw_fire_found(sw_fire *f, const sw_firing *firing) {
    if (f->found_count == f->found_cap) {
        uint32_t cap = f->found_cap ? 2 * f->found_cap : 4;
        sw_firing *more = sw_heap_resize(f->found, cap * sizeof *more);
        if (!more) return SW_E_NOMEM;
        f->found = more;
        f->found_cap = cap;
    }
    sw_firing *to = &f->found[f->found_count];
    *to = *firing;
    to->rule = f->rule;
    if (f->strand->key_count > 1) {
        sw_view view;
        uint32_t combo;
        sw_arena_mark mark = sw_arena_save(f->arena);
        sw_book_read(f->book, to->rec, &view);
        sw_err err = sw_group_find(f->book, f->strand, &view, f->group, f->arena, &combo);
        sw_arena_rewind(f->arena, mark);
        if (err) return err;
        SW_ASSERT(combo != UINT32_MAX); /* it carries the group's key */
        to->combo = (uint16_t)combo;
    }
    f->found_count++;
    return SW_OK;
}

static sw_run run_of(const sw_firing *firing) {
    return (sw_run){.start_ms = firing->at_ms,
                    .due_ms = SW_TIME_NONE,
                    .stop_ms = SW_TIME_MAX,
                    .next_ms = SW_TIME_MAX,
                    .rec = firing->rec,
                    .stop_rec = firing->second,
                    .rule = (uint16_t)firing->rule->index,
                    .combo = firing->combo,
                    .limit = firing->levels,
                    .flags = SW_RUN_TOUCHED};
}

sw_err sw_fire_add_runs(sw_fire *f) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < f->found_count && !err; i++) {
        sw_run run = run_of(&f->found[i]);
        err = sw_book_add_run(f->book, &run);
    }
    f->found_count = 0;
    return err;
}

/* --- what stood before -------------------------------------------------------------------- */

static int by_events(const void *a, const void *b) {
    const sw_firing *x = a, *y = b;
    if (x->rec != y->rec) return x->rec < y->rec ? -1 : 1;
    if (x->second != y->second) return x->second < y->second ? -1 : 1;
    return (x->combo > y->combo) - (x->combo < y->combo);
}

static sw_err is_in_part(const sw_fire *f, const sw_fire_part *part, const sw_run *run, bool *ret) {
    const sw_rule *rule = sw_run_rule(f->book, run);
    *ret = false;
    if (rule->kind == SW_DEADLINE) return SW_OK;
    if (run->flags & SW_RUN_GONE) {
        if (sw_run_strand(f->book, run) != f->strand_index) return SW_OK;
    } else {
        if (rule != f->rule || run->start_ms < part->from_ms) return SW_OK;
        if (part->only_rec && run->rec != part->only_rec) return SW_OK;
    }
    *ret = true;
    if (f->strand->key_count == 1) return SW_OK;
    sw_group group;
    sw_arena_mark mark = sw_arena_save(f->arena);
    sw_err err = sw_run_group(f->book, run, f->arena, &group);
    if (!err && part->group) *ret = sw_group_eq(part->group, &group);
    if (!err && !part->group)
        err = sw_group_has(f->book, f->strand, part->by, &group, f->arena, ret);
    sw_arena_rewind(f->arena, mark);
    return err;
}

/* Takes the runs of the part out that are not found again as they are. */
static sw_err take_out(sw_fire *f, const sw_fire_part *part, sw_run **old, uint32_t *old_count) {
    sw_book *book = f->book;
    uint32_t cap = 0;
    for (uint32_t i = book->run_count; i-- > 0;) {
        const sw_run *run = &sw_book_runs(book)[i];
        bool is_part;
        sw_err err = is_in_part(f, part, run, &is_part);
        if (err) return err;
        if (!is_part) continue;
        const sw_firing key = {.rec = run->rec, .second = run->stop_rec, .combo = run->combo};
        sw_firing *same = f->found_count && !(run->flags & SW_RUN_GONE)
                              ? bsearch(&key, f->found, f->found_count, sizeof key, by_events)
                              : NULL;
        if (same && same->levels == run->limit && same->at_ms == run->start_ms) {
            same->kept = true;
            continue;
        }
        if (*old_count == cap) {
            cap = cap ? 2 * cap : 8;
            sw_run *more = sw_heap_resize(*old, cap * sizeof *more);
            if (!more) return SW_E_NOMEM;
            *old = more;
        }
        (*old)[(*old_count)++] = *run;
        sw_book_drop_run(book, i);
    }
    return SW_OK;
}

static bool same_identity(const sw_book *book, uint32_t a, uint32_t b) {
    sw_view x, y;
    if (a == b) return true;
    if (!a || !b) return false;
    sw_record_head(sw_book_records(book), a, &x);
    sw_record_head(sw_book_records(book), b, &y);
    return sw_slice_eq(x.source, y.source) && sw_slice_eq(x.id, y.id);
}

static sw_err same_group(const sw_fire *f, const sw_run *a, const sw_run *b, bool *ret) {
    sw_group x, y;
    *ret = true;
    if (f->strand->key_count == 1) return SW_OK;
    sw_arena_mark mark = sw_arena_save(f->arena);
    sw_err err = sw_run_group(f->book, a, f->arena, &x);
    if (!err) err = sw_run_group(f->book, b, f->arena, &y);
    if (!err) *ret = sw_group_eq(&x, &y);
    sw_arena_rewind(f->arena, mark);
    return err;
}

/* What was told of the old run of the same events goes over to the new one. */
static sw_err inherit(const sw_fire *f, sw_run *run, sw_run *old, uint32_t *old_count) {
    for (uint32_t i = 0; i < *old_count; i++) {
        bool same = same_identity(f->book, run->rec, old[i].rec) &&
                    same_identity(f->book, run->stop_rec, old[i].stop_rec);
        sw_err err = same ? same_group(f, run, &old[i], &same) : SW_OK;
        if (err) return err;
        if (!same) continue;
        memcpy(run->told, old[i].told, sizeof run->told);
        run->watch = old[i].watch;
        old[i] = old[--*old_count];
        return SW_OK;
    }
    return SW_OK;
}

static sw_err put_back(sw_fire *f, sw_run *old, uint32_t old_count) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < f->found_count && !err; i++) {
        if (f->found[i].kept) continue;
        sw_run run = run_of(&f->found[i]);
        err = inherit(f, &run, old, &old_count);
        if (!err) err = sw_book_add_run(f->book, &run);
    }
    for (uint32_t i = 0; i < old_count && !err; i++) {
        if (!sw_run_was_told(&old[i])) continue;
        old[i].flags |= SW_RUN_GONE | SW_RUN_TOUCHED;
        err = sw_book_add_run(f->book, &old[i]);
    }
    return err;
}

sw_err sw_fire_reconcile(sw_fire *f, const sw_fire_part *part) {
    sw_run *old = NULL;
    uint32_t old_count = 0;
    if (f->found_count > 1) qsort(f->found, f->found_count, sizeof *f->found, by_events);
    sw_err err = take_out(f, part, &old, &old_count);
    if (!err) err = put_back(f, old, old_count);
    sw_heap_free(old);
    f->found_count = 0;
    return err;
}
