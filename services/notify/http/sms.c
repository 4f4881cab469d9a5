/* What the gateway tells: delivery reports, and replies of officers. Their addresses can't be
 * guessed; whoever does not know them learns nothing. */
#include <seawall/v1/dead_letter.pb-c.h>

#include "base/hash.h"
#include "notify/http/http.h"
#include "text/time.h"
#include "topics/topics.h"

void sw_notify_get_report(void *arg, sw_http_exchange *x) {
    sw_notify *n = arg;
    sw_slice type = SW_SLICE_NONE;
    (void)!sw_http_query(x, "type", &type);
    sw_err err = sw_executor_report(n->executor, sw_http_path(x, "recipient"),
                                    sw_http_path(x, "message"), sw_http_path(x, "token"), type);
    if (err == SW_E_NOT_FOUND)
        sw_http_refuse(x, 404, "not-found", "there is no such address");
    else if (err == SW_E_INVALID)
        sw_http_refuse(x, 400, "invalid", "'type' is 1, 2, 4, 8 or 16");
    else if (err)
        sw_http_refuse_err(x, err, "the report can't be taken");
    else
        sw_http_answer(x, &(sw_http_reply){.status = 204});
}

/* Without the country and the spaces. */
static sw_slice plain_number(sw_pb *pb, sw_slice number) {
    char *out = sw_pb_zero(pb, number.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; out && i < number.len; i++)
        if (number.ptr[i] >= '0' && number.ptr[i] <= '9') out[len++] = number.ptr[i];
    sw_slice plain = sw_slice_of(out, len);
    if (sw_slice_starts(plain, SW_S("0086"))) return sw_slice_sub(plain, 4, plain.len);
    if (len > 11 && sw_slice_starts(plain, SW_S("86"))) return sw_slice_sub(plain, 2, plain.len);
    return plain;
}

typedef struct owner {
    sw_notify_view *view;
    sw_slice number;
    char id[129];
} owner;

static bool is_owner(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    (void)partition;
    owner *o = arg;
    sw_arena_mark mark = sw_arena_save(o->view->pb.arena);
    Seawall__V1__DirectoryVersions *row;
    if (!sw_slice_starts(key, SW_S("officer/"))) return true;
    if (sw_pb_read(&o->view->pb, &seawall__v1__directory_versions__descriptor, value, &row))
        return false;
    const Seawall__V1__Officer *officer = NULL;
    for (size_t i = 0; i < row->n_versions && row->versions[i]->from_ms <= o->view->now_ms; i++)
        officer = row->versions[i]->removed ? NULL : row->versions[i]->officer;
    sw_slice phone = officer ? sw_officer_phone(officer, o->view->now_ms) : SW_SLICE_NONE;
    if (phone.len && sw_slice_eq(plain_number(&o->view->pb, phone), o->number) &&
        strlen(officer->id) < sizeof o->id)
        strcpy(o->id, officer->id);
    sw_arena_rewind(o->view->pb.arena, mark);
    return !o->id[0];
}

/* What can't be understood is kept whole. */
static void refuse_reply(sw_notify_view *view, const char *code, const char *why, sw_slice from,
                         sw_slice text) {
    Seawall__V1__DeadLetter letter;
    seawall__v1__dead_letter__init(&letter);
    letter.code = (char *)(uintptr_t)code;
    letter.message = (char *)(uintptr_t)why;
    letter.processor = (char *)(uintptr_t) "sms-reply";
    letter.timestamp_ms = view->now_ms;
    letter.key = (ProtobufCBinaryData){from.len, (uint8_t *)(uintptr_t)from.ptr};
    letter.value = (ProtobufCBinaryData){text.len, (uint8_t *)(uintptr_t)text.ptr};
    sw_append append = {.key = SW_S("sms-reply")};
    sw_err err = sw_pb_write(&view->pb, &letter, &append.value);
    if (!err)
        err = sw_topology_topic(view->notify->home.topology, SW_TOPIC_DEAD_LETTERS, &append.topic);
    if (!err) err = sw_runtime_append(view->notify->home.runtime, &append);
    if (err)
        sw_http_refuse_err(view->x, err, "the reply can't be kept");
    else
        sw_http_refuse(view->x, 422, code, "%s", why);
}

/* The first four digits that stand alone; `ret_rest`: what follows. */
static sw_slice code_in(sw_slice text, sw_slice *ret_rest) {
    for (size_t i = 0, run = 0; i <= text.len; i++) {
        bool digit = i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9';
        if (digit) {
            run++;
            continue;
        }
        if (run == 4) {
            *ret_rest = sw_slice_sub(text, i, text.len);
            return sw_slice_sub(text, i - 4, i);
        }
        run = 0;
    }
    return SW_SLICE_NONE;
}

static sw_slice trimmed(sw_slice text) {
    while (text.len && strchr(" \t\r\n:,;", text.ptr[0])) text = sw_slice_sub(text, 1, text.len);
    while (text.len && strchr(" \t\r\n", text.ptr[text.len - 1]))
        text = sw_slice_sub(text, 0, text.len - 1);
    return text;
}

/* "1234": signed for. "1234 核查属实", "1234 整改反馈 已补办": the step of that name, with its
 * note. */
static void step_in(const sw_loop *loop, sw_slice rest, sw_notify_act *act) {
    act->action = SW_S("acknowledge");
    rest = trimmed(rest);
    for (uint32_t i = 0; i < loop->step_count; i++) {
        const sw_loop_step *step = &loop->steps[i];
        sw_slice title = sw_slice_cstr(step->title);
        if (!sw_slice_starts(rest, title)) continue;
        act->action = sw_slice_cstr(step->action);
        act->result = sw_slice_cstr(step->result);
        act->note = trimmed(sw_slice_sub(rest, title.len, rest.len));
        return;
    }
}

static const Seawall__V1__Code *find_code(const Seawall__V1__Inbox *person, sw_slice code) {
    for (size_t i = person ? person->n_codes : 0; i-- > 0;)
        if (sw_slice_is(code, person->codes[i]->code)) return person->codes[i];
    return NULL;
}

void sw_notify_get_reply(void *arg, sw_http_exchange *x) {
    sw_notify_view view;
    sw_notify_view_init(&view, arg, x);
    sw_slice from = SW_SLICE_NONE, text = SW_SLICE_NONE, rest = SW_SLICE_NONE;
    if (!sw_channels_token_is(view.notify->channels, SW_S("reply"), SW_SLICE_NONE,
                              sw_http_path(x, "token"))) {
        sw_http_refuse(x, 404, "not-found", "there is no such address");
        return;
    }
    (void)!sw_http_query(x, "from", &from);
    (void)!sw_http_query(x, "text", &text);
    owner o = {.view = &view, .number = plain_number(&view.pb, from)};
    const sw_read_range all = {.partition = 0};
    sw_err err = sw_read_scan(&view.notify->directory, &all, is_owner, &o);
    Seawall__V1__Inbox *person = NULL;
    sw_slice id = sw_slice_cstr(o.id);
    if (!err && o.id[0])
        err = sw_notify_view_get(&view, &view.notify->people, SW_READ_ALL, id,
                                 &seawall__v1__inbox__descriptor, &person);
    if (err) {
        sw_http_refuse_err(x, err, "the reply can't be read");
        return;
    }
    const Seawall__V1__Code *code = find_code(person, code_in(text, &rest));
    if (!o.id[0]) {
        refuse_reply(&view, "unknown-number", "nobody in the directory has this number", from,
                     text);
        return;
    }
    if (!code) {
        refuse_reply(&view, "unknown-code", "no message to this officer has such a code", from,
                     text);
        return;
    }
    sw_notify_act act = {.actor = id, .id = sw_slice_cstr(code->message), .any = true};
    step_in(view.notify->shared.loop, rest, &act);
    sw_slice *warnings = sw_pb_zero(&view.pb, code->n_warnings + 1, sizeof *warnings);
    for (size_t i = 0; warnings && i < code->n_warnings; i++)
        warnings[i] = sw_slice_cstr(code->warnings[i]);
    act.warnings = warnings;
    act.warning_count = warnings ? (uint32_t)code->n_warnings : 0;
    sw_notify_act_run(&view, &act);
}
