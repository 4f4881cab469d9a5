#include "env/limits.h"
#include "notify/outbox/outbox.h"
#include "notify/processors.h"
#include "topics/topics.h"

static const char *const inputs[] = {SW_TOPIC_NOTICES, NULL};
static const char *const outputs[] = {SW_TOPIC_NOTICES, SW_TOPIC_NOTIFY_STEPS, NULL};
static const sw_processor_store stores[SW_OUTBOX_STORES] = {
    [SW_OUTBOX_PEOPLE] = {"people", 1, 1 << 18, NULL},
    [SW_OUTBOX_NOTICES] = {"notices", 1, 1 << 16, NULL},
    [SW_OUTBOX_INBOX] = {"inbox", 1, 8, NULL},
    [SW_OUTBOX_HELD] = {"held", 1, 1 << 16, NULL},
    [SW_OUTBOX_MESSAGES] = {"messages", 1, 1 << 17, NULL},
    [SW_OUTBOX_QUEUE] = {"queue", 1, 8, NULL},
};

static const char *const outcomes[] = {"sending",   "postponed", "handed-over",
                                       "delivered", "failed",    "indeterminate"};

static bool is_outcome(const char *state) {
    for (size_t i = 0; i < SW_COUNT(outcomes); i++)
        if (strcmp(state, outcomes[i]) == 0) return true;
    return false;
}

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    sw_pb pb = {sw_ctx_arena(ctx), false};
    sw_notice *notice;
    sw_err err = sw_pb_read(&pb, &seawall__v1__notice__descriptor, input->value, &notice);
    if (err) return sw_ctx_fail(ctx, err, "not a notice");
    bool wanted = strcmp(notice->state, "wanted") == 0;
    bool cancelled = strcmp(notice->state, "cancelled") == 0;
    if (!wanted && !cancelled && !is_outcome(notice->state)) return SW_OK; /* our own words */
    sw_outbox_call call;
    err = sw_outbox_call_init(&call, ctx, shared, input->key);
    if (err) return err;
    if (wanted)
        err = sw_outbox_wanted(&call, notice);
    else if (cancelled)
        err = sw_outbox_cancelled(&call, notice);
    else
        return sw_outbox_outcome(&call, notice);
    return err ? err : sw_outbox_call_done(&call);
}

/* "f/" recipient: what is held; "m/" message: no outcome has come. */
static sw_err on_timer(sw_ctx *ctx, const void *shared, sw_slice key, int64_t due_ms) {
    (void)due_ms;
    sw_outbox_call call;
    sw_slice rest = sw_slice_sub(key, 2, key.len);
    if (key.ptr[0] == 'f') {
        sw_err err = sw_outbox_call_init(&call, ctx, shared, rest);
        call.timer_ms = SW_TIME_MAX; /* it has fired */
        if (!err) err = sw_outbox_flush(&call);
        return err ? err : sw_outbox_call_done(&call);
    }
    sw_message *message;
    sw_err err = sw_outbox_call_init(&call, ctx, shared, rest);
    if (!err) err = sw_message_load(&call, rest, &message);
    if (err || !message) return err;
    call.recipient = sw_slice_cstr(message->recipient);
    return sw_outbox_settle(&call, message);
}

const sw_processor sw_processor_outbox = {
    .name = "outbox",
    .patience = 20,
    .id = SW_PROCESSOR_OUTBOX,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_OUTBOX_STORES,
    .on_record = on_record,
    .on_timer = on_timer,
};
