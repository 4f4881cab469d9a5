/* An inbox does not grow for ever. */
#include "base/wire.h"
#include "notify/outbox/outbox.h"

#define DAY_MS   86400000LL
#define ROWS_MAX 256u
#define STAMP    8u /* bytes of a key that hold the time */

typedef struct old {
    sw_outbox_call *call;
    sw_slice keys[ROWS_MAX];
    uint32_t count;
} old;

static bool collect(void *arg, sw_slice key, sw_slice value) {
    (void)value;
    old *o = arg;
    return sw_arena_copy(o->call->pb.arena, key, &o->keys[o->count]) && ++o->count < ROWS_MAX;
}

/* Nothing more will be done with it. */
static bool is_done(const sw_outbox_call *call, const sw_notice *notice) {
    static const char *const under_way[] = {"held", "intended", "sending"};
    for (size_t i = 0; i < SW_COUNT(under_way); i++)
        if (strcmp(notice->state, under_way[i]) == 0) return false;
    return !notice->telling || notice->telling->due_ms < call->now_ms;
}

static sw_err drop(sw_outbox_call *call, sw_slice key, bool *ret_dropped) {
    sw_notice *notice;
    sw_slice subject = sw_slice_sub(key, call->recipient.len + 1 + STAMP, key.len);
    sw_err err = sw_notice_load(call, subject, &notice);
    *ret_dropped = !err && (!notice || is_done(call, notice));
    if (err || !*ret_dropped) return err;
    err = sw_ctx_del(call->ctx, SW_OUTBOX_INBOX, key);
    return err ? err : sw_ctx_del(call->ctx, SW_OUTBOX_NOTICES, sw_outbox_key(call, subject));
}

/* Keys begin with the newest: what is old stands at the end. */
sw_err sw_outbox_trim(sw_outbox_call *call) {
    const sw_policy *policy = call->shared->policy;
    if (!policy->keep_ms || call->now_ms - call->person->trimmed_ms < DAY_MS) return SW_OK;
    char stamp[STAMP];
    sw_wire_put_be(stamp, ~(uint64_t)(call->now_ms - policy->keep_ms), STAMP);
    old *o = sw_pb_zero(&call->pb, 1, sizeof *o);
    sw_slice from = sw_outbox_key(call, sw_slice_of(stamp, STAMP));
    sw_slice to = sw_outbox_key(call, SW_S("\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
    if (!o || call->pb.full) return SW_E_LIMIT;
    o->call = call;
    sw_err err = sw_ctx_scan(call->ctx, SW_OUTBOX_INBOX, from, to, collect, o);
    uint32_t dropped = 0;
    for (uint32_t i = 0; i < o->count && !err; i++) {
        bool gone;
        err = drop(call, o->keys[i], &gone);
        dropped += gone;
    }
    /* A full round that dropped something may have left more. */
    if (o->count < ROWS_MAX || !dropped) call->person->trimmed_ms = call->now_ms;
    return err;
}
