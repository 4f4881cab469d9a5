/* Who is told: roles to people, people to notices. */
#include "notify/loop/task.h"
#include "topics/topics.h"

sw_telling *sw_tell_new(sw_notify_call *call, const sw_task_row *task, const char *kind,
                        uint32_t level) {
    sw_telling *t = sw_pb_new(&call->pb, &seawall__v1__telling__descriptor);
    if (!t) return NULL;
    const sw_policy *policy = call->shared->policy;
    t->kind = sw_pb_printf(&call->pb, "%s", kind);
    t->task = task->task;
    t->warning_id = task->warning_id;
    t->level = sw_pb_printf(&call->pb, "%s", sw_level_words[level]);
    t->rule = task->rule;
    t->rule_name = task->rule_name;
    t->n_key = task->n_key;
    t->key = task->key;
    t->orgcode = task->orgcode;
    if (task->due_case == SEAWALL__V1__TASK__DUE_DUE_MS) {
        t->due_case = SEAWALL__V1__TELLING__DUE_DUE_MS;
        t->due_ms = task->due_ms;
    }
    t->decided_ms = call->now_ms;
    t->text = task->text;
    t->offset_s = sw_zone_offset(policy->zone, call->now_ms);
    t->language = sw_pb_printf(&call->pb, "%s", policy->language);
    t->urgent = level == SW_LEVEL_BREACH || task->liberty;
    t->pass_quiet = t->urgent || level >= policy->quiet_pass;
    const sw_level_policy *how = &policy->levels[level];
    for (uint32_t i = 0; i < SW_CHANNELS; i++) {
        char *name = (char *)(uintptr_t)sw_channel_names[i];
        if (how->channels & 1u << i)
            (void)!sw_pb_append(&call->pb, &t->n_channels, &t->channels, name);
    }
    t->n_fallback = how->fallback_count;
    t->fallback = (char **)(uintptr_t)how->fallback;
    t->up = how->up;
    const Seawall__V1__Unit *unit;
    const Seawall__V1__Officer *officer;
    call->err = sw_directory_unit(&call->directory, &call->pb, sw_slice_cstr(task->orgcode),
                                  call->now_ms, &unit);
    if (!call->err && unit) t->unit_name = *unit->short_name ? unit->short_name : unit->name;
    if (!call->err)
        call->err = sw_directory_officer(&call->directory, &call->pb,
                                         sw_slice_cstr(task->officerid), call->now_ms, &officer);
    if (!call->err && officer) t->officer_name = officer->name;
    return call->err ? NULL : t;
}

static sw_err emit(sw_notify_call *call, const char *state, sw_slice recipient, const char *subject,
                   sw_telling *telling, const char *reason) {
    Seawall__V1__Notice notice;
    seawall__v1__notice__init(&notice);
    notice.state = (char *)(uintptr_t)state;
    notice.recipient = sw_pb_text(&call->pb, recipient);
    notice.subject = (char *)(uintptr_t)subject;
    notice.at_ms = call->now_ms;
    notice.telling = telling;
    notice.reason = (char *)(uintptr_t)reason;
    sw_slice bytes;
    sw_err err = sw_pb_write(&call->pb, &notice, &bytes);
    return err ? err : sw_ctx_emit(call->ctx, SW_TOPIC_NOTICES, recipient, bytes);
}

static void remember(sw_notify_call *call, sw_task_row *task, const char *recipient) {
    for (size_t i = 0; i < task->n_told; i++)
        if (strcmp(task->told[i], recipient) == 0) return;
    (void)!sw_pb_append(&call->pb, &task->n_told, &task->told,
                        sw_pb_printf(&call->pb, "%s", recipient));
}

static sw_err tell_people(sw_notify_call *call, const sw_telling *telling, const char *subject,
                          const sw_people *people, sw_task_row *task) {
    for (uint32_t i = 0; i < people->count; i++) {
        const sw_person *person = &people->list[i];
        sw_telling own = *telling;
        own.phone = sw_pb_text(&call->pb, person->phone);
        own.email = person->officer->email;
        own.why = sw_pb_text(&call->pb, person->why);
        own.role = sw_pb_text(&call->pb, person->role);
        if (*person->officer->language) own.language = person->officer->language;
        sw_err err = emit(call, "wanted", sw_slice_cstr(person->officer->id), subject, &own, "");
        if (err) return err;
        if (task) remember(call, task, person->officer->id);
    }
    return SW_OK;
}

sw_err sw_tell_roles(sw_notify_call *call, const sw_telling *telling, const char *subject,
                     const sw_slice *roles, uint32_t role_count, sw_slice officerid,
                     sw_task_row *task, uint32_t *ret_told) {
    sw_people people = {.count = 0};
    for (uint32_t i = 0; i < role_count; i++) {
        sw_err err =
            sw_directory_lookup(&call->directory, &call->pb, roles[i],
                                sw_slice_cstr(telling->orgcode), officerid, call->now_ms, &people);
        if (err) return err;
    }
    *ret_told = people.count;
    return tell_people(call, telling, subject, &people, task);
}

sw_err sw_tell_above(sw_notify_call *call, const Seawall__V1__Unreached *unreached,
                     sw_task_row *task) {
    const sw_telling *telling = unreached->telling;
    sw_people people = {.count = 0};
    const char *subject = sw_pb_printf(&call->pb, "%s#u", unreached->subject);
    sw_err err = sw_directory_lookup_above(
        &call->directory, &call->pb, sw_slice_cstr(telling->role), sw_slice_cstr(telling->orgcode),
        sw_slice_cstr(unreached->recipient), call->now_ms, &people);
    return err ? err : tell_people(call, telling, subject, &people, task);
}

sw_err sw_tell_webhooks(sw_notify_call *call, const sw_telling *telling, const char *subject) {
    const sw_policy *policy = call->shared->policy;
    uint32_t level = sw_level_of(sw_slice_cstr(telling->level));
    for (uint32_t i = 0; i < policy->webhook_count; i++) {
        const sw_webhook *hook = &policy->webhooks[i];
        bool below = true;
        if (level < hook->from_level) continue;
        if (*hook->org) {
            sw_err err =
                sw_directory_below(&call->directory, &call->pb, sw_slice_cstr(telling->orgcode),
                                   sw_slice_cstr(hook->org), call->now_ms, &below);
            if (err) return err;
        }
        if (!below) continue;
        char *channels[] = {(char *)(uintptr_t) "webhook"};
        sw_telling own = *telling;
        own.channels = channels;
        own.n_channels = 1;
        own.urgent = own.pass_quiet = true; /* a program has no nights */
        own.n_fallback = 0;
        own.up = false;
        const char *recipient = sw_pb_printf(&call->pb, "webhook/%s", hook->name);
        sw_err err = emit(call, "wanted", sw_slice_cstr(recipient), subject, &own, "");
        if (err) return err;
    }
    return SW_OK;
}

sw_err sw_tell_off(sw_notify_call *call, const sw_task_row *task, const char *warning_id,
                   const char *reason) {
    for (size_t i = 0; i < task->n_told; i++) {
        sw_err err =
            emit(call, "cancelled", sw_slice_cstr(task->told[i]), warning_id, NULL, reason);
        if (err) return err;
    }
    return SW_OK;
}

const sw_slice *sw_tell_words(sw_notify_call *call, const char *const *words, uint32_t count) {
    sw_slice *list = sw_pb_zero(&call->pb, count + 1, sizeof *list);
    for (uint32_t i = 0; list && i < count; i++) list[i] = sw_slice_cstr(words[i]);
    return list;
}
