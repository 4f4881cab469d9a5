#include "evaluate/sweep.h"

#include "base/wire.h"
#include "env/limits.h"
#include "evaluate/catalogue_mark.h"
#include "text/time.h"

/* Rows of marks, beside those of catalogue_mark.c. One has the hash of the packs under which all
 * books are or will be, and, while books are swept, the due time of the timer and the row from
 * which on they have not been looked at; two more what the books keep of their events and by which
 * rules they were told: numbers of 8 bytes, rising. */
enum { HASH_BYTES = 16, DUE_BYTES = 8 };
enum { BOOKS_A_STEP = 64, ROWS_A_STEP = 4096 };

#define MARK       SW_S("packs")
#define MARK_KEEPS SW_S("keeps")
#define MARK_RULES SW_S("rules")

typedef struct mark {
    sw_hash128 packs;
    bool sweeping;
    int64_t due_ms;
    sw_slice from; /* row key */
} mark;

static bool read_mark(sw_slice row, mark *ret) {
    if (row.len < HASH_BYTES) return false;
    *ret = (mark){.due_ms = SW_TIME_MAX};
    memcpy(ret->packs.bytes, row.ptr, HASH_BYTES);
    if (row.len == HASH_BYTES) return true;
    if (row.len < HASH_BYTES + DUE_BYTES) return false;
    ret->sweeping = true;
    ret->due_ms = (int64_t)sw_wire_get_le(row.ptr + HASH_BYTES, DUE_BYTES);
    ret->from = sw_slice_sub(row, HASH_BYTES + DUE_BYTES, row.len);
    return true;
}

static sw_err put_mark(sw_ctx *ctx, const mark *m) {
    char row[HASH_BYTES + DUE_BYTES + SW_ROW_KEY_BYTES_MAX];
    size_t len = HASH_BYTES;
    memcpy(row, m->packs.bytes, HASH_BYTES);
    if (m->sweeping) {
        SW_ASSERT(m->from.len <= SW_ROW_KEY_BYTES_MAX);
        sw_wire_put_le(row + len, (uint64_t)m->due_ms, DUE_BYTES);
        len += DUE_BYTES;
        if (m->from.len) memcpy(row + len, m->from.ptr, m->from.len);
        len += m->from.len;
    }
    return sw_ctx_put(ctx, SW_EVALUATOR_MARKS, MARK, sw_slice_of(row, len));
}

static sw_err get_mark(sw_ctx *ctx, mark *ret) {
    sw_slice row;
    sw_err err = sw_ctx_get(ctx, SW_EVALUATOR_MARKS, MARK, &row);
    if (err) return err;
    return read_mark(row, ret) ? SW_OK : SW_E_CORRUPT;
}

/* Whether all numbers of one row are in the other. */
static bool within(sw_slice few, sw_slice many) {
    size_t at = 0;
    for (size_t i = 0; i + 8 <= few.len; i += 8) {
        const uint64_t number = sw_wire_get_le(few.ptr + i, 8);
        while (at + 8 <= many.len && sw_wire_get_le(many.ptr + at, 8) < number) at += 8;
        if (at + 8 > many.len || sw_wire_get_le(many.ptr + at, 8) != number) return false;
    }
    return true;
}

/* What books of before lack, and can't be given without the log. */
static const char *lacks(sw_slice key, sw_slice former, sw_slice own) {
    if (sw_slice_eq(key, MARK_KEEPS))
        return within(own, former) ? NULL
                                   : "new rules read what no rule has read before: they find it in "
                                     "events from now on (docs/operations.md)";
    return within(former, own) ? NULL
                               : "a rule is gone: what it has warned of stays until it is closed "
                                 "(docs/operations.md)";
}

static sw_err put_row(sw_ctx *ctx, const sw_evaluator *e, sw_slice key, sw_slice own) {
    sw_slice row;
    sw_err err = sw_ctx_get(ctx, SW_EVALUATOR_MARKS, key, &row);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err && sw_slice_eq(row, own)) return SW_OK;
    const char *why = err ? NULL : lacks(key, row, own);
    if (why) sw_evaluator_say(e, SW_TRACE_WARN, "evaluator.rules", SW_OK, sw_slice_cstr(why));
    return sw_ctx_put(ctx, SW_EVALUATOR_MARKS, key, own);
}

sw_err sw_evaluator_on_start(sw_ctx *ctx, const void *shared) {
    const sw_evaluator *evaluator = shared;
    mark old, new = {.packs = evaluator->packs, .due_ms = SW_TIME_MAX};
    sw_err err = sw_catalogue_mark_check(ctx, evaluator);
    /* From now on they keep this; of what came before no more, if it is less. Where
     * the log is read again for it, that is done by now. */
    if (!err) err = put_row(ctx, evaluator, MARK_KEEPS, evaluator->keeps);
    if (!err) err = put_row(ctx, evaluator, MARK_RULES, evaluator->rules);
    if (!err) err = get_mark(ctx, &old);
    if (err == SW_E_NOT_FOUND) return put_mark(ctx, &new);
    if (err || sw_hash128_eq(old.packs, new.packs)) return err;
    new.sweeping = true;
    new.due_ms = sw_ctx_now(ctx);
    err = put_mark(ctx, &new);
    return err ? err : sw_ctx_timer_move(ctx, SW_SWEEP_KEY, old.due_ms, new.due_ms);
}

sw_err sw_evaluator_catch_up(const sw_evaluator *evaluator, sw_ctx *ctx, sw_slice key,
                             sw_kept_book *kept) {
    int64_t next_ms = sw_book_next(kept->book), done_ms = sw_book_done(kept->book);
    sw_err err = SW_OK;
    if (next_ms <= done_ms) {
        sw_telling_out out;
        sw_telling_out_init(&out, evaluator, ctx, key);
        const sw_sink sink = sw_telling_sink(&out);
        err = sw_book_tell(kept->book, done_ms, sw_ctx_arena(ctx), &sink);
    }
    if (!err) kept->stale = false;
    return err;
}

typedef struct found {
    sw_hash128 packs;
    sw_arena *arena;
    sw_slice keys[BOOKS_A_STEP];
    sw_slice last; /* the row looked at last */
    uint32_t count, rows;
    bool whole, full; /* whole: there are no more rows */
} found;

static bool look(void *arg, sw_slice row_key, sw_slice row) {
    found *f = arg;
    sw_slice key;
    sw_book_head head;
    if (f->count == BOOKS_A_STEP || f->rows == ROWS_A_STEP) {
        f->whole = false;
        return false;
    }
    f->rows++;
    if (!sw_arena_copy(f->arena, row_key, &f->last)) return !(f->full = true);
    if (!sw_book_head_read(row_key, row, &key, &head)) return true;
    if (sw_hash128_eq(head.packs, f->packs)) return true;
    if (!sw_arena_copy(f->arena, key, &f->keys[f->count])) return !(f->full = true);
    f->count++;
    return true;
}

/* A book of a key that no rule asks for any more stays as it is: nobody can say what holds. */
static sw_err tell_again(sw_ctx *ctx, const sw_evaluator *evaluator, sw_slice key) {
    void *object;
    sw_err err = sw_ctx_object_edit(ctx, SW_EVALUATOR_BOOKS, key, &object);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    sw_kept_book *kept = object;
    if (!kept->stale) return SW_OK;
    int64_t former_ms = kept->timer_ms;
    err = sw_evaluator_catch_up(evaluator, ctx, key, kept);
    if (err) return err;
    kept->timer_ms = sw_book_next(kept->book);
    return sw_ctx_timer_move(ctx, key, former_ms, kept->timer_ms);
}

sw_err sw_sweep_step(sw_ctx *ctx, const sw_evaluator *evaluator) {
    mark m;
    sw_err err = get_mark(ctx, &m);
    if (err) return err;
    if (!m.sweeping) return SW_OK;
    found f = {.packs = evaluator->packs, .arena = sw_ctx_arena(ctx), .whole = true};
    err = sw_ctx_object_rows(ctx, SW_EVALUATOR_BOOKS, m.from, SW_SLICE_NONE, look, &f);
    if (!err && f.full) err = SW_E_NOMEM;
    for (uint32_t i = 0; i < f.count && !err; i++) err = tell_again(ctx, evaluator, f.keys[i]);
    if (err) return err;
    int64_t former_ms = m.due_ms;
    m.sweeping = !f.whole;
    if (f.whole) m.due_ms = SW_TIME_MAX;
    /* The row itself is looked at again: it is not stale any more. */
    m.from = f.last;
    err = put_mark(ctx, &m);
    return err ? err : sw_ctx_timer_move(ctx, SW_SWEEP_KEY, former_ms, m.due_ms);
}

bool sw_evaluator_timer_of(const void *shared, uint32_t store, sw_slice key, sw_slice value,
                           sw_slice *ret_key, int64_t *ret_due_ms) {
    sw_book_head head;
    mark m;
    sw_slice rest;
    if (store == SW_EVALUATOR_MARKS) {
        if (!sw_slice_eq(key, MARK) || !read_mark(value, &m) || !m.sweeping) return false;
        *ret_key = SW_SWEEP_KEY;
        *ret_due_ms = m.due_ms;
        return true;
    }
    if (store != SW_EVALUATOR_BOOKS || !sw_book_head_read(key, value, ret_key, &head)) return false;
    if (!sw_evaluator_plan(shared, *ret_key, &rest)) return false; /* no rule asks for it */
    *ret_due_ms = head.timer_ms;
    return head.timer_ms != SW_TIME_MAX;
}

/* ---- for whoever takes the books up ---- */

static void look_at_mark(const sw_evaluator *e, sw_slice key, sw_slice row,
                         sw_evaluator_stored *stored) {
    mark m;
    if (sw_slice_eq(key, MARK) && read_mark(row, &m)) {
        stored->packs = true;
        stored->other_packs = !sw_hash128_eq(m.packs, e->packs);
    }
    if (sw_slice_eq(key, MARK_KEEPS)) stored->keeps_enough = within(e->keeps, row);
    if (sw_slice_eq(key, MARK_RULES)) stored->has_rules = within(row, e->rules);
    sw_catalogue_mark_look(e, key, row, stored);
}

void sw_evaluator_look(const sw_evaluator *evaluator, uint32_t store, sw_slice key, sw_slice row,
                       sw_evaluator_stored *stored) {
    sw_book_head head;
    sw_hash128 catalogue;
    sw_slice rest;
    if (store == SW_EVALUATOR_MARKS)
        look_at_mark(evaluator, key, row, stored);
    else if (sw_book_head_read(key, row, &rest, &head) &&
             sw_book_catalogue(sw_slice_sub(row, SW_BOOK_HEAD_BYTES, row.len), &catalogue)) {
        stored->catalogue = true;
        stored->other_catalogue |= !sw_catalogue_is_read(evaluator, &catalogue);
    }
}

bool sw_evaluator_fits(const sw_evaluator *evaluator, const sw_evaluator_stored *stored) {
    return !stored->other_catalogue &&
           (!stored->catalogue || sw_catalogue_is_read(evaluator, &stored->written_under)) &&
           (!stored->other_packs || (stored->keeps_enough && stored->has_rules));
}
