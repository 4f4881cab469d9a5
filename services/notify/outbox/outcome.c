/* What the executor and the delivery reports say of a message. They may come early, twice, or
 * never; a report that was seen is stronger than what the call said. */
#include "base/hash.h"
#include "notify/outbox/outbox.h"
#include "notify/words/sms.h"

static bool is(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

/* The state of every notice that the message carries, as far as they are kept by name. */
static sw_err spread(sw_outbox_call *call, const sw_message *message, const char *state,
                     const char *detail) {
    for (size_t i = 0; i < message->n_subjects; i++) {
        sw_notice *notice;
        sw_err err = sw_notice_load(call, sw_slice_cstr(message->subjects[i]), &notice);
        if (err) return err;
        if (!notice || !sw_notice_became(call, notice, message->id, state, detail)) continue;
        err = sw_notice_save(call, notice, notice->state, notice->reason, NULL);
        if (err) return err;
    }
    return SW_OK;
}

/* For good. */
static sw_err fail(sw_outbox_call *call, sw_message *m, const char *detail) {
    sw_err err = spread(call, m, "failed", detail);
    if (!err) err = sw_message_end(call, m);
    return err ? err : sw_outbox_fall_back(call, m);
}

sw_err sw_outbox_outcome(sw_outbox_call *call, const sw_notice *said) {
    sw_message *m;
    sw_err err = sw_message_load(call, sw_slice_cstr(said->message), &m);
    if (err || !m) return err; /* it has ended: a report that comes twice or late */
    if (said->attempt_count && said->attempt_count != m->attempt_count) return SW_OK;
    const char *state = said->state;
    if (is(state, "failed")) return fail(call, m, said->detail);
    if (is(state, "delivered")) {
        err = spread(call, m, state, said->detail);
        return err ? err : sw_message_end(call, m);
    }
    if (is(m->state, "settled")) return SW_OK;
    if (is(state, "sending") && !is(m->state, "intended")) return SW_OK;
    if (is(state, "postponed")) {
        if (!is(m->state, "sending")) return SW_OK;
        if (m->expires_ms <= call->now_ms) return fail(call, m, "expired");
        err = spread(call, m, "intended", said->detail);
        return err ? err : sw_message_save(call, m, "intended");
    }
    /* What has no report to wait for is as good as delivered once it is taken. */
    if (is(state, "handed-over") && !is(m->channel, "sms")) {
        err = spread(call, m, state, said->detail);
        return err ? err : sw_message_end(call, m);
    }
    if (is(state, "indeterminate") && !is(m->state, "sending")) return SW_OK;
    err = spread(call, m, state, said->detail);
    return err ? err : sw_message_save(call, m, state);
}

/* Sent again, marked as such, under a name of its own: the first one may have arrived. */
static sw_err repeat(sw_outbox_call *call, sw_message *m) {
    const sw_slice parts[] = {sw_slice_cstr(m->id), SW_S("again")};
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(sw_hash128_parts(parts, SW_COUNT(parts)), hex);
    sw_message again = *m;
    sw_buf text;
    sw_buf_init(&text, 8192);
    const sw_blanks none = {{{NULL, 0}}};
    sw_words_write(call->shared->words, sw_slice_cstr(call->shared->policy->language),
                   SW_TEMPLATE_REPEATED, sw_level_of(sw_slice_cstr(m->level)), &none, &text);
    sw_buf_add_cstr(&text, m->text);
    again.id = sw_pb_printf(&call->pb, "%s", hex);
    again.text = sw_pb_text(&call->pb, sw_buf_slice(&text));
    sw_err err = text.err;
    sw_buf_done(&text);
    again.state = sw_pb_printf(&call->pb, "%s", "");
    again.attempt_count++;
    again.part_count = sw_sms_parts(sw_slice_cstr(again.text));
    again.decided_ms = call->now_ms;
    for (size_t i = 0; i < m->n_subjects && !err; i++) {
        sw_notice *notice;
        err = sw_notice_load(call, sw_slice_cstr(m->subjects[i]), &notice);
        if (err || !notice) continue;
        sw_notice_handed(call, notice, m->channel, again.id);
        err = sw_notice_save(call, notice, "intended", "repeated", again.id);
    }
    if (!err) err = sw_message_save(call, &again, "intended");
    return err ? err : sw_notice_tell(call, m->subjects[0], "intended", "repeated", &again);
}

sw_err sw_outbox_settle(sw_outbox_call *call, sw_message *m) {
    bool silent = is(m->state, "sending"); /* nobody said what came of it */
    bool hidden = silent || is(m->state, "indeterminate");
    uint32_t level = sw_level_of(sw_slice_cstr(m->level));
    bool again = hidden && m->attempt_count < 2 && m->expires_ms > call->now_ms &&
                 level < SW_NOTIFY_LEVELS && call->shared->policy->levels[level].repeats;
    sw_err err = SW_OK;
    if (is(m->state, "settled")) return sw_message_end(call, m);
    if (silent) err = spread(call, m, "indeterminate", "no-outcome");
    if (err) return err;
    if (again && m->n_subjects)
        err = repeat(call, m);
    else if (m->n_subjects) /* the state stays, with the reason why nothing more is done */
        err = spread(call, m, silent ? "indeterminate" : m->state, hidden ? "left" : "no-report");
    return err ? err : sw_message_save(call, m, "settled");
}
