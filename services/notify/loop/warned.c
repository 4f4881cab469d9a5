/* What comes on seawall.warnings. */
#include <stdio.h>

#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"
#include "notify/loop/task.h"

static const char *hex_of(sw_notify_call *call, sw_hash128 id) {
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(id, hex);
    return sw_pb_printf(&call->pb, "%s", hex);
}

static const char *task_of(sw_notify_call *call, const sw_told_warning *t) {
    return hex_of(call, sw_task_of(t));
}

static sw_slice takeover_key(sw_notify_call *call, const char *warning_id) {
    return sw_slice_cstr(sw_pb_printf(&call->pb, "h/%s", warning_id));
}

static Seawall__V1__TaskWarning *warning_in(const sw_task_row *task, const char *id) {
    for (size_t i = 0; i < task->n_warnings; i++)
        if (strcmp(task->warnings[i]->warning_id, id) == 0) return task->warnings[i];
    return NULL;
}

/* What the newest telling says of the instance stands. */
static void refresh(sw_notify_call *call, sw_task_row *task, const sw_told_warning *t) {
    task->rule = sw_pb_text(&call->pb, t->rule);
    task->rule_name = sw_pb_text(&call->pb, t->rule_name.len ? t->rule_name : t->rule);
    task->orgcode = sw_pb_text(&call->pb, t->orgcode);
    task->officerid = sw_pb_text(&call->pb, t->officerid);
    task->text = sw_pb_text(&call->pb, t->text);
    task->domain = sw_pb_text(&call->pb, t->domain);
    task->kind = sw_pb_printf(&call->pb, "%s", sw_kind_name(t->kind));
    task->liberty = t->liberty;
    task->offset_s = t->offset_s;
    if (t->due_ms != SW_TIME_NONE) {
        task->due_case = SEAWALL__V1__TASK__DUE_DUE_MS;
        task->due_ms = t->due_ms;
    }
    if (task->n_key) return;
    for (uint32_t i = 0; i < t->key_count; i++)
        sw_task_key(call, task, t->key[i].name, t->key[i].value);
}

/* The task that this warning takes over, because it takes the place of another one. */
static sw_err take_over(sw_notify_call *call, const sw_told_warning *t, const char *warning_id,
                        const char *task_id, sw_task_row **ret_task, bool *ret_moved) {
    sw_slice old_id, key = takeover_key(call, warning_id);
    *ret_moved = false;
    if (!t->has_replaces) return SW_OK;
    sw_err err = sw_ctx_get(call->ctx, SW_NOTIFY_WARNINGS, key, &old_id);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    sw_task_row *old;
    err = sw_task_load(call, old_id, &old);
    if (!err) err = sw_ctx_del(call->ctx, SW_NOTIFY_WARNINGS, key);
    if (err || !old) return err;
    *ret_moved = true;
    if (strcmp(old->task, task_id) == 0) {
        *ret_task = old;
        return SW_OK;
    }
    sw_task_row *made = *ret_task ? *ret_task : sw_pb_zero(&call->pb, 1, sizeof *made);
    if (!made) return SW_E_LIMIT;
    char *state = old->state;
    int64_t escalate_ms = old->escalate_ms;
    *made = *old;
    made->task = sw_pb_printf(&call->pb, "%s", task_id);
    made->warning_id = sw_pb_printf(&call->pb, "%s", warning_id);
    made->replaces = old->task;
    made->warnings = NULL;
    made->n_warnings = 0;
    *ret_task = made;
    old->state = sw_pb_printf(&call->pb, "handed-over");
    old->replaced_by = made->task;
    old->escalate_ms = 0;
    err = sw_task_save(call, old, "handed-over");
    made->state = state;
    made->escalate_ms = escalate_ms;
    return err;
}

/* Why nobody is told; NULL: somebody is. */
static const char *reason_not_to(const sw_notify_call *call, const sw_task_row *task,
                                 const sw_told_warning *t, bool moved) {
    const sw_policy *policy = call->shared->policy;
    if (moved) return "replaces";
    if (t->state == SW_STATE_RESOLVED) return "resolved";
    int64_t since = t->fires_ms != SW_TIME_NONE ? t->fires_ms : t->decided_ms;
    if (call->now_ms - since > policy->max_age_ms) return "too-old";
    for (size_t i = 0; i < task->n_warnings; i++) {
        const Seawall__V1__TaskWarning *other = task->warnings[i];
        if (strcmp(other->state, "open") == 0 && !*other->suppressed &&
            sw_level_of(sw_slice_cstr(other->level)) > (uint32_t)t->level)
            return "inhibited";
    }
    return NULL;
}

static sw_err tell(sw_notify_call *call, sw_task_row *task, const sw_told_warning *t,
                   Seawall__V1__TaskWarning *warning) {
    uint32_t told = 0;
    sw_telling *telling = sw_tell_new(call, task, "warning", (uint32_t)t->level);
    if (!telling) return call->err ? call->err : SW_E_LIMIT;
    telling->warning_id = warning->warning_id;
    telling->repeat = t->repeat;
    telling->decided_ms = t->decided_ms;
    sw_err err = sw_tell_roles(call, telling, warning->warning_id, t->to, t->to_count, t->officerid,
                               task, &told);
    if (!err && !told) warning->suppressed = sw_pb_printf(&call->pb, "nobody");
    return err ? err : sw_tell_webhooks(call, telling, warning->warning_id);
}

static sw_err add_warning(sw_notify_call *call, sw_task_row *task, const sw_told_warning *t,
                          const char *id, bool moved) {
    Seawall__V1__TaskWarning *warning = warning_in(task, id);
    const char *not_told = reason_not_to(call, task, t, moved);
    bool known = warning != NULL;
    if (!known) {
        warning = sw_pb_new(&call->pb, &seawall__v1__task_warning__descriptor);
        if (!warning || !sw_pb_append(&call->pb, &task->n_warnings, &task->warnings, warning))
            return SW_E_LIMIT;
    }
    warning->warning_id = sw_pb_printf(&call->pb, "%s", id);
    warning->level = sw_pb_printf(&call->pb, "%s", sw_level_words[t->level]);
    warning->repeat = t->repeat;
    warning->state = sw_pb_printf(&call->pb, "%s", t->state == SW_STATE_OPEN ? "open" : "resolved");
    warning->decided_ms = t->decided_ms;
    warning->suppressed = sw_pb_printf(&call->pb, "%s", not_told ? not_told : "");
    return not_told ? SW_OK : tell(call, task, t, warning);
}

static sw_err raised(sw_notify_call *call, const sw_told_warning *t, sw_slice home) {
    const char *id = hex_of(call, t->id), *task_id = task_of(call, t);
    sw_task_row *task;
    bool moved;
    sw_err err = sw_task_load(call, sw_slice_cstr(task_id), &task);
    if (!err) err = take_over(call, t, id, task_id, &task, &moved);
    if (err) return err;
    bool fresh = !task;
    if (fresh) task = sw_task_new(call, task_id, home);
    if (!task) return SW_E_LIMIT;
    if (!*task->warning_id) task->warning_id = sw_pb_printf(&call->pb, "%s", id);
    refresh(call, task, t);
    const char *change = moved ? "took-over" : fresh ? "opened" : "raised";
    if (!moved && sw_task_ended(call, task)) {
        if (!sw_task_step(call, task, "reopen", "")) return SW_E_LIMIT;
        task->state = task->steps[task->n_steps - 1]->to = sw_pb_printf(&call->pb, "open");
        task->acknowledged_level = sw_pb_printf(&call->pb, "%s", "");
        change = "reopened";
    }
    err = add_warning(call, task, t, id, moved);
    if (err) return err;
    const Seawall__V1__TaskWarning *warning = warning_in(task, id);
    bool higher = (uint32_t)t->level > sw_task_level(task) || fresh;
    if (higher) task->level = warning->level;
    /* A rule that watches the loop itself is told of, and opens no loop of its own. */
    bool watches = sw_slice_is(t->key[0].name, "warning_id");
    if ((uint32_t)t->level >= call->shared->policy->task_from && !watches) task->silent = false;
    if (!*warning->suppressed && (higher || !task->escalate_ms)) sw_task_ladder(call, task, true);
    err = sw_task_save(call, task, change);
    const char *key = sw_pb_printf(&call->pb, "warning_id=%s", id);
    return err ? err : sw_task_route(call, task, key);
}

static bool any_open(const sw_task_row *task) {
    for (size_t i = 0; i < task->n_warnings; i++)
        if (strcmp(task->warnings[i]->state, "open") == 0) return true;
    return false;
}

/* Withdrawn or resolved: what waits is not sent, and where nothing is left open the task ends,
 * visibly. One that was resolved late is still to be put right. */
static sw_err ended(sw_notify_call *call, const sw_told_warning *t) {
    const char *id = hex_of(call, t->id);
    bool withdrawn = t->change == SW_WITHDRAWN;
    sw_task_row *task;
    sw_err err = sw_task_load(call, sw_slice_cstr(task_of(call, t)), &task);
    if (err || !task) return err;
    Seawall__V1__TaskWarning *warning = warning_in(task, id);
    if (!warning) return SW_OK;
    if (t->has_replaced_by) {
        sw_slice key = takeover_key(call, hex_of(call, t->replaced_by));
        err = sw_ctx_put(call->ctx, SW_NOTIFY_WARNINGS, key, sw_slice_cstr(task->task));
        if (err) return err;
    }
    const char *word = withdrawn ? "withdrawn" : "resolved";
    warning->state = sw_pb_printf(&call->pb, "%s", word);
    if (!t->has_replaced_by) err = sw_tell_off(call, task, id, word);
    if (err) return err;
    if (any_open(task) || t->has_replaced_by) return sw_task_save(call, task, word);
    sw_task_ladder(call, task, false);
    bool over = withdrawn || (t->late_by_s < 0 && strcmp(task->state, "open") == 0);
    if (over && !sw_task_ended(call, task)) {
        Seawall__V1__TaskStep *step = sw_task_step(call, task, word, "");
        if (!step) return SW_E_LIMIT;
        step->note = sw_pb_text(&call->pb, t->reason);
        task->state = step->to = sw_pb_printf(&call->pb, "%s", withdrawn ? "withdrawn" : "closed");
    }
    return sw_task_save(call, task, word);
}

sw_err sw_notify_on_warning(sw_notify_call *call, const sw_input *input) {
    sw_told_warning told;
    sw_err err = sw_told_from_pb(call->pb.arena, input->value, &told);
    if (err) return sw_ctx_fail(call->ctx, err, "not a warning");
    if (*call->shared->tier && told.tier.len && !sw_slice_is(told.tier, call->shared->tier))
        return SW_OK;
    return told.change == SW_RAISED ? raised(call, &told, input->key) : ended(call, &told);
}
