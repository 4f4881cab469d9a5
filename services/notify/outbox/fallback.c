/* The channels of a notice: what became of it on each, and which is tried next. */
#include "base/hash.h"
#include "notify/outbox/outbox.h"
#include "notify/words/sms.h"
#include "topics/topics.h"

#define HOUR_MS 3600000LL

static bool is(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

/* The better a state, the higher. */
static int rank(const char *state) {
    static const char *const order[] = {"failed",  "indeterminate", "intended",
                                        "sending", "handed-over",   "delivered"};
    int i = SW_COUNT(order) - 1;
    while (i >= 0 && !is(order[i], state)) i--;
    return i;
}

void sw_notice_handed(sw_outbox_call *call, sw_notice *notice, const char *channel,
                      const char *message) {
    Seawall__V1__Handing *handing = sw_pb_new(&call->pb, &seawall__v1__handing__descriptor);
    if (!handing) return;
    handing->channel = (char *)(uintptr_t)channel;
    handing->message = (char *)(uintptr_t)message;
    handing->state = sw_pb_printf(&call->pb, "intended");
    (void)!sw_pb_append(&call->pb, &notice->n_handings, &notice->handings, handing);
}

bool sw_notice_became(sw_outbox_call *call, sw_notice *notice, const char *message,
                      const char *state, const char *detail) {
    const Seawall__V1__Handing *best = NULL;
    bool found = false;
    for (size_t i = 0; i < notice->n_handings; i++) {
        Seawall__V1__Handing *h = notice->handings[i];
        if (is(h->message, message)) {
            found = true;
            h->state = sw_pb_printf(&call->pb, "%s", state);
            h->detail = sw_pb_printf(&call->pb, "%s", detail);
        }
        if (!best || rank(h->state) >= rank(best->state)) best = h;
    }
    if (!found) return false;
    notice->state = best->state;
    notice->reason = best->detail;
    notice->message = best->message;
    return true;
}

const char *sw_outbox_address(const sw_notice *notice, const char *channel) {
    const sw_telling *t = notice->telling;
    if (is(channel, "sms")) return t->phone;
    if (is(channel, "email")) return t->email;
    return notice->recipient;
}

const char *sw_outbox_next_channel(const sw_outbox_call *call, const sw_notice *notice) {
    const sw_telling *t = notice->telling;
    for (size_t i = 0; i < t->n_fallback; i++) {
        const char *channel = t->fallback[i];
        bool tried = !*sw_outbox_address(notice, channel) ||
                     (sw_channel_of(channel) & call->shared->unset) != 0;
        for (size_t h = 0; h < notice->n_handings && !tried; h++)
            tried = is(notice->handings[h]->channel, channel);
        if (!tried) return channel;
    }
    return NULL;
}

/* The same words by another channel, under a name of its own. */
static sw_err by_channel(sw_outbox_call *call, const sw_message *m, const sw_notice *first,
                         const char *channel) {
    const sw_slice parts[] = {sw_slice_cstr(m->id), sw_slice_cstr(channel)};
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(sw_hash128_parts(parts, SW_COUNT(parts)), hex);
    sw_message next = *m;
    next.id = sw_pb_printf(&call->pb, "%s", hex);
    next.channel = sw_pb_printf(&call->pb, "%s", channel);
    next.to = sw_pb_printf(&call->pb, "%s", sw_outbox_address(first, channel));
    next.state = sw_pb_printf(&call->pb, "%s", "");
    next.attempt_count = 1;
    next.part_count = sw_sms_parts(sw_slice_cstr(next.text));
    next.decided_ms = call->now_ms;
    if (next.expires_ms <= call->now_ms) next.expires_ms = call->now_ms + 24 * HOUR_MS;
    for (size_t i = 0; i < m->n_subjects; i++) {
        sw_notice *notice;
        sw_err err = sw_notice_load(call, sw_slice_cstr(m->subjects[i]), &notice);
        if (err) return err;
        if (!notice) continue;
        sw_notice_handed(call, notice, next.channel, next.id);
        err = sw_notice_save(call, notice, "intended", "fallback", next.id);
        if (err) return err;
    }
    sw_err err = sw_message_save(call, &next, "intended");
    return err ? err : sw_notice_tell(call, m->subjects[0], "intended", "fallback", &next);
}

static sw_err say_unreached(sw_outbox_call *call, const sw_notice *notice) {
    Seawall__V1__Hop hop;
    Seawall__V1__Unreached unreached;
    seawall__v1__hop__init(&hop);
    seawall__v1__unreached__init(&unreached);
    unreached.recipient = sw_pb_text(&call->pb, call->recipient);
    unreached.subject = notice->subject;
    unreached.telling = notice->telling;
    hop.unreached = &unreached;
    sw_slice bytes;
    sw_err err = sw_pb_write(&call->pb, &hop, &bytes);
    const char *key = sw_pb_printf(&call->pb, "warning_id=%s", notice->telling->warning_id);
    return err ? err : sw_ctx_emit(call->ctx, SW_TOPIC_NOTIFY_STEPS, sw_slice_cstr(key), bytes);
}

sw_err sw_outbox_fall_back(sw_outbox_call *call, sw_message *m) {
    for (size_t i = 0; i < m->n_subjects; i++) {
        sw_notice *notice;
        sw_err err = sw_notice_load(call, sw_slice_cstr(m->subjects[i]), &notice);
        if (err) return err;
        /* Another channel has reached him, or may yet. */
        if (!notice || !is(notice->state, "failed")) continue;
        const char *channel = sw_outbox_next_channel(call, notice);
        if (channel) return by_channel(call, m, notice, channel);
        err = notice->telling->up ? say_unreached(call, notice) : SW_OK;
        if (err) return err;
    }
    return SW_OK;
}
