#include "codec/wire.h"
#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"
#include "risk/score/call.h"
#include "topics/topics.h"

#define ROW_BYTES_MAX ((size_t)SW_VALUE_BYTES_MAX)

static sw_score_call call_of(sw_ctx *ctx, const void *shared) {
    const sw_score_shared *s = shared;
    const int64_t now_ms = sw_ctx_now(ctx);
    return (sw_score_call){.ctx = ctx,
                           .shared = s,
                           .weights = s->weights,
                           .arena = sw_ctx_arena(ctx),
                           .now_ms = now_ms,
                           .today = sw_weights_day(s->weights, now_ms)};
}

/* ---- instances ---- */

static sw_err load(sw_score_call *call, sw_slice row_key, sw_score_instance *ret) {
    sw_slice row;
    sw_err err = sw_ctx_get(call->ctx, SW_SCORE_INSTANCES, row_key, &row);
    sw_score_instance_init(ret);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    return sw_score_instance_read(call->arena, row, ret);
}

sw_err sw_score_settle(sw_score_call *call, sw_slice row_key, sw_score_instance *instance,
                       const sw_weighing *old) {
    sw_weighing new;
    sw_buf row;
    sw_score_instance_prune(instance, call->weights, call->today);
    const bool weighs = sw_score_instance_weigh(instance, call->weights, &new);
    sw_err err = sw_score_move(call, instance, old, weighs ? &new : NULL);
    if (err) return err;
    instance->mark = sw_score_mark(call->weights);
    if (instance->count == 0 && instance->settled_ms == SW_TIME_NONE)
        return sw_ctx_del(call->ctx, SW_SCORE_INSTANCES, row_key);
    sw_buf_init(&row, ROW_BYTES_MAX);
    sw_score_instance_write(instance, &row);
    err =
        row.err ? row.err : sw_ctx_put(call->ctx, SW_SCORE_INSTANCES, row_key, sw_buf_slice(&row));
    sw_buf_done(&row);
    return err;
}

/* How the row weighs in the sums; false: not at all. */
static bool weighed(const sw_score_call *call, const sw_score_instance *instance,
                    sw_weighing *ret) {
    return instance->mark == sw_score_mark(call->weights) &&
           sw_score_instance_weigh(instance, call->weights, ret);
}

static sw_err on_warning(sw_score_call *call, const sw_input *input) {
    sw_told_warning told;
    sw_score_instance instance;
    sw_weighing old;
    sw_err err = sw_told_from_pb(call->arena, input->value, &told);
    if (err) return sw_ctx_fail(call->ctx, err, "a warning that can't be read");
    const sw_hash128 id = sw_task_of(&told);
    const sw_slice row_key = sw_slice_of(id.bytes, sizeof id.bytes);
    err = load(call, row_key, &instance);
    if (err) return err;
    const bool weighs = weighed(call, &instance, &old);
    sw_score_instance_prune(&instance, call->weights, call->today);
    err = sw_score_instance_tell(&instance, call->arena, &told);
    if (err)
        return sw_ctx_fail(call->ctx, err,
                           "rule %.*s has more than %d warnings that one task puts right",
                           SW_FMT(told.rule), SW_SCORE_WARNINGS_MAX);
    return sw_score_settle(call, row_key, &instance, weighs ? &old : NULL);
}

/* ---- what people decide ---- */

enum { TASK_ID = 1, TASK_STATE, TASK_CHANGE, TASK_AT, TASK_HOME = 20 };

/* A step of the loop goes to where the warnings are; what the system itself does to a task follows
 * from them. */
static sw_err on_task(sw_score_call *call, const sw_input *input) {
    sw_wire_reader r = sw_wire_read(input->value);
    sw_wire_field f;
    sw_slice texts[TASK_HOME + 1] = {{0}};
    int64_t at_ms = 0;
    sw_hash128 task;
    while (sw_wire_next(&r, &f)) {
        if (f.type == SW_WIRE_BYTES && f.number <= TASK_HOME) texts[f.number] = f.bytes;
        if (f.type == SW_WIRE_VARINT && f.number == TASK_AT) at_ms = (int64_t)f.n;
    }
    if (r.fault || !sw_hash128_parse(texts[TASK_ID], &task))
        return sw_ctx_fail(call->ctx, SW_E_SYNTAX, "a task that can't be read");
    if (!sw_slice_is(texts[TASK_CHANGE], "step") || texts[TASK_HOME].len == 0) return SW_OK;
    sw_buf step;
    sw_buf_init(&step, ROW_BYTES_MAX);
    sw_step_task(task, texts[TASK_STATE], at_ms, &step);
    sw_err err = step.err ? step.err
                          : sw_ctx_emit(call->ctx, SW_TOPIC_SCORES_STEPS, texts[TASK_HOME],
                                        sw_buf_slice(&step));
    sw_buf_done(&step);
    return err;
}

static sw_err on_decision(sw_score_call *call, const sw_score_step *step) {
    sw_score_instance instance;
    sw_weighing old;
    const sw_slice row_key = sw_slice_of(step->task.bytes, sizeof step->task.bytes);
    sw_err err = load(call, row_key, &instance);
    if (err) return err;
    const bool weighs = weighed(call, &instance, &old);
    sw_score_instance_settle(&instance, step->state, step->at_ms);
    return sw_score_settle(call, row_key, &instance, weighs ? &old : NULL);
}

static sw_err on_step(sw_score_call *call, const sw_input *input) {
    sw_score_step step;
    sw_err err = sw_step_read(call->arena, input->value, &step);
    if (err) return sw_ctx_fail(call->ctx, err, "a step that can't be read");
    return step.is_task ? on_decision(call, &step) : sw_score_arrived(call, input->key, &step);
}

/* ---- the table ---- */

static sw_err on_start(sw_ctx *ctx, const void *shared) {
    sw_score_call call = call_of(ctx, shared);
    return sw_score_sweep_plan(&call);
}

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    sw_score_call call = call_of(ctx, shared);
    if (input->tombstone) return SW_OK;
    if (strcmp(input->topic, SW_TOPIC_WARNINGS) == 0) return on_warning(&call, input);
    return strcmp(input->topic, SW_TOPIC_TASKS) == 0 ? on_task(&call, input)
                                                     : on_step(&call, input);
}

static sw_err on_timer(sw_ctx *ctx, const void *shared, sw_slice key, int64_t due_ms) {
    (void)due_ms;
    sw_score_call call = call_of(ctx, shared);
    return sw_slice_eq(key, SW_SCORE_SWEEP_KEY) ? sw_score_sweep_step(&call)
                                                : sw_score_flush(&call, key);
}

static const char *const inputs[] = {SW_TOPIC_WARNINGS, SW_TOPIC_TASKS, SW_TOPIC_SCORES_STEPS,
                                     NULL};
static const char *const outputs[] = {SW_TOPIC_SCORES, SW_TOPIC_SCORES_STEPS, NULL};
static const sw_processor_store stores[SW_SCORE_STORES] = {
    [SW_SCORE_INSTANCES] = {.name = "instances", .version = 1},
    [SW_SCORE_SUMS] = {.name = "sums", .version = SW_SCORE_FORM, .derived = true},
    [SW_SCORE_TOTALS] = {.name = "totals", .version = SW_SCORE_FORM, .derived = true},
    [SW_SCORE_MARKS] = {.name = "marks", .version = 1, .value_bytes_max = 2048},
};

const sw_processor sw_score = {
    .name = "score",
    .patience = 20,
    .id = SW_PROCESSOR_SCORE,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .on_start = on_start,
    .on_record = on_record,
    .on_timer = on_timer,
};

sw_err sw_score_new(sw_arena *arena, const sw_weights *weights, sw_metrics *metrics,
                    const sw_score_shared **ret) {
    SW_ASSERT(arena && weights && ret);
    sw_score_shared *s = sw_arena_zero(arena, 1, sizeof *s);
    if (!s) return SW_E_NOMEM;
    s->weights = weights;
    sw_err err = metrics ? sw_metrics_get(metrics, SW_METRIC_COUNTER, "seawall_scores_told_total",
                                          "", "Records written to seawall.scores.", &s->told)
                         : SW_OK;
    if (!err && metrics)
        err = sw_metrics_get(metrics, SW_METRIC_COUNTER, "seawall_scores_changes_total", "",
                             "Warnings and decisions that changed what weighs.", &s->changes);
    if (!err) *ret = s;
    return err;
}
