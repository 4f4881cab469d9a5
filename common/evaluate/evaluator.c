#include "codec/event.h"
#include "evaluate/sweep.h"
#include "text/time.h"

/* Whether any rule of the plan may have an interest, read without the rest of the event. */
static bool is_wanted(const sw_evaluator *e, const sw_plan *plan, sw_slice bytes) {
    const sw_event_type *type = sw_catalogue_find(e->catalogue, sw_event_pb_type(bytes));
    if (!type) return false; /* declared no more: no rule can name it */
    return type->index < SW_TYPE_BUILTIN_COUNT || sw_plan_concerns(plan, type);
}

static sw_err read_event(const sw_evaluator *e, sw_ctx *ctx, sw_slice bytes, sw_event **ret) {
    sw_diags diags;
    sw_arena *arena = sw_ctx_arena(ctx);
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 1);
    sw_err err = sw_event_from_pb_unhashed(arena, e->catalogue, bytes, &diags, ret);
    if (sw_err_verdict(err) != SW_VERDICT_REJECT) return err;
    sw_slice text = diags.first ? sw_diag_text(arena, diags.first) : SW_SLICE_NONE;
    return sw_ctx_fail(ctx, err, "an event that can't be read: %.*s", SW_FMT(text));
}

static sw_err edit_book(sw_ctx *ctx, const sw_plan *plan, sw_slice key, sw_slice value,
                        sw_kept_book **ret) {
    void *object;
    sw_err err = sw_ctx_object_edit(ctx, SW_EVALUATOR_BOOKS, key, &object);
    if (err == SW_E_NOT_FOUND) {
        sw_kept_book *fresh;
        err = sw_kept_book_new(plan, value, &fresh);
        if (err) return err;
        err = sw_ctx_object_put(ctx, SW_EVALUATOR_BOOKS, key, fresh);
        if (err) {
            sw_kept_book_free(fresh);
            return err;
        }
        object = fresh;
    }
    if (!err) *ret = object;
    return err;
}

static sw_err tell_until(sw_telling_out *out, sw_book *book, int64_t now_ms) {
    if (sw_book_next(book) > now_ms) return SW_OK;
    const sw_sink sink = sw_telling_sink(out);
    return sw_book_tell(book, now_ms, sw_ctx_arena(out->ctx), &sink);
}

/* First tells what was due before the record came, then takes it, then tells. When an event is
 * known has no say in what holds in the end (docs/semantics.md, 1), and the runtime fires what is
 * due before a record's time: so that time is the clock, live and when state is built anew. */
static sw_err take(sw_telling_out *out, sw_book *book, const sw_event *event, int64_t known_ms) {
    int64_t done_ms = sw_book_done(book);
    if (known_ms < done_ms) known_ms = done_ms;
    sw_err err = known_ms > done_ms ? tell_until(out, book, known_ms - 1) : SW_OK;
    if (!err) err = sw_book_take(book, event, sw_ctx_arena(out->ctx));
    return err ? err : tell_until(out, book, known_ms);
}

static sw_err set_timer(sw_ctx *ctx, sw_slice key, sw_kept_book *kept) {
    int64_t former_ms = kept->timer_ms;
    kept->timer_ms = sw_book_next(kept->book);
    return sw_ctx_timer_move(ctx, key, former_ms, kept->timer_ms);
}

void sw_evaluator_wants(sw_ctx *ctx, const void *shared, const sw_input *input) {
    const sw_evaluator *e = shared;
    sw_slice value;
    const sw_plan *plan = sw_evaluator_plan(e, input->key, &value);
    if (plan && !input->tombstone && is_wanted(e, plan, input->value))
        sw_ctx_want(ctx, SW_EVALUATOR_BOOKS, input->key);
}

sw_err sw_evaluator_on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    const sw_evaluator *e = shared;
    sw_slice value;
    const sw_plan *plan = sw_evaluator_plan(e, input->key, &value);
    if (!plan || input->tombstone || !is_wanted(e, plan, input->value)) return SW_OK;
    sw_event *event;
    sw_kept_book *kept;
    sw_err err = read_event(e, ctx, input->value, &event);
    if (!err) err = edit_book(ctx, plan, input->key, value, &kept);
    if (err) return err;
    sw_telling_out out;
    sw_telling_out_init(&out, e, ctx, input->key);
    out.told_by = (uint64_t)input->offset + 1;
    if (kept->stale) err = sw_evaluator_catch_up(e, ctx, input->key, kept);
    if (!err) err = take(&out, kept->book, event, input->timestamp_ms);
    return err ? err : set_timer(ctx, input->key, kept);
}

sw_err sw_evaluator_on_timer(sw_ctx *ctx, const void *shared, sw_slice key, int64_t due_ms) {
    const sw_evaluator *e = shared;
    void *object;
    if (sw_slice_eq(key, SW_SWEEP_KEY)) return sw_sweep_step(ctx, e);
    sw_err err = sw_ctx_object_edit(ctx, SW_EVALUATOR_BOOKS, key, &object);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err; /* no rule asks for the key any more */
    sw_kept_book *kept = object;
    sw_telling_out out;
    sw_telling_out_init(&out, e, ctx, key);
    if (kept->stale) err = sw_evaluator_catch_up(e, ctx, key, kept);
    int64_t done_ms = sw_book_done(kept->book);
    if (!err) err = tell_until(&out, kept->book, due_ms > done_ms ? due_ms : done_ms);
    return err ? err : set_timer(ctx, key, kept);
}
