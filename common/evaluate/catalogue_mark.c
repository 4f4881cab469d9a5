#include "evaluate/catalogue_mark.h"

#include "env/limits.h"
#include "evaluate/telling.h"

/* One row has the hash of the catalogue under which books are written. A row for each catalogue
 * under which some may still be stored, its hash behind the name, has its numbers
 * (sw_numbering_write). */
#define MARK           SW_S("catalogue")
#define NUMBERS        "catalogue/"
#define NUMBERS_END    SW_S("catalogue0")
#define NUMBERS_PREFIX (sizeof NUMBERS - 1)
#define TRACED         "evaluator.catalogue"

enum { HASH_BYTES = 16 };

static sw_slice hash_bytes(const sw_hash128 *hash) {
    return sw_slice_of(hash->bytes, sizeof hash->bytes);
}

static sw_slice numbers_key(const sw_hash128 *hash, char room[NUMBERS_PREFIX + HASH_BYTES]) {
    memcpy(room, NUMBERS, NUMBERS_PREFIX);
    memcpy(room + NUMBERS_PREFIX, hash->bytes, HASH_BYTES);
    return sw_slice_of(room, NUMBERS_PREFIX + HASH_BYTES);
}

static bool numbers_hash(sw_slice key, sw_hash128 *ret) {
    if (key.len != NUMBERS_PREFIX + HASH_BYTES || memcmp(key.ptr, NUMBERS, NUMBERS_PREFIX) != 0)
        return false;
    memcpy(ret->bytes, key.ptr + NUMBERS_PREFIX, HASH_BYTES);
    return true;
}

/* Without rules there are no books, and they are under none. */
static bool is_none(sw_slice catalogue) {
    static const char none[HASH_BYTES];
    return sw_slice_eq(catalogue, sw_slice_of(none, HASH_BYTES));
}

/* What a row of marks says of a former catalogue, if it does. */
static sw_err take_numbers(const sw_evaluator *e, sw_slice key, sw_slice row,
                           char why[SW_NUMBERING_TEXT]) {
    sw_hash128 hash;
    if (!numbers_hash(key, &hash) || sw_hash128_eq(hash, sw_evaluator_catalogue(e))) return SW_OK;
    return sw_numberings_add(e->former, hash, row, why);
}

static sw_err refuse(sw_ctx *ctx, const sw_evaluator *e, const char *what) {
    const sw_slice why = sw_arena_printf(
        sw_ctx_arena(ctx),
        "the books were written under another catalogue (%s): start it with the one that it ran "
        "with, or with one that has all of it, or build the state anew (docs/operations.md)",
        what);
    sw_evaluator_say(e, SW_TRACE_ERROR, TRACED, SW_E_VERSION, why);
    return SW_E_VERSION;
}

typedef struct taking {
    const sw_evaluator *evaluator;
    sw_err err;
    char why[SW_NUMBERING_TEXT];
} taking;

static bool take_up(void *arg, sw_slice key, sw_slice row) {
    taking *t = arg;
    t->err = take_numbers(t->evaluator, key, row, t->why);
    return t->err == SW_OK;
}

/* All that some book may still be under. */
static sw_err take_all_up(sw_ctx *ctx, const sw_evaluator *e, taking *ret) {
    sw_err err = sw_ctx_scan(ctx, SW_EVALUATOR_MARKS, SW_S(NUMBERS), NUMBERS_END, take_up, ret);
    if (err) return err;
    if (ret->err == SW_E_VERSION) return refuse(ctx, e, ret->why);
    if (ret->err == SW_E_LIMIT) return refuse(ctx, e, "too many of them one after the other");
    return ret->err;
}

static sw_err put_numbers(sw_ctx *ctx, const sw_evaluator *e) {
    char room[NUMBERS_PREFIX + HASH_BYTES];
    const sw_hash128 own = sw_evaluator_catalogue(e);
    const sw_slice key = numbers_key(&own, room);
    sw_slice row;
    sw_err err = sw_ctx_get(ctx, SW_EVALUATOR_MARKS, key, &row);
    if (err != SW_E_NOT_FOUND) return err;
    sw_buf numbers;
    sw_buf_init(&numbers, SW_VALUE_BYTES_MAX);
    err = sw_numbering_write(e->catalogue, &numbers);
    if (!err) err = sw_ctx_put(ctx, SW_EVALUATOR_MARKS, key, sw_buf_slice(&numbers));
    sw_buf_done(&numbers);
    return err;
}

static sw_err put_mark(sw_ctx *ctx, const sw_evaluator *e) {
    const sw_hash128 own = sw_evaluator_catalogue(e);
    sw_err err = put_numbers(ctx, e);
    return err ? err : sw_ctx_put(ctx, SW_EVALUATOR_MARKS, MARK, hash_bytes(&own));
}

sw_err sw_catalogue_mark_check(sw_ctx *ctx, const sw_evaluator *e) {
    const sw_hash128 own = sw_evaluator_catalogue(e);
    sw_hash128 latest;
    taking t = {.evaluator = e};
    sw_slice row;
    if (is_none(hash_bytes(&own))) return SW_OK;
    sw_err err = sw_ctx_get(ctx, SW_EVALUATOR_MARKS, MARK, &row);
    if (err == SW_E_NOT_FOUND || (!err && is_none(row))) return put_mark(ctx, e);
    if (err) return err;
    if (row.len != HASH_BYTES) return SW_E_CORRUPT;
    memcpy(latest.bytes, row.ptr, HASH_BYTES);
    err = take_all_up(ctx, e, &t);
    if (err || sw_hash128_eq(latest, own)) return err ? err : put_numbers(ctx, e);
    if (!sw_catalogue_is_read(e, &latest)) return refuse(ctx, e, "which one is not known");
    sw_evaluator_say(
        e, SW_TRACE_INFO, TRACED, SW_OK,
        SW_S("the catalogue has grown: books of before are read as they were written"));
    return put_mark(ctx, e);
}

/* ---- for whoever takes the books up ---- */

bool sw_catalogue_is_read(const sw_evaluator *e, const sw_hash128 *catalogue) {
    return e->plan_count == 0 || is_none(hash_bytes(catalogue)) ||
           sw_hash128_eq(*catalogue, sw_evaluator_catalogue(e)) ||
           sw_numberings_has(e->former, *catalogue);
}

void sw_evaluator_learn(const sw_evaluator *e, sw_slice key, sw_slice row) {
    char why[SW_NUMBERING_TEXT];
    /* What can't be taken up stays unknown, and its books can't be read. */
    (void)!take_numbers(e, key, row, why);
}

void sw_catalogue_mark_look(const sw_evaluator *e, sw_slice key, sw_slice row,
                            sw_evaluator_stored *stored) {
    char why[SW_NUMBERING_TEXT];
    if (sw_slice_eq(key, MARK) && row.len == HASH_BYTES) {
        stored->catalogue = true;
        memcpy(stored->written_under.bytes, row.ptr, HASH_BYTES);
    }
    stored->other_catalogue |= e->plan_count > 0 && take_numbers(e, key, row, why) != SW_OK;
}
