/* What comes on seawall.keyed: steps of the loop that were recorded, findings, joint verification,
 * cabinet and gate. Of everything else only the type is read. */
#include "codec/event.h"
#include "codec/wire.h"
#include "notify/loop/task.h"
#include "topics/topics.h"

/* Fields of seawall.v1.Event. */
enum { EVENT_TYPE = 3 };

static sw_slice type_of(sw_slice bytes) {
    sw_wire_reader reader = sw_wire_read(bytes);
    sw_wire_field field;
    while (sw_wire_next(&reader, &field))
        if (field.number == EVENT_TYPE && field.type == SW_WIRE_BYTES) return field.bytes;
    return SW_SLICE_NONE;
}

static sw_slice text_of(const sw_event *event, const char *name) {
    int32_t index = sw_event_type_field(event->type, sw_slice_cstr(name));
    if (index < 0) return SW_SLICE_NONE;
    const sw_value *value = &event->fields[index];
    return value->kind == SW_STRING ? value->s : SW_SLICE_NONE;
}

/* The same event comes once for each of its keys: it is taken at the first that it carries. */
static bool is_first_key(sw_notify_call *call, const sw_event *event, sw_slice key) {
    for (uint32_t i = 0; i < event->type->field_count; i++) {
        const sw_field *field = &event->type->fields[i];
        sw_slice value;
        if (!field->key) continue;
        uint32_t count = sw_event_key_values(event, field->key_id, &value, 1, call->pb.arena);
        if (!count || count == UINT32_MAX) continue;
        sw_slice name = sw_catalogue_key_name(call->shared->catalogue, field->key_id);
        return sw_slice_is(key, sw_pb_printf(&call->pb, "%.*s=%.*s", SW_FMT(name), SW_FMT(value)));
    }
    return false;
}

static sw_slice value_of(sw_slice key) {
    const char *sign = memchr(key.ptr, '=', key.len);
    return sign ? sw_slice_sub(key, (size_t)(sign - key.ptr) + 1, key.len) : SW_SLICE_NONE;
}

static Seawall__V1__EventRef *ref_of(sw_notify_call *call, const sw_event *event) {
    Seawall__V1__EventRef *ref = sw_pb_new(&call->pb, &seawall__v1__event_ref__descriptor);
    if (!ref) return NULL;
    ref->source = sw_pb_text(&call->pb, event->source);
    ref->id = sw_pb_text(&call->pb, event->id);
    ref->type = sw_pb_text(&call->pb, event->type->name);
    return ref;
}

static Seawall__V1__Decision *decision_of(sw_notify_call *call, const sw_event *event,
                                          const char *action, const char *result) {
    static const char *const actors[] = {"actor_id", "checker_id"};
    Seawall__V1__Decision *d = sw_pb_new(&call->pb, &seawall__v1__decision__descriptor);
    if (!d) return NULL;
    sw_slice actor = SW_SLICE_NONE;
    for (size_t i = 0; i < SW_COUNT(actors) && !actor.len; i++) actor = text_of(event, actors[i]);
    d->action = sw_pb_printf(&call->pb, "%s", action);
    d->result = sw_pb_printf(&call->pb, "%s", result);
    d->actor = sw_pb_text(&call->pb, actor.len ? actor : event->officerid);
    d->at_ms = event->time_ms;
    d->note = sw_pb_text(&call->pb, text_of(event, "reason"));
    d->department = sw_pb_text(&call->pb, text_of(event, "dept"));
    d->event = ref_of(call, event);
    return d;
}

static const char *finding_task(sw_notify_call *call, sw_slice finding) {
    const sw_slice parts[] = {SW_S("finding"), finding};
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(sw_hash128_parts(parts, SW_COUNT(parts)), hex);
    return sw_pb_printf(&call->pb, "%s", hex);
}

/* What people find opens a task as a warning does: its id stands for the warning's. */
static sw_err on_finding(sw_notify_call *call, const sw_event *event, sw_slice key) {
    static const char *const gravities[] = {"minor", "major", "critical"};
    const sw_policy *policy = call->shared->policy;
    uint32_t gravity = 0, told;
    while (gravity < 2 && !sw_slice_is(text_of(event, "gravity"), gravities[gravity])) gravity++;
    uint32_t level = policy->finding_levels[gravity];
    const char *id = finding_task(call, value_of(key));
    sw_task_row *task;
    sw_err err = sw_task_load(call, sw_slice_cstr(id), &task);
    if (err) return err;
    if (task && strcmp(task->kind, "finding") == 0) return SW_OK; /* told again, corrected */
    if (!task) task = sw_task_new(call, id, key);
    if (!task) return SW_E_LIMIT;
    if (!*task->warning_id) task->warning_id = task->task;
    task->kind = sw_pb_printf(&call->pb, "finding");
    task->rule = sw_pb_text(&call->pb, event->type->name);
    task->rule_name = sw_pb_text(&call->pb, event->type->title);
    task->orgcode = sw_pb_text(&call->pb, text_of(event, "unit_org"));
    task->officerid = sw_pb_text(&call->pb, text_of(event, "handler_id"));
    task->text = sw_pb_text(&call->pb, text_of(event, "topic"));
    if (!task->n_key) sw_task_key(call, task, SW_S("finding_id"), value_of(key));
    if (level > sw_task_level(task)) task->level = (char *)(uintptr_t)sw_level_words[level];
    task->silent = level < policy->task_from;
    if (call->now_ms - event->time_ms <= policy->max_age_ms) {
        sw_telling *telling = sw_tell_new(call, task, "warning", level);
        if (!telling) return call->err ? call->err : SW_E_LIMIT;
        err = sw_tell_roles(call, telling, task->warning_id,
                            sw_tell_words(call, policy->finding_to, policy->finding_to_count),
                            policy->finding_to_count, sw_slice_cstr(task->officerid), task, &told);
        if (!err) err = sw_tell_webhooks(call, telling, task->warning_id);
        sw_task_ladder(call, task, true);
    }
    if (!err) err = sw_task_save(call, task, "opened");
    const char *route = sw_pb_printf(&call->pb, "warning_id=%s", task->warning_id);
    return err ? err : sw_task_route(call, task, route);
}

/* Several departments verify side by side: each has a part of the finding's task. */
static sw_err on_joint(sw_notify_call *call, const sw_event *event, sw_slice key) {
    sw_task_row *task;
    sw_err err = sw_task_load(call, sw_slice_cstr(finding_task(call, value_of(key))), &task);
    if (err || !task) return err;
    const sw_policy *policy = call->shared->policy;
    bool again = task->n_parts > 0;
    for (uint32_t i = 0; !again && i < policy->department_count; i++) {
        Seawall__V1__TaskPart *part = sw_pb_new(&call->pb, &seawall__v1__task_part__descriptor);
        if (!part) return SW_E_LIMIT;
        part->department = (char *)(uintptr_t)policy->departments[i];
        part->actor = part->result = sw_pb_printf(&call->pb, "%s", "");
        (void)!sw_pb_append(&call->pb, &task->n_parts, &task->parts, part);
    }
    err = sw_task_save(call, task, "joint");
    sw_slice joint = text_of(event, "joint_id");
    const char *route = sw_pb_printf(&call->pb, "joint_id=%.*s", SW_FMT(joint));
    return err ? err : sw_task_route(call, task, route);
}

/* Told at once, to the handler and the unit's leader: no rule, no task. */
static sw_err on_told_event(sw_notify_call *call, const sw_event *event,
                            const sw_event_policy *rule, sw_slice key) {
    if (!is_first_key(call, event, key)) return SW_OK;
    if (call->now_ms - event->time_ms > call->shared->policy->max_age_ms) return SW_OK;
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(event->identity, hex);
    sw_task_row *facts = sw_task_new(call, hex, key);
    if (!facts) return SW_E_LIMIT;
    sw_slice unit = text_of(event, "unit_org"), officer = text_of(event, "officer_id");
    facts->warning_id = facts->task;
    facts->rule = sw_pb_text(&call->pb, event->type->name);
    facts->rule_name = sw_pb_text(&call->pb, event->type->title);
    facts->orgcode = sw_pb_text(&call->pb, event->orgcode.len ? event->orgcode : unit);
    facts->officerid = sw_pb_text(&call->pb, officer.len ? officer : event->officerid);
    facts->text = sw_pb_text(&call->pb, text_of(event, "reason"));
    sw_slice subject = event->subject.len ? event->subject : value_of(key);
    sw_task_key(call, facts, SW_S("subject"), subject);
    sw_telling *telling = sw_tell_new(call, facts, "event", rule->level);
    if (!telling) return call->err ? call->err : SW_E_LIMIT;
    telling->urgent = telling->pass_quiet = true;
    uint32_t told;
    sw_err err =
        sw_tell_roles(call, telling, facts->task, sw_tell_words(call, rule->to, rule->to_count),
                      rule->to_count, event->officerid, NULL, &told);
    return err ? err : sw_tell_webhooks(call, telling, facts->task);
}

static const sw_event_policy *told_event(const sw_policy *policy, sw_slice type) {
    for (uint32_t i = 0; i < policy->event_count; i++)
        if (sw_slice_is(type, policy->events[i].type)) return &policy->events[i];
    return NULL;
}

sw_err sw_notify_on_event(sw_notify_call *call, const sw_input *input) {
    sw_slice type = type_of(input->value);
    const sw_event_policy *told = told_event(call->shared->policy, type);
    bool of_finding = sw_slice_starts(input->key, SW_S("finding_id="));
    bool of_warning = sw_slice_starts(input->key, SW_S("warning_id="));
    bool of_joint = sw_slice_starts(input->key, SW_S("joint_id="));
    if (sw_slice_starts(input->key, SW_S("unit_org="))) {
        sw_err err = sw_notify_on_patrol(call, input, type);
        if (err) return err;
    }
    if (!told && !of_finding && !of_warning && !of_joint) return SW_OK;
    sw_event *event;
    sw_err err =
        sw_event_from_pb(call->pb.arena, call->shared->catalogue, input->value, NULL, &event);
    if (err == SW_E_UNKNOWN) return SW_OK; /* a type that the catalogue has lost */
    if (err) return sw_ctx_fail(call->ctx, err, "not an event of the catalogue");
    if (told) return on_told_event(call, event, told, input->key);
    if (of_finding && sw_slice_is(type, "finding.recorded"))
        return on_finding(call, event, input->key);
    if (of_finding && sw_slice_is(type, "joint.opened")) return on_joint(call, event, input->key);
    const char *action, *result;
    bool is_part = of_joint && sw_slice_is(type, "joint.step_done");
    if (is_part)
        action = "part", result = "";
    else if (!of_warning || !sw_loop_of_event(call->shared->loop, type, text_of(event, "result"),
                                              &action, &result))
        return SW_OK;
    Seawall__V1__Decision *decision = decision_of(call, event, action, result);
    if (!decision) return SW_E_LIMIT;
    decision->warning_id = sw_pb_text(&call->pb, value_of(input->key));
    if (is_part) decision->note = sw_pb_text(&call->pb, text_of(event, "result"));
    return sw_notify_send_on(call, input->key, decision);
}

static sw_err forward(sw_notify_call *call, const Seawall__V1__Route *route,
                      Seawall__V1__Decision *decision) {
    Seawall__V1__Hop *hop = sw_pb_new(&call->pb, &seawall__v1__hop__descriptor);
    if (!hop) return SW_E_LIMIT;
    decision->task = route->task;
    hop->decision = decision;
    sw_slice bytes;
    sw_err err = sw_pb_write(&call->pb, hop, &bytes);
    if (err) return err;
    return sw_ctx_emit(call->ctx, SW_TOPIC_NOTIFY_STEPS, sw_slice_cstr(route->home), bytes);
}

/* How many rows wait: mostly none, and then no route has to look for one. */
static sw_err waiting_count(sw_notify_call *call, int32_t change, int64_t *ret) {
    sw_slice bytes;
    *ret = 0;
    sw_err err = sw_ctx_get(call->ctx, SW_NOTIFY_ROUTES, SW_S("w#"), &bytes);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err && !sw_slice_int(bytes, ret)) return SW_E_CORRUPT;
    *ret += change;
    if (!change) return SW_OK;
    const char *text = sw_pb_printf(&call->pb, "%lld", (long long)*ret);
    return sw_ctx_put(call->ctx, SW_NOTIFY_ROUTES, SW_S("w#"), sw_slice_cstr(text));
}

static sw_slice waiting_key(sw_notify_call *call, sw_slice key) {
    return sw_slice_cstr(sw_pb_printf(&call->pb, "w/%.*s", SW_FMT(key)));
}

sw_err sw_notify_send_on(sw_notify_call *call, sw_slice key, Seawall__V1__Decision *decision) {
    sw_slice bytes;
    sw_err err = sw_ctx_get(call->ctx, SW_NOTIFY_ROUTES, key, &bytes);
    if (!err) {
        Seawall__V1__Route *route;
        err = sw_pb_read(&call->pb, &seawall__v1__route__descriptor, bytes, &route);
        return err ? SW_E_CORRUPT : forward(call, route, decision);
    }
    if (err != SW_E_NOT_FOUND) return err;
    sw_slice wait = waiting_key(call, key);
    Seawall__V1__Waiting *waiting = NULL;
    err = sw_ctx_get(call->ctx, SW_NOTIFY_ROUTES, wait, &bytes);
    if (!err) err = sw_pb_read(&call->pb, &seawall__v1__waiting__descriptor, bytes, &waiting);
    if (err && err != SW_E_NOT_FOUND) return err;
    int64_t count;
    err = waiting_count(call, waiting ? 0 : 1, &count);
    if (err) return err;
    if (!waiting) waiting = sw_pb_new(&call->pb, &seawall__v1__waiting__descriptor);
    if (!waiting) return SW_E_LIMIT;
    if (waiting->n_decisions >= 32)
        return sw_ctx_fail(call->ctx, SW_E_LIMIT, "too many steps for a warning that there is not");
    (void)!sw_pb_append(&call->pb, &waiting->n_decisions, &waiting->decisions, decision);
    err = sw_pb_write(&call->pb, waiting, &bytes);
    return err ? err : sw_ctx_put(call->ctx, SW_NOTIFY_ROUTES, wait, bytes);
}

static sw_err on_route(sw_notify_call *call, sw_slice key, const Seawall__V1__Route *route) {
    sw_slice bytes, wait = waiting_key(call, key);
    sw_err err = sw_pb_write(&call->pb, route, &bytes);
    if (!err) err = sw_ctx_put(call->ctx, SW_NOTIFY_ROUTES, key, bytes);
    int64_t count = 0;
    if (!err) err = waiting_count(call, 0, &count);
    if (err || !count) return err;
    err = sw_ctx_get(call->ctx, SW_NOTIFY_ROUTES, wait, &bytes);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    Seawall__V1__Waiting *waiting;
    err = sw_pb_read(&call->pb, &seawall__v1__waiting__descriptor, bytes, &waiting);
    if (err) return SW_E_CORRUPT;
    for (size_t i = 0; i < waiting->n_decisions && !err; i++)
        err = forward(call, route, waiting->decisions[i]);
    if (!err) err = waiting_count(call, -1, &count);
    return err ? err : sw_ctx_del(call->ctx, SW_NOTIFY_ROUTES, wait);
}

/* By its route to its task; what has no task (cabinet, gate) is told where it is. */
static sw_err on_unreached(sw_notify_call *call, sw_slice key, Seawall__V1__Unreached *unreached) {
    sw_slice bytes;
    const sw_telling *telling = unreached->telling;
    if (!telling) return sw_ctx_fail(call->ctx, SW_E_MISSING, "nobody was to be told");
    if (unreached->home) {
        sw_task_row *task;
        sw_err err = sw_task_load(call, sw_slice_cstr(telling->task), &task);
        if (err || !task) return err;
        bool signed_for = sw_level_of(sw_slice_cstr(task->acknowledged_level)) < SW_NOTIFY_LEVELS &&
                          sw_level_of(sw_slice_cstr(task->acknowledged_level)) >=
                              sw_level_of(sw_slice_cstr(telling->level));
        if (sw_task_ended(call, task) || signed_for) return SW_OK;
        err = sw_tell_above(call, unreached, task);
        return err ? err : sw_task_save(call, task, "unreached");
    }
    sw_err err = sw_ctx_get(call->ctx, SW_NOTIFY_ROUTES, key, &bytes);
    if (err == SW_E_NOT_FOUND) return sw_tell_above(call, unreached, NULL);
    Seawall__V1__Route *route;
    if (!err) err = sw_pb_read(&call->pb, &seawall__v1__route__descriptor, bytes, &route);
    if (err) return err == SW_E_SYNTAX ? SW_E_CORRUPT : err;
    Seawall__V1__Hop *hop = sw_pb_new(&call->pb, &seawall__v1__hop__descriptor);
    if (!hop) return SW_E_LIMIT;
    unreached->home = true;
    hop->unreached = unreached;
    err = sw_pb_write(&call->pb, hop, &bytes);
    return err ? err
               : sw_ctx_emit(call->ctx, SW_TOPIC_NOTIFY_STEPS, sw_slice_cstr(route->home), bytes);
}

sw_err sw_notify_on_hop(sw_notify_call *call, const sw_input *input) {
    Seawall__V1__Hop *hop;
    sw_err err = sw_pb_read(&call->pb, &seawall__v1__hop__descriptor, input->value, &hop);
    if (err) return sw_ctx_fail(call->ctx, err, "not a step");
    if (hop->route) return on_route(call, input->key, hop->route);
    if (hop->unreached) return on_unreached(call, input->key, hop->unreached);
    if (hop->decision) return sw_notify_decide(call, hop->decision);
    return sw_ctx_fail(call->ctx, SW_E_INVALID, "a step that says nothing");
}
