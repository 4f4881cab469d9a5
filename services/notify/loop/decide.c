/* A recorded decision reaches its task; the ladder of a task that nobody signs. */
#include "notify/directory/duty.h"
#include "notify/loop/task.h"

static bool was_told(const sw_task_row *task, sw_slice officer) {
    for (size_t i = 0; i < task->n_told; i++)
        if (sw_slice_is(officer, task->told[i])) return true;
    return false;
}

static const char *titles(const sw_loop_step *step, sw_pb *pb) {
    char *text = sw_pb_printf(pb, "%s", "");
    for (uint32_t i = 0; i < step->who_count; i++) {
        const sw_duty *duty = sw_duty_find(sw_slice_cstr(step->who[i]));
        text = sw_pb_printf(pb, "%s%s%s", text, i ? ", " : "", duty ? duty->name : step->who[i]);
    }
    return text;
}

/* The last one who did `action`, and it counted. */
static const char *last_actor(const sw_task_row *task, const char *action) {
    for (size_t i = task->n_steps; i-- > 0;)
        if (!*task->steps[i]->refused && strcmp(task->steps[i]->action, action) == 0)
            return task->steps[i]->actor;
    return "";
}

static sw_err holds_one(const sw_loop_step *step, const sw_task_row *task,
                        const sw_directory_source *directory, sw_pb *pb, sw_slice officer,
                        int64_t at_ms, bool *ret, bool *ret_expired) {
    *ret = *ret_expired = false;
    for (uint32_t i = 0; i < step->who_count && !*ret; i++) {
        if (strcmp(step->who[i], "told") == 0) {
            *ret = was_told(task, officer);
            continue;
        }
        bool expired;
        sw_err err = sw_directory_holds_role(
            directory, pb, sw_slice_cstr(step->who[i]), sw_slice_cstr(task->orgcode),
            sw_slice_cstr(task->officerid), officer, at_ms, ret, &expired);
        if (err) return err;
        *ret_expired = *ret_expired || expired;
    }
    return SW_OK;
}

sw_err sw_loop_may(const sw_loop_step *step, const sw_task_row *task,
                   const sw_directory_source *directory, sw_pb *pb, sw_slice officer, sw_slice note,
                   int64_t at_ms, const char **ret_why) {
    *ret_why = NULL;
    bool holds, expired;
    if (!officer.len) {
        *ret_why = "nobody is named who did it";
        return SW_OK;
    }
    sw_err err = holds_one(step, task, directory, pb, officer, at_ms, &holds, &expired);
    if (err) return err;
    if (!holds && expired)
        *ret_why = sw_pb_printf(pb, "the qualification of law enforcement has expired (执法资格)");
    else if (!holds)
        *ret_why = sw_pb_printf(pb, "it is for: %s", titles(step, pb));
    else if (*step->not_by && sw_slice_is(officer, last_actor(task, step->not_by)))
        *ret_why = sw_pb_printf(pb, "nobody does it for his own '%s'", step->not_by);
    else if (step->note && !note.len)
        *ret_why = "it needs a reason";
    for (size_t i = 0; !*ret_why && step->parts && i < task->n_parts; i++)
        if (!task->parts[i]->at_ms)
            *ret_why = sw_pb_printf(pb, "the joint verification lacks the part of '%s'",
                                    task->parts[i]->department);
    return pb->full ? SW_E_LIMIT : SW_OK;
}

static sw_err give_part(sw_notify_call *call, sw_task_row *task,
                        const Seawall__V1__Decision *decision) {
    for (size_t i = 0; i < task->n_parts; i++) {
        Seawall__V1__TaskPart *part = task->parts[i];
        if (strcmp(part->department, decision->department) != 0) continue;
        part->actor = decision->actor;
        part->at_ms = decision->at_ms;
        part->result = decision->note;
    }
    return sw_task_save(call, task, "part");
}

static sw_err tell_step(sw_notify_call *call, sw_task_row *task, const sw_loop_step *step) {
    if (!step->tell_count) return SW_OK;
    sw_telling *telling = sw_tell_new(call, task, "task", sw_task_level(task));
    if (!telling) return call->err ? call->err : SW_E_LIMIT;
    telling->rule_name = sw_pb_printf(&call->pb, "%s·%s", step->title, task->rule_name);
    /* Its own word: the same step may come again. */
    const char *subject = sw_pb_printf(&call->pb, "%s#s%zu", task->warning_id, task->n_steps);
    uint32_t told;
    return sw_tell_roles(call, telling, subject, sw_tell_words(call, step->tell, step->tell_count),
                         step->tell_count, sw_slice_cstr(task->officerid), task, &told);
}

/* It was recorded; what it means is said here, and what does not count is kept with its reason. */
sw_err sw_notify_decide(sw_notify_call *call, const Seawall__V1__Decision *decision) {
    sw_task_row *task;
    sw_err err = sw_task_load(call, sw_slice_cstr(decision->task), &task);
    if (err) return err;
    if (!task) return sw_ctx_fail(call->ctx, SW_E_NOT_FOUND, "no task %s", decision->task);
    if (strcmp(decision->action, "part") == 0) return give_part(call, task, decision);
    for (size_t i = 0; i < task->n_steps; i++) { /* the same event again */
        const Seawall__V1__EventRef *ref = task->steps[i]->event;
        if (ref && decision->event && strcmp(ref->id, decision->event->id) == 0 &&
            strcmp(ref->source, decision->event->source) == 0)
            return SW_OK;
    }
    bool known;
    const sw_loop_step *rule =
        sw_loop_step_find(call->shared->loop, sw_slice_cstr(decision->action),
                          sw_slice_cstr(decision->result), sw_slice_cstr(task->state), &known);
    const char *why = rule ? NULL : sw_pb_printf(&call->pb, "not in state '%s'", task->state);
    if (rule)
        err = sw_loop_may(rule, task, &call->directory, &call->pb, sw_slice_cstr(decision->actor),
                          sw_slice_cstr(decision->note), call->now_ms, &why);
    Seawall__V1__TaskStep *step = sw_task_step(call, task, decision->action, decision->actor);
    if (err || !step) return err ? err : SW_E_LIMIT;
    step->at_ms = decision->at_ms;
    step->note = decision->note;
    step->event = decision->event;
    step->warning_id = decision->warning_id;
    if (why) {
        step->refused = sw_pb_printf(&call->pb, "%s", why);
        return sw_task_save(call, task, "refused");
    }
    task->acknowledged_level = task->level; /* who takes a step has seen it */
    sw_task_ladder(call, task, false);
    if (*rule->to) task->state = step->to = sw_pb_printf(&call->pb, "%s", rule->to);
    err = tell_step(call, task, rule);
    return err ? err : sw_task_save(call, task, "step");
}

sw_err sw_notify_escalate(sw_notify_call *call, sw_slice id) {
    sw_task_row *task;
    sw_err err = sw_task_load(call, id, &task);
    if (err || !task) return err;
    uint32_t level = sw_task_level(task);
    const sw_level_policy *policy = &call->shared->policy->levels[level];
    if (sw_task_ended(call, task) || task->escalation_count >= policy->rung_count) {
        sw_task_ladder(call, task, false);
        return sw_task_save(call, task, "ladder-ended");
    }
    const sw_rung *rung = &policy->rungs[task->escalation_count++];
    sw_telling *telling = sw_tell_new(call, task, "escalation", level);
    if (!telling) return call->err ? call->err : SW_E_LIMIT;
    const char *subject =
        sw_pb_printf(&call->pb, "%s#e%s%u", task->warning_id, task->level, task->escalation_count);
    uint32_t told;
    err = sw_tell_roles(call, telling, subject, sw_tell_words(call, rung->to, rung->to_count),
                        rung->to_count, sw_slice_cstr(task->officerid), task, &told);
    if (err) return err;
    bool more = task->escalation_count < policy->rung_count;
    task->escalate_ms =
        more ? call->now_ms + policy->rungs[task->escalation_count].after_ms - rung->after_ms : 0;
    return sw_task_save(call, task, "escalated");
}
