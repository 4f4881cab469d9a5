/* A notice that is wanted: into the inbox always; then at once, held, or suppressed with a reason.
 */
#include "base/wire.h"
#include "notify/outbox/outbox.h"

static sw_err into_inbox(sw_outbox_call *call, const sw_notice *notice) {
    sw_slice subject = sw_slice_cstr(notice->subject);
    char *rest = sw_pb_zero(&call->pb, 8 + subject.len, 1);
    if (!rest) return SW_E_LIMIT;
    sw_wire_put_be(rest, ~(uint64_t)call->now_ms, 8);
    memcpy(rest + 8, subject.ptr, subject.len);
    sw_slice key = sw_outbox_key(call, sw_slice_of(rest, 8 + subject.len));
    return call->pb.full ? SW_E_LIMIT : sw_ctx_put(call->ctx, SW_OUTBOX_INBOX, key, SW_S("1"));
}

static sw_slice held_key(sw_outbox_call *call, const char *task, const char *subject) {
    sw_slice a = sw_slice_cstr(task), b = sw_slice_cstr(subject);
    char *rest = sw_pb_zero(&call->pb, a.len + 1 + b.len, 1);
    if (!rest) return SW_SLICE_NONE;
    memcpy(rest, a.ptr, a.len);
    memcpy(rest + a.len + 1, b.ptr, b.len);
    return sw_outbox_key(call, sw_slice_of(rest, a.len + 1 + b.len));
}

sw_err sw_outbox_hold(sw_outbox_call *call, sw_notice *notice, int64_t until_ms,
                      const char *reason) {
    sw_err err = sw_notice_save(call, notice, "held", reason, NULL);
    if (err) return err;
    /* What it tells stands among the notices: here only until when, and why. */
    sw_notice row;
    seawall__v1__notice__init(&row);
    row.subject = notice->subject;
    row.reason = notice->reason;
    row.at_ms = until_ms;
    sw_slice bytes, key = held_key(call, notice->telling->task, notice->subject);
    err = sw_pb_write(&call->pb, &row, &bytes);
    if (!err) err = sw_ctx_put(call->ctx, SW_OUTBOX_HELD, key, bytes);
    Seawall__V1__Inbox *p = call->person;
    if (!p->held_count || until_ms < p->flush_ms) p->flush_ms = until_ms;
    p->held_count++;
    return err;
}

sw_err sw_outbox_unhold(sw_outbox_call *call, const sw_notice *notice) {
    if (call->person->held_count) call->person->held_count--;
    sw_slice key = held_key(call, notice->telling->task, notice->subject);
    return call->pb.full ? SW_E_LIMIT : sw_ctx_del(call->ctx, SW_OUTBOX_HELD, key);
}

static sw_err suppress(sw_outbox_call *call, sw_notice *notice, const char *reason) {
    sw_err err = sw_notice_save(call, notice, "suppressed", reason, NULL);
    return err ? err : sw_notice_tell(call, notice->subject, "suppressed", reason, NULL);
}

typedef struct same_task {
    sw_outbox_call *call;
    sw_notice **held;
    size_t count;
} same_task;

static bool collect(void *arg, sw_slice key, sw_slice value) {
    (void)key;
    same_task *s = arg;
    sw_notice *row;
    if (sw_pb_read(&s->call->pb, &seawall__v1__notice__descriptor, value, &row)) return false;
    return sw_pb_append(&s->call->pb, &s->count, &s->held, row);
}

/* Red inhibits the yellow of the same instance that still waits. */
static sw_err inhibit(sw_outbox_call *call, const sw_notice *notice) {
    if (!call->person->held_count) return SW_OK;
    same_task s = {call, NULL, 0};
    uint32_t level = sw_level_of(sw_slice_cstr(notice->telling->level));
    const char *task = notice->telling->task;
    sw_slice from = held_key(call, task, ""), to = held_key(call, task, "\xff");
    if (call->pb.full) return SW_E_LIMIT;
    sw_err err = sw_ctx_scan(call->ctx, SW_OUTBOX_HELD, from, to, collect, &s);
    for (size_t i = 0; i < s.count && !err; i++) {
        sw_notice *held;
        err = sw_notice_load(call, sw_slice_cstr(s.held[i]->subject), &held);
        if (err || !held || sw_level_of(sw_slice_cstr(held->telling->level)) >= level) continue;
        err = sw_outbox_unhold(call, held);
        if (!err) err = suppress(call, held, "inhibited");
    }
    return err;
}

static bool has_channel(const sw_notice *notice, const char *name) {
    for (size_t i = 0; i < notice->telling->n_channels; i++)
        if (strcmp(notice->telling->channels[i], name) == 0) return true;
    return false;
}

sw_err sw_outbox_wanted(sw_outbox_call *call, sw_notice *notice) {
    sw_notice *known;
    if (!notice->telling || !*notice->subject)
        return sw_ctx_fail(call->ctx, SW_E_MISSING, "a notice that tells nothing");
    sw_err err = sw_notice_load(call, sw_slice_cstr(notice->subject), &known);
    if (err || known) return err; /* the same again */
    sw_telling *t = notice->telling;
    uint32_t level = sw_level_of(sw_slice_cstr(t->level));
    if (level >= SW_NOTIFY_LEVELS) return sw_ctx_fail(call->ctx, SW_E_INVALID, "no such level");
    bool sms = has_channel(notice, "sms"), email = has_channel(notice, "email");
    bool other = has_channel(notice, "webhook") || has_channel(notice, "file");
    err = into_inbox(call, notice);
    if (!err) err = sw_outbox_trim(call);
    if (!err) err = inhibit(call, notice);
    if (err) return err;
    if (!sms && !email && !other) return sw_notice_save(call, notice, "inbox", "level", NULL);
    if (!other && !(sms && *t->phone) && !(email && *t->email)) {
        const char *channel = sw_outbox_next_channel(call, notice);
        if (!channel) return suppress(call, notice, sms ? "no-phone" : "no-address");
        (void)!sw_pb_append(&call->pb, &t->n_channels, &t->channels, (char *)(uintptr_t)channel);
    }
    int64_t when_ms, quiet_until_ms;
    if (t->urgent) return sw_outbox_send(call, &notice, 1, false, &when_ms);
    if (!t->pass_quiet && sw_policy_is_quiet(call->shared->policy, call->now_ms, &quiet_until_ms))
        return sw_outbox_hold(call, notice, quiet_until_ms, "quiet");
    int64_t merge_ms = call->shared->policy->levels[level].merge_ms;
    if (merge_ms) return sw_outbox_hold(call, notice, call->now_ms + merge_ms, "merge");
    err = sw_outbox_send(call, &notice, 1, true, &when_ms);
    return err == SW_E_AGAIN ? sw_outbox_hold(call, notice, when_ms, "limit") : err;
}

sw_err sw_outbox_cancelled(sw_outbox_call *call, const sw_notice *order) {
    sw_notice *notice;
    sw_err err = sw_notice_load(call, sw_slice_cstr(order->subject), &notice);
    if (err || !notice) return err;
    if (strcmp(notice->state, "held") == 0) {
        err = sw_outbox_unhold(call, notice);
        return err ? err : suppress(call, notice, order->reason);
    }
    /* It waits in the queue by itself: taken back, if nobody has begun to send it. */
    sw_message *message = NULL;
    if (*notice->message) err = sw_message_load(call, sw_slice_cstr(notice->message), &message);
    if (err || !message || strcmp(message->state, "intended") != 0 || message->subject_count != 1)
        return err;
    err = sw_message_end(call, message);
    return err ? err : suppress(call, notice, order->reason);
}
