/* What is read: inbox, notices of a warning, tasks. */
#include "base/hash.h"
#include "base/wire.h"
#include "notify/http/http.h"
#include "text/json.h"

#define ANSWER_MAX   ((size_t)8 << 20)
#define LIMIT_MAX    500
#define LIMIT_NORMAL 50

static bool limit_of(sw_http_exchange *x, int64_t *ret) {
    sw_slice text;
    *ret = LIMIT_NORMAL;
    if (!sw_http_query(x, "limit", &text)) return true;
    if (sw_slice_int(text, ret) && *ret >= 1 && *ret <= LIMIT_MAX) return true;
    sw_http_refuse(x, 400, "invalid", "'limit' is a number from 1 to %d", LIMIT_MAX);
    return false;
}

/* A cursor is a key as hex: opaque to clients, harmless if made up. */
static void write_cursor(sw_buf *out, sw_slice key) {
    sw_buf_add(out, SW_S(",\"next\":\""));
    for (size_t i = 0; i < key.len; i++) sw_buf_printf(out, "%02x", (uint8_t)key.ptr[i]);
    sw_buf_add_byte(out, '"');
}

static bool cursor_of(sw_notify_view *view, sw_slice *ret) {
    sw_slice text;
    *ret = SW_SLICE_NONE;
    if (!sw_http_query(view->x, "cursor", &text)) return true;
    char *key = sw_arena_alloc(view->pb.arena, text.len / 2 + 1);
    bool ok = key && text.len % 2 == 0 && text.len <= 2 * SW_KEY_BYTES_MAX;
    for (size_t i = 0; ok && i < text.len; i++) {
        char c = text.ptr[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        ok = digit >= 0;
        if (!ok) break;
        if (i % 2 == 0)
            key[i / 2] = (char)(digit << 4);
        else
            key[i / 2] = (char)(key[i / 2] | digit);
    }
    if (!ok) {
        sw_http_refuse(view->x, 400, "invalid", "'cursor' is not one that an answer gave");
        return false;
    }
    *ret = sw_slice_of(key, text.len / 2);
    return true;
}

/* Rows on their way into an answer. */
typedef struct page {
    sw_notify_view *view;
    sw_buf out;
    sw_slice after, last; /* keys; `last` is a copy */
    int64_t limit, count;
    bool more;
    sw_err err;
    /* of tasks */
    sw_slice org, state, level, officer;
    bool all;
} page;

static bool begins_new(page *p, sw_slice key) {
    if (p->after.len && sw_slice_cmp(key, p->after) <= 0) return false;
    return true;
}

static void finish(page *p) {
    sw_buf_add_byte(&p->out, ']');
    if (p->more) write_cursor(&p->out, p->last);
    sw_buf_add(&p->out, SW_S(",\"as_of\":\""));
    sw_time_write(&p->out, p->view->now_ms, 0);
    sw_buf_add(&p->out, SW_S("\"}"));
    sw_err err = p->err ? p->err : p->out.err;
    if (err)
        sw_http_refuse_err(p->view->x, err, "the answer can't be read");
    else
        sw_http_answer(p->view->x, &(sw_http_reply){.status = 200, .take = &p->out});
    sw_buf_done(&p->out);
}

/* ---- inbox ---- */

static bool add_inbox(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)value;
    page *p = arg;
    if (!begins_new(p, key)) return true;
    if (p->count == p->limit) {
        p->more = true;
        return false;
    }
    const char *zero = memchr(key.ptr, '\0', key.len);
    size_t recipient = zero ? (size_t)(zero - key.ptr) : 0;
    if (!zero || key.len < recipient + 9) return true;
    sw_arena_mark mark = sw_arena_save(p->view->pb.arena);
    char *row = sw_pb_zero(&p->view->pb, key.len - 8, 1);
    if (!row) return false;
    memcpy(row, key.ptr, recipient + 1);
    memcpy(row + recipient + 1, key.ptr + recipient + 9, key.len - recipient - 9);
    Seawall__V1__Notice *notice;
    p->err = sw_notify_view_get(p->view, &p->view->notify->notices, partition,
                                sw_slice_of(row, key.len - 8), &seawall__v1__notice__descriptor,
                                &notice);
    if (p->err || !notice) return !p->err;
    if (p->count++) sw_buf_add_byte(&p->out, ',');
    sw_notify_notice_json(notice, &p->out);
    sw_arena_rewind(p->view->pb.arena, mark);
    return sw_arena_copy(p->view->pb.arena, key, &p->last);
}

static bool own_or_in_charge(sw_notify_view *view, sw_slice id, bool *ret_known) {
    const sw_principal *who = sw_http_principal(view->x);
    const Seawall__V1__Officer *officer = NULL;
    sw_directory_source source = sw_notify_view_directory(view);
    sw_slice sub = sw_slice_cstr(who->sub);
    if (sw_slice_starts(sub, SW_S("officer "))) sub = sw_slice_sub(sub, 8, sub.len);
    bool read = !sw_directory_officer(&source, &view->pb, id, view->now_ms, &officer);
    *ret_known = read && officer;
    if (sw_slice_eq(sub, id)) return true;
    uint32_t over = SW_ROLE_VIEWER | SW_ROLE_SUPERVISOR | SW_ROLE_ADMIN;
    return sw_principal_has(who, over) && officer && sw_notify_view_may(view, officer->unit);
}

void sw_notify_get_inbox(void *arg, sw_http_exchange *x) {
    sw_notify_view view;
    sw_notify_view_init(&view, arg, x);
    sw_slice id = sw_http_path(x, "id");
    page p = {.view = &view};
    bool known;
    if (!limit_of(x, &p.limit) || !cursor_of(&view, &p.after)) return;
    if (!own_or_in_charge(&view, id, &known)) {
        sw_http_refuse(x, 404, "not-found", "there is no such officer that you may see");
        return;
    }
    char *from = sw_pb_zero(&view.pb, id.len + 2, 1), *to = sw_pb_zero(&view.pb, id.len + 2, 1);
    if (!from || !to || id.len > 128) {
        sw_http_refuse_err(x, SW_E_LIMIT, "the inbox can't be read");
        return;
    }
    memcpy(from, id.ptr, id.len);
    memcpy(to, id.ptr, id.len);
    to[id.len] = 1;
    sw_slice begin = sw_slice_of(from, id.len + 1);
    const sw_read_range range = {.partition = sw_partition_of(id, view.notify->shared.partitions),
                                 .from = sw_slice_starts(p.after, begin) ? p.after : begin,
                                 .to = sw_slice_of(to, id.len + 1)};
    sw_buf_init(&p.out, ANSWER_MAX);
    sw_buf_add(&p.out, SW_S("{\"officer\":"));
    sw_json_write_string(&p.out, id);
    sw_buf_add(&p.out, SW_S(",\"notices\":["));
    sw_err err = sw_read_scan(&view.notify->inbox, &range, add_inbox, &p);
    if (err) p.err = err;
    finish(&p);
}

/* ---- who was told of a warning, and why somebody was not ---- */

static bool add_notice(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition;
    (void)key;
    page *p = arg;
    sw_arena_mark mark = sw_arena_save(p->view->pb.arena);
    Seawall__V1__Notice *notice;
    p->err = sw_pb_read(&p->view->pb, &seawall__v1__notice__descriptor, value, &notice);
    if (p->err) return false;
    if (p->count++) sw_buf_add_byte(&p->out, ',');
    sw_notify_notice_json(notice, &p->out);
    sw_arena_rewind(p->view->pb.arena, mark);
    return p->count < LIMIT_MAX;
}

static sw_err add_recipient(page *p, const char *recipient, sw_slice warning) {
    sw_pb *pb = &p->view->pb;
    sw_slice who = sw_slice_cstr(recipient);
    size_t len = who.len + 1 + warning.len;
    char *from = sw_pb_zero(pb, len + 1, 1), *to = sw_pb_zero(pb, len + 1, 1);
    if (!from || !to) return SW_E_LIMIT;
    memcpy(from, who.ptr, who.len);
    memcpy(from + who.len + 1, warning.ptr, warning.len);
    memcpy(to, from, len);
    to[len] = '~';
    const sw_read_range range = {.partition =
                                     sw_partition_of(who, p->view->notify->shared.partitions),
                                 .from = sw_slice_of(from, len),
                                 .to = sw_slice_of(to, len + 1)};
    return sw_read_scan(&p->view->notify->notices, &range, add_notice, p);
}

/* The task of the request's warning, if the asker may see it; answered otherwise. */
static Seawall__V1__Task *task_for(sw_notify_view *view) {
    Seawall__V1__Task *task;
    sw_err err = sw_notify_view_task(view, sw_http_path(view->x, "id"), &task);
    if (err)
        sw_http_refuse_err(view->x, err, "the task can't be read");
    else if (!task || !sw_notify_view_may(view, task->orgcode))
        sw_http_refuse(view->x, 404, "not-found", "there is no such warning");
    else
        return task;
    return NULL;
}

void sw_notify_get_notices(void *arg, sw_http_exchange *x) {
    sw_notify_view view;
    sw_notify_view_init(&view, arg, x);
    Seawall__V1__Task *task = task_for(&view);
    if (!task) return;
    page p = {.view = &view};
    sw_buf_init(&p.out, ANSWER_MAX);
    sw_buf_add(&p.out, SW_S("{\"warning\":{"));
    for (size_t i = 0; i < task->n_warnings; i++) {
        if (!sw_slice_is(sw_http_path(x, "id"), task->warnings[i]->warning_id)) continue;
        sw_json_member(&p.out, "level", task->warnings[i]->level);
        sw_json_member(&p.out, "not_told", task->warnings[i]->suppressed);
    }
    sw_buf_add(&p.out, SW_S("},\"notices\":["));
    for (size_t i = 0; i < task->n_told && !p.err; i++)
        p.err = add_recipient(&p, task->told[i], sw_http_path(x, "id"));
    const sw_policy *policy = view.notify->shared.policy;
    for (uint32_t i = 0; i < policy->webhook_count && !p.err; i++)
        p.err = add_recipient(&p, sw_pb_printf(&view.pb, "webhook/%s", policy->webhooks[i].name),
                              sw_http_path(x, "id"));
    finish(&p);
}

/* ---- tasks ---- */

void sw_notify_get_task(void *arg, sw_http_exchange *x) {
    sw_notify_view view;
    sw_notify_view_init(&view, arg, x);
    Seawall__V1__Task *task = task_for(&view);
    if (!task) return;
    sw_buf out;
    sw_buf_init(&out, ANSWER_MAX);
    sw_notify_task_json(task, view.notify->shared.loop, &out);
    if (out.err)
        sw_http_refuse_err(x, out.err, "the task can't be written");
    else
        sw_http_answer(x, &(sw_http_reply){.status = 200, .take = &out});
    sw_buf_done(&out);
}

static bool matches(const page *p, const Seawall__V1__Task *t) {
    if (t->silent && !p->all) return false;
    if (p->state.len && !sw_slice_is(p->state, t->state)) return false;
    if (p->level.len && !sw_slice_is(p->level, t->level)) return false;
    if (p->officer.len && !sw_slice_is(p->officer, t->officerid)) return false;
    if (p->org.len && !sw_slice_starts(sw_slice_cstr(t->orgcode), p->org)) return false;
    return sw_notify_view_may(p->view, t->orgcode);
}

static bool add_task(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition;
    page *p = arg;
    if (!begins_new(p, key)) return true;
    sw_arena_mark mark = sw_arena_save(p->view->pb.arena);
    Seawall__V1__Task *task;
    p->err = sw_pb_read(&p->view->pb, &seawall__v1__task__descriptor, value, &task);
    if (p->err) return false;
    bool fits = matches(p, task);
    if (fits && p->count == p->limit) {
        p->more = true;
        return false;
    }
    if (fits) {
        if (p->count++) sw_buf_add_byte(&p->out, ',');
        sw_notify_task_json(task, p->view->notify->shared.loop, &p->out);
    }
    sw_arena_rewind(p->view->pb.arena, mark);
    return !fits || sw_arena_copy(p->view->pb.arena, key, &p->last);
}

void sw_notify_get_tasks(void *arg, sw_http_exchange *x) {
    static const char *const names[] = {"org",     "state", "level", "officer",
                                        "include", "limit", "cursor"};
    sw_notify_view view;
    sw_notify_view_init(&view, arg, x);
    page p = {.view = &view};
    sw_slice include;
    if (!sw_http_query_only(x, names, SW_COUNT(names))) return;
    if (!limit_of(x, &p.limit) || !cursor_of(&view, &p.after)) return;
    (void)!sw_http_query(x, "org", &p.org);
    (void)!sw_http_query(x, "state", &p.state);
    (void)!sw_http_query(x, "level", &p.level);
    (void)!sw_http_query(x, "officer", &p.officer);
    p.all = sw_http_query(x, "include", &include) && sw_slice_is(include, "silent");
    const sw_read_range range = {.partition = SW_READ_ALL, .from = p.after};
    sw_buf_init(&p.out, ANSWER_MAX);
    sw_buf_add(&p.out, SW_S("{\"tasks\":["));
    sw_err err = sw_read_scan(&view.notify->tasks, &range, add_task, &p);
    if (err) p.err = err;
    finish(&p);
}
