#include "evaluate/telling.h"

#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"

#define TELLING_BYTES_MAX ((size_t)1 << 20)

/* A decision is made when it is committed, not when its level's time came. */
static int64_t decided(const sw_telling_out *out, int64_t at_ms) {
    int64_t now_ms = sw_ctx_now(out->ctx);
    return now_ms > at_ms ? now_ms : at_ms;
}

static sw_err emit(sw_telling_out *out, const char *topic, sw_slice key) {
    if (out->bytes.err) return out->bytes.err;
    out->emitted++;
    return sw_ctx_emit(out->ctx, topic, key, sw_buf_slice(&out->bytes));
}

static sw_err tell(void *ctx, const sw_transition *transition) {
    sw_telling_out *out = ctx;
    sw_arena *arena = sw_ctx_arena(out->ctx);
    sw_arena_mark mark = sw_arena_save(arena);
    sw_told_warning told;
    sw_err err = sw_told_of(transition, decided(out, transition->at_ms), arena, &told);
    if (!err) {
        sw_buf_clear(&out->bytes);
        sw_told_to_pb(&told, &out->bytes);
        err = emit(out, out->evaluator->warnings, out->key);
    }
    sw_arena_rewind(arena, mark);
    return err;
}

static sw_err period(void *ctx, const sw_period_news *news) {
    sw_telling_out *out = ctx;
    sw_arena *arena = sw_ctx_arena(out->ctx);
    sw_arena_mark mark = sw_arena_save(arena);
    sw_told_period told;
    sw_err err = sw_told_period_of(news, decided(out, news->at_ms), arena, &told);
    if (!err) {
        char hex[SW_HASH128_TEXT];
        sw_hash128_hex(told.instance, hex);
        sw_buf_clear(&out->bytes);
        sw_period_to_pb(&told, &out->bytes);
        err = emit(out, out->evaluator->periods, sw_slice_of(hex, sizeof hex - 1));
    }
    sw_arena_rewind(arena, mark);
    return err;
}

static void failed(void *ctx, const sw_rule *rule, sw_err code) {
    const sw_telling_out *out = ctx;
    (void)code;
    if (out->evaluator->failed) sw_metric_add(out->evaluator->failed[rule->index], 1);
}

void sw_telling_out_init(sw_telling_out *out, const sw_evaluator *evaluator, sw_ctx *ctx,
                         sw_slice key) {
    *out = (sw_telling_out){.evaluator = evaluator, .ctx = ctx, .key = key};
    sw_buf_init(&out->bytes, TELLING_BYTES_MAX);
}

void sw_telling_out_done(sw_telling_out *out) {
    sw_buf_done(&out->bytes);
}

sw_sink sw_telling_sink(sw_telling_out *out) {
    return (sw_sink){.ctx = out,
                     .tell = tell,
                     .failed = failed,
                     .period = out->evaluator->periods ? period : NULL};
}
