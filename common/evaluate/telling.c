#include "evaluate/telling.h"

#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"

void sw_evaluator_say(const sw_evaluator *evaluator, sw_trace_level level, const char *name,
                      sw_err err, sw_slice why) {
    sw_trace(evaluator->trace, &(sw_trace_event){.level = level,
                                                 .name = name,
                                                 .err = err,
                                                 .fields = {{.name = "why", .text = why}}});
}

/* A decision is made when it is committed, not when its level's time came. */
static int64_t decided(const sw_telling_out *out, int64_t at_ms) {
    int64_t now_ms = sw_ctx_now(out->ctx);
    return now_ms > at_ms ? now_ms : at_ms;
}

static sw_err put_warning(sw_telling_out *out, const sw_told_warning *told, sw_arena *arena) {
    char *bytes = sw_arena_alloc(arena, sw_told_pb_max(told));
    if (!bytes) return SW_E_NOMEM;
    const sw_slice value = sw_slice_of(bytes, sw_told_write_pb(told, bytes));
    return sw_ctx_emit(out->ctx, out->evaluator->warnings, out->key, value);
}

static sw_err tell(void *ctx, const sw_transition *transition) {
    sw_telling_out *out = ctx;
    sw_arena *arena = sw_ctx_arena(out->ctx);
    sw_arena_mark mark = sw_arena_save(arena);
    sw_told_warning told;
    sw_err err = sw_told_of(transition, decided(out, transition->at_ms), arena, &told);
    if (!err) {
        told.told_by = out->told_by;
        err = put_warning(out, &told, arena);
    }
    sw_arena_rewind(arena, mark);
    return err;
}

static void keep_identity(sw_telling_out *out, sw_slice source, sw_slice id, sw_hash128 identity) {
    out->source_bytes = out->id_bytes = 0;
    if (source.len > sizeof out->event || id.len > sizeof out->event - source.len) return;
    if (source.len) memcpy(out->event, source.ptr, source.len);
    if (id.len) memcpy(out->event + source.len, id.ptr, id.len);
    out->source_bytes = source.len;
    out->id_bytes = id.len;
    out->identity = identity;
}

static sw_hash128 identity_of(sw_telling_out *out, const sw_event_ref *event) {
    sw_slice source = sw_slice_of(out->event, out->source_bytes);
    sw_slice id = sw_slice_of(out->event + out->source_bytes, out->id_bytes);
    bool known = out->id_bytes && sw_slice_eq(id, event->id) && sw_slice_eq(source, event->source);
    if (known) return out->identity;
    sw_hash128 identity = sw_event_identity(event->source, event->id);
    keep_identity(out, event->source, event->id, identity);
    return identity;
}

static sw_err put_period(sw_telling_out *out, const sw_told_period *told, sw_arena *arena) {
    char hex[SW_HASH128_TEXT];
    const sw_slice value = sw_period_pb_in(told, arena);
    if (!value.ptr) return SW_E_NOMEM;
    sw_hash128_hex(told->instance, hex);
    return sw_ctx_emit(out->ctx, out->evaluator->periods, sw_slice_of(hex, sizeof hex - 1), value);
}

static sw_err period(void *ctx, const sw_period_news *news) {
    sw_telling_out *out = ctx;
    sw_arena *arena = sw_ctx_arena(out->ctx);
    sw_arena_mark mark = sw_arena_save(arena);
    sw_told_period told;
    sw_hash128 opened = identity_of(out, news->opened_by);
    sw_err err = sw_told_period_of(news, opened, decided(out, news->at_ms), arena, &told);
    if (!err) err = put_period(out, &told, arena);
    sw_arena_rewind(arena, mark);
    return err;
}

static sw_err unheard_period(void *ctx, const sw_period_news *news) {
    const sw_telling_out *out = ctx;
    (void)news;
    return sw_ctx_emit_unheard(out->ctx);
}

/* A rule is off for an event, or for a pair: counted by rule and reason, and told of the first. */
static void leave_out(const sw_telling_out *out, const sw_rule *rule, const char *reason) {
    const sw_evaluator *e = out->evaluator;
    sw_arena *arena = sw_ctx_arena(out->ctx);
    sw_arena_mark mark = sw_arena_save(arena);
    sw_metric *metric = NULL;
    const sw_slice labels =
        sw_arena_printf(arena, "rule=\"%.*s\",reason=\"%s\"", SW_FMT(rule->id), reason);
    const bool counted =
        labels.ptr &&
        sw_metrics_get(e->metrics, SW_METRIC_COUNTER, "seawall_rules_left_out_total", labels.ptr,
                       "Events or pairs for which a rule was left out, by rule and "
                       "reason: cost, max_pairs.",
                       &metric) == SW_OK;
    const bool first = counted && (!metric || sw_metric_value(metric) == 0);
    sw_metric_add(metric, 1);
    if (first)
        sw_trace(e->trace,
                 &(sw_trace_event){.level = SW_TRACE_WARN,
                                   .name = "rule.left-out",
                                   .err = SW_E_LIMIT,
                                   .fields = {{.name = "rule", .text = rule->id},
                                              {.name = "reason", .text = sw_slice_cstr(reason)},
                                              {.name = "key", .text = out->key}}});
    sw_arena_rewind(arena, mark);
}

/* What is beyond its bound of cost counts as a failure too: a condition as false, an event of a
 * match as one without partners. */
static void failed(void *ctx, const sw_rule *rule, sw_err code) {
    const sw_telling_out *out = ctx;
    if (out->evaluator->failed) sw_metric_add(out->evaluator->failed[rule->index], 1);
    if (code == SW_E_LIMIT) leave_out(out, rule, "cost");
}

static void left_out(void *ctx, const sw_rule *rule, const sw_slice *key) {
    (void)key;
    leave_out(ctx, rule, "max_pairs");
}

void sw_telling_out_init(sw_telling_out *out, const sw_evaluator *evaluator, sw_ctx *ctx,
                         sw_slice key) {
    out->evaluator = evaluator;
    out->ctx = ctx;
    out->key = key;
    out->told_by = 0;
    out->source_bytes = out->id_bytes = 0;
}

sw_sink sw_telling_sink(sw_telling_out *out) {
    bool heard = sw_ctx_is_heard(out->ctx);
    return (sw_sink){.ctx = out,
                     .tell = tell,
                     .failed = failed,
                     .left_out = left_out,
                     .period = !out->evaluator->periods ? NULL
                               : heard                  ? period
                                                        : unheard_period};
}
