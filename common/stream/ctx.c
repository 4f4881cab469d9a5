#include "stream/ctx.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/hash.h"

/* ---- what a processor calls ---- */

int64_t sw_ctx_now(const sw_ctx *ctx) {
    SW_ASSERT(ctx);
    return ctx->now_ms;
}

uint32_t sw_ctx_partition(const sw_ctx *ctx) {
    SW_ASSERT(ctx);
    return ctx->partition;
}

sw_arena *sw_ctx_arena(sw_ctx *ctx) {
    SW_ASSERT(ctx);
    return ctx->arena;
}

sw_err sw_ctx_fail(sw_ctx *ctx, sw_err code, const char *fmt, ...) {
    SW_ASSERT(ctx && code != SW_OK && fmt);
    va_list args;
    va_start(args, fmt);
    vsnprintf(ctx->text, sizeof ctx->text, fmt, args);
    va_end(args);
    return code;
}

static uint32_t store_of(const sw_ctx *ctx, uint32_t store) {
    SW_ASSERT(ctx && store < ctx->node->processor->store_count);
    SW_ASSERT(!ctx->fx->objects[store]); /* a store of objects has no rows of the processor's */
    return ctx->node->first_store + store;
}

static sw_objects *objects_of(const sw_ctx *ctx, uint32_t store) {
    SW_ASSERT(ctx && store < ctx->fx->object_count && ctx->fx->objects[store]);
    return ctx->fx->objects[store];
}

/* A limit that the overlay names is the batch's, not the call's. */
static sw_err noted(sw_ctx *ctx, sw_err err) {
    if (err == SW_E_LIMIT) ctx->fx->full = true;
    return err;
}

static sw_err check_key(sw_ctx *ctx, sw_slice key) {
    if (key.len <= SW_KEY_BYTES_MAX) return SW_OK;
    return sw_ctx_fail(ctx, SW_E_LIMIT, "a key of %zu bytes; at most %d", key.len,
                       SW_KEY_BYTES_MAX);
}

static sw_err check_write(sw_ctx *ctx, sw_slice key, size_t value_bytes, size_t value_bytes_max) {
    sw_err err = check_key(ctx, key);
    if (err) return err;
    if (value_bytes > value_bytes_max)
        return sw_ctx_fail(ctx, SW_E_LIMIT, "a value of %zu bytes; at most %zu", value_bytes,
                           value_bytes_max);
    if (ctx->writes == SW_CALL_WRITES_MAX)
        return sw_ctx_fail(ctx, SW_E_LIMIT, "more than %d writes in one call", SW_CALL_WRITES_MAX);
    ctx->writes++;
    return SW_OK;
}

sw_err sw_ctx_get(sw_ctx *ctx, uint32_t store, sw_slice key, sw_slice *ret_value) {
    uint32_t index = store_of(ctx, store);
    SW_ASSERT(!ctx->node->processor->stores[store].scanned);
    return noted(ctx, sw_overlay_get(ctx->fx->overlay, index, key, ret_value));
}

void sw_ctx_want(sw_ctx *ctx, uint32_t store, sw_slice key) {
    SW_ASSERT(ctx && store < ctx->node->processor->store_count);
    if (key.len == 0 || key.len > SW_KEY_BYTES_MAX) return;
    if (ctx->fx->objects[store])
        sw_objects_want(ctx->fx->objects[store], key);
    else
        sw_overlay_want(ctx->fx->overlay, ctx->node->first_store + store, key);
}

static sw_err put_row(sw_ctx *ctx, uint32_t store, sw_slice key, sw_slice value,
                      sw_err (*put)(sw_overlay *overlay, uint32_t store, sw_slice key,
                                    sw_slice value)) {
    uint32_t index = store_of(ctx, store);
    size_t value_bytes_max = ctx->node->processor->stores[store].value_bytes_max;
    if (value_bytes_max == 0) value_bytes_max = SW_VALUE_BYTES_MAX;
    sw_err err = check_write(ctx, key, value.len, value_bytes_max);
    return err ? err : noted(ctx, put(ctx->fx->overlay, index, key, value));
}

sw_err sw_ctx_put(sw_ctx *ctx, uint32_t store, sw_slice key, sw_slice value) {
    return put_row(ctx, store, key, value, sw_overlay_put);
}

sw_err sw_ctx_put_new(sw_ctx *ctx, uint32_t store, sw_slice key, sw_slice value) {
    return put_row(ctx, store, key, value, sw_overlay_put_new);
}

sw_err sw_ctx_del(sw_ctx *ctx, uint32_t store, sw_slice key) {
    uint32_t index = store_of(ctx, store);
    sw_err err = check_write(ctx, key, 0, SW_VALUE_BYTES_MAX);
    return err ? err : noted(ctx, sw_overlay_delete(ctx->fx->overlay, index, key));
}

typedef struct scan {
    bool (*each)(void *arg, sw_slice key, sw_slice value);
    void *arg;
    uint32_t rows;
    bool too_many;
} scan;

static bool scan_row(void *arg, sw_slice key, sw_slice value) {
    scan *s = arg;
    if (s->rows++ == SW_CALL_SCANNED_MAX) {
        s->too_many = true;
        return false;
    }
    return s->each(s->arg, key, value);
}

static sw_err scan_rows(sw_ctx *ctx, uint32_t index, sw_slice from, sw_slice to,
                        bool (*each)(void *arg, sw_slice key, sw_slice value), void *arg) {
    SW_ASSERT(each);
    scan s = {each, arg, 0, false};
    sw_err err = noted(ctx, sw_overlay_scan(ctx->fx->overlay, index, from, to, scan_row, &s));
    if (err) return err;
    if (!s.too_many) return SW_OK;
    return sw_ctx_fail(ctx, SW_E_LIMIT, "a scan of more than %d rows", SW_CALL_SCANNED_MAX);
}

sw_err sw_ctx_scan(sw_ctx *ctx, uint32_t store, sw_slice from, sw_slice to,
                   bool (*each)(void *arg, sw_slice key, sw_slice value), void *arg) {
    return scan_rows(ctx, store_of(ctx, store), from, to, each, arg);
}

sw_err sw_ctx_object_rows(sw_ctx *ctx, uint32_t store, sw_slice from, sw_slice to,
                          bool (*each)(void *arg, sw_slice key, sw_slice value), void *arg) {
    SW_ASSERT(objects_of(ctx, store));
    return scan_rows(ctx, ctx->node->first_store + store, from, to, each, arg);
}

sw_err sw_ctx_object_get(sw_ctx *ctx, uint32_t store, sw_slice key, const void **ret) {
    sw_objects *objects = objects_of(ctx, store);
    sw_err err = check_key(ctx, key);
    return err ? err : noted(ctx, sw_objects_get(objects, key, ret));
}

sw_err sw_ctx_object_edit(sw_ctx *ctx, uint32_t store, sw_slice key, void **ret) {
    sw_objects *objects = objects_of(ctx, store);
    sw_err err = check_write(ctx, key, 0, 0);
    return err ? err : noted(ctx, sw_objects_edit(objects, key, ret));
}

sw_err sw_ctx_object_put(sw_ctx *ctx, uint32_t store, sw_slice key, void *object) {
    sw_objects *objects = objects_of(ctx, store);
    sw_err err = check_write(ctx, key, 0, 0);
    return err ? err : noted(ctx, sw_objects_put(objects, key, object));
}

sw_err sw_ctx_object_delete(sw_ctx *ctx, uint32_t store, sw_slice key) {
    sw_objects *objects = objects_of(ctx, store);
    sw_err err = check_write(ctx, key, 0, 0);
    return err ? err : noted(ctx, sw_objects_delete(objects, key));
}

static sw_err count_emit(sw_ctx *ctx) {
    if (ctx->emits == SW_CALL_EMITS_MAX)
        return sw_ctx_fail(ctx, SW_E_LIMIT, "more than %d records in one call", SW_CALL_EMITS_MAX);
    ctx->emits++;
    return SW_OK;
}

static sw_err emit(sw_ctx *ctx, const char *topic, sw_slice key, sw_slice value, bool tombstone) {
    SW_ASSERT(ctx && topic);
    const uint32_t index = sw_node_output(ctx->node, topic);
    if (key.len > SW_KEY_BYTES_MAX || value.len > SW_VALUE_BYTES_MAX)
        return sw_ctx_fail(ctx, SW_E_LIMIT, "a record of %zu and %zu bytes is too large", key.len,
                           value.len);
    sw_err err = count_emit(ctx);
    if (err) return err;
    uint32_t partition = sw_partition_of(key, ctx->topology->topics[index].partitions);
    return sw_effects_emit(ctx->fx, (sw_emit){.topic = index,
                                              .partition = partition,
                                              .key = key,
                                              .value = value,
                                              .tombstone = tombstone});
}

sw_err sw_ctx_emit(sw_ctx *ctx, const char *topic, sw_slice key, sw_slice value) {
    return emit(ctx, topic, key, value, false);
}

sw_err sw_ctx_emit_tombstone(sw_ctx *ctx, const char *topic, sw_slice key) {
    return emit(ctx, topic, key, SW_SLICE_NONE, true);
}

bool sw_ctx_is_heard(const sw_ctx *ctx) {
    SW_ASSERT(ctx);
    return !ctx->unheard;
}

sw_err sw_ctx_emit_unheard(sw_ctx *ctx) {
    SW_ASSERT(ctx && ctx->unheard);
    return count_emit(ctx);
}

static sw_err check_timer(sw_ctx *ctx, sw_slice key) {
    SW_ASSERT(ctx && ctx->node->processor->on_timer);
    if (key.len > SW_KEY_BYTES_MAX)
        return sw_ctx_fail(ctx, SW_E_LIMIT, "a timer's key of %zu bytes; at most %d", key.len,
                           SW_KEY_BYTES_MAX);
    if (ctx->timers == SW_CALL_TIMERS_MAX)
        return sw_ctx_fail(ctx, SW_E_LIMIT, "more than %d timers in one call", SW_CALL_TIMERS_MAX);
    ctx->timers++;
    return SW_OK;
}

sw_err sw_ctx_timer(sw_ctx *ctx, sw_slice key, int64_t due_ms) {
    sw_err err = check_timer(ctx, key);
    SW_ASSERT(!ctx->node->processor->timer_of);
    return err ? err : noted(ctx, sw_timers_set(&ctx->fx->timers, key, due_ms));
}

sw_err sw_ctx_timer_move(sw_ctx *ctx, sw_slice key, int64_t former_ms, int64_t due_ms) {
    sw_err err = check_timer(ctx, key);
    SW_ASSERT(ctx->node->processor->timer_of);
    if (err) return err;
    /* One that is due already may have been cleared: then naming it sets it again. */
    if (former_ms == due_ms && (due_ms > ctx->now_ms || due_ms == SW_TIME_MAX)) return SW_OK;
    return noted(ctx, sw_timers_move(&ctx->fx->timers, key, former_ms, due_ms));
}

/* ---- what the runtime calls ---- */

static sw_effects_mark begin(sw_ctx *ctx) {
    SW_ASSERT(ctx && ctx->node && ctx->fx && ctx->arena);
    ctx->writes = ctx->emits = ctx->timers = 0;
    ctx->text[0] = '\0';
    ctx->fx->full = false;
    return sw_effects_begin(ctx->fx);
}

/* It was called before, and no commit can hold what it did. */
static sw_err refuse_large(sw_ctx *ctx) {
    ctx->too_large = false;
    return sw_ctx_fail(ctx, SW_E_LIMIT, "what this changes is more than one commit can hold");
}

static sw_err settle(sw_ctx *ctx, sw_err err, sw_effects_mark mark, bool *ret_full) {
    *ret_full = false;
    if (err == SW_OK) return SW_OK;
    *ret_full = ctx->fx->full && err == SW_E_LIMIT;
    sw_effects_undo(ctx->fx, mark);
    ctx->fx->full = false;
    if (ctx->fx->spoilt) {
        *ret_full = false;
        return SW_E_ABORTED;
    }
    return err == SW_E_END ? SW_E_INTERNAL : err;
}

sw_err sw_ctx_call_record(sw_ctx *ctx, const sw_input *input, bool *ret_full) {
    sw_effects_mark mark = begin(ctx);
    SW_ASSERT(input && ret_full);
    sw_arena_mark memory = sw_arena_save(ctx->arena);
    sw_err err = ctx->too_large ? refuse_large(ctx)
                                : ctx->node->processor->on_record(ctx, ctx->node->shared, input);
    sw_arena_rewind(ctx->arena, memory);
    return settle(ctx, err, mark, ret_full);
}

void sw_ctx_call_wants(sw_ctx *ctx, const sw_input *input) {
    SW_ASSERT(ctx && input && ctx->node->processor->wants);
    sw_arena_mark memory = sw_arena_save(ctx->arena);
    ctx->node->processor->wants(ctx, ctx->node->shared, input);
    sw_arena_rewind(ctx->arena, memory);
}

sw_err sw_ctx_call_start(sw_ctx *ctx) {
    sw_effects_mark mark = begin(ctx);
    SW_ASSERT(ctx->node->processor->on_start);
    sw_arena_mark memory = sw_arena_save(ctx->arena);
    sw_err err = ctx->node->processor->on_start(ctx, ctx->node->shared);
    sw_arena_rewind(ctx->arena, memory);
    bool full;
    return settle(ctx, err, mark, &full);
}

sw_err sw_ctx_call_timer(sw_ctx *ctx, sw_timer_at timer, bool *ret_full) {
    sw_effects_mark mark = begin(ctx);
    SW_ASSERT(ret_full && ctx->node->processor->on_timer);
    SW_ASSERT(timer.due_ms <= ctx->now_ms);
    sw_arena_mark memory = sw_arena_save(ctx->arena);
    sw_err err = noted(ctx, sw_timers_pop(&ctx->fx->timers));
    if (!err && ctx->too_large)
        err = refuse_large(ctx);
    else if (!err)
        err = ctx->node->processor->on_timer(ctx, ctx->node->shared, timer.key, timer.due_ms);
    sw_arena_rewind(ctx->arena, memory);
    err = settle(ctx, err, mark, ret_full);
    if (sw_err_verdict(err) != SW_VERDICT_REJECT || *ret_full) return err;
    sw_err cleared = noted(ctx, sw_timers_pop(&ctx->fx->timers));
    if (!cleared) return err;
    sw_effects_undo(ctx->fx, mark);
    *ret_full = cleared == SW_E_LIMIT;
    return cleared;
}
