#include "base/wire.h"
#include "notify/outbox/outbox.h"
#include "topics/topics.h"

#define HOUR_MS 3600000LL

sw_slice sw_outbox_key(sw_outbox_call *call, sw_slice rest) {
    size_t len = call->recipient.len + 1 + rest.len;
    char *key = sw_arena_alloc(call->pb.arena, len);
    if (!key) {
        call->pb.full = true;
        return SW_SLICE_NONE;
    }
    memcpy(key, call->recipient.ptr, call->recipient.len);
    key[call->recipient.len] = '\0';
    if (rest.len) memcpy(key + call->recipient.len + 1, rest.ptr, rest.len);
    return sw_slice_of(key, len);
}

static void fill_tokens(sw_outbox_call *call) {
    const sw_policy *policy = call->shared->policy;
    Seawall__V1__Inbox *p = call->person;
    int64_t most = policy->phone_burst * 1000, passed = call->now_ms - p->tokens_ms;
    if (!p->tokens_ms || passed > 24 * HOUR_MS)
        p->token_count = most;
    else
        p->token_count += passed * policy->phone_parts_hour * 1000 / HOUR_MS;
    if (p->token_count > most) p->token_count = most;
    p->tokens_ms = call->now_ms;
}

static int64_t held_until(const Seawall__V1__Inbox *p) {
    return p->held_count && p->flush_ms ? p->flush_ms : SW_TIME_MAX;
}

sw_err sw_outbox_call_init(sw_outbox_call *call, sw_ctx *ctx, const sw_notify_shared *shared,
                           sw_slice recipient) {
    *call = (sw_outbox_call){.ctx = ctx,
                             .shared = shared,
                             .pb = {sw_ctx_arena(ctx), false},
                             .now_ms = sw_ctx_now(ctx),
                             .recipient = recipient};
    if (!recipient.len || recipient.len > SW_RECIPIENT_BYTES_MAX ||
        memchr(recipient.ptr, '\0', recipient.len))
        return sw_ctx_fail(ctx, SW_E_INVALID, "not a recipient");
    sw_slice bytes;
    sw_err err = sw_ctx_get(ctx, SW_OUTBOX_PEOPLE, recipient, &bytes);
    if (err && err != SW_E_NOT_FOUND) return err;
    if (!err && sw_pb_read(&call->pb, &seawall__v1__inbox__descriptor, bytes, &call->person))
        return SW_E_CORRUPT;
    if (!call->person) call->person = sw_pb_new(&call->pb, &seawall__v1__inbox__descriptor);
    if (!call->person) return SW_E_LIMIT;
    call->timer_ms = held_until(call->person);
    fill_tokens(call);
    return SW_OK;
}

sw_err sw_outbox_call_done(sw_outbox_call *call) {
    sw_slice bytes;
    const Seawall__V1__Inbox *p = call->person;
    sw_err err = sw_pb_write(&call->pb, p, &bytes);
    if (!err) err = sw_ctx_put(call->ctx, SW_OUTBOX_PEOPLE, call->recipient, bytes);
    int64_t due_ms = held_until(p);
    if (err || due_ms == call->timer_ms) return err;
    sw_slice timer = sw_slice_cstr(sw_pb_printf(&call->pb, "f/%.*s", SW_FMT(call->recipient)));
    if (call->pb.full) return SW_E_LIMIT;
    return sw_ctx_timer(call->ctx, timer, due_ms);
}

sw_err sw_notice_load(sw_outbox_call *call, sw_slice subject, sw_notice **ret) {
    sw_slice bytes;
    *ret = NULL;
    sw_err err = sw_ctx_get(call->ctx, SW_OUTBOX_NOTICES, sw_outbox_key(call, subject), &bytes);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    err = sw_pb_read(&call->pb, &seawall__v1__notice__descriptor, bytes, ret);
    return err == SW_E_SYNTAX ? SW_E_CORRUPT : err;
}

sw_err sw_notice_save(sw_outbox_call *call, sw_notice *notice, const char *state,
                      const char *reason, const char *message) {
    notice->state = sw_pb_printf(&call->pb, "%s", state);
    notice->reason = sw_pb_printf(&call->pb, "%s", reason);
    if (message) notice->message = sw_pb_printf(&call->pb, "%s", message);
    notice->at_ms = call->now_ms;
    sw_slice bytes, key = sw_outbox_key(call, sw_slice_cstr(notice->subject));
    sw_err err = sw_pb_write(&call->pb, notice, &bytes);
    return err ? err : sw_ctx_put(call->ctx, SW_OUTBOX_NOTICES, key, bytes);
}

sw_err sw_notice_tell(sw_outbox_call *call, const char *subject, const char *state,
                      const char *reason, sw_message *intent) {
    sw_notice notice;
    seawall__v1__notice__init(&notice);
    notice.state = (char *)(uintptr_t)state;
    notice.recipient = sw_pb_text(&call->pb, call->recipient);
    notice.subject = (char *)(uintptr_t)subject;
    notice.reason = (char *)(uintptr_t)reason;
    notice.at_ms = call->now_ms;
    notice.intent = intent;
    if (intent) notice.message = intent->id;
    sw_slice bytes;
    sw_err err = sw_pb_write(&call->pb, &notice, &bytes);
    return err ? err : sw_ctx_emit(call->ctx, SW_TOPIC_NOTICES, call->recipient, bytes);
}

/* Of each channel breach first; of one level the oldest. */
static sw_slice queue_key(sw_outbox_call *call, const sw_message *message) {
    sw_slice id = sw_slice_cstr(message->id);
    char *key = sw_pb_zero(&call->pb, SW_QUEUE_ID_AT + id.len, 1);
    if (!key) return SW_SLICE_NONE;
    uint32_t level = sw_level_of(sw_slice_cstr(message->level));
    key[0] = message->channel[0];
    key[1] = (char)(SW_NOTIFY_LEVELS - level);
    sw_wire_put_be(key + 2, (uint64_t)message->state_ms, 8);
    memcpy(key + SW_QUEUE_ID_AT, id.ptr, id.len);
    return sw_slice_of(key, SW_QUEUE_ID_AT + id.len);
}

static sw_slice settle_key(sw_outbox_call *call, const sw_message *message) {
    return sw_slice_cstr(sw_pb_printf(&call->pb, "m/%s", message->id));
}

/* Whether a timer runs that settles it: of what is being sent too, because whoever sends it may be
 * gone without a word. */
static bool is_timed(const char *state) {
    return *state && strcmp(state, "intended") != 0;
}

sw_err sw_message_load(sw_outbox_call *call, sw_slice id, sw_message **ret) {
    sw_slice bytes;
    *ret = NULL;
    sw_err err = sw_ctx_get(call->ctx, SW_OUTBOX_MESSAGES, id, &bytes);
    if (err) return err == SW_E_NOT_FOUND ? SW_OK : err;
    err = sw_pb_read(&call->pb, &seawall__v1__message__descriptor, bytes, ret);
    return err == SW_E_SYNTAX ? SW_E_CORRUPT : err;
}

sw_err sw_message_save(sw_outbox_call *call, sw_message *message, const char *state) {
    sw_err err = SW_OK;
    if (strcmp(message->state, "intended") == 0)
        err = sw_ctx_del(call->ctx, SW_OUTBOX_QUEUE, queue_key(call, message));
    if (err) return err;
    bool queued = strcmp(state, "intended") == 0;
    bool settled = strcmp(state, "settled") == 0, timed = is_timed(message->state);
    message->state = sw_pb_printf(&call->pb, "%s", state);
    message->state_ms = call->now_ms;
    sw_slice bytes;
    err = sw_pb_write(&call->pb, message, &bytes);
    if (!err) err = sw_ctx_put(call->ctx, SW_OUTBOX_MESSAGES, sw_slice_cstr(message->id), bytes);
    if (!err && queued)
        err = sw_ctx_put(call->ctx, SW_OUTBOX_QUEUE, queue_key(call, message), SW_S("1"));
    int64_t due_ms = call->now_ms + call->shared->policy->settle_ms;
    if (queued) due_ms = SW_TIME_MAX;
    if (settled) due_ms = call->now_ms + 72 * HOUR_MS; /* for a report that comes late */
    if (err || (!timed && due_ms == SW_TIME_MAX)) return err;
    return sw_ctx_timer(call->ctx, settle_key(call, message), due_ms);
}

sw_err sw_message_end(sw_outbox_call *call, const sw_message *message) {
    sw_err err = SW_OK;
    if (strcmp(message->state, "intended") == 0)
        err = sw_ctx_del(call->ctx, SW_OUTBOX_QUEUE, queue_key(call, message));
    if (!err && is_timed(message->state))
        err = sw_ctx_timer(call->ctx, settle_key(call, message), SW_TIME_MAX);
    return err ? err : sw_ctx_del(call->ctx, SW_OUTBOX_MESSAGES, sw_slice_cstr(message->id));
}
