/* Steps of the loop: POST /v1/warnings/{id}/actions, and the events that they become. */
#include "base/hash.h"
#include "notify/http/http.h"
#include "notify/loop/task.h"
#include "text/json.h"
#include "text/time.h"

#define BODY_MAX ((size_t)1 << 20)

static bool declares(const sw_notify_view *view, const char *type, const char *field) {
    const sw_event_type *found =
        sw_catalogue_find(view->notify->shared.catalogue, sw_slice_cstr(type));
    return found && sw_event_type_field(found, sw_slice_cstr(field)) >= 0;
}

static char *event_id(sw_notify_view *view, const sw_notify_act *act, sw_slice warning) {
    const sw_slice parts[] = {act->actor, act->id, act->action, warning};
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(sw_hash128_parts(parts, SW_COUNT(parts)), hex);
    return sw_pb_printf(&view->pb, "%s", hex);
}

/* The recorded decision as a case event of the catalogue. */
static void write_event(sw_notify_view *view, const sw_notify_act *act, const sw_loop_step *step,
                        const Seawall__V1__Task *task, sw_slice warning, const char *id,
                        sw_buf *out) {
    static const char *const keys[] = {"case_id", "finding_id", "incident_id"};
    const char *actor = sw_pb_text(&view->pb, act->actor);
    sw_buf_add(out, SW_S("{\"specversion\":\"1.0\",\"source\":\"seawall/actions\""));
    sw_json_member(out, "id", id);
    sw_json_member(out, "type", step->event);
    sw_json_member(out, "subject", task->n_key ? task->key[0]->value : "");
    sw_json_member_time(out, "time", view->now_ms, task->offset_s);
    sw_json_member(out, "orgcode", task->orgcode);
    sw_buf_add(out, SW_S(",\"data\":{"));
    sw_json_member(out, "warning_id", sw_pb_text(&view->pb, warning));
    sw_json_member(out, "unit_org", task->orgcode);
    sw_json_member(out, "actor_id", actor);
    sw_json_member(out, "result", step->word);
    sw_json_member(out, "reason", sw_pb_text(&view->pb, act->note));
    if (act->due.len && declares(view, step->event, "due_at"))
        sw_json_member(out, "due_at", sw_pb_text(&view->pb, act->due));
    for (size_t i = 0; i < task->n_key; i++)
        for (size_t k = 0; k < SW_COUNT(keys); k++)
            if (strcmp(task->key[i]->name, keys[k]) == 0 && declares(view, step->event, keys[k]))
                sw_json_member(out, keys[k], task->key[i]->value);
    sw_buf_add(out, SW_S("}}"));
}

typedef struct verdict {
    uint32_t status; /* 0: it may be done */
    const char *code, *why;
    const sw_loop_step *step;
    Seawall__V1__Task *task;
    bool again; /* it was done already, by the same request */
} verdict;

static sw_err judge(sw_notify_view *view, const sw_notify_act *act, sw_slice warning, verdict *v) {
    *v = (verdict){.status = 404, .code = "not-found", .why = "there is no such warning"};
    sw_err err = sw_notify_view_task(view, warning, &v->task);
    if (err || !v->task || !sw_notify_view_may(view, v->task->orgcode)) return err;
    const char *id = event_id(view, act, warning);
    for (size_t i = 0; i < v->task->n_steps; i++)
        if (v->task->steps[i]->event && strcmp(v->task->steps[i]->event->id, id) == 0)
            v->again = true;
    bool known;
    v->step = sw_loop_step_find(view->notify->shared.loop, act->action, act->result,
                                sw_slice_cstr(v->task->state), &known);
    v->status = v->again ? 0 : 409;
    v->code = "not-in-state";
    v->why = sw_pb_printf(&view->pb, "it can't be done in state '%s'", v->task->state);
    if (!known) {
        v->status = 400;
        v->code = "unknown-action";
        v->why = "there is no such action, or it needs a result: recheck takes passed or failed";
    }
    if (!v->step || v->again) return SW_OK;
    view->partition =
        sw_partition_of(sw_slice_cstr(v->task->home), view->notify->shared.partitions);
    sw_directory_source directory = sw_notify_view_directory(view);
    const char *why;
    err = sw_loop_may(v->step, v->task, &directory, &view->pb, act->actor, act->note, view->now_ms,
                      &why);
    v->status = why ? (v->step->note && !act->note.len ? 400 : 403) : 0;
    v->code = v->status == 400 ? "missing-note" : "not-allowed";
    v->why = why ? why : "";
    return err;
}

/* By SMS nobody has a token: the actor is the one whose number it came from. */
static void note(sw_notify_view *view, const sw_notify_act *act) {
    const char *what =
        sw_pb_printf(&view->pb, "%.*s by %.*s", SW_FMT(act->action), SW_FMT(act->actor));
    sw_http_note(view->x, act->warning_count ? act->warnings[0] : SW_SLICE_NONE,
                 sw_slice_cstr(what));
}

void sw_notify_act_run(sw_notify_view *view, const sw_notify_act *act) {
    sw_buf body;
    verdict first = {0}, v;
    uint32_t events = 0, again = 0;
    sw_err err = SW_OK;
    note(view, act);
    sw_buf_init(&body, BODY_MAX);
    sw_buf_add_byte(&body, '[');
    for (uint32_t i = 0; i < act->warning_count && !err; i++) {
        err = judge(view, act, act->warnings[i], &v);
        if (err) break;
        if (v.status && !first.status) first = v;
        if (v.status) continue;
        again += v.again;
        if (v.again) continue;
        if (events++) sw_buf_add_byte(&body, ',');
        write_event(view, act, v.step, v.task, act->warnings[i],
                    event_id(view, act, act->warnings[i]), &body);
    }
    sw_buf_add_byte(&body, ']');
    if (!err) err = body.err ? body.err : view->pb.full ? SW_E_LIMIT : SW_OK;
    bool refused = first.status && (!act->any || !(events + again));
    if (err)
        sw_http_refuse_err(view->x, err, "the step can't be taken");
    else if (refused)
        sw_http_refuse(view->x, first.status, first.code, "%s", first.why);
    else if (!events)
        sw_http_answer(view->x, &(sw_http_reply){.status = 202,
                                                 .body = SW_S("{\"accepted\":0,\"duplicates\":1,"
                                                              "\"receipts\":[],\"rejected\":[]}")});
    else {
        sw_slice all = sw_buf_slice(&body);
        bool one = events == 1;
        view->notify->home.post(view->notify->home.post_arg, view->x,
                                one ? "application/cloudevents+json"
                                    : "application/cloudevents-batch+json",
                                one ? sw_slice_sub(all, 1, all.len - 1) : all);
    }
    sw_buf_done(&body);
}

static sw_slice text_of(const sw_json *object, const char *name) {
    const sw_json *node = sw_json_get(object, sw_slice_cstr(name));
    return node && node->kind == SW_JSON_STRING ? node->text : SW_SLICE_NONE;
}

/* Who acts is the token's subject. Where no keys are configured, whoever reaches the loopback
 * address is everybody, and says who he is. */
static sw_slice actor_of(const sw_principal *principal, sw_slice said) {
    sw_slice sub = sw_slice_cstr(principal->sub);
    if (principal->local && said.len) return said;
    if (sw_slice_starts(sub, SW_S("officer "))) return sw_slice_sub(sub, 8, sub.len);
    return sub;
}

static bool known_members(sw_http_exchange *x, const sw_json *root) {
    static const char *const names[] = {"action", "note", "result", "due", "officer"};
    for (const sw_json *m = root->first; m; m = m->next) {
        size_t i = 0;
        while (i < SW_COUNT(names) && !sw_slice_is(m->name, names[i])) i++;
        if (i < SW_COUNT(names) && m->kind == SW_JSON_STRING) continue;
        sw_http_problem_answer(x, &(sw_http_problem){.status = 400,
                                                     .code = "invalid",
                                                     .detail = SW_S("not a member of an action, or "
                                                                    "not a text"),
                                                     .field = m->name});
        return false;
    }
    return true;
}

void sw_notify_post_action(void *arg, sw_http_exchange *x) {
    sw_notify_view view;
    sw_notify_view_init(&view, arg, x);
    sw_slice key = sw_http_header(x, "idempotency-key"), warning = sw_http_path(x, "id");
    const sw_json *root;
    if (sw_json_parse(view.pb.arena, sw_http_body(x), (sw_json_limits){8, 100}, NULL, &root) ||
        root->kind != SW_JSON_OBJECT) {
        sw_http_refuse(x, 400, "syntax", "the body is not a JSON object");
        return;
    }
    if (!key.len || key.len > 200) {
        sw_http_refuse(x, 400, "missing-idempotency-key",
                       "an action needs the header Idempotency-Key, of 1 to 200 bytes");
        return;
    }
    if (!known_members(x, root)) return;
    int64_t due_ms;
    const sw_notify_act act = {.action = text_of(root, "action"),
                               .result = text_of(root, "result"),
                               .note = text_of(root, "note"),
                               .due = text_of(root, "due"),
                               .actor = actor_of(sw_http_principal(x), text_of(root, "officer")),
                               .id = key,
                               .warnings = &warning,
                               .warning_count = 1};
    if (act.due.len && sw_time_parse_ms(act.due, &due_ms))
        sw_http_refuse(x, 400, "invalid", "'due' is no RFC 3339 time");
    else if (act.note.len > 2000)
        sw_http_refuse(x, 400, "limit", "'note' has more than 2,000 bytes");
    else
        sw_notify_act_run(&view, &act);
}
