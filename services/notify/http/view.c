#include "notify/http/http.h"

#include "base/hash.h"

void sw_notify_view_init(sw_notify_view *view, sw_notify *notify, sw_http_exchange *x) {
    *view = (sw_notify_view){
        .notify = notify, .x = x, .pb = {sw_http_arena(x), false}, .now_ms = sw_http_arrived_ms(x)};
}

sw_err sw_notify_view_get(sw_notify_view *view, const sw_read *read, uint32_t partition,
                          sw_slice key, const ProtobufCMessageDescriptor *type, void *ret_message) {
    sw_buf value;
    sw_slice copy;
    void *none = NULL;
    memcpy(ret_message, &none, sizeof none);
    sw_buf_init(&value, SW_VALUE_BYTES_MAX);
    sw_err err = partition == SW_READ_ALL ? sw_read_get(read, key, &value)
                                          : sw_read_get_in(read, partition, key, &value);
    if (!err && !sw_arena_copy(view->pb.arena, sw_buf_slice(&value), &copy)) err = SW_E_LIMIT;
    sw_buf_done(&value);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    return sw_pb_read(&view->pb, type, copy, ret_message);
}

static sw_err find(void *arg, sw_slice id, int64_t at_ms, const sw_directory_entry **ret) {
    sw_notify_view *view = arg;
    Seawall__V1__DirectoryVersions *row;
    *ret = NULL;
    sw_err err = sw_notify_view_get(view, &view->notify->directory, view->partition, id,
                                    &seawall__v1__directory_versions__descriptor, &row);
    for (size_t i = 0; !err && row && i < row->n_versions && row->versions[i]->from_ms <= at_ms;
         i++)
        *ret = row->versions[i]->removed ? NULL : row->versions[i];
    return err;
}

sw_directory_source sw_notify_view_directory(sw_notify_view *view) {
    return (sw_directory_source){find, view};
}

sw_err sw_notify_view_task(sw_notify_view *view, sw_slice warning_id, Seawall__V1__Task **ret) {
    Seawall__V1__Route *route;
    *ret = NULL;
    sw_slice key = sw_slice_cstr(sw_pb_printf(&view->pb, "warning_id=%.*s", SW_FMT(warning_id)));
    sw_err err = sw_notify_view_get(view, &view->notify->routes, SW_READ_ALL, key,
                                    &seawall__v1__route__descriptor, &route);
    if (err || !route) return err;
    uint32_t home = sw_partition_of(sw_slice_cstr(route->home), view->notify->shared.partitions);
    return sw_notify_view_get(view, &view->notify->tasks, home, sw_slice_cstr(route->task),
                              &seawall__v1__task__descriptor, ret);
}

bool sw_notify_view_may(sw_notify_view *view, const char *orgcode) {
    return sw_principal_may(sw_http_principal(view->x), sw_slice_cstr(orgcode));
}

static void write_warnings(sw_buf *out, const Seawall__V1__Task *t) {
    sw_buf_add(out, SW_S(",\"warnings\":["));
    for (size_t i = 0; i < t->n_warnings; i++) {
        const Seawall__V1__TaskWarning *w = t->warnings[i];
        sw_buf_add_cstr(out, i ? ",{" : "{");
        sw_json_member(out, "warning_id", w->warning_id);
        sw_json_member(out, "level", w->level);
        sw_json_member(out, "state", w->state);
        sw_json_member(out, "not_told", w->suppressed);
        sw_json_member_time(out, "decided", w->decided_ms, t->offset_s);
        sw_buf_add_byte(out, '}');
    }
    sw_buf_add_byte(out, ']');
}

static void write_steps(sw_buf *out, const Seawall__V1__Task *t) {
    sw_buf_add(out, SW_S(",\"steps\":["));
    for (size_t i = 0; i < t->n_steps; i++) {
        const Seawall__V1__TaskStep *s = t->steps[i];
        sw_buf_add_cstr(out, i ? ",{" : "{");
        sw_json_member(out, "action", s->action);
        sw_json_member(out, "actor", s->actor);
        sw_json_member(out, "from", s->from);
        sw_json_member(out, "to", s->to);
        sw_json_member(out, "note", s->note);
        sw_json_member(out, "refused", s->refused);
        sw_json_member_time(out, "time", s->at_ms, t->offset_s);
        sw_buf_add_byte(out, '}');
    }
    sw_buf_add(out, SW_S("],\"parts\":["));
    for (size_t i = 0; i < t->n_parts; i++) {
        const Seawall__V1__TaskPart *p = t->parts[i];
        sw_buf_add_cstr(out, i ? ",{" : "{");
        sw_json_member(out, "department", p->department);
        sw_json_member(out, "actor", p->actor);
        sw_json_member(out, "result", p->result);
        sw_json_member_time(out, "time", p->at_ms, t->offset_s);
        sw_buf_add_byte(out, '}');
    }
    sw_buf_add_byte(out, ']');
}

/* What may be done in this state, by whom it may; the steps are data, and so are the buttons. */
static void write_next(sw_buf *out, const Seawall__V1__Task *t, const sw_loop *loop) {
    bool first = true;
    sw_buf_add(out, SW_S(",\"next\":["));
    for (uint32_t i = 0; i < loop->step_count; i++) {
        const sw_loop_step *step = &loop->steps[i];
        bool known;
        if (sw_loop_step_find(loop, sw_slice_cstr(step->action), sw_slice_cstr(step->result),
                              sw_slice_cstr(t->state), &known) != step)
            continue;
        sw_buf_add_cstr(out, first ? "{" : ",{");
        first = false;
        sw_json_member(out, "action", step->action);
        sw_json_member(out, "result", step->result);
        sw_json_member(out, "name", step->title);
        sw_buf_printf(out, ",\"note\":%s}", step->note ? "true" : "false");
    }
    sw_buf_add_byte(out, ']');
}

void sw_notify_task_json(const Seawall__V1__Task *t, const sw_loop *loop, sw_buf *out) {
    const sw_loop_state *state = sw_loop_state_find(loop, sw_slice_cstr(t->state));
    sw_buf_add_byte(out, '{');
    sw_json_member(out, "task", t->task);
    sw_json_member(out, "warning_id", t->warning_id);
    sw_json_member(out, "state", t->state);
    sw_json_member(out, "state_name", state ? state->title : "");
    sw_json_member(out, "level", t->level);
    sw_json_member(out, "acknowledged", t->acknowledged_level);
    sw_json_member(out, "rule", t->rule);
    sw_json_member(out, "rule_name", t->rule_name);
    sw_json_member(out, "kind", t->kind);
    sw_json_member(out, "orgcode", t->orgcode);
    sw_json_member(out, "officerid", t->officerid);
    sw_json_member(out, "text", t->text);
    sw_json_member(out, "replaces", t->replaces);
    sw_json_member(out, "replaced_by", t->replaced_by);
    if (t->due_case == SEAWALL__V1__TASK__DUE_DUE_MS)
        sw_json_member_time(out, "due", t->due_ms, t->offset_s);
    sw_json_member_time(out, "changed", t->at_ms, t->offset_s);
    sw_json_member_time(out, "escalates", t->escalate_ms, t->offset_s);
    sw_json_member_key(out, t->key, t->n_key);
    write_warnings(out, t);
    write_steps(out, t);
    write_next(out, t, loop);
    sw_buf_add_byte(out, '}');
}

void sw_notify_notice_json(const Seawall__V1__Notice *n, sw_buf *out) {
    const Seawall__V1__Telling *t = n->telling;
    sw_buf_add_byte(out, '{');
    sw_json_member(out, "recipient", n->recipient);
    sw_json_member(out, "subject", n->subject);
    sw_json_member(out, "state", n->state);
    sw_json_member(out, "reason", n->reason);
    sw_json_member(out, "message", n->message);
    if (n->n_handings) sw_buf_add(out, SW_S(",\"channels\":["));
    for (size_t i = 0; i < n->n_handings; i++) {
        const Seawall__V1__Handing *h = n->handings[i];
        sw_buf_add_cstr(out, i ? ",{" : "{");
        sw_json_member(out, "channel", h->channel);
        sw_json_member(out, "state", h->state);
        sw_json_member(out, "detail", h->detail);
        sw_json_member(out, "message", h->message);
        sw_buf_add_cstr(out, i + 1 == n->n_handings ? "}]" : "}");
    }
    if (t) {
        sw_json_telling(out, t);
        sw_json_member(out, "role", t->role);
        sw_json_member(out, "why", t->why);
        sw_json_member_time(out, "changed", n->at_ms, t->offset_s);
    }
    sw_buf_add_byte(out, '}');
}
