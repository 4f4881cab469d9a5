#include "notify/loop/task.h"

#include "topics/topics.h"

#define STEPS_KEPT 64u

void sw_notify_call_init(sw_notify_call *call, sw_ctx *ctx, const sw_notify_shared *shared) {
    *call = (sw_notify_call){.ctx = ctx,
                             .shared = shared,
                             .pb = {sw_ctx_arena(ctx), false},
                             .now_ms = sw_ctx_now(ctx),
                             .rows = {ctx, SW_NOTIFY_DIRECTORY, NULL}};
    call->rows.pb = &call->pb;
    call->directory = sw_directory_source_rows(&call->rows);
}

sw_err sw_task_load(sw_notify_call *call, sw_slice id, sw_task_row **ret) {
    sw_slice bytes;
    *ret = NULL;
    sw_err err = sw_ctx_get(call->ctx, SW_NOTIFY_TASKS, id, &bytes);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    err = sw_pb_read(&call->pb, &seawall__v1__task__descriptor, bytes, ret);
    if (!err && (*ret)->escalate_ms) call->timed = true;
    return err == SW_E_SYNTAX ? SW_E_CORRUPT : err;
}

sw_task_row *sw_task_new(sw_notify_call *call, const char *id, sw_slice home) {
    sw_task_row *task = sw_pb_new(&call->pb, &seawall__v1__task__descriptor);
    if (!task) return NULL;
    task->task = sw_pb_printf(&call->pb, "%s", id);
    task->state = sw_pb_printf(&call->pb, "open");
    task->level = sw_pb_printf(&call->pb, "green");
    task->home = sw_pb_text(&call->pb, home);
    task->silent = true;
    return task;
}

static sw_slice timer_key(sw_notify_call *call, const sw_task_row *task) {
    return sw_slice_cstr(sw_pb_printf(&call->pb, "e/%s", task->task));
}

sw_err sw_task_save(sw_notify_call *call, sw_task_row *task, const char *change) {
    task->change = sw_pb_printf(&call->pb, "%s", change);
    task->at_ms = call->now_ms;
    sw_slice bytes, id = sw_slice_cstr(task->task);
    sw_err err = sw_pb_write(&call->pb, task, &bytes);
    if (!err) err = sw_ctx_put(call->ctx, SW_NOTIFY_TASKS, id, bytes);
    if (!err) err = sw_ctx_emit(call->ctx, SW_TOPIC_TASKS, sw_slice_cstr(task->warning_id), bytes);
    int64_t due_ms = task->escalate_ms ? task->escalate_ms : SW_TIME_MAX;
    if (!err && (call->timed || task->escalate_ms))
        err = sw_ctx_timer(call->ctx, timer_key(call, task), due_ms);
    return err ? err : call->err;
}

sw_err sw_task_route(sw_notify_call *call, const sw_task_row *task, const char *key) {
    Seawall__V1__Hop *hop = sw_pb_new(&call->pb, &seawall__v1__hop__descriptor);
    Seawall__V1__Route *route = sw_pb_new(&call->pb, &seawall__v1__route__descriptor);
    if (!hop || !route) return SW_E_LIMIT;
    route->warning_id = task->warning_id;
    route->task = task->task;
    route->home = task->home;
    hop->route = route;
    sw_slice bytes;
    sw_err err = sw_pb_write(&call->pb, hop, &bytes);
    return err ? err : sw_ctx_emit(call->ctx, SW_TOPIC_NOTIFY_STEPS, sw_slice_cstr(key), bytes);
}

uint32_t sw_task_level(const sw_task_row *task) {
    uint32_t level = sw_level_of(sw_slice_cstr(task->level));
    return level < SW_NOTIFY_LEVELS ? level : 0;
}

bool sw_task_ended(const sw_notify_call *call, const sw_task_row *task) {
    const sw_loop_state *state = sw_loop_state_find(call->shared->loop, sw_slice_cstr(task->state));
    return state && state->end;
}

Seawall__V1__TaskStep *sw_task_step(sw_notify_call *call, sw_task_row *task, const char *action,
                                    const char *actor) {
    Seawall__V1__TaskStep *step = sw_pb_new(&call->pb, &seawall__v1__task_step__descriptor);
    if (!step) return NULL;
    step->action = sw_pb_printf(&call->pb, "%s", action);
    step->actor = sw_pb_printf(&call->pb, "%s", actor);
    step->at_ms = call->now_ms;
    step->from = step->to = task->state;
    if (task->n_steps == STEPS_KEPT) {
        memmove(task->steps, task->steps + 1, (STEPS_KEPT - 1) * sizeof(void *));
        task->n_steps--;
    }
    return sw_pb_append(&call->pb, &task->n_steps, &task->steps, step) ? step : NULL;
}

void sw_task_ladder(sw_notify_call *call, sw_task_row *task, bool on) {
    const sw_level_policy *level = &call->shared->policy->levels[sw_task_level(task)];
    task->escalation_count = 0;
    task->escalate_ms = on && level->rung_count ? call->now_ms + level->rungs[0].after_ms : 0;
}

void sw_task_key(sw_notify_call *call, sw_task_row *task, sw_slice name, sw_slice value) {
    Seawall__V1__KeyValue *pair = sw_pb_new(&call->pb, &seawall__v1__key_value__descriptor);
    if (!pair) return;
    pair->name = sw_pb_text(&call->pb, name);
    pair->value = sw_pb_text(&call->pb, value);
    (void)!sw_pb_append(&call->pb, &task->n_key, &task->key, pair);
}
